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
