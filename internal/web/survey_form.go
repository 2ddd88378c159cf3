package web

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/survey"
	"vigie/internal/web/ui"
)

// surveyTexts asks for a text in every language of the survey, side by side.
func (x *surveyRoom) surveyTexts(name, label string, t cx.Text, kind string) []ui.Field {
	var out []ui.Field
	for _, tag := range x.Draft.Languages {
		out = append(out, ui.Field{Name: name + "_" + tag, Label: x.lang().T("surveys.labelled", "label", label, "lang", strings.ToUpper(tag)), Kind: kind, Value: t[tag], Max: 4000})
	}
	return out
}

// textIn reads such fields; other languages of before stay.
func textIn(f form, name string, tags []string, before cx.Text) cx.Text {
	out := cx.Text{}
	for tag, text := range before {
		if !slices.Contains(tags, tag) {
			out[tag] = text
		}
	}
	for _, tag := range tags {
		if text := strings.TrimSpace(strings.ReplaceAll(f.Get(name+"_"+tag), "\r\n", "\n")); text != "" {
			out[tag] = text
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// cells writes values on one line, | between; cellsOf reads them back.
func cells(values ...string) string {
	escape := strings.NewReplacer(`\`, `\\`, "|", `\|`, "\n", `\n`)
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = escape.Replace(v)
	}
	return strings.Join(out, " | ")
}

func cellsOf(line string) []string {
	var out []string
	var b strings.Builder
	escaped := false
	for _, c := range line {
		switch {
		case escaped && c == 'n':
			b.WriteByte('\n')
			escaped = false
		case escaped:
			b.WriteRune(c)
			escaped = false
		case c == '\\':
			escaped = true
		case c == '|':
			out = append(out, strings.TrimSpace(b.String()))
			b.Reset()
		default:
			b.WriteRune(c)
		}
	}
	return append(out, strings.TrimSpace(b.String()))
}

func textCells(t cx.Text, tags []string) []string {
	out := make([]string, len(tags))
	for i, tag := range tags {
		out[i] = t[tag]
	}
	return out
}

// textOfCells reads the texts of a line; other languages of before stay.
func textOfCells(l, tags []string, before cx.Text) cx.Text {
	f := url.Values{}
	for i, tag := range tags {
		f.Set("t_"+tag, nth(l, i))
	}
	return textIn(f, "t", tags, before)
}

// Marks at the end of a line.
const (
	markOther  = "#other"
	markAlone  = "#alone"
	markMetric = "#metric="
)

func choiceLines(l []survey.Option, tags []string) string {
	var out []string
	for _, o := range l {
		line := append([]string{o.Key}, textCells(o.Text, tags)...)
		if o.Other {
			line = append(line, markOther)
		}
		if o.Alone {
			line = append(line, markAlone)
		}
		out = append(out, cells(line...))
	}
	return strings.Join(out, "\n")
}

func readChoices(text string, tags []string, before []survey.Option) []survey.Option {
	var out []survey.Option
	for _, line := range typedLines(text) {
		l := cellsOf(line)
		o := survey.Option{Other: slices.Contains(l, markOther), Alone: slices.Contains(l, markAlone)}
		l = slices.DeleteFunc(l, func(c string) bool { return c == markOther || c == markAlone })
		o.Key = l[0]
		i := slices.IndexFunc(before, func(b survey.Option) bool { return b.Key == o.Key })
		var was cx.Text
		if i >= 0 {
			was = before[i].Text
		}
		o.Text = textOfCells(l[1:], tags, was)
		out = append(out, o)
	}
	return out
}

func rowLines(l []survey.Row, tags []string) string {
	var out []string
	for _, r := range l {
		line := append([]string{r.Key}, textCells(r.Text, tags)...)
		if r.Metric != "" {
			line = append(line, markMetric+string(r.Metric))
		}
		out = append(out, cells(line...))
	}
	return strings.Join(out, "\n")
}

func readRows(text string, tags []string, before []survey.Row) []survey.Row {
	var out []survey.Row
	for _, line := range typedLines(text) {
		var r survey.Row
		var l []string
		for _, c := range cellsOf(line) {
			if m, ok := strings.CutPrefix(c, markMetric); ok {
				r.Metric = cx.MetricID(m)
			} else {
				l = append(l, c)
			}
		}
		r.Key = nth(l, 0)
		i := slices.IndexFunc(before, func(b survey.Row) bool { return b.Key == r.Key })
		var was cx.Text
		if i >= 0 {
			was = before[i].Text
		}
		r.Text = textOfCells(l[min(1, len(l)):], tags, was)
		out = append(out, r)
	}
	return out
}

func pointLines(l []cx.Text, tags []string) string {
	var out []string
	for _, t := range l {
		out = append(out, cells(textCells(t, tags)...))
	}
	return strings.Join(out, "\n")
}

func readPoints(text string, tags []string, before []cx.Text) []cx.Text {
	var out []cx.Text
	for i, line := range typedLines(text) {
		var was cx.Text
		if i < len(before) {
			was = before[i]
		}
		out = append(out, textOfCells(cellsOf(line), tags, was))
	}
	return out
}

// condRow is one line of a condition: what it is about, how it is tested.
type condRow struct{ What, Test, Value, To string }

// condForm is a condition in lines; one that lines cannot say is kept as it is, and said in words.
type condForm struct {
	Prefix string
	Any    bool
	Rows   []condRow
	Kept   string
	What   []ui.Option
	Tests  []ui.Option
}

// keepCond stands for the condition that the form cannot say.
const keepCond = "keep"

// rowOf writes a condition on one line, false when it does not fit.
func rowOf(l lang.Lang, c survey.Condition) (condRow, bool) {
	r := condRow{Test: "in", Value: strings.Join(c.In, ", ")}
	switch {
	case len(c.Channel) > 0:
		r.What, r.Value = "channel", strings.Join(c.Channel, ", ")
	case len(c.Language) > 0:
		r.What, r.Value = "language", strings.Join(c.Language, ", ")
	case c.Attribute != "":
		r.What = "a:" + c.Attribute
	case c.Row != "":
		r.What = "q:" + string(c.Question) + "/" + c.Row
	default:
		r.What = "q:" + string(c.Question)
	}
	switch {
	case c.Answered != nil && *c.Answered:
		r.Test = "answered"
	case c.Answered != nil:
		r.Test = "unanswered"
	case c.From != nil && c.To != nil:
		r.Test, r.Value, r.To = "between", writtenNumber(l, c.From), writtenNumber(l, c.To)
	case c.From != nil:
		r.Test, r.Value = "from", writtenNumber(l, c.From)
	case c.To != nil:
		r.Test, r.Value = "to", writtenNumber(l, c.To)
	}
	back, err := r.condition("")
	return r, err == nil && back != nil && sameJSON(*back, c)
}

func sameJSON(a, b any) bool {
	x, e := json.Marshal(a)
	y, f := json.Marshal(b)
	return e == nil && f == nil && bytes.Equal(x, y)
}

// condition reads a line, nil for an empty one.
func (r condRow) condition(field string) (*survey.Condition, error) {
	c := &survey.Condition{}
	list := strings.FieldsFunc(r.Value, func(c rune) bool { return c == ',' })
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	switch {
	case r.What == "":
		return nil, nil
	case r.What == "channel":
		c.Channel = list
		return c, nil
	case r.What == "language":
		c.Language = list
		return c, nil
	case strings.HasPrefix(r.What, "a:"):
		c.Attribute = r.What[2:]
	default:
		key, row, _ := strings.Cut(strings.TrimPrefix(r.What, "q:"), "/")
		c.Question, c.Row = survey.QuestionID(key), row
	}
	var err error
	switch r.Test {
	case "answered", "unanswered":
		c.Answered = new(r.Test == "answered")
	case "from":
		c.From, err = typedNumber(field, r.Value)
	case "to":
		c.To, err = typedNumber(field, r.Value)
	case "between":
		if c.From, err = typedNumber(field, r.Value); err == nil {
			c.To, err = typedNumber(field, r.To)
		}
	default:
		c.In = list
	}
	return c, err
}

// condForm draws a condition in lines, with empty ones to fill.
func (x *surveyRoom) condForm(prefix string, c *survey.Condition, before survey.QuestionID) *condForm {
	f := &condForm{Prefix: prefix, What: x.condWhat(before)}
	for _, t := range []string{"in", "from", "to", "between", "answered", "unanswered"} {
		f.Tests = append(f.Tests, ui.Option{Value: t, Label: x.lang().T("surveys.test." + t)})
	}
	rows, anyOf, ok := x.condRows(c)
	f.Rows, f.Any = rows, anyOf
	if !ok {
		f.Kept, f.Rows = x.words(c), []condRow{{What: keepCond}}
	}
	f.Rows = append(f.Rows, condRow{}, condRow{})
	return f
}

func (x *surveyRoom) condRows(c *survey.Condition) (rows []condRow, anyOf, ok bool) {
	if c == nil {
		return nil, false, true
	}
	parts := []survey.Condition{*c}
	if len(c.All) > 1 || len(c.Any) > 1 {
		anyOf = len(c.Any) > 1
		parts = append(slices.Clone(c.All), c.Any...)
		rest := *c
		rest.All, rest.Any = nil, nil
		if len(c.All) > 0 && len(c.Any) > 0 || !sameJSON(rest, survey.Condition{}) {
			return nil, false, false
		}
	}
	for _, part := range parts {
		row, fits := rowOf(x.lang(), part)
		if !fits {
			return nil, false, false
		}
		rows = append(rows, row)
	}
	return rows, anyOf, true
}

// condWhat lists what a condition may be about: the questions asked before one, and what is known of the person.
func (x *surveyRoom) condWhat(before survey.QuestionID) []ui.Option {
	l := x.lang()
	out := []ui.Option{{Label: l.T("surveys.cond.nothing")}}
	for _, q := range x.Draft.Questions() {
		if q.Key == before {
			break
		}
		switch {
		case q.Kind == survey.Matrix:
			for _, r := range q.Rows {
				out = append(out, ui.Option{Value: "q:" + string(q.Key) + "/" + r.Key, Label: x.short(q) + " — " + x.say(r.Text)})
			}
		case q.Kind != survey.Info:
			out = append(out, ui.Option{Value: "q:" + string(q.Key), Label: x.short(q)})
		}
	}
	out = append(out, ui.Option{Value: "channel", Label: l.T("surveys.cond.channel")}, ui.Option{Value: "language", Label: l.T("surveys.cond.language")})
	for _, a := range x.Catalogue.AttributeList {
		out = append(out, ui.Option{Value: "a:" + string(a.Key), Label: l.T("surveys.if.attribute", "name", l.Text(a.Name))})
	}
	return out
}

// options gives the choices of a line, its own among them.
func (f *condForm) options(r condRow) []ui.Option {
	out := slices.Clone(f.What)
	if f.Kept != "" {
		out = append(out, ui.Option{Value: keepCond, Label: f.Kept})
	}
	return selected(out, r.What)
}

func selected(l []ui.Option, value string) []ui.Option {
	l = slices.Clone(l)
	found := false
	for i := range l {
		l[i].Selected = l[i].Value == value
		found = found || l[i].Selected
	}
	if !found && value != "" {
		l = append(l, ui.Option{Value: value, Label: value, Selected: true})
	}
	return l
}

func (f *condForm) tests(r condRow) []ui.Option { return selected(f.Tests, r.Test) }

// typedRows gives the lines of a form as they were typed.
func typedRows(f url.Values, prefix string) []condRow {
	var out []condRow
	for n := range rows(f, prefix+"_what") {
		out = append(out, condRow{What: f[prefix+"_what"][n], Test: nth(f[prefix+"_test"], n), Value: strings.TrimSpace(nth(f[prefix+"_value"], n)), To: strings.TrimSpace(nth(f[prefix+"_to"], n))})
	}
	return out
}

// readCondition reads the lines of a form; before is what is kept when the form says so.
func (c *collector) readCondition(f url.Values, prefix string, before *survey.Condition) *survey.Condition {
	var parts []survey.Condition
	for _, row := range typedRows(f, prefix) {
		if row.What == keepCond {
			return before
		}
		one, err := row.condition(prefix)
		if err != nil {
			c.l = append(c.l, err)
		} else if one != nil {
			parts = append(parts, *one)
		}
	}
	switch {
	case len(parts) == 0:
		return nil
	case len(parts) == 1:
		return &parts[0]
	case f.Get(prefix+"_any") != "":
		return &survey.Condition{Any: parts}
	}
	return &survey.Condition{All: parts}
}
