package response

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
)

// Agreed is what a person said yes to while answering, or took back, and when: by topic of consent.
type Agreed struct {
	Granted bool      `json:"granted"`
	At      time.Time `json:"at"`
}

// topicOf gives the topic of consent that a purpose of a survey is.
func topicOf(purpose string) string {
	switch purpose {
	case "recontact":
		return customer.Contact
	case "quote":
		return customer.Testimony
	}
	return purpose
}

// agree notes what the answers now say yes to, and what they no longer do. A box that was never ticked is no refusal.
func (r *Response) agree(now time.Time) {
	if r.Version.Untied() {
		return
	}
	yes := map[string]bool{}
	reply := r.Version.Reply(r.Known(), r.Passed)
	for _, purpose := range reply.Consents {
		yes[topicOf(purpose)] = true
	}
	if reply.Callback != nil || r.After.Callback {
		yes[customer.Contact] = true
	}
	if r.After.Quote {
		yes[customer.Testimony] = true
	}
	for topic := range yes {
		if !r.Agreed[topic].Granted {
			if r.Agreed == nil {
				r.Agreed = map[string]Agreed{}
			}
			r.Agreed[topic] = Agreed{Granted: true, At: now}
		}
	}
	for topic, a := range r.Agreed {
		if a.Granted && !yes[topic] {
			r.Agreed[topic] = Agreed{At: now}
		}
	}
}

// tellConsents tells the reference of customers what the person agreed to. What is known since is not changed.
func (d *Desk) tellConsents(ctx context.Context, r *Response) error {
	if d.d.Customers == nil || len(r.Agreed) == 0 || r.Feedback == 0 {
		return nil
	}
	stored, err := d.d.Door.Present(ctx, []int64{int64(r.Feedback)})
	if err != nil {
		return err
	}
	if len(stored) == 0 || stored[0].Identity == 0 {
		return nil // nobody is known
	}
	known, err := d.d.Customers.Customers(ctx, people.Whole(), []cx.IdentityID{stored[0].Identity})
	if err != nil {
		return err
	}
	person, is := known[stored[0].Identity]
	if !is {
		return nil
	}
	proof := fmt.Sprintf("%s@%d, %d", r.Survey, r.Number, r.ID)
	for _, topic := range slices.Sorted(maps.Keys(r.Agreed)) {
		a := r.Agreed[topic]
		if err := d.d.Customers.Consents(ctx, person.ID, topic, customer.Consent{Granted: a.Granted, At: a.At, Source: "survey", Proof: proof}); err != nil {
			return fmt.Errorf("consent of response %d: %w", r.ID, err)
		}
	}
	return nil
}
