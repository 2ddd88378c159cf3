package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// metricsPage lists the metrics: wording, scale, and the indicators made of them.
type metricsPage struct {
	*ground
	frame       ui.Frame
	Tabs, Parts []ui.Tab
	Edits       bool
	List        []metricRow
	Pillars     bool // the six-pillar questionnaire may be added
}

type metricRow struct {
	Key, Name, Wording, Scale, Boxes, Edit string
	Tags                                   []ui.Tag
	Indicators                             []ui.Link
	Scored                                 bool
	Retire                                 retirement
}

func (s *Server) newMetricsPage(ctx context.Context, g *ground) (*metricsPage, error) {
	l := g.lang()
	p := &metricsPage{ground: g, frame: g.catalogueFrame(l.T("catalogue.title")), Tabs: listenTabs(g.visit, "/catalogue"), Parts: g.catalogueTabs("metrics"), Edits: g.Viewer.May(people.EditStructure)}
	p.frame.Sub = l.T("catalogue.metrics.sub", "count", len(g.Catalogue.MetricList))
	p.Pillars = p.Edits && !g.Catalogue.HasSixPillars()
	for _, m := range g.Catalogue.MetricList {
		row := metricRow{Key: string(m.Key), Name: l.Text(m.Name), Wording: l.Text(m.Wording), Scale: g.scaleOf("catalogue.scale.alone", m), Boxes: g.boxesWords(m),
			Edit: "/catalogue/metrics/" + url.PathEscape(string(m.Key)) + "/edit"}
		if m.Aspect {
			row.Tags = append(row.Tags, ui.Tag{Text: l.T("catalogue.aspect")})
		}
		var err error
		if row.Scored, err = s.Insight.Scored(ctx, m.Key); err != nil && cx.KindOf(err) != cx.Unavailable {
			return nil, err
		}
		for _, i := range g.Catalogue.IndicatorList {
			if i.Metric == m.Key {
				row.Indicators = append(row.Indicators, ui.Link{Label: l.Text(i.Name), Href: indicatorAddress(i.Key)})
			}
		}
		row.Retire = g.retirement("metrics/"+string(m.Key), m.Retired, g.holdsMetric(m.Key))
		if m.Retired {
			row.Tags = append(row.Tags, ui.Tag{Text: l.T("catalogue.retired"), Tone: ui.Watch})
		}
		if !row.Scored {
			row.Tags = append(row.Tags, ui.Tag{Text: l.T("catalogue.unscored"), Tone: ui.Watch, Icon: "circle-dashed"})
		}
		p.List = append(p.List, row)
	}
	return p, nil
}

// boxesWords tells which answers are good and which are bad.
func (g *ground) boxesWords(m cx.Metric) string {
	top, bottom := (measured{Metric: m}).ends(g.lang())
	switch {
	case top != "" && bottom != "":
		return g.lang().T("catalogue.boxes", "top", top, "bottom", bottom)
	case top != "":
		return g.lang().T("catalogue.boxes.top", "top", top)
	}
	return ""
}

func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, err := s.catalogueGround(r, v)
	if err != nil {
		return err
	}
	p, err := s.newMetricsPage(r.Context(), g)
	if err != nil {
		return err
	}
	return s.render(w, r, metricsView(p))
}

// metricForm asks for what a metric is; its scale only while nothing is scored on it.
func (p *definitionPage) metricForm(m cx.Metric, fresh bool) {
	l := p.lang()
	field := func(name string) string { return l.T("catalogue.field." + name) }
	name := textPair(l, "name", field("name"), m.Name, "")
	name[0].Required = true
	p.Fields = append(name, textPair(l, "wording", field("wording"), m.Wording, "textarea")...)
	if fresh {
		p.Fields = append(p.Fields, ui.Field{Name: "key", Label: l.T("journey.touchpoint.key"), Value: string(m.Key), Max: 64})
	}
	number := func(name string, v *float64) ui.Field {
		return ui.Field{Name: name, Label: field(name), Value: writtenNumber(l, v), Max: 20}
	}
	direction := ui.Field{Name: "direction", Label: field("direction"), Kind: "select", Required: true, Options: []ui.Option{
		{Value: string(cx.HigherBetter), Label: l.T("catalogue.scale.higher"), Selected: m.Direction != cx.LowerBetter},
		{Value: string(cx.LowerBetter), Label: l.T("catalogue.scale.lower"), Selected: m.Direction == cx.LowerBetter}}}
	scale := number("min", &m.Min)
	scale.Hint = l.T("catalogue.scale.hint")
	p.Fields = append(p.Fields, scale, number("max", &m.Max), number("step", above(m.Step)), direction, number("top", m.Top), number("bottom", m.Bottom),
		ui.Field{Name: "non_answers", Label: field("non_answers"), Value: writtenNumbers(p.ground, m.NonAnswers), Max: 200, Hint: l.T("catalogue.hint.non_answers")},
		ui.Field{Name: "aspect", Label: field("aspect"), Kind: "checkbox", Checked: m.Aspect, Hint: l.T("catalogue.hint.aspect")},
		ui.Field{Name: "reversed", Label: field("reversed"), Kind: "checkbox", Checked: m.Reversed})
}

func typedMetric(f url.Values, m cx.Metric) (cx.Metric, error) {
	var c collector
	m.Name, m.Wording = typedText(f, "name", m.Name), typedText(f, "wording", m.Wording)
	m.Min, m.Max, m.Step = orZero(c.number("min", f.Get("min"))), orZero(c.number("max", f.Get("max"))), orZero(c.number("step", f.Get("step")))
	m.Direction, m.Top, m.Bottom = cx.Direction(f.Get("direction")), c.number("top", f.Get("top")), c.number("bottom", f.Get("bottom"))
	m.Aspect, m.Reversed, m.NonAnswers = f.Get("aspect") != "", f.Get("reversed") != "", nil
	for text := range strings.SplitSeq(f.Get("non_answers"), ";") {
		if v := c.number("non_answers", text); v != nil {
			m.NonAnswers = append(m.NonAnswers, *v)
		}
	}
	if c.err() == nil {
		for _, e := range m.Check() {
			c.l = append(c.l, e)
		}
	}
	return m, c.err()
}

func (g *ground) metricEditPage(m cx.Metric) *definitionPage {
	p := g.newDefinitionPage(g.lang().T("catalogue.edit.title", "name", m.Name), "/catalogue/metrics/"+url.PathEscape(string(m.Key))+"/edit", "/catalogue/metrics")
	p.Base = stamp(m)
	p.metricForm(m, false)
	return p
}

func (s *Server) serveMetricEdit(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, err := s.catalogueGround(r, v)
	if err != nil {
		return err
	}
	m, err := g.Catalogue.Metric(cx.MetricID(r.PathValue("metric")))
	if err != nil {
		return err
	}
	return s.render(w, r, definitionView(g.metricEditPage(m)))
}

// doMetric previews a changed metric on every indicator made of it, or adopts it.
func (s *Server) doMetric(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	g, err := s.catalogueGround(r, v)
	if err != nil {
		return err
	}
	was, err := g.Catalogue.Metric(cx.MetricID(r.PathValue("metric")))
	if err != nil {
		return err
	}
	p := g.metricEditPage(was)
	next, err := typedMetric(r.PostForm, was)
	if err == nil && r.PostForm.Get("base") != p.Base {
		err = cx.Fail(cx.Conflict, "", "catalogue.changed_since", "key", string(was.Key))
	}
	do := r.PostForm.Get("do")
	if err == nil && do != "adopt" && do != "again" && restatesMetric(was, next) {
		l, e := s.previewMetric(r.Context(), g, was, next)
		if e != nil || len(l) > 0 {
			if e != nil {
				return e
			}
			return s.showPreview(w, r, p, l)
		}
	}
	if err == nil && do != "again" {
		if err = s.Catalogue.EditMetric(r.Context(), catalogue.Edit[cx.Metric]{By: v.Viewer.Actor(), Reason: reasonOf(r), Was: was}, next); err == nil {
			return s.adopted(w, r, v, "metric.put", string(next.Key), "/catalogue/metrics")
		}
	}
	return s.askAgain(w, r, p, err)
}

func restatesMetric(a, b cx.Metric) bool {
	for _, m := range []*cx.Metric{&a, &b} {
		m.Name, m.Wording, m.NonAnswers, m.Aspect = nil, nil, nil, false
	}
	return stamp(a) != stamp(b)
}

// previewMetric shows the indicators of a metric whose definition still holds over the changed one; the others are told
// when it is adopted.
func (s *Server) previewMetric(ctx context.Context, g *ground, was, next cx.Metric) ([]preview, error) {
	var out []preview
	if !was.SameScale(next) {
		return nil, nil
	}
	for _, i := range g.Catalogue.IndicatorList {
		if i.Metric != was.Key || len(i.Check(next)) > 0 {
			continue
		}
		x, err := s.previewIndicator(ctx, g, pair{i, was}, pair{i, next})
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

func (s *Server) serveNewMetric(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, err := s.catalogueGround(r, v)
	if err != nil {
		return err
	}
	return s.render(w, r, definitionView(g.newMetricForm()))
}

func (g *ground) newMetricForm() *definitionPage {
	p := g.newDefinitionPage(g.lang().T("catalogue.metric.new"), "/catalogue/metrics/new", "/catalogue/metrics")
	p.Base = "new"
	p.metricForm(cx.Metric{Min: 1, Max: 5, Step: 1, Top: new(4.0), Bottom: new(2.0)}, true)
	return p
}

func (s *Server) doNewMetric(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	g, err := s.catalogueGround(r, v)
	if err != nil {
		return err
	}
	key := strings.TrimSpace(r.PostForm.Get("key"))
	if name := typedText(r.PostForm, "name", nil); key == "" && name != nil {
		key = cx.FreeKey(name, "metric", func(k string) bool { return g.Catalogue.Metrics[cx.MetricID(k)].Key != "" || k == "new" })
	}
	next, err := typedMetric(r.PostForm, cx.Metric{Key: cx.MetricID(key)})
	if err == nil && r.PostForm.Get("do") != "again" {
		if err = s.Catalogue.EditMetric(r.Context(), catalogue.Edit[cx.Metric]{By: v.Viewer.Actor(), Reason: reasonOf(r)}, next); err == nil {
			return s.adopted(w, r, v, "metric.put", key, "/catalogue/metrics")
		}
	}
	return s.askAgain(w, r, g.newMetricForm(), err)
}
