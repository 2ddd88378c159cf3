package catalogue

import (
	"context"
	"fmt"
	"time"

	"vigie/internal/cx"
)

// Since tells when each attribute was first met or declared.
func (s *Store) Since(ctx context.Context) (map[cx.AttributeID]time.Time, error) {
	rows, err := s.db.Query(ctx, `SELECT key, since FROM attribute`)
	if err != nil {
		return nil, fmt.Errorf("since when attributes are known: %w", err)
	}
	defer rows.Close()
	out := map[cx.AttributeID]time.Time{}
	for rows.Next() {
		var key string
		var at int64
		if err := rows.Scan(&key, &at); err != nil {
			return nil, err
		}
		out[cx.AttributeID(key)] = time.UnixMicro(at).UTC()
	}
	return out, rows.Err()
}
