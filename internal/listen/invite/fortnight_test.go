package invite

import (
	"errors"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// pilotWorld is a rule in pilot, of which ten persons were asked, two answered, one objected and one wants no more.
func pilotWorld(t *testing.T, db *record.DB) *world {
	w := newWorld(t, db)
	ctx := t.Context()
	must(t, w.SaveRule(ctx, "test", Rule{Key: "r", Name: cx.Text{"fr": "R"}, Survey: "delivery", Trigger: Trigger{Event: "order.delivered"},
		Pilot: &survey.Condition{Attribute: "event", In: []string{"order.delivered"}}}, 0))
	must(t, w.Store.Decide(ctx, "user:7", "r", Pilot, "go"))
	for n := range 10 {
		w.happen("order.delivered", n)
	}
	w.planAll()
	letters := w.send()
	if len(letters) != 10 {
		t.Fatalf("%d letters", len(letters))
	}
	w.pass(time.Hour)
	must(t, db.Write(ctx, func(tx *record.Tx) error {
		_, back := w.notify(ctx, tx, Notice{ID: letters[2].ID, Soft: true})
		_, stopped := w.notify(ctx, tx, Notice{ID: letters[3].ID, Stop: true})
		return errors.Join(w.Answered(ctx, tx, letters[0].ID), w.Answered(ctx, tx, letters[1].ID), back, stopped)
	}))
	must(t, w.SetPreference(ctx, letters[4].Person, Preference{Objection: true}, "page"))
	return w
}

func TestAFortnightOfAPilotIsReportedKeptAndDecided(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := pilotWorld(t, db)
		ctx := t.Context()
		all, err := w.Fortnights(ctx, people.Whole(), "r")
		must(t, err)
		want := PilotReport{Thought: 10, Sent: 10, Delivered: 9, Bounced: 1, Rated: 9, Answered: 2, Refused: map[Why]int{}, OptedOut: 1, Objected: 1}
		if d := gocmp.Diff(want, all[0].Report); len(all) != 1 || d != "" || !all[0].Kept.IsZero() {
			t.Fatalf("under way: %d, kept %v (−want +got):\n%s", len(all), all[0].Kept, d)
		}
		if a, err := w.Awaited(ctx); err != nil || len(a) != 0 {
			t.Errorf("awaited before its end: %v, %v", a, err)
		}
		if n, err := w.KeepFortnights(ctx); err != nil || n != 0 {
			t.Errorf("kept before its end: %d, %v", n, err)
		}

		w.pass(14 * 24 * time.Hour)
		if a, err := w.Awaited(ctx); err != nil || !a["r"] {
			t.Errorf("not awaited: %v, %v", a, err)
		}
		for _, fresh := range []int{1, 0} {
			if n, err := w.KeepFortnights(ctx); err != nil || n != fresh {
				t.Errorf("kept %d of %d, %v", n, fresh, err)
			}
		}
		must(t, db.Write(ctx, func(tx *record.Tx) error { return w.Answered(ctx, tx, 6) }))
		all, err = w.Fortnights(ctx, people.Whole(), "r")
		must(t, err)
		if d := gocmp.Diff(want, all[1].Report, cmpopts.EquateEmpty()); len(all) != 2 || d != "" || all[1].Kept.IsZero() {
			t.Fatalf("kept %v, (−want +got):\n%s", all[1].Kept, d)
		}
		w.decides(all[1])
	})
}

// decides takes every decision there is on a fortnight.
func (w *world) decides(f Fortnight) {
	t, ctx := w.t, w.t.Context()
	t.Helper()
	kind := func(j Judged) cx.Kind { return cx.KindOf(w.DecideFortnight(ctx, "user:7", "r", j)) }
	if k := kind(Judged{Began: f.Began, Verdict: GoOn}); k != cx.Conflict {
		t.Errorf("went unchecked: %v", k)
	}
	if k := kind(Judged{Began: f.Began, Verdict: "perhaps"}); k != cx.Invalid {
		t.Errorf("perhaps: %v", k)
	}
	if k := kind(Judged{Began: f.Began.AddDate(0, 0, 1), Verdict: Continue}); k != cx.NotFound {
		t.Errorf("no fortnight of that day: %v", k)
	}
	score := []KeptScore{{Indicator: "nps", N: 2, Value: 50, Low: 0, High: 100}}
	must(t, w.DecideFortnight(ctx, "user:7", "r", Judged{Began: f.Began, Verdict: Adjust, Note: "Shorter words", Scores: score}))
	if k := kind(Judged{Began: f.Began, Verdict: GiveUp}); k != cx.Conflict {
		t.Errorf("decided twice: %v", k)
	}
	all, err := w.Fortnights(ctx, people.Whole(), "r")
	must(t, err)
	if g := all[1]; g.Verdict != Adjust || g.By != "user:7" || g.Decided.IsZero() || g.Report.Note != "Shorter words" || gocmp.Diff(score, g.Report.Scores) != "" {
		t.Errorf("%+v", g)
	}
	if a, err := w.Awaited(ctx); err != nil || len(a) != 0 {
		t.Errorf("awaited though decided: %v, %v", a, err)
	}
	must(t, w.DecideFortnight(ctx, "user:7", "r", Judged{Began: all[0].Began, Verdict: GiveUp, Note: "Nobody answers"}))
	k, err := w.Rule(ctx, "r")
	must(t, err)
	if last := k.Decisions[len(k.Decisions)-1]; k.Stage != Paused || last.Stage != Paused || last.Note != "Nobody answers" {
		t.Errorf("%s, %+v", k.Stage, last)
	}
}

func TestFortnightsBeginWithThePilotUnderWay(t *testing.T) {
	day := func(n int) time.Time { return tuesday.AddDate(0, 0, n) }
	for name, c := range map[string]struct {
		stage     Stage
		decisions []Decided
		days      []int // on which fortnights begin, by day 30
	}{
		"never piloted": {Going, []Decided{{Stage: Going, At: day(0)}}, nil},
		"framing":       {Framing, nil, nil},
		"piloted":       {Pilot, []Decided{{Stage: Pilot, At: day(0)}}, []int{0, 14, 28}},
		"in review":     {Review, []Decided{{Stage: Pilot, At: day(0)}, {Stage: Review, At: day(20)}}, []int{0, 14, 28}},
		"piloted again": {Pilot, []Decided{{Stage: Pilot, At: day(0)}, {Stage: Paused, At: day(5)}, {Stage: Pilot, At: day(20)}}, []int{20}},
		"over":          {Going, []Decided{{Stage: Pilot, At: day(0)}, {Stage: Going, At: day(15)}}, nil},
	} {
		r := Rule{Key: "r", Stage: c.stage, Decisions: c.decisions}
		var got []int
		for _, f := range fortnights(&r, day(30), time.UTC) {
			got = append(got, int(f.Began.Sub(tuesday.Truncate(24*time.Hour)).Hours()/24))
		}
		if d := gocmp.Diff(c.days, got); d != "" {
			t.Errorf("%s (−want +got):\n%s", name, d)
		}
	}
}
