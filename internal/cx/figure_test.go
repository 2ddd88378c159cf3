package cx

import (
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func at(v float64) *float64 { return &v }

var nps = Metric{Key: "nps", Name: Text{"fr": "NPS"}, Max: 10, Direction: HigherBetter, Top: at(9), Bottom: at(6)}
var csat = Metric{Key: "csat", Name: Text{"fr": "CSAT"}, Min: 1, Max: 5, Direction: HigherBetter, Top: at(4)}
var effort = Metric{Key: "ces1", Name: Text{"fr": "Effort"}, Min: 1, Max: 5, Direction: LowerBetter, Top: at(2), Bottom: at(4)}
var wait = Metric{Key: "wait", Name: Text{"fr": "Attente"}, Max: 3600, Step: 0.001, Direction: LowerBetter}

func metrics() []Metric {
	return []Metric{nps, csat, effort, wait, {Key: "temp", Min: -2, Max: 2, Step: 0.1, Top: at(1)}}
}

// drawAnswers draws raw answers of a metric, few or many, all alike or not.
func drawAnswers(t *rapid.T, m Metric) []int64 {
	g := m.grain()
	first, _ := g.point(m.Min)
	last, _ := g.point(m.Max)
	return rapid.SliceOfN(rapid.Int64Range(first, last), 0, 60).Draw(t, "points")
}

func drawSpec(t *rapid.T) (Indicator, Metric) {
	m := rapid.SampledFrom(metrics()).Draw(t, "metric")
	i := Indicator{Metric: m.Key, Formula: rapid.SampledFrom(Formulas()).Draw(t, "formula")}
	if i.Formula == Ratio {
		i.Numerator = []float64{m.Min, m.Max}
		i.Per = rapid.SampledFrom([]float64{0, 1, 1000}).Draw(t, "per")
	}
	return i, m
}

// byHand computes a figure from the answers one by one, in fractions, reading the definitions anew.
func byHand(i Indicator, m Metric, points []int64) float64 {
	step := new(big.Rat).SetInt64(1)
	if m.Step != 0 {
		step.SetFrac64(1, int64(math.Round(1/m.Step)))
	}
	var raw []*big.Rat
	var top, bottom, in int64
	for _, p := range points {
		x := new(big.Rat).Mul(new(big.Rat).SetInt64(p), step)
		raw = append(raw, x)
		v, _ := x.Float64()
		good, bad := m.Top != nil && v >= *m.Top, m.Bottom != nil && v <= *m.Bottom
		if m.Direction == LowerBetter {
			good, bad = m.Top != nil && v <= *m.Top, m.Bottom != nil && v >= *m.Bottom
		}
		if m.Bottom == nil && m.Top != nil {
			bad = !good
		}
		top, bottom, in = top+count(good), bottom+count(bad), in+count(v == m.Min || v == m.Max)
	}
	n := new(big.Rat).SetInt64(int64(len(points)))
	result := new(big.Rat)
	switch i.Formula {
	case NetShare:
		result.Quo(big.NewRat(100*(top-bottom), 1), n)
	case TopShare:
		result.Quo(big.NewRat(100*top, 1), n)
	case Ratio:
		per := int64(i.Per)
		if per == 0 {
			per = 100
		}
		result.Quo(big.NewRat(per*in, 1), n)
	case Mean, Sum:
		for _, x := range raw {
			result.Add(result, x)
		}
		if i.Formula == Mean {
			result.Quo(result, n)
		}
	case Median:
		slices.SortFunc(raw, (*big.Rat).Cmp)
		result.Add(raw[(len(raw)-1)/2], raw[len(raw)/2])
		result.Mul(result, big.NewRat(1, 2))
	}
	f, _ := result.Float64()
	return f
}

func count(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func TestFigureEqualsFractionsComputedByHand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i, m := drawSpec(t)
		points := drawAnswers(t, m)
		f := NewSpec(i, m).Figure(HistogramOf(points...))
		if f.N != int64(len(points)) || f.Has != (len(points) > 0) {
			t.Fatalf("n = %d, has %v of %d answers", f.N, f.Has, len(points))
		}
		if !f.Has {
			if f != (Figure{}) {
				t.Fatalf("no answer gives %+v", f)
			}
			return
		}
		if want := byHand(i, m, points); f.Value != want {
			t.Fatalf("%s of %v = %v, by hand %v", i.Formula, points, f.Value, want)
		}
	})
}

func TestFigureStaysInsideItsIntervalAndItsRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i, m := drawSpec(t)
		s := NewSpec(i, m)
		f := s.Figure(HistogramOf(drawAnswers(t, m)...))
		low, high := s.Range()
		if !f.Has {
			return
		}
		if !(low <= f.Low && f.Low <= f.Value && f.Value <= f.High && f.High <= high) {
			t.Fatalf("%v ≤ %v ≤ %v ≤ %v ≤ %v does not hold", low, f.Low, f.Value, f.High, high)
		}
		if f.Top+f.Middle+f.Bottom != f.N {
			t.Fatalf("%d + %d + %d ≠ %d", f.Top, f.Middle, f.Bottom, f.N)
		}
	})
}

// The centre of a shrunk interval moves towards the middle, by less than its margin: from two answers on, holding() only ever
// repairs rounding.
func TestIntervalHoldsTheValueWithoutHelp(t *testing.T) {
	const noise = 1e-9
	rapid.Check(t, func(t *rapid.T) {
		i, m := drawSpec(t)
		h := HistogramOf(drawAnswers(t, m)...)
		if h.N() < 2 { // one answer −100 is −100 [−98.5; 48.5] by the formula
			return
		}
		s, f := NewSpec(i, m), Figure{N: h.N()}
		for v, n := range h.All() {
			*s.box(&f, v) += n
		}
		if in := s.measure(&f, h); in.low > f.Value+noise || in.high < f.Value-noise {
			t.Fatalf("%v not in [%v; %v]", f.Value, in.low, in.high)
		}
	})
}

func TestTurningTheScaleMirrorsTheFigure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := rapid.SliceOfN(rapid.Int64Range(0, 10), 1, 60).Draw(t, "points")
		formula := rapid.SampledFrom([]Formula{NetShare, TopShare, Mean, Median}).Draw(t, "formula")
		turned := Metric{Max: 10, Direction: LowerBetter, Top: at(1), Bottom: at(4)}
		var back []int64
		for _, p := range points {
			back = append(back, 10-p)
		}
		a := NewSpec(Indicator{Formula: formula}, nps).Figure(HistogramOf(points...))
		b := NewSpec(Indicator{Formula: formula}, turned).Figure(HistogramOf(back...))
		if formula == Mean || formula == Median { // the figure itself is mirrored; of boxes, top stays top
			b.Value, b.Low, b.High = 10-b.Value, 10-b.High, 10-b.Low
		}
		if diff := cmp.Diff(a, b, near(1e-9)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestSwappingGoodAndBadTurnsTheSignOfNPS(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.Int64Range(0, 300).Draw(t, "promoters")
		d := rapid.Int64Range(0, 300).Draw(t, "detractors")
		o := rapid.Int64Range(1, 300).Draw(t, "others")
		a, b := npsOf(p, o, d), npsOf(d, o, p)
		if a.Value != -b.Value || math.Abs(a.Low+b.High) > 1e-9 || math.Abs(a.High+b.Low) > 1e-9 {
			t.Fatalf("%+v is not the mirror of %+v", a, b)
		}
		if a.Value < -100 || a.Value > 100 {
			t.Fatalf("NPS %v", a.Value)
		}
	})
}

func npsOf(promoters, others, detractors int64) Figure {
	var h Histogram
	h.Add(10, promoters)
	h.Add(8, others)
	h.Add(0, detractors)
	return NewSpec(Indicator{Formula: NetShare}, nps).Figure(h)
}

func near(margin float64) cmp.Option {
	return cmp.Comparer(func(a, b float64) bool { return a == b || math.Abs(a-b) <= margin })
}

func TestFiguresOfKnownCases(t *testing.T) {
	yes := Metric{Key: "fcr", Max: 1, Direction: HigherBetter, Top: at(1)}
	again := Metric{Key: "again", Max: 1, Direction: LowerBetter}
	big := HistogramOf(1, 1, 1, 1, 1, 1, 1, 1, 0, 0)
	var eighty Histogram
	eighty.Add(1, 80)
	eighty.Add(0, 20)
	cases := map[string]struct {
		indicator Indicator
		metric    Metric
		answers   Histogram
		want      Figure
	}{
		"five promoters of five is 100 from 17 (Rocks)": {Indicator{Formula: NetShare, MinN: 5}, nps,
			HistogramOf(9, 10, 9, 10, 10), Figure{5, true, 100, 17.491453, 100, true, 5, 0, 0}},
		"eight yes of ten (between Wilson and Agresti)": {Indicator{Formula: TopShare, MinN: 10}, yes, big,
			Figure{10, true, 80, 48.206631, 95.141401, true, 8, 0, 2}},
		"too wide is not enough": {Indicator{Formula: TopShare, MinN: 10, MaxWidth: 40}, yes, big,
			Figure{10, true, 80, 48.206631, 95.141401, false, 8, 0, 2}},
		"under thirty is not enough by default": {Indicator{Formula: TopShare}, yes, big,
			Figure{10, true, 80, 48.206631, 95.141401, false, 8, 0, 2}},
		"a ratio per thousand of a bad thing has the numerator at the bottom": {
			Indicator{Formula: Ratio, Numerator: []float64{1}, Per: 1000, MinN: 1}, again, big,
			Figure{10, true, 800, 482.066311, 951.414009, true, 2, 0, 8}},
		"low effort is good": {Indicator{Formula: NetShare, MinN: 1}, effort, HistogramOf(1, 2, 3, 5),
			Figure{4, true, 25, -44.159769, 72.731197, true, 2, 1, 1}},
		"an indicator's own boxes win": {Indicator{Formula: TopShare, Top: at(5), MinN: 1}, csat, HistogramOf(5, 4, 4, 4),
			Figure{4, true, 25, 3.696137, 70.798404, true, 1, 0, 3}},
		"a mean of a scale is drawn by pseudo-answers": {Indicator{Formula: Mean, MinN: 1}, csat,
			HistogramOf(5, 5, 5, 5, 5), Figure{5, true, 5, 3.440726, 5, true, 5, 0, 0}},
		"a mean of seconds is Student's": {Indicator{Formula: Mean, MinN: 1}, wait, HistogramOf(1000, 2000, 3000),
			Figure{3, true, 2, 0, 4.484138, true, 0, 3, 0}},
		"one quantity alone says nothing": {Indicator{Formula: Mean, MinN: 1}, wait, HistogramOf(1000),
			Figure{1, true, 1, 0, 3600, true, 0, 1, 0}},
		"a median lies between the 2nd and the 9th of ten": {Indicator{Formula: Median, MinN: 1}, wait,
			HistogramOf(1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10000),
			Figure{10, true, 5.5, 2, 9, true, 0, 10, 0}},
		"a median of five says nothing": {Indicator{Formula: Median, MinN: 1}, csat, HistogramOf(4, 4, 4, 4, 4),
			Figure{5, true, 4, 1, 5, true, 5, 0, 0}},
		"a sum is a compound Poisson": {Indicator{Formula: Sum, MinN: 1}, wait, HistogramOf(3000, 4000, 0),
			Figure{3, true, 7, 0, 16.79982, true, 0, 3, 0}},
		"a share of a hundred is Wilson's": {Indicator{Formula: TopShare}, yes, eighty, Figure{100, true, 80, 71.114806, 86.665584, true, 80, 0, 20}},
		"a mean of two points is a share": {Indicator{Formula: Mean, MinN: 1}, Metric{Min: 1, Max: 2}, HistogramOf(2, 2, 2, 2, 2, 2, 2, 2, 1, 1),
			Figure{10, true, 1.8, 1.482066, 1.951414, true, 0, 10, 0}},
		"nobody is nothing": {Indicator{Formula: Mean}, csat, Histogram{}, Figure{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, NewSpec(c.indicator, c.metric).Figure(c.answers), near(1e-5)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
