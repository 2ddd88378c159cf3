package survey_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"vigie/internal/listen/survey"
)

// what a question of a random survey may be answered, "" included when it may be left.
func mayAnswer(q survey.Question) []survey.Answer {
	var l []survey.Answer
	if q.Need != survey.Required {
		l = append(l, survey.Answer{})
	}
	switch q.Kind {
	case survey.Rating:
		return append(l, num(1), num(2), num(3))
	case survey.Choice:
		return append(l, chosen("a"), chosen("b"), chosen("c"))
	case survey.Choices:
		return append(l, chosen("a"), chosen("b"), chosen("a", "b"), chosen("c"))
	}
	return append(l, survey.Answer{Text: "x"})
}

func drawQuestion(t *rapid.T, n int, before []survey.Question, all int) survey.Question {
	q := survey.Question{Key: survey.QuestionID(fmt.Sprintf("q%d", n)), Text: both("?")}
	q.Kind = rapid.SampledFrom([]survey.Kind{survey.Rating, survey.Choice, survey.Choices, survey.Text}).Draw(t, "kind")
	q.Need = rapid.SampledFrom([]survey.Need{survey.Optional, survey.Required}).Draw(t, "need")
	switch q.Kind {
	case survey.Rating:
		q.Min, q.Max = 1, 3
	case survey.Choice, survey.Choices:
		q.Choices = []survey.Option{{Key: "a", Text: both("a")}, {Key: "b", Text: both("b")}, {Key: "c", Text: both("c"), Alone: q.Kind == survey.Choices}}
	}
	if rapid.Bool().Draw(t, "has if") {
		q.If = drawCondition(t, before, 2)
	}
	for range rapid.IntRange(0, 2).Draw(t, "jumps") {
		j := survey.Jump{To: survey.End}
		if to := rapid.IntRange(n+1, all).Draw(t, "to"); to < all {
			j.To = survey.QuestionID(fmt.Sprintf("q%d", to))
		}
		if rapid.Bool().Draw(t, "conditional") {
			j.If = drawCondition(t, append(before[:len(before):len(before)], q), 1)
		}
		q.Go = append(q.Go, j)
	}
	return q
}

func drawCondition(t *rapid.T, before []survey.Question, depth int) *survey.Condition {
	kind := rapid.IntRange(0, 5).Draw(t, "condition")
	if depth == 0 || len(before) == 0 {
		kind = rapid.IntRange(3, 5).Draw(t, "leaf")
	}
	several := func() []survey.Condition {
		return []survey.Condition{*drawCondition(t, before, depth-1), *drawCondition(t, before, depth-1)}
	}
	switch {
	case kind == 0:
		return &survey.Condition{All: several()}
	case kind == 1:
		return &survey.Condition{Any: several()}
	case kind == 2:
		return &survey.Condition{Not: drawCondition(t, before, depth-1)}
	case kind == 3 || len(before) == 0:
		v := rapid.SampledFrom([]float64{1, 5}).Draw(t, "bound")
		if rapid.Bool().Draw(t, "channel") {
			return &survey.Condition{Channel: []string{rapid.SampledFrom([]string{"phone", "web"}).Draw(t, "ch")}}
		}
		return &survey.Condition{Attribute: "age", From: &v}
	}
	q := rapid.SampledFrom(before).Draw(t, "of")
	c := &survey.Condition{Question: q.Key}
	v := float64(rapid.IntRange(1, 3).Draw(t, "v"))
	switch {
	case q.Kind == survey.Rating && rapid.Bool().Draw(t, "from"):
		c.From = &v
	case q.Kind == survey.Rating:
		c.To = &v
	case q.Kind == survey.Text:
		c.Answered = new(rapid.Bool().Draw(t, "answered"))
	default:
		c.In = []string{rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "in")}
	}
	return c
}

// A question or an ending that nobody can meet is always told, and nothing else is: held against playing every answer.
func TestWhatNobodyMeetsIsToldExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "questions")
		var l []survey.Question
		for i := range n {
			l = append(l, drawQuestion(t, i, l, n))
		}
		d := survey.Definition{Key: "s", Name: both("S"), Languages: []string{"fr"}, Sections: []survey.Section{{Questions: l}}}
		for range rapid.IntRange(0, 2).Draw(t, "endings") {
			d.Endings = append(d.Endings, survey.Ending{Text: both("bye"), If: drawCondition(t, l, 1)})
		}
		met, ended := playAll(&d, l)
		told := map[string]bool{}
		for _, p := range problems(d.Check()) {
			field, code, _ := strings.Cut(p, ": ")
			if code != "survey.unreachable" && code != "survey.ending_unreachable" {
				t.Fatalf("another problem: %s", p)
			}
			told[field] = true
		}
		for i, q := range l {
			if met[q.Key] == told[fmt.Sprintf("sections[0].questions[%d]", i)] {
				t.Fatalf("%s: met %v, told unreachable %v", q.Key, met[q.Key], !met[q.Key])
			}
		}
		for i := range d.Endings {
			if ended[i] == told[fmt.Sprintf("endings[%d]", i)] {
				t.Fatalf("ending %d: met %v, told %v", i, ended[i], told)
			}
		}
	})
}

// playAll plays every answer of everybody.
func playAll(d *survey.Definition, l []survey.Question) (met map[survey.QuestionID]bool, ended map[int]bool) {
	met, ended = map[survey.QuestionID]bool{}, map[int]bool{}
	var play func(i int, s survey.State)
	play = func(i int, s survey.State) {
		if i < len(l) {
			for _, a := range mayAnswer(l[i]) {
				s.Answers[l[i].Key] = a
				play(i+1, s)
			}
			return
		}
		p := d.Path(s)
		for _, q := range p.Questions {
			met[q.Key] = true
		}
		for i := range d.Endings {
			if p.Ending == &d.Endings[i] {
				ended[i] = true
			}
		}
	}
	for _, channel := range []string{"", "phone", "web"} {
		for _, age := range []any{nil, 0.0, 1.0, 5.0} {
			play(0, survey.State{Answers: map[survey.QuestionID]survey.Answer{}, Channel: channel, Attributes: map[string]any{"age": age}})
		}
	}
	return met, ended
}
