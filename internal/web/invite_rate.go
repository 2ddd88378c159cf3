package web

import (
	"maps"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/listen/invite"
	"vigie/internal/web/ui"
)

// sum is what became of those a rule, a wording or a channel asked. rated are those delivered whose answer can be known.
type sum struct{ sent, delivered, rated, answered, bounced int }

func (x *sum) add(c invite.Count) {
	x.sent += c.Sent
	x.delivered += c.Delivered
	x.rated += c.Rated
	x.answered += c.Answered
	x.bounced += c.Bounced
}

func sumsOf(counts []invite.Count) map[string]sum {
	out := map[string]sum{}
	for _, c := range counts {
		x := out[c.Key]
		x.add(c)
		out[c.Key] = x
	}
	return out
}

// responseRate is the indicator of that name as the company governs it; as everybody starts with it when it is not shown.
func (g *ground) responseRate() measured {
	if m, ok := measure(g.Catalogue, "response_rate", nil); ok {
		return m
	}
	i := cx.Indicator{Metric: cx.InvitationAnswered, Formula: cx.Ratio, Numerator: []float64{1}}
	m := cx.Metric{Key: cx.InvitationAnswered, Max: 1, Step: 1}
	return measured{Indicator: i, Metric: m, Spec: cx.NewSpec(i, m)}
}

// rate is answered ÷ delivered with its interval, as the figures compute it.
func (m measured) rate(x sum) cx.Figure {
	var h cx.Histogram
	h.Add(1, int64(x.answered))
	h.Add(0, int64(x.rated-x.answered))
	return m.Spec.Figure(h)
}

// rateWords says how often those asked answered; under the least number it concludes nothing.
func (g *ground) rateWords(x sum) string {
	l := g.lang()
	m := g.responseRate()
	switch f := m.rate(x); {
	case x.delivered == 0:
		return l.T("invitation.rate.none")
	case x.rated == 0:
		return l.T("invitation.rate.untied", "n", l.Int(int64(x.delivered)))
	case !f.Enough:
		return l.T("invitation.rate.few", "n", l.Int(f.N), "count", x.answered)
	default:
		return l.T("invitation.rate.says", "rate", m.text(l, f.Value), "interval", m.interval(l, f), "n", l.Int(f.N))
	}
}

func (p *inviteRulePage) rates(by string, counts []invite.Count) {
	l := p.lang()
	t := ui.Table{Caption: l.T("invitation.by." + by), Columns: []ui.Column{{Label: l.T("invitation.by." + by)}, {Label: l.T("invitation.delivered"), Numeric: true},
		{Label: l.T("invitation.answered"), Numeric: true}, {Label: l.T("invitation.rate"), Numeric: true}}}
	sums := sumsOf(counts)
	for _, key := range slices.Sorted(maps.Keys(sums)) {
		x := sums[key]
		if key == "" || x.delivered == 0 {
			continue
		}
		name := key
		if by == "channel" {
			name = l.T("invitation.channel." + key)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: append([]ui.Cell{{Text: name}}, p.rateCells(x)...)})
	}
	if len(t.Rows) > 0 {
		p.Rates = append(p.Rates, t)
	}
}

// rateCells write what was delivered, answered, and their rate.
func (g *ground) rateCells(x sum) []ui.Cell {
	l := g.lang()
	m := g.responseRate()
	f := m.rate(x)
	cells := []ui.Cell{{Text: l.Int(int64(x.delivered))}, {Text: l.Int(int64(x.answered))}, {Text: m.text(l, f.Value), Note: "[" + m.interval(l, f) + "]"}}
	switch {
	case x.rated == 0:
		cells[1], cells[2] = ui.Cell{Text: "—"}, ui.Cell{Text: "—", Note: l.T("invitation.rate.untied.short")}
	case !f.Enough:
		cells[2] = ui.Cell{Text: "—", Note: l.T("invitation.rate.few.short")}
	}
	return cells
}
