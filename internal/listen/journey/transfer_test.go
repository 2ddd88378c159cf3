package journey

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// keysOf lists the touchpoints of a journey in their order.
func keysOf(t *testing.T, s *Store, key cx.JourneyID) []cx.TouchpointID {
	t.Helper()
	v, err := s.Version(t.Context(), key, 0)
	if err != nil {
		t.Fatal(err)
	}
	var l []cx.TouchpointID
	for _, stage := range v.Journey.Stages {
		for _, one := range stage.Touchpoints {
			l = append(l, one.Key)
		}
	}
	return l
}

func TestATouchpointGoesToAnotherJourneyAtOnceOrNotAtAll(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		s, ctx, none := store(db), t.Context(), int64(0)
		from, err := s.Save(ctx, Draft{Journey: sample("a", "a1", "a2"), By: "anne", Base: &none})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Save(ctx, Draft{Journey: sample("b", "b1", "b2"), By: "anne", Base: &none}); err != nil {
			t.Fatal(err)
		}
		stage := sample("b").Stages[0].Key
		move := Transfer{Touchpoint: "a2", From: "a", To: "b", Stage: stage, Place: 1, By: "anne", Base: from}
		for name, change := range map[string]struct {
			to   func(*Transfer)
			kind cx.Kind
		}{
			"an unseen version":   {func(t *Transfer) { t.Base-- }, cx.Conflict},
			"the same journey":    {func(t *Transfer) { t.To = "a" }, cx.Invalid},
			"an unknown journey":  {func(t *Transfer) { t.To = "z" }, cx.NotFound},
			"an unknown stage":    {func(t *Transfer) { t.Stage = "z" }, cx.NotFound},
			"a touchpoint it has": {func(t *Transfer) { t.Touchpoint = "b1" }, cx.NotFound},
		} {
			x := move
			change.to(&x)
			if _, err := s.Move(ctx, x); cx.KindOf(err) != change.kind {
				t.Errorf("%s: %v", name, err)
			}
		}
		if d := cmp.Diff([]cx.TouchpointID{"a1", "a2"}, keysOf(t, s, "a")); d != "" {
			t.Errorf("a refused transfer changed it: %s", d)
		}
		out, err := s.Move(ctx, move)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([][]cx.TouchpointID{{"a1"}, {"b1", "a2", "b2"}}, [][]cx.TouchpointID{keysOf(t, s, "a"), keysOf(t, s, "b")}); d != "" {
			t.Error(d)
		}
		back := Transfer{Touchpoint: "a2", From: "b", To: "a", Stage: sample("a").Stages[0].Key, Place: 1, By: "anne", Base: out.To}
		if _, err := s.Move(ctx, back); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]cx.TouchpointID{"a1", "a2"}, keysOf(t, s, "a")); d != "" {
			t.Errorf("taken back: %s", d)
		}
	})
}
