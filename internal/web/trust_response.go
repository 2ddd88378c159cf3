package web

import (
	"context"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// answering is how often one part of those asked answers, beside all others.
type answering struct {
	dimension, key string
	figure         cx.Figure
	beside         cx.Compared
}

// newAnswering tells who answers less or more than others: what the figures say then stands for some more than for others.
// It is nothing where nobody was asked. Only the period and the unit narrow it: the other filters are of feedback.
func (s *Server) newAnswering(ctx context.Context, g *ground) (finding, error) {
	l := g.lang()
	m := g.responseRate()
	t := finding{Table: ui.Table{Caption: l.T("trust.answering"), Columns: []ui.Column{{Label: l.T("trust.answering.who")},
		{Label: l.T("invitation.delivered"), Numeric: true}, {Label: l.T("invitation.rate"), Numeric: true}, {Label: l.T("trust.answering.others"), Numeric: true}}}}
	if _, governed := measure(g.Catalogue, m.Key, nil); !governed {
		return finding{}, nil
	}
	dims := []string{"segment", "channel", "language"}
	if levels := g.Organisation.Levels(); len(levels) > 0 {
		dims = append(dims, "unit."+levels[0])
	}
	var all []answering
	asked := false
	for _, dim := range dims {
		found, n, err := s.answeringBy(ctx, g, m, dim)
		if err != nil {
			return t, err
		}
		asked = asked || n > 0
		all = append(all, found...)
	}
	if !asked {
		return finding{}, nil
	}
	if len(all) == 0 {
		t.Few = g.tooLittle(l.T("trust.answering.few"), l.T("trust.answering.few.text"))
		return t, nil
	}
	t.Rows = g.answeringRows(m, all)
	return t, nil
}

// answeringBy compares each value that has enough with all the others of its dimension, and tells how many were asked in all.
func (s *Server) answeringBy(ctx context.Context, g *ground, m measured, dim string) (out []answering, n int64, err error) {
	during, where := g.during(), insight.Where{}
	if g.Unit != "" {
		where["unit"] = insight.Condition{In: []any{g.Unit}}
	}
	a, err := s.Insight.Ask(ctx, g.scope(), insight.Query{Indicator: m.Key, By: []string{dim}, Where: where, During: &during})
	if err != nil {
		return nil, 0, err
	}
	var yes int64
	for _, r := range a.Rows {
		n, yes = n+r.Figure.N, yes+r.Figure.Top
	}
	for _, r := range a.Rows {
		var h cx.Histogram
		h.Add(1, yes-r.Figure.Top)
		h.Add(0, n-yes-(r.Figure.N-r.Figure.Top))
		others := m.Spec.Figure(h)
		if r.By[dim] != "" && r.Figure.Enough && others.Enough {
			out = append(out, answering{dim, r.By[dim], r.Figure, cx.Difference(r.Figure, others)})
		}
	}
	return out, n, nil
}

// answeringRows judge all differences together, and put those beyond chance first.
func (g *ground) answeringRows(m measured, all []answering) []ui.Row {
	l := g.lang()
	p := make([]float64, len(all))
	for i, x := range all {
		p[i] = x.beside.P
	}
	real := cx.BenjaminiHochberg(p, falseLooks)
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case real[a] == real[b]:
			return 0
		case real[a]:
			return -1
		}
		return 1
	})
	var rows []ui.Row
	for _, i := range order {
		x := all[i]
		gap := ui.Cell{Text: m.difference(l, x.beside.Difference), Note: l.T("trust.answering.chance")}
		if real[i] {
			gap = ui.Cell{Text: m.difference(l, x.beside.Difference), Tone: m.better(x.beside.Difference)}
		}
		a := g.axis(x.dimension)
		rows = append(rows, ui.Row{Href: g.answeringAt(m, a, x.key), Cells: []ui.Cell{{Text: g.valueName(a, x.key), Note: a.Label}, {Text: l.Int(x.figure.N)},
			{Text: m.text(l, x.figure.Value), Note: "[" + m.interval(l, x.figure) + "]"}, gap}})
	}
	return rows
}

// answeringAt is the list of those asked; "" when the viewer may not read it.
func (g *ground) answeringAt(m measured, a axis, key string) string {
	if !g.mayRead() {
		return ""
	}
	f := filters{During: g.During, From: g.From, To: g.To, Unit: g.Unit, Words: "any", Score: string(m.Metric.Key), Program: string(m.Program)}
	a.at(&f, key, m.Metric.Key)
	return f.at(m.list())
}

// answers tells whether there is anything to say of who answers.
func (p *trustPage) answers() bool { return p.Answering.Err != nil || p.Answering.Value.Caption != "" }
