package web

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/understand/insight"
)

// asked is what the address of the explorer asks beside the filters.
type asked struct {
	Indicator  cx.IndicatorID
	Other      cx.IndicatorID // set against the first, point by point
	By         []string
	Shape      string // "": the one that suits
	Versus     string // "", "previous", "year", "period", "population"
	From, To   string // of "period": the first and the last day
	Population string // "key:value", or "others:key": those whom the filter on that key leaves out
}

const mostAxes = 3

func parseAsked(q url.Values) (asked, error) {
	a := asked{Indicator: cx.IndicatorID(q.Get("indicator")), Other: cx.IndicatorID(q.Get("other")), Shape: q.Get("shape"),
		Versus: q.Get("versus"), From: q.Get("versus_from"), To: q.Get("versus_to"), Population: q.Get("population")}
	for _, name := range some(q["by"]) {
		if !slices.Contains(a.By, name) {
			a.By = append(a.By, name)
		}
	}
	if len(a.By) > mostAxes {
		return a, cx.Fail(cx.Invalid, "by", "insight.too_many_by", "most", mostAxes)
	}
	if !slices.Contains([]string{"", "previous", "year", "period", "population"}, a.Versus) {
		a.Versus = ""
	}
	for field, v := range map[string]string{"versus_from": a.From, "versus_to": a.To} {
		if _, err := time.Parse(time.DateOnly, v); err != nil && v != "" {
			return a, cx.Fail(cx.Invalid, field, "people.date", "value", v)
		}
	}
	return a, nil
}

// values write the question anew, without the filters.
func (a asked) values() url.Values {
	q := url.Values{}
	for name, v := range map[string]string{"indicator": string(a.Indicator), "other": string(a.Other), "shape": a.Shape, "versus": a.Versus} {
		if v != "" {
			q.Set(name, v)
		}
	}
	if a.Versus == "period" && a.From != "" {
		q.Set("versus_from", a.From)
		q.Set("versus_to", a.To)
	}
	if a.Versus == "population" && a.Population != "" {
		q.Set("population", a.Population)
	}
	if len(a.By) > 0 {
		q["by"] = a.By
	}
	return q
}

// query is the whole question, filters included, as an address keeps it.
func (a asked) query(f filters) url.Values {
	q := a.values()
	maps.Copy(q, f.values())
	return q
}

const explorerPath = "/explorer"

// address gives the page of a question.
func (a asked) address(f filters) string { return address(explorerPath, a.query(f)) }

// with gives the question changed.
func (a asked) with(change func(*asked)) asked {
	a.By = slices.Clone(a.By)
	change(&a)
	return a
}

// question writes what the API takes. A comparison that is not yet said whole is left out.
func (a asked) question(g *ground, indicator cx.IndicatorID) insight.Query {
	during := g.during()
	return insight.Query{Indicator: indicator, By: a.By, Where: g.where(), During: &during, Versus: a.versus(g)}
}

func (a asked) versus(g *ground) *insight.Versus {
	switch a.Versus {
	case "previous", "year":
		return &insight.Versus{Named: a.Versus}
	case "period":
		from, err := time.Parse(time.DateOnly, a.From)
		to, err2 := time.Parse(time.DateOnly, a.To)
		if err != nil || err2 != nil || to.Before(from) {
			return nil
		}
		return &insight.Versus{During: &insight.Period{From: a.From, To: to.AddDate(0, 0, 1).Format(time.DateOnly)}}
	case "population":
		if w := a.population(g); w != nil {
			return &insight.Versus{Where: w}
		}
	}
	return nil
}

func (a asked) population(g *ground) insight.Where {
	key, value, ok := strings.Cut(a.Population, ":")
	switch {
	case !ok || value == "":
		return nil
	case key != "others":
		return insight.Where{key: {In: []any{value}}}
	}
	if c, filtered := g.where()[value]; filtered && len(c.In) > 0 {
		return insight.Where{value: {Not: c.In}}
	}
	return nil
}

// overlaps tells whether the population compared with may hold some of the same answers: the difference is then shown and
// not judged.
func (a asked) overlaps(g *ground) bool {
	if a.Versus == "period" {
		p, v := g.during(), a.versus(g)
		return v != nil && v.During.From < p.To && p.From < v.During.To
	}
	if a.Versus == "year" {
		return g.days(g.Now) > 366
	}
	key, value, _ := strings.Cut(a.Population, ":")
	if a.Versus != "population" || key == "others" {
		return false
	}
	c, filtered := g.where()[key]
	if !filtered || len(c.In) == 0 {
		return true
	}
	if key == "unit" {
		one := slices.Contains(g.Organisation.Path(cx.UnitID(value)), cx.UnitID(g.Unit))
		return one || slices.Contains(g.Organisation.Path(cx.UnitID(g.Unit)), cx.UnitID(value))
	}
	return slices.Contains(c.In, any(value))
}

// Shapes of an answer.
const (
	shapeFigure    = "figure"
	shapeLine      = "line"
	shapeBars      = "bars"
	shapeHeat      = "heat"
	shapeScatter   = "scatter"
	shapeMultiples = "multiples"
	shapeTable     = "table"
)

// shapes gives those that suit a question, the best first.
func shapes(axes []axis, against bool) []string {
	over := slices.ContainsFunc(axes, func(a axis) bool { return a.Grain != "" })
	switch {
	case len(axes) == 0:
		return []string{shapeFigure, shapeTable}
	case against:
		return []string{shapeScatter, shapeTable}
	case len(axes) == 1 && over:
		return []string{shapeLine, shapeBars, shapeTable}
	case len(axes) == 1:
		return []string{shapeBars, shapeTable}
	case over:
		return []string{shapeMultiples, shapeHeat, shapeTable}
	}
	return []string{shapeHeat, shapeMultiples, shapeTable}
}

func (a asked) shape(axes []axis) string {
	fit := shapes(axes, a.Other != "")
	if slices.Contains(fit, a.Shape) {
		return a.Shape
	}
	return fit[0]
}
