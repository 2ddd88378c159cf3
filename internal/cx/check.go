package cx

import (
	"math"
	"slices"
	"strconv"
)

// faults gathers all the problems of one value, in the order of its fields.
type faults []*Error

func (l *faults) add(wrong bool, field, code string, args ...any) {
	if wrong {
		*l = append(*l, Fail(Invalid, field, code, args...))
	}
}

func (t Text) empty() bool {
	for _, s := range t {
		if s != "" {
			return false
		}
	}
	return true
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Check gives everything wrong with the definition, nil when it may be used. Fields are the JSON names. An empty
// direction is read as HigherBetter.
func (m Metric) Check() []*Error {
	var l faults
	l.add(!ValidKey(string(m.Key)), "key", "metric.key", "key", string(m.Key))
	l.add(m.Name.empty(), "name", "metric.name")
	l.add(!m.Direction.known(), "direction", "metric.direction", "direction", string(m.Direction))
	m.checkCounted(&l)
	if !m.checkScale(&l) {
		return l
	}
	for n, v := range m.NonAnswers {
		field := "non_answers[" + strconv.Itoa(n) + "]"
		l.add(!finite(v) || m.onScale(v), field, "metric.non_answer", "value", printable(v), "min", m.Min, "max", m.Max)
	}
	m.checkBoxes(&l, m.Top, m.Bottom, "metric")
	return l
}

// checkCounted: what is counted of invitations is a yes or a no that Vigie knows to tell.
func (m Metric) checkCounted(l *faults) {
	if m.Counts == "" {
		return
	}
	l.add(m.Counts != Invitations, "counts", "metric.counts", "counts", string(m.Counts))
	l.add(m.Counts == Invitations && !slices.Contains(InvitationMetrics(), m.Key), "counts", "metric.counts_key", "key", string(m.Key))
	l.add(m.Min != 0 || m.Max != 1 || m.step() != 1, "counts", "metric.counts_scale")
}

func (d Direction) known() bool { return d == "" || d == HigherBetter || d == LowerBetter }

// checkScale tells whether the scale is one: without it nothing else can be judged.
func (m Metric) checkScale(l *faults) bool {
	before := len(*l)
	l.add(!finite(m.Min), "min", "metric.finite")
	l.add(!finite(m.Max), "max", "metric.finite")
	l.add(!finite(m.Step) || m.Step < 0, "step", "metric.step")
	if len(*l) > before {
		return false
	}
	l.add(m.Max <= m.Min, "max", "metric.scale", "min", m.Min, "max", m.Max)
	g := m.grain()
	for _, e := range []end{{"min", m.Min}, {"max", m.Max}} {
		_, on := g.point(e.value)
		l.add(!on, e.field, "metric.grid", "step", m.step(), "value", e.value)
		l.add(math.Abs(e.value*g.div/g.mul) > 1<<53, e.field, "metric.too_fine", "step", m.step(), "value", e.value)
	}
	return len(*l) == before
}

type end struct {
	field string
	value float64
}

// onScale tells whether a raw value is a point of the scale.
func (m Metric) onScale(v float64) bool {
	_, on := m.grain().point(v)
	return on && v >= m.Min && v <= m.Max
}

// printable gives v as an argument of a message: JSON knows neither infinity nor NaN.
func printable(v float64) any {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "−∞"
	}
	return v
}

// checkBoxes judges the boxes set at one place (area "metric" or "indicator"): on the scale, and not overlapping.
func (m Metric) checkBoxes(l *faults, top, bottom *float64, area string) {
	for _, b := range []struct {
		field string
		value *float64
	}{{"top", top}, {"bottom", bottom}} {
		if b.value != nil && !m.onScale(*b.value) {
			l.add(true, b.field, area+".box", "value", printable(*b.value), "min", m.Min, "max", m.Max)
		}
	}
	if top == nil || bottom == nil {
		return
	}
	overlap := *top <= *bottom
	if m.Direction == LowerBetter {
		overlap = *top >= *bottom
	}
	l.add(overlap, "bottom", area+".boxes", "top", *top, "bottom", *bottom)
}

// Check gives everything wrong with the definition of an indicator over its metric (itself checked before), nil when
// it may be used. Fields are the JSON names.
func (i Indicator) Check(m Metric) []*Error {
	var l faults
	l.add(!ValidKey(string(i.Key)), "key", "indicator.key", "key", string(i.Key))
	l.add(i.Name.empty(), "name", "indicator.name")
	l.add(i.Metric != m.Key, "metric", "indicator.metric", "metric", string(i.Metric))
	l.add(!slices.Contains(Formulas(), i.Formula), "formula", "indicator.formula", "formula", string(i.Formula))
	l.add(!slices.Contains(Programs(), i.Program), "program", "indicator.program", "program", string(i.Program))
	l.add(!slices.Contains(Audiences(), i.Audience), "audience", "indicator.audience", "audience", string(i.Audience))
	l.add(m.Counts == Invitations && i.Audience == Employees, "audience", "indicator.invited_employees")
	l.add(slices.Contains(i.Roles, ""), "roles", "indicator.role")
	l.add(i.MinN < 0, "min_n", "indicator.min_n", "value", i.MinN)
	l.add(!finite(i.MaxWidth) || i.MaxWidth < 0, "max_width", "indicator.max_width", "value", printable(i.MaxWidth))
	i.checkBoxes(&l, m)
	i.checkRatio(&l, m)
	i.checkTargets(&l, m)
	return l
}

func (i Indicator) checkBoxes(l *faults, m Metric) {
	top, bottom := i.Top, i.Bottom
	if top == nil && bottom != nil {
		top = m.Top
	}
	if bottom == nil && top != nil {
		bottom = m.Bottom
	}
	if i.Top != nil || i.Bottom != nil {
		m.checkBoxes(l, top, bottom, "indicator")
	}
	boxed := i.Formula == NetShare || i.Formula == TopShare
	l.add(boxed && i.Top == nil && m.Top == nil, "top", "indicator.no_top")
}

func (i Indicator) checkRatio(l *faults, m Metric) {
	ratio := i.Formula == Ratio
	l.add(ratio && len(i.Numerator) == 0, "numerator", "indicator.no_numerator")
	l.add(!ratio && len(i.Numerator) > 0, "numerator", "indicator.ratio_only", "formula", string(i.Formula))
	l.add(!ratio && i.Per != 0, "per", "indicator.ratio_only", "formula", string(i.Formula))
	l.add(!finite(i.Per) || i.Per < 0, "per", "indicator.per", "value", printable(i.Per))
	for n, v := range i.Numerator {
		field := "numerator[" + strconv.Itoa(n) + "]"
		l.add(!m.onScale(v), field, "indicator.numerator", "value", printable(v), "min", m.Min, "max", m.Max)
		l.add(slices.Contains(i.Numerator[:n], v), field, "indicator.numerator_twice", "value", printable(v))
	}
}

// checkTargets wants objective and threshold within what the figure can be, the threshold on the bad side.
func (i Indicator) checkTargets(l *faults, m Metric) {
	s := NewSpec(i, m)
	low, high := s.Range()
	for _, t := range []struct {
		field string
		value *float64
	}{{"objective", i.Objective}, {"threshold", i.Threshold}} {
		if t.value != nil && (!finite(*t.value) || *t.value < low || *t.value > high) {
			l.add(true, t.field, "indicator.target", "value", printable(*t.value), "min", printable(low), "max", printable(high))
		}
	}
	if i.Objective == nil || i.Threshold == nil {
		return
	}
	better := *i.Threshold > *i.Objective
	if s.Better == LowerBetter {
		better = *i.Threshold < *i.Objective
	}
	l.add(better, "threshold", "indicator.threshold", "objective", printable(*i.Objective), "threshold", printable(*i.Threshold))
}

// Formulas gives the known formula kinds, in the order they are shown.
func Formulas() []Formula { return []Formula{NetShare, TopShare, Mean, Median, Ratio, Sum} }

// Programs gives the known programs.
func Programs() []Program { return []Program{Relational, Transactional, Spontaneous} }

// Audiences gives the known audiences.
func Audiences() []Audience { return []Audience{Customers, Employees} }
