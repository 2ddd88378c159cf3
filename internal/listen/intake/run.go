package intake

import (
	"context"
	"io"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
)

// Lines handed to the door at once.
const batchSize = 1000

// Door takes a batch and answers for each line, in order (collect.Door's Batch, or its check for a dry run).
type Door func(ctx context.Context, lines []collect.Line) ([]collect.Outcome, error)

// Job is one import.
type Job struct {
	File     *File
	Map      Map             // not used for NDJSON, but its Source where a line names none
	Zone     *time.Location  // of dates without zone when the map names none; nil: UTC
	Progress func(Progress)  // after each batch; may be nil
	Reject   func(Rejection) // every rejection, also those beyond the report's list; may be nil
	// Refuse is told of every row that is refused, with all its reasons; may be nil.
	Refuse func(row Row, why []Rejection)
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
	raw    []Row // the rows of the batch, to quote a value the door refuses
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
		in, problems := w.apply.read(row)
		if len(problems) > 0 {
			w.refuse(row, problems)
			continue
		}
		if err := w.add(ctx, collect.Line{Number: row.Line, Incoming: in}, row); err != nil {
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

func (w *worker) add(ctx context.Context, line collect.Line, row Row) error {
	w.batch, w.raw = append(w.batch, line), append(w.raw, row)
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
		outcomes, err := w.door(ctx, w.batch)
		if err != nil {
			return err
		}
		for i, o := range outcomes {
			w.count(o, i)
		}
		w.batch, w.raw = w.batch[:0], w.raw[:0]
	}
	if w.job.Progress != nil {
		w.job.Progress(Progress{Rows: w.report.Rows, Read: w.read, Size: w.job.File.Size})
	}
	return nil
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
		w.refuse(w.raw[i], w.explain(o, i))
	}
}

func (w *worker) refuse(row Row, why []Rejection) {
	w.report.reject(why, w.job.Reject)
	if w.job.Refuse != nil {
		w.job.Refuse(row, why)
	}
}

// explain names the column and value behind the fields that the door refused.
func (w *worker) explain(o collect.Outcome, i int) []Rejection {
	line := w.batch[i].Number
	var out []Rejection
	for _, e := range o.Errors {
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
