package web

import (
	"context"
	"net/url"

	"github.com/a-h/templ"

	"vigie/internal/cx"
	"vigie/internal/web/ui"
)

// healthBlock tells an administrator what the house is doing, and what asks for a hand.
func (s *Server) healthBlock(ctx context.Context, h *homeStand) (templ.Component, error) {
	l := h.lang()
	t := ui.Table{Caption: l.T("home.block.health"), Columns: []ui.Column{{Label: l.T("home.health.what")}, {Label: l.T("home.health.state")}}}
	add := func(id, href, says string, tone ui.Tone) {
		t.Rows = append(t.Rows, ui.Row{Href: href, Cells: []ui.Cell{{Text: l.T(id)}, {Text: says, Tone: tone}}})
	}
	st, err := s.Insight.Stats(ctx)
	switch {
	case cx.KindOf(err) == cx.Unavailable && err != nil:
		add("home.health.figures", "", l.T("home.health.building"), ui.Watch)
	case err != nil:
		return nil, err
	case st.Lag > 0:
		add("home.health.figures", "", l.T("home.health.behind", "count", st.Lag), ui.Plain)
	default:
		add("home.health.figures", "", l.T("home.health.upto", "count", st.Rows), ui.Good)
	}
	n, err := s.waiting(ctx, h.ground)
	if err != nil {
		return nil, err
	}
	tone := ui.Good
	if n > 0 {
		tone = ui.Watch
	}
	add("home.health.waiting", "/settings/quarantine", l.T("home.health.feedbacks", "count", n), tone)
	without, all, err := s.withoutSecond(ctx)
	if err != nil {
		return nil, err
	}
	tone = ui.Good
	if without > 0 {
		tone = ui.Watch
	}
	add("home.health.second", "/settings/people", l.T("home.health.without", "count", without, "all", all), tone)
	return plainTable(l, t, l.T("home.block.health.note")), nil
}

// withoutSecond counts those who may enter by their password alone.
func (s *Server) withoutSecond(ctx context.Context) (without, all int, err error) {
	users, err := s.People.Users(ctx)
	for _, u := range users {
		if u.Disabled {
			continue
		}
		all++
		if !u.Second {
			without++
		}
	}
	return without, all, err
}

// viewsBlock lists the questions that the viewer keeps or was given, beside a way to ask another.
func (s *Server) viewsBlock(ctx context.Context, h *homeStand) (templ.Component, error) {
	all, err := s.Views.Views(ctx, h.Viewer)
	if err != nil {
		return nil, err
	}
	var links []ui.Link
	for _, v := range all[:min(len(all), mostQuick)] {
		links = append(links, ui.Link{Label: v.Name, Href: viewAddress(v)})
	}
	return linksHome(h.lang(), "views", links, ui.Link{Label: h.lang().T("home.views.ask"), Href: explorerPath}), nil
}

const trailHome = 12

// trailBlock shows the last acts of the audit trail.
func (s *Server) trailBlock(ctx context.Context, h *homeStand) (templ.Component, error) {
	p, err := s.newTrailPage(ctx, h.visit, url.Values{})
	if err != nil {
		return nil, err
	}
	p.Table.Rows = p.Table.Rows[:min(len(p.Table.Rows), trailHome)]
	p.Table.Caption = h.lang().T("home.block.trail")
	return plainTable(h.lang(), p.Table, h.lang().T("home.block.trail.note")), nil
}

// doorsBlock leads to the pages that the viewer may open, of those that a role comes for.
func (s *Server) doorsBlock(_ context.Context, h *homeStand) (templ.Component, error) {
	l := h.lang()
	var links []ui.Link
	for _, d := range []struct{ path, id string }{{"/customers", "home.door.customers"}, {"/settings/protection", "home.door.requests"},
		{"/settings/protection/register", "home.door.processing"}, {"/settings/council", "home.door.council"}, {"/settings/audit", "home.door.audit"}, {"/settings/quarantine", "home.door.quarantine"},
		{"/verbatims", "home.door.verbatims"}, {"/norm", "home.door.norm"}} {
		if s.mayOpen(h.visit, d.path) {
			links = append(links, ui.Link{Label: l.T(d.id), Href: d.path})
		}
	}
	return linksHome(l, "doors", links, ui.Link{}), nil
}

// mayOpen tells whether there is such a page, and the viewer may see it.
func (s *Server) mayOpen(v *visit, path string) bool {
	for _, x := range s.Routes() {
		if x.Method == "GET" && x.Path == path {
			return x.Right == 0 || v.Viewer.May(x.Right)
		}
	}
	return false
}
