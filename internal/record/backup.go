package record

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"vigie/internal/cx"
)

// A backup is one SQLite file with the record's tables, whatever the engine it was taken from, as they were at one
// moment. Restored on either engine, it is a record of another era: what was derived from the old one is built anew and
// nothing leaves the house unasked. The erasure log (on PostgreSQL, the table erasure) is neither backed up nor replaced: it
// is replayed.

// Backup writes one to path, which must not exist, while the record is in use.
func (d *DB) Backup(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err == nil {
		return cx.Fail(cx.Conflict, "", "record.file_exists", "file", path)
	}
	if d.dialect == SQLite {
		return d.backupSQLite(ctx, path)
	}
	tmp, err := os.MkdirTemp(filepath.Dir(path), ".backup-*")
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer os.RemoveAll(tmp)
	to, err := Open(ctx, Config{Dir: tmp}, Deps{Log: d.log})
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := errors.Join(copyTables(ctx, d, to), to.fold(ctx), to.Close()); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return os.Rename(filepath.Join(tmp, FileName), path)
}

// backupSQLite opens a connection of its own: VACUUM INTO reads one committed state and leaves writers alone.
func (d *DB) backupSQLite(ctx context.Context, path string) error {
	var file string
	if err := d.QueryRow(ctx, `SELECT file FROM pragma_database_list WHERE name = 'main'`).Scan(&file); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	from, err := sql.Open("sqlite", sqliteDSN(file, false))
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer from.Close()
	if err := private(path); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if _, err := from.ExecContext(ctx, `VACUUM INTO ?`, path); err != nil {
		return errors.Join(fmt.Errorf("backup: %w", err), os.Remove(path))
	}
	return nil
}

// fold puts all of a SQLite record in its one file.
func (d *DB) fold(ctx context.Context) error {
	return d.Truncate(ctx)
}

// Restore fills the record of c from a backup and begins another era. c must hold no record yet, unless replace: then
// what it held is lost, but for the erasure log, which lies beside.
func Restore(ctx context.Context, c Config, path string, replace bool) (*DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, cx.Fail(cx.Invalid, "", "record.no_backup", "file", path)
	}
	from, err := openBackup(ctx, path)
	if err != nil {
		return nil, err
	}
	defer from.close()
	if err := makeRoom(c, replace); err != nil {
		return nil, err
	}
	to, err := Open(ctx, c, Deps{})
	if err != nil {
		return nil, err
	}
	if err := refill(ctx, from.db, to, replace); err != nil {
		_ = to.Close()
		return nil, fmt.Errorf("restore: %w", err)
	}
	return to, nil
}

func refill(ctx context.Context, from, to *DB, replace bool) error {
	if !replace {
		head, err := to.Head(ctx)
		if err != nil {
			return err
		}
		if (Position{}).Before(head) {
			return cx.Fail(cx.Conflict, "", "record.not_empty")
		}
	}
	if err := copyTables(ctx, from, to); err != nil {
		return err
	}
	_, err := to.NewEra(ctx)
	return err
}

// makeRoom removes the SQLite record that is to be replaced, or refuses when there is one.
func makeRoom(c Config, replace bool) error {
	if c.URL != "" {
		return nil
	}
	path := filepath.Join(c.Dir, FileName)
	if _, err := os.Stat(path); err == nil && !replace {
		return cx.Fail(cx.Conflict, "", "record.not_empty")
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

type backupFile struct {
	db  *DB
	dir string
}

func (b backupFile) close() {
	_ = b.db.Close()
	_ = os.RemoveAll(b.dir)
}

// openBackup works on a copy, because an older backup is migrated before it is read.
func openBackup(ctx context.Context, path string) (backupFile, error) {
	dir, err := os.MkdirTemp("", "vigie-restore-*")
	if err != nil {
		return backupFile{}, err
	}
	err = copyFile(path, filepath.Join(dir, FileName))
	var db *DB
	if err == nil {
		db, err = Open(ctx, Config{Dir: dir}, Deps{})
	}
	if err != nil {
		_ = os.RemoveAll(dir)
		return backupFile{}, err
	}
	return backupFile{db, dir}, nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	var head [16]byte
	if _, err := io.ReadFull(in, head[:]); err != nil || string(head[:15]) != "SQLite format 3" {
		return cx.Fail(cx.Invalid, "", "record.no_backup", "file", from)
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, io.MultiReader(bytes.NewReader(head[:]), in))
	return errors.Join(err, out.Close())
}

// copyTables copies every table but the migrations' own, from one moment of one record to another of the same schema.
func copyTables(ctx context.Context, from, to *DB) error {
	read, err := from.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: from.dialect == Postgres, Isolation: isolation(from)})
	if err != nil {
		return err
	}
	defer func() { _ = read.Rollback() }() // only read
	tables, err := tablesOf(ctx, to)
	if err != nil {
		return err
	}
	return to.Write(ctx, func(tx *Tx) error {
		for i := len(tables) - 1; i >= 0; i-- {
			if _, err := tx.Exec(ctx, `DELETE FROM `+tables[i].name); err != nil {
				return err
			}
		}
		for _, t := range tables {
			if err := t.copy(ctx, read, tx); err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
		}
		return nil
	})
}

func isolation(d *DB) sql.IsolationLevel {
	if d.dialect == Postgres {
		return sql.LevelRepeatableRead
	}
	return sql.LevelDefault
}

type table struct {
	name    string
	columns []string
	bools   []bool
	parents []string
}

// tablesOf lists the tables of a record, those referred to before those that refer.
func tablesOf(ctx context.Context, d *DB) ([]table, error) {
	q := `SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose_%' AND m.name <> 'erasure' ORDER BY m.name, c.cid`
	refs := `SELECT m.name, f."table" FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`
	if d.dialect == Postgres {
		q = `SELECT table_name, column_name, data_type FROM information_schema.columns
			WHERE table_schema = current_schema() AND table_name NOT LIKE 'goose_%' AND table_name <> 'erasure' ORDER BY table_name, ordinal_position`
		refs = `SELECT c.conrelid::regclass::text, c.confrelid::regclass::text FROM pg_constraint c
			WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace`
	}
	byName := map[string]*table{}
	err := eachRow(ctx, d, q, func(r *sql.Rows) error {
		var name, column, kind string
		if err := r.Scan(&name, &column, &kind); err != nil {
			return err
		}
		t := byName[name]
		if t == nil {
			t = &table{name: name}
			byName[name] = t
		}
		t.columns, t.bools = append(t.columns, column), append(t.bools, strings.EqualFold(kind, "boolean"))
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = eachRow(ctx, d, refs, func(r *sql.Rows) error {
		var child, parent string
		if err := r.Scan(&child, &parent); err != nil {
			return err
		}
		if t := byName[child]; t != nil && child != parent {
			t.parents = append(t.parents, parent)
		}
		return nil
	})
	return parentsFirst(byName), err
}

func eachRow(ctx context.Context, d *DB, q string, fn func(*sql.Rows) error) error {
	rows, err := d.Query(ctx, q)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func parentsFirst(byName map[string]*table) []table {
	names := make([]string, 0, len(byName))
	for n := range byName {
		names = append(names, n)
	}
	sort.Strings(names)
	var out []table
	done := map[string]bool{}
	var visit func(string)
	visit = func(n string) {
		t := byName[n]
		if t == nil || done[n] {
			return
		}
		done[n] = true
		for _, p := range t.parents {
			visit(p)
		}
		out = append(out, *t)
	}
	for _, n := range names {
		visit(n)
	}
	return out
}

// copyRows a statement.
const copyRows = 64

func (t table) copy(ctx context.Context, from *sql.Tx, to *Tx) error {
	list := `"` + strings.Join(t.columns, `", "`) + `"`
	rows, err := from.QueryContext(ctx, `SELECT `+list+` FROM `+t.name)
	if err != nil {
		return err
	}
	defer rows.Close()
	var args []any
	flush := func() error {
		if len(args) == 0 {
			return nil
		}
		q := `INSERT INTO ` + t.name + ` (` + list + `) VALUES ` + Marks(len(args)/len(t.columns), len(t.columns))
		_, err := to.Exec(ctx, q, args...)
		args = args[:0]
		return err
	}
	for rows.Next() {
		row := make([]any, len(t.columns))
		into := make([]any, len(row))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, v := range row {
			if n, ok := v.(int64); ok && t.bools[i] {
				row[i] = n != 0
			}
		}
		if args = append(args, row...); len(args) >= copyRows*len(t.columns) {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return errors.Join(flush(), rows.Err())
}
