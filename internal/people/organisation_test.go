package people

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func tree() []Unit {
	return []Unit{
		{Key: "nantes", Parent: "ouest", Level: "agency"},
		{Key: "ouest", Name: cx.Text{"fr": "Ouest"}, Parent: "france", Level: "region", Zone: "Indian/Reunion"},
		{Key: "nord", Parent: "france", Level: "region"},
		{Key: "lille", Parent: "nord", Level: "agency"},
		{Key: "france"},
	}
}

func TestTreeAnswersWhoIsUnderWhom(t *testing.T) {
	o := NewOrganisation(tree())
	check := func(name string, got, want any) {
		t.Helper()
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	check("subtree, parents first", o.Subtree("ouest"), []cx.UnitID{"ouest", "nantes"})
	check("subtree of an unknown", len(o.Subtree("elsewhere")), 0)
	check("everything", len(o.Subtree("")), 5)
	check("path", o.Path("nantes"), []cx.UnitID{"france", "ouest", "nantes"})
	check("levels top down", o.Levels(), []string{"region", "agency"})
	check("ancestor", o.AncestorAt("nantes", "region"), cx.UnitID("ouest"))
	check("itself", o.AncestorAt("ouest", "region"), cx.UnitID("ouest"))
	check("no ancestor", o.AncestorAt("france", "region"), cx.UnitID(""))
	check("zone inherited", o.Zone("nantes"), "Indian/Reunion")
	check("zone none", o.Zone("lille"), "")
	west := Perimeter{Roots: []cx.UnitID{"ouest"}}
	check("within", o.Within(west, "nantes"), true)
	check("root within", o.Within(west, "ouest"), true)
	check("beside", o.Within(west, "lille"), false)
	check("above", o.Within(west, "france"), false)
	check("no unit", o.Within(west, ""), false)
	check("no unit in all", o.Within(Perimeter{All: true}, ""), true)
	check("nothing", o.Within(Perimeter{}, "nantes"), false)
}

func TestTreeWithACycleEnds(t *testing.T) {
	o := NewOrganisation([]Unit{{Key: "a", Parent: "b"}, {Key: "b", Parent: "a"}, {Key: "c", Parent: "c"}})
	if got := len(o.Subtree("a")); got != 2 {
		t.Errorf("subtree of a cycle has %d units", got)
	}
	if got := len(o.Path("c")); got != 1 {
		t.Errorf("path of its own parent has %d units", got)
	}
}

func TestPutUnitsKeepsAllOrRefusesAllWithTheField(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		s := New(db)
		if err := s.PutUnits(ctx, tree()); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name  string
			units []Unit
			field string
		}{
			{"bad key", []Unit{{Key: "Été"}}, "units[0].key"},
			{"twice", []Unit{{Key: "x"}, {Key: "x"}}, "units[1].key"},
			{"unknown parent", []Unit{{Key: "x"}, {Key: "y", Parent: "nowhere"}}, "units[1].parent"},
			{"own parent", []Unit{{Key: "x", Parent: "x"}}, "units[0].parent"},
			{"cycle through what exists", []Unit{{Key: "france", Parent: "nantes"}}, "units[0].parent"},
			{"zone", []Unit{{Key: "x", Zone: "Mars/North"}}, "units[0].zone"},
		} {
			err := s.PutUnits(ctx, c.units)
			if e, ok := err.(*cx.Error); !ok || e.Field != c.field || e.Kind != cx.Invalid {
				t.Errorf("%s: %v, want %s", c.name, err, c.field)
			}
		}
		if err := s.PutUnits(ctx, []Unit{{Key: "nantes", Parent: "nord", Name: cx.Text{"fr": "Nantes"}}}); err != nil {
			t.Fatal(err)
		}
		o, err := s.Present(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.Path("nantes"); !cmp.Equal(got, []cx.UnitID{"france", "nord", "nantes"}) || len(o.Units()) != 5 {
			t.Errorf("moved unit at %v among %d", got, len(o.Units()))
		}
	})
}

func TestManyUnitsArePutAtOnce(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		units := make([]Unit, 0, 14_763)
		for i := range 14_763 {
			u := Unit{Key: cx.UnitID(fmt.Sprintf("u%d", i)), Name: cx.Text{"fr": "Unité"}}
			if i > 0 {
				u.Parent = cx.UnitID(fmt.Sprintf("u%d", (i-1)/8))
			}
			units = append(units, u)
		}
		s, start := New(db), time.Now()
		if err := s.PutUnits(ctx, units); err != nil {
			t.Fatal(err)
		}
		o, err := s.Present(ctx)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("put and read in %s", time.Since(start))
		if got := len(o.Subtree("u0")); got != 14_763 {
			t.Errorf("%d units under the root", got)
		}
	})
}
