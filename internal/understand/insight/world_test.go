package insight

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// world is a small company held in memory beside a real feed.
type world struct {
	db         *record.DB
	mu         sync.Mutex
	feedbacks  map[int64]cx.Feedback
	identities map[int64]cx.IdentityID
	states     map[int64]cx.State
	catalogue  Catalogue
	journeys   []journey.Journey
	units      []people.Unit
	moves      []people.UnitChange
	now        time.Time
	zones      map[string]*time.Location
	sorted     []cx.Feedback // until something is put
}

func zones(t testing.TB) map[string]*time.Location {
	out := map[string]*time.Location{}
	for _, name := range []string{"Europe/Paris", "Indian/Reunion", "America/New_York"} {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = z
	}
	return out
}

func newWorld(t testing.TB) *world {
	return &world{db: recordtest.SQLite(t), feedbacks: map[int64]cx.Feedback{}, identities: map[int64]cx.IdentityID{},
		states: map[int64]cx.State{}, catalogue: testCatalogue(), journeys: testJourneys(), units: testUnits(),
		zones: zones(t), now: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)}
}

func ptr[T any](v T) *T { return &v }

func testCatalogue() Catalogue {
	c := Catalogue{Metrics: map[cx.MetricID]cx.Metric{
		"nps":   {Key: "nps", Min: 0, Max: 10, Top: ptr(9.0), Bottom: ptr(6.0), Direction: cx.HigherBetter},
		"csat":  {Key: "csat", Min: 1, Max: 5, Top: ptr(4.0), Direction: cx.HigherBetter},
		"fcr":   {Key: "fcr", Min: 0, Max: 1, Direction: cx.HigherBetter},
		"wait":  {Key: "wait", Min: 0, Max: 100000, Step: 0.001, Direction: cx.LowerBetter},
		"half":  {Key: "half", Min: 0, Max: 5, Step: 0.5, Direction: cx.HigherBetter},
		"never": {Key: "never", Min: 1, Max: 5, Direction: cx.HigherBetter},
	}, Indicators: map[cx.IndicatorID]cx.Indicator{}}
	add := func(key cx.IndicatorID, m cx.MetricID, f cx.Formula, p cx.Program, a cx.Audience) {
		i := cx.Indicator{Key: key, Metric: m, Formula: f, Program: p, Audience: a}
		if f == cx.Ratio {
			i.Numerator = []float64{1}
		}
		c.Indicators[key] = i
	}
	add("nps", "nps", cx.NetShare, cx.Transactional, cx.Customers)
	add("nps_relational", "nps", cx.NetShare, cx.Relational, cx.Customers)
	add("csat", "csat", cx.TopShare, cx.Transactional, cx.Customers)
	add("csat_mean", "csat", cx.Mean, cx.Transactional, cx.Customers)
	add("fcr", "fcr", cx.Ratio, cx.Transactional, cx.Customers)
	add("wait", "wait", cx.Median, cx.Transactional, cx.Customers)
	add("wait_sum", "wait", cx.Sum, cx.Transactional, cx.Customers)
	add("half", "half", cx.Mean, cx.Transactional, cx.Customers)
	add("never", "never", cx.Mean, cx.Transactional, cx.Customers)
	add("enps", "nps", cx.NetShare, cx.Relational, cx.Employees)
	for key, typ := range map[cx.AttributeID]catalogue.AttributeType{"segment": catalogue.TextAttribute,
		"age": catalogue.NumberAttribute, "vip": catalogue.BoolAttribute} {
		c.Attributes = append(c.Attributes, catalogue.Attribute{Key: key, Type: typ, Projected: true})
	}
	c.Attributes = append(c.Attributes, catalogue.Attribute{Key: "iban", Type: catalogue.TextAttribute, Projected: true, Personal: true})
	return c
}

func testJourneys() []journey.Journey {
	tp := func(keys ...cx.TouchpointID) (out []journey.Touchpoint) {
		for _, k := range keys {
			out = append(out, journey.Touchpoint{Key: k})
		}
		return out
	}
	return []journey.Journey{
		{Key: "main", Stages: []journey.Stage{{Key: "buy", Touchpoints: tp("shop", "order")}, {Key: "use", Touchpoints: tp("delivery", "bill")}}},
		{Key: "help", Stages: []journey.Stage{{Key: "use", Touchpoints: tp("call")}}},
	}
}

func testUnits() []people.Unit {
	return []people.Unit{
		{Key: "north", Level: "region"}, {Key: "south", Level: "region"}, {Key: "isles", Level: "region", Zone: "Indian/Reunion"},
		{Key: "lille", Parent: "north", Level: "agency"}, {Key: "arras", Parent: "north", Level: "agency"},
		{Key: "nice", Parent: "south", Level: "agency"}, {Key: "saint-denis", Parent: "isles", Level: "agency"},
	}
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// feedback makes the n-th feedback of a world, always the same.
func feedback(n int64) cx.Feedback {
	r := rand.New(rand.NewPCG(uint64(n), 7))
	at := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.Int64N(int64(17*30*24*time.Hour))) / 1000 * 1000)
	f := cx.Feedback{Source: pick(r, "crm", "web"), SourceID: fmt.Sprint(n), At: at, Received: at,
		Touchpoint: pick[cx.TouchpointID](r, "", "shop", "order", "delivery", "bill", "call", "gone"),
		Channel:    pick(r, "", "phone", "web", "store"), CollectedBy: pick(r, "email", "sms"),
		Program: pick(r, cx.Transactional, cx.Transactional, cx.Transactional, cx.Relational), Audience: cx.Customers,
		Unit:  pick[cx.UnitID](r, "", "lille", "arras", "nice", "saint-denis", "north", "unknown"),
		Agent: pick(r, "", "ann", "bob"), Lang: pick(r, "fr", "en"), Survey: pick(r, "", "s1"),
		Scores: map[cx.MetricID]int64{}, Attributes: map[cx.AttributeID]any{}}
	if r.IntN(8) == 0 {
		f.Audience, f.Program = cx.Employees, cx.Relational
	}
	for m, top := range map[cx.MetricID]int64{"nps": 11, "csat": 5, "fcr": 2, "wait": 5000, "half": 11} {
		k := rand.New(rand.NewPCG(uint64(n), uint64(top)+uint64(len(m))))
		if k.IntN(3) > 0 {
			f.Scores[m] = k.Int64N(top)
		}
	}
	if v, ok := f.Scores["csat"]; ok {
		f.Scores["csat"] = v + 1
	}
	if r.IntN(3) > 0 {
		f.Attributes["segment"] = pick(r, "premium", "basic", "")
		f.Attributes["age"] = pick(r, 18.0, 42.5, -3.0)
		f.Attributes["vip"] = pick(r, true, false)
		f.Attributes["iban"] = "FR76"
	}
	if r.IntN(2) == 0 {
		f.Verbatims = []cx.Verbatim{{Text: "words « here » \n" + fmt.Sprint(n)}}
	}
	return f
}

func payload(t testing.TB, f cx.Feedback) []byte {
	b, err := json.Marshal(struct {
		Schema int `json:"schema"`
		cx.Feedback
	}{1, f})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// put changes feedbacks and publishes it, seen together as from one transaction.
func (w *world) put(t testing.TB, kind record.Kind, state cx.State, fs ...cx.Feedback) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sorted = nil
	var events []record.Event
	for _, f := range fs {
		w.feedbacks[int64(f.ID)], w.states[int64(f.ID)] = f, state
		w.identities[int64(f.ID)] = f.Identity
		events = append(events, record.Event{Subject: record.Feedback, ID: int64(f.ID), Kind: kind})
	}
	w.publish(t, events...)
}

func (w *world) publish(t testing.TB, events ...record.Event) {
	err := w.db.Write(t.Context(), func(tx *record.Tx) error {
		tx.Publish(events...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// seed creates feedbacks from to to, in batches.
func (w *world) seed(t testing.TB, from, to int64) {
	for chunk := range slices.Chunk(numbers(from, to), 500) {
		var fs []cx.Feedback
		for _, n := range chunk {
			f := feedback(n)
			f.ID = cx.FeedbackID(n)
			if n%3 == 0 {
				f.Identity = cx.IdentityID(1 + n%97)
			}
			fs = append(fs, f)
		}
		w.put(t, record.Created, cx.Live, fs...)
	}
}

func numbers(from, to int64) (out []int64) {
	for n := from; n < to; n++ {
		out = append(out, n)
	}
	return out
}

func (w *world) stored(t testing.TB, id int64) collect.Stored {
	return collect.Stored{ID: cx.FeedbackID(id), State: w.states[id], Identity: w.identities[id], Payload: payload(t, w.feedbacks[id])}
}

func (w *world) deps(t testing.TB) Deps {
	return Deps{DB: w.db, Zone: w.zones["Europe/Paris"], Now: func() time.Time { return w.now },
		Read: func(_ context.Context, ids []int64) (out []collect.Stored, _ error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			for _, id := range ids {
				if _, ok := w.feedbacks[id]; ok {
					out = append(out, w.stored(t, id))
				}
			}
			return out, nil
		},
		All: func(_ context.Context, yield func(collect.Stored) error) error {
			for _, f := range w.all() {
				if err := yield(collect.Stored{ID: f.ID, State: f.State, Identity: f.Identity, Payload: payload(t, f)}); err != nil {
					return err
				}
			}
			return nil
		},
		Catalogue: func(context.Context) (*Catalogue, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			c := w.catalogue
			return &c, nil
		},
		Journeys: func(context.Context) ([]journey.Journey, error) { return w.journeys, nil },
		Units: func(context.Context) ([]people.Unit, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			return slices.Clone(w.units), nil
		},
	}
}

func (w *world) all() []cx.Feedback {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sorted != nil {
		return w.sorted
	}
	var out []cx.Feedback
	for id, f := range w.feedbacks {
		f.ID, f.State, f.Identity = cx.FeedbackID(id), w.states[id], w.identities[id]
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b cx.Feedback) int { return cmp.Compare(a.ID, b.ID) })
	w.sorted = out
	return out
}

func (w *world) start(t testing.TB, dir string) *Insight {
	t.Helper()
	i := New(Config{Dir: dir}, w.deps(t))
	if err := i.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(i.Stop)
	w.settle(t, i)
	return i
}

// settle waits until the figures have reached the head of the feed.
func (w *world) settle(t testing.TB, i *Insight) {
	t.Helper()
	head, err := w.db.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := i.WaitFor(ctx, head); err != nil {
		t.Fatal(err)
	}
	for !i.Ready() {
		select {
		case <-i.Moved():
		case <-ctx.Done():
			t.Fatal("never ready")
		}
	}
}
