package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
	_ "modernc.org/sqlite"             // the "sqlite" driver
)

// Dialect of the database underneath.
type Dialect int

const (
	SQLite Dialect = iota
	Postgres
)

// Config says which database to open.
type Config struct {
	// Dir is the data folder; SQLite keeps its file record.sqlite in it.
	Dir string
	// URL of a PostgreSQL database ("postgres://…"); "" is SQLite in Dir.
	URL string
}

// Deps are what an open database needs beside its configuration.
type Deps struct {
	Log *slog.Logger // nil: discarded
}

// DB is the open record. Writes go through one handle (on SQLite, one connection); reads through a pool.
type DB struct {
	dialect     Dialect
	write, read *sql.DB
	log         *slog.Logger
	changed     *bell
	touched     atomic.Int64
	poured      atomic.Int64 // when the last large transaction was committed, in nanoseconds
	stmts, seen sync.Map     // query → *sql.Stmt on the write handle; queries met once. SQLite only
	folder      *folder      // SQLite only
}

// Open opens and migrates the record, and gives it an era when it has none. Close it.
func Open(ctx context.Context, c Config, d Deps) (*DB, error) {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	db := &DB{log: d.Log, changed: newBell()}
	if err := db.connect(c); err != nil {
		return nil, err
	}
	if err := db.prepare(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

func (d *DB) connect(c Config) (err error) {
	if c.URL != "" {
		d.dialect = Postgres
		if d.write, err = sql.Open("pgx", c.URL); err != nil {
			return fmt.Errorf("open PostgreSQL: %w", err)
		}
		d.write.SetMaxOpenConns(16)
		d.write.SetMaxIdleConns(16)
		d.read = d.write
		return nil
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	path := filepath.Join(c.Dir, FileName)
	if err := private(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("open SQLite: %w", err)
	}
	if d.write, err = sql.Open("sqlite", sqliteDSN(path, false)); err != nil {
		return fmt.Errorf("open SQLite: %w", err)
	}
	d.write.SetMaxOpenConns(1)
	if d.read, err = sql.Open("sqlite", sqliteDSN(path, true)); err != nil {
		return fmt.Errorf("open SQLite: %w", err)
	}
	d.read.SetMaxOpenConns(8)
	d.read.SetMaxIdleConns(8)
	return d.startFolder(path)
}

// private makes an empty file that only its owner may read, where SQLite would let anybody. One that is there is an
// error, and not touched: closing it would drop SQLite's locks on it.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// FileName of the SQLite record in the data folder.
const FileName = "record.sqlite"

func sqliteDSN(path string, readOnly bool) string {
	pragmas := []string{
		"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)", "foreign_keys(1)",
		"secure_delete(FAST)", "cache_size(-65536)", "temp_store(MEMORY)", "wal_autocheckpoint(" + strconv.Itoa(walLimit) + ")",
	}
	if readOnly {
		pragmas = append(pragmas, "query_only(1)")
	}
	v := url.Values{"_pragma": pragmas, "_txlock": {"immediate"}}
	if readOnly {
		v.Set("_txlock", "deferred")
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()
}

func (d *DB) prepare(ctx context.Context) error {
	if err := d.migrate(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	_, err := d.Era(ctx)
	return err
}

// Close waits for nothing: stop followers and the door first.
func (d *DB) Close() error {
	if d.folder == nil {
		return d.write.Close()
	}
	d.folder.stop()
	return errors.Join(d.write.Close(), d.read.Close(), d.folder.close())
}

// Dialect tells which engine is underneath, for the few statements that differ.
func (d *DB) Dialect() Dialect { return d.dialect }

// Ping tells whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.read.PingContext(ctx) }

// rebind writes ? placeholders as $1, $2… for PostgreSQL. A ? inside quotes stays.
func (d *DB) rebind(q string) string {
	if d.dialect != Postgres || !strings.Contains(q, "?") {
		return q
	}
	var b strings.Builder
	n, quoted := 0, false
	for i := 0; i < len(q); i++ {
		switch c := q[i]; {
		case c == '\'':
			quoted = !quoted
			b.WriteByte(c)
		case c == '?' && !quoted:
			n++
			fmt.Fprintf(&b, "$%d", n)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
