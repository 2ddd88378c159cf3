package journey

import (
	"context"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// Transfer is a touchpoint that goes from one journey to another. Its key stays, and with it all that was said there.
type Transfer struct {
	Touchpoint cx.TouchpointID
	From, To   cx.JourneyID
	Stage      cx.StageID // of To
	Place      int        // among the stage's touchpoints; a place beyond the ends is the end
	By         string
	// Base is the version of From that it was decided on: it is refused (Conflict) when From has another by now.
	Base int64
}

// Transferred are the versions that both journeys have after a Transfer.
type Transferred struct{ From, To int64 }

// Move carries a transfer out: both journeys change at once, or none.
func (s *Store) Move(ctx context.Context, t Transfer) (Transferred, error) {
	var out Transferred
	err := s.write(ctx, func(tx *record.Tx) error {
		present, err := load(ctx, tx)
		if err != nil {
			return err
		}
		from, to, err := t.journeys(present)
		if err != nil {
			return err
		}
		drafts := []Draft{{Journey: from, By: t.By, Base: &t.Base, Origin: "transfer", At: s.now()}, {Journey: to, By: t.By, Origin: "transfer", At: s.now()}}
		for n, kept := range []*int64{&out.From, &out.To} {
			version, err := upToDate(ctx, tx, present, drafts[n])
			if err != nil {
				return err
			}
			if *kept, err = s.keep(ctx, tx, drafts[n], version); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// journeys gives both journeys as the transfer makes them.
func (t Transfer) journeys(present *Journeys) (from, to Journey, err error) {
	if t.From == t.To {
		return from, to, cx.Fail(cx.Invalid, "to", "journey.same_journey")
	}
	if from, err = present.Journey(t.From); err != nil {
		return from, to, err
	}
	if to, err = present.Journey(t.To); err != nil {
		return from, to, err
	}
	from, to = from.Clone(), to.Clone()
	stage, n, err := from.Find(t.Touchpoint)
	if err != nil {
		return from, to, err
	}
	one := from.Stages[stage].Touchpoints[n]
	if err := from.RemoveTouchpoint(t.Touchpoint); err != nil {
		return from, to, err
	}
	if _, err := to.AddTouchpoint(t.Stage, one, nil); err != nil {
		return from, to, err
	}
	return from, to, to.MoveTouchpoint(t.Touchpoint, t.Stage, t.Place)
}
