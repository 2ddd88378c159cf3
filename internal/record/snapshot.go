package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Snapshot is a small, immutable, shared reading of slowly changing tables (journeys, catalogue, units), loaded anew
// when their version moved. Writers call Tx.Touch with the same name.
type Snapshot[T any] struct {
	db   *DB
	name string
	load func(context.Context, Querier) (T, error)

	mu      sync.Mutex
	value   T
	version int64
	checked time.Time
	loaded  bool
	local   int64
}

// snapshotAge is how old a check of the version may be: what another process changed is seen within it, what this one
// changed is seen at once.
const snapshotAge = 100 * time.Millisecond

// NewSnapshot names the counter that versions the tables, and how to read them.
func NewSnapshot[T any](db *DB, name string, load func(context.Context, Querier) (T, error)) *Snapshot[T] {
	return &Snapshot[T]{db: db, name: name, load: load}
}

// Present gives the value as of now; do not modify it.
func (s *Snapshot[T]) Present(ctx context.Context) (T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	local := s.db.touched.Load()
	if s.loaded && local == s.local && time.Since(s.checked) < snapshotAge {
		return s.value, nil
	}
	var version int64
	err := s.db.QueryRow(ctx, `SELECT value FROM counter WHERE name = ?`, s.name).Scan(&version)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return s.value, fmt.Errorf("version of %s: %w", s.name, err)
	}
	if !s.loaded || version != s.version {
		v, err := s.load(ctx, s.db)
		if err != nil {
			return s.value, fmt.Errorf("load %s: %w", s.name, err)
		}
		s.value, s.version, s.loaded = v, version, true
	}
	s.checked, s.local = time.Now(), local
	return s.value, nil
}

// Touch moves the version of the named tables and publishes that structure changed.
func (t *Tx) Touch(ctx context.Context, name string) error {
	if _, err := t.Next(ctx, name, 1); err != nil {
		return err
	}
	t.touched = true
	t.Publish(Event{Subject: Structure, Kind: Amended})
	return nil
}

// structureMoved makes every snapshot look at its version again: who follows the feed must not read a structure older
// than the event that says it changed, whichever process changed it.
func (d *DB) structureMoved(entries []Entry) {
	for _, e := range entries {
		if e.Subject == Structure {
			d.touched.Add(1)
			return
		}
	}
}
