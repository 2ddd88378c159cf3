package insight

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/people"
)

// The golden set: every question below is answered by a brute-force reading of the same feedbacks, written apart from
// the plan and its SQL. A second engine can be held to it.

// keysOf gives what a feedback is called in a dimension, "" when it is missing.
func (w *world) keyOf(f cx.Feedback, dim string, m cx.Metric) string {
	local := f.At.In(w.zone(f.Unit))
	switch dim {
	case "day":
		return local.Format("2006-01-02")
	case "week":
		y, n := local.ISOWeek()
		return fmt.Sprintf("%d-W%02d", y, n)
	case "month":
		return local.Format("2006-01")
	case "quarter":
		return fmt.Sprintf("%d-Q%d", local.Year(), (int(local.Month())+2)/3)
	case "year":
		return local.Format("2006")
	case "journey", "stage":
		for _, j := range w.journeys {
			for _, s := range j.Stages {
				for _, t := range s.Touchpoints {
					if t.Key == f.Touchpoint && dim == "journey" {
						return string(j.Key)
					} else if t.Key == f.Touchpoint {
						return string(j.Key) + "/" + string(s.Key)
					}
				}
			}
		}
		return ""
	case "score":
		return strconv.FormatFloat(m.Raw(f.Scores[m.Key]), 'f', -1, 64)
	}
	if level, ok := strings.CutPrefix(dim, "unit."); ok {
		for _, u := range w.above(f.Unit) {
			if u.Level == level {
				return string(u.Key)
			}
		}
		return ""
	}
	if key, ok := strings.CutPrefix(dim, "attributes."); ok {
		switch v := f.Attributes[cx.AttributeID(key)].(type) {
		case nil:
			return ""
		case float64:
			return strconv.FormatFloat(v, 'f', -1, 64)
		default:
			return fmt.Sprint(v)
		}
	}
	return map[string]string{"touchpoint": string(f.Touchpoint), "channel": f.Channel, "collected_by": f.CollectedBy,
		"unit": string(f.Unit), "agent": f.Agent, "survey": f.Survey, "language": f.Lang, "source": f.Source}[dim]
}

func (w *world) above(k cx.UnitID) (out []people.Unit) {
	for _, u := range w.units {
		if u.Key == k {
			return append([]people.Unit{u}, w.above(u.Parent)...)
		}
	}
	return nil
}

func (w *world) zone(k cx.UnitID) *time.Location {
	for _, u := range w.above(k) {
		if u.Zone != "" {
			return w.zones[u.Zone]
		}
	}
	return w.zones["Europe/Paris"]
}

func (w *world) holds(f cx.Feedback, key string, c Condition, m cx.Metric) bool {
	var value float64
	has := false
	name := strings.TrimPrefix(key, "scores.")
	switch {
	case key == "score", name != key:
		metric := m
		if name != key {
			metric = w.catalogue.Metrics[cx.MetricID(name)]
		}
		var p int64
		p, has = f.Scores[metric.Key]
		value = metric.Raw(p)
	case strings.HasPrefix(key, "attributes."):
		v, ok := f.Attributes[cx.AttributeID(key[len("attributes."):])]
		if n, isNumber := v.(float64); isNumber {
			value, has = n, true
		} else {
			return w.matches(ok && v != "", fmt.Sprint(v), c)
		}
	case key == "unit":
		var names []string
		for _, u := range w.above(f.Unit) {
			names = append(names, string(u.Key))
		}
		if f.Unit != "" && len(names) == 0 {
			names = []string{string(f.Unit)}
		}
		in := func(all []any) bool {
			return slices.ContainsFunc(all, func(v any) bool { return slices.Contains(names, v.(string)) })
		}
		return c.In != nil && in(c.In) || c.Not != nil && !in(c.Not) || c.Missing != nil && *c.Missing == (len(names) == 0)
	case key == "stage" && c.In != nil && !strings.Contains(c.In[0].(string), "/"):
		_, short, _ := strings.Cut(w.keyOf(f, "stage", m), "/")
		return slices.Contains(c.In, any(short))
	default:
		k := w.keyOf(f, key, m)
		return w.matches(k != "", k, c)
	}
	if c.GTE != nil || c.GT != nil || c.LTE != nil || c.LT != nil {
		return has && (c.GTE == nil || value >= *c.GTE) && (c.GT == nil || value > *c.GT) &&
			(c.LTE == nil || value <= *c.LTE) && (c.LT == nil || value < *c.LT)
	}
	return w.matches(has, strconv.FormatFloat(value, 'f', -1, 64), c)
}

func (w *world) matches(has bool, key string, c Condition) bool {
	among := func(all []any) bool {
		return has && slices.ContainsFunc(all, func(v any) bool { return fmt.Sprint(v) == key })
	}
	switch {
	case c.Missing != nil:
		return *c.Missing != has
	case c.Not != nil:
		return !among(c.Not)
	}
	return among(c.In)
}

func (w *world) allowed(f cx.Feedback, in people.Perimeter) bool {
	if in.All {
		return true
	}
	for _, u := range w.above(f.Unit) {
		if slices.Contains(in.Roots, u.Key) {
			return true
		}
	}
	return false
}

// indicator is what a question is about: of the catalogue, or the mean of a bare metric, asked as a draft.
func (w *world) indicator(q Query) (ind cx.Indicator, draft bool) {
	metric, draft := strings.CutPrefix(string(q.Indicator), "mean of ")
	if !draft {
		return w.catalogue.Indicators[q.Indicator], false
	}
	return cx.Indicator{Metric: cx.MetricID(metric), Formula: cx.Mean, Program: cx.Transactional, Audience: cx.Customers}, true
}

// histograms is the brute force: one pass over everything. Shift names the period as that of the question beside.
func (w *world) histograms(scope people.Scope, q Query, where Where, during *Period) map[string]*cx.Histogram {
	ind, _ := w.indicator(q)
	m := w.catalogue.Metrics[ind.Metric]
	out := map[string]*cx.Histogram{}
	for _, f := range w.all() {
		p, answered := f.Scores[ind.Metric]
		day := w.keyOf(f, "day", m)
		ok := answered && f.State == cx.Live && f.Program == ind.Program && f.Audience == ind.Audience && w.allowed(f, scope.Figures())
		ok = ok && (during == nil || day >= during.From && day < during.To)
		for key, c := range where {
			ok = ok && w.holds(f, key, c, m)
			ok = ok && (key != "agent" || w.allowed(f, scope.People()) || f.Agent == scope.Adviser() && f.Agent != "")
		}
		if !ok {
			continue
		}
		parts := []string{}
		for _, dim := range q.By {
			ok = ok && (dim != "agent" || w.allowed(f, scope.People()) || f.Agent == scope.Adviser() && f.Agent != "")
			parts = append(parts, w.keyOf(f, dim, m))
		}
		if !ok {
			continue
		}
		k := strings.Join(parts, "|")
		if out[k] == nil {
			out[k] = &cx.Histogram{}
		}
		out[k].Add(p, 1)
	}
	if len(q.By) == 0 && len(out) == 0 {
		out[""] = &cx.Histogram{}
	}
	return out
}

func (w *world) compare(t *testing.T, i *Insight, scope people.Scope, q Query) {
	t.Helper()
	ind, draft := w.indicator(q)
	ask := i.Ask
	if draft {
		ask = func(ctx context.Context, scope people.Scope, q Query) (Answer, error) {
			return i.AskDraft(ctx, scope, q, Draft{Indicator: ind, Metric: w.catalogue.Metrics[ind.Metric]})
		}
	}
	got, err := ask(t.Context(), scope, q)
	if err != nil {
		t.Errorf("%+v: %v", q, err)
		return
	}
	spec := cx.NewSpec(ind, w.catalogue.Metrics[ind.Metric])
	want := map[string]cx.Figure{}
	for k, h := range w.histograms(scope, q, q.Where, q.During) {
		want[k] = spec.Figure(*h)
	}
	have := map[string]cx.Figure{}
	for _, r := range got.Rows {
		parts := []string{}
		for _, dim := range q.By {
			parts = append(parts, r.By[dim])
		}
		k := strings.Join(parts, "|")
		if _, twice := have[k]; twice {
			t.Errorf("%+v: row %q twice", q, k)
		}
		have[k] = r.Figure
	}
	if d := gocmp.Diff(want, have); d != "" {
		t.Errorf("%+v (−want +got):\n%s", q, d)
	}
}

var goldenDims = []string{"day", "week", "month", "quarter", "year", "journey", "stage", "touchpoint", "channel", "collected_by",
	"unit", "unit.region", "unit.agency", "agent", "survey", "language", "source", "attributes.segment", "attributes.age",
	"attributes.vip", "score"}

var goldenIndicators = []cx.IndicatorID{"nps", "nps_relational", "csat", "csat_mean", "fcr", "wait", "wait_sum", "half", "never"}

func goldenWhere() []Where {
	list := func(v ...any) Condition { return Condition{In: v} }
	not := func(v ...any) Condition { return Condition{Not: v} }
	gone := func(yes bool) Condition { return Condition{Missing: &yes} }
	var out []Where
	for key, values := range map[string][]any{"day": {"2025-03-03", "2025-03-04"}, "week": {"2025-W10", "2026-W01"},
		"month": {"2025-03"}, "quarter": {"2025-Q1", "2025-Q2"}, "year": {"2026"}, "journey": {"main"},
		"stage": {"main/use"}, "touchpoint": {"shop", "gone"}, "channel": {"phone"}, "collected_by": {"sms"},
		"unit": {"north", "nice"}, "unit.region": {"south"}, "unit.agency": {"lille"}, "agent": {"ann"}, "survey": {"s1"},
		"language": {"fr"}, "source": {"crm", "nobody"}, "attributes.segment": {"premium", ""}, "attributes.age": {42.5, -3.0},
		"attributes.vip": {true}, "score": {1.0, 4.0}, "scores.csat": {1.0, 2.0, 2.5}, "scores.half": {0.5, 3.0},
		"scores.never": {1.0}} {
		out = append(out, Where{key: list(values...)}, Where{key: not(values...)})
		if timeDimension(key) == nil && key != "score" {
			out = append(out, Where{key: gone(true)}, Where{key: gone(false)})
		}
	}
	for _, key := range []string{"score", "scores.csat", "scores.half", "scores.wait", "attributes.age"} {
		out = append(out, Where{key: {GTE: ptr(2.0)}}, Where{key: {GT: ptr(2.0)}}, Where{key: {LTE: ptr(1.25)}},
			Where{key: {LT: ptr(3.0), GTE: ptr(1.0)}})
	}
	var days []any // too many, and too far apart, to be written one by one
	for n := range 60 {
		days = append(days, time.Date(2025, 2, 1+3*n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
	}
	return append(out, Where{"stage": list("use")}, Where{"day": {In: days}}, Where{"day": {Not: days}},
		Where{"channel": list("phone"), "attributes.segment": list("premium"), "scores.csat": {LTE: ptr(2.0)}})
}

func TestGoldenSetEqualsBruteForce(t *testing.T) {
	w := newWorld(t)
	w.seed(t, 1, 3001)
	i := w.start(t, t.TempDir())
	scope := people.Whole()
	first := &Period{"2025-02-01", "2025-08-01"}
	t.Run("every formula by every dimension", func(t *testing.T) {
		for _, ind := range goldenIndicators {
			w.compare(t, i, scope, Query{Indicator: ind})
			for _, dim := range goldenDims {
				w.compare(t, i, scope, Query{Indicator: ind, By: []string{dim}})
			}
		}
	})
	t.Run("every bare metric", func(t *testing.T) {
		for metric := range w.catalogue.Metrics {
			q := Query{Indicator: cx.IndicatorID("mean of " + metric)}
			w.compare(t, i, scope, q)
			q.By, q.During = []string{"touchpoint", "month"}, first
			w.compare(t, i, scope, q)
		}
	})
	t.Run("every two dimensions", func(t *testing.T) {
		for n, a := range goldenDims {
			for _, b := range goldenDims[n+1:] {
				w.compare(t, i, scope, Query{Indicator: "csat", By: []string{b, a}, During: first})
			}
		}
		w.compare(t, i, scope, Query{Indicator: "nps", By: []string{"stage", "attributes.age", "month"}})
	})
	t.Run("every filter", func(t *testing.T) {
		for _, where := range goldenWhere() {
			w.compare(t, i, scope, Query{Indicator: "nps", Where: where})
			w.compare(t, i, scope, Query{Indicator: "csat_mean", Where: where, By: []string{"touchpoint"}, During: first})
		}
	})
}
