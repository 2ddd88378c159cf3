package invite

import (
	"context"
	"errors"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/record"
)

// maker makes persons of the lines of a list by which nobody is known; nil makes none.
type maker struct {
	s *Store
	// try: persons are numbered below zero, and none is kept.
	try   bool
	tried map[customer.Identity]cx.PersonID
	// forbade is what the log of erasures holds of each name; nil until it was read.
	forbade map[customer.Hash][]collect.Noted
}

func (p *Population) maker(s *Store) *maker {
	if !p.Make {
		return nil
	}
	return &maker{s: s, try: p.Try, tried: map[customer.Identity]cx.PersonID{}}
}

// newcomer gives who may be made of a line: somebody who can be written to. A cell that does not say what it is makes one of
// an address, or of a number that begins with +, for references look like numbers too.
func (l *Listed) newcomer() (customer.Known, bool) {
	k := customer.Known{Ref: l.Ref, Email: l.Email, Phone: l.Phone}
	switch any := strings.TrimSpace(l.Any); {
	case strings.Contains(any, "@"):
		k = customer.Known{Email: any}
	case strings.HasPrefix(any, "+"):
		k = customer.Known{Phone: any}
	}
	return k, k.Email != "" || k.Phone != ""
}

// fill puts persons where found has none, and tells where it did.
func (m *maker) fill(ctx context.Context, lines []Listed, found []customer.Person) (map[int]bool, error) {
	if m == nil {
		return nil, nil
	}
	var at []int
	var known []customer.Known
	for i := range found {
		if k, ok := lines[i].newcomer(); ok && found[i].ID == 0 {
			k.At = m.s.d.Now().UTC()
			at, known = append(at, i), append(known, k)
		}
	}
	if len(known) == 0 {
		return nil, nil
	}
	persons, err := m.persons(ctx, known)
	if err != nil {
		return nil, err
	}
	made := map[int]bool{}
	for n, i := range at {
		if persons[n].ID != 0 {
			found[i], made[i] = persons[n], true
		}
	}
	return made, nil
}

func (m *maker) persons(ctx context.Context, known []customer.Known) ([]customer.Person, error) {
	if m.try {
		return m.trial(known), nil
	}
	if err := m.read(ctx); err != nil {
		return nil, err
	}
	if err := m.s.d.Customers.Open(ctx); err != nil {
		return nil, unavailable(err)
	}
	batch := make([]*customer.Known, len(known))
	for i := range known {
		batch[i] = &known[i]
	}
	for range 3 {
		err := m.s.d.DB.Write(ctx, func(tx *record.Tx) error { return m.keep(ctx, tx, batch) })
		if errors.Is(err, customer.ErrMet) {
			continue
		}
		if err != nil {
			return nil, unavailable(err)
		}
		return m.s.d.Customers.FindEach(ctx, people.Whole(), known)
	}
	return nil, unavailable(customer.ErrMet)
}

// keep makes the persons, and forbids again what was forbidden of their names when somebody else bore them.
func (m *maker) keep(ctx context.Context, tx *record.Tx, batch []*customer.Known) error {
	if _, err := tx.Next(ctx, lock, 1); err != nil {
		return err
	}
	who, err := m.s.d.Customers.Resolve(ctx, tx, batch)
	if err != nil || len(m.forbade) == 0 {
		return err
	}
	ids := make([]cx.PersonID, len(who))
	for i, r := range who {
		ids[i] = r.Person
	}
	names, err := m.s.d.Customers.Names(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, l := range names {
		for _, n := range l {
			if noted := m.forbade[n.Hash]; len(noted) > 0 {
				if _, err := m.s.replay(ctx, tx, n.Hash, noted); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// read takes up, once, what people forbade.
func (m *maker) read(ctx context.Context) error {
	if m.forbade != nil || m.s.d.Ledger == nil {
		return nil
	}
	noted, err := m.s.d.Ledger.Noted(ctx)
	if err != nil {
		return err
	}
	m.forbade = byName(noted)
	return nil
}

// trial gives the persons that would be made, each once.
func (m *maker) trial(known []customer.Known) []customer.Person {
	out := make([]customer.Person, len(known))
	for i := range known {
		ids := m.s.d.Customers.Normal(&known[i])
		if len(ids) == 0 {
			continue
		}
		p := customer.Person{ID: cx.PersonID(-len(m.tried) - 1), Identities: ids}
		for _, id := range ids {
			if met := m.tried[id]; met != 0 {
				p.ID = met
				break
			}
		}
		for _, id := range ids {
			m.tried[id] = p.ID
		}
		out[i] = p
	}
	return out
}

// byName gathers what was noted of each name.
func byName(l []collect.Noted) map[customer.Hash][]collect.Noted {
	of := map[customer.Hash][]collect.Noted{}
	for _, n := range l {
		of[n.Hash] = append(of[n.Hash], n)
	}
	return of
}
