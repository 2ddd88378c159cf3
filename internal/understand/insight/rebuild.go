package insight

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
	"golang.org/x/sync/errgroup"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/record"
)

// zoneNames tells in which zones days are computed.
func (s *structure) zoneNames() string {
	names := make([]string, 0, len(s.zones)+1)
	for unit, z := range s.zones {
		names = append(names, string(unit)+"="+z.String())
	}
	slices.Sort(names)
	return strings.Join(append([]string{s.zone.String()}, names...), ",")
}

// want asks for a rebuild in the background; asked again meanwhile, it is done once more.
func (i *Insight) want() {
	select {
	case i.wanted <- struct{}{}:
	default:
	}
}

// rebuildWhenWanted tries again, with a growing pause, what failed: the figures asked for would wait for ever.
func (i *Insight) rebuildWhenWanted() {
	const shortest, longest = time.Second, time.Minute
	pause := shortest
	for {
		select {
		case <-i.background.Done():
			return
		case <-i.wanted:
		}
		err := i.Rebuild(i.background)
		if err == nil {
			pause = shortest
			continue
		}
		if i.background.Err() == nil {
			i.d.Log.Error("rebuild failed, retrying", "err", err, "pause", pause)
		}
		select {
		case <-i.background.Done():
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, longest)
		i.want()
	}
}

// Compact rewrites the file when something was erased since it was written, so that no byte of it is left.
func (i *Insight) Compact(ctx context.Context) error {
	s, err := i.use()
	if err != nil {
		return err
	}
	erased := s.erased.Load()
	s.users.Done()
	if !erased {
		return nil
	}
	return i.Rebuild(ctx)
}

// Rebuild makes a new file from the record beside the one in use, catches up with it and takes its place. Questions
// and the feed go on meanwhile.
func (i *Insight) Rebuild(ctx context.Context) (err error) {
	i.building.Lock()
	defer i.building.Unlock()
	defer i.begin(ctx)()
	s, err := i.fresh(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close(), removeFile(s.path))
		}
	}()
	era, err := i.d.DB.Era(ctx)
	if err != nil {
		return err
	}
	if err := i.fill(ctx, s, era); err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	if err := i.catchUp(ctx, s); err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	return i.takeOver(ctx, s)
}

// fill reads the whole record into a new file, whose cursor is where the feed stood before.
func (i *Insight) fill(ctx context.Context, s *store, era record.Era) error {
	from, err := i.d.DB.Head(ctx)
	if err != nil {
		return err
	}
	shape, err := i.readStructure(ctx)
	if err != nil {
		return err
	}
	if err := s.fit(ctx, shape, nil); err != nil {
		return err
	}
	if err := s.pour(ctx, shape, i.counted); err != nil {
		return err
	}
	if i.d.AllInvitations != nil {
		if err := s.pourInvitations(ctx, shape, i.d.AllInvitations); err != nil {
			return err
		}
	}
	overlap, err := i.d.DB.Head(ctx)
	if err != nil {
		return err
	}
	cur := record.Cursor{Era: era, Position: from}
	if _, err := s.w.ExecContext(ctx, `UPDATE cursor SET era = ?, position = ?, overlap = ?`, string(era), from, overlap); err != nil {
		return err
	}
	s.at.Store(&cur)
	s.overlap = overlap
	return nil
}

// catchUp follows the feed to its head, without stopping the file in use. What arrives meanwhile is followed in turn, a few
// times and no more: where it arrives quicker than it is followed, that would never end.
func (i *Insight) catchUp(ctx context.Context, s *store) error {
	for range catchUpRounds {
		head, err := i.d.DB.Head(ctx)
		if err != nil {
			return err
		}
		for s.at.Load().Position.Before(head) {
			if n, err := i.step(ctx, s); err != nil || n == 0 {
				return err
			}
		}
	}
	return nil
}

const (
	catchUpBatch  = 1000
	catchUpRounds = 3
)

func (i *Insight) step(ctx context.Context, s *store) (int, error) {
	at := s.at.Load()
	entries, err := i.d.DB.Feed(ctx, at.Position, catchUpBatch)
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	to := record.Cursor{Era: at.Era, Position: entries[len(entries)-1].Position}
	return len(entries), i.apply(ctx, s, entries, to)
}

// takeOver does the last steps with the writer stopped, so that figures never go back, and swaps. After an error s is not
// in use.
func (i *Insight) takeOver(ctx context.Context, s *store) error {
	i.writing.Lock()
	defer i.writing.Unlock()
	for s.at.Load().Position.Before(i.Position()) {
		if n, err := i.step(ctx, s); err != nil || n == 0 {
			if n == 0 && err == nil {
				break // another era: the feed is shorter than it was
			}
			return err
		}
	}
	// Structure may have changed while the new file passed over the events that said so.
	if err := i.refresh(ctx, s); err != nil {
		return err
	}
	if err := s.mark(ctx, "complete", "1"); err != nil {
		return err
	}
	if _, err := s.w.ExecContext(ctx, "CHECKPOINT"); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	s.complete = true
	if err := errors.Join(i.replace(s), i.sweep(s.path)); err != nil {
		i.d.Log.Warn("removing the projection before", "err", err)
	}
	return nil
}

// batchRows are coded together by one worker.
const batchRows = 2048

type codedBatch struct {
	raw     []collect.Stored
	rows    [][]driver.Value
	lacking []string
	done    chan error
}

// pour streams all feedback into the file: read, decoded and coded by several, appended by one, in the order read.
func (s *store) pour(ctx context.Context, shape *structure, all func(context.Context, func(collect.Stored) error) error) error {
	workers := runtime.NumCPU()
	work, ordered := make(chan *codedBatch, workers), make(chan *codedBatch, 2*workers)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(work)
		defer close(ordered)
		return cut(ctx, all, func(b *codedBatch) error {
			if err := send(ctx, ordered, b); err != nil {
				return err
			}
			return send(ctx, work, b)
		})
	})
	for range workers {
		g.Go(func() error {
			for b := range work {
				var err error
				b.rows, b.lacking, err = newCoder(s, shape).rows(b.raw)
				b.done <- err
			}
			return nil
		})
	}
	g.Go(func() error { return s.drain(ctx, shape, ordered) })
	return g.Wait()
}

func send[T any](ctx context.Context, to chan<- T, v T) error {
	select {
	case to <- v:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func cut(ctx context.Context, all func(context.Context, func(collect.Stored) error) error, out func(*codedBatch) error) error {
	fresh := func() *codedBatch {
		return &codedBatch{raw: make([]collect.Stored, 0, batchRows), done: make(chan error, 1)}
	}
	b := fresh()
	err := all(ctx, func(f collect.Stored) error {
		if f.State != cx.Live {
			return nil
		}
		b.raw = append(b.raw, f)
		if len(b.raw) < batchRows {
			return nil
		}
		full := b
		b = fresh()
		return out(full)
	})
	if err != nil {
		return err
	}
	return out(b)
}

// commitRows is how many rows a rebuild commits together.
const commitRows = 1 << 20

// drain appends batches as they come, in transactions of many.
func (s *store) drain(ctx context.Context, shape *structure, in <-chan *codedBatch) error {
	for more := true; more; {
		var again *codedBatch
		var kept func()
		err := s.within(ctx, func(ctx context.Context) error {
			return s.w.Raw(func(dc any) (err error) {
				if again, more, err = s.appendMany(ctx, dc.(driver.Conn), in); err != nil {
					return err
				}
				kept, err = s.keepDictionaries(dc.(driver.Conn))
				return err
			})
		})
		if err != nil {
			return err
		}
		kept()
		if again != nil {
			if err := s.appendAgain(ctx, shape, again); err != nil {
				return err
			}
		}
	}
	return nil
}

// appendMany appends until enough for a transaction, the end, or a batch that needs more columns.
func (s *store) appendMany(ctx context.Context, dc driver.Conn, in <-chan *codedBatch) (again *codedBatch, more bool, err error) {
	app, err := duckdb.NewAppenderFromConn(dc, "", facts)
	if err != nil {
		return nil, false, err
	}
	defer func() { err = errors.Join(err, app.Close()) }()
	width := fixedColumns + contextFields + len(s.columns.Load().list)
	for n := 0; n < commitRows; {
		var b *codedBatch
		select {
		case b, more = <-in:
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
		if !more {
			return nil, false, nil
		}
		select {
		case err = <-b.done:
		case <-ctx.Done():
			err = ctx.Err()
		}
		if err != nil {
			return nil, false, err
		}
		if len(b.lacking) > 0 {
			return b, true, nil
		}
		for _, row := range b.rows {
			for len(row) < width {
				row = append(row, nil) // coded before a column came
			}
			if err := app.AppendRow(row...); err != nil {
				return nil, false, err
			}
		}
		n += len(b.rows)
	}
	return nil, true, nil
}

// appendAgain makes the columns that a batch lacks and codes it again.
func (s *store) appendAgain(ctx context.Context, shape *structure, b *codedBatch) error {
	add, widen := columnsFor(s.columns.Load(), shape, b.lacking)
	for n, typ := range widen {
		if err := s.widen(ctx, n, typ); err != nil {
			return err
		}
	}
	if err := s.addColumns(ctx, add); err != nil {
		return err
	}
	rows, lacking, err := newCoder(s, shape).rows(b.raw)
	if err != nil {
		return err
	}
	if len(lacking) > 0 {
		return fmt.Errorf("no column for %d metrics", len(lacking))
	}
	var kept func()
	err = s.within(ctx, func(ctx context.Context) (err error) {
		kept, err = s.take(ctx, []changed{{table: facts, rows: rows}})
		return err
	})
	if err == nil {
		kept()
	}
	return err
}
