package collect_test

import (
	"context"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func TestWhatIsTooOldIsForgottenAsAsked(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, _ := open(t, db)
		now := today
		months := func(n int) time.Time { return now.AddDate(0, -n, 0) }
		one := func(n, age int, change func(*collect.Incoming)) cx.FeedbackID {
			in := feedback(n)
			in.At, in.Verbatim = months(age), "des mots"
			change(&in)
			return put(t, d, in).ID
		}
		keep := func(in *collect.Incoming) { in.Customer = nil }
		of := func(ref string) func(*collect.Incoming) {
			return func(in *collect.Incoming) { in.Customer = &collect.Customer{Ref: ref} }
		}
		fresh, words, whole := one(1, 1, keep), one(2, 13, keep), one(3, 25, keep)
		alone := one(4, 14, func(in *collect.Incoming) { in.Scores, in.Customer = nil, nil })
		silent, loyal := one(5, 20, of("silent")), one(6, 20, of("loyal"))
		back := one(7, 2, of("loyal"))
		k := collect.Keep{Words: months(12), Feedback: months(24), Customer: months(18)}
		would, err := d.Aged(ctx, k)
		if err != nil {
			t.Fatal(err)
		}
		if want := (collect.Aged{Words: 4, Feedback: 1, Customer: 1}); would != want { // the silent customer's words count too
			t.Errorf("would take %+v, want %+v", would, want)
		}
		if n, _ := d.Count(ctx); n[cx.Erased] != 0 {
			t.Error("a preview erases")
		}
		did, err := d.Forget(ctx, k)
		if err != nil {
			t.Fatal(err)
		}
		if want := (collect.Aged{Words: 3, Feedback: 1, Customer: 1}); did != want {
			t.Errorf("took %+v, want %+v", did, want)
		}
		rows, err := d.Present(ctx, []int64{int64(fresh), int64(words), int64(whole), int64(alone), int64(silent), int64(loyal), int64(back)})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []struct {
			erased bool
			words  int
		}{{false, 1}, {false, 0}, {true, 0}, {true, 0}, {true, 0}, {false, 0}, {false, 1}} {
			if (rows[i].State == cx.Erased) != want.erased {
				t.Errorf("feedback %d: state %v", i+1, rows[i].State)
				continue
			}
			if want.erased {
				continue
			}
			f, err := collect.Decode(rows[i])
			if err != nil || len(f.Verbatims) != want.words || len(f.Scores) == 0 {
				t.Errorf("feedback %d: %d words, %d scores, %v", i+1, len(f.Verbatims), len(f.Scores), err)
			}
		}
		if again, err := d.Forget(ctx, k); again != (collect.Aged{}) || err != nil {
			t.Errorf("a second night takes %+v, %v", again, err)
		}
		if none, err := d.Forget(ctx, collect.Keep{}); none != (collect.Aged{}) || err != nil {
			t.Errorf("without duration it takes %+v, %v", none, err)
		}
	})
}

func TestCustomersWithoutFeedbackAreForgottenToo(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		h := newHouse(db)
		long := today.AddDate(-3, 0, 0)
		h.customers = customer.New(customer.Config{}, customer.Deps{DB: db, Now: func() time.Time { return long }})
		d := start(t, h, collect.Config{Dir: t.TempDir(), Sweep: time.Hour})
		old, recent := long, today.AddDate(0, -1, 0)
		known := []*customer.Known{{Ref: "never", Name: "A", At: old}, {Ref: "named", Name: "B", At: recent}, {Ref: "told", Attributes: map[cx.AttributeID]any{"city": "Brest"}, At: recent},
			{Ref: "asked", Name: "C", At: old}, {Ref: "spoke", Name: "D", At: old}, {Ref: "erased", Name: "E", At: old}}
		var persons []cx.PersonID
		if err := h.customers.Open(ctx); err != nil {
			t.Fatal(err)
		}
		if err := db.Write(ctx, func(tx *record.Tx) error {
			got, err := h.customers.Resolve(ctx, tx, known)
			persons = nil
			for _, x := range got {
				persons = append(persons, x.Person)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := h.customers.Consents(ctx, persons[3], customer.Survey, customer.Consent{At: recent}); err != nil {
			t.Fatal(err)
		}
		in := feedback(1)
		in.At, in.Customer = recent, &collect.Customer{Ref: "spoke"}
		put(t, d, in)
		in = feedback(2)
		in.At, in.Customer = old, &collect.Customer{Ref: "erased"}
		if err := d.Erase(ctx, put(t, d, in).ID); err != nil {
			t.Fatal(err)
		}
		k := collect.Keep{Customer: today.AddDate(-2, 0, 0)}
		if would, err := d.Aged(ctx, k); err != nil || would.Customer != 2 {
			t.Errorf("would take %+v, %v", would, err)
		}
		if did, err := d.Forget(ctx, k); err != nil || did.Customer != 2 {
			t.Errorf("took %+v, %v", did, err)
		}
		for i, x := range known {
			_, err := h.customers.Person(ctx, people.Whole(), persons[i])
			if gone := err != nil; gone != (x.Ref == "never" || x.Ref == "erased") {
				t.Errorf("%s: gone %t", x.Ref, gone)
			}
		}
	})
}
