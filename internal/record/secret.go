package record

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
)

// Secret gives the 32 random bytes kept in the record under a name, made at first use. It travels with backups, so that
// keyed hashes stay comparable after a restore.
func (d *DB) Secret(ctx context.Context, name string) ([]byte, error) {
	name = "secret." + name
	read := func() (string, error) {
		var s string
		rows, err := d.Query(ctx, `SELECT value FROM setting WHERE name = ?`, name)
		if err != nil {
			return "", err
		}
		defer rows.Close()
		if rows.Next() {
			if err := rows.Scan(&s); err != nil {
				return "", err
			}
		}
		return s, rows.Err()
	}
	s, err := read()
	if err == nil && s == "" {
		fresh := make([]byte, 32)
		rand.Read(fresh)
		err = d.Write(ctx, func(t *Tx) error {
			_, err := t.Exec(ctx, `INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`, name, hex.EncodeToString(fresh))
			return err
		})
		if err == nil {
			s, err = read()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("secret %s: %w", name, err)
	}
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 32 {
		return nil, fmt.Errorf("secret %s is damaged", name)
	}
	return b, nil
}
