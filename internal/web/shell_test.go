package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"vigie/assets"
	"vigie/internal/people"
	"vigie/internal/web"
)

func TestSetupIsOpenToThisMachineAloneWithoutAToken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, host, remote string
		header             http.Header
		status             int
	}{
		{"a browser here", "127.0.0.1:8080", "127.0.0.1:5000", nil, 200},
		{"a browser here, by name", "localhost:8080", "[::1]:5000", nil, 200},
		{"through a proxy", "127.0.0.1:8080", "127.0.0.1:5000", http.Header{"X-Forwarded-For": {"203.0.113.7"}}, 403},
		{"through a modern proxy", "localhost", "127.0.0.1:5000", http.Header{"Forwarded": {"for=203.0.113.7"}}, 403},
		{"through a proxy that keeps the name", "vigie.example.com", "127.0.0.1:5000", nil, 403},
		{"from elsewhere", "localhost:8080", "203.0.113.7:5000", nil, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, func(d *web.Deps) { d.SetupToken, d.SetupLocal = "abc", true })
			for path, want := range map[string]int{"/setup": c.status, "/setup?token=abc": 200} {
				q := httptest.NewRequest(http.MethodGet, path, nil)
				q.Host, q.RemoteAddr = c.host, c.remote
				if c.header != nil {
					q.Header = c.header
				}
				w := httptest.NewRecorder()
				r.server.Handler().ServeHTTP(w, q)
				if w.Code != want {
					t.Errorf("%s is answered %d, not %d", path, w.Code, want)
				}
			}
		})
	}
}

// slow is a connection that notes until when it is read.
type slow struct {
	*httptest.ResponseRecorder
	until []time.Time
}

func (s *slow) SetReadDeadline(t time.Time) error { s.until = append(s.until, t); return nil }

func TestAFormIsNotWaitedForForEver(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.user(people.Administrator, "")
	q := httptest.NewRequest(http.MethodPost, "/signin", strings.NewReader("email=a&password=b"))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := &slow{ResponseRecorder: httptest.NewRecorder()}
	r.server.Handler().ServeHTTP(w, q)
	if len(w.until) != 3 || time.Until(w.until[0]) > 2*time.Minute || !w.until[1].IsZero() || w.until[2].IsZero() {
		t.Errorf("the body is read until %v", w.until)
	}
}

func TestWithoutSearchThereIsNoSearchField(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(d *web.Deps) { d.Search = nil })
	r.company()
	if n := r.as(r.user(people.Director, "")).get("/").Find(".searchbox").Length(); n != 0 {
		t.Errorf("%d search fields", n)
	}
}

func TestWhatWasDoneIsUndoneFromTheToast(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	ctx := context.Background()
	if err := r.People.UpdateSettings(ctx, func(x *people.Settings) { x.Name, x.Zone, x.Lang = "Avant", "Europe/Paris", "fr" }); err != nil {
		t.Fatal(err)
	}
	other := r.user(people.Analyst, "")
	b := r.as(r.user(people.Administrator, ""))
	undo := func(p page) page {
		t.Helper()
		form := p.Find(".toast form")
		fields := url.Values{}
		form.Find("input").Each(func(_ int, s *selection) { fields.Add(s.AttrOr("name", ""), s.AttrOr("value", "")) })
		return b.post(form.AttrOr("action", "/none"), fields)
	}
	p := b.post("/settings/organisation", url.Values{"name": {"Après"}, "zone": {"UTC"}, "lang": {"en"}})
	p = undo(p)
	p.has(t, ".toasts", "C’est annulé")
	if p.Find(".toast form").Length() != 0 {
		t.Error("undoing offers to be undone")
	}
	if s, err := r.People.Settings(ctx); err != nil || s.Name != "Avant" || s.Zone != "Europe/Paris" || s.Lang != "fr" {
		t.Errorf("settings are %+v, %v", s, err)
	}
	undo(b.post("/settings/roles", url.Values{"narrow-manager": {"1"}}))
	if s, err := r.People.Settings(ctx); err != nil || len(s.Narrow) != 0 {
		t.Errorf("narrow is %v, %v", s.Narrow, err)
	}
	p = b.post("/settings/people/"+fmt.Sprint(other.ID)+"/disable", url.Values{"disabled": {"1"}})
	if u, err := r.People.User(ctx, other.ID); err != nil || !u.Disabled {
		t.Fatalf("disabled: %+v, %v", u, err)
	}
	undo(p)
	if u, err := r.People.User(ctx, other.ID); err != nil || u.Disabled {
		t.Errorf("still disabled, %v", err)
	}
	b.get("/settings/audit").has(t, "table", "Ada administrator", "compte désactivé")
}

func TestPlacesAreFoundByTheirNames(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	admin, committee := r.as(r.user(people.Administrator, "")), r.as(r.user(people.Committee, ""))
	for _, c := range []struct {
		b           *browser
		query, href string
		found       bool
	}{
		{admin, "TECHNICIEN", "/touchpoints/technician", true},
		{admin, "etre technicien", "/touchpoints/technician", true}, // an accent less, and the stage's name
		{admin, "nant", "/cockpit?unit=nantes", true},
		{admin, "csat", "/catalogue/indicators/csat", true},
		{admin, "carte", "/listen/journeys/main/map", true},
		{committee, "nouveau parcours", "/listen/journeys/new", false},
		{admin, "nouveau parcours", "/listen/journeys/new", true},
		{committee, "norme", "/norm", true},
		{admin, "attributs", "/catalogue/attributes", true},
		{admin, "mon compte", "/me", true},
		{admin, "journal", "/settings/audit", true},
		{committee, "journal", "/settings/audit", false},
		{committee, "verbatims", "/verbatims", false},
		{admin, "zzz", "/touchpoints/technician", false},
	} {
		for _, part := range []string{"", "&part=options"} {
			p := c.b.get("/go?q=" + url.QueryEscape(c.query) + part)
			scope := "main .things a"
			if part != "" {
				scope = "[role=option]"
			}
			if got := p.Find(scope+`[href^="`+c.href+`"]`).Length() > 0; got != c.found {
				t.Errorf("%q%s: %s found %v", c.query, part, c.href, got)
			}
		}
	}
}

func TestThePagesInstallAndKeepNothingPersonal(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(d *web.Deps) { d.Version = "1" })
	nobody := r.browser()
	before := nobody.get("/manifest.webmanifest")
	if before.status != 200 || !strings.Contains(before.body, `"display":"standalone"`) {
		t.Errorf("before the set-up the manifest is %d %.80s", before.status, before.body)
	}
	if p := nobody.get("/accessibility"); p.path != "/accessibility" {
		t.Errorf("before the set-up the statement of accessibility is %s", p.path)
	}
	r.company()
	ada := r.as(r.user(people.Administrator, ""))
	if p := ada.get("/offline"); p.status != 200 || strings.Contains(p.body, "Ada") {
		t.Errorf("the offline page is %d and names its reader: %v", p.status, strings.Contains(p.body, "Ada"))
	}
	worker := ada.get("/sw.js")
	if assets.Built() && (worker.status != 200 || !strings.Contains(worker.body, `"page":"/offline"`) || strings.Count(worker.body, ".put(") != 1) {
		t.Errorf("the worker is %d: %.200s", worker.status, worker.body)
	}
}

func TestComponentsAreShownToBuildersAlone(t *testing.T) {
	t.Parallel()
	for dev, want := range map[bool]int{false: 404, true: 200} {
		r := newRig(t, func(d *web.Deps) { d.Dev = dev })
		r.company()
		if p := r.as(r.user(people.Director, "")).get("/dev/ui"); p.status != want {
			t.Errorf("dev %v: /dev/ui is %d", dev, p.status)
		}
	}
}

func TestTheStatementOfAccessibilitySaysWhomToTell(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Administrator, ""))
	b.get("/accessibility").has(t, "main", "partiellement conforme", "l’administrateur")
	if p := b.post("/settings/organisation", url.Values{"name": {"X"}, "zone": {"UTC"}, "lang": {"fr"}, "contact": {"nowhere"}}); p.status != 422 || p.Find("#f-contact[aria-invalid]").Length() != 1 {
		t.Errorf("no address: %d", p.status)
	}
	b.post("/settings/organisation", url.Values{"name": {"X"}, "zone": {"UTC"}, "lang": {"fr"}, "contact": {"aide@x.fr"}})
	if n := r.browser().get("/accessibility").Find(`main a[href="mailto:aide@x.fr"]`).Length(); n != 1 {
		t.Errorf("%d addresses", n)
	}
}
