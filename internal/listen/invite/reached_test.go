package invite

import (
	"fmt"
	"testing"

	"vigie/internal/channel/mail"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// One person asked by e-mail, which came back, then by SMS, and who answers: one message delivered, one answer, by SMS.
func TestAnAnswerIsDueToTheMessageThatArrived(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		w.rule(Rule{Key: "delivered", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"}})
		w.happen("order.delivered", 1)
		w.planAll()
		first := w.send()[0]
		if n, err := w.Returned(ctx, []mail.Notice{{Fate: mail.Hard, Addresses: []string{first.To}, Original: fmt.Sprintf("inv.%d.0@filambre.example", first.ID)}}); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if second := w.send(); len(second) != 1 || second[0].Channel != SMS {
			t.Fatalf("%+v", second)
		}
		for range 2 { // the page where it is answered is that of the first
			must(t, db.Write(ctx, func(tx *record.Tx) error { return w.Answered(ctx, tx, first.ID) }))
		}
		counts, err := w.Counts(ctx, people.Whole(), "channel", 0)
		must(t, err)
		got := map[string][3]int{}
		for _, c := range counts {
			was := got[c.Key]
			got[c.Key] = [3]int{was[0] + c.Sent, was[1] + c.Delivered, was[2] + c.Answered}
		}
		if got[Email] != [3]int{1, 0, 0} || got[SMS] != [3]int{1, 1, 1} {
			t.Errorf("sent, delivered, answered: %v", got)
		}
	})
}
