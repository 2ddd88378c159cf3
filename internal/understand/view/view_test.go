package view_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
	"vigie/internal/understand/view"
)

var (
	ada   = people.Viewer{UserID: 1, Role: people.Director}
	bob   = people.Viewer{UserID: 2, Role: people.Director}
	carl  = people.Viewer{UserID: 3, Role: people.Manager}
	admin = people.Viewer{UserID: 4, Role: people.Administrator}
	key   = people.Viewer{KeyID: "9", Role: people.Director}
)

// newStore stands on Nantes and Brest under the west.
func newStore(db *record.DB) *view.Store {
	return view.NewStore(db, func(_ context.Context, unit cx.UnitID) ([]cx.UnitID, error) {
		return map[cx.UnitID][]cx.UnitID{"west": {"west"}, "nantes": {"west", "nantes"}, "brest": {"west", "brest"}}[unit], nil
	})
}

func TestAViewOfAUnitIsSeenInItAndBelow(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		s := newStore(db)
		of := func(id int64, unit cx.UnitID) people.Viewer {
			return people.Viewer{UserID: id, Role: people.Manager, Unit: unit}
		}
		v := save(t, s, of(1, "west"), view.New{Name: "De l’Ouest", SeenBy: view.MyUnit})
		save(t, s, of(2, "nantes"), view.New{Name: "De Nantes", SeenBy: view.MyUnit})
		for _, c := range []struct {
			who  people.Viewer
			want []string
		}{{of(3, "nantes"), []string{"De Nantes", "De l’Ouest"}}, {of(4, "brest"), []string{"De l’Ouest"}}, {of(1, "west"), []string{"De l’Ouest"}}, {of(5, ""), nil}, {of(6, "north"), nil}} {
			if d := cmp.Diff(c.want, names(t, s, c.who)); d != "" {
				t.Errorf("%s: %s", c.who.Unit, d)
			}
			if _, err := s.View(t.Context(), c.who, v.ID); (err == nil) != slices.Contains(c.want, "De l’Ouest") {
				t.Errorf("%s opens it: %v", c.who.Unit, err)
			}
		}
		if _, err := s.Save(t.Context(), of(5, ""), view.New{Name: "x", SeenBy: view.MyUnit}); cx.KindOf(err) != cx.Invalid {
			t.Errorf("for no unit: %v", err)
		}
	})
}

func names(t *testing.T, s *view.Store, who people.Viewer) []string {
	t.Helper()
	all, err := s.Views(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, v := range all {
		out = append(out, v.Name)
	}
	return out
}

func save(t *testing.T, s *view.Store, who people.Viewer, n view.New) view.View {
	t.Helper()
	v, err := s.Save(t.Context(), who, n)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestViewsAreSeenByThoseTheyAreFor(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		s := newStore(db)
		mine := save(t, s, ada, view.New{Name: " Ma vue ", Question: "indicator=csat", SeenBy: view.Me})
		save(t, s, ada, view.New{Name: "La direction", SeenBy: view.MyRole})
		save(t, s, bob, view.New{Name: "À tous", SeenBy: view.Everyone})
		for who, want := range map[*people.Viewer][]string{&ada: {"La direction", "Ma vue", "À tous"}, &bob: {"À tous", "La direction"}, &carl: {"À tous"}} {
			if d := cmp.Diff(want, names(t, s, *who)); d != "" {
				t.Errorf("user %d: %s", who.UserID, d)
			}
		}
		if _, err := s.View(t.Context(), carl, mine.ID); cx.KindOf(err) != cx.NotFound {
			t.Errorf("another's own view: %v", err)
		}
		got, err := s.View(t.Context(), ada, mine.ID)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(mine, got); d != "" {
			t.Error(d)
		}
	})
}

func TestOnlyItsOwnerOrAnAdministratorChangesAView(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		s := newStore(db)
		shared := save(t, s, ada, view.New{Name: "À tous", SeenBy: view.Everyone})
		own := save(t, s, ada, view.New{Name: "À moi", SeenBy: view.Me})
		to := view.New{Name: "Autre", SeenBy: view.Everyone}
		for name, c := range map[string]struct {
			who  people.Viewer
			id   int64
			want cx.Kind
		}{"another of the role": {bob, shared.ID, cx.Denied}, "one who does not see it": {carl, own.ID, cx.NotFound}, "an administrator, of what is not shared": {admin, own.ID, cx.NotFound}} {
			if err := s.Change(t.Context(), c.who, c.id, to); err == nil || cx.KindOf(err) != c.want {
				t.Errorf("%s: %v", name, err)
			}
			if err := s.Delete(t.Context(), c.who, c.id); err == nil || cx.KindOf(err) != c.want {
				t.Errorf("%s deletes: %v", name, err)
			}
		}
		if err := s.Change(t.Context(), admin, shared.ID, to); err != nil {
			t.Error(err)
		}
		if d := cmp.Diff([]string{"Autre"}, names(t, s, carl)); d != "" {
			t.Error(d)
		}
	})
}

func TestADeletedViewComesBack(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		s := newStore(db)
		v := save(t, s, ada, view.New{Name: "À tous", SeenBy: view.Everyone})
		if err := s.Delete(t.Context(), ada, v.ID); err != nil {
			t.Fatal(err)
		}
		if got := names(t, s, carl); len(got) != 0 {
			t.Errorf("still there: %v", got)
		}
		if _, err := s.View(t.Context(), carl, v.ID); cx.KindOf(err) != cx.NotFound {
			t.Errorf("opened by a reader: %v", err)
		}
		if err := s.Restore(t.Context(), ada, v.ID); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"À tous"}, names(t, s, carl)); d != "" {
			t.Error(d)
		}
	})
}

func TestAViewNeedsANameAnOwnerAndAShare(t *testing.T) {
	s := newStore(recordtest.SQLite(t))
	for field, n := range map[string]view.New{"name": {Name: "  ", SeenBy: view.Me}, "seen_by": {Name: "x", SeenBy: "world"}, "question": {Name: "x", SeenBy: view.Me, Question: strings.Repeat("a", 5000)}} {
		_, err := s.Save(t.Context(), ada, n)
		if e, ok := err.(*cx.Error); !ok || e.Field != field || e.Kind != cx.Invalid {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := s.Save(t.Context(), key, view.New{Name: "x", SeenBy: view.Me}); cx.KindOf(err) != cx.Denied {
		t.Errorf("a key: %v", err)
	}
}
