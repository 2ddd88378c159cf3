package survey

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"vigie/internal/cx"
)

// parts checks what is of the question's kind, and that nothing is said of another kind.
func (c *checker) parts(at string, q *Question) {
	c.scale(at, q)
	c.points(at, q)
	c.scored(at, q)
	c.options(at, q)
	c.rows(at, q)
	c.counts(at, q)
	c.fail(q.Kind == Consent && !cx.ValidKey(q.Purpose), at+"purpose", "survey.purpose")
	c.fail(q.Kind != Consent && q.Purpose != "", at+"purpose", "survey.not_of_kind", "kind", string(q.Kind))
	c.media(at, q)
	named := q.Kind == Contact || q.Kind == Consent && (q.Purpose == "recontact" || q.Purpose == "quote")
	c.fail(c.d.Privacy == Anonymous && named, at+"kind", "survey.anonymous_named")
}

// media checks a question that asks for files. No file of an employee is shown to anybody, and a voice, a film or a
// document says who made it: what could only be kept aside or unmask a person is not asked.
func (c *checker) media(at string, q *Question) {
	if q.Kind != Media {
		c.fail(len(q.Accept) > 0, at+"accept", "survey.not_of_kind", "kind", string(q.Kind))
		c.fail(q.Megabytes != 0, at+"megabytes", "survey.not_of_kind", "kind", string(q.Kind))
		return
	}
	for i, a := range q.Accept {
		c.among(fmt.Sprintf("%saccept[%d]", at, i), a, Accepts...)
		c.fail(c.d.Privacy == Anonymous && a != "image", fmt.Sprintf("%saccept[%d]", at, i), "survey.anonymous_media")
	}
	c.fail(c.d.Audience == cx.Employees, at+"kind", "survey.employee_media")
	c.fail(q.Megabytes < 0 || q.Megabytes > megabytesMost, at+"megabytes", "survey.range", "value", q.Megabytes, "min", 0, "max", megabytesMost)
}

// Bounds of a question that asks for files.
const (
	filesMost     = 10
	filesUsual    = 3
	megabytesMost = 1000
)

// Accepts are what a media question may take.
var Accepts = []string{"image", "audio", "video", "file"}

// Files gives how many files answer a media question, at most.
func (q *Question) Files() int { return cmp.Or(q.Most, filesUsual) }

// Accepted gives what a media question takes.
func (q *Question) Accepted() []string {
	if len(q.Accept) == 0 {
		return Accepts[:1]
	}
	return q.Accept
}

func (c *checker) scale(at string, q *Question) {
	scaled := q.Kind.Points() || q.Kind == Matrix
	c.fail(!scaled && (q.Min != 0 || q.Max != 0 || q.Step != 0), at+"min", "survey.not_of_kind", "kind", string(q.Kind))
	if !scaled {
		return
	}
	low, high, step := q.Scale()
	if !(low < high) || step < 0 || math.IsInf(high-low, 0) || math.IsNaN(step) {
		c.fail(true, at+"max", "survey.scale", "min", low, "max", high)
		return
	}
	if step == 0 {
		return
	}
	n := (high - low) / step
	c.fail(math.Abs(n-math.Round(n)) > 1e-6, at+"step", "survey.step", "step", step, "min", low, "max", high)
	few := q.Kind != Slider && q.Kind != Number
	c.fail(few && n+1 > ratingMost+1e-6, at+"max", "survey.points", "max", ratingMost)
	c.fail(q.Look == Smileys && math.Abs(n+1-3) > 1e-6 && math.Abs(n+1-5) > 1e-6, at+"look", "survey.smileys")
}

// points wants a name for each point of the scale, or none.
func (c *checker) points(at string, q *Question) {
	if len(q.Points) == 0 {
		return
	}
	switch q.Kind {
	case Rating, Matrix, NPS, CSAT, CES:
	default:
		c.fail(true, at+"points", "survey.not_of_kind", "kind", string(q.Kind))
		return
	}
	low, high, step := q.Scale()
	want := int(math.Round((high-low)/step)) + 1
	c.fail(step > 0 && want != len(q.Points), at+"points", "survey.points_named", "n", len(q.Points), "points", want)
	for i, t := range q.Points {
		c.text(fmt.Sprintf("%spoints[%d]", at, i), t)
	}
}

func (c *checker) scored(at string, q *Question) {
	m := q.ScoredAs()
	c.fail(m != "" && !q.Kind.Points(), at+"metric", "survey.not_of_kind", "kind", string(q.Kind))
	if m != "" && q.Kind.Points() {
		c.onScale(at+"metric", m, q)
	}
	for _, other := range c.asked() {
		c.fail(m != "" && other.ScoredAs() == m, at+"metric", "survey.metric_twice", "metric", string(m), "question", string(other.Key))
	}
}

// asked gives what comes before, the section in random order included.
func (c *checker) asked() []*Question {
	var l []*Question
	for _, m := range []map[QuestionID]*Question{c.before, c.held} {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			l = append(l, m[key])
		}
	}
	return l
}

func (c *checker) onScale(field string, key cx.MetricID, q *Question) {
	c.fail(!cx.ValidKey(string(key)), field, "survey.key", "key", string(key))
	if c.metric == nil {
		return
	}
	m, known := c.metric(key)
	if !known {
		c.fail(true, field, "survey.metric", "metric", string(key))
		return
	}
	low, high, step := q.Scale()
	asked := cx.Metric{Min: low, Max: high, Step: step}
	c.fail(!m.SameScale(asked), field, "survey.other_scale", "metric", string(key), "min", m.Min, "max", m.Max)
}

func (c *checker) options(at string, q *Question) {
	if !q.Kind.Lists() {
		c.fail(len(q.Choices) > 0, at+"choices", "survey.not_of_kind", "kind", string(q.Kind))
		return
	}
	c.fail(len(q.Choices) < 2, at+"choices", "survey.choices")
	c.fail(len(q.Choices) > choicesMost, at+"choices", "survey.choices_many", "max", choicesMost)
	seen, others := map[string]bool{}, 0
	for i, o := range q.Choices {
		field := fmt.Sprintf("%schoices[%d].", at, i)
		c.key(field+"key", o.Key)
		c.fail(seen[o.Key], field+"key", "survey.twice", "key", o.Key)
		seen[o.Key] = true
		c.text(field+"text", o.Text)
		c.fail(o.Alone && q.Kind != Choices, field+"alone", "survey.not_of_kind", "kind", string(q.Kind))
		c.fail(o.Other && q.Kind == Ranking, field+"other", "survey.not_of_kind", "kind", string(q.Kind))
		if o.Other {
			others++
		}
	}
	c.fail(others > 1, at+"choices", "survey.others")
}

func (c *checker) rows(at string, q *Question) {
	if q.Kind != Matrix {
		c.fail(len(q.Rows) > 0, at+"rows", "survey.not_of_kind", "kind", string(q.Kind))
		return
	}
	c.fail(len(q.Rows) == 0, at+"rows", "survey.rows")
	c.fail(len(q.Rows) > 30, at+"rows", "survey.choices_many", "max", 30)
	seen := map[string]bool{}
	for i, r := range q.Rows {
		field := fmt.Sprintf("%srows[%d].", at, i)
		c.key(field+"key", r.Key)
		c.fail(seen[r.Key], field+"key", "survey.twice", "key", r.Key)
		seen[r.Key] = true
		c.text(field+"text", r.Text)
		if r.Metric != "" {
			c.onScale(field+"metric", r.Metric, q)
		}
	}
}

func (c *checker) counts(at string, q *Question) {
	c.fail(q.Least < 0 || q.Most < 0 || q.Most > 0 && q.Least > q.Most, at+"least", "survey.counts", "least", q.Least, "most", q.Most)
	switch q.Kind {
	case Choices, Ranking:
		free := 0
		for _, o := range q.Choices {
			if !o.Alone {
				free++
			}
		}
		c.fail(q.Least > free || q.Most > len(q.Choices), at+"most", "survey.counts_many", "n", free)
	case Media:
		c.fail(q.Least != 0, at+"least", "survey.not_of_kind", "kind", string(q.Kind))
		c.fail(q.Most > filesMost, at+"most", "survey.range", "value", q.Most, "min", 0, "max", filesMost)
	case Text:
		c.fail(q.Most > lettersOfText, at+"most", "survey.range", "value", q.Most, "min", 0, "max", lettersOfText)
	default:
		c.fail(q.Least != 0 || q.Most != 0, at+"most", "survey.not_of_kind", "kind", string(q.Kind))
	}
}

// lettersOfText is the longest text one may write.
const lettersOfText = 5000
