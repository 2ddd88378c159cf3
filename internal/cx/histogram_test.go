package cx

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestMergingTwoSetsEqualsTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := rapid.SliceOf(rapid.Int64Range(-5, 20))
		a, b := points.Draw(t, "a"), points.Draw(t, "b")
		whole := HistogramOf(append(append([]int64{}, a...), b...)...)
		merged, other := HistogramOf(a...), HistogramOf(b...)
		merged.Merge(other)
		if !merged.Equal(whole) || merged.N() != int64(len(a)+len(b)) {
			t.Fatalf("%v ≠ %v", merged, whole)
		}
		other.Merge(HistogramOf(a...))
		if !other.Equal(whole) {
			t.Fatalf("the other way round: %v ≠ %v", other, whole)
		}
		for _, p := range a {
			merged.Add(p, -1)
		}
		if !merged.Equal(HistogramOf(b...)) {
			t.Fatalf("taking a away leaves %v, not %v", merged, b)
		}
	})
}

func TestHistogramCountsLikeAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := map[int64]int64{}
		var h Histogram
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			v, n := rapid.Int64Range(-3, 3).Draw(t, "v"), rapid.Int64Range(-2, 5).Draw(t, "n")
			h.Add(v, n)
			want[v] += n
		}
		last := int64(math.MinInt64)
		for v, n := range h.All() {
			if v <= last || n != want[v] || n != h.Count(v) {
				t.Fatalf("%d × %d after %d, want × %d", v, n, last, want[v])
			}
			last = v
		}
		var n int64
		for _, k := range want {
			n += max(k, 0)
		}
		if h.N() != n {
			t.Fatalf("n = %d, want %d", h.N(), n)
		}
	})
}

func TestAClearedHistogramIsAsNew(t *testing.T) {
	h := HistogramOf(1, 2, 2, 9)
	h.Clear()
	if h.N() != 0 || !h.Equal(Histogram{}) {
		t.Errorf("after Clear: %v", h)
	}
	h.Add(2, 3)
	if !h.Equal(HistogramOf(2, 2, 2)) {
		t.Errorf("filled again: %v", h)
	}
}

func TestCloneSharesNothing(t *testing.T) {
	a := HistogramOf(1, 2, 3)
	b := a.Clone()
	b.Add(2, 5)
	if a.Count(2) != 1 || b.Count(2) != 6 {
		t.Errorf("%v and %v", a, b)
	}
}

func TestMergingASetWithItselfDoublesIt(t *testing.T) {
	a := HistogramOf(1, 2, 2)
	a.Merge(a)
	if !a.Equal(HistogramOf(1, 1, 2, 2, 2, 2)) {
		t.Errorf("%v", a)
	}
}

func TestTotalOutlivesTheIntegers(t *testing.T) {
	for _, c := range []struct {
		value, n int64
		want     float64
	}{
		{1 << 40, 1 << 40, 0x1p80},
		{-1 << 40, 1 << 40, -0x1p80},
		{math.MinInt64, 3, -3 * 0x1p63},
		{7, 6, 42},
	} {
		var h Histogram
		h.Add(c.value, c.n)
		if got := h.total(); got != c.want {
			t.Errorf("%d × %d = %v, want %v", c.value, c.n, got, c.want)
		}
	}
	var h Histogram
	h.Add(math.MaxInt64-1, 1)
	h.Add(math.MaxInt64, 1)
	if got := h.total(); got != 0x1p64 {
		t.Errorf("sum of the two largest = %v", got)
	}
}
