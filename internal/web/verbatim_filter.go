package web

import (
	"context"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/web/ui"
)

// verbatimFilters add to the bar a picker of everything else a list may be narrowed by.
func (s *Server) verbatimFilters(ctx context.Context, g *ground) (*ui.FilterBar, error) {
	bar, err := s.filterBar(ctx, g, "/verbatims")
	if err != nil {
		return nil, err
	}
	bar.Drops = append(bar.Drops, touchpointDrop(g), scoreDrop(g))
	bar.Active = append(bar.Active, g.activeOfList()...)
	keepFilters(bar, g.filters)
	bar.Picker, err = s.picker(ctx, g, pickAsked{here: "/verbatims", list: true})
	return bar, err
}

func orAny(s string) string {
	if s == "" {
		return "any"
	}
	return s
}

func (g *ground) languageName(tag string) string { return g.word("verbatim.language.", tag) }

// activeOfList shows the filters that stand behind "more", each with the address that takes it off.
func (g *ground) activeOfList() []ui.Active {
	l := g.lang()
	var out []ui.Active
	add := func(label string, off func(*filters)) {
		out = append(out, ui.Active{Label: label, RemoveHref: g.filters.with(off).at("/verbatims")})
	}
	if g.Text != "" {
		add(l.T("verbatim.active.text", "text", g.Text), func(f *filters) { f.Text = "" })
	}
	if g.Program != "" {
		add(g.word("verbatim.program.", g.Program), func(f *filters) { f.Program = "" })
	}
	if g.Words != "with" {
		add(g.word("verbatim.words.", g.Words), func(f *filters) { f.Words = "with" })
	}
	if g.Journey != "" {
		name := g.Journey
		if j, err := g.Journeys.Journey(cx.JourneyID(g.Journey)); err == nil {
			name = l.Text(j.Name)
		}
		add(name, func(f *filters) { f.Journey = "" })
	}
	out = append(out, g.activeContext("/verbatims")...)
	for _, k := range g.Language {
		add(g.languageName(k), func(f *filters) {
			f.Language = slices.DeleteFunc(slices.Clone(f.Language), func(x string) bool { return x == k })
		})
	}
	for _, k := range g.Source {
		add(l.T("verbatim.active.source", "source", k), func(f *filters) {
			f.Source = slices.DeleteFunc(slices.Clone(f.Source), func(x string) bool { return x == k })
		})
	}
	return out
}

// scoreDrop offers the boxes of the usual metrics: promoters, satisfied…
func scoreDrop(g *ground) ui.Dropdown {
	l := g.lang()
	d := ui.Dropdown{Name: "score", Label: l.T("verbatim.score"), Set: g.Score != "", Summary: l.T("verbatim.score.any")}
	d.Options = []ui.Option{{Value: "", Label: d.Summary, Selected: g.Score == ""}}
	known := g.Score == ""
	for _, k := range []cx.IndicatorID{"nps", "csat", "ces"} {
		m, ok := measure(g.Catalogue, k, nil)
		if !ok {
			continue
		}
		for _, b := range boxes(m.Metric) {
			o := ui.Option{Value: between(m.Metric.Key, b[0], b[1]), Label: scoreLabel(g, m.Metric.Key, b[0], b[1])}
			if o.Value == g.Score {
				o.Selected, known, d.Summary = true, true, o.Label
			}
			d.Options = append(d.Options, o)
		}
	}
	if !known {
		d.Summary = g.scoreWords()
		d.Options = append(d.Options, ui.Option{Value: g.Score, Label: d.Summary, Selected: true})
	}
	return d
}

// boxes gives the ranges of a scale, best first: top, between, bottom.
func boxes(m cx.Metric) [][2]float64 {
	if m.Top == nil {
		return nil
	}
	step := max(m.Step, 0)
	if step == 0 {
		step = 1
	}
	bottom := *m.Top - step
	if m.Bottom != nil {
		bottom = *m.Bottom
	}
	out := [][2]float64{{*m.Top, m.Max}}
	if bottom+step <= *m.Top-step {
		out = append(out, [2]float64{bottom + step, *m.Top - step})
	}
	out = append(out, [2]float64{m.Min, bottom})
	if m.Direction == cx.LowerBetter {
		return nil
	}
	return out
}

func scoreLabel(g *ground, metric cx.MetricID, low, high float64) string {
	l := g.lang()
	name := g.metricName(metric)
	if low == high {
		return l.T("verbatim.score.one", "metric", name, "value", low)
	}
	return l.T("verbatim.score.between", "metric", name, "low", low, "high", high)
}

// scoreWords says a range of scores that is none of the usual boxes.
func (g *ground) scoreWords() string {
	metric, _, ranged := strings.Cut(g.Score, ":")
	c, err := scoreCondition(g.Score)
	m, known := g.Catalogue.Metrics[cx.MetricID(metric)]
	if err != nil || !known || !ranged {
		return g.metricName(cx.MetricID(metric))
	}
	low, high := m.Min, m.Max
	if c.GTE != nil {
		low = *c.GTE
	}
	if c.LTE != nil {
		high = *c.LTE
	}
	return scoreLabel(g, m.Key, low, high)
}

// metricName is the short word of the metric's first indicator, else its own name.
func (g *ground) metricName(k cx.MetricID) string {
	if m, ok := g.indicatorOf(k, cx.Transactional); ok {
		return m.short(g.lang())
	}
	return string(k)
}
