package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"vigie/internal/people"
)

func TestSomebodyIsInvitedJoinsAndIsShutOut(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	admin := r.as(r.user(people.Administrator, ""))
	p := admin.get("/settings/people/sight?part=sight&role=manager&unit=west")
	p.has(t, "dl", "Toute l’entreprise", "Ouest et ce qui est dessous (2 entités)", "la consultation du CSE n’est pas consignée")
	p = admin.post("/settings/people", url.Values{"name": {"Bob"}, "email": {"bob@x.fr"}, "role": {"manager"}})
	if p.status != 422 || p.Find(".field.bad #f-unit-0").Length() != 1 || p.Find("#f-email").AttrOr("value", "") != "bob@x.fr" {
		t.Errorf("a manager of nothing: %d", p.status)
	}
	p = admin.post("/settings/people", url.Values{"name": {"Bob"}, "email": {"bob@x.fr"}, "role": {"manager"}, "unit": {"west", "lille"}})
	link, err := url.Parse(p.Find(".notice code").Text())
	if err != nil || !strings.HasPrefix(link.Path, "/enter/") {
		t.Fatalf("no link: %v", err)
	}
	if strings.Contains(admin.get("/settings/people/2").body, link.Path) {
		t.Error("the link is shown twice")
	}
	bob := r.browser()
	bob.get(link.Path).has(t, "main", "Bienvenue Bob", "Responsable d’entité")
	if p = bob.post(link.Path, url.Values{"password": {"motdepasse123"}}); p.status != 422 || p.Find("#f-password[aria-invalid=true]").Length() != 1 {
		t.Errorf("weak password: %d", p.status)
	}
	if p = bob.post(link.Path, url.Values{"password": {password}}); p.path != "/" || p.status != 200 {
		t.Fatalf("joined: %s %d", p.path, p.status)
	}
	u, err := r.People.UserByEmail(t.Context(), "bob@x.fr")
	if err != nil || len(u.More) != 1 || u.Seen.IsZero() {
		t.Fatalf("%+v %v", u, err)
	}
	admin.get("/settings/people?q=lille").has(t, "table", "Bob", "Ouest, Lille")
	if n := admin.get("/settings/people?role=dpo").Find("tbody a").Length(); n != 0 {
		t.Errorf("%d of another role", n)
	}
	admin.post("/settings/people/2/sessions", nil)
	if p = bob.get("/"); !strings.HasPrefix(p.path, "/signin") {
		t.Errorf("a revoked session opens %s", p.path)
	}
	admin.post("/settings/people/2/disable", url.Values{"disabled": {"1"}})
	if p = bob.post("/signin", url.Values{"email": {"bob@x.fr"}, "password": {password}}); p.status != http.StatusForbidden {
		t.Errorf("a disabled user signs in: %d", p.status)
	}
	if p = admin.post("/settings/people/1/disable", url.Values{"disabled": {"1"}}); p.status != 422 {
		t.Errorf("oneself disabled: %d", p.status)
	}
	admin.get("/settings/audit?subject=user%3A2").has(t, "table", "invitation d’une personne", "compte désactivé", "session fermée", "Ada administrator")
	csv := admin.get("/settings/audit.csv?what=user.add").body
	if !strings.Contains(csv, "user:1,Ada administrator,user.add,user:2") || strings.Contains(csv, "session.open") {
		t.Errorf("csv: %.300s", csv)
	}
}

func TestLookingThroughSomebodysEyesShowsTheirsAndChangesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	admin := r.as(r.user(people.Administrator, ""))
	m := r.user(people.Manager, "north")
	p := admin.post("/settings/people/2/as", nil)
	p.has(t, ".banner", "avec les yeux de Ada manager", "Responsable d’entité", "lecture seule")
	own := r.as(m).get("/verbatims")
	if p = admin.get("/verbatims"); p.Find(".voice").Length() != own.Find(".voice").Length() || p.Find(".voice").Length() == 0 {
		t.Errorf("%d voices, the manager sees %d", p.Find(".voice").Length(), own.Find(".voice").Length())
	}
	for _, path := range []string{"/settings/people", "/me"} {
		if p = admin.get(path); p.status != http.StatusForbidden {
			t.Errorf("%s: %d", path, p.status)
		}
	}
	if p = admin.post("/me/name", url.Values{"name": {"Eve"}}); p.status != http.StatusForbidden {
		t.Errorf("renamed: %d", p.status)
	}
	if p = admin.post("/settings/as/stop", nil); p.path != "/settings/people/2" || p.Find(".banner form").Length() != 0 {
		t.Errorf("back on %s", p.path)
	}
	trail, err := r.People.SearchTrail(t.Context(), people.TrailFilter{What: "view_as.", Actor: "user:1"})
	if err != nil || len(trail) != 2 {
		t.Errorf("%+v %v", trail, err)
	}
	if p = r.as(m).post("/settings/people/1/as", nil); p.status != http.StatusForbidden {
		t.Errorf("a manager looks through an administrator's eyes: %d", p.status)
	}
}

func TestARoleThatNeedsASecondFactorIsHeldUntilItIsOn(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	admin := r.as(r.user(people.Administrator, ""))
	admin.post("/settings/roles", url.Values{"second-director": {"1"}, "narrow-manager": {"1"}, "narrow-committee": {"1"}})
	now, err := r.People.Settings(t.Context())
	if err != nil || len(now.Narrow) != 1 || !now.SecondNeeded(people.Director) {
		t.Fatalf("%+v %v", now, err)
	}
	director := r.as(r.user(people.Director, ""))
	p := director.get("/verbatims")
	if p.path != "/me/second" || p.Find(".qr svg").Length() != 1 {
		t.Fatalf("shown %s", p.path)
	}
	if p = director.post("/me/second", url.Values{"code": {"000000"}}); p.status != 422 {
		t.Errorf("wrong code: %d", p.status)
	}
	if p = admin.get("/verbatims"); p.path != "/verbatims" {
		t.Errorf("another role is shown %s", p.path)
	}
}

func TestCouncilRecordOpensAndCloses(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	admin := r.as(r.user(people.Administrator, ""))
	if p := admin.post("/settings/council", url.Values{"on": {"demain"}, "purpose": {"x"}}); p.status != 422 || p.Find("#f-on[aria-invalid=true]").Length() != 1 {
		t.Errorf("no date: %d", p.status)
	}
	p := admin.post("/settings/council", url.Values{"on": {"2026-01-15"}, "purpose": {"accompagnement"}, "reference": {"PV 12"}})
	p.has(t, "main", "sont ouverts", "accompagnement", "PV 12", "Ada administrator")
	p = admin.post("/settings/council/revoke", nil)
	p.has(t, "main", "restent fermés", "Consultations passées", "Fermée par Ada administrator")
}

func TestOwnAccountIsChanged(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Director, ""))
	b.post("/me/name", url.Values{"name": {"Grace"}}).has(t, ".top", "G")
	p := b.post("/me/password", url.Values{"password": {"azertyuiop123"}})
	if p.status != 422 || p.Find("#f-password[aria-invalid=true]").Length() != 1 {
		t.Errorf("common password: %d", p.status)
	}
	b.post("/me/password", url.Values{"password": {password}}).has(t, ".toasts", "Il est solide")
	if p = b.post("/me/password", url.Values{"present": {"faux"}, "password": {password}}); p.status != 422 || p.Find("#f-present[aria-invalid=true]").Length() != 1 {
		t.Errorf("wrong present password: %d", p.status)
	}
	other := r.browser()
	if p = other.post("/signin", url.Values{"email": {"director@x.fr"}, "password": {password}}); p.path != "/" {
		t.Fatalf("signed in on %s", p.path)
	}
	if n := b.get("/me").Find("form[action='/me/sessions'] input[name=session]").Length(); n != 1 {
		t.Errorf("%d other sessions", n)
	}
	b.post("/me/sessions", nil)
	if p = other.get("/"); !strings.HasPrefix(p.path, "/signin") {
		t.Errorf("the other session opens %s", p.path)
	}
}

func TestUnitsAreFoundChangedAndTakenBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	p := b.get("/settings/units?unit=nantes")
	p.has(t, ".units", "Ouest", "Nantes", "Nord")
	if p.Find(".units a[aria-current]").Text() == "" || p.Find(".units a[href*='lille']").Length() != 0 {
		t.Error("the tree is not open on Nantes alone")
	}
	b.get("/settings/units?q=lil").has(t, ".units", "Lille", "Nord")
	if p = b.post("/settings/units", url.Values{"key": {"nantes"}, "fr": {"Nantes"}, "unit": {"nowhere"}}); p.status != 422 || p.Find("#f-unit[aria-invalid=true]").Length() != 1 {
		t.Errorf("under nowhere: %d", p.status)
	}
	p = b.post("/settings/units", url.Values{"key": {"nantes"}, "fr": {"Nantes"}, "level": {"agency"}, "unit": {"north"}, "day": {"2026-03-01"}})
	p.has(t, "main", "Nantes déplacée : Ouest → Nord", "mars 2026")
	moves, err := r.People.Moves(t.Context(), "", "")
	if err != nil || len(moves) != 1 || moves[0].Day != "2026-03-01" {
		t.Fatalf("%+v %v", moves, err)
	}
	form := p.Find(".toast form")
	fields := url.Values{}
	form.Find("input").Each(func(_ int, s *selection) { fields.Add(s.AttrOr("name", ""), s.AttrOr("value", "")) })
	b.post(form.AttrOr("action", "/none"), fields).has(t, "main", "annulé")
	if o, _ := r.People.Present(t.Context()); len(o.Path("nantes")) != 2 || o.Path("nantes")[0] != "west" {
		t.Errorf("Nantes stands under %v", o.Path("nantes"))
	}
	b.post("/settings/units/close", url.Values{"key": {"west"}, "closed": {"1"}}).has(t, "main", "2 fermées")
	if n := b.get("/settings/units/find?part=find&unit=nantes").Find("option").Length(); n != 0 {
		t.Errorf("a closed unit is offered")
	}
	if p = r.as(r.user(people.Analyst, "")).get("/settings/units"); p.status != http.StatusForbidden {
		t.Errorf("an analyst is answered %d", p.status)
	}
}

func TestAFileOfUnitsIsShownBeforeItIsApplied(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Administrator, ""))
	file := "code;nom;code parent;niveau\nwest;Ouest;;region\nnantes;Nantes;west;agency\nbrest;Brest;west;agency\nlille;Lille;west;agency\n;Sans clé;west;agency\nseul;Seul;ailleurs;agency\n"
	p := b.bring("/settings/units/import", "organigramme.csv", file)
	p.has(t, "main", "6 lignes lues", "1 ligne inutilisable", "2 ajoutées", "1 déplacée", "Lille")
	if o, _ := r.People.Present(t.Context()); len(o.Units()) != 4 {
		t.Error("applied before a yes")
	}
	at := strings.Split(p.path, "?")[0]
	b.get(at+"?closing=1").has(t, "main", "1 fermée")
	b.post(at, url.Values{"day": {"2026-03-01"}}).has(t, "main", "2 ajoutées, 1 déplacée")
	if o, _ := r.People.Present(t.Context()); len(o.Units()) != 6 || o.Path("lille")[0] != "west" {
		t.Errorf("%+v", o.Units())
	}
	if p = b.get(at); p.status != http.StatusNotFound {
		t.Errorf("a file applied is answered %d", p.status)
	}
	b.bring("/settings/units/import", "x.csv", "note;mot\n5;bien\n").has(t, ".toasts", "ne ressemble pas à un organigramme")
}

// bring posts a file as a form does.
func (b *browser) bring(path, name, text string) page {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := part.Write([]byte(text)); err != nil {
		b.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		b.t.Fatal(err)
	}
	req, err := http.NewRequest("POST", b.r.http.URL+path, &body)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Accept-Language", "fr")
	return b.send(req)
}
