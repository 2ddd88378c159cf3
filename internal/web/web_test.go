package web_test

import (
	"net/url"
	"strings"
	"testing"

	"vigie/internal/people"
	"vigie/internal/web"
)

func TestFirstUserGoesFromAnEmptyFolderToACockpit(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.browser()
	p := b.get("/verbatims?q=x")
	if p.path != "/setup" || p.status != 200 {
		t.Fatalf("an empty record shows %s %d", p.path, p.status)
	}
	if s := b.get("/signin"); s.path != "/setup" {
		t.Errorf("sign-in of an empty record shows %s", s.path)
	}
	p = b.post("/setup", url.Values{"name": {"Ada"}, "email": {"ada@x.fr"}, "password": {"short"}})
	if p.status != 422 || p.Find("#f-password[aria-invalid=true]").Length() != 1 || p.Find("#f-name").AttrOr("value", "") != "Ada" {
		t.Fatalf("weak password: %d %s", p.status, p.Find(".field.bad").Text())
	}
	if strings.Contains(p.body, "short") {
		t.Error("the password comes back")
	}
	p = b.post("/setup", url.Values{"name": {"Ada"}, "email": {"ada@x.fr"}, "password": {password}})
	if p.path != "/setup/organisation" {
		t.Fatalf("then %s %d", p.path, p.status)
	}
	p = b.post("/setup/organisation", url.Values{"name": {"Filambre"}, "lang": {"fr"}, "zone": {"Mars"}})
	if p.status != 422 || p.Find("#f-zone[aria-invalid=true]").Length() != 1 {
		t.Fatalf("zone of Mars: %d", p.status)
	}
	p = b.post("/setup/organisation", url.Values{"name": {"Filambre"}, "lang": {"fr"}, "zone": {"Europe/Paris"}})
	if p.path != "/setup/journey" || p.Find("input[name=template]").Length() < 6 {
		t.Fatalf("then %s", p.path)
	}
	p = b.post("/setup/journey", url.Values{"template": {"energy"}})
	if p.path != "/" || p.status != 200 {
		t.Fatalf("then %s %d", p.path, p.status)
	}
	p.has(t, "main", "attend ses premiers retours", "curl -H")
	if p.Find(".tp").Length() == 0 || p.Find("h1").Length() != 1 || p.Find(".toast").Length() != 1 {
		t.Errorf("cockpit: %d cards, %d h1, %d toasts: %s", p.Find(".tp").Length(), p.Find("h1").Length(), p.Find(".toast").Length(), squeeze(p.Find(".state").Text()))
	}
	if p = b.get("/setup"); p.path != "/" {
		t.Errorf("setup again shows %s", p.path)
	}
	if p = r.browser().post("/setup", url.Values{"name": {"Eve"}, "email": {"eve@x.fr"}, "password": {password}}); p.status != 403 {
		t.Errorf("a second first user: %d", p.status)
	}
}

func TestSetupTokenIsAskedFor(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(d *web.Deps) { d.SetupToken = "abc" })
	b := r.browser()
	if p := b.get("/setup"); p.status != 403 {
		t.Errorf("without: %d", p.status)
	}
	if p := b.get("/setup?token=abc"); p.status != 200 || p.Find("input[name=token]").AttrOr("value", "") != "abc" {
		t.Errorf("with: %d", p.status)
	}
	if p := b.post("/setup", url.Values{"name": {"Eve"}, "email": {"eve@x.fr"}, "password": {password}, "token": {"abd"}}); p.status != 403 {
		t.Errorf("wrong: %d", p.status)
	}
}

func TestSignInOpensASessionAndLeadsBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	ada, err := r.People.AddUser(t.Context(), people.NewUser{Email: "ada@x.fr", Name: "Ada", Role: people.Director, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	b := r.browser()
	p := b.get("/?during=30")
	if p.path != "/signin?next=%2F%3Fduring%3D30" {
		t.Fatalf("nobody is shown %s", p.path)
	}
	p = b.post("/signin", url.Values{"email": {"ada@x.fr"}, "password": {"wrong wrong"}, "next": {"/?during=30"}})
	if p.status != 403 || p.Find("[role=alert]").Length() != 1 || p.Find("#f-email").AttrOr("value", "") != "ada@x.fr" {
		t.Fatalf("wrong password: %d", p.status)
	}
	p = b.post("/signin", url.Values{"email": {"ada@x.fr"}, "password": {password}, "next": {"/?during=30"}})
	if p.path != "/?during=30" || p.status != 200 {
		t.Fatalf("signed in: %s %d", p.path, p.status)
	}
	for _, next := range []string{"https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"} {
		if p := b.get("/signin?next=" + url.QueryEscape(next)); p.path != "/" {
			t.Errorf("next %s leads to %s", next, p.path)
		}
	}
	if err := r.People.DisableUser(t.Context(), ada.ID, true); err != nil {
		t.Fatal(err)
	}
	if p = b.get("/"); p.path != "/signin" {
		t.Errorf("a disabled user still sees %s", p.path)
	}
}

func TestCastIsEnteredByOneClickAndNobodyElse(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	in, out := r.user(people.Director, ""), r.user(people.Administrator, "")
	r.server.Cast = []web.CastMember{{UserID: in.ID, Name: in.Name}}
	b := r.browser()
	if p := b.get("/signin"); p.Find("button.cast").Length() != 1 {
		t.Errorf("%d of the cast", p.Find("button.cast").Length())
	}
	for _, id := range []string{"2", "0", "x", ""} {
		if p := b.post("/signin/cast", url.Values{"user": {id}}); p.status != 404 {
			t.Errorf("entered as %q (%d): %d", id, out.ID, p.status)
		}
	}
	if p := b.post("/signin/cast", url.Values{"user": {"1"}}); p.path != "/" || p.Find(".avatar").Length() == 0 {
		t.Errorf("cast enters at %s", p.path)
	}
}

func TestEntryLinkAsksForAClickAndWorksOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	u := r.user(people.Director, "")
	token, err := r.People.EntryLink(t.Context(), u.ID, 1e12)
	if err != nil {
		t.Fatal(err)
	}
	b := r.browser()
	for range 2 {
		if p := b.get("/enter/" + token); p.status != 200 || p.Find("main form[method=post]").Length() != 1 {
			t.Errorf("preview: %d", p.status)
		}
	}
	if p := b.post("/enter/"+token, nil); p.path != "/" {
		t.Errorf("entered at %s", p.path)
	}
	if p := r.browser().post("/enter/"+token, nil); p.status != 404 {
		t.Errorf("entered twice: %d", p.status)
	}
}

func TestPagesCarryStrictHeadersAndRefuseOtherSites(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Director, ""))
	p := b.get("/")
	csp := p.header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("policy lacks %s: %s", want, csp)
		}
	}
	if strings.Contains(csp, "unsafe") || p.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers: %v", p.header)
	}
	if n := p.Find("[style],[onclick],style,script:not([src])").Length(); n != 0 {
		t.Errorf("%d inline styles or scripts", n)
	}
	req := foreignPost(t, r.http.URL+"/signout")
	res, err := b.c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 403 {
		t.Errorf("another site signs out: %d", res.StatusCode)
	}
}

func TestLanguageAndThemeAreKept(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Director, ""))
	if got := b.get("/").Find("html").AttrOr("lang", ""); got != "fr" {
		t.Errorf("browser's French: %s", got)
	}
	b.get("/?lang=en")
	if got := b.get("/").Find("html").AttrOr("lang", ""); got != "en" {
		t.Errorf("after ?lang=en: %s", got)
	}
	p := b.post("/me", url.Values{"theme": {"dark"}, "back": {"/?during=30"}})
	if p.path != "/?during=30" || p.Find("html").AttrOr("data-theme", "") != "dark" {
		t.Errorf("dark: %s %s", p.path, p.Find("html").AttrOr("data-theme", ""))
	}
	p = b.post("/me", url.Values{"lang": {"fr"}, "back": {"//evil"}})
	if p.path != "/" || p.Find("html").AttrOr("lang", "") != "fr" {
		t.Errorf("french again: %s", p.path)
	}
}
