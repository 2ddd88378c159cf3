package people

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// keyPrefix lets a leaked key be recognised.
const keyPrefix = "vigie_"

// Key lets a program in. Its secret is shown once, when it is made.
type Key struct {
	ID      int64
	Name    string
	Hint    string // the first characters of the secret
	Role    Role
	Unit    cx.UnitID
	Created time.Time
	Revoked time.Time // zero: in use
	hash    string
}

// AddKey makes a key and gives its secret, which is kept nowhere.
func (s *Store) AddKey(ctx context.Context, name string, role Role, unit cx.UnitID) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" {
		return "", cx.Fail(cx.Invalid, "name", "people.needed")
	}
	if len(name) > 100 {
		return "", cx.Fail(cx.Invalid, "name", "people.too_long", "max", 100)
	}
	settings, err := s.Settings(ctx)
	if err != nil {
		return "", err
	}
	if err := settings.checkRole(role); err != nil {
		return "", err
	}
	if err := s.checkUnit(ctx, settings.Base(role), unit); err != nil {
		return "", err
	}
	secret := keyPrefix + strings.ToLower(rand.Text())
	return secret, s.db.Write(ctx, func(tx *record.Tx) error {
		id, err := tx.Next(ctx, "people.key", 1)
		if err != nil {
			return err
		}
		const q = `INSERT INTO api_key (id, name, hash, hint, role, unit, created, revoked) VALUES (?, ?, ?, ?, ?, ?, ?, 0)`
		hint := secret[:len(keyPrefix)+4]
		if _, err := tx.Exec(ctx, q, id, name, secretHash(secret), hint, string(role), string(unit), unixMicro(s.now())); err != nil {
			return fmt.Errorf("key: %w", err)
		}
		return touchAccess(ctx, tx)
	})
}

// touchAccess is the last counter taken but the feed's.
func touchAccess(ctx context.Context, tx *record.Tx) error { return tx.Touch(ctx, accessTables) }

// Keys gives all keys, the newest first.
func (s *Store) Keys(ctx context.Context) ([]Key, error) { return loadKeys(ctx, s.db) }

// RevokeKey shuts a key out at once and for ever.
func (s *Store) RevokeKey(ctx context.Context, id int64) error {
	return s.db.Write(ctx, func(tx *record.Tx) error {
		r, err := tx.Exec(ctx, `UPDATE api_key SET revoked = ? WHERE id = ? AND revoked = 0`, unixMicro(s.now()), id)
		if err != nil {
			return fmt.Errorf("key: %w", err)
		}
		if n, err := r.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return cx.Fail(cx.NotFound, "", "people.key_unknown")
		}
		return touchAccess(ctx, tx)
	})
}

// ViewerByKey lets a program in by its secret. An unknown and a revoked one are denied alike.
func (s *Store) ViewerByKey(ctx context.Context, secret string) (Viewer, error) {
	a, err := s.access.Present(ctx)
	if err != nil {
		return Viewer{}, err
	}
	k, ok := a.keys[secretHash(secret)]
	if !ok {
		return Viewer{}, cx.Fail(cx.Denied, "", "people.key_unknown")
	}
	g := a.settings.grant(k.Role, k.Unit)
	return Viewer{KeyID: formatID(k.ID), Name: k.Name, Role: g.Role, Own: g.Own, Unit: k.Unit, Scope: ScopeOf(g), Lang: a.settings.Lang}, nil
}

func loadKeys(ctx context.Context, q record.Querier) ([]Key, error) {
	rows, err := q.Query(ctx, `SELECT id, name, hash, hint, role, unit, created, revoked FROM api_key ORDER BY id DESC`)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	defer rows.Close()
	var out []Key
	for rows.Next() {
		var k Key
		var created, revoked int64
		if err := rows.Scan(&k.ID, &k.Name, &k.hash, &k.Hint, &k.Role, &k.Unit, &created, &revoked); err != nil {
			return nil, fmt.Errorf("keys: %w", err)
		}
		k.Created, k.Revoked = fromMicro(created), fromMicro(revoked)
		out = append(out, k)
	}
	return out, rows.Err()
}
