package record

import (
	"bytes"
	"context"
	"embed"
	"io/fs"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

func (d *DB) migrate(ctx context.Context) error {
	dialect, id, blob := goose.DialectSQLite3, "INTEGER PRIMARY KEY", "BLOB"
	if d.dialect == Postgres {
		dialect, id, blob = goose.DialectPostgres, "BIGINT PRIMARY KEY", "BYTEA"
	}
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	words := strings.NewReplacer("{id}", id, "{bytes}", blob)
	p, err := goose.NewProvider(dialect, d.write, wordFS{sub, words}, goose.WithAllowOutofOrder(true))
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// wordFS replaces the dialect's words in every file of fs.
type wordFS struct {
	fs.FS
	words *strings.Replacer
}

func (w wordFS) Open(name string) (fs.File, error) {
	if !strings.HasSuffix(name, ".sql") {
		return w.FS.Open(name)
	}
	b, err := fs.ReadFile(w.FS, name)
	if err != nil {
		return nil, err
	}
	return &wordFile{Reader: bytes.NewReader([]byte(w.words.Replace(string(b)))), name: name}, nil
}

type wordFile struct {
	*bytes.Reader
	name string
}

func (f *wordFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *wordFile) Close() error               { return nil }
func (f *wordFile) Name() string               { return f.name }
func (f *wordFile) Size() int64                { return f.Reader.Size() }
func (f *wordFile) Mode() fs.FileMode          { return 0o444 }
func (f *wordFile) ModTime() time.Time         { return time.Time{} }
func (f *wordFile) IsDir() bool                { return false }
func (f *wordFile) Sys() any                   { return nil }
