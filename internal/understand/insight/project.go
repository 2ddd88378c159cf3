package insight

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/invite"
	"vigie/internal/record"
)

// following is the projector as the feed sees it.
type following struct{ i *Insight }

func (f following) Cursor(context.Context) (record.Cursor, error) {
	f.i.hold.RLock()
	defer f.i.hold.RUnlock()
	if f.i.cur == nil || !f.i.cur.complete {
		return record.Cursor{}, nil
	}
	return *f.i.cur.at.Load(), nil
}

// Restart begins in another era: the figures of the one before are not shown while the new ones are built.
func (f following) Restart(ctx context.Context, era record.Era) error {
	f.i.hold.Lock()
	if f.i.cur != nil {
		f.i.cur.complete = false
	}
	f.i.hold.Unlock()
	return f.i.Rebuild(ctx)
}

func (f following) Apply(ctx context.Context, entries []record.Entry, to record.Cursor) error {
	i := f.i
	i.writing.Lock()
	defer i.writing.Unlock()
	if i.cur == nil {
		return errors.New("no projection")
	}
	for _, e := range entries {
		if e.Subject == record.Structure {
			if err := i.refresh(ctx, i.cur); err != nil {
				return err
			}
			break
		}
	}
	err := i.apply(ctx, i.cur, entries, to)
	if err == nil {
		i.failures = 0
		return nil
	}
	return errors.Join(err, i.recover(ctx, err))
}

// refresh reads the structure anew and makes room in s for what it brings; what needs the past asks for a rebuild.
func (i *Insight) refresh(ctx context.Context, s *store) error {
	shape, err := i.readStructure(ctx)
	if err != nil {
		return err
	}
	i.shape.Store(shape)
	if err := s.fit(ctx, shape, nil); err != nil {
		return err
	}
	if s.outdated(shape) {
		i.want()
	}
	return nil
}

// fit adds and widens columns so that the metrics have room; attributes only while there are no facts to back-fill.
func (s *store) fit(ctx context.Context, shape *structure, lacking []string) error {
	cols := s.columns.Load()
	add, widen := columnsFor(cols, shape, lacking)
	if len(s.dict("source").all()) == 0 {
		for key, a := range shape.projected {
			if _, ok := cols.attributes[string(key)]; !ok {
				add = append(add, attributeColumn(a))
			}
		}
		if len(s.dict("rule").all()) == 0 && s.zones != shape.zoneNames() {
			s.zones = shape.zoneNames()
			if err := s.mark(ctx, "zones", s.zones); err != nil {
				return err
			}
		}
	}
	for n, typ := range widen {
		if err := s.widen(ctx, n, typ); err != nil {
			return err
		}
	}
	return s.addColumns(ctx, add)
}

// outdated tells whether facts were projected for other attributes or in other zones than today's.
func (s *store) outdated(shape *structure) bool {
	cols := s.columns.Load()
	for key, a := range shape.projected {
		n, ok := cols.attributes[string(key)]
		if !ok || cols.list[n].typ != attributeColumn(a).typ {
			return true
		}
	}
	return s.zones != shape.zoneNames()
}

// apply brings entries into a store with its cursor, in one transaction. Those it already holds are passed over: a
// rebuilt file may have gone further than the one whose cursor the follower read.
func (i *Insight) apply(ctx context.Context, s *store, entries []record.Entry, to record.Cursor) error {
	at := *s.at.Load()
	if at.Era != to.Era {
		return errors.New("projection of another era")
	}
	if !at.Position.Before(to.Position) {
		return nil
	}
	for len(entries) > 0 && !at.Position.Before(entries[0].Position) {
		entries = entries[1:]
	}
	changes, erased, err := i.changes(ctx, s, entries)
	if err != nil {
		return err
	}
	var kept func()
	err = s.within(ctx, func(ctx context.Context) error {
		if erased && !s.erased.Load() {
			if err := s.mark(ctx, "erased", "1"); err != nil {
				return err
			}
		}
		if kept, err = s.take(ctx, changes); err != nil {
			return err
		}
		return s.keepCursor(ctx, to)
	})
	if err != nil {
		return err
	}
	kept()
	s.at.Store(&to)
	if erased {
		s.erased.Store(true)
	}
	return nil
}

// changed are the rows of one table that entries replace and bring.
type changed struct {
	table   string
	replace []int64
	rows    [][]driver.Value
}

// changes reads what the entries are about as it is now; erased tells that something of a person is to go for good.
func (i *Insight) changes(ctx context.Context, s *store, entries []record.Entry) (out []changed, erased bool, err error) {
	met := touched(s, entries, record.Feedback)
	if len(met.ids) > 0 {
		now, err := i.d.Read(ctx, met.ids)
		if err != nil {
			return nil, false, fmt.Errorf("read feedback: %w", err)
		}
		rows, err := i.rows(ctx, s, now)
		if err != nil {
			return nil, false, err
		}
		out, erased = append(out, changed{facts, met.replace, rows}), met.erased
	}
	met = touched(s, entries, record.Invitation)
	if len(met.ids) > 0 && i.d.Invitations != nil {
		now, err := i.d.Invitations(ctx, met.ids)
		if err != nil {
			return nil, false, fmt.Errorf("read invitations: %w", err)
		}
		out = append(out, changed{invitations, met.replace, newAskedCoder(s, i.shape.Load()).rows(now)})
		erased = erased || slices.ContainsFunc(now, func(f invite.Fact) bool { return f.Erased })
	}
	return out, erased, nil
}

// take replaces and brings rows, with what the dictionaries gained, in the running transaction.
func (s *store) take(ctx context.Context, all []changed) (kept func(), err error) {
	added := 0
	for _, c := range all {
		if err := s.delete(ctx, c.table, c.replace); err != nil {
			return nil, err
		}
		if err := s.append(c.table, c.rows); err != nil {
			return nil, err
		}
		added += len(c.rows)
	}
	if added == 0 {
		return func() {}, nil
	}
	err = s.w.Raw(func(dc any) error {
		kept, err = s.keepDictionaries(dc.(driver.Conn))
		return err
	})
	return kept, err
}

// met are the ids that entries are about, and those of them that may already stand in the file.
type met struct {
	ids, replace []int64
	erased       bool
}

func touched(s *store, entries []record.Entry, subject record.Subject) met {
	var out met
	seen := map[int64]bool{} // id → to be replaced
	for _, e := range entries {
		if e.Subject != subject {
			continue
		}
		old := e.Kind != record.Created || !s.overlap.Before(e.Position)
		was, known := seen[e.ID]
		if !known {
			out.ids = append(out.ids, e.ID)
		}
		seen[e.ID] = was || old
		out.erased = out.erased || e.Kind == record.Erased
	}
	for _, id := range out.ids {
		if seen[id] {
			out.replace = append(out.replace, id)
		}
	}
	return out
}

// rows codes the live ones, making room for metrics met for the first time.
func (i *Insight) rows(ctx context.Context, s *store, all []collect.Stored) ([][]driver.Value, error) {
	if len(all) == 0 {
		return nil, nil
	}
	rows, lacking, err := newCoder(s, i.shape.Load()).rows(all)
	if err != nil || len(lacking) == 0 {
		return rows, err
	}
	if err := s.fit(ctx, i.shape.Load(), lacking); err != nil {
		return nil, err
	}
	rows, lacking, err = newCoder(s, i.shape.Load()).rows(all)
	if err == nil && len(lacking) > 0 {
		return nil, fmt.Errorf("no column for %d metrics", len(lacking))
	}
	return rows, err
}

func (c *coder) rows(all []collect.Stored) (rows [][]driver.Value, lacking []string, err error) {
	rows = make([][]driver.Value, 0, len(all))
	for _, f := range all {
		if f.State != cx.Live {
			continue
		}
		row, lack, err := c.row(f)
		if err != nil {
			return nil, nil, err
		}
		rows, lacking = append(rows, row), append(lacking, lack...)
	}
	return rows, lacking, nil
}

// deleteAtOnce is the number of ids of one statement.
const deleteAtOnce = 500

func (s *store) delete(ctx context.Context, table string, ids []int64) error {
	for len(ids) > 0 {
		n := min(deleteAtOnce, len(ids))
		args := make([]any, n)
		for k, id := range ids[:n] {
			args[k] = id
		}
		q := "DELETE FROM " + table + " WHERE id IN (" + strings.TrimSuffix(strings.Repeat("?,", n), ",") + ")"
		if _, err := s.w.ExecContext(ctx, q, args...); err != nil {
			return fmt.Errorf("delete %s: %w", table, err)
		}
		ids = ids[n:]
	}
	return nil
}

// append adds rows in the running transaction.
func (s *store) append(table string, rows [][]driver.Value) error {
	if len(rows) == 0 {
		return nil
	}
	err := s.w.Raw(func(dc any) error {
		app, err := duckdb.NewAppenderFromConn(dc.(driver.Conn), "", table)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := app.AppendRow(row...); err != nil {
				return errors.Join(err, app.Close())
			}
		}
		return app.Close()
	})
	if err != nil {
		return fmt.Errorf("append %s: %w", table, err)
	}
	return nil
}

// recover closes and reopens the file after a fatal error; when that happens twice in a row, the file is moved aside
// and an empty one takes its place: its cursor says nowhere, so the feed restarts it.
func (i *Insight) recover(ctx context.Context, cause error) error {
	if !fatal(cause) {
		return nil
	}
	i.failures++
	path := i.cur.path
	if err := i.replace(nil); err != nil {
		i.d.Log.Warn("closing a broken projection", "err", err)
	}
	if i.failures < 2 {
		s, err := i.openStore(ctx, path, false)
		if err == nil {
			return i.replace(s)
		}
		i.d.Log.Warn("projection does not reopen", "err", err)
	}
	i.d.Log.Error("projection moved aside, rebuilding")
	i.failures = 0
	if err := gone(os.Rename(path, path+".broken")); err != nil {
		return err
	}
	_ = gone(os.Remove(path + ".wal"))
	s, err := i.fresh(ctx)
	if err != nil {
		return err
	}
	return i.replace(s)
}

// fatal tells whether the engine has shut its file.
func fatal(err error) bool {
	e, ok := errors.AsType[*duckdb.Error](err)
	return ok && (e.Type == duckdb.ErrorTypeFatal || e.Type == duckdb.ErrorTypeInternal) ||
		strings.Contains(err.Error(), "database has been invalidated")
}
