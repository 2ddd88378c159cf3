package catalogue

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// Store keeps the catalogue.
type Store struct {
	// Used tells whether a metric has scores: its scale is then fixed. nil: every metric is taken as used.
	Used func(context.Context, cx.MetricID) (bool, error)
	// Now is the clock of changes; nil is time.Now.
	Now func() time.Time

	db       *record.DB
	snapshot *record.Snapshot[*Catalogue]
}

// name of the counter that versions the tables.
const name = "catalogue"

// New gives the store of db; set its fields before use.
func New(db *record.DB) *Store {
	return &Store{db: db, snapshot: record.NewSnapshot(db, name, load)}
}

// Present gives the catalogue as of now; do not modify it.
func (s *Store) Present(ctx context.Context) (*Catalogue, error) { return s.snapshot.Present(ctx) }

// Specs gives the indicators of now by key, for who checks objectives.
func (s *Store) Specs(ctx context.Context) (func(cx.IndicatorID) (cx.Spec, bool), error) {
	c, err := s.Present(ctx)
	if err != nil {
		return nil, err
	}
	return c.Spec, nil
}

func load(ctx context.Context, q record.Querier) (*Catalogue, error) {
	metrics, err := all[cx.Metric](ctx, q, metricTable)
	if err != nil {
		return nil, err
	}
	indicators, err := all[cx.Indicator](ctx, q, indicatorTable)
	if err != nil {
		return nil, err
	}
	attributes, err := all[Attribute](ctx, q, attributeTable)
	if err != nil {
		return nil, err
	}
	return newCatalogue(metrics, indicators, attributes), nil
}

// table is one of the three, each with its own statements: names never come from outside.
type table struct {
	kind, all, one, insert, update string
	since                          bool
}

var (
	metricTable    = newTable("metric", "")
	indicatorTable = newTable("indicator", "")
	attributeTable = newTable("attribute", "since")
)

// newTable writes the statements of a table; the column since, when there is one, keeps when a definition was first there.
func newTable(t, since string) table {
	columns, values := `key, place, definition, changed, changed_by`, `?, (SELECT COALESCE(MAX(place), 0) + 1 FROM `+t+`), ?, ?, ?`
	if since != "" {
		columns, values = columns+`, `+since, values+`, ?`
	}
	return table{
		kind:   t,
		all:    `SELECT definition FROM ` + t + ` ORDER BY place, key`,
		one:    `SELECT definition FROM ` + t + ` WHERE key = ?`,
		insert: `INSERT INTO ` + t + ` (` + columns + `) VALUES (` + values + `)`,
		update: `UPDATE ` + t + ` SET definition = ?, changed = ?, changed_by = ? WHERE key = ?`,
		since:  since != "",
	}
}

func all[T any](ctx context.Context, q record.Querier, t table) ([]T, error) {
	rows, err := q.Query(ctx, t.all)
	if err != nil {
		return nil, fmt.Errorf("list of %s: %w", t.kind, err)
	}
	defer rows.Close()
	var l []T
	for rows.Next() {
		var definition string
		if err := rows.Scan(&definition); err != nil {
			return nil, err
		}
		var v T
		if err := json.Unmarshal([]byte(definition), &v); err != nil {
			return nil, fmt.Errorf("definition of a %s: %w", t.kind, err)
		}
		l = append(l, v)
	}
	return l, rows.Err()
}

// change is one definition about to be written.
type change struct {
	table table
	key   string
	by    string
	value any
	// reason and was come from an Edit.
	reason string
	was    *string // the present definition; "" none. nil: not checked
}

// put writes a definition and, when it replaces another one, what it was. A definition equal to the present one
// changes nothing.
func (s *Store) put(ctx context.Context, tx *record.Tx, c change) error {
	b, err := json.Marshal(c.value)
	if err != nil {
		return err
	}
	at, after := s.now().UnixMicro(), string(b)
	var before string
	err = tx.QueryRow(ctx, c.table.one, c.key).Scan(&before)
	if c.was != nil && (err == nil || errors.Is(err, sql.ErrNoRows)) && !c.stillWas(before) {
		return cx.Fail(cx.Conflict, "", "catalogue.changed_since", "key", c.key)
	}
	switch {
	case errors.Is(err, sql.ErrNoRows):
		args := []any{c.key, after, at, c.by}
		if c.table.since {
			args = append(args, at)
		}
		_, err = tx.Exec(ctx, c.table.insert, args...)
		return err
	case err != nil, before == after:
		return err
	}
	if _, err := tx.Exec(ctx, c.table.update, after, at, c.by, c.key); err != nil {
		return err
	}
	id, err := tx.Next(ctx, "catalogue_change", 1)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO catalogue_change (id, kind, key, before, after, changed, changed_by, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		id, c.table.kind, c.key, before, after, at, c.by, c.reason)
	return err
}

func (s *Store) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// PutMetric declares or replaces a metric. Every problem is told (errors.Join of *cx.Error). The scale of a metric that
// has scores is fixed (Conflict): wording, boxes, direction and non-answers may change, and the change is kept.
func (s *Store) PutMetric(ctx context.Context, by string, m cx.Metric) error {
	return s.putMetric(ctx, change{table: metricTable, key: string(m.Key), by: by, value: m}, m)
}

func (s *Store) putMetric(ctx context.Context, as change, m cx.Metric) error {
	if err := join(m.Check()); err != nil {
		return err
	}
	used, err := s.used(ctx, m.Key)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *record.Tx) error {
		c, err := load(ctx, tx)
		if err != nil {
			return err
		}
		old, known := c.Metrics[m.Key]
		if known && used && !old.SameScale(m) {
			return cx.Fail(cx.Conflict, "min", "catalogue.scale_used", "key", string(m.Key), "min", old.Min, "max", old.Max)
		}
		if err := c.stillRight(m); err != nil {
			return err
		}
		return s.put(ctx, tx, as)
	})
}

func (s *Store) used(ctx context.Context, key cx.MetricID) (bool, error) {
	if s.Used == nil {
		return true, nil
	}
	return s.Used(ctx, key)
}

// stillRight tells which indicators a metric as changed would break.
func (c *Catalogue) stillRight(m cx.Metric) error {
	var l []*cx.Error
	for _, i := range c.IndicatorList {
		if i.Metric != m.Key {
			continue
		}
		for _, e := range i.Check(m) {
			e.Field = "indicators." + string(i.Key) + "." + e.Field
			l = append(l, e)
		}
	}
	return join(l)
}

// PutIndicator declares or replaces an indicator. Every problem is told.
func (s *Store) PutIndicator(ctx context.Context, by string, i cx.Indicator) error {
	return s.putIndicator(ctx, change{table: indicatorTable, key: string(i.Key), by: by, value: i}, i)
}

func (s *Store) putIndicator(ctx context.Context, as change, i cx.Indicator) error {
	return s.write(ctx, func(tx *record.Tx) error {
		c, err := load(ctx, tx)
		if err != nil {
			return err
		}
		m, ok := c.Metrics[i.Metric]
		if !ok {
			return cx.Fail(cx.Invalid, "metric", "indicator.metric", "metric", string(i.Metric))
		}
		if err := join(i.Check(m)); err != nil {
			return err
		}
		return s.put(ctx, tx, as)
	})
}

// PutAttribute declares or replaces an attribute. The type of a known one is fixed: other values would no longer fit.
func (s *Store) PutAttribute(ctx context.Context, by string, a Attribute) error {
	return s.putAttribute(ctx, change{table: attributeTable, key: string(a.Key), by: by, value: a}, a)
}

func (s *Store) putAttribute(ctx context.Context, as change, a Attribute) error {
	if err := join(a.Check()); err != nil {
		return err
	}
	return s.write(ctx, func(tx *record.Tx) error {
		c, err := load(ctx, tx)
		if err != nil {
			return err
		}
		old, known := c.Attributes[a.Key]
		if known && old.Type != a.Type {
			return cx.Fail(cx.Conflict, "type", "attribute.type_fixed", "key", string(a.Key), "type", string(old.Type))
		}
		if a.Projected && !old.Projected && len(c.Projected()) >= MaxProjected {
			return cx.Fail(cx.Invalid, "projected", "attribute.too_many", "max", MaxProjected)
		}
		return s.put(ctx, tx, as)
	})
}

// Met registers the attributes not known yet, typed by the value given. The first of them become columns of the
// projection, unless they look personal. When all are known it reads the snapshot and writes nothing.
func (s *Store) Met(ctx context.Context, values map[cx.AttributeID]any) error {
	c, err := s.Present(ctx)
	if err != nil || len(c.unknown(values)) == 0 {
		return err
	}
	return s.write(ctx, func(tx *record.Tx) error {
		c, err := load(ctx, tx)
		if err != nil {
			return err
		}
		columns := len(c.Projected())
		for _, a := range c.unknown(values) {
			if a.Projected = !a.Personal && columns < autoProjected; a.Projected {
				columns++
			}
			if err := s.put(ctx, tx, change{table: attributeTable, key: string(a.Key), value: a}); err != nil {
				return err
			}
		}
		return nil
	})
}

// write runs fn with the catalogue's version taken first, so that what fn reads stays true to its commit.
func (s *Store) write(ctx context.Context, fn func(*record.Tx) error) error {
	return s.db.Write(ctx, func(tx *record.Tx) error {
		if err := tx.Touch(ctx, name); err != nil {
			return err
		}
		return fn(tx)
	})
}

// Change is one replaced definition, as JSON, before and after.
type Change struct {
	At            time.Time
	By, Reason    string
	Kind, Key     string // kind: metric, indicator, attribute
	Before, After json.RawMessage
}

// Changes lists what was changed of one definition, newest first; kind and key "" is everything, at most 1,000.
func (s *Store) Changes(ctx context.Context, kind, key string) ([]Change, error) {
	rows, err := s.db.Query(ctx, `SELECT kind, key, before, after, changed, changed_by, reason FROM catalogue_change
		WHERE (kind = ? OR ? = '') AND (key = ? OR ? = '') ORDER BY id DESC LIMIT 1000`, kind, kind, key, key)
	if err != nil {
		return nil, fmt.Errorf("changes of the catalogue: %w", err)
	}
	defer rows.Close()
	var l []Change
	for rows.Next() {
		var c Change
		var before, after string
		var at int64
		if err := rows.Scan(&c.Kind, &c.Key, &before, &after, &at, &c.By, &c.Reason); err != nil {
			return nil, err
		}
		c.At, c.Before, c.After = time.UnixMicro(at).UTC(), json.RawMessage(before), json.RawMessage(after)
		l = append(l, c)
	}
	return l, rows.Err()
}

// join makes one error of several, nil of none.
func join(l []*cx.Error) error {
	errs := make([]error, len(l))
	for n, e := range l {
		errs[n] = e
	}
	return errors.Join(errs...)
}

// Metrics gives the metrics of now that people score, by key; do not modify them.
func (s *Store) Metrics(ctx context.Context) (map[cx.MetricID]cx.Metric, error) {
	c, err := s.Present(ctx)
	if err != nil {
		return nil, err
	}
	return c.scored, nil
}
