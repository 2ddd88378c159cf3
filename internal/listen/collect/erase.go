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
	"slices"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/record"
)

// Erase removes a feedback for good: its row keeps the hash of its key, so that it is never brought back, and nothing
// else. The bytes leave the files at the next Compact.
func (d *Door) Erase(ctx context.Context, id cx.FeedbackID) error {
	var keys [][]byte
	rows, err := d.d.DB.Query(ctx, `SELECT key FROM feedback WHERE id = ? AND state <> 2`, int64(id))
	if err != nil {
		return unavailable(err)
	}
	if keys, err = record.Column[[]byte](rows); err != nil {
		return unavailable(err)
	}
	if len(keys) == 0 {
		return cx.Fail(cx.NotFound, "", "collect.unknown_feedback")
	}
	return wrap(d.eraseKeys(ctx, keys))
}

// eraseKeys notes the erasure before it does it: one that fails half-way is done again at the next restore, never undone.
func (d *Door) eraseKeys(ctx context.Context, keys [][]byte) error {
	now := d.d.Now()
	var notes []erasure
	for _, k := range keys {
		notes = append(notes, erasure{erasedFeedback, k, now})
	}
	if err := d.note(ctx, notes); err != nil {
		return err
	}
	return d.d.DB.Write(ctx, func(tx *record.Tx) error { return blank(ctx, tx, keys) })
}

// blank overwrites rows in place, then empties them.
func blank(ctx context.Context, tx *record.Tx, keys [][]byte) error {
	for some := range slices.Chunk(keys, record.InLimit) {
		in, args := record.In(some)
		rows, err := tx.Query(ctx, `SELECT id FROM feedback WHERE state <> 2 AND key `+in, args...)
		if err != nil {
			return err
		}
		ids, err := record.Column[int64](rows)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			continue
		}
		if err := blankIDs(ctx, tx, ids); err != nil {
			return fmt.Errorf("erase: %w", err)
		}
	}
	return nil
}

func blankIDs(ctx context.Context, tx *record.Tx, ids []int64) error {
	in, args := record.In(ids)
	if tx.Dialect() == record.SQLite {
		// A payload of the same length is overwritten where it stands, overflow pages included.
		if _, err := tx.Exec(ctx, `UPDATE feedback SET payload = zeroblob(length(payload)) WHERE id `+in, args...); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE feedback SET state = 2, at = 0, received = 0, identity = NULL, hash = ?, payload = ? WHERE id `+in,
		append([]any{[]byte{}, []byte{}}, args...)...)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM quarantine WHERE feedback `+in, args...); err != nil {
		return err
	}
	for _, id := range ids {
		tx.Publish(record.Event{Subject: record.Feedback, ID: id, Kind: record.Erased})
	}
	return nil
}

// ErasePerson erases all of a person: every feedback, every identity, the person. The same feedback sent again stays
// erased; a new feedback of the same e-mail is a new person.
func (d *Door) ErasePerson(ctx context.Context, id cx.PersonID) error {
	traces, err := d.d.Customers.Traces(ctx, id)
	if err != nil {
		return wrap(err)
	}
	keys, err := keysOf(ctx, d.d.DB, traces.Identities)
	if err != nil {
		return unavailable(err)
	}
	return wrap(d.eraseTraces(ctx, id, traces, keys))
}

func (d *Door) eraseTraces(ctx context.Context, id cx.PersonID, t customer.Traces, keys [][]byte) error {
	now := d.d.Now()
	var notes []erasure
	for _, k := range keys {
		notes = append(notes, erasure{erasedFeedback, k, now})
	}
	for _, h := range t.Hashes {
		notes = append(notes, erasure{erasedIdentity, h[:], now})
	}
	if err := d.note(ctx, notes); err != nil {
		return err
	}
	return d.d.DB.Write(ctx, func(tx *record.Tx) error {
		more, err := keysOf(ctx, tx, t.Identities) // with what came in since
		if err != nil {
			return err
		}
		if err := blank(ctx, tx, more); err != nil {
			return err
		}
		return d.d.Customers.Erase(ctx, tx, id)
	})
}

func keysOf(ctx context.Context, q record.Querier, identities []int64) ([][]byte, error) {
	var keys [][]byte
	for some := range slices.Chunk(identities, record.InLimit) {
		in, args := record.In(some)
		rows, err := q.Query(ctx, `SELECT key FROM feedback WHERE identity `+in, args...)
		if err != nil {
			return nil, err
		}
		more, err := record.Column[[]byte](rows)
		if err != nil {
			return nil, err
		}
		keys = append(keys, more...)
	}
	return keys, nil
}

// What an erasure was of.
const (
	erasedFeedback = "feedback"
	erasedIdentity = "identity"
)

// erasure is one line of the log: what, keyed hash, when. It says nothing of anybody.
type erasure struct {
	what string
	hash []byte
	at   time.Time
}

// ErasuresFile of a SQLite record, in the data folder. It is no part of a backup: a restore replays it.
const ErasuresFile = "erasures.log"

// note appends erasures to the log, durably.
func (d *Door) note(ctx context.Context, all []erasure) error {
	if d.d.DB.Dialect() == record.Postgres {
		return d.noteInTable(ctx, all)
	}
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

func (d *Door) noteInTable(ctx context.Context, all []erasure) error {
	args := make([]any, 0, len(all)*3)
	for _, e := range all {
		args = append(args, e.what, e.hash, e.at.UnixMicro())
	}
	return d.d.DB.Write(ctx, func(tx *record.Tx) error {
		_, err := tx.Insert(ctx, record.Rows{Into: `INSERT INTO erasure (what, hash, at) VALUES`, Cols: 3, After: `ON CONFLICT DO NOTHING`}, args)
		return err
	})
}

// ReplayErasures erases again, in a record restored from a backup, all that the log says was erased. It tells how many
// feedbacks and identities it met.
func (d *Door) ReplayErasures(ctx context.Context) (int, error) {
	all, err := d.erasures(ctx)
	if err != nil {
		return 0, fmt.Errorf("erasure log: %w", err)
	}
	var keys [][]byte
	before := map[customer.Hash]time.Time{}
	for _, e := range all {
		switch {
		case e.what == erasedFeedback:
			keys = append(keys, e.hash)
		case e.what == erasedIdentity && len(e.hash) == len(customer.Hash{}):
			before[customer.Hash(e.hash)] = e.at
		}
	}
	n := 0
	err = d.d.DB.Write(ctx, func(tx *record.Tx) error {
		had := tx.Published()
		if err := blank(ctx, tx, keys); err != nil {
			return err
		}
		if err := d.d.Customers.EraseIdentities(ctx, tx, before); err != nil {
			return err
		}
		n = tx.Published() - had
		return nil
	})
	return n, wrap(err)
}

// TakeErasures adds the lines of another record's log to ours, whatever the engine; the same ones twice do no harm.
func (d *Door) TakeErasures(ctx context.Context, log io.Reader) error {
	all, err := readErasures(log)
	if err != nil {
		return fmt.Errorf("erasure log: %w", err)
	}
	if len(all) == 0 {
		return nil
	}
	return wrap(d.note(ctx, all))
}

func (d *Door) erasures(ctx context.Context) ([]erasure, error) {
	if d.d.DB.Dialect() == record.Postgres {
		return d.erasuresInTable(ctx)
	}
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
