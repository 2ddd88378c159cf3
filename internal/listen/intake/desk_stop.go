package intake

import (
	"context"
	"errors"
	"io"
	"os"

	"vigie/internal/cx"
)

// task is what the desk is at.
type task struct {
	id     cx.ImportID
	cancel context.CancelFunc
	done   chan struct{}
}

// take notes what the desk is at; leave forgets it.
func (d *Desk) take(ctx context.Context, id cx.ImportID) (job context.Context, leave func()) {
	job, cancel := context.WithCancel(ctx)
	t := &task{id, cancel, make(chan struct{})}
	d.mu.Lock()
	d.at = t
	d.mu.Unlock()
	return job, func() {
		cancel()
		d.mu.Lock()
		d.at = nil
		d.mu.Unlock()
		close(t.done)
	}
}

// Cancel stops what goes on: a rehearsal becomes a draft again, an import rests with what it brought so far, to Resume or
// to Undo. It waits until the desk has let go of it.
func (d *Desk) Cancel(ctx context.Context, id cx.ImportID) error {
	_, err := d.update(ctx, id, func(i *Import) error {
		switch {
		case i.State == Checking:
			i.State, i.Report = Drafted, nil
		case i.State == Running && i.Origin == FromPage:
			i.State, i.Ended = Stopped, d.d.Now()
		default:
			return cx.Fail(cx.Conflict, "", "import.not_running")
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.mu.Lock()
	t := d.at
	d.mu.Unlock()
	if t != nil && t.id == id {
		t.cancel()
		select {
		case <-t.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return d.tally(ctx, id)
}

// tally says of an import cut short what the record holds of it.
func (d *Desk) tally(ctx context.Context, id cx.ImportID) error {
	all, waiting, err := d.d.Door.Brought(ctx, id)
	if err != nil {
		return err
	}
	notes, err := d.notesTold(ctx, id)
	if err != nil {
		return err
	}
	_, err = d.update(ctx, id, func(i *Import) error {
		if i.State == Stopped || i.State == Failed {
			i.Report = &Report{Rows: max(i.Progress.Rows, all), Accepted: all - waiting, Quarantined: waiting, Rejected: []Rejection{}, Notes: notes}
		}
		return nil
	})
	return err
}

// Resumable tells whether an import may go on: its file is still here.
func (d *Desk) Resumable(i Import) bool {
	if i.Origin != FromPage || i.State != Stopped && i.State != Failed {
		return false
	}
	_, err := os.Stat(d.path(i.ID))
	return err == nil
}

// Resume goes on with an import that was stopped or failed, from its first row: what is in already is met again as it is.
func (d *Desk) Resume(ctx context.Context, id cx.ImportID) error {
	_, err := d.update(ctx, id, func(i *Import) error {
		switch {
		case i.State != Stopped && i.State != Failed || i.Origin != FromPage:
			return cx.Fail(cx.Conflict, "", "import.not_stopped")
		case !d.Resumable(*i):
			return cx.Fail(cx.NotFound, "", "import.file_gone")
		}
		i.State, i.Problem, i.Report, i.Progress = Running, nil, nil, Progress{}
		return nil
	})
	if err == nil {
		d.ring()
	}
	return err
}

// dropOld removes the files of imports that nobody came back to resume.
func (d *Desk) dropOld(ctx context.Context) error {
	old, err := queryImports(ctx, d.d.DB, `WHERE state IN ('failed', 'stopped') AND ended < ?`, d.d.Now().Add(-d.c.Keep).UnixMicro())
	if err != nil {
		return err
	}
	for _, i := range old {
		if err := os.Remove(d.path(i.ID)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Lay gives a draft a map that was kept in a file, the command's or another page's: the file is cut as the map says.
func (d *Desk) Lay(ctx context.Context, id cx.ImportID, r io.Reader) (Import, error) {
	i, err := d.Import(ctx, id)
	if err != nil {
		return i, err
	}
	m, err := ReadMap(r)
	switch {
	case err != nil:
		return i, err
	case m.Kind == kindUnits:
		return i, cx.Fail(cx.Invalid, "map", "intake.map_is_units")
	case i.Draft.Sample.Kind == NDJSON:
		return i, cx.Fail(cx.Invalid, "map", "intake.ndjson_no_columns", "file", i.File)
	}
	f, err := d.file(i)
	if err != nil {
		return i, err
	}
	next := i
	if err := next.lay(f, m, nil); err != nil {
		return i, err
	}
	if _, err := newApplier(f, m, next.Draft.Sample.Headers, d.d.Zone(ctx)); err != nil { // a column that the file has not
		return i, err
	}
	next.Draft.Known = true
	if err := d.askUnits(ctx, &next); err != nil {
		return i, err
	}
	return d.correct(ctx, id, func(now *Import) error {
		now.Map, now.Draft, now.Header = next.Map, next.Draft, next.Header
		return nil
	})
}
