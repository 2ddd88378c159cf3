package survey

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
)

// pipe is one {name} or {@attribute|otherwise} of a text.
type pipe struct {
	name      string
	attribute bool
	otherwise string
}

var errPipe = errors.New("survey: a brace is not closed")

// pipesOf lists the pipes of a text. "{{" is a brace of the text.
func pipesOf(s string) ([]pipe, error) {
	var l []pipe
	_, err := replacePipes(s, func(p pipe) string { l = append(l, p); return "" })
	return l, err
}

func replacePipes(s string, by func(pipe) string) (string, error) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "{")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		if strings.HasPrefix(rest, "{") {
			b.WriteByte('{')
			s = rest[1:]
			continue
		}
		inside, after, closed := strings.Cut(rest, "}")
		if !closed || strings.TrimSpace(inside) == "" {
			return b.String(), errPipe
		}
		name, otherwise, _ := strings.Cut(inside, "|")
		p := pipe{name: strings.TrimSpace(name), otherwise: otherwise}
		p.name, p.attribute = strings.CutPrefix(p.name, "@")
		b.WriteString(by(p))
		s = after
	}
}

// Say writes a text of the survey in the person's language, earlier answers and attributes put in. The result is plain
// text: it is escaped by who shows it.
func (d *Definition) Say(t cx.Text, s State) string {
	words, _ := replacePipes(d.In(t, s.Language), func(p pipe) string {
		v := ""
		if p.attribute {
			v = attributeText(s.Attributes[p.name])
		} else if q := d.Question(QuestionID(p.name)); q != nil {
			v = d.answerText(q, s)
		}
		if v == "" {
			return p.otherwise
		}
		return v
	})
	return words
}

// In gives a text in a language of the survey, in its default language when the person's is none of them.
func (d *Definition) In(t cx.Text, lang string) string {
	if !slices.Contains(d.Languages, lang) && len(d.Languages) > 0 {
		lang = d.Languages[0]
	}
	return t.In(lang)
}

func attributeText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

func (d *Definition) answerText(q *Question, s State) string {
	a := s.Answers[q.Key]
	switch {
	case q.Kind.Lists():
		var l []string
		for _, key := range a.Choices {
			i := slices.IndexFunc(q.Choices, func(o Option) bool { return o.Key == key })
			switch {
			case i < 0:
			case q.Choices[i].Other && a.Text != "":
				l = append(l, a.Text)
			default:
				l = append(l, d.In(q.Choices[i].Text, s.Language))
			}
		}
		return strings.Join(l, ", ")
	case q.Kind == Date:
		if at, err := time.Parse(time.DateOnly, a.Text); err == nil && strings.HasPrefix(s.Language, "fr") {
			return at.Format("02/01/2006")
		}
		return a.Text
	case a.Number != nil:
		return strconv.FormatFloat(*a.Number, 'f', -1, 64)
	}
	return a.Text
}
