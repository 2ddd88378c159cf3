package people

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func TestChangesOfTheTreeAreDatedAndUndone(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		s := New(db)
		if err := s.PutUnits(ctx, tree()); err != nil {
			t.Fatal(err)
		}
		before, _ := s.Present(ctx)
		nantes, _ := before.Unit("nantes")
		moved := nantes
		moved.Parent, moved.Name = "nord", cx.Text{"fr": "Nantes centre"}
		batch, err := s.ChangeUnits(ctx, UnitChanges{Actor: "user:1", Day: "2026-03-01", Units: []Unit{moved, {Key: "brest", Parent: "ouest"}}})
		if err != nil || batch == 0 {
			t.Fatal(batch, err)
		}
		if none, err := s.ChangeUnits(ctx, UnitChanges{Actor: "user:1", Units: []Unit{moved}}); none != 0 || err != nil {
			t.Errorf("nothing changed is batch %d, %v", none, err)
		}
		moves, err := s.Moves(ctx, "2026-03-01", "2026-03-02")
		if err != nil || len(moves) != 1 || moves[0].Unit != "nantes" || moves[0].Was.Parent != "ouest" || moves[0].Becomes.Parent != "nord" {
			t.Fatalf("%+v %v", moves, err)
		}
		if early, err := s.Moves(ctx, "", "2026-03-01"); len(early) != 0 || err != nil {
			t.Errorf("%+v %v", early, err)
		}
		all, err := s.UnitBatches(ctx, 10)
		if err != nil || len(all) != 2 || all[0].ID != batch || all[0].Counts[UnitMoved] != 1 || all[0].Counts[UnitAdded] != 1 || all[1].Counts[UnitAdded] != 5 {
			t.Fatalf("%+v %v", all, err)
		}
		if err := s.UndoUnits(ctx, "user:1", batch); err != nil {
			t.Fatal(err)
		}
		after, _ := s.Present(ctx)
		if d := cmp.Diff(before.Units(), after.Units()); d != "" {
			t.Error(d)
		}
		if left, _ := s.Moves(ctx, "", ""); len(left) != 0 {
			t.Errorf("an undone move is marked: %+v", left)
		}
		kindOf(t, "undone twice", s.UndoUnits(ctx, "user:1", batch), cx.NotFound)
		trail, _ := s.SearchTrail(ctx, TrailFilter{What: "unit.", Actor: "user:1"})
		if len(trail) != 2 || trail[0].What != "unit.undo" || trail[0].Subject != "units:2" {
			t.Errorf("%+v", trail)
		}
	})
}

func TestUndoIsRefusedWhenTheTreeWentOn(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		s := New(db)
		change := func(units ...Unit) int64 {
			t.Helper()
			b, err := s.ChangeUnits(ctx, UnitChanges{Actor: "user:1", Units: units})
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		first := change(tree()...)
		renamed := change(Unit{Key: "lille", Parent: "nord", Level: "agency", Name: cx.Text{"fr": "Lille"}})
		under := change(Unit{Key: "roubaix", Parent: "lille"})
		kindOf(t, "a unit changed since", s.UndoUnits(ctx, "user:1", first), cx.Conflict)
		change(Unit{Key: "lille", Parent: "nord", Level: "agency", Name: cx.Text{"fr": "Lille centre"}})
		kindOf(t, "renamed since", s.UndoUnits(ctx, "user:1", renamed), cx.Conflict)
		if _, err := s.AddUser(ctx, NewUser{Email: "a@x.fr", Name: "A", Role: Manager, Unit: "nord", More: []cx.UnitID{"roubaix"}}); err != nil {
			t.Fatal(err)
		}
		kindOf(t, "somebody belongs to it", s.UndoUnits(ctx, "user:1", under), cx.Conflict)
		if _, err := s.ChangeUnits(ctx, UnitChanges{Actor: "user:1", Day: "soon", Units: tree()}); cx.KindOf(err) != cx.Invalid {
			t.Errorf("a day that is none: %v", err)
		}
	})
}

func TestAFileOfUnitsChangesOnlyWhatItSays(t *testing.T) {
	o := NewOrganisation([]Unit{
		{Key: "ouest", Name: cx.Text{"fr": "Ouest", "en": "West"}, Level: "region", Zone: "Indian/Reunion"},
		{Key: "nantes", Name: cx.Text{"fr": "Nantes"}, Parent: "ouest"}, {Key: "old", Name: cx.Text{"fr": "Old"}}, {Key: "shut", Name: cx.Text{"fr": "Shut"}, Closed: true}})
	file := []Unit{{Key: "ouest", Name: cx.Text{"fr": "Ouest"}}, {Key: "nantes", Name: cx.Text{"fr": "Nantes centre"}, Parent: "ouest"}, {Key: "brest", Name: cx.Text{"fr": "Brest"}, Parent: "ouest"}}
	kinds := func(closing bool) map[cx.UnitID]ChangeKind {
		out := map[cx.UnitID]ChangeKind{}
		for _, c := range o.Diff(o.Adopt(file, closing)) {
			out[c.Unit] = c.Kind
		}
		return out
	}
	if d := cmp.Diff(map[cx.UnitID]ChangeKind{"nantes": UnitRenamed, "brest": UnitAdded}, kinds(false)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(map[cx.UnitID]ChangeKind{"nantes": UnitRenamed, "brest": UnitAdded, "old": UnitClosed}, kinds(true)); d != "" {
		t.Error(d)
	}
}
