package invite

import (
	"context"

	"vigie/internal/record"
)

const followerName = "invite"

// forgetErased forgets what erased persons leave.
func (s *Store) forgetErased(ctx context.Context, tx *record.Tx, erased []record.Entry) error {
	if _, err := tx.Next(ctx, lock, 1); err != nil {
		return err
	}
	for _, e := range erased {
		if err := s.forget(ctx, tx, e.ID); err != nil {
			return err
		}
	}
	return nil
}

// follower reads the erasures of persons.
func (s *Store) follower() *record.Follower {
	return record.NewFollower(record.FollowerConfig{Name: followerName, Batch: 10_000, Gentle: true, Last: true,
		Acts: map[record.Subject][]record.Kind{record.Customer: {record.Erased}}}, s.d.DB, record.NewInside(s.d.DB, followerName, s.forgetErased))
}
