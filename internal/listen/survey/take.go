package survey

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"vigie/internal/cx"
)

// Take gives the answer as it is kept, or why it cannot be (a *cx.Error on the question's key). An empty answer is
// accepted here: whether it may stay empty is Missing's to say.
func (q *Question) Take(a Answer) (Answer, error) {
	if a.Empty() {
		return Answer{}, nil
	}
	switch {
	case q.Kind == Info:
		return Answer{}, q.refuse("survey.answer_kind")
	case q.Kind.Points():
		return q.acceptNumber(a)
	case q.Kind.Lists():
		return q.acceptChoices(a)
	case q.Kind == Matrix:
		return q.acceptRows(a)
	case q.Kind == Media:
		if len(a.Files) > q.Files() {
			return Answer{}, q.refuse("survey.answer_files", "count", q.Files())
		}
		return Answer{Files: a.Files}, nil
	case q.Kind == Date:
		at, err := time.Parse(time.DateOnly, strings.TrimSpace(a.Text))
		if err != nil || at.Year() < 1900 || at.Year() > 2200 {
			return Answer{}, q.refuse("survey.answer_date", "value", a.Text)
		}
		return Answer{Text: at.Format(time.DateOnly)}, nil
	}
	return q.acceptText(a)
}

func (q *Question) refuse(code string, args ...any) error {
	return cx.Fail(cx.Invalid, string(q.Key), code, args...)
}

// Missing tells whether the question may not be left as it is.
func (q *Question) Missing(a Answer) bool {
	if q.Need != Required || q.Kind == Info {
		return false
	}
	return a.Empty() || q.Kind == Matrix && len(a.Rows) < len(q.Rows)
}

func (q *Question) onScale(v float64) bool {
	low, high, step := q.Scale()
	if math.IsNaN(v) || v < low || v > high {
		return false
	}
	n := (v - low) / step
	return step == 0 || math.Abs(n-math.Round(n)) < 1e-6
}

func (q *Question) acceptNumber(a Answer) (Answer, error) {
	if a.Number == nil {
		return Answer{}, q.refuse("survey.answer_kind")
	}
	low, high, _ := q.Scale()
	if !q.onScale(*a.Number) {
		return Answer{}, q.refuse("survey.answer_scale", "value", *a.Number, "min", low, "max", high)
	}
	if q.Kind == Consent && *a.Number == 0 {
		return Answer{}, nil // a box not ticked is no answer
	}
	return Answer{Number: a.Number}, nil
}

func (q *Question) acceptChoices(a Answer) (Answer, error) {
	out := Answer{}
	for _, key := range a.Choices {
		i := slices.IndexFunc(q.Choices, func(o Option) bool { return o.Key == key })
		if i < 0 {
			return Answer{}, q.refuse("survey.answer_choice", "value", key)
		}
		if slices.Contains(out.Choices, key) {
			continue
		}
		out.Choices = append(out.Choices, key)
		if q.Choices[i].Other {
			out.Text = clean(a.Text)
		}
		if q.Choices[i].Alone && len(a.Choices) > 1 {
			return Answer{}, q.refuse("survey.answer_alone", "value", key)
		}
	}
	n := len(out.Choices)
	least, most := q.bounds()
	alone := n == 1 && slices.ContainsFunc(q.Choices, func(o Option) bool { return o.Alone && o.Key == out.Choices[0] })
	switch {
	case n == 0:
		return Answer{}, q.refuse("survey.answer_kind")
	case q.Kind == Choice || q.Kind == Dropdown:
		least, most = 1, 1
	case alone:
		least = 1
	}
	if n < least || n > most {
		return Answer{}, q.refuse("survey.answer_count", "min", least, "max", most)
	}
	return out, q.tooLong(out.Text)
}

func (q *Question) acceptRows(a Answer) (Answer, error) {
	out := Answer{Rows: map[string]float64{}}
	for key, v := range a.Rows {
		if !slices.ContainsFunc(q.Rows, func(r Row) bool { return r.Key == key }) {
			return Answer{}, q.refuse("survey.answer_choice", "value", key)
		}
		if !q.onScale(v) {
			low, high, _ := q.Scale()
			return Answer{}, q.refuse("survey.answer_scale", "value", v, "min", low, "max", high)
		}
		out.Rows[key] = v
	}
	return out, nil
}

func (q *Question) acceptText(a Answer) (Answer, error) {
	out := Answer{Text: clean(a.Text)}
	if q.Kind == Contact {
		out.Slot = clean(a.Slot)
	}
	if n := utf8.RuneCountInString(out.Text); out.Text != "" && n < q.Least {
		return Answer{}, q.refuse("survey.answer_short", "min", q.Least)
	}
	return out, q.tooLong(out.Text)
}

func (q *Question) tooLong(s string) error {
	most := lettersOfText
	if q.Kind == Text && q.Most > 0 {
		most = q.Most
	}
	if utf8.RuneCountInString(s) > most {
		return q.refuse("survey.answer_long", "max", most)
	}
	return nil
}

// clean keeps what a person wrote, without the bytes no person writes.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s))
}
