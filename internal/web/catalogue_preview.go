package web

import (
	"context"

	"vigie/internal/cx"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// pair is an indicator over its metric, as it is or as it would be; the zero one is none.
type pair struct {
	indicator cx.Indicator
	metric    cx.Metric
}

func (p pair) none() bool { return p.indicator.Key == "" }

func (p pair) measured() measured {
	return measured{Indicator: p.indicator, Metric: p.metric, Spec: cx.NewSpec(p.indicator, p.metric), Objective: p.indicator.Objective, Threshold: p.indicator.Threshold}
}

// preview sets the figures of the last twelve months as they read beside what they would read.
type preview struct {
	Name  string
	Table ui.Table
	Says  string // what it amounts to
	None  bool   // nothing was ever answered
}

const previewMonths = 12

func (s *Server) previewIndicator(ctx context.Context, g *ground, was, next pair) (preview, error) {
	l := g.lang()
	out := preview{Name: l.Text(next.indicator.Name)}
	during := lastMonths(g.Now, previewMonths)
	after, err := s.draftBy(ctx, g, next, during)
	if err != nil {
		return out, err
	}
	before := map[string]insight.Row{}
	if !was.none() {
		if before, err = s.draftBy(ctx, g, was, during); err != nil {
			return out, err
		}
	}
	out.Table = g.previewColumns(out.Name, was, next)
	var c judged
	for _, b := range spans(during, "month") {
		row := []ui.Cell{{Text: l.Month(b.from)}, {Text: l.Int(after[b.key].Figure.N)}}
		if !was.none() {
			row = append(row, g.previewCells(was.measured(), before[b.key].Figure)...)
			c.add(was.measured(), before[b.key].Figure, &c.before)
		}
		row = append(row, g.previewCells(next.measured(), after[b.key].Figure)...)
		c.add(next.measured(), after[b.key].Figure, &c.after)
		out.Table.Rows = append(out.Table.Rows, ui.Row{Cells: row})
		out.None = c.after.months == 0
	}
	out.Says = g.judgedWords(c, was.none())
	return out, nil
}

// draftBy asks a pair by month. What employees' floor keeps back is missing, as it is everywhere.
func (s *Server) draftBy(ctx context.Context, g *ground, p pair, during insight.Period) (map[string]insight.Row, error) {
	q := insight.Query{Indicator: p.indicator.Key, By: []string{"month"}, During: &during}
	a, err := s.Insight.AskDraft(ctx, g.scope(), q, insight.Draft{Indicator: p.indicator, Metric: p.metric})
	if err != nil {
		return nil, err
	}
	rows := make(map[string]insight.Row, len(a.Rows))
	for _, r := range a.Rows {
		rows[r.By["month"]] = r
	}
	return rows, nil
}

func (g *ground) previewColumns(caption string, was, next pair) ui.Table {
	l := g.lang()
	t := ui.Table{Caption: caption, Columns: []ui.Column{{Label: l.T("catalogue.month")}, {Label: l.T("touchpoint.n"), Numeric: true}}}
	if !was.none() {
		t.Columns = append(t.Columns, ui.Column{Label: l.T("catalogue.before"), Numeric: true, Help: was.measured().helpAt(l, "was")}, ui.Column{Label: l.T("catalogue.state.before")})
	}
	t.Columns = append(t.Columns, ui.Column{Label: l.T("catalogue.after"), Numeric: true, Help: next.measured().helpAt(l, "next")}, ui.Column{Label: l.T("catalogue.state.after")})
	return t
}

// previewCells are a value with its interval, and how it stands to the objective.
func (g *ground) previewCells(m measured, f cx.Figure) []ui.Cell {
	l := g.lang()
	if !f.Has {
		return []ui.Cell{{Text: "—"}, {Text: l.T("cockpit.none")}}
	}
	w := m.weather(f)
	return []ui.Cell{{Text: m.text(l, f.Value), Note: m.interval(l, f)}, {Text: w.Word(l), Tone: w.Tone()}}
}

// judged counts the months by how they stand.
type judged struct{ before, after monthCount }

type monthCount struct{ months, met, missed, few int }

func (c *judged) add(m measured, f cx.Figure, into *monthCount) {
	if !f.Has {
		return
	}
	into.months++
	switch m.weather(f) {
	case ui.Sun, ui.PartSun:
		into.met++
	case ui.Cloud, ui.Storm:
		into.missed++
	case ui.Fog:
		into.few++
	}
}

// judgedWords sums up what a change does to the judgement of the past.
func (g *ground) judgedWords(c judged, fresh bool) string {
	l := g.lang()
	if c.after.months == 0 {
		return l.T("catalogue.preview.none")
	}
	if fresh {
		return l.T("catalogue.preview.new", "met", c.after.met, "missed", c.after.missed, "few", c.after.few, "months", c.after.months)
	}
	return l.T("catalogue.preview.says", "met_before", c.before.met, "met", c.after.met, "missed_before", c.before.missed, "missed", c.after.missed, "months", c.after.months)
}
