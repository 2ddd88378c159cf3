package customer_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/record"
)

// all reaches everybody.
var all = customer.Reach{All: true}

func TestNamesAreFoundByBeginningsOfWordsWithoutAccents(t *testing.T) {
	both(t, func(t *testing.T, db *record.DB, r *customer.Reference) {
		resolve(t, db, r,
			&customer.Known{Ref: "C1", Name: "Denis Lambert", At: t0}, &customer.Known{Ref: "C2", Name: "Élodie L’Hœst-Ançay", At: t0},
			&customer.Known{Ref: "C3", Name: "Lambertine Denise", At: t0}, &customer.Known{Ref: "C4", Name: "100% Pur_Jus", At: t0}, &customer.Known{Ref: "C5", At: t0})
		for typed, want := range map[string][]string{
			"lambert": {"Denis Lambert", "Lambertine Denise"}, "LAM den": {"Denis Lambert", "Lambertine Denise"}, "Denis Lambert": {"Denis Lambert", "Lambertine Denise"},
			"elodie": {"Élodie L’Hœst-Ançay"}, "ancay hoest": {"Élodie L’Hœst-Ançay"}, "HŒST": {"Élodie L’Hœst-Ançay"}, "ambert": nil,
			"%": nil, "_": nil, "": nil, "pur jus": {"100% Pur_Jus"}, "100%": {"100% Pur_Jus"}, "'; DROP TABLE person": nil,
		} {
			found, err := r.Search(ctx, whole, customer.Search{Reach: all, Text: typed, Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, namesOf(found)); d != "" {
				t.Errorf("%q: %s", typed, d)
			}
		}
		first, err := r.Search(ctx, whole, customer.Search{Reach: all, Text: "lambert", Limit: 1})
		if err != nil || len(first) != 1 {
			t.Fatal(first, err)
		}
		next, err := r.Search(ctx, whole, customer.Search{Reach: all, Text: "lambert", After: first[0].ID, Limit: 1})
		if d := cmp.Diff([]string{"Lambertine Denise"}, namesOf(next)); d != "" || err != nil {
			t.Error(d, err)
		}
		if none, err := r.Search(ctx, whole, customer.Search{Text: "lambert", Limit: 1}); len(none) != 0 || err != nil {
			t.Errorf("the zero reach finds %v, %v", none, err)
		}
		if none, err := r.Search(ctx, people.Scope{}, customer.Search{Reach: all, Text: "lambert", Limit: 1}); len(none) != 0 || err != nil {
			t.Errorf("the zero scope finds %v, %v", none, err)
		}
	})
}

func namesOf(found []customer.Person) []string {
	var out []string
	for _, p := range found {
		out = append(out, p.Name)
	}
	return out
}

func TestAChangedNameIsFoundAsItIsNow(t *testing.T) {
	both(t, func(t *testing.T, db *record.DB, r *customer.Reference) {
		resolve(t, db, r, &customer.Known{Ref: "C1", Name: "Anne Petit", At: t0})
		resolve(t, db, r, &customer.Known{Ref: "C1", Name: "Anne Grand", At: t0.AddDate(0, 0, 1)})
		for typed, want := range map[string]int{"petit": 0, "grand": 1} {
			if found, err := r.Search(ctx, whole, customer.Search{Reach: all, Text: typed, Limit: 10}); len(found) != want || err != nil {
				t.Errorf("%s: %v %v", typed, found, err)
			}
		}
	})
}

func TestExactTakesEveryKindOfIdentity(t *testing.T) {
	both(t, func(t *testing.T, db *record.DB, r *customer.Reference) {
		got := resolve(t, db, r, &customer.Known{Ref: "0612345678", At: t0}, &customer.Known{Email: "a@x.fr", Phone: "06 12 34 56 78", At: t0})
		found, err := r.Search(ctx, whole, customer.Search{Text: " 0612345678 ", Exact: true, Reach: all, Limit: 10})
		if err != nil || len(found) != 2 || found[0].ID != got[0].Person || found[1].ID != got[1].Person {
			t.Errorf("a reference that is somebody else's phone: %+v %v", found, err)
		}
		if found, err = r.Search(ctx, whole, customer.Search{Text: "A@X.FR", Exact: true, Reach: all, Limit: 10}); err != nil || len(found) != 1 {
			t.Errorf("e-mail: %+v %v", found, err)
		}
		if found, err = r.Search(ctx, whole, customer.Search{Text: "b@x.fr", Exact: true, Reach: all, Limit: 10}); err != nil || len(found) != 0 {
			t.Errorf("unknown: %+v %v", found, err)
		}
	})
}

func TestDoubtsOfOneAreThoseNamedWithThem(t *testing.T) {
	both(t, func(t *testing.T, db *record.DB, r *customer.Reference) {
		got := resolve(t, db, r, &customer.Known{Ref: "C1", Phone: "0612345678", At: t0}, &customer.Known{Ref: "C2", Phone: "0612345678", At: t0}, &customer.Known{Ref: "C3", At: t0})
		for one, want := range map[int][]cx.PersonID{0: {got[1].Person}, 1: {got[0].Person}, 2: nil} {
			found, err := r.DoubtsOf(ctx, whole, got[one].Person, all)
			if err != nil {
				t.Fatal(err)
			}
			var ids []cx.PersonID
			for _, p := range found {
				ids = append(ids, p.ID)
			}
			if d := cmp.Diff(want, ids); d != "" {
				t.Errorf("%d: %s", one, d)
			}
		}
	})
}
