package web

import (
	"context"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// healthLine is one thing that an administrator looks after.
type healthLine struct {
	id, href, says string
	tone           ui.Tone
}

// healthBlock tells an administrator what the house is doing, and what asks for a hand.
func (s *Server) healthBlock(ctx context.Context, h *homeStand) (templ.Component, error) {
	l := h.lang()
	t := ui.Table{Caption: l.T("home.block.health"), Columns: []ui.Column{{Label: l.T("home.health.what")}, {Label: l.T("home.health.state")}}}
	for _, look := range []func(context.Context, *homeStand) (healthLine, error){s.figuresHealth, s.searchHealth, s.backupHealth, s.waitingHealth, s.secondHealth} {
		x, err := look(ctx, h)
		if err != nil {
			return nil, err
		}
		if x.id != "" {
			t.Rows = append(t.Rows, ui.Row{Href: x.href, Cells: []ui.Cell{{Text: l.T(x.id)}, {Text: x.says, Tone: x.tone}}})
		}
	}
	return plainTable(l, t, l.T("home.block.health.note")), nil
}

func (s *Server) figuresHealth(ctx context.Context, h *homeStand) (healthLine, error) {
	l := h.lang()
	x := healthLine{id: "home.health.figures"}
	st, err := s.Insight.Stats(ctx)
	switch {
	case cx.KindOf(err) == cx.Unavailable && err != nil:
		x.says, x.tone = l.T("home.health.building"), ui.Watch
	case err != nil:
		return x, err
	case st.Lag > 0:
		x.says = l.T("home.health.behind", "count", st.Lag)
	default:
		x.says, x.tone = l.T("home.health.upto", "count", st.Rows), ui.Good
	}
	return x, nil
}

func (s *Server) searchHealth(ctx context.Context, h *homeStand) (healthLine, error) {
	if s.SearchLag == nil {
		return healthLine{}, nil
	}
	lag, err := s.SearchLag(ctx)
	x := healthLine{id: "home.health.search", says: h.lang().T("home.health.found"), tone: ui.Good}
	if lag > 0 {
		x.says, x.tone = h.lang().T("home.health.behind", "count", lag), ui.Plain
	}
	return x, err
}

// backupOld is the age from which the last backup asks for another.
const backupOld = 48 * time.Hour

func (s *Server) backupHealth(ctx context.Context, h *homeStand) (healthLine, error) {
	x := healthLine{id: "home.health.backup", says: h.lang().T("home.health.never"), tone: ui.Bad}
	last, err := s.People.SearchTrail(ctx, people.TrailFilter{What: people.BackedUp, Limit: 1})
	if err != nil || len(last) == 0 {
		return x, err
	}
	age := h.Now.Sub(last[0].At)
	x.says, x.tone = h.lang().Ago(age), ui.Good
	if age > backupOld {
		x.tone = ui.Watch
	}
	return x, nil
}

func (s *Server) waitingHealth(ctx context.Context, h *homeStand) (healthLine, error) {
	n, err := s.waiting(ctx, h.ground)
	x := healthLine{"home.health.waiting", "/settings/quarantine", h.lang().T("home.health.feedbacks", "count", n), ui.Good}
	if n > 0 {
		x.tone = ui.Watch
	}
	return x, err
}

func (s *Server) secondHealth(ctx context.Context, h *homeStand) (healthLine, error) {
	without, all, err := s.withoutSecond(ctx)
	x := healthLine{"home.health.second", "/settings/people", h.lang().T("home.health.without", "count", without, "all", all), ui.Good}
	if without > 0 {
		x.tone = ui.Watch
	}
	return x, err
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
	var rows []viewRow
	for _, v := range all[:min(len(all), mostQuick)] {
		rows = append(rows, viewRow{Name: v.Name, Href: viewAddress(v), Sentence: h.sentenceOf(v.Question)})
	}
	return viewsHome(h.lang(), rows), nil
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

// findBlock looks for a customer before a call or a meeting.
func (s *Server) findBlock(_ context.Context, h *homeStand) (templ.Component, error) {
	return findHome(h.lang()), nil
}
