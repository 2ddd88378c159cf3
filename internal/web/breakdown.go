package web

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// scoreKey writes a score as questions answer it.
func scoreKey(raw float64) string { return strconv.FormatFloat(raw, 'f', -1, 64) }

// part is one line of a breakdown.
type part struct {
	name, href string
	row        insight.Row
}

// breakdown writes the parts of a figure side by side: value, interval, n, change. What is too few says so.
func (m measured) breakdown(g *ground, caption string, parts []part) ui.Table {
	l := g.lang()
	t := ui.Table{Caption: caption, Empty: l.T(m.said("cockpit.none")), Columns: []ui.Column{{Label: caption}, {Label: m.short(l), Numeric: true},
		{Label: l.T("touchpoint.interval"), Numeric: true}, {Label: l.T("touchpoint.n"), Numeric: true}, {Label: l.T("touchpoint.change")}}}
	for _, x := range parts {
		f := x.row.Figure
		cells := []ui.Cell{{Text: x.name}, {Text: "—"}, {}, {Text: l.Int(f.N)}, {}}
		if f.Enough {
			cells[1] = ui.Cell{Text: m.text(l, f.Value), Tone: figureTone(m.weather(f))}
			cells[2].Text = m.interval(l, f)
			c := m.change(l, x.row.Versus)
			cells[4] = ui.Cell{Text: arrow(c) + c.Text, Tone: c.Tone}
		} else {
			cells[4].Text = m.few(l, f.N)
		}
		t.Rows = append(t.Rows, ui.Row{Href: x.href, Cells: cells})
	}
	return t
}

// explained heads the figures of a breakdown with how they are computed.
func (m measured) explained(g *ground, t ui.Table, place string) ui.Table {
	t.Columns[1].Help = m.helpAt(g.lang(), place)
	return t
}

// figureTone colours only what is surely bad or good.
func figureTone(w ui.Weather) ui.Tone {
	switch w {
	case ui.Storm:
		return ui.Bad
	case ui.Sun:
		return ui.Good
	}
	return ui.Plain
}

func arrow(c ui.Change) string {
	switch c.Direction {
	case 1:
		return "▲ "
	case -1:
		return "▼ "
	}
	return ""
}

func (s *Server) byChannel(ctx context.Context, g *ground, a about) (ui.Table, error) {
	q := g.question(a)
	q.By, q.Versus = []string{"channel"}, previous()
	answer, err := s.ask(ctx, g, q)
	if err != nil {
		return ui.Table{}, err
	}
	var parts []part
	for _, row := range answer.Rows {
		k := row.By["channel"]
		if k == "" || !row.Figure.Has {
			continue
		}
		parts = append(parts, part{g.channelName(k), g.behind(a, func(f *filters) { f.Channel = []string{k} }), row})
	}
	return a.m.explained(g, a.m.breakdown(g, g.lang().T("cockpit.filter.channel"), parts), "channel"), nil
}

// byUnit compares the units of one level: the top one, or the one under the unit chosen. They stand by name: an order by
// figure would rank noise.
func (s *Server) byUnit(ctx context.Context, g *ground, a about) (ui.Table, error) {
	level := g.levelShown()
	if level == "" {
		return ui.Table{}, nil
	}
	q := g.question(a)
	q.By, q.Versus = []string{"unit." + level}, previous()
	rows, err := s.figuresBy(ctx, g, q)
	if err != nil {
		return ui.Table{}, err
	}
	var parts []part
	for k, row := range rows {
		if k != "" && row.Figure.Has {
			parts = append(parts, part{g.Organisation.Name(cx.UnitID(k), g.lang().Tag()), g.unitHref(a, k), row})
		}
	}
	slices.SortFunc(parts, func(x, y part) int { return cmp.Compare(x.name, y.name) })
	return a.m.explained(g, a.m.breakdown(g, g.lang().T("cockpit.filter.unit"), parts[:min(len(parts), mostUnits)]), "unit"), nil
}

// unitHref narrows the page to a unit, and at the last level leads to its words.
func (g *ground) unitHref(a about, unit string) string {
	if len(g.Organisation.Children(cx.UnitID(unit))) == 0 {
		if href := g.behind(a, func(f *filters) { f.Unit = unit }); href != "" {
			return href
		}
	}
	h := *g
	h.filters = g.filters.with(func(f *filters) { f.Unit = unit })
	return h.touchpointAddress(a.key(), a.m.Key)
}

// levelShown is the level of units right under the one chosen.
func (g *ground) levelShown() string {
	for _, k := range g.Organisation.Children(cx.UnitID(g.Unit)) {
		if u, ok := g.Organisation.Unit(k); ok && u.Level != "" {
			return u.Level
		}
	}
	return ""
}
