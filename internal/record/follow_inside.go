package record

import (
	"context"
	"sync"
)

// Inside is a Following whose effect is in the record itself: act and the cursor are kept in one transaction. Where there is
// nothing to act on, the cursor is written now and then only; what was passed over is read again after a restart.
type Inside struct {
	db   *DB
	name string
	act  func(context.Context, *Tx, []Entry) error

	mu sync.Mutex
	at Cursor // as far as it read
}

// reread is the most positions that are read again after a restart.
const reread = 100_000

// NewInside is inert; name is its cursor's.
func NewInside(db *DB, name string, act func(context.Context, *Tx, []Entry) error) *Inside {
	return &Inside{db: db, name: name, act: act}
}

// Cursor tells how far it has come.
func (f *Inside) Cursor(ctx context.Context) (Cursor, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.at.Era != "" {
		return f.at, nil
	}
	return f.db.CursorOf(ctx, f.name)
}

// Restart begins again in another era.
func (f *Inside) Restart(ctx context.Context, era Era) error {
	return f.keep(ctx, nil, Cursor{Era: era})
}

// Apply acts on entries and keeps to.
func (f *Inside) Apply(ctx context.Context, entries []Entry, to Cursor) error {
	kept, err := f.db.CursorOf(ctx, f.name)
	if err != nil {
		return err
	}
	if len(entries) > 0 || kept.Position.Lag(to.Position) > reread {
		return f.keep(ctx, entries, to)
	}
	f.reach(to)
	return nil
}

func (f *Inside) keep(ctx context.Context, entries []Entry, to Cursor) error {
	err := f.db.Write(ctx, func(tx *Tx) error {
		if len(entries) > 0 {
			if err := f.act(ctx, tx, entries); err != nil {
				return err
			}
		}
		return tx.KeepCursor(ctx, f.name, to)
	})
	if err == nil {
		f.reach(to)
	}
	return err
}

func (f *Inside) reach(to Cursor) {
	f.mu.Lock()
	f.at = to
	f.mu.Unlock()
}
