package people

import (
	"context"
	"fmt"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// Failed sign-ins are counted in the record, so that a restart or another node starts no new count.
const (
	attemptWindow = 15 * time.Minute
	attemptsMail  = 8  // by e-mail, or by account for a code
	attemptsFrom  = 40 // by address, behind which a whole agency may be
)

// attempt is something that may be tried so often within the window.
type attempt struct {
	key   string
	limit int
}

func byMail(email string) attempt { return attempt{secretHash("mail " + email), attemptsMail} }
func byAddress(from string) attempt {
	return attempt{secretHash("from " + from), attemptsFrom}
}
func byCode(user int64) attempt { return attempt{secretHash("code " + formatID(user)), attemptsMail} }

// mayTry is TooMany, with how long to wait, when any of them was tried too often.
func (s *Store) mayTry(ctx context.Context, all ...attempt) error {
	var wait time.Duration
	now := s.now()
	for _, a := range all {
		var n, oldest int64
		const q = `SELECT count(*), coalesce(min(at), 0) FROM (SELECT at FROM sign_in_failure WHERE key = ? AND at > ? ORDER BY at DESC LIMIT ?) AS last`
		if err := s.db.QueryRow(ctx, q, a.key, unixMicro(now.Add(-attemptWindow)), a.limit).Scan(&n, &oldest); err != nil {
			return fmt.Errorf("attempts: %w", err)
		}
		if n >= int64(a.limit) {
			wait = max(wait, attemptWindow-now.Sub(fromMicro(oldest)))
		}
	}
	if wait > 0 {
		return cx.Fail(cx.TooMany, "", "people.too_many", "wait", wait)
	}
	return nil
}

// failed counts one more failure of each, and forgets those out of the window.
func (s *Store) failed(ctx context.Context, all ...attempt) error {
	now := s.now()
	return s.db.Write(ctx, func(tx *record.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM sign_in_failure WHERE at <= ?`, unixMicro(now.Add(-attemptWindow))); err != nil {
			return fmt.Errorf("attempts: %w", err)
		}
		for _, a := range all {
			if _, err := tx.Exec(ctx, `INSERT INTO sign_in_failure (key, at) VALUES (?, ?)`, a.key, unixMicro(now)); err != nil {
				return fmt.Errorf("attempts: %w", err)
			}
		}
		return nil
	})
}

func (s *Store) succeeded(ctx context.Context, a attempt) error {
	var n int
	if err := s.db.QueryRow(ctx, `SELECT count(*) FROM sign_in_failure WHERE key = ?`, a.key).Scan(&n); err != nil || n == 0 {
		return err
	}
	return s.db.Write(ctx, func(tx *record.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM sign_in_failure WHERE key = ?`, a.key)
		return err
	})
}
