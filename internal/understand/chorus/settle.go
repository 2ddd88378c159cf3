package chorus

import (
	"context"
	"slices"
	"time"

	"vigie/internal/record"
	"vigie/internal/understand/insight"
)

// settle makes the listings that are due, once a day: cells close by whole days.
func (c *Chorus) settle(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	day := c.d.Now().UTC().Format(time.DateOnly)
	if c.settled == day {
		return nil
	}
	if err := c.Settle(ctx); err != nil {
		return err
	}
	c.settled = day
	return nil
}

// Settle makes the listings that are due. Two processes may do it at once: one of them finds it done.
func (c *Chorus) Settle(ctx context.Context) error {
	due, err := c.d.Gather(ctx, c.d.Now(), func(ctx context.Context, ids []int64) (map[int64]bool, error) { return known(ctx, c.d.DB, ids) })
	if err != nil || len(due) == 0 {
		return err
	}
	return c.d.DB.Write(ctx, func(tx *record.Tx) error {
		last, err := tx.Next(ctx, "employee_listing", len(due)) // first: who writes at once comes one after the other
		if err != nil {
			return err
		}
		for n, l := range due {
			id := last - int64(len(due)) + int64(n) + 1
			if err := keep(ctx, tx, id, l); err != nil {
				return err
			}
		}
		return nil
	})
}

// keep writes one listing, whole: not when some of it was listed meanwhile.
func keep(ctx context.Context, tx *record.Tx, id int64, l insight.Listing) error {
	ids := make([]int64, len(l.IDs))
	for n, f := range l.IDs {
		ids[n] = int64(f)
	}
	for some := range slices.Chunk(ids, record.InLimit) {
		if there, err := known(ctx, tx, some); err != nil || len(there) > 0 {
			return err
		}
	}
	mixed := 0
	if l.Mixed {
		mixed = 1
	}
	if _, err := tx.Exec(ctx, `INSERT INTO employee_listing (id, touchpoint, mixed, unit, grain, bucket) VALUES (?, ?, ?, ?, ?, ?)`,
		id, string(l.Touchpoint), mixed, string(l.Unit), l.Grain, l.Bucket); err != nil {
		return wrap(err)
	}
	args := make([]any, 0, 2*len(ids))
	for _, f := range ids {
		args = append(args, f, id)
	}
	_, err := tx.Insert(ctx, record.Rows{Into: `INSERT INTO employee_listed (feedback, listing) VALUES`, Cols: 2}, args)
	return wrap(err)
}

// known tells which answers are in a listing.
func known(ctx context.Context, q record.Querier, ids []int64) (map[int64]bool, error) {
	in, args := record.In(ids)
	rows, err := q.Query(ctx, `SELECT feedback FROM employee_listed WHERE feedback `+in, args...)
	if err != nil {
		return nil, wrap(err)
	}
	there, err := record.Column[int64](rows)
	out := map[int64]bool{}
	for _, id := range there {
		out[id] = true
	}
	return out, wrap(err)
}
