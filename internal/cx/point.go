package cx

import (
	"math"
	"slices"
)

// Point gives the point of the scale that raw is (raw ÷ step). answered is false, without error, for a value that
// means "no answer". A raw value off the scale is refused with score.off_scale (min, max, value), one between two
// points with score.fraction (step, value). The error's field is "scores.<metric key>".
func (m Metric) Point(raw float64) (point int64, answered bool, err *Error) {
	if slices.Contains(m.NonAnswers, raw) {
		return 0, false, nil
	}
	field := "scores." + string(m.Key)
	if !(raw >= m.Min && raw <= m.Max) { // NaN too
		return 0, false, Fail(Invalid, field, "score.off_scale", "min", m.Min, "max", m.Max, "value", printable(raw))
	}
	p, whole := m.grain().point(raw)
	if !whole {
		return 0, false, Fail(Invalid, field, "score.fraction", "step", m.step(), "value", raw)
	}
	return p, true, nil
}

// Raw gives the value that a point of the scale stands for, as it is written: 3 in steps of 0.1 is 0.3.
func (m Metric) Raw(point int64) float64 { return m.grain().raw(float64(point)) }

// grain is a step written as mul ÷ div, one of which is 1: 0.1 is 1 ÷ 10, so that raw values are divided once and
// come out as the nearest float64.
type grain struct{ mul, div float64 }

func (m Metric) grain() grain {
	step := m.step()
	if inv := math.Round(1 / step); step < 1 && math.Abs(inv*step-1) < 1e-12 {
		return grain{1, inv}
	}
	return grain{step, 1}
}

func (g grain) raw(points float64) float64 { return points * g.mul / g.div }

// mean gives points ÷ n in raw units, rounded once.
func (g grain) mean(points, n float64) float64 { return points * g.mul / (g.div * n) }

// point gives the nearest point and whether raw is on it, but for the noise of a binary fraction.
func (g grain) point(raw float64) (int64, bool) {
	q := raw * g.div / g.mul
	p := math.Round(q)
	return int64(p), math.Abs(q-p) <= 1e-9*max(1, math.Abs(q))
}
