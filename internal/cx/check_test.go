package cx

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// said lists the faults as "field code".
func said(faults []*Error) []string {
	var out []string
	for _, e := range faults {
		out = append(out, e.Field+" "+e.Code)
	}
	return out
}

func TestMetricCheckSaysEverythingWrong(t *testing.T) {
	with := func(change func(*Metric)) Metric {
		m := nps
		change(&m)
		return m
	}
	for name, c := range map[string]struct {
		metric Metric
		want   []string
	}{
		"NPS is right":    {nps, nil},
		"CSAT is right":   {csat, nil},
		"effort is right": {effort, nil},
		"wait is right":   {wait, nil},
		"an empty one":    {Metric{}, []string{"key metric.key", "name metric.name", "max metric.scale"}},
		"no key, no name, odd direction": {Metric{Key: "N P S", Name: Text{"fr": ""}, Max: 10, Direction: "up"},
			[]string{"key metric.key", "name metric.name", "direction metric.direction"}},
		"ends that are no number": {with(func(m *Metric) { m.Min, m.Max = math.NaN(), math.Inf(1) }), []string{"min metric.finite", "max metric.finite"}},
		"a negative step":         {with(func(m *Metric) { m.Step = -1 }), []string{"step metric.step"}},
		"ends between two steps":  {with(func(m *Metric) { m.Min, m.Step = 0.5, 3 }), []string{"min metric.grid", "max metric.grid"}},
		"upside down":             {with(func(m *Metric) { m.Min = 20 }), []string{"max metric.scale"}},
		"finer than can be held":  {with(func(m *Metric) { m.Max, m.Step = 1e15, 0.001 }), []string{"max metric.too_fine"}},
		"a non-answer that is an answer": {with(func(m *Metric) { m.NonAnswers = []float64{99, 0, math.NaN()} }),
			[]string{"non_answers[1] metric.non_answer", "non_answers[2] metric.non_answer"}},
		"boxes off the scale":          {with(func(m *Metric) { m.Top, m.Bottom = at(11), at(-1) }), []string{"top metric.box", "bottom metric.box"}},
		"boxes between points":         {with(func(m *Metric) { m.Top = at(8.5) }), []string{"top metric.box"}},
		"boxes that overlap":           {with(func(m *Metric) { m.Top = at(6) }), []string{"bottom metric.boxes"}},
		"boxes the other way round":    {with(func(m *Metric) { m.Direction = LowerBetter }), []string{"bottom metric.boxes"}},
		"low is good: boxes are right": {with(func(m *Metric) { m.Direction, m.Top, m.Bottom = LowerBetter, at(2), at(5) }), nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, said(c.metric.Check())); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestIndicatorCheckSaysEverythingWrong(t *testing.T) {
	right := Indicator{Key: "nps", Name: Text{"fr": "NPS"}, Metric: "nps", Formula: NetShare, Program: Transactional, Audience: Customers}
	with := func(change func(*Indicator)) Indicator {
		i := right
		change(&i)
		return i
	}
	for name, c := range map[string]struct {
		indicator Indicator
		metric    Metric
		want      []string
	}{
		"right": {right, nps, nil},
		"an empty one": {Indicator{}, nps, []string{"key indicator.key", "name indicator.name", "metric indicator.metric",
			"formula indicator.formula", "program indicator.program", "audience indicator.audience"}},
		"of another metric": {right, csat, []string{"metric indicator.metric"}},
		"nameless role, negative limits": {with(func(i *Indicator) { i.Roles, i.MinN, i.MaxWidth = []string{""}, -1, math.Inf(1) }), nps,
			[]string{"roles indicator.role", "min_n indicator.min_n", "max_width indicator.max_width"}},
		"shares without boxes":              {with(func(i *Indicator) { i.Metric = "wait" }), wait, []string{"top indicator.no_top"}},
		"own boxes do":                      {with(func(i *Indicator) { i.Metric, i.Top = "wait", at(60) }), wait, nil},
		"own top meets the metric's bottom": {with(func(i *Indicator) { i.Top = at(6) }), nps, []string{"bottom indicator.boxes"}},
		"own bottom meets the metric's top": {with(func(i *Indicator) { i.Bottom = at(9) }), nps, []string{"bottom indicator.boxes"}},
		"own box off the scale":             {with(func(i *Indicator) { i.Top = at(12) }), nps, []string{"top indicator.box"}},
		"numerator without a ratio": {with(func(i *Indicator) { i.Numerator, i.Per = []float64{1}, 100 }), nps,
			[]string{"numerator indicator.ratio_only", "per indicator.ratio_only"}},
		"ratio without numerator": {with(func(i *Indicator) { i.Formula, i.Per = Ratio, -1 }), nps,
			[]string{"numerator indicator.no_numerator", "per indicator.per"}},
		"numerator off the scale, or twice": {with(func(i *Indicator) { i.Formula, i.Numerator = Ratio, []float64{11, 1, 1} }), nps,
			[]string{"numerator[0] indicator.numerator", "numerator[2] indicator.numerator_twice"}},
		"targets out of reach": {with(func(i *Indicator) { i.Objective, i.Threshold = at(120), at(-101) }), nps,
			[]string{"objective indicator.target", "threshold indicator.target"}},
		"threshold above the objective": {with(func(i *Indicator) { i.Objective, i.Threshold = at(20), at(30) }), nps,
			[]string{"threshold indicator.threshold"}},
		"low is good: threshold below it": {with(func(i *Indicator) { i.Metric, i.Formula, i.Objective, i.Threshold = "wait", Mean, at(60), at(30) }), wait,
			[]string{"threshold indicator.threshold"}},
		"low is good: threshold above it": {with(func(i *Indicator) { i.Metric, i.Formula, i.Objective, i.Threshold = "wait", Mean, at(60), at(300) }), wait, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, said(c.indicator.Check(c.metric))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
