package web

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// median of the counts.
func median(days map[string]int64) float64 {
	all := slices.Sorted(maps.Values(days))
	n := len(all)
	if n%2 == 1 {
		return float64(all[n/2])
	}
	return float64(all[n/2-1]+all[n/2]) / 2
}

// begged is a unit whose best notes are more frequent than chance allows.
type begged struct {
	key          cx.UnitID
	n, best      int64
	words, total int64
}

// newBegged lists the units where almost every note is the best one, beyond what chance does: notes that look begged for. How
// often their customers also write says more: who is pushed to a note seldom writes.
func (s *Server) newBegged(ctx context.Context, g *ground) (finding, error) {
	l := g.lang()
	t := finding{Table: ui.Table{Caption: l.T("trust.begged"), Empty: l.T("trust.begged.none"), Columns: []ui.Column{{Label: l.T("cockpit.filter.unit")}, {Label: l.T("trust.best"), Numeric: true},
		{Label: l.T("trust.best.all"), Numeric: true}, {Label: l.T("trust.with.words"), Numeric: true}, {Label: l.T("touchpoint.n"), Numeric: true}}}}
	m, ok := measure(g.Catalogue, defaultNorm, nil)
	if !ok || !m.Spec.IsScale() {
		return t, nil
	}
	units, pool, err := s.bestNotes(ctx, g, m)
	if err != nil {
		return t, err
	}
	if !slices.ContainsFunc(units, func(u begged) bool { return u.n >= m.leastN() }) {
		t.Few = g.tooLittle(l.T("trust.begged.few", "n", m.leastN()), l.T("trust.begged.few.text"))
		return t, nil
	}
	// The share of the best note alone, whatever the indicator's boxes.
	best := cx.NewSpec(cx.Indicator{Formula: cx.TopShare, Top: &m.Metric.Max}, m.Metric)
	if m.Metric.Direction == cx.LowerBetter {
		best = cx.NewSpec(cx.Indicator{Formula: cx.TopShare, Top: &m.Metric.Min}, m.Metric)
	}
	all := best.Figure(pool).Value
	slices.SortFunc(units, func(a, b begged) int { return cmp.Compare(a.key, b.key) })
	for _, u := range units {
		_, high, ok := best.Funnel(pool, u.n, outerZ)
		share := 100 * float64(u.best) / float64(u.n)
		if !ok || u.n < m.leastN() || share <= high {
			continue
		}
		row := ui.Row{Cells: []ui.Cell{{Text: g.Organisation.Name(u.key, l.Tag())}, {Text: l.Percent(share, 0), Tone: ui.Watch}, {Text: l.Percent(all, 0)}, {}, {Text: l.Int(u.n)}}}
		if u.total > 0 {
			row.Cells[3] = g.share(u.words, u.total, 0)
		}
		row.Href = g.normAddress(string(u.key), m.Key)
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// leastN answers make an indicator say something.
func (m measured) leastN() int64 {
	if m.MinN > 0 {
		return int64(m.MinN)
	}
	return 30
}

// bestNotes counts the answers of every unit, how many are the best possible, and all answers together.
func (s *Server) bestNotes(ctx context.Context, g *ground, m measured) ([]begged, cx.Histogram, error) {
	during := g.during()
	var pool cx.Histogram
	a, err := s.Insight.Ask(ctx, g.scope(), insight.Query{Indicator: m.Key, By: []string{"unit", "score"}, Where: g.where(), During: &during})
	if err != nil {
		return nil, pool, err
	}
	best := scoreKey(m.Metric.Max)
	if m.Metric.Direction == cx.LowerBetter {
		best = scoreKey(m.Metric.Min)
	}
	units := map[string]*begged{}
	for _, row := range a.Rows {
		unit, score := row.By["unit"], row.By["score"]
		if point, ok := m.point(score); ok {
			pool.Add(point, row.Figure.N)
		}
		if unit == "" {
			continue
		}
		if units[unit] == nil {
			units[unit] = &begged{key: cx.UnitID(unit)}
		}
		units[unit].n += row.Figure.N
		if score == best {
			units[unit].best += row.Figure.N
		}
	}
	volumes, err := s.Insight.Volumes(ctx, g.scope(), insight.VolumeQuery{By: []string{"unit"}, Where: g.where(), During: &during})
	if err != nil {
		return nil, pool, err
	}
	var out []begged
	for _, v := range volumes {
		if u := units[v.By["unit"]]; u != nil {
			u.words, u.total = v.Words, v.N
		}
	}
	for _, u := range units {
		out = append(out, *u)
	}
	return out, pool, nil
}
