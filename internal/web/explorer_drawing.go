package web

import (
	"cmp"
	"math"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/web/chart"
)

// How much one picture holds; the table and the exports hold more.
const (
	mostBars    = 40
	mostPanels  = 24
	mostRows    = 60
	mostColumns = 53
	mostDots    = 120
	mostLines   = 300
)

// drawing is a study in one shape.
type drawing struct {
	Shape string
	Chart chart.Chart // nil: a table, or a heat map, which the page draws as one
	Heat  *chart.Heat
	Shown int // of Total things, when not all are drawn
	Total int
}

func (st *study) draw() drawing {
	switch shape := st.asked.shape(st.axes); shape {
	case shapeLine:
		return drawing{Shape: shape, Chart: st.line()}
	case shapeBars:
		return st.bars()
	case shapeHeat:
		return st.heat()
	case shapeScatter:
		return st.scatter()
	case shapeMultiples:
		return st.multiples()
	default:
		return drawing{Shape: shape, Shown: min(mostLines, len(st.marks)), Total: len(st.marks)}
	}
}

func (st *study) label() string { return st.sentence() }

func finiteSpan(f cx.Figure) (low, high float64) {
	if math.IsInf(f.Low, 0) || math.IsInf(f.High, 0) {
		return f.Value, f.Value
	}
	return f.Low, f.High
}

func (st *study) point(m *mark) chart.Point {
	if m == nil || !m.Figure.Has {
		return chart.Point{Missing: true}
	}
	low, high := finiteSpan(m.Figure)
	return chart.Point{Value: m.Figure.Value, Low: low, High: high, Few: !m.Figure.Enough, Href: m.Href, Says: st.says(*m)}
}

// line draws one series over time, and dashed what it is compared with.
func (st *study) line() chart.Chart {
	l := st.g.lang()
	c := chart.Line{Label: st.label(), Objective: st.m.Objective, ObjectiveWord: l.T("cockpit.map.zero"), Format: st.m.format(st.g), Events: st.events}
	find := st.finder()
	series, beside := chart.Series{Name: st.nowShort()}, chart.Series{Name: st.versusShort(), Color: "ink-3", Dashed: true}
	for _, key := range st.keys(0) {
		m := find([]string{key})
		c.Periods = append(c.Periods, st.name(0, key))
		series.Points = append(series.Points, st.point(m))
		p := chart.Point{Missing: true}
		if m != nil && m.Versus != nil && m.Versus.Figure.Has {
			v := m.Versus.Figure.Value
			p = chart.Point{Value: v, Low: v, High: v}
		}
		beside.Points = append(beside.Points, p)
	}
	c.Series = []chart.Series{series}
	if st.asked.versus(st.g) != nil {
		c.Series = append(c.Series, beside)
	}
	return c
}

// finder gives the mark of some values.
func (st *study) finder() func(keys []string) *mark {
	at := make(map[string]int, len(st.marks))
	for i, m := range st.marks {
		at[joined(m.Keys)] = i
	}
	return func(keys []string) *mark {
		if i, ok := at[joined(keys)]; ok {
			return &st.marks[i]
		}
		return nil
	}
}

func (st *study) bars() drawing {
	l := st.g.lang()
	c := chart.Rows{Label: st.label(), Format: st.m.format(st.g), Objective: st.m.Objective, ObjectiveWord: l.T("cockpit.map.zero")}
	find := st.finder()
	keys, total := st.most(st.keys(0), mostBars)
	for _, key := range keys {
		m := find([]string{key})
		if m == nil {
			c.Items = append(c.Items, chart.Row{Name: st.name(0, key), Missing: true, Text: "—"})
			continue
		}
		low, high := finiteSpan(m.Figure)
		r := chart.Row{Name: st.name(0, key), Text: st.m.text(l, m.Figure.Value), Value: m.Figure.Value, Low: low, High: high,
			Few: !m.Figure.Enough, Href: m.Href, Says: st.says(*m)}
		if !m.Figure.Enough {
			r.Text = l.T("cockpit.n", "n", m.Figure.N)
		}
		if m.Versus != nil && m.Versus.Figure.Has {
			v := m.Versus.Figure.Value
			r.Beside = &v
		}
		c.Items = append(c.Items, r)
	}
	return drawing{Shape: shapeBars, Chart: c, Shown: len(keys), Total: total}
}

// most keeps the values of the one axis with most answers, in their order; the last ones of a time axis.
func (st *study) most(keys []string, limit int) ([]string, int) {
	total := len(keys)
	if total <= limit {
		return keys, total
	}
	if st.axes[0].Grain != "" {
		return keys[total-limit:], total
	}
	n := map[string]int64{}
	for _, m := range st.marks {
		n[m.Keys[0]] += m.Figure.N
	}
	return largest(keys, limit, func(k string) int64 { return n[k] }), total
}

// largest keeps those of most weight in the order they had.
func largest[T any](all []T, limit int, weight func(T) int64) []T {
	if len(all) <= limit {
		return all
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(weight(all[b]), weight(all[a])) })
	order = order[:limit]
	slices.Sort(order)
	out := make([]T, limit)
	for k, i := range order {
		out[k] = all[i]
	}
	return out
}

// cut splits the axes of a study: one runs across, the combinations of the others make groups (rows or panels).
type cut struct {
	across int
	others []int
	keys   []string   // across
	groups [][]string // values of the others
	total  int        // of groups, before some were left out
	from   int        // keys left out before the first one shown
}

func (st *study) cut(mostGroups int) cut {
	c := cut{across: st.acrossAxis()}
	for i := range st.axes {
		if i != c.across {
			c.others = append(c.others, i)
		}
	}
	c.keys = st.keys(c.across)
	if len(c.keys) > mostColumns {
		if st.axes[c.across].Grain != "" {
			c.from = len(c.keys) - mostColumns
			c.keys = c.keys[c.from:]
		} else {
			c.keys = c.keys[:mostColumns]
		}
	}
	c.groups = st.groups(c.others)
	c.total = len(c.groups)
	n := map[string]int64{}
	for _, m := range st.marks {
		n[joined(pick(m.Keys, c.others))] += m.Figure.N
	}
	c.groups = largest(c.groups, mostGroups, func(g []string) int64 { return n[joined(g)] })
	return c
}

// acrossAxis is time, else the axis with fewest values.
func (st *study) acrossAxis() int {
	best, fewest := 0, math.MaxInt
	for i, a := range st.axes {
		if a.Grain != "" {
			return i
		}
		if n := len(st.keys(i)); n < fewest {
			best, fewest = i, n
		}
	}
	return best
}

func pick(keys []string, axes []int) []string {
	out := make([]string, len(axes))
	for k, i := range axes {
		out[k] = keys[i]
	}
	return out
}

// groups gives the combinations that somebody answered in, in the order of their axes.
func (st *study) groups(axes []int) [][]string {
	rank := make([]map[string]int, len(axes))
	for k, i := range axes {
		rank[k] = map[string]int{}
		for place, key := range st.keys(i) {
			rank[k][key] = place
		}
	}
	met := map[string]bool{}
	var out [][]string
	for _, m := range st.marks {
		if g := pick(m.Keys, axes); !met[joined(g)] {
			met[joined(g)] = true
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(a, b []string) int {
		for k := range axes {
			if c := cmp.Compare(rank[k][a[k]], rank[k][b[k]]); c != 0 {
				return c
			}
		}
		return 0
	})
	return out
}

// at gives the values of a cell in the order of the axes.
func (c cut) at(group []string, key string) []string {
	out := make([]string, len(group)+1)
	out[c.across] = key
	for k, i := range c.others {
		out[i] = group[k]
	}
	return out
}

func (st *study) heat() drawing {
	c, find, l := st.cut(mostRows), st.finder(), st.g.lang()
	h := &chart.Heat{Label: st.label()}
	for _, key := range c.keys {
		h.Columns = append(h.Columns, st.name(c.across, key))
	}
	for _, e := range st.eventsFrom(c.from) {
		h.Columns[e.Period] += " " + e.Word
	}
	for _, group := range c.groups {
		h.Rows = append(h.Rows, st.names(c.others, group))
		var row []chart.HeatCell
		for _, key := range c.keys {
			m := find(c.at(group, key))
			if m == nil {
				row = append(row, chart.HeatCell{Missing: true})
				continue
			}
			cell := chart.HeatCell{Text: st.m.text(l, m.Figure.Value), Level: st.level(*m), Few: !m.Figure.Enough, Href: m.Href, Says: st.says(*m)}
			if cell.Few {
				cell.Text = l.T("cockpit.n", "n", m.Figure.N)
			}
			row = append(row, cell)
		}
		h.Cells = append(h.Cells, row)
	}
	return drawing{Shape: shapeHeat, Chart: *h, Heat: h, Shown: len(c.groups), Total: c.total}
}

func (st *study) multiples() drawing {
	c, find := st.cut(mostPanels), st.finder()
	over := st.axes[c.across].Grain != ""
	m := chart.Multiples{Label: st.label(), Over: over, Objective: st.m.Objective, Format: st.m.format(st.g)}
	for _, key := range c.keys {
		m.Names = append(m.Names, st.name(c.across, key))
	}
	if over {
		m.Events = st.eventsFrom(c.from)
	}
	for _, group := range c.groups {
		p := chart.Panel{Name: st.names(c.others, group)}
		for _, key := range c.keys {
			p.Points = append(p.Points, st.point(find(c.at(group, key))))
		}
		m.Panels = append(m.Panels, p)
	}
	return drawing{Shape: shapeMultiples, Chart: m, Shown: len(c.groups), Total: c.total}
}

func (st *study) scatter() drawing {
	l := st.g.lang()
	c := chart.Scatter{Label: st.label(), XName: l.Text(st.m.Name), YName: l.Text(st.other.Name), XFormat: st.m.format(st.g), YFormat: st.other.format(st.g)}
	var both []mark
	for _, m := range st.marks {
		if m.Figure.Has && m.Other.Has {
			both = append(both, m)
		}
	}
	for _, m := range largest(both, mostDots, func(m mark) int64 { return m.Figure.N }) {
		d := chart.Dot{Name: st.fullName(m), Few: !m.Figure.Enough || !m.Other.Enough, Href: m.Href, Says: st.says(m)}
		d.X.Value, d.Y.Value = m.Figure.Value, m.Other.Value
		d.X.Low, d.X.High = finiteSpan(m.Figure)
		d.Y.Low, d.Y.High = finiteSpan(m.Other)
		c.Dots = append(c.Dots, d)
	}
	return drawing{Shape: shapeScatter, Chart: c, Shown: len(c.Dots), Total: len(both)}
}
