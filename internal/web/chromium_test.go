package web_test

import (
	"context"
	"net/url"
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

	"vigie/assets"
)

// chromium starts a browser of the test's own.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil || !assets.Built() {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI needs chromium and the assets built")
		}
		t.Skip("needs chromium, and make assets")
	}
	ctx, stop := chromedp.NewExecAllocator(t.Context(), chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// lend gives the cookies of b to a browser, for the addresses that begin with root.
func (b *browser) lend(ctx context.Context, root string) {
	b.t.Helper()
	at, err := url.Parse(b.r.http.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.c.Jar.Cookies(at) {
		if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: root}); err != nil {
			b.t.Fatal(err)
		}
	}
}

// withinStep is how long one step may take, far beyond what it does.
const withinStep = 2 * time.Minute

// tab is one page of a browser.
type tab struct {
	t     *testing.T
	ctx   context.Context
	begun bool

	mu         sync.Mutex
	complaints []string // what the browser refuses or fails at
}

func newTab(t *testing.T, ctx context.Context) *tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(ctx)
	t.Cleanup(stop)
	x := &tab{t: t, ctx: ctx}
	x.do(chromedp.Navigate("about:blank"))
	// From the cache of the service worker, files come without their compression.
	if _, err := chromedp.Call(ctx, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true}); err != nil {
		t.Fatal(err)
	}
	err := chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*cdplog.EventEntryAdded); ok && e.Entry.Level == cdplog.EntryLevelError {
			x.mu.Lock()
			defer x.mu.Unlock()
			x.complaints = append(x.complaints, e.Entry.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// complained gives what the browser complained of since it was asked last.
func (x *tab) complained() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	all := strings.Join(x.complaints, "; ")
	x.complaints = nil
	return all
}

func (x *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	x.t.Helper()
	ctx, stop := x.ctx, context.CancelFunc(func() {})
	if x.begun { // the first call makes the tab, which lives as long as its context
		ctx, stop = context.WithTimeout(x.ctx, withinStep)
	}
	defer stop()
	x.begun = true
	if err := chromedp.Do(ctx, steps...); err != nil {
		x.t.Fatal(err)
	}
}

// open goes to an address and waits until the page and the parts it asks for are there.
func (x *tab) open(address string) {
	x.t.Helper()
	x.do(chromedp.Navigate(address), chromedp.WaitReady(chromedp.CSS("main")))
	says[bool](x, `new Promise(ok => { const look = () => document.readyState === 'complete' && !document.querySelector('[aria-busy=true], .htmx-request') ? ok(true) : setTimeout(look, 20); look() })`)
}

// shown sets the width of the window and the light of the room.
func (x *tab) shown(width int64, theme string) {
	x.t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}
	if _, err := chromedp.Call(x.ctx, emulation.SetEmulatedMedia, media); err != nil {
		x.t.Fatal(err)
	}
	x.do(chromedp.EmulateViewport(width, 900))
}

// says evaluates an expression of the page, or its promise.
func says[T any](x *tab, expression string) T {
	x.t.Helper()
	ctx, stop := context.WithTimeout(x.ctx, withinStep)
	defer stop()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		x.t.Fatalf("%.90s: %v", expression, err)
	}
	return v
}

// axe gives the script that finds what is not accessible.
func axe(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "assets", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal("axe-core is not there: run make assets")
	}
	return string(b)
}

// violations of the page as it is, one a line.
const violations = `axe.run({resultTypes: ['violations'], preload: false}).then(r => r.violations.map(v => v.id + ': ' +
	v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' — ' + n.failureSummary.split('\n')[1]).join(' | ')))`
