package circumstance

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// Store keeps the context events.
type Store struct {
	// Now is the clock of changes; nil is time.Now.
	Now func() time.Time

	db       *record.DB
	snapshot *record.Snapshot[[]Event]
}

// name of the counter that versions the table.
const name = "context_event"

// New gives the store of db.
func New(db *record.DB) *Store {
	return &Store{db: db, snapshot: record.NewSnapshot(db, name, load)}
}

// Events gives all events, oldest first; do not modify them.
func (s *Store) Events(ctx context.Context) ([]Event, error) { return s.snapshot.Present(ctx) }

// Event gives the one of key, or a cx.NotFound error.
func (s *Store) Event(ctx context.Context, key string) (Event, error) {
	all, err := s.Events(ctx)
	if err != nil {
		return Event{}, err
	}
	for _, e := range all {
		if e.Key == key {
			return e, nil
		}
	}
	return Event{}, cx.Fail(cx.NotFound, "", "circumstance.missing")
}

func load(ctx context.Context, q record.Querier) ([]Event, error) {
	rows, err := q.Query(ctx, `SELECT definition FROM context_event ORDER BY begins, key`)
	if err != nil {
		return nil, fmt.Errorf("list of context events: %w", err)
	}
	defer rows.Close()
	var l []Event
	for rows.Next() {
		var definition string
		if err := rows.Scan(&definition); err != nil {
			return nil, err
		}
		var e Event
		if err := json.Unmarshal([]byte(definition), &e); err != nil {
			return nil, fmt.Errorf("context event: %w", err)
		}
		l = append(l, e)
	}
	return l, rows.Err()
}

// Put adds or replaces an event. Every problem is told with its field (errors.Join of *cx.Error).
func (s *Store) Put(ctx context.Context, by string, e Event) error {
	if err := e.Check(); err != nil {
		return err
	}
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *record.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO context_event (key, begins, definition, changed, changed_by) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (key) DO UPDATE SET begins = excluded.begins, definition = excluded.definition, changed = excluded.changed, changed_by = excluded.changed_by`,
			e.Key, e.From, string(b), s.now().UnixMicro(), by)
		return err
	})
}

// Delete removes an event; a cx.NotFound error when there is none.
func (s *Store) Delete(ctx context.Context, key string) error {
	return s.write(ctx, func(tx *record.Tx) error {
		res, err := tx.Exec(ctx, `DELETE FROM context_event WHERE key = ?`, key)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return cx.Fail(cx.NotFound, "", "circumstance.missing")
	})
}

func (s *Store) write(ctx context.Context, fn func(*record.Tx) error) error {
	return s.db.Write(ctx, func(tx *record.Tx) error {
		if err := tx.Touch(ctx, name); err != nil {
			return err
		}
		return fn(tx)
	})
}

func (s *Store) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}
