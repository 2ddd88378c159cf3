package insight

import (
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
	table     string // facts, or invitations
	column    string // of the metric; "" when nobody answered it yet
	dims      []*dimension
	agents    bool // the question looks at advisers
	// coming tells whether an attribute that the structure does not hold yet has just been declared.
	coming func(cx.AttributeID) bool
	draft  *Draft // stands for the indicator of the catalogue; nil: none
}

// Draft is an indicator as it might become, over its metric as it might become: both are taken as checked.
type Draft struct {
	Indicator cx.Indicator
	Metric    cx.Metric
}

func (i *Insight) plan(ctx context.Context, s *store, scope people.Scope) *plan {
	return &plan{store: s, shape: i.shape.Load(), cols: s.columns.Load(), scope: scope, table: facts, coming: func(key cx.AttributeID) bool {
		c, err := i.d.Catalogue(ctx)
		if err != nil {
			return false
		}
		_, ok := projectedOf(c.Attributes)[key]
		return ok
	}}
}

// Ask answers a question for a viewer. Errors are Invalid (naming the field), Denied, TooMany (rows), Unavailable
// (rebuilding, queue full, too slow).
func (i *Insight) Ask(ctx context.Context, scope people.Scope, q Query) (Answer, error) {
	return i.ask(ctx, scope, q, nil)
}

// AskDraft answers a question as Ask does, with a draft in place of the indicator it names: what past figures would be if
// the draft were adopted.
func (i *Insight) AskDraft(ctx context.Context, scope people.Scope, q Query, d Draft) (Answer, error) {
	return i.ask(ctx, scope, q, &d)
}

func (i *Insight) ask(ctx context.Context, scope people.Scope, q Query, d *Draft) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, i.c.Deadline)
	defer cancel()
	var a Answer
	err := i.question(ctx, func(ctx context.Context, s *store, tx *sql.Conn) error {
		p := i.plan(ctx, s, scope)
		p.draft = d
		if err := p.resolve(q); err != nil {
			return err
		}
		var err error
		if a.Position, err = position(ctx, tx); err != nil {
			return err
		}
		if p.indicator.Audience == cx.Employees {
			a.Rows, err = i.employees(ctx, tx, p, q, a.Position)
		} else {
			a.Rows, err = p.answer(ctx, tx, q)
		}
		return err
	})
	return a, err
}

// question runs fn in a read transaction of the store in use, when a place is free.
func (i *Insight) question(ctx context.Context, fn func(context.Context, *store, *sql.Conn) error) error {
	if !i.whole(ctx) {
		return cx.Fail(cx.Unavailable, "", "insight.rebuilding")
	}
	free, err := i.place(ctx)
	if err != nil {
		return err
	}
	defer free()
	s, err := i.use()
	if err != nil {
		return err
	}
	defer s.users.Done()
	return late(ctx, s.reading(ctx, fn))
}

// place waits until one more may ask the engine; call free after.
func (i *Insight) place(ctx context.Context) (free func(), err error) {
	select {
	case i.slots <- struct{}{}:
		return func() { <-i.slots }, nil
	case <-ctx.Done():
		return nil, cx.Fail(cx.Unavailable, "", "insight.busy")
	}
}

// late tells that an error came of the deadline.
func late(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && cx.KindOf(err) == cx.Internal {
		return &cx.Error{Kind: cx.Unavailable, Code: "insight.slow", Cause: err}
	}
	return err
}

// reading runs fn in one transaction: its figures and its position are of one moment.
func (s *store) reading(ctx context.Context, fn func(context.Context, *store, *sql.Conn) error) (err error) {
	c, err := s.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if _, err := c.ExecContext(ctx, "BEGIN"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { // after a panic too: the connection goes back to others
		if _, e := c.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); e != nil && err == nil {
			err = fmt.Errorf("end: %w", e)
		}
	}()
	return fn(ctx, s, c)
}

func position(ctx context.Context, tx *sql.Conn) (p record.Position, err error) {
	if err = tx.QueryRowContext(ctx, `SELECT position FROM cursor`).Scan(&p); err != nil {
		err = fmt.Errorf("position: %w", err)
	}
	return p, err
}

// resolve finds the indicator, its column and the dimensions, and refuses what the viewer may not ask.
func (p *plan) resolve(q Query) error {
	if err := p.resolveIndicator(q.Indicator); err != nil {
		return err
	}
	if err := p.resolveColumn(); err != nil {
		return err
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

// resolveColumn finds where the metric is kept. What is told of invitations to employees is in no file.
func (p *plan) resolveColumn() error {
	if p.metric.Counts == cx.Invitations {
		if p.indicator.Audience == cx.Employees {
			return cx.Fail(cx.Invalid, "indicator", "insight.invited_employees")
		}
		if !slices.Contains(verdictColumns[:], p.metric.Key) {
			return cx.Fail(cx.Invalid, "indicator", "insight.unknown_metric", "key", string(p.metric.Key))
		}
		p.table, p.column = invitations, string(p.metric.Key)
		return nil
	}
	if n, ok := p.cols.metrics[string(p.indicator.Metric)]; ok {
		p.column = p.cols.list[n].name
	}
	return nil
}

func (p *plan) resolveIndicator(key cx.IndicatorID) error {
	if p.draft != nil {
		p.indicator, p.metric = p.draft.Indicator, p.draft.Metric
		return nil
	}
	ind, ok := p.shape.catalogue.Indicators[key]
	if !ok {
		return cx.Fail(cx.Invalid, "indicator", "insight.unknown_indicator", "key", string(key))
	}
	p.indicator = ind
	if p.metric, ok = p.shape.catalogue.Metrics[ind.Metric]; !ok {
		return cx.Fail(cx.Invalid, "indicator", "insight.unknown_metric", "key", string(ind.Metric))
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

// answer runs the question, the one beside it, and makes the rows.
func (p *plan) answer(ctx context.Context, tx *sql.Conn, q Query) ([]Row, error) {
	cells, err := p.count(ctx, tx, q.Where, q.During, "")
	if err != nil {
		return nil, err
	}
	beside, err := p.beside(ctx, tx, q)
	if err != nil {
		return nil, err
	}
	if len(cells.list) > maxRows {
		return nil, cx.Fail(cx.TooMany, "by", "insight.too_many_rows", "most", maxRows)
	}
	return p.rows(cells, beside), nil
}

// count asks the engine for one histogram per cell.
func (p *plan) count(ctx context.Context, tx *sql.Conn, where Where, during *Period, field string) (*tally, error) {
	w, err := p.filter(where, during, field)
	if err != nil {
		return nil, err
	}
	t := newTally(p.dims, p.metric.Points())
	if len(p.dims) == 0 {
		t.cell(cell{})
	}
	if p.column == "" {
		return t, nil
	}
	last := len(p.dims)
	text, args := p.sql(w)
	return t, stream(ctx, tx, text, args, func(v []driver.Value) error {
		var at cell
		for n := range last {
			at[n] = codeOf(v[n])
		}
		t.cell(at).add(codeOf(v[last]), codeOf(v[last+1]))
		return nil
	})
}

// filter writes the conditions: the indicator's program and audience, the viewer's perimeter, then the question's.
func (p *plan) filter(where Where, during *Period, field string) (*sqlWhere, error) {
	w := &sqlWhere{}
	w.add("program = ?", int64(programCode(string(p.indicator.Program))))
	if p.table == facts {
		w.add("audience = ?", int64(audienceCode(string(p.indicator.Audience))))
	}
	p.inside(w, p.scope.Figures())
	if p.agents {
		p.advisers(w)
	}
	if err := p.during(w, during, join(field, "during")); err != nil {
		return nil, err
	}
	return w, p.where(w, where, join(field, "where"))
}

// sql is the one shape of every figure: dimensions, value, n. Trees are joined to the counts, not to the facts.
func (p *plan) sql(w *sqlWhere) (text string, args []any) {
	var inner, outer, joins strings.Builder
	groups := make([]string, 0, maxBy+1)
	args = slices.Clone(w.args)
	joined := false
	for n, d := range p.dims {
		fmt.Fprintf(&inner, "%s AS d%d, ", d.sql, n)
		groups = append(groups, fmt.Sprint(n+1))
		if d.nodes == nil {
			fmt.Fprintf(&outer, "f.d%d, ", n)
			continue
		}
		joined = true
		fmt.Fprintf(&outer, "COALESCE(t%d.node, -1), ", n)
		fmt.Fprintf(&joins, " LEFT JOIN (SELECT unnest(?::INTEGER[]) AS code, unnest(?::INTEGER[]) AS node) t%d ON t%d.code = f.d%d", n, n, n)
		args = append(args, codesTo(len(d.nodes)), d.nodes)
	}
	by := strings.Join(append(groups, fmt.Sprint(len(p.dims)+1)), ", ")
	text = fmt.Sprintf("SELECT %s%s AS v, count(*) AS n FROM %s WHERE %s IS NOT NULL AND %s GROUP BY %s", inner.String(), p.column, p.table, p.column, w, by)
	if joined {
		text = fmt.Sprintf("SELECT %sf.v, CAST(sum(f.n) AS BIGINT) FROM (%s) f%s GROUP BY %s", outer.String(), text, joins.String(), by)
	}
	return text, args
}

func codesTo(n int) []int32 {
	out := make([]int32, n)
	for k := range out {
		out[k] = int32(k)
	}
	return out
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

// stream reads the lines of an answer straight from the driver.
func stream(ctx context.Context, c *sql.Conn, q string, args []any, line func([]driver.Value) error) error {
	err := c.Raw(func(dc any) (err error) {
		rows, err := dc.(driver.QueryerContext).QueryContext(ctx, q, named(args))
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		return lines(ctx, rows, line)
	})
	if err != nil && cx.KindOf(err) == cx.Internal {
		return fmt.Errorf("ask: %w", err)
	}
	return err
}

func named(args []any) []driver.NamedValue {
	out := make([]driver.NamedValue, len(args))
	for n, v := range args {
		out[n] = driver.NamedValue{Ordinal: n + 1, Value: v}
	}
	return out
}

func lines(ctx context.Context, rows driver.Rows, line func([]driver.Value) error) error {
	values := make([]driver.Value, len(rows.Columns()))
	for n := 0; ; n++ {
		switch err := rows.Next(values); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case n == maxCells:
			return cx.Fail(cx.TooMany, "by", "insight.too_wide", "most", maxCells)
		case n%4096 == 0 && ctx.Err() != nil:
			return ctx.Err()
		}
		if err := line(values); err != nil {
			return err
		}
	}
}
