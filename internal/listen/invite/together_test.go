package invite

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// Whatever is triggered at once, by several at once, under whatever policy: every cap, clock, rest, blackout, quiet time and
// wish holds over what left, and nobody is asked twice about one event.
func TestWhateverTriggersAtOnceThePolicyHolds(t *testing.T) {
	t.Parallel()
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := newWorld(t, db)
		w.rule(Rule{Key: "a", Survey: "delivery", Trigger: Trigger{Event: "order"}, Valid: 40, Priority: 1})
		w.rule(Rule{Key: "a2", Survey: "delivery", Trigger: Trigger{Event: "order"}, Valid: 40, Channels: []string{SMS}}) // the same survey, about the same event
		w.rule(Rule{Key: "b", Survey: "contact", Trigger: Trigger{Event: "call"}, Valid: 40, Channels: []string{SMS, Email}})
		w.rule(Rule{Key: "c", Survey: "visit", Trigger: Trigger{Event: "order"}, Valid: 40, Clock: &ownClock})
		w.rule(Rule{Key: "y", Survey: "yearly", Trigger: Trigger{Event: "call"}, Valid: 40, Priority: 5})
		person, left := 0, 0
		rapid.Check(t, func(r *rapid.T) {
			person++
			p := drawPolicy(r)
			must(t, w.SetPolicy(t.Context(), p))
			pref := Preference{Yearly: rapid.IntRange(0, 3).Draw(r, "yearly")}
			for step := range rapid.IntRange(2, 4).Draw(r, "steps") {
				for _, event := range rapid.SliceOfN(rapid.SampledFrom([]string{"order", "call"}), 0, 3).Draw(r, "events") {
					w.happen(event, person)
				}
				if step == 0 {
					w.happen("order", person)
					must(t, w.SetPreference(t.Context(), w.known(person), pref, "page"))
				}
				w.planAll()
				for _, l := range w.leaveTogether() {
					must(t, w.Settle(t.Context(), []Result{{ID: l.ID, Fate: Gone}}))
					if rapid.Bool().Draw(r, "answers") {
						must(t, db.Write(t.Context(), func(tx *record.Tx) error { return w.Answered(t.Context(), tx, l.ID) }))
					}
				}
				w.pass(time.Duration(rapid.IntRange(1, 400).Draw(r, "hours")) * time.Hour)
			}
			h := w.historyOf(person)
			left += len(h.Asked)
			hold(r, p, pref, h)
			must(t, w.SetPreference(t.Context(), w.known(person), Preference{Off: true}, "page")) // what waits is over
			w.leaveTogether()
			if again := w.historyOf(person); len(again.Asked) != len(h.Asked) {
				r.Fatal("asked after having stopped all")
			}
		})
		if left < 50 {
			t.Fatalf("only %d left: nothing was tried", left)
		}
	})
}

func (w *world) known(n int) cx.PersonID {
	w.t.Helper()
	p, err := w.d.Customers.Find(w.t.Context(), people.Whole(), happening("", n, w.now()).Customer.Ref)
	must(w.t, err)
	return p.ID
}

// leaveTogether lets three at once mark what is due as leaving, and gives all they marked.
func (w *world) leaveTogether() []Letter {
	w.t.Helper()
	var mu sync.Mutex
	var all []Letter
	var done sync.WaitGroup
	for range 3 {
		done.Go(func() {
			for {
				l, looked, err := w.Leave(context.Background(), both, 2)
				if err != nil {
					w.t.Error(err)
				}
				mu.Lock()
				all = append(all, l...)
				mu.Unlock()
				if looked == 0 || err != nil {
					return
				}
			}
		})
	}
	done.Wait()
	return all
}

// historyOf is what one person was asked and answered, as the record has it.
func (w *world) historyOf(n int) History {
	w.t.Helper()
	l, err := w.Of(w.t.Context(), people.Whole(), w.known(n))
	must(w.t, err)
	var h History
	for _, i := range l {
		past := Past{At: i.Away, Survey: i.Survey, Program: i.Program, Channel: i.Channel, Event: i.event(), Own: i.Own}
		if !i.Away.IsZero() {
			h.Asked = append(h.Asked, past)
		}
		if past.At = i.AnsweredAt; !past.At.IsZero() {
			h.Answered = append(h.Answered, past)
		}
	}
	slices.SortFunc(h.Asked, func(a, b Past) int { return a.At.Compare(b.At) })
	return h
}
