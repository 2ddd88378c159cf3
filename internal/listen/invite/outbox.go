package invite

import (
	"context"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
)

// Outbox takes messages in the place of mail servers and gateways: with one, nothing leaves this machine.
type Outbox interface {
	// Take keeps a message and tells what becomes of it, with the words a server would say.
	Take(ctx context.Context, w Written) (Fate, string)
}

// Written is a message as it is written.
type Written struct {
	Letter
	Subject, HTML string // of an e-mail
	Text          string
	// Answer and Preferences are the paths of the pages its links lead to.
	Answer, Preferences string
}

// keptLetters are marked as leaving at once for an outbox, where no crash leaves anybody unsure for long.
const keptLetters = 100

// Keep gives every message to box from now on; nothing leaves. Before Start, or without it.
func (e *Engine) Keep(box Outbox) { e.box = box }

// Keeps tells whether messages are kept on this machine instead of being sent.
func (e *Engine) Keeps() bool { return e.box != nil }

func (e *Engine) ready() map[string]bool {
	if e.box != nil {
		return map[string]bool{Email: true, SMS: true}
	}
	return e.lines.ready()
}

// keepAll gives messages to the outbox one after the other, so that the same day is the same to the last letter.
func (e *Engine) keepAll(ctx context.Context, l []Letter) []Result {
	results := make([]Result, len(l))
	for i := range l {
		results[i] = e.sendOne(ctx, l[i])
	}
	return results
}

// written puts a letter in words.
func (s *sheet) written(domain string) (Written, error) {
	w := Written{Letter: s.Letter, Answer: s.Link, Preferences: s.Leave}
	if s.Channel == SMS {
		w.Text = s.sms().Text
		return w, nil
	}
	m, err := s.mail(domain)
	w.Subject, w.Text, w.HTML = m.Subject, m.Text, m.HTML
	return w, err
}

// Invitation gives one that the viewer's people have, or NotFound.
func (s *Store) Invitation(ctx context.Context, scope people.Scope, id InvitationID) (Invitation, error) {
	missing := cx.Fail(cx.NotFound, "", "invite.unknown")
	where, args, seen := within(scope.People())
	if !seen {
		return Invitation{}, missing
	}
	l, err := invitations(ctx, s.d.DB, where+` AND id = ?`, append(args, int64(id))...)
	if err != nil {
		return Invitation{}, err
	}
	if len(l) == 0 {
		return Invitation{}, missing
	}
	return l[0], nil
}

// Written gives the last message that left for an invitation, put in words by its rule and its version of the survey as they
// are today, without its personal links unless messages are kept here; NotFound when none left, or when its person was erased.
func (e *Engine) Written(ctx context.Context, i Invitation) (Written, error) {
	missing := cx.Fail(cx.NotFound, "", "invite.unknown")
	if i.Away.IsZero() || i.Channel == Link || i.Identity == 0 {
		return Written{}, missing
	}
	rule, err := e.d.Store.Rule(ctx, i.Rule)
	if err != nil {
		return Written{}, err
	}
	c, err := e.d.Store.Channels(ctx)
	if err != nil {
		return Written{}, err
	}
	who, err := e.d.Store.d.Customers.Customers(ctx, people.Whole(), []cx.IdentityID{i.Identity})
	if err != nil {
		return Written{}, err
	}
	p, known := who[i.Identity]
	if !known {
		return Written{}, missing
	}
	i.Round = max(i.Round-1, 0)
	l := Letter{Invitation: i, Person: p.ID, To: addressOf(p, i.Channel), Name: p.Name, Rule: &rule.Rule}
	s, err := e.words(ctx, l, c.Base)
	if err != nil {
		return Written{}, err
	}
	if s.Link, err = e.d.Where(ctx, s.Letter); err != nil {
		return Written{}, err
	}
	if !e.Keeps() { // who has its links may answer, and object, in the person's place
		s.Link, s.Leave = "/s/…", "/p/…"
	}
	return s.written(domainOf(c.from()))
}

func (c *Channels) from() string {
	if c.Mail == nil {
		return ""
	}
	return c.Mail.From.Email
}

// addressOf gives where a person is written to by a channel, "" when it is known no more.
func addressOf(p customer.Person, channel string) string {
	for _, one := range p.Identities {
		if channelOf(one.Kind) == channel {
			return one.Value
		}
	}
	return ""
}
