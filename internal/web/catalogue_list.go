package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
	"vigie/internal/understand/view"
	"vigie/internal/web/ui"
)

// catalogueRoutes show what is measured to everybody, and change it for those who govern it.
func (s *Server) catalogueRoutes() []Route {
	return []Route{
		{"GET", "/catalogue", people.ReadFigures, s.serveCatalogue},
		{"POST", "/catalogue/indicators/{indicator}/retire", people.EditStructure, s.doRetireIndicator},
		{"POST", "/catalogue/metrics/{metric}/retire", people.EditStructure, s.doRetireMetric},
		{"GET", "/catalogue/attributes", people.ReadFigures, s.serveAttributes},
		{"GET", "/catalogue/attributes/{attribute}", people.ReadFigures, s.serveAttribute},
		{"POST", "/catalogue/attributes/{attribute}", people.EditStructure, s.doAttribute},
		{"GET", "/catalogue/metrics", people.ReadFigures, s.serveMetrics},
		{"POST", "/catalogue/pillars", people.EditStructure, s.doPillars},
		{"GET", "/catalogue/metrics/new", people.EditStructure, s.serveNewMetric},
		{"POST", "/catalogue/metrics/new", people.EditStructure, s.doNewMetric},
		{"GET", "/catalogue/metrics/{metric}/edit", people.EditStructure, s.serveMetricEdit},
		{"POST", "/catalogue/metrics/{metric}/edit", people.EditStructure, s.doMetric},
		{"GET", "/catalogue/indicators/new", people.EditStructure, s.serveNewIndicator},
		{"POST", "/catalogue/indicators/new", people.EditStructure, s.doNewIndicator},
		{"GET", "/catalogue/indicators/{indicator}", people.ReadFigures, s.serveIndicator},
		{"GET", "/catalogue/indicators/{indicator}/edit", people.EditStructure, s.serveIndicatorEdit},
		{"POST", "/catalogue/indicators/{indicator}/edit", people.EditStructure, s.doIndicator},
	}
}

func indicatorAddress(key cx.IndicatorID) string {
	return "/catalogue/indicators/" + url.PathEscape(string(key))
}

// catalogueGround has what is retired too; it shows who governs the indicators all of them. Its figures are those of the
// last 90 days.
func (s *Server) catalogueGround(r *http.Request, v *visit) (*ground, error) {
	g, err := s.ground(r.Context(), v, filters{During: "90"}, matter{})
	if err != nil {
		return nil, err
	}
	if g.Catalogue, err = s.Catalogue.Present(r.Context()); err == nil && !v.Viewer.May(people.EditStructure) {
		g.Catalogue = g.Catalogue.SeenBy(string(v.Viewer.Role))
	}
	return g, err
}

// cataloguePage lists the indicators: those that serve, then those nobody uses.
type cataloguePage struct {
	*ground
	frame        ui.Frame
	Tabs, Parts  []ui.Tab
	Edits        bool
	Used, Unused []indicatorRow
	Retired      []indicatorRow
}

// indicatorRow is one line of the catalogue.
type indicatorRow struct {
	Key                        cx.IndicatorID
	Name, Href, Formula, Owner string
	Decision, Objective, Where string
	Tags                       []ui.Tag
	Help                       *ui.Help
	Spark                      *ui.Sparkline
	N                          int64
	Asked                      bool // its answers could be counted
	Retired                    bool
}

func (g *ground) catalogueTabs(current string) []ui.Tab {
	l := g.lang()
	return []ui.Tab{{Label: l.T("catalogue.indicators"), Href: "/catalogue", Current: current == "indicators"},
		{Label: l.T("catalogue.metrics"), Href: "/catalogue/metrics", Current: current == "metrics"},
		{Label: l.T("catalogue.attributes"), Href: "/catalogue/attributes", Current: current == "attributes"}}
}

func (g *ground) catalogueFrame(title string) ui.Frame {
	f := g.frame(title, ui.SectionListen)
	f.Crumb = []ui.Link{{Label: g.lang().T("settings.journeys.title"), Href: "/journeys"}}
	return f
}

func (s *Server) newCataloguePage(ctx context.Context, g *ground) (*cataloguePage, error) {
	l := g.lang()
	p := &cataloguePage{ground: g, frame: g.catalogueFrame(l.T("catalogue.title")), Tabs: listenTabs(g.visit, "/catalogue"), Parts: g.catalogueTabs("indicators"), Edits: g.Viewer.May(people.EditStructure)}
	p.frame.Sub = l.T("catalogue.sub", "count", len(g.Catalogue.IndicatorList))
	views, err := s.Views.Views(ctx, g.Viewer)
	if err != nil {
		return nil, err
	}
	rows := make([]block[indicatorRow], len(g.Catalogue.IndicatorList))
	b := s.blocks(ctx)
	for n, i := range g.Catalogue.IndicatorList {
		fill(b, &rows[n], func(ctx context.Context) (indicatorRow, error) { return s.indicatorRow(ctx, g, i, views) })
	}
	b.wg.Wait()
	for _, x := range rows {
		if x.Err != nil {
			return nil, x.Err
		}
		if x.Value.Retired {
			p.Retired = append(p.Retired, x.Value)
		} else if x.Value.Where == "" {
			p.Unused = append(p.Unused, x.Value)
		} else {
			p.Used = append(p.Used, x.Value)
		}
	}
	return p, nil
}

func (s *Server) indicatorRow(ctx context.Context, g *ground, i cx.Indicator, views []view.View) (indicatorRow, error) {
	l := g.lang()
	m, ok := measure(g.Catalogue, i.Key, nil)
	if !ok {
		return indicatorRow{Key: i.Key, Name: l.Text(i.Name)}, nil
	}
	row := indicatorRow{Key: i.Key, Name: l.Text(i.Name), Href: indicatorAddress(i.Key), Formula: m.formulaWords(l), Owner: i.Owner, Decision: l.Text(i.Decision), Retired: i.Retired}
	if i.Objective != nil {
		row.Objective = m.text(l, *i.Objective)
	}
	row.Tags, row.Help = g.indicatorTags(i), m.help(l)
	months := lastMonths(g.Now, 12)
	rows, err := s.figuresBy(ctx, g, insight.Query{Indicator: i.Key, By: []string{"month"}, During: &months})
	if err == nil {
		row.Asked, row.Spark = true, &ui.Sparkline{Objective: i.Objective}
		for _, b := range spans(months, "month") {
			f := rows[b.key].Figure
			row.N += f.N
			row.Spark.Points = append(row.Spark.Points, ui.SparkPoint{Value: f.Value, Low: f.Low, High: f.High, Missing: !f.Has || f.N < sparkMin})
		}
	} else if k := cx.KindOf(err); k != cx.Denied && k != cx.Invalid {
		return row, err
	}
	uses := g.usesOf(i.Key, views)
	row.Where = g.usesWords(uses, i.Key, row.N)
	if row.Where != "" && row.Asked && row.N == 0 {
		row.Tags = append(row.Tags, ui.Tag{Text: l.T("catalogue.silent"), Tone: ui.Watch, Icon: "circle-dashed"})
	}
	return row, nil
}

func (g *ground) indicatorTags(i cx.Indicator) []ui.Tag {
	l := g.lang()
	var tags []ui.Tag
	if i.Retired {
		tags = append(tags, ui.Tag{Text: l.T("catalogue.retired"), Tone: ui.Watch})
	}
	if i.Audience == cx.Employees {
		tags = append(tags, ui.Tag{Text: l.T("catalogue.employees"), Tone: ui.Staff, Icon: "users"})
	}
	tags = append(tags, ui.Tag{Text: l.T("verbatim.program." + string(i.Program))})
	if len(i.Roles) > 0 {
		tags = append(tags, ui.Tag{Text: l.T("catalogue.restricted"), Icon: "lock"})
	}
	return tags
}

// lastMonths is the present month and those before it, so many in all.
func lastMonths(now time.Time, n int) insight.Period {
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
	return insight.Period{From: first.AddDate(0, 1-n, 0).Format(time.DateOnly), To: first.AddDate(0, 1, 0).Format(time.DateOnly)}
}

// use is one place where an indicator serves.
type use struct{ What, Text, Href string }

// usesOf tells where an indicator serves: touchpoints, promises, saved views.
func (g *ground) usesOf(key cx.IndicatorID, views []view.View) []use {
	l := g.lang()
	var out []use
	for _, p := range g.Journeys.Touchpoints() {
		if what := g.usesAt(p.Touchpoint, key); what != "" {
			out = append(out, use{what, l.Text(p.Touchpoint.Name), g.touchpointAddress(p.Touchpoint.Key, key)})
		}
	}
	for _, p := range g.Journeys.Touchpoints() {
		for _, promise := range p.Touchpoint.Promises {
			if promise.Indicator == key {
				out = append(out, use{l.T("catalogue.use.promise"), l.Text(p.Touchpoint.Name) + " — " + l.Text(promise.Text), g.touchpointAddress(p.Touchpoint.Key, key)})
			}
		}
	}
	for _, v := range views {
		q, err := url.ParseQuery(v.Question)
		if err == nil && (q.Get("indicator") == string(key) || q.Get("other") == string(key)) {
			out = append(out, use{l.T("catalogue.use.view"), v.Name, "/explorer?" + v.Question})
		}
	}
	if len(out) == 0 && slices.Contains(headIndicators[:4], key) {
		out = append(out, use{l.T("catalogue.use.head"), l.T("catalogue.use.cockpit"), "/"})
	}
	return out
}

// usesAt tells how a touchpoint is followed by an indicator; "" when it is not.
func (g *ground) usesAt(t *journey.Touchpoint, key cx.IndicatorID) string {
	l := g.lang()
	var words []string
	if t.LeadIndicator() == key {
		words = append(words, l.T("catalogue.use.lead"))
	}
	if v, ok := t.Objectives[key]; ok {
		if m, known := measure(g.Catalogue, key, nil); known {
			words = append(words, l.T("catalogue.use.objective", "value", m.text(l, v)))
		}
	}
	return strings.Join(words, ", ")
}

// usesWords sums the places up; "" when the indicator serves nowhere. A head of the cockpit serves when it is answered.
func (g *ground) usesWords(uses []use, key cx.IndicatorID, n int64) string {
	l := g.lang()
	touchpoints, promises, views := map[string]bool{}, 0, 0
	for _, u := range uses {
		switch u.What {
		case l.T("catalogue.use.promise"):
			promises++
		case l.T("catalogue.use.view"):
			views++
		case l.T("catalogue.use.head"):
			if n > 0 {
				return l.T("catalogue.use.cockpit")
			}
		default:
			touchpoints[u.Text] = true
		}
	}
	var words []string
	for _, x := range []struct {
		id string
		n  int
	}{{"catalogue.in.touchpoints", len(touchpoints)}, {"catalogue.in.promises", promises}, {"catalogue.in.views", views}} {
		if x.n > 0 {
			words = append(words, l.T(x.id, "count", x.n))
		}
	}
	return strings.Join(words, ", ")
}

func (s *Server) serveCatalogue(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, err := s.catalogueGround(r, v)
	if err != nil {
		return err
	}
	p, err := s.newCataloguePage(r.Context(), g)
	if err != nil {
		return err
	}
	return s.render(w, r, catalogueView(p))
}
