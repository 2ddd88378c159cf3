package web

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// moveView is a touchpoint whose figure moved beyond the noise.
type moveView struct {
	Name, Href string
	Says       string // "CSAT −19 pts"
	Note       string // "77 % → 58 %, de −23 à −15"
	Where      string // "Ouest, Sud-Est": the units in which it moved most clearly; ""
	Tone       ui.Tone
}

const (
	mostMoves = 5
	// falseMoves is the share of the moves shown that chance may have made (Benjamini & Hochberg 1995).
	falseMoves = 0.05
)

type moved struct {
	t   *journey.Touchpoint
	m   measured
	row insight.Row
}

// newMoves compares all touchpoints with the period before, as the many comparisons that they are; quiet are those that did not move.
func (s *Server) newMoves(ctx context.Context, g *ground, a answered) (views []moveView, quiet int, err error) {
	var candidates []moved
	for _, t := range touchpointsOf(a.Journey) {
		for _, m := range followed(g, t, a.shown[t.Key]) {
			row := a.row(m, t)
			if row.Versus != nil && row.Versus.Has && row.Figure.Enough && row.Versus.Figure.Enough {
				candidates = append(candidates, moved{t, m, row})
			}
		}
	}
	all := beyondNoise(candidates)
	for i, x := range all {
		if i == mostMoves {
			break
		}
		view := x.view(g)
		if i < 3 {
			where, err := s.movedWhere(ctx, g, x)
			if err != nil {
				return nil, 0, err
			}
			view.Where = where
		}
		views = append(views, view)
	}
	return views, stillOf(candidates, all), nil
}

// stillOf counts the touchpoints that were compared and of which nothing moved.
func stillOf(compared, moved []moved) int {
	still := map[cx.TouchpointID]bool{}
	for _, x := range compared {
		still[x.t.Key] = true
	}
	for _, x := range moved {
		delete(still, x.t.Key)
	}
	return len(still)
}

// followed are the indicators of a touchpoint that the map shows: the one of its card and those of its promises.
func followed(g *ground, t *journey.Touchpoint, shown measured) []measured {
	out := []measured{shown}
	for _, p := range t.Promises {
		if m, ok := measure(g.Catalogue, p.Indicator, t); ok && m.Key != shown.Key {
			out = append(out, m)
		}
	}
	return out
}

// beyondNoise keeps what moved for certain enough among many, the farthest on the common scale first.
func beyondNoise(all []moved) []moved {
	p := make([]float64, len(all))
	for i, x := range all {
		p[i] = x.row.Versus.P
	}
	var out []moved
	for i, yes := range cx.BenjaminiHochberg(p, falseMoves) {
		if yes {
			out = append(out, all[i])
		}
	}
	slices.SortStableFunc(out, func(a, b moved) int { return cmp.Compare(b.size(), a.size()) })
	return out
}

// size is how far it moved, as a share of what the figure can be.
func (x moved) size() float64 {
	low, high := x.m.Spec.Range()
	if math.IsInf(high-low, 0) {
		return 0
	}
	return math.Abs(x.row.Versus.Difference) / (high - low)
}

func (x moved) view(g *ground) moveView {
	l, v := g.lang(), x.row.Versus
	return moveView{Name: l.Text(x.t.Name), Href: g.touchpointAddress(x.t.Key, x.m.Key), Tone: x.m.better(v.Difference),
		Says: l.T("cockpit.moved", "indicator", x.m.short(l), "change", x.m.difference(l, v.Difference)),
		Note: l.T("cockpit.moved.note", "before", x.m.text(l, v.Figure.Value), "now", x.m.text(l, x.row.Figure.Value),
			"low", l.Points(v.Low, x.m.decimals()), "high", l.Points(v.High, x.m.decimals()))}
}

// movedWhere names the units of the first level in which the figure moved the same way, for certain enough among them.
func (s *Server) movedWhere(ctx context.Context, g *ground, x moved) (string, error) {
	levels := g.Organisation.Levels()
	if len(levels) == 0 || g.Unit != "" {
		return "", nil
	}
	during := g.during()
	level := "unit." + levels[0]
	rows, err := s.figuresBy(ctx, g, insight.Query{Indicator: x.m.Key, By: []string{level}, During: &during, Versus: previous(),
		Where: also(g.where(), "touchpoint", string(x.t.Key))})
	if err != nil {
		return "", err
	}
	var units []string
	var all []moved
	for k, row := range rows {
		if k != "" && row.Versus != nil && row.Versus.Has {
			units, all = append(units, k), append(all, moved{x.t, x.m, row})
		}
	}
	p := make([]float64, len(all))
	for i := range all {
		p[i] = all[i].row.Versus.P
	}
	var names []string
	for i, yes := range cx.BenjaminiHochberg(p, falseMoves) {
		if yes && all[i].row.Versus.Difference*x.row.Versus.Difference > 0 {
			names = append(names, g.Organisation.Name(cx.UnitID(units[i]), g.lang().Tag()))
		}
	}
	if len(names) == len(rows) {
		return "", nil // everywhere: nothing to tell
	}
	slices.Sort(names)
	return strings.Join(names, ", "), nil
}
