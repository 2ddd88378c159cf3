package cx

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestPointOfARawValue(t *testing.T) {
	stars := Metric{Key: "stars", Min: 0.5, Max: 5, Step: 0.5}
	known := nps
	known.NonAnswers = []float64{99, -1}
	for name, c := range map[string]struct {
		metric   Metric
		raw      float64
		point    int64
		answered bool
		err      *Error
	}{
		"a whole note":          {nps, 9, 9, true, nil},
		"the ends are on it":    {nps, 0, 0, true, nil},
		"half a star":           {stars, 4.5, 9, true, nil},
		"thousandths":           {wait, 12.345, 12345, true, nil},
		"99 is no answer":       {known, 99, 0, false, nil},
		"-1 is no answer":       {known, -1, 0, false, nil},
		"99 elsewhere is off":   {nps, 99, 0, false, Fail(Invalid, "scores.nps", "score.off_scale", "min", 0.0, "max", 10.0, "value", 99.0)},
		"below":                 {csat, 0, 0, false, Fail(Invalid, "scores.csat", "score.off_scale", "min", 1.0, "max", 5.0, "value", 0.0)},
		"a fraction":            {nps, 6.5, 0, false, Fail(Invalid, "scores.nps", "score.fraction", "step", 1.0, "value", 6.5)},
		"a quarter of a star":   {stars, 1.25, 0, false, Fail(Invalid, "scores.stars", "score.fraction", "step", 0.5, "value", 1.25)},
		"no number":             {nps, math.NaN(), 0, false, Fail(Invalid, "scores.nps", "score.off_scale", "min", 0.0, "max", 10.0, "value", "NaN")},
		"no end":                {nps, math.Inf(1), 0, false, Fail(Invalid, "scores.nps", "score.off_scale", "min", 0.0, "max", 10.0, "value", "∞")},
		"a hair off is refused": {nps, 6.000001, 0, false, Fail(Invalid, "scores.nps", "score.fraction", "step", 1.0, "value", 6.000001)},
	} {
		t.Run(name, func(t *testing.T) {
			point, answered, err := c.metric.Point(c.raw)
			if point != c.point || answered != c.answered {
				t.Errorf("point %d, answered %v", point, answered)
			}
			if diff := cmp.Diff(c.err, err); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRawOfAPointIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom([]Metric{nps, wait, {Min: -1000, Max: 1000, Step: 0.1}, {Max: 3000, Step: 3}, {Max: 30, Step: 1.5}, {Max: 1, Step: 1.0 / 3}}).Draw(t, "metric")
		g := m.grain()
		first, _ := g.point(m.Min)
		last, _ := g.point(m.Max)
		p := rapid.Int64Range(first, last).Draw(t, "point")
		if got, answered, err := m.Point(m.Raw(p)); got != p || !answered || err != nil {
			t.Fatalf("%d is %v, read back as %d, %v, %v", p, m.Raw(p), got, answered, err)
		}
	})
}

func TestRawIsAsWritten(t *testing.T) {
	if got := (Metric{Max: 1, Step: 0.1}).Raw(3); got != 0.3 {
		t.Errorf("3 tenths = %v", got)
	}
}
