package demo

import (
	"context"
	"fmt"
	"iter"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/note"
)

// noter hears the story and keeps what advisers note of the answers they had to give: the rule of moving house makes
// fatalists.
type noter struct {
	since  time.Time
	agents map[string]string // contact → who served
	notes  []note.Sent
}

// notedDays back from now: what is older is of no use to a list that is read each week.
const notedDays = 120

func newNoter(now time.Time) *noter {
	return &noter{since: now.AddDate(0, 0, -notedDays), agents: map[string]string{}}
}

// hear passes the story on.
func (n *noter) hear(story iter.Seq[collect.Incoming]) iter.Seq[collect.Incoming] {
	return func(yield func(collect.Incoming) bool) {
		for in := range story {
			if in.At.After(n.since) {
				n.keep(in)
			}
			if !yield(in) {
				return
			}
		}
	}
}

func (n *noter) keep(in collect.Incoming) {
	if in.Contact == "" {
		return
	}
	if in.Agent != "" {
		n.agents[in.Contact] = in.Agent
	}
	value, noted := in.Scores["answer_given"]
	if !noted || n.agents[in.Contact] == "" {
		return
	}
	x := note.Sent{At: in.At, Contact: in.Contact, Touchpoint: cx.TouchpointID(in.Touchpoint), Unit: cx.UnitID(in.Unit), Agent: n.agents[in.Contact], Value: int(value)}
	switch {
	case in.Touchpoint == "moving" && x.Value <= note.PoorTo:
		x.Rule = note.Imposed
	case in.Touchpoint == "moving" && x.Value < note.GoodFrom:
		x.Rule = note.Followed
	}
	n.notes = append(n.notes, x)
}

// tell hands the notes in, once the works council's consultation is recorded.
func (n *noter) tell(ctx context.Context, d Deps) error {
	if d.At == nil {
		return nil
	}
	h, err := d.At(d.Now)
	if err != nil {
		return err
	}
	for _, x := range n.notes {
		if _, _, err := h.Notes.Take(ctx, x); err != nil {
			return fmt.Errorf("demo: adviser's note: %w", err)
		}
	}
	d.Log.Info("demo advisers' notes told", "notes", len(n.notes))
	return nil
}
