package insight

import (
	"cmp"
	"slices"

	"vigie/internal/cx"
)

// cell is where answers are counted: one code per dimension.
type cell [maxBy]int64

// counted are the answers of a cell.
type counted struct {
	ids    [maxBy]int32 // on each axis
	points []pointCount
	n      int64
}

type pointCount struct{ point, n int64 }

func (c *counted) add(point, n int64) {
	c.points = append(c.points, pointCount{point, n})
	c.n += n
}

// figure goes through h, whose room serves for many cells.
func (c *counted) figure(spec cx.Spec, h *cx.Histogram) cx.Figure {
	byPoint := func(a, b pointCount) int { return cmp.Compare(a.point, b.point) }
	if !slices.IsSortedFunc(c.points, byPoint) {
		slices.SortFunc(c.points, byPoint)
	}
	h.Clear()
	for _, p := range c.points {
		h.Add(p.point, p.n)
	}
	return spec.Figure(*h)
}

// tally gathers the cells of an answer. Codes are named once each, cells found by small numbers.
type tally struct {
	axes  []*axis
	index map[uint64]*counted
	list  []*counted
	at    cell         // whose cell was asked for last: the lines of one mostly follow each other
	last  *counted     // nil before the first
	room  []counted    // cells not yet used
	width int          // points that most cells will hold
	space []pointCount // for the points of new cells
}

// axis numbers the codes of a dimension in the order they are met.
type axis struct {
	d     *dimension
	small []int32         // id + 1 of the codes from 0 to smallCodes; 0: not met
	large map[int64]int32 // id of the others
	codes []int64         // by id
	names []string        // by id
	ranks []int32         // by id, once sorted
}

const smallCodes = 1 << 16

// newTally counts along dims answers of a scale of that many points.
func newTally(dims []*dimension, points int) *tally {
	t := &tally{index: map[uint64]*counted{}, width: min(points, 16)}
	for _, d := range dims {
		t.axes = append(t.axes, &axis{d: d, large: map[int64]int32{}})
	}
	return t
}

// id gives the number of a code, the next one when it is new.
func (a *axis) id(code int64) int32 {
	if id, ok := a.known(code); ok {
		return id
	}
	id := int32(len(a.codes))
	a.codes, a.names = append(a.codes, code), append(a.names, a.d.key(code))
	if code < 0 || code >= smallCodes {
		a.large[code] = id
		return id
	}
	for int64(len(a.small)) <= code {
		a.small = append(a.small, make([]int32, 1024)...)
	}
	a.small[code] = id + 1
	return id
}

func (a *axis) known(code int64) (int32, bool) {
	if code >= 0 && code < int64(len(a.small)) {
		id := a.small[code] - 1
		return id, id >= 0
	}
	id, ok := a.large[code]
	return id, ok
}

// cell gives the cell of codes, making it when it is new.
func (t *tally) cell(at cell) *counted {
	if t.last == nil || t.at != at {
		t.at, t.last = at, t.named(at)
	}
	return t.last
}

func (t *tally) named(at cell) *counted {
	var ids [maxBy]int32
	key := uint64(0)
	for n, a := range t.axes {
		ids[n] = a.id(at[n])
		key = key<<21 | uint64(ids[n]) // maxCells is under 2²¹
	}
	c := t.index[key]
	if c == nil {
		if len(t.room) == 0 {
			t.room = make([]counted, 256)
		}
		c, t.room = &t.room[0], t.room[1:]
		c.ids = ids
		c.points = t.points()
		t.index[key] = c
		t.list = append(t.list, c)
	}
	return c
}

// points gives room for those of one cell.
func (t *tally) points() []pointCount {
	if len(t.space) < t.width {
		t.space = make([]pointCount, 256*t.width)
	}
	room := t.space[:0:t.width]
	t.space = t.space[t.width:]
	return room
}

// find gives the cell of codes, nil when there is none.
func (t *tally) find(at cell) *counted {
	key := uint64(0)
	for n, a := range t.axes {
		id, ok := a.known(at[n])
		if !ok {
			return nil
		}
		key = key<<21 | uint64(id)
	}
	return t.index[key]
}

// codes of a cell.
func (t *tally) codes(c *counted) (at cell) {
	for n, a := range t.axes {
		at[n] = a.codes[c.ids[n]]
	}
	return at
}

func (t *tally) sort() {
	for n, a := range t.axes {
		weight := make([]int64, len(a.codes))
		for _, c := range t.list {
			weight[c.ids[n]] += c.n
		}
		a.rank(weight)
	}
	slices.SortFunc(t.list, func(x, y *counted) int {
		for n, a := range t.axes {
			if d := a.ranks[x.ids[n]] - a.ranks[y.ids[n]]; d != 0 {
				return int(d)
			}
		}
		return 0
	})
}

// rank orders the values of an axis: by code, else by weight, then by name.
func (a *axis) rank(weight []int64) {
	ids := make([]int32, len(a.codes))
	for n := range ids {
		ids[n] = int32(n)
	}
	slices.SortFunc(ids, func(x, y int32) int {
		if a.d.ordered {
			return cmp.Compare(a.codes[x], a.codes[y])
		}
		return cmp.Or(cmp.Compare(weight[y], weight[x]), cmp.Compare(a.names[x], a.names[y]))
	})
	a.ranks = make([]int32, len(ids))
	for rank, id := range ids {
		a.ranks[id] = int32(rank)
	}
}
