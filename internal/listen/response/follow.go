package response

import (
	"context"
	"fmt"
	"sync"
	"time"

	"vigie/internal/record"
)

// following deletes the responses whose feedback was erased: what the person wrote stands there too.
type following struct {
	db *record.DB
	mu sync.Mutex
	at record.Cursor // as far as it read; kept in the record only with an effect, and now and then
}

const (
	followerName = "response"
	keepEvery    = 100_000 // positions read again at most after a restart
)

func (f *following) Cursor(ctx context.Context) (record.Cursor, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.at.Era != "" {
		return f.at, nil
	}
	return f.db.CursorOf(ctx, followerName)
}

func (f *following) Restart(ctx context.Context, era record.Era) error {
	return f.keep(ctx, nil, record.Cursor{Era: era})
}

func (f *following) Apply(ctx context.Context, entries []record.Entry, to record.Cursor) error {
	kept, err := f.db.CursorOf(ctx, followerName)
	if err != nil {
		return err
	}
	if len(entries) > 0 || kept.Position.Lag(to.Position) > keepEvery {
		return f.keep(ctx, entries, to)
	}
	f.reach(to)
	return nil
}

func (f *following) keep(ctx context.Context, entries []record.Entry, to record.Cursor) error {
	err := f.db.Write(ctx, func(tx *record.Tx) error {
		for _, e := range entries {
			if _, err := tx.Exec(ctx, `DELETE FROM response WHERE feedback = ?`, e.ID); err != nil {
				return fmt.Errorf("erase response: %w", err)
			}
		}
		return tx.KeepCursor(ctx, followerName, to)
	})
	if err == nil {
		f.reach(to)
	}
	return err
}

func (f *following) reach(to record.Cursor) {
	f.mu.Lock()
	f.at = to
	f.mu.Unlock()
}

// Start sweeps what the door was not told and erases what was erased, until Stop.
func (d *Desk) Start(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stop != nil {
		return fmt.Errorf("response: already started")
	}
	d.follower = record.NewFollower(record.FollowerConfig{Name: followerName, Batch: 10_000, Tick: time.Second, Gentle: true, Last: true,
		Acts: map[record.Subject][]record.Kind{record.Feedback: {record.Erased}}}, d.d.DB, &following{db: d.d.DB})
	if err := d.follower.Start(ctx); err != nil {
		return err
	}
	ctx, d.stop = context.WithCancel(context.WithoutCancel(ctx))
	d.done = make(chan struct{})
	go d.sweepUntil(ctx)
	return nil
}

// Stop waits for the sweep at work. Safe before Start and twice.
func (d *Desk) Stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stop == nil {
		return
	}
	d.stop()
	<-d.done
	d.follower.Stop()
}

func (d *Desk) sweepUntil(ctx context.Context) {
	defer close(d.done)
	tick := time.NewTicker(sweepAge)
	defer tick.Stop()
	var forgotten time.Time
	for {
		if n, err := d.Sweep(ctx); err != nil && ctx.Err() == nil {
			d.d.Log.Error("responses not told to the door, trying again", "err", err)
		} else if n > 0 {
			d.d.Log.Info("responses told to the door late", "n", n)
		}
		if now := time.Now(); now.Sub(forgotten) >= forgetEvery {
			forgotten = now
			if _, err := d.Forget(ctx); err != nil && ctx.Err() == nil {
				d.d.Log.Error("responses that said nothing not forgotten", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
