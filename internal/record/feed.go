package record

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"sync"
)

// Subject and Kind of an event. Numbers are on disk: never renumber.
type (
	Subject int8
	Kind    int8
)

const (
	Feedback Subject = 1
	// Customer: an identity's person changed (merge, unmerge, erase); id is the identity.
	Customer Subject = 2
	// Structure: journeys, catalogue, units or aliases changed; id is 0.
	Structure Subject = 3
	// Invitation: one question put, or to be put, to one person.
	Invitation Subject = 4
	// Occurrence: a business event received; rules are tried on it.
	Occurrence Subject = 5
)

const (
	Created  Kind = 1
	Amended  Kind = 2
	Repaired Kind = 3
	Erased   Kind = 4
)

// Event says that something happened to a subject; it carries no data: followers read the subject's present row.
type Event struct {
	Subject Subject
	ID      int64
	Kind    Kind
}

// Entry is an event with its place in the one order.
type Entry struct {
	Position Position
	Event
}

// Position is a place in the feed: gapless, in commit order. The zero value is before everything.
type Position struct{ n int64 }

func (p Position) String() string               { return strconv.FormatInt(p.n, 10) }
func (p Position) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
func (p Position) Before(q Position) bool       { return p.n < q.n }

// Lag is how many events q is ahead of p.
func (p Position) Lag(q Position) int64 { return q.n - p.n }

// UnmarshalText reads what String writes.
func (p *Position) UnmarshalText(b []byte) error {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("position %q", b)
	}
	p.n = n
	return nil
}

// Value and Scan let a follower keep its position in its own store.
func (p Position) Value() (driver.Value, error) { return p.n, nil }
func (p *Position) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("position from %T", v)
	}
	p.n = n
	return nil
}

// Era names one life of the record: restoring a backup or promoting a replica begins another. Derived stores of another
// era rebuild.
type Era string

// Cursor is how far a follower has come.
type Cursor struct {
	Era      Era
	Position Position
}

// Publish adds events to the feed when the transaction commits.
func (t *Tx) Publish(e ...Event) { t.events = append(t.events, e...) }

// appendFeed takes positions last in the transaction from the one counter row, which keeps them gapless and in commit
// order on both engines.
func (t *Tx) appendFeed(ctx context.Context) error {
	if len(t.events) == 0 {
		return nil
	}
	last, err := t.Next(ctx, "feed", len(t.events))
	if err != nil {
		return err
	}
	if err := t.insertFeed(ctx, last-int64(len(t.events))); err != nil {
		return fmt.Errorf("feed: %w", err)
	}
	return nil
}

func (t *Tx) insertFeed(ctx context.Context, before int64) error {
	if t.db.dialect == Postgres {
		n := len(t.events)
		subjects, ids, kinds := make([]int16, n), make([]int64, n), make([]int16, n)
		for i, e := range t.events {
			subjects[i], ids[i], kinds[i] = int16(e.Subject), e.ID, int16(e.Kind)
		}
		_, err := t.Exec(ctx, `INSERT INTO feed (position, subject, id, kind)
			SELECT ? + n, s, i, k FROM unnest(?::smallint[], ?::bigint[], ?::smallint[]) WITH ORDINALITY AS e (s, i, k, n)`, before, subjects, ids, kinds)
		return err
	}
	args := make([]any, 0, len(t.events)*4)
	for i, e := range t.events {
		args = append(args, before+int64(i)+1, int64(e.Subject), e.ID, int64(e.Kind))
	}
	_, err := t.Insert(ctx, Rows{Into: `INSERT INTO feed (position, subject, id, kind) VALUES`, Cols: 4}, args)
	return err
}

// Feed gives up to limit entries after a position, in order.
func (d *DB) Feed(ctx context.Context, after Position, limit int) ([]Entry, error) {
	rows, err := d.Query(ctx, `SELECT position, subject, id, kind FROM feed WHERE position > ? ORDER BY position LIMIT ?`, after.n, limit)
	if err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		var e Entry
		if err := rows.Scan(&e.Position, &e.Subject, &e.ID, &e.Kind); err != nil {
			return nil, fmt.Errorf("feed: %w", err)
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// Head gives the last position committed.
func (d *DB) Head(ctx context.Context) (Position, error) {
	var p Position
	err := d.QueryRow(ctx, `SELECT value FROM counter WHERE name = 'feed'`).Scan(&p.n)
	return p, err
}

// Era gives the present era, beginning the first one on a new record.
func (d *DB) Era(ctx context.Context) (Era, error) {
	var e Era
	err := d.QueryRow(ctx, `SELECT value FROM setting WHERE name = 'era'`).Scan(&e)
	if err == nil || !errors.Is(err, sql.ErrNoRows) {
		return e, err
	}
	return d.NewEra(ctx)
}

// NewEra begins another era: after a restore or the promotion of a replica.
func (d *DB) NewEra(ctx context.Context) (Era, error) {
	e := Era(rand.Text())
	return e, d.Write(ctx, func(t *Tx) error {
		_, err := t.Exec(ctx, `INSERT INTO setting (name, value) VALUES ('era', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, string(e))
		return err
	})
}

// Changed gives a channel closed at the next commit of this process that published something.
func (d *DB) Changed() <-chan struct{} { return d.changed.wait() }

// bell wakes all who wait, once.
type bell struct {
	mu sync.Mutex
	ch chan struct{}
}

func newBell() *bell { return &bell{ch: make(chan struct{})} }

func (b *bell) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ch
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.ch)
	b.ch = make(chan struct{})
}
