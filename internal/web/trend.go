package web

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/understand/insight"
	"vigie/internal/web/chart"
	"vigie/internal/web/ui"
)

// newTrend draws the page's indicator over time, with the band of its interval; each period leads to its words.
func (s *Server) newTrend(ctx context.Context, g *ground, a about) (ui.ChartBox, error) {
	t, err := s.trendOf(ctx, g, a)
	if err != nil {
		return ui.ChartBox{}, err
	}
	box, err := s.draw(ctx, t.line, t.table)
	box.Keys = t.keys
	if box.Wide != "" {
		box.OptionURL = withParam(g.touchpointAddress(a.key(), a.m.Key), "part", "option")
	}
	return box, err
}

// trendParts are a trend before it is drawn.
type trendParts struct {
	line  chart.Line
	table ui.Table
	keys  []ui.ChartKey
}

// serveOption gives a chart of the page to the interactive library, within what the viewer may see.
func (s *Server) serveOption(w http.ResponseWriter, r *http.Request, p *touchpointPage) error {
	ctx, stop := context.WithTimeout(r.Context(), s.Live.Deadline)
	defer stop()
	drawn, err := s.optionOf(ctx, p, r.URL.Query().Get("part"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(chart.InteractiveOf(drawn))
}

func (s *Server) optionOf(ctx context.Context, p *touchpointPage, part string) (chart.Chart, error) {
	g, a := p.ground, p.about
	if part == "option" {
		t, err := s.trendOf(ctx, g, a)
		return t.line, err
	}
	if !a.m.pointByPoint() {
		return nil, cx.Fail(cx.NotFound, "", "web.missing.text")
	}
	rows, all, err := s.scores(ctx, g, a)
	bars, _ := g.scoreBars(a, rows, all.N)
	return bars, err
}

func (s *Server) trendOf(ctx context.Context, g *ground, a about) (trendParts, error) {
	l, grain := g.lang(), g.grain(g.Now)
	q := g.question(a)
	q.By = []string{grain}
	rows, err := s.figuresBy(ctx, g, q)
	if err != nil {
		return trendParts{}, err
	}
	line := chart.Line{Label: l.T("touchpoint.trend.of", "indicator", a.m.Name), Objective: a.m.Objective, Format: a.m.format(g), ObjectiveWord: l.T("cockpit.map.zero")}
	table := ui.Table{Caption: line.Label, Empty: l.T("cockpit.none"), Columns: []ui.Column{{Label: l.T("touchpoint.period")}, {Label: a.m.short(l), Numeric: true},
		{Label: l.T("touchpoint.interval"), Numeric: true}, {Label: l.T("touchpoint.n"), Numeric: true}}}
	series := chart.Series{Name: a.m.short(l)}
	for _, b := range spans(*q.During, grain) {
		f := rows[b.key].Figure
		href := g.behind(a, func(f *filters) {
			f.During, f.From, f.To = "range", b.from.Format(time.DateOnly), b.to.Format(time.DateOnly)
		})
		name := g.spanName(b, grain)
		point := chart.Point{Missing: !f.Has, Value: f.Value, Low: f.Low, High: f.High, Few: f.N < trendFew}
		if math.IsInf(f.Low, 0) || math.IsInf(f.High, 0) {
			point.Low, point.High = f.Value, f.Value
		}
		if f.Has {
			point.Href, point.Says = href, l.T(a.m.said("touchpoint.point"), "period", name, "value", a.m.text(l, f.Value), "n", f.N)
			table.Rows = append(table.Rows, ui.Row{Href: href, Cells: []ui.Cell{{Text: name}, {Text: a.m.text(l, f.Value)}, {Text: a.m.interval(l, f)}, {Text: l.Int(f.N)}}})
		}
		line.Periods = append(line.Periods, name)
		series.Points = append(series.Points, point)
	}
	line.Series = []chart.Series{series}
	marks, keys, err := s.contextMarks(ctx, g, a.key(), spans(*q.During, grain))
	if err != nil {
		return trendParts{}, err
	}
	line.Events = marks
	return trendParts{line, table, keys}, nil
}

// trendFew answers make a point worth a full dot.
const trendFew = 10

// draw makes the picture of a chart; when the engine fails, the table that says the same is shown alone.
func (s *Server) draw(ctx context.Context, c chart.Chart, t ui.Table) (ui.ChartBox, error) {
	if len(t.Rows) == 0 {
		return ui.ChartBox{Table: t}, nil
	}
	d, err := s.Charts.Draw(ctx, c)
	if ctx.Err() != nil {
		return ui.ChartBox{}, fmt.Errorf("draw: %w", ctx.Err())
	}
	if err != nil {
		s.log.Warn("chart not drawn", "err", err)
		return ui.ChartBox{Table: t, Undrawn: true}, nil
	}
	return ui.ChartBox{Wide: d.Wide, Narrow: d.Narrow, Table: t}, nil
}

// format says how the axis of the indicator is written.
func (m measured) format(g *ground) chart.Format {
	f := chart.Format{Lang: g.lang(), Decimals: m.decimals()}
	switch {
	case m.Formula == cx.NetShare:
		f.Signed = true
	case m.Formula == cx.TopShare || m.Formula == cx.Ratio && (m.Per == 0 || m.Per == 100):
		f.Suffix = percentSuffix(g.lang())
	}
	return f
}

func percentSuffix(l lang.Lang) string { return strings.TrimPrefix(l.Percent(0, 0), "0") }

// span is one step of a period, its last day included.
type span struct {
	key      string
	from, to time.Time
}

func spans(p insight.Period, grain string) []span {
	from, err := time.Parse(time.DateOnly, p.From)
	to, err2 := time.Parse(time.DateOnly, p.To)
	if err != nil || err2 != nil {
		return nil
	}
	var out []span
	for d := from; d.Before(to); d = d.AddDate(0, 0, 1) {
		if k := binOf(d, grain); len(out) == 0 || out[len(out)-1].key != k {
			out = append(out, span{k, d, d})
		}
		out[len(out)-1].to = d
	}
	return out
}

func (g *ground) spanName(b span, grain string) string {
	if grain == "month" {
		return g.lang().ShortMonth(b.from)
	}
	return g.lang().Day(b.from)
}

// spreadBlock is how the answers spread over the points of the scale.
type spreadBlock struct {
	Bar                 ui.Dist
	Top, Middle, Bottom string
	Chart               ui.ChartBox
}

// mostPoints of a scale are drawn one by one.
const mostPoints = 21

func (s *Server) newSpread(ctx context.Context, g *ground, a about) (spreadBlock, error) {
	l := g.lang()
	if !a.m.pointByPoint() {
		row, err := s.figure(ctx, g, g.question(a))
		return spreadBlock{Bar: a.m.dist(l, row.Figure)}, err
	}
	rows, all, err := s.scores(ctx, g, a)
	if err != nil {
		return spreadBlock{}, err
	}
	b := spreadBlock{Bar: a.m.dist(l, all)}
	b.Top, b.Middle, b.Bottom = a.m.boxWords(g, all)
	bars, table := g.scoreBars(a, rows, all.N)
	b.Chart, err = s.draw(ctx, bars, table)
	b.Chart.Half = true
	if b.Chart.Wide != "" {
		b.Chart.OptionURL = withParam(g.touchpointAddress(a.key(), a.m.Key), "part", "spread-option")
	}
	return b, err
}

// pointByPoint tells whether the points of the scale are few enough to be drawn one by one.
func (m measured) pointByPoint() bool { return m.Spec.IsScale() && m.Metric.Points() <= mostPoints }

// scores asks how many gave each point of the scale, and sums them up.
func (s *Server) scores(ctx context.Context, g *ground, a about) (map[string]insight.Row, cx.Figure, error) {
	q := g.question(a)
	q.By = []string{"score"}
	rows, err := s.figuresBy(ctx, g, q)
	var all cx.Figure
	for _, r := range rows {
		all.N += r.Figure.N
		all.Top, all.Middle, all.Bottom = all.Top+r.Figure.Top, all.Middle+r.Figure.Middle, all.Bottom+r.Figure.Bottom
	}
	return rows, all, err
}

// boxWords names the three parts of a distribution with their share.
func (m measured) boxWords(g *ground, f cx.Figure) (top, middle, bottom string) {
	if f.N == 0 {
		return
	}
	family := "touchpoint.box.share."
	if m.Formula == cx.NetShare {
		family = "touchpoint.box.net."
	}
	word := func(box string, n int64) string {
		if n == 0 {
			return ""
		}
		return g.lang().T(family+box) + " " + g.lang().Percent(100*float64(n)/float64(f.N), 0)
	}
	return word("top", f.Top), word("middle", f.Middle), word("bottom", f.Bottom)
}

// scoreBars draws one bar a point of the scale, empty ones included.
func (g *ground) scoreBars(a about, rows map[string]insight.Row, n int64) (chart.Bars, ui.Table) {
	l := g.lang()
	bars := chart.Bars{Label: l.T("touchpoint.spread.of", "indicator", a.m.Name), Format: chart.Format{Lang: l, Suffix: percentSuffix(l)}}
	table := ui.Table{Caption: bars.Label, Columns: []ui.Column{{Label: l.T("verbatim.score")}, {Label: l.T("touchpoint.share"), Numeric: true}, {Label: l.T("touchpoint.n"), Numeric: true}}}
	if n == 0 {
		return bars, table
	}
	first, _, err := a.m.Metric.Point(a.m.Metric.Min)
	if err != nil {
		return bars, table
	}
	for i := range a.m.Metric.Points() {
		raw := a.m.Metric.Raw(first + int64(i))
		count := rows[scoreKey(raw)].Figure.N
		share := 100 * float64(count) / float64(n)
		name := l.Short(raw, 2)
		href := g.behind(a, func(f *filters) { f.Score = between(a.m.Metric.Key, raw, raw) })
		color := map[ui.Tone]string{ui.Good: "promoter", ui.Bad: "detractor"}[boxOf(a.m.Indicator, a.m.Metric, first+int64(i))]
		if color == "" {
			color = "passive"
		}
		says := l.T("touchpoint.bar", "score", name, "share", l.Percent(share, 0), "n", count)
		bars.Items = append(bars.Items, chart.Bar{Name: name, Text: l.Percent(share, 0), Color: color, Value: share, Href: href, Says: says})
		table.Rows = append(table.Rows, ui.Row{Href: href, Cells: []ui.Cell{{Text: name}, {Text: l.Percent(share, 1)}, {Text: l.Int(count)}}})
	}
	return bars, table
}
