package survey

import (
	"strings"

	"vigie/internal/cx"
)

// Rename gives a question another key, and so everything that speaks of it: conditions, jumps, the texts its answer is put
// in. What was answered to earlier versions keeps the key it was answered under.
func (d *Definition) Rename(from, to QuestionID) {
	if from == to || d.Question(from) == nil {
		return
	}
	r := renaming{from, to}
	for _, t := range []cx.Text{d.Title, d.Welcome.Why, d.Welcome.Who} {
		r.text(t)
	}
	for i := range d.Sections {
		s := &d.Sections[i]
		r.text(s.Title)
		r.condition(s.If)
		for j := range s.Questions {
			r.question(&s.Questions[j])
		}
	}
	for i := range d.Endings {
		r.text(d.Endings[i].Text)
		r.condition(d.Endings[i].If)
	}
	if d.Review != nil {
		r.text(d.Review.Text)
	}
}

type renaming struct{ from, to QuestionID }

func (r renaming) question(q *Question) {
	if q.Key == r.from {
		q.Key = r.to
	}
	for _, t := range append([]cx.Text{q.Text, q.Help, q.Low, q.High}, q.Points...) {
		r.text(t)
	}
	for _, o := range q.Choices {
		r.text(o.Text)
	}
	for _, row := range q.Rows {
		r.text(row.Text)
	}
	r.condition(q.If)
	for i := range q.Go {
		if q.Go[i].To == r.from {
			q.Go[i].To = r.to
		}
		r.condition(q.Go[i].If)
	}
}

func (r renaming) condition(c *Condition) {
	if c == nil {
		return
	}
	if c.Question == r.from {
		c.Question = r.to
	}
	for i := range c.All {
		r.condition(&c.All[i])
	}
	for i := range c.Any {
		r.condition(&c.Any[i])
	}
	r.condition(c.Not)
}

func (r renaming) text(t cx.Text) {
	for tag, words := range t {
		t[tag] = r.words(words)
	}
}

// words renames {from} and {from|otherwise}; "{{" is a brace of the text, and {@from} an attribute.
func (r renaming) words(s string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteByte('{')
		if strings.HasPrefix(rest, "{") {
			b.WriteByte('{')
			s = rest[1:]
			continue
		}
		inside, after, closed := strings.Cut(rest, "}")
		if !closed {
			b.WriteString(rest)
			return b.String()
		}
		name, otherwise, alternative := strings.Cut(inside, "|")
		if strings.TrimSpace(name) == string(r.from) {
			name = string(r.to)
		}
		b.WriteString(name)
		if alternative {
			b.WriteString("|" + otherwise)
		}
		b.WriteByte('}')
		s = after
	}
}
