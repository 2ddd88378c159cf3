package cx

import "math"

// Funnel gives the limits between which the figure of n answers falls by chance alone, were they drawn from the same answers as
// the pool: value of the pool ± z·σ/√n, cut to what the figure can be (Spiegelhalter 2005, *Statistics in Medicine* 24). z is 1.96
// for 95 in a hundred, 3.09 for 998 in a thousand. ok is false for medians and sums, which have no such limits, and without answers.
func (s Spec) Funnel(pool Histogram, n int64, z float64) (low, high float64, ok bool) {
	all := pool.N()
	if s.Formula == Median || s.Formula == Sum || all == 0 || n <= 0 {
		return 0, 0, false
	}
	var sum, squares float64
	for v, k := range pool.All() {
		x := s.worth(v)
		sum += x * float64(k)
		squares += x * x * float64(k)
	}
	mean := sum / float64(all)
	half := z * math.Sqrt(max(0, squares/float64(all)-mean*mean)/float64(n))
	least, most := s.Range()
	return max(least, mean-half), min(most, mean+half), true
}

// worth is what one answer of that value adds to the figure, in the figure's unit: the figure is the mean of worths.
func (s Spec) worth(v int64) float64 {
	var h Histogram
	h.Add(v, 1)
	var f Figure
	f.N = 1
	*s.box(&f, v) = 1
	s.measure(&f, h)
	return f.Value
}
