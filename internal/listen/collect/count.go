package collect

import (
	"context"
	"fmt"

	"vigie/internal/cx"
)

// Count tells how many feedbacks the record holds in each state.
func (d *Door) Count(ctx context.Context) (map[cx.State]int64, error) {
	rows, err := d.d.DB.Query(ctx, `SELECT state, count(*) FROM feedback GROUP BY state`)
	if err != nil {
		return nil, fmt.Errorf("count feedback: %w", err)
	}
	defer rows.Close()
	n := map[cx.State]int64{}
	for rows.Next() {
		var s cx.State
		var count int64
		if err := rows.Scan(&s, &count); err != nil {
			return nil, fmt.Errorf("count feedback: %w", err)
		}
		n[s] = count
	}
	return n, rows.Err()
}
