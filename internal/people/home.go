package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// mostHomeBlocks is how many a home page may hold.
const mostHomeBlocks = 40

// Home gives the blocks that somebody put on their home page, in order; chosen is false when they keep their role's. What a
// block is, this package does not know.
func (s *Store) Home(ctx context.Context, user int64) (blocks []string, chosen bool, err error) {
	var text string
	err = s.db.QueryRow(ctx, `SELECT blocks FROM account_home WHERE account = ?`, user).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("home: %w", err)
	}
	return strings.Fields(text), true, nil
}

// SetHome keeps the blocks of somebody's home page; an empty page is a choice too. Refused: what is no key, or too many.
func (s *Store) SetHome(ctx context.Context, user int64, blocks []string) error {
	if len(blocks) > mostHomeBlocks {
		return cx.Fail(cx.Invalid, "block", "people.too_long", "max", mostHomeBlocks)
	}
	key := regexp.MustCompile(`^[a-z][a-z_]{0,31}$`)
	for _, b := range blocks {
		if !key.MatchString(b) {
			return cx.Fail(cx.Invalid, "block", "people.needed")
		}
	}
	return s.db.Write(ctx, func(tx *record.Tx) error {
		const q = `INSERT INTO account_home (account, blocks) VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET blocks = excluded.blocks`
		if _, err := tx.Exec(ctx, q, user, strings.Join(blocks, " ")); err != nil {
			return fmt.Errorf("home: %w", err)
		}
		return nil
	})
}

// ResetHome gives somebody their role's home page again.
func (s *Store) ResetHome(ctx context.Context, user int64) error {
	return s.db.Write(ctx, func(tx *record.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM account_home WHERE account = ?`, user)
		return err
	})
}
