package insight

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"maps"
	"slices"
	"time"

	"vigie/internal/cx"
)

// Listing is a set of employees' answers whose words may be shown together: those of at least five people that no other
// listing has. A partition is safe by itself: whoever has all listings of all weeks attaches no words to fewer people.
type Listing struct {
	Touchpoint cx.TouchpointID // "": of no touchpoint
	Mixed      bool            // of several touchpoints: Touchpoint is ""
	Unit       cx.UnitID       // "": the company
	Grain      string          // month, quarter or year
	Bucket     int64
	IDs        []cx.FeedbackID
}

// Start is the first day of its period.
func (l Listing) Start() time.Time {
	from, _ := bounds(l.Grain, l.Bucket)
	return dayTime(from)
}

// Floor is how many people at least stand behind what is shown of employees.
const Floor = floor

// writing is an answer of an employee with words.
type writing struct {
	id, respondent   int64
	touchpoint, unit string
	month, arrived   int64 // as in a gridAnswer
}

// lookedUp ids are asked about at once.
const lookedUp = 512

// Gather gives the listings that may be made at a moment of what no listing has: known tells those that are in one. The caller keeps
// them for good, all or none, and asks for one at a time.
func (i *Insight) Gather(ctx context.Context, now time.Time, known func(context.Context, []int64) (map[int64]bool, error)) ([]Listing, error) {
	ctx, cancel := context.WithTimeout(ctx, i.c.Deadline)
	defer cancel()
	var out []Listing
	err := i.question(ctx, func(ctx context.Context, s *store, tx *sql.Conn) error {
		shape := i.shape.Load()
		all, err := s.writings(ctx, tx, known)
		if err == nil {
			out = gather(shape, int64(dayOf(now.In(shape.zone))), all)
		}
		return err
	})
	return out, err
}

// writings reads the answers of employees that have words and no listing yet.
func (s *store) writings(ctx context.Context, tx *sql.Conn, known func(context.Context, []int64) (map[int64]bool, error)) ([]writing, error) {
	touchpoints, units := s.dict("touchpoint").all(), s.dict("unit").all()
	name := func(all []string, v driver.Value) string {
		if v == nil {
			return ""
		}
		return all[codeOf(v)]
	}
	var out, some []writing
	look := func() error {
		ids := make([]int64, len(some))
		for n, w := range some {
			ids[n] = w.id
		}
		listed, err := known(ctx, ids)
		for _, w := range some {
			if !listed[w.id] {
				out = append(out, w)
			}
		}
		some = some[:0]
		return err
	}
	err := stream(ctx, tx, "SELECT id, COALESCE(identity, -id), touchpoint, unit, month, instant FROM facts WHERE audience = ? AND words ORDER BY id", []any{int64(employeeCode)},
		func(v []driver.Value) error {
			some = append(some, writing{id: codeOf(v[0]), respondent: codeOf(v[1]), touchpoint: name(touchpoints, v[2]), unit: name(units, v[3]), month: codeOf(v[4]),
				arrived: int64(dayOf(time.UnixMicro(codeOf(v[5])).UTC()))})
			if len(some) == lookedUp {
				return look()
			}
			return nil
		})
	if err == nil && len(some) > 0 {
		err = look()
	}
	return out, err
}

// part is one kind of cell in which listings are made: the longer the period, the wider it may be.
type part struct {
	grain int // of grains
	mixed bool
	whole bool // the company
}

// parts from the finest: place is given up before touchpoint, and neither in a month.
var parts = [...]part{{grain: 0}, {grain: 1}, {grain: 1, whole: true}, {grain: 1, mixed: true},
	{grain: 2}, {grain: 2, whole: true}, {grain: 2, mixed: true}, {grain: 2, mixed: true, whole: true}}

// gather parts what has no listing: each answer goes to the finest closed cell where at least five people are left. What came
// in the week that goes on, and what finds no such cell, waits.
func gather(shape *structure, today int64, all []writing) []Listing {
	g := newGrid(shape, today)
	left := slices.DeleteFunc(slices.Clone(all), func(w writing) bool { return w.arrived+7 >= today })
	slices.SortFunc(left, func(a, b writing) int { return cmp.Compare(a.id, b.id) })
	var out []Listing
	for _, p := range parts {
		for len(left) > 0 {
			made, taken := p.deepest(g, left)
			if len(made) == 0 {
				break
			}
			out = append(out, made...)
			left = slices.DeleteFunc(left, func(w writing) bool { return taken[w.id] })
		}
	}
	slices.SortStableFunc(out, func(a, b Listing) int {
		_, x := bounds(a.Grain, a.Bucket)
		_, y := bounds(b.Grain, b.Bucket)
		return cmp.Compare(x, y)
	})
	return out
}

// deepest makes the listings of one kind at the deepest units where some can be made.
func (p part) deepest(g *grid, left []writing) (made []Listing, taken map[int64]bool) {
	cells, depth := map[gridKey][]writing{}, map[gridKey]int{}
	for _, w := range left {
		bucket := w.month / monthsOf(grains[p.grain])
		if bucket > g.last[p.grain] {
			continue
		}
		k := gridKey{touchpoint: cmp.Or(w.touchpoint, nowhere), grain: grains[p.grain], bucket: bucket}
		if p.mixed {
			k.touchpoint = ""
		}
		path := p.path(g.shape, w)
		for n, u := range path {
			k.unit = u
			cells[k], depth[k] = append(cells[k], w), len(path)-n
		}
	}
	keys := slices.DeleteFunc(slices.SortedFunc(maps.Keys(cells), compareGrid), func(k gridKey) bool { return authors(cells[k]) < floor })
	at := 0
	for _, k := range keys {
		at = max(at, depth[k])
	}
	taken = map[int64]bool{}
	for _, k := range keys {
		if depth[k] == at {
			l := Listing{Touchpoint: cx.TouchpointID(k.touchpoint), Mixed: p.mixed, Unit: cx.UnitID(k.unit), Grain: k.grain, Bucket: k.bucket}
			if k.touchpoint == nowhere {
				l.Touchpoint = ""
			}
			for _, w := range cells[k] {
				l.IDs = append(l.IDs, cx.FeedbackID(w.id))
				taken[w.id] = true
			}
			made = append(made, l)
		}
	}
	return made, taken
}

// path gives the units in which an answer may be listed, the nearest first; what names no unit is the company's own.
func (p part) path(shape *structure, w writing) []string {
	if p.whole || w.unit == "" {
		return []string{""}
	}
	var out []string
	for _, u := range shape.chain(cx.UnitID(w.unit)) {
		out = append(out, string(u))
	}
	return out
}

// authors counts those who wrote.
func authors(all []writing) int {
	who := map[int64]bool{}
	for _, w := range all {
		who[w.respondent] = true
	}
	return len(who)
}
