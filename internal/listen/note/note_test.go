package note_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/note"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

type world struct {
	*note.Store
	on  bool
	now time.Time
}

func open(t *testing.T, db *record.DB) *world {
	t.Helper()
	w := &world{on: true, now: time.Date(2026, 5, 6, 10, 0, 0, 0, time.UTC)}
	units := people.New(db)
	if err := units.PutUnits(t.Context(), []people.Unit{{Key: "north", Name: cx.Text{"fr": "Nord"}}, {Key: "lille", Parent: "north", Name: cx.Text{"fr": "Lille"}}, {Key: "south", Name: cx.Text{"fr": "Sud"}}}); err != nil {
		t.Fatal(err)
	}
	var err error
	w.Store, err = note.New(note.Deps{DB: db, Customers: customer.New(customer.Config{}, customer.Deps{DB: db}), Consulted: func(context.Context) (bool, error) { return w.on, nil },
		Touchpoints: func(context.Context) (map[cx.TouchpointID]bool, error) {
			return map[cx.TouchpointID]bool{"moving": true}, nil
		},
		Units: func(context.Context) (map[cx.UnitID]bool, error) {
			return map[cx.UnitID]bool{"north": true, "lille": true, "south": true}, nil
		}, Now: func() time.Time { return w.now }})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) take(t *testing.T, x note.Sent) (int64, note.Verdict) {
	t.Helper()
	id, v, err := w.Take(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	return id, v
}

func TestTheSameContactIsNotedOnce(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := open(t, db)
		x := note.Sent{Contact: "call-1", Touchpoint: "moving", Unit: "lille", Agent: "ann", Value: 2, Rule: note.Imposed}
		id, first := w.take(t, x)
		again, same := w.take(t, x)
		x.Value = 4
		changed, other := w.take(t, x)
		if first != note.Accepted || same != note.Duplicate || other != note.Changed || again != id || changed != id {
			t.Errorf("%s %s %s, %d %d %d", first, same, other, id, again, changed)
		}
		x.Agent = "bob"
		if n, v := w.take(t, x); v != note.Accepted || n == id {
			t.Errorf("another adviser's note of it: %d %s", n, v)
		}
	})
}

func TestNotesAreSeenWithinThePerimeterAndTheSwitch(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := open(t, db)
		w.take(t, note.Sent{Contact: "1", Unit: "lille", Agent: "ann", Value: 2})
		w.take(t, note.Sent{Contact: "2", Unit: "south", Agent: "bob", Value: 5})
		scope := func(g people.Grant) people.Scope { return people.ScopeOf(g) }
		seen := func(s people.Scope, f note.Filter) string {
			l, err := w.Notes(t.Context(), s, f)
			if err != nil {
				return string(rune('!')) + err.Error()
			}
			var out []string
			for _, n := range l {
				out = append(out, n.Agent)
			}
			slices.Sort(out)
			return strings.Join(out, " ")
		}
		adviser := scope(people.Grant{Role: people.Adviser, Unit: "lille", Agent: "ann", Consulted: true})
		for name, c := range map[string]struct{ got, want string }{
			"director":                   {seen(scope(people.Grant{Role: people.Director, Consulted: true}), note.Filter{}), "ann bob"},
			"manager of the north":       {seen(scope(people.Grant{Role: people.Manager, Unit: "north", Consulted: true}), note.Filter{}), "ann"},
			"a unit":                     {seen(scope(people.Grant{Role: people.Director, Consulted: true}), note.Filter{Unit: "north"}), "ann"},
			"analyst":                    {seen(scope(people.Grant{Role: people.Analyst, Consulted: true}), note.Filter{}), "!note.denied"},
			"adviser's own":              {seen(adviser, note.Filter{Agent: "ann"}), "ann"},
			"adviser, of another":        {seen(adviser, note.Filter{Agent: "bob"}), "!agent: note.others"},
			"adviser, of all":            {seen(adviser, note.Filter{}), "!note.denied"},
			"director, of one adviser":   {seen(scope(people.Grant{Role: people.Director, Consulted: true}), note.Filter{Agent: "ann"}), "!agent: note.others"},
			"director, not consulted":    {seen(scope(people.Grant{Role: people.Director}), note.Filter{}), "!note.denied"},
			"the zero value sees nobody": {seen(people.Scope{}, note.Filter{}), "!note.denied"},
		} {
			if c.got != c.want {
				t.Errorf("%s: %q, want %q", name, c.got, c.want)
			}
		}
		w.on = false
		if got := seen(people.Whole(), note.Filter{}); got != "!note.off" {
			t.Errorf("revoked, yet %q", got)
		}
		if _, _, err := w.Take(t.Context(), note.Sent{Contact: "3", Agent: "ann", Value: 3}); cx.KindOf(err) != cx.Conflict {
			t.Errorf("taken while off: %v", err)
		}
	})
}

func TestWhatIsWrongWithANoteIsTold(t *testing.T) {
	w := open(t, recordtest.SQLite(t))
	for name, c := range map[string]struct {
		x    note.Sent
		want string
	}{
		"nothing":          {note.Sent{}, "agent: collect.required; value: note.value; contact: note.untied; touchpoint: note.touchpoint"},
		"off the scale":    {note.Sent{Agent: "a", Contact: "1", Value: 6}, "value: note.value"},
		"rule":             {note.Sent{Agent: "a", Contact: "1", Value: 1, Rule: "bent"}, "rule: note.rule"},
		"touchpoint":       {note.Sent{Agent: "a", Contact: "1", Value: 1, Touchpoint: "x"}, "touchpoint: collect.unknown_touchpoint"},
		"unit":             {note.Sent{Agent: "a", Contact: "1", Value: 1, Unit: "x"}, "unit: collect.unknown_unit"},
		"unknown customer": {note.Sent{Agent: "a", Customer: &collect.Customer{Ref: "C"}, Touchpoint: "moving", Value: 1}, "customer: note.customer"},
	} {
		if _, _, err := w.Take(t.Context(), c.x); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALinkNotesItsContactAlone(t *testing.T) {
	w := open(t, recordtest.SQLite(t))
	token, _, err := w.Link(t.Context(), note.Sent{Contact: "call-9", Agent: "ann", Unit: "lille"})
	if err != nil {
		t.Fatal(err)
	}
	x, err := w.Linked(t.Context(), token)
	if err != nil || x.Contact != "call-9" || x.Agent != "ann" {
		t.Fatalf("%+v %v", x, err)
	}
	for name, forged := range map[string]string{"cut": token[1:], "longer": token + "x", "nothing": "", "no seal": strings.Split(token, ".")[0]} {
		if _, err := w.Linked(t.Context(), forged); cx.KindOf(err) != cx.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.now = w.now.AddDate(0, 0, 15)
	if _, err := w.Linked(t.Context(), token); cx.KindOf(err) != cx.NotFound {
		t.Errorf("too old: %v", err)
	}
}

func TestOnlyOnesOwnNoteIsTakenBack(t *testing.T) {
	w := open(t, recordtest.SQLite(t))
	id, _ := w.take(t, note.Sent{Contact: "1", Unit: "lille", Agent: "ann", Value: 2})
	left := func() int {
		l, err := w.Notes(t.Context(), people.Whole(), note.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		return len(l)
	}
	if err := w.TakeBack(t.Context(), "bob", id); err != nil || left() != 1 {
		t.Errorf("%v, %d left", err, left())
	}
	if err := w.TakeBack(t.Context(), "ann", id); err != nil || left() != 0 {
		t.Errorf("%v, %d left", err, left())
	}
	w.take(t, note.Sent{Contact: "2", Unit: "lille", Agent: "ann", Value: 2, At: w.now.AddDate(-2, 0, 0)})
	if n, err := w.Forget(t.Context(), w.now.AddDate(-1, 0, 0)); n != 1 || err != nil {
		t.Errorf("forgot %d, %v", n, err)
	}
}
