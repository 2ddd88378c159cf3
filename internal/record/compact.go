package record

import (
	"context"
	"fmt"
)

// Published tells how many events the transaction has published so far.
func (t *Tx) Published() int { return len(t.events) }

// Compact rewrites the record so that no byte of what was deleted or overwritten is left in its files, and gives the
// room back. On SQLite writers wait meanwhile (about a second per 100 MB): it belongs to the night. On PostgreSQL it
// vacuums; old bytes in the server's files, its WAL and its archives are the server's to keep or to drop.
func (d *DB) Compact(ctx context.Context) error {
	if d.dialect == Postgres {
		if _, err := d.write.ExecContext(ctx, `VACUUM`); err != nil {
			return fmt.Errorf("compact: %w", err)
		}
		return nil
	}
	if _, err := d.write.ExecContext(ctx, `VACUUM`); err != nil {
		return fmt.Errorf("compact: %w", err)
	}
	return d.Truncate(ctx)
}

// Truncate empties SQLite's WAL: after an erasure, and in pauses. It answers an error while a reader holds it back.
func (d *DB) Truncate(ctx context.Context) error {
	if d.dialect == Postgres {
		return nil
	}
	d.folder.mu.Lock()
	defer d.folder.mu.Unlock()
	var busy, log, done int
	if err := d.write.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &done); err != nil {
		return fmt.Errorf("truncate WAL: %w", err)
	}
	if busy != 0 {
		return fmt.Errorf("truncate WAL: a reader holds it")
	}
	return nil
}
