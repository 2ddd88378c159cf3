package intake

import (
	"context"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/note"
)

// noting takes the notes of an import, or rehearses them; nil when it has none, or they are off.
func (d *Desk) noting(ctx context.Context, i Import, placer func(context.Context) (collect.Placer, error), trial bool) (Notes, error) {
	if d.d.Notes == nil || !i.Map.Noted() {
		return nil, nil
	}
	if err := d.d.Notes.On(ctx); cx.KindOf(err) == cx.Conflict {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return func(ctx context.Context, sent []note.Sent) ([]note.Outcome, error) {
		place, err := placer(ctx)
		if err != nil {
			return nil, err
		}
		if !trial {
			ctx = context.WithoutCancel(ctx) // stopped between batches, never inside one
		}
		return d.d.Notes.Bring(ctx, note.File{Import: i.ID, Place: place, Ruled: i.Map.Ruled(), Trial: trial}, sent)
	}, nil
}

// noteBrought counts what the record holds of an import's notes, whatever a first attempt counted before it was cut.
func (d *Desk) noteBrought(ctx context.Context, id cx.ImportID, n *NoteCounts) error {
	if n == nil || n.Off || d.d.Notes == nil {
		return nil
	}
	taken, changed, err := d.d.Notes.Brought(ctx, id)
	if err != nil {
		return err
	}
	all := n.Taken + n.Changed + n.Same
	n.Taken, n.Changed, n.Same = taken, changed, max(0, all-taken-changed)
	return nil
}

// notesTold is what is known of the notes of an import cut short; nil when it has none.
func (d *Desk) notesTold(ctx context.Context, id cx.ImportID) (*NoteCounts, error) {
	n := &NoteCounts{}
	if err := d.noteBrought(ctx, id, n); err != nil || n.Taken+n.Changed == 0 {
		return nil, err
	}
	return n, nil
}
