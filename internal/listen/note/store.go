package note

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

const columns = `id, at, contact, identity, touchpoint, unit, agent, value, rule`

func scan(row interface{ Scan(...any) error }) (Note, error) {
	var n Note
	var at int64
	err := row.Scan(&n.ID, &at, &n.Contact, &n.Identity, &n.Touchpoint, &n.Unit, &n.Agent, &n.Value, &n.Rule)
	n.At = time.UnixMicro(at).UTC()
	return n, err
}

// put writes a note under its key. One that is there keeps its number and takes what is said now.
func put(ctx context.Context, tx *record.Tx, key []byte, n Note) (int64, Verdict, error) {
	id, err := tx.Next(ctx, "adviser_note", 1) // first: who writes at once comes one after the other
	if err != nil {
		return 0, "", err
	}
	was, err := scan(tx.QueryRow(ctx, `SELECT `+columns+` FROM adviser_note WHERE key = ?`, key))
	if errors.Is(err, sql.ErrNoRows) {
		_, err = tx.Exec(ctx, `INSERT INTO adviser_note (key, `+columns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			key, id, n.At.UnixMicro(), n.Contact, int64(n.Identity), string(n.Touchpoint), string(n.Unit), n.Agent, n.Value, string(n.Rule))
		return id, Accepted, wrap(err)
	}
	if err != nil {
		return 0, "", wrap(err)
	}
	if n.same(was) {
		return was.ID, Duplicate, nil
	}
	_, err = tx.Exec(ctx, `UPDATE adviser_note SET touchpoint = ?, unit = ?, agent = ?, value = ?, rule = ?, import = 0 WHERE id = ?`,
		string(n.Touchpoint), string(n.Unit), n.Agent, n.Value, string(n.Rule), was.ID)
	return was.ID, Changed, wrap(err)
}

func wrap(err error) error {
	if err != nil {
		return fmt.Errorf("adviser's note: %w", err)
	}
	return nil
}

// Filter chooses notes; a zero field lets all through.
type Filter struct {
	From, Until time.Time // of the contact: [From, Until)
	Touchpoint  cx.TouchpointID
	Unit        cx.UnitID // and those below
	Agent       string    // the viewer's own; anybody else's is refused
	Limit       int       // 0: NotesMost; one more is given when there are more
}

// NotesMost are read at once.
const NotesMost = 50_000

// Notes gives those that a viewer may see, newest first: their own as an adviser; within their people when figures by
// adviser are theirs to see. Conflict while it is off.
func (s *Store) Notes(ctx context.Context, scope people.Scope, f Filter) ([]Note, error) {
	if err := s.On(ctx); err != nil {
		return nil, err
	}
	where, args, err := within(scope, f)
	if err != nil {
		return nil, err
	}
	if !f.From.IsZero() {
		where, args = where+` AND at >= ?`, append(args, f.From.UnixMicro())
	}
	if !f.Until.IsZero() {
		where, args = where+` AND at < ?`, append(args, f.Until.UnixMicro())
	}
	if f.Touchpoint != "" {
		where, args = where+` AND touchpoint = ?`, append(args, string(f.Touchpoint))
	}
	if f.Unit != "" {
		units, more := people.Perimeter{Roots: []cx.UnitID{f.Unit}}.Units()
		where, args = where+` AND unit IN (`+units+`)`, append(args, more...)
	}
	limit := f.Limit
	if limit <= 0 || limit > NotesMost {
		limit = NotesMost
	}
	rows, err := s.d.DB.Query(ctx, `SELECT `+columns+` FROM adviser_note WHERE `+where+` ORDER BY at DESC, id DESC LIMIT ?`, append(args, limit+1)...)
	if err != nil {
		return nil, wrap(err)
	}
	defer rows.Close()
	var out []Note
	for rows.Next() {
		n, err := scan(rows)
		if err != nil {
			return nil, wrap(err)
		}
		out = append(out, n)
	}
	return out, wrap(rows.Err())
}

// within writes the viewer's perimeter.
func within(scope people.Scope, f Filter) (string, []any, error) {
	if f.Agent != "" {
		if f.Agent != scope.Adviser() {
			return "", nil, cx.Fail(cx.Denied, "agent", "note.others")
		}
		return `agent = ?`, []any{f.Agent}, nil
	}
	in := scope.People()
	if !scope.Agents() || in.Empty() {
		return "", nil, cx.Fail(cx.Denied, "", "note.denied")
	}
	if in.All {
		return `1 = 1`, nil, nil
	}
	units, args := in.Units()
	return `unit IN (` + units + `)`, args, nil
}

// Take back a note of one's own.
func (s *Store) TakeBack(ctx context.Context, agent string, id int64) error {
	if err := s.On(ctx); err != nil {
		return err
	}
	if agent == "" {
		return cx.Fail(cx.Denied, "", "note.others")
	}
	return s.d.DB.Write(ctx, func(tx *record.Tx) error {
		_, err := drop(ctx, tx, `id = ? AND agent = ?`, id, agent)
		return err
	})
}

// Forget deletes the notes of contacts before a day, and tells how many. Whether it is on or off.
func (s *Store) Forget(ctx context.Context, before time.Time) (n int64, err error) {
	err = s.d.DB.Write(ctx, func(tx *record.Tx) error {
		n, err = drop(ctx, tx, `at < ?`, before.UnixMicro())
		return err
	})
	return n, err
}

// drop deletes notes, with what imports keep of what stood in them, and tells how many.
func drop(ctx context.Context, tx *record.Tx, where string, args ...any) (int64, error) {
	if _, err := tx.Exec(ctx, `DELETE FROM adviser_note_was WHERE note IN (SELECT id FROM adviser_note WHERE `+where+`)`, args...); err != nil {
		return 0, wrap(err)
	}
	r, err := tx.Exec(ctx, `DELETE FROM adviser_note WHERE `+where, args...)
	if err != nil {
		return 0, wrap(err)
	}
	n, err := r.RowsAffected()
	return n, wrap(err)
}
