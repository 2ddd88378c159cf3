package response

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/survey"
)

// What a survey says of its answer beside the answers, as attributes of the feedback.
const (
	PartialAttribute  = "survey.partial"        // not answered to its end
	CallbackAttribute = "survey.callback"       // wants to be called back: one of Slots
	ReachAttribute    = "survey.callback_phone" // the number or the address given for it: personal
	QuoteAttribute    = "survey.quote"          // agrees to be quoted
	ConsentAttribute  = "survey.consent."       // and a purpose: the box was ticked
)

// enter tells the door what the response says by now: a feedback the first time there is a score or a verbatim, then
// amendments of it. When somebody changed the response meanwhile, what is present is told again: whoever is last tells
// the present, so that the feedback ends up saying what the response says.
func (d *Desk) enter(ctx context.Context, r *Response) error {
	for range 5 {
		in := r.incoming()
		if r.Feedback == 0 && len(in.Scores) == 0 && len(in.Verbatims) == 0 && len(in.Media) == 0 {
			return d.settled(ctx, r)
		}
		if err := d.tell(ctx, r, in); err != nil {
			return err
		}
		if err := d.tellConsents(ctx, r); err != nil {
			return err
		}
		if err := d.settled(ctx, r); err != nil {
			return err
		}
		now, err := find(ctx, d.d.DB, `id = ?`, r.ID)
		if err != nil {
			return err
		}
		if now.revision == r.revision {
			return nil
		}
		now.Version, now.Number = r.Version, r.Number
		*r = *now
	}
	return cx.Fail(cx.Unavailable, "", "collect.unavailable")
}

func (d *Desk) tell(ctx context.Context, r *Response, in collect.Incoming) error {
	if r.Feedback == 0 {
		out, err := d.d.Door.Put(ctx, "", in)
		if err != nil {
			return err
		}
		switch out.Verdict {
		case collect.Rejected:
			return fmt.Errorf("response %d is refused by the door: %w", r.ID, collect.Problems(out.Errors))
		case collect.Gone:
			return cx.Fail(cx.NotFound, "", "collect.unknown_feedback")
		}
		r.Feedback = out.ID
		known := out.Verdict == collect.Conflicting || out.Verdict == collect.Duplicate && r.Version.Audience == cx.Employees // of whom no content is compared
		if !known {
			return nil
		}
	}
	if len(in.Scores) == 0 && len(in.Verbatims) == 0 && len(in.Media) == 0 {
		return nil // everything was taken back: a feedback says something or is erased, which is asked for elsewhere
	}
	_, err := d.d.Door.Amend(ctx, r.Feedback, r.amendment(in))
	if r.Version.Audience == cx.Employees && cx.KindOf(err) == cx.Conflict {
		return nil // told too late, after a stop of the program: figures show what was said before
	}
	return err
}

// incoming is the feedback that the response is.
func (r *Response) incoming() collect.Incoming {
	v := r.Version
	reply := v.Reply(r.Known(), r.Passed)
	in := collect.Incoming{
		Source: "survey:" + string(r.Survey), SourceID: strconv.FormatInt(r.ID, 10), At: r.Started,
		Touchpoint: r.Touchpoint, Channel: r.Channel, CollectedBy: r.CollectedBy, Program: string(v.Program), Audience: string(v.Audience),
		Contact: r.Contact, Customer: r.Customer, Unit: r.Unit, Agent: r.Agent, Lang: r.Language,
		Survey: survey.Version{Definition: *v, N: r.Number}.Name(), Scores: collect.Scores{}, Verbatims: reply.Verbatims, Attributes: maps.Clone(r.Attributes),
	}
	if in.Touchpoint == "" {
		in.Touchpoint = string(v.Touchpoint)
	}
	for _, id := range reply.Files {
		in.Media = append(in.Media, cx.MediaID(id))
	}
	for m, value := range reply.Scores {
		in.Scores[string(m)] = value
	}
	if in.Attributes == nil {
		in.Attributes = map[string]any{}
	}
	maps.Copy(in.Attributes, reply.Attributes)
	if r.State == Open {
		in.Attributes[PartialAttribute] = true
	}
	for _, purpose := range reply.Consents {
		in.Attributes[ConsentAttribute+purpose] = true
	}
	if reply.Callback != nil {
		callBack(in.Attributes, reply.Callback.Slot, reply.Callback.Text)
	}
	if r.After.Callback {
		callBack(in.Attributes, r.After.Slot, r.After.Reach)
	}
	if r.After.Quote {
		in.Attributes[QuoteAttribute] = true
	}
	r.After.texted(&in)
	return in
}

// callBack says when a person wants to be called back, and where when they said so.
func callBack(attributes map[string]any, slot, reach string) {
	attributes[CallbackAttribute] = cmp.Or(slot, Slots[0])
	if reach != "" {
		attributes[ReachAttribute] = reach
	}
}

// amendment makes the feedback say what in says: what was said before and is no longer goes.
func (r *Response) amendment(in collect.Incoming) collect.Amendment {
	a := collect.Amendment{Scores: map[string]any{}, Attributes: map[string]any{PartialAttribute: nil, CallbackAttribute: nil, ReachAttribute: nil, QuoteAttribute: nil, DoubtAttribute: nil}, Verbatims: in.Verbatims}
	if a.Verbatims == nil {
		a.Verbatims = []cx.Verbatim{}
	}
	if a.Media = in.Media; a.Media == nil {
		a.Media = []cx.MediaID{}
	}
	metrics, attributes := r.Version.Says()
	for _, m := range metrics {
		a.Scores[string(m)] = nil
	}
	for _, key := range attributes {
		a.Attributes[key] = nil
	}
	for _, q := range r.Version.Questions() {
		if q.Kind == survey.Consent {
			a.Attributes[ConsentAttribute+q.Purpose] = nil
		}
	}
	for key, value := range in.Scores {
		a.Scores[key] = value
	}
	maps.Copy(a.Attributes, in.Attributes)
	return a
}
