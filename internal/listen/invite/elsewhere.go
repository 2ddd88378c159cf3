package invite

import (
	"context"
	"slices"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/record"
)

// lost notes that the address an invitation went to fails for good, and plans the question again by another way.
func (s *Store) lost(ctx context.Context, tx *record.Tx, t *tables, i *Invitation, to string) error {
	of, err := s.d.Customers.PersonsOf(ctx, tx, []cx.IdentityID{i.Identity})
	if err != nil || of[i.Identity] == 0 {
		return err
	}
	p := of[i.Identity]
	names, err := s.d.Customers.Names(ctx, tx, []cx.PersonID{p})
	if err != nil {
		return err
	}
	standing, err := s.standings(ctx, tx, names)
	if err != nil {
		return err
	}
	st := standing[p]
	n, err := s.failed(ctx, names[p], st, i.Channel, to)
	if err != nil || n == nil {
		return err
	}
	if err := s.breakName(ctx, tx, *n); err != nil {
		return err
	}
	if st.Broken == nil {
		st.Broken = map[customer.Hash]bool{}
	}
	st.Broken[n.Hash] = true
	if i.State != Bounced {
		return nil
	}
	return s.elsewhere(ctx, tx, t.rule(i.Rule), i, contact(customer.Person{}, names[p], st))
}

// failed gives the name that a message did not reach: the one told, else the one it was sent to (a failure may tell where
// it was forwarded).
func (s *Store) failed(ctx context.Context, names []customer.Name, st Standing, channel, to string) (*customer.Name, error) {
	kind := customer.Email
	if channel == SMS {
		kind = customer.Phone
	}
	h, ok, err := s.d.Customers.HashOf(ctx, kind, to)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(names, func(n customer.Name) bool { return ok && n.Hash == h })
	if at < 0 {
		at = slices.IndexFunc(names, func(n customer.Name) bool { return n.Kind == kind && !st.Broken[n.Hash] })
	}
	if at < 0 {
		return nil, nil
	}
	return &names[at], nil
}

// hopsMost is how often one question is planned again.
const hopsMost = 4

// elsewhere plans a question whose message came back for good again: by another address of its channel, else by the next
// channel of its rule. It is a question like any other to the policy, and answered at the same address as the first, so
// that one answer is taken of both. Not of a reminder: who was reached once has the question.
func (s *Store) elsewhere(ctx context.Context, tx *record.Tx, r *Rule, i *Invitation, c Contact) error {
	if r == nil || i.Next != 0 || i.Reminded || strings.Count(i.Once, again) >= hopsMost {
		return nil
	}
	next := *i
	next.Channel = r.after(i.Channel, c)
	if next.Channel == "" {
		return nil
	}
	next.Once, next.Instead, next.Words, next.Gateway = i.Once+again, i.Root(), "", ""
	next.State, next.Why, next.Version, next.Round, next.Attempts = Planned, "", 0, 0, 0
	next.Planned = s.d.Now().UTC()
	next.Due = next.Planned
	next.Expires, next.Away, next.Leaving, next.Sent, next.Settled, next.AnsweredAt = time.Time{}, time.Time{}, time.Time{}, time.Time{}, time.Time{}, time.Time{}
	l := []Invitation{next}
	if _, err := s.put(ctx, tx, l); err != nil {
		return err
	}
	i.Next = l[0].ID
	return nil
}

// after gives the channel to try once one failed: the same while the person has another address of it, else the next of the
// rule; "" when none is left or wanted.
func (r *Rule) after(channel string, c Contact) string {
	l := r.channels()
	at := slices.Index(l, channel)
	if at < 0 {
		return ""
	}
	for _, ch := range l[at:] {
		if c.Reach[ch] && !c.Preference.Channels[ch] {
			return ch
		}
	}
	return ""
}

// notTwice refuses what waits instead of a question that was answered after all.
func (s *Store) notTwice(ctx context.Context, tx *record.Tx, id InvitationID) error {
	for range hopsMost {
		if id == 0 {
			return nil
		}
		i, err := find(ctx, tx, id)
		if notFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		if i.State == Planned || i.State == Held {
			i.State, i.Why, i.Due = Refused, ByAnswer, time.Time{}
			if err := s.update(ctx, tx, i); err != nil {
				return err
			}
		}
		id = i.Next
	}
	return nil
}
