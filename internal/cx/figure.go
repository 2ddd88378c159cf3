package cx

import (
	"math"
	"slices"
)

// Figure is what an indicator says of a set of answers.
type Figure struct {
	N int64
	// Has is false when there is no answer: Value, Low and High are then 0 and mean nothing.
	Has bool
	// Value in the indicator's unit (points −100…100, per cent, the metric's unit, per Per), and its 95 % interval:
	// Low ≤ Value ≤ High, never outside what the figure can be.
	Value, Low, High float64
	// Enough is false under the indicator's MinN answers or when the interval is wider than its MaxWidth: nothing may
	// be concluded.
	Enough bool
	// Top, Middle, Bottom count the answers from good to bad, for a distribution bar; they add up to N. Of a ratio:
	// those in the numerator and the others, the good ones on top. Without boxes everything is Middle.
	Top, Middle, Bottom int64
}

// Spec is what a histogram lacks to become a figure: an indicator and its metric, resolved. Build with NewSpec.
type Spec struct {
	// Formula of the indicator.
	Formula Formula
	// Better says which way the *figure* is good: a share or net share of top boxes is good when high even where low
	// values are the good ones; every other figure is good the way its metric is.
	Better Direction

	grain       grain
	first, last int64 // of the scale, in points
	lowerBetter bool  // the metric
	top, bottom *int64
	numerator   []int64
	per         float64
	minN        int64
	maxWidth    float64
}

// maxScale is the number of points up to which a metric is a rating scale; beyond it is a quantity.
const maxScale = 101

// NewSpec resolves an indicator over its metric: the indicator's boxes win, 0 takes its documented meaning. Both are
// taken as checked.
func NewSpec(i Indicator, m Metric) Spec {
	g := m.grain()
	s := Spec{Formula: i.Formula, Better: HigherBetter, grain: g, lowerBetter: m.Direction == LowerBetter,
		per: i.Per, minN: int64(i.MinN), maxWidth: i.MaxWidth}
	s.first, _ = g.point(m.Min)
	s.last, _ = g.point(m.Max)
	s.top, s.bottom = g.box(i.Top, m.Top), g.box(i.Bottom, m.Bottom)
	if s.lowerBetter && i.Formula != NetShare && i.Formula != TopShare {
		s.Better = LowerBetter
	}
	for _, v := range i.Numerator {
		p, _ := g.point(v)
		s.numerator = append(s.numerator, p)
	}
	if s.per == 0 {
		s.per = 100
	}
	if s.minN == 0 {
		s.minN = 30
	}
	return s
}

func (g grain) box(own, metric *float64) *int64 {
	if own == nil {
		own = metric
	}
	if own == nil {
		return nil
	}
	p, _ := g.point(*own)
	return &p
}

// Figure computes the figure of those answers, with its interval.
func (s Spec) Figure(h Histogram) Figure {
	f := Figure{N: h.N()}
	if f.N <= 0 {
		return f
	}
	f.Has = true
	for v, n := range h.All() {
		*s.box(&f, v) += n
	}
	i := s.measure(&f, h).holding(f.Value)
	f.Low, f.High = i.low, i.high
	f.Enough = f.N >= s.minN && (s.maxWidth == 0 || f.High-f.Low <= s.maxWidth)
	return f
}

// box gives the counter of f in which an answer of that value goes.
func (s Spec) box(f *Figure, v int64) *int64 {
	if s.Formula == Ratio {
		if slices.Contains(s.numerator, v) == (s.Better == HigherBetter) {
			return &f.Top
		}
		return &f.Bottom
	}
	top, bottom := s.top != nil && s.reaches(v, *s.top), s.bottom != nil && s.reaches(*s.bottom, v)
	switch {
	case top:
		return &f.Top
	case bottom, s.top != nil && s.bottom == nil:
		return &f.Bottom
	}
	return &f.Middle
}

// reaches tells whether a is at least as good as b.
func (s Spec) reaches(a, b int64) bool { return a == b || (a > b) != s.lowerBetter }

// measure sets the value and gives its interval, both in the figure's unit.
func (s Spec) measure(f *Figure, h Histogram) interval {
	n := float64(f.N)
	switch s.Formula {
	case NetShare:
		f.Value = 100 * float64(f.Top-f.Bottom) / n
		return netInterval(float64(f.Top), float64(f.Bottom), n).times(100)
	case TopShare:
		f.Value = 100 * float64(f.Top) / n
		return shareInterval(float64(f.Top), n).times(100)
	case Ratio:
		k := f.Top
		if s.Better == LowerBetter {
			k = f.Bottom
		}
		f.Value = s.per * float64(k) / n
		return shareInterval(float64(k), n).times(s.per)
	case Mean:
		f.Value = s.grain.mean(h.total(), n)
		return s.inUnit(s.meanInterval(h, n))
	case Median:
		f.Value = s.grain.mean(float64(h.nth((f.N+1)/2))+float64(h.nth(f.N/2+1)), 2)
		return s.inUnit(medianInterval(h, f.N))
	case Sum:
		f.Value = s.grain.raw(h.total())
		return s.inUnit(sumInterval(h))
	}
	f.Has = false
	return interval{}
}

func (s Spec) meanInterval(h Histogram, n float64) interval {
	if s.IsScale() {
		return scaleInterval(h, n, s.first, s.last)
	}
	return studentInterval(h, n)
}

// IsScale tells whether the metric is a rating scale (up to 101 points) rather than a quantity.
func (s Spec) IsScale() bool { return s.last-s.first < maxScale }

// Range gives the lowest and highest value that the figure can have; infinite where a sum has no bound.
func (s Spec) Range() (low, high float64) {
	switch s.Formula {
	case NetShare:
		return -100, 100
	case TopShare:
		return 0, 100
	case Ratio:
		return 0, s.per
	case Mean, Median:
		return s.grain.raw(float64(s.first)), s.grain.raw(float64(s.last))
	}
	low, high = math.Inf(-1), math.Inf(1)
	if s.first >= 0 {
		low = 0
	}
	if s.last <= 0 {
		high = 0
	}
	return low, high
}

// inUnit turns an interval in points into one in the figure's unit, cut to what the figure can be.
func (s Spec) inUnit(i interval) interval {
	low, high := s.Range()
	return interval{s.grain.raw(i.low), s.grain.raw(i.high)}.within(low, high)
}

func (i interval) times(k float64) interval { return interval{i.low * k, i.high * k} }
