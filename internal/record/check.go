package record

import (
	"context"
	"fmt"

	"vigie/internal/cx"
)

// Check asks the engine whether the record's files are whole. PostgreSQL watches its own: there it only has to answer.
func (d *DB) Check(ctx context.Context) error {
	if d.dialect == Postgres {
		return d.Ping(ctx)
	}
	var said string
	if err := d.QueryRow(ctx, `PRAGMA quick_check(1)`).Scan(&said); err != nil {
		return fmt.Errorf("check: %w", err)
	}
	if said != "ok" {
		return cx.Fail(cx.Conflict, "", "record.damaged", "said", said)
	}
	return nil
}
