package people

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// recoveryCodes are given when the second factor is turned on.
const recoveryCodes = 10

// TurnOnSecond keeps a secret that a telephone holds, proven by a code, and gives the recovery codes, which are kept
// nowhere. A code that is not the secret's is Invalid.
func (s *Store) TurnOnSecond(ctx context.Context, by Viewer, secret, code string) ([]string, error) {
	step, ok := matchCode(secret, plainCode(code), s.now(), 0)
	if !ok {
		return nil, cx.Fail(cx.Invalid, "code", "people.code_wrong")
	}
	codes := make([]string, recoveryCodes)
	for i := range codes {
		t := strings.ToLower(rand.Text())
		codes[i] = t[:5] + "-" + t[5:10]
	}
	kept, err := s.seals.seal(by.UserID, secret)
	if err != nil {
		return nil, err
	}
	return codes, s.db.Write(ctx, func(tx *record.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE account SET totp = ?, totp_step = ? WHERE id = ?`, kept, step, by.UserID); err != nil {
			return fmt.Errorf("second factor: %w", err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM recovery_code WHERE account = ?`, by.UserID); err != nil {
			return fmt.Errorf("second factor: %w", err)
		}
		for _, c := range codes {
			if _, err := tx.Exec(ctx, `INSERT INTO recovery_code (account, hash) VALUES (?, ?)`, by.UserID, secretHash(plainCode(c))); err != nil {
				return fmt.Errorf("second factor: %w", err)
			}
		}
		return s.audit(ctx, tx, Entry{Actor: by.Actor(), What: "second.on", Subject: "user:" + formatID(by.UserID)})
	})
}

// TurnOffSecond takes somebody's second factor away: one's own, or an administrator anybody's (a lost telephone).
func (s *Store) TurnOffSecond(ctx context.Context, by Viewer, user int64) error {
	if by.UserID != user && !by.May(Administer) {
		return cx.Fail(cx.Denied, "", "people.denied")
	}
	return s.db.Write(ctx, func(tx *record.Tx) error {
		for _, q := range []string{`UPDATE account SET totp = '', totp_step = 0 WHERE id = ?`, `DELETE FROM recovery_code WHERE account = ?`} {
			if _, err := tx.Exec(ctx, q, user); err != nil {
				return fmt.Errorf("second factor: %w", err)
			}
		}
		return s.audit(ctx, tx, Entry{Actor: by.Actor(), What: "second.off", Subject: "user:" + formatID(user)})
	})
}

// CheckSecond takes a code of the telephone, or a recovery code, each once. A wrong one is Denied; too many are TooMany.
func (s *Store) CheckSecond(ctx context.Context, user int64, code string) error {
	try := byCode(user)
	if err := s.mayTry(ctx, try); err != nil {
		return err
	}
	code = plainCode(code)
	ok := false
	err := s.db.Write(ctx, func(tx *record.Tx) (err error) {
		ok, err = s.takeCode(ctx, tx, user, code)
		return err
	})
	if errors.Is(err, errSealed) {
		if err := s.failed(ctx, try); err != nil {
			return err
		}
		return cx.Fail(cx.Denied, "code", "people.code_sealed")
	}
	if err != nil {
		return fmt.Errorf("second factor: %w", err)
	}
	if !ok {
		if err := s.failed(ctx, try); err != nil {
			return err
		}
		return cx.Fail(cx.Denied, "code", "people.code_wrong")
	}
	return s.succeeded(ctx, try)
}

func (s *Store) takeCode(ctx context.Context, tx *record.Tx, user int64, code string) (bool, error) {
	q := `SELECT totp, totp_step FROM account WHERE id = ? AND disabled = 0`
	if tx.Dialect() == record.Postgres {
		q += ` FOR UPDATE`
	}
	var kept string
	var last int64
	if err := tx.QueryRow(ctx, q, user).Scan(&kept, &last); err != nil {
		return false, err
	}
	secret, lost := s.seals.open(user, kept)
	if lost != nil && !errors.Is(lost, errSealed) {
		return false, lost
	}
	if step, ok := matchCode(secret, code, s.now(), last); ok {
		_, err := tx.Exec(ctx, `UPDATE account SET totp_step = ? WHERE id = ?`, step, user)
		return true, err
	}
	r, err := tx.Exec(ctx, `DELETE FROM recovery_code WHERE account = ? AND hash = ?`, user, secretHash(code))
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	if err == nil && n == 0 {
		err = lost
	}
	return n > 0, err
}

// RecoveryLeft counts the recovery codes that were not used.
func (s *Store) RecoveryLeft(ctx context.Context, user int64) (n int, err error) {
	err = s.db.QueryRow(ctx, `SELECT count(*) FROM recovery_code WHERE account = ?`, user).Scan(&n)
	return n, err
}

// SecondNeeded tells whether the settings ask a second factor of a role; a copy is asked what its original is, and one
// that may administer what administrators are.
func (v Settings) SecondNeeded(r Role) bool {
	return slices.Contains(v.SecondFactor, v.Base(r)) || v.May(r, Administer) && slices.Contains(v.SecondFactor, Administrator)
}

// plainCode is a code without the spaces and dashes people type in it.
func plainCode(code string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", "\u202f", "", "\u00a0", "").Replace(code))
}
