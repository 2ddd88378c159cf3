package respond

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
)

// Names of fields: what is said of one question.
func answerField(key survey.QuestionID) string          { return "a." + string(key) }
func rowField(key survey.QuestionID, row string) string { return "r." + string(key) + "." + row }
func wordsField(key survey.QuestionID) string           { return "t." + string(key) }
func slotField(key survey.QuestionID) string            { return "s." + string(key) }
func rankField(key survey.QuestionID, o string) string  { return "k." + string(key) + "." + o }

// honeypot is a field that no person sees.
const honeypot = "website"

// screen is what a posted screen says.
type screen struct {
	said   response.Said
	errors map[survey.QuestionID]error
	// again: questions left empty that are asked once more.
	again []survey.QuestionID
	// files that were not taken.
	files map[survey.QuestionID][]refusedFile
}

// readSent reads a screen whose files are not kept yet: each counts as one that is there.
func readSent(d *survey.Definition, r *http.Request) screen {
	form := url.Values{}
	maps.Copy(form, r.PostForm)
	for _, at := range form["at"] {
		key := survey.QuestionID(at)
		form[heldField(key)] = nil
		for range sentFiles(r, key) {
			form[heldField(key)] = append(form[heldField(key)], "coming")
		}
	}
	return read(d, form)
}

// read takes in the questions of a screen (at), as they were shown.
func read(d *survey.Definition, form url.Values) screen {
	s := screen{said: response.Said{Answers: map[survey.QuestionID]survey.Answer{}}, errors: map[survey.QuestionID]error{}}
	insisted := form["insisted"]
	for _, at := range form["at"] {
		q := d.Question(survey.QuestionID(at))
		if q == nil {
			continue
		}
		a, err := answerOf(q, form)
		if err == nil {
			_, err = q.Take(a)
		}
		switch {
		case err != nil:
			s.errors[q.Key] = err
		case q.Missing(a):
			s.errors[q.Key] = cx.Fail(cx.Invalid, at, "respond.required")
		case a.Empty() && q.Need == survey.Soft && !slices.Contains(insisted, at):
			s.again = append(s.again, q.Key)
		default:
			s.said.Answers[q.Key] = a
			if a.Empty() {
				s.said.Passed = append(s.said.Passed, q.Key)
			}
		}
	}
	return s
}

func answerOf(q *survey.Question, form url.Values) (survey.Answer, error) {
	values := slices.DeleteFunc(slices.Clone(form[answerField(q.Key)]), func(v string) bool { return strings.TrimSpace(v) == "" })
	switch {
	case q.Kind.Points():
		if len(values) == 0 {
			return survey.Answer{}, nil
		}
		v, err := number(q, values[0])
		return survey.Answer{Number: &v}, err
	case q.Kind == survey.Ranking:
		return ranked(q, form)
	case q.Kind.Lists():
		return survey.Answer{Choices: values, Text: form.Get(wordsField(q.Key))}, nil
	case q.Kind == survey.Matrix:
		return rows(q, form)
	case q.Kind == survey.Media:
		return survey.Answer{Files: form[heldField(q.Key)]}, nil
	}
	a := survey.Answer{}
	if len(values) > 0 {
		a.Text = values[0]
		a.Slot = form.Get(slotField(q.Key))
	}
	return a, nil
}

func number(q *survey.Question, s string) (float64, error) {
	v, err := strconv.ParseFloat(strings.Replace(strings.ReplaceAll(strings.TrimSpace(s), " ", ""), ",", ".", 1), 64)
	if err != nil {
		return 0, cx.Fail(cx.Invalid, string(q.Key), "respond.number", "value", s)
	}
	return v, nil
}

func rows(q *survey.Question, form url.Values) (survey.Answer, error) {
	a := survey.Answer{Rows: map[string]float64{}}
	for _, r := range q.Rows {
		s := form.Get(rowField(q.Key, r.Key))
		if s == "" {
			continue
		}
		v, err := number(q, s)
		if err != nil {
			return a, err
		}
		a.Rows[r.Key] = v
	}
	return a, nil
}

// ranked reads the place given to each choice; two at one place are refused.
func ranked(q *survey.Question, form url.Values) (survey.Answer, error) {
	places := map[int]string{}
	for _, o := range q.Choices {
		s := form.Get(rankField(q.Key, o.Key))
		if s == "" {
			continue
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > len(q.Choices) {
			return survey.Answer{}, cx.Fail(cx.Invalid, string(q.Key), "respond.number", "value", s)
		}
		if places[n] != "" {
			return survey.Answer{}, cx.Fail(cx.Invalid, string(q.Key), "respond.same_place", "place", n)
		}
		places[n] = o.Key
	}
	a := survey.Answer{}
	for n := 1; n <= len(q.Choices); n++ {
		if key := places[n]; key != "" {
			a.Choices = append(a.Choices, key)
		}
	}
	return a, nil
}
