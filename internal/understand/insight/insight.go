package insight

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
	"vigie/internal/record"
)

// Config of the projection.
type Config struct {
	// Dir is the folder of the projection's files; it is made, and may be deleted while nothing runs: nothing is lost.
	Dir string
	// MemoryLimit of the engine in bytes; 0 is 256 MiB.
	MemoryLimit int64
	// TempLimit caps the engine's spill to disk in bytes; 0 is 4 GiB.
	TempLimit int64
	// Threads of the engine; 0 is one less than the cores, at least 1.
	Threads int
	// Questions answered at once, the others queue; 0 is the number of cores.
	Questions int
	// Deadline of a question, queue included; 0 is 10 s.
	Deadline time.Duration
}

func (c Config) orDefaults() Config {
	c.MemoryLimit = orElse(c.MemoryLimit, 256<<20)
	c.TempLimit = orElse(c.TempLimit, 4<<30)
	c.Threads = orElse(c.Threads, max(1, runtime.NumCPU()-1))
	c.Questions = orElse(c.Questions, runtime.NumCPU())
	c.Deadline = orElse(c.Deadline, 10*time.Second)
	return c
}

func orElse[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// Deps are functions of those who own the data. Read and All may give feedback of any state; only live ones become
// facts.
type Deps struct {
	DB *record.DB
	// Read gives the present rows of ids, in any order, without those that are unknown.
	Read func(ctx context.Context, ids []int64) ([]collect.Stored, error)
	// All gives every feedback, in the order of their ids as far as possible; payloads stay untouched after yield.
	All func(ctx context.Context, yield func(collect.Stored) error) error
	// Invitations gives, of ids, those that figures count as they are now, in any order; AllInvitations gives all of them. Both
	// nil: none is followed.
	Invitations    func(ctx context.Context, ids []int64) ([]invite.Fact, error)
	AllInvitations func(ctx context.Context, yield func(invite.Fact) error) error
	Catalogue      func(ctx context.Context) (*Catalogue, error)
	Journeys       func(ctx context.Context) ([]journey.Journey, error)
	Units          func(ctx context.Context) ([]people.Unit, error)
	// Moves gives every move of a unit, undone ones included, oldest first; nil: units never moved.
	Moves func(ctx context.Context) ([]people.UnitChange, error)
	Zone  *time.Location   // of the organisation; nil: UTC
	Now   func() time.Time // nil: time.Now
	Log   *slog.Logger     // nil: discarded
}

// Insight answers questions over its projection and keeps the projection up to the feed.
type Insight struct {
	c        Config
	d        Deps
	follower *record.Follower
	shape    atomic.Pointer[structure]
	slots    chan struct{}
	grids    grids

	hold    sync.RWMutex // guards cur and swapped: taken for the moment of a look or a swap
	cur     *store
	swapped chan struct{} // closed when another store takes the place of cur; nil when none will

	writing  sync.Mutex // one writer: Apply, and the end of a rebuild
	building sync.Mutex // one rebuild at a time
	progress atomic.Pointer[building]
	failures int // fatal errors in a row, under writing

	background context.Context
	halt       context.CancelFunc
	wanted     chan struct{}
	done       sync.WaitGroup
}

// New is inert until Start.
func New(c Config, d Deps) *Insight {
	if d.Zone == nil {
		d.Zone = time.UTC
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	c = c.orDefaults()
	i := &Insight{c: c, d: d, slots: make(chan struct{}, c.Questions), wanted: make(chan struct{}, 1)}
	if d.DB != nil {
		all := []record.Kind{record.Created, record.Amended, record.Repaired, record.Erased}
		i.follower = record.NewFollower(record.FollowerConfig{Name: "insight", Batch: 5000, Gentle: true, Acts: map[record.Subject][]record.Kind{
			record.Feedback: all, record.Structure: all, record.Invitation: all}}, d.DB, following{i})
	}
	return i
}

// Start opens the projection, or makes an empty one to be rebuilt, and follows the feed until Stop.
func (i *Insight) Start(ctx context.Context) error {
	if i.background != nil {
		return errors.New("insight: already started")
	}
	if err := i.open(ctx); err != nil {
		return err
	}
	i.background, i.halt = context.WithCancel(context.WithoutCancel(ctx))
	i.done.Go(i.rebuildWhenWanted)
	if i.follower == nil {
		return nil
	}
	return i.follower.Start(ctx)
}

// Stop waits for the batch and the rebuild at work and closes the projection. Safe before Start and twice.
func (i *Insight) Stop() {
	if i.follower != nil {
		i.follower.Stop()
	}
	if i.halt != nil {
		i.halt()
		i.done.Wait()
	}
	if err := i.replace(nil); err != nil {
		i.d.Log.Error("closing the projection", "err", err)
	}
}

// open finds the newest whole file and removes what crashes left.
func (i *Insight) open(ctx context.Context) error {
	if err := errors.Join(os.MkdirAll(i.tempDir(), 0o700), os.RemoveAll(i.exportDir())); err != nil {
		return fmt.Errorf("projection folder: %w", err)
	}
	shape, err := i.readStructure(ctx)
	if err != nil {
		return err
	}
	i.shape.Store(shape)
	found := i.newest(ctx)
	if found == nil {
		if found, err = i.fresh(ctx); err != nil {
			return err
		}
	}
	if err := found.fit(ctx, shape, nil); err != nil {
		return errors.Join(err, found.close())
	}
	if err := i.replace(found); err != nil {
		return err
	}
	if found.complete && found.outdated(shape) {
		i.want()
	}
	return i.sweep(found.path)
}

func (i *Insight) tempDir() string { return filepath.Join(i.c.Dir, "insight-temp") }

const filePattern = "insight-*.duckdb"

// newest opens the last complete file, nil when there is none that opens.
func (i *Insight) newest(ctx context.Context) *store {
	paths, _ := filepath.Glob(filepath.Join(i.c.Dir, filePattern)) // the pattern is well formed
	for n := len(paths) - 1; n >= 0; n-- {
		s, err := i.openStore(ctx, paths[n], false)
		switch {
		case err != nil:
			i.d.Log.Warn("projection not usable, rebuilding", "file", filepath.Base(paths[n]), "err", err)
		case !s.complete:
			_ = s.close() // removed with the others
		default:
			return s
		}
	}
	return nil
}

// fresh makes an empty file, newer than all others.
func (i *Insight) fresh(ctx context.Context) (*store, error) {
	name := fmt.Sprintf("insight-%020d.duckdb", time.Now().UnixNano())
	return i.openStore(ctx, filepath.Join(i.c.Dir, name), true)
}

// sweep removes every projection file but one.
func (i *Insight) sweep(keep string) error {
	paths, _ := filepath.Glob(filepath.Join(i.c.Dir, filePattern+"*"))
	for _, p := range paths {
		if strings.TrimSuffix(p, ".wal") == keep {
			continue
		}
		if err := gone(os.Remove(p)); err != nil {
			return fmt.Errorf("sweep: %w", err)
		}
	}
	return nil
}

// use gives the store in use; release it.
func (i *Insight) use() (*store, error) {
	i.hold.RLock()
	defer i.hold.RUnlock()
	if i.cur == nil {
		return nil, cx.Fail(cx.Unavailable, "", "insight.rebuilding")
	}
	i.cur.users.Add(1)
	return i.cur, nil
}

// replace puts s in use and closes what was, when its last reader is gone.
func (i *Insight) replace(s *store) error {
	i.hold.Lock()
	old, told := i.cur, i.swapped
	i.cur, i.swapped = s, nil
	if s != nil {
		i.swapped = make(chan struct{})
	}
	i.hold.Unlock()
	if told != nil {
		close(told)
	}
	if old == nil {
		return nil
	}
	old.users.Wait()
	return old.close()
}

// Position tells how far the figures have come.
func (i *Insight) Position() record.Position {
	i.hold.RLock()
	defer i.hold.RUnlock()
	if i.cur == nil {
		return record.Position{}
	}
	return i.cur.at.Load().Position
}

// WaitFor blocks until the figures have reached p, or ctx ends.
func (i *Insight) WaitFor(ctx context.Context, p record.Position) error {
	if i.follower == nil {
		return nil
	}
	return i.follower.WaitFor(ctx, p)
}

// Moved gives a channel closed when the figures next move.
func (i *Insight) Moved() <-chan struct{} {
	if i.follower == nil {
		return nil
	}
	return i.follower.Moved()
}

// Ready tells whether questions can be answered; not while the projection is rebuilt from nothing.
func (i *Insight) Ready() bool {
	i.hold.RLock()
	defer i.hold.RUnlock()
	return i.cur != nil && i.cur.complete
}

// whole waits, not for long, until questions can be answered: little is built from nothing in a moment.
func (i *Insight) whole(ctx context.Context) bool {
	ctx, stop := context.WithTimeout(ctx, i.c.Deadline/5)
	defer stop()
	for {
		i.hold.RLock()
		ready, swapped := i.cur != nil && i.cur.complete, i.swapped
		i.hold.RUnlock()
		if ready || swapped == nil {
			return ready
		}
		select {
		case <-swapped:
		case <-ctx.Done():
			return false
		}
	}
}

// Edition tells the figures of two moments apart: it is another one when they moved, and when they were built anew.
type Edition struct {
	file string
	record.Position
}

// Edition gives the one in use.
func (i *Insight) Edition() Edition {
	i.hold.RLock()
	defer i.hold.RUnlock()
	if i.cur == nil {
		return Edition{}
	}
	return Edition{i.cur.path, i.cur.at.Load().Position}
}

// Stats are for health pages and the bench.
type Stats struct {
	Rows      int64 // feedbacks of customers: when one of employees comes is told on no page
	All       int64 // feedbacks of everybody
	FileBytes int64
	Lag       int64 // events of the feed not yet in the figures
}

// Stats counts.
func (i *Insight) Stats(ctx context.Context) (Stats, error) {
	s, err := i.use()
	if err != nil {
		return Stats{}, err
	}
	defer s.users.Done()
	var st Stats
	if err := s.db.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE audience = ?), count(*) FROM facts`, customerCode).Scan(&st.Rows, &st.All); err != nil {
		return st, fmt.Errorf("count facts: %w", err)
	}
	for _, p := range []string{s.path, s.path + ".wal"} {
		if info, err := os.Stat(p); err == nil {
			st.FileBytes += info.Size()
		}
	}
	if i.d.DB == nil {
		return st, nil
	}
	head, err := i.d.DB.Head(ctx)
	st.Lag = s.at.Load().Position.Lag(head)
	return st, err
}
