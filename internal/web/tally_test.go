package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"vigie/internal/people"
)

// consulted records the works council's consultation.
func (r *rig) consulted() {
	r.t.Helper()
	by := people.Viewer{UserID: 1, Role: people.Administrator}
	if err := r.People.RecordConsultation(r.t.Context(), by, people.Consultation{On: "2026-01-15", Purpose: "Bâtonnage des motifs"}); err != nil {
		r.t.Fatal(err)
	}
}

func TestTheTallyIsOffUntilTheConsultationIsRecorded(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	director, adviser := r.as(r.user(people.Director, "")), r.as(r.user(people.Adviser, "north"))
	director.post("/listen/tally/reasons", url.Values{"reasons": {"Facture\nPanne internet\n"}}).has(t, "main", "Facture", "comité social")
	p := adviser.get("/listen/tally")
	if p.Find("form[data-tally]").Length() != 0 {
		t.Error("buttons before the consultation")
	}
	tap := url.Values{"id": {strings.Repeat("a", 32)}, "reason": {"facture"}}
	if p := adviser.post("/listen/tally", tap); p.status != http.StatusConflict {
		t.Errorf("counted before the consultation: %d", p.status)
	}
	r.consulted()
	p = adviser.get("/listen/tally")
	if p.Find("form[data-tally]").Length() != 2 {
		t.Fatalf("%d buttons", p.Find("form[data-tally]").Length())
	}
	p = adviser.post("/listen/tally", tap)
	if got := p.Find("[data-tally-count]").First().Text(); p.status != http.StatusOK || got != "1" {
		t.Errorf("%d, counted %q", p.status, got)
	}
	adviser.post("/listen/tally/undo", url.Values{"id": tap["id"]})
	if got := adviser.get("/listen/tally").Find("[data-tally-count]").First().Text(); got != "0" {
		t.Errorf("taken back, yet %q", got)
	}
	if p := adviser.post("/listen/tally/reasons", url.Values{"reasons": {"x"}}); p.status != http.StatusForbidden {
		t.Errorf("an adviser changed the reasons: %d", p.status)
	}
	if p := director.post("/listen/tally/reasons", url.Values{"reasons": {strings.Repeat("trop long ", 20)}}); p.status != http.StatusUnprocessableEntity {
		t.Errorf("%d", p.status)
	}
}

func TestATapWaitsForTheNetwork(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	r.consulted()
	b := r.as(r.user(people.Director, ""))
	b.post("/listen/tally/reasons", url.Values{"reasons": {"Facture\nPanne internet\n"}})
	x := newTab(t, chromium(t))
	b.lend(x.ctx, r.http.URL)
	x.shown(360, "light")
	x.do(chromedp.Navigate(r.http.URL + "/listen/tally"))
	x.when(`document.documentElement.classList.contains('js') && document.readyState === 'complete'`)
	says[bool](x, `(() => { window.there = window.fetch; window.fetch = () => Promise.reject(new TypeError('no network')); return true })()`)
	says[bool](x, `(() => { const f = document.querySelector('form[data-tally]'); f.requestSubmit(); f.requestSubmit(); f.requestSubmit(); return true })()`)
	x.when(`document.querySelector('[data-tally-count]').textContent === '3' && JSON.parse(localStorage.getItem('vigie.tally')).length === 3`)
	x.when(`document.querySelector('.tally-said').textContent.includes('réseau')`)
	says[bool](x, `(document.querySelector('[data-tally-undo]').click(), true)`)
	x.when(`document.querySelector('[data-tally-count]').textContent === '2'`)
	says[bool](x, `(window.fetch = window.there, dispatchEvent(new Event('online')), true)`)
	x.when(`!localStorage.getItem('vigie.tally')`)
	for until := time.Now().Add(withinStep); ; time.Sleep(20 * time.Millisecond) {
		if b.get("/listen/tally").Find("[data-tally-count]").First().Text() == "2" {
			return
		}
		if time.Now().After(until) {
			t.Fatal("what waited was not counted")
		}
	}
}
