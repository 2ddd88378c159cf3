package collect_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func TestAnImportTakesBackThePersonsWhomItAloneMadeKnown(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, h := open(t, db)
		ctx := t.Context()
		from := func(first int, who ...collect.Customer) []collect.Line {
			out := lines(first, len(who), nil)
			for i := range out {
				out[i].Incoming.Customer = &who[i]
			}
			return out
		}
		mail := func(s string) collect.Customer { return collect.Customer{Email: s + "@x.fr", Name: s} }
		steps := []func() error{
			func() error { _, err := d.Batch(ctx, from(0, mail("before"))); return err },
			func() error {
				_, err := d.Bring(ctx, 7, from(10, mail("before"), mail("alone"), mail("alone"), mail("after"), mail("agreed"), mail("both"),
					collect.Customer{Email: "linked@x.fr", Ref: "L1"}))
				return err
			},
			func() error { _, err := d.Batch(ctx, from(30, mail("after"))); return err },
			func() error { _, err := d.Bring(ctx, 8, from(40, mail("both"))); return err },
			func() error { // the feedback of others leaves, what they said of the person stays theirs
				return d.Takeback(ctx, 8, nil)
			},
			func() error {
				p, err := h.customers.Find(ctx, people.Whole(), "agreed@x.fr")
				if err != nil {
					return err
				}
				return h.customers.Consents(ctx, p.ID, "news", customer.Consent{Granted: true, At: today})
			},
			func() error { return d.Takeback(ctx, 7, nil) },
		}
		for n, step := range steps {
			if err := step(); err != nil {
				t.Fatal(n, err)
			}
		}
		got := map[string]bool{}
		for _, who := range []string{"before@x.fr", "alone@x.fr", "after@x.fr", "agreed@x.fr", "both@x.fr", "linked@x.fr", "L1"} {
			_, err := h.customers.Find(ctx, people.Whole(), who)
			got[who] = err == nil
		}
		want := map[string]bool{"before@x.fr": true, "alone@x.fr": false, "after@x.fr": true, "agreed@x.fr": true, "both@x.fr": true, "linked@x.fr": false, "L1": false}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if _, err := d.Bring(ctx, 9, from(10, mail("before"), mail("alone"))); err != nil {
			t.Error("the same file does not enter again:", err)
		}
		if _, err := h.customers.Find(ctx, people.Whole(), "alone@x.fr"); err != nil {
			t.Error("nor does its person:", err)
		}
	})
}
