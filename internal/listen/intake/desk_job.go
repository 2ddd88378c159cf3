package intake

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
)

// Correct changes the map or the draft of an import that is still one.
func (d *Desk) Correct(ctx context.Context, id cx.ImportID, change func(*Import) error) (Import, error) {
	i, err := d.correct(ctx, id, change)
	if err != nil {
		return i, err
	}
	before := i.Draft.Naming.Column
	if err := d.askUnits(ctx, &i); err != nil || i.Draft.Naming.Column == before {
		return i, err
	}
	return d.correct(ctx, id, func(now *Import) error {
		now.Map, now.Draft = i.Map, i.Draft
		return nil
	})
}

func (d *Desk) correct(ctx context.Context, id cx.ImportID, change func(*Import) error) (Import, error) {
	return d.update(ctx, id, func(i *Import) error {
		if i.State != Drafted {
			return cx.Fail(cx.Conflict, "", "import.not_draft")
		}
		i.Report, i.Problem = nil, nil
		return change(i)
	})
}

// Cut cuts the file of a draft in another way, and guesses its columns again.
func (d *Desk) Cut(ctx context.Context, id cx.ImportID, l Layout) (Import, error) {
	i, err := d.Import(ctx, id)
	if err != nil {
		return i, err
	}
	f, err := d.file(i)
	if err != nil {
		return i, err
	}
	m, notes, err := GuessAs(f, l)
	if err != nil {
		return i, err
	}
	next := i
	if err := next.lay(f, m, notes); err != nil {
		return i, err
	}
	if err := d.askUnits(ctx, &next); err != nil {
		return i, err
	}
	return d.Correct(ctx, id, func(now *Import) error {
		now.Map, now.Draft, now.Header = next.Map, next.Draft, next.Header
		return nil
	})
}

// Check rehearses a draft: every row is examined, nothing is written; Report tells.
func (d *Desk) Check(ctx context.Context, id cx.ImportID) error {
	return d.begin(ctx, id, func(i *Import) { i.State = Checking })
}

// Begin imports a draft.
func (d *Desk) Begin(ctx context.Context, id cx.ImportID, by By) error {
	return d.begin(ctx, id, func(i *Import) { i.State, i.Started, i.By = Running, d.d.Now(), by })
}

func (d *Desk) begin(ctx context.Context, id cx.ImportID, change func(*Import)) error {
	_, err := d.update(ctx, id, func(i *Import) error {
		if i.State != Drafted {
			return cx.Fail(cx.Conflict, "", "import.not_draft")
		}
		if i.Draft.Sample.Kind != NDJSON {
			if err := i.Map.Check(); err != nil {
				return err
			}
		}
		i.Report, i.Problem, i.Progress = nil, nil, Progress{}
		change(i)
		return nil
	})
	if err == nil {
		d.ring()
	}
	return err
}

// Undo takes back what an import brought, and nothing else: a Conflict when the door does not.
func (d *Desk) Undo(ctx context.Context, id cx.ImportID) error {
	if err := d.d.Door.MayTakeBack(ctx, id); err != nil {
		return err
	}
	_, err := d.update(ctx, id, func(i *Import) error {
		if i.State != Done && i.State != Failed && i.State != Stopped {
			return cx.Fail(cx.Conflict, "", "import.not_done")
		}
		i.State, i.Gone, i.Progress = Undoing, 0, Progress{}
		return nil
	})
	if err == nil {
		d.ring()
	}
	return err
}

// Discard forgets a draft and its file.
func (d *Desk) Discard(ctx context.Context, id cx.ImportID) error {
	i, err := d.Import(ctx, id)
	if err != nil {
		return err
	}
	if i.State != Drafted {
		return cx.Fail(cx.Conflict, "", "import.not_draft")
	}
	return d.drop(ctx, id)
}

func (d *Desk) check(ctx context.Context, i Import) error {
	rehearsal, meet := d.rehearsal(i)
	notes, err := d.noting(ctx, i, rehearsal.Placer, true)
	if err != nil {
		return err
	}
	report, err := d.read(ctx, i, Job{Meet: meet, Notes: notes, Trial: true}, rehearsal.Batches())
	if err != nil {
		return err
	}
	return d.finish(ctx, i.ID, Drafted, report)
}

func (d *Desk) run(ctx context.Context, i Import) error {
	if err := d.declare(ctx, i); err != nil {
		return err
	}
	notes, err := d.noting(ctx, i, d.d.Door.Placer, false)
	if err != nil {
		return err
	}
	report, err := d.read(ctx, i, Job{Meet: d.Meet, Notes: notes}, func(ctx context.Context, lines []collect.Line) ([]collect.Outcome, error) {
		return d.d.Door.Bring(context.WithoutCancel(ctx), i.ID, lines) // stopped between batches, never inside one
	})
	if err != nil {
		return err
	}
	return d.close(ctx, i.ID, report)
}

func (d *Desk) declare(ctx context.Context, i Import) error {
	if len(i.Draft.Units) > 0 && d.d.Units != nil {
		if err := d.d.Units(ctx, i.Draft.Units); err != nil {
			return err
		}
	}
	return Declare(ctx, i.Map, i.By.Actor, d.d.House)
}

// close says what an import brought: what the record holds of it, whatever a first attempt counted before it was cut.
func (d *Desk) close(ctx context.Context, id cx.ImportID, r Report) error {
	all, waiting, err := d.d.Door.Brought(ctx, id)
	if err != nil {
		return err
	}
	r.Accepted, r.Quarantined = all-waiting, waiting
	r.Duplicates = max(0, r.Rows-all-r.Conflicts-r.Erased-r.NoteRows-r.RejectedRows)
	if err := d.noteBrought(ctx, id, r.Notes); err != nil {
		return err
	}
	if err := d.finish(ctx, id, Done, r); err != nil {
		return err
	}
	if err := os.Remove(d.path(id)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func (d *Desk) finish(ctx context.Context, id cx.ImportID, state State, r Report) error {
	r.Rejected = []Rejection{} // they stand in the file of refusals
	_, err := d.update(ctx, id, func(i *Import) error {
		if state == Drafted && i.State != Checking { // stopped a moment ago
			return nil
		}
		i.State, i.Report, i.Progress.Rows = state, &r, r.Rows
		if state == Done {
			i.Ended = d.d.Now()
		}
		return nil
	})
	return err
}

func (d *Desk) undo(ctx context.Context, i Import) error {
	err := d.d.Door.Takeback(ctx, i.ID, func(n int) {
		_, err := d.update(ctx, i.ID, func(now *Import) error { now.Gone += n; return nil })
		if err != nil {
			d.d.Log.Error("undo not counted", "err", err)
		}
	})
	if err == nil && d.d.Notes != nil {
		err = d.d.Notes.Undo(ctx, i.ID)
	}
	if err != nil {
		return err
	}
	for _, path := range []string{d.path(i.ID), d.refusals(i.ID)} {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	_, err = d.update(ctx, i.ID, func(now *Import) error { now.State, now.Ended = Undone, d.d.Now(); return nil })
	return err
}

// Refusal is a row that was refused, with its reasons.
type Refusal struct {
	Line  int
	Cells []string
	Why   []Reason
	// Note: the adviser's note alone was refused; what the customer said came in.
	Note bool `json:",omitempty"`
}

// Reason is one of them.
type Reason struct {
	Column string
	Code   string
	Args   map[string]any
}

// read walks through the file of an import, telling how far it is, and keeps the refusals.
func (d *Desk) read(ctx context.Context, i Import, job Job, door Door) (Report, error) {
	f, err := d.file(i)
	if err != nil {
		return Report{}, err
	}
	out, err := os.OpenFile(d.refusals(i.ID), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return Report{}, fmt.Errorf("refusals: %w", err)
	}
	w := bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	failed := enc.Encode(Refusal{Cells: i.Draft.Sample.names()}) // the header
	refuse := func(note bool) func(Row, []Rejection) {
		return func(row Row, why []Rejection) {
			failed = errors.Join(failed, enc.Encode(Refusal{Line: row.Line, Cells: row.Cells, Why: reasons(why), Note: note}))
		}
	}
	job.File, job.Map, job.Zone, job.Progress = f, i.Map, d.d.Zone(ctx), d.teller(ctx, i.ID)
	job.Refuse, job.RefuseNote = refuse(false), refuse(true)
	report, err := Run(ctx, job, door)
	return report, errors.Join(err, failed, w.Flush(), out.Close())
}

// tellEvery is how often progress is written down.
const tellEvery = 500 * time.Millisecond

func (d *Desk) teller(ctx context.Context, id cx.ImportID) func(Progress) {
	var last time.Time
	return func(p Progress) {
		if time.Since(last) < tellEvery {
			return
		}
		last = time.Now()
		if _, err := d.update(ctx, id, func(i *Import) error { i.Progress = p; return nil }); err != nil && ctx.Err() == nil {
			d.d.Log.Error("progress not told", "err", err)
		}
	}
}

// Headers gives the names of the columns of an import's file, as its refused rows have them; none for objects.
func (d *Desk) Headers(i Import) ([]string, error) {
	var out []string
	err := d.refused(i.ID, func(r Refusal) error { out = r.Cells; return io.EOF })
	if err == io.EOF {
		err = nil
	}
	return slices.DeleteFunc(out, func(name string) bool { return name == ReasonColumn }), err
}

// Refusals gives the refused rows one by one to somebody, those of which the note alone was refused too, until yield fails. There
// are none once an import is undone, and none of employees' to anybody but who brought them.
func (d *Desk) Refusals(i Import, actor string, yield func(Refusal) error) error {
	own := i.By.Actor == actor
	if !own && i.staff() {
		return nil
	}
	return d.refused(i.ID, func(r Refusal) error {
		if r.Line == 0 || !own && staffObject(r.Cells) {
			return nil
		}
		return yield(r)
	})
}

func (d *Desk) refused(id cx.ImportID, yield func(Refusal) error) error {
	f, err := os.Open(d.refusals(id))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("refusals: %w", err)
	}
	defer f.Close()
	for dec := json.NewDecoder(bufio.NewReader(f)); ; {
		var r Refusal
		if err := dec.Decode(&r); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("refusals: %w", err)
		}
		if err := yield(r); err != nil {
			return err
		}
	}
}

// Enter notes in the history an import that the command runs; Leave says how it ended.
func (d *Desk) Enter(ctx context.Context, by By, file string, size int64) (cx.ImportID, error) {
	now := d.d.Now()
	i, err := d.create(ctx, Import{State: Running, Origin: FromCommand, File: file, Size: size, By: by, Created: now, Started: now})
	return i.ID, err
}

// Leave closes an import of the command: with its report, or with what stopped it.
func (d *Desk) Leave(ctx context.Context, id cx.ImportID, r Report, stopped error) error {
	if stopped != nil {
		return d.fail(ctx, id, stopped)
	}
	return d.close(ctx, id, r)
}
