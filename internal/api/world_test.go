package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/house"
	"vigie/internal/listen/collect"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
	"vigie/internal/understand/insight"
)

// world is the whole house behind a real server, with one journey and two regions.
type world struct {
	t      testing.TB
	db     *record.DB
	people *people.Store
	door   *collect.Door
	eye    *insight.Insight
	house  *house.House
	api    *API
	url    string
	keys   map[people.Role]string
}

func both(t *testing.T, fn func(*testing.T, *world)) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) { fn(t, newWorld(t, db)) })
}

func newWorld(t testing.TB, db *record.DB) *world {
	t.Helper()
	h, err := house.New(t.Context(), house.Config{Dir: t.TempDir(), Zone: time.UTC, Patience: time.Minute}, house.Deps{DB: db})
	w := &world{t: t, db: db, people: h.People, door: h.Door, eye: h.Insight, house: h, keys: map[people.Role]string{}}
	w.must(err)
	h.Catalogue.Used = func(context.Context, cx.MetricID) (bool, error) { return false, nil }
	t.Cleanup(h.Stop)
	w.must(errors.Join(h.Catalogue.Seed(t.Context()), h.StartDoor(t.Context()), h.StartDerived(t.Context())))
	d := Of(h)
	d.Metrics, d.Log = NewMetrics(), slog.New(slog.NewTextHandler(t.Output(), nil))
	w.api, err = New(d)
	w.must(err)
	server := httptest.NewServer(w.api)
	t.Cleanup(server.Close)
	w.url = server.URL
	w.ready()
	w.settle()
	w.caughtUp()
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// settle lays the structure: units north and south with an agency, one journey with two touchpoints.
func (w *world) settle() {
	w.t.Helper()
	w.must(w.people.PutUnits(w.t.Context(), []people.Unit{
		{Key: "north", Name: cx.Text{"fr": "Nord"}, Level: "region"}, {Key: "south", Name: cx.Text{"fr": "Sud"}, Level: "region"},
		{Key: "lille", Name: cx.Text{"fr": "Lille"}, Level: "agency", Parent: "north"},
	}))
	w.put("/attributes/segment", `{"type":"text","projected":true}`)
	w.put("/journeys/main", `{"name":{"fr":"Commande"},"stages":[{"key":"receive","name":{"fr":"Recevoir"},"touchpoints":[
		{"key":"delivery","name":{"fr":"Livraison"}},{"key":"support","name":{"fr":"Service client"}}]}]}`)
}

func (w *world) put(path, body string) {
	w.t.Helper()
	if r := w.send("PUT", path, body); r.status >= 300 {
		w.t.Fatalf("PUT %s: %d %s", path, r.status, r.body)
	}
}

// key makes one key for each role.
func (w *world) key(role people.Role) string {
	w.t.Helper()
	if k, ok := w.keys[role]; ok {
		return k
	}
	unit := cx.UnitID("")
	switch role {
	case people.Manager, people.Adviser, people.Relay:
		unit = "north"
	}
	k, err := w.people.AddKey(w.t.Context(), string(role), role, unit)
	w.must(err)
	w.keys[role] = k
	return k
}

type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) problem(t testing.TB) Problem {
	t.Helper()
	var p Problem
	if got := r.header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("%d %s: content type %q", r.status, r.body, got)
	}
	if err := json.Unmarshal(r.body, &p); err != nil {
		t.Fatalf("%s: %v", r.body, err)
	}
	if p.Status != r.status || p.Title == "" || p.Type == "" {
		t.Errorf("problem: %+v", p)
	}
	return p
}

// as decodes the body.
func as[T any](t testing.TB, r reply) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(r.body, &v); err != nil {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
	return v
}

// option changes a request.
type option func(*http.Request)

func with(name, value string) option { return func(r *http.Request) { r.Header.Set(name, value) } }

func nobody(r *http.Request) { r.Header.Del("Authorization") }

// send asks as an administrator unless an option says otherwise.
func (w *world) send(method, path, body string, options ...option) reply {
	w.t.Helper()
	return w.stream(method, "/api/v1"+path, bytes.NewReader([]byte(body)), options...)
}

func (w *world) stream(method, path string, body io.Reader, options ...option) reply {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, body)
	w.must(err)
	r.Header.Set("Authorization", "Bearer "+w.key(people.Administrator))
	r.Header.Set("Accept-Language", "en")
	for _, o := range options {
		o(r)
	}
	resp, err := http.DefaultClient.Do(r)
	w.must(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	w.must(err)
	return reply{resp.StatusCode, resp.Header, b}
}

func (w *world) role(role people.Role) option {
	return with("Authorization", "Bearer "+w.key(role))
}

// ready waits until questions are answered.
func (w *world) ready() {
	w.t.Helper()
	deadline := time.After(time.Minute)
	for !w.eye.Ready() {
		select {
		case <-w.eye.Moved():
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			w.t.Fatal("figures are not ready")
		}
	}
}

// caughtUp waits until figures hold everything acknowledged.
func (w *world) caughtUp() {
	w.t.Helper()
	head, err := w.db.Head(w.t.Context())
	w.must(err)
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	w.must(w.eye.WaitFor(ctx, head))
}
