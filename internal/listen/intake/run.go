package intake

import (
	"context"
	"io"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/note"
)

// Lines handed to the door at once.
const batchSize = 1000

// Door takes a batch and answers for each line, in order (collect.Door's Batch, or its check for a dry run).
type Door func(ctx context.Context, lines []collect.Line) ([]collect.Outcome, error)

// Notes takes what advisers noted in a part of a file and answers for each, in order (note.Store's Bring).
type Notes func(ctx context.Context, sent []note.Sent) ([]note.Outcome, error)

// Job is one import.
type Job struct {
	File     *File
	Map      Map             // not used for NDJSON, but its Source where a line names none
	Zone     *time.Location  // of dates without zone when the map names none; nil: UTC
	Progress func(Progress)  // after each batch; may be nil
	Reject   func(Rejection) // every rejection, also those beyond the report's list; may be nil
	// Refuse is told of every row that is refused, with all its reasons; may be nil.
	Refuse func(row Row, why []Rejection)
	// Notes takes advisers' notes; nil: they are off, and left out.
	Notes Notes
	// Trial: nothing is written, and the door makes no customer known.
	Trial bool
	// RefuseNote is told of every row whose note alone is refused; may be nil.
	RefuseNote func(row Row, why []Rejection)
	// Meet settles the units that nothing knows as the map says; nil: they wait in quarantine.
	Meet Meet
}

// Progress tells how far an import is.
type Progress struct {
	Rows       int
	Read, Size int64 // stored bytes; Read is 0 for workbooks
}

// Run reads the file to its end and hands every readable row to the door. An error means that the import stopped (the
// report says how far it came; running it again adds only what is missing); a bad row is no error.
func Run(ctx context.Context, j Job, door Door) (Report, error) {
	w := &worker{job: j, door: door}
	w.report.Rejected = []Rejection{}
	if j.File.Kind == NDJSON {
		err := w.runLines(ctx)
		return w.report, err
	}
	err := w.runTable(ctx)
	return w.report, err
}

type worker struct {
	job    Job
	door   Door
	apply  *applier
	report Report
	batch  []collect.Line
	raw    []Row     // the rows of the batch, to quote a value the door refuses
	said   []reading // what they say
	coming coming    // of a trial
	read   int64
	units  *newcomers
}

func (w *worker) runTable(ctx context.Context) error {
	if err := w.job.Map.Check(); err != nil {
		return err
	}
	if w.job.Map.Kind == kindUnits {
		return cx.Fail(cx.Invalid, "kind", "intake.map_is_units")
	}
	rows, err := w.job.File.Rows(w.job.Map.Layout(), func(n int64) { w.read = n })
	if err != nil {
		return err
	}
	defer rows.Close()
	if w.apply, err = newApplier(w.job.File, w.job.Map, rows.Headers, w.job.Zone); err != nil {
		return err
	}
	w.units = w.job.Map.newcomers(rows.Headers, w.job.Meet)
	w.report.Unmapped = unmapped(w.job.Map, rows.Headers)
	if w.job.Map.Noted() {
		w.report.Notes = &NoteCounts{Off: w.job.Notes == nil}
	}
	err = w.eachRow(ctx, rows)
	w.report.Blank, w.report.Mended, w.report.Beyond = rows.Blank, *rows.Mended, w.apply.beyond
	return err
}

func unmapped(m Map, headers []Header) []string {
	named := map[string]bool{}
	for _, c := range m.Columns {
		named[c.Column] = true
	}
	for _, c := range m.SourceID {
		named[c] = true
	}
	var out []string
	for _, h := range headers {
		if !named[h.Name] {
			out = append(out, h.Name)
		}
	}
	return out
}

func (w *worker) eachRow(ctx context.Context, rows *Rows) error {
	for {
		row, err := rows.Next()
		if err == io.EOF {
			return w.flush(ctx)
		}
		if err != nil {
			return stopped(w.flush(ctx), w.job.File.unpackError(err))
		}
		w.report.Rows++
		said := w.apply.read(row)
		if !said.heard && w.job.Notes != nil && len(said.wrong) == 0 { // nothing but a note, and that is wrong
			said.wrong = said.noted.wrong
			w.report.noted(func(n *NoteCounts) { n.Refused += min(1, len(said.wrong)) })
		}
		if len(said.wrong) > 0 {
			w.refuse(row, said.wrong)
			continue
		}
		if err := w.add(ctx, said, row); err != nil {
			return err
		}
	}
}

// stopped prefers the reason of the stop to that of the last flush.
func stopped(flush, cause error) error {
	if cause != nil {
		return cause
	}
	return flush
}

func (w *worker) add(ctx context.Context, said reading, row Row) error {
	w.batch, w.raw, w.said = append(w.batch, collect.Line{Number: row.Line, Incoming: said.in}), append(w.raw, row), append(w.said, said)
	if len(w.batch) < batchSize {
		return nil
	}
	return w.flush(ctx)
}

func (w *worker) flush(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(w.batch) > 0 {
		if err := w.units.settle(ctx, w.batch, w.raw); err != nil {
			return err
		}
		outcomes, err := w.bring(ctx)
		if err != nil {
			return err
		}
		if err := w.bringNotes(ctx, outcomes); err != nil {
			return err
		}
		w.batch, w.raw, w.said = w.batch[:0], w.raw[:0], w.said[:0]
	}
	if w.job.Progress != nil {
		w.job.Progress(Progress{Rows: w.report.Rows, Read: w.read, Size: w.job.File.Size})
	}
	return nil
}

// bring hands the lines that say something of a customer to the door, and counts its answers: one a row, the zero Outcome for a
// row that the door was not shown.
func (w *worker) bring(ctx context.Context) ([]collect.Outcome, error) {
	lines, of := w.batch, []int(nil)
	if slices.ContainsFunc(w.said, func(s reading) bool { return !s.heard }) {
		lines = nil
		for i, s := range w.said {
			if s.heard {
				lines, of = append(lines, w.batch[i]), append(of, i)
			}
		}
	}
	out := make([]collect.Outcome, len(w.batch))
	if len(lines) == 0 {
		return out, nil
	}
	outcomes, err := w.door(ctx, lines)
	if err != nil {
		return nil, err
	}
	for k, o := range outcomes {
		i := k
		if of != nil {
			i = of[k]
		}
		out[i] = o
		w.count(o, i)
	}
	return out, nil
}

func (w *worker) count(o collect.Outcome, i int) {
	switch o.Verdict {
	case collect.Accepted:
		w.report.Accepted++
	case collect.Duplicate:
		w.report.Duplicates++
	case collect.Waiting:
		w.report.Quarantined++
	case collect.Gone:
		w.report.Erased++
	case collect.Conflicting:
		w.report.Conflicts++
		if len(w.report.ConflictLines) < maxListed {
			w.report.ConflictLines = append(w.report.ConflictLines, w.batch[i].Number)
		}
	default:
		w.refuse(w.raw[i], w.explain(o.Errors, i))
	}
}

func (w *worker) refuse(row Row, why []Rejection) {
	w.report.reject(why, w.job.Reject)
	if w.job.Refuse != nil {
		w.job.Refuse(row, why)
	}
}

// explain names the column and value behind the fields that were refused.
func (w *worker) explain(errs []*cx.Error, i int) []Rejection {
	line := w.batch[i].Number
	var out []Rejection
	for _, e := range errs {
		r := Rejection{Line: line, Column: e.Field, Code: e.Code, Args: e.Args}
		if w.apply != nil {
			r.Column, r.Value = w.apply.behind(e.Field, w.raw[i])
		}
		out = append(out, r)
	}
	if out == nil {
		out = []Rejection{{Line: line, Code: "intake.refused"}}
	}
	return out
}
