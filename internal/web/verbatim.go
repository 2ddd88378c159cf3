package web

import (
	"context"
	"fmt"
	"net/http"
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
		{"GET", "/feedbacks/{id}/media/{media}", people.ReadPeople, s.serveMedia},
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
	if r.URL.Query().Has("pick_key") && !isPart(r) {
		return doPick(w, r, "/verbatims", f)
	}
	g, err := s.ground(r.Context(), v, f, matter{cx.JourneyID(f.Journey), cx.TouchpointID(f.Touchpoint)})
	if err != nil {
		return err
	}
	if r.URL.Query().Get("part") == "pick" {
		return s.servePick(w, r, g, pickAsked{here: "/verbatims", list: true})
	}
	p, err := s.newVerbatimsPage(r.Context(), g, r.URL.Query().Get("before"))
	if err != nil {
		return err
	}
	if isPart(r) { // what arrives on a page already noted
		return s.render(w, r, verbatimsPart(p))
	}
	what := "feedback.list"
	if f.Text != "" {
		what = "feedback.search"
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: what}); err != nil {
		return err
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
