package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"vigie/internal/lang"
	"vigie/internal/people"
)

func langEN() lang.Lang { return lang.For("en") }

// TestEveryRouteAsEveryRole walks all routes as nobody, with a wrong key and as each role.
func TestEveryRouteAsEveryRole(t *testing.T) {
	w := newWorld(t, sqlite(t))
	for _, r := range w.api.Routes() {
		path := strings.NewReplacer("{id}", "999999", "{key}", "none").Replace(r.Path)
		body := strings.NewReader("")
		if got := w.stream(r.Method, path, body, nobody).status; (got == 401) != (r.Right != Everybody || path == "/api/v1/me") {
			t.Errorf("%s %s as nobody: %d", r.Method, r.Path, got)
		}
		if got := w.stream(r.Method, path, body, with("Authorization", "Bearer vigie_wrong")).status; got != 401 {
			t.Errorf("%s %s with a wrong key: %d", r.Method, r.Path, got)
		}
		for _, role := range people.Roles() {
			got := w.stream(r.Method, path, body, w.role(role)).status
			denied := r.Right != Everybody && !role.May(r.Right)
			if role == people.Adviser && r.Path == "/api/v1/feedbacks" {
				denied = true // a key is no adviser: it has no rows of its own
			}
			if (got == 403) != denied {
				t.Errorf("%s %s as %s: %d", r.Method, r.Path, role, got)
			}
			if got >= 500 {
				t.Errorf("%s %s as %s: %d", r.Method, r.Path, role, got)
			}
		}
	}
}

func TestUnknownPathsAreProblems(t *testing.T) {
	w := newWorld(t, sqlite(t))
	for _, path := range []string{"/api/", "/api/v1/nothing", "/api/v2/feedbacks"} {
		if r := w.stream("GET", path, nil); r.status != 404 {
			t.Errorf("%s: %d", path, r.status)
		} else {
			r.problem(t)
		}
	}
}

func TestOtherMethodsAreToldWhichThereAre(t *testing.T) {
	w := newWorld(t, sqlite(t))
	r := w.send("PUT", "/feedbacks", "")
	if got := r.header.Get("Allow"); r.status != 405 || got != "GET, POST" {
		t.Errorf("%d, %q", r.status, got)
	}
}

func TestADatabaseGoneIs503(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		body := one("gone", `,"scores":{"nps":1}`)
		key := w.key(people.Administrator)
		w.must(w.db.Close())
		for _, x := range [][3]string{{"POST", "/feedbacks", body}, {"GET", "/journeys", ""}, {"PUT", "/units/x", `{"name":{"fr":"X"}}`}} {
			r := w.send(x[0], x[1], x[2], with("Authorization", "Bearer "+key))
			if x[0] == "GET" && r.status == 200 {
				continue // known for another moment
			}
			if r.status != 503 || r.header.Get("Retry-After") == "" {
				t.Errorf("%s %s: %d %s", x[0], x[1], r.status, r.body)
			}
		}
	})
}

func TestOpenAPIDocumentDescribesEveryRoute(t *testing.T) {
	w := newWorld(t, sqlite(t))
	r := w.stream("GET", "/api/openapi.json", nil, nobody)
	var doc struct {
		OpenAPI    string
		Info       struct{ Title, Version string }
		Paths      map[string]map[string]map[string]any
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(r.body, &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1.") || doc.Info.Title == "" || doc.Info.Version == "" {
		t.Errorf("%s, %+v", doc.OpenAPI, doc.Info)
	}
	ids := map[any]bool{}
	for _, r := range w.api.routes() {
		op := doc.Paths[r.Path][strings.ToLower(r.Method)]
		if r.about.hidden {
			continue
		}
		if op == nil || op["responses"] == nil || op["operationId"] == nil || ids[op["operationId"]] || strings.Contains(fmt.Sprint(op), "⟨") {
			t.Errorf("%s %s: %v", r.Method, r.Path, op)
			continue
		}
		ids[op["operationId"]] = true
		for _, name := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(r.Path, -1) {
			if !strings.Contains(fmt.Sprint(op["parameters"]), "in:path") || !strings.Contains(fmt.Sprint(op["parameters"]), "name:"+name[1]) {
				t.Errorf("%s %s: path parameter %s is not described", r.Method, r.Path, name[1])
			}
		}
	}
	for _, ref := range regexp.MustCompile(`"#/components/schemas/([^"]+)"`).FindAllStringSubmatch(string(r.body), -1) {
		if doc.Components.Schemas[ref[1]] == nil {
			t.Errorf("schema %s is named and not there", ref[1])
		}
	}
	if strings.Contains(string(r.body), `"nullable"`) {
		t.Error("nullable is not OpenAPI 3.1")
	}
}

func TestPageOfTheAPIIsSelfContained(t *testing.T) {
	w := newWorld(t, sqlite(t))
	for tag, word := range map[string]string{"fr": "Retours clients", "en": "Feedback"} {
		r := w.stream("GET", "/api/docs", nil, nobody, with("Accept-Language", tag))
		page := string(r.body)
		if r.status != 200 || !strings.Contains(page, word) || strings.Contains(page, "⟨") || strings.Contains(page, "<script") || strings.Contains(page, "style=") {
			t.Errorf("%s: %d", tag, r.status)
		}
		for _, x := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
			if !strings.HasPrefix(x[1], "/api/") && !strings.HasPrefix(x[1], "#") && !strings.HasPrefix(x[1], "?lang=") {
				t.Errorf("%s: leaves the house: %s", tag, x[1])
			}
		}
		if !strings.Contains(r.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("policy %q", r.header.Get("Content-Security-Policy"))
		}
		for _, o := range w.api.Routes() {
			if strings.HasPrefix(o.Path, "/api/v1/") && !strings.Contains(page, "<code>"+o.Path+"</code>") {
				t.Errorf("%s: %s is not on the page", tag, o.Path)
			}
		}
	}
}

func TestHealth(t *testing.T) {
	w := newWorld(t, sqlite(t))
	w.send("GET", "/me", "")
	ready := error(nil)
	h := Health(HealthDeps{DB: w.db, Metrics: w.api.Metrics, Followers: []Follower{{"insight", w.eye.Position}},
		Ready: map[string]func() error{"insight": func() error { return ready }}})
	get := func(path string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
		return rec
	}
	if got := get("/healthz").Code; got != 200 {
		t.Errorf("healthz: %d", got)
	}
	if got := get("/readyz").Code; got != 200 {
		t.Errorf("readyz: %d", got)
	}
	body := get("/metrics").Body.String()
	for _, want := range []string{"vigie_feed_head ", `vigie_follower_lag{follower="insight"}`, `vigie_http_requests_total{route="GET /api/v1/me",status="200"} 1`} {
		if !strings.Contains(body, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	ready = http.ErrServerClosed
	if got := get("/readyz").Code; got != 503 {
		t.Errorf("not ready: %d", got)
	}
	ready = nil
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	if got := get("/readyz").Code; got != 503 {
		t.Errorf("without a database: %d", got)
	}
}
