package insight

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/duckdb/duckdb-go/v2"
	gocmp "github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/people"
	"vigie/internal/record"
)

// figures asks enough to see any row that is wrong.
func figures(t *testing.T, i *Insight) [][]Row {
	t.Helper()
	var out [][]Row
	for _, q := range []Query{
		{Indicator: "nps", By: []string{"day", "touchpoint", "unit"}},
		{Indicator: "csat", By: []string{"attributes.segment", "attributes.age", "channel"}},
		{Indicator: "wait_sum", By: []string{"agent", "language", "source"}},
		{Indicator: "half", By: []string{"score", "collected_by", "survey"}},
	} {
		a, err := i.Ask(t.Context(), people.Whole(), q)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, a.Rows)
	}
	return out
}

// checkWorld compares with brute force.
func (w *world) check(t *testing.T, i *Insight) {
	t.Helper()
	for _, q := range []Query{{Indicator: "nps", By: []string{"touchpoint", "month"}}, {Indicator: "wait_sum"},
		{Indicator: "csat", By: []string{"attributes.segment", "unit.region"}}} {
		w.compare(t, i, people.Whole(), q)
	}
}

func (w *world) change(id int64, change func(*cx.Feedback)) cx.Feedback {
	f := w.feedbacks[id]
	f.ID, f.Identity = cx.FeedbackID(id), w.identities[id]
	change(&f)
	return f
}

func TestFiguresFollowEveryChangeAndEqualARebuild(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 400)
	dir := t.TempDir()
	i := w.start(t, dir)
	w.check(t, i)
	// new ones, one amended before the projector sees it, one amended after, one erased at once
	w.seed(t, 400, 900)
	for id := int64(350); id < 450; id += 7 {
		w.put(t, record.Amended, cx.Live, w.change(id, func(f *cx.Feedback) {
			f.Scores = map[cx.MetricID]int64{"nps": 10, "csat": 1}
			f.Channel = "brand new"
		}))
	}
	w.put(t, record.Created, cx.Quarantined, w.change(20, func(f *cx.Feedback) { f.ID = 2000; f.Touchpoint = "not mapped" }))
	for id := int64(1); id < 60; id += 3 {
		w.put(t, record.Erased, cx.Erased, cx.Feedback{ID: cx.FeedbackID(id)})
	}
	w.settle(t, i)
	w.check(t, i)
	w.put(t, record.Repaired, cx.Live, w.change(2000, func(f *cx.Feedback) { f.Touchpoint = "shop" }))
	w.settle(t, i)
	w.check(t, i)
	before := figures(t, i)
	position := i.Position()
	if err := i.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if i.Position().Before(position) {
		t.Error("figures went back in time")
	}
	if d := gocmp.Diff(before, figures(t, i)); d != "" {
		t.Errorf("rebuilt figures differ:\n%s", d)
	}
	w.seed(t, 900, 950)
	w.settle(t, i)
	w.check(t, i)
	i.Stop()
	w.seed(t, 950, 1000)
	w.check(t, w.start(t, dir))
	if names, _ := filepath.Glob(filepath.Join(dir, "*.duckdb")); len(names) != 1 {
		t.Errorf("files left: %v", names)
	}
}

func TestRebuildGoesOnWhileFeedbackArrives(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 300)
	i := w.start(t, t.TempDir())
	arrive := make(chan error, 1)
	go func() {
		var err error
		for n := 0; n < 5 && err == nil; n++ {
			err = i.Rebuild(context.Background())
		}
		arrive <- err
	}()
	arriving := func() bool {
		select {
		case err := <-arrive:
			arrive <- err
			return false
		default:
			return true
		}
	}
	// bounded: were it quicker than rebuilding, each rebuild would be longer than the one before
	for next := int64(300); next < 6000 && arriving(); next += 20 {
		w.seed(t, next, next+20)
		w.put(t, record.Amended, cx.Live, w.change(next-100, func(f *cx.Feedback) { f.Scores = map[cx.MetricID]int64{"nps": next % 11} }))
	}
	if err := <-arrive; err != nil {
		t.Fatal(err)
	}
	w.settle(t, i)
	w.check(t, i)
}

func TestCompactionLeavesNoByteOfTheErased(t *testing.T) {
	const name = "Adviser-Zebulon-Quatrevents"
	w := newWorld(t)
	w.seed(t, 1, 50)
	w.put(t, record.Created, cx.Live, w.change(5, func(f *cx.Feedback) {
		f.ID, f.Agent, f.Audience = 60, name, cx.Customers
		f.Attributes = map[cx.AttributeID]any{"segment": name}
	}))
	dir := t.TempDir()
	i := w.start(t, dir)
	if !holds(t, dir, name) {
		t.Fatal("the test looks for what is not written")
	}
	w.put(t, record.Erased, cx.Erased, cx.Feedback{ID: 60})
	w.settle(t, i)
	if err := i.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.check(t, i)
	i.Stop()
	if holds(t, dir, name) {
		t.Error("the name is still in a file")
	}
}

func holds(t *testing.T, dir, text string) (found bool) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		found = found || bytes.Contains(b, []byte(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// until waits for a condition that the projector brings about, or fails.
func until(t *testing.T, i *Insight, what string, holds func() bool) {
	t.Helper()
	limit := time.After(time.Minute)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatal("never: " + what)
		}
	}
}

func (w *world) restructure(t *testing.T, change func()) {
	w.mu.Lock()
	change()
	w.mu.Unlock()
	w.publish(t, record.Event{Subject: record.Structure, Kind: record.Amended})
}

func TestAnAttributeProjectedLaterIsBackFilled(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 300)
	w.catalogue.Attributes = w.catalogue.Attributes[:0:0]
	i := w.start(t, t.TempDir())
	q := Query{Indicator: "nps", By: []string{"attributes.segment"}}
	if _, err := i.Ask(t.Context(), people.Whole(), q); cx.KindOf(err) != cx.Invalid {
		t.Fatalf("got %v", err)
	}
	w.restructure(t, func() { w.catalogue.Attributes = testCatalogue().Attributes })
	until(t, i, "attribute askable", func() bool {
		_, err := i.Ask(t.Context(), people.Whole(), q)
		return err == nil
	})
	w.compare(t, i, people.Whole(), q)
}

func TestABackFillThatFailedIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 50)
	w.catalogue.Attributes = nil
	d := w.deps(t)
	var failures atomic.Int32
	all := d.All
	d.All = func(ctx context.Context, yield func(collect.Stored) error) error {
		if failures.Add(-1) >= 0 {
			return errors.New("the record is busy")
		}
		return all(ctx, yield)
	}
	i := New(Config{Dir: t.TempDir()}, d)
	if err := i.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(i.Stop)
	w.settle(t, i)
	failures.Store(1)
	w.restructure(t, func() { w.catalogue.Attributes = testCatalogue().Attributes })
	until(t, i, "attribute askable", func() bool {
		_, err := i.Ask(t.Context(), people.Whole(), Query{Indicator: "nps", By: []string{"attributes.segment"}})
		return err == nil
	})
	if failures.Load() >= 0 {
		t.Error("nothing failed")
	}
}

func TestPersonalAttributesAreNeverProjected(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 100)
	dir := t.TempDir()
	i := w.start(t, dir)
	_, err := i.Ask(t.Context(), people.Whole(), Query{Indicator: "nps", By: []string{"attributes.iban"}})
	if e, ok := errors.AsType[*cx.Error](err); !ok || e.Kind != cx.Invalid || e.Field != "by[0]" {
		t.Errorf("got %v", err)
	}
	i.Stop()
	if holds(t, dir, "FR76") {
		t.Error("the value is in the file")
	}
}

func TestAUnitThatChangesZoneMovesItsDays(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 500)
	i := w.start(t, t.TempDir())
	q := Query{Indicator: "nps", By: []string{"day"}, Where: Where{"unit": {In: []any{"lille"}}}}
	w.compare(t, i, people.Whole(), q)
	old := i.cur.path
	w.restructure(t, func() { w.units[3].Zone = "America/New_York" })
	until(t, i, "rebuilt", func() bool {
		i.hold.RLock()
		defer i.hold.RUnlock()
		return i.cur != nil && i.cur.path != old
	})
	w.compare(t, i, people.Whole(), q)
}

func TestMetricsFindRoomWhenTheyAppearOrGrow(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 50)
	i := w.start(t, t.TempDir())
	w.put(t, record.Created, cx.Live, w.change(1, func(f *cx.Feedback) {
		f.ID, f.Program, f.Audience = 1000, cx.Transactional, cx.Customers
		f.Scores = map[cx.MetricID]int64{"undeclared": 70_000, "nps": 5}
	}))
	w.settle(t, i)
	w.restructure(t, func() {
		w.catalogue = testCatalogue()
		w.catalogue.Metrics["undeclared"] = cx.Metric{Key: "undeclared", Min: 0, Max: 100_000, Direction: cx.HigherBetter}
		w.catalogue.Metrics["csat"] = cx.Metric{Key: "csat", Min: 1, Max: 1e6, Top: ptr(4.0), Direction: cx.HigherBetter}
		w.catalogue.Indicators["undeclared"] = cx.Indicator{Key: "undeclared", Metric: "undeclared", Formula: cx.Sum,
			Program: cx.Transactional, Audience: cx.Customers}
	})
	w.put(t, record.Created, cx.Live, w.change(1, func(f *cx.Feedback) {
		f.ID, f.Program, f.Audience = 1001, cx.Transactional, cx.Customers
		f.Scores = map[cx.MetricID]int64{"csat": 999_999}
	}))
	w.settle(t, i)
	for _, ind := range []cx.IndicatorID{"undeclared", "csat", "csat_mean", "nps"} {
		w.compare(t, i, people.Whole(), Query{Indicator: ind, By: []string{"score"}})
	}
	if err := i.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.compare(t, i, people.Whole(), Query{Indicator: "undeclared"})
	w.compare(t, i, people.Whole(), Query{Indicator: "csat"})
}

func TestARebuildMeetsAnUndeclaredMetric(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 5000)
	w.put(t, record.Amended, cx.Live, w.change(2500, func(f *cx.Feedback) {
		f.Program, f.Audience = cx.Transactional, cx.Customers
		f.Scores = map[cx.MetricID]int64{"undeclared": 70_000}
	}))
	i := w.start(t, t.TempDir())
	w.check(t, i)
	w.restructure(t, func() {
		w.catalogue = testCatalogue()
		w.catalogue.Metrics["undeclared"] = cx.Metric{Key: "undeclared", Min: 0, Max: 100_000, Direction: cx.HigherBetter}
		w.catalogue.Indicators["undeclared"] = cx.Indicator{Key: "undeclared", Metric: "undeclared", Formula: cx.Sum,
			Program: cx.Transactional, Audience: cx.Customers}
	})
	w.settle(t, i)
	w.compare(t, i, people.Whole(), Query{Indicator: "undeclared"})
}

func TestAnotherEraRebuildsFromTheRecord(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 300)
	dir := t.TempDir()
	i := w.start(t, dir)
	i.Stop()
	// an older backup comes back: less feedback than the projection holds
	w.mu.Lock()
	for id := int64(200); id < 300; id++ {
		delete(w.feedbacks, id)
	}
	w.sorted = nil
	w.mu.Unlock()
	if _, err := w.db.NewEra(t.Context()); err != nil {
		t.Fatal(err)
	}
	i = New(Config{Dir: dir}, w.deps(t))
	if err := i.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(i.Stop)
	era, err := w.db.Era(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	until(t, i, "of the new era", func() bool {
		i.hold.RLock()
		defer i.hold.RUnlock()
		return i.cur != nil && i.cur.at.Load().Era == era
	})
	w.check(t, i)
}

func TestFilesThatCannotBeUsedAreRebuilt(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, path string){
		"garbage": func(t *testing.T, path string) {
			if err := os.WriteFile(path, bytes.Repeat([]byte("no database "), 4096), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"another schema": func(t *testing.T, path string) {
			i := New(Config{Dir: filepath.Dir(path)}, Deps{})
			s, err := i.openStore(t.Context(), path, false)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(s.mark(t.Context(), "schema", "0"), s.close()); err != nil {
				t.Fatal(err)
			}
		},
		"deleted": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.seed(t, 1, 200)
			dir := t.TempDir()
			i := w.start(t, dir)
			path := i.cur.path
			i.Stop()
			spoil(t, path)
			w.check(t, w.start(t, dir))
		})
	}
}

func TestAFatalErrorReopensThenRebuilds(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 200)
	dir := t.TempDir()
	i := w.start(t, dir)
	i.follower.Stop()
	fatal := fmt.Errorf("apply: %w", &duckdb.Error{Type: duckdb.ErrorTypeFatal, Msg: "disk on fire"})
	path := i.cur.path
	if err := i.recover(t.Context(), fatal); err != nil {
		t.Fatal(err)
	}
	if i.cur.path != path {
		t.Error("the first fatal error should reopen the same file")
	}
	w.check(t, i)
	if err := i.recover(t.Context(), fatal); err != nil {
		t.Fatal(err)
	}
	if i.cur.path == path || i.Ready() {
		t.Error("the second should move the file aside and wait for a rebuild")
	}
	if _, err := i.Ask(t.Context(), people.Whole(), Query{Indicator: "nps"}); cx.KindOf(err) != cx.Unavailable {
		t.Errorf("got %v", err)
	}
	if _, err := i.follower.RunOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.check(t, i)
}

func TestAProjectionThatWasKilledReopensWhereItStood(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 300)
	dir := t.TempDir()
	i := w.start(t, dir)
	w.seed(t, 300, 400)
	w.settle(t, i)
	// what a kill leaves: the file and its log as they are on disk, and the beginning of a rebuild
	left := t.TempDir()
	for _, suffix := range []string{"", ".wal"} {
		if b, err := os.ReadFile(i.cur.path + suffix); err == nil {
			if err := os.WriteFile(filepath.Join(left, filepath.Base(i.cur.path)+suffix), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	half := filepath.Join(left, strings.Replace(filePattern, "*", "99999999999999999999", 1))
	s, err := i.openStore(t.Context(), half, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	i.Stop()
	j := New(Config{Dir: left}, w.deps(t))
	if err := j.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer j.Stop()
	if head, _ := w.db.Head(t.Context()); j.Position() != head {
		t.Errorf("reopened at %v, not %v", j.Position(), head)
	}
	w.check(t, j)
	if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
		t.Error("half a rebuild is left")
	}
}

func TestStopIsSafeAtAnyTime(t *testing.T) {
	w := newWorld(t)
	i := New(Config{Dir: t.TempDir()}, w.deps(t))
	i.Stop()
	if err := i.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	i.Stop()
	i.Stop()
	if _, err := i.Ask(t.Context(), people.Whole(), Query{Indicator: "nps"}); cx.KindOf(err) != cx.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestAConflictingTypeIsNotProjected(t *testing.T) {
	w := newWorld(t)
	w.put(t, record.Created, cx.Live, func() cx.Feedback {
		f := feedback(1)
		f.ID, f.Program, f.Audience = 1, cx.Transactional, cx.Customers
		f.Scores = map[cx.MetricID]int64{"nps": 9}
		f.Attributes = map[cx.AttributeID]any{"segment": 12.0, "age": "old", "vip": "yes"}
		return f
	}())
	i := w.start(t, t.TempDir())
	for _, key := range []string{"segment", "age", "vip"} {
		a, err := i.Ask(t.Context(), people.Whole(), Query{Indicator: "nps", By: []string{"attributes." + key}})
		if err != nil || len(a.Rows) != 1 || a.Rows[0].By["attributes."+key] != "" || a.Rows[0].Figure.N != 1 {
			t.Errorf("%s: %+v %v", key, a, err)
		}
	}
}

func TestARebuildThatFailsAtItsEndLeavesFiguresInUse(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 200)
	deps, asked := w.deps(t), 0
	failing := false
	deps.Catalogue = func(ctx context.Context) (*Catalogue, error) {
		if asked++; failing && asked == 2 {
			return nil, errors.New("the record is gone")
		}
		return w.deps(t).Catalogue(ctx)
	}
	i := New(Config{Dir: t.TempDir()}, deps)
	if err := i.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(i.Stop)
	w.settle(t, i)
	i.follower.Stop()
	before := figures(t, i)
	asked, failing = 0, true
	if err := i.Rebuild(t.Context()); err == nil {
		t.Fatal("rebuilt without the record")
	}
	if diff := gocmp.Diff(before, figures(t, i)); diff != "" {
		t.Error(diff)
	}
	if err := i.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(before, figures(t, i)); diff != "" {
		t.Error(diff)
	}
}
