package foreign

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"vigie/internal/listen/survey"
)

// skip is a "skip to" waiting for all questions to be known.
type skip struct {
	from    *question
	section int
	logic   node
}

// resolveSkips makes jumps of them.
func (q *qualtrics) resolveSkips() {
	if len(q.seen) > questionsMost { // refused whatever they say
		return
	}
	for _, s := range q.skips {
		c, ok := q.expression(node{map[string]any{"LogicType": "Question", "LeftOperand": s.logic.get("ChoiceLocator").v, "Operator": s.logic.get("Condition").v, "RightOperand": s.logic.get("RightOperand").v}})
		to := q.destination(s)
		if !ok || to == "" || len(s.from.t.keys) == 0 {
			q.lose(s.from.tag, "foreign.jump", "to", shown(s.logic.get("SkipToDestination").str()))
			continue
		}
		last := q.d.Question(s.from.t.keys[len(s.from.t.keys)-1])
		if last != nil {
			last.Go = append(last.Go, survey.Jump{If: c, To: to})
		}
	}
}

func (q *qualtrics) destination(s skip) survey.QuestionID {
	switch to := s.logic.get("SkipToDestination").str(); to {
	case "ENDOFSURVEY":
		return survey.End
	case "ENDOFBLOCK":
		for _, next := range q.d.Sections[min(s.section+1, len(q.d.Sections)):] {
			if len(next.Questions) > 0 {
				return next.Questions[0].Key
			}
		}
		return survey.End
	default:
		if t := q.asked[to]; t != nil {
			return t.key
		}
	}
	return ""
}

// logic translates a boolean expression: groups of expressions, each joined by And and Or (And first).
func (q *qualtrics) logic(d node) (*survey.Condition, bool) {
	var either [][]survey.Condition
	for _, k := range d.keys() {
		if _, err := strconv.Atoi(k); err != nil {
			continue
		}
		g := d.get(k)
		c, ok := q.group(g)
		if !ok {
			return nil, false
		}
		if t := g.get("Type").str(); t == "AndIf" && len(either) > 0 {
			either[len(either)-1] = append(either[len(either)-1], *c)
		} else {
			either = append(either, []survey.Condition{*c})
		}
	}
	return disjunction(either)
}

func (q *qualtrics) group(g node) (*survey.Condition, bool) {
	var either [][]survey.Condition
	for _, k := range g.keys() {
		if _, err := strconv.Atoi(k); err != nil {
			continue
		}
		e := g.get(k)
		c, ok := q.expression(e)
		if !ok {
			return nil, false
		}
		word := e.get("Conjuction").str() + e.get("Conjunction").str()
		if strings.EqualFold(word, "Or") || len(either) == 0 {
			either = append(either, []survey.Condition{*c})
		} else {
			either[len(either)-1] = append(either[len(either)-1], *c)
		}
	}
	return disjunction(either)
}

func disjunction(l [][]survey.Condition) (*survey.Condition, bool) {
	var any []survey.Condition
	for _, and := range l {
		any = append(any, *all(and))
	}
	switch len(any) {
	case 0:
		return nil, false
	case 1:
		return &any[0], true
	}
	return &survey.Condition{Any: any}, true
}

var locator = regexp.MustCompile(`^q://(QID[^/]+)/([A-Za-z]+)(?:/(.*))?$`)

func (q *qualtrics) expression(e node) (*survey.Condition, bool) {
	op, right := e.get("Operator").str(), e.get("RightOperand").str()
	left := e.get("LeftOperand").str()
	switch e.get("LogicType").str() {
	case "EmbeddedField":
		return compare(survey.Condition{Attribute: keyOf(left)}, op, right, true)
	case "Question":
	default:
		return nil, false
	}
	m := locator.FindStringSubmatch(left)
	if m == nil {
		m = locator.FindStringSubmatch(e.get("ChoiceLocator").str())
	}
	if m == nil || q.asked[m[1]] == nil {
		return nil, false
	}
	t := q.asked[m[1]]
	switch op {
	case "Selected", "NotSelected":
		c, ok := t.taken[m[3]]
		if !ok {
			return nil, false
		}
		if op == "NotSelected" {
			return &survey.Condition{Not: &c}, true
		}
		return &c, true
	case "Displayed", "NotDisplayed":
		return nil, false
	}
	if c, ok := t.number[m[3]]; ok && m[3] != "" {
		return compare(c, op, right, false)
	}
	if c, ok := t.number[""]; ok {
		return compare(c, op, right, false)
	}
	if len(t.keys) == 1 && (op == "Empty" || op == "NotEmpty") {
		return compare(survey.Condition{Question: t.key}, op, right, false)
	}
	return nil, false
}

// compare tests a number, or an attribute by its text.
func compare(c survey.Condition, op, right string, text bool) (*survey.Condition, bool) {
	yes, no := true, false
	v, err := strconv.ParseFloat(strings.TrimSpace(right), 64)
	known := c
	known.Answered = &yes
	bound := func(from, to *float64) *survey.Condition { b := c; b.From, b.To = from, to; return &b }
	not := func(b *survey.Condition) *survey.Condition { return &survey.Condition{Not: b} }
	switch op {
	case "Empty":
		c.Answered = &no
		return &c, true
	case "NotEmpty":
		return &known, true
	case "EqualTo", "NotEqualTo":
		b := bound(&v, &v)
		if text {
			b = &c
			b.In = []string{right}
		}
		if op == "NotEqualTo" {
			b = not(b)
		}
		return b, text && right != "" || !text && err == nil
	case "GreaterThan":
		return &survey.Condition{All: []survey.Condition{known, *not(bound(nil, &v))}}, err == nil
	case "GreaterThanOrEqual":
		return bound(&v, nil), err == nil
	case "LessThan":
		return &survey.Condition{All: []survey.Condition{known, *not(bound(&v, nil))}}, err == nil
	case "LessThanOrEqual":
		return bound(nil, &v), err == nil
	}
	return nil, false
}

var markup = regexp.MustCompile(`<[^>]*>`)

// described is what the file says of a condition in words.
func described(d node) string {
	var l []string
	for _, g := range d.each() {
		for _, e := range g.each() {
			if s := e.get("Description").str(); s != "" {
				l = append(l, markup.ReplaceAllString(s, ""))
			}
		}
	}
	return shown(strings.Join(l, " "))
}

var qsfPipe = regexp.MustCompile(`\$\{([a-zA-Z]+)://([^}]*)\}|\$e\{[^}]*\}?|\$\{[^}]*\}?`)

// piped turns ${q://QID1/…} into {key} and ${e://Field/name} into {@name}; others are told and leave dots.
func (q *qualtrics) piped(_ *reader, question, text string) string {
	var b strings.Builder
	at := 0
	for _, m := range qsfPipe.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(braces(text[at:m[0]]))
		at = m[1]
		mark := ""
		if m[2] >= 0 {
			mark = q.pipe(text[m[2]:m[3]], text[m[4]:m[5]])
		}
		if mark == "" {
			q.lose(question, "foreign.pipe", "name", shown(strings.Trim(text[m[0]:m[1]], "${}")))
			mark = "…"
		}
		b.WriteString(mark)
	}
	b.WriteString(braces(text[at:]))
	return strings.ReplaceAll(b.String(), "${", "$ {")
}

func (q *qualtrics) pipe(scheme, path string) string {
	parts := strings.Split(path, "/")
	switch scheme {
	case "q":
		t := q.asked[parts[0]]
		if t == nil || len(t.keys) == 0 {
			return ""
		}
		if c, ok := t.number[parts[len(parts)-1]]; ok && len(parts) > 2 && c.Row == "" {
			return "{" + string(c.Question) + "}"
		}
		if len(parts) > 2 && len(t.keys) > 1 {
			for _, key := range t.keys {
				if strings.HasSuffix(string(key), "_"+keyOf(parts[len(parts)-1])) {
					return "{" + string(key) + "}"
				}
			}
		}
		return "{" + string(t.key) + "}"
	case "e":
		name, err := url.PathUnescape(parts[len(parts)-1])
		if err == nil && keyOf(name) != "" {
			return "{@" + keyOf(name) + "}"
		}
	case "m":
		switch parts[0] {
		case "FirstName":
			return "{@first_name}"
		case "LastName":
			return "{@last_name}"
		}
		if keyOf(parts[0]) != "" {
			return "{@" + keyOf(parts[0]) + "}"
		}
	}
	return ""
}
