package note

import (
	"context"
	"errors"

	"vigie/internal/record"
)

const followerName = "note"

// forget deletes the notes about customers who were erased.
func forget(ctx context.Context, tx *record.Tx, erased []record.Entry) error {
	for _, e := range erased {
		if _, err := drop(ctx, tx, `identity = ?`, e.ID); err != nil {
			return err
		}
	}
	return nil
}

// Start follows erasures, until Stop.
func (s *Store) Start(ctx context.Context) error {
	if s.follower != nil {
		return errors.New("note: already started")
	}
	s.follower = record.NewFollower(record.FollowerConfig{Name: followerName, Batch: 10_000, Gentle: true, Last: true,
		Acts: map[record.Subject][]record.Kind{record.Customer: {record.Erased}}}, s.d.DB, record.NewInside(s.d.DB, followerName, forget))
	return s.follower.Start(ctx)
}

// Stop is safe before Start and twice.
func (s *Store) Stop() {
	if s.follower != nil {
		s.follower.Stop()
	}
}
