package customer_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

var (
	ctx   = context.Background()
	whole = people.Whole()
	t0    = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
)

func TestIdentitiesAreNormalised(t *testing.T) {
	for _, c := range []struct {
		in, want string
		ok       bool
	}{
		{"06 12 34 56 78", "+33612345678", true},
		{"+33 (0)6.12.34.56.78", "+33612345678", true},
		{"0033612345678", "+33612345678", true},
		{"33612345678", "+33612345678", true},
		{"612345678", "+33612345678", true},
		{"+32 470 12 34 56", "+32470123456", true},
		{"12", "+3312", false},
		{"non communiqué", "", false},
		{"+1234567890123456", "+1234567890123456", false},
	} {
		got, ok := customer.NormalPhone(c.in, "33")
		if got != c.want || ok != c.ok {
			t.Errorf("phone %q: %q %t, want %q %t", c.in, got, ok, c.want, c.ok)
		}
	}
	for in, want := range map[string]bool{" A@B.fr ": true, "a@b": true, "a.fr": false, "a@": false, "@b": false, "a b@c": false, "a@b@c": false} {
		if _, ok := customer.NormalEmail(in); ok != want {
			t.Errorf("email %q: %t, want %t", in, ok, want)
		}
	}
}

func resolve(t *testing.T, db *record.DB, r *customer.Reference, batch ...*customer.Known) []customer.Resolved {
	t.Helper()
	if err := r.Open(ctx); err != nil {
		t.Fatal(err)
	}
	var out []customer.Resolved
	err := db.Write(ctx, func(tx *record.Tx) (err error) {
		out, err = r.Resolve(ctx, tx, batch)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func both(t *testing.T, fn func(t *testing.T, db *record.DB, r *customer.Reference)) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		fn(t, db, customer.New(customer.Config{}, customer.Deps{DB: db, Now: func() time.Time { return t0 }}))
	})
}

func TestIdentitiesGivenTogetherNameOnePerson(t *testing.T) {
	both(t, func(t *testing.T, db *record.DB, r *customer.Reference) {
		got := resolve(t, db, r,
			&customer.Known{Ref: "C1", Email: "a@x.fr", At: t0},
			&customer.Known{Email: "A@X.FR ", Phone: "0612345678", At: t0},
			&customer.Known{Phone: "+33612345678", At: t0},
			&customer.Known{Email: "b@x.fr", At: t0},
			&customer.Known{Name: "nobody", At: t0})
		if got[0].Person != got[1].Person || got[1].Person != got[2].Person || got[3].Person == got[0].Person || got[4].Identity != 0 {
			t.Errorf("%+v", got)
		}
		again := resolve(t, db, r, &customer.Known{Phone: "06.12.34.56.78", At: t0})
		if again[0].Identity != got[2].Identity || again[0].Person != got[0].Person {
			t.Errorf("again %+v, first %+v", again[0], got[2])
		}
		p, err := r.Person(ctx, whole, got[0].Person)
		if err != nil || len(p.Identities) != 3 {
			t.Errorf("%+v %v", p, err)
		}
		if _, err := r.Person(ctx, people.Scope{}, got[0].Person); cx.KindOf(err) != cx.NotFound {
			t.Errorf("the zero scope got %v", err)
		}
	})
}

func TestTwoPersonsAreNeverMergedSilently(t *testing.T) {
	both(t, func(t *testing.T, db *record.DB, r *customer.Reference) {
		one := resolve(t, db, r, &customer.Known{Ref: "C1", Phone: "0612345678", At: t0}, &customer.Known{Ref: "C2", At: t0})
		got := resolve(t, db, r,
			&customer.Known{Ref: "C2", Phone: "0612345678", At: t0}, // two known persons
			&customer.Known{Ref: "C3", Phone: "0612345678", At: t0}) // a household's phone, a new number
		if got[0].Person != one[1].Person || got[1].Person == one[0].Person || got[1].Person == one[1].Person {
			t.Errorf("%+v after %+v", got, one)
		}
		doubts, err := r.Doubts(ctx, whole, 10)
		if err != nil || len(doubts) != 2 {
			t.Errorf("doubts %+v %v", doubts, err)
		}
	})
}

func TestTheLatestWordWinsAndThePastIsAsItWas(t *testing.T) {
	both(t, func(t *testing.T, db *record.DB, r *customer.Reference) {
		said := func(days int, attributes map[cx.AttributeID]any) map[cx.AttributeID]any {
			k := &customer.Known{Ref: "C1", Name: "Anne", Attributes: attributes, At: t0.AddDate(0, 0, days)}
			return resolve(t, db, r, k)[0].Attributes
		}
		said(10, map[cx.AttributeID]any{"segment": "premium", "age": 40.0})
		if d := cmp.Diff(map[cx.AttributeID]any{"segment": "basic"}, said(5, map[cx.AttributeID]any{"segment": "basic"})); d != "" {
			t.Error("before: ", d)
		}
		want := map[cx.AttributeID]any{"segment": "premium", "age": 40.0, "vip": true}
		if d := cmp.Diff(want, said(20, map[cx.AttributeID]any{"vip": true})); d != "" {
			t.Error("after: ", d)
		}
	})
}

func TestUnmergeGivesEachWhatWasTheirs(t *testing.T) {
	both(t, func(t *testing.T, db *record.DB, r *customer.Reference) {
		got := resolve(t, db, r,
			&customer.Known{Ref: "C1", Name: "Anne", Attributes: map[cx.AttributeID]any{"city": "Brest"}, At: t0},
			&customer.Known{Email: "a@x.fr", Name: "A. Le Gall", Attributes: map[cx.AttributeID]any{"city": "Lyon", "vip": true}, At: t0.Add(time.Hour)})
		kept, gone := got[0].Person, got[1].Person
		first := person(t, r, kept)
		id, err := r.Merge(ctx, gone, kept, "dpo")
		if err != nil {
			t.Fatal(err)
		}
		if p := person(t, r, kept); p.Name != "A. Le Gall" || len(p.Identities) != 2 || p.Attributes["city"] != "Lyon" || p.Attributes["vip"] != true {
			t.Errorf("merged: %+v", p)
		}
		if _, err := r.Person(ctx, whole, gone); cx.KindOf(err) != cx.NotFound {
			t.Errorf("gone: %v", err)
		}
		resolve(t, db, r, &customer.Known{Ref: "C1", Attributes: map[cx.AttributeID]any{"since": 2026.0}, At: t0.Add(2 * time.Hour)})
		if err := r.Unmerge(ctx, id); err != nil {
			t.Fatal(err)
		}
		first.Attributes["since"] = 2026.0
		if d := cmp.Diff(first, person(t, r, kept)); d != "" {
			t.Error("kept: ", d)
		}
		if p := person(t, r, gone); p.Name != "A. Le Gall" || len(p.Identities) != 1 {
			t.Errorf("gone is back as %+v", p)
		}
		if err := r.Unmerge(ctx, id); cx.KindOf(err) != cx.NotFound {
			t.Errorf("undone twice: %v", err)
		}
		if m, err := r.Merges(ctx, whole, kept); err != nil || len(m) != 1 || !m[0].Undone || m[0].By != "dpo" {
			t.Errorf("history %+v %v", m, err)
		}
	})
}

func person(t *testing.T, r *customer.Reference, id cx.PersonID) customer.Person {
	t.Helper()
	p, err := r.Person(ctx, whole, id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestConsentKeepsTheLatestAnswerAndANoOverAYes(t *testing.T) {
	both(t, func(t *testing.T, db *record.DB, r *customer.Reference) {
		id := resolve(t, db, r, &customer.Known{Ref: "C1", At: t0})[0].Person
		for _, c := range []customer.Consent{{Granted: true, At: t0}, {Granted: false, At: t0, Proof: "call"}, {Granted: true, At: t0.Add(-time.Hour)}} {
			if err := r.Consents(ctx, id, "survey", c); err != nil {
				t.Fatal(err)
			}
		}
		if c := person(t, r, id).Consent["survey"]; c.Granted || c.Proof != "call" {
			t.Errorf("%+v", c)
		}
		if err := r.Consents(ctx, 999, "survey", customer.Consent{}); cx.KindOf(err) != cx.NotFound {
			t.Errorf("unknown: %v", err)
		}
	})
}

func TestWhoWasMergedAwayLeadsToWhoIsLeft(t *testing.T) {
	both(t, func(t *testing.T, db *record.DB, r *customer.Reference) {
		got := resolve(t, db, r, &customer.Known{Ref: "C1", At: t0}, &customer.Known{Ref: "C2", At: t0}, &customer.Known{Ref: "C3", At: t0})
		a, b, c := got[0].Person, got[1].Person, got[2].Person
		leads := func(when string, want map[cx.PersonID]cx.PersonID) {
			t.Helper()
			for gone, kept := range want {
				if found, err := r.KeptOf(ctx, gone); found != kept || (err != nil) != (kept == 0) {
					t.Errorf("%s: %d leads to %d, %v", when, gone, found, err)
				}
			}
		}
		leads("before", map[cx.PersonID]cx.PersonID{a: 0, b: 0, 999: 0})
		first, err := r.Merge(ctx, a, b, "dpo")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Merge(ctx, b, c, "dpo"); err != nil {
			t.Fatal(err)
		}
		leads("both merged", map[cx.PersonID]cx.PersonID{a: c, b: c, c: 0})
		if err := db.Write(ctx, func(tx *record.Tx) error { return r.Erase(ctx, tx, c) }); err != nil {
			t.Fatal(err)
		}
		leads("erased", map[cx.PersonID]cx.PersonID{a: 0, b: 0})
		if err := r.Unmerge(ctx, first); cx.KindOf(err) != cx.NotFound {
			t.Errorf("undone after erasing: %v", err)
		}
	})
}

func TestFindTakesAnIdentityAsTyped(t *testing.T) {
	both(t, func(t *testing.T, db *record.DB, r *customer.Reference) {
		id := resolve(t, db, r, &customer.Known{Ref: "C1", Email: "a@x.fr", Phone: "0612345678", At: t0})[0].Person
		for _, typed := range []string{"C1", "A@x.fr", "06 12 34 56 78"} {
			if p, err := r.Find(ctx, whole, typed); err != nil || p.ID != id {
				t.Errorf("%s: %+v %v", typed, p, err)
			}
		}
		if _, err := r.Find(ctx, whole, "C2"); cx.KindOf(err) != cx.NotFound {
			t.Errorf("unknown: %v", err)
		}
	})
}

func TestErasingForgetsWhoWasMergedIntoOneMergedSince(t *testing.T) {
	both(t, func(t *testing.T, db *record.DB, r *customer.Reference) {
		got := resolve(t, db, r, &customer.Known{Ref: "C1", Name: "Anne", At: t0}, &customer.Known{Ref: "C2", Name: "A. Le Gall", At: t0},
			&customer.Known{Ref: "C3", Name: "Mme Le Gall", At: t0}, &customer.Known{Ref: "C4", Name: "Max", At: t0}, &customer.Known{Ref: "C5", Name: "M.", At: t0})
		for _, pair := range [][2]int{{0, 1}, {1, 2}, {3, 4}} {
			if _, err := r.Merge(ctx, got[pair[0]].Person, got[pair[1]].Person, "dpo"); err != nil {
				t.Fatal(err)
			}
		}
		err := db.Write(ctx, func(tx *record.Tx) error { return r.Erase(ctx, tx, got[2].Person) })
		if err != nil {
			t.Fatal(err)
		}
		rows, err := db.Query(ctx, `SELECT gone FROM person_merge`)
		if err != nil {
			t.Fatal(err)
		}
		left, err := record.Column[cx.PersonID](rows)
		if d := cmp.Diff([]cx.PersonID{got[3].Person}, left); d != "" || err != nil {
			t.Error(d, err)
		}
	})
}
