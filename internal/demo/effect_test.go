package demo

import (
	"math"
	"slices"
	"strings"
	"testing"
	"unicode"

	"vigie/internal/listen/collect"
)

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
