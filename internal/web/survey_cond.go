package web

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/web/ui"
)

// condRow is one line of a condition: what it is about, how it is tested, and the value in the words of the survey.
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

const (
	keepCond   = "keep" // stands for the condition that the form cannot say
	spareConds = 3      // empty lines offered
)

// condRowOf writes a condition on one line, false when it does not fit.
func (x *surveyRoom) condRowOf(c survey.Condition) (condRow, bool) {
	r := condRow{Test: "in"}
	switch {
	case len(c.Channel) > 0:
		r.What = "channel"
	case len(c.Language) > 0:
		r.What = "language"
	case c.Attribute != "":
		r.What = "a:" + c.Attribute
	case c.Row != "":
		r.What = "q:" + string(c.Question) + "/" + c.Row
	default:
		r.What = "q:" + string(c.Question)
	}
	l := x.lang()
	switch {
	case c.Answered != nil && *c.Answered:
		r.Test = "answered"
	case c.Answered != nil:
		r.Test = "unanswered"
	case c.From != nil && c.To != nil && *c.From == *c.To:
		r.Value = x.pointWord(c.Question, *c.From)
	case c.From != nil && c.To != nil:
		r.Test, r.Value, r.To = "between", writtenNumber(l, c.From), writtenNumber(l, c.To)
	case c.From != nil:
		r.Test, r.Value = "from", writtenNumber(l, c.From)
	case c.To != nil:
		r.Test, r.Value = "to", writtenNumber(l, c.To)
	}
	if listed := slices.Concat(c.Channel, c.Language, c.In); len(listed) > 0 {
		words := x.valueWords(r.What)
		for _, named := range []bool{true, false} {
			if r.Value = joinValues(listed, words, named); x.reads(r, c) {
				return r, true
			}
		}
		return r, false
	}
	return r, x.reads(r, c)
}

// reads tells whether a line, read back, is that very condition.
func (x *surveyRoom) reads(r condRow, c survey.Condition) bool {
	back, err := x.conditionOf(r, "")
	return err == nil && back != nil && sameJSON(*back, c)
}

func sameJSON(a, b any) bool {
	x, e := json.Marshal(a)
	y, f := json.Marshal(b)
	return e == nil && f == nil && bytes.Equal(x, y)
}

// joinValues writes values, in words or as they are.
func joinValues(values []string, words map[string]string, named bool) string {
	out := make([]string, len(values))
	for i, v := range values {
		if out[i] = v; named && words[v] != "" {
			out[i] = words[v]
		}
	}
	return strings.Join(out, " ; ")
}

// valueWords says in words the values that what a line is about may take; none when they are free.
func (x *surveyRoom) valueWords(what string) map[string]string {
	if named := x.Known[what]; named != nil {
		return named
	}
	out := map[string]string{}
	switch q := x.Draft.Question(questionOf(what)); {
	case what == "channel":
		for _, c := range cx.Channels {
			out[c] = x.channelName(c)
		}
	case q != nil:
		for _, o := range q.Choices {
			out[o.Key] = x.say(o.Text)
		}
	}
	return out
}

func questionOf(what string) survey.QuestionID {
	key, is := strings.CutPrefix(what, "q:")
	if !is {
		return ""
	}
	key, _, _ = strings.Cut(key, "/")
	return survey.QuestionID(key)
}

// pointWord writes a point: yes and no in words.
func (x *surveyRoom) pointWord(key survey.QuestionID, v float64) string {
	if q := x.Draft.Question(key); q != nil && (q.Kind == survey.YesNo || q.Kind == survey.Consent) {
		if v == 1 {
			return x.lang().T("respond.yes")
		}
		return x.lang().T("respond.no")
	}
	return writtenNumber(x.lang(), &v)
}

// values reads what was typed: words of the survey, in any of its languages, or keys; ; between, or commas.
func (x *surveyRoom) values(what, typed string) []string {
	words := x.valueWords(what)
	read := func(sep string) (out []string, all bool) {
		all = true
		for v := range strings.SplitSeq(typed, sep) {
			if v = strings.TrimSpace(v); v == "" {
				continue
			}
			key, known := x.valueOf(what, v, words)
			all = all && known
			out = append(out, key)
		}
		return out, all
	}
	whole, all := read(";")
	if len(whole) == 1 && !all {
		if parts, each := read(","); each || len(words) == 0 {
			return parts
		}
	}
	return whole
}

func (x *surveyRoom) valueOf(what, v string, words map[string]string) (string, bool) {
	if _, is := words[v]; is {
		return v, true
	}
	for _, key := range slices.Sorted(maps.Keys(words)) {
		if strings.EqualFold(words[key], v) {
			return key, true
		}
	}
	if q := x.Draft.Question(questionOf(what)); q != nil {
		for _, o := range q.Choices {
			for _, text := range o.Text {
				if strings.EqualFold(text, v) {
					return o.Key, true
				}
			}
		}
	}
	return v, false
}

// conditionOf reads a line, nil for an empty one.
func (x *surveyRoom) conditionOf(r condRow, field string) (*survey.Condition, error) {
	c := &survey.Condition{}
	switch {
	case r.What == "":
		return nil, nil
	case r.What == "channel":
		c.Channel = x.values(r.What, r.Value)
		return c, nil
	case r.What == "language":
		for _, tag := range x.values(r.What, r.Value) {
			c.Language = append(c.Language, strings.ToLower(tag))
		}
		return c, nil
	case strings.HasPrefix(r.What, "a:"):
		c.Attribute = r.What[2:]
	default:
		_, c.Row, _ = strings.Cut(r.What, "/")
		c.Question = questionOf(r.What)
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
		if q := x.Draft.Question(c.Question); q != nil && (q.Kind.Points() || q.Kind == survey.Matrix) {
			c.From, err = x.typedPoint(q, field, r.Value)
			c.To = c.From
		} else {
			c.In = x.values(r.What, r.Value)
		}
	}
	return c, err
}

func (x *surveyRoom) typedPoint(q *survey.Question, field, typed string) (*float64, error) {
	if q.Kind == survey.YesNo || q.Kind == survey.Consent {
		for _, v := range []float64{0, 1} {
			if strings.EqualFold(typed, x.pointWord(q.Key, v)) {
				return &v, nil
			}
		}
	}
	return typedNumber(field, typed)
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
	f.Rows = append(f.Rows, make([]condRow, spareConds)...)
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
		row, fits := x.condRowOf(part)
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

// condValues proposes the words that a line may be compared to.
func (x *surveyRoom) condValues() []ui.Option {
	var out []ui.Option
	seen := map[string]bool{}
	add := func(word, of string) {
		if word != "" && !seen[word] {
			seen[word] = true
			out = append(out, ui.Option{Value: word, Label: of})
		}
	}
	for _, q := range x.Draft.Questions() {
		for _, o := range q.Choices {
			add(x.say(o.Text), x.short(q))
		}
		if q.Kind == survey.YesNo || q.Kind == survey.Consent {
			add(x.pointWord(q.Key, 1), x.short(q))
			add(x.pointWord(q.Key, 0), x.short(q))
		}
	}
	for _, c := range cx.Channels {
		add(x.channelName(c), x.lang().T("surveys.cond.channel"))
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

// condReader reads the lines of a form, gathering what is wrong with them.
type condReader struct {
	*collector
	*surveyRoom
}

func (x *surveyRoom) reader() condReader { return condReader{&collector{}, x} }

// condition reads the lines of a form; before is what is kept when the form says so.
func (c condReader) condition(f url.Values, prefix string, before *survey.Condition) *survey.Condition {
	var parts []survey.Condition
	for _, row := range typedRows(f, prefix) {
		if row.What == keepCond {
			return before
		}
		one, err := c.conditionOf(row, prefix)
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
