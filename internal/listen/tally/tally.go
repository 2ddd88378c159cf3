// Package tally counts reasons of contact by one tap: what people call about, known before it is prioritised.
//
// Here: the reasons, the taps, their counts. Nothing tells who tapped: a unit and a day. It is off until the works council's
// consultation is recorded. Not here: feedback (collect), pages (web).
package tally

import (
	"context"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
)

// Reason of contact.
type Reason struct {
	Key, Name string
	Retired   bool // counted no more
}

// Tap is one contact counted.
type Tap struct {
	ID     string // drawn by who taps: 32 hexadecimal digits
	Reason string
	Unit   cx.UnitID
	Day    string // 2006-01-02
}

// Count is how many taps a reason had on a day.
type Count struct {
	Reason, Day string
	N           int
}

// Store keeps reasons and taps.
type Store struct {
	db        *record.DB
	consulted func(context.Context) (bool, error)
}

// New gives the store of db; consulted tells whether the works council's consultation is recorded.
func New(db *record.DB, consulted func(context.Context) (bool, error)) *Store {
	return &Store{db: db, consulted: consulted}
}

const (
	reasonsMost = 40
	nameMost    = 60
	lateMost    = 7 // days that a tap may have waited for the network
)

// Reasons gives those counted now, in their order; with all those retired too.
func (s *Store) Reasons(ctx context.Context, all bool) ([]Reason, error) {
	rows, err := s.db.Query(ctx, `SELECT key, name, retired FROM tally_reason ORDER BY place, key`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Reason
	for rows.Next() {
		var r Reason
		var retired int
		if err := rows.Scan(&r.Key, &r.Name, &retired); err != nil {
			return nil, err
		}
		if r.Retired = retired != 0; all || !r.Retired {
			out = append(out, r)
		}
	}
	return out, rows.Err()
}

// SetReasons says which reasons are counted from now on, in this order. Those left out are retired, with their counts.
func (s *Store) SetReasons(ctx context.Context, names []string) error {
	seen := map[string]bool{}
	var list []Reason
	for _, name := range names {
		if name = strings.Join(strings.Fields(name), " "); name == "" {
			continue
		}
		key := cx.KeyOf(name)
		if key == "" || utf8.RuneCountInString(name) > nameMost {
			return cx.Fail(cx.Invalid, "reasons", "tally.name", "value", name, "max", nameMost)
		}
		if !seen[key] {
			seen[key], list = true, append(list, Reason{Key: key, Name: name})
		}
	}
	if len(list) > reasonsMost {
		return cx.Fail(cx.Invalid, "reasons", "tally.many", "max", reasonsMost)
	}
	return s.db.Write(ctx, func(tx *record.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE tally_reason SET retired = 1, place = ?`, reasonsMost); err != nil {
			return err
		}
		for i, r := range list {
			_, err := tx.Exec(ctx, `INSERT INTO tally_reason (key, name, place, retired) VALUES (?, ?, ?, 0)
				ON CONFLICT (key) DO UPDATE SET name = excluded.name, place = excluded.place, retired = 0`, r.Key, r.Name, i)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

var idShape = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Tap counts one contact on a day, or today when that is too long ago; the same tap sent again is counted once.
func (s *Store) Tap(ctx context.Context, t Tap, today time.Time) error {
	if err := s.on(ctx); err != nil {
		return err
	}
	if !idShape.MatchString(t.ID) {
		return cx.Fail(cx.Invalid, "id", "tally.id")
	}
	day, err := time.Parse(time.DateOnly, t.Day)
	if last := today.Format(time.DateOnly); err != nil || t.Day > last || day.Before(today.AddDate(0, 0, -lateMost)) {
		t.Day = last
	}
	return s.db.Write(ctx, func(tx *record.Tx) error {
		known, err := tx.Exec(ctx, `UPDATE tally_reason SET retired = 0 WHERE key = ? AND retired = 0`, t.Reason)
		if err != nil {
			return err
		}
		if n, err := known.RowsAffected(); err != nil || n == 0 {
			if err == nil {
				err = cx.Fail(cx.Invalid, "reason", "tally.reason", "value", t.Reason)
			}
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO tally (id, day, reason, unit) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`, t.ID, t.Day, t.Reason, string(t.Unit))
		return err
	})
}

// Undo takes a tap of a unit back; one that is not there was taken back already.
func (s *Store) Undo(ctx context.Context, id string, unit cx.UnitID) error {
	if err := s.on(ctx); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *record.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM tally WHERE id = ? AND unit = ?`, id, string(unit))
		return err
	})
}

// Counts gives the taps between two days, both included, of the units whose figures the viewer may see.
func (s *Store) Counts(ctx context.Context, scope people.Scope, from, until string) ([]Count, error) {
	seen := scope.Figures()
	if seen.Empty() {
		return nil, nil
	}
	q, args := `SELECT reason, day, count(*) FROM tally WHERE day BETWEEN ? AND ?`, []any{from, until}
	if !seen.All {
		units, more := seen.Units()
		q, args = q+` AND unit IN (`+units+`)`, append(args, more...)
	}
	rows, err := s.db.Query(ctx, q+` GROUP BY reason, day`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Count
	for rows.Next() {
		var c Count
		if err := rows.Scan(&c.Reason, &c.Day, &c.N); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// on refuses until the consultation is recorded.
func (s *Store) on(ctx context.Context) error {
	ok, err := s.consulted(ctx)
	if err == nil && !ok {
		err = cx.Fail(cx.Conflict, "", "tally.off")
	}
	return err
}
