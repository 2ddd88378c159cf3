package invite

import (
	"context"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/record"
)

// Letter is an invitation marked as leaving, with whom it goes to.
type Letter struct {
	Invitation
	Person cx.PersonID
	To     string // address or number
	Name   string // of the person, "" unknown
	Rule   *Rule
}

// Leave applies the policy to the next due invitations, at most max, and marks as leaving those that may go: the one place
// where it is decided, alone in its transaction, so that two triggers at once cannot both pass. ready are the channels
// that can send. looked tells how many were looked at: 0 when none is due.
func (s *Store) Leave(ctx context.Context, ready map[string]bool, max int) (leaving []Letter, looked int, err error) {
	t, err := s.snapshot.Present(ctx)
	if err != nil {
		return nil, 0, err
	}
	if peek, err := invitations(ctx, s.d.DB, `due > 0 AND due <= ? LIMIT 1`, s.d.Now().UnixMicro()); err != nil || len(peek) == 0 {
		return nil, 0, err
	}
	err = s.d.DB.Write(ctx, func(tx *record.Tx) error {
		leaving, looked = nil, 0
		if _, err := tx.Next(ctx, lock, 1); err != nil {
			return err
		}
		now := s.d.Now().UTC()
		due, err := invitations(ctx, tx, `due > 0 AND due <= ? ORDER BY due, id LIMIT ?`+held(tx), now.UnixMicro(), max)
		if err != nil || len(due) == 0 {
			return err
		}
		g, err := s.gate(ctx, tx, t, due)
		if err != nil {
			return err
		}
		g.ready, g.now, looked = ready, now, len(due)
		leaving, err = g.pass(ctx, tx, due)
		return err
	})
	return leaving, looked, err
}

// gate is what is known of those who are about to be asked.
type gate struct {
	s         *Store
	t         *tables
	now       time.Time
	ready     map[string]bool
	surveys   *askedOf
	persons   map[cx.IdentityID]cx.PersonID
	names     map[cx.PersonID][]customer.Name
	standing  map[cx.PersonID]Standing
	past      map[cx.PersonID][]Invitation
	zoneKnown map[string]*time.Location
}

// pastDays is further back than any usual clock looks.
const pastDays = 800

func (s *Store) gate(ctx context.Context, tx record.Querier, t *tables, due []Invitation) (*gate, error) {
	g := &gate{s: s, t: t, surveys: s.surveys(), past: map[cx.PersonID][]Invitation{}, zoneKnown: map[string]*time.Location{}}
	var identities []cx.IdentityID
	for _, i := range due {
		identities = append(identities, i.Identity)
	}
	var err error
	if g.persons, err = s.d.Customers.PersonsOf(ctx, tx, identities); err != nil {
		return nil, err
	}
	var persons []cx.PersonID
	for _, p := range g.persons {
		persons = append(persons, p)
	}
	slices.Sort(persons)
	if g.names, err = s.d.Customers.Names(ctx, tx, slices.Compact(persons)); err != nil {
		return nil, err
	}
	if g.standing, err = s.standings(ctx, tx, g.names); err != nil {
		return nil, err
	}
	return g, g.remember(ctx, tx)
}

// remember reads what the persons were asked, and what else waits for them.
func (g *gate) remember(ctx context.Context, tx record.Querier) error {
	owner := map[cx.IdentityID]cx.PersonID{}
	var ids []int64
	for p, l := range g.names {
		for _, n := range l {
			owner[n.ID] = p
			ids = append(ids, int64(n.ID))
		}
	}
	since := g.s.d.Now().AddDate(0, 0, -pastDays).UnixMicro()
	for len(ids) > 0 {
		some := ids[:min(len(ids), record.InLimit)]
		ids = ids[len(some):]
		in, args := record.In(some)
		l, err := invitations(ctx, tx, `identity `+in+` AND NOT `+Refused.is()+` AND (planned > ? OR due > 0) ORDER BY id`, append(args, since)...)
		if err != nil {
			return err
		}
		for _, i := range l {
			p := owner[i.Identity]
			g.past[p] = append(g.past[p], i)
		}
	}
	return nil
}

// pass decides one after the other, each knowing those before.
func (g *gate) pass(ctx context.Context, tx *record.Tx, due []Invitation) ([]Letter, error) {
	var out []Letter
	for n := range due {
		i := &due[n]
		l, err := g.decide(ctx, i)
		if err != nil {
			return nil, err
		}
		if err := g.s.update(ctx, tx, i); err != nil {
			return nil, err
		}
		p := g.persons[i.Identity]
		for k := range g.past[p] {
			if g.past[p][k].ID == i.ID {
				g.past[p][k] = *i
			}
		}
		if l != nil {
			l.Invitation = *i
			out = append(out, *l)
		}
	}
	return out, nil
}

// decide changes the invitation to what becomes of it, and gives its letter when it leaves.
func (g *gate) decide(ctx context.Context, i *Invitation) (*Letter, error) {
	r := g.t.rule(i.Rule)
	if i.Channel == Link {
		r = &Rule{Key: linkRule, Survey: i.Survey, Stage: Going}
	}
	p, known := g.persons[i.Identity]
	a, err := g.surveys.of(ctx, i.Survey)
	if err != nil {
		return nil, err
	}
	switch {
	case !known:
		g.refuse(i, ByErasure)
		return nil, nil
	case r == nil:
		g.refuse(i, Withdrawn)
		return nil, nil
	case !a.asking:
		g.refuse(i, BySurvey)
		return nil, nil
	}
	if any, _ := r.Stage.Asks(); !any || g.t.pace.Stopped {
		g.hold(i, Withdrawn, g.now.Add(time.Hour))
		return nil, nil
	}
	to, found := g.address(p, i.Channel)
	if !found && i.Sent.IsZero() { // it may fail since it was planned
		if ch := r.after(i.Channel, g.reach(p)); ch != "" {
			i.Channel = ch
			to, found = g.address(p, ch)
		}
	}
	if found && !g.ready[i.Channel] {
		g.hold(i, BySender, g.now.Add(10*time.Minute))
		return nil, nil
	}
	if !found {
		g.refuse(i, ByReach)
		return nil, nil
	}
	zone := g.zone(ctx, i)
	d := g.t.policy.Decide(askOf(i, r, a.topic), g.history(ctx, p, i), g.standing[p].Preference, g.now, zone)
	i.Until, i.Rival = time.Time{}, ""
	switch d.Outcome {
	case Refuse:
		i.Until, i.Rival = d.Until, d.Rival
		g.refuse(i, d.Rule)
		return nil, nil
	case Hold:
		g.hold(i, d.Rule, d.Until)
		return nil, nil
	}
	g.leave(i, r, a.version)
	return &Letter{Person: p, To: to, Rule: r}, nil
}

func (g *gate) refuse(i *Invitation, why Why) {
	i.Due = time.Time{}
	if i.Sent.IsZero() { // of a reminder, only the reminder is refused
		i.State, i.Why = Refused, why
	}
}

func (g *gate) hold(i *Invitation, why Why, until time.Time) {
	if !until.After(g.now) {
		until = g.now.Add(time.Minute)
	}
	if !i.Latest.IsZero() && i.Sent.IsZero() && g.now.After(i.Latest) {
		g.refuse(i, ByLate)
		return
	}
	i.Due, i.Until = until, until
	if i.Sent.IsZero() {
		i.State, i.Why = Held, why
	}
}

func (g *gate) leave(i *Invitation, r *Rule, version int64) {
	i.State, i.Why, i.Due, i.Leaving = Leaving, "", time.Time{}, g.now
	if i.Away.IsZero() {
		i.Away, i.Version, i.Expires = g.now, version, g.now.Add(r.expires())
	}
}

// address gives where a person is written to by a channel: the first name of that kind that does not fail.
func (g *gate) address(p cx.PersonID, channel string) (string, bool) {
	if channel == Link {
		return "", true
	}
	for _, n := range g.names[p] {
		if channelOf(n.Kind) == channel && !g.standing[p].Broken[n.Hash] {
			return n.Value, true
		}
	}
	return "", false
}

// reach is by which channels a person may be written to.
func (g *gate) reach(p cx.PersonID) Contact {
	return contact(customer.Person{}, g.names[p], g.standing[p])
}

// zone is the person's own when it is known, else that of the unit they dealt with.
func (g *gate) zone(ctx context.Context, i *Invitation) *time.Location {
	name, _ := i.Attributes["timezone"].(string)
	key := name + "\x00" + i.Unit
	if z := g.zoneKnown[key]; z != nil {
		return z
	}
	z, err := time.LoadLocation(name)
	if err != nil || name == "" {
		z = g.s.d.Zone(ctx, i.Unit)
	}
	g.zoneKnown[key] = z
	return z
}

func askOf(i *Invitation, r *Rule, topic string) Ask {
	a := Ask{Survey: i.Survey, Program: i.Program, Topic: topic, Channel: i.Channel, Event: i.event(), Own: i.Own, Priority: i.Priority, Latest: i.Latest, Reminder: !i.Away.IsZero()}
	if r != nil && r.Clock != nil {
		a.Clock = *r.Clock
	}
	if a.Reminder {
		a.Latest = i.Expires
	}
	return a
}

// history is what the person was asked and answered, and what else waits, this one left out.
func (g *gate) history(ctx context.Context, p cx.PersonID, self *Invitation) History {
	var h History
	for k := range g.past[p] {
		i := &g.past[p][k]
		if i.ID == self.ID {
			continue
		}
		past := Past{Survey: i.Survey, Program: i.Program, Channel: i.Channel, Event: i.event(), Own: i.Own}
		if !i.AnsweredAt.IsZero() {
			past.At = i.AnsweredAt
			h.Answered = append(h.Answered, past)
		}
		switch {
		case !i.Away.IsZero() && i.State != Bounced:
			past.At = i.Away
			h.Asked = append(h.Asked, past)
		case (i.State == Planned || i.State == Held) && !i.Due.IsZero():
			if r, a, ok := g.rival(ctx, i); ok {
				h.Rivals = append(h.Rivals, Rival{Ask: askOf(i, r, a.topic), Due: i.Due})
			}
		}
	}
	return h
}

// rival tells whether another invitation will be asked for, as far as its rule and survey go.
func (g *gate) rival(ctx context.Context, i *Invitation) (*Rule, asked, bool) {
	r := g.t.rule(i.Rule)
	if r == nil {
		return nil, asked{}, false
	}
	any, _ := r.Stage.Asks()
	a, err := g.surveys.of(ctx, i.Survey)
	return r, a, err == nil && any && a.asking
}
