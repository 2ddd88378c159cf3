package collect

import (
	"context"
	"errors"

	"vigie/internal/listen/customer"
	"vigie/internal/listen/media"
	"vigie/internal/record"
)

var errClosed = errors.New("the door is closed")

// job is what one caller waits for.
type job struct {
	entries  []*entry
	prepared bool // looked up already, by the caller
	done     chan struct{}
}

// write is the one writer: it takes all who wait, writes them in one transaction, and answers.
func (d *Door) write(ctx context.Context) {
	defer close(d.done)
	var group []*job
	for {
		select {
		case j := <-d.jobs:
			group = d.gather(append(group[:0], j))
			d.serve(ctx, group)
		case <-d.closing:
			for len(d.jobs) > 0 {
				group = d.gather(group[:0])
				d.serve(ctx, group)
			}
			return
		}
	}
}

// gather adds the jobs that wait now, up to a group.
func (d *Door) gather(group []*job) []*job {
	n := 0
	for _, j := range group {
		n += len(j.entries)
	}
	for n < d.c.Group {
		select {
		case j := <-d.jobs:
			group = append(group, j)
			n += len(j.entries)
		default:
			return group
		}
	}
	return group
}

// serve writes a group and wakes its callers.
func (d *Door) serve(ctx context.Context, group []*job) {
	ctx, cancel := d.patience(ctx)
	defer cancel()
	var entries, raw []*entry
	for _, j := range group {
		if !j.prepared {
			raw = append(raw, j.entries...)
		}
	}
	if err := d.lookUpAll(ctx, raw); err != nil {
		fail(raw, err)
	}
	for _, j := range group {
		for _, e := range j.entries {
			if !e.failed() {
				entries = append(entries, e)
			}
		}
	}
	if len(entries) > 0 {
		d.commit(ctx, entries)
	}
	for _, j := range group {
		close(j.done)
	}
}

// patience bounds a transaction on PostgreSQL, whose server may be gone; SQLite has a timeout of its own.
func (d *Door) patience(ctx context.Context) (context.Context, context.CancelFunc) {
	if d.d.DB.Dialect() == record.SQLite {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, d.c.Patience)
}

// commit writes entries together. When that fails it tries again in halves until the culprit is alone: every key is
// unique, so that what a lost COMMIT has kept is met again as it is. A database that takes nothing fails all at once.
func (d *Door) commit(ctx context.Context, entries []*entry) {
	err := d.transact(ctx, entries)
	if err == nil {
		return
	}
	d.d.Log.Error("feedback not written", "err", err, "feedbacks", len(entries))
	if len(entries) > 1 && d.probe(ctx) == nil {
		half := len(entries) / 2
		d.commit(ctx, entries[:half])
		d.commit(ctx, entries[half:])
		return
	}
	fail(entries, err)
}

func fail(entries []*entry, err error) {
	for _, e := range entries {
		e.err = unavailable(err)
	}
}

// probe tells whether the database takes a transaction at all.
func (d *Door) probe(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return d.d.DB.Write(ctx, func(tx *record.Tx) error {
		_, err := tx.Next(ctx, "probe", 1)
		return err
	})
}

// transact writes what is new, in one transaction. It supposes that all is, unless the group before met known keys: only
// when a key turns out to be known are all of them looked up.
func (d *Door) transact(ctx context.Context, entries []*entry) error {
	for _, e := range entries {
		d.lookFirst = d.lookFirst || e.out.ID != 0 // tried before: its answer may be lost
		e.out.Verdict, e.first, e.kept = "", nil, false
	}
	for {
		var known map[Key]known
		var err error
		if d.lookFirst {
			if known, err = loadKnown(ctx, d.d.DB, entries); err != nil {
				return err
			}
		}
		met := settle(entries, known, map[Key]*entry{})
		err = d.writeFresh(ctx, entries)
		if errors.Is(err, errMet) || errors.Is(err, customer.ErrMet) {
			d.lookFirst = true
			continue
		}
		d.lookFirst = met
		if err == nil {
			follow(entries)
		}
		return err
	}
}

func (d *Door) writeFresh(ctx context.Context, entries []*entry) error {
	fresh := make([]*entry, 0, len(entries))
	for _, e := range entries {
		if e.fresh() {
			fresh = append(fresh, e)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	if err := d.ids.number(ctx, d.d.DB, fresh); err != nil {
		return err
	}
	return d.d.DB.Write(ctx, func(tx *record.Tx) error { return d.insert(ctx, tx, fresh) })
}

// errMet says that a key that was supposed to be new is known: looked up no more, or written by another node meanwhile.
var errMet = errors.New("key is known")

// insert writes new feedbacks with their customers.
func (d *Door) insert(ctx context.Context, tx *record.Tx, fresh []*entry) error {
	if err := d.resolve(ctx, tx, fresh); err != nil {
		return err
	}
	n, err := storeFeedbacks(ctx, tx, fresh)
	if err != nil {
		return err
	}
	if n != int64(len(fresh)) {
		return errMet
	}
	if err := storePlaces(ctx, tx, fresh); err != nil {
		return err
	}
	for _, e := range fresh {
		if len(e.f.Media) > 0 {
			if _, err := media.Hold(ctx, tx, e.out.ID, e.f.Media); err != nil {
				return err
			}
		}
		tx.Publish(record.Event{Subject: record.Feedback, ID: int64(e.out.ID), Kind: record.Created})
	}
	return nil
}

// settle gives their verdict to entries whose key is known or stands earlier in the batch (seen), and tells whether one
// was; the others are Accepted or Waiting, to be written.
func settle(entries []*entry, record map[Key]known, seen map[Key]*entry) (met bool) {
	for _, e := range entries {
		if old, ok := record[e.key]; ok {
			e.meet(old)
			met = true
			continue
		}
		if first, ok := seen[e.key]; ok {
			e.first = first
			e.out.Verdict = Duplicate
			if first.hash != e.hash {
				e.conflict()
			}
			continue
		}
		e.out.Verdict = Accepted
		if len(e.missing) > 0 {
			e.out.Verdict = Waiting
		}
		if !e.random {
			seen[e.key] = e
		}
	}
	return met
}

// follow gives twins within the batch the number of the first.
func follow(entries []*entry) {
	for _, e := range entries {
		if e.first != nil {
			e.out.ID = e.first.out.ID
		}
	}
}

// idBlock hands out feedback numbers taken from the record a block at a time. Only the writer uses it.
type idBlock struct{ next, last int64 }

const idBlockSize = 4096

// number gives every fresh entry a number, which it keeps over retries.
func (b *idBlock) number(ctx context.Context, db *record.DB, fresh []*entry) error {
	for _, e := range fresh {
		if e.out.ID != 0 {
			continue
		}
		if b.next == b.last {
			err := db.Write(ctx, func(tx *record.Tx) error {
				last, err := tx.Next(ctx, "feedback", idBlockSize)
				b.next, b.last = last-idBlockSize, last
				return err
			})
			if err != nil {
				b.next, b.last = 0, 0
				return err
			}
		}
		b.next++
		e.number(b.next)
	}
	return nil
}
