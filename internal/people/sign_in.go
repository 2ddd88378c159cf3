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
	mail, address := byMail(email), byAddress(from)
	if err := s.mayTry(ctx, mail, address); err != nil {
		return User{}, err
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
		if err := s.failed(ctx, mail, address); err != nil {
			return User{}, err
		}
		return User{}, cx.Fail(cx.Denied, "", "people.wrong")
	}
	if err := s.succeeded(ctx, mail); err != nil {
		return User{}, err
	}
	return s.UserByEmail(ctx, email)
}

// EntryLink gives a token that lets a user in once, within its time.
func (s *Store) EntryLink(ctx context.Context, user int64, lasts time.Duration) (string, error) {
	return s.link(ctx, user, lasts, 0)
}

// InviteLink gives a token that lets somebody choose a password and come in, once, within its time. Links given before
// to the same person are over.
func (s *Store) InviteLink(ctx context.Context, user int64, lasts time.Duration) (string, error) {
	return s.link(ctx, user, lasts, 1)
}

func (s *Store) link(ctx context.Context, user int64, lasts time.Duration, invite int) (string, error) {
	token := strings.ToLower(rand.Text())
	return token, s.db.Write(ctx, func(tx *record.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM entry_link WHERE expires <= ?`, unixMicro(s.now())); err != nil {
			return fmt.Errorf("entry link: %w", err)
		}
		if invite == 1 {
			if _, err := tx.Exec(ctx, `DELETE FROM entry_link WHERE account = ?`, user); err != nil {
				return fmt.Errorf("entry link: %w", err)
			}
		}
		const q = `INSERT INTO entry_link (hash, account, expires, invite) VALUES (?, ?, ?, ?)`
		_, err := tx.Exec(ctx, q, secretHash(token), user, unixMicro(s.now().Add(lasts)), invite)
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

// Invited gives who an invitation is for, and uses nothing up; false: the token is no invitation in force.
func (s *Store) Invited(ctx context.Context, token string) (User, bool, error) {
	var id int64
	const q = `SELECT account FROM entry_link WHERE hash = ? AND expires > ? AND invite = 1`
	err := s.db.QueryRow(ctx, q, secretHash(token), unixMicro(s.now())).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return User{}, false, nil
	}
	if err != nil {
		return User{}, false, fmt.Errorf("invitation: %w", err)
	}
	u, err := s.User(ctx, id)
	return u, err == nil && !u.Disabled, err
}

// Join uses an invitation up: the password chosen is kept and the user is in. A weak password uses nothing up.
func (s *Store) Join(ctx context.Context, token, password string) (User, error) {
	u, ok, err := s.Invited(ctx, token)
	if err != nil {
		return User{}, err
	}
	if !ok {
		return User{}, cx.Fail(cx.NotFound, "", "people.link_over")
	}
	if err := CheckPassword(password, u.Email); err != nil {
		return User{}, err
	}
	if _, err := s.Enter(ctx, token); err != nil {
		return User{}, err
	}
	if err := s.SetPassword(ctx, u.ID, password); err != nil {
		return User{}, err
	}
	return s.User(ctx, u.ID)
}
