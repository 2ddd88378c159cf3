package cx

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestWeatherByObjective(t *testing.T) {
	f := figure(70, 80, 85) // upper margin 5, lower 10
	few := f
	few.Enough = false
	for name, c := range map[string]struct {
		figure               Figure
		objective, threshold *float64
		better               Direction
		want                 Weather
	}{
		"met by the whole interval":            {f, at(70), nil, HigherBetter, Sun},
		"just inside at the bottom":            {f, at(70.1), nil, HigherBetter, PartCloud},
		"just inside at the top":               {f, at(85), nil, HigherBetter, PartCloud},
		"missed by the whole interval":         {f, at(85.1), nil, HigherBetter, Cloud},
		"missed by twice the margin":           {f, at(90), nil, HigherBetter, Cloud},
		"missed by more":                       {f, at(90.1), nil, HigherBetter, Storm},
		"low is good: met":                     {f, at(85), nil, LowerBetter, Sun},
		"low is good: inside":                  {f, at(71), nil, LowerBetter, PartCloud},
		"low is good: missed":                  {f, at(65), nil, LowerBetter, Cloud},
		"low is good: missed beyond twice":     {f, at(59), nil, LowerBetter, Storm},
		"threshold crossed, objective or not":  {f, nil, at(81), HigherBetter, Storm},
		"threshold crossed wins over sun":      {f, at(70), at(81), HigherBetter, Storm},
		"on the threshold is not crossed":      {f, at(70), at(80), HigherBetter, Sun},
		"low is good: threshold crossed":       {f, nil, at(79), LowerBetter, Storm},
		"no objective":                         {f, nil, nil, HigherBetter, Unset},
		"no objective, threshold kept":         {f, nil, at(60), HigherBetter, Unset},
		"too few, whatever the objective":      {few, at(10), at(99), HigherBetter, Fog},
		"too few without objective":            {few, nil, nil, HigherBetter, Fog},
		"nobody":                               {Figure{}, at(0), nil, HigherBetter, Fog},
		"no direction is read as higher":       {f, at(70), nil, "", Sun},
		"a median without margin misses a lot": {figure(4, 4, 4), at(5), nil, HigherBetter, Storm},
	} {
		t.Run(name, func(t *testing.T) {
			if got := WeatherOf(c.figure, c.objective, c.threshold, c.better); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestWeatherIsTheSameUpsideDown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(-50, 50).Draw(t, "value")
		f := figure(v-rapid.Float64Range(0, 20).Draw(t, "down"), v, v+rapid.Float64Range(0, 20).Draw(t, "up"))
		o, limit := rapid.Float64Range(-60, 60).Draw(t, "objective"), rapid.Float64Range(-60, 60).Draw(t, "threshold")
		turned := figure(-f.High, -f.Value, -f.Low)
		a, b := WeatherOf(f, &o, &limit, HigherBetter), WeatherOf(turned, at(-o), at(-limit), LowerBetter)
		if a != b {
			t.Fatalf("%s one way, %s the other", a, b)
		}
	})
}

func TestGapIsAShareOfTheRange(t *testing.T) {
	satisfied := NewSpec(Indicator{Formula: TopShare}, csat)
	for name, c := range map[string]struct {
		spec      Spec
		figure    Figure
		objective float64
		want      Gap
	}{
		"NPS has 200 points":             {NewSpec(Indicator{Formula: NetShare}, nps), figure(10, 30, 50), 20, Gap{true, 0.05, -0.05, 0.15}},
		"a share has 100":                {satisfied, figure(70, 75, 80), 80, Gap{true, -0.05, -0.1, 0}},
		"a mean has its scale":           {NewSpec(Indicator{Formula: Mean}, csat), figure(4, 4.2, 4.4), 4, Gap{true, 0.05, 0, 0.1}},
		"low is good: up is still good":  {NewSpec(Indicator{Formula: Mean}, effort), figure(2, 2.4, 2.6), 2, Gap{true, -0.1, -0.15, 0}},
		"low is good, boxes are not":     {NewSpec(Indicator{Formula: TopShare}, effort), figure(70, 75, 80), 80, Gap{true, -0.05, -0.1, 0}},
		"a ratio has its per":            {NewSpec(Indicator{Formula: Ratio, Per: 1000}, csat), figure(0, 100, 200), 50, Gap{true, 0.05, -0.05, 0.15}},
		"a wait is measured in waits":    {NewSpec(Indicator{Formula: Mean}, wait), figure(50, 66, 72), 60, Gap{true, -0.1, -0.2, 1.0 / 6}},
		"a sum in its objective":         {NewSpec(Indicator{Formula: Sum}, csat), figure(900, 1000, 1100), 1000, Gap{true, 0, -0.1, 0.1}},
		"no answer, no gap":              {satisfied, Figure{}, 80, Gap{}},
		"no wait wanted has no such gap": {NewSpec(Indicator{Formula: Mean}, wait), figure(50, 66, 72), 0, Gap{}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.spec.Gap(c.figure, c.objective), near(1e-12)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRangeOfASumStopsWhereItsMetricDoes(t *testing.T) {
	sum := Indicator{Formula: Sum}
	for name, c := range map[string]struct {
		metric    Metric
		low, high float64
	}{
		"nothing negative": {wait, 0, math.Inf(1)},
		"nothing positive": {Metric{Min: -5}, math.Inf(-1), 0},
		"both":             {Metric{Min: -5, Max: 5}, math.Inf(-1), math.Inf(1)},
	} {
		t.Run(name, func(t *testing.T) {
			if low, high := NewSpec(sum, c.metric).Range(); low != c.low || high != c.high {
				t.Errorf("[%v; %v]", low, high)
			}
		})
	}
}
