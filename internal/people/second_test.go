package people

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// The vectors of RFC 6238, appendix B (SHA-1, eight digits), and of RFC 4226, appendix D.
func TestCodesAreThoseOfTheStandard(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130"} {
		if got := hotp(secret, uint64(stepOf(time.Unix(at, 0))), 8); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
	for n, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		if got := hotp(secret, uint64(n), 6); got != want {
			t.Errorf("counter %d: %s, want %s", n, got, want)
		}
	}
}

func codeAt(secret string, at time.Time) string {
	key, _ := base32Plain.DecodeString(secret)
	return hotp(key, uint64(stepOf(at)), 6)
}

func TestCodeIsTakenOnceAroundItsTime(t *testing.T) {
	secret, now := NewSecret(), time.Unix(1_700_000_000, 0)
	for _, c := range []struct {
		name string
		at   time.Duration
		last int64
		want bool
	}{
		{"now", 0, 0, true}, {"the step before", -30 * time.Second, 0, true}, {"the step after", 30 * time.Second, 0, true},
		{"two steps before", -60 * time.Second, 0, false}, {"two steps after", 61 * time.Second, 0, false}, {"used", 0, stepOf(now), false},
	} {
		if _, ok := matchCode(secret, codeAt(secret, now.Add(c.at)), now, c.last); ok != c.want {
			t.Errorf("%s: %v", c.name, ok)
		}
	}
	for _, wrong := range []string{"", "000", "abcdef"} {
		if _, ok := matchCode(secret, wrong, now, 0); ok {
			t.Errorf("%q is taken", wrong)
		}
	}
	if _, ok := matchCode("", "000000", now, 0); ok {
		t.Error("no secret takes a code")
	}
	if got := SecretURL("ABC", "Vigie: Élec", "a@x.fr"); got != "otpauth://totp/Vigie%20%20%C3%89lec:a@x.fr?secret=ABC&issuer=Vigie%20%20%C3%89lec" {
		t.Error(got)
	}
}

func TestSecondFactorIsTurnedOnAskedAndTakenOff(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		s := New(db).SealIn(t.TempDir())
		now := time.Unix(1_800_000_000, 0)
		s.now = func() time.Time { return now }
		u, err := s.AddUser(ctx, NewUser{Email: "a@x.fr", Name: "A", Role: Director})
		if err != nil {
			t.Fatal(err)
		}
		v, _ := s.ViewerByUser(ctx, u.ID)
		secret := NewSecret()
		_, err = s.TurnOnSecond(ctx, v, secret, "000000")
		kindOf(t, "wrong code", err, cx.Invalid)
		codes, err := s.TurnOnSecond(ctx, v, secret, codeAt(secret, now))
		if err != nil || len(codes) != recoveryCodes {
			t.Fatal(codes, err)
		}
		if u, _ = s.User(ctx, u.ID); !u.Second {
			t.Error("not on")
		}
		kindOf(t, "the same code again", s.CheckSecond(ctx, u.ID, codeAt(secret, now)), cx.Denied)
		now = now.Add(time.Minute)
		typed := codeAt(secret, now)
		if err := s.CheckSecond(ctx, u.ID, typed[:3]+" "+typed[3:]); err != nil {
			t.Errorf("right code with a space: %v", err)
		}
		if err := s.CheckSecond(ctx, u.ID, strings.ToUpper(codes[3])); err != nil {
			t.Errorf("recovery code: %v", err)
		}
		kindOf(t, "recovery code again", s.CheckSecond(ctx, u.ID, codes[3]), cx.Denied)
		if n, err := s.RecoveryLeft(ctx, u.ID); n != recoveryCodes-1 || err != nil {
			t.Error(n, err)
		}
		for range attemptsMail {
			_ = s.CheckSecond(ctx, u.ID, "000000")
		}
		now = now.Add(time.Minute)
		kindOf(t, "after too many", s.CheckSecond(ctx, u.ID, codeAt(secret, now)), cx.TooMany)
		kindOf(t, "off by another", s.TurnOffSecond(ctx, Viewer{UserID: 99, Role: Director}, u.ID), cx.Denied)
		if err := s.TurnOffSecond(ctx, v, u.ID); err != nil {
			t.Fatal(err)
		}
		if u, _ = s.User(ctx, u.ID); u.Second {
			t.Error("still on")
		}
		now = now.Add(attemptWindow + time.Minute)
		kindOf(t, "code of a factor that is off", s.CheckSecond(ctx, u.ID, codeAt(secret, now)), cx.Denied)
	})
}

func TestAttemptsAreCountedInTheRecord(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		dir := t.TempDir()
		one, other := New(db).SealIn(dir), New(db).SealIn(dir)
		if _, err := one.AddUser(ctx, NewUser{Email: "a@x.fr", Name: "A", Role: Director, Password: goodPassword}); err != nil {
			t.Fatal(err)
		}
		for i := range attemptsMail {
			_, err := one.SignIn(ctx, "a@x.fr", "wrong", fmt.Sprint("ip", i))
			kindOf(t, "wrong", err, cx.Denied)
		}
		_, err := other.SignIn(ctx, "a@x.fr", goodPassword, "elsewhere")
		kindOf(t, "on another node", err, cx.TooMany)
	})
}

func TestPasswordsEasyToGuessAreRefused(t *testing.T) {
	for _, p := range []string{"motdepasse2024", "Password1234!", "P@ssw0rd-1234", "azertyuiop123", "123456789012", "0987654321098", "aaaaaaaaaaaaa", "abcabcabcabc",
		"Marseille2024!", "bonjourbonjour", "administrateur", "Camille-Soleil7", "qwertyuiop[]", "motdepassemotdepasse", "ada.lovelace1", "lovelace-1815", "short"} {
		if CheckPassword(p, "ada.lovelace@x.fr") == nil {
			t.Errorf("%q is let through", p)
		}
		if StrengthOf(p, "ada.lovelace@x.fr") != Weak {
			t.Errorf("%q is not weak", p)
		}
	}
	for p, want := range map[string]Strength{goodPassword: Strong, "un mot de passe assez long": Strong, "kV9#tq2!mZ7x": Fair, "lovelace aime les moteurs": Strong} {
		if err := CheckPassword(p, "ada.lovelace@x.fr"); err != nil {
			t.Errorf("%q: %v", p, err)
		}
		if got := StrengthOf(p, "ada.lovelace@x.fr"); got != want {
			t.Errorf("%q is %d, want %d", p, got, want)
		}
	}
}

func TestSessionsAreListedAndRevoked(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		s := New(db).SealIn(t.TempDir())
		now := time.Unix(1_800_000_000, 0)
		s.now = func() time.Time { return now }
		u, _ := s.AddUser(ctx, NewUser{Email: "a@x.fr", Name: "A", Role: Director, Password: goodPassword})
		v, _ := s.ViewerByUser(ctx, u.ID)
		open := func(device string) int64 {
			id, err := s.Open(ctx, SignedIn{User: u.ID, Expires: now.Add(time.Hour), Device: device})
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		desk, phone, tablet := open("desk"), open("phone"), open("tablet")
		if got, err := s.UserOf(ctx, phone); err != nil || got.ID != u.ID || got.Seen.IsZero() {
			t.Errorf("%+v %v", got, err)
		}
		now = now.Add(seenEvery + time.Second)
		if _, err := s.UserOf(ctx, desk); err != nil {
			t.Error(err)
		}
		all, err := s.SignedIn(ctx, u.ID)
		if err != nil || len(all) != 3 || all[0].ID != desk || !all[0].Seen.Equal(now) {
			t.Errorf("%+v %v", all, err)
		}
		kindOf(t, "revoked by a stranger", s.Revoke(ctx, Viewer{UserID: 99, Role: Director}, u.ID, phone), cx.Denied)
		if err := s.Revoke(ctx, v, u.ID, phone); err != nil {
			t.Fatal(err)
		}
		_, err = s.UserOf(ctx, phone)
		kindOf(t, "revoked", err, cx.NotFound)
		changed, err := s.ChangePassword(ctx, v, PasswordChange{Present: goodPassword, New: "quatre moulins à vent", Keep: desk})
		if err != nil || changed.Stamp == u.Stamp {
			t.Fatal(err)
		}
		_, err = s.UserOf(ctx, tablet)
		kindOf(t, "open before the password changed", err, cx.NotFound)
		if _, err = s.UserOf(ctx, desk); err != nil {
			t.Error("the session of who changed it is over")
		}
		_, err = s.ChangePassword(ctx, v, PasswordChange{Present: "wrong", New: goodPassword})
		kindOf(t, "wrong present password", err, cx.Invalid)
		now = now.Add(time.Hour)
		_, err = s.UserOf(ctx, desk)
		kindOf(t, "expired", err, cx.NotFound)
	})
}

func TestInvitationLetsChooseAPasswordOnce(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		s := New(db).SealIn(t.TempDir())
		u, _ := s.AddUser(ctx, NewUser{Email: "a@x.fr", Name: "A", Role: Director})
		first, _ := s.InviteLink(ctx, u.ID, time.Hour)
		link, _ := s.InviteLink(ctx, u.ID, time.Hour)
		if _, ok, _ := s.Invited(ctx, first); ok {
			t.Error("an invitation replaced is in force")
		}
		_, err := s.Join(ctx, link, "short")
		kindOf(t, "weak password", err, cx.Invalid)
		joined, err := s.Join(ctx, link, goodPassword)
		if err != nil || !joined.Joined {
			t.Fatalf("%+v %v", joined, err)
		}
		_, err = s.Join(ctx, link, goodPassword)
		kindOf(t, "used", err, cx.NotFound)
		if _, err := s.SignIn(ctx, "a@x.fr", goodPassword, "ip"); err != nil {
			t.Error(err)
		}
		plain, _ := s.EntryLink(ctx, u.ID, time.Hour)
		if _, ok, _ := s.Invited(ctx, plain); ok {
			t.Error("an entry link is an invitation")
		}
	})
}

func TestPerimeterOfSeveralUnitsAndTheLastAdministrator(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		s := New(db).SealIn(t.TempDir())
		if err := s.PutUnits(ctx, tree()); err != nil {
			t.Fatal(err)
		}
		a, _ := s.AddUser(ctx, NewUser{Email: "a@x.fr", Name: "A", Role: Administrator})
		m, _ := s.AddUser(ctx, NewUser{Email: "m@x.fr", Name: "M", Role: Manager, Unit: "nord"})
		by, _ := s.ViewerByUser(ctx, a.ID)
		change := UserUpdate{Name: "M", Role: Manager, Unit: "nantes", More: []cx.UnitID{"lille"}, Narrow: true}
		if err := s.UpdateUser(ctx, by, m.ID, change); err != nil {
			t.Fatal(err)
		}
		v, _ := s.ViewerByUser(ctx, m.ID)
		want := Perimeter{Roots: []cx.UnitID{"nantes", "lille"}}
		if d := cmp.Diff(want, v.Scope.People()) + cmp.Diff(want, v.Scope.Figures()); d != "" {
			t.Error(d)
		}
		would, err := s.Would(ctx, NewUser{Role: Manager, Unit: "nantes", More: []cx.UnitID{"lille"}, Narrow: true})
		if d := cmp.Diff(v.Scope, would, cmp.AllowUnexported(Scope{})); d != "" || err != nil {
			t.Error(d, err)
		}
		for name, c := range map[string]UserUpdate{"no unit": {Name: "M", Role: Manager}, "unknown further unit": {Name: "M", Role: Manager, Unit: "nord", More: []cx.UnitID{"x"}},
			"no name": {Role: Director}, "role of keys": {Name: "M", Role: Source}} {
			kindOf(t, name, s.UpdateUser(ctx, by, m.ID, c), cx.Invalid)
		}
		kindOf(t, "by a manager", s.UpdateUser(ctx, v, m.ID, change), cx.Denied)
		kindOf(t, "last administrator", s.UpdateUser(ctx, by, a.ID, UserUpdate{Name: "A", Role: Director}), cx.Conflict)
		kindOf(t, "last administrator", s.DisableUser(ctx, a.ID, true), cx.Conflict)
		seen, err := s.Through(ctx, by, m.ID)
		if err != nil || seen.Actor() != by.Actor() || !cmp.Equal(seen.Scope, v.Scope, cmp.AllowUnexported(Scope{})) {
			t.Errorf("%+v %v", seen, err)
		}
		_, err = s.Through(ctx, v, a.ID)
		kindOf(t, "through an administrator's eyes", err, cx.Denied)
	})
}

func TestTrailIsFilteredByWhoWhatWhenAndWhom(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		s := New(db).SealIn(t.TempDir())
		now := time.Unix(1_800_000_000, 0)
		s.now = func() time.Time { return now }
		for _, e := range []Entry{{Actor: "user:1", What: "user.add", Subject: "user:2"}, {Actor: "user:1", What: "feedback.read", Subject: "7"},
			{Actor: "user:2", What: "feedback.read", Subject: "8"}, {Actor: "key:1", What: "user_x", Subject: "8"}} {
			if err := s.Audit(ctx, e); err != nil {
				t.Fatal(err)
			}
			now = now.Add(time.Hour)
		}
		for _, c := range []struct {
			name string
			f    TrailFilter
			want []int64
		}{
			{"all", TrailFilter{}, []int64{4, 3, 2, 1}}, {"who", TrailFilter{Actor: "user:1"}, []int64{2, 1}}, {"what", TrailFilter{What: "feedback.read"}, []int64{3, 2}},
			{"all of a kind", TrailFilter{What: "user."}, []int64{1}}, {"whom", TrailFilter{Subject: "8"}, []int64{4, 3}},
			{"when", TrailFilter{From: time.Unix(1_800_003_600, 0), Until: time.Unix(1_800_007_200, 0)}, []int64{2}},
			{"page", TrailFilter{Before: 4, Limit: 2}, []int64{3, 2}}, {"both", TrailFilter{Actor: "user:1", What: "feedback.read"}, []int64{2}},
		} {
			got, err := s.SearchTrail(ctx, c.f)
			if err != nil {
				t.Fatal(err)
			}
			var ids []int64
			for _, e := range got {
				ids = append(ids, e.ID)
			}
			if d := cmp.Diff(c.want, ids); d != "" {
				t.Errorf("%s: %s", c.name, d)
			}
		}
		kinds, err := s.TrailKinds(ctx)
		actors, err2 := s.TrailActors(ctx)
		if d := cmp.Diff([]string{"feedback.read", "user.add", "user_x"}, kinds) + cmp.Diff([]string{"key:1", "user:1", "user:2"}, actors); d != "" || err != nil || err2 != nil {
			t.Error(d, err, err2)
		}
		if n, err := s.ForgetTrail(ctx, time.Unix(1_800_003_600, 0)); n != 1 || err != nil {
			t.Error(n, err)
		}
	})
}

func TestRevokedConsultationClosesFiguresByAdviserAndStaysInTheHistory(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		s := New(db).SealIn(t.TempDir())
		u, _ := s.AddUser(ctx, NewUser{Email: "a@x.fr", Name: "A", Role: Administrator})
		v, _ := s.ViewerByUser(ctx, u.ID)
		for _, on := range []string{"2026-01-01", "2026-02-01"} {
			if err := s.RecordConsultation(ctx, v, Consultation{On: on, Purpose: "p", Reference: "PV 12"}); err != nil {
				t.Fatal(err)
			}
		}
		kindOf(t, "by a director", s.RevokeConsultation(ctx, Viewer{Role: Director}), cx.Denied)
		if err := s.RevokeConsultation(ctx, v); err != nil {
			t.Fatal(err)
		}
		if v, _ = s.ViewerByUser(ctx, u.ID); v.Scope.Agents() {
			t.Error("still open")
		}
		now, _ := s.Settings(ctx)
		if len(now.PastConsultations) != 2 || now.PastConsultations[1].On != "2026-02-01" || now.PastConsultations[1].Ended.IsZero() || now.Consultation != nil {
			t.Errorf("%+v", now)
		}
	})
}

func TestSecretsAreSealedOutsideTheDatabase(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx, dir := t.Context(), t.TempDir()
		s := New(db).SealIn(dir)
		now := time.Unix(1_700_000_000, 0)
		s.now = func() time.Time { return now }
		var users []User
		for _, email := range []string{"a@x.fr", "b@x.fr"} {
			u, err := s.AddUser(ctx, NewUser{Email: email, Name: "A", Role: Analyst})
			if err != nil {
				t.Fatal(err)
			}
			users = append(users, u)
		}
		old, fresh := NewSecret(), NewSecret()
		if err := db.Write(ctx, func(tx *record.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE account SET totp = ? WHERE id = ?`, old, users[0].ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if lost, err := s.SealSecrets(ctx); lost != 0 || err != nil {
			t.Fatalf("%d lost, %v", lost, err)
		}
		codes, err := s.TurnOnSecond(ctx, Viewer{UserID: users[1].ID}, fresh, codeAt(fresh, now))
		if err != nil {
			t.Fatal(err)
		}
		kept := map[int64]string{}
		if err := db.Write(ctx, func(tx *record.Tx) (err error) { kept, err = secrets(ctx, tx); return err }); err != nil {
			t.Fatal(err)
		}
		for id, text := range kept {
			if !strings.HasPrefix(text, sealed) || strings.Contains(text, old) || strings.Contains(text, fresh) {
				t.Errorf("%d is kept as %s", id, text)
			}
		}
		if _, err := s.seals.open(users[0].ID, kept[users[1].ID]); err == nil {
			t.Error("one account's secret opens as another's")
		}
		now = now.Add(time.Minute)
		again := New(db).SealIn(dir) // another start
		again.now = s.now
		if err := again.CheckSecond(ctx, users[0].ID, codeAt(old, now)); err != nil {
			t.Errorf("a secret from before: %v", err)
		}
		elsewhere := New(db).SealIn(t.TempDir()) // a restore without the key
		elsewhere.now = s.now
		if lost, err := elsewhere.SealSecrets(ctx); lost != 2 || err != nil {
			t.Errorf("%d lost, %v", lost, err)
		}
		if err := elsewhere.CheckSecond(ctx, users[1].ID, codeAt(fresh, now)); cx.KindOf(err) != cx.Denied || !strings.Contains(err.Error(), "code_sealed") {
			t.Errorf("without the key: %v", err)
		}
		if err := elsewhere.CheckSecond(ctx, users[1].ID, codes[0]); err != nil {
			t.Errorf("a recovery code without the key: %v", err)
		}
	})
}

func TestWithoutAPlaceForTheKeyNoSecondFactorIsTurnedOn(t *testing.T) {
	s := New(recordtest.SQLite(t))
	secret := NewSecret()
	if _, err := s.TurnOnSecond(t.Context(), Viewer{UserID: 1}, secret, codeAt(secret, time.Now())); cx.KindOf(err) != cx.Unavailable {
		t.Errorf("%v", err)
	}
}
