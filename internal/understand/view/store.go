package view

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
)

// Store keeps views in the record. It is safe for concurrent use.
type Store struct {
	db   *record.DB
	path func(context.Context, cx.UnitID) ([]cx.UnitID, error)
	now  func() time.Time
}

// NewStore reads and writes nothing until asked. path gives a unit and those above it.
func NewStore(db *record.DB, path func(context.Context, cx.UnitID) ([]cx.UnitID, error)) *Store {
	return &Store{db: db, path: path, now: time.Now}
}

// mostViews of one person.
const mostViews = 500

// keptDeleted is how long a deleted view may come back.
const keptDeleted = 30 * 24 * time.Hour

const columns = `SELECT id, name, question, owner, role, unit, seen_by, created, deleted FROM saved_view`

// Views gives those somebody may see, one's own first, then by name.
func (s *Store) Views(ctx context.Context, who people.Viewer) ([]View, error) {
	path, err := s.path(ctx, who.Unit)
	if err != nil {
		return nil, fmt.Errorf("views: %w", err)
	}
	args := []any{who.UserID, string(who.Role)}
	units := "1 = 0"
	if len(path) > 0 {
		in, above := record.In(path)
		units, args = "unit "+in, append(args, above...)
	}
	q := columns + ` WHERE deleted = 0 AND (owner = ? OR seen_by = 'all' OR seen_by = 'role' AND role = ? OR seen_by = 'unit' AND ` + units + `)
		ORDER BY CASE WHEN owner = ? THEN 0 ELSE 1 END, name, id LIMIT 1000`
	rows, err := s.db.Query(ctx, q, append(args, who.UserID)...)
	if err != nil {
		return nil, fmt.Errorf("views: %w", err)
	}
	defer rows.Close()
	var out []View
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("views: %w", err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// View gives one that somebody may see, deleted ones included for who may bring them back; else NotFound.
func (s *Store) View(ctx context.Context, who people.Viewer, id int64) (View, error) {
	path, err := s.path(ctx, who.Unit)
	if err != nil {
		return View{}, fmt.Errorf("view: %w", err)
	}
	return find(ctx, s.db, reader{who, path}, id)
}

// reader is somebody with the units they stand in.
type reader struct {
	people.Viewer
	path []cx.UnitID
}

func find(ctx context.Context, q record.Querier, who reader, id int64) (View, error) {
	v, err := scan(q.QueryRow(ctx, columns+` WHERE id = ?`, id))
	if errors.Is(err, sql.ErrNoRows) || err == nil && (!v.openTo(who.Viewer, who.path) || !v.Deleted.IsZero() && !v.May(who.Viewer)) {
		return View{}, cx.Fail(cx.NotFound, "", "view.unknown")
	}
	if err != nil {
		return View{}, fmt.Errorf("view: %w", err)
	}
	return v, nil
}

type scanner interface{ Scan(...any) error }

func scan(row scanner) (View, error) {
	var v View
	var created, deleted int64
	err := row.Scan(&v.ID, &v.Name, &v.Question, &v.Owner, &v.Role, &v.Unit, &v.SeenBy, &created, &deleted)
	v.Created = time.UnixMicro(created).UTC()
	if deleted != 0 {
		v.Deleted = time.UnixMicro(deleted).UTC()
	}
	return v, err
}

// Save keeps a question for its owner. Invalid names the field.
func (s *Store) Save(ctx context.Context, who people.Viewer, n New) (View, error) {
	if err := n.check(who.Unit); err != nil {
		return View{}, err
	}
	if who.UserID == 0 {
		return View{}, cx.Fail(cx.Denied, "", "view.owner")
	}
	v := View{Name: n.Name, Question: n.Question, Owner: who.UserID, Role: who.Role, Unit: who.Unit, SeenBy: n.SeenBy, Created: s.now().UTC().Truncate(time.Microsecond)}
	err := s.db.Write(ctx, func(tx *record.Tx) error {
		if err := s.makeRoom(ctx, tx, who); err != nil {
			return err
		}
		var err error
		if v.ID, err = tx.Next(ctx, "view.saved", 1); err != nil {
			return err
		}
		const q = `INSERT INTO saved_view (id, name, question, owner, role, unit, seen_by, created, deleted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)`
		_, err = tx.Exec(ctx, q, v.ID, v.Name, v.Question, v.Owner, string(v.Role), string(v.Unit), string(v.SeenBy), v.Created.UnixMicro())
		return err
	})
	if err != nil {
		return View{}, fmt.Errorf("save view: %w", err)
	}
	return v, nil
}

// makeRoom forgets what was deleted long ago, and refuses what is too many.
func (s *Store) makeRoom(ctx context.Context, tx *record.Tx, who people.Viewer) error {
	if _, err := tx.Exec(ctx, `DELETE FROM saved_view WHERE deleted <> 0 AND deleted < ?`, s.now().Add(-keptDeleted).UnixMicro()); err != nil {
		return err
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM saved_view WHERE owner = ?`, who.UserID).Scan(&n); err != nil {
		return err
	}
	if n >= mostViews {
		return cx.Fail(cx.Conflict, "", "view.too_many", "most", mostViews)
	}
	return nil
}

// Change renames a view and says anew for whom it is.
func (s *Store) Change(ctx context.Context, who people.Viewer, id int64, n New) error {
	v, err := s.View(ctx, who, id)
	if err != nil {
		return err
	}
	if err := n.check(v.Unit); err != nil {
		return err
	}
	return s.change(ctx, who, id, `UPDATE saved_view SET name = ?, seen_by = ? WHERE id = ? AND deleted = 0`, n.Name, string(n.SeenBy), id)
}

// Delete puts a view aside: Restore brings it back within thirty days.
func (s *Store) Delete(ctx context.Context, who people.Viewer, id int64) error {
	return s.change(ctx, who, id, `UPDATE saved_view SET deleted = ? WHERE id = ? AND deleted = 0`, s.now().UnixMicro(), id)
}

// Restore undoes Delete.
func (s *Store) Restore(ctx context.Context, who people.Viewer, id int64) error {
	return s.change(ctx, who, id, `UPDATE saved_view SET deleted = 0 WHERE id = ? AND deleted <> 0`, id)
}

func (s *Store) change(ctx context.Context, who people.Viewer, id int64, q string, args ...any) error {
	path, err := s.path(ctx, who.Unit)
	if err != nil {
		return fmt.Errorf("view: %w", err)
	}
	return s.db.Write(ctx, func(tx *record.Tx) error {
		v, err := find(ctx, tx, reader{who, path}, id)
		if err != nil {
			return err
		}
		if !v.May(who) {
			return cx.Fail(cx.Denied, "", "view.owner")
		}
		if _, err := tx.Exec(ctx, q, args...); err != nil {
			return fmt.Errorf("view: %w", err)
		}
		return nil
	})
}
