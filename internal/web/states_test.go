package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/people"
	"vigie/internal/web"
)

// figurePages are those whose six states are forced here: empty, too few, error, denied, loading, offline.
var figurePages = []string{"/touchpoints/technician", "/norm?unit=west"}

func TestFigurePagesSayThatNobodyHasAnsweredYet(t *testing.T) {
	r := newRig(t, nil)
	if err := r.Journeys.Put(t.Context(), "test", theJourney()); err != nil {
		t.Fatal(err)
	}
	b := r.as(r.user(people.Director, ""))
	b.get("/norm").has(t, ".state", "Aucune entité pour l’instant", "Ajouter ou importer")
	if err := r.People.PutUnits(t.Context(), []people.Unit{{Key: "west", Name: cx.Text{"fr": "Ouest"}, Level: "region"}}); err != nil {
		t.Fatal(err)
	}
	r.settle()
	for page, words := range map[string]string{figurePages[0]: "Aucune réponse", figurePages[1]: "Pas assez d’entités de ce niveau"} {
		p := b.get(page)
		if p.status != http.StatusOK || p.Find(".state.bad").Length() != 0 {
			t.Errorf("%s: %d %s", page, p.status, squeeze(p.Find(".state").Text()))
		}
		p.has(t, "main", words)
	}
}

func TestFigurePagesDoNotConcludeFromTooFew(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	if err := r.People.PutUnits(t.Context(), []people.Unit{{Key: "brest", Name: cx.Text{"fr": "Brest"}, Parent: "west", Level: "agency"}}); err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC().Add(-time.Minute)
	r.send(collect.Incoming{At: now, Touchpoint: "technician", Unit: "brest", Scores: collect.Scores{"csat": 1}}, collect.Incoming{At: now, Touchpoint: "technician", Unit: "brest", Scores: collect.Scores{"csat": 2}})
	r.settle()
	b := r.as(r.user(people.Director, ""))
	for _, page := range []string{"/touchpoints/technician?unit=brest", "/norm?unit=brest"} {
		p := b.get(page)
		p.has(t, ".head.few", "2 réponses, lisez-les")
		if n := p.Find(".head.few .delta.good, .head.few .delta.bad").Length(); n != 0 {
			t.Errorf("%s: an arrow on two answers", page)
		}
	}
}

func TestFigurePagesSayWhatFailedAndOfferToTryAgain(t *testing.T) {
	r := newRig(t, func(d *web.Deps) { d.Live.Deadline = time.Nanosecond })
	r.company()
	b := r.as(r.user(people.Director, ""))
	for _, page := range figurePages {
		p := b.get(page)
		if p.status != http.StatusOK || p.Find("h1").Length() != 1 || p.Find(".filters").Length() == 0 {
			t.Errorf("%s: the page itself is gone: %d", page, p.status)
		}
		failed := p.Find("main .state.bad")
		if failed.Length() < 2 {
			t.Errorf("%s: %d parts say that they failed", page, failed.Length())
		}
		again, path := failed.First().Find("a").AttrOr("href", ""), strings.SplitN(page, "?", 2)[0]
		if !strings.HasPrefix(again, path) {
			t.Errorf("%s: to try again leads to %q", page, again)
		}
	}
}

func TestFigurePagesAreDeniedToWhomTheyAreNotFor(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	if err := r.People.UpdateSettings(t.Context(), func(s *people.Settings) { s.Narrow = []people.Role{people.Manager} }); err != nil {
		t.Fatal(err)
	}
	reader, err := r.People.PutRole(t.Context(), people.Viewer{Role: people.Administrator}, people.OwnRole{Base: people.Manager, Name: cx.Text{"fr": "Auditrice", "en": "Auditor"}, Rights: []string{people.ReadAudit.String()}})
	if err != nil {
		t.Fatal(err)
	}
	auditor := r.user(reader, "nantes")
	token, err := r.People.EntryLink(t.Context(), auditor.ID, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	nobody := r.browser()
	nobody.post("/enter/"+token, nil) // leads to a home that is not hers either
	for _, page := range figurePages {
		p := nobody.get(page)
		if p.status != http.StatusForbidden || strings.Contains(p.body, "Nantes") || p.Find("main .state").Length() != 1 {
			t.Errorf("%s: %d", page, p.status)
		}
	}
	manager := r.as(r.user(people.Manager, "nantes"))
	for _, page := range []string{"/touchpoints/technician?unit=lille", "/norm?unit=lille"} {
		p := manager.get(page)
		if text := squeeze(p.Find("main .head").First().Find(".big, .foot").Text()); strings.ContainsAny(text, "123456789%") {
			t.Errorf("%s: figures of another's unit: %d %s", page, p.status, text)
		}
		if p.Find("main .state, main .muted").Length() == 0 {
			t.Errorf("%s says nothing: %s", page, squeeze(p.Find("main").Text()))
		}
	}
}

// held keeps the answers to some addresses back until the page says that it shows so.
type held struct {
	http.Handler
	mu   sync.Mutex
	path string
	gate chan struct{}
}

// shownWaiting is where the page tells that its bar is on.
const shownWaiting = "/the-bar-is-on"

func (h *held) hold(path string) <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.path, h.gate = path, make(chan struct{})
	return h.gate
}

func (h *held) release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.path != "" {
		h.path = ""
		close(h.gate)
	}
}

func (h *held) waits(path string) <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.path == "" || !strings.HasPrefix(path, h.path) {
		return nil
	}
	return h.gate
}

func (h *held) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == shownWaiting {
		h.release()
		return
	}
	if gate := h.waits(r.URL.Path); gate != nil {
		<-gate
	}
	h.Handler.ServeHTTP(w, r)
}

func TestFigurePagesShowThatTheyAreOnTheirWayAndThatTheNetworkIsGone(t *testing.T) {
	ctx := chromium(t)
	r := newRig(t, nil)
	r.company()
	slow := &held{Handler: r.server.Handler()}
	site := httptest.NewServer(slow)
	t.Cleanup(func() { slow.release(); r.server.Stop(); site.CloseClientConnections(); site.Close() })
	x := newTab(t, ctx)
	r.as(r.user(people.Director, "")).lend(ctx, site.URL)
	until := func(what, condition string) {
		t.Helper()
		if !says[bool](x, "new Promise(ok => { const look = () => ("+condition+") ? ok(true) : setTimeout(look, 20); look() })") {
			t.Fatal(what)
		}
	}
	for _, page := range figurePages {
		x.open(site.URL + "/cockpit")
		says[bool](x, "(b => (new MutationObserver(() => { if (b.classList.contains('on') && b.textContent) navigator.sendBeacon('"+shownWaiting+"') }).observe(b, {attributes: true, childList: true}), true))(document.querySelector('[data-loading]'))")
		told := slow.hold(strings.SplitN(page, "?", 2)[0])
		says[bool](x, "(setTimeout(() => { location.href = '"+page+"' }), true)")
		select {
		case <-told:
		case <-time.After(withinStep):
			t.Fatalf("%s: no bar while the page is on its way", page)
		}
		x.open(site.URL + page)
		words := says[string](x, "document.querySelector('main').textContent")
		gone := network.OverrideNetworkStateParams{Offline: true, DownloadThroughput: -1, UploadThroughput: -1}
		if _, err := chromedp.Call(x.ctx, network.OverrideNetworkState, gone); err != nil {
			t.Fatal(err)
		}
		until("a word that the network is gone", "!document.querySelector('[data-offline]').hidden")
		if says[string](x, "document.querySelector('main').textContent") != words {
			t.Errorf("%s: what was read is gone with the network", page)
		}
		gone.Offline = false
		if _, err := chromedp.Call(x.ctx, network.OverrideNetworkState, gone); err != nil {
			t.Fatal(err)
		}
		until("the word leaves", "document.querySelector('[data-offline]').hidden")
	}
}
