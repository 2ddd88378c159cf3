package cx

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func figure(low, value, high float64) Figure {
	return Figure{N: 100, Has: true, Value: value, Low: low, High: high, Enough: true}
}

// Newcombe (1998), table II, (a): 56/70 − 48/80, method 10 gives [0.0524; 0.3339].
func TestDifferenceOfWilsonIntervalsIsNewcombes(t *testing.T) {
	share := func(k, n float64) Figure {
		i := wilson(k, n)
		return figure(i.low, k/n, i.high)
	}
	got := Difference(share(56, 70), share(48, 80))
	got.P = 0
	want := Compared{Has: true, Difference: 0.2, Low: 0.0524, High: 0.3339, Significant: true}
	if diff := cmp.Diff(want, got, near(5e-5)); diff != "" {
		t.Error(diff)
	}
}

func TestDifferenceWithNobodySaysNothing(t *testing.T) {
	if got := Difference(figure(1, 2, 3), Figure{}); got != (Compared{P: 1}) {
		t.Errorf("%+v", got)
	}
}

func TestDifferenceTurnsWithItsFigures(t *testing.T) {
	draw := func(t *rapid.T, name string) Figure {
		v := float64(rapid.IntRange(-50, 50).Draw(t, name))
		return figure(v-rapid.Float64Range(0, 30).Draw(t, "down"), v, v+rapid.Float64Range(0, 30).Draw(t, "up"))
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t, "a"), draw(t, "b")
		ab, ba := Difference(a, b), Difference(b, a)
		want := Compared{true, -ab.Difference, -ab.High, -ab.Low, ab.Significant, ab.P}
		if diff := cmp.Diff(want, ba, near(1e-9)); diff != "" {
			t.Fatal(diff)
		}
		if ab.Low > ab.Difference || ab.Difference > ab.High {
			t.Fatalf("%+v", ab)
		}
		if ab.Significant != (ab.P < 0.05) && math.Abs(ab.P-0.05) > 1e-9 {
			t.Fatalf("significant %v with p = %v", ab.Significant, ab.P)
		}
	})
}

func TestPOfASymmetricIntervalIsTheNormalOne(t *testing.T) {
	// difference 2, standard error 1 on a side worth nothing: two-sided p of z = 2
	got := Difference(figure(2-z95, 2, 2+z95), figure(0, 0, 0)).P
	if math.Abs(got-0.0455002639) > 1e-9 {
		t.Errorf("p = %v", got)
	}
}

// Benjamini & Hochberg (1995), their own example: 15 hypotheses, 4 rejected at q = 0.05.
func TestBenjaminiHochbergRejectsTheFourOfThePaper(t *testing.T) {
	p := []float64{0.6528, 0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 1, 0.7590}
	want := []bool{false, true, true, true, true, false, false, false, false, false, false, false, false, false, false}
	if diff := cmp.Diff(want, BenjaminiHochberg(p, 0.05)); diff != "" {
		t.Error(diff)
	}
}

func TestBenjaminiHochbergSteps(t *testing.T) {
	for name, c := range map[string]struct {
		p    []float64
		want []bool
	}{
		"none of none":                           {nil, []bool{}},
		"a larger one that passes takes all":     {[]float64{0.049, 0.04, 0.03}, []bool{true, true, true}},
		"what is no number is never rejected":    {[]float64{math.NaN(), 0.001}, []bool{false, true}},
		"one alone is an ordinary test":          {[]float64{0.05}, []bool{true}},
		"one alone above is not":                 {[]float64{0.051}, []bool{false}},
		"equal ones go together, all or nothing": {[]float64{0.02, 0.02, 0.9, 0.02}, []bool{true, true, false, true}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, BenjaminiHochberg(c.p, 0.05)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
