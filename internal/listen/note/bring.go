package note

import (
	"context"
	"fmt"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/record"
)

// File is the import that brings notes.
type File struct {
	Import cx.ImportID
	Place  collect.Placer // nil: as the house knows them now
	Ruled  bool           // the file tells of rules: without, what a note says of one stays
	Trial  bool           // nothing is written
}

// Outcome is what became of one note of a file.
type Outcome struct {
	Verdict Verdict
	Errors  collect.Problems // Refused only
}

// placedNote is one that may be written.
type placedNote struct {
	at   int // its place among those sent
	key  string
	note Note
}

// Bring takes the notes of a part of a file, in one transaction, and answers for each, in order. What a note that is there
// says and the file does not (touchpoint, unit, rule) stays. Errors: Conflict while it is off.
func (s *Store) Bring(ctx context.Context, f File, sent []Sent) ([]Outcome, error) {
	if err := s.On(ctx); err != nil {
		return nil, err
	}
	out := make([]Outcome, len(sent))
	ready, err := s.ready(ctx, f, sent, out)
	if err != nil || len(ready) == 0 {
		return out, err
	}
	if f.Trial {
		was, err := standing(ctx, s.d.DB, ready)
		if err == nil {
			settle(f, ready, was, out)
		}
		return out, err
	}
	err = s.d.DB.Write(ctx, func(tx *record.Tx) error { return bring(ctx, tx, f, ready, out) })
	return out, err
}

// ready checks all notes sent, and gives those that may be written.
func (s *Store) ready(ctx context.Context, f File, sent []Sent, out []Outcome) ([]placedNote, error) {
	who, err := s.who(ctx, sent)
	if err != nil {
		return nil, err
	}
	place := f.Place
	if place == nil {
		if place, err = s.place(ctx); err != nil {
			return nil, err
		}
	}
	now := s.d.Now()
	var ready []placedNote
	for i := range sent {
		x := &sent[i]
		wrong := x.Check(now)
		n := x.note(now)
		var unknown *cx.Error
		if n.Touchpoint, n.Unit, unknown = place(x.Touchpoint, x.Unit); unknown != nil {
			wrong = append(wrong, unknown)
		}
		if n.Identity = who[i]; n.Identity == 0 && n.Contact == 0 && len(wrong) == 0 {
			wrong = append(wrong, cx.Fail(cx.Invalid, "customer", "note.customer"))
		}
		if len(wrong) > 0 {
			out[i] = Outcome{Refused, wrong}
			continue
		}
		ready = append(ready, placedNote{i, string(x.key(n)), n})
	}
	return ready, nil
}

// who gives an identity of the customer of each note, 0 where nobody is known by what is said. The program looks; nobody is
// shown who it is.
func (s *Store) who(ctx context.Context, sent []Sent) ([]cx.IdentityID, error) {
	var typed []customer.Known
	var of []int
	for i, x := range sent {
		if c := x.Customer; c != nil {
			typed, of = append(typed, customer.Known{Ref: c.Ref, Email: c.Email, Phone: c.Phone}), append(of, i)
		}
	}
	out := make([]cx.IdentityID, len(sent))
	if len(typed) == 0 {
		return out, nil
	}
	persons, err := s.d.Customers.FindEach(ctx, people.Whole(), typed)
	if err != nil {
		return nil, fmt.Errorf("adviser's notes: %w", err)
	}
	for k, p := range persons {
		if len(p.Identities) > 0 {
			out[of[k]] = p.Identities[0].ID
		}
	}
	return out, nil
}

// place knows what the house knows now.
func (s *Store) place(ctx context.Context) (collect.Placer, error) {
	touchpoints, err := s.d.Touchpoints(ctx)
	if err != nil {
		return nil, fmt.Errorf("note: %w", err)
	}
	units, err := s.d.Units(ctx)
	if err != nil {
		return nil, fmt.Errorf("note: %w", err)
	}
	return func(t cx.TouchpointID, u cx.UnitID) (cx.TouchpointID, cx.UnitID, *cx.Error) {
		switch {
		case t != "" && !touchpoints[t]:
			return t, u, cx.Fail(cx.Invalid, "touchpoint", "collect.unknown_touchpoint", "value", string(t))
		case u != "" && !units[u]:
			return t, u, cx.Fail(cx.Invalid, "unit", "collect.unknown_unit", "value", string(u))
		}
		return t, u, nil
	}, nil
}

// stood is a note as it is kept, with the import that wrote it; fresh ones are not written yet.
type stood struct {
	Note
	by    cx.ImportID
	fresh bool
}

// standing gives the notes that stand under the keys of those sent.
func standing(ctx context.Context, q record.Querier, ready []placedNote) (map[string]*stood, error) {
	keys := make([][]byte, len(ready))
	for i, p := range ready {
		keys[i] = []byte(p.key)
	}
	out := map[string]*stood{}
	for some := range slices.Chunk(keys, record.InLimit) {
		in, args := record.In(some)
		rows, err := q.Query(ctx, `SELECT import, key, `+columns+` FROM adviser_note WHERE key `+in, args...)
		if err != nil {
			return nil, wrap(err)
		}
		for rows.Next() {
			var key []byte
			n := &stood{}
			if n.Note, err = scan(withFirst{rows, []any{&n.by, &key}}); err != nil {
				rows.Close()
				return nil, wrap(err)
			}
			out[string(key)] = n
		}
		if err := rows.Close(); err != nil {
			return nil, wrap(err)
		}
		if err := rows.Err(); err != nil {
			return nil, wrap(err)
		}
	}
	return out, nil
}

// withFirst scans some columns before those of a note.
type withFirst struct {
	rows  interface{ Scan(...any) error }
	first []any
}

func (w withFirst) Scan(to ...any) error { return w.rows.Scan(append(slices.Clone(w.first), to...)...) }

// change is what one note of a file does to one that stands.
type change struct {
	was  stood // as it stood before the file
	note *stood
}

// settle gives each note its verdict, and lays it over what stands: what was changed, in order.
func settle(f File, ready []placedNote, was map[string]*stood, out []Outcome) (fresh []placedNote, changed []*change) {
	met := map[string]*change{}
	for _, p := range ready {
		n := p.note
		old := was[p.key]
		if old == nil {
			out[p.at].Verdict = Accepted
			was[p.key] = &stood{Note: n, by: f.Import, fresh: true}
			fresh = append(fresh, p)
			continue
		}
		n = over(old.Note, n, f.Ruled)
		if n.same(old.Note) {
			out[p.at].Verdict = Duplicate
			continue
		}
		out[p.at].Verdict = Changed
		if !old.fresh && met[p.key] == nil {
			met[p.key] = &change{was: *old, note: old}
			changed = append(changed, met[p.key])
		}
		old.Note, old.by = n, f.Import
	}
	return fresh, changed
}

// over lays what a file says over a note that stands.
func over(old, n Note, ruled bool) Note {
	out := old
	out.Agent, out.Value = n.Agent, n.Value
	if n.Touchpoint != "" {
		out.Touchpoint = n.Touchpoint
	}
	if n.Unit != "" {
		out.Unit = n.Unit
	}
	if ruled {
		out.Rule = n.Rule
	}
	return out
}

// bring writes the notes of a part of a file: those that are new at once, those changed one by one.
func bring(ctx context.Context, tx *record.Tx, f File, ready []placedNote, out []Outcome) error {
	last, err := tx.Next(ctx, "adviser_note", len(ready)) // first: who writes at once comes one after the other
	if err != nil {
		return err
	}
	was, err := standing(ctx, tx, ready)
	if err != nil {
		return err
	}
	fresh, changed := settle(f, ready, was, out)
	args := make([]any, 0, len(fresh)*11)
	for i, p := range fresh {
		n := was[p.key]
		args = append(args, int64(n.by), []byte(p.key), last-int64(len(ready))+int64(i)+1, n.At.UnixMicro(), n.Contact, int64(n.Identity), string(n.Touchpoint), string(n.Unit),
			n.Agent, n.Value, string(n.Rule))
	}
	if _, err := tx.Insert(ctx, record.Rows{Into: `INSERT INTO adviser_note (import, key, ` + columns + `) VALUES`, Cols: 11}, args); err != nil {
		return wrap(err)
	}
	for _, c := range changed {
		if err := c.write(ctx, tx, f.Import); err != nil {
			return wrap(err)
		}
	}
	return nil
}

// write keeps what stood, unless this import wrote that too, and writes what stands now.
func (c *change) write(ctx context.Context, tx *record.Tx, by cx.ImportID) error {
	if w := c.was; w.by != by {
		_, err := tx.Exec(ctx, `INSERT INTO adviser_note_was (import, note, by_import, touchpoint, unit, agent, value, rule) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (import, note) DO NOTHING`, int64(by), w.ID, int64(w.by), string(w.Touchpoint), string(w.Unit), w.Agent, w.Value, string(w.Rule))
		if err != nil {
			return err
		}
	}
	n := c.note
	_, err := tx.Exec(ctx, `UPDATE adviser_note SET import = ?, touchpoint = ?, unit = ?, agent = ?, value = ?, rule = ? WHERE id = ?`,
		int64(by), string(n.Touchpoint), string(n.Unit), n.Agent, n.Value, string(n.Rule), n.ID)
	return err
}

// Brought tells how many notes one import took, and how many that stood it changed.
func (s *Store) Brought(ctx context.Context, by cx.ImportID) (taken, changed int, err error) {
	err = s.d.DB.QueryRow(ctx, `SELECT count(*), (SELECT count(*) FROM adviser_note_was WHERE import = ?) FROM adviser_note n
		WHERE import = ? AND NOT EXISTS (SELECT 1 FROM adviser_note_was w WHERE w.import = n.import AND w.note = n.id)`, int64(by), int64(by)).Scan(&taken, &changed)
	return taken, changed, wrap(err)
}
