package cx

import (
	"math"
	"testing"
)

// Values of the usual printed table, to ten digits.
func TestStudentEqualsTheTable(t *testing.T) {
	for df, want := range map[float64]float64{1: 12.7062047362, 2: 4.3026527297, 3: 3.1824463053, 4: 2.7764451052,
		5: 2.5705818356, 10: 2.2281388520, 20: 2.0859634473, 30: 2.0422724563, 60: 2.0002978220, 100: 1.9839715185,
		200: 1.9718962236, 1000: 1.9623390808, 1e12: z95} {
		if got := student95(df); math.Abs(got-want) > 2e-9 {
			t.Errorf("t(%v) = %.10f, table %.10f", df, got, want)
		}
	}
}

func TestStudentIsSmoothWhereItsMethodChanges(t *testing.T) {
	if a, b := student95(200), cornishFisher(200); math.Abs(a-b) > 1e-9 {
		t.Errorf("%.12f by bisection, %.12f by expansion", a, b)
	}
}

// Ranks recomputed by adding up binomial odds.
func TestMedianRankIsTheLargestThatHolds(t *testing.T) {
	for n := int64(1); n <= 200; n++ {
		want, tail := int64(0), 0.0
		for k := int64(0); k < n; k++ {
			if tail += math.Exp(logFactorial(int(n)) - logFactorial(int(k)) - logFactorial(int(n-k)) - float64(n)*math.Ln2); tail > 0.025 {
				break
			}
			want = k + 1
		}
		if got := medianRank(n); got != want {
			t.Errorf("n = %d: rank %d, want %d", n, got, want)
		}
	}
}

func TestMedianRankOfMillionsFollowsTheNormalLaw(t *testing.T) {
	const n = 10_000_000
	want := n/2 - z95*math.Sqrt(n)/2
	if got := float64(medianRank(n)); math.Abs(got-want) > 2 {
		t.Errorf("rank %v, normal law %v", got, want)
	}
}
