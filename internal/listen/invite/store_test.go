package invite

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func TestAnEventSentTwiceIsOne(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := newWorld(t, db)
		one := happening("order.delivered", 1, w.now())
		one.ID = "A-1"
		other := one
		other.Unit = "lyon"
		bad := one
		bad.Customer = nil
		wrong := one
		wrong.Customer = &collect.Customer{Ref: "x", Email: "nobody"}
		l, err := w.Receive(t.Context(), []Happening{one, one, bad, wrong, happening("order.delivered", 2, w.now())})
		must(t, err)
		again, err := w.Receive(t.Context(), []Happening{one, other})
		must(t, err)
		var got []collect.Verdict
		for _, r := range append(l, again...) {
			got = append(got, r.Verdict)
		}
		want := []collect.Verdict{collect.Accepted, collect.Duplicate, collect.Rejected, collect.Rejected, collect.Accepted, collect.Duplicate, collect.Conflicting}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
		if l[0].ID != l[1].ID || again[0].ID != l[0].ID || l[4].ID == l[0].ID {
			t.Fatalf("numbers: %+v %+v", l, again)
		}
		waiting, err := waiting(t.Context(), db, 10)
		must(t, err)
		if len(waiting) != 2 {
			t.Fatalf("%d occurrences wait, not 2", len(waiting))
		}
	})
}

func TestAnEventBecomesOneInvitationOfEachRuleAboutIt(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := newWorld(t, db)
		w.rule(Rule{Key: "delivered", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"}, Delay: 60, Reminders: []int{3}})
		w.rule(Rule{Key: "called", Survey: "contact", Trigger: Trigger{Event: "call.ended"}})
		w.happen("order.delivered", 1)
		w.planAll()
		if d := cmp.Diff(map[string]int{"planned": 1}, w.states()); d != "" {
			t.Fatal(d)
		}
		if l := w.leave(); len(l) != 0 {
			t.Fatalf("left before its delay: %+v", l)
		}
		w.pass(time.Hour)
		l := w.send()
		if len(l) != 1 || l[0].To != "c1@example.org" || l[0].Channel != Email {
			t.Fatalf("sent %+v", l)
		}
		w.pass(2 * day)
		if n, err := w.Quieted(t.Context(), w.now().Add(-day)); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		w.pass(2 * day) // Saturday: the reminder leaves
		if l := w.send(); len(l) != 1 || l[0].Round != 1 {
			t.Fatalf("reminder: %+v", l)
		}
		w.pass(40 * day)
		n, err := w.Expire(t.Context())
		must(t, err)
		if n != 1 {
			t.Fatalf("%d expired", n)
		}
		if d := cmp.Diff(map[string]int{"expired": 1}, w.states()); d != "" {
			t.Fatal(d)
		}
	})
}

func TestTwoTriggersAtOnceAskOnce(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := newWorld(t, db)
		const persons = 20
		for _, key := range []string{"delivery", "contact", "visit"} {
			w.rule(Rule{Key: key, Survey: cx.SurveyID(key), Trigger: Trigger{Event: key}})
			for n := range persons {
				w.happen(key, n)
			}
		}
		w.planAll()
		var mu sync.Mutex
		asked := map[cx.PersonID]int{}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for {
					l, looked, err := w.Leave(context.Background(), both, 7)
					if err != nil {
						t.Error(err)
						return
					}
					if looked == 0 {
						return
					}
					mu.Lock()
					for _, one := range l {
						asked[one.Person]++
					}
					mu.Unlock()
				}
			})
		}
		all.Wait()
		for p, n := range asked {
			if n != 1 {
				t.Errorf("person %d was asked %d times", p, n)
			}
		}
		if len(asked) != persons {
			t.Errorf("%d persons asked, not %d", len(asked), persons)
		}
		if d := cmp.Diff(map[string]int{"leaving": persons, "refused cap": 2 * persons}, w.states()); d != "" {
			t.Error(d)
		}
	})
}

// Whatever happens in whatever order, nobody is asked more than the policy allows.
func TestNobodyIsAskedMoreThanAllowed(t *testing.T) {
	w := newWorld(t, recordtest.SQLite(t))
	for i, key := range []string{"delivery", "contact", "yearly"} {
		w.rule(Rule{Key: key, Survey: cx.SurveyID(key), Trigger: Trigger{Event: key}, Valid: 60, Priority: i})
	}
	var asked []Past
	person := 0
	rapid.Check(t, func(r *rapid.T) {
		person += 2
		for range rapid.IntRange(5, 15).Draw(r, "steps") {
			switch key := rapid.SampledFrom([]string{"delivery", "contact", "yearly"}).Draw(r, "event"); rapid.IntRange(0, 2).Draw(r, "step") {
			case 0:
				w.happen(key, person+rapid.IntRange(0, 1).Draw(r, "person"))
				w.planAll()
			case 1:
				w.pass(time.Duration(rapid.IntRange(1, 400).Draw(r, "hours")) * time.Hour)
			case 2:
				for _, l := range w.send() {
					asked = append(asked, Past{At: w.now(), Survey: l.Survey, Program: l.Program, Event: fmt.Sprint(l.Person)})
				}
			}
		}
		for _, c := range DefaultPolicy().Caps {
			if over := c.exceeded(asked); over != nil {
				r.Fatalf("more than %d in %d days (%s): %+v", c.N, c.Days, c.Program, over)
			}
		}
	})
	if len(asked) < 50 {
		t.Fatalf("only %d were asked: nothing was tried", len(asked))
	}
}

// exceeded gives a question that was one too many; persons stand in Event.
func (c Cap) exceeded(asked []Past) *Past {
	for i, a := range asked {
		n := 0
		for _, b := range asked[:i+1] {
			if a.Event == b.Event && (c.Program == "" || a.Program == c.Program && b.Program == c.Program) && a.At.Sub(b.At) < time.Duration(c.Days)*day {
				n++
			}
		}
		if n > c.N {
			return &asked[i]
		}
	}
	return nil
}

func TestAnObjectionStandsAfterErasureAndImport(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		w.rule(Rule{Key: "delivered", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"}})
		w.happen("order.delivered", 1)
		w.planAll()
		p, err := w.d.Customers.Find(ctx, people.Whole(), "C1")
		must(t, err)
		must(t, w.SetPreference(ctx, p.ID, Preference{Objection: true}, "page"))
		w.happen("order.delivered", 1)
		w.planAll()
		if l := w.leave(); len(l) != 0 {
			t.Fatalf("asked after an objection: %+v", l)
		}
		f := record.NewInside(w.d.DB, followerName, w.forgetErased)
		must(t, db.Write(ctx, func(tx *record.Tx) error { return w.d.Customers.Erase(ctx, tx, p.ID) }))
		for _, i := range p.Identities {
			must(t, f.Apply(ctx, []record.Entry{{Event: record.Event{Subject: record.Customer, ID: int64(i.ID), Kind: record.Erased}}}, record.Cursor{Era: "e"}))
		}
		l, err := invitations(ctx, db, `1 = 1`)
		must(t, err)
		for _, i := range l {
			if i.Identity != 0 || i.Occurrence != 0 || len(i.Attributes) > 0 {
				t.Errorf("left of an erased person: %+v", i)
			}
		}
		w.happen("order.delivered", 1) // the same address comes back
		w.planAll()
		if l := w.leave(); len(l) != 0 {
			t.Fatalf("asked after erasure: %+v", l)
		}
		back, err := w.d.Customers.Find(ctx, people.Whole(), "c1@example.org")
		must(t, err)
		if st, err := w.StandingOf(ctx, back.ID); err != nil || !st.Objection || st.Proof != "page" || st.Objected.IsZero() {
			t.Fatalf("the objection is gone: %+v %v", st, err)
		}
		must(t, w.Object(ctx, customer.Email, "c9@example.org", "letter"))
		w.happen("order.delivered", 9)
		w.planAll()
		if got := w.states()["refused objection"]; got != 4 {
			t.Fatalf("%d refused by objection: %v", got, w.states())
		}
	})
}

func TestAMessageOfACrashIsUnsure(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		w.rule(Rule{Key: "delivered", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"}})
		w.happen("order.delivered", 1)
		w.planAll()
		if l := w.leave(); len(l) != 1 {
			t.Fatal(l)
		}
		n, err := w.Abandoned(ctx, w.now())
		must(t, err)
		if d := cmp.Diff(map[string]int{"unsure": 1}, w.states()); n != 1 || d != "" {
			t.Fatal(n, d)
		}
		if l := w.leave(); len(l) != 0 {
			t.Fatalf("left again unasked: %+v", l)
		}
		must(t, w.SetPace(ctx, Pace{Resend: true}))
		w.happen("order.delivered", 2)
		w.planAll()
		first := w.leave()
		_, err = w.Abandoned(ctx, w.now())
		must(t, err)
		w.pass(2 * time.Minute)
		again := w.leave()
		if len(first) != 1 || len(again) != 1 || again[0].ID != first[0].ID || again[0].Round != first[0].Round {
			t.Fatalf("%+v then %+v", first, again)
		}
	})
}

func TestAQuotaIsKeptForEachSegment(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := newWorld(t, db)
		w.rule(Rule{Key: "delivered", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"}, Sampling: Sampling{Quota: 3, By: "region"}})
		for n := range 10 {
			h := happening("order.delivered", n, w.now())
			h.Attributes = map[string]any{"region": []string{"nord", "sud"}[n%2]}
			_, err := w.Receive(t.Context(), []Happening{h})
			must(t, err)
			if n%3 == 0 {
				w.planAll()
			}
		}
		w.planAll()
		if d := cmp.Diff(map[string]int{"planned": 6, "refused quota": 4}, w.states()); d != "" {
			t.Fatal(d)
		}
	})
}

func TestAShareIsDrawn(t *testing.T) {
	r := Rule{Key: "r", Stage: Going, Sampling: Sampling{Share: 20}, Wordings: []Wording{{Key: "a"}, {Key: "b"}}}
	kept, a := 0, 0
	for n := range 20_000 {
		c := Case{Once: fmt.Sprint("o:", n), Contact: Contact{Reach: both}}
		one := r.Consider(c, "t")
		if one.Outcome == Go {
			kept++
			if one.Wording == "a" {
				a++
			}
		} else if one.Why != BySample {
			t.Fatal(one)
		}
		if d := cmp.Diff(one, r.Consider(c, "t")); d != "" {
			t.Fatal(d)
		}
	}
	if kept < 3800 || kept > 4200 || a < kept*45/100 || a > kept*55/100 {
		t.Errorf("%d of 20,000 drawn at 20 %%, %d with the first wording", kept, a)
	}
}
