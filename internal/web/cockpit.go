package web

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// cockpitRoutes show the live journey.
func (s *Server) cockpitRoutes() []Route {
	return []Route{
		{"GET", cockpitPath, people.ReadFigures, s.serveCockpit},
		{"GET", "/journeys/{journey}", people.ReadFigures, s.serveCockpit},
		{"GET", "/live", people.ReadFigures, s.serveLive},
	}
}

// cockpitPage is the live journey: head figures, the map, what moved, what was just said.
type cockpitPage struct {
	frame    ui.Frame
	ground   *ground
	Journeys []ui.Tab
	Heads    block[ui.Heads]
	Map      block[mapBlock]
	Voices   block[voicesBlock]
	// Reads tells whether the viewer may read words: without, no voices are shown.
	Reads bool
	// Waiting feedbacks are in quarantine; told to those who can repair.
	Waiting int
	Start   *startBlock // instead of everything else, when nothing was ever received or no journey exists
}

// mapBlock holds what comes from the same answers: the journey and what moved.
type mapBlock struct {
	Journey ui.Journey
	Moves   []moveView
	Quiet   int // touchpoints that were compared and did not move
	Around  []aroundView
	Watch   []moveView // below objective without having moved, and what too few told
	Live    *ui.Live
}

// startBlock says what to do in a cockpit where nothing has arrived yet.
type startBlock struct {
	NoJourney bool
	MayAdd    bool // journeys and keys
	MayImport bool

	Command, Curl string
}

// choice is what a cockpit is about.
type choice struct {
	Journey   cx.JourneyID
	Indicator string // "lead" or the key of an indicator
	Part      string // one block alone, "" the page
}

func (s *Server) serveCockpit(w http.ResponseWriter, r *http.Request, v *visit) error {
	f, err := parseFilters(r.URL.Query())
	if err != nil {
		return err
	}
	c := choice{Journey: cx.JourneyID(r.PathValue("journey")), Indicator: r.URL.Query().Get("indicator"), Part: r.URL.Query().Get("part")}
	shown := matter{Journey: c.Journey}
	if shown.Journey == "" {
		if shown.Journey, err = s.firstJourney(r.Context()); err != nil {
			return err
		}
		c.Journey = shown.Journey
	}
	g, err := s.ground(r.Context(), v, f.common(), shown)
	if err != nil {
		return err
	}
	p, err := s.newCockpitPage(r.Context(), g, c)
	if err != nil {
		return err
	}
	s.reportBlocks(r, p.Heads.Err, p.Map.Err, p.Voices.Err)
	switch c.Part {
	case "heads":
		if p.Start != nil {
			return s.render(w, r, startView(p.ground.lang(), p.Start, p.Heads.Value.Live))
		}
		return s.render(w, r, headsPart(p))
	case "map":
		return s.render(w, r, mapPart(p))
	case "moves":
		return s.render(w, r, movesPart(p))
	case "voices":
		return s.render(w, r, voicesPart(p))
	}
	return s.render(w, r, cockpitView(p))
}

// firstJourney is the one shown when none is asked for: the first that was ever heard; "" when there is none.
func (s *Server) firstJourney(ctx context.Context) (cx.JourneyID, error) {
	all, err := s.Journeys.Present(ctx)
	if err != nil || len(all.List) == 0 {
		return "", err
	}
	if len(all.List) == 1 {
		return all.List[0].Key, nil
	}
	return s.usual.firstHeard(ctx, s.Insight, all.List)
}

// reportBlocks logs what a block of a page that is shown all the same could not do.
func (s *Server) reportBlocks(r *http.Request, errs ...error) {
	for _, err := range errs {
		if err != nil && cx.KindOf(err) == cx.Internal {
			s.report(r, err)
		}
	}
}

func (s *Server) newCockpitPage(ctx context.Context, g *ground, c choice) (*cockpitPage, error) {
	j, err := pickJourney(g.Journeys, c.Journey)
	if err != nil {
		return nil, err
	}
	p := &cockpitPage{ground: g, Reads: g.Viewer.May(people.ReadPeople)}
	p.frame = g.frame(g.lang().T("cockpit.title"), ui.SectionCockpit)
	if j == nil {
		p.Start = s.newStart(g, true)
		return p, nil
	}
	if empty, err := s.nothingYet(ctx, g); err != nil {
		return nil, err
	} else if empty {
		p.Start = s.newStart(g, false)
	}
	if p.Waiting, err = s.waiting(ctx, g); err != nil {
		return nil, err
	}
	here := journeyAddress(g.Journeys, j.Key)
	p.frame.Title = g.lang().Text(j.Name)
	p.frame.Sub = g.lang().T("cockpit.sub", "count", len(touchpointsOf(j)))
	p.frame.LiveURL = g.liveURL()
	p.Journeys = journeyTabs(g, j.Key)
	if p.frame.Filters, err = s.filterBar(ctx, g, here); err != nil {
		return nil, err
	}
	p.frame.Filters.Keep = keepIndicator(c.Indicator)
	s.fillCockpit(ctx, p, j, c)
	return p, nil
}

// waiting counts what quarantine holds, for those who can repair it.
func (s *Server) waiting(ctx context.Context, g *ground) (int, error) {
	if !g.Viewer.May(people.EditStructure) {
		return 0, nil
	}
	all, err := s.Door.Waiting(ctx)
	if err != nil {
		return 0, fmt.Errorf("quarantine: %w", err)
	}
	n := 0
	for _, q := range all {
		n += q.N
	}
	return n, nil
}

func keepIndicator(indicator string) []ui.Hidden {
	if indicator == "" {
		return nil
	}
	return []ui.Hidden{{Name: "indicator", Value: indicator}}
}

func (s *Server) fillCockpit(ctx context.Context, p *cockpitPage, j *journey.Journey, c choice) {
	g, b := p.ground, s.blocks(ctx)
	part := func(name string, also ...string) bool {
		return c.Part == "" || c.Part == name || slices.Contains(also, c.Part)
	}
	if part("heads") {
		fill(b, &p.Heads, func(ctx context.Context) (ui.Heads, error) { return s.newHeads(ctx, g, j) })
	}
	if part("map", "moves") {
		fill(b, &p.Map, func(ctx context.Context) (mapBlock, error) { return s.newMap(ctx, g, j, c.Indicator) })
	}
	if part("voices") && p.Reads {
		f := g.common().with(func(f *filters) { f.Journey = string(j.Key) })
		fill(b, &p.Voices, func(ctx context.Context) (voicesBlock, error) { return s.newVoices(ctx, g, f) })
	}
	b.wg.Wait()
	p.goLive(j, c)
}

// goLive makes the parts of the page ask themselves again when figures move.
func (p *cockpitPage) goLive(j *journey.Journey, c choice) {
	g := p.ground
	live := func(part string, hold bool) *ui.Live {
		q := g.common().values()
		q.Set("part", part)
		if c.Indicator != "" {
			q.Set("indicator", c.Indicator)
		}
		return &ui.Live{URL: address(journeyAddress(g.Journeys, j.Key), q), Events: liveEvent, Hold: hold}
	}
	p.Heads.Value.Live = live("heads", false)
	p.Map.Value.Journey.Live = live("map", true)
	p.Map.Value.Live = live("moves", true)
	p.Voices.Value.Live = live("voices", true)
}

// pickJourney gives the journey of an address: the first one for none, nil when there is no journey at all.
func pickJourney(all *journey.Journeys, key cx.JourneyID) (*journey.Journey, error) {
	if key == "" {
		if len(all.List) == 0 {
			return nil, nil
		}
		return &all.List[0], nil
	}
	j, err := all.Journey(key)
	if err != nil {
		return nil, err
	}
	return &j, nil
}

// cockpitPath shows the first journey that was heard.
const cockpitPath = "/cockpit"

// journeyAddress is where a journey is shown: the only one is the cockpit.
func journeyAddress(all *journey.Journeys, key cx.JourneyID) string {
	if len(all.List) == 1 && all.List[0].Key == key {
		return cockpitPath
	}
	return "/journeys/" + url.PathEscape(string(key))
}

func journeyTabs(g *ground, current cx.JourneyID) []ui.Tab {
	if len(g.Journeys.List) < 2 {
		return nil
	}
	var tabs []ui.Tab
	for _, j := range g.Journeys.List {
		tabs = append(tabs, ui.Tab{Label: g.lang().Text(j.Name), Href: g.common().at(journeyAddress(g.Journeys, j.Key)), Current: j.Key == current})
	}
	return tabs
}

func touchpointsOf(j *journey.Journey) []*journey.Touchpoint {
	var out []*journey.Touchpoint
	for i := range j.Stages {
		for k := range j.Stages[i].Touchpoints {
			out = append(out, &j.Stages[i].Touchpoints[k])
		}
	}
	return out
}

// nothingYet tells whether no feedback of any kind was ever received.
func (s *Server) nothingYet(ctx context.Context, g *ground) (bool, error) {
	if s.hasFeedback.Load() {
		return false, nil
	}
	ever, err := s.received(ctx)
	if err != nil {
		return false, fmt.Errorf("first feedback: %w", err)
	}
	if ever {
		s.hasFeedback.Store(true)
	}
	return !ever, nil
}

func (s *Server) newStart(g *ground, noJourney bool) *startBlock {
	return &startBlock{NoJourney: noJourney, MayAdd: g.Viewer.May(people.Administer), MayImport: g.Viewer.May(people.ImportFiles),
		Command: "vigie import " + g.lang().T("cockpit.start.file"),
		Curl: `curl -H "Authorization: Bearer ` + g.lang().T("cockpit.start.key") + `" -H "Content-Type: application/json" \
  -d '{"source":"test","at":"` + g.Now.Format("2006-01-02T15:04:05Z07:00") + `","scores":{"csat":4},"verbatim":"` + g.lang().T("cockpit.start.words") + `"}' \
  ` + s.publicURL(g.visit) + `/api/v1/feedbacks`}
}

// questions gives, for each touchpoint shown, the indicator it is shown in.
func leads(g *ground, j *journey.Journey, indicator string) map[cx.TouchpointID]measured {
	out := map[cx.TouchpointID]measured{}
	for _, t := range touchpointsOf(j) {
		key := t.LeadIndicator()
		if indicator != "" && indicator != "lead" {
			key = cx.IndicatorID(indicator)
		}
		if m, ok := measure(g.Catalogue, key, t); ok && m.Audience == cx.Customers {
			out[t.Key] = m
		}
	}
	return out
}

// keysOf gives the distinct indicators of a page, in a fixed order.
func keysOf(all map[cx.TouchpointID]measured) []cx.IndicatorID {
	seen := map[cx.IndicatorID]bool{}
	for _, m := range all {
		seen[m.Key] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// touchpointFigures asks each indicator once, by touchpoint, against the period before.
func (s *Server) touchpointFigures(ctx context.Context, g *ground, j *journey.Journey, keys []cx.IndicatorID) (map[cx.IndicatorID]map[string]insight.Row, error) {
	during := g.during()
	where := also(g.where(), "journey", string(j.Key))
	out := map[cx.IndicatorID]map[string]insight.Row{}
	for _, k := range keys {
		q := insight.Query{Indicator: k, By: []string{"touchpoint"}, Where: where, During: &during, Versus: previous()}
		rows, err := s.figuresBy(ctx, g, q)
		if err != nil {
			return nil, err
		}
		out[k] = rows
	}
	return out, nil
}

// mayRead tells whether the viewer may read the words behind a figure.
func (g *ground) mayRead() bool { return g.Viewer.May(people.ReadPeople) }

// received tells whether any feedback is in the figures.
func (s *Server) received(ctx context.Context) (bool, error) {
	// Counted when whole: figures being built from nothing hold nothing yet, whatever was received.
	_, err := s.Insight.List(ctx, people.Whole(), insight.ListQuery{Limit: 1})
	var st insight.Stats
	if err == nil {
		st, err = s.Insight.Stats(ctx)
	}
	if cx.KindOf(err) == cx.Unavailable && err != nil {
		return true, nil // figures are being built: there is something to build them from, or there soon is
	}
	return st.Rows > 0, err
}

func (s *Server) publicURL(v *visit) string {
	if s.PublicURL == "" {
		return v.Origin
	}
	return s.PublicURL
}
