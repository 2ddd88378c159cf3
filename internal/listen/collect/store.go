package collect

import (
	"context"
	"fmt"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/record"
)

// loadKnown gives what the record knows of the entries' keys; random ones are not asked for.
func loadKnown(ctx context.Context, q record.Querier, entries []*entry) (map[Key]known, error) {
	keys := make([][]byte, 0, len(entries))
	for _, e := range entries {
		if !e.random || e.out.ID != 0 {
			keys = append(keys, e.key[:])
		}
	}
	var out map[Key]known
	for some := range slices.Chunk(keys, record.InLimit) {
		in, args := record.In(some)
		rows, err := q.Query(ctx, `SELECT key, id, hash, state FROM feedback WHERE key `+in, args...)
		if err != nil {
			return nil, fmt.Errorf("known keys: %w", err)
		}
		for rows.Next() {
			var key, hash []byte
			var k known
			if err := rows.Scan(&key, &k.id, &hash, &k.state); err != nil {
				rows.Close()
				return nil, fmt.Errorf("known keys: %w", err)
			}
			copy(k.hash[:], hash)
			if out == nil {
				out = map[Key]known{}
			}
			out[Key(key)] = k
		}
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("known keys: %w", err)
		}
	}
	return out, nil
}

// resolve finds the persons of new feedbacks, with what is known of them at the time.
func (d *Door) resolve(ctx context.Context, tx *record.Tx, fresh []*entry) error {
	var who []*entry
	var batch []*customer.Known
	for _, e := range fresh {
		c := e.in.Customer
		if c == nil {
			continue
		}
		k := &customer.Known{Ref: c.Ref, Email: c.Email, Phone: c.Phone, Name: c.Name, Status: c.Status, At: e.f.At, Import: e.brought}
		k.Attributes = e.attributes("", c.Attributes, nil)
		who, batch = append(who, e), append(batch, k)
	}
	if len(batch) == 0 {
		return nil
	}
	resolved, err := d.d.Customers.Resolve(ctx, tx, batch)
	if err != nil {
		return err
	}
	for i, e := range who {
		e.take(resolved[i])
	}
	return nil
}

// take lays the person's attributes under the feedback's own.
func (e *entry) take(r customer.Resolved) {
	e.identity = r.Identity
	more := false
	for k, v := range r.Attributes {
		if _, own := e.f.Attributes[k]; own || len(e.f.Attributes) >= maxAttributes {
			continue
		}
		if e.f.Attributes == nil {
			e.f.Attributes = map[cx.AttributeID]any{}
		}
		e.f.Attributes[k], more = v, true
	}
	if more {
		e.payload = appendPayload(e.payload[:0], &e.f)
	}
}

var feedbackRows = record.Rows{Into: `INSERT INTO feedback (id, key, hash, at, received, state, identity, payload, import) VALUES`, Cols: 9,
	After: `ON CONFLICT (key) DO NOTHING`}

// storeFeedbacks tells how many were new.
func storeFeedbacks(ctx context.Context, tx *record.Tx, fresh []*entry) (n int64, err error) {
	if tx.Dialect() == record.Postgres {
		n, err = unnestFeedbacks(ctx, tx, fresh)
	} else {
		n, err = insertFeedbacks(ctx, tx, fresh)
	}
	if err != nil {
		return 0, fmt.Errorf("feedbacks: %w", err)
	}
	return n, nil
}

func insertFeedbacks(ctx context.Context, tx *record.Tx, fresh []*entry) (int64, error) {
	args := make([]any, 0, len(fresh)*feedbackRows.Cols)
	for _, e := range fresh {
		args = append(args, int64(e.out.ID), e.key[:], e.hash[:], e.f.At.UnixMicro(), e.f.Received.UnixMicro(), int64(e.f.State),
			orNull(int64(e.identity)), e.payload, orNull(int64(e.brought)))
	}
	return tx.Insert(ctx, feedbackRows, args)
}

func orNull(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// unnestFeedbacks writes any number in one statement: PostgreSQL takes whole columns.
func unnestFeedbacks(ctx context.Context, tx *record.Tx, fresh []*entry) (int64, error) {
	n := len(fresh)
	ids, at, received, states, identities, imports := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	keys, hashes, payloads := make([][]byte, n), make([][]byte, n), make([][]byte, n)
	for i, e := range fresh {
		ids[i], at[i], received[i] = int64(e.out.ID), e.f.At.UnixMicro(), e.f.Received.UnixMicro()
		states[i], identities[i] = int64(e.f.State), int64(e.identity)
		keys[i], hashes[i], payloads[i], imports[i] = e.key[:], e.hash[:], e.payload, int64(e.brought)
	}
	res, err := tx.Exec(ctx, `INSERT INTO feedback (id, key, hash, at, received, state, identity, payload, import)
		SELECT i, k, h, a, r, s, nullif(p, 0), b, nullif(m, 0)
		FROM unnest(?::bigint[], ?::bytea[], ?::bytea[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bytea[], ?::bigint[]) AS f (i, k, h, a, r, s, p, b, m)
		ON CONFLICT (key) DO NOTHING`, ids, keys, hashes, at, received, states, identities, payloads, imports)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// storePlaces writes what feedbacks wait for, and which mappings placed them.
func storePlaces(ctx context.Context, tx *record.Tx, fresh []*entry) error {
	var args []any
	for _, e := range fresh {
		for _, m := range e.mapped {
			args = append(args, int64(e.out.ID), m.field, m.key)
		}
	}
	_, err := tx.Insert(ctx, record.Rows{Into: `INSERT INTO placed (feedback, field, key) VALUES`, Cols: 3, After: `ON CONFLICT (feedback, field) DO UPDATE SET key = excluded.key`}, args)
	if err != nil {
		return fmt.Errorf("placed: %w", err)
	}
	return storeQuarantine(ctx, tx, fresh)
}

func storeQuarantine(ctx context.Context, tx *record.Tx, fresh []*entry) error {
	var args []any
	for _, e := range fresh {
		for _, m := range e.missing {
			args = append(args, int64(e.out.ID), m.field, m.key, e.f.Received.UnixMicro())
		}
	}
	_, err := tx.Insert(ctx, record.Rows{Into: `INSERT INTO quarantine (feedback, field, key, since) VALUES`, Cols: 4}, args)
	if err != nil {
		return fmt.Errorf("quarantine: %w", err)
	}
	return nil
}
