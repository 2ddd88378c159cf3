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
	p.accessible("/explorer", question, question+"&by=day", question+"&by=channel&versus=previous", question+"&by=channel&by=language", question+"&by=day&by=channel",
		question+"&by=channel&by=language&shape=multiples", question+"&by=channel&other=nps_relational", question+"&by=channel&by=language&shape=table&versus=population", question+"&by=day&channel=kiosk", "/explorer/views")
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.complaints {
		t.Error(c)
	}
}
