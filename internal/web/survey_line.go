package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"vigie/internal/cx"
	"vigie/internal/listen/intake"
	"vigie/internal/listen/survey"
	"vigie/internal/web/ui"
)

// surveyLine is one choice, one row or the name of one point: fields side by side, whose names every line of the form has.
type surveyLine struct {
	Head   string // what the line is about when it asks no name of it
	Fields []ui.Field
}

const (
	spareLines = 3   // empty lines offered
	linesMost  = 400 // more than a survey may hold: the rest of a form is not read
)

// lineTexts asks for the words of a line in every language.
func (x *surveyRoom) lineTexts(name string, t cx.Text) []ui.Field {
	return x.surveyTexts(name, x.lang().T("surveys.line.text"), t, "")
}

func (x *surveyRoom) lineEnds(name, key string, place int) []ui.Field {
	l := x.lang()
	return []ui.Field{{Name: name + "_key", Label: l.T("surveys.line.key"), Value: key, Max: 64}, {Name: name + "_place", Kind: "number", Label: l.T("surveys.line.place"), Value: count(place)}}
}

func lineAttrs(f ui.Field) templ.Attributes {
	a := templ.Attributes{"autocomplete": "off"}
	if f.Kind == "number" {
		a["inputmode"] = "decimal"
	}
	if f.Max > 0 {
		a["maxlength"] = strconv.Itoa(f.Max)
	}
	return a
}

// The ways a choice stands among the others.
const (
	choiceOther      = "other"
	choiceAlone      = "alone"
	choiceOtherAlone = "other alone"
)

func (x *surveyRoom) choiceLines(q *survey.Question) []surveyLine {
	var out []surveyLine
	for n, o := range append(slices.Clone(q.Choices), make([]survey.Option, spareLines)...) {
		is := ""
		switch {
		case o.Other && o.Alone:
			is = choiceOtherAlone
		case o.Other:
			is = choiceOther
		case o.Alone:
			is = choiceAlone
		}
		ways := []ui.Option{{Label: x.lang().T("surveys.line.is.plain")}}
		for _, w := range []string{choiceOther, choiceAlone} {
			ways = append(ways, ui.Option{Value: w, Label: x.lang().T("surveys.line.is." + w)})
		}
		if is == choiceOtherAlone {
			ways = append(ways, ui.Option{Value: is, Label: x.lang().T("surveys.line.is.both")})
		}
		fields := append(x.lineTexts("choice", o.Text), ui.Field{Name: "choice_is", Kind: "select", Label: x.lang().T("surveys.line.is"), Options: selected(ways, is)})
		out = append(out, surveyLine{Fields: append(fields, x.lineEnds("choice", o.Key, n+1)...)})
	}
	return out
}

func (x *surveyRoom) rowLines(q *survey.Question) []surveyLine {
	var out []surveyLine
	for n, r := range append(slices.Clone(q.Rows), make([]survey.Row, spareLines)...) {
		metrics := selected(x.metricsOn(q, r.Metric, x.lang().T("surveys.metric.none")), string(r.Metric))
		fields := append(x.lineTexts("row", r.Text), ui.Field{Name: "row_metric", Kind: "select", Label: x.lang().T("surveys.field.metric"), Options: metrics})
		out = append(out, surveyLine{Fields: append(fields, x.lineEnds("row", r.Key, n+1)...)})
	}
	return out
}

// pointLines asks for a name of each point of the scale.
func (x *surveyRoom) pointLines(q *survey.Question) []surveyLine {
	var out []surveyLine
	low, high, step := q.Scale()
	for n := range max(len(q.Points), min(int((high-low)/step)+1, 11)) {
		var t cx.Text
		if n < len(q.Points) {
			t = q.Points[n]
		}
		v := low + float64(n)*step
		out = append(out, surveyLine{Head: writtenNumber(x.lang(), &v), Fields: x.lineTexts("point", t)})
	}
	return out
}

// retypeLines puts back what was typed; lines that were added while typing are lost in a survey of no such line.
func retypeLines(lines []surveyLine, f url.Values) {
	for n := range lines {
		for i := range lines[n].Fields {
			one := &lines[n].Fields[i]
			if one.Value = nth(f[one.Name], n); one.Kind == "select" {
				one.Options = selected(one.Options, one.Value)
			}
		}
	}
}

// lineText reads the words of the n-th line; other languages of before stay.
func lineText(f url.Values, name string, n int, tags []string, before cx.Text) cx.Text {
	one := url.Values{}
	for _, tag := range tags {
		one.Set("t_"+tag, nth(f[name+"_"+tag], n))
	}
	return textIn(one, "t", tags, before)
}

// typedKeys reads the keys of the lines, in the order asked for: a line without words and key is none, a key not given
// is made of the first words.
func typedKeys(f url.Values, name string, tags []string) (keys []string, from []int) {
	type line struct {
		n     int
		place float64
	}
	var lines []line
	for n := range min(len(f[name+"_key"]), linesMost) {
		place, err := strconv.ParseFloat(strings.TrimSpace(nth(f[name+"_place"], n)), 64)
		if err != nil {
			place = float64(n + 1)
		}
		if nth(f[name+"_key"], n) != "" || lineText(f, name, n, tags, nil) != nil {
			lines = append(lines, line{n, place})
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.place, b.place) })
	taken := map[string]bool{}
	for _, one := range lines {
		taken[strings.TrimSpace(f[name+"_key"][one.n])] = true
	}
	for _, one := range lines {
		key := strings.TrimSpace(f[name+"_key"][one.n])
		if key == "" {
			key = freeKey(keyOf(f, name, one.n, tags), taken)
			taken[key] = true
		}
		keys, from = append(keys, key), append(from, one.n)
	}
	return keys, from
}

func keyOf(f url.Values, name string, n int, tags []string) string {
	for _, tag := range tags {
		if slug := intake.Slug(nth(f[name+"_"+tag], n)); slug != "" {
			return strings.Trim(slug[:min(len(slug), 40)], "-")
		}
	}
	return "choice"
}

func readChoices(f url.Values, tags []string, before []survey.Option) []survey.Option {
	var out []survey.Option
	keys, from := typedKeys(f, "choice", tags)
	for i, key := range keys {
		var was cx.Text
		if at := slices.IndexFunc(before, func(b survey.Option) bool { return b.Key == key }); at >= 0 {
			was = before[at].Text
		}
		is := nth(f["choice_is"], from[i])
		out = append(out, survey.Option{Key: key, Text: lineText(f, "choice", from[i], tags, was), Other: is == choiceOther || is == choiceOtherAlone, Alone: is == choiceAlone || is == choiceOtherAlone})
	}
	return out
}

func readRows(f url.Values, tags []string, before []survey.Row) []survey.Row {
	var out []survey.Row
	keys, from := typedKeys(f, "row", tags)
	for i, key := range keys {
		var was cx.Text
		if at := slices.IndexFunc(before, func(b survey.Row) bool { return b.Key == key }); at >= 0 {
			was = before[at].Text
		}
		out = append(out, survey.Row{Key: key, Text: lineText(f, "row", from[i], tags, was), Metric: cx.MetricID(nth(f["row_metric"], from[i]))})
	}
	return out
}

// readPoints reads the names of the points, up to the last that has one; none at all is a scale of numbers.
func readPoints(f url.Values, tags []string, before []cx.Text) []cx.Text {
	var out []cx.Text
	lines := 0
	for _, tag := range tags {
		lines = max(lines, min(len(f["point_"+tag]), linesMost))
	}
	for n := range lines {
		var was cx.Text
		if n < len(before) {
			was = before[n]
		}
		out = append(out, lineText(f, "point", n, tags, was))
	}
	for len(out) > 0 && out[len(out)-1] == nil {
		out = out[:len(out)-1]
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
