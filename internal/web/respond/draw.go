package respond

import (
	"strconv"

	"github.com/a-h/templ"

	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
)

// grouped tells whether several fields answer the question: they stand in a fieldset.
func grouped(k survey.Kind) bool {
	switch k {
	case survey.Text, survey.Dropdown, survey.Slider, survey.Number, survey.Date, survey.Consent:
		return false
	}
	return true
}

func (p *stepPage) next() string {
	if p.Last {
		return p.L.T("respond.send")
	}
	return p.L.T("respond.next")
}

// wrong lists what is to be put right, where the page has more than one question.
func (p *stepPage) wrong() []*question {
	var l []*question
	for i := range p.Questions {
		if p.Questions[i].Error != "" && len(p.Questions) > 1 {
			l = append(l, &p.Questions[i])
		}
	}
	return l
}

func (q *question) box() string {
	if q.Kind == survey.Choices {
		return "checkbox"
	}
	return "radio"
}

func (q *question) places() int {
	if q.Most > 0 {
		return q.Most
	}
	return len(q.Options)
}

func (q *question) letters() int {
	if q.Most > 0 {
		return q.Most
	}
	return 5000
}

func (q *question) number() string {
	if q.Answer.Number == nil {
		return ""
	}
	return strconv.FormatFloat(*q.Answer.Number, 'f', -1, 64)
}

func describedBy(q *question) templ.Attributes {
	a := templ.Attributes{}
	ids := ""
	if q.Help != "" {
		ids = "h-" + string(q.Key)
	}
	if q.Error != "" {
		ids += " e-" + string(q.Key)
	}
	if ids != "" {
		a["aria-describedby"] = ids
	}
	return a
}

func fieldAttrs(q *question) templ.Attributes {
	a := describedBy(q)
	a["id"], a["name"] = "a-"+string(q.Key), answerField(q.Key)
	if q.Need == survey.Required {
		a["aria-required"] = "true"
	}
	if q.Error != "" {
		a["aria-invalid"] = "true"
	}
	return a
}

func bounds(q *question) templ.Attributes {
	low, high, step := q.Scale()
	f := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	return templ.Attributes{"min": f(low), "max": f(high), "step": f(step)}
}

func alone(o option) templ.Attributes {
	if o.Alone {
		return templ.Attributes{"data-alone": true}
	}
	return nil
}

// chosen marks a form whose score was chosen before: the script sends it once the page is looked at.
func chosen(is bool) templ.Attributes {
	if is {
		return templ.Attributes{"data-chosen": true}
	}
	return nil
}

// moodOf places one of three or five faces, worst first, among the five that are drawn.
func moodOf(i, n int) int {
	if n == 3 {
		return i + 1
	}
	return i
}

// face is a mood as a letter, for who draws it elsewhere.
func face(i, n int) string { return []string{"😠", "🙁", "😐", "🙂", "😀"}[moodOf(i, n)] }

func eyes(mood int) string {
	if mood == 0 {
		return "M9 10.5l4 1.5M23 10.5l-4 1.5M11.5 14v.5M20.5 14v.5"
	}
	return "M11.5 12.5v1.5M20.5 12.5v1.5"
}

func mouth(mood int) string {
	return []string{"M10 23q6-6.5 12 0", "M10.5 22q5.5-4 11 0", "M10.5 21h11", "M10.5 19.5q5.5 4.5 11 0", "M9.5 18.5q6.5 9 13 0z"}[mood]
}

// slid puts a slider where it was left; one that nobody moved yet says nothing, wherever it stands.
func slid(q *question) templ.Attributes {
	if q.Answer.Number == nil {
		return nil
	}
	return templ.Attributes{"value": q.number()}
}

func slotsOf(f frame, chosen string) []point {
	var l []point
	for _, slot := range response.Slots {
		l = append(l, point{Value: slot, Label: f.L.T("respond.slot." + slot), Chosen: chosen == slot})
	}
	return l
}
