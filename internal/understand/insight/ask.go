package insight

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
)

const (
	// maxRows of an answer.
	maxRows = 50_000
	// maxCells are the (dimensions, value) pairs read for one: beyond, the question is too wide.
	maxCells = 2_000_000
	maxBy    = 3
)

// plan is a question resolved against one store and today's structure.
type plan struct {
	store     *store
	shape     *structure
	cols      *columns
	scope     people.Scope
	indicator cx.Indicator
	metric    cx.Metric
	column    string // of the metric; "" when nobody answered it yet
	dims      []*dimension
	agents    bool // the question looks at advisers
}

// Ask answers a question for a viewer. Errors are Invalid (naming the field), Denied, TooMany (rows), Unavailable
// (rebuilding, queue full, too slow).
func (i *Insight) Ask(ctx context.Context, scope people.Scope, q Query) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, i.c.Deadline)
	defer cancel()
	var a Answer
	err := i.question(ctx, func(ctx context.Context, s *store, tx *sql.Tx) error {
		p := &plan{store: s, shape: i.shape.Load(), cols: s.columns.Load(), scope: scope}
		if err := p.resolve(q); err != nil {
			return err
		}
		var err error
		if a.Position, err = position(ctx, tx); err != nil {
			return err
		}
		if p.indicator.Audience == cx.Employees {
			a.Rows, err = i.employees(ctx, tx, p, q)
		} else {
			a.Rows, err = p.answer(ctx, tx, q)
		}
		return err
	})
	return a, err
}

// question runs fn in a read transaction of the store in use, when a place is free.
func (i *Insight) question(ctx context.Context, fn func(context.Context, *store, *sql.Tx) error) error {
	select {
	case i.slots <- struct{}{}:
		defer func() { <-i.slots }()
	case <-ctx.Done():
		return cx.Fail(cx.Unavailable, "", "insight.busy")
	}
	if !i.Ready() {
		return cx.Fail(cx.Unavailable, "", "insight.rebuilding")
	}
	s, err := i.use()
	if err != nil {
		return err
	}
	defer s.users.Done()
	err = s.reading(ctx, fn)
	if err != nil && ctx.Err() != nil && cx.KindOf(err) == cx.Internal {
		return &cx.Error{Kind: cx.Unavailable, Code: "insight.slow", Cause: err}
	}
	return err
}

func (s *store) reading(ctx context.Context, fn func(context.Context, *store, *sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	err = fn(ctx, s, tx)
	if e := tx.Rollback(); e != nil && !errors.Is(e, sql.ErrTxDone) && err == nil {
		err = fmt.Errorf("end: %w", e)
	}
	return err
}

func position(ctx context.Context, tx *sql.Tx) (p record.Position, err error) {
	if err = tx.QueryRowContext(ctx, `SELECT position FROM cursor`).Scan(&p); err != nil {
		err = fmt.Errorf("position: %w", err)
	}
	return p, err
}

// resolve finds the indicator, its column and the dimensions, and refuses what the viewer may not ask.
func (p *plan) resolve(q Query) error {
	ind, ok := p.shape.catalogue.Indicators[q.Indicator]
	if !ok {
		return cx.Fail(cx.Invalid, "indicator", "insight.unknown_indicator", "key", string(q.Indicator))
	}
	p.indicator = ind
	if p.metric, ok = p.shape.catalogue.Metrics[ind.Metric]; !ok {
		return cx.Fail(cx.Invalid, "indicator", "insight.unknown_metric", "key", string(ind.Metric))
	}
	if n, ok := p.cols.metrics[string(ind.Metric)]; ok {
		p.column = p.cols.list[n].name
	}
	if p.scope.Figures().Empty() {
		return cx.Fail(cx.Denied, "", "insight.denied")
	}
	if err := p.resolveBy(q.By); err != nil {
		return err
	}
	_, p.agents = q.Where["agent"]
	p.agents = p.agents || slices.Contains(q.By, "agent")
	if q.Versus != nil {
		if _, ok := q.Versus.Where["agent"]; ok {
			p.agents = true
		}
		return q.Versus.check()
	}
	return nil
}

func (p *plan) resolveBy(by []string) error {
	if len(by) > maxBy {
		return cx.Fail(cx.Invalid, "by", "insight.too_many_by", "most", maxBy)
	}
	for n, name := range by {
		field := fmt.Sprintf("by[%d]", n)
		if slices.Contains(by[:n], name) {
			return cx.Fail(cx.Invalid, field, "insight.twice", "key", name)
		}
		d, err := p.dimensionOf(name, field)
		if err != nil {
			return err
		}
		if name == "agent" && !p.scope.Agents() && p.scope.Adviser() == "" {
			return cx.Fail(cx.Denied, field, "insight.denied_agents")
		}
		p.dims = append(p.dims, d)
	}
	return nil
}

// cell is where answers are counted: one code per dimension.
type cell [maxBy]int64

type counted struct {
	cell   cell
	points []pointCount
	n      int64
}

type pointCount struct{ point, n int64 }

func (c *counted) histogram() cx.Histogram {
	slices.SortFunc(c.points, func(a, b pointCount) int { return cmp.Compare(a.point, b.point) })
	var h cx.Histogram
	for _, p := range c.points {
		h.Add(p.point, p.n)
	}
	return h
}

// answer runs the question, the one beside it, and makes the rows.
func (p *plan) answer(ctx context.Context, tx *sql.Tx, q Query) ([]Row, error) {
	cells, err := p.count(ctx, tx, q.Where, q.During, "")
	if err != nil {
		return nil, err
	}
	beside, err := p.beside(ctx, tx, q)
	if err != nil {
		return nil, err
	}
	if len(cells) > maxRows {
		return nil, cx.Fail(cx.TooMany, "by", "insight.too_many_rows", "most", maxRows)
	}
	return p.rows(cells, beside), nil
}

// count asks the engine for one histogram per cell.
func (p *plan) count(ctx context.Context, tx *sql.Tx, where Where, during *Period, field string) (map[cell]*counted, error) {
	w, err := p.filter(where, during, field)
	if err != nil {
		return nil, err
	}
	out := map[cell]*counted{}
	if len(p.dims) == 0 {
		out[cell{}] = &counted{}
	}
	if p.column == "" {
		return out, nil
	}
	return out, stream(ctx, tx, p.sql(w), w.args, func(v []driver.Value) error { return p.tally(out, v) })
}

// filter writes the conditions: the indicator's program and audience, the viewer's perimeter, then the question's.
func (p *plan) filter(where Where, during *Period, field string) (*sqlWhere, error) {
	w := &sqlWhere{}
	w.add("program = ? AND audience = ?", int64(programCode(string(p.indicator.Program))), int64(audienceCode(string(p.indicator.Audience))))
	p.inside(w, p.scope.Figures())
	if p.agents {
		p.advisers(w)
	}
	if err := p.during(w, during, join(field, "during")); err != nil {
		return nil, err
	}
	return w, p.where(w, where, join(field, "where"))
}

// sql is the one shape of every figure: dimensions, value, n.
func (p *plan) sql(w *sqlWhere) string {
	var b strings.Builder
	b.WriteString("SELECT ")
	groups := make([]string, 0, maxBy+1)
	for n, d := range p.dims {
		b.WriteString(d.sql)
		b.WriteString(", ")
		groups = append(groups, fmt.Sprint(n+1))
	}
	groups = append(groups, fmt.Sprint(len(p.dims)+1))
	fmt.Fprintf(&b, "%s, count(*) FROM facts WHERE %s IS NOT NULL AND %s GROUP BY %s", p.column, p.column, w, strings.Join(groups, ", "))
	return b.String()
}

// tally adds one line of the engine's answer to its cell.
func (p *plan) tally(out map[cell]*counted, v []driver.Value) error {
	var key cell
	for n, d := range p.dims {
		key[n] = codeOf(v[n])
		if d.fold != nil {
			key[n] = d.fold(key[n])
		}
	}
	c := out[key]
	if c == nil {
		c = &counted{cell: key}
		out[key] = c
	}
	last := len(p.dims)
	n := codeOf(v[last+1])
	c.points = append(c.points, pointCount{codeOf(v[last]), n})
	c.n += n
	return nil
}

func codeOf(v driver.Value) int64 {
	switch v := v.(type) {
	case int64:
		return v
	case int32:
		return int64(v)
	case int16:
		return int64(v)
	case uint8:
		return int64(v)
	case float64:
		return floatCode(v)
	case bool:
		if v {
			return 1
		}
		return 0
	}
	return missing
}

// stream reads the lines of an answer without database/sql's conversions.
func stream(ctx context.Context, tx *sql.Tx, q string, args []any, line func([]driver.Value) error) error {
	rows, err := tx.QueryContext(ctx, q, args...)
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	values, into := make([]driver.Value, len(cols)), make([]any, len(cols))
	for n := range into {
		into[n] = taken{&values[n]}
	}
	for n := 0; rows.Next(); n++ {
		if n == maxCells {
			return cx.Fail(cx.TooMany, "by", "insight.too_wide", "most", maxCells)
		}
		if err := rows.Scan(into...); err != nil {
			return fmt.Errorf("ask: %w", err)
		}
		if err := line(values); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("ask: %w", err)
	}
	return nil
}

// taken takes what the engine gives as it is.
type taken struct{ into *driver.Value }

func (t taken) Scan(v any) error {
	*t.into = v
	return nil
}

// rows makes figures of cells and puts them in order: time and scores ascending, the rest by n of their value.
func (p *plan) rows(cells map[cell]*counted, beside *besides) []Row {
	list := make([]*counted, 0, len(cells))
	weight := [maxBy]map[int64]int64{{}, {}, {}}
	for _, c := range cells {
		list = append(list, c)
		for n := range p.dims {
			weight[n][c.cell[n]] += c.n
		}
	}
	names := p.names(cells)
	slices.SortFunc(list, func(a, b *counted) int {
		for n, d := range p.dims {
			x, y := a.cell[n], b.cell[n]
			if x == y {
				continue
			}
			if !d.ordered && weight[n][x] != weight[n][y] {
				return cmp.Compare(weight[n][y], weight[n][x])
			}
			if d.ordered {
				return cmp.Compare(x, y)
			}
			return cmp.Compare(names[n][x], names[n][y])
		}
		return 0
	})
	spec := cx.NewSpec(p.indicator, p.metric)
	out := make([]Row, len(list))
	for k, c := range list {
		out[k] = Row{By: make(map[string]string, len(p.dims)), Figure: spec.Figure(c.histogram())}
		for n, d := range p.dims {
			out[k].By[d.name] = names[n][c.cell[n]]
		}
		out[k].Versus = beside.compare(spec, c.cell, out[k].Figure)
	}
	return out
}

// names writes each code once.
func (p *plan) names(cells map[cell]*counted) [maxBy]map[int64]string {
	out := [maxBy]map[int64]string{{}, {}, {}}
	for c := range cells {
		for n, d := range p.dims {
			if _, ok := out[n][c[n]]; !ok {
				out[n][c[n]] = d.key(c[n])
			}
		}
	}
	return out
}
