package note

import (
	"context"
	"errors"
	"sync"

	"vigie/internal/record"
)

// following deletes the notes about customers who were erased.
type following struct {
	db *record.DB
	mu sync.Mutex
	at record.Cursor // as far as it read; kept in the record only with an effect, and now and then
}

const (
	followerName = "note"
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
			if _, err := tx.Exec(ctx, `DELETE FROM adviser_note WHERE identity = ?`, e.ID); err != nil {
				return wrap(err)
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

// Start follows erasures, until Stop.
func (s *Store) Start(ctx context.Context) error {
	if s.follower != nil {
		return errors.New("note: already started")
	}
	s.follower = record.NewFollower(record.FollowerConfig{Name: followerName, Batch: 10_000, Gentle: true, Last: true,
		Acts: map[record.Subject][]record.Kind{record.Customer: {record.Erased}}}, s.d.DB, s.following)
	return s.follower.Start(ctx)
}

// Stop is safe before Start and twice.
func (s *Store) Stop() {
	if s.follower != nil {
		s.follower.Stop()
	}
}
