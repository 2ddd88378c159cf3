package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
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
	p := s.newGoPage(g, r.URL.Query().Get("q"))
	if isPart(r) {
		return s.render(w, r, ui.PlaceOptions(v.Lang, p.Places))
	}
	return s.render(w, r, goView(p))
}

func (s *Server) newGoPage(g *ground, query string) *goPage {
	p := &goPage{frame: g.frame(g.lang().T("shell.go.title"), ""), visit: g.visit, Query: query}
	p.frame.Search = nil
	words := strings.Fields(folded(query))
	var found [2][]ui.Place // those whose name begins by the words, then the others
	for _, x := range s.places(g) {
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
	p.Places = slices.Concat(found[0], found[1])
	p.Places = p.Places[:min(len(p.Places), placesShown)]
	return p
}

// places are all those the viewer may open: pages first, then what they are about.
func (s *Server) places(g *ground) []ui.Place {
	l := g.lang()
	var out []ui.Place
	for _, n := range g.nav("") {
		out = append(out, ui.Place{Label: n.Label, Kind: l.T("shell.go.page"), Href: n.Href, Icon: n.Icon})
	}
	if g.mayRead() {
		out = append(out, ui.Place{Label: l.T("customer.title"), Kind: l.T("shell.go.page"), Href: "/customers", Icon: "users"})
	}
	for _, t := range listenTabs(g.visit, "") {
		out = append(out, ui.Place{Label: t.Label, Kind: l.T("ui.nav.listen"), Href: t.Href, Icon: "ear"})
	}
	for _, t := range s.newSettings(g.visit, "").Tabs {
		out = append(out, ui.Place{Label: t.Label, Kind: l.T("settings.title"), Href: t.Href, Icon: "settings"})
	}
	out = append(out, ui.Place{Label: l.T("web.about.title"), Kind: l.T("shell.go.page"), Href: "/about", Icon: "info"},
		ui.Place{Label: l.T("web.accessibility.title"), Kind: l.T("shell.go.page"), Href: "/accessibility", Icon: "eye"})
	for _, p := range g.Journeys.Touchpoints() {
		out = append(out, ui.Place{Label: l.Text(p.Touchpoint.Name), Note: l.Text(p.Journey.Name) + " › " + l.Text(p.Stage.Name),
			Kind: l.T("verbatim.touchpoint"), Href: g.touchpointAddress(p.Touchpoint.Key, ""), Icon: "target"})
	}
	out = append(out, g.indicatorPlaces()...)
	for _, u := range g.Organisation.Units() {
		out = append(out, ui.Place{Label: g.Organisation.Name(u.Key, l.Tag()), Note: string(u.Key), Kind: l.T("cockpit.filter.unit"),
			Href: cockpitPath + "?" + url.Values{"unit": {string(u.Key)}}.Encode(), Icon: "building-2"})
	}
	return out
}

// indicatorPlaces lead to the map in that indicator: those that a touchpoint has answers in.
func (g *ground) indicatorPlaces() []ui.Place {
	l := g.lang()
	var out []ui.Place
	for _, i := range g.Catalogue.IndicatorList {
		if m, ok := measure(g.Catalogue, i.Key, nil); ok && shownOnMap(g.Catalogue, m) {
			out = append(out, ui.Place{Label: l.Text(i.Name), Note: m.short(l), Kind: l.T("ui.indicator"), Href: cockpitPath + "?" + url.Values{"indicator": {string(i.Key)}}.Encode(), Icon: "gauge"})
		}
	}
	return out
}

func shownOnMap(c *catalogue.Catalogue, m measured) bool {
	_, known := c.Metrics[m.Metric.Key]
	return known && m.Audience == cx.Customers
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
