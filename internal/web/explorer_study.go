package web

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/journey"
	"vigie/internal/understand/insight"
	"vigie/internal/web/chart"
	"vigie/internal/web/ui"
)

// study is a question answered, ready to be drawn.
type study struct {
	g         *ground
	asked     asked
	m, other  measured
	axes      []axis
	query     insight.Query
	answer    insight.Answer // with the verdicts of the marks
	events    []chart.Event  // that begin on a time axis, and what their letters stand for
	eventKeys []ui.ChartKey
	marks     []mark
	whole     insight.Row // the same question without dimensions
	looks     int         // differences judged together
	beyond    int         // those beyond the noise of so many looks
	overlap   bool        // what is compared shares answers: nothing is judged
}

// mark is one figure of an answer. Its Versus is significant only when it stays so among all the others.
type mark struct {
	Keys   []string
	Figure cx.Figure
	Versus *insight.Compared
	Other  cx.Figure
	Href   string
	row    int // of the answer
}

// falseLooks is the share of differences called real that may be noise.
const falseLooks = 0.05

// study asks what the address asks.
func (s *Server) study(ctx context.Context, g *ground, a asked) (*study, error) {
	st := &study{g: g, asked: a, overlap: a.overlaps(g)}
	var ok bool
	if st.m, ok = measure(g.Catalogue, a.Indicator, g.touchpoint()); !ok {
		return nil, cx.Fail(cx.NotFound, "indicator", "insight.unknown_indicator", "key", string(a.Indicator))
	}
	for _, name := range a.By {
		st.axes = append(st.axes, g.axis(name))
	}
	q := a.question(g, a.Indicator)
	answer, err := s.Insight.Ask(ctx, g.scope(), q)
	if err != nil {
		return nil, err
	}
	if st.whole, err = s.whole(ctx, st, answer); err != nil {
		return nil, err
	}
	st.query, st.answer = a.question(g, a.Indicator), answer
	st.take(answer.Rows)
	if a.Other != "" {
		return st, s.setAgainst(ctx, st)
	}
	if slices.Contains([]string{shapeLine, shapeMultiples, shapeHeat}, a.shape(st.axes)) {
		err = s.markTime(ctx, st)
	}
	return st, err
}

// whole asks the question without its dimensions. Employees' figures have none over several steps of time: it then only
// tells whether anybody answered.
func (s *Server) whole(ctx context.Context, st *study, answer insight.Answer) (insight.Row, error) {
	q := st.asked.question(st.g, st.asked.Indicator)
	q.By = nil
	if st.m.Audience == cx.Customers || !slices.ContainsFunc(st.axes, func(a axis) bool { return a.Grain != "" }) {
		return s.figure(ctx, st.g, q)
	}
	var sum insight.Row
	for _, r := range answer.Rows {
		sum.Figure.N += r.Figure.N
	}
	sum.Figure.Has, sum.Figure.Value = sum.Figure.N > 0, math.NaN()
	return sum, nil
}

func (st *study) take(rows []insight.Row) {
	for n, r := range rows {
		m := mark{Figure: r.Figure, Versus: r.Versus, row: n}
		for _, x := range st.axes {
			m.Keys = append(m.Keys, r.By[x.Name])
		}
		if len(st.axes) > 0 && !r.Figure.Has {
			continue
		}
		m.Href = st.words(m.Keys)
		st.marks = append(st.marks, m)
	}
	st.judge()
	if len(st.axes) == 1 && st.axes[0].byName() {
		slices.SortStableFunc(st.marks, func(a, b mark) int { return cmp.Compare(st.name(0, a.Keys[0]), st.name(0, b.Keys[0])) })
	}
}

// judge tells which differences stand beyond the noise of so many looks (Benjamini & Hochberg).
func (st *study) judge() {
	var p []float64
	var judged []int
	for i, m := range st.marks {
		if m.Versus == nil {
			continue
		}
		c := *m.Versus
		c.Significant = false
		st.marks[i].Versus = &c
		if !st.overlap && c.Has && m.Figure.Enough && c.Figure.Enough {
			p, judged = append(p, c.P), append(judged, i)
		}
	}
	for _, m := range st.marks {
		st.answer.Rows[m.row].Versus = m.Versus
	}
	st.looks = len(judged)
	for k, yes := range cx.BenjaminiHochberg(p, falseLooks) {
		if yes {
			st.beyond++
			st.marks[judged[k]].Versus.Significant = true
		}
	}
}

// setAgainst asks the other indicator in the same cut.
func (s *Server) setAgainst(ctx context.Context, st *study) error {
	var ok bool
	if st.other, ok = measure(st.g.Catalogue, st.asked.Other, st.g.touchpoint()); !ok {
		return cx.Fail(cx.NotFound, "other", "insight.unknown_indicator", "key", string(st.asked.Other))
	}
	q := st.asked.question(st.g, st.asked.Other)
	q.Versus = nil
	answer, err := s.Insight.Ask(ctx, st.g.scope(), q)
	if err != nil {
		return fmt.Errorf("other: %w", err)
	}
	found := map[string]cx.Figure{}
	for _, r := range answer.Rows {
		var keys []string
		for _, x := range st.axes {
			keys = append(keys, r.By[x.Name])
		}
		found[joined(keys)] = r.Figure
	}
	for i := range st.marks {
		st.marks[i].Other = found[joined(st.marks[i].Keys)]
	}
	return nil
}

func joined(keys []string) string { return strings.Join(keys, "\x00") }

// words is the list of the feedbacks, or of the invitations, behind a figure; "" when the viewer may not read it, and for employees.
func (st *study) words(keys []string) string {
	if !st.g.mayRead() || st.m.Audience != cx.Customers {
		return ""
	}
	return st.g.filters.with(func(f *filters) {
		f.Program, f.Words = string(st.m.Program), "any"
		if _, narrowed := f.where()[scorePrefix+string(st.m.Metric.Key)]; !narrowed {
			f.setScore(string(st.m.Metric.Key), st.m.Metric.Key)
		}
		for i, a := range st.axes {
			if i < len(keys) {
				a.at(f, keys[i], st.m.Metric.Key)
			}
		}
	}).at(st.m.list())
}

// byName tells whether values stand in the order of their names: an order by figure or size would rank noise.
func (a axis) byName() bool {
	return a.Name == "agent" || a.Name == "unit" || strings.HasPrefix(a.Name, "unit.")
}

func (st *study) name(i int, key string) string { return st.g.valueName(st.axes[i], key) }

// names writes the values of some axes of a mark: "Ouest · téléphone".
func (st *study) names(axes []int, keys []string) string {
	var out []string
	for k, i := range axes {
		out = append(out, st.name(i, keys[k]))
	}
	return strings.Join(out, " · ")
}

func (st *study) fullName(m mark) string {
	all := make([]int, len(st.axes))
	for i := range all {
		all[i] = i
	}
	return st.names(all, m.Keys)
}

// keys gives the values of an axis in the order they are drawn, each step of time whether anybody answered or not.
func (st *study) keys(i int) []string {
	a := st.axes[i]
	var out []string
	for _, s := range a.Span {
		out = append(out, s.key)
	}
	if a.Grain != "" {
		return out
	}
	n := map[string]int64{}
	for _, m := range st.marks {
		if _, seen := n[m.Keys[i]]; !seen {
			out = append(out, m.Keys[i])
		}
		n[m.Keys[i]] += m.Figure.N
	}
	switch {
	case a.byName():
		slices.SortFunc(out, func(x, y string) int { return cmp.Compare(st.name(i, x), st.name(i, y)) })
	case a.Ordered:
		slices.SortFunc(out, func(x, y string) int { return cmp.Compare(floatOf(x), floatOf(y)) })
	default:
		slices.SortStableFunc(out, func(x, y string) int { return cmp.Compare(n[y], n[x]) })
	}
	return out
}

func floatOf(s string) float64 {
	var f float64
	if _, err := fmt.Sscan(s, &f); err != nil {
		return math.Inf(1)
	}
	return f
}

// says is a figure in words, for the pointer and for who listens.
func (st *study) says(m mark) string {
	l := st.g.lang()
	name := st.fullName(m)
	if !m.Figure.Has {
		return l.T("explorer.says.none", "name", name)
	}
	text := l.T(st.m.said("explorer.says"), "name", name, "value", st.m.text(l, m.Figure.Value), "n", m.Figure.N)
	if r := st.m.interval(l, m.Figure); r != "" {
		text += " · " + l.T("explorer.says.between", "interval", r)
	}
	if !m.Figure.Enough {
		text += " · " + l.T("explorer.few")
	}
	if v := m.Versus; v != nil && v.Has {
		text += " · " + st.differs(l, v)
	}
	if st.asked.Other != "" && m.Other.Has {
		text += " · " + st.other.short(l) + " " + st.other.text(l, m.Other.Value)
	}
	return text
}

// differs says a difference and whether it is more than noise.
func (st *study) differs(l lang.Lang, v *insight.Compared) string {
	text := st.m.difference(l, v.Difference)
	switch {
	case st.overlap:
		return text
	case v.Significant:
		return l.T("explorer.beyond", "change", text)
	}
	return l.T("explorer.within", "change", text)
}

// centre is what colours of a heat map are judged from: the objective, else the whole.
func (st *study) centre() float64 {
	if st.m.Objective != nil {
		return *st.m.Objective
	}
	return st.whole.Figure.Value
}

// level places a mark on the diverging scale, −3 for far on the bad side to 3 on the good one: against the comparison
// when there is one, else against the centre. What noise explains is in the middle.
func (st *study) level(m mark) int {
	if !m.Figure.Enough {
		return 0
	}
	d := m.Figure.Value - st.centre()
	noise := m.Figure.Low <= st.centre() && st.centre() <= m.Figure.High
	if st.asked.versus(st.g) != nil {
		if m.Versus == nil || !m.Versus.Has {
			return 0
		}
		d, noise = m.Versus.Difference, !m.Versus.Significant && !st.overlap
	}
	if noise || d == 0 || math.IsNaN(d) {
		return 0
	}
	size := 1
	for _, step := range []float64{0.06, 0.14} {
		if math.Abs(d) >= step*st.reach() {
			size++
		}
	}
	if (d > 0) != (st.m.Spec.Better == cx.HigherBetter) {
		return -size
	}
	return size
}

// reach is the length of the indicator's scale; of one without end, that of what is shown.
func (st *study) reach() float64 {
	low, high := st.m.Spec.Range()
	if !math.IsInf(high-low, 0) {
		return high - low
	}
	low, high = math.Inf(1), math.Inf(-1)
	for _, m := range st.marks {
		low, high = min(low, m.Figure.Value), max(high, m.Figure.Value)
	}
	return high - low
}

// touchpoint is the one that the filters hold the question to: its own objective then counts.
func (g *ground) touchpoint() *journey.Touchpoint {
	if p, ok := g.Journeys.Place(cx.TouchpointID(g.Touchpoint)); ok {
		return p.Touchpoint
	}
	return nil
}
