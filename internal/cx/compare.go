package cx

import (
	"cmp"
	"math"
	"slices"
)

// Compared is a difference between two figures of one indicator on two sets that share no answer.
type Compared struct {
	// Has is false when one of the two has no answer: the rest then means nothing and Significant is false.
	Has                   bool
	Difference, Low, High float64 // a − b and its 95 % interval, in the figure's unit
	Significant           bool    // the interval excludes 0
	// P is the approximate two-sided p-value behind Significant (P < 0.05 exactly when Significant): the interval is
	// read as a normal one on the side of 0.
	P float64
}

// Difference compares two figures by the method of variance estimates recovery (MOVER: Zou & Donner 2008; of two
// Wilson intervals: Newcombe 1998, method 10). It holds for any two intervals, symmetric or not.
func Difference(a, b Figure) Compared {
	if !a.Has || !b.Has {
		return Compared{P: 1}
	}
	d := a.Value - b.Value
	down := math.Hypot(a.Value-a.Low, b.High-b.Value)
	up := math.Hypot(a.High-a.Value, b.Value-b.Low)
	c := Compared{Has: true, Difference: d, Low: d - down, High: d + up, P: 1}
	c.Significant = c.Low > 0 || c.High < 0
	margin := down
	if d < 0 {
		margin = up
	}
	switch {
	case d == 0:
	case margin == 0:
		c.P = 0
	default:
		c.P = normalTail(z95 * d / margin)
	}
	return c
}

// BenjaminiHochberg tells which of many hypotheses are rejected so that at most a share q of the rejected ones is
// expected to be wrongly so (Benjamini & Hochberg 1995). Answers are in the order of p.
func BenjaminiHochberg(p []float64, q float64) []bool {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(orOne(p[a]), orOne(p[b])) })
	last := -1
	for rank, i := range order {
		if p[i] <= q*float64(rank+1)/float64(len(p)) {
			last = rank
		}
	}
	rejected := make([]bool, len(p))
	for _, i := range order[:last+1] {
		rejected[i] = true
	}
	return rejected
}

// orOne reads a p-value that is not a number as one that proves nothing.
func orOne(p float64) float64 {
	if math.IsNaN(p) {
		return 1
	}
	return p
}
