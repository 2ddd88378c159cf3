package insight

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
)

// where adds the conditions of a question in the order of their keys.
func (p *plan) where(w *sqlWhere, conditions Where, field string) error {
	for _, key := range slices.Sorted(maps.Keys(conditions)) {
		c := conditions[key]
		at := field + "." + key
		if err := c.check(); err != nil {
			return within(at, err)
		}
		if err := p.condition(w, key, c, at); err != nil {
			return err
		}
	}
	return nil
}

func (p *plan) condition(w *sqlWhere, key string, c Condition, field string) error {
	if err := p.cuts(key, field); err != nil {
		return err
	}
	switch {
	case key == "score":
		if p.column == "" && p.indicator.Key == "" {
			return cx.Fail(cx.Invalid, field, "insight.unknown_key", "key", key)
		}
		return p.points(w, p.column, p.metric, c, field)
	case strings.HasPrefix(key, "scores."):
		return p.scores(w, cx.MetricID(key[len("scores."):]), c, field)
	case strings.HasPrefix(key, "attributes."):
		return p.attributeCondition(w, key[len("attributes."):], c, field)
	case timeDimension(key) != nil:
		return timeCondition(w, timeDimension(key), c, field)
	}
	return p.coded(w, key, c, field)
}

// scores: conditions on another score of the same feedback.
func (p *plan) scores(w *sqlWhere, key cx.MetricID, c Condition, field string) error {
	m, ok := p.shape.catalogue.Metrics[key]
	if !ok {
		return cx.Fail(cx.Invalid, field, "insight.unknown_key", "key", "scores."+string(key))
	}
	name := "" // nobody answered it yet
	if n, ok := p.cols.metrics[string(key)]; ok {
		name = p.cols.list[n].name
	}
	return p.points(w, name, m, c, field)
}

func (p *plan) points(w *sqlWhere, col string, m cx.Metric, c Condition, field string) error {
	if col == "" {
		col = "CAST(NULL AS INTEGER)"
	}
	if c.Missing != nil || c.ranged() {
		return rangeOrMissing(w, col, wholePoints(m, c), func(q float64) any { return int64(q) })
	}
	var codes []int64
	for _, v := range slices.Concat(c.In, c.Not) {
		raw, ok := number(v)
		if !ok {
			return cx.Fail(cx.Invalid, field, "insight.not_number", "value", fmt.Sprint(v))
		}
		if q := pointOn(m, raw); q == math.Trunc(q) && math.Abs(q) < 1<<62 {
			codes = append(codes, int64(q))
		}
	}
	inOrNot(w, col, codes, c.Not != nil)
	return nil
}

// wholePoints gives bounds in points, moved to the nearest point that says the same.
func wholePoints(m cx.Metric, c Condition) Condition {
	move := func(raw *float64, to func(float64) float64) *float64 {
		if raw == nil {
			return nil
		}
		q := min(max(to(pointOn(m, *raw)), -1<<53), 1<<53)
		return &q
	}
	return Condition{Missing: c.Missing, GTE: move(c.GTE, math.Ceil), LT: move(c.LT, math.Ceil),
		GT: move(c.GT, math.Floor), LTE: move(c.LTE, math.Floor)}
}

// pointOn gives the place of a raw value on the metric's scale, in points, between two of them included.
func pointOn(m cx.Metric, raw float64) float64 {
	m.NonAnswers = nil
	if q, _, err := m.Point(raw); err == nil {
		return float64(q)
	}
	step := m.Raw(1)
	q := raw / step
	if r := math.Round(q); math.Abs(q-r) <= 1e-9*max(1, math.Abs(q)) {
		return r
	}
	return q
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return 0, false
}

func text(v any) string {
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

func timeCondition(w *sqlWhere, d *dimension, c Condition, field string) error {
	if c.Missing != nil || c.ranged() {
		return cx.Fail(cx.Invalid, field, "insight.list_only")
	}
	var codes []int64
	for _, v := range slices.Concat(c.In, c.Not) {
		code, ok := timeCode(d.grain, text(v))
		if !ok {
			return cx.Fail(cx.Invalid, field, "insight.not_time", "value", text(v))
		}
		codes = append(codes, code)
	}
	inOrNot(w, "("+d.sql+")", codes, c.Not != nil)
	return nil
}

// coded: conditions on the coded context and on the trees over it.
func (p *plan) coded(w *sqlWhere, key string, c Condition, field string) error {
	col, match, err := p.matcher(key, field)
	if err != nil {
		return err
	}
	if c.ranged() {
		return cx.Fail(cx.Invalid, field, "insight.no_range", "key", key)
	}
	if key == "agent" {
		if err := p.agentCondition(c, field); err != nil {
			return err
		}
	}
	wanted := map[string]bool{}
	for _, v := range slices.Concat(c.In, c.Not) {
		wanted[text(v)] = true
	}
	codes := p.codes(col, func(value string) bool { return match(value, wanted) })
	if c.Missing != nil {
		inOrNot(w, col, codes, *c.Missing)
		return nil
	}
	inOrNot(w, col, codes, c.Not != nil)
	return nil
}

// matcher gives the column behind a key and whether one of its values answers to the wanted ones. Without any wanted
// it tells whether the value has a place at all.
func (p *plan) matcher(key, field string) (col string, match func(value string, wanted map[string]bool) bool, err error) {
	has := func(node string, wanted map[string]bool) bool {
		return wanted[node] || len(wanted) == 0 && node != ""
	}
	switch {
	case key == "journey":
		return "touchpoint", func(v string, w map[string]bool) bool { return has(p.shape.journeyOf[v], w) }, nil
	case key == "stage":
		return "touchpoint", func(v string, w map[string]bool) bool {
			stage := p.shape.stageOf[v]
			_, short, _ := strings.Cut(stage, "/")
			return has(stage, w) || stage != "" && w[short]
		}, nil
	case key == "unit":
		return "unit", p.underUnits, nil
	case strings.HasPrefix(key, "unit.") && p.shape.levels[key[len("unit."):]]:
		level := key[len("unit."):]
		return "unit", func(v string, w map[string]bool) bool { return has(p.shape.atLevel(cx.UnitID(v), level), w) }, nil
	case slices.Contains(p.contextColumns(), key):
		return key, has, nil
	}
	return "", nil, cx.Fail(cx.Invalid, field, "insight.unknown_key", "key", key)
}

func (p *plan) underUnits(value string, wanted map[string]bool) bool {
	if len(wanted) == 0 {
		return true
	}
	for _, u := range p.shape.chain(cx.UnitID(value)) {
		if wanted[string(u)] {
			return true
		}
	}
	return false
}

// codes gives those of a dictionary whose value is kept.
func (p *plan) codes(dim string, keep func(value string) bool) []int64 {
	var out []int64
	for code, value := range p.store.dict(dim).all() {
		if keep(value) {
			out = append(out, int64(code))
		}
	}
	return out
}

func (p *plan) attributeCondition(w *sqlWhere, key string, c Condition, field string) error {
	col, err := p.attribute(key, field)
	if err != nil {
		return err
	}
	switch {
	case c.Missing != nil:
		missingOrNot(w, col.name, *c.Missing)
		return nil
	case col.text:
		return p.textCondition(w, col, c, field)
	case col.typ == "BOOLEAN":
		return boolCondition(w, col, c, field)
	case c.ranged():
		return rangeOrMissing(w, col.name, c, func(v float64) any { return v })
	}
	var args []any
	for _, v := range slices.Concat(c.In, c.Not) {
		f, ok := number(v)
		if !ok {
			return cx.Fail(cx.Invalid, field, "insight.not_number", "value", text(v))
		}
		args = append(args, f)
	}
	term := col.name + " IN (" + strings.TrimSuffix(strings.Repeat("?,", len(args)), ",") + ")"
	if c.Not != nil {
		term = "(" + col.name + " IS NULL OR NOT " + term + ")"
	}
	w.add(term, args...)
	return nil
}

func (p *plan) textCondition(w *sqlWhere, col column, c Condition, field string) error {
	if c.ranged() {
		return cx.Fail(cx.Invalid, field, "insight.no_range", "key", "attributes."+col.key)
	}
	var codes []int64
	for _, v := range slices.Concat(c.In, c.Not) {
		if code, ok := p.store.dict(col.name).find(text(v)); ok {
			codes = append(codes, int64(code))
		}
	}
	inOrNot(w, col.name, codes, c.Not != nil)
	return nil
}

func boolCondition(w *sqlWhere, col column, c Condition, field string) error {
	if c.ranged() {
		return cx.Fail(cx.Invalid, field, "insight.no_range", "key", "attributes."+col.key)
	}
	var codes []int64
	for _, v := range slices.Concat(c.In, c.Not) {
		yes, err := strconv.ParseBool(text(v))
		if err != nil {
			return cx.Fail(cx.Invalid, field, "insight.not_bool", "value", text(v))
		}
		code := int64(0)
		if yes {
			code = 1
		}
		codes = append(codes, code)
	}
	inOrNot(w, "CAST("+col.name+" AS INTEGER)", codes, c.Not != nil)
	return nil
}

// days turns a period into local days.
func (p *Period) days(field string) (from, to int64, err error) {
	a, err1 := time.Parse(time.DateOnly, p.From)
	b, err2 := time.Parse(time.DateOnly, p.To)
	switch {
	case err1 != nil:
		return 0, 0, cx.Fail(cx.Invalid, field+".from", "insight.not_day", "value", p.From)
	case err2 != nil:
		return 0, 0, cx.Fail(cx.Invalid, field+".to", "insight.not_day", "value", p.To)
	case !a.Before(b):
		return 0, 0, cx.Fail(cx.Invalid, field, "insight.empty_period", "from", p.From, "to", p.To)
	}
	return int64(dayOf(a)), int64(dayOf(b)), nil
}

func (p *plan) during(w *sqlWhere, period *Period, field string) error {
	if period == nil {
		return nil
	}
	from, to, err := period.days(field)
	if err == nil {
		w.add("day >= ? AND day < ?", from, to)
	}
	return err
}
