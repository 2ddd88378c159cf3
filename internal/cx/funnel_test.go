package cx

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func TestFunnelOfAShareIsTheBinomialOne(t *testing.T) {
	s := NewSpec(Indicator{Formula: TopShare}, Metric{Min: 1, Max: 5, Top: new(4.0)})
	low, high, ok := s.Funnel(HistogramOf(5, 5, 5, 1), 100, 1.96)
	half := 1.96 * 100 * math.Sqrt(0.75*0.25/100)
	if !ok || math.Abs(low-(75-half)) > 1e-9 || math.Abs(high-(75+half)) > 1e-9 {
		t.Errorf("%v–%v %v", low, high, ok)
	}
}

func TestFunnelHoldsTheFigureOfThePoolAndNarrowsWithN(t *testing.T) {
	specs := []Spec{
		NewSpec(Indicator{Formula: NetShare}, Metric{Min: 0, Max: 10, Top: new(9.0), Bottom: new(6.0)}),
		NewSpec(Indicator{Formula: Mean}, Metric{Min: 0, Max: 10}),
		NewSpec(Indicator{Formula: Ratio, Numerator: []float64{1, 2}, Per: 1000}, Metric{Min: 0, Max: 10}),
	}
	rapid.Check(t, func(t *rapid.T) {
		s := specs[rapid.IntRange(0, len(specs)-1).Draw(t, "formula")]
		pool := HistogramOf(rapid.SliceOfN(rapid.Int64Range(0, 10), 1, 50).Draw(t, "pool")...)
		n := rapid.Int64Range(1, 1000).Draw(t, "n")
		value := s.Figure(pool).Value
		low, high, ok := s.Funnel(pool, n, 1.96)
		if !ok || low > value+1e-9 || high < value-1e-9 {
			t.Fatalf("%v outside %v–%v", value, low, high)
		}
		closer, nearer, _ := s.Funnel(pool, 4*n, 1.96)
		if closer < low-1e-9 || nearer > high+1e-9 {
			t.Fatalf("four times the answers give wider limits: %v–%v within %v–%v", low, high, closer, nearer)
		}
	})
}

func TestFunnelLetsFiveInAHundredOutByChance(t *testing.T) {
	s := NewSpec(Indicator{Formula: NetShare}, Metric{Min: 0, Max: 10, Top: new(9.0), Bottom: new(6.0)})
	r := rand.New(rand.NewPCG(7, 11))
	answers := []int64{0, 3, 6, 7, 8, 8, 9, 9, 10, 10}
	low, high, _ := s.Funnel(HistogramOf(answers...), 60, 1.96)
	out := 0
	for range 4000 {
		var h Histogram
		for range 60 {
			h.Add(answers[r.IntN(len(answers))], 1)
		}
		if v := s.Figure(h).Value; v < low || v > high {
			out++
		}
	}
	if share := float64(out) / 4000; share < 0.035 || share > 0.065 {
		t.Errorf("%.1f %% of units like all others fall outside limits of 95 %%", 100*share)
	}
}

func TestNoFunnelOfMediansAndNothing(t *testing.T) {
	m := Metric{Min: 0, Max: 10}
	if _, _, ok := NewSpec(Indicator{Formula: Median}, m).Funnel(HistogramOf(1, 2), 10, 1.96); ok {
		t.Error("a median has limits")
	}
	if _, _, ok := NewSpec(Indicator{Formula: Mean}, m).Funnel(Histogram{}, 10, 1.96); ok {
		t.Error("limits of nothing")
	}
}
