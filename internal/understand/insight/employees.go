package insight

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

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

// grid holds the cells of one indicator.
type grid struct {
	shape *structure
	today int64
	cells map[gridKey]*gridCell
	paths map[string][]string // unit → nodes
	last  [3]int64            // the last closed bucket of each grain
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

// grids keeps the last grid of each indicator: a page asks many questions of one.
type grids struct {
	mu  sync.Mutex
	of  map[cx.IndicatorID]*grid
	how map[cx.IndicatorID]gridAt
}

func (k *grids) keep(ind cx.IndicatorID, at gridAt, build func() (*grid, error)) (*grid, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.of == nil {
		k.of, k.how = map[cx.IndicatorID]*grid{}, map[cx.IndicatorID]gridAt{}
	}
	if g := k.of[ind]; g != nil && k.how[ind] == at {
		return g, nil
	}
	g, err := build()
	if err == nil {
		k.of[ind], k.how[ind] = g, at
	}
	return g, err
}

// employees answers a question about employees, from the cells above the floor.
func (i *Insight) employees(ctx context.Context, tx *sql.Conn, p *plan, q Query, at record.Position) ([]Row, error) {
	if !p.scope.Employees() {
		return nil, cx.Fail(cx.Denied, "indicator", "insight.denied_employees")
	}
	pick, err := p.pick(q)
	if err != nil {
		return nil, err
	}
	today := int64(dayOf(i.d.Now().In(p.shape.zone)))
	g, err := i.grids.keep(p.indicator.Key, gridAt{p.store, at, p.shape, today}, func() (*grid, error) {
		g := newGrid(p.shape, today)
		if err := g.fill(ctx, tx, p); err != nil {
			return nil, err
		}
		g.suppress()
		return g, nil
	})
	if err != nil {
		return nil, err
	}
	return p.gridRows(g, pick, q)
}

// fill counts every answer in all the cells it belongs to.
func (g *grid) fill(ctx context.Context, tx *sql.Conn, p *plan) error {
	if p.column == "" {
		return nil
	}
	touchpoint, unit := p.values("touchpoint"), p.values("unit")
	text := fmt.Sprintf("SELECT touchpoint, unit, month, COALESCE(identity, -id), %s FROM facts WHERE audience = ? AND program = ? AND %s IS NOT NULL",
		p.column, p.column)
	args := []any{int64(employeeCode), int64(programCode(string(p.indicator.Program)))}
	return stream(ctx, tx, text, args, func(v []driver.Value) error {
		tp := cmp.Or(touchpoint(codeOf(v[0])), nowhere)
		for _, u := range g.unitPath(unit(codeOf(v[1]))) {
			for _, t := range []string{tp, ""} {
				g.count(gridKey{touchpoint: t, unit: u}, codeOf(v[2]), codeOf(v[3]), codeOf(v[4]))
			}
		}
		return nil
	})
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
	t, _ := timeCode("day", timeKey("month", month)+"-01")
	return t
}

// closed: over for a week, because an answer counts in the month of its Monday.
func (g *grid) closed(grain string, bucket int64) bool {
	_, to := bounds(grain, bucket)
	return to+6 <= g.today
}

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

// family is a cell with those it is the sum of.
type family struct {
	parent   *gridCell
	children []*gridCell
}

// suppress hides the cells under the floor, then, until nothing changes, what would give a hidden one by difference.
func (g *grid) suppress() {
	for _, c := range g.cells {
		c.hidden = len(c.respondents) < floor || c.unpublished()
	}
	families := g.families()
	for changed := true; changed; {
		changed = false
		for _, f := range families {
			changed = f.protect() || changed
		}
	}
}

// families in an order that only depends on names.
func (g *grid) families() []*family {
	keys := slices.SortedFunc(maps.Keys(g.cells), compareGrid)
	var out []*family
	for axis := range 3 {
		of := map[gridKey]*family{}
		for _, k := range keys {
			up, ok := g.parent(k, axis)
			if !ok || g.cells[up] == nil {
				continue
			}
			f := of[up]
			if f == nil {
				f = &family{parent: g.cells[up]}
				of[up] = f
				out = append(out, f)
			}
			f.children = append(f.children, g.cells[k])
		}
	}
	for _, f := range out {
		slices.SortStableFunc(f.children, func(a, b *gridCell) int { return cmp.Compare(a.counted.n, b.counted.n) })
	}
	return out
}

func compareGrid(a, b gridKey) int {
	return cmp.Or(cmp.Compare(a.touchpoint, b.touchpoint), cmp.Compare(a.unit, b.unit), cmp.Compare(a.grain, b.grain),
		cmp.Compare(a.bucket, b.bucket))
}

// protect hides the next smallest child while what is hidden of a shown parent can be told: fewer respondents than the
// floor together, or one child alone. With no child left to hide, the parent goes.
func (f *family) protect() (changed bool) {
	for !f.parent.hidden {
		var together []int64
		var hidden []*gridCell
		var next *gridCell
		for _, c := range f.children {
			switch {
			case c.hidden:
				hidden = append(hidden, c)
				together = union(together, c.respondents)
			case next == nil:
				next = c
			}
		}
		alone := len(hidden) == 1 && !hidden[0].unpublished()
		if len(hidden) == 0 || len(together) >= floor && !alone {
			return changed
		}
		if next == nil {
			next = f.parent
		}
		next.hidden, changed = true, true
	}
	return changed
}

// picked says which cells a question names.
type picked struct {
	grain       string // of the rows; "" when the period itself is the cell
	level       string // of the units in rows; "" when one unit, or all, is the cell
	touchpoints map[string]bool
	units       map[string]bool
	each        bool   // a row per touchpoint
	unit        string // the unit that is the cell
}

// pick reads a question about employees: only the grid's own coordinates.
func (p *plan) pick(q Query) (*picked, error) {
	out := &picked{}
	for n, name := range q.By {
		level, isLevel := strings.CutPrefix(name, "unit.")
		switch {
		case name == "touchpoint":
			out.each = true
		case isLevel && out.level == "":
			out.level = level
		case slices.Contains(grains[:], name) && out.grain == "":
			out.grain = name
		default:
			return nil, cx.Fail(cx.Invalid, fmt.Sprintf("by[%d]", n), "insight.employees_by", "key", name)
		}
	}
	if q.Versus != nil && q.Versus.Where != nil {
		return nil, cx.Fail(cx.Invalid, "versus.where", "insight.employees_where")
	}
	for _, key := range slices.Sorted(maps.Keys(q.Where)) {
		if err := out.condition(key, q.Where[key]); err != nil {
			return nil, err
		}
	}
	return out, p.settle(out)
}

func (k *picked) condition(key string, c Condition) error {
	chosen := map[string]bool{}
	for _, v := range c.In {
		chosen[text(v)] = true
	}
	fail := cx.Fail(cx.Invalid, "where."+key, "insight.employees_where")
	level, isLevel := strings.CutPrefix(key, "unit.")
	switch {
	case len(c.In) == 0:
		return fail
	case key == "touchpoint" && (k.each || len(chosen) == 1):
		k.touchpoints = chosen
	case isLevel && level == k.level && k.units == nil:
		k.units = chosen
	case (key == "unit" || isLevel && k.level == "") && len(chosen) == 1 && k.unit == "":
		k.unit = text(c.In[0])
	default:
		return fail
	}
	return nil
}

// settle gives a viewer of one subtree that subtree as the whole.
func (p *plan) settle(k *picked) error {
	in := p.scope.Figures()
	if in.All || k.level != "" || k.unit != "" {
		return nil
	}
	if len(in.Roots) != 1 {
		return cx.Fail(cx.Invalid, "where.unit", "insight.employees_unit")
	}
	k.unit = string(in.Roots[0])
	return nil
}

// gridRows gives the shown cells that a question names, with those beside.
func (p *plan) gridRows(g *grid, k *picked, q Query) ([]Row, error) {
	names := &nameTable{codes: map[string]int64{}}
	for n, d := range p.dims {
		if d.grain == "" {
			p.dims[n] = &dimension{name: d.name, key: names.name}
		}
	}
	cells, err := p.choose(g, k, q.During, names)
	if err != nil {
		return nil, err
	}
	var b *besides
	if q.Versus != nil {
		other, err := otherPeriod(q)
		if err != nil {
			return nil, err
		}
		b = &besides{shift: p.shift(q.During, other)}
		if b.cells, err = p.choose(g, k, other, names); err != nil {
			return nil, err
		}
	}
	if len(p.dims) == 0 {
		cells.cell(cell{}) // n = 0 when it is kept back
	}
	return p.rows(cells, b), nil
}

// nameTable gives codes to keys for the length of one answer.
type nameTable struct {
	codes map[string]int64
	all   []string
}

func (t *nameTable) code(name string) int64 {
	c, ok := t.codes[name]
	if !ok {
		c = int64(len(t.all))
		t.codes[name] = c
		t.all = append(t.all, name)
	}
	return c
}

func (t *nameTable) name(code int64) string { return t.all[code] }

func (p *plan) choose(g *grid, k *picked, during *Period, names *nameTable) (*tally, error) {
	window, err := g.window(k.grain, during)
	if err != nil {
		return nil, err
	}
	roots := map[cx.UnitID]bool{}
	for _, r := range p.scope.Figures().Roots {
		roots[r] = true
	}
	out := newTally(p.dims, 0)
	for key, c := range g.cells {
		if c.hidden || !window(key) || !k.names(key, p.shape) {
			continue
		}
		if !p.scope.Figures().All && !p.shape.under(cx.UnitID(key.unit), roots) {
			continue
		}
		found := out.cell(p.place(key, names))
		found.points, found.n = slices.Clone(c.counted.points), c.counted.n
	}
	return out, nil
}

// names tells whether a cell is one of those picked.
func (k *picked) names(c gridKey, shape *structure) bool {
	touchpoint := c.touchpoint == "" && !k.each
	switch {
	case k.touchpoints != nil:
		touchpoint = k.touchpoints[c.touchpoint]
	case k.each:
		touchpoint = c.touchpoint != ""
	}
	unit := c.unit == k.unit
	if k.level != "" {
		unit = shape.units[cx.UnitID(c.unit)].Level == k.level && (k.units == nil || k.units[c.unit])
		unit = unit && (k.unit == "" || shape.under(cx.UnitID(c.unit), map[cx.UnitID]bool{cx.UnitID(k.unit): true}))
	}
	return touchpoint && unit
}

func (p *plan) place(k gridKey, names *nameTable) cell {
	var out cell
	for n, d := range p.dims {
		switch {
		case d.grain != "":
			out[n] = k.bucket
		case d.name == "touchpoint":
			out[n] = names.code(strings.TrimPrefix(k.touchpoint, nowhere))
		default:
			out[n] = names.code(k.unit)
		}
	}
	return out
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
