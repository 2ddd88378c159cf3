package web

import (
	"cmp"
	"context"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

const (
	// mostTeachers are the peers looked at, the highest figures first: each costs a question an indicator.
	mostTeachers = 4
	mostLessons  = 6
)

// lesson is a touchpoint at which a peer does better than the unit, beyond the noise.
type lesson struct {
	peer cx.UnitID
	moved
}

// newLearn tells at which touchpoints peers do better than the unit, of the many looked at; the best of each touchpoint.
func (s *Server) newLearn(ctx context.Context, p *normPage) (ui.Table, error) {
	g, l := p.ground, p.ground.lang()
	t := ui.Table{Caption: l.T("norm.learn"), Empty: l.T("norm.learn.none"), Columns: []ui.Column{{Label: l.T("verbatim.touchpoint")}, {Label: l.T("norm.learn.who")},
		{Label: l.T("norm.learn.theirs"), Numeric: true}, {Label: l.Text(p.unit.Name), Numeric: true}, {Label: l.T("norm.difference"), Numeric: true}}}
	teachers, err := s.teachers(ctx, p)
	if err != nil {
		return t, err
	}
	var all []lesson
	for _, k := range teachers {
		found, err := s.gapsWith(ctx, p, gapsAsk{k, p.question(p.unit.Key).Where})
		if err != nil {
			return t, err
		}
		for _, x := range found {
			all = append(all, lesson{k, x})
		}
	}
	for _, x := range bestLessons(all) {
		peer := *g
		peer.filters = g.with(func(f *filters) { f.Unit = string(x.peer) })
		d := x.m.decimals()
		v := x.row.Versus
		t.Rows = append(t.Rows, ui.Row{Href: peer.touchpointAddress(x.t.Key, x.m.Key), Cells: []ui.Cell{{Text: l.Text(x.t.Name), Note: x.m.short(l), Help: x.m.helpAt(l, "learn-"+string(x.t.Key))}, {Text: g.Organisation.Name(x.peer, l.Tag())},
			{Text: x.m.text(l, x.row.Figure.Value), Note: l.T("cockpit.n", "n", x.row.Figure.N)}, {Text: x.m.text(l, v.Figure.Value), Note: l.T("cockpit.n", "n", v.Figure.N)},
			{Text: x.m.difference(l, v.Difference), Note: l.Points(v.Low, d) + "\u2009–\u2009" + l.Points(v.High, d), Tone: ui.Good}}})
	}
	return t, nil
}

// teachers are the peers with the best figures of the page's indicator, those with too few answers left out.
func (s *Server) teachers(ctx context.Context, p *normPage) ([]cx.UnitID, error) {
	if p.unit.Level == "" {
		return nil, nil
	}
	q := p.question("")
	q.By = []string{"unit." + p.unit.Level}
	rows, err := s.figuresBy(ctx, p.ground, q)
	if err != nil {
		return nil, err
	}
	var keys []string
	for k, row := range rows {
		if k != "" && k != string(p.unit.Key) && row.Figure.Enough {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b string) int {
		up := cmp.Compare(rows[b].Figure.Value, rows[a].Figure.Value)
		if p.m.Spec.Better == cx.LowerBetter {
			up = -up
		}
		return cmp.Or(up, cmp.Compare(a, b))
	})
	var out []cx.UnitID
	for _, k := range keys[:min(len(keys), mostTeachers)] {
		out = append(out, cx.UnitID(k))
	}
	return out, nil
}

// bestLessons keeps what is better for certain enough among many, one peer a touchpoint, the largest difference first.
func bestLessons(all []lesson) []lesson {
	p := make([]float64, len(all))
	for i, x := range all {
		p[i] = x.row.Versus.P
	}
	var out []lesson
	for i, yes := range cx.BenjaminiHochberg(p, falseMoves) {
		if yes && all[i].m.better(all[i].row.Versus.Difference) == ui.Good {
			out = append(out, all[i])
		}
	}
	slices.SortStableFunc(out, func(a, b lesson) int { return cmp.Compare(b.size(), a.size()) })
	seen := map[cx.TouchpointID]bool{}
	out = slices.DeleteFunc(out, func(x lesson) bool {
		was := seen[x.t.Key]
		seen[x.t.Key] = true
		return was
	})
	return out[:min(len(out), mostLessons)]
}

// gapsAsk sets a unit beside other feedback.
type gapsAsk struct {
	unit cx.UnitID
	with insight.Where
}

// gapsWith compares a unit with other feedback at every touchpoint, each in its lead indicator.
func (s *Server) gapsWith(ctx context.Context, p *normPage, ask gapsAsk) ([]moved, error) {
	g := p.ground
	leads := map[cx.IndicatorID]map[string]insight.Row{}
	var out []moved
	for _, place := range g.Journeys.Touchpoints() {
		m, ok := measure(g.Catalogue, place.Touchpoint.LeadIndicator(), place.Touchpoint)
		if !ok || m.Audience != cx.Customers {
			continue
		}
		if leads[m.Key] == nil {
			q := p.question(ask.unit)
			q.Indicator, q.By, q.Versus = m.Key, []string{"touchpoint"}, &insight.Versus{Where: ask.with}
			rows, err := s.figuresBy(ctx, g, q)
			if err != nil {
				return nil, err
			}
			leads[m.Key] = rows
		}
		row := leads[m.Key][string(place.Touchpoint.Key)]
		if row.Versus != nil && row.Versus.Has && row.Figure.Enough && row.Versus.Figure.Enough {
			out = append(out, moved{place.Touchpoint, m, row})
		}
	}
	return out, nil
}

// newNormMoves lists the moves of units in the period that change what is compared.
func (s *Server) newNormMoves(ctx context.Context, p *normPage) ([]string, error) {
	all, err := s.movesHere(ctx, p.ground, p.ground.during())
	var out []string
	for _, c := range all[:min(len(all), mostNormMoves)] {
		out = append(out, p.ground.moveText(c))
	}
	return out, err
}

// mostNormMoves are told one by one.
const mostNormMoves = 12
