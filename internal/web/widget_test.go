package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"vigie/assets"
	"vigie/internal/listen/survey"
)

// surveys publishes the templates of these keys.
func (r *rig) surveys(keys ...string) {
	r.t.Helper()
	l, err := survey.Templates()
	if err != nil {
		r.t.Fatal(err)
	}
	for _, d := range l {
		for _, key := range keys {
			if string(d.Key) != key {
				continue
			}
			if _, err := r.Surveys.Save(r.t.Context(), "lea", d, -1); err != nil {
				r.t.Fatal(err)
			}
			if _, err := r.Surveys.Publish(r.t.Context(), "lea", d.Key); err != nil {
				r.t.Fatal(err)
			}
		}
	}
}

// when waits until an expression of the page is true.
func (x *tab) when(expression string) {
	x.t.Helper()
	says[bool](x, `new Promise(ok => { const look = () => (`+expression+`) ? ok(true) : setTimeout(look, 20); look() })`)
}

// heard waits until so many answers have come.
func (r *rig) heard(n int) {
	r.t.Helper()
	for until := time.Now().Add(withinStep); ; time.Sleep(20 * time.Millisecond) {
		var have int
		if err := r.DB.QueryRow(context.Background(), `SELECT count(*) FROM feedback`).Scan(&have); err != nil {
			r.t.Fatal(err)
		}
		if have == n {
			return
		}
		if time.Now().After(until) {
			r.t.Fatalf("%d answers, want %d", have, n)
		}
	}
}

func TestTheWidgetIsSmall(t *testing.T) {
	if !assets.Built() {
		t.Skip("make assets")
	}
	r := newRig(t, nil)
	req, err := http.NewRequest("GET", r.http.URL+"/w.js", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 || len(b) == 0 || len(b) > 10_000 {
		t.Errorf("%d, %d bytes compressed, %v", res.StatusCode, len(b), err)
	}
	if got := res.Header.Get("Cross-Origin-Resource-Policy") + " " + res.Header.Get("Cache-Control"); got != "cross-origin public, max-age=3600" {
		t.Error(got)
	}
}

// Somebody else's site, which lets nothing in but the script and its requests.
func site(t *testing.T, vigie, body string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; img-src data:; script-src %[1]s; connect-src %[1]s; require-trusted-types-for 'script'", vigie))
		fmt.Fprintf(w, `<!doctype html><html lang="fr"><title>Filambre</title><link rel="icon" href="data:,"><main><h1>Ma facture</h1><div id="here"></div>%s</main></html>`, body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestASiteAsksWithOneScriptTag(t *testing.T) {
	r := newRig(t, nil)
	r.surveys("contact")
	x := newTab(t, chromium(t))
	x.shown(360, "light")
	x.do(chromedp.Navigate(site(t, r.http.URL, `<script src="`+r.http.URL+`/w.js" data-survey="contact" data-touchpoint="bill" async></script>`)))
	x.when(`document.querySelector('[data-vigie]')?.shadowRoot.querySelector('button.open')`)
	if got := says[string](x, `document.querySelector('[data-vigie]').shadowRoot.querySelector('button.open').textContent`); got != "Votre avis" {
		t.Errorf("the button says %q", got)
	}
	root := `document.querySelector('[data-vigie]').shadowRoot`
	says[bool](x, root+`.querySelector('button.open').click() ?? true`)
	x.when(root + `.querySelectorAll('.scale input').length === 5`)
	if got := says[int](x, `Math.round(`+root+`.querySelector('.scale label').getBoundingClientRect().height)`); got < 44 {
		t.Errorf("a target of %d pixels", got)
	}
	says[bool](x, root+`.querySelector('.scale input').click() ?? true`)
	says[bool](x, root+`.querySelector('form').requestSubmit() ?? true`)
	r.heard(1)
	x.when(root + `.querySelectorAll('fieldset, textarea').length > 0 && !` + root + `.querySelector('.scale input[name="a.csat"]')`)
	keyboard := says[string](x, `(() => { `+root+`.querySelector('.panel').dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true})); return `+root+`.activeElement?.className ?? '' })()`)
	if !strings.Contains(keyboard, "open") {
		t.Errorf("after Escape the focus is on %q", keyboard)
	}
	if got := says[int](x, `document.cookie.length + localStorage.length + sessionStorage.length`); got != 0 {
		t.Errorf("%d things are stored", got)
	}
	if said := x.complained(); said != "" {
		t.Errorf("the browser refused: %s", said)
	}
}

func TestASiteAsksInItsPageAndFromItsOwnScript(t *testing.T) {
	r := newRig(t, nil)
	r.surveys("contact", "delivery")
	x := newTab(t, chromium(t))
	x.shown(1024, "dark")
	x.do(chromedp.Navigate(site(t, r.http.URL, `<script src="`+r.http.URL+`/w.js" data-survey="contact" data-mode="inline" data-target="#here" data-lang="en"></script>`)))
	x.when(`document.querySelector('#here [data-vigie]')?.shadowRoot.querySelectorAll('.scale input').length === 5`)
	if got := says[string](x, `document.querySelector('#here [data-vigie]').shadowRoot.querySelector('.panel').lang`); got != "en" {
		t.Errorf("in %q", got)
	}
	says[bool](x, `(Vigie.open({survey: 'delivery', attributes: {plan: 'pro'}}), true)`)
	x.when(`document.querySelector('[data-vigie=delivery]')?.shadowRoot.querySelectorAll('.scale input').length === 11`)
	says[bool](x, `(Vigie.close(), true)`)
	if says[bool](x, `!!document.querySelector('[data-vigie=delivery]')`) {
		t.Error("still there once closed")
	}
	if said := x.complained(); said != "" {
		t.Errorf("the browser refused: %s", said)
	}
}

func TestAKioskForgetsEachPerson(t *testing.T) {
	r := newRig(t, nil)
	r.surveys("contact")
	x := newTab(t, chromium(t))
	x.shown(1024, "light")
	begin := func() {
		x.when(`document.querySelectorAll('input[name="a.csat"]').length === 5 && !document.querySelector('input:checked')`)
	}
	answer := func(v string) {
		says[bool](x, `(() => { document.querySelector('input[name="a.csat"][value="`+v+`"]').checked = true; document.querySelector('form').requestSubmit(); return true })()`)
	}
	x.do(chromedp.Navigate(r.http.URL + "/q/contact?kiosk=1&lang=fr&thanks=1"))
	begin()
	answer("2")
	r.heard(1)
	x.when(`document.querySelector('.restart') && !document.querySelector('input[name="a.csat"]')`)
	if got := says[string](x, `location.pathname`); got != "/q/contact" {
		t.Errorf("the address tells the answer: %s", got)
	}
	says[bool](x, `document.querySelector('.restart').click() ?? true`)
	begin()
	// Without network: asked the rest on one page, thanked, forgotten, and sent later.
	x.offline(true)
	for n := range 2 {
		answer("5")
		x.when(`document.querySelectorAll('main form .q').length > 1 && !document.querySelector('input[name="a.csat"]:not([type=hidden])')`)
		if n == 0 { // the first says all, the second goes away
			says[bool](x, `(document.querySelector('textarea').value = 'Sans réseau.', document.querySelector('form').requestSubmit(), true)`)
			x.when(`document.querySelector('.thanks')`)
		} else {
			says[bool](x, `document.querySelector('.restart').click() ?? true`)
		}
		begin()
	}
	x.offline(false)
	r.heard(3)
	x.when(`!localStorage.getItem('vigie.kept')`)
	begin()
	if n := r.words("Sans réseau."); n != 1 {
		t.Errorf("what was typed without network is there %d times", n)
	}
}

// What a site asks in its page is drawn there whatever its kind, in the survey's own colours.
func TestASiteAsksEveryKindItCanInTheSurveysColours(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	d := everyKind()
	var kept []survey.Question
	for _, q := range d.Sections[0].Questions {
		if q.Kind != survey.Contact && q.Kind != survey.Media {
			kept = append(kept, q)
		}
	}
	d.Sections[0].Questions, d.Theme.Accent = kept, "#7a3e9d"
	r.asked(d)
	x := newTab(t, chromium(t))
	x.shown(360, "light")
	x.do(chromedp.Navigate(site(t, r.http.URL, `<script src="`+r.http.URL+`/w.js" data-survey="kinds" data-mode="inline" data-target="#here"></script>`)))
	const root = `document.querySelector('#here [data-vigie]')?.shadowRoot`
	asked := 0
	for {
		x.when(root + `?.querySelector('.panel:not([aria-busy])') && (` + root + `.querySelector('form') || ` + root + `.querySelector('[role=status]'))`)
		if says[bool](x, root+`.querySelector('form') === null`) {
			break
		}
		at := says[string](x, root+`.querySelector('input[name=at]').value`)
		if asked == 0 {
			if got := says[string](x, `getComputedStyle(`+root+`.querySelector('form button')).backgroundColor`); got != "rgb(122, 62, 157)" {
				t.Errorf("the button is %s", got)
			}
		}
		says[bool](x, `(() => { const f = `+root+`.querySelector('form'), seen = new Set()
			for (const e of f.querySelectorAll('input:not([type=hidden]), textarea, select')) {
				if (seen.has(e.name)) continue
				if (e.type === 'radio' || e.type === 'checkbox') { e.checked = true; seen.add(e.name) }
				else if (e.tagName === 'SELECT') e.selectedIndex = e.name.startsWith('k.') ? [...f.querySelectorAll('select')].indexOf(e) + 1 : 1
				else if (e.type === 'date') e.value = '2026-03-01'
				else if (e.inputMode === 'decimal') e.value = '3'
				else if (e.type !== 'range') e.value = 'Des mots'
			}
			f.requestSubmit(); return true })()`)
		x.when(root + `.querySelector('input[name=at]')?.value !== '` + at + `'`)
		if asked++; asked > len(kept) {
			t.Fatalf("it never ends: %s", at)
		}
	}
	if asked != len(kept) {
		t.Errorf("%d questions were asked of %d", asked, len(kept))
	}
	r.heard(1)
	if said := x.complained(); said != "" {
		t.Errorf("the browser refused: %s", said)
	}
}
