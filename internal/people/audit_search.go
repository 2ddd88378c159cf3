package people

import (
	"context"
	"fmt"
	"strings"
	"time"

	"vigie/internal/record"
)

// TrailFilter chooses entries of the audit trail; a zero field lets all through.
type TrailFilter struct {
	Actor   string // "user:3", "key:7"
	What    string // "user.add", or all of a kind: "user."
	Subject string
	From    time.Time
	Until   time.Time // left out itself
	Before  int64     // entries of smaller ids
	Limit   int       // 0: 100
}

// SearchTrail gives the entries that a filter lets through, newest first.
func (s *Store) SearchTrail(ctx context.Context, f TrailFilter) ([]Entry, error) {
	q, args := f.where()
	if f.Limit == 0 {
		f.Limit = 100
	}
	rows, err := s.db.Query(ctx, `SELECT id, at, actor, what, subject FROM audit`+q+` ORDER BY id DESC LIMIT ?`, append(args, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	defer rows.Close()
	return scanEntries(rows)
}

func (f TrailFilter) where() (string, []any) {
	var parts []string
	var args []any
	add := func(part string, arg any) { parts, args = append(parts, part), append(args, arg) }
	if f.Actor != "" {
		add("actor = ?", f.Actor)
	}
	if strings.HasSuffix(f.What, ".") {
		parts, args = append(parts, "substr(what, 1, ?) = ?"), append(args, len(f.What), f.What)
	} else if f.What != "" {
		add("what = ?", f.What)
	}
	if f.Subject != "" {
		add("subject = ?", f.Subject)
	}
	if !f.From.IsZero() {
		add("at >= ?", unixMicro(f.From))
	}
	if !f.Until.IsZero() {
		add("at < ?", unixMicro(f.Until))
	}
	if f.Before != 0 {
		add("id < ?", f.Before)
	}
	if len(parts) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(parts, " AND "), args
}

// TrailKinds gives what the trail holds entries of, by name.
func (s *Store) TrailKinds(ctx context.Context) ([]string, error) {
	return s.trailColumn(ctx, `SELECT DISTINCT what FROM audit ORDER BY what`)
}

// TrailActors gives who left entries.
func (s *Store) TrailActors(ctx context.Context) ([]string, error) {
	return s.trailColumn(ctx, `SELECT DISTINCT actor FROM audit ORDER BY actor`)
}

func (s *Store) trailColumn(ctx context.Context, q string) ([]string, error) {
	rows, err := s.db.Query(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	out, err := record.Column[string](rows)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	return out, nil
}

// TrailBefore counts the entries older than a moment, and ForgetTrail erases them, leaving one that says so.
func (s *Store) TrailBefore(ctx context.Context, t time.Time) (n int64, err error) {
	err = s.db.QueryRow(ctx, `SELECT count(*) FROM audit WHERE at < ?`, unixMicro(t)).Scan(&n)
	return n, err
}

// ForgetTrail erases the entries older than a moment and tells how many.
func (s *Store) ForgetTrail(ctx context.Context, t time.Time) (n int64, err error) {
	err = s.db.Write(ctx, func(tx *record.Tx) error {
		r, err := tx.Exec(ctx, `DELETE FROM audit WHERE at < ?`, unixMicro(t))
		if err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		n, err = r.RowsAffected()
		return err
	})
	return n, err
}
