package insight

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/record"
)

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
	build := func(was *grid) (*grid, error) {
		g := newGrid(p.shape, today)
		if err := g.fill(ctx, tx, p); err != nil {
			return nil, err
		}
		if was != nil && was.sum == g.sum && was.shape == g.shape && was.last == g.last {
			return was, nil // the same answers of the same closed months
		}
		g.suppress()
		return g, nil
	}
	g, err := i.grids.keep(gridOf{p.indicator.Program, p.column}, gridAt{p.store, at, p.shape, today}, build)
	if err != nil {
		return nil, err
	}
	return p.gridRows(g, pick, q)
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
		found.points, found.n = append(found.points, c.counted.points...), found.n+c.counted.n
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
