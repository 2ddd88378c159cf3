package web

import (
	"context"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// touchpointRoutes show one touchpoint in full.
func (s *Server) touchpointRoutes() []Route {
	return []Route{
		{"GET", "/touchpoints/{touchpoint}", people.ReadFigures, s.serveTouchpoint},
	}
}

// touchpointPage is one situation the customer lives, in one indicator at a time.
type touchpointPage struct {
	frame    ui.Frame
	ground   *ground
	about    about
	Switch   []ui.Tab
	Head     block[headBlock]
	Trend    block[ui.ChartBox]
	Spread   block[spreadBlock]
	Channels block[ui.Table]
	Units    block[ui.Table]
	Aspects  block[ui.Table]
	Promises block[[]promiseView]
	Voices   block[voicesBlock]
	Reads    bool
	Staff    string // where what employees write of it is read; "" for who may not
	Facts    ui.Table
	LiveHead *ui.Live
	LiveTime *ui.Live
}

// about is what the page is about: a touchpoint in an indicator.
type about struct {
	place journey.Place
	m     measured
}

func (a about) key() cx.TouchpointID { return a.place.Touchpoint.Key }

// headBlock is the figure of the period; TooFew is set when it tells nothing.
type headBlock struct {
	Heads  ui.Heads
	TooFew *ui.State
}

// promiseView sets what is delivered beside what was promised.
type promiseView struct {
	Text, Says string
	Value      string // what was delivered, in large; "" where Says tells it
	Weather    ui.Weather
	Public     bool
	Href       string
	Help       *ui.Help // nil: nothing measures it
}

func (s *Server) serveTouchpoint(w http.ResponseWriter, r *http.Request, v *visit) error {
	f, err := parseFilters(r.URL.Query())
	if err != nil {
		return err
	}
	g, err := s.ground(r.Context(), v, f.common(), matter{Touchpoint: cx.TouchpointID(r.PathValue("touchpoint"))})
	if err != nil {
		return err
	}
	part := r.URL.Query().Get("part")
	p, err := s.newTouchpointPage(r.Context(), g, touchpointChoice{cx.TouchpointID(r.PathValue("touchpoint")), cx.IndicatorID(r.URL.Query().Get("indicator")), part})
	if err != nil {
		return err
	}
	s.reportBlocks(r, p.Head.Err, p.Trend.Err, p.Spread.Err, p.Channels.Err, p.Units.Err, p.Aspects.Err, p.Promises.Err, p.Voices.Err)
	switch part {
	case "option", "spread-option":
		return s.serveOption(w, r, p)
	case "head":
		return s.render(w, r, touchpointHead(p))
	case "trend":
		return s.render(w, r, touchpointTrend(p))
	case "voices":
		return s.render(w, r, touchpointVoices(p))
	}
	return s.render(w, r, touchpointView(p))
}

type touchpointChoice struct {
	key       cx.TouchpointID
	indicator cx.IndicatorID
	part      string
}

func (s *Server) newTouchpointPage(ctx context.Context, g *ground, c touchpointChoice) (*touchpointPage, error) {
	place, ok := g.Journeys.Place(c.key)
	if !ok {
		return nil, cx.Fail(cx.NotFound, "", "web.missing.text")
	}
	if c.indicator == "" {
		c.indicator = place.Touchpoint.LeadIndicator()
	}
	m, ok := measure(g.Catalogue, c.indicator, place.Touchpoint)
	if !ok || m.Audience != cx.Customers {
		return nil, cx.Fail(cx.NotFound, "", "web.missing.text")
	}
	l := g.lang()
	p := &touchpointPage{ground: g, about: about{place, m}, Reads: g.mayRead(), Staff: g.chorusAddress(string(c.key), g.Unit)}
	p.frame = g.frame(l.Text(place.Touchpoint.Name), ui.SectionCockpit)
	p.frame.Sub = l.Text(place.Stage.Name)
	p.frame.Crumb = []ui.Link{{Label: l.Text(place.Journey.Name), Href: g.common().at(journeyAddress(g.Journeys, place.Journey.Key))}}
	p.frame.LiveURL = g.liveURL()
	p.Switch = g.indicatorSwitch(place.Touchpoint, m.Key)
	p.Facts = g.touchpointFacts(place.Touchpoint)
	var err error
	if p.frame.Filters, err = s.filterBar(ctx, g, "/touchpoints/"+url.PathEscape(string(c.key))); err != nil {
		return nil, err
	}
	if m.Key != place.Touchpoint.LeadIndicator() {
		p.frame.Filters.Keep = []ui.Hidden{{Name: "indicator", Value: string(m.Key)}}
	}
	s.fillTouchpoint(ctx, p, c.part)
	return p, nil
}

func (s *Server) fillTouchpoint(ctx context.Context, p *touchpointPage, part string) {
	g, a, b := p.ground, p.about, s.blocks(ctx)
	wanted := func(name string) bool { return part == "" || part == name }
	if wanted("head") {
		fill(b, &p.Head, func(ctx context.Context) (headBlock, error) { return s.touchpointFigure(ctx, g, a) })
	}
	if wanted("trend") {
		fill(b, &p.Trend, func(ctx context.Context) (ui.ChartBox, error) { return s.newTrend(ctx, g, a) })
	}
	if wanted("voices") && p.Reads {
		f := g.verbatimsOf(a)
		f.Score = "" // words of those who gave another score count too
		fill(b, &p.Voices, func(ctx context.Context) (voicesBlock, error) { return s.newVoices(ctx, g, f) })
	}
	if part == "" {
		fill(b, &p.Spread, func(ctx context.Context) (spreadBlock, error) { return s.newSpread(ctx, g, a) })
		fill(b, &p.Channels, func(ctx context.Context) (ui.Table, error) { return s.byChannel(ctx, g, a) })
		fill(b, &p.Units, func(ctx context.Context) (ui.Table, error) { return s.byUnit(ctx, g, a) })
		fill(b, &p.Aspects, func(ctx context.Context) (ui.Table, error) { return s.byAspect(ctx, g, a) })
		fill(b, &p.Promises, func(ctx context.Context) ([]promiseView, error) { return s.newPromises(ctx, g, a) })
	}
	b.wg.Wait()
	p.LiveHead, p.LiveTime = g.livePart(a, "head", false), g.livePart(a, "trend", true)
	p.Voices.Value.Live = g.livePart(a, "voices", true)
}

// livePart is a block of the page that fetches itself.
func (g *ground) livePart(a about, part string, hold bool) *ui.Live {
	at := g.touchpointAddress(a.key(), a.m.Key)
	return &ui.Live{URL: withParam(at, "part", part), Events: liveEvent, Hold: hold}
}

// verbatimsOf are the filters of the feedback behind the figures of the page.
func (g *ground) verbatimsOf(a about) filters {
	return g.common().with(func(f *filters) {
		f.Touchpoint, f.Score, f.Program = string(a.key()), string(a.m.Metric.Key), string(a.m.Program)
	})
}

// wordsAt gives the address of the feedback behind a part of a figure; "" when the viewer may not read it.
func (g *ground) wordsAt(a about, change func(*filters)) string {
	if !g.mayRead() {
		return ""
	}
	return g.verbatimsOf(a).with(change).at(a.m.list())
}

// behind gives the address of all the feedback counted in a part of a figure, with words or without.
func (g *ground) behind(a about, change func(*filters)) string {
	return g.wordsAt(a, func(f *filters) { f.Words = "any"; change(f) })
}

// question asks the page's indicator at the page's touchpoint.
func (g *ground) question(a about) insight.Query {
	during := g.during()
	return insight.Query{Indicator: a.m.Key, Where: also(g.where(), "touchpoint", string(a.key())), During: &during}
}

func (s *Server) touchpointFigure(ctx context.Context, g *ground, a about) (headBlock, error) {
	q := g.question(a)
	q.Versus = previous()
	row, err := s.figure(ctx, g, q)
	if err != nil {
		return headBlock{}, err
	}
	h := a.m.head(g, row)
	if !row.Figure.Has {
		h = ui.Head{Title: g.lang().Text(a.m.Name), Few: true, Change: ui.Change{Text: g.lang().T("cockpit.none")}, Help: a.m.help(g.lang())}
	}
	h.Href = g.wordsAt(a, func(*filters) {})
	b := headBlock{Heads: ui.Heads{Label: g.lang().T("touchpoint.figure"), Items: []ui.Head{h}}}
	if !row.Figure.Enough {
		b.TooFew = g.tooFew(a, row.Figure.N)
	}
	return b, nil
}

// tooFew leads from a figure that tells nothing to the words, and to a wider window.
func (g *ground) tooFew(a about, n int64) *ui.State {
	l := g.lang()
	st := &ui.State{Title: a.m.few(l, n), Text: l.T("touchpoint.few.text")}
	if n == 0 {
		st.Title, st.Text = l.T(a.m.said("cockpit.none")), l.T("touchpoint.none.text")
	}
	if href := g.wordsAt(a, func(*filters) {}); href != "" && n > 0 {
		st.Actions = append(st.Actions, ui.Button{Label: l.T("touchpoint.few.read"), Href: href, Style: "primary"})
	}
	if g.During != "365" {
		wide := *g
		wide.filters = g.filters.with(func(f *filters) { f.During, f.From, f.To = "365", "", "" })
		st.Actions = append(st.Actions, ui.Button{Label: l.T("touchpoint.few.wider"), Href: wide.touchpointAddress(a.key(), a.m.Key), Style: "quiet"})
	}
	return st
}

// indicatorSwitch offers the lead, what was promised, and the usual ones.
func (g *ground) indicatorSwitch(t *journey.Touchpoint, current cx.IndicatorID) []ui.Tab {
	keys := []cx.IndicatorID{t.LeadIndicator()}
	for _, p := range t.Promises {
		keys = append(keys, p.Indicator)
	}
	keys = append(keys, "nps", "csat", "ces", current)
	var tabs []ui.Tab
	for i, k := range keys {
		m, ok := measure(g.Catalogue, k, t)
		if ok && !slices.Contains(keys[:i], k) && m.Audience == cx.Customers {
			tabs = append(tabs, ui.Tab{Label: m.short(g.lang()), Href: g.touchpointAddress(t.Key, k), Current: k == current})
		}
	}
	return tabs
}

// touchpointFacts are what the journey says of the touchpoint.
func (g *ground) touchpointFacts(t *journey.Touchpoint) ui.Table {
	l := g.lang()
	table := ui.Table{Caption: l.T("touchpoint.about"), Columns: []ui.Column{{Label: l.T("verbatim.fact")}, {Label: l.T("verbatim.value")}}}
	add := func(id, value string) {
		if value != "" {
			table.Rows = append(table.Rows, ui.Row{Cells: []ui.Cell{{Text: l.T(id)}, {Text: value}}})
		}
	}
	add("touchpoint.owner", t.Owner)
	if t.MomentOfTruth {
		add("ui.moment", l.T("verbatim.yes"))
	}
	if t.Transactional {
		add("journey.field.transactional", l.T("verbatim.yes"))
	}
	add("touchpoint.followed", g.followedAt(t))
	add("touchpoint.expectation", l.Text(t.Expectation))
	when := g.temporary(t)
	if t.From != "" && t.Until != "" {
		when = l.T("touchpoint.lived", "from", g.dayWords(t.From), "until", g.dayWords(t.Until))
	}
	add("journey.section.when", when)
	add("touchpoint.services", strings.Join(t.Services, ", "))
	add("journey.field.indirect", strings.Join(t.Indirect, ", "))
	add("touchpoint.systems", strings.Join(t.Systems, ", "))
	add("touchpoint.partners", g.named(t.Partners))
	add("touchpoint.personas", g.named(t.Personas))
	var channels []string
	for _, c := range t.Channels {
		channels = append(channels, g.channelName(c))
	}
	add("touchpoint.channels", strings.Join(channels, ", "))
	add("touchpoint.processes", l.Text(t.Processes))
	if t.Mood != nil {
		add("journey.field.mood", g.moodWords(*t.Mood))
	}
	add("journey.field.feelings", l.Text(t.Feelings))
	add("journey.field.pains", l.Text(t.Pains))
	return table
}

// followedAt tells the lead indicator of a touchpoint, and the objectives and thresholds that are its own.
func (g *ground) followedAt(t *journey.Touchpoint) string {
	l := g.lang()
	keys := slices.Collect(maps.Keys(t.Objectives))
	keys = append(append(keys, slices.Collect(maps.Keys(t.Thresholds))...), t.LeadIndicator())
	slices.Sort(keys)
	var out []string
	for _, k := range slices.Compact(keys) {
		m, ok := measure(g.Catalogue, k, t)
		if !ok {
			continue
		}
		said := []string{m.short(l)}
		if k == t.LeadIndicator() {
			said[0] = l.T("touchpoint.followed.lead", "name", said[0])
		}
		if v, own := t.Objectives[k]; own {
			said = append(said, l.T("cockpit.objective", "value", m.textAs(l, v, least(v))))
		}
		if v, own := t.Thresholds[k]; own {
			said = append(said, l.T("touchpoint.followed.threshold", "value", m.textAs(l, v, least(v))))
		}
		out = append(out, strings.Join(said, ", "))
	}
	return strings.Join(out, " · ")
}

// least is how many decimals a number that a person typed needs: none, or one.
func least(v float64) int {
	if v == math.Trunc(v) {
		return 0
	}
	return 1
}

// named writes the keys of a list as people read them: the name of a unit when one has the key.
func (g *ground) named(keys []string) string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = readable(k)
		if strings.ContainsFunc(k, unicode.IsUpper) { // somebody wrote a name
			names[i] = k
		}
		if _, ok := g.Organisation.Unit(cx.UnitID(k)); ok {
			names[i] = g.Organisation.Name(cx.UnitID(k), g.lang().Tag())
		}
	}
	return strings.Join(names, ", ")
}

// newPromises asks what was delivered of each promise.
func (s *Server) newPromises(ctx context.Context, g *ground, a about) ([]promiseView, error) {
	var out []promiseView
	l := g.lang()
	for _, p := range a.place.Touchpoint.Promises {
		v := promiseView{Text: l.Text(p.Text), Public: p.Public, Weather: ui.NoTarget, Says: l.T("touchpoint.unmeasured")}
		m, ok := measure(g.Catalogue, p.Indicator, a.place.Touchpoint)
		if !ok {
			out = append(out, v)
			continue
		}
		if p.Objective != nil {
			m.Objective = p.Objective
		}
		row, err := s.figure(ctx, g, g.question(about{a.place, m}))
		if err != nil {
			return nil, err
		}
		v.Weather, v.Href = m.weather(row.Figure), g.touchpointAddress(a.key(), m.Key)
		v.Says, v.Help = m.meta(l, row.Figure), m.helpAt(l, "promise"+strconv.Itoa(len(out)))
		if row.Figure.Enough {
			v.Says = l.T("touchpoint.delivered", "name", l.Text(m.Name), "value", m.text(l, row.Figure.Value)) + " · " + v.Says
		}
		out = append(out, v)
	}
	return out, nil
}
