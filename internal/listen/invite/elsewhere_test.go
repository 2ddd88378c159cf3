package invite

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/internal/channel/mail"
	"vigie/internal/channel/sms"
	"vigie/internal/listen/collect"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func TestAnAddressThatFailsGivesWayToTheNextChannel(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		w.rule(Rule{Key: "delivered", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"}})
		w.happen("order.delivered", 1)
		w.planAll()
		l := w.leave()
		must(t, w.Settle(ctx, []Result{{ID: l[0].ID, Fate: Unknown, To: l[0].To, Words: "no such user"}}))
		next := w.leave()
		if len(next) != 1 || next[0].Channel != SMS || next[0].To != "+33600000001" || next[0].Root() != l[0].ID || next[0].event() != l[0].event() || next[0].event() == "" {
			t.Fatalf("%+v", next)
		}
		if d := cmp.Diff(map[string]int{"bounced hard": 1, "leaving": 1}, w.states()); d != "" {
			t.Fatal(d)
		}
		must(t, w.Settle(ctx, []Result{{ID: next[0].ID, Fate: Unknown, To: next[0].To}})) // the number fails as well: nothing is left
		if d := cmp.Diff(map[string]int{"bounced hard": 2}, w.states()); d != "" {
			t.Fatal(d)
		}
		w.happen("order.delivered", 1)
		w.planAll()
		if d := cmp.Diff(map[string]int{"bounced hard": 2, "refused reach": 1}, w.states()); d != "" {
			t.Fatal(d)
		}
	})
}

// What is asked another way is held by the policy as any other question, and answered once.
func TestAskedAgainObeysThePolicyAndIsAnsweredOnce(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		w.rule(Rule{Key: "delivered", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"}})
		w.happen("order.delivered", 1)
		w.happen("order.delivered", 2)
		w.happen("order.delivered", 3)
		w.planAll()
		l := w.send()
		bounce := func(n int) {
			t.Helper()
			k, err := w.Returned(ctx, []mail.Notice{{Fate: mail.Hard, Addresses: []string{l[n].To}, Original: fmt.Sprintf("inv.%d.0@filambre.example", l[n].ID)}})
			if err != nil || k != 1 {
				t.Fatal(k, err)
			}
		}
		w.pass(12 * time.Hour) // ten at night
		bounce(0)
		bounce(1)
		must(t, w.ChangePreference(ctx, l[1].Person, "page", func(p *Preference) { p.Off = true }))
		if got := w.leave(); len(got) != 0 {
			t.Fatalf("asked at night: %+v", got)
		}
		must(t, db.Write(ctx, func(tx *record.Tx) error { return w.Answered(ctx, tx, l[0].ID) }))
		must(t, db.Write(ctx, func(tx *record.Tx) error { return w.Answered(ctx, tx, l[2].ID) }))
		bounce(2) // after the answer: nothing more is asked
		w.pass(12 * time.Hour)
		if got := w.leave(); len(got) != 0 {
			t.Fatalf("asked in spite of an answer or a wish: %+v", got)
		}
		if d := cmp.Diff(map[string]int{"answered": 2, "bounced hard": 1, "refused already": 1, "refused off": 1}, w.states()); d != "" {
			t.Fatal(d)
		}
	})
}

func TestAChannelLostBeforeLeavingGivesWay(t *testing.T) {
	w := newWorld(t, recordtest.SQLite(t))
	w.rule(Rule{Key: "delivered", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"}, Delay: 60})
	w.rule(Rule{Key: "called", Survey: "contact", Trigger: Trigger{Event: "call.ended"}})
	w.happen("order.delivered", 1)
	w.happen("call.ended", 1)
	w.planAll()
	l := w.leave()
	must(t, w.Settle(t.Context(), []Result{{ID: l[0].ID, Fate: Unknown, To: l[0].To}}))
	w.pass(2 * time.Hour)
	for _, one := range w.leave() {
		if one.Channel != SMS {
			t.Errorf("%+v", one)
		}
	}
}

func TestReceiptsMoveShortMessages(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		w.rule(Rule{Key: "delivered", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"}, Channels: []string{SMS, Email}})
		for n := range 6 {
			w.happen("order.delivered", n)
		}
		w.planAll()
		l := w.leave()
		results := make([]Result, len(l))
		for i, one := range l {
			results[i] = Result{ID: one.ID, Fate: Gone}
			if i >= 3 {
				results[i].Gateway = fmt.Sprint("SM", i)
			}
		}
		must(t, w.Settle(ctx, results))
		told := []sms.Receipt{
			{ID: fmt.Sprintf("inv.%d.0", l[0].ID), Fate: sms.Delivered},
			{To: l[1].To, Fate: sms.Soft}, // a gateway that gives no number
			{ID: fmt.Sprintf("inv.%d.0", l[2].ID), Fate: sms.Underway},
			{Gateway: "SM3", To: l[3].To, Fate: sms.Hard, Words: "failed 30005"},
			{Gateway: "SM9", To: l[4].To, Fate: sms.Hard}, // another message
			{Gateway: "SM5", To: l[5].To, Fate: sms.Stopped},
			{To: "+33699999999", Fate: sms.Delivered},
		}
		for range 2 { // told twice it is one
			if n, err := w.Receipts(ctx, told); err != nil || n != 5 {
				t.Fatal(n, err)
			}
			if d := cmp.Diff(map[string]int{"delivered": 1, "bounced soft": 1, "bounced hard": 1, "sent": 3, "planned": 1}, w.states()); d != "" {
				t.Fatal(d)
			}
		}
		if next := w.leave(); len(next) != 1 || next[0].Channel != Email || next[0].Root() != l[3].ID {
			t.Fatalf("%+v", next)
		}
		p, err := w.d.Customers.Find(ctx, people.Whole(), l[5].To)
		must(t, err)
		if st, err := w.StandingOf(ctx, p.ID); err != nil || !st.Channels[SMS] {
			t.Fatalf("STOP told by the gateway is forgotten: %+v %v", st, err)
		}
	})
}

// However messages fail and answers come, nobody is reached twice about one event, and one answer is counted at most.
func TestNobodyIsReachedTwiceAboutOneEvent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, recordtest.SQLite(t))
	w.rule(Rule{Key: "delivered", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"}, Reminders: []int{2}})
	person := 0
	rapid.Check(t, func(r *rapid.T) {
		person++
		h := happening("order.delivered", person, w.now())
		h.Customer.Ref, h.Customer.Email = "", fmt.Sprintf("c%05d@example.org", person)
		h.Customer.Phone = rapid.SampledFrom([]string{"", fmt.Sprintf("06000%05d", person)}).Draw(r, "phone")
		got, err := w.Receive(t.Context(), []Happening{h})
		if err != nil || got[0].Verdict != collect.Accepted {
			r.Fatal(got, err)
		}
		w.planAll()
		reached := 0 // messages that no failure came back of
		for range rapid.IntRange(1, 8).Draw(r, "steps") {
			for _, l := range w.leave() {
				fate := rapid.SampledFrom([]Fate{Gone, Gone, Unknown, Failed, Doubt}).Draw(r, "fate")
				must(t, w.Settle(t.Context(), []Result{{ID: l.ID, Fate: fate, To: l.To}}))
				if fate == Gone && l.Round == 0 && strings.Contains(l.To, fmt.Sprintf("%05d", person)) {
					reached++
				}
			}
			l := w.lately(person)
			i := l[rapid.IntRange(0, len(l)-1).Draw(r, "which")]
			switch rapid.IntRange(0, 3).Draw(r, "then") {
			case 0:
				if i.State == Sent && i.Round == 1 {
					reached--
				}
				must(t, w.d.DB.Write(t.Context(), func(tx *record.Tx) error {
					_, err := w.notify(t.Context(), tx, Notice{ID: i.ID, Hard: true})
					return err
				}))
			case 1:
				if !i.Away.IsZero() {
					must(t, w.d.DB.Write(t.Context(), func(tx *record.Tx) error { return w.Answered(t.Context(), tx, i.ID) }))
				}
			default:
				w.pass(time.Duration(rapid.IntRange(1, 70).Draw(r, "hours")) * time.Hour)
			}
		}
		if reached > 1 {
			r.Fatalf("reached %d times about one event", reached)
		}
	})
}

// lately gives the invitations of one made up person.
func (w *world) lately(n int) []Invitation {
	w.t.Helper()
	p, err := w.d.Customers.Find(w.t.Context(), people.Whole(), fmt.Sprintf("c%05d@example.org", n))
	must(w.t, err)
	l, err := w.Of(w.t.Context(), people.Whole(), p.ID)
	must(w.t, err)
	return l
}
