package web

import (
	"context"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/understand/insight"
	"vigie/internal/web/chart"
	"vigie/internal/web/ui"
)

// headIndicators may head a journey, in this order, where they have answers; mostHeads of them are shown.
var headIndicators = [...]cx.IndicatorID{"nps_relational", "csat", "nps", "ces", "fcr", "stars", "csat10", "smiley"}

const mostHeads = 4

// newHeads builds the head figures of a journey: the relation to the company first, then the journey's own.
func (s *Server) newHeads(ctx context.Context, g *ground, j *journey.Journey) (ui.Heads, error) {
	h := ui.Heads{Label: g.lang().T("cockpit.heads")}
	for _, key := range headCandidates(g, j) {
		m, ok := measure(g.Catalogue, key, nil)
		if !ok || m.Audience != cx.Customers {
			continue
		}
		item, found, err := s.newHead(ctx, g, j, m)
		if err != nil {
			return h, err
		}
		if found {
			h.Items = append(h.Items, item)
		}
		if len(h.Items) == mostHeads {
			break
		}
	}
	return h, nil
}

// headCandidates: the usual ones, then the promises' and the leads' own.
func headCandidates(g *ground, j *journey.Journey) []cx.IndicatorID {
	var out []cx.IndicatorID
	seen := map[cx.IndicatorID]bool{"": true}
	add := func(k cx.IndicatorID) {
		if !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	for _, k := range headIndicators[:4] {
		add(k)
	}
	for _, t := range touchpointsOf(j) {
		for _, p := range t.Promises {
			add(p.Indicator)
		}
	}
	for _, t := range touchpointsOf(j) {
		add(t.LeadIndicator())
	}
	for _, k := range headIndicators[4:] {
		add(k)
	}
	return out
}

func (s *Server) newHead(ctx context.Context, g *ground, j *journey.Journey, m measured) (ui.Head, bool, error) {
	during := g.during()
	q := insight.Query{Indicator: m.Key, Where: g.where(), During: &during, Versus: previous()}
	if m.Program == cx.Transactional {
		q.Where = also(q.Where, "journey", string(j.Key))
	}
	row, err := s.figure(ctx, g, q)
	if err != nil || !row.Figure.Has {
		return ui.Head{}, false, err
	}
	spark, err := s.newSpark(ctx, g, m, q)
	if err != nil {
		return ui.Head{}, false, err
	}
	words := g.common().with(func(f *filters) {
		f.Score, f.Program = string(m.Metric.Key), string(m.Program)
		if m.Program == cx.Transactional {
			f.Journey = string(j.Key)
		}
	})
	h := m.head(g, row)
	h.Spark = spark
	if g.mayRead() {
		h.Href = words.at(m.list())
	}
	return h, true, nil
}

// head writes a figure at the top of a page.
func (m measured) head(g *ground, row insight.Row) ui.Head {
	l, f := g.lang(), row.Figure
	h := ui.Head{Title: l.Text(m.Name), Value: m.text(l, f.Value), Range: m.interval(l, f), Change: m.change(l, row.Versus), Few: !f.Enough, Help: m.help(l)}
	h.Foot = l.T("cockpit.n", "n", f.N)
	if !f.Has {
		h.Value, h.Range, h.Change = "", "", ui.Change{Text: l.T(m.said("cockpit.none"))}
		return h
	}
	if !f.Enough {
		h.Change = ui.Change{Text: m.few(l, f.N)}
		return h
	}
	if m.Objective != nil {
		h.Foot += " · " + l.T("cockpit.objective", "value", m.text(l, *m.Objective))
		h.Strong = m.weather(f).Word(l)
	}
	return h
}

// newSpark asks the same over time.
func (s *Server) newSpark(ctx context.Context, g *ground, m measured, q insight.Query) (*ui.Sparkline, error) {
	grain := g.grain(g.Now)
	q.By, q.Versus = []string{grain}, nil
	rows, err := s.figuresBy(ctx, g, q)
	if err != nil {
		return nil, err
	}
	spark := &ui.Sparkline{Objective: m.Objective}
	steps := bins(*q.During, grain)
	least := sparkLeast(rows, steps)
	for _, k := range steps {
		f := rows[k].Figure
		spark.Points = append(spark.Points, ui.SparkPoint{Value: f.Value, Low: f.Low, High: f.High, Missing: !f.Has || f.N < least})
	}
	all := len(spark.Points)
	spark.Points = fromFirstKnown(spark.Points)
	marks, keys, err := s.contextMarks(ctx, g, "", spans(*q.During, grain))
	spark.Events = sparkEvents(marks, keys, all-len(spark.Points))
	return spark, err
}

// sparkEvents puts the marks of an axis on a trend that leaves out its first steps.
func sparkEvents(marks []chart.Event, keys []ui.ChartKey, without int) []ui.SparkEvent {
	word := map[string]string{}
	for _, k := range keys {
		word[k.Letter] = k.Text
	}
	var out []ui.SparkEvent
	for _, m := range marks {
		if m.Period < without {
			continue
		}
		var words []string
		for _, letter := range m.Word {
			words = append(words, word[string(letter)])
		}
		out = append(out, ui.SparkEvent{At: m.Period - without, Word: strings.Join(words, " · ")})
	}
	return out
}

// fromFirstKnown leaves out the steps before anything was heard, so that the trend takes its whole width.
func fromFirstKnown(points []ui.SparkPoint) []ui.SparkPoint {
	known := func(p ui.SparkPoint) bool { return !p.Missing }
	first := slices.IndexFunc(points, known)
	if first < 0 {
		return nil
	}
	return points[first:]
}

// sparkMin answers are needed in a step for its point: with fewer the band would fill the picture.
const sparkMin = 5

// sparkLeast is how many answers a step needs: a quarter of what is usual, so that the day that has just begun is no fall.
func sparkLeast(rows map[string]insight.Row, steps []string) int64 {
	var heard []int64
	for _, k := range steps {
		if n := rows[k].Figure.N; n > 0 {
			heard = append(heard, n)
		}
	}
	if len(heard) == 0 {
		return sparkMin
	}
	slices.Sort(heard)
	return max(sparkMin, heard[len(heard)/2]/4)
}
