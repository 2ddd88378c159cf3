package web

import (
	"context"
	"fmt"
	"time"

	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// stateOf tells an administrator, tab by tab, what stands and what waits for somebody.
func (s *Server) stateOf(ctx context.Context, v *visit) ([]ui.Thing, error) {
	var list []ui.Thing
	for _, part := range []func(context.Context, *visit) (ui.Thing, error){s.unitsState, s.peopleState, s.quarantineState, s.requestsState} {
		x, err := part(ctx, v)
		if err != nil {
			return nil, err
		}
		if x.Name != "" {
			list = append(list, x)
		}
	}
	return append(list, councilState(v), retentionState(v)), nil
}

// waits marks what somebody should look at.
func waits(text string, tone ui.Tone) []ui.Tag { return []ui.Tag{{Text: text, Tone: tone}} }

func (s *Server) unitsState(ctx context.Context, v *visit) (ui.Thing, error) {
	l := v.Lang
	o, err := s.People.Present(ctx)
	if err != nil {
		return ui.Thing{}, err
	}
	x := ui.Thing{Name: l.T("settings.units"), Href: "/settings/units", Note: l.T("unit.count", "count", len(o.Units()))}
	if len(o.Units()) == 0 {
		x.Note, x.Tags = l.T("settings.state.units.none"), waits(l.T("settings.state.todo"), ui.Watch)
	}
	return x, nil
}

func (s *Server) peopleState(ctx context.Context, v *visit) (ui.Thing, error) {
	l := v.Lang
	users, err := s.People.Users(ctx)
	if err != nil {
		return ui.Thing{}, err
	}
	active, invited, bare := 0, 0, 0
	for _, u := range users {
		switch {
		case u.Disabled:
			continue
		case u.Seen.IsZero():
			invited++
		}
		active++
		if v.Settings.May(u.Role, people.Administer) && !u.Second {
			bare++
		}
	}
	x := ui.Thing{Name: l.T("settings.people"), Href: "/settings/people", Note: l.T("settings.people.count", "count", active)}
	if invited > 0 {
		x.Note += " · " + l.T("settings.state.invited", "count", invited)
	}
	if bare > 0 {
		x.Tags = waits(l.T("settings.state.bare", "count", bare), ui.Watch)
	}
	return x, nil
}

func (s *Server) quarantineState(ctx context.Context, v *visit) (ui.Thing, error) {
	l := v.Lang
	if !v.Viewer.May(people.EditStructure) {
		return ui.Thing{}, nil
	}
	waiting, err := s.Door.Waiting(ctx)
	if err != nil {
		return ui.Thing{}, fmt.Errorf("quarantine: %w", err)
	}
	n := 0
	for _, w := range waiting {
		n += w.N
	}
	x := ui.Thing{Name: l.T("settings.quarantine"), Href: quarantineAt, Note: l.T("settings.quarantine.none")}
	if n > 0 {
		x.Note, x.Tags = l.T("settings.quarantine.count", "count", n), waits(l.T("settings.state.todo"), ui.Watch)
	}
	return x, nil
}

func (s *Server) requestsState(ctx context.Context, v *visit) (ui.Thing, error) {
	l := v.Lang
	if !v.Viewer.May(people.Protect) {
		return ui.Thing{}, nil
	}
	all, err := s.People.Requests(ctx, v.Viewer)
	if err != nil {
		return ui.Thing{}, err
	}
	open, late, today := 0, 0, v.Now.Format(time.DateOnly)
	for _, r := range all {
		if r.State == "open" {
			open++
			if r.Due < today {
				late++
			}
		}
	}
	x := ui.Thing{Name: l.T("protect.requests"), Href: "/settings/protection", Note: l.T("settings.state.requests", "count", open)}
	if late > 0 {
		x.Tags = waits(l.T("settings.state.late", "count", late), ui.Bad)
	}
	return x, nil
}

func councilState(v *visit) ui.Thing {
	l := v.Lang
	x := ui.Thing{Name: l.T("settings.council"), Href: "/settings/council", Note: l.T("council.open")}
	if v.Settings.Consultation == nil {
		x.Note = l.T("settings.state.council.none")
	}
	return x
}

func retentionState(v *visit) ui.Thing {
	l := v.Lang
	x := ui.Thing{Name: l.T("protect.retention"), Href: "/settings/protection", Note: retentionWords(v)}
	if v.Settings.Retention == (people.Retention{}) {
		x.Note, x.Tags = l.T("settings.state.retention.none"), waits(l.T("settings.state.todo"), ui.Watch)
	}
	return x
}
