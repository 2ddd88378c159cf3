package chorus_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/house"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
	"vigie/internal/understand/chorus"
)

type world struct {
	*house.House
	now time.Time
}

func open(t *testing.T, db *record.DB) *world {
	t.Helper()
	w := &world{now: time.Date(2026, 5, 6, 10, 0, 0, 0, time.UTC)}
	var err error
	if w.House, err = house.New(t.Context(), house.Config{Dir: t.TempDir(), Zone: time.UTC, Patience: time.Minute}, house.Deps{DB: db, Now: func() time.Time { return w.now }}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
	for _, step := range []func(context.Context) error{w.Catalogue.Seed, func(ctx context.Context) error {
		return w.People.PutUnits(ctx, []people.Unit{{Key: "north", Name: cx.Text{"fr": "Nord"}}, {Key: "lille", Parent: "north", Name: cx.Text{"fr": "Lille"}}, {Key: "south", Name: cx.Text{"fr": "Sud"}}})
	}, func(ctx context.Context) error {
		return w.Journeys.Put(ctx, "test", journey.Journey{Key: "j", Name: cx.Text{"fr": "J"}, Stages: []journey.Stage{{Key: "s", Name: cx.Text{"fr": "S"}, Touchpoints: []journey.Touchpoint{{Key: "shop", Name: cx.Text{"fr": "Boutique"}}}}}})
	}, w.StartDoor, w.StartDerived} {
		if err := step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// write has n employees of a unit write, from a number on.
func (w *world) write(t *testing.T, from, n int, unit string) []cx.FeedbackID {
	t.Helper()
	var ids []cx.FeedbackID
	for i := from; i < from+n; i++ {
		o, err := w.Door.Put(t.Context(), "", collect.Incoming{Source: "hr", SourceID: fmt.Sprint(i), At: w.now.AddDate(0, 0, -1), Audience: "employee", Program: "relational", Unit: unit, Touchpoint: "shop",
			Customer: &collect.Customer{Ref: fmt.Sprint("e", i)}, Scores: collect.Scores{"nps": float64(i % 11)}, Verbatim: fmt.Sprint("text ", i)})
		if err != nil || o.Verdict != collect.Accepted {
			t.Fatal(o, err)
		}
		ids = append(ids, o.ID)
	}
	return ids
}

func (w *world) listings(t *testing.T, scope people.Scope, q chorus.Query) string {
	t.Helper()
	if err := w.CaughtUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	p, err := w.Chorus.Listings(t.Context(), scope, q)
	if err != nil {
		return "!" + err.Error()
	}
	var out []string
	for _, l := range p.Listings {
		slices.Sort(l.Texts)
		out = append(out, fmt.Sprintf("%s %s %s: %s", l.Unit, l.Grain, l.Start().Format("2006-01"), strings.ReplaceAll(strings.Join(l.Texts, " "), "text ", "")))
	}
	return strings.Join(out, "; ")
}

func TestWhatEmployeesWriteIsListedOnceAndForGood(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := open(t, db)
		lille := w.write(t, 1, 6, "lille")
		w.write(t, 20, 3, "south")
		all := people.ScopeOf(people.Grant{Role: people.Director})
		at := func(months, days int) { w.now = w.now.AddDate(0, months, days) }
		if got := w.listings(t, all, chorus.Query{}); got != "" {
			t.Errorf("the month is open: %s", got)
		}
		at(1, 10)
		want := "lille month 2026-05: 1 2 3 4 5 6"
		if got := w.listings(t, all, chorus.Query{}); got != want {
			t.Error(got)
		}
		if err := w.Insight.Rebuild(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.write(t, 40, 2, "south") // June: two people more
		at(1, 10)
		want = "south quarter 2026-04: 20 21 22 40 41; " + want
		if got := w.listings(t, all, chorus.Query{}); got != want {
			t.Error(got)
		}
		for name, c := range map[string]struct {
			scope people.Scope
			want  string
		}{
			"a manager above":  {people.ScopeOf(people.Grant{Role: people.Manager, Unit: "north"}), "lille month 2026-05: 1 2 3 4 5 6"},
			"another manager":  {people.ScopeOf(people.Grant{Role: people.Manager, Unit: "south"}), "south quarter 2026-04: 20 21 22 40 41"},
			"the zero value":   {people.Scope{}, "!chorus.denied"},
			"reads no figures": {people.ScopeOf(people.Grant{Role: people.Adviser, Unit: "lille", Agent: "ann"}), "!chorus.denied"},
		} {
			if got := w.listings(t, c.scope, chorus.Query{}); got != c.want {
				t.Errorf("%s: %q", name, got)
			}
		}
		touchpoint := cx.TouchpointID("call")
		if got := w.listings(t, all, chorus.Query{Touchpoint: &touchpoint}); got != "" {
			t.Errorf("another touchpoint's: %s", got)
		}
		if err := w.Door.Erase(t.Context(), lille[0]); err != nil {
			t.Fatal(err)
		}
		if got := w.listings(t, all, chorus.Query{Unit: "north"}); got != "lille month 2026-05: 2 3 4 5 6" {
			t.Errorf("erased: %s", got)
		}
		if err := w.Door.Erase(t.Context(), lille[1]); err != nil {
			t.Fatal(err)
		}
		at(12, 0) // four are left: they are shown nowhere, and join no other listing
		if got := w.listings(t, all, chorus.Query{}); got != "south quarter 2026-04: 20 21 22 40 41" {
			t.Errorf("four left: %s", got)
		}
	})
}

func TestTheOrderOfTextsTellsNothingOfTheirArrival(t *testing.T) {
	w := open(t, recordtest.SQLite(t))
	w.write(t, 100, 60, "lille")
	w.now = w.now.AddDate(0, 2, 0)
	if err := w.CaughtUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	var seen [2][]string
	for n := range seen {
		p, err := w.Chorus.Listings(t.Context(), people.ScopeOf(people.Grant{Role: people.Director}), chorus.Query{})
		if err != nil || len(p.Listings) != 1 {
			t.Fatal(p, err)
		}
		seen[n] = p.Listings[0].Texts
	}
	if !slices.Equal(seen[0], seen[1]) {
		t.Error("another order each time: who looks often could average it away")
	}
	inOrder := 0
	for n := range seen[0][1:] {
		if seen[0][n] < seen[0][n+1] {
			inOrder++
		}
	}
	if len(seen[0]) != 60 || inOrder < 12 || inOrder > 47 { // of 59: a fair coin leaves these bounds once in a million
		t.Errorf("%d of %d stand in the order of arrival", inOrder, len(seen[0]))
	}
}

func TestPagesOfListingsFollowEachOther(t *testing.T) {
	w := open(t, recordtest.SQLite(t))
	w.now = w.now.AddDate(0, 0, 10)
	for range 4 {
		w.write(t, int(w.now.Unix()), 5, "lille")
		w.now = w.now.AddDate(0, 1, 0)
	}
	w.now = w.now.AddDate(0, 2, 0)
	if err := w.CaughtUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	var starts []string
	q := chorus.Query{Limit: 3}
	for {
		p, err := w.Chorus.Listings(t.Context(), people.ScopeOf(people.Grant{Role: people.Director}), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range p.Listings {
			starts = append(starts, l.Start().Format("2006-01"))
		}
		if q.Before = p.Next; q.Before == 0 {
			break
		}
	}
	if got := strings.Join(starts, " "); got != "2026-08 2026-07 2026-06 2026-05" {
		t.Error(got)
	}
}
