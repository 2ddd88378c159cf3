package customer

import (
	"context"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// The topics of consent. Each is another consent: who answers surveys agreed to no offer, and to no quote.
const (
	Survey    = "survey"    // being asked, on any channel
	Contact   = "contact"   // being called back about what was said
	Testimony = "testimony" // being quoted in public
	Marketing = "marketing" // commercial messages
)

// Topics gives those that are asked here, in the order they are shown; sources may send others.
func Topics() []string { return []string{Survey, Contact, Testimony, Marketing} }

// Sources gives how an answer to a topic may have come.
func Sources() []string {
	return []string{"phone", "letter", "email", "form", "in_person", "survey", "tool"}
}

// Consent is what a person said to one topic, how it came, and its proof.
type Consent struct {
	Granted bool      `json:"granted"`
	At      time.Time `json:"at"`
	Source  string    `json:"source,omitempty"` // of Sources, or a tool's own word; "" not said
	Proof   string    `json:"proof,omitempty"`
}

// proofMost characters of a proof are kept.
const proofMost = 1000

// Consents keeps what a person said to a topic. One older than what is known, or a yes of the same moment as a no, changes
// nothing.
func (r *Reference) Consents(ctx context.Context, id cx.PersonID, topic string, c Consent) error {
	_, err := r.consents(ctx, id, topic, c)
	return err
}

// NoteConsent keeps what somebody of the house was told: with the topic, the moment, the source and, for a yes, its
// proof. Refused with the field; one that is older than what is known is a Conflict.
func (r *Reference) NoteConsent(ctx context.Context, id cx.PersonID, topic string, c Consent) error {
	c.Proof = strings.TrimSpace(c.Proof)
	if err := c.check(r.now()); err != nil {
		return err
	}
	kept, err := r.consents(ctx, id, topic, c)
	if err == nil && !kept {
		return cx.Fail(cx.Conflict, "at", "customer.consent.older")
	}
	return err
}

func (c Consent) check(now time.Time) error {
	switch {
	case c.At.IsZero() || c.At.After(now):
		return cx.Fail(cx.Invalid, "at", "customer.consent.when")
	case c.Source == "":
		return cx.Fail(cx.Invalid, "source", "customer.consent.source_needed")
	case c.Granted && c.Proof == "":
		return cx.Fail(cx.Invalid, "proof", "customer.consent.proof_needed")
	case len(c.Proof) > proofMost:
		return cx.Fail(cx.Invalid, "proof", "people.too_long", "max", proofMost)
	}
	return nil
}

func (r *Reference) consents(ctx context.Context, id cx.PersonID, topic string, c Consent) (kept bool, err error) {
	err = r.db.Write(ctx, func(tx *record.Tx) error {
		kept = false
		rows, err := loadRows(ctx, tx, []int64{int64(id)})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return unknown()
		}
		p := rows[0]
		if old, said := p.Consent[topic]; said && !stricter(c, old) {
			return nil
		}
		if p.Consent == nil {
			p.Consent = map[string]Consent{}
		}
		p.Consent[topic], kept = c, true
		return writePersons(ctx, tx, []*row{p})
	})
	return kept, err
}
