package web

import (
	"cmp"
	"context"

	"vigie/internal/cx"
	"vigie/internal/listen/invite"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// askedOnce is what one customer was asked, and what they wish.
type askedOnce struct {
	Wish   string // "" none said
	Things []ui.Thing
	// Silences are the rules that never asked them, and why.
	Silences []ui.Thing
}

// askedTold invitations are told on a customer's page.
const askedTold = 12

func (s *Server) askedOf(ctx context.Context, g *ground, id cx.PersonID) (*askedOnce, error) {
	l := g.lang()
	st, err := s.Invites.StandingOf(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &askedOnce{}
	switch {
	case st.Objection:
		out.Wish = l.T("invitation.wish.objection", "day", l.Date(g.local(st.Objected)))
	case st.Off:
		out.Wish = l.T("invitation.wish.off")
	case st.Paused.After(s.now()):
		out.Wish = l.T("invitation.wish.paused", "day", l.Date(g.local(st.Paused)))
	}
	list, err := s.Invites.Of(ctx, g.scope(), id)
	if err != nil {
		return nil, err
	}
	if out.Things, err = s.askedThings(ctx, g, list[:min(len(list), askedTold)]); err != nil {
		return nil, err
	}
	names, err := s.ruleNames(ctx, g)
	if err != nil {
		return nil, err
	}
	silent, err := s.Invites.Silences(ctx, g.scope(), id)
	if err != nil {
		return nil, err
	}
	for _, x := range silent {
		out.Silences = append(out.Silences, g.silence(x, names))
	}
	return out, nil
}

// askedThings tell invitations, as they came.
func (s *Server) askedThings(ctx context.Context, g *ground, list []invite.Invitation) ([]ui.Thing, error) {
	l := g.lang()
	names, err := s.ruleNames(ctx, g)
	if err != nil {
		return nil, err
	}
	var out []ui.Thing
	for _, i := range list {
		says := l.DateTime(g.local(lastMoment(i)))
		if i.Channel != "" {
			says += " · " + l.T("invitation.channel."+i.Channel)
		}
		one := ui.Thing{Name: cmp.Or(names[i.Rule], i.Rule), Tags: []ui.Tag{stateTag(g, i.State)}, Text: g.invitationWhy(i), Note: says}
		if g.Viewer.May(people.ReadPeople) {
			one.Href = invitationAddress(i.ID)
		}
		out = append(out, one)
	}
	return out, nil
}

func (g *ground) silence(x invite.Silence, names map[string]string) ui.Thing {
	l := g.lang()
	t := ui.Thing{Name: names[x.Rule], Text: l.T("invitation.why." + string(x.Why))}
	if x.Rule == "" {
		t.Name = l.T("invitation.trigger.event", "event", x.Event)
	}
	if !x.At.IsZero() {
		t.Note = l.DateTime(g.local(x.At))
	}
	return t
}
