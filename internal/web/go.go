package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// goRoutes find a place by its name: a page, a touchpoint, an indicator, a unit, a setting.
func (s *Server) goRoutes() []Route {
	return []Route{
		{"GET", "/go", people.ReadFigures, s.serveGo},
	}
}

// goPage lists the places whose names hold every word asked for. The palette of every page asks for its list alone.
type goPage struct {
	frame  ui.Frame
	visit  *visit
	Query  string
	Places []ui.Place
}

const placesShown = 12

func (s *Server) serveGo(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, err := s.ground(r.Context(), v, filters{}, matter{})
	if err != nil {
		return err
	}
	p, err := s.newGoPage(r.Context(), g, r.URL.Query().Get("q"))
	if err != nil {
		return err
	}
	if isPart(r) {
		return s.render(w, r, ui.PlaceOptions(v.Lang, p.Places))
	}
	return s.render(w, r, goView(p))
}

func (s *Server) newGoPage(ctx context.Context, g *ground, query string) (*goPage, error) {
	p := &goPage{frame: g.frame(g.lang().T("shell.go.title"), ""), visit: g.visit, Query: query}
	p.frame.Search = nil
	words := strings.Fields(folded(query))
	var found [2][]ui.Place // those whose name begins by the words, then the others
	all, err := s.places(ctx, g)
	if err != nil {
		return nil, err
	}
	for _, x := range all {
		name := folded(x.Label)
		if !holdsAll(name+" "+folded(x.Note), words) {
			continue
		}
		rank := 1
		if len(words) == 0 || strings.HasPrefix(name, words[0]) {
			rank = 0
		}
		found[rank] = append(found[rank], x)
	}
	who, err := s.customerPlace(ctx, g, query)
	p.Places = slices.Concat(who, found[0], found[1])
	p.Places = p.Places[:min(len(p.Places), placesShown)]
	return p, err
}

// places are all those the viewer may open: pages first, then what they are about.
func (s *Server) places(ctx context.Context, g *ground) ([]ui.Place, error) {
	l := g.lang()
	out := g.pagePlaces()
	for _, t := range listenTabs(g.visit, "") {
		out = append(out, ui.Place{Label: t.Label, Kind: l.T("ui.nav.listen"), Href: t.Href, Icon: "ear"})
	}
	for _, t := range g.catalogueTabs("")[1:] {
		out = append(out, ui.Place{Label: t.Label, Kind: l.T("catalogue.title"), Href: t.Href, Icon: "gauge"})
	}
	for _, t := range s.newSettings(g.visit, "").Tabs {
		out = append(out, ui.Place{Label: t.Label, Kind: l.T("settings.title"), Href: t.Href, Icon: "settings"})
	}
	out = append(out, g.journeyPlaces()...)
	out = append(out, g.indicatorPlaces()...)
	views, err := s.Views.Views(ctx, g.Viewer)
	if err != nil {
		return nil, err
	}
	for _, v := range views {
		out = append(out, ui.Place{Label: v.Name, Kind: l.T("catalogue.use.view"), Href: "/explorer?" + v.Question, Icon: "save"})
	}
	for _, u := range g.Organisation.Units() {
		out = append(out, ui.Place{Label: g.Organisation.Name(u.Key, l.Tag()), Note: string(u.Key), Kind: l.T("cockpit.filter.unit"),
			Href: cockpitPath + "?" + url.Values{"unit": {string(u.Key)}}.Encode(), Icon: "building-2"})
	}
	return out, nil
}

// pagePlaces are the pages that stand by themselves.
func (g *ground) pagePlaces() []ui.Place {
	l := g.lang()
	var out []ui.Place
	for _, n := range g.nav("") {
		out = append(out, ui.Place{Label: n.Label, Kind: l.T("shell.go.page"), Href: n.Href, Icon: n.Icon})
	}
	for _, p := range []struct {
		id, path, icon string
		right          people.Right
	}{{"customer.title", "/customers", "users", people.ReadPeople}, {"norm.title", "/norm", "chart-column", people.ReadFigures}, {"explorer.views", "/explorer/views", "save", people.ReadFigures},
		{"journey.new", "/listen/journeys/new", "plus", people.EditStructure}, {"catalogue.indicator.new", "/catalogue/indicators/new", "plus", people.EditStructure},
		{"catalogue.metric.new", "/catalogue/metrics/new", "plus", people.EditStructure}, {"me.title", "/me", "circle-user", 0}, {"web.about.title", "/about", "info", 0},
		{"web.accessibility.title", "/accessibility", "eye", 0}} {
		if p.right == 0 || g.Viewer.May(p.right) {
			out = append(out, ui.Place{Label: l.T(p.id), Kind: l.T("shell.go.page"), Href: p.path, Icon: p.icon})
		}
	}
	return out
}

// journeyPlaces are the journeys, live and drawn, and their touchpoints.
func (g *ground) journeyPlaces() []ui.Place {
	l := g.lang()
	var out []ui.Place
	for _, j := range g.Journeys.List {
		name := l.Text(j.Name)
		out = append(out, ui.Place{Label: name, Note: l.T("journey.tab.live"), Kind: l.T("shell.go.journey"), Href: journeyAddress(g.Journeys, j.Key), Icon: "route"},
			ui.Place{Label: name, Note: l.T("journey.tab.map"), Kind: l.T("shell.go.journey"), Href: listenAddress(j.Key, "map"), Icon: "route"})
		if g.Viewer.May(people.EditStructure) {
			out = append(out, ui.Place{Label: name, Note: l.T("journey.tab.edit"), Kind: l.T("shell.go.journey"), Href: listenAddress(j.Key, "edit"), Icon: "pencil"})
		}
	}
	for _, p := range g.Journeys.Touchpoints() {
		out = append(out, ui.Place{Label: l.Text(p.Touchpoint.Name), Note: l.Text(p.Journey.Name) + " › " + l.Text(p.Stage.Name),
			Kind: l.T("verbatim.touchpoint"), Href: g.touchpointAddress(p.Touchpoint.Key, ""), Icon: "target"})
	}
	return out
}

// customerPlace is the customer whose whole reference is typed, when the viewer may know of them. An address or a number of
// a person is not looked for here: it would stand in the address of a page.
func (s *Server) customerPlace(ctx context.Context, g *ground, typed string) ([]ui.Place, error) {
	typed = strings.TrimSpace(typed)
	if !g.mayRead() || len(typed) < 3 || len(typed) > 64 || !strings.ContainsFunc(typed, unicode.IsDigit) || strings.ContainsAny(typed, "@ +") {
		return nil, nil
	}
	ref, is := customer.NormalRef(typed)
	if !is {
		return nil, nil
	}
	found, err := s.Customers.Search(ctx, g.scope(), customer.Search{Text: typed, Exact: true, Reach: s.Door.Reach(g.scope()), Limit: placesShown})
	if err != nil {
		return nil, fmt.Errorf("customer by reference: %w", err)
	}
	var out []ui.Place
	for _, p := range found {
		if slices.ContainsFunc(p.Identities, func(i customer.Identity) bool { return i.Kind == customer.Ref && i.Value == ref }) {
			out = append(out, ui.Place{Label: g.personName(p), Kind: g.lang().T("shell.go.customer"), Href: customerAddress(p.ID), Icon: "circle-user"})
		}
	}
	return out, nil
}

// indicatorPlaces lead to what an indicator is and how it goes.
func (g *ground) indicatorPlaces() []ui.Place {
	l := g.lang()
	var out []ui.Place
	for _, i := range g.Catalogue.IndicatorList {
		place := ui.Place{Label: l.Text(i.Name), Kind: l.T("ui.indicator"), Href: indicatorAddress(i.Key), Icon: "gauge"}
		if m, ok := measure(g.Catalogue, i.Key, nil); ok {
			place.Note = m.short(l)
		}
		out = append(out, place)
	}
	for _, a := range g.Catalogue.AttributeList {
		out = append(out, ui.Place{Label: g.attributeName(a), Note: string(a.Key), Kind: l.T("catalogue.attribute"), Href: attributeAddress(a.Key), Icon: "tag"})
	}
	return out
}

func holdsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// folded is a text without case nor accents, as people type it.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == '’':
			return '\''
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
}
