package web

import (
	"cmp"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/web/ui"
)

// mostWatched touchpoints are listed beside what moved.
const mostWatched = 4

// watched is a touchpoint that did not move and still is not where it should be.
type watched struct {
	view moveView
	rank float64 // the lower the worse
}

// newWatch lists the touchpoints under their objective that did not move, the farthest first, then those too few spoke of.
func newWatch(g *ground, a answered, moves []moveView) []moveView {
	told := map[string]bool{}
	for _, m := range moves {
		told[m.Href] = true
	}
	var all []watched
	for _, t := range touchpointsOf(a.Journey) {
		if w, ok := watch(g, a, t); ok && !told[w.view.Href] {
			all = append(all, w)
		}
	}
	slices.SortStableFunc(all, func(x, y watched) int { return cmp.Compare(x.rank, y.rank) })
	var out []moveView
	for _, w := range all[:min(len(all), mostWatched)] {
		out = append(out, w.view)
	}
	return out
}

func watch(g *ground, a answered, t *journey.Touchpoint) (watched, bool) {
	l, m := g.lang(), a.shown[t.Key]
	if m.Key == "" || !t.Lived(g.Now.Format(time.DateOnly)) {
		return watched{}, false
	}
	f := a.row(m, t).Figure
	w := m.weather(f)
	v := moveView{Name: l.Text(t.Name), Href: g.touchpointAddress(t.Key, m.Key), Note: m.meta(l, f), Tone: w.Tone()}
	switch {
	case w == ui.Fog && f.Has:
		v.Says = m.short(l)
		return watched{v, 1}, true
	case (w == ui.Cloud || w == ui.Storm) && m.Objective != nil:
		v.Says = m.short(l) + " " + m.text(l, f.Value)
		return watched{v, underObjective(m, f)}, true
	}
	return watched{}, false
}

// underObjective is how far a figure stands from its objective, negative below it.
func underObjective(m measured, f cx.Figure) float64 {
	if gap := m.Spec.Gap(f, *m.Objective); gap.Has {
		return gap.Value
	}
	return 0
}
