package collect_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

var today = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// house is what the door is told of the rest of the house.
type house struct {
	db          *record.DB
	customers   *customer.Reference
	touchpoints map[cx.TouchpointID]bool
	units       map[cx.UnitID]bool
	met         map[cx.AttributeID]any
	asked       atomic.Int64
	now         func() time.Time // nil: today
	mu          sync.Mutex
}

func newHouse(db *record.DB) *house {
	return &house{db: db, customers: customer.New(customer.Config{}, customer.Deps{DB: db}),
		touchpoints: map[cx.TouchpointID]bool{"delivery": true, "repair": true},
		units:       map[cx.UnitID]bool{"north": true, "south": true}, met: map[cx.AttributeID]any{}}
}

func (h *house) deps() collect.Deps {
	metrics := map[cx.MetricID]cx.Metric{
		"nps":  {Key: "nps", Min: 0, Max: 10, NonAnswers: []float64{99}},
		"csat": {Key: "csat", Min: 1, Max: 5},
		"fcr":  {Key: "fcr", Min: 0, Max: 1},
		"mark": {Key: "mark", Min: 0, Max: 20, Step: 0.5},
	}
	now := h.now
	if now == nil {
		now = func() time.Time { return today }
	}
	return collect.Deps{DB: h.db, Customers: h.customers, Now: now,
		Metrics: func(context.Context) (map[cx.MetricID]cx.Metric, error) { h.asked.Add(1); return metrics, nil },
		Touchpoints: func(context.Context) (map[cx.TouchpointID]bool, error) {
			return h.touchpoints, nil
		},
		Units: func(context.Context) (map[cx.UnitID]bool, error) {
			h.mu.Lock()
			defer h.mu.Unlock()
			return maps.Clone(h.units), nil
		},
		Attributes: func(_ context.Context, seen map[cx.AttributeID]any) error {
			h.mu.Lock()
			defer h.mu.Unlock()
			for k, v := range seen {
				h.met[k] = v
			}
			return nil
		},
		Within: func(_ context.Context, p people.Perimeter, u cx.UnitID) (bool, error) {
			for _, r := range p.Roots {
				if r == u {
					return true, nil
				}
			}
			return false, nil
		},
	}
}

func open(t testing.TB, db *record.DB) (*collect.Door, *house) {
	t.Helper()
	h := newHouse(db)
	return start(t, h, collect.Config{Dir: t.TempDir(), Sweep: time.Hour}), h
}

func start(t testing.TB, h *house, c collect.Config) *collect.Door {
	t.Helper()
	d, err := collect.New(c, h.deps())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Stop)
	return d
}

func feedback(n int) collect.Incoming {
	return collect.Incoming{Source: "crm", SourceID: fmt.Sprint("s", n), At: today.Add(-time.Hour), Touchpoint: "delivery", Channel: "phone",
		Unit: "north", Scores: collect.Scores{"nps": 9, "csat": 4}, Verbatim: fmt.Sprint("Livreur très aimable, colis n° ", n)}
}

func put(t testing.TB, d *collect.Door, in collect.Incoming) collect.Outcome {
	t.Helper()
	out, err := d.Put(context.Background(), "", in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPutAnswersEveryVerdict(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, _ := open(t, db)
		first := put(t, d, feedback(1))
		other := feedback(1)
		other.Scores["nps"] = 3
		lost := feedback(2)
		lost.Touchpoint = "livraison"
		if err := d.Erase(context.Background(), put(t, d, feedback(3)).ID); err != nil {
			t.Fatal(err)
		}
		bad := feedback(4)
		bad.Scores = collect.Scores{"nps": 11, "csat": 2.5, "ces": 1}
		bad.Channel = "telepathy"
		for _, c := range []struct {
			name    string
			in      collect.Incoming
			verdict collect.Verdict
			codes   string
		}{
			{"again the same", feedback(1), collect.Duplicate, ""},
			{"other content", other, collect.Conflicting, "collect.conflict"},
			{"unknown touchpoint", lost, collect.Waiting, ""},
			{"erased before", feedback(3), collect.Gone, ""},
			{"every problem", bad, collect.Rejected, "collect.unknown_channel collect.unknown_metric score.fraction score.off_scale"},
		} {
			t.Run(c.name, func(t *testing.T) {
				out := put(t, d, c.in)
				if out.Verdict != c.verdict || codes(out.Errors) != c.codes {
					t.Errorf("%s %s, want %s %s", out.Verdict, codes(out.Errors), c.verdict, c.codes)
				}
				if c.verdict == collect.Duplicate && out.ID != first.ID {
					t.Errorf("id %d, first was %d", out.ID, first.ID)
				}
			})
		}
	})
}

func codes(errs []*cx.Error) string {
	var out []string
	for _, e := range errs {
		out = append(out, e.Code)
	}
	return strings.Join(out, " ")
}

func TestPutIsReadAsItWasSent(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, h := open(t, db)
		in := feedback(1)
		in.Scores = collect.Scores{"mark": 12.5, "fcr": 1, "nps": 99}
		in.Verbatims = []cx.Verbatim{{Question: "why", Text: "\"Bien\"\n\\ \u2028 é"}, {Text: "   "}}
		in.Attributes = map[string]any{"segment": "premium", "baskets": 3, "vip": true, "x": 0.1}
		in.Customer = &collect.Customer{Email: " Anne@Example.org ", Name: "Anne", Attributes: map[string]any{"city": "Brest", "segment": "basic"}}
		out := put(t, d, in)
		got, err := d.Feedbacks(context.Background(), people.Whole(), []cx.FeedbackID{out.ID, 999})
		if err != nil || len(got) != 1 {
			t.Fatal(got, err)
		}
		want := cx.Feedback{ID: out.ID, Identity: got[0].Identity, Source: "crm", SourceID: "s1", At: in.At, Received: today, Touchpoint: "delivery",
			Channel: "phone", Program: cx.Transactional, Audience: cx.Customers, Unit: "north", Scores: map[cx.MetricID]int64{"mark": 25, "fcr": 1},
			Verbatims:  []cx.Verbatim{{Text: in.Verbatim}, in.Verbatims[0]},
			Attributes: map[cx.AttributeID]any{"segment": "premium", "baskets": 3.0, "vip": true, "x": 0.1, "city": "Brest"}}
		if diff := cmp.Diff(want, got[0]); diff != "" {
			t.Error(diff)
		}
		if got[0].Identity == 0 || h.met["segment"] != "premium" {
			t.Errorf("identity %d, attributes told %v", got[0].Identity, h.met)
		}
		whole, err := h.customers.Customers(context.Background(), people.Whole(), []cx.IdentityID{got[0].Identity})
		if err != nil || whole[got[0].Identity].Name != "Anne" || whole[got[0].Identity].Identities[0].Value != "anne@example.org" {
			t.Errorf("customer %+v, %v", whole, err)
		}
	})
}

func (h *house) open(u cx.UnitID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.units[u] = true
}

func word(s string) *string { return &s }

func TestPresentGivesExactlyTheRowsAskedFor(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, _ := open(t, db)
		lines := make([]collect.Line, 6)
		for i := range lines {
			lines[i] = collect.Line{Number: i + 1, Incoming: feedback(i)}
		}
		out, err := d.Batch(ctx, lines)
		if err != nil {
			t.Fatal(err)
		}
		id := func(n int) int64 { return int64(out[n].ID) }
		for name, c := range map[string]struct{ asked, want []int64 }{
			"in a row":             {[]int64{id(1), id(2), id(3)}, []int64{id(1), id(2), id(3)}},
			"with a gap":           {[]int64{id(0), id(2), id(3)}, []int64{id(0), id(2), id(3)}},
			"backwards":            {[]int64{id(3), id(2)}, []int64{id(2), id(3)}},
			"one":                  {[]int64{id(4)}, []int64{id(4)}},
			"beyond what is there": {[]int64{id(5), id(5) + 1}, []int64{id(5)}},
			"none":                 {nil, []int64{}},
		} {
			stored, err := d.Present(ctx, c.asked)
			got := []int64{}
			for _, s := range stored {
				got = append(got, int64(s.ID))
			}
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%s: %v %s", name, err, diff)
			}
		}
	})
}
