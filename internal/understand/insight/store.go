package insight

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/duckdb/duckdb-go/v2"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/record"
)

// fileSchema of the projection: a file of another one is rebuilt.
const fileSchema = "3"

// column is one of the facts' columns that came with the catalogue: a metric ("m3") or an attribute ("a7").
type column struct {
	name string // whitelisted: made here from a number
	key  string
	typ  string // SQL type
	text bool   // codes of the dictionary called name
}

// columns are those of a file, at one moment. Never changed: a new one replaces it.
type columns struct {
	list       []column // after the fixed ones, in order
	metrics    map[string]int
	attributes map[string]int
}

func columnsOf(list []column) *columns {
	c := &columns{list: list, metrics: map[string]int{}, attributes: map[string]int{}}
	for n, col := range list {
		if col.name[0] == 'm' {
			c.metrics[col.key] = n
		} else {
			c.attributes[col.key] = n
		}
	}
	return c
}

// contextColumns are the coded context, in the order of the fields of a signal.
var contextColumns = [contextFields]string{"touchpoint", "channel", "collected_by", "unit", "survey", "language", "source", "agent"}

const fixedColumns = 9 // before the context: those of createFacts

const createFacts = `
CREATE TABLE meta (name VARCHAR, value VARCHAR);
CREATE TABLE cursor (era VARCHAR, position BIGINT, overlap BIGINT);
CREATE TABLE extra (name VARCHAR, key VARCHAR, type VARCHAR, coded BOOLEAN);
CREATE TABLE dictionary (dim VARCHAR, code INTEGER, value VARCHAR);
CREATE TABLE facts (id BIGINT, instant BIGINT, day INTEGER, month INTEGER, program UTINYINT, audience UTINYINT,
	identity BIGINT, words BOOLEAN, contact BIGINT,
	touchpoint INTEGER, channel INTEGER, collected_by INTEGER, unit INTEGER, survey INTEGER, language INTEGER,
	source INTEGER, agent INTEGER);
` + createInvitations + `;
INSERT INTO cursor VALUES ('', 0, 0);
INSERT INTO meta VALUES ('schema', '` + fileSchema + `')`

// store is one projection file: readers through a pool, one writer.
type store struct {
	path    string
	db      *sql.DB
	w       *sql.Conn
	users   sync.WaitGroup
	columns atomic.Pointer[columns]
	dictMu  sync.RWMutex
	dicts   map[string]*dictionary
	// Kept by the writer, readable by all.
	at       atomic.Pointer[record.Cursor]
	overlap  record.Position // up to here a created feedback may already stand in facts
	complete bool
	zones    string // the zones it was projected with
	erased   atomic.Bool
}

func (i *Insight) dsn(path string) string {
	v := url.Values{
		"memory_limit":                 {strconv.FormatInt(i.c.MemoryLimit>>20, 10) + "MiB"},
		"threads":                      {strconv.Itoa(i.c.Threads)},
		"temp_directory":               {i.tempDir()},
		"max_temp_directory_size":      {strconv.FormatInt(i.c.TempLimit>>20, 10) + "MiB"},
		"autoinstall_known_extensions": {"false"},
		"autoload_known_extensions":    {"false"},
		"preserve_insertion_order":     {"true"},
		"perfect_ht_threshold":         {"21"}, // bits of all the codes grouped by: 2 to 3 times faster than hashing
	}
	return path + "?" + v.Encode()
}

// openStore opens a file, making it when fresh.
func (i *Insight) openStore(ctx context.Context, path string, fresh bool) (_ *store, err error) {
	connector, err := duckdb.NewConnector(i.dsn(path), nil)
	if err != nil {
		return nil, fmt.Errorf("open projection: %w", err)
	}
	s := &store{path: path, db: sql.OpenDB(connector), dicts: map[string]*dictionary{}}
	s.db.SetMaxOpenConns(i.c.Questions + 2)
	s.db.SetMaxIdleConns(i.c.Questions + 2)
	defer func() {
		if err != nil {
			_ = s.close()
		}
	}()
	if s.w, err = s.db.Conn(ctx); err != nil {
		return nil, fmt.Errorf("open projection: %w", err)
	}
	// Last, because no setting of a path is taken after it.
	if _, err = s.w.ExecContext(ctx, "SET GLOBAL enable_external_access = false; SET GLOBAL lock_configuration = true"); err != nil {
		return nil, fmt.Errorf("close projection to the outside: %w", err)
	}
	if fresh {
		if _, err = s.w.ExecContext(ctx, createFacts); err != nil {
			return nil, fmt.Errorf("create projection: %w", err)
		}
	}
	return s, s.load(ctx)
}

func (s *store) close() error {
	var errs []error
	if s.w != nil {
		errs = append(errs, s.w.Close())
	}
	return errors.Join(append(errs, s.db.Close())...)
}

// remove deletes the file of a closed store.
func removeFile(path string) error {
	return errors.Join(gone(os.Remove(path)), gone(os.Remove(path+".wal")))
}

func gone(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

var errOtherSchema = errors.New("projection of another schema")

func (s *store) load(ctx context.Context) error {
	schema := ""
	err := s.each(ctx, `SELECT name, value FROM meta`, func(scan func(...any) error) error {
		var name, value string
		err := scan(&name, &value)
		switch name {
		case "schema":
			schema = value
		case "complete":
			s.complete = true
		case "zones":
			s.zones = value
		case "erased":
			s.erased.Store(true)
		}
		return err
	})
	if err != nil {
		return err
	}
	if schema != fileSchema {
		return errOtherSchema
	}
	var cur record.Cursor
	if err := s.w.QueryRowContext(ctx, `SELECT era, position, overlap FROM cursor`).Scan(&cur.Era, &cur.Position, &s.overlap); err != nil {
		return fmt.Errorf("cursor: %w", err)
	}
	s.at.Store(&cur)
	if err := s.loadColumns(ctx); err != nil {
		return err
	}
	return s.loadDictionaries(ctx)
}

func (s *store) loadColumns(ctx context.Context) error {
	var list []column
	err := s.each(ctx, `SELECT name, key, type, coded FROM extra ORDER BY rowid`, func(scan func(...any) error) error {
		var c column
		err := scan(&c.name, &c.key, &c.typ, &c.text)
		list = append(list, c)
		return err
	})
	s.columns.Store(columnsOf(list))
	return err
}

func (s *store) loadDictionaries(ctx context.Context) error {
	return s.each(ctx, `SELECT dim, value FROM dictionary ORDER BY dim, code`, func(scan func(...any) error) error {
		var dim, value string
		if err := scan(&dim, &value); err != nil {
			return err
		}
		d := s.dict(dim)
		d.add(value)
		d.saved = len(d.values)
		return nil
	})
}

func (s *store) each(ctx context.Context, q string, row func(scan func(...any) error) error) error {
	rows, err := s.w.QueryContext(ctx, q)
	if err != nil {
		return fmt.Errorf("projection: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return fmt.Errorf("projection: %w", err)
		}
	}
	return rows.Err()
}

// dict gives the dictionary of a dimension.
func (s *store) dict(dim string) *dictionary {
	s.dictMu.RLock()
	d := s.dicts[dim]
	s.dictMu.RUnlock()
	if d != nil {
		return d
	}
	s.dictMu.Lock()
	defer s.dictMu.Unlock()
	if s.dicts[dim] == nil {
		s.dicts[dim] = newDictionary()
	}
	return s.dicts[dim]
}

// within runs fn in one transaction of the writer.
func (s *store) within(ctx context.Context, fn func(ctx context.Context) error) error {
	if _, err := s.w.ExecContext(ctx, "BEGIN"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	err := fn(ctx)
	if err == nil {
		if _, err = s.w.ExecContext(ctx, "COMMIT"); err == nil {
			return nil
		}
		err = fmt.Errorf("commit: %w", err)
	}
	if _, e := s.w.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); e != nil && !strings.Contains(e.Error(), "no transaction") {
		err = errors.Join(err, fmt.Errorf("rollback: %w", e))
	}
	return err
}

// addColumns makes columns that facts lack, in a transaction of their own: an appender does not survive them.
func (s *store) addColumns(ctx context.Context, wanted []column) error {
	if len(wanted) == 0 {
		return nil
	}
	list := slices.Clone(s.columns.Load().list)
	err := s.within(ctx, func(ctx context.Context) error {
		for _, c := range wanted {
			c.name = c.name[:1] + strconv.Itoa(len(list))
			if _, err := s.w.ExecContext(ctx, "ALTER TABLE facts ADD COLUMN "+c.name+" "+c.typ); err != nil {
				return fmt.Errorf("add column: %w", err)
			}
			if _, err := s.w.ExecContext(ctx, `INSERT INTO extra VALUES (?, ?, ?, ?)`, c.name, c.key, c.typ, c.text); err != nil {
				return fmt.Errorf("add column: %w", err)
			}
			list = append(list, c)
		}
		return nil
	})
	if err == nil {
		s.columns.Store(columnsOf(list))
	}
	return err
}

// widen gives a metric's column a larger integer.
func (s *store) widen(ctx context.Context, n int, typ string) error {
	list := slices.Clone(s.columns.Load().list)
	c := &list[n]
	c.typ = typ
	err := s.within(ctx, func(ctx context.Context) error {
		if _, err := s.w.ExecContext(ctx, "ALTER TABLE facts ALTER COLUMN "+c.name+" TYPE "+typ); err != nil {
			return fmt.Errorf("widen column: %w", err)
		}
		_, err := s.w.ExecContext(ctx, `UPDATE extra SET type = ? WHERE name = ?`, typ, c.name)
		return err
	})
	if err == nil {
		s.columns.Store(columnsOf(list))
	}
	return err
}

var widths = map[string]int{"SMALLINT": 1, "INTEGER": 2, "BIGINT": 3}

// metricType gives the smallest integer that holds every point of a metric, and any point of an unknown one.
func metricType(m cx.Metric) string {
	low, _, err := m.Point(m.Min)
	high, _, err2 := m.Point(m.Max)
	switch {
	case err != nil || err2 != nil || m.Max <= m.Min:
		return "BIGINT"
	case low >= -1<<15 && high < 1<<15:
		return "SMALLINT"
	case low >= -1<<31 && high < 1<<31:
		return "INTEGER"
	}
	return "BIGINT"
}

func attributeColumn(a catalogue.Attribute) column {
	c := column{name: "a", key: string(a.Key), typ: "INTEGER", text: true}
	switch a.Type {
	case catalogue.NumberAttribute:
		c.typ, c.text = "DOUBLE", false
	case catalogue.BoolAttribute:
		c.typ, c.text = "BOOLEAN", false
	}
	return c
}

// keepDictionaries writes what the dictionaries gained, in the running transaction, and gives how to mark it kept.
func (s *store) keepDictionaries(dc driver.Conn) (kept func(), err error) {
	marks := map[*dictionary]int{}
	var app *duckdb.Appender
	s.dictMu.RLock()
	defer s.dictMu.RUnlock()
	for dim, d := range s.dicts {
		values, from := d.unsaved()
		if len(values) == 0 {
			continue
		}
		if app == nil {
			if app, err = duckdb.NewAppenderFromConn(dc, "", "dictionary"); err != nil {
				return nil, err
			}
		}
		for n, v := range values {
			if err := app.AppendRow(dim, int32(from+n), v); err != nil {
				return nil, errors.Join(err, app.Close())
			}
		}
		marks[d] = from + len(values)
	}
	if app != nil {
		err = app.Close()
	}
	return func() {
		for d, n := range marks {
			d.kept(n)
		}
	}, err
}

func (s *store) keepCursor(ctx context.Context, c record.Cursor) error {
	_, err := s.w.ExecContext(ctx, `UPDATE cursor SET era = ?, position = ?`, string(c.Era), c.Position)
	return err
}

func (s *store) mark(ctx context.Context, name, value string) error {
	if _, err := s.w.ExecContext(ctx, `DELETE FROM meta WHERE name = ?`, name); err != nil {
		return err
	}
	_, err := s.w.ExecContext(ctx, `INSERT INTO meta VALUES (?, ?)`, name, value)
	return err
}
