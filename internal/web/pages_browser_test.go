package web_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/people"
	"vigie/internal/web"
)

// leads are the routes that have no page of their own for who is signed in: where they go. A page of theirs that is shown
// to somebody else is an example of addresses.
var leads = map[string]string{
	"/listen": "/journeys", "/signin": "/", "/signin/code": "/", "/setup": "/", "/settings/people/sight": "/settings/people/new", "/settings/units/find": "/settings/units",
}

// stream is how the routes end that never do.
const stream = "/live"

// furnished is a company with one of everything that has a page, and an address of each route with a parameter.
func furnished(t *testing.T) (*rig, *browser, map[string]string) {
	t.Helper()
	r := newRig(t, func(d *web.Deps) { d.Dev = true })
	r.company()
	person, _ := r.two()
	ada := r.user(people.Administrator, "")
	b := r.as(ada)
	customer := path(person, "")
	b.post("/listen/context", url.Values{"name": {"Grève des transports"}, "kind": {"strike"}, "from": {time.Now().AddDate(0, 0, -20).Format(time.DateOnly)}, "touchpoint": {"technician"}})
	event, _ := b.get("/listen/context").Find("main a[href^='/listen/context/']").Attr("href")
	question := url.Values{"indicator": {"csat"}, "by": {"channel"}}.Encode()
	b.post("/explorer/views", url.Values{"name": {"Mes canaux"}, "seen_by": {"all"}, "question": {question}})
	units := b.bring("/settings/units/import", "unites.csv", "code;nom;code parent;niveau\nwest;Ouest;;region\nbrest;Brest;west;agency\n")
	filed := r.filed()
	photo := b.get(filed).Find(".media a[href]").First().AttrOr("href", "")
	draft := b.upload("enquete.csv", notes(0, 40))
	b.post("/listen/surveys/new", url.Values{"do": {"template"}, "template": {"delivery"}})
	b.post("/listen/rules/new", url.Values{"text": {"key: livree\nname: {fr: Après livraison}\nsurvey: delivery\ntrigger: {event: order.delivered}\n"}})
	b.post("/listen/rules/new", url.Values{"text": {"key: lancee\nname: {fr: Sur une liste}\nsurvey: delivery\ntrigger: {list: true}\npilot: {attribute: status, in: [customer]}\n"}})
	b.post("/listen/rules/lancee/stage", url.Values{"stage": {"pilot"}})
	b.post("/listen/tally/reasons", url.Values{"reasons": {"Facture\nPanne internet\n"}})
	r.surveys("contact")
	asked := r.written("contact")
	r.wrote(6, "nantes", "Le planning change sans prévenir, on l’apprend le matin même.")
	r.consulted()
	return r, b, map[string]string{
		"/listen/rules/{key}/run": "/listen/rules/lancee/run", "/listen/rules/{key}": "/listen/rules/livree", "/listen/rules/{key}/edit": "/listen/rules/livree/edit", "/listen/rules/{key}/yaml": "/listen/rules/livree/yaml",
		"/listen/invitations/{id}": asked, "/listen/invitations/{id}/message": asked + "/message",
		"/listen/surveys/{survey}": "/listen/surveys/delivery", "/listen/surveys/{survey}/questions/{question}": "/listen/surveys/delivery/questions/cause", "/listen/surveys/{survey}/questions/{question}/preview": "/listen/surveys/delivery/questions/cause/preview", "/listen/surveys/{survey}/sections/{section}": "/listen/surveys/delivery/sections/0",
		"/listen/surveys/{survey}/settings": "/listen/surveys/delivery/settings", "/listen/surveys/{survey}/endings": "/listen/surveys/delivery/endings", "/listen/surveys/{survey}/preview": "/listen/surveys/delivery/preview",
		"/listen/surveys/{survey}/link": "/listen/surveys/delivery/link", "/listen/surveys/{survey}/versions": "/listen/surveys/delivery/versions", "/listen/surveys/{survey}/answering": "/listen/surveys/contact/answering", "/listen/surveys/{survey}/yaml": "/listen/surveys/delivery/yaml", "/listen/surveys/{survey}/import": "/listen/surveys/delivery/import",
		"/settings/roles/{role}": "/settings/roles/" + string(r.watcher()), "/catalogue/attributes/{attribute}": "/catalogue/attributes/segment",
		"/catalogue/indicators/{indicator}": "/catalogue/indicators/nps", "/catalogue/indicators/{indicator}/edit": "/catalogue/indicators/nps/edit", "/catalogue/metrics/{metric}/edit": "/catalogue/metrics/csat/edit",
		"/customers/{id}": customer, "/customers/{id}/erase": customer + "/erase", "/customers/{id}/export.html": customer + "/export.html", "/customers/{id}/export.json": customer + "/export.json", "/customers/{id}/export.zip": customer + "/export.zip",
		"/customers/{id}/consents": customer + "/consents", "/home/{block}": "/home/moves", "/customers/{id}/merge": customer + "/merge?with=1", "/customers/{id}/temperature": customer + "/temperature",
		"/enter/{token}": "/enter/none", "/n/{token}": r.noted(), "/explorer/views/{id}": "/explorer/views/1", "/feedbacks/{id}": filed, "/feedbacks/{id}/media/{media}": photo, "/journeys/{journey}": "/journeys/main",
		"/listen/context/{key}": event, "/listen/imports/{import}": draft.path, "/listen/imports/{import}/map": draft.path + "/map", "/listen/imports/{import}/refused": draft.path + "/refused",
		"/listen/journeys/{journey}/delete": "/listen/journeys/main/delete", "/listen/journeys/{journey}/edit": "/listen/journeys/main/edit", "/listen/journeys/{journey}/import": "/listen/journeys/main/import",
		"/listen/journeys/{journey}/map": "/listen/journeys/main/map", "/listen/journeys/{journey}/versions": "/listen/journeys/main/versions", "/listen/journeys/{journey}/yaml": "/listen/journeys/main/yaml",
		"/listen/journeys/{journey}/touchpoints/{touchpoint}": "/listen/journeys/main/touchpoints/technician", "/listen/journeys/{journey}/touchpoints/{touchpoint}/delete": "/listen/journeys/main/touchpoints/technician/delete",
		"/settings/people/{user}": fmt.Sprint("/settings/people/", ada.ID), "/settings/units/import/{id}": units.path, "/touchpoints/{touchpoint}": "/touchpoints/technician",
		"/listen/rules/{key}/fortnights/{day}": r.pilots(15),
	}
}

// pages gives an address of every page there is; a route with a parameter and without an example fails the test.
func pages(t *testing.T, r *rig, b *browser, examples map[string]string) []string {
	t.Helper()
	all := []string{"/nothing-here"}
	for _, x := range r.server.Routes() {
		if x.Method != "GET" || strings.HasSuffix(x.Path, stream) {
			continue
		}
		address, ok := examples[x.Path]
		if !ok {
			address = strings.TrimSuffix(x.Path, "{$}")
		}
		if strings.Contains(address, "{") || address == "" {
			t.Errorf("%s has no example in this test", x.Path)
			continue
		}
		p := b.get(address)
		if to, ok := leads[x.Path]; ok {
			if at, _, _ := strings.Cut(p.path, "?"); at != to {
				t.Errorf("%s leads to %s, not to %s", address, p.path, to)
			}
			continue
		}
		if !strings.HasPrefix(p.header.Get("Content-Type"), "text/html") || strings.HasPrefix(p.header.Get("Content-Disposition"), "attachment") {
			continue
		}
		if !strings.HasPrefix(strings.ToLower(p.body), "<!doctype html>") {
			continue // a part of a page
		}
		if strings.Contains(p.header.Get("Content-Security-Policy"), "sandbox") {
			continue // somebody else's page, in a frame of ours
		}
		if p.status != 200 && x.Path != "/brand/logo.png" {
			t.Errorf("%s is answered %d: it needs a better example", address, p.status)
		}
		all = append(all, p.path)
	}
	return all
}

// outside is somebody whose password was right and whose code is awaited, at the same server under another name.
func outside(t *testing.T, r *rig) (b *browser, root string) {
	t.Helper()
	u, err := r.People.AddUser(t.Context(), people.NewUser{Email: "bob@x.fr", Name: "Bob", Role: people.Director, Password: password, Lang: "fr"})
	if err != nil {
		t.Fatal(err)
	}
	secret := people.NewSecret()
	v, err := r.People.ViewerByUser(t.Context(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.People.TurnOnSecond(t.Context(), v, secret, code(t, secret)); err != nil {
		t.Fatal(err)
	}
	b = r.browser()
	if p := b.post("/signin", url.Values{"email": {"bob@x.fr"}, "password": {password}}); !strings.HasPrefix(p.path, "/signin/code") {
		t.Fatalf("led to %s", p.path)
	}
	return b, strings.Replace(r.http.URL, "127.0.0.1", "localhost", 1)
}

// code is what a telephone would show now for a secret (RFC 6238).
func code(t *testing.T, secret string) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	h := hmac.New(sha1.New, key)
	_ = binary.Write(h, binary.BigEndian, time.Now().Unix()/30)
	sum := h.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}

// weighed is what one page weighs before anything is done with it.
type weighed struct {
	Address  string
	Bytes    int
	Requests int
}

// most a page may weigh, compressed, before interaction.
const most = 150_000

const weight = `(() => { const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
	return {Bytes: all.reduce((n, e) => n + e.encodedBodySize, 0), Requests: all.length} })()`

// pageWalk opens pages in the tabs of one browser.
type pageWalk struct {
	browser context.Context
	script  string // axe
	lang    string

	mu      sync.Mutex
	weights []weighed
}

// all opens every address, a few at a time.
func (w *pageWalk) all(t *testing.T, addresses []string) {
	t.Helper()
	next := make(chan string, len(addresses))
	for _, a := range addresses {
		next <- a
	}
	close(next)
	t.Run(w.lang, func(t *testing.T) {
		for i := range 3 {
			t.Run(fmt.Sprint("tab ", i), func(t *testing.T) {
				t.Parallel()
				x := newTab(t, w.browser)
				for a := range next {
					w.page(x, a)
				}
			})
		}
	})
}

// shownAs is a size, in pixels, and a theme.
type shownAs struct {
	width int64
	theme string
}

// page holds one page to the rules of all pages. Of the eight ways a page is shown, four are tried over the two languages:
// every pair of language, size and theme is among them.
func (w *pageWalk) page(x *tab, address string) {
	x.t.Helper()
	what := strings.SplitN(address, "/", 4)[3] + " in " + w.lang
	sep := "?"
	if strings.Contains(address, "?") {
		sep = "&"
	}
	x.shown(1440, "light")
	x.open(address + sep + "lang=" + w.lang)
	got := says[weighed](x, weight)
	got.Address = what
	w.mu.Lock()
	w.weights = append(w.weights, got)
	w.mu.Unlock()
	if n := says[int](x, "document.querySelectorAll('h1').length"); n != 1 {
		x.t.Errorf("%s has %d h1", what, n)
	}
	says[bool](x, w.script+";true")
	wide, narrow := "light", "dark"
	if w.lang == "en" {
		wide, narrow = narrow, wide
	}
	for _, as := range []shownAs{{1440, wide}, {360, narrow}} {
		x.shown(as.width, as.theme)
		for _, v := range says[[]string](x, violations) {
			x.t.Errorf("%s at %d px, %s: %s", what, as.width, as.theme, v)
		}
	}
	for _, width := range []int64{1440, 360, 320} {
		x.shown(width, "light")
		if says[bool](x, "document.documentElement.scrollWidth > innerWidth") {
			x.t.Errorf("%s scrolls sideways at %d px", what, width)
		}
	}
	if c := x.complained(); c != "" && !strings.Contains(c, "404") {
		x.t.Errorf("%s: the browser complains: %s", what, c)
	}
}

// TestEveryPageIsAccessibleAndLightAndFitsSmallScreens holds every page of the server's routes, in both languages, both themes
// and two sizes, to axe; none scrolls sideways even at 320 px, none is heavy.
func TestEveryPageIsAccessibleAndLightAndFitsSmallScreens(t *testing.T) {
	t.Parallel()
	r, ada, examples := furnished(t)
	addresses := pages(t, r, ada, examples)
	if len(addresses) < 50 {
		t.Fatalf("only %d pages", len(addresses))
	}
	for i, a := range addresses {
		addresses[i] = r.http.URL + a
	}
	half, root := outside(t, r)
	addresses = append(addresses, root+"/signin", root+"/signin/code", newRig(t, nil).http.URL+"/setup")
	browser, script := chromium(t), axe(t)
	ada.lend(browser, r.http.URL)
	half.lend(browser, root)
	var weights []weighed
	walk := func(addresses ...string) {
		for _, lang := range []string{"fr", "en"} {
			w := &pageWalk{browser: browser, script: script, lang: lang}
			w.all(t, addresses)
			weights = append(weights, w.weights...)
		}
	}
	walk(addresses...)
	r.consulted()
	if p := ada.get("/listen/tally"); p.Find("form[data-tally]").Length() != 2 {
		t.Errorf("%d buttons count reasons once it is allowed", p.Find("form[data-tally]").Length())
	}
	walk(r.http.URL + "/listen/tally")
	slices.SortFunc(weights, func(a, b weighed) int { return b.Bytes - a.Bytes })
	for _, w := range weights {
		t.Logf("%7.1f KB %3d requests  %s", float64(w.Bytes)/1000, w.Requests, w.Address)
		if w.Bytes > most || w.Bytes < 5000 {
			t.Errorf("%s weighs %d bytes", w.Address, w.Bytes)
		}
	}
}
