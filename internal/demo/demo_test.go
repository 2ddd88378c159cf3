package demo

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/collect"
)

// A Wednesday afternoon; the story is told once for all tests.
var now = time.Date(2026, 6, 17, 15, 42, 0, 0, time.UTC)

var told = sync.OnceValues(func() (*Story, []collect.Incoming) {
	s, err := Load()
	if err != nil {
		panic(err)
	}
	var all []collect.Incoming
	s.Feedbacks(now, func(in collect.Incoming) bool { all = append(all, in); return true })
	return s, all
})

func digest(all []collect.Incoming) uint64 {
	h := fnv.New64a()
	for _, in := range all {
		h.Write([]byte(in.SourceID + in.At.String() + in.Touchpoint + in.Unit + in.Agent + in.Verbatim + in.Contact))
		keys := make([]string, 0, len(in.Scores))
		for k := range in.Scores {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			h.Write([]byte{byte(in.Scores[k])})
		}
		if in.Customer != nil {
			h.Write([]byte(in.Customer.Ref + in.Customer.Email + in.Customer.Status))
		}
	}
	return h.Sum64()
}

func TestSameStoryToldTwiceIsTheSame(t *testing.T) {
	_, all := told()
	again, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	var second []collect.Incoming
	again.Feedbacks(now, func(in collect.Incoming) bool { second = append(second, in); return true })
	if len(all) != len(second) || digest(all) != digest(second) {
		t.Fatalf("%d feedbacks %x, then %d %x", len(all), digest(all), len(second), digest(second))
	}
	if d := cmp.Diff(all[90_000], second[90_000]); d != "" {
		t.Error(d)
	}
}

func TestStoryGoesOnWhereItStopped(t *testing.T) {
	s, all := told()
	known := map[string]bool{}
	for _, in := range all {
		known[in.SourceID] = true
	}
	later := now.Add(50 * time.Hour)
	n := 0
	for in := range s.Since(now, now, later) {
		if !in.At.After(now) || in.At.After(later) {
			t.Fatalf("%s at %s", in.SourceID, in.At)
		}
		if known[in.SourceID] {
			t.Fatalf("%s told twice", in.SourceID)
		}
		n++
	}
	if n < 350 || n > 900 {
		t.Errorf("%d feedbacks in two days", n)
	}
}

func TestVolumesAreAsPromised(t *testing.T) {
	s, all := told()
	var customers, employees, words int
	for _, in := range all {
		if in.Audience == string(cx.Employees) {
			employees++
			continue
		}
		customers++
		if in.Verbatim != "" {
			words++
		}
	}
	if customers < 150_000 || customers > 200_000 || employees < 6_000 {
		t.Errorf("%d customers, %d employees", customers, employees)
	}
	if share := float64(words) / float64(customers); share < 0.2 || share > 0.3 {
		t.Errorf("%.3f of customers write", share)
	}
	if j := s.Journeys(); len(j) != 3 {
		t.Errorf("%d journeys", len(j))
	}
	if n := len(s.points); n < 24 || n > 28 {
		t.Errorf("%d touchpoints", n)
	}
}

func TestEveryAgencyIsReadableEveryQuarter(t *testing.T) {
	s, all := told()
	type cell struct {
		touchpoint, unit string
		quarter          int
	}
	n := map[cell]int{}
	for _, in := range all {
		if in.Audience == string(cx.Customers) && in.Touchpoint != "" {
			n[cell{in.Touchpoint, in.Unit, int(now.Sub(in.At).Hours() / 24 / 91)}]++
		}
	}
	for _, tp := range []string{"sign-up", "technician", "internet", "bill", "call", "agency"} {
		for _, pl := range s.places {
			for q := range 8 {
				if got := n[cell{tp, string(pl.Key), q}]; got < 30 {
					t.Errorf("%s at %s, quarter −%d: %d answers", tp, pl.Key, q, got)
				}
			}
		}
	}
}

func TestEveryRegionHearsItsEmployees(t *testing.T) {
	s, all := told()
	n := map[[3]string]int{}
	region := map[string]string{}
	for _, pl := range s.places {
		region[string(pl.Key)] = string(pl.region)
	}
	for _, in := range all {
		if in.Survey == "field-voice" {
			year := "last"
			if in.At.After(now.AddDate(-1, 0, 0)) {
				year = "this"
			}
			n[[3]string{in.Touchpoint, region[in.Unit], year}]++
		}
	}
	for _, p := range s.points {
		for _, r := range s.file.Regions {
			for _, y := range []string{"last", "this"} {
				if got := n[[3]string{p.key, string(r.Key), y}]; got < 5 {
					t.Errorf("%s, %s, %s year: %d answers", p.key, r.Key, y, got)
				}
			}
		}
	}
}

func TestFeedbacksComeInOrderUpToMinutesAgo(t *testing.T) {
	_, all := told()
	ids := map[string]bool{}
	for i, in := range all {
		if ids[in.SourceID] {
			t.Fatalf("source id %s twice", in.SourceID)
		}
		ids[in.SourceID] = true
		if i > 0 && in.At.Before(all[i-1].At) {
			t.Fatalf("%s at %s after %s", in.SourceID, in.At, all[i-1].At)
		}
	}
	if ago := now.Sub(all[len(all)-1].At); ago <= 0 || ago > 5*time.Minute {
		t.Errorf("last answer %s ago", ago)
	}
	if ago := now.Sub(all[0].At).Hours() / 24; ago < 725 || ago > 735 {
		t.Errorf("first answer %.0f days ago", ago)
	}
}

func TestOrderHoldsAfterMidnight(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	s.file.Company.Days, s.file.Volumes.Customers = 30, 8_000 // a short story
	night := time.Date(2026, 6, 17, 0, 9, 0, 0, s.zone)
	var last time.Time
	s.Feedbacks(night, func(in collect.Incoming) bool {
		if in.At.Before(last) || in.At.After(night) {
			t.Fatalf("%s at %s after %s", in.SourceID, in.At, last)
		}
		last = in.At
		return true
	})
	if ago := night.Sub(last); ago > 6*time.Minute {
		t.Errorf("last answer %s ago", ago)
	}
}

func TestEverythingSentIsValid(t *testing.T) {
	s, all := told()
	builtin, err := catalogue.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	metrics := map[string]cx.Metric{}
	for _, m := range append(builtin.Metrics, s.Metrics()...) {
		if _, twice := metrics[string(m.Key)]; twice {
			t.Errorf("metric %s is built in", m.Key)
		}
		metrics[string(m.Key)] = m
	}
	units, points, attributes := map[string]bool{}, map[string]bool{"": true}, map[string]string{}
	for _, u := range s.Units() {
		units[string(u.Key)] = true
	}
	for _, p := range s.points {
		points[p.key] = true
	}
	for _, a := range s.Attributes() {
		attributes[string(a.Key)] = string(a.Type)
	}
	for _, in := range all {
		if !units[in.Unit] || !points[in.Touchpoint] || len(in.Scores) == 0 || in.Source != Source || in.SourceID == "" {
			t.Fatalf("unknown place or nothing said: %+v", in)
		}
		if in.Channel != "" && !slices.Contains(cx.Channels, in.Channel) || !slices.Contains(cx.Collections, in.CollectedBy) {
			t.Fatalf("unknown channel: %+v", in)
		}
		if c := in.Customer; c != nil && (c.Ref == "" || c.Status == "") {
			t.Fatalf("a customer without reference: %+v", in)
		}
		for k, v := range in.Scores {
			if m, ok := metrics[k]; !ok || v < m.Min || v > m.Max || v != math.Trunc(v) {
				t.Fatalf("%s = %v in %+v", k, v, in)
			}
		}
		for k, v := range in.Attributes {
			if _, text := v.(string); attributes[k] == "" || text != (attributes[k] == "text") || v == "" {
				t.Fatalf("attribute %s = %v", k, v)
			}
		}
		if in.Audience == string(cx.Employees) && (in.Customer != nil || in.Agent != "") {
			t.Fatalf("an employee named: %+v", in)
		}
	}
}

func TestEveryKeyIsValid(t *testing.T) {
	s, _ := told()
	var keys []string
	for _, j := range s.Journeys() {
		keys = append(keys, string(j.Key))
		for _, st := range j.Stages {
			keys = append(keys, string(st.Key))
			for _, tp := range st.Touchpoints {
				keys = append(keys, string(tp.Key))
				if tp.Name["fr"] == "" || tp.Name["en"] == "" || tp.Owner == "" {
					t.Errorf("%s: a name or its owner is missing", tp.Key)
				}
				for _, c := range tp.Channels {
					if !slices.Contains(cx.Channels, c) {
						t.Errorf("%s: channel %s", tp.Key, c)
					}
				}
			}
		}
	}
	for _, u := range s.Units() {
		keys = append(keys, string(u.Key))
	}
	for _, m := range s.Metrics() {
		keys = append(keys, string(m.Key))
	}
	for _, i := range s.Indicators() {
		keys = append(keys, string(i.Key))
	}
	for _, a := range s.Attributes() {
		keys = append(keys, string(a.Key))
	}
	for _, p := range s.places {
		for _, a := range p.agents {
			keys = append(keys, a.slug)
		}
	}
	for _, k := range keys {
		if !cx.ValidKey(k) {
			t.Errorf("%q is no key", k)
		}
	}
}

func TestNothingIsRepeatedTenTimes(t *testing.T) {
	_, all := told()
	n, english := map[string]int{}, 0
	for _, in := range all {
		if in.Verbatim == "" {
			continue
		}
		n[strings.Map(letters, in.Verbatim)]++
		if in.Lang == "en" {
			english++
		}
		if strings.ContainsAny(in.Verbatim, "{}[]|") || strings.Contains(in.Verbatim, "  ") {
			t.Errorf("not filled: %q", in.Verbatim)
		}
	}
	worst, distinct := 0, len(n)
	for _, c := range n {
		worst = max(worst, c)
	}
	if worst > maxRepeat || distinct < 8_000 || english < 500 {
		t.Errorf("said up to %d times, %d distinct, %d in English", worst, distinct, english)
	}
	t.Logf("%d distinct verbatims, the most repeated %d times, %d English", distinct, worst, english)
}

func TestDripIsOfThisMoment(t *testing.T) {
	s, _ := told()
	r := rand.New(rand.NewPCG(1, 2))
	seen := map[string]bool{}
	for range 300 {
		in := s.Drip(now, r)
		if !in.At.Equal(now) || seen[in.SourceID] || len(in.Scores) == 0 || in.Touchpoint == "" {
			t.Fatalf("%+v", in)
		}
		seen[in.SourceID] = true
	}
}

func BenchmarkFeedbacks(b *testing.B) {
	s, _ := told()
	n := 0
	for b.Loop() {
		s.Feedbacks(now, func(collect.Incoming) bool { n++; return true })
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "feedbacks/s")
}

func TestCastsCustomerHasATimeline(t *testing.T) {
	s, all := told()
	var touchpoints []string
	for _, in := range all {
		if in.Customer != nil && in.Customer.Ref == ref(castCustomer) {
			touchpoints = append(touchpoints, in.Touchpoint)
			if in.Customer.Name != "Denis Lambert" || in.Unit != "nantes" {
				t.Errorf("%+v of %s", *in.Customer, in.Unit)
			}
		}
	}
	if len(touchpoints) != 9 || touchpoints[8] != "call" {
		t.Errorf("lived %v", touchpoints)
	}
	if len(s.Cast()) != 9 {
		t.Errorf("%d in the cast", len(s.Cast()))
	}
}
