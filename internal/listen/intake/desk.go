package intake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/note"
	"vigie/internal/record"
)

// DeskConfig says where files wait and how large they may be.
type DeskConfig struct {
	// Dir is the data folder; files stand in its folder "imports" until their import is done.
	Dir string
	// MaxBytes of a file, as stored; 0 is 1 GiB.
	MaxBytes int64
	// Keep is how long a draft waits for somebody; 0 is 30 days.
	Keep time.Duration
}

// DeskDeps are what a desk works with.
type DeskDeps struct {
	DB    *record.DB
	Door  *collect.Door
	House House
	// Metrics and Touchpoints are those of collect.Deps, for rehearsals.
	Metrics     func(context.Context) (map[cx.MetricID]cx.Metric, error)
	Touchpoints func(context.Context) (map[cx.TouchpointID]bool, error)
	// KnownUnits are those of the organisation.
	KnownUnits func(context.Context) (map[cx.UnitID]bool, error)
	// Units creates units at the top of the tree: key → name. Known ones stay as they are.
	Units func(ctx context.Context, units map[string]string) error
	// Notes keeps what advisers noted; nil: they are off.
	Notes *note.Store
	Zone  func(context.Context) *time.Location // of dates that name none
	Log   *slog.Logger                         // nil: discarded
	Now   func() time.Time                     // nil: time.Now
}

// Desk is where files are prepared, imported one after the other, and remembered. What it was at when the program
// stopped, even by a kill, goes on at the next Start: every row has a key of its own, so that none enters twice.
type Desk struct {
	c    DeskConfig
	d    DeskDeps
	wake chan struct{}

	mu     sync.Mutex
	cancel context.CancelFunc
	done   chan struct{}
	at     *task // what goes on; nil: nothing
}

// NewDesk is inert.
func NewDesk(c DeskConfig, d DeskDeps) *Desk {
	c.MaxBytes = cmp.Or(c.MaxBytes, 1<<30)
	c.Keep = cmp.Or(c.Keep, 30*24*time.Hour)
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Desk{c: c, d: d, wake: make(chan struct{}, 1)}
}

// MaxBytes is the size of the largest file taken.
func (d *Desk) MaxBytes() int64 { return d.c.MaxBytes }

// Start takes up what was left, and works until Stop.
func (d *Desk) Start(ctx context.Context) error {
	if err := os.MkdirAll(d.folder(), 0o700); err != nil {
		return fmt.Errorf("imports: %w", err)
	}
	if err := d.tidyUp(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cancel, d.done = cancel, make(chan struct{})
	go d.work(ctx, d.done)
	return nil
}

// Stop waits for the work to pause; idempotent, safe before Start.
func (d *Desk) Stop() {
	d.mu.Lock()
	cancel, done := d.cancel, d.done
	d.mu.Unlock()
	if cancel != nil {
		cancel()
		<-done
	}
}

func (d *Desk) folder() string { return filepath.Join(d.c.Dir, "imports") }
func (d *Desk) path(id cx.ImportID) string {
	return filepath.Join(d.folder(), strconv.FormatInt(int64(id), 10))
}
func (d *Desk) refusals(id cx.ImportID) string { return d.path(id) + ".refused" }

// tidyUp drops what nobody came back to, and says of the command's imports cut short that they were.
func (d *Desk) tidyUp(ctx context.Context) error {
	old, err := queryImports(ctx, d.d.DB, `WHERE state = 'draft' AND created < ?`, d.d.Now().Add(-d.c.Keep).UnixMicro())
	if err != nil {
		return err
	}
	for _, i := range old {
		if err := d.Discard(ctx, i.ID); err != nil {
			return err
		}
	}
	if err := d.dropOld(ctx); err != nil {
		return err
	}
	cut, err := queryImports(ctx, d.d.DB, `WHERE state = 'running' AND origin = ?`, FromCommand)
	if err != nil {
		return err
	}
	for _, i := range cut {
		if err := d.fail(ctx, i.ID, cx.Fail(cx.Unavailable, "", "import.cut")); err != nil {
			return err
		}
	}
	return nil
}

// retry is how long the desk waits after the record could not be asked.
const retry = 2 * time.Second

func (d *Desk) work(ctx context.Context, done chan struct{}) {
	defer close(done)
	for ctx.Err() == nil {
		worked, err := d.runOnce(ctx)
		if err != nil && ctx.Err() == nil {
			d.d.Log.Error("import interrupted, tried again", "err", err)
			select {
			case <-ctx.Done():
			case <-time.After(retry):
			}
			continue
		}
		if worked {
			continue
		}
		select {
		case <-ctx.Done():
		case <-d.wake:
		}
	}
}

func (d *Desk) ring() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// runOnce does the oldest thing to do, to its end. An error leaves it to be done again.
func (d *Desk) runOnce(ctx context.Context) (worked bool, err error) {
	all, err := queryImports(ctx, d.d.DB, `WHERE state IN ('checking', 'running', 'undoing') AND (origin = ? OR state = 'undoing') ORDER BY id LIMIT 1`, FromPage)
	if err != nil || len(all) == 0 {
		return false, err
	}
	i := all[0]
	job, leave := d.take(ctx, i.ID)
	defer leave()
	if now, err := d.Import(ctx, i.ID); err != nil || now.State != i.State { // stopped a moment ago
		return true, err
	}
	switch i.State {
	case Checking:
		err = d.check(job, i)
	case Running:
		err = d.run(job, i)
	default:
		err = d.undo(job, i)
	}
	if err == nil || job.Err() != nil {
		return true, ctx.Err()
	}
	if cx.KindOf(err) == cx.Unavailable {
		return true, err
	}
	d.d.Log.Error("import failed", "import", int64(i.ID), "err", err)
	return true, d.fail(ctx, i.ID, err)
}

func (d *Desk) fail(ctx context.Context, id cx.ImportID, cause error) error {
	problem, ok := errors.AsType[*cx.Error](cause)
	if !ok {
		problem = cx.Fail(cx.Internal, "", "import.failed")
	}
	said := *problem
	said.Cause = nil
	i, err := d.update(ctx, id, func(i *Import) error {
		if i.State == Checking {
			i.State = Drafted
		} else {
			i.State, i.Ended = Failed, d.d.Now()
		}
		i.Problem = &said
		return nil
	})
	if err != nil || i.State != Failed {
		return err
	}
	return d.tally(ctx, id)
}

// Take keeps a file sent by somebody, and makes the draft of its import. Nothing of it is kept when it cannot be read.
func (d *Desk) Take(ctx context.Context, by By, name string, r io.Reader) (Import, error) {
	name = filepath.Base(name)
	i, err := d.create(ctx, Import{State: Drafted, Origin: FromPage, File: name, By: by, Created: d.d.Now()})
	if err != nil {
		return i, err
	}
	if i.Size, err = d.keep(d.path(i.ID), r); err == nil {
		err = d.prepare(ctx, &i)
	}
	if err != nil {
		return Import{}, errors.Join(err, d.drop(context.WithoutCancel(ctx), i.ID))
	}
	return d.update(ctx, i.ID, func(now *Import) error { *now = i; return nil })
}

func (d *Desk) keep(path string, r io.Reader) (n int64, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, fmt.Errorf("keep file: %w", err)
	}
	n, err = io.Copy(f, io.LimitReader(r, d.c.MaxBytes+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return n, err
	}
	if n > d.c.MaxBytes {
		return n, d.TooBig()
	}
	return n, nil
}

// TooBig is the refusal of a file beyond MaxBytes.
func (d *Desk) TooBig() error {
	return cx.Fail(cx.Invalid, "file", "import.too_big", "megabytes", d.c.MaxBytes>>20)
}

// file opens the file of an import.
func (d *Desk) file(i Import) (*File, error) {
	f, err := newFile(i.File, i.Size, func() (io.ReadCloser, error) { return os.Open(d.path(i.ID)) })
	if errors.Is(err, os.ErrNotExist) {
		return nil, cx.Fail(cx.NotFound, "", "import.file_gone")
	}
	return f, err
}

// prepare looks at the file of a draft: the map of the last file of its make, or a guess.
func (d *Desk) prepare(ctx context.Context, i *Import) error {
	f, err := d.file(*i)
	if err != nil {
		return err
	}
	if f.Kind == NDJSON {
		i.Map.Source = Slug(f.bare())
		if i.Draft.Sample, err = Look(f, Layout{}); err == nil {
			i.Header = i.Draft.Sample.Signature()
		}
		return err
	}
	m, notes, err := Guess(f)
	if err != nil {
		return err
	}
	if err := i.lay(f, m, notes); err != nil {
		return err
	}
	last, known, err := d.LastMap(ctx, i.Header)
	if err != nil {
		return err
	}
	if known {
		i.Map, i.Draft.Known = last.as(m).Complete(i.Draft.Sample), true
		i.Draft.Given, i.Draft.Notes = last.Journey, nil
	}
	return d.askUnits(ctx, i)
}

// lay gives a draft a map and the sample that goes with it.
func (i *Import) lay(f *File, m Map, notes []Note) error {
	if m.Kind == kindUnits {
		return cx.Fail(cx.Invalid, "file", "import.units")
	}
	s, err := Look(f, m.Layout())
	if err != nil {
		return err
	}
	i.Draft = Draft{Sample: s, Notes: notes, Given: m.Journey}
	i.Map, i.Header = m.Complete(s), s.Signature()
	return nil
}

// as is a map for a file written in another way.
func (m Map) as(written Map) Map {
	m.Encoding, m.Separator, m.Quotes, m.HeaderRows, m.Skip, m.Sheet = written.Encoding, written.Separator, written.Quotes, written.HeaderRows, written.Skip, written.Sheet
	return m
}

func (d *Desk) drop(ctx context.Context, id cx.ImportID) error {
	for _, path := range []string{d.path(id), d.refusals(id)} {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return d.forget(ctx, id)
}
