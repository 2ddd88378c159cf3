package web

import (
	"slices"
	"strings"

	"vigie/internal/listen/survey"
)

// words says a condition of the survey in a sentence; "" for none.
func (x *surveyRoom) words(c *survey.Condition) string {
	l := x.lang()
	switch {
	case c == nil:
		return ""
	case len(c.All) > 0:
		return x.several(c.All, l.T("surveys.if.and"))
	case len(c.Any) > 0:
		return x.several(c.Any, l.T("surveys.if.or"))
	case c.Not != nil:
		return l.T("surveys.if.not", "what", x.words(c.Not))
	case len(c.Channel) > 0:
		return l.T("surveys.if.channel", "values", x.either(c.Channel, x.channelName))
	case len(c.Language) > 0:
		return l.T("surveys.if.language", "values", x.either(c.Language, strings.ToUpper))
	case c.Attribute != "":
		return x.test(c, l.T("surveys.if.attribute", "name", c.Attribute), func(v string) string { return l.T("journey.quoted", "text", v) })
	}
	return x.test(c, x.subject(c), func(v string) string { return l.T("journey.quoted", "text", x.choiceName(c.Question, v)) })
}

func (x *surveyRoom) several(parts []survey.Condition, word string) string {
	out := make([]string, len(parts))
	for i := range parts {
		out[i] = x.words(&parts[i])
		if len(parts[i].All)+len(parts[i].Any) > 1 {
			out[i] = "(" + out[i] + ")"
		}
	}
	return strings.Join(out, " "+word+" ")
}

// subject names the question, or its row, that a condition is about.
func (x *surveyRoom) subject(c *survey.Condition) string {
	name := string(c.Question)
	if q := x.Draft.Question(c.Question); q != nil {
		name = x.short(q)
		if i := slices.IndexFunc(q.Rows, func(r survey.Row) bool { return r.Key == c.Row }); i >= 0 {
			name = x.say(q.Rows[i].Text)
		}
	}
	return x.lang().T("surveys.if.question", "name", name)
}

// short names a question in a sentence.
func (x *surveyRoom) short(q *survey.Question) string {
	text := []rune(x.say(q.Text))
	switch {
	case len(text) == 0:
		return string(q.Key)
	case len(text) > 60:
		return strings.TrimSpace(string(text[:58])) + "…"
	}
	return string(text)
}

func (x *surveyRoom) choiceName(key survey.QuestionID, choice string) string {
	if q := x.Draft.Question(key); q != nil {
		for _, o := range q.Choices {
			if o.Key == choice {
				return x.say(o.Text)
			}
		}
	}
	return choice
}

func (x *surveyRoom) test(c *survey.Condition, subject string, name func(string) string) string {
	l := x.lang()
	switch {
	case c.Answered != nil && *c.Answered:
		return l.T("surveys.if.answered", "what", subject)
	case c.Answered != nil:
		return l.T("surveys.if.unanswered", "what", subject)
	case x.yesOrNo(c) != nil:
		return l.T("surveys.if.in", "what", subject, "values", x.pointWord(c.Question, *x.yesOrNo(c)))
	case c.From != nil && c.To != nil && *c.From == *c.To:
		return l.T("surveys.if.in", "what", subject, "values", writtenNumber(l, c.From))
	case c.From != nil && c.To != nil:
		return l.T("surveys.if.between", "what", subject, "from", writtenNumber(l, c.From), "to", writtenNumber(l, c.To))
	case c.From != nil:
		return l.T("surveys.if.from", "what", subject, "from", writtenNumber(l, c.From))
	case c.To != nil:
		return l.T("surveys.if.to", "what", subject, "to", writtenNumber(l, c.To))
	}
	return l.T("surveys.if.in", "what", subject, "values", x.either(c.In, name))
}

// yesOrNo gives the one answer of a yes-or-no question that bounds leave, nil otherwise.
func (x *surveyRoom) yesOrNo(c *survey.Condition) *float64 {
	q := x.Draft.Question(c.Question)
	if q == nil || q.Kind != survey.YesNo && q.Kind != survey.Consent {
		return nil
	}
	var left []float64
	for _, v := range []float64{0, 1} {
		if (c.From == nil || v >= *c.From) && (c.To == nil || v <= *c.To) {
			left = append(left, v)
		}
	}
	if len(left) != 1 {
		return nil
	}
	return &left[0]
}

func (x *surveyRoom) either(values []string, name func(string) string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = name(v)
	}
	return strings.Join(out, " "+x.lang().T("surveys.if.or")+" ")
}
