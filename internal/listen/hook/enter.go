package hook

import (
	"context"
	"maps"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/people"
)

// Amended is the verdict of a conversation that was known and learnt something more.
const Amended collect.Verdict = "amended"

// Enter brings a conversation in, or adds what is new to what is known of it: scores replace those of the same metric,
// attributes too, words already there are not said twice.
func Enter(ctx context.Context, door *collect.Door, in collect.Incoming) (collect.Outcome, error) {
	out, err := door.Put(ctx, "", in)
	if err != nil || out.Verdict != collect.Conflicting {
		return out, err
	}
	// The program itself reads what it adds to; nothing of it is shown to anybody.
	l, err := door.Feedbacks(ctx, people.Whole(), []cx.FeedbackID{out.ID})
	if err != nil {
		return out, err
	}
	a := collect.Amendment{Scores: map[string]any{}, Attributes: maps.Clone(in.Attributes)}
	for key, v := range in.Scores {
		a.Scores[key] = v
	}
	if len(l) == 1 {
		all := slices.Clone(l[0].Verbatims)
		for _, v := range in.Verbatims {
			if !slices.Contains(all, v) {
				all = append(all, v)
			}
		}
		if len(all) > len(l[0].Verbatims) {
			a.Verbatims = all
		}
	}
	if len(a.Scores) == 0 && len(a.Attributes) == 0 && a.Verbatims == nil {
		return collect.Outcome{Verdict: collect.Duplicate, ID: out.ID}, nil
	}
	if _, err := door.Amend(ctx, out.ID, a); err != nil {
		return out, err
	}
	return collect.Outcome{Verdict: Amended, ID: out.ID}, nil
}
