package cx

import (
	"iter"
	"math"
	"math/big"
	"slices"
)

// Histogram counts answers by value: points of a metric (raw value ÷ step) → n. It is additive: the histogram of two
// disjoint sets is the Merge of theirs, in any order. Every figure is computed from one.
//
// The zero value is empty and ready. It is a plain value whose copies share memory: Clone before changing a copy.
type Histogram struct {
	cells []cell // by growing value, no n is 0
}

type cell struct{ value, n int64 }

// HistogramOf counts the given points one by one.
func HistogramOf(points ...int64) Histogram {
	var h Histogram
	for _, p := range points {
		h.Add(p, 1)
	}
	return h
}

// Add counts n more answers of that value. A negative n takes answers away; a value nobody gives any more is gone.
// Counts under zero are kept, so that additions may come in any order, but figures do not see them.
func (h *Histogram) Add(value, n int64) {
	if n == 0 {
		return
	}
	if last := len(h.cells) - 1; last < 0 || h.cells[last].value < value {
		h.cells = append(h.cells, cell{value, n})
		return
	}
	i, found := h.find(value)
	if !found {
		h.cells = slices.Insert(h.cells, i, cell{value, n})
		return
	}
	if h.cells[i].n += n; h.cells[i].n == 0 {
		h.cells = slices.Delete(h.cells, i, i+1)
	}
}

func (h Histogram) find(value int64) (int, bool) {
	return slices.BinarySearchFunc(h.cells, value, func(c cell, v int64) int {
		switch {
		case c.value < v:
			return -1
		case c.value > v:
			return 1
		}
		return 0
	})
}

// Merge adds all the answers of o.
func (h *Histogram) Merge(o Histogram) {
	for _, c := range slices.Clone(o.cells) {
		h.Add(c.value, c.n)
	}
}

// Clear takes all answers away and keeps their room for others.
func (h *Histogram) Clear() { h.cells = h.cells[:0] }

// Clone gives a copy that shares nothing.
func (h Histogram) Clone() Histogram { return Histogram{slices.Clone(h.cells)} }

// Equal tells whether both count the same.
func (h Histogram) Equal(o Histogram) bool { return slices.Equal(h.cells, o.cells) }

// N gives the number of answers.
func (h Histogram) N() int64 {
	var n int64
	for _, k := range h.All() {
		n += k
	}
	return n
}

// Count gives the number of answers of that value.
func (h Histogram) Count(value int64) int64 {
	if i, found := h.find(value); found {
		return max(h.cells[i].n, 0)
	}
	return 0
}

// All goes through value, n by growing value. Every n is above 0.
func (h Histogram) All() iter.Seq2[int64, int64] {
	return func(yield func(int64, int64) bool) {
		for _, c := range h.cells {
			if c.n > 0 && !yield(c.value, c.n) {
				return
			}
		}
	}
}

// total gives Σ value × n, exact as long as it fits a float64's 53 bits.
func (h Histogram) total() float64 {
	var s int64
	for v, n := range h.All() {
		p := v * n
		if v != 0 && (p/v != n || v == math.MinInt64) || p > 0 && s > math.MaxInt64-p || p < 0 && s < math.MinInt64-p {
			return h.hugeTotal()
		}
		s += p
	}
	return float64(s)
}

func (h Histogram) hugeTotal() float64 {
	s, p := new(big.Int), new(big.Int)
	for v, n := range h.All() {
		s.Add(s, p.Mul(big.NewInt(v), big.NewInt(n)))
	}
	f, _ := new(big.Float).SetInt(s).Float64()
	return f
}

// spread gives Σ n × (value − around)².
func (h Histogram) spread(around float64) float64 {
	var s float64
	for v, n := range h.All() {
		d := float64(v) - around
		s += float64(n) * d * d
	}
	return s
}

// nth gives the rank-th smallest answer, rank from 1 to N.
func (h Histogram) nth(rank int64) int64 {
	var v, seen int64
	for value, n := range h.All() {
		v = value
		if seen += n; seen >= rank {
			break
		}
	}
	return v
}
