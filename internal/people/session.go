package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"vigie/internal/record"
)

// Sessions keeps the sessions of the browser in the record, so that any node answers and a restart signs nobody out.
// It is an scs.CtxStore; give it a manager that hashes its tokens.
type Sessions struct{ s *Store }

// Sessions gives the session store.
func (s *Store) Sessions() Sessions { return Sessions{s} }

// FindCtx gives the data of a session that has not expired.
func (x Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var b []byte
	err := x.s.db.QueryRow(ctx, `SELECT data FROM session WHERE token = ? AND expires > ?`, token, unixMicro(x.s.now())).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("session: %w", err)
	}
	return b, true, nil
}

// CommitCtx writes a session, and forgets the expired ones.
func (x Sessions) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	return x.s.db.Write(ctx, func(tx *record.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM session WHERE expires <= ?`, unixMicro(x.s.now())); err != nil {
			return fmt.Errorf("session: %w", err)
		}
		const q = `INSERT INTO session (token, data, expires) VALUES (?, ?, ?)
			ON CONFLICT (token) DO UPDATE SET data = excluded.data, expires = excluded.expires`
		if _, err := tx.Exec(ctx, q, token, data, unixMicro(expires)); err != nil {
			return fmt.Errorf("session: %w", err)
		}
		return nil
	})
}

// DeleteCtx forgets a session.
func (x Sessions) DeleteCtx(ctx context.Context, token string) error {
	return x.s.db.Write(ctx, func(tx *record.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM session WHERE token = ?`, token)
		return err
	})
}

// Find, Commit and Delete are the same for a caller without context.
func (x Sessions) Find(token string) ([]byte, bool, error) {
	return x.FindCtx(context.Background(), token)
}
func (x Sessions) Commit(token string, b []byte, expires time.Time) error {
	return x.CommitCtx(context.Background(), token, b, expires)
}
func (x Sessions) Delete(token string) error { return x.DeleteCtx(context.Background(), token) }
