package response

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
)

// During asks how people answer a survey: those who began in [From, To), zero for no bound.
type During struct {
	Survey   cx.SurveyID
	Version  int64 // 0: the last that somebody began, else the last published
	From, To time.Time
}

// Answering is how people answer one version of a survey, within what the viewer may see.
type Answering struct {
	Version  *survey.Version
	Versions []Came // each version that somebody began, the last first
	Came
	// Seconds from the first screen sent to the last, of those who finished on another screen than they began.
	Seconds cx.Histogram
	// Timed is false where no time is kept: an anonymous survey keeps the day.
	Timed bool
	Steps []Step
}

// Came counts those who began a version, and those of them who finished it.
type Came struct {
	N               int64 // the version
	Begun, Finished int64
}

// Step is one question, in the order it is written: how many met it, and how many left the survey there.
type Step struct {
	Question     *survey.Question
	Met, Stopped int64
}

// Completion is the share of those who began that finished, with its interval.
func (b Came) Completion() cx.Figure { return part(b.Finished, b.Begun) }

// Left is the share of those who met the question that left the survey there.
func (s Step) Left() cx.Figure { return part(s.Stopped, s.Met) }

func part(k, n int64) cx.Figure {
	var h cx.Histogram
	h.Add(1, k)
	h.Add(0, n-k)
	return cx.NewSpec(cx.Indicator{Formula: cx.Ratio, Numerator: []float64{1}}, cx.Metric{Max: 1, Step: 1}).Figure(h)
}

// Median is the time that half of those who finished took at most, in seconds.
func (a Answering) Median() cx.Figure {
	f := cx.NewSpec(cx.Indicator{Formula: cx.Median}, cx.Metric{Max: 1e9, Step: 1}).Figure(a.Seconds)
	if !f.Enough {
		f.Low, f.High = math.Inf(-1), math.Inf(1) // between so few, anything
	}
	return f
}

// Answering tells how people answer a survey. Of employees nothing is told (Denied): where one stopped would tell who it is.
func (d *Desk) Answering(ctx context.Context, s people.Scope, w During) (Answering, error) {
	var out Answering
	cells, err := d.cells(ctx, s, w)
	if err != nil {
		return out, err
	}
	out.Versions = versionsOf(cells)
	n := w.Version
	if n == 0 && len(out.Versions) > 0 {
		n = out.Versions[0].N
	}
	v, err := d.d.Surveys.Published(ctx, w.Survey, n)
	if err != nil {
		return out, err
	}
	if v.Audience == cx.Employees {
		return out, cx.Fail(cx.Denied, "", "response.answering_employees")
	}
	out.Version, out.Came = &v, Came{N: v.N}
	for _, b := range out.Versions {
		if b.N == v.N {
			out.Came = b
		}
	}
	out.Steps = stepsOf(&v, cells)
	if out.Timed = !v.Untied(); out.Timed {
		w.Version = v.N
		out.Seconds, err = d.seconds(ctx, s, w)
	}
	return out, err
}

// cell counts the walks that are alike.
type cell struct {
	version  int64
	met      string
	stopped  survey.QuestionID
	finished bool
	n        int64
}

// walksWhere says which walks are asked for, within the perimeter of figures: what has no unit is in the whole alone.
func walksWhere(s people.Scope, w During) (string, []any) {
	where, args := `survey = ?`, []any{string(w.Survey)}
	add := func(term string, more ...any) { where, args = where+` AND `+term, append(args, more...) }
	if !w.From.IsZero() {
		add(`begun >= ?`, w.From.UnixMicro())
	}
	if !w.To.IsZero() {
		add(`begun < ?`, w.To.UnixMicro())
	}
	if in := s.Figures(); in.Empty() {
		add(`1 = 0`)
	} else if !in.All {
		units, more := in.Units()
		add(`COALESCE((SELECT target FROM alias WHERE kind = 'unit' AND alias.key = response_walk.unit), response_walk.unit) IN (`+units+`)`, more...)
	}
	return where, args
}

func (d *Desk) cells(ctx context.Context, s people.Scope, w During) ([]cell, error) {
	where, args := walksWhere(s, w)
	rows, err := d.d.DB.Query(ctx, `SELECT version, met, CASE WHEN finished > 0 THEN '' ELSE stopped END, CASE WHEN finished > 0 THEN 1 ELSE 0 END, COUNT(*)
		FROM response_walk WHERE `+where+` GROUP BY 1, 2, 3, 4`, args...)
	if err != nil {
		return nil, fmt.Errorf("walks: %w", err)
	}
	defer rows.Close()
	var l []cell
	for rows.Next() {
		var c cell
		var stopped string
		var finished int64
		if err := rows.Scan(&c.version, &c.met, &stopped, &finished, &c.n); err != nil {
			return nil, err
		}
		c.stopped, c.finished = survey.QuestionID(stopped), finished > 0
		l = append(l, c)
	}
	return l, rows.Err()
}

func versionsOf(cells []cell) []Came {
	var l []Came
	for _, c := range cells {
		i := slices.IndexFunc(l, func(b Came) bool { return b.N == c.version })
		if i < 0 {
			i, l = len(l), append(l, Came{N: c.version})
		}
		l[i].Begun += c.n
		if c.finished {
			l[i].Finished += c.n
		}
	}
	slices.SortFunc(l, func(a, b Came) int { return int(b.N - a.N) })
	return l
}

func stepsOf(v *survey.Version, cells []cell) []Step {
	var l []Step
	at := map[string]int{}
	for i, q := range v.Questions() {
		at[string(q.Key)] = i
		l = append(l, Step{Question: q})
	}
	for _, c := range cells {
		if c.version != v.N {
			continue
		}
		for _, key := range strings.Fields(c.met) {
			if i, known := at[key]; known {
				l[i].Met += c.n
			}
		}
		if i, known := at[string(c.stopped)]; known && !c.finished {
			l[i].Stopped += c.n
		}
	}
	return l
}

func (d *Desk) seconds(ctx context.Context, s people.Scope, w During) (cx.Histogram, error) {
	var h cx.Histogram
	where, args := walksWhere(s, w)
	rows, err := d.d.DB.Query(ctx, `SELECT (finished - begun) / 1000000, COUNT(*) FROM response_walk WHERE `+where+` AND version = ? AND finished > begun GROUP BY 1 ORDER BY 1`, append(args, w.Version)...)
	if err != nil {
		return h, fmt.Errorf("walks: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var v, n int64
		if err := rows.Scan(&v, &n); err != nil {
			return h, err
		}
		h.Add(v, n)
	}
	return h, rows.Err()
}
