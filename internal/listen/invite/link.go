package invite

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/record"
)

// Wanted is a link asked for one customer, to be sent by one's own means: the JSON of POST /api/v1/invitations.
type Wanted struct {
	Survey     cx.SurveyID       `json:"survey"`
	Customer   *collect.Customer `json:"customer"`
	Touchpoint string            `json:"touchpoint,omitempty"`
	Unit       string            `json:"unit,omitempty"`
	Contact    string            `json:"contact,omitempty"`
	Lang       string            `json:"lang,omitempty"`
	Attributes map[string]any    `json:"attributes,omitempty"`
	// CollectedBy is how the question is put, when it is not by a page: "ivr", "interviewer"…
	CollectedBy string `json:"collected_by,omitempty"`
	// ID is the sender's number: the same one again gives the same invitation.
	ID string `json:"id,omitempty"`
}

// linkRule stands for the rule of links asked for.
const linkRule = "api"

// Want applies the policy to a link asked for. The letter has no state but Sent (the link may be given), or Refused and why:
// what a rule would hold until later is refused, with when it is allowed.
func (s *Store) Want(ctx context.Context, w Wanted) (Letter, error) {
	h := Happening{Event: linkRule, At: s.d.Now(), Customer: w.Customer, Touchpoint: w.Touchpoint, Unit: w.Unit, Contact: w.Contact, Lang: w.Lang, Attributes: w.Attributes, ID: w.ID}
	if l := h.Check(s.d.Now()); len(l) > 0 {
		return Letter{}, joined(l)
	}
	if w.CollectedBy != "" && !slices.Contains(cx.Collections, w.CollectedBy) {
		return Letter{}, cx.Fail(cx.Invalid, "collected_by", "invite.word", "value", w.CollectedBy)
	}
	a, err := s.surveys().of(ctx, w.Survey)
	if err != nil {
		return Letter{}, err
	}
	if !a.asking {
		return Letter{}, cx.Fail(cx.NotFound, "survey", "survey.unknown", "key", string(w.Survey))
	}
	t, err := s.snapshot.Present(ctx)
	if err != nil {
		return Letter{}, err
	}
	once := "a:" + rand.Text()
	if w.ID != "" {
		key, err := s.hash(ctx, "link\x00"+string(w.Survey)+"\x00"+w.ID)
		if err != nil {
			return Letter{}, err
		}
		once = "a:" + hex.EncodeToString(key)
	}
	if err := s.d.Customers.Open(ctx); err != nil {
		return Letter{}, unavailable(err)
	}
	place, err := s.placing(ctx)
	if err != nil {
		return Letter{}, unavailable(err)
	}
	w.Touchpoint, w.Unit = place(w.Touchpoint, w.Unit)
	i := Invitation{Rule: linkRule, Once: once, Survey: w.Survey, Program: a.program, Channel: Link, Touchpoint: w.Touchpoint, Unit: w.Unit, State: Planned}
	i.Said = Said{Contact: w.Contact, Lang: w.Lang, Attributes: w.Attributes, CollectedBy: w.CollectedBy}
	var out Letter
	for range 3 {
		err := s.d.DB.Write(ctx, func(tx *record.Tx) error {
			var err error
			out, err = s.want(ctx, tx, t, i, w.Customer)
			return err
		})
		if !errors.Is(err, customer.ErrMet) {
			return out, unavailable(err)
		}
	}
	return Letter{}, unavailable(customer.ErrMet)
}

func (s *Store) want(ctx context.Context, tx *record.Tx, t *tables, i Invitation, c *collect.Customer) (Letter, error) {
	if _, err := tx.Next(ctx, lock, 1); err != nil {
		return Letter{}, err
	}
	known, err := invitations(ctx, tx, `rule = ? AND once = ?`, i.Rule, i.Once)
	if err != nil || len(known) > 0 {
		if err == nil {
			return Letter{Invitation: known[0]}, nil
		}
		return Letter{}, err
	}
	now := s.d.Now().UTC()
	who, err := s.d.Customers.Resolve(ctx, tx, []*customer.Known{{Ref: c.Ref, Email: c.Email, Phone: c.Phone, Name: c.Name, Status: c.Status, At: now}})
	if err != nil {
		return Letter{}, err
	}
	i.Identity, i.Planned, i.Due, i.Latest = who[0].Identity, now, now, now.Add(day)
	if i.Identity == 0 {
		return Letter{}, cx.Fail(cx.Invalid, "customer", "collect.customer_unnamed")
	}
	l := []Invitation{i}
	if _, err := s.insert(ctx, tx, l); err != nil {
		return Letter{}, err
	}
	g, err := s.gate(ctx, tx, t, l)
	if err != nil {
		return Letter{}, err
	}
	g.now, g.ready = now, map[string]bool{Link: true}
	if _, err := g.decide(ctx, &l[0]); err != nil {
		return Letter{}, err
	}
	one := &l[0]
	switch one.State {
	case Leaving:
		one.State, one.Sent, one.Leaving, one.Round = Sent, now, time.Time{}, 1
	case Held:
		one.State, one.Due = Refused, time.Time{}
	}
	return Letter{Invitation: *one, Person: who[0].Person}, s.update(ctx, tx, one)
}

// Asked gives an invitation that was given out and may be answered: NotFound for none, Conflict for one that was not.
func (s *Store) Asked(ctx context.Context, id InvitationID) (Invitation, error) {
	l, err := invitations(ctx, s.d.DB, `id = ?`, int64(id))
	switch {
	case err != nil:
		return Invitation{}, err
	case len(l) == 0:
		return Invitation{}, cx.Fail(cx.NotFound, "", "invite.unknown")
	case !l[0].State.out():
		return Invitation{}, cx.Fail(cx.Conflict, "", "invite.not_asked")
	}
	return l[0], nil
}
