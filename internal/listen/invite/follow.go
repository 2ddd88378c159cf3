package invite

import (
	"context"
	"sync"

	"vigie/internal/record"
)

// following forgets what erased persons leave.
type following struct {
	s  *Store
	mu sync.Mutex
	at record.Cursor // as far as it read; kept in the record only with an effect, and now and then
}

const (
	followerName = "invite"
	keepEvery    = 100_000 // positions read again at most after a restart
)

func (f *following) Cursor(ctx context.Context) (record.Cursor, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.at.Era != "" {
		return f.at, nil
	}
	return f.s.d.DB.CursorOf(ctx, followerName)
}

func (f *following) Restart(ctx context.Context, era record.Era) error {
	return f.keep(ctx, nil, record.Cursor{Era: era})
}

func (f *following) Apply(ctx context.Context, entries []record.Entry, to record.Cursor) error {
	kept, err := f.s.d.DB.CursorOf(ctx, followerName)
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
	err := f.s.d.DB.Write(ctx, func(tx *record.Tx) error {
		if _, err := tx.Next(ctx, lock, 1); err != nil {
			return err
		}
		for _, e := range entries {
			if err := f.s.forget(ctx, tx, e.ID); err != nil {
				return err
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

// follower reads the erasures of persons.
func (s *Store) follower() *record.Follower {
	return record.NewFollower(record.FollowerConfig{Name: followerName, Batch: 10_000, Gentle: true, Last: true,
		Acts: map[record.Subject][]record.Kind{record.Customer: {record.Erased}}}, s.d.DB, &following{s: s})
}
