package house_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/channel/sms"
	"vigie/internal/cx"
	"vigie/internal/house"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// world is a house that asks after each delivery, by e-mail, else by short message; at no hour is it quiet.
type world struct {
	*house.House
	t   *testing.T
	now time.Time
}

func open(t *testing.T, db *record.DB) *world {
	t.Helper()
	w := &world{t: t, now: time.Now().UTC().Truncate(time.Second)}
	h, err := house.New(t.Context(), house.Config{Dir: t.TempDir(), Zone: time.UTC, Patience: time.Minute}, house.Deps{DB: db, Now: func() time.Time { return w.now }})
	must(t, err)
	w.House = h
	must(t, h.Catalogue.Seed(t.Context()))
	must(t, h.StartDoor(t.Context()))
	t.Cleanup(h.Stop)
	must(t, h.Invites.SetPolicy(t.Context(), invite.Policy{}))
	w.ask("delivery", survey.Question{Key: "nps", Kind: survey.NPS, Text: cx.Text{"fr": "Nous recommanderiez-vous ?"}}, survey.Question{Key: "why", Kind: survey.Text, Text: cx.Text{"fr": "Pourquoi ?"}})
	w.ask("score", survey.Question{Key: "nps", Kind: survey.NPS, Text: cx.Text{"fr": "Nous recommanderiez-vous ?"}})
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ask publishes a survey and a rule that puts it after the event of its name.
func (w *world) ask(key string, questions ...survey.Question) {
	w.t.Helper()
	ctx := w.t.Context()
	d := survey.Definition{Key: cx.SurveyID(key), Name: cx.Text{"fr": key}, Languages: []string{"fr"}, Program: cx.Transactional, Sections: []survey.Section{{Questions: questions}}}
	_, err := w.Surveys.Save(ctx, "lea", d, -1)
	must(w.t, err)
	_, err = w.Surveys.Publish(ctx, "lea", d.Key)
	must(w.t, err)
	must(w.t, w.Invites.SaveRule(ctx, "lea", invite.Rule{Key: key, Name: cx.Text{"fr": key}, Survey: d.Key, Trigger: invite.Trigger{Event: key}}, -1))
	for _, c := range invite.Checklist() {
		must(w.t, w.Invites.Checked(ctx, "lea", key, c, "", true))
	}
	must(w.t, w.Invites.Decide(ctx, "lea", key, invite.Going, ""))
}

// happen makes an event of a customer, and sends what leaves after it.
func (w *world) happen(event string, c collect.Customer) invite.Letter {
	w.t.Helper()
	ctx := w.t.Context()
	_, err := w.Invites.Receive(ctx, []invite.Happening{{Event: event, At: w.now, Customer: &c, Touchpoint: "delivery"}})
	must(w.t, err)
	_, err = w.Invites.PlanOccurrences(ctx)
	must(w.t, err)
	return w.leave()
}

func (w *world) leave() invite.Letter {
	w.t.Helper()
	l, _, err := w.Invites.Leave(w.t.Context(), map[string]bool{invite.Email: true, invite.SMS: true}, 10)
	must(w.t, err)
	if len(l) != 1 {
		w.t.Fatalf("%d messages leave", len(l))
	}
	must(w.t, w.Invites.Settle(w.t.Context(), []invite.Result{{ID: l[0].ID, Fate: invite.Gone}}))
	return l[0]
}

func (w *world) opened(l invite.Letter) response.Token {
	w.t.Helper()
	path, err := w.OpenInvitation(w.t.Context(), l)
	must(w.t, err)
	return response.Token(strings.TrimPrefix(path, "/s/"))
}

func (w *world) state(id invite.InvitationID) invite.State {
	w.t.Helper()
	l, err := w.Invites.Invitations(w.t.Context(), people.Whole(), invite.Filter{})
	must(w.t, err)
	for _, i := range l {
		if i.ID == id {
			return i.State
		}
	}
	return 0
}

// The e-mail comes back, the question goes by short message: one page for both, one answer, of the one that arrived.
func TestWhatIsAskedAnotherWayIsAnsweredOnce(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := open(t, db)
		ctx := t.Context()
		first := w.happen("delivery", collect.Customer{Email: "zoe@example.org", Phone: "0600000001"})
		token := w.opened(first)
		_, err := w.Invites.Receipts(ctx, []sms.Receipt{{ID: "inv.1.0", Fate: sms.Hard}})
		must(t, err)
		second := w.leave()
		if second.Channel != invite.SMS || w.opened(second) != token {
			t.Fatalf("%+v", second)
		}
		r, err := w.Responses.Find(ctx, token)
		must(t, err)
		if r.CollectedBy != "sms" || r.Invitation != int64(second.ID) {
			t.Fatalf("%+v", r)
		}
		ten := 10.0
		r, err = w.Responses.Answer(ctx, token, response.Said{Answers: map[survey.QuestionID]survey.Answer{"nps": {Number: &ten}}})
		must(t, err)
		heard, err := w.HearSMS(ctx, "+33600000001", "9 merci")
		must(t, err)
		if heard.Root != first.ID || w.state(first.ID) != invite.Bounced || w.state(second.ID) != invite.Answered {
			t.Fatalf("%+v: %s, %s", heard, w.state(first.ID), w.state(second.ID))
		}
		again, err := w.Responses.Find(ctx, token)
		must(t, err)
		if again.Feedback != r.Feedback || *again.Answers["nps"].Number != 9 || again.Answers["why"].Text != "merci" {
			t.Fatalf("%+v", again)
		}
	})
}

// heard is what one person's feedback says after short messages.
type heard struct {
	Score float64 // -1: none
	Words []string
	Doubt bool
}

func TestShortMessagesBecomeWhatWasMeant(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := open(t, db)
		for n, c := range []struct {
			survey string
			says   []string
			want   heard
		}{
			{"delivery", []string{"10"}, heard{Score: 10}},
			{"delivery", []string{"10/10"}, heard{Score: 10}},
			{"delivery", []string{"dix"}, heard{Score: 10}},
			{"delivery", []string{"8 ou 9"}, heard{-1, []string{"8 ou 9"}, true}},
			{"delivery", []string{"8 ou 9", "9"}, heard{9, []string{"8 ou 9"}, false}},
			{"delivery", []string{"6", "Livreur en retard", "Livreur en retard", "et colis abîmé"}, heard{6, []string{"Livreur en retard\net colis abîmé"}, false}},
			{"score", []string{"10 parfait"}, heard{10, []string{"parfait"}, false}},
			{"score", []string{"8 ou 9"}, heard{-1, []string{"8 ou 9"}, true}},
		} {
			phone := "+3361111000" + string(rune('0'+n))
			token := w.opened(w.happen(c.survey, collect.Customer{Phone: phone}))
			for _, text := range c.says {
				if h, err := w.HearSMS(t.Context(), phone, text); err != nil || h.Invitation == 0 {
					t.Fatal(c.says, h, err)
				}
			}
			r, err := w.Responses.Find(t.Context(), token)
			must(t, err)
			l, err := w.Door.Feedbacks(t.Context(), people.Whole(), []cx.FeedbackID{r.Feedback})
			must(t, err)
			if len(l) != 1 {
				t.Errorf("%v: nothing was kept", c.says)
				continue
			}
			got := heard{Score: -1, Doubt: l[0].Attributes[response.DoubtAttribute] == true}
			if v, ok := l[0].Scores["nps"]; ok {
				got.Score = float64(v)
			}
			for _, v := range l[0].Verbatims {
				got.Words = append(got.Words, v.Text)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("%v: %s", c.says, d)
			}
		}
	})
}

// A list that brings somebody back who was erased makes a new person of them: what they had forbidden holds all the same.
func TestAListBringsNobodyBackToBeAsked(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := open(t, db)
		ctx := t.Context()
		must(t, w.Invites.SaveRule(ctx, "lea", invite.Rule{Key: "wave", Name: cx.Text{"fr": "Vague"}, Survey: "score", Trigger: invite.Trigger{List: true}}, -1))
		for _, c := range invite.Checklist() {
			must(t, w.Invites.Checked(ctx, "lea", "wave", c, "", true))
		}
		must(t, w.Invites.Decide(ctx, "lea", "wave", invite.Going, ""))
		for who, wish := range map[string]invite.Preference{"zoe": {Objection: true}, "max": {Off: true}, "eve": {Channels: map[string]bool{invite.Email: true}}, "tom": {}} {
			_, err := w.Invites.Receive(ctx, []invite.Happening{{Event: "seen", At: w.now, Customer: &collect.Customer{Email: who + "@example.org"}}})
			must(t, err)
			p, err := w.Customers.Find(ctx, people.Whole(), who+"@example.org")
			must(t, err)
			must(t, w.Invites.SetPreference(ctx, p.ID, wish, "page"))
			must(t, w.Door.ErasePerson(ctx, p.ID))
		}
		w.now = w.now.Add(time.Minute)
		must(t, w.StartInvitations(ctx))
		for left := 1; left > 0; time.Sleep(5 * time.Millisecond) { // what was said of those erased is forgotten
			must(t, ctx.Err())
			must(t, db.QueryRow(ctx, `SELECT COUNT(*) FROM preference WHERE identity > 0`).Scan(&left))
		}
		list := invite.Pasted("zoe@example.org\nmax@example.org\neve@example.org\ntom@example.org\n")
		run, err := w.Invites.RunOn(ctx, "wave", "one", invite.Population{List: list, Make: true})
		must(t, err)
		if d := cmp.Diff(map[string]int{"planned": 1, "objection": 1, "off": 1, "channel": 1}, run.Reasons); d != "" || run.Lines.Made != 4 {
			t.Fatal(d, run.Lines)
		}
	})
}

// A house that has not said its name yet is called by its address: no sentence has a hole.
func TestAHouseWithoutANameIsCalledByItsAddress(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := open(t, db)
		must(t, w.Invites.SetChannels(t.Context(), invite.Channels{Base: "https://avis.example.org"}))
		l := w.happen("delivery", collect.Customer{Email: "zoe@example.org"})
		m, err := w.Inviting.Written(t.Context(), l.Invitation)
		must(t, err)
		if said := m.Subject + m.Text; strings.Contains(said, " .") || !strings.Contains(said, "client de avis.example.org.") {
			t.Fatal(said)
		}
	})
}
