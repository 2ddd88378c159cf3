package web

import (
	"cmp"
	"context"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/catalogue"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// byAspect shows every aspect answered here: by its indicators when it has any, else by its mean.
func (s *Server) byAspect(ctx context.Context, g *ground, a about) (ui.Table, error) {
	l := g.lang()
	t := ui.Table{Caption: l.T("touchpoint.aspects"), Columns: []ui.Column{{Label: l.T("touchpoint.aspect")}, {Label: l.T("verbatim.value"), Numeric: true},
		{Label: l.T("touchpoint.interval"), Numeric: true}, {Label: l.T("touchpoint.n"), Numeric: true}, {Label: l.T("touchpoint.change")}}}
	whole, err := s.Catalogue.Present(ctx)
	if err != nil {
		return t, err
	}
	for _, m := range g.aspects(whole, a.m.Program) {
		at := about{a.place, m}
		row, err := s.aspect(ctx, g, at)
		if err != nil {
			return t, err
		}
		if !row.Figure.Has {
			continue
		}
		href := g.touchpointAddress(a.key(), m.Key)
		if m.Key == "" {
			href = g.behind(at, func(*filters) {})
		}
		rows := m.breakdown(g, "", []part{{l.Text(m.Name), href, row}}).Rows
		rows[0].Cells[0].Help = m.aspectHelp(l)
		t.Rows = append(t.Rows, rows...)
	}
	return t, nil
}

// aspectHelp says how an aspect is computed, be it by an indicator or by the mean that stands in for one.
func (m measured) aspectHelp(l lang.Lang) *ui.Help {
	h := m.helpAt(l, "aspect-"+string(m.Metric.Key))
	if m.Key == "" {
		h.Href = ""
	}
	return h
}

// aspect asks an indicator of the catalogue, or the mean that stands in for one.
func (s *Server) aspect(ctx context.Context, g *ground, a about) (insight.Row, error) {
	q := g.question(a)
	q.Versus = previous()
	if a.m.Key != "" {
		return s.figure(ctx, g, q)
	}
	answer, err := s.Insight.AskDraft(ctx, g.scope(), q, insight.Draft{Indicator: a.m.Indicator, Metric: a.m.Metric})
	if err != nil || len(answer.Rows) == 0 {
		return insight.Row{}, err
	}
	return answer.Rows[0], nil
}

// aspects are what the viewer may see of the aspects of a program, by name. One whose indicators are all kept from the
// viewer is kept as a mean too.
func (g *ground) aspects(whole *catalogue.Catalogue, of cx.Program) []measured {
	var out []measured
	made := map[cx.MetricID]bool{}
	for _, i := range whole.IndicatorList {
		m, seen := measure(g.Catalogue, i.Key, nil)
		if !whole.Metrics[i.Metric].Aspect || i.Audience != cx.Customers {
			continue
		}
		made[i.Metric] = made[i.Metric] || !seen || i.Program == of
		if seen && i.Program == of {
			out = append(out, m)
		}
	}
	for key, metric := range whole.Metrics {
		if metric.Aspect && !made[key] && of == cx.Transactional {
			i := cx.Indicator{Name: metric.Name, Metric: key, Formula: cx.Mean, Program: of, Audience: cx.Customers}
			out = append(out, measured{Indicator: i, Metric: metric, Spec: cx.NewSpec(i, metric)})
		}
	}
	slices.SortFunc(out, func(x, y measured) int {
		return cmp.Or(cmp.Compare(g.lang().Text(x.Name), g.lang().Text(y.Name)), cmp.Compare(x.Metric.Key, y.Metric.Key))
	})
	return out
}
