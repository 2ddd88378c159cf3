package web

import (
	"context"
	"math"
	"net/http"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
	"vigie/internal/web/chart"
	"vigie/internal/web/ui"
)

// indicatorPage is one indicator: what it is, how it goes, where it serves, what was changed.
type indicatorPage struct {
	*ground
	frame     ui.Frame
	Edits     bool
	Edit      string
	Explore   string
	Help      *ui.Help
	Facts     []ui.Fact
	Now       block[ui.Heads] // the figure of the last 90 days
	Trend     block[ui.ChartBox]
	Retire    retirement
	Uses      []use
	Changes   []changeOfDefinition
	Trademark bool
}

// changeOfDefinition is one replaced definition, in words.
type changeOfDefinition struct {
	At         time.Time
	By, Reason string
	Lines      []string
	aims       bool // the objective or how the figure is made
}

func (s *Server) newIndicatorPage(ctx context.Context, g *ground, key cx.IndicatorID) (*indicatorPage, error) {
	l := g.lang()
	i, _, err := g.Catalogue.Indicator(key)
	if err != nil {
		return nil, err
	}
	m, _ := measure(g.Catalogue, key, nil)
	p := &indicatorPage{ground: g, frame: g.catalogueFrame(l.Text(i.Name)), Edits: g.Viewer.May(people.EditStructure), Edit: indicatorAddress(key) + "/edit",
		Explore: "/explorer?indicator=" + string(key), Help: m.help(l), Trademark: trademarked(i)}
	p.frame.Crumb = append(p.frame.Crumb, ui.Link{Label: l.T("catalogue.title"), Href: "/catalogue"})
	p.frame.Sub = l.T("catalogue.key", "key", string(key))
	p.Facts = g.indicatorFacts(m)
	if p.Changes, err = s.changesOf(ctx, g, "indicator", string(key)); err != nil {
		return nil, err
	}
	views, err := s.Views.Views(ctx, g.Viewer)
	if err != nil {
		return nil, err
	}
	p.Uses = g.usesOf(key, views)
	p.Retire = g.retirement("indicators/"+string(key), i.Retired, g.holdsIndicator(key))
	p.Now.Value, p.Now.Err = s.presentFigure(ctx, g, m)
	p.Trend.Value, p.Trend.Err = s.monthlyTrend(ctx, g, m, p.Changes)
	if k := cx.KindOf(p.Trend.Err); p.Trend.Err != nil && k == cx.Internal {
		return nil, p.Trend.Err
	}
	return p, nil
}

// presentFigure is the figure of the whole perimeter over the ground's period.
func (s *Server) presentFigure(ctx context.Context, g *ground, m measured) (ui.Heads, error) {
	l, during := g.lang(), g.during()
	row, err := s.figure(ctx, g, insight.Query{Indicator: m.Key, During: &during, Versus: previous()})
	if err != nil {
		return ui.Heads{}, err
	}
	h := m.head(g, row)
	if !row.Figure.Has {
		h = ui.Head{Title: l.Text(m.Name), Few: true, Change: ui.Change{Text: l.T("cockpit.none")}, Help: m.help(l)}
	}
	h.Foot = strings.Trim(h.Foot+" · "+l.T("catalogue.now.days"), " ·")
	if g.mayRead() && row.Figure.Has && m.Audience == cx.Customers {
		h.Href = g.common().with(func(f *filters) { f.Score, f.Program = string(m.Metric.Key), string(m.Program) }).at(m.list())
	}
	return ui.Heads{Label: l.T("catalogue.now"), Items: []ui.Head{h}}, nil
}

// trademarked tells whether the figure goes by a registered name.
func trademarked(i cx.Indicator) bool { return i.Formula == cx.NetShare }

func (g *ground) indicatorFacts(m measured) []ui.Fact {
	l := g.lang()
	var out []ui.Fact
	add := func(id, value string) {
		if value != "" {
			out = append(out, ui.Fact{Label: l.T("catalogue.field." + id), Value: value})
		}
	}
	add("formula", m.formulaWords(l))
	if m.Formula == cx.Ratio {
		var values []string
		for _, v := range m.Numerator {
			values = append(values, l.Short(v, 2))
		}
		add("numerator", strings.Join(values, ", "))
	}
	add("wording", l.Text(m.Metric.Wording))
	add("scale", g.scaleWords(m.Metric))
	add("decision", l.Text(m.Decision))
	add("why", l.Text(m.Why))
	add("owner", m.Owner)
	add("roles", g.rolesWords(m.Roles))
	add("objective", l.T("catalogue.none"))
	if m.Objective != nil {
		out[len(out)-1].Value = m.text(l, *m.Objective)
	}
	if m.Threshold != nil {
		add("threshold", m.text(l, *m.Threshold))
	}
	add("min_n", m.leastWords(l))
	add("program", l.T("verbatim.program."+string(m.Program)))
	add("audience", l.T("catalogue.audience."+string(m.Audience)))
	return out
}

func (g *ground) rolesWords(roles []string) string {
	if len(roles) == 0 {
		return g.lang().T("catalogue.everybody")
	}
	var names []string
	for _, r := range roles {
		names = append(names, g.roleName(people.Role(r)))
	}
	return strings.Join(names, ", ")
}

// scaleWords tells the scale of a metric and which way it is good.
func (g *ground) scaleWords(m cx.Metric) string { return g.scaleOf("catalogue.scale", m) }

func (g *ground) scaleOf(id string, m cx.Metric) string {
	l := g.lang()
	way := "catalogue.scale.higher"
	if m.Direction == cx.LowerBetter {
		way = "catalogue.scale.lower"
	}
	step := m.Step
	if step == 0 {
		step = 1
	}
	return l.T(id, "metric", m.Name, "min", m.Min, "max", m.Max, "step", step) + " " + l.T(way)
}

// trendMonths of an indicator's page.
const trendMonths = 24

// monthlyTrend draws the indicator by month beside its objective; changes of what it aims at or is made of stand on the axis.
func (s *Server) monthlyTrend(ctx context.Context, g *ground, m measured, changes []changeOfDefinition) (ui.ChartBox, error) {
	l, during := g.lang(), lastMonths(g.Now, trendMonths)
	rows, err := s.figuresBy(ctx, g, insight.Query{Indicator: m.Key, By: []string{"month"}, During: &during})
	if err != nil {
		return ui.ChartBox{}, err
	}
	line := chart.Line{Label: l.T("catalogue.trend.of", "name", m.Name), Objective: m.Objective, ObjectiveWord: l.T("cockpit.map.zero"), Format: m.format(g)}
	table := ui.Table{Caption: line.Label, Columns: []ui.Column{{Label: l.T("touchpoint.period")}, {Label: m.short(l), Numeric: true},
		{Label: l.T("touchpoint.interval"), Numeric: true}, {Label: l.T("touchpoint.n"), Numeric: true}}}
	series := chart.Series{Name: m.short(l)}
	for n, b := range spans(during, "month") {
		f := rows[b.key].Figure
		name := l.ShortMonth(b.from)
		point := chart.Point{Missing: !f.Has, Value: f.Value, Low: f.Low, High: f.High, Few: !f.Enough}
		if math.IsInf(f.Low, 0) || math.IsInf(f.High, 0) {
			point.Low, point.High = f.Value, f.Value
		}
		if f.Has {
			point.Says = l.T(m.said("touchpoint.point"), "period", name, "value", m.text(l, f.Value), "n", f.N)
			table.Rows = append(table.Rows, ui.Row{Cells: []ui.Cell{{Text: name}, {Text: m.text(l, f.Value)}, {Text: m.interval(l, f)}, {Text: l.Int(f.N)}}})
		}
		line.Periods = append(line.Periods, name)
		series.Points = append(series.Points, point)
		for _, c := range changes {
			if c.aims && n < trendMonths-1 && c.At.Format("2006-01") == b.key { // this month's stands at the edge, and is told below
				line.Events = append(line.Events, chart.Event{Period: n, Word: l.T("catalogue.changed")})
			}
		}
	}
	line.Series = []chart.Series{series}
	return s.draw(ctx, line, table)
}

// changesOf restates what was changed of a definition, newest first.
func (s *Server) changesOf(ctx context.Context, g *ground, kind, key string) ([]changeOfDefinition, error) {
	changes, err := s.Catalogue.Changes(ctx, kind, key)
	if err != nil {
		return nil, err
	}
	var out []changeOfDefinition
	for _, c := range changes {
		differences, err := c.Differences()
		if err != nil {
			return nil, err
		}
		one := changeOfDefinition{At: c.At.In(g.Now.Location()), By: s.actorName(ctx, g.visit, c.By), Reason: c.Reason}
		for _, d := range differences {
			one.Lines = append(one.Lines, g.differenceWords(d))
			switch d.Field {
			case "objective", "threshold", "formula", "top", "bottom", "numerator", "per", "min_n", "max_width":
				one.aims = true
			}
		}
		out = append(out, one)
	}
	return out, nil
}

func (g *ground) differenceWords(d catalogue.Difference) string {
	l := g.lang()
	field := d.Field
	if id := "catalogue.field." + d.Field; l.Has(id) {
		field = l.T(id)
	}
	before, after := g.definitionValue(d.Field, d.Before), g.definitionValue(d.Field, d.After)
	switch {
	case before == "":
		return l.T("journey.diff.field_set", "field", field, "after", after)
	case after == "":
		return l.T("journey.diff.field_cleared", "field", field, "before", before)
	}
	return l.T("journey.diff.field", "field", field, "before", before, "after", after)
}

// definitionValue writes a value of a definition as JSON gave it.
func (g *ground) definitionValue(field string, v any) string {
	l := g.lang()
	switch v := v.(type) {
	case string:
		if id := "catalogue.formula." + v; field == "formula" && l.Has(id) {
			return l.T(id)
		}
		return v
	case float64:
		return l.Short(v, 3)
	case bool:
		return l.T(map[bool]string{true: "verbatim.yes", false: "journey.no"}[v])
	case []any:
		var parts []string
		for _, x := range v {
			if role, ok := x.(string); ok && field == "roles" {
				parts = append(parts, g.roleName(people.Role(role)))
			} else {
				parts = append(parts, g.definitionValue(field, x))
			}
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		if text, ok := v[l.Tag()].(string); ok {
			return l.T("journey.quoted", "text", text)
		}
		for _, x := range v {
			if text, ok := x.(string); ok {
				return l.T("journey.quoted", "text", text)
			}
		}
	}
	return ""
}

func (s *Server) serveIndicator(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, err := s.catalogueGround(r, v)
	if err != nil {
		return err
	}
	p, err := s.newIndicatorPage(r.Context(), g, cx.IndicatorID(r.PathValue("indicator")))
	if err != nil {
		return err
	}
	return s.render(w, r, indicatorView(p))
}
