package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// SignedIn is one place where somebody is signed in.
type SignedIn struct {
	ID, User              int64
	Opened, Seen, Expires time.Time
	Device                string // in a few words: "Firefox, Linux"
	Address               string
}

// seenEvery is how old the last sight of a session or a user may be.
const seenEvery = 5 * time.Minute

// Open notes that somebody signed in, for the list of sessions, and forgets those that are over.
func (s *Store) Open(ctx context.Context, in SignedIn) (int64, error) {
	now := s.now()
	err := s.db.Write(ctx, func(tx *record.Tx) (err error) {
		if _, err = tx.Exec(ctx, `DELETE FROM sign_in WHERE expires <= ?`, unixMicro(now)); err != nil {
			return fmt.Errorf("sign in: %w", err)
		}
		if err := s.audit(ctx, tx, Entry{Actor: Viewer{UserID: in.User}.Actor(), What: "session.open"}); err != nil {
			return err
		}
		if in.ID, err = tx.Next(ctx, "people.sign_in", 1); err != nil {
			return err
		}
		const q = `INSERT INTO sign_in (id, account, opened, seen, expires, device, address) VALUES (?, ?, ?, ?, ?, ?, ?)`
		if _, err = tx.Exec(ctx, q, in.ID, in.User, unixMicro(now), unixMicro(now), unixMicro(in.Expires), in.Device, in.Address); err != nil {
			return fmt.Errorf("sign in: %w", err)
		}
		_, err = tx.Exec(ctx, `UPDATE account SET seen = ? WHERE id = ?`, unixMicro(now), in.User)
		return err
	})
	return in.ID, err
}

// UserOf gives the user of a session in force, and notes now and then that it was seen. One that is over, revoked or of a
// disabled user is NotFound.
func (s *Store) UserOf(ctx context.Context, session int64) (User, error) {
	var user, seen int64
	err := s.db.QueryRow(ctx, `SELECT account, seen FROM sign_in WHERE id = ? AND expires > ?`, session, unixMicro(s.now())).Scan(&user, &seen)
	if errors.Is(err, sql.ErrNoRows) {
		return User{}, cx.Fail(cx.NotFound, "", "people.user_unknown")
	}
	if err != nil {
		return User{}, fmt.Errorf("session: %w", err)
	}
	u, err := s.User(ctx, user)
	if err != nil {
		return User{}, err
	}
	if u.Disabled {
		return User{}, cx.Fail(cx.NotFound, "", "people.user_unknown")
	}
	if now := s.now(); now.Sub(fromMicro(seen)) > seenEvery {
		err = s.db.Write(ctx, func(tx *record.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE sign_in SET seen = ? WHERE id = ?`, unixMicro(now), session); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `UPDATE account SET seen = ? WHERE id = ?`, unixMicro(now), user)
			return err
		})
	}
	return u, err
}

// SignedIn gives where somebody is signed in, the last seen first.
func (s *Store) SignedIn(ctx context.Context, user int64) ([]SignedIn, error) {
	const q = `SELECT id, account, opened, seen, expires, device, address FROM sign_in WHERE account = ? AND expires > ? ORDER BY seen DESC, id DESC`
	rows, err := s.db.Query(ctx, q, user, unixMicro(s.now()))
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	defer rows.Close()
	var out []SignedIn
	for rows.Next() {
		var x SignedIn
		var opened, seen, expires int64
		if err := rows.Scan(&x.ID, &x.User, &opened, &seen, &expires, &x.Device, &x.Address); err != nil {
			return nil, fmt.Errorf("sessions: %w", err)
		}
		x.Opened, x.Seen, x.Expires = fromMicro(opened), fromMicro(seen), fromMicro(expires)
		out = append(out, x)
	}
	return out, rows.Err()
}

// Revoke ends one session of somebody: one's own or, for an administrator, anybody's.
func (s *Store) Revoke(ctx context.Context, by Viewer, user, session int64) error {
	return s.revoke(ctx, by, user, `DELETE FROM sign_in WHERE account = ? AND id = ?`, session)
}

// RevokeOthers ends all sessions of somebody but keep (0: none is kept).
func (s *Store) RevokeOthers(ctx context.Context, by Viewer, user, keep int64) error {
	return s.revoke(ctx, by, user, `DELETE FROM sign_in WHERE account = ? AND id <> ?`, keep)
}

func (s *Store) revoke(ctx context.Context, by Viewer, user int64, q string, session int64) error {
	if by.UserID != user && !by.May(Administer) {
		return cx.Fail(cx.Denied, "", "people.denied")
	}
	return s.db.Write(ctx, func(tx *record.Tx) error {
		if _, err := tx.Exec(ctx, q, user, session); err != nil {
			return fmt.Errorf("revoke: %w", err)
		}
		return s.audit(ctx, tx, Entry{Actor: by.Actor(), What: "session.revoke", Subject: "user:" + formatID(user)})
	})
}

// Leave ends the session one is in.
func (s *Store) Leave(ctx context.Context, session int64) error {
	return s.db.Write(ctx, func(tx *record.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM sign_in WHERE id = ?`, session)
		return err
	})
}
