package web

import (
	"context"

	"vigie/internal/cx"
	"vigie/internal/web/ui"
)

// askedOnce is what one customer was asked, and what they wish.
type askedOnce struct {
	Wish   string // "" none said
	Things []ui.Thing
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
	names, err := s.ruleNames(ctx, g)
	if err != nil {
		return nil, err
	}
	for _, i := range list[:min(len(list), askedTold)] {
		name := names[i.Rule]
		if name == "" {
			name = i.Rule
		}
		says := l.DateTime(g.local(lastMoment(i)))
		if i.Channel != "" {
			says += " · " + l.T("invitation.channel."+i.Channel)
		}
		out.Things = append(out.Things, ui.Thing{Name: name, Tags: []ui.Tag{stateTag(g, i.State)}, Text: g.invitationWhy(i), Note: says})
	}
	return out, nil
}
