package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// verbatimRoutes show the words of customers, and one feedback with who gave it.
func (s *Server) verbatimRoutes() []Route {
	return []Route{
		{"GET", "/verbatims", people.ReadPeople, s.serveVerbatims},
		{"GET", "/feedbacks/{id}", people.ReadPeople, s.serveFeedback},
	}
}

// verbatimsPage is a list of feedback, newest first.
type verbatimsPage struct {
	frame  ui.Frame
	ground *ground
	Query  string
	Items  []ui.Voice
	Pager  ui.Pager
	Empty  *ui.State
	Live   *ui.Live // of the first page
}

const verbatimsShown = 30

func (s *Server) serveVerbatims(w http.ResponseWriter, r *http.Request, v *visit) error {
	f, err := parseFilters(r.URL.Query())
	if err != nil {
		return err
	}
	g, err := s.ground(r.Context(), v, f, matter{cx.JourneyID(f.Journey), cx.TouchpointID(f.Touchpoint)})
	if err != nil {
		return err
	}
	p, err := s.newVerbatimsPage(r.Context(), g, r.URL.Query().Get("before"))
	if err != nil {
		return err
	}
	if isPart(r) {
		return s.render(w, r, verbatimsPart(p))
	}
	return s.render(w, r, verbatimsView(p))
}

func (s *Server) newVerbatimsPage(ctx context.Context, g *ground, before string) (*verbatimsPage, error) {
	p := &verbatimsPage{frame: g.frame(g.lang().T("verbatim.title"), ui.SectionVerbatims), ground: g, Query: g.Text}
	q := g.listQuery(g.Now)
	q.Limit = verbatimsShown
	mark, err := parseMark(before)
	if err != nil {
		return nil, err
	}
	q.Before = mark
	list, err := s.find(ctx, g, q)
	if err != nil {
		return nil, err
	}
	all, err := s.feedbacks(ctx, g, list.IDs)
	if err != nil {
		return nil, err
	}
	terms := searched(g.Text)
	for _, f := range all {
		p.Items = append(p.Items, g.voice(f, terms))
	}
	p.fillFrame(g, list, before)
	if p.frame.Filters, err = s.verbatimFilters(ctx, g); err != nil {
		return nil, err
	}
	return p, nil
}

// find lists what the filters leave, by words when some are searched.
func (s *Server) find(ctx context.Context, g *ground, q insight.ListQuery) (insight.List, error) {
	var list insight.List
	var err error
	if g.Text != "" && s.Search != nil {
		list, err = s.Search(ctx, g.scope(), g.Text, q)
	} else {
		list, err = s.Insight.List(ctx, g.scope(), q)
	}
	if err != nil {
		return list, fmt.Errorf("verbatims: %w", err)
	}
	return list, nil
}

func (p *verbatimsPage) fillFrame(g *ground, list insight.List, before string) {
	l := g.lang()
	p.Pager.Says = l.T("verbatim.total", "count", list.Total)
	if list.Total > 10_000 {
		p.Pager.Says = l.T("verbatim.total.more", "count", 10_000)
	}
	p.frame.Sub = p.Pager.Says
	if own := g.ownUnits(); own != "" {
		p.frame.Sub += " · " + l.T("verbatim.perimeter", "units", own)
	}
	here := g.filters.values()
	if before != "" {
		p.Pager.PreviousHref = address("/verbatims", here)
	}
	if n := len(list.IDs); list.More && n > 0 {
		next := g.filters.values()
		next.Set("before", formatMark(list.IDs[n-1]))
		p.Pager.NextHref = address("/verbatims", next)
	}
	if g.Text == "" && before == "" {
		p.frame.LiveURL = g.liveURL()
		part := g.filters.values()
		part.Set("part", "list")
		p.Live = &ui.Live{URL: address("/verbatims", part), Events: liveEvent, Hold: true}
	}
	if p.frame.Search != nil {
		p.frame.Search.Query = g.Text
	}
	if len(p.Items) == 0 {
		p.Empty = &ui.State{Title: l.T("verbatim.none"), Text: l.T("verbatim.none.text"),
			Actions: []ui.Button{{Label: l.T("verbatim.wider"), Href: g.filters.with(func(f *filters) { f.During, f.From, f.To = "365", "", "" }).at("/verbatims")},
				{Label: l.T("ui.filter.clear"), Href: "/verbatims", Style: "quiet"}}}
	}
}

// ownUnits names the perimeter in which the viewer may read words; "" for the whole company.
func (g *ground) ownUnits() string {
	p := g.scope().People()
	if p.All {
		return ""
	}
	var names []string
	for _, k := range p.Roots {
		names = append(names, g.Organisation.Name(k, g.lang().Tag()))
	}
	if len(names) == 0 {
		return g.lang().T("verbatim.perimeter.own")
	}
	return strings.Join(names, ", ")
}

// searched are the terms marked in the words: those of three letters and more, accents as typed.
func searched(text string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(` "*()+,.`, r) }),
		func(t string) bool { return len([]rune(t)) < 3 })
}

// formatMark and parseMark write a place in the list: "1767225600000000-42".
func formatMark(m insight.Mark) string {
	return strconv.FormatInt(m.At.UnixMicro(), 10) + "-" + strconv.FormatInt(int64(m.ID), 10)
}

func parseMark(text string) (*insight.Mark, error) {
	if text == "" {
		return nil, nil
	}
	at, id, ok := strings.Cut(text, "-")
	micro, err := strconv.ParseInt(at, 10, 64)
	number, err2 := strconv.ParseInt(id, 10, 64)
	if !ok || err != nil || err2 != nil {
		return nil, cx.Fail(cx.Invalid, "before", "web.mark")
	}
	return &insight.Mark{At: time.UnixMicro(micro).UTC(), ID: cx.FeedbackID(number)}, nil
}

// verbatimFilters add to the bar what only a list may be narrowed by.
func (s *Server) verbatimFilters(ctx context.Context, g *ground) (*ui.FilterBar, error) {
	bar, err := s.filterBar(ctx, g, "/verbatims")
	if err != nil {
		return nil, err
	}
	bar.Drops = append(bar.Drops, touchpointDrop(g), scoreDrop(g))
	languages, err := s.values(ctx, g.scope(), "language")
	if err != nil {
		return nil, err
	}
	l := g.lang()
	program := ui.Dropdown{Name: "program", Label: l.T("verbatim.program")}
	for _, k := range append([]cx.Program{""}, cx.Programs()...) {
		program.Options = append(program.Options, ui.Option{Value: string(k), Label: l.T("verbatim.program." + orAny(string(k))), Selected: g.Program == string(k)})
	}
	words := ui.Dropdown{Name: "words", Label: l.T("verbatim.words")}
	for _, k := range []string{"with", "without", "any"} {
		words.Options = append(words.Options, ui.Option{Value: k, Label: l.T("verbatim.words." + k), Selected: g.Words == k})
	}
	language := ui.Dropdown{Name: "language", Label: l.T("verbatim.language"), Multi: true, Options: options(languages, g.Language, g.languageName)}
	bar.More = slices.Insert(bar.More, 0, program, words, language)
	bar.Active = append(bar.Active, g.activeOfList()...)
	if g.Text != "" {
		bar.Keep = append(bar.Keep, ui.Hidden{Name: "q", Value: g.Text})
	}
	if g.Journey != "" {
		bar.Keep = append(bar.Keep, ui.Hidden{Name: "journey", Value: g.Journey})
	}
	return bar, nil
}

func orAny(s string) string {
	if s == "" {
		return "any"
	}
	return s
}

func (g *ground) languageName(tag string) string { return g.word("verbatim.language.", tag) }

// activeOfList shows the filters that stand behind "more", each with the address that takes it off.
func (g *ground) activeOfList() []ui.Active {
	l := g.lang()
	var out []ui.Active
	add := func(label string, off func(*filters)) {
		out = append(out, ui.Active{Label: label, RemoveHref: g.filters.with(off).at("/verbatims")})
	}
	if g.Text != "" {
		add(l.T("verbatim.active.text", "text", g.Text), func(f *filters) { f.Text = "" })
	}
	if g.Program != "" {
		add(g.word("verbatim.program.", g.Program), func(f *filters) { f.Program = "" })
	}
	if g.Words != "with" {
		add(g.word("verbatim.words.", g.Words), func(f *filters) { f.Words = "with" })
	}
	if g.Journey != "" {
		name := g.Journey
		if j, err := g.Journeys.Journey(cx.JourneyID(g.Journey)); err == nil {
			name = l.Text(j.Name)
		}
		add(name, func(f *filters) { f.Journey = "" })
	}
	for _, k := range g.Language {
		add(g.languageName(k), func(f *filters) {
			f.Language = slices.DeleteFunc(slices.Clone(f.Language), func(x string) bool { return x == k })
		})
	}
	for _, k := range g.Source {
		add(l.T("verbatim.active.source", "source", k), func(f *filters) {
			f.Source = slices.DeleteFunc(slices.Clone(f.Source), func(x string) bool { return x == k })
		})
	}
	return out
}

func touchpointDrop(g *ground) ui.Dropdown {
	l := g.lang()
	d := ui.Dropdown{Name: "touchpoint", Label: l.T("verbatim.touchpoint"), Set: g.Touchpoint != "", Summary: l.T("verbatim.touchpoint.any")}
	d.Options = []ui.Option{{Value: "", Label: d.Summary, Selected: g.Touchpoint == ""}}
	for _, p := range g.Journeys.Touchpoints() {
		d.Options = append(d.Options, ui.Option{Value: string(p.Touchpoint.Key), Label: l.Text(p.Touchpoint.Name), Selected: g.Touchpoint == string(p.Touchpoint.Key)})
	}
	if g.Touchpoint != "" {
		d.Summary = g.touchpointName(cx.TouchpointID(g.Touchpoint))
	}
	return d
}

// scoreDrop offers the boxes of the usual metrics: promoters, satisfied…
func scoreDrop(g *ground) ui.Dropdown {
	l := g.lang()
	d := ui.Dropdown{Name: "score", Label: l.T("verbatim.score"), Set: g.Score != "", Summary: l.T("verbatim.score.any")}
	d.Options = []ui.Option{{Value: "", Label: d.Summary, Selected: g.Score == ""}}
	known := g.Score == ""
	for _, k := range []cx.IndicatorID{"nps", "csat", "ces"} {
		m, ok := measure(g.Catalogue, k, nil)
		if !ok {
			continue
		}
		for _, b := range boxes(m.Metric) {
			o := ui.Option{Value: between(m.Metric.Key, b[0], b[1]), Label: scoreLabel(g, m.Metric.Key, b[0], b[1])}
			if o.Value == g.Score {
				o.Selected, known, d.Summary = true, true, o.Label
			}
			d.Options = append(d.Options, o)
		}
	}
	if !known {
		d.Summary = g.scoreWords()
		d.Options = append(d.Options, ui.Option{Value: g.Score, Label: d.Summary, Selected: true})
	}
	return d
}

// boxes gives the ranges of a scale, best first: top, between, bottom.
func boxes(m cx.Metric) [][2]float64 {
	if m.Top == nil {
		return nil
	}
	step := max(m.Step, 0)
	if step == 0 {
		step = 1
	}
	bottom := *m.Top - step
	if m.Bottom != nil {
		bottom = *m.Bottom
	}
	out := [][2]float64{{*m.Top, m.Max}}
	if bottom+step <= *m.Top-step {
		out = append(out, [2]float64{bottom + step, *m.Top - step})
	}
	out = append(out, [2]float64{m.Min, bottom})
	if m.Direction == cx.LowerBetter {
		return nil
	}
	return out
}

func scoreLabel(g *ground, metric cx.MetricID, low, high float64) string {
	l := g.lang()
	name := g.metricName(metric)
	if low == high {
		return l.T("verbatim.score.one", "metric", name, "value", low)
	}
	return l.T("verbatim.score.between", "metric", name, "low", low, "high", high)
}

// scoreWords says a range of scores that is none of the usual boxes.
func (g *ground) scoreWords() string {
	metric, _, ranged := strings.Cut(g.Score, ":")
	c, err := scoreCondition(g.Score)
	m, known := g.Catalogue.Metrics[cx.MetricID(metric)]
	if err != nil || !known || !ranged {
		return g.metricName(cx.MetricID(metric))
	}
	low, high := m.Min, m.Max
	if c.GTE != nil {
		low = *c.GTE
	}
	if c.LTE != nil {
		high = *c.LTE
	}
	return scoreLabel(g, m.Key, low, high)
}

// metricName is the short word of the metric's first indicator, else its own name.
func (g *ground) metricName(k cx.MetricID) string {
	if m, ok := g.indicatorOf(k, cx.Transactional); ok {
		return m.short(g.lang())
	}
	return string(k)
}

// feedbackPage is one feedback: every score, every word, where and how, and what the same customer said before and after.
type feedbackPage struct {
	frame      ui.Frame
	ground     *ground
	Voice      ui.Voice
	Scores     ui.Table
	Facts      ui.Table
	Customer   string // name or initials; "" nobody known
	Status     string
	Timeline   []ui.Voice
	Quarantine bool
}

func (s *Server) serveFeedback(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return cx.Fail(cx.NotFound, "", "web.missing.text")
	}
	f, err := parseFilters(url.Values{})
	if err != nil {
		return err
	}
	g, err := s.ground(r.Context(), v, f, matter{})
	if err != nil {
		return err
	}
	p, err := s.newFeedbackPage(r.Context(), g, cx.FeedbackID(id))
	if err != nil {
		return err
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "feedback.read", Subject: feedbackNumber(cx.FeedbackID(id))}); err != nil {
		return err
	}
	return s.render(w, r, feedbackView(p))
}

func (s *Server) newFeedbackPage(ctx context.Context, g *ground, id cx.FeedbackID) (*feedbackPage, error) {
	found, err := s.feedbacks(ctx, g, []insight.Mark{{ID: id}})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, cx.Fail(cx.NotFound, "", "web.missing.text")
	}
	f := found[0]
	l := g.lang()
	p := &feedbackPage{ground: g, Voice: g.voice(f, nil), Scores: g.scoreTable(f), Facts: g.factTable(f), Quarantine: f.State == cx.Quarantined}
	p.frame = g.frame(l.T("verbatim.one", "when", l.DateTime(f.At.In(g.Now.Location()))), ui.SectionVerbatims)
	p.frame.Crumb = []ui.Link{{Label: l.T("verbatim.title"), Href: "/verbatims"}}
	p.Voice.Href = ""
	return p, s.addCustomer(ctx, g, p, f)
}

// addCustomer adds who gave the feedback, as far as the viewer may know.
func (s *Server) addCustomer(ctx context.Context, g *ground, p *feedbackPage, f cx.Feedback) error {
	if f.Identity == 0 {
		return nil
	}
	known, err := s.Customers.Customers(ctx, g.scope(), []cx.IdentityID{f.Identity})
	if err != nil {
		return fmt.Errorf("customer: %w", err)
	}
	person, ok := known[f.Identity]
	if !ok {
		return nil
	}
	p.Customer, p.Status = person.Name, g.word("verbatim.status.", person.Status)
	if p.Customer == "" {
		p.Customer = g.lang().T("verbatim.nameless")
	}
	_, all, err := s.Door.Customer(ctx, g.scope(), person.ID)
	if cx.KindOf(err) == cx.NotFound && err != nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("timeline: %w", err)
	}
	for _, x := range all {
		v := g.voice(x, nil)
		if x.ID == f.ID {
			v.ID, v.Href, v.Chips = "", "", append(v.Chips, ui.Chip{Text: g.lang().T("verbatim.this")})
		}
		p.Timeline = append(p.Timeline, v)
	}
	return nil
}

func (g *ground) scoreTable(f cx.Feedback) ui.Table {
	l := g.lang()
	t := ui.Table{Caption: l.T("verbatim.scores"), Columns: []ui.Column{{Label: l.T("verbatim.metric")}, {Label: l.T("verbatim.score"), Numeric: true}, {Label: l.T("verbatim.scale"), Numeric: true}}}
	for _, m := range g.Catalogue.MetricList {
		point, ok := f.Scores[m.Key]
		if !ok {
			continue
		}
		i, _ := g.indicatorOf(m.Key, f.Program)
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: l.Text(m.Name), Note: l.Text(m.Wording)},
			{Text: g.scoreText(m, point), Tone: boxOf(i.Indicator, m, point)}, {Text: l.T("verbatim.scale.span", "min", m.Min, "max", m.Max)}}})
	}
	return t
}

func (g *ground) factTable(f cx.Feedback) ui.Table {
	l := g.lang()
	t := ui.Table{Caption: l.T("verbatim.context"), Columns: []ui.Column{{Label: l.T("verbatim.fact")}, {Label: l.T("verbatim.value")}}}
	add := func(label, value, href string) {
		if value != "" {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: label}, {Text: value, Href: href}}})
		}
	}
	if f.Touchpoint != "" {
		add(l.T("verbatim.touchpoint"), g.touchpointName(f.Touchpoint), g.touchpointAddress(f.Touchpoint, ""))
	}
	add(l.T("cockpit.filter.unit"), g.unitPath(f.Unit), "")
	add(l.T("cockpit.filter.channel"), g.channelName(f.Channel), "")
	add(l.T("verbatim.collected"), g.word("cockpit.collected.", f.CollectedBy), "")
	add(l.T("verbatim.program"), g.word("verbatim.program.", string(f.Program)), "")
	add(l.T("verbatim.agent"), f.Agent, "")
	add(l.T("verbatim.contact"), f.Contact, "")
	add(l.T("verbatim.source"), f.Source, "")
	add(l.T("verbatim.language"), g.languageName(f.Lang), "")
	for _, a := range g.Catalogue.AttributeList {
		v, ok := f.Attributes[a.Key]
		if !ok {
			continue
		}
		name := l.Text(a.Name)
		if name == "" {
			name = string(a.Key)
		}
		text := g.attributeText(v)
		if a.Personal {
			text = masked
		}
		add(name, text, "")
	}
	return t
}

func (g *ground) attributeText(v any) string {
	switch v := v.(type) {
	case float64:
		return g.lang().Short(v, 2)
	case bool:
		return g.lang().T(map[bool]string{true: "verbatim.yes", false: "verbatim.no"}[v])
	}
	return g.mask(fmt.Sprint(v))
}

// unitPath names a unit from the top down.
func (g *ground) unitPath(id cx.UnitID) string {
	var names []string
	for _, k := range g.Organisation.Path(id) {
		names = append(names, g.Organisation.Name(k, g.lang().Tag()))
	}
	if len(names) == 0 {
		return string(id)
	}
	return strings.Join(names, " › ")
}
