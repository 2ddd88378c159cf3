package people

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// SignIn lets a user in by e-mail and password; from is the address asking. A wrong e-mail, a wrong password and a
// disabled user are denied alike; too many failures within a quarter of an hour, by e-mail or address, are TooMany.
func (s *Store) SignIn(ctx context.Context, email, password, from string) (User, error) {
	email = normalEmail(email)
	now := s.now()
	wait := max(s.attempts.wait("mail "+email, attemptsMail, now), s.attempts.wait("from "+from, attemptsFrom, now))
	if wait > 0 {
		return User{}, cx.Fail(cx.TooMany, "", "people.too_many", "wait", wait)
	}
	var hash string
	err := s.db.QueryRow(ctx, `SELECT password FROM account WHERE email = ? AND disabled = 0`, email).Scan(&hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return User{}, fmt.Errorf("sign in: %w", err)
	}
	if len(password) > maxPassword {
		password = ""
	}
	ok, err := s.matches(ctx, password, hash)
	if err != nil {
		return User{}, fmt.Errorf("sign in: %w", err)
	}
	if !ok {
		s.attempts.add("mail "+email, now)
		s.attempts.add("from "+from, now)
		return User{}, cx.Fail(cx.Denied, "", "people.wrong")
	}
	s.attempts.forget("mail " + email)
	return s.UserByEmail(ctx, email)
}

// EntryLink gives a token that lets a user in once, within its time.
func (s *Store) EntryLink(ctx context.Context, user int64, lasts time.Duration) (string, error) {
	token := strings.ToLower(rand.Text())
	return token, s.db.Write(ctx, func(tx *record.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM entry_link WHERE expires <= ?`, unixMicro(s.now())); err != nil {
			return fmt.Errorf("entry link: %w", err)
		}
		const q = `INSERT INTO entry_link (hash, account, expires) VALUES (?, ?, ?)`
		_, err := tx.Exec(ctx, q, secretHash(token), user, unixMicro(s.now().Add(lasts)))
		return err
	})
}

// Enter uses up a token of EntryLink. Unknown, used and expired ones are answered alike.
func (s *Store) Enter(ctx context.Context, token string) (User, error) {
	var id int64
	err := s.db.Write(ctx, func(tx *record.Tx) error {
		const q = `DELETE FROM entry_link WHERE hash = ? AND expires > ? RETURNING account`
		err := tx.QueryRow(ctx, q, secretHash(token), unixMicro(s.now())).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return cx.Fail(cx.NotFound, "", "people.link_over")
		}
		return err
	})
	if err != nil {
		return User{}, err
	}
	u, err := s.User(ctx, id)
	if err == nil && u.Disabled {
		return User{}, cx.Fail(cx.NotFound, "", "people.link_over")
	}
	return u, err
}
