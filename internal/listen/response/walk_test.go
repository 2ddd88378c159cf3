package response_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// answer sends one screen, a little later than the one before.
func (w *world) answer(t response.Token, later time.Duration, said response.Said) *response.Response {
	w.t.Helper()
	w.now = w.now.Add(later)
	r, err := w.Responses.Answer(w.t.Context(), t, said)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func said(key survey.QuestionID, v float64) response.Said {
	return response.Said{Answers: map[survey.QuestionID]survey.Answer{key: num(v)}}
}

type steps map[survey.QuestionID][2]int64 // met, stopped

func stepsOf(a response.Answering) steps {
	out := steps{}
	for _, s := range a.Steps {
		out[s.Question.Key] = [2]int64{s.Met, s.Stopped}
	}
	return out
}

// peopleAnswer has three people answer the contact survey: one to the end in 90 seconds, one as far as "aspects", one who leaves
// after the first question.
func (w *world) peopleAnswer() (done response.Token) {
	done = w.begin(response.Opening{Survey: "contact", Unit: "lille", Customer: &collect.Customer{Email: "zoe@example.org"}})
	w.answer(done, 0, said("csat", 5))
	w.answer(done, 60*time.Second, said("solved", 1))
	w.answer(done, 30*time.Second, response.Said{Passed: []survey.QuestionID{"aspects", "why"}})
	half := w.begin(response.Opening{Survey: "contact", Unit: "lyon"})
	w.answer(half, time.Second, said("csat", 2))
	w.answer(half, time.Second, said("solved", 0))
	w.answer(half, time.Second, said("again", 4))
	w.answer(w.begin(response.Opening{Survey: "contact"}), time.Second, said("csat", 3))
	w.begin(response.Opening{Survey: "contact"}) // looked at, never answered
	return done
}

func TestHowPeopleAnswerIsToldQuestionByQuestion(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := open(t, db)
		ctx := t.Context()
		done := w.peopleAnswer()
		ask := func(d response.During) response.Answering {
			d.Survey = "contact"
			a, err := w.Responses.Answering(ctx, people.Whole(), d)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		want := steps{"csat": {3, 0}, "solved": {3, 1}, "again": {1, 0}, "aspects": {2, 1}, "why": {1, 0}}
		check := func(a response.Answering, seconds float64) {
			t.Helper()
			if a.N != 1 || a.Begun != 3 || a.Finished != 1 || a.Completion().N != 3 {
				t.Errorf("%+v", a.Came)
			}
			if diff := cmp.Diff(want, stepsOf(a)); diff != "" {
				t.Error(diff)
			}
			if f := a.Median(); f.N != 1 || f.Value != seconds {
				t.Errorf("%+v", f)
			}
		}
		check(ask(response.During{}), 90)
		// Changed afterwards, it was finished when it was.
		w.answer(done, time.Hour, said("csat", 4))
		check(ask(response.During{}), 90)
		if a := ask(response.During{From: w.now.Add(time.Hour)}); a.Begun != 0 || a.Completion().Has {
			t.Errorf("nobody began then, yet %+v", a.Came)
		}
		// What was there before walks were is caught up with, but for the time of a change.
		if err := db.Write(ctx, func(tx *record.Tx) error {
			for _, q := range []string{`DELETE FROM response_walk`, `UPDATE response SET walked = 0`} {
				if _, err := tx.Exec(ctx, q); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for i, n := range []int{3, 0} {
			if got, err := w.Responses.CatchUp(ctx); err != nil || got != n {
				t.Errorf("catching up, %d: %d, %v", i, got, err)
			}
		}
		check(ask(response.During{}), 3694)
	})
}

// narrowed is the scope of who sees figures of one unit alone.
func narrowed(unit cx.UnitID) people.Scope {
	return people.ScopeOf(people.Grant{Role: people.Manager, Unit: unit, Narrow: true})
}

func TestHowPeopleAnswerKeepsToThePerimeter(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := open(t, db)
		w.peopleAnswer()
		if err := w.People.PutUnits(t.Context(), []people.Unit{{Key: "north", Name: cx.Text{"fr": "Nord"}}, {Key: "lille", Name: cx.Text{"fr": "Lille"}, Parent: "north"}, {Key: "lyon", Name: cx.Text{"fr": "Lyon"}}}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name  string
			scope people.Scope
			begun int64
		}{{"the whole", people.Whole(), 3}, {"a region", narrowed("north"), 1}, {"a unit", narrowed("lyon"), 1}, {"nobody", people.Scope{}, 0}} {
			a, err := w.Responses.Answering(t.Context(), c.scope, response.During{Survey: "contact"})
			if err != nil || a.Begun != c.begun {
				t.Errorf("%s: %+v, %v", c.name, a.Came, err)
			}
		}
	})
}

func TestOfEmployeesNobodyIsToldHowTheyAnswer(t *testing.T) {
	w := open(t, recordtest.SQLite(t))
	w.answer(w.begin(response.Opening{Survey: "employee"}), 0, said("csat", 3))
	if _, err := w.Responses.Answering(t.Context(), people.Whole(), response.During{Survey: "employee"}); cx.KindOf(err) != cx.Denied {
		t.Errorf("%v", err)
	}
	var kept int
	if err := w.DB.QueryRow(t.Context(), `SELECT COUNT(*) FROM response_walk`).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("%d walks kept, %v", kept, err)
	}
}

func TestAWalkGoesWithItsResponse(t *testing.T) {
	w := open(t, recordtest.SQLite(t))
	ctx := t.Context()
	// Only a number that is no score: no feedback comes of it, so that it is forgotten.
	w.answer(w.begin(response.Opening{Survey: "contact"}), 0, response.Said{Passed: []survey.QuestionID{"csat"}})
	w.now = w.now.Add(181 * 24 * time.Hour)
	if n, err := w.Responses.Forget(ctx); err != nil || n != 1 {
		t.Fatalf("%d, %v", n, err)
	}
	done := w.peopleAnswer()
	r, err := w.Responses.Find(ctx, done)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.StartResponses(ctx); err != nil {
		t.Fatal(err)
	}
	if err := w.Door.Erase(ctx, r.Feedback); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		a, err := w.Responses.Answering(ctx, people.Whole(), response.During{Survey: "contact"})
		if err != nil {
			t.Fatal(err)
		}
		if a.Begun == 2 {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("%+v", a.Came)
		}
	}
}
