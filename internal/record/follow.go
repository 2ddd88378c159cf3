package record

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Following is what a follower does. It keeps its cursor in the same transaction as its data: at least once and
// idempotent is exactly once in effect.
type Following interface {
	// Cursor tells how far it has come; the zero Cursor for nowhere.
	Cursor(ctx context.Context) (Cursor, error)
	// Apply acts on entries (those it declared, in order, perhaps none) and keeps to as its cursor.
	Apply(ctx context.Context, entries []Entry, to Cursor) error
	// Restart begins again in another era, at the position it answers.
	Restart(ctx context.Context, era Era) error
}

// FollowerConfig says what is followed and how.
type FollowerConfig struct {
	Name string
	// Acts: the subjects and kinds acted on; others are passed over. nil: all.
	Acts map[Subject][]Kind
	// Batch is the most entries given at once; 0 is 1,000.
	Batch int
	// Tick between two looks when nothing rings; 0 is 50 ms.
	Tick time.Duration
	// Gentle: behind, it rests after each batch as long as the batch took; caught up, four times as long, at most five
	// ticks: to leave the machine to those who wait for an answer.
	Gentle bool
	// Last: while large transactions pour in, it waits before each batch, up to lastWaits, and catches up after them.
	Last bool
}

// Follower reads the feed for one Following from Start to Stop. Errors are logged and retried with a growing pause.
type Follower struct {
	c     FollowerConfig
	db    *DB
	do    Following
	log   *slog.Logger
	moved *bell
	stop  context.CancelFunc
	done  chan struct{}
	mu    sync.Mutex
	at    Cursor
}

// NewFollower is inert until Start.
func NewFollower(c FollowerConfig, db *DB, do Following) *Follower {
	if c.Batch == 0 {
		c.Batch = 1000
	}
	if c.Tick == 0 {
		c.Tick = 50 * time.Millisecond
	}
	return &Follower{c: c, db: db, do: do, log: db.log.With("follower", c.Name), moved: newBell()}
}

// Start follows until Stop.
func (f *Follower) Start(ctx context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.done != nil {
		return fmt.Errorf("follower %s: already started", f.c.Name)
	}
	ctx, f.stop = context.WithCancel(context.WithoutCancel(ctx))
	f.done = make(chan struct{})
	go f.loop(ctx)
	return nil
}

// Stop waits for the batch at work. Safe before Start and twice.
func (f *Follower) Stop() {
	f.mu.Lock()
	stop, done := f.stop, f.done
	f.mu.Unlock()
	if done == nil {
		return
	}
	stop()
	<-done
}

func (f *Follower) loop(ctx context.Context) {
	defer close(f.done)
	pause := f.c.Tick
	for {
		f.giveWay(ctx)
		rung := f.db.Changed()
		began := time.Now()
		n, err := f.RunOnce(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			f.log.Error("follower failed, retrying", "err", err, "pause", pause)
			rung, pause = nil, min(2*pause, 5*time.Second)
		case n == f.c.Batch && f.c.Gentle:
			rung, pause = nil, time.Since(began)
		case n == f.c.Batch: // behind: go on at once
			pause = f.c.Tick
			continue
		case n > 0: // let the next ones gather: a batch of one costs as much as one of a hundred
			rung, pause = nil, f.gather(time.Since(began))
		default:
			pause = f.c.Tick
		}
		select {
		case <-ctx.Done():
			return
		case <-rung:
		case <-time.After(pause):
		}
	}
}

// gather is how long a follower that has caught up lets the next entries gather after a batch that took so long.
func (f *Follower) gather(took time.Duration) time.Duration {
	if !f.c.Gentle {
		return f.c.Tick
	}
	return max(f.c.Tick, min(4*took, 5*f.c.Tick))
}

// lastWaits bounds how long a Last follower stands still, so that it moves on however long large transactions pour in.
const lastWaits = 2 * time.Second

// giveWay waits, for a Last follower, while large transactions pour in.
func (f *Follower) giveWay(ctx context.Context) {
	if !f.c.Last {
		return
	}
	for until := time.Now().Add(lastWaits); f.db.pouring() && time.Now().Before(until); {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pourPause / 2):
		}
	}
}

// RunOnce applies one batch and tells how many entries it passed.
func (f *Follower) RunOnce(ctx context.Context) (int, error) {
	cur, err := f.cursor(ctx)
	if err != nil {
		return 0, err
	}
	entries, err := f.db.Feed(ctx, cur.Position, f.c.Batch)
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	f.db.structureMoved(entries)
	to := Cursor{Era: cur.Era, Position: entries[len(entries)-1].Position}
	if err := f.do.Apply(ctx, f.mine(entries), to); err != nil {
		return 0, fmt.Errorf("apply: %w", err)
	}
	f.reached(to)
	return len(entries), nil
}

// cursor gives where to go on, restarting the follower when the era changed.
func (f *Follower) cursor(ctx context.Context) (Cursor, error) {
	era, err := f.db.Era(ctx)
	if err != nil {
		return Cursor{}, fmt.Errorf("era: %w", err)
	}
	cur, err := f.do.Cursor(ctx)
	if err != nil {
		return Cursor{}, fmt.Errorf("cursor: %w", err)
	}
	if cur.Era != era {
		f.log.Info("another era, starting again")
		if err := f.do.Restart(ctx, era); err != nil {
			return Cursor{}, fmt.Errorf("restart: %w", err)
		}
		if cur, err = f.do.Cursor(ctx); err != nil {
			return Cursor{}, fmt.Errorf("cursor: %w", err)
		}
		cur.Era = era
	}
	f.reached(cur)
	return cur, nil
}

func (f *Follower) mine(all []Entry) []Entry {
	if f.c.Acts == nil {
		return all
	}
	out := make([]Entry, 0, len(all))
	for _, e := range all {
		for _, k := range f.c.Acts[e.Subject] {
			if k == e.Kind {
				out = append(out, e)
				break
			}
		}
	}
	return out
}

func (f *Follower) reached(c Cursor) {
	f.mu.Lock()
	changed := f.at != c
	f.at = c
	f.mu.Unlock()
	if changed {
		f.moved.ring()
	}
}

// Position tells how far the follower has come in this process.
func (f *Follower) Position() Position {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at.Position
}

// Moved gives a channel closed when the follower next moves.
func (f *Follower) Moved() <-chan struct{} { return f.moved.wait() }

// WaitFor blocks until the follower has reached p, or ctx ends.
func (f *Follower) WaitFor(ctx context.Context, p Position) error {
	for {
		moved := f.Moved()
		if !f.Position().Before(p) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-moved:
		}
	}
}

// Cursors kept in the record, for followers whose effect is there too.

// CursorOf reads the cursor of a follower that keeps it in the record.
func (d *DB) CursorOf(ctx context.Context, follower string) (Cursor, error) {
	rows, err := d.Query(ctx, `SELECT era, position FROM feed_cursor WHERE follower = ?`, follower)
	if err != nil {
		return Cursor{}, err
	}
	defer rows.Close()
	var c Cursor
	if rows.Next() {
		if err := rows.Scan(&c.Era, &c.Position); err != nil {
			return Cursor{}, err
		}
	}
	return c, rows.Err()
}

// KeepCursor writes it in the transaction of the follower's effect.
func (t *Tx) KeepCursor(ctx context.Context, follower string, c Cursor) error {
	_, err := t.Exec(ctx, `INSERT INTO feed_cursor (follower, era, position) VALUES (?, ?, ?)
		ON CONFLICT (follower) DO UPDATE SET era = excluded.era, position = excluded.position`, follower, string(c.Era), c.Position)
	return err
}
