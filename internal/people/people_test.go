package people

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

const goodPassword = "trois-bateaux-blancs"

func kindOf(t *testing.T, name string, err error, want cx.Kind) {
	t.Helper()
	if err == nil || cx.KindOf(err) != want {
		t.Errorf("%s: %v, want kind %d", name, err, want)
	}
}

func TestScopeFollowsRoleAndUnit(t *testing.T) {
	all, own, none := Perimeter{All: true}, Perimeter{Roots: []cx.UnitID{"ouest"}}, Perimeter{}
	for _, c := range []struct {
		name                    string
		grant                   Grant
		figures, people         Perimeter
		agents, employees, self bool
	}{
		{"zero sees nothing", Grant{}, none, none, false, false, false},
		{"unknown role sees nothing", Grant{Role: "king"}, none, none, false, false, false},
		{"director sees everything but advisers", Grant{Role: Director}, all, all, false, true, false},
		{"director after the consultation", Grant{Role: Director, Consulted: true}, all, all, true, true, false},
		{"committee sees figures", Grant{Role: Committee, Consulted: true}, all, none, false, true, false},
		{"manager", Grant{Role: Manager, Unit: "ouest"}, all, own, false, true, false},
		{"narrow manager", Grant{Role: Manager, Unit: "ouest", Narrow: true}, own, own, false, true, false},
		{"manager without unit sees nobody", Grant{Role: Manager}, all, none, false, true, false},
		{"narrow manager without unit sees nothing", Grant{Role: Manager, Narrow: true}, none, none, false, true, false},
		{"adviser sees own rows", Grant{Role: Adviser, Unit: "ouest", Agent: "a1", Consulted: true}, all, none, false, false, true},
		{"source reads nothing", Grant{Role: Source, Unit: "ouest"}, none, none, false, false, false},
		{"dpo of the company", Grant{Role: DPO}, all, all, false, true, false},
	} {
		s := ScopeOf(c.grant)
		if d := cmp.Diff(c.figures, s.Figures()) + cmp.Diff(c.people, s.People()); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if s.Agents() != c.agents || s.Employees() != c.employees || (s.Adviser() != "") != c.self {
			t.Errorf("%s: agents %v, employees %v, adviser %q", c.name, s.Agents(), s.Employees(), s.Adviser())
		}
	}
}

func TestUsersAreCheckedAndUnique(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		s := New(db)
		if err := s.PutUnits(ctx, tree()); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name, field string
			n           NewUser
		}{
			{"no e-mail", "email", NewUser{Email: "marie", Name: "M", Role: Director}},
			{"e-mail with a name", "email", NewUser{Email: "Marie <m@x.fr>", Name: "M", Role: Director}},
			{"no name", "name", NewUser{Email: "m@x.fr", Name: " ", Role: Director}},
			{"unknown role", "role", NewUser{Email: "m@x.fr", Name: "M", Role: "king"}},
			{"a role of keys", "role", NewUser{Email: "m@x.fr", Name: "M", Role: Source}},
			{"manager of nothing", "unit", NewUser{Email: "m@x.fr", Name: "M", Role: Manager}},
			{"unknown unit", "unit", NewUser{Email: "m@x.fr", Name: "M", Role: Manager, Unit: "nowhere"}},
			{"short password", "password", NewUser{Email: "m@x.fr", Name: "M", Role: Director, Password: "short"}},
			{"same letter", "password", NewUser{Email: "m@x.fr", Name: "M", Role: Director, Password: "aaaaaaaaaaaaaaaa"}},
			{"own name", "password", NewUser{Email: "marie@x.fr", Name: "M", Role: Director, Password: "marie-2026-xyz"}},
		} {
			_, err := s.AddUser(ctx, c.n)
			if e, ok := err.(*cx.Error); !ok || e.Field != c.field {
				t.Errorf("%s: %v, want field %s", c.name, err, c.field)
			}
		}
		u, err := s.AddUser(ctx, NewUser{Email: " Marie@X.fr ", Name: "Marie", Role: Manager, Unit: "ouest", Password: goodPassword})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.AddUser(ctx, NewUser{Email: "marie@x.FR", Name: "Other", Role: Director})
		kindOf(t, "taken", err, cx.Conflict)
		got, err := s.User(ctx, u.ID)
		if d := cmp.Diff(u, got); d != "" || err != nil {
			t.Errorf("kept otherwise: %v %s", err, d)
		}
		v, err := s.ViewerByUser(ctx, u.ID)
		if err != nil || v.Scope.Figures().All != true || !cmp.Equal(v.Scope.People().Roots, []cx.UnitID{"ouest"}) || v.Lang != "fr" {
			t.Errorf("viewer %+v %v", v, err)
		}
		if err := s.UpdateSettings(ctx, func(x *Settings) { x.Narrow = []Role{Manager} }); err != nil {
			t.Fatal(err)
		}
		if v, _ = s.ViewerByUser(ctx, u.ID); v.Scope.Figures().All {
			t.Error("a narrowed role still sees the whole company's figures")
		}
	})
}

func TestSignInDeniesAlikeAndSlowsDown(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		s := New(db)
		now := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
		s.now = func() time.Time { return now }
		u, err := s.AddUser(ctx, NewUser{Email: "a@x.fr", Name: "A", Role: Director, Password: goodPassword})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.SignIn(ctx, "A@x.fr", goodPassword, "ip"); err != nil || got.ID != u.ID {
			t.Fatalf("signed in as %+v, %v", got, err)
		}
		_, unknown := s.SignIn(ctx, "b@x.fr", goodPassword, "ip")
		_, wrong := s.SignIn(ctx, "a@x.fr", "wrong", "ip")
		if unknown == nil || wrong == nil || unknown.Error() != wrong.Error() {
			t.Errorf("told apart: %v, %v", unknown, wrong)
		}
		for range attemptsMail - 1 {
			_, _ = s.SignIn(ctx, "a@x.fr", "wrong", "ip")
		}
		_, err = s.SignIn(ctx, "a@x.fr", goodPassword, "other ip")
		kindOf(t, "after too many", err, cx.TooMany)
		now = now.Add(attemptWindow + time.Second)
		if _, err = s.SignIn(ctx, "a@x.fr", goodPassword, "ip"); err != nil {
			t.Errorf("after the wait: %v", err)
		}
		if err := s.DisableUser(ctx, u.ID, true); err != nil {
			t.Fatal(err)
		}
		_, err = s.SignIn(ctx, "a@x.fr", goodPassword, "ip")
		kindOf(t, "disabled", err, cx.Denied)
		after, _ := s.User(ctx, u.ID)
		if after.Stamp == u.Stamp {
			t.Error("sessions of a disabled user live on")
		}
	})
}

func TestEntryLinkLetsInOnce(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		s := New(db)
		u, err := s.AddUser(ctx, NewUser{Email: "a@x.fr", Name: "A", Role: Director})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.SignIn(ctx, "a@x.fr", "", "ip")
		kindOf(t, "no password", err, cx.Denied)
		link, _ := s.EntryLink(ctx, u.ID, time.Hour)
		if got, err := s.Enter(ctx, link); err != nil || got.ID != u.ID {
			t.Errorf("%+v %v", got, err)
		}
		_, err = s.Enter(ctx, link)
		kindOf(t, "used", err, cx.NotFound)
		late, _ := s.EntryLink(ctx, u.ID, -time.Second)
		_, err = s.Enter(ctx, late)
		kindOf(t, "expired", err, cx.NotFound)
		_, err = s.Enter(ctx, "")
		kindOf(t, "empty", err, cx.NotFound)
	})
}

func TestOnlyTheFirstUserIsTheFirst(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		s := New(db)
		if empty, err := s.Empty(ctx); !empty || err != nil {
			t.Fatal(empty, err)
		}
		n := NewUser{Email: "a@x.fr", Name: "A", Password: goodPassword}
		if _, err := s.FirstUser(ctx, NewUser{Email: "a@x.fr", Name: "A"}); err == nil {
			t.Error("a first user without password")
		}
		u, err := s.FirstUser(ctx, n)
		if err != nil || u.Role != Administrator {
			t.Fatalf("%+v %v", u, err)
		}
		n.Email = "b@x.fr"
		_, err = s.FirstUser(ctx, n)
		kindOf(t, "second", err, cx.Denied)
		if all, _ := s.Users(ctx); len(all) != 1 {
			t.Errorf("%d users", len(all))
		}
	})
}

func TestKeyIsShownOnceAndRevokedAtOnce(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		s, elsewhere := New(db), New(db)
		secret, err := s.AddKey(ctx, "import", Source, "")
		if err != nil {
			t.Fatal(err)
		}
		v, err := elsewhere.ViewerByKey(ctx, secret)
		if err != nil || v.Name != "import" || !v.May(WriteFeedback) || v.May(ReadFigures) || v.Actor() != "key:"+v.KeyID {
			t.Fatalf("%+v %v", v, err)
		}
		keys, err := s.Keys(ctx)
		if err != nil || len(keys) != 1 || strings.Contains(secret[len(keys[0].Hint):], keys[0].Hint) || !strings.HasPrefix(secret, keys[0].Hint) {
			t.Fatalf("%+v %v", keys, err)
		}
		for _, wrong := range []string{"", "vigie_", secret + "x", keys[0].hash} {
			_, err := s.ViewerByKey(ctx, wrong)
			kindOf(t, wrong, err, cx.Denied)
		}
		if err := s.RevokeKey(ctx, keys[0].ID); err != nil {
			t.Fatal(err)
		}
		_, err = s.ViewerByKey(ctx, secret)
		kindOf(t, "revoked", err, cx.Denied)
		kindOf(t, "revoked twice", s.RevokeKey(ctx, keys[0].ID), cx.NotFound)
		_, err = s.AddKey(ctx, "x", Manager, "")
		kindOf(t, "manager of nothing", err, cx.Invalid)
	})
}

func TestSessionsEndAtTheirTime(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		x := New(db).Sessions()
		if err := x.Commit("live", []byte{0, 255}, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if err := x.Commit("over", []byte{1}, time.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		for token, want := range map[string]bool{"live": true, "over": false, "unknown": false} {
			b, found, err := x.Find(token)
			if err != nil || found != want || found && string(b) != "\x00\xff" {
				t.Errorf("%s: %v %v %v", token, b, found, err)
			}
		}
		if err := x.Delete("live"); err != nil {
			t.Fatal(err)
		}
		if _, found, _ := x.Find("live"); found {
			t.Error("deleted session found")
		}
	})
}

func TestConsultationOpensFiguresByAdviser(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		s := New(db)
		u, err := s.AddUser(ctx, NewUser{Email: "a@x.fr", Name: "A", Role: Administrator})
		if err != nil {
			t.Fatal(err)
		}
		v, _ := s.ViewerByUser(ctx, u.ID)
		kindOf(t, "not an administrator", s.RecordConsultation(ctx, Viewer{Role: Director}, Consultation{On: "2026-01-01", Purpose: "p"}), cx.Denied)
		kindOf(t, "no date", s.RecordConsultation(ctx, v, Consultation{On: "soon", Purpose: "p"}), cx.Invalid)
		kindOf(t, "no purpose", s.RecordConsultation(ctx, v, Consultation{On: "2026-01-01"}), cx.Invalid)
		if v.Scope.Agents() {
			t.Error("open before")
		}
		if err := s.RecordConsultation(ctx, v, Consultation{On: "2026-01-01", Purpose: "coaching"}); err != nil {
			t.Fatal(err)
		}
		if v, _ = s.ViewerByUser(ctx, u.ID); !v.Scope.Agents() {
			t.Error("closed after")
		}
		trail, err := s.Trail(ctx, 0, 10)
		if err != nil || len(trail) != 1 || trail[0].What != "consultation.record" || trail[0].Actor != "user:1" {
			t.Errorf("%+v %v", trail, err)
		}
	})
}
