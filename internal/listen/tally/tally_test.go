package tally_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/tally"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func id(n int) string { return fmt.Sprintf("%032x", n) }

func TestTapsAreCountedOnceAndTakenBack(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx, on := t.Context(), false
		s := tally.New(db, func(context.Context) (bool, error) { return on, nil })
		today := time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)
		if err := s.SetReasons(ctx, []string{"Facture", " Panne  internet ", "Facture", ""}); err != nil {
			t.Fatal(err)
		}
		if err := s.Tap(ctx, tally.Tap{ID: id(1), Reason: "facture", Unit: "lille"}, today); cx.KindOf(err) != cx.Conflict {
			t.Errorf("before the consultation: %v", err)
		}
		on = true
		for _, x := range []struct {
			tap  tally.Tap
			kind cx.Kind
		}{
			{tally.Tap{ID: id(1), Reason: "facture", Unit: "lille", Day: "2026-03-10"}, 0},
			{tally.Tap{ID: id(1), Reason: "facture", Unit: "lille", Day: "2026-03-10"}, 0},         // sent again
			{tally.Tap{ID: id(2), Reason: "panne-internet", Unit: "nantes", Day: "2026-03-08"}, 0}, // waited for the network
			{tally.Tap{ID: id(3), Reason: "facture", Unit: "lille", Day: "2020-01-01"}, 0},         // a clock gone wrong
			{tally.Tap{ID: id(4), Reason: "facture", Unit: "lille", Day: "2026-03-10"}, 0},
			{tally.Tap{ID: "x", Reason: "facture"}, cx.Invalid},
			{tally.Tap{ID: id(5), Reason: "none"}, cx.Invalid},
		} {
			if err := s.Tap(ctx, x.tap, today); cx.KindOf(err) != x.kind && !(err == nil && x.kind == 0) {
				t.Errorf("%+v: %v", x.tap, err)
			}
		}
		for range 2 {
			if err := s.Undo(ctx, id(4), "lille"); err != nil {
				t.Error(err)
			}
		}
		if err := s.Undo(ctx, id(2), "lille"); err != nil { // another unit's
			t.Error(err)
		}
		got, err := s.Counts(ctx, people.Whole(), "2026-03-01", "2026-03-31")
		want := map[string]int{"facture 2026-03-10": 2, "panne-internet 2026-03-08": 1}
		if err != nil || cmp.Diff(want, byDay(got)) != "" {
			t.Errorf("%v, %v", got, err)
		}
		if got, err := s.Counts(ctx, people.Scope{}, "2026-03-01", "2026-03-31"); err != nil || len(got) != 0 {
			t.Errorf("who sees nothing sees %v, %v", got, err)
		}
		if err := s.SetReasons(ctx, []string{"Facture"}); err != nil {
			t.Fatal(err)
		}
		if err := s.Tap(ctx, tally.Tap{ID: id(6), Reason: "panne-internet"}, today); cx.KindOf(err) != cx.Invalid {
			t.Errorf("a retired reason is counted: %v", err)
		}
		all, err := s.Reasons(ctx, true)
		if err != nil || len(all) != 2 || all[0].Key != "facture" || !all[1].Retired {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

func byDay(l []tally.Count) map[string]int {
	out := map[string]int{}
	for _, c := range l {
		out[c.Reason+" "+c.Day] += c.N
	}
	return out
}
