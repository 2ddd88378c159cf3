package collect

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"vigie/internal/listen/customer"
	"vigie/internal/record"
)

// What an erasure was of.
const (
	erasedFeedback = "feedback"
	erasedIdentity = "identity"
	erasedWords    = "words" // of an employee's answer
)

// erasure is one line of the log: what, keyed hash, when. It says nothing of anybody.
type erasure struct {
	what string
	hash []byte
	at   time.Time
}

// ours are those of this room.
func (e erasure) ours() bool {
	return e.what == erasedFeedback || e.what == erasedIdentity || e.what == erasedWords
}

// name is the same for the same line. What is erased stays so; what others note may be noted again later.
func (e erasure) name() string {
	name := e.what + string(e.hash)
	if !e.ours() {
		name += strconv.FormatInt(e.at.UnixMicro(), 10)
	}
	return name
}

// Noted is a line that another room keeps in the log of erasures, since it has to outlive a restore as well: one word for
// what it is of, the keyed hash of whom.
type Noted struct {
	What string
	Hash customer.Hash
	At   time.Time
}

// NoteIn appends lines of another room, in its transaction.
func (d *Door) NoteIn(ctx context.Context, tx *record.Tx, l []Noted) error {
	all := make([]erasure, len(l))
	for i, n := range l {
		all[i] = erasure{n.What, n.Hash[:], n.At}
	}
	return d.noteIn(ctx, tx, all)
}

// Noted gives the lines of other rooms, as they were appended.
func (d *Door) Noted(ctx context.Context) ([]Noted, error) {
	all, err := d.erasures(ctx)
	if err != nil {
		return nil, fmt.Errorf("erasure log: %w", err)
	}
	var l []Noted
	for _, e := range all {
		if !e.ours() && len(e.hash) == len(customer.Hash{}) {
			l = append(l, Noted{e.what, customer.Hash(e.hash), e.at})
		}
	}
	return l, nil
}

// ErasuresFile of a SQLite record, in the data folder. It is no part of a backup: a restore replays it.
const ErasuresFile = "erasures.log"

// note appends erasures to the log, durably.
func (d *Door) note(ctx context.Context, all []erasure) error {
	if d.d.DB.Dialect() == record.Postgres {
		return d.d.DB.Write(ctx, func(tx *record.Tx) error { return noteInTable(ctx, tx, all) })
	}
	return d.noteInFile(all)
}

// noteIn appends erasures of a transaction under way.
func (d *Door) noteIn(ctx context.Context, tx *record.Tx, all []erasure) error {
	switch {
	case len(all) == 0:
		return nil
	case tx.Dialect() == record.Postgres:
		return noteInTable(ctx, tx, all)
	}
	return d.noteInFile(all)
}

func (d *Door) noteInFile(all []erasure) error {
	f, err := os.OpenFile(filepath.Join(d.c.Dir, ErasuresFile), os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("erasure log: %w", err)
	}
	var b strings.Builder
	if torn(f) {
		b.WriteByte('\n')
	}
	for _, e := range all {
		fmt.Fprintf(&b, "%s %s %s\n", e.at.UTC().Format(time.RFC3339Nano), e.what, hex.EncodeToString(e.hash))
	}
	_, err = f.WriteString(b.String())
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("erasure log: %w", err)
	}
	return nil
}

// torn tells whether a crash cut the log's last line short: what is appended must not be read as part of it. A line too
// many is nothing; a log that cannot be read is told by the write that follows.
func torn(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	last := []byte{0}
	_, err = f.ReadAt(last, info.Size()-1)
	return err != nil || last[0] != '\n'
}

func noteInTable(ctx context.Context, tx *record.Tx, all []erasure) error {
	args := make([]any, 0, len(all)*3)
	for _, e := range all {
		args = append(args, e.what, e.hash, e.at.UnixMicro())
	}
	_, err := tx.Insert(ctx, record.Rows{Into: `INSERT INTO erasure (what, hash, at) VALUES`, Cols: 3, After: `ON CONFLICT DO NOTHING`}, args)
	return err
}

func (d *Door) erasures(ctx context.Context) ([]erasure, error) {
	if d.d.DB.Dialect() == record.Postgres {
		return d.erasuresInTable(ctx)
	}
	return d.erasuresInFile()
}

func (d *Door) erasuresInFile() ([]erasure, error) {
	f, err := os.Open(filepath.Join(d.c.Dir, ErasuresFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readErasures(f)
}

func readErasures(log io.Reader) ([]erasure, error) {
	var out []erasure
	for lines := bufio.NewScanner(log); ; {
		if !lines.Scan() {
			return out, lines.Err()
		}
		if e, ok := parseErasure(lines.Text()); ok {
			out = append(out, e)
		}
	}
}

// parseErasure refuses a line that a crash cut short: its erasure was not done yet either.
func parseErasure(line string) (erasure, bool) {
	parts := strings.Fields(line)
	if len(parts) != 3 {
		return erasure{}, false
	}
	at, err := time.Parse(time.RFC3339Nano, parts[0])
	hash, err2 := hex.DecodeString(parts[2])
	return erasure{parts[1], hash, at}, err == nil && err2 == nil && len(hash) == len(Key{})
}

func (d *Door) erasuresInTable(ctx context.Context) ([]erasure, error) {
	rows, err := d.d.DB.Query(ctx, `SELECT what, hash, at FROM erasure ORDER BY at`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []erasure
	for rows.Next() {
		var e erasure
		var at int64
		if err := rows.Scan(&e.what, &e.hash, &at); err != nil {
			return nil, err
		}
		e.at = time.UnixMicro(at)
		out = append(out, e)
	}
	return out, rows.Err()
}

// KeepErasures adds to the file in the data folder what a PostgreSQL record's log holds and the file does not, so that it
// outlives the database. On SQLite the file is the log.
func (d *Door) KeepErasures(ctx context.Context) error {
	if d.d.DB.Dialect() == record.SQLite {
		return nil
	}
	all, err := d.erasuresInTable(ctx)
	if err != nil {
		return unavailable(err)
	}
	kept, err := d.erasuresInFile()
	if err != nil {
		return fmt.Errorf("erasure log: %w", err)
	}
	if all = unnoted(all, kept); len(all) == 0 {
		return nil
	}
	return d.noteInFile(all)
}
