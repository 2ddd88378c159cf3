package invite

import (
	"context"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
)

// Trial is what the policy would make of a question put to one person now.
type Trial struct {
	Channel string // by which they would be asked, "" when there is none
	Decision
}

// Try applies a policy, in force or not, to a published survey that would be put to a person now, by the first channel
// that reaches them. Nothing is kept. Whether the viewer reaches the person is for the caller to know.
func (s *Store) Try(ctx context.Context, p Policy, id cx.PersonID, key cx.SurveyID) (Trial, error) {
	t, err := s.snapshot.Present(ctx)
	if err != nil {
		return Trial{}, err
	}
	g := &gate{s: s, t: t, now: s.d.Now().UTC(), surveys: s.surveys(), past: map[cx.PersonID][]Invitation{}, zoneKnown: map[string]*time.Location{}}
	if g.names, err = s.d.Customers.Names(ctx, s.d.DB, []cx.PersonID{id}); err != nil {
		return Trial{}, err
	}
	if g.standing, err = s.standings(ctx, s.d.DB, g.names); err != nil {
		return Trial{}, err
	}
	if err := g.remember(ctx, s.d.DB); err != nil {
		return Trial{}, err
	}
	a, err := g.surveys.of(ctx, key)
	if err != nil {
		return Trial{}, err
	}
	if !a.asking {
		return Trial{Decision: Decision{Outcome: Refuse, Rule: BySurvey}}, nil
	}
	i := Invitation{Survey: key, Program: a.program, State: Planned, Latest: g.now.Add((&Rule{}).valid())}
	i.Channel, i.Identity = g.firstReach(id)
	if i.Channel == "" {
		return Trial{Decision: Decision{Outcome: Refuse, Rule: ByReach}}, nil
	}
	return Trial{i.Channel, p.Decide(askOf(&i, nil, a.topic), g.history(ctx, id, &i), g.standing[id].Preference, g.now, g.zone(ctx, &i))}, nil
}

// firstReach gives the first channel by which a person may be written to, and one of their names.
func (g *gate) firstReach(id cx.PersonID) (string, cx.IdentityID) {
	for _, ch := range []string{Email, SMS} {
		if _, found := g.address(id, ch); found {
			return ch, first(g.names[id])
		}
	}
	return "", 0
}

func first(l []customer.Name) cx.IdentityID {
	if len(l) == 0 {
		return 0
	}
	return l[0].ID
}
