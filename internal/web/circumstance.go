package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/circumstance"
	"vigie/internal/people"
	"vigie/internal/web/chart"
	"vigie/internal/web/ui"
)

// circumstanceRoutes keep the context events.
func (s *Server) circumstanceRoutes() []Route {
	return []Route{
		{"GET", "/listen/context", people.ReadFigures, s.serveCircumstances},
		{"GET", "/listen/context/{key}", people.EditStructure, s.serveCircumstance},
		{"POST", "/listen/context", people.EditStructure, s.doPutCircumstance},
		{"POST", "/listen/context/{key}/delete", people.EditStructure, s.doDeleteCircumstance},
	}
}

// circumstancesPage lists the context events, latest first, beside the form of one.
type circumstancesPage struct {
	frame   ui.Frame
	visit   *visit
	Tabs    []ui.Tab
	Events  []circumstanceLine
	Editing string // key of the event in the form; "": another one
	MayEdit bool
	Error   string
	Fields  []ui.Field
	Lists   []checkList
}

// checkList is a list of which any number is ticked: none stands for all.
type checkList struct {
	Name, Legend string
	Chosen       int
	Items        []ui.Field
}

func (s *Server) newCircumstancesPage(ctx context.Context, v *visit, e circumstance.Event) (*circumstancesPage, error) {
	g, err := s.ground(ctx, v, filters{}, matter{})
	if err != nil {
		return nil, err
	}
	all, err := s.Circumstances.Events(ctx)
	if err != nil {
		return nil, err
	}
	l := v.Lang
	p := &circumstancesPage{visit: v, frame: v.frame(l.T("circumstance.title"), ui.SectionListen), Tabs: listenTabs(v, "/listen/context"),
		Editing: e.Key, MayEdit: v.Viewer.May(people.EditStructure), Events: g.circumstanceLines(all)}
	p.frame.Sub = l.T("circumstance.sub")
	if p.MayEdit {
		p.Fields, p.Lists = circumstanceFields(v, e), []checkList{g.touchpointChecks(e), g.unitChecks(e)}
	}
	return p, nil
}

// emptyText says what to do when nothing was entered yet, to who may and to who may not.
func (p *circumstancesPage) emptyText() string {
	if p.MayEdit {
		return "circumstance.none"
	}
	return "circumstance.none.read"
}

// circumstanceLine is an event in the list.
type circumstanceLine struct {
	Name, Text, Kind, When, Where, Href string
}

func (g *ground) circumstanceLines(all []circumstance.Event) []circumstanceLine {
	l := g.lang()
	var out []circumstanceLine
	for _, e := range slices.Backward(all) {
		x := circumstanceLine{Name: l.Text(e.Name), Text: l.Text(e.Text), Kind: l.T("circumstance.kind." + string(e.Kind)), When: g.circumstanceDays(e), Where: g.circumstancePlaces(e)}
		if g.Viewer.May(people.EditStructure) {
			x.Href = "/listen/context/" + url.PathEscape(e.Key) + "#event"
		}
		out = append(out, x)
	}
	return out
}

func (g *ground) circumstanceDays(e circumstance.Event) string {
	l := g.lang()
	from := l.Date(dayOf(e.From))
	if e.Until == "" || e.Until == e.From {
		return l.T("circumstance.since", "day", from)
	}
	return l.T("circumstance.between", "from", from, "until", l.Date(dayOf(e.Until)))
}

func (g *ground) circumstancePlaces(e circumstance.Event) string {
	var l []string
	for _, t := range e.Touchpoints {
		l = append(l, g.touchpointName(t))
	}
	for _, u := range e.Units {
		l = append(l, g.Organisation.Name(u, g.lang().Tag()))
	}
	if len(l) == 0 {
		return g.lang().T("circumstance.everywhere")
	}
	return strings.Join(l, ", ")
}

func circumstanceFields(v *visit, e circumstance.Event) []ui.Field {
	l := v.Lang
	kinds := []ui.Option{}
	for _, k := range circumstance.Kinds {
		kinds = append(kinds, ui.Option{Value: string(k), Label: l.T("circumstance.kind." + string(k)), Selected: k == e.Kind})
	}
	return []ui.Field{
		{Name: "key", Kind: "hidden", Value: e.Key},
		{Name: "name", Label: l.T("circumstance.name"), Value: e.Name["fr"], Required: true, Max: 80},
		{Name: "name_en", Label: l.T("circumstance.name.en"), Value: e.Name["en"], Max: 80},
		{Name: "kind", Label: l.T("circumstance.kind"), Kind: "select", Required: true, Options: kinds},
		{Name: "from", Label: l.T("circumstance.from"), Kind: "date", Value: e.From, Required: true},
		{Name: "until", Label: l.T("circumstance.until.field"), Kind: "date", Value: e.Until, Hint: l.T("circumstance.until.hint")},
		{Name: "text", Label: l.T("circumstance.text"), Kind: "textarea", Value: l.Text(e.Text), Max: 500},
	}
}

func (g *ground) touchpointChecks(e circumstance.Event) checkList {
	c := checkList{Name: "touchpoint", Legend: g.lang().T("circumstance.touchpoints")}
	for _, p := range g.Journeys.Touchpoints() {
		on := slices.Contains(e.Touchpoints, p.Touchpoint.Key)
		c.add(ui.Field{Label: g.lang().Text(p.Touchpoint.Name), Value: string(p.Touchpoint.Key), Checked: on})
	}
	return c
}

// unitChecks offers the units of the first two levels: below, an event is rarely worth a mark.
func (g *ground) unitChecks(e circumstance.Event) checkList {
	c := checkList{Name: "unit", Legend: g.lang().T("circumstance.units")}
	top := map[cx.UnitID]bool{"": true}
	for _, u := range g.Organisation.Units() {
		if u.Parent == "" {
			top[u.Key] = true
		}
	}
	for _, u := range g.Organisation.Units() {
		if on := slices.Contains(e.Units, u.Key); on || top[u.Parent] && !u.Closed && len(c.Items) < mostChecks {
			c.add(ui.Field{Label: g.unitLabel(u.Key), Value: string(u.Key), Checked: on})
		}
	}
	return c
}

// mostChecks lines are read through in a list; more units are chosen through the API.
const mostChecks = 200

func (c *checkList) add(f ui.Field) {
	f.Name, f.Kind = c.Name, "checkbox"
	if !f.Checked {
		c.Items = append(c.Items, f)
		return
	}
	c.Items = slices.Insert(c.Items, c.Chosen, f) // the ticked first: the list is longer than its window
	c.Chosen++
}

func (s *Server) serveCircumstances(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newCircumstancesPage(r.Context(), v, circumstance.Event{})
	if err != nil {
		return err
	}
	return s.render(w, r, circumstancesView(p))
}

func (s *Server) serveCircumstance(w http.ResponseWriter, r *http.Request, v *visit) error {
	e, err := s.Circumstances.Event(r.Context(), r.PathValue("key"))
	if err != nil {
		return err
	}
	p, err := s.newCircumstancesPage(r.Context(), v, e)
	if err != nil {
		return err
	}
	return s.render(w, r, circumstancesView(p))
}

func (s *Server) doPutCircumstance(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	e := readCircumstance(r.PostForm, v.Lang.Tag())
	if e.Key == "" {
		e.Key = cx.KeyOf(e.From + " " + e.Name.In("fr"))
	}
	if err := s.Circumstances.Put(r.Context(), v.Viewer.Actor(), e); err != nil {
		return s.refuseCircumstance(w, r, v, refusedEvent{e, r.PostForm.Get("key"), err})
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "context_event.put", Subject: e.Key}); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("circumstance.saved", "name", v.Lang.Text(e.Name)))
	http.Redirect(w, r, "/listen/context", http.StatusSeeOther)
	return nil
}

func readCircumstance(f url.Values, tag string) circumstance.Event {
	get := func(name string) string { return strings.TrimSpace(f.Get(name)) }
	e := circumstance.Event{Key: get("key"), Kind: circumstance.Kind(get("kind")), From: get("from"), Until: get("until"), Name: cx.Text{}}
	for tag, name := range map[string]string{"fr": "name", "en": "name_en"} {
		if x := get(name); x != "" {
			e.Name[tag] = x
		}
	}
	if x := get("text"); x != "" {
		e.Text = cx.Text{tag: x}
	}
	for _, k := range f["touchpoint"] {
		e.Touchpoints = append(e.Touchpoints, cx.TouchpointID(k))
	}
	for _, k := range f["unit"] {
		e.Units = append(e.Units, cx.UnitID(k))
	}
	return e
}

// refusedEvent is what was typed, the key it was typed for, and what is wrong with it.
type refusedEvent struct {
	event circumstance.Event
	key   string
	err   error
}

func (s *Server) refuseCircumstance(w http.ResponseWriter, r *http.Request, v *visit, x refusedEvent) error {
	x.event.Key = x.key
	p, err := s.newCircumstancesPage(r.Context(), v, x.event)
	if err != nil {
		return err
	}
	form := setupPage{visit: v, Fields: p.Fields}
	if err := form.refuse(x.err); err != nil {
		return err
	}
	p.Fields, p.Error = form.Fields, form.Error
	return s.renderAs(w, r, api.Status(cx.KindOf(x.err)), circumstancesView(p))
}

func (s *Server) doDeleteCircumstance(w http.ResponseWriter, r *http.Request, v *visit) error {
	key := r.PathValue("key")
	if err := s.Circumstances.Delete(r.Context(), key); err != nil {
		return err
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "context_event.delete", Subject: key}); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("circumstance.deleted"))
	http.Redirect(w, r, "/listen/context", http.StatusSeeOther)
	return nil
}

func (p *circumstancesPage) formTitle() string {
	if p.Editing == "" {
		return p.visit.Lang.T("circumstance.add")
	}
	return p.visit.Lang.T("circumstance.edit")
}

// another leads from the form of one event to that of a new one.
func (p *circumstancesPage) another() ui.Link {
	if p.Editing == "" {
		return ui.Link{}
	}
	return ui.Link{Label: p.visit.Lang.T("circumstance.add"), Href: "/listen/context"}
}

func (p *circumstancesPage) deleteAddress() string {
	return "/listen/context/" + url.PathEscape(p.Editing) + "/delete"
}

func (p *circumstancesPage) chosen(c checkList) string {
	if c.Chosen == 0 {
		return p.visit.Lang.T("circumstance.everywhere")
	}
	return p.visit.Lang.T("circumstance.chosen", "count", c.Chosen)
}

// dayOf reads a day that was checked when it was kept.
func dayOf(s string) time.Time {
	t, _ := time.Parse(time.DateOnly, s)
	return t
}

// contextMarks are the context events of a touchpoint ("" for all) that begin on an axis of steps, and the moves of units that
// concern the page's, each with its letter: the names would write over one another.
func (s *Server) contextMarks(ctx context.Context, g *ground, t cx.TouchpointID, axis []span) ([]chart.Event, []ui.ChartKey, error) {
	all, err := s.Circumstances.Events(ctx)
	if err != nil || len(axis) == 0 {
		return nil, nil, err
	}
	about := g.aboutContext(t)
	a := axisMarks{axis: axis}
	for _, e := range all {
		if e.Concerns(about) {
			a.add(e.From, g.lang().T("circumstance.mark", "name", g.lang().Text(e.Name), "when", g.circumstanceDays(e)))
		}
	}
	moves, err := s.movesHere(ctx, g, g.during())
	for _, c := range moves[:min(len(moves), mostMarked)] {
		a.add(c.Day, g.moveText(c))
	}
	return a.marks, a.keys, err
}
