package people

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"

	"vigie/internal/cx"
	"vigie/internal/record"
)

const mostLogo = 256 << 10

// Logo gives the picture kept by SetLogo, NotFound when there is none.
func (s *Store) Logo(ctx context.Context) ([]byte, error) {
	v, err := s.Settings(ctx)
	if err != nil {
		return nil, err
	}
	if v.LogoVersion == "" {
		return nil, cx.Fail(cx.NotFound, "", "web.missing.text")
	}
	var text string
	if err := s.db.QueryRow(ctx, `SELECT value FROM people_setting WHERE name = 'logo'`).Scan(&text); err != nil {
		return nil, fmt.Errorf("logo: %w", err)
	}
	return base64.StdEncoding.DecodeString(text)
}

// SetLogo keeps the organisation's logo, a PNG that the caller has made itself of what was given; nil takes it away.
func (s *Store) SetLogo(ctx context.Context, png []byte) error {
	if len(png) > mostLogo {
		return cx.Fail(cx.Invalid, "logo", "people.too_long", "max", mostLogo)
	}
	version := ""
	if len(png) > 0 {
		sum := sha256.Sum256(png)
		version = hex.EncodeToString(sum[:6])
	}
	err := s.db.Write(ctx, func(tx *record.Tx) error {
		const q = `INSERT INTO people_setting (name, value) VALUES ('logo', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`
		_, err := tx.Exec(ctx, q, base64.StdEncoding.EncodeToString(png))
		return err
	})
	if err != nil {
		return fmt.Errorf("logo: %w", err)
	}
	return s.UpdateSettings(ctx, func(v *Settings) { v.LogoVersion = version })
}
