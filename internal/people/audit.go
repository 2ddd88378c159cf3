package people

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"vigie/internal/record"
)

// Entry of the audit trail: who did what to which subject. It holds no personal data: Actor is Viewer.Actor, Subject an
// id or a key.
type Entry struct {
	ID      int64
	At      time.Time
	Actor   string
	What    string // "user.add", "feedback.read"…
	Subject string
}

// BackedUp is what the trail calls a backup of the whole record: it holds everybody's data.
const BackedUp = "record.backup"

// Audit adds an entry to the trail, which nothing changes afterwards.
func (s *Store) Audit(ctx context.Context, e Entry) error {
	return s.db.Write(ctx, func(tx *record.Tx) error { return s.audit(ctx, tx, e) })
}

func (s *Store) audit(ctx context.Context, tx *record.Tx, e Entry) error {
	id, err := tx.Next(ctx, "people.audit", 1)
	if err != nil {
		return err
	}
	const q = `INSERT INTO audit (id, at, actor, what, subject) VALUES (?, ?, ?, ?, ?)`
	if _, err := tx.Exec(ctx, q, id, unixMicro(s.now()), e.Actor, e.What, e.Subject); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// Trail gives up to limit entries before an id (0: the newest), newest first.
func (s *Store) Trail(ctx context.Context, before int64, limit int) ([]Entry, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	rows, err := s.db.Query(ctx, `SELECT id, at, actor, what, subject FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?`, before, limit)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	defer rows.Close()
	return scanEntries(rows)
}

func scanEntries(rows *sql.Rows) ([]Entry, error) {
	var out []Entry
	for rows.Next() {
		var e Entry
		var at int64
		if err := rows.Scan(&e.ID, &at, &e.Actor, &e.What, &e.Subject); err != nil {
			return nil, fmt.Errorf("audit: %w", err)
		}
		e.At = fromMicro(at)
		out = append(out, e)
	}
	return out, rows.Err()
}
