package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web"
)

// who are those who walk all routes: nobody, and one of each role.
func (r *rig) who() map[people.Role]*browser {
	all := map[people.Role]*browser{"": r.browser()}
	for _, role := range people.Roles() {
		if role == people.Source {
			continue
		}
		unit := cx.UnitID("")
		if role == people.Manager || role == people.Adviser || role == people.Relay {
			unit = "north"
		}
		all[role] = r.as(r.user(role, unit))
	}
	own := r.watcher()
	all[own] = r.as(r.user(own, "north"))
	return all
}

// watcher makes a role of the organisation's own.
func (r *rig) watcher() people.Role {
	r.t.Helper()
	own, err := r.People.PutRole(r.t.Context(), people.Viewer{Role: people.Administrator}, people.OwnRole{Base: people.Manager, Name: cx.Text{"fr": "Veilleur", "en": "Watcher"},
		Rights: []string{people.ReadFigures.String(), people.ReadAudit.String(), people.ImportFiles.String()}, Narrow: true})
	if err != nil {
		r.t.Fatal(err)
	}
	return own
}

// may tells whether a role of the walk holds a right.
func (r *rig) may(role people.Role, right people.Right) bool {
	r.t.Helper()
	v, err := r.People.Settings(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return v.May(role, right)
}

// addressOf gives an address of a route in the company.
func addressOf(x web.Route) string {
	return strings.NewReplacer("{$}", "", "{journey}", "main", "{touchpoint}", "technician", "{id}", "1", "{token}", "none", "{user}", "77", "{key}", "77", "{indicator}", "nps", "{metric}", "csat", "{block}", "moves", "{role}", "77", "{media}", "none").Replace(x.Path)
}

func TestEveryRouteOpensToItsRolesAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	who := r.who()
	routes := r.server.Routes()
	if len(routes) < 30 {
		t.Fatalf("%d routes", len(routes))
	}
	for role, b := range who {
		for _, x := range routes {
			if x.Path == "/live" || x.Path == "/signout" {
				continue
			}
			t.Run(fmt.Sprintf("%s %s as %s", x.Method, x.Path, role), func(t *testing.T) {
				var form url.Values
				if x.Method == "POST" {
					form = url.Values{"kind": {"none"}}
				}
				p := b.do(x.Method, addressOf(x), form)
				r.checkAnswer(t, x, role, p)
			})
		}
	}
}

// checkAnswer holds the answer of a route to what the role may do.
func (r *rig) checkAnswer(t *testing.T, x web.Route, role people.Role, p page) {
	t.Helper()
	if p.status >= 500 {
		t.Fatalf("%d: %s", p.status, squeeze(p.Find("main").Text()))
	}
	switch {
	case x.Right == web.Anyone:
		return
	case role == "" && x.Method == "POST":
		if p.status != http.StatusUnauthorized {
			t.Errorf("nobody is answered %d", p.status)
		}
	case role == "":
		if !strings.HasPrefix(p.path, "/signin") {
			t.Errorf("nobody is shown %s (%d)", p.path, p.status)
		}
	case x.Right != 0 && !r.may(role, x.Right):
		if p.status != http.StatusForbidden {
			t.Errorf("answered %d", p.status)
		}
	default:
		if p.status == http.StatusForbidden && x.Path != "/settings" {
			t.Errorf("denied")
		}
	}
	if p.Find("h1").Length() > 1 {
		t.Errorf("%d h1", p.Find("h1").Length())
	}
}

func TestPagesAreWellFormedForEveryone(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	admin := r.as(r.user(people.Administrator, ""))
	for _, x := range r.server.Routes() {
		if x.Method != "GET" || x.Path == "/live" || x.Path == "/home/{block}" || strings.Contains(x.Path, ".") {
			continue
		}
		for _, l := range []string{"fr", "en"} {
			p := admin.get(addressOf(x) + "?lang=" + l)
			if strings.Contains(p.header.Get("Content-Disposition"), "attachment") || !strings.HasPrefix(strings.ToLower(p.body), "<!doctype html>") { // a file, or a part of a page
				continue
			}
			if n := p.Find("h1").Length(); n != 1 {
				t.Errorf("%s: %d h1", x.Path, n)
			}
			preview := strings.HasSuffix(x.Path, "/preview") // whose address names the language of the survey
			if p.Find("main").Length() != 1 || !preview && p.Find("html").AttrOr("lang", "") != l {
				t.Errorf("%s: %d main, lang %s", x.Path, p.Find("main").Length(), p.Find("html").AttrOr("lang", ""))
			}
			if strings.Contains(p.body, "⟨") {
				t.Errorf("%s: a word is missing in %s: %.80s", x.Path, l, p.body[strings.Index(p.body, "⟨"):])
			}
			checkLabels(t, x.Path, p)
		}
	}
}

func checkLabels(t *testing.T, path string, p page) {
	t.Helper()
	ids := map[string]int{}
	p.Find("[id]").Each(func(_ int, s *selection) { ids[s.AttrOr("id", "")]++ })
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%s: id %s stands %d times", path, id, n)
		}
	}
	p.Find("input:not([type=hidden]),select,textarea").Each(func(_ int, s *selection) {
		id := s.AttrOr("id", "")
		if s.AttrOr("aria-label", "") == "" && s.Closest("label").Length() == 0 && (id == "" || p.Find("label[for='"+id+"']").Length() == 0) {
			t.Errorf("%s: a field without label: %s", path, s.AttrOr("name", ""))
		}
	})
}

func TestSettingsChangeWhatTheySay(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Administrator, ""))
	p := b.post("/settings/keys", url.Values{"name": {"import"}, "role": {"source"}})
	secret := p.Find(".notice code").Text()
	v, err := r.People.ViewerByKey(t.Context(), secret)
	if err != nil || v.Name != "import" {
		t.Fatalf("key %q: %v", secret, err)
	}
	if strings.Contains(b.get("/settings/keys").body, secret) {
		t.Error("the key is shown twice")
	}
	if p = b.post("/settings/keys", url.Values{"role": {"source"}}); p.status != 422 || p.Find("#f-name[aria-invalid]").Length() != 1 {
		t.Errorf("a key without name: %d", p.status)
	}
	b.post("/settings/keys/1/revoke", nil)
	if _, err := r.People.ViewerByKey(t.Context(), secret); err == nil {
		t.Error("a revoked key lets in")
	}
	b.get("/settings/audit").has(t, "table", "clé d’API créée", "clé d’API révoquée")
}

func TestUnknownUnitsAreCreatedAtOnceFromQuarantine(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	for i, unit := range []string{"agence-7", "agence-9"} {
		in := r.answers()[i]
		in.Unit = unit
		r.send(in)
	}
	b := r.as(r.user(people.Director, ""))
	b.get("/settings/quarantine").has(t, "main", "agence-7", "Créer les 2 entités")
	b.post("/settings/quarantine/units", nil).has(t, "body", "2 retours ont pris leur place.")
	b.get("/settings/quarantine").has(t, "main", "Rien n’attend")
	o, err := r.People.Present(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []cx.UnitID{"agence-7", "agence-9"} {
		if _, known := o.Unit(key); !known {
			t.Errorf("%s was not created", key)
		}
	}
}

func TestQuarantineIsSeenAndRepaired(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	in := r.answers()[0]
	in.Touchpoint = "TECH_VISIT"
	r.send(in)
	b := r.as(r.user(people.Director, ""))
	b.get("/").has(t, "main", "1 retour attend que sa clé soit associée")
	p := b.get("/settings/quarantine")
	p.has(t, "main", "TECH_VISIT", "point de contact inconnu")
	p = b.post("/settings/quarantine", url.Values{"kind": {"touchpoint"}, "from": {"TECH_VISIT"}, "to": {"technician"}})
	p.has(t, ".toasts", "1 retour a pris sa place")
	p.has(t, "main", "Rien n’attend")
	if p = b.post("/settings/quarantine", url.Values{"kind": {"touchpoint"}, "from": {"X"}, "to": {"nowhere"}}); p.status != 422 {
		t.Errorf("mapped to nowhere: %d", p.status)
	}
}
