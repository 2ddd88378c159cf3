package note

import (
	"context"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// undoneAtOnce notes are taken back in one transaction.
const undoneAtOnce = 500

// Undo takes back the notes of one import, and gives those that it changed what stood in them before. What an adviser or
// another import said since stays. Whether it is on or off; stopped half-way, it is called again.
func (s *Store) Undo(ctx context.Context, by cx.ImportID) error {
	if by == 0 { // the notes that no import wrote
		return nil
	}
	for {
		n := 0
		err := s.d.DB.Write(ctx, func(tx *record.Tx) error {
			rows, err := tx.Query(ctx, `SELECT id FROM adviser_note WHERE import = ? ORDER BY id LIMIT ?`, int64(by), undoneAtOnce)
			if err != nil {
				return err
			}
			ids, err := record.Column[int64](rows)
			if n = len(ids); err != nil || n == 0 {
				return err
			}
			return undo(ctx, tx, by, ids)
		})
		if err != nil {
			return wrap(err)
		}
		if n < undoneAtOnce {
			return s.unchain(ctx, by)
		}
	}
}

// undo gives some notes of an import back what stood before, and deletes those that were none.
func undo(ctx context.Context, tx *record.Tx, by cx.ImportID, ids []int64) error {
	in, args := record.In(ids)
	const was = `FROM adviser_note_was w WHERE w.note = adviser_note.id AND w.import = adviser_note.import`
	for _, q := range []struct {
		text string
		args []any
	}{
		{`DELETE FROM adviser_note WHERE NOT EXISTS (SELECT 1 ` + was + `) AND id ` + in, args},
		{`UPDATE adviser_note SET touchpoint = (SELECT w.touchpoint ` + was + `), unit = (SELECT w.unit ` + was + `), agent = (SELECT w.agent ` + was + `),
			value = (SELECT w.value ` + was + `), rule = (SELECT w.rule ` + was + `), import = (SELECT w.by_import ` + was + `) WHERE id ` + in, args},
		{`DELETE FROM adviser_note_was WHERE import = ? AND note ` + in, append([]any{int64(by)}, args...)},
	} {
		if _, err := tx.Exec(ctx, q.text, q.args...); err != nil {
			return err
		}
	}
	return nil
}

// unchain takes an import that is no more out of what later ones keep of what stood: theirs becomes what stood before it,
// and nothing where it had made the note.
func (s *Store) unchain(ctx context.Context, by cx.ImportID) error {
	return wrap(s.d.DB.Write(ctx, func(tx *record.Tx) error {
		const mine = `FROM adviser_note_was m WHERE m.note = adviser_note_was.note AND m.import = ?`
		id := int64(by)
		for _, q := range []struct {
			text string
			args []any
		}{
			{`DELETE FROM adviser_note_was WHERE by_import = ? AND NOT EXISTS (SELECT 1 ` + mine + `)`, []any{id, id}},
			{`UPDATE adviser_note_was SET touchpoint = (SELECT m.touchpoint ` + mine + `), unit = (SELECT m.unit ` + mine + `), agent = (SELECT m.agent ` + mine + `),
				value = (SELECT m.value ` + mine + `), rule = (SELECT m.rule ` + mine + `), by_import = (SELECT m.by_import ` + mine + `) WHERE by_import = ?`,
				[]any{id, id, id, id, id, id, id}},
			{`DELETE FROM adviser_note_was WHERE import = ?`, []any{id}},
		} {
			if _, err := tx.Exec(ctx, q.text, q.args...); err != nil {
				return err
			}
		}
		return nil
	}))
}
