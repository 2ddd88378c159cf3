package invite

import (
	"context"
	"fmt"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/record"
)

// planBatch is how many occurrences or persons are planned in one transaction.
const planBatch = 500

// PlanOccurrences tries the rules on the next occurrences they did not see, and tells how many those were.
func (s *Store) PlanOccurrences(ctx context.Context) (int, error) {
	l, err := waiting(ctx, s.d.DB, planBatch)
	if err != nil || len(l) == 0 {
		return 0, err
	}
	p, err := s.planner(ctx)
	if err != nil {
		return 0, err
	}
	ids := make([]cx.IdentityID, 0, len(l))
	for _, o := range l {
		ids = append(ids, o.Identity)
	}
	contacts, err := s.contactsOf(ctx, ids)
	if err != nil {
		return 0, err
	}
	var plans []Invitation
	passes := make(map[int64][]pass, len(l))
	for i := range l {
		c, known := contacts[l[i].Identity]
		if !known {
			continue // erased meanwhile
		}
		more, passed, err := p.onOccurrence(ctx, &l[i], c)
		if err != nil {
			return 0, err
		}
		plans, passes[l[i].ID] = append(plans, more...), passed
	}
	return len(l), s.d.DB.Write(ctx, func(tx *record.Tx) error {
		still, err := s.planned(ctx, tx, l, plans)
		if err != nil {
			return err
		}
		counted := tallied{}
		for id := range still {
			counted.add(passes[id]...)
		}
		return counted.keep(ctx, tx)
	})
}

// planned keeps what was planned of occurrences that nobody planned meanwhile, and tells which those are.
func (s *Store) planned(ctx context.Context, tx *record.Tx, l []Occurrence, plans []Invitation) (map[int64]bool, error) {
	if _, err := tx.Next(ctx, lock, 1); err != nil {
		return nil, err
	}
	still := map[int64]bool{}
	for at := 0; at < len(l); at += record.InLimit {
		ids := make([]int64, 0, record.InLimit)
		for _, o := range l[at:min(len(l), at+record.InLimit)] {
			ids = append(ids, o.ID)
		}
		in, args := record.In(ids)
		rows, err := tx.Query(ctx, `SELECT id FROM occurrence WHERE planned = 0 AND id `+in, args...)
		if err != nil {
			return nil, err
		}
		open, err := record.Column[int64](rows)
		if err != nil {
			return nil, err
		}
		for _, id := range open {
			still[id] = true
		}
		if _, err := tx.Exec(ctx, `UPDATE occurrence SET planned = 1 WHERE planned = 0 AND id `+in, args...); err != nil {
			return nil, err
		}
	}
	kept := plans[:0]
	for _, i := range plans {
		if still[i.Occurrence] {
			kept = append(kept, i)
		}
	}
	_, err := s.insert(ctx, tx, kept)
	return still, err
}

// planner is the rules and surveys as of one moment.
type planner struct {
	s       *Store
	rules   []Kept
	surveys *askedOf
	now     time.Time
	zone    *time.Location // of the days that count who is passed over
}

func (s *Store) planner(ctx context.Context) (*planner, error) {
	t, err := s.snapshot.Present(ctx)
	if err != nil {
		return nil, err
	}
	return &planner{s: s, rules: t.rules, surveys: s.surveys(), now: s.d.Now().UTC(), zone: s.d.Zone(ctx, "")}, nil
}

// onOccurrence gives the invitations that rules make of an occurrence, and the rules it is not for, with their reason.
func (p *planner) onOccurrence(ctx context.Context, o *Occurrence, c Contact) (l []Invitation, passed []pass, err error) {
	heard := false
	for i := range p.rules {
		r := &p.rules[i].Rule
		if r.Trigger.Event != o.Event {
			continue
		}
		heard = true
		inv, t, err := p.think(ctx, r, o.about(c))
		if err != nil {
			return nil, nil, err
		}
		if inv == nil {
			passed = append(passed, p.pass(r.Key, o.Unit, t.Why))
			continue
		}
		inv.Occurrence, inv.Contact = o.ID, o.Contact
		if o.Lang != "" {
			inv.Lang = o.Lang
		}
		l = append(l, *inv)
	}
	if !heard {
		passed = append(passed, p.pass("", o.Unit, ByUnheard))
	}
	return l, passed, nil
}

// about is the case that an occurrence is, of somebody.
func (o *Occurrence) about(c Contact) Case {
	return Case{Contact: c, Event: o.Event, Touchpoint: o.Touchpoint, Unit: o.Unit, Attributes: o.Attributes, Once: fmt.Sprint("o:", o.ID), At: o.At}
}

// think gives the invitation that a rule makes of a case, nil when the rule is not about it.
func (p *planner) think(ctx context.Context, r *Rule, c Case) (*Invitation, Thought, error) {
	a, err := p.surveys.of(ctx, r.Survey)
	if err != nil {
		return nil, Thought{}, err
	}
	t := r.Consider(c, a.topic)
	if t.Outcome == Pass {
		return nil, t, nil
	}
	if t.Outcome == Go && !a.asking {
		t.Outcome, t.Why = Refuse, BySurvey
	}
	inv := &Invitation{Rule: r.Key, Once: c.Once, Survey: r.Survey, Identity: c.Contact.Identity, Program: a.program, Own: r.Clock != nil,
		Priority: r.Priority, Channel: t.Channel, Wording: t.Wording, Segment: cut(t.Segment, 200), Touchpoint: c.Touchpoint, Unit: c.Unit,
		State: Planned, Due: t.Due, Latest: t.Latest, Planned: p.now}
	inv.Lang, inv.Attributes = c.Contact.Lang, c.Attributes
	if t.Outcome == Refuse {
		inv.State, inv.Why, inv.Due = Refused, t.Why, time.Time{}
	}
	return inv, t, nil
}

// contactsOf gives what planning knows of the persons that identities name; those erased are left out.
func (s *Store) contactsOf(ctx context.Context, ids []cx.IdentityID) (map[cx.IdentityID]Contact, error) {
	known, err := s.d.Customers.Customers(ctx, people.Whole(), ids)
	if err != nil {
		return nil, err
	}
	persons := make([]customer.Person, 0, len(known))
	seen := map[cx.PersonID]bool{}
	for _, p := range known {
		if !seen[p.ID] {
			seen[p.ID] = true
			persons = append(persons, p)
		}
	}
	contacts, err := s.contacts(ctx, persons)
	if err != nil {
		return nil, err
	}
	out := make(map[cx.IdentityID]Contact, len(known))
	for id, p := range known {
		c := contacts[p.ID]
		c.Identity = id
		out[id] = c
	}
	return out, nil
}

// contacts adds wishes and addresses to persons.
func (s *Store) contacts(ctx context.Context, persons []customer.Person) (map[cx.PersonID]Contact, error) {
	names := make(map[cx.PersonID][]customer.Name, len(persons))
	for _, p := range persons {
		l, err := s.d.Customers.Named(ctx, p)
		if err != nil {
			return nil, err
		}
		names[p.ID] = l
	}
	return s.contactsNamed(ctx, persons, names, nil)
}

// contactsNamed is contacts for persons whose names are known; wished (nil: all) tells of which names there may be a wish.
func (s *Store) contactsNamed(ctx context.Context, persons []customer.Person, names map[cx.PersonID][]customer.Name, wished *hashes) (map[cx.PersonID]Contact, error) {
	some := names
	if wished != nil {
		some = wished.among(names)
	}
	standing, err := s.standings(ctx, s.d.DB, some)
	if err != nil {
		return nil, err
	}
	out := make(map[cx.PersonID]Contact, len(persons))
	for _, p := range persons {
		out[p.ID] = contact(p, names[p.ID], standing[p.ID])
	}
	return out, nil
}

// languageAttributes tell the language of a person.
var languageAttributes = [...]string{"language", "lang", "langue"}

func contact(p customer.Person, names []customer.Name, st Standing) Contact {
	c := Contact{Reach: map[string]bool{}, Status: p.Status, Preference: st.Preference, Attributes: make(map[string]any, len(p.Attributes))}
	c.Preference.Objection = st.Objection
	for key, v := range p.Attributes {
		c.Attributes[string(key)] = v
	}
	if p.Status != "" {
		c.Attributes["status"] = p.Status
	}
	for _, key := range languageAttributes {
		if v, ok := c.Attributes[key].(string); ok && v != "" && c.Lang == "" {
			c.Lang = v
		}
	}
	for _, n := range names {
		if c.Identity == 0 {
			c.Identity = n.ID
		}
		if ch := channelOf(n.Kind); ch != "" && !st.Broken[n.Hash] {
			c.Reach[ch] = true
		}
	}
	return c
}

func channelOf(k customer.Kind) string {
	switch k {
	case customer.Email:
		return Email
	case customer.Phone:
		return SMS
	}
	return ""
}
