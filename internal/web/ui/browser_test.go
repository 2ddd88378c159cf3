package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	cdplog "github.com/chromedp/cdproto/log"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"vigie/assets"
	"vigie/internal/lang"
	"vigie/internal/web/chart"
)

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'"

// gallerySite serves the gallery under the policy of our pages.
func gallerySite(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("GET "+assets.Prefix, assets.Handler())
	mux.HandleFunc("GET /dev/ui", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		q := r.URL.Query()
		if err := GalleryIn(q.Get("frame"), lang.For(q.Get("lang")), q.Get("theme")).Render(r.Context(), w); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("GET /dev/ui/live", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, ": open\n\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	s := httptest.NewServer(mux)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s.URL
}

// browser opens a headless Chromium, or skips where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil || !assets.Built() {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI needs chromium and the assets built")
		}
		t.Skip("needs chromium, and make assets")
	}
	ctx, stop := chromedp.NewExecAllocator(t.Context(), chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(stop)
	return ctx
}

// complaints gathers what the browser refuses or fails at.
func complaints(t *testing.T, ctx context.Context) func() []string {
	t.Helper()
	var mu sync.Mutex
	var all []string
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	err := chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*cdplog.EventEntryAdded); ok && e.Entry.Level == cdplog.EntryLevelError {
			mu.Lock()
			defer mu.Unlock()
			all = append(all, e.Entry.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return func() []string { mu.Lock(); defer mu.Unlock(); return append([]string(nil), all...) }
}

// page opens an address and waits for our script.
func page(t *testing.T, ctx context.Context, address string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(address), chromedp.WaitReady(chromedp.CSS("html.js"))); err != nil {
		t.Fatal(err)
	}
}

// evaluate gives the value of an expression of the page, or of its promise.
func evaluate[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%.80s: %v", expression, err)
	}
	return v
}

func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

const violations = `axe.run({resultTypes:['violations']}).then(r => r.violations.map(v => v.id + ': ' +
	v.nodes.slice(0,3).map(n => n.html.slice(0,160) + ' — ' + n.failureSummary.split('\n')[1]).join(' | ')))`

func TestGalleryHasNoAccessibilityViolation(t *testing.T) {
	site, ctx := gallerySite(t), browser(t)
	axe, err := os.ReadFile("../../../assets/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Skip("axe-core is not installed: run make assets")
	}
	refused := complaints(t, ctx)
	for _, c := range []struct {
		query string
		width int64
	}{{"lang=fr&theme=light", 1440}, {"lang=en&theme=dark", 1440}, {"lang=fr&theme=dark", 360}, {"lang=en&theme=light", 320}, {"frame=bare&lang=fr&theme=dark", 360}, {"frame=wall&lang=en&theme=dark", 1440}} {
		do(t, ctx, chromedp.EmulateViewport(c.width, 900))
		page(t, ctx, site+"/dev/ui?"+c.query)
		evaluate[bool](t, ctx, string(axe)+";true")
		for _, f := range evaluate[[]string](t, ctx, violations) {
			t.Errorf("%s at %d: %s", c.query, c.width, f)
		}
		if evaluate[bool](t, ctx, `document.documentElement.scrollWidth > innerWidth`) {
			t.Errorf("%s at %d: the page scrolls sideways", c.query, c.width)
		}
	}
	for _, r := range refused() {
		t.Error("the browser says:", r)
	}
}

func TestFiltersWorkByKeyboard(t *testing.T) {
	site, ctx := gallerySite(t), browser(t)
	page(t, ctx, site+"/dev/ui")
	do(t, ctx, chromedp.Focus(chromedp.CSS(".filters summary")), chromedp.KeyEvent("\r"))
	if !evaluate[bool](t, ctx, `document.querySelector('.filters details').open`) {
		t.Error("Enter does not open a filter")
	}
	do(t, ctx, chromedp.KeyEvent("\x1b"))
	if !evaluate[bool](t, ctx, `!document.querySelector('.filters details').open && document.activeElement.tagName == 'SUMMARY'`) {
		t.Error("Escape does not close it and give the focus back")
	}
	do(t, ctx, chromedp.Click(chromedp.CSS(".filters summary")))
	choose := chromedp.Click(chromedp.CSS("input[name=during][value='30d']"))
	if _, err := chromedp.Run(ctx, chromedp.WaitEvent(cdppage.LoadEventFired, func(cdppage.EventLoadEventFired) bool { return true }, choose)); err != nil {
		t.Fatal(err)
	}
	address := evaluate[string](t, ctx, `location.search`)
	if strings.Contains(address, "from=") || !strings.Contains(address, "segment=premium") {
		t.Errorf("the address is %s", address)
	}
}

// A page with one live part: each time it is fetched it says the next number.
func liveSite(t *testing.T) (site string, send func(event string)) {
	t.Helper()
	events := make(chan string)
	var drawn atomic.Int64
	part := func() templ.Component {
		return ProgressBar(Progress{ID: "part", Label: "work", Total: 100, Says: fmt.Sprint("drawn ", drawn.Add(1)), Live: &Live{URL: "/part", Events: "figure"}})
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+assets.Prefix, assets.Handler())
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		f := Frame{Lang: lang.For("en"), Title: "Live", LiveURL: "/stream"}
		if err := Page(f).Render(templ.WithChildren(r.Context(), part()), w); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("GET /part", func(w http.ResponseWriter, r *http.Request) {
		if err := part().Render(r.Context(), w); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("GET /stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for {
			w.(http.Flusher).Flush()
			select {
			case e := <-events:
				fmt.Fprintf(w, "event: %s\nid: 7\ndata: {}\n\n", e)
			case <-r.Context().Done():
				return
			}
		}
	})
	s := httptest.NewServer(mux)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s.URL, func(event string) {
		select {
		case events <- event:
		case <-time.After(time.Minute):
			t.Fatal("no page listens")
		}
	}
}

func TestLivePartsFetchThemselvesUnlessPaused(t *testing.T) {
	site, send := liveSite(t)
	ctx := browser(t)
	page(t, ctx, site)
	says := func(want string) {
		t.Helper()
		if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`document.querySelector('#part span').textContent == '`+want+`'`, chromedp.WithPollingTimeout(time.Minute))); err != nil {
			t.Fatalf("want %s, the part says %s", want, evaluate[string](t, ctx, `document.querySelector('#part span').textContent`))
		}
	}
	says("drawn 1")
	send("figure")
	says("drawn 2")
	do(t, ctx, chromedp.Click(chromedp.CSS("[data-live-pause]")))
	send("figure")
	send("other")
	if got := evaluate[string](t, ctx, `document.querySelector('[data-live-state]').textContent`); got != "paused" {
		t.Errorf("the page says %q", got)
	}
	says("drawn 2")
	do(t, ctx, chromedp.Click(chromedp.CSS("[data-live-pause]")))
	says("drawn 3")
}

func TestChartBecomesInteractiveUnderThePolicy(t *testing.T) {
	ctx := browser(t)
	line := chart.Line{Label: "CSAT", Periods: []string{"a", "b"}, Format: chart.Format{Suffix: "%"}, Series: []chart.Series{{Points: []chart.Point{{Value: 80, Low: 78, High: 82, Href: "/v", Says: "a: 80%"}, {Value: 70, Low: 68, High: 72}}}}}
	drawing, err := chart.New(chart.Config{}, chart.Deps{}).Draw(t.Context(), line)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+assets.Prefix, assets.Handler())
	mux.HandleFunc("GET /option", func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewEncoder(w).Encode(chart.InteractiveOf(line)); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		box := Chart(lang.For("en"), ChartBox{Wide: drawing.Wide, Narrow: drawing.Narrow, OptionURL: "/option", Table: Table{Caption: "CSAT"}})
		if err := Page(Frame{Lang: lang.For("en"), Title: "Chart"}).Render(templ.WithChildren(r.Context(), box), w); err != nil {
			t.Error(err)
		}
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	refused := complaints(t, ctx)
	page(t, ctx, s.URL)
	if got := evaluate[string](t, ctx, `getComputedStyle(document.querySelector('.chart-wide path[stroke="var(--accent)"]')).stroke`); got != "rgb(50, 70, 211)" {
		t.Errorf("the line is %s", got)
	}
	do(t, ctx, chromedp.Click(chromedp.CSS("[data-chart-zoom]")), chromedp.WaitVisible(chromedp.CSS(".chart-box canvas")))
	for _, r := range refused() {
		t.Error("the browser says:", r)
	}
}
