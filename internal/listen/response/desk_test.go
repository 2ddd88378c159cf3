package response_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/house"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

type world struct {
	*house.House
	t   *testing.T
	now time.Time
}

// open gives a house whose door is open, with the contact survey published (and its anonymous twin).
func open(t *testing.T, db *record.DB) *world {
	t.Helper()
	w := &world{t: t, now: time.Now().UTC().Truncate(time.Second)}
	h, err := house.New(t.Context(), house.Config{Dir: t.TempDir(), Zone: time.UTC, Patience: time.Minute}, house.Deps{DB: db, Now: func() time.Time { return w.now }})
	if err != nil {
		t.Fatal(err)
	}
	w.House = h
	if err := h.Catalogue.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.StartDoor(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Stop)
	templates, err := survey.Templates()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range templates {
		if d.Key == "contact" || d.Key == "employee" {
			w.publish(d)
		}
	}
	return w
}

func (w *world) publish(d survey.Definition) {
	w.t.Helper()
	if _, err := w.Surveys.Save(w.t.Context(), "lea", d, -1); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.Surveys.Publish(w.t.Context(), "lea", d.Key); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) begin(o response.Opening) response.Token {
	w.t.Helper()
	token, err := w.Responses.Open(w.t.Context(), o)
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

func (w *world) feedback(id cx.FeedbackID) cx.Feedback {
	w.t.Helper()
	l, err := w.Door.Feedbacks(w.t.Context(), people.Whole(), []cx.FeedbackID{id})
	if err != nil || len(l) != 1 {
		w.t.Fatalf("feedback %d: %d, %v", id, len(l), err)
	}
	return l[0]
}

func num(v float64) survey.Answer { return survey.Answer{Number: &v} }

func TestAnAnswerIsAFeedbackFromTheFirstScoreOn(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := open(t, db)
		ctx := t.Context()
		token := w.begin(response.Opening{Survey: "contact", Language: "fr", Channel: "phone", CollectedBy: "sms", Customer: &collect.Customer{Email: "zoe@example.org"}, Attributes: map[string]any{"segment": "premium"}})
		r, err := w.Responses.Answer(ctx, token, response.Said{Answers: map[survey.QuestionID]survey.Answer{"csat": num(2)}})
		if err != nil || r.Feedback == 0 {
			t.Fatalf("%+v, %v", r, err)
		}
		f := w.feedback(r.Feedback)
		if f.Scores["csat"] != 2 || f.Attributes["survey.partial"] != true || f.Attributes["segment"] != "premium" || f.Survey != "contact@1" || f.Identity == 0 {
			t.Errorf("%+v", f)
		}
		_, err = w.Responses.Answer(ctx, token, response.Said{Answers: map[survey.QuestionID]survey.Answer{"csat": num(4), "solved": num(0), "again": num(3), "aspects": {Rows: map[string]float64{"reception": 5}}}})
		if err != nil {
			t.Fatal(err)
		}
		again, err := w.Responses.Answer(ctx, token, response.Said{Answers: map[survey.QuestionID]survey.Answer{"solved": num(1), "why": {Text: "Rien, merci"}}})
		if err != nil || again.State != response.Complete || again.Feedback != r.Feedback {
			t.Fatalf("%+v, %v", again, err)
		}
		f = w.feedback(r.Feedback)
		want := map[cx.MetricID]int64{"csat": 4, "fcr": 1, "reception": 5}
		if diff := cmp.Diff(want, f.Scores); diff != "" {
			t.Error(diff)
		}
		if _, partial := f.Attributes["survey.partial"]; partial || f.Attributes["again"] != nil {
			t.Errorf("what was taken back is still said: %v", f.Attributes)
		}
		if len(f.Verbatims) != 1 || f.Verbatims[0].Text != "Rien, merci" {
			t.Errorf("%+v", f.Verbatims)
		}
	})
}

func TestWhatIsRefusedIsToldAndNothingOfTheScreenIsKept(t *testing.T) {
	w := open(t, recordtest.SQLite(t))
	token := w.begin(response.Opening{Survey: "contact"})
	_, err := w.Responses.Answer(t.Context(), token, response.Said{Answers: map[survey.QuestionID]survey.Answer{"csat": num(9), "why": {Text: "x"}}})
	if cx.KindOf(err) != cx.Invalid {
		t.Errorf("%v", err)
	}
	r, err := w.Responses.Find(t.Context(), token)
	if err != nil || len(r.Answers) != 0 || r.Feedback != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := w.Responses.Find(t.Context(), token+"x"); cx.KindOf(err) != cx.NotFound {
		t.Errorf("%v", err)
	}
}

func TestAnAnonymousAnswerIsTiedToNobody(t *testing.T) {
	w := open(t, recordtest.SQLite(t))
	token := w.begin(response.Opening{Survey: "employee", Invitation: 42, Unit: "", Agent: "a.martin", Contact: "c1", Customer: &collect.Customer{Email: "zoe@example.org"}, Attributes: map[string]any{"name": "Zoé"}})
	r, err := w.Responses.Answer(t.Context(), token, response.Said{Answers: map[survey.QuestionID]survey.Answer{"csat": num(3)}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Invitation != 0 || r.Customer != nil || r.Agent != "" || r.Contact != "" || !r.Started.Equal(cx.Week(w.now)) || !r.Changed.Equal(r.Started) {
		t.Errorf("%+v", r)
	}
	if r.Feedback == 0 {
		t.Error("nothing entered")
	}
}

func TestAClosedAnswerChangesNoMore(t *testing.T) {
	w := open(t, recordtest.SQLite(t))
	d, err := w.Surveys.Survey(t.Context(), "contact")
	if err != nil {
		t.Fatal(err)
	}
	d.Draft.EditDays = 7
	w.publish(d.Draft)
	token := w.begin(response.Opening{Survey: "contact"})
	all := response.Said{Answers: map[survey.QuestionID]survey.Answer{"csat": num(4), "solved": num(1), "aspects": {Rows: map[string]float64{"clarity": 4}}, "why": {Text: "ok"}}}
	if _, err := w.Responses.Answer(t.Context(), token, all); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(8 * 24 * time.Hour)
	if _, err := w.Responses.Answer(t.Context(), token, all); cx.KindOf(err) != cx.Conflict {
		t.Errorf("%v", err)
	}
}

// Whoever answers at once from two pages, the feedback ends up saying what the response says.
func TestTwoPagesAtOnceEndUpAlike(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := open(t, db)
		token := w.begin(response.Opening{Survey: "contact"})
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				said := response.Said{Answers: map[survey.QuestionID]survey.Answer{"csat": num(float64(1 + i%5)), "solved": num(float64(i % 2))}}
				if _, err := w.Responses.Answer(context.Background(), token, said); err != nil && cx.KindOf(err) != cx.Unavailable {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.now = w.now.Add(time.Minute)
		if _, err := w.Responses.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		r, err := w.Responses.Find(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		f := w.feedback(r.Feedback)
		if f.Scores["csat"] != int64(*r.Answers["csat"].Number) || f.Scores["fcr"] != int64(*r.Answers["solved"].Number) {
			t.Errorf("the response says %v, the feedback %v", r.Answers, f.Scores)
		}
	})
}

// An answer kept while the door is closed is told to it later, once.
func TestAnAnswerKeptWhileTheDoorIsClosedEntersLater(t *testing.T) {
	w := open(t, recordtest.SQLite(t))
	token := w.begin(response.Opening{Survey: "contact"})
	closed, err := house.New(t.Context(), house.Config{Dir: t.TempDir(), Zone: time.UTC, Patience: time.Minute}, house.Deps{DB: w.DB, Now: func() time.Time { return w.now }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := closed.Responses.Answer(t.Context(), token, response.Said{Answers: map[survey.QuestionID]survey.Answer{"csat": num(5)}}); cx.KindOf(err) != cx.Unavailable {
		t.Fatalf("%v", err)
	}
	w.now = w.now.Add(time.Minute)
	for i, want := range []int{1, 0} {
		if n, err := w.Responses.Sweep(t.Context()); err != nil || n != want {
			t.Errorf("sweep %d: %d, %v", i, n, err)
		}
	}
	r, err := w.Responses.Find(t.Context(), token)
	if err != nil || r.Feedback == 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	if f := w.feedback(r.Feedback); f.Scores["csat"] != 5 {
		t.Errorf("%+v", f)
	}
}

func TestConsentsAndCallBacksAreSaidOfTheFeedback(t *testing.T) {
	w := open(t, recordtest.SQLite(t))
	both := func(s string) cx.Text { return cx.Text{"fr": s} }
	w.publish(survey.Definition{Key: "ask", Name: both("Ask"), Languages: []string{"fr"}, Sections: []survey.Section{{Questions: []survey.Question{
		{Key: "csat", Kind: survey.CSAT, Text: both("?")}, {Key: "ok", Kind: survey.Consent, Purpose: "marketing", Text: both("?")}, {Key: "call", Kind: survey.Contact, Text: both("?")}}}}})
	token := w.begin(response.Opening{Survey: "ask"})
	r, err := w.Responses.Answer(t.Context(), token, response.Said{Answers: map[survey.QuestionID]survey.Answer{"csat": num(2), "ok": num(1), "call": {Text: "06 12 34 56 78", Slot: "noon"}}})
	if err != nil {
		t.Fatal(err)
	}
	f := w.feedback(r.Feedback)
	if f.Attributes["survey.consent.marketing"] != true || f.Attributes["survey.callback"] != "noon" {
		t.Errorf("%v", f.Attributes)
	}
	if _, err := w.Responses.Answer(t.Context(), token, response.Said{Answers: map[survey.QuestionID]survey.Answer{"ok": {}, "call": {}}}); err != nil {
		t.Fatal(err)
	}
	if f := w.feedback(r.Feedback); f.Attributes["survey.consent.marketing"] != nil || f.Attributes["survey.callback"] != nil {
		t.Errorf("taken back, yet said: %v", f.Attributes)
	}
}

func TestWhatAPersonAgreesToIsAmongTheirConsentsAndMayBeTakenBack(t *testing.T) {
	w := open(t, recordtest.SQLite(t))
	ctx := t.Context()
	token := w.begin(response.Opening{Survey: "contact", Customer: &collect.Customer{Email: "zoe@example.org"}})
	all := response.Said{Answers: map[survey.QuestionID]survey.Answer{"csat": num(1), "solved": num(0), "again": num(2), "aspects": {Rows: map[string]float64{"clarity": 4, "reception": 3}}, "why": {Text: "Trop long"}}}
	r, err := w.Responses.Answer(ctx, token, all)
	if err != nil {
		t.Fatal(err)
	}
	consents := func() map[string]bool {
		p, err := w.Customers.Find(ctx, people.Whole(), "zoe@example.org")
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]bool{}
		for topic, c := range p.Consent {
			if c.Source != "survey" || c.Proof == "" {
				t.Errorf("%s: %+v", topic, c)
			}
			out[topic] = c.Granted
		}
		return out
	}
	if got := consents(); len(got) != 0 {
		t.Errorf("nothing was asked, yet %v", got)
	}
	if _, err := w.Responses.Finish(ctx, token, response.After{Callback: true, Reach: "06 12 34 56 78", Slot: "noon", Quote: true}); err != nil {
		t.Fatal(err)
	}
	// This ending offers to call back and asks for no quote.
	if diff := cmp.Diff(map[string]bool{"contact": true}, consents()); diff != "" {
		t.Error(diff)
	}
	if f := w.feedback(r.Feedback); f.Attributes["survey.callback_phone"] != "06 12 34 56 78" {
		t.Errorf("nobody knows where to call: %v", f.Attributes)
	}
	w.now = w.now.Add(time.Hour)
	if _, err := w.Responses.Finish(ctx, token, response.After{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]bool{"contact": false}, consents()); diff != "" {
		t.Error(diff)
	}
	if f := w.feedback(r.Feedback); f.Attributes["survey.callback_phone"] != nil {
		t.Errorf("taken back, yet known: %v", f.Attributes)
	}
}

func TestALinkNeverAnsweredIsForgotten(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := open(t, db)
		ctx := t.Context()
		silent, heard := w.begin(response.Opening{Survey: "contact"}), w.begin(response.Opening{Survey: "contact"})
		if _, err := w.Responses.Answer(ctx, heard, response.Said{Answers: map[survey.QuestionID]survey.Answer{"csat": num(4)}}); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct{ days, want int }{{179, 0}, {2, 1}, {365, 0}} {
			w.now = w.now.Add(time.Duration(step.days) * 24 * time.Hour)
			if n, err := w.Responses.Forget(ctx); err != nil || n != step.want {
				t.Errorf("after %d days more: %d, %v", step.days, n, err)
			}
		}
		if _, err := w.Responses.Find(ctx, silent); cx.KindOf(err) != cx.NotFound {
			t.Errorf("%v", err)
		}
		if _, err := w.Responses.Find(ctx, heard); err != nil {
			t.Error(err)
		}
	})
}

func TestAnErasedFeedbackTakesItsResponseAlong(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := open(t, db)
		ctx := t.Context()
		token := w.begin(response.Opening{Survey: "contact", Customer: &collect.Customer{Email: "zoe@example.org"}})
		r, err := w.Responses.Answer(ctx, token, response.Said{Answers: map[survey.QuestionID]survey.Answer{"csat": num(1), "why": {Text: "Zoé attend"}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.StartResponses(ctx); err != nil {
			t.Fatal(err)
		}
		if err := w.Door.Erase(ctx, r.Feedback); err != nil {
			t.Fatal(err)
		}
		for until := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			if _, err := w.Responses.Find(ctx, token); cx.KindOf(err) == cx.NotFound {
				return
			}
			if time.Now().After(until) {
				t.Fatal("the response is still there")
			}
		}
	})
}
