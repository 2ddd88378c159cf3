package collect_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// employee says something of their own work, with all that a tool might tell of them.
func employee(n int) collect.Incoming {
	in := feedback(n)
	in.Audience, in.Agent, in.Contact = "employee", "lea", "call-1"
	in.Customer = &collect.Customer{Ref: "E42", Email: "lea@example.com", Name: "Léa", Attributes: map[string]any{"team": "A"}}
	return in
}

func TestAnEmployeesAnswerKeepsNobody(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, h := open(t, db)
		in := employee(1)
		in.At = time.Date(2026, 3, 4, 10, 11, 12, 0, time.UTC)
		out := put(t, d, in)
		stored, err := d.Present(ctx, []int64{int64(out.ID)})
		if err != nil || len(stored) != 1 {
			t.Fatal(stored, err)
		}
		f, err := collect.Decode(stored[0])
		if err != nil {
			t.Fatal(err)
		}
		monday := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
		got := []any{f.At, stored[0].At, f.Received == cx.Week(today), f.Identity, f.Agent, f.Contact, f.SourceID, f.Attributes["team"], f.Respondent != ""}
		want := []any{monday, monday, true, cx.IdentityID(0), "", "", "", nil, true}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if _, err := h.customers.Find(ctx, people.Whole(), "E42"); cx.KindOf(err) != cx.NotFound {
			t.Errorf("an employee became a customer: %v", err)
		}
		if again := put(t, d, in); again.Verdict != collect.Duplicate || again.ID != out.ID {
			t.Errorf("sent again: %+v", again)
		}
		if seen, err := d.Feedbacks(ctx, people.Whole(), []cx.FeedbackID{out.ID}); len(seen) != 0 || err != nil {
			t.Errorf("a row of an employee: %v %v", seen, err)
		}
	})
}

func TestAnEmployeesAnswerThatFiguresMayShowChangesNoMore(t *testing.T) {
	d, _ := open(t, recordtest.SQLite(t))
	past, present := employee(1), employee(2)
	past.At, present.At = today.AddDate(0, -3, 0), today
	six := collect.Amendment{Scores: map[string]any{"nps": 6.0}}
	if _, err := d.Amend(ctx, put(t, d, past).ID, six); cx.KindOf(err) != cx.Conflict {
		t.Errorf("a closed month's answer changed: %v", err)
	}
	if _, err := d.Amend(ctx, put(t, d, present).ID, six); err != nil {
		t.Errorf("this month's: %v", err)
	}
}

// staffed opens a door whose clock the test turns.
func staffed(t *testing.T, db *record.DB) (*collect.Door, *time.Time) {
	t.Helper()
	h, now := newHouse(db), today
	h.now = func() time.Time { return now }
	return start(t, h, collect.Config{Dir: t.TempDir(), Sweep: time.Hour}), &now
}

func decoded(t *testing.T, d *collect.Door, id cx.FeedbackID) cx.Feedback {
	t.Helper()
	stored, err := d.Present(ctx, []int64{int64(id)})
	if err != nil || len(stored) != 1 {
		t.Fatal(stored, err)
	}
	f, err := collect.Decode(stored[0])
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWhatAnEmployeeAnsweredCannotBeTried(t *testing.T) {
	d, _ := open(t, recordtest.SQLite(t))
	first := put(t, d, employee(1))
	for score := range 11 {
		again := employee(1)
		again.Scores = collect.Scores{"nps": float64(score)}
		if got := put(t, d, again); got.Verdict != collect.Duplicate || got.ID != first.ID {
			t.Errorf("score %d: %+v", score, got)
		}
		again.Audience, again.Customer, again.Agent, again.Contact = "", nil, "", ""
		if got := put(t, d, again); got.Verdict != collect.Conflicting {
			t.Errorf("score %d as a customer's: %+v", score, got)
		}
	}
	lines := []collect.Line{{Number: 1, Incoming: employee(1)}}
	lines[0].Incoming.Scores = collect.Scores{"nps": 3}
	if got, err := d.Check(ctx, lines); err != nil || got[0].Verdict != collect.Duplicate {
		t.Errorf("rehearsed: %+v %v", got, err)
	}
}

func TestAnEmployeesAnswerStaysWhereFiguresShowedIt(t *testing.T) {
	d, now := staffed(t, recordtest.SQLite(t))
	in := employee(1)
	in.At, in.Unit = today.AddDate(0, -3, 0), "N1"
	id := put(t, d, in).ID
	alias := func() {
		t.Helper()
		if n, err := d.Alias(ctx, "unit", "N1", "north"); err != nil || n != 1 {
			t.Fatal(n, err)
		}
	}
	alias()
	if n, err := d.Unalias(ctx, "unit", "N1"); n != 1 || err != nil {
		t.Errorf("before figures show it: %d %v", n, err)
	}
	alias()
	*now = now.AddDate(0, 0, 14)
	if n, err := d.Unalias(ctx, "unit", "N1"); n != 0 || err != nil {
		t.Errorf("once figures show it: %d %v", n, err)
	}
	if f := decoded(t, d, id); f.Unit != "north" || f.State != cx.Live {
		t.Errorf("it is in %q, %v", f.Unit, f.State)
	}
}

func TestAFileOfEmployeesIsTakenBackUntilFiguresShowIt(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, now := staffed(t, db)
		bring := func(by cx.ImportID, n int, age int) {
			t.Helper()
			in := employee(n)
			in.At = now.AddDate(0, -age, 0)
			if out, err := d.Bring(ctx, by, []collect.Line{{Number: 1, Incoming: in}}); err != nil || out[0].Verdict != collect.Accepted {
				t.Fatal(out, err)
			}
		}
		bring(1, 1, 6)
		if err := d.Takeback(ctx, 1, nil); err != nil {
			t.Errorf("on the day it came: %v", err)
		}
		bring(2, 1, 6)
		*now = now.AddDate(0, 0, 14)
		if err := d.Takeback(ctx, 2, nil); cx.KindOf(err) != cx.Conflict {
			t.Errorf("two weeks later: %v", err)
		}
		if n, err := d.Count(ctx); n[cx.Live] != 1 || err != nil {
			t.Errorf("left: %v %v", n, err)
		}
	})
}

func TestEmployeesAnswersAreForgottenByWholeYearsAndTheirWordsInTime(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, _ := open(t, db)
		one := func(n, age int) cx.FeedbackID {
			in := employee(n)
			in.At = today.AddDate(0, -age, 0)
			return put(t, d, in).ID
		}
		// today is in March 2026: 24 months ago is March 2024
		of2023, of2024, of2025, fresh := one(1, 30), one(2, 25), one(3, 13), one(4, 1)
		customers := feedback(5)
		customers.At = today.AddDate(0, -25, 0)
		old := put(t, d, customers).ID
		k := collect.Keep{Words: today.AddDate(0, -12, 0), Feedback: today.AddDate(0, -24, 0)}
		want := collect.Aged{Words: 2, Feedback: 2}
		if would, err := d.Aged(ctx, k); would != want || err != nil {
			t.Errorf("would take %+v, %v", would, err)
		}
		if did, err := d.Forget(ctx, k); did != want || err != nil {
			t.Errorf("took %+v, %v", did, err)
		}
		rows, err := d.Present(ctx, []int64{int64(of2023), int64(of2024), int64(of2025), int64(fresh), int64(old)})
		if err != nil {
			t.Fatal(err)
		}
		for n, want := range []struct{ erased, words bool }{{true, false}, {false, false}, {false, false}, {false, true}, {true, false}} {
			if erased := rows[n].State == cx.Erased; erased != want.erased {
				t.Errorf("%d erased: %v", n, erased)
			} else if !erased {
				f, err := collect.Decode(rows[n])
				if err != nil || len(f.Verbatims) > 0 != want.words || len(f.Scores) == 0 {
					t.Errorf("%d: %+v %v", n, f, err)
				}
			}
		}
		if again, err := d.Forget(ctx, k); again != (collect.Aged{}) || err != nil {
			t.Errorf("a second night takes %+v, %v", again, err)
		}
	})
}

func TestErasingAnEmployeesShownAnswerTakesItsWordsAlone(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, now := staffed(t, db)
		shown := put(t, d, employee(1)).ID
		*now = now.AddDate(0, 2, 0)
		fresh := employee(2)
		fresh.At = *now
		present := put(t, d, fresh).ID
		before, err := d.Present(ctx, []int64{int64(shown)})
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []cx.FeedbackID{shown, present} {
			if err := d.Erase(ctx, id); err != nil {
				t.Fatal(err)
			}
		}
		silent := func(when string) {
			t.Helper()
			if f := decoded(t, d, shown); len(f.Verbatims) > 0 || len(f.Scores) != 2 {
				t.Errorf("%s: %+v", when, f)
			}
		}
		silent("erased")
		if rows, err := d.Present(ctx, []int64{int64(present)}); err != nil || rows[0].State != cx.Erased {
			t.Errorf("one that no figure showed: %v %v", rows, err)
		}
		err = db.Write(ctx, func(tx *record.Tx) error { // a backup brings them back
			_, err := tx.Exec(ctx, `UPDATE feedback SET payload = ? WHERE id = ?`, before[0].Payload, int64(shown))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.ReplayErasures(ctx); err != nil {
			t.Fatal(err)
		}
		silent("after a restore")
	})
}
