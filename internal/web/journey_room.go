package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// journeyRoutes draw, change and compare journeys.
func (s *Server) journeyRoutes() []Route {
	const one = "/listen/journeys/{journey}"
	return []Route{
		{"GET", "/listen/journeys/new", people.EditStructure, s.serveNewJourney},
		{"POST", "/listen/journeys/new", people.EditStructure, s.doNewJourney},
		{"POST", "/listen/journeys/order", people.EditStructure, s.doJourneyOrder},
		{"GET", one + "/map", people.ReadFigures, s.serveJourneyMap},
		{"GET", one + "/versions", people.ReadFigures, s.serveVersions},
		{"POST", one + "/versions", people.EditStructure, s.doRestore},
		{"GET", one + "/yaml", people.ReadFigures, s.serveJourneyYAML},
		{"GET", one + "/edit", people.EditStructure, s.serveJourneyEdit},
		{"POST", one + "/edit", people.EditStructure, s.doJourney},
		{"POST", one + "/stages", people.EditStructure, s.doStage},
		{"POST", one + "/touchpoints", people.EditStructure, s.doPlace},
		{"GET", one + "/import", people.EditStructure, s.serveJourneyImport},
		{"POST", one + "/import", people.EditStructure, s.doJourneyImport},
		{"GET", one + "/delete", people.EditStructure, s.serveJourneyDelete},
		{"POST", one + "/delete", people.EditStructure, s.doJourneyDelete},
		{"GET", one + "/touchpoints/{touchpoint}", people.EditStructure, s.serveTouchpointEdit},
		{"POST", one + "/touchpoints/{touchpoint}", people.EditStructure, s.doTouchpoint},
		{"GET", one + "/touchpoints/{touchpoint}/delete", people.EditStructure, s.serveTouchpointDelete},
		{"POST", one + "/touchpoints/{touchpoint}/delete", people.EditStructure, s.doTouchpointDelete},
	}
}

// journeyRoom is what the pages of one journey stand on: its present version.
type journeyRoom struct {
	*ground
	Version journey.Version
	Edits   bool
	names   map[string]string // of those who made versions
}

func (s *Server) journeyRoom(r *http.Request, v *visit) (*journeyRoom, error) {
	g, err := s.ground(r.Context(), v, filters{}, matter{})
	if err != nil {
		return nil, err
	}
	version, err := s.Journeys.Version(r.Context(), cx.JourneyID(r.PathValue("journey")), 0)
	if err != nil {
		return nil, err
	}
	return &journeyRoom{ground: g, Version: version, Edits: v.Viewer.May(people.EditStructure), names: map[string]string{}}, nil
}

func (x *journeyRoom) journey() *journey.Journey { return &x.Version.Journey }

// at gives an address of this journey's pages.
func (x *journeyRoom) at(page string) string { return listenAddress(x.journey().Key, page) }

func listenAddress(key cx.JourneyID, page string) string {
	return "/listen/journeys/" + url.PathEscape(string(key)) + "/" + page
}

func (x *journeyRoom) touchpointEdit(key cx.TouchpointID) string {
	return x.at("touchpoints/" + url.PathEscape(string(key)))
}

// Tabs lead to the faces of the journey.
func (x *journeyRoom) Tabs(current string) []ui.Tab {
	l := x.lang()
	tabs := []ui.Tab{{Label: l.T("journey.tab.map"), Href: x.at("map"), Current: current == "map"},
		{Label: l.T("journey.tab.live"), Href: journeyAddress(x.Journeys, x.journey().Key)}}
	if x.Edits {
		tabs = append(tabs, ui.Tab{Label: l.T("journey.tab.edit"), Href: x.at("edit"), Current: current == "edit"})
	}
	return append(tabs, ui.Tab{Label: l.T("journey.tab.versions"), Href: x.at("versions"), Current: current == "versions"})
}

func (x *journeyRoom) page(title string) ui.Frame {
	f := x.frame(title, ui.SectionListen)
	f.Crumb = []ui.Link{{Label: x.lang().T("settings.journeys.title"), Href: "/journeys"}}
	return f
}

// under is a page below the journey's own.
func (x *journeyRoom) under(title string) ui.Frame {
	f := x.page(title)
	f.Crumb = append(f.Crumb, ui.Link{Label: x.lang().Text(x.journey().Name), Href: x.at("edit")})
	return f
}

// who names the author of a version: a person, a program, or the key under which it stands.
func (s *Server) who(ctx context.Context, x *journeyRoom, actor string) string {
	if name, ok := x.names[actor]; ok {
		return name
	}
	x.names[actor] = s.actorName(ctx, x.visit, actor)
	return x.names[actor]
}

// actorName writes an actor of the trail for people.
func (s *Server) actorName(ctx context.Context, v *visit, actor string) string {
	if id, ok := strings.CutPrefix(actor, "user:"); ok {
		if n, err := strconv.ParseInt(id, 10, 64); err == nil {
			if u, err := s.People.User(ctx, n); err == nil {
				return u.Name
			}
		}
	}
	if strings.HasPrefix(actor, "key:") {
		return v.Lang.T("journey.by.key")
	}
	return v.Lang.T("journey.by.program")
}

// base is the version that a form was drawn from.
func base(r *http.Request) (int64, error) {
	n, err := strconv.ParseInt(r.PostForm.Get("base"), 10, 64)
	if err != nil || n <= 0 {
		return 0, cx.Fail(cx.Invalid, "base", "journey.base")
	}
	return n, nil
}

// change keeps what fn makes of the journey, unless the form was drawn from an older version. The room then stands on
// the new version.
func (s *Server) change(r *http.Request, x *journeyRoom, origin string, fn func(*journey.Journey) error) error {
	from, err := base(r)
	if err != nil {
		return err
	}
	if from != x.Version.ID {
		return cx.Fail(cx.Conflict, "", "journey.changed_since")
	}
	next := x.journey().Clone()
	if err := fn(&next); err != nil {
		return err
	}
	draft := journey.Draft{Journey: next, By: x.Viewer.Actor(), Base: &from, Origin: origin}
	id, err := s.Journeys.Save(r.Context(), draft)
	if err != nil {
		return err
	}
	x.Version.ID, x.Version.Journey = id, next
	return s.audit(r.Context(), x.visit, "journey.edit", string(next.Key))
}

func (s *Server) audit(ctx context.Context, v *visit, what, subject string) error {
	return s.People.Audit(ctx, people.Entry{Actor: v.Viewer.Actor(), What: what, Subject: subject})
}

// problem is one thing wrong with what was typed.
type problem struct {
	Field string // of the checked thing
	Where string // in words; ""
	Text  string
}

// problems gives what a person can correct, false when the error is another matter.
func (g *ground) problems(err error) ([]problem, bool) {
	var l []problem
	for _, one := range split(err) {
		e, ok := errors.AsType[*cx.Error](one)
		if !ok || e.Kind == cx.Internal || e.Kind == cx.Unavailable || e.Kind == cx.NotFound || e.Kind == cx.Denied {
			return nil, false
		}
		l = append(l, problem{Field: e.Field, Text: g.lang().Error(e)})
	}
	return l, len(l) > 0
}

// split takes joined errors apart.
func split(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	return []error{err}
}

// lately says what the present version changed, and what a newer one than base did when there is one.
func (s *Server) since(ctx context.Context, x *journeyRoom, from int64) (changesView, error) {
	before, err := s.Journeys.Version(ctx, x.journey().Key, from)
	if err != nil {
		return changesView{}, err
	}
	return changesView{By: s.who(ctx, x, x.Version.By), At: x.Version.At.In(x.Now.Location()), Lines: x.diffWords(before.Journey.Diff(*x.journey()))}, nil
}
