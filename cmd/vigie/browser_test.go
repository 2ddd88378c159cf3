package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// visitor is somebody in front of Chromium.
type visitor struct {
	t       *testing.T
	ctx     context.Context
	address string
	begun   bool

	mu         sync.Mutex
	complaints []string // what the browser refused or failed at, and requests that left the house
}

func newVisitor(t *testing.T, address string) *visitor {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI needs chromium")
		}
		t.Skip("needs chromium")
	}
	ctx, stop := chromedp.NewExecAllocator(t.Context(), chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	p := &visitor{t: t, ctx: ctx, address: address}
	p.do(chromedp.Navigate("about:blank"))
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *visitor) hear(ev any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := ev.(type) {
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.EntryLevelError {
			p.complaints = append(p.complaints, e.Entry.Text)
		}
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, p.address) && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "about:") {
			p.complaints = append(p.complaints, "a request leaves the house: "+u)
		}
	}
}

// within is how long one step may take, far beyond what it does.
const within = 3 * time.Minute

func (p *visitor) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, stop := p.ctx, context.CancelFunc(func() {})
	if p.begun { // the first call makes the browser, which lives as long as its context
		ctx, stop = context.WithTimeout(p.ctx, within)
	}
	defer stop()
	p.begun = true
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

func (p *visitor) open(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.address+path), chromedp.WaitReady(chromedp.CSS("main")))
}

// says evaluates an expression of the page.
func says[T any](p *visitor, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%.90s: %v", expression, err)
	}
	return v
}

func (p *visitor) until(what, expression string) {
	p.t.Helper()
	until(p.t, what, func() bool {
		ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](expression))
		return err == nil && ok // between two pages there is nothing to ask
	})
}

// press submits a form filled by name, and waits for the page it leads to.
func (p *visitor) press(fields map[string]string) {
	p.t.Helper()
	before := says[string](p, "location.href+performance.timeOrigin")
	b, err := json.Marshal(fields)
	if err != nil {
		p.t.Fatal(err)
	}
	says[bool](p, fmt.Sprintf(`(f => { const form = document.querySelector('main form') ?? document.querySelector('form');
		for (const [k, v] of Object.entries(f)) form.elements[k].value = v;
		form.requestSubmit(form.querySelector('button:not([name])') ?? undefined); return true })(%s)`, b))
	p.until("gone to the next page", fmt.Sprintf("document.readyState === 'complete' && location.href+performance.timeOrigin !== %q", before))
}

func (p *visitor) size(width int64, theme string) {
	p.t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, media); err != nil {
		p.t.Fatal(err)
	}
	p.do(chromedp.EmulateViewport(width, 900))
}

const violations = `axe.run({resultTypes:['violations']}).then(r => r.violations.map(v => v.id + ': ' +
	v.nodes.slice(0,3).map(n => n.html.slice(0,160) + ' — ' + n.failureSummary.split('\n')[1]).join(' | ')))`

func axeScript(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "assets", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal("axe-core is not there: run make assets")
	}
	return string(b)
}

// accessible holds pages as they became to axe; internal/web does it of every page as it is at first.
func (p *visitor) accessible(paths ...string) {
	p.t.Helper()
	axe := axeScript(p.t)
	for _, c := range []struct {
		width       int64
		lang, theme string
	}{{1440, "fr", "light"}, {1440, "en", "dark"}, {360, "en", "light"}, {360, "fr", "dark"}} {
		p.size(c.width, c.theme)
		for _, path := range paths {
			sep := "?"
			if strings.Contains(path, "?") {
				sep = "&"
			}
			p.open(path + sep + "lang=" + c.lang)
			says[bool](p, axe+";true")
			for _, v := range says[[]string](p, violations) {
				p.t.Errorf("%s at %d, %s, %s: %s", path, c.width, c.lang, c.theme, v)
			}
			if says[bool](p, "document.documentElement.scrollWidth > innerWidth") {
				p.t.Errorf("%s at %d: the page scrolls sideways", path, c.width)
			}
			if n := says[int](p, "document.querySelectorAll('h1').length"); n != 1 {
				p.t.Errorf("%s has %d h1", path, n)
			}
		}
	}
}

// TestSomebodyGoesFromAnEmptyFolderToALiveJourney is the main job, as a person does it.
func TestSomebodyGoesFromAnEmptyFolderToALiveJourney(t *testing.T) {
	t.Parallel()
	data := folder(t)
	s := serve(t, "--data", data)
	p := newVisitor(t, s.address)
	p.size(1440, "light")
	p.open("/?lang=fr")
	p.until("led to the set-up", "location.pathname === '/setup'")
	p.open("/setup?lang=fr")
	p.press(map[string]string{"name": "Camille Roussel", "email": "camille@exemple.fr", "password": "un mot de passe assez long"})
	p.press(map[string]string{"name": "Exemple", "lang": "fr", "zone": "Europe/Paris"})
	p.press(map[string]string{})
	p.until("arrived in the cockpit", "location.pathname === '/'")

	secret, _ := vigie(t, "key", "add", "test", "--role", "administrator", "--data", data)
	poster := &posting{key: strings.TrimSpace(secret), acknowledged: map[string]int64{}}
	touchpoint := firstTouchpoint(t, poster, s.address)
	p.until("told what to do next", "(document.querySelector('main')?.innerText ?? '').includes('vigie import')")
	for i := range 3 {
		send(t, poster, s.address, fmt.Sprintf(`{"source":"web","source_id":"%d","at":%q,"touchpoint":%q,"scores":{"csat":5},"verbatim":"Parfait, merci %d"}`,
			i, time.Now().UTC().Format(time.RFC3339), touchpoint, i))
	}
	p.open("/")
	p.until("shows three answers", "(document.querySelector('main')?.innerText ?? '').includes('3 réponses')")
	p.until("listening", "document.body.dataset.liveUrl !== undefined")
	says[bool](p, "window.same = true")
	send(t, poster, s.address, fmt.Sprintf(`{"source":"web","source_id":"live","at":%q,"touchpoint":%q,"scores":{"csat":1},"verbatim":"Personne n’est venu"}`,
		time.Now().UTC().Format(time.RFC3339), touchpoint))
	p.until("moved by itself", "window.same === true && (document.querySelector('main')?.innerText ?? '').includes('4 réponses') && (document.querySelector('main')?.innerText ?? '').includes('Personne n’est venu')")

	p.marksWhatMovesAndPauses(func(id string) {
		send(t, poster, s.address, fmt.Sprintf(`{"source":"web","source_id":%q,"at":%q,"touchpoint":%q,"scores":{"csat":4}}`, id, time.Now().UTC().Format(time.RFC3339), touchpoint))
	})

	// From a figure to the words in two clicks, filters kept in the address, and back.
	p.do(chromedp.Click(chromedp.CSS(fmt.Sprintf(`a[href^="/touchpoints/%s"]`, touchpoint))))
	p.until("on the touchpoint", "location.pathname.startsWith('/touchpoints/')")
	p.do(chromedp.Click(chromedp.CSS(`main a[href^="/verbatims"]`)))
	p.until("reading the words", "location.pathname === '/verbatims' && location.search.includes('touchpoint=') && (document.querySelector('main')?.innerText ?? '').includes('Personne n’est venu')")
	p.do(chromedp.NavigateBack())
	p.until("back", "location.pathname.startsWith('/touchpoints/')")
	p.open("/verbatims?q=personne+venue")
	p.until("found by its words", "(document.querySelector('main')?.innerText ?? '').includes('Personne n’est venu') && !(document.querySelector('main')?.innerText ?? '').includes('Parfait')")

	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.complaints {
		t.Error(c)
	}
}

func firstTouchpoint(t *testing.T, p *posting, address string) string {
	t.Helper()
	r, err := p.request(t.Context(), http.MethodGet, address+"/api/v1/journeys", "")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var raw json.RawMessage
	if err := json.NewDecoder(r.Body).Decode(&raw); err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(raw), `"touchpoints":[{"key":"`)
	if !ok {
		t.Fatalf("no touchpoint in %.200s", raw)
	}
	key, _, _ := strings.Cut(rest, `"`)
	return key
}

func send(t *testing.T, p *posting, address, body string) {
	t.Helper()
	r, err := p.request(t.Context(), http.MethodPost, address+"/api/v1/feedbacks", body)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusCreated {
		t.Fatalf("posting: %s", r.Status)
	}
}

// TestTheKeyboardAloneWalksTheMainJob tabs to the content and opens what has the focus.
func TestTheKeyboardAloneWalksTheMainJob(t *testing.T) {
	t.Parallel()
	data := folder(t)
	s := serve(t, "--data", data)
	out, _, err := tryVigie(t, "un mot de passe assez long\n", "user", "add", "a@exemple.fr", "--role", "administrator", "--data", data)
	if err != nil {
		t.Fatal(out, err)
	}
	link, _ := vigie(t, "user", "link", "a@exemple.fr", "--data", data, "--listen", strings.TrimPrefix(s.address, "http://"))
	p := newVisitor(t, s.address)
	p.do(chromedp.Navigate(strings.TrimSpace(link)))
	p.press(map[string]string{})
	p.until("in", "document.querySelector('nav.rail') !== null")
	p.do(chromedp.KeyEvent("\t"))
	if got := says[string](p, "document.activeElement.getAttribute('href') ?? ''"); !strings.HasPrefix(got, "#") {
		t.Errorf("the first stop is %q, not the way to the content", got)
	}
	for range 12 {
		p.do(chromedp.KeyEvent("\t"))
		if says[bool](p, "document.activeElement.getAttribute('href') === '/verbatims'") {
			p.do(chromedp.KeyEvent("\r"))
			p.until("on the verbatims", "location.pathname === '/verbatims'")
			return
		}
	}
	t.Error("the verbatims are not reached in twelve tabs")
}
