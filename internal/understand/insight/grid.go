package insight

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// The employees' floor. Figures of employees exist only for cells of one fixed grid: a touchpoint or all, a unit or the
// whole company, a closed month, quarter or year. Which cells are kept back depends on the answers alone, never on the
// question, so that no two questions give by difference what one does not.

// floor is the least number of distinct respondents of a cell that is shown.
const floor = 5

// gridKey names a cell: "" is the whole company, or all touchpoints.
type gridKey struct {
	touchpoint, unit string
	grain            string
	bucket           int64
	// layer of the answers that came together after their month was shown, the Monday of their week; 0: those that came
	// in time. Each layer is suppressed by itself and what is shown is their sum: figures asked before and after late
	// answers differ by a layer's cell, never by less.
	layer int64
}

// In a gridKey: what no question can name. A unit's own answers beside those of the units below it, and the answers
// without touchpoint.
const (
	nowhere = "\x00"
	ownMark = "\x00own:"
)

type gridCell struct {
	key         gridKey
	respondents []int64 // up to floor of them
	counted     counted
	hidden      bool
}

func (c *gridCell) add(respondent, point int64) {
	c.counted.points = append(c.counted.points, pointCount{point, 1})
	c.counted.n++
	c.respondents = union(c.respondents, []int64{respondent})
}

// union gives distinct members of both, no more than floor.
func union(a, b []int64) []int64 {
	for _, r := range b {
		if len(a) < floor && !slices.Contains(a, r) {
			a = append(a, r)
		}
	}
	return a
}

// unpublished cells are never shown, whatever their number.
func (c *gridCell) unpublished() bool { return strings.HasPrefix(c.key.unit, ownMark) }

// grid holds the cells of one program and metric: of every indicator, and every draft, over them.
type grid struct {
	shape *structure
	today int64
	cells map[gridKey]*gridCell
	paths map[string][]string // unit → nodes
	last  [3]int64            // the last closed bucket of each grain
	sum   uint64              // of its answers, whatever their order
}

func newGrid(shape *structure, today int64) *grid {
	g := &grid{shape: shape, today: today, cells: map[gridKey]*gridCell{}, paths: map[string][]string{}}
	for n, grain := range grains {
		g.last[n] = bucketOf(grain, today)
		for !g.closed(grain, g.last[n]) {
			g.last[n]--
		}
	}
	return g
}

// gridAt says what a grid was computed from: it holds as long as this does.
type gridAt struct {
	store    *store
	position record.Position
	shape    *structure
	today    int64
}

// gridOf says whose answers a grid holds.
type gridOf struct {
	program cx.Program
	column  string
}

// grids keeps the last grid of each: a page asks many questions of one.
type grids struct {
	mu  sync.Mutex
	of  map[gridOf]*grid
	how map[gridOf]gridAt
}

func (k *grids) keep(of gridOf, at gridAt, build func(was *grid) (*grid, error)) (*grid, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.of == nil {
		k.of, k.how = map[gridOf]*grid{}, map[gridOf]gridAt{}
	}
	if g := k.of[of]; g != nil && k.how[of] == at {
		return g, nil
	}
	g, err := build(k.of[of])
	if err == nil {
		k.of[of], k.how[of] = g, at
	}
	return g, err
}

// fill counts every answer in all the cells it belongs to.
func (g *grid) fill(ctx context.Context, tx *sql.Conn, p *plan) error {
	if p.column == "" {
		return nil
	}
	touchpoint, unit := p.values("touchpoint"), p.values("unit")
	text := fmt.Sprintf("SELECT touchpoint, unit, month, instant, COALESCE(identity, -id), %s FROM facts WHERE audience = ? AND program = ? AND %s IS NOT NULL",
		p.column, p.column)
	args := []any{int64(employeeCode), int64(programCode(string(p.indicator.Program)))}
	return stream(ctx, tx, text, args, func(v []driver.Value) error {
		g.answer(gridAnswer{touchpoint: touchpoint(codeOf(v[0])), unit: unit(codeOf(v[1])), month: codeOf(v[2]),
			arrived: int64(dayOf(time.UnixMicro(codeOf(v[3])).UTC())), respondent: codeOf(v[4]), point: codeOf(v[5])})
		return nil
	})
}

// gridAnswer is one answer; arrived is the Monday of the week in which it came.
type gridAnswer struct {
	touchpoint, unit  string
	month, arrived    int64
	respondent, point int64
}

// digest of an answer: of one that changes, another.
func (a gridAnswer) digest() uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprintln(h, a) // never fails
	return h.Sum64()
}

// answer counts one in all the cells it belongs to.
func (g *grid) answer(a gridAnswer) {
	if a.month > g.last[0] {
		return
	}
	layer := int64(0)
	if a.arrived >= closes("month", a.month) {
		if layer = a.arrived; layer+7 >= g.today {
			return // others may still come with it
		}
	}
	g.sum += a.digest()
	tp := cmp.Or(a.touchpoint, nowhere)
	for _, u := range g.unitPath(a.unit) {
		for _, t := range []string{tp, ""} {
			g.count(gridKey{touchpoint: t, unit: u, layer: layer}, a.month, a.respondent, a.point)
		}
	}
}

func (g *grid) count(at gridKey, month, respondent, point int64) {
	for n, bucket := range []int64{month, month / 3, month / 12} {
		at.grain, at.bucket = grains[n], bucket
		if bucket > g.last[n] {
			return // what holds it is open too
		}
		c := g.cells[at]
		if c == nil {
			c = &gridCell{key: at}
			g.cells[at] = c
		}
		c.add(respondent, point)
	}
}

var grains = [3]string{"month", "quarter", "year"}

// monthsOf gives how many months a bucket lasts.
func monthsOf(grain string) int64 {
	switch grain {
	case "month":
		return 1
	case "quarter":
		return 3
	}
	return 12
}

// bounds gives the first day of a bucket and the first after it.
func bounds(grain string, bucket int64) (from, to int64) {
	m := monthsOf(grain)
	return firstDay(bucket * m), firstDay((bucket + 1) * m)
}

func firstDay(month int64) int64 {
	return int64(dayOf(time.Date(int(month/12), time.Month(month%12+1), 1, 0, 0, 0, 0, time.UTC)))
}

// closes gives the Monday on which a bucket takes no more answers in time: over for a week, because an answer counts in the
// month of its Monday. See cx.Closes.
func closes(grain string, bucket int64) int64 {
	_, to := bounds(grain, bucket)
	return int64(floorMonday(int32(to + 12)))
}

// closed buckets are shown, from the day after: that Monday begins later in other time zones.
func (g *grid) closed(grain string, bucket int64) bool { return closes(grain, bucket) < g.today }

// unitPath gives the nodes an answer of a unit counts in.
func (g *grid) unitPath(unit string) []string {
	if path := g.paths[unit]; path != nil {
		return path
	}
	path := []string{ownMark + unit}
	for _, u := range g.shape.chain(cx.UnitID(unit)) {
		path = append(path, string(u))
	}
	path = append(path, "")
	g.paths[unit] = path
	return path
}

// parent gives the cell that holds this one along an axis (0 touchpoint, 1 unit, 2 time), false at the top.
func (g *grid) parent(k gridKey, axis int) (gridKey, bool) {
	switch axis {
	case 0:
		ok := k.touchpoint != ""
		k.touchpoint = ""
		return k, ok
	case 1:
		if own, ok := strings.CutPrefix(k.unit, ownMark); ok {
			k.unit = own
			return k, true
		}
		ok := k.unit != ""
		k.unit = string(g.shape.units[cx.UnitID(k.unit)].Parent)
		return k, ok
	}
	n := slices.Index(grains[:], k.grain)
	if n == 2 {
		return k, false
	}
	k.bucket = k.bucket * monthsOf(k.grain) / monthsOf(grains[n+1])
	k.grain = grains[n+1]
	return k, true
}

func compareGrid(a, b gridKey) int {
	return cmp.Or(cmp.Compare(a.touchpoint, b.touchpoint), cmp.Compare(a.unit, b.unit), cmp.Compare(a.grain, b.grain),
		cmp.Compare(a.bucket, b.bucket), cmp.Compare(a.layer, b.layer))
}

// window tells which cells a period names: the buckets within it, or the one it is.
func (g *grid) window(grain string, during *Period) (func(gridKey) bool, error) {
	if during == nil {
		if grain == "" {
			return nil, cx.Fail(cx.Invalid, "during", "insight.employees_period")
		}
		return func(k gridKey) bool { return k.grain == grain }, nil
	}
	from, to, err := during.days("during")
	if err != nil {
		return nil, err
	}
	if grain != "" {
		return func(k gridKey) bool {
			a, b := bounds(k.grain, k.bucket)
			return k.grain == grain && a >= from && b <= to
		}, nil
	}
	for _, grain := range grains {
		bucket := bucketOf(grain, from)
		if a, b := bounds(grain, bucket); a == from && b == to {
			return func(k gridKey) bool { return k.grain == grain && k.bucket == bucket }, nil
		}
	}
	return nil, cx.Fail(cx.Invalid, "during", "insight.employees_period")
}
