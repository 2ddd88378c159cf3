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
	"unicode"

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

func letters(r rune) rune {
	if unicode.IsLetter(r) || unicode.IsDigit(r) {
		return unicode.ToLower(r)
	}
	return -1
}

// figure of the answers kept by keep.
func figure(all []collect.Incoming, metric string, value func(float64) float64, keep func(collect.Incoming) bool) (float64, int) {
	var sum float64
	n := 0
	for _, in := range all {
		if v, ok := in.Scores[metric]; ok && keep(in) {
			sum += value(v)
			n++
		}
	}
	return sum / float64(n), n
}

func top(from float64) func(float64) float64 {
	return func(v float64) float64 {
		if v >= from {
			return 100
		}
		return 0
	}
}

func same(v float64) float64 { return v }

func net(v float64) float64 {
	switch {
	case v >= 9:
		return 100
	case v <= 6:
		return -100
	}
	return 0
}

// in a touchpoint, regions (nil: all) and days [from, to) from today.
func in(s *Story, touchpoint string, from, to int, regions ...string) func(collect.Incoming) bool {
	units := map[string]bool{}
	for _, p := range s.places {
		units[string(p.Key)] = len(regions) == 0 || slices.Contains(regions, string(p.region))
	}
	today := dayOf(now, s.zone)
	a, b := today.AddDate(0, 0, from), today.AddDate(0, 0, to)
	return func(f collect.Incoming) bool {
		return f.Audience == "customer" && f.Touchpoint == touchpoint && units[f.Unit] && !f.At.Before(a) && f.At.Before(b)
	}
}

func TestNewPartnerMissesAppointmentsThenSatisfactionFalls(t *testing.T) {
	s, all := told()
	partner, others := []string{"ouest", "sud-est"}, []string{"nord", "grand-est", "sud-ouest"}
	csat := func(from, to int, r []string) float64 {
		v, _ := figure(all, "csat", top(4), in(s, "technician", from, to, r...))
		return v
	}
	kept := func(from, to int, r []string) float64 {
		v, _ := figure(all, "kept", top(1), in(s, "technician", from, to, r...))
		return v
	}
	if before, after := kept(-120, -42, partner), kept(-38, 1, partner); before-after < 15 {
		t.Errorf("appointments kept: %.1f, then %.1f", before, after)
	}
	if d := math.Abs(kept(-120, -42, others) - kept(-38, 1, others)); d > 4 {
		t.Errorf("appointments kept elsewhere moved by %.1f", d)
	}
	before, early, late := csat(-120, -42, partner), csat(-42, -21, partner), csat(-15, 1, partner)
	if math.Abs(before-early) > 8 || early-late < 18 {
		t.Errorf("satisfaction in the partner's regions: %.1f, the first three weeks %.1f, then %.1f", before, early, late)
	}
	if d := math.Abs(csat(-120, -42, others) - csat(-15, 1, others)); d > 6 {
		t.Errorf("satisfaction elsewhere moved by %.1f", d)
	}
	t.Logf("csat %.1f → %.1f → %.1f; elsewhere %.1f → %.1f", before, early, late, csat(-120, -42, others), csat(-15, 1, others))
}

func TestNewCustomersLeaveWhereTheyWaited(t *testing.T) {
	s, all := told()
	count := func(from, to int, regions ...string) (n, young int) {
		keep := in(s, "cancel", from, to, regions...)
		for _, f := range all {
			if keep(f) {
				n++
				if months, ok := f.Attributes["tenure"].(float64); ok && months <= 3 {
					young++
				}
			}
		}
		return n, young
	}
	n0, y0 := count(-60, -40, "ouest", "sud-est")
	n1, y1 := count(-20, 0, "ouest", "sud-est")
	if float64(n1) < 1.3*float64(n0) || y1 < 3*y0 {
		t.Errorf("departures %d of which %d new, then %d of which %d new", n0, y0, n1, y1)
	}
}

func TestElectronicSignatureEasesThreeRegions(t *testing.T) {
	s, all := told()
	gain := func(regions ...string) float64 {
		before, _ := figure(all, "ces", same, in(s, "sign-up", -300, -120, regions...))
		after, _ := figure(all, "ces", same, in(s, "sign-up", -115, 1, regions...))
		return after - before
	}
	for _, r := range []string{"nord", "grand-est", "sud-ouest"} {
		if g := gain(r); g < 0.1 || g > 0.5 {
			t.Errorf("%s: %+.2f", r, g)
		}
	}
	with, control := gain("nord", "grand-est", "sud-ouest"), gain("ouest", "sud-est")
	if with-control < 0.18 || with-control > 0.42 || math.Abs(control) > 0.1 {
		t.Errorf("with %+.2f, control %+.2f", with, control)
	}
	t.Logf("with %+.2f, control %+.2f", with, control)
}

func TestVoiceMenuChangedNothing(t *testing.T) {
	s, all := told()
	before, _ := figure(all, "csat", top(4), in(s, "call", -200, -75, "nord", "grand-est", "sud-ouest"))
	after, _ := figure(all, "csat", top(4), in(s, "call", -75, 1, "nord", "grand-est", "sud-ouest"))
	if math.Abs(after-before) > 3.5 {
		t.Errorf("%.1f, then %.1f", before, after)
	}
}

func TestBarometerFollowsItsPath(t *testing.T) {
	s, all := told()
	wave := func(from, to int) float64 {
		v, n := figure(all, "nps", net, func(f collect.Incoming) bool { return f.Survey == "barometer" && in(s, "", from, to)(f) })
		if n < 1_500 {
			t.Errorf("wave %d: %d answers", from, n)
		}
		return v
	}
	base, today := wave(-380, -360), wave(-20, 1)
	if math.Abs(today-base-6) > 2.5 {
		t.Errorf("NPS %.1f a year ago, %.1f today: +6 was told", base, today)
	}
	t.Logf("NPS %.1f → %.1f", base, today)
}

func TestCodePINGrowsWhileSmall(t *testing.T) {
	s, all := told()
	count := func(from, to int) (n int) {
		keep := in(s, "app", from, to)
		for _, f := range all {
			if keep(f) && strings.Contains(strings.ToLower(f.Verbatim), "pin") {
				n++
				if f.Attributes["os"] != "android" {
					t.Errorf("on %v: %s", f.Attributes["os"], f.Verbatim)
				}
			}
		}
		return n
	}
	if a, b, c := count(-200, -14), count(-14, -7), count(-7, 0); a != 0 || b != 4 || c != 19 {
		t.Errorf("mentions: %d, then %d and %d a week; 0, 4 and 19 were told", a, b, c)
	}
}

func TestMovingMakesFatalists(t *testing.T) {
	s, all := told()
	answer := map[string]float64{}
	for _, f := range all {
		if v, ok := f.Scores["answer_given"]; ok {
			answer[f.Contact] = v
		}
	}
	middling, poor, noted := 0, 0, 0
	keep := in(s, "moving", -730, 1)
	for _, f := range all {
		if v, ok := f.Scores["nps"]; ok && keep(f) && v >= 7 && v <= 8 {
			middling++
			if a, ok := answer[f.Contact]; ok {
				noted++
				if a <= 2 {
					poor++
				}
			}
		}
	}
	if noted < 100 || float64(poor) < 0.5*float64(noted) {
		t.Errorf("%d in the middle, %d with the adviser's note, %d of them poor", middling, noted, poor)
	}
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
	if len(s.Cast()) != 8 {
		t.Errorf("%d in the cast", len(s.Cast()))
	}
}
