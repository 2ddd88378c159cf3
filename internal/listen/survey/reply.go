package survey

import (
	"maps"
	"slices"

	"vigie/internal/cx"
)

// Reply is what one person's answers say, in the terms of a feedback. Only questions on the person's path count.
type Reply struct {
	Scores     map[cx.MetricID]float64
	Verbatims  []cx.Verbatim
	Attributes map[string]any // string, float64 or bool, by question (question.row, question.choice)
	Consents   []string       // purposes ticked
	Callback   *Answer        // how and when to call back, nil when not asked for
	Files      []string
	// Complete: the end of the path was reached, nothing required is missing.
	Complete bool
}

// Reply reads the answers along the person's path. passed: questions seen and left without an answer.
func (d *Definition) Reply(s State, passed map[QuestionID]bool) Reply {
	p := d.Path(s)
	r := Reply{Scores: map[cx.MetricID]float64{}, Attributes: map[string]any{}, Complete: p.Open(passed) == nil}
	for _, q := range p.Questions {
		a, answered := p.Known[q.Key]
		if q.Missing(a) {
			r.Complete = false
		}
		if answered {
			r.take(d, p.Known, q)
		}
	}
	return r
}

// asked writes a question as it was put, in the survey's first language: with the points and choices answered before, without
// words nor attributes, which may name somebody.
func (d *Definition) asked(q *Question, known map[QuestionID]Answer) string {
	s := State{Answers: make(map[QuestionID]Answer, len(known))}
	for key, a := range known {
		a.Text = ""
		s.Answers[key] = a
	}
	return d.Say(q.Text, s)
}

func (r *Reply) take(d *Definition, known map[QuestionID]Answer, q *Question) {
	key, a := string(q.Key), known[q.Key]
	switch {
	case q.Kind == Consent:
		r.Consents = append(r.Consents, q.Purpose)
	case q.Kind.Points() && q.ScoredAs() != "":
		r.Scores[q.ScoredAs()] = *a.Number
	case q.Kind == YesNo:
		r.Attributes[key] = *a.Number == 1
	case q.Kind.Points():
		r.Attributes[key] = *a.Number
	case q.Kind.Lists():
		r.choices(q, a)
		r.words(d.asked(q, known), a.Text)
	case q.Kind == Matrix:
		r.rows(q, a)
	case q.Kind == Text:
		r.words(d.asked(q, known), a.Text)
	case q.Kind == Date:
		r.Attributes[key] = a.Text
	case q.Kind == Media:
		r.Files = append(r.Files, a.Files...)
	case q.Kind == Contact:
		r.Callback = &a
	}
}

func (r *Reply) words(question, text string) {
	if text != "" {
		r.Verbatims = append(r.Verbatims, cx.Verbatim{Question: question, Text: text})
	}
}

// choices: one choice is a text; several are a yes each; a ranking is a place each, from 1.
func (r *Reply) choices(q *Question, a Answer) {
	for n, key := range a.Choices {
		switch q.Kind {
		case Choices:
			r.Attributes[string(q.Key)+"."+key] = true
		case Ranking:
			r.Attributes[string(q.Key)+"."+key] = float64(n + 1)
		default:
			r.Attributes[string(q.Key)] = key
		}
	}
}

func (r *Reply) rows(q *Question, a Answer) {
	for _, key := range slices.Sorted(maps.Keys(a.Rows)) {
		i := slices.IndexFunc(q.Rows, func(row Row) bool { return row.Key == key })
		if i >= 0 && q.Rows[i].Metric != "" {
			r.Scores[q.Rows[i].Metric] = a.Rows[key]
		} else {
			r.Attributes[string(q.Key)+"."+key] = a.Rows[key]
		}
	}
}

// Says lists every metric and every attribute that answers to the survey may fill.
func (d *Definition) Says() (metrics []cx.MetricID, attributes []string) {
	for _, q := range d.Questions() {
		key := string(q.Key)
		switch {
		case q.Kind.Points() && q.ScoredAs() != "":
			metrics = append(metrics, q.ScoredAs())
		case q.Kind == Consent:
		case q.Kind.Points() || q.Kind == Date || q.Kind == Choice || q.Kind == Dropdown:
			attributes = append(attributes, key)
		case q.Kind.Lists():
			for _, o := range q.Choices {
				attributes = append(attributes, key+"."+o.Key)
			}
		case q.Kind == Matrix:
			for _, r := range q.Rows {
				if r.Metric != "" {
					metrics = append(metrics, r.Metric)
				} else {
					attributes = append(attributes, key+"."+r.Key)
				}
			}
		}
	}
	return metrics, attributes
}
