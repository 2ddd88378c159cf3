package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestAQuestionIsAskedAndReadInTheExplorerByHand changes the question in place, walks the heat map with the arrows, keeps the
// question, and holds every shape to axe.
func TestAQuestionIsAskedAndReadInTheExplorerByHand(t *testing.T) {
	t.Parallel()
	data := folder(t)
	s := serve(t, "--data", data)
	if _, diag, err := tryVigie(t, "un mot de passe assez long\n", "user", "add", "ada@exemple.fr", "--role", "director", "--lang", "fr", "--data", data); err != nil {
		t.Fatal(err, diag)
	}
	secret, _ := vigie(t, "key", "add", "test", "--role", "administrator", "--data", data)
	poster := &posting{key: strings.TrimSpace(secret), acknowledged: map[string]int64{}}
	now := time.Now().UTC()
	for i := range 80 {
		send(t, poster, s.address, fmt.Sprintf(`{"source":"web","source_id":"%d","at":%q,"program":"relational","channel":%q,"lang":%q,"scores":{"nps":%d},"verbatim":"Mot %d"}`,
			i, now.AddDate(0, 0, -i%20).Format(time.RFC3339), []string{"phone", "web"}[i%2], []string{"fr", "en"}[i/2%2], i%11, i))
	}
	p := newVisitor(t, s.address)
	p.size(1440, "light")
	link, _ := vigie(t, "user", "link", "ada@exemple.fr", "--data", data, "--listen", strings.TrimPrefix(s.address, "http://"))
	p.open(strings.TrimPrefix(strings.TrimSpace(link), s.address))
	p.press(map[string]string{})
	p.open("/explorer?indicator=nps_relational&by=channel&during=30")
	p.until("answered", "document.querySelectorAll('.explorer .chart svg').length > 0")

	picture := says[int](p, `new Promise(ok => { const i = new Image(); i.onerror = () => ok(0); i.onload = () => { const c = document.createElement('canvas');
		c.width = i.naturalWidth; c.height = i.naturalHeight; c.getContext('2d').drawImage(i, 0, 0); c.toBlob(b => ok(b.size), 'image/png') };
		i.src = document.querySelector('[data-png]').dataset.png })`)
	if picture < 2000 {
		t.Errorf("the PNG has %d bytes", picture)
	}
	says[bool](p, "window.same = true")
	says[bool](p, `(s => { s.focus(); s.value = 'language'; s.dispatchEvent(new Event('change', {bubbles: true})); return true })(document.querySelector('#q-by-2'))`)
	p.until("asked anew in place, the focus where it was, the address with the whole question",
		"window.same === true && location.search.includes('by=channel&by=language') && document.activeElement?.id === 'q-by-2' && document.querySelectorAll('table.heat td a').length === 4")

	says[bool](p, "(document.querySelector('table.heat td a').focus(), true)")
	first := says[string](p, "document.activeElement.href")
	p.do(chromedp.KeyEvent(kb.ArrowRight))
	p.until("on the next cell", fmt.Sprintf("document.activeElement.matches('table.heat td a') && document.activeElement.href !== %q", first))
	p.do(chromedp.KeyEvent(kb.ArrowDown))
	p.do(chromedp.KeyEvent(kb.ArrowLeft))
	p.do(chromedp.KeyEvent(kb.ArrowUp))
	p.until("back on the first", fmt.Sprintf("document.activeElement.href === %q", first))
	p.do(chromedp.KeyEvent(kb.Enter))
	p.until("reading the feedback behind the cell", "location.pathname === '/verbatims' && location.search.includes('channel=') && location.search.includes('language=')")
	p.do(chromedp.NavigateBack())
	p.until("back to the question", "location.pathname === '/explorer'")
	p.open("/explorer?indicator=nps_relational&by=channel&by=language&during=30")
	says[bool](p, "(document.querySelector('form.keep').requestSubmit(), true)")
	p.until("kept", "document.querySelector('.explorer .chips a') !== null")

	const question = "/explorer?indicator=nps_relational&during=30"
	p.asksByKeyboardAlone(question)
	answer := func(id string) {
		send(t, poster, s.address, fmt.Sprintf(`{"source":"web","source_id":%q,"at":%q,"program":"relational","channel":"web","lang":"fr","scores":{"nps":9}}`, id, now.Format(time.RFC3339)))
	}
	p.asksAgainByItself(question, answer)
	p.standsStillWhilePaused(question, answer)
	p.accessible("/explorer", question, question+"&by=day", question+"&by=channel&versus=previous", question+"&by=channel&by=language", question+"&by=day&by=channel",
		question+"&by=channel&by=language&shape=multiples", question+"&by=channel&other=nps_relational", question+"&by=channel&by=language&shape=table&versus=population", question+"&by=day&channel=kiosk", "/explorer/views",
		question+"&pick=language", question+"&pick=scores.nps", "/verbatims?pick=words")
	p.mu.Lock()
	complaints := p.complaints
	p.mu.Unlock()
	for _, c := range complaints {
		t.Error(c)
	}
	p.accessible(question+"&by=attributes.none", question+"&by=channel&by=language&by=day") // refused, which the browser complains of
}

// asksByKeyboardAlone narrows the question, reads a mark, exports, changes the shape and keeps the question without a pointer.
func (p *visitor) asksByKeyboardAlone(question string) {
	p.t.Helper()
	p.open(question + "&by=channel&by=language")
	p.tabTo(".picker > summary")
	p.do(chromedp.KeyEvent(kb.Enter))
	p.until("searching a filter", "document.activeElement.matches('[data-narrow]')")
	p.do(chromedp.KeyEvent("lang"))
	p.until("one filter left", "document.querySelectorAll('#picker-keys li:not([hidden])').length === 1")
	p.do(chromedp.KeyEvent(kb.Enter))
	p.until("on the one left", "document.activeElement.matches('#picker-keys a')")
	p.do(chromedp.KeyEvent(kb.Enter))
	p.until("saying how", "document.activeElement.matches('[name=pick_op]') && document.querySelector('[name=pick_key]').value === 'language'")
	p.tabTo("#picker-list input[value=fr]")
	p.do(chromedp.KeyEvent(" "))
	p.tabTo("#picker .apply button")
	p.do(chromedp.KeyEvent(kb.Enter))
	p.until("narrowed", "location.search.includes('language=fr') && !location.search.includes('pick') && document.querySelectorAll('table.heat td a').length === 2")
	p.tabTo("table.heat td a")
	p.until("the mark said", "(t => t && !t.hidden && t.textContent.includes('20'))(document.querySelector('.tip'))")
	p.tabTo("a[href*='as=csv']")
	if got := says[string](p, "fetch(document.activeElement.href).then(r => r.headers.get('Content-Type'))"); got != "text/csv; charset=utf-8" {
		p.t.Errorf("the export is %q", got)
	}
	p.tabTo("a[href*='shape=table']")
	p.do(chromedp.KeyEvent(kb.Enter))
	p.until("drawn as a table", "location.search.includes('shape=table') && location.search.includes('language=fr') && !document.querySelector('table.heat')")
	p.tabTo("#keep-name")
	p.do(chromedp.KeyEvent(kb.Enter))
	p.until("kept under the name it proposed", "document.querySelectorAll('.explorer .chips a').length === 2")
}

// asksAgainByItself brings answers while the pointer is on the page's, then takes it away.
func (p *visitor) asksAgainByItself(question string, answer func(id string)) {
	p.t.Helper()
	p.open(question)
	p.until("listening", "document.body.dataset.liveUrl !== undefined")
	since := says[string](p, "document.querySelector('#news').getAttribute('hx-get')")
	at := says[[]float64](p, "(b => [b.x + 20, b.y + 20])(document.querySelector('#answer').getBoundingClientRect())")
	p.do(chromedp.MouseEvent(chromedp.MouseMoved, at[0], at[1]))
	p.until("pointing at the answer", "document.querySelector('#answer').matches(':hover')")
	answer("late")
	p.until("told of one", "document.querySelector('#news span')?.textContent.includes('1')")
	answer("later")
	p.until("told of two: nothing moved under the pointer", "document.querySelector('#news span')?.textContent.includes('2')")
	p.do(chromedp.MouseEvent(chromedp.MouseMoved, 1, 1))
	p.until("asked again by itself", fmt.Sprintf("(n => n.getAttribute('hx-get') !== %q && !n.querySelector('[data-news]'))(document.querySelector('#news'))", since))
}

// standsStillWhilePaused pauses the page, brings an answer, and lets go: the answer is there by itself then, not before.
func (p *visitor) standsStillWhilePaused(question string, answer func(id string)) {
	p.t.Helper()
	p.open(question)
	p.do(chromedp.MouseEvent(chromedp.MouseMoved, 1, 1))
	p.until("listening", "document.querySelector('[data-live-state]')?.dataset.state === 'on'")
	p.do(chromedp.Click(chromedp.CSS("[data-live-pause]")))
	p.until("paused", "document.querySelector('[data-live-pause]').getAttribute('aria-pressed') === 'true' && document.querySelector('[data-live-state]').dataset.state === 'paused'")
	since := says[string](p, "document.querySelector('#news').getAttribute('hx-get')")
	said := says[string](p, "document.querySelector('#answer').textContent")
	answer("while-paused")
	says[bool](p, fmt.Sprintf("new Promise(ok => { const look = () => fetch(%q).then(r => r.text()).then(t => t.includes('data-news') ? ok(true) : setTimeout(look, 50)); look() })", since))
	if says[string](p, "document.querySelector('#answer').textContent") != said {
		p.t.Error("a paused explorer moves")
	}
	p.do(chromedp.Click(chromedp.CSS("[data-live-pause]")))
	p.do(chromedp.MouseEvent(chromedp.MouseMoved, 1, 1))
	p.until("asked again once let go", fmt.Sprintf("(n => n.getAttribute('hx-get') !== %q && !n.querySelector('[data-news]'))(document.querySelector('#news'))", since))
}

// tabTo presses Tab until the focus is on what the selector says.
func (p *visitor) tabTo(selector string) {
	for range 80 {
		p.do(chromedp.KeyEvent(kb.Tab))
		if says[bool](p, fmt.Sprintf("document.activeElement.matches(%q)", selector)) {
			return
		}
	}
	p.t.Fatalf("Tab never comes to %s; the focus is on %s", selector, says[string](p, "document.activeElement.outerHTML.slice(0, 200)"))
}
