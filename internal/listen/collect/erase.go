package collect

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/media"
	"vigie/internal/record"
)

// Erase removes a feedback for good: its row keeps the hash of its key, so that it is never brought back, and nothing
// else. The bytes leave the files at the next Compact. Of an employee's answer that figures may have shown the words go, which
// alone may name somebody; the scores, which are nobody's, stay until their year goes: the difference would tell them.
func (d *Door) Erase(ctx context.Context, id cx.FeedbackID) error {
	stored, err := d.Present(ctx, []int64{int64(id)})
	if err != nil {
		return unavailable(err)
	}
	if len(stored) == 0 || stored[0].State == cx.Erased {
		return cx.Fail(cx.NotFound, "", "collect.unknown_feedback")
	}
	f, err := Decode(stored[0])
	if err != nil {
		return err
	}
	rows, err := d.d.DB.Query(ctx, `SELECT key FROM feedback WHERE id = ? AND state <> 2`, int64(id))
	if err != nil {
		return unavailable(err)
	}
	keys, err := record.Column[[]byte](rows)
	if err != nil {
		return unavailable(err)
	}
	if f.State == cx.Live && len(f.Scores) > 0 && told(&f, d.d.Now()) {
		return wrap(d.hushKeys(ctx, keys))
	}
	return wrap(d.eraseKeys(ctx, keys))
}

// hushKeys takes words away as eraseKeys takes all.
func (d *Door) hushKeys(ctx context.Context, keys [][]byte) error {
	var notes []erasure
	for _, k := range keys {
		notes = append(notes, erasure{erasedWords, k, d.d.Now()})
	}
	if err := d.note(ctx, notes); err != nil {
		return err
	}
	return d.d.DB.Write(ctx, func(tx *record.Tx) error { return d.hushAll(ctx, tx, keys) })
}

func (d *Door) hushAll(ctx context.Context, tx *record.Tx, keys [][]byte) error {
	return standing(ctx, tx, keys, func(ids []int64) error {
		for _, id := range ids {
			if err := d.hush(ctx, tx, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// standing finds the feedback of keys that is not erased, some at a time.
func standing(ctx context.Context, tx *record.Tx, keys [][]byte, do func(ids []int64) error) error {
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
		if err := do(ids); err != nil {
			return err
		}
	}
	return nil
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
	err := d.d.DB.Write(ctx, func(tx *record.Tx) error { return blank(ctx, tx, keys) })
	if err == nil {
		d.unlink(ctx)
	}
	return err
}

// blank overwrites rows in place, then empties them.
func blank(ctx context.Context, tx *record.Tx, keys [][]byte) error {
	return standing(ctx, tx, keys, func(ids []int64) error {
		if err := blankIDs(ctx, tx, ids); err != nil {
			return fmt.Errorf("erase: %w", err)
		}
		return nil
	})
}

func blankIDs(ctx context.Context, tx *record.Tx, ids []int64) error {
	in, args := record.In(ids)
	if tx.Dialect() == record.SQLite {
		// A payload of the same length is overwritten where it stands, overflow pages included.
		if _, err := tx.Exec(ctx, `UPDATE feedback SET payload = zeroblob(length(payload)) WHERE id `+in, args...); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE feedback SET state = 2, at = 0, received = 0, identity = NULL, import = NULL, hash = ?, payload = ? WHERE id `+in,
		append([]any{[]byte{}, []byte{}}, args...)...)
	if err != nil {
		return err
	}
	for _, q := range []string{`DELETE FROM quarantine WHERE feedback `, `DELETE FROM placed WHERE feedback `} {
		if _, err := tx.Exec(ctx, q+in, args...); err != nil {
			return err
		}
	}
	if err := media.Release(ctx, tx, ids); err != nil {
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
	_, notes, err := d.traces(ctx, d.d.DB, id)
	if err != nil {
		return wrap(err)
	}
	if err := d.note(ctx, notes); err != nil {
		return wrap(err)
	}
	err = d.d.DB.Write(ctx, func(tx *record.Tx) error {
		keys, all, err := d.traces(ctx, tx, id) // with what came in since
		if err != nil {
			return err
		}
		if err := d.noteIn(ctx, tx, unnoted(all, notes)); err != nil {
			return err
		}
		if err := blank(ctx, tx, keys); err != nil {
			return err
		}
		return d.d.Customers.Erase(ctx, tx, id)
	})
	if err == nil {
		d.unlink(ctx)
	}
	return wrap(err)
}

// traces gives the keys of a person's feedbacks, and what the log is to say of them and of the identities.
func (d *Door) traces(ctx context.Context, q record.Querier, id cx.PersonID) (keys [][]byte, notes []erasure, err error) {
	t, err := d.d.Customers.Traces(ctx, q, id)
	if err != nil {
		return nil, nil, err
	}
	if keys, err = keysOf(ctx, q, t.Identities); err != nil {
		return nil, nil, err
	}
	now := d.d.Now()
	for _, k := range keys {
		notes = append(notes, erasure{erasedFeedback, k, now})
	}
	for _, h := range t.Hashes {
		notes = append(notes, erasure{erasedIdentity, h[:], now})
	}
	return keys, notes, nil
}

// unnoted gives those of all that are not noted yet.
func unnoted(all, noted []erasure) []erasure {
	known := make(map[string]bool, len(noted))
	for _, e := range noted {
		known[e.name()] = true
	}
	return slices.DeleteFunc(all, func(e erasure) bool { return known[e.name()] })
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

// ReplayErasures erases again, in a record restored from a backup, all that the log says was erased. It tells how many
// feedbacks and identities it met.
func (d *Door) ReplayErasures(ctx context.Context) (int, error) {
	all, err := d.erasures(ctx)
	if err != nil {
		return 0, fmt.Errorf("erasure log: %w", err)
	}
	var keys, silent [][]byte
	before := map[customer.Hash]time.Time{}
	for _, e := range all {
		switch {
		case e.what == erasedFeedback:
			keys = append(keys, e.hash)
		case e.what == erasedWords:
			silent = append(silent, e.hash)
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
		if err := d.hushAll(ctx, tx, silent); err != nil {
			return err
		}
		if err := d.d.Customers.EraseIdentities(ctx, tx, before); err != nil {
			return err
		}
		n = tx.Published() - had
		return nil
	})
	if err == nil {
		d.unlink(ctx)
	}
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
