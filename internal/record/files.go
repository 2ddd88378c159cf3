package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"

	"vigie/internal/cx"
)

// A backup may hold, beside the tables, files that the record only names: a table of its own, in pieces.

// filePiece is how much of a file stands in one row.
const filePiece = 1 << 20

// AddFiles adds to a backup the files of these names. open gives NotFound for one that went meanwhile: it is left out. It
// tells how many were added.
func AddFiles(ctx context.Context, path string, names []string, open func(context.Context, string) (io.ReadCloser, error)) (n int, err error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath())
	if err != nil {
		return 0, fmt.Errorf("files of a backup: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	for _, q := range []string{`PRAGMA journal_mode = DELETE`, `CREATE TABLE IF NOT EXISTS backup_file (name TEXT NOT NULL, piece BIGINT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (name, piece))`} {
		if _, err := db.ExecContext(ctx, q); err != nil {
			return 0, fmt.Errorf("files of a backup: %w", err)
		}
	}
	for _, name := range names {
		added, err := addFile(ctx, db, name, open)
		if err != nil {
			return n, fmt.Errorf("file %s of a backup: %w", name, err)
		}
		if added {
			n++
		}
	}
	return n, nil
}

func addFile(ctx context.Context, db *sql.DB, name string, open func(context.Context, string) (io.ReadCloser, error)) (bool, error) {
	r, err := open(ctx, name)
	if cx.KindOf(err) == cx.NotFound && err != nil {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer r.Close()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer func() { _ = tx.Rollback() }() // done already when all went well
	for piece, b := 0, make([]byte, filePiece); ; piece++ {
		n, err := io.ReadFull(r, b)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return false, err
		}
		if n == 0 && piece > 0 {
			break
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO backup_file (name, piece, bytes) VALUES (?, ?, ?)`, name, piece, b[:n]); err != nil {
			return false, err
		}
		if n < len(b) {
			break
		}
	}
	return true, tx.Commit()
}

// Files gives every file of a backup, by name; a backup without any gives none. The backup is not changed.
func Files(ctx context.Context, path string, yield func(name string, r io.Reader) error) error {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro&immutable=1")
	if err != nil {
		return fmt.Errorf("files of a backup: %w", err)
	}
	defer db.Close()
	var there int
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master WHERE name = 'backup_file'`).Scan(&there); err != nil || there == 0 {
		return err
	}
	for last := ""; ; {
		err := db.QueryRowContext(ctx, `SELECT name FROM backup_file WHERE name > ? ORDER BY name LIMIT 1`, last).Scan(&last)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("files of a backup: %w", err)
		}
		if err := yield(last, &filed{ctx: ctx, db: db, name: last}); err != nil {
			return fmt.Errorf("file %s of a backup: %w", last, err)
		}
	}
}

// filed reads a file piece by piece.
type filed struct {
	ctx   context.Context
	db    *sql.DB
	name  string
	piece int
	left  []byte
}

func (f *filed) Read(p []byte) (int, error) {
	for len(f.left) == 0 {
		err := f.db.QueryRowContext(f.ctx, `SELECT bytes FROM backup_file WHERE name = ? AND piece = ?`, f.name, f.piece).Scan(&f.left)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, io.EOF
		}
		if err != nil {
			return 0, err
		}
		f.piece++
	}
	n := copy(p, f.left)
	f.left = f.left[n:]
	return n, nil
}
