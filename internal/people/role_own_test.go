package people_test

import (
	"slices"
	"testing"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func named(base people.Role, rights ...people.Right) people.OwnRole {
	o := people.OwnRole{Base: base, Name: cx.Text{"fr": "À nous", "en": "Ours"}}
	for _, r := range rights {
		o.Rights = append(o.Rights, r.String())
	}
	return o
}

func TestARoleOfOnesOwnHoldsItsRightsAndNoOther(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx, s := t.Context(), people.New(db)
		admin := people.Viewer{UserID: 1, Role: people.Administrator}
		if err := s.PutUnits(ctx, []people.Unit{{Key: "north", Name: cx.Text{"fr": "Nord"}}}); err != nil {
			t.Fatal(err)
		}
		o := named(people.Manager, people.ReadFigures, people.ReadAudit)
		o.Narrow = true
		key, err := s.PutRole(ctx, admin, o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.AddUser(ctx, people.NewUser{Email: "a@x.fr", Name: "A", Role: key}); cx.KindOf(err) != cx.Invalid {
			t.Errorf("a copy of a local role without a unit: %v", err)
		}
		u, err := s.AddUser(ctx, people.NewUser{Email: "a@x.fr", Name: "A", Role: key, Unit: "north"})
		if err != nil {
			t.Fatal(err)
		}
		v, err := s.ViewerByUser(ctx, u.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range people.Rights() {
			if want := r == people.ReadFigures || r == people.ReadAudit; v.May(r) != want {
				t.Errorf("%s: %t", r, v.May(r))
			}
		}
		if v.Role != people.Manager || v.Held() != key || !v.Scope.People().Empty() || v.Scope.Figures().All || len(v.Scope.Figures().Roots) != 1 {
			t.Errorf("%+v", v)
		}
		o.Key, o.Narrow, o.Rights = key, false, append(o.Rights, people.ReadPeople.String())
		if _, err := s.PutRole(ctx, admin, o); err != nil {
			t.Fatal(err)
		}
		if v, err = s.ViewerByUser(ctx, u.ID); err != nil || !v.Scope.Figures().All || !slices.Equal(v.Scope.People().Roots, []cx.UnitID{"north"}) {
			t.Errorf("changed: %+v %v", v, err)
		}
		if err := s.RemoveRole(ctx, admin, key); cx.KindOf(err) != cx.Conflict {
			t.Errorf("a role that is held was removed: %v", err)
		}
		if err := s.UpdateUser(ctx, admin, u.ID, people.UserUpdate{Name: "A", Role: people.Manager, Unit: "north"}); err != nil {
			t.Fatal(err)
		}
		if err := s.RemoveRole(ctx, admin, key); err != nil {
			t.Fatal(err)
		}
		trail, err := s.SearchTrail(ctx, people.TrailFilter{Subject: "role:" + string(key)})
		if err != nil || len(trail) != 3 || trail[0].What != "role.remove" || trail[2].What != "role.add" {
			t.Errorf("%+v %v", trail, err)
		}
	})
}

func TestARoleUnknownMayNothing(t *testing.T) {
	var v people.Settings
	for _, r := range people.Rights() {
		if v.May("own_9", r) {
			t.Errorf("%s", r)
		}
	}
	if s := people.ScopeOf(people.Grant{Role: v.Base("own_9"), Unit: "north"}); !s.Figures().Empty() || !s.People().Empty() {
		t.Errorf("%+v", s)
	}
}

func TestARoleThatAdministersIsAskedWhatAdministratorsAre(t *testing.T) {
	v := people.Settings{OwnRoles: []people.OwnRole{
		{Key: "own_1", Base: people.Adviser, Rights: []string{people.Administer.String()}},
		{Key: "own_2", Base: people.Adviser, Rights: []string{people.ReadPeople.String()}},
		{Key: "own_3", Base: people.Administrator, Rights: []string{people.ReadFigures.String()}}}}
	for name, c := range map[string]struct {
		asked []people.Role
		role  people.Role
		want  bool
	}{
		"nobody is asked":                        {nil, "own_1", false},
		"a copy of who is not, that administers": {[]people.Role{people.Administrator}, "own_1", true},
		"a copy of who is not, that does not":    {[]people.Role{people.Administrator}, "own_2", false},
		"a copy of who is":                       {[]people.Role{people.Administrator}, "own_3", true},
		"built in":                               {[]people.Role{people.Administrator}, people.Administrator, true},
		"another built in":                       {[]people.Role{people.Administrator}, people.Director, false},
		"unknown":                                {[]people.Role{people.Administrator}, "own_9", false},
	} {
		v.SecondFactor = c.asked
		if got := v.SecondNeeded(c.role); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestRolesThatCannotBeAreRefused(t *testing.T) {
	ctx, s := t.Context(), people.New(recordtest.SQLite(t))
	admin := people.Viewer{Role: people.Administrator}
	if _, err := s.PutRole(ctx, admin, named(people.Analyst, people.ReadFigures)); err != nil {
		t.Fatal(err)
	}
	nameless, unknown, right := named(people.Analyst, people.ReadFigures), named("king", people.ReadFigures), named(people.Analyst)
	nameless.Name = cx.Text{"fr": "  ", "en": "x"}
	right.Rights = []string{"everything"}
	gone := named(people.Analyst, people.ReadFigures)
	gone.Key, gone.Name = "own_7", cx.Text{"fr": "Autre", "en": "Other"}
	for name, c := range map[string]struct {
		by   people.Viewer
		role people.OwnRole
		kind cx.Kind
	}{
		"by who may not administer": {people.Viewer{Role: people.Director}, named(people.Analyst, people.ReadFigures), cx.Denied},
		"no name":                   {admin, nameless, cx.Invalid},
		"a copy of nothing":         {admin, unknown, cx.Invalid},
		"a copy of a key's":         {admin, named(people.Source, people.WriteFeedback), cx.Invalid},
		"no right":                  {admin, named(people.Analyst), cx.Invalid},
		"a right that is none":      {admin, right, cx.Invalid},
		"a name taken":              {admin, named(people.Relay, people.ReadFigures), cx.Conflict},
		"one removed":               {admin, gone, cx.NotFound},
	} {
		if _, err := s.PutRole(ctx, c.by, c.role); cx.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
}
