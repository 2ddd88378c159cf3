package record

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// Tx is one write transaction. It is not safe for concurrent use.
type Tx struct {
	db      *DB
	tx      *sql.Tx
	events  []Event
	used    []string // statements run unprepared
	touched bool
}

// Querier reads; both *DB (pool, committed state) and *Tx (sees its own writes) are one.
type Querier interface {
	Query(ctx context.Context, q string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, q string, args ...any) *sql.Row
}

// Write runs fn in one transaction and commits it with the events fn published; nothing is kept when fn or the commit
// fails. On SQLite writers queue for the one connection and take the write lock at once.
// A failed commit on PostgreSQL may have been kept: an error after COMMIT was sent means *unknown*.
func (d *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	t := &Tx{db: d, tx: tx}
	if err := fn(t); err != nil {
		_ = tx.Rollback() // the first error is the one to tell
		return err
	}
	if err := t.appendFeed(ctx); err != nil {
		_ = tx.Rollback()
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	d.keep(ctx, t.used)
	if t.touched {
		d.touched.Add(1)
	}
	if len(t.events) >= pourEvents {
		d.poured.Store(time.Now().UnixNano())
	}
	if len(t.events) > 0 {
		d.changed.ring()
	}
	return nil
}

// Large transactions pour in while one of pourEvents was committed less than pourPause ago.
const (
	pourEvents = 500
	pourPause  = 100 * time.Millisecond
)

func (d *DB) pouring() bool { return time.Since(time.Unix(0, d.poured.Load())) < pourPause }

// Exec runs one statement, ? for values.
func (t *Tx) Exec(ctx context.Context, q string, args ...any) (sql.Result, error) {
	if s := t.stmt(ctx, q); s != nil {
		return s.ExecContext(ctx, args...)
	}
	return t.tx.ExecContext(ctx, t.db.rebind(q), args...)
}

// Query reads inside the transaction. Close the rows before the next statement.
func (t *Tx) Query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	if s := t.stmt(ctx, q); s != nil {
		return s.QueryContext(ctx, args...)
	}
	return t.tx.QueryContext(ctx, t.db.rebind(q), args...)
}

// QueryRow reads one row inside the transaction.
func (t *Tx) QueryRow(ctx context.Context, q string, args ...any) *sql.Row {
	if s := t.stmt(ctx, q); s != nil {
		return s.QueryRowContext(ctx, args...)
	}
	return t.tx.QueryRowContext(ctx, t.db.rebind(q), args...)
}

// Query reads committed state from the pool.
func (d *DB) Query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	return d.read.QueryContext(ctx, d.rebind(q), args...)
}

// QueryRow reads one row of committed state.
func (d *DB) QueryRow(ctx context.Context, q string, args ...any) *sql.Row {
	return d.read.QueryRowContext(ctx, d.rebind(q), args...)
}

// Dialect tells which engine is underneath.
func (t *Tx) Dialect() Dialect { return t.db.dialect }

// Next takes n numbers from the named counter and gives the last of them: n=3 and 12 means 10, 11, 12. Numbers of a
// transaction that fails are given again. On PostgreSQL the counter stays locked to the end of the transaction: take
// counters in alphabetical order of their names.
func (t *Tx) Next(ctx context.Context, name string, n int) (int64, error) {
	const q = `INSERT INTO counter (name, value) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value`
	var last int64
	if err := t.QueryRow(ctx, q, name, n).Scan(&last); err != nil {
		return 0, fmt.Errorf("counter %s: %w", name, err)
	}
	return last, nil
}

// stmt gives the prepared form of q on SQLite, where parsing costs more than most statements; nil elsewhere. A statement
// is kept from its second use on, on the one writing connection: write lists of varying length in a few fixed lengths.
func (t *Tx) stmt(ctx context.Context, q string) *sql.Stmt {
	if t.db.dialect != SQLite {
		return nil
	}
	if s, ok := t.db.stmts.Load(q); ok {
		return t.tx.StmtContext(ctx, s.(*sql.Stmt))
	}
	t.used = append(t.used, q)
	return nil
}

// keep prepares, outside any transaction, the statements that a transaction used and that were used before.
func (d *DB) keep(ctx context.Context, used []string) {
	for _, q := range used {
		if _, seen := d.seen.LoadOrStore(q, true); !seen {
			continue
		}
		if _, ok := d.stmts.Load(q); ok {
			continue
		}
		if s, err := d.write.PrepareContext(ctx, q); err == nil {
			d.stmts.Store(q, s)
		}
	}
}

// Marks gives "(?,?),(?,?)" for rows rows of cols values.
func Marks(rows, cols int) string {
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", cols), ",") + ")"
	return strings.TrimSuffix(strings.Repeat(one+",", rows), ",")
}
