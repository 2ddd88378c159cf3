package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"vigie/internal/cx"
	"vigie/internal/house"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
	"vigie/internal/record/recordtest"
	"vigie/internal/web"
	"vigie/internal/web/chart"
)

const password = "trois-bateaux-blancs"

// drawer is one for all tests: its engines take a second to make.
var drawer = sync.OnceValue(func() *chart.Drawer { return chart.New(chart.Config{Within: time.Minute}, chart.Deps{}) })

// rig is the pages over the real house.
type rig struct {
	*house.House
	t      *testing.T
	server *web.Server
	http   *httptest.Server
	sent   int
}

func newRig(t *testing.T, change func(*web.Deps)) *rig {
	t.Helper()
	ctx := context.Background()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	h, err := house.New(ctx, house.Config{Dir: t.TempDir(), Patience: time.Minute}, house.Deps{DB: recordtest.SQLite(t), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(h.Catalogue.Seed(ctx), h.StartDoor(ctx), h.StartDerived(ctx), h.StartImports(ctx)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Stop)
	d := web.Of(h)
	d.Charts = drawer()
	d.Live.Blocks, d.Live.Deadline = time.Minute, time.Minute // pages are looked at whole, however slow the machine
	if change != nil {
		change(&d)
	}
	r := &rig{House: h, t: t}
	if r.server, err = web.New(d); err != nil {
		t.Fatal(err)
	}
	r.http = httptest.NewServer(r.server.Handler())
	t.Cleanup(func() { r.server.Stop(); r.http.Close() })
	return r
}

// settle waits until figures and words have caught up with the record.
func (r *rig) settle() {
	r.t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	if err := r.CaughtUp(ctx); err != nil {
		r.t.Fatal(err)
	}
}

// company puts two regions, one journey and a hundred days of answers: the technician's visit gets worse in the west.
func (r *rig) company() {
	r.t.Helper()
	ctx := context.Background()
	units := []people.Unit{{Key: "west", Name: cx.Text{"fr": "Ouest", "en": "West"}, Level: "region"}, {Key: "nantes", Name: cx.Text{"fr": "Nantes"}, Parent: "west", Level: "agency"},
		{Key: "north", Name: cx.Text{"fr": "Nord", "en": "North"}, Level: "region"}, {Key: "lille", Name: cx.Text{"fr": "Lille"}, Parent: "north", Level: "agency"}}
	if err := r.People.PutUnits(ctx, units); err != nil {
		r.t.Fatal(err)
	}
	if err := r.Journeys.Put(ctx, "test", theJourney()); err != nil {
		r.t.Fatal(err)
	}
	r.send(r.answers()...)
	r.settle()
}

func theJourney() journey.Journey {
	aim := map[cx.IndicatorID]float64{"csat": 80}
	return journey.Journey{Key: "main", Name: cx.Text{"fr": "Devenir client", "en": "Becoming a customer"}, Stages: []journey.Stage{
		{Key: "choose", Name: cx.Text{"fr": "Choisir", "en": "Choose"}, Touchpoints: []journey.Touchpoint{
			{Key: "search", Name: cx.Text{"fr": "Je cherche une offre", "en": "I look for an offer"}, Owner: "Louis Martin", Objectives: aim},
			{Key: "sign", Name: cx.Text{"fr": "Je signe", "en": "I sign"}, Lead: "ces"}}},
		{Key: "connect", Name: cx.Text{"fr": "Être raccordé", "en": "Get connected"}, Touchpoints: []journey.Touchpoint{
			{Key: "technician", Name: cx.Text{"fr": "J’attends le technicien", "en": "I wait for the technician"}, Objectives: aim, MomentOfTruth: true,
				Promises: []journey.Promise{{Text: cx.Text{"fr": "Résolu du premier coup", "en": "Solved at once"}, Indicator: "fcr", Objective: new(90.0)}}},
			{Key: "rare", Name: cx.Text{"fr": "Je signe en agence", "en": "I sign in a branch"}}}},
	}}
}

func (r *rig) answers() []collect.Incoming {
	var all []collect.Incoming
	now := time.Now().UTC().Add(-time.Minute)
	for day := range 180 {
		at := now.AddDate(0, 0, -day)
		for n, unit := range []string{"nantes", "lille", "nantes"} {
			csat := 5.0
			if unit == "nantes" && day < 60 || (day+n)%5 == 0 {
				csat = 2
			}
			all = append(all, collect.Incoming{At: at, Touchpoint: "technician", Unit: unit, Channel: "field", CollectedBy: "sms", Lang: "fr", Agent: "a" + unit,
				Scores: collect.Scores{"csat": csat, "fcr": float64((day + n) % 2), "nps": float64((day + n) % 11)}, Verbatim: fmt.Sprintf("Le technicien du jour %d, sur rendez-vous numéro %d.", day, n),
				Customer:   &collect.Customer{Ref: fmt.Sprintf("c%d", day%20), Name: "Denis Lambert", Email: fmt.Sprintf("c%d@x.fr", day%20)},
				Attributes: map[string]any{"segment": []string{"premium", "standard"}[day%2]}})
		}
		all = append(all, collect.Incoming{At: at, Touchpoint: "search", Unit: "lille", Channel: "web", Scores: collect.Scores{"csat": 4 + float64(day%2)}},
			collect.Incoming{At: at, Touchpoint: "sign", Unit: "lille", Channel: "web", Scores: collect.Scores{"ces": 5 + float64(day%3)}},
			collect.Incoming{At: at, Program: "relational", Scores: collect.Scores{"nps": float64(6 + day%5)}})
	}
	return append(all, collect.Incoming{At: now, Touchpoint: "rare", Unit: "lille", Scores: collect.Scores{"csat": 1}, Verbatim: "Personne. Écrivez à jean.dupont@mail.fr ou au 06 12 34 56 78."})
}

func (r *rig) send(all ...collect.Incoming) {
	r.t.Helper()
	for len(all) > 500 {
		r.send(all[:500]...)
		all = all[500:]
	}
	lines := make([]collect.Line, len(all))
	for i, in := range all {
		r.sent++
		in.Source, in.SourceID = "test", fmt.Sprint(r.sent)
		lines[i] = collect.Line{Number: i + 1, Incoming: in}
	}
	out, err := r.Door.Batch(context.Background(), lines)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, o := range out {
		if o.Verdict != collect.Accepted && o.Verdict != collect.Waiting {
			r.t.Fatalf("line %d: %s %v", o.Line, o.Verdict, o.Errors)
		}
	}
}

// user adds somebody who may sign in.
func (r *rig) user(role people.Role, unit cx.UnitID) people.User {
	r.t.Helper()
	n := people.NewUser{Email: string(role) + string(unit) + "@x.fr", Name: "Ada " + string(role), Role: role, Unit: unit, Lang: "fr"}
	if role == people.Adviser {
		n.Agent = "anantes"
	}
	u, err := r.People.AddUser(context.Background(), n)
	if err != nil {
		r.t.Fatal(err)
	}
	return u
}

// browser is somebody at the pages.
type browser struct {
	t *testing.T
	c *http.Client
	r *rig
}

func (r *rig) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return &browser{t: r.t, r: r, c: &http.Client{Jar: jar}}
}

// as enters as a user, by a one-time link.
func (r *rig) as(u people.User) *browser {
	r.t.Helper()
	token, err := r.People.EntryLink(context.Background(), u.ID, time.Minute)
	if err != nil {
		r.t.Fatal(err)
	}
	b := r.browser()
	if p := b.post("/enter/"+token, nil); p.status != 200 {
		r.t.Fatalf("entering: %d %s", p.status, squeeze(p.Find("main").Text()))
	}
	return b
}

// page is what came back, redirects followed.
type page struct {
	*goquery.Document
	status int
	path   string
	header http.Header
	body   string
}

func (b *browser) get(path string) page { return b.do("GET", path, nil) }

func (b *browser) post(path string, form url.Values) page { return b.do("POST", path, form) }

func (b *browser) do(method, path string, form url.Values) page {
	b.t.Helper()
	req, err := http.NewRequest(method, b.r.http.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == "POST" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return b.send(req)
}

func (b *browser) send(req *http.Request) page {
	b.t.Helper()
	if req.Method == "POST" {
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	req.Header.Set("Accept-Language", "fr")
	res, err := b.c.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(text)))
	if err != nil {
		b.t.Fatal(err)
	}
	return page{doc, res.StatusCode, res.Request.URL.RequestURI(), res.Header, string(text)}
}

// has fails unless the page holds the words, whatever the spaces between them.
func (p page) has(t *testing.T, selector string, words ...string) {
	t.Helper()
	text := squeeze(p.Find(selector).Text())
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s: no %q in %s: %.300q", p.path, w, selector, text)
		}
	}
}

func squeeze(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \n\t\u202f\u00a0\u2009", r) }), " ")
}

func foreignPost(t *testing.T, address string) *http.Request {
	t.Helper()
	req, err := http.NewRequest("POST", address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	return req
}

func containsAny(text string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

type selection = goquery.Selection
