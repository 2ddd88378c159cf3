package collect

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/media"
	"vigie/internal/people"
	"vigie/internal/record"
)

// Config of the door.
type Config struct {
	// Dir is the data folder; erasures.log stands there beside a SQLite record.
	Dir string
	// Group is the most feedbacks in one transaction; 0 is 1,000.
	Group int
	// Patience is how long one transaction may take before its callers are told to try again; 0 is 10 s.
	Patience time.Duration
	// Sweep is the most time between two repairs of waiting feedback; 0 is one minute. Look is the time between two looks
	// at whether touchpoints, units or aliases changed, which repairs at once; 0 is one second.
	Sweep, Look time.Duration
}

// Deps of the door. Metrics, Touchpoints and Units are asked once a batch and must be cheap.
type Deps struct {
	DB          *record.DB
	Customers   *customer.Reference
	Metrics     func(ctx context.Context) (map[cx.MetricID]cx.Metric, error)
	Touchpoints func(ctx context.Context) (map[cx.TouchpointID]bool, error)
	Units       func(ctx context.Context) (map[cx.UnitID]bool, error)
	// Attributes is told of attribute keys the door does not remember telling, each with a value; nil: nobody is.
	Attributes func(ctx context.Context, seen map[cx.AttributeID]any) error
	// Within tells whether a unit lies in a perimeter that is neither everything nor empty.
	Within func(ctx context.Context, p people.Perimeter, unit cx.UnitID) (bool, error)
	// Media keeps the files that come with feedback; nil: none may.
	Media *media.Store
	Log   *slog.Logger     // nil: discarded
	Now   func() time.Time // nil: time.Now
}

// Door is where every feedback enters. Safe for concurrent use.
type Door struct {
	c       Config
	d       Deps
	aliases *record.Snapshot[aliases]
	met     sync.Map // attribute keys told to Deps.Attributes, the first metMost
	metN    atomic.Int64

	jobs      chan *job
	ids       idBlock // the writer's
	lookFirst bool    // the writer's: look keys up before writing
	sweep     sweeper

	mu      sync.Mutex
	secret  []byte
	begun   bool
	closing chan struct{}
	done    chan struct{}
}

// New is inert; the door is closed until Start.
func New(c Config, d Deps) (*Door, error) {
	if d.DB == nil || d.Customers == nil || d.Metrics == nil || d.Touchpoints == nil || d.Units == nil || d.Within == nil {
		return nil, fmt.Errorf("collect: DB, Customers, Metrics, Touchpoints, Units and Within are needed")
	}
	c.Group = cmp.Or(c.Group, 1000)
	c.Patience = cmp.Or(c.Patience, 10*time.Second)
	c.Sweep = cmp.Or(c.Sweep, time.Minute)
	c.Look = cmp.Or(c.Look, time.Second)
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Door{c: c, d: d, jobs: make(chan *job, 1024), closing: make(chan struct{}), done: make(chan struct{}),
		aliases: record.NewSnapshot(d.DB, "alias", loadAliases)}, nil
}

// Start opens the door.
func (d *Door) Start(ctx context.Context) error {
	secret, err := d.d.DB.Secret(ctx, "feedback")
	if err != nil {
		return err
	}
	if err := d.d.Customers.Open(ctx); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.begun {
		return fmt.Errorf("collect: already started")
	}
	d.secret, d.begun = secret, true
	go d.write(context.WithoutCancel(ctx))
	return d.sweep.start(ctx, d)
}

// Stop closes the door: what came before is written and answered. Safe before Start and twice.
func (d *Door) Stop() {
	d.mu.Lock()
	begun := d.begun
	select {
	case <-d.closing:
	default:
		close(d.closing)
	}
	d.mu.Unlock()
	if begun {
		<-d.done
		d.sweep.stop()
	}
}

func unavailable(cause error) *cx.Error {
	e := cx.Fail(cx.Unavailable, "", "collect.unavailable")
	e.Cause = cause
	return e
}

// Put takes one feedback in. key is the sender's API key and Idempotency-Key, "" when there is none; it counts for a
// feedback without source_id. The answer comes when the feedback is on disk. An error of kind Unavailable means
// *unknown*: try again with the same key. When ctx ends first the feedback may be written all the same.
func (d *Door) Put(ctx context.Context, key string, in Incoming) (Outcome, error) {
	e := &entry{in: &in}
	d.examine(e, key)
	if e.failed() { // asks for the other problems, to list them all
		if err := d.lookUpAll(ctx, []*entry{e}); err != nil {
			return Outcome{}, unavailable(err)
		}
		return e.out, nil
	}
	j := &job{entries: []*entry{e}, done: make(chan struct{})}
	if err := d.send(ctx, j); err != nil {
		return Outcome{}, err
	}
	return e.out, e.err
}

// Batch takes up to 1,000 lines in, in one transaction: bad lines never stop good ones. Outcomes stand in the order of
// the lines. Lines must have a source_id. An error of kind Unavailable means *unknown* for all; an outcome may carry it
// alone (Rejected with the code collect.unavailable) when only that line could not be written.
func (d *Door) Batch(ctx context.Context, lines []Line) ([]Outcome, error) {
	return d.Bring(ctx, 0, lines)
}

// Bring is Batch for the lines of a file: what is new remembers its import, so that Takeback finds it.
func (d *Door) Bring(ctx context.Context, by cx.ImportID, lines []Line) ([]Outcome, error) {
	r, err := d.Ready(ctx, lines)
	if err != nil {
		return nil, err
	}
	for _, e := range r.good {
		e.brought = by
	}
	return d.Enter(ctx, r)
}

// Ready is a batch examined and looked up, to Enter once.
type Ready struct {
	all  []*entry
	good []*entry
}

// Ready does what Batch does before writing, so that a caller may prepare the next lines while these are written.
func (d *Door) Ready(ctx context.Context, lines []Line) (*Ready, error) {
	if len(lines) > maxBatch {
		return nil, cx.Fail(cx.Invalid, "", "collect.batch_too_long", "max", maxBatch)
	}
	if !d.open() {
		return nil, unavailable(errClosed)
	}
	entries, err := d.examineAll(ctx, lines)
	if err != nil {
		return nil, err
	}
	r := &Ready{all: entries, good: make([]*entry, 0, len(entries))}
	for _, e := range entries {
		if !e.failed() {
			r.good = append(r.good, e)
		}
	}
	return r, nil
}

// Enter writes what Ready found good and answers as Batch does. Of two with the same key, the one entered first counts.
func (d *Door) Enter(ctx context.Context, r *Ready) ([]Outcome, error) {
	if len(r.good) > 0 {
		j := &job{entries: r.good, prepared: true, done: make(chan struct{})}
		if err := d.send(ctx, j); err != nil {
			return nil, err
		}
	}
	return d.outcomes(r.all, len(r.good))
}

const maxBatch = 1000

// outcomes gathers the answers; when not one of the sent lines could be written it is the door that failed.
func (d *Door) outcomes(entries []*entry, sent int) ([]Outcome, error) {
	out := make([]Outcome, len(entries))
	var failed error
	n := 0
	for i, e := range entries {
		if e.err != nil {
			failed = e.err
			n++
			e.out.Verdict, e.out.Errors = Rejected, []*cx.Error{unavailable(nil)}
		}
		out[i] = e.out
	}
	if n > 0 && n == sent {
		return nil, failed
	}
	return out, nil
}

// Check tells what Batch would answer, and writes nothing.
func (d *Door) Check(ctx context.Context, lines []Line) ([]Outcome, error) {
	return d.check(ctx, lines, map[Key][16]byte{})
}

// open tells whether the door was started.
func (d *Door) open() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.begun
}

// send hands a job to the writer and waits for its end.
func (d *Door) send(ctx context.Context, j *job) error {
	if !d.open() {
		return unavailable(errClosed)
	}
	select {
	case <-d.closing:
		return unavailable(errClosed)
	case <-ctx.Done():
		return unavailable(ctx.Err())
	case d.jobs <- j:
	}
	select {
	case <-j.done:
		return nil
	case <-ctx.Done():
		return unavailable(ctx.Err())
	case <-d.done:
		select {
		case <-j.done:
			return nil
		default:
			return unavailable(errClosed)
		}
	}
}
