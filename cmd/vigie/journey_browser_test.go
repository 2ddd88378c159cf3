package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// order reads the keys of the board, stage by stage.
const order = `[...document.querySelectorAll('[data-stage]')].map(s => [...s.children].map(c => c.dataset.touchpoint).join(',')).join(' ')`

// TestAJourneyIsArrangedByKeyboardAndByDragging walks the board and the catalogue.
func TestAJourneyIsArrangedByKeyboardAndByDragging(t *testing.T) {
	data := folder(t)
	s := serve(t, "--data", data)
	out, _, err := tryVigie(t, "un mot de passe assez long\n", "user", "add", "a@exemple.fr", "--role", "administrator", "--data", data)
	if err != nil {
		t.Fatal(out, err)
	}
	link, _ := vigie(t, "user", "link", "a@exemple.fr", "--data", data, "--listen", strings.TrimPrefix(s.address, "http://"))
	p := newVisitor(t, s.address)
	p.size(1440, "light")
	p.do(chromedp.Navigate(strings.TrimSpace(link)))
	p.press(map[string]string{})
	p.open("/listen/journeys/new?lang=fr")
	p.press(map[string]string{"template": "energy"})
	p.until("on the board", "location.pathname.endsWith('/edit')")
	const first = "sign-up technician bill breakdown,moving-house"
	if got := says[string](p, order); got != first {
		t.Fatalf("the template is laid as %q", got)
	}

	// By keyboard: the focus stays on the button, so that the same key goes on.
	says[bool](p, "window.same = true; document.getElementById('mv-up-moving-house').focus(); true")
	p.do(chromedp.KeyEvent("\r"))
	p.until("moved up", order+" === 'sign-up technician bill moving-house,breakdown'")
	p.until("the focus is near", "document.activeElement.closest('.tpc')?.dataset.touchpoint === 'moving-house'")
	says[bool](p, "document.getElementById('mv-left-moving-house').focus(); true")
	p.do(chromedp.KeyEvent("\r"))
	p.until("moved left", order+" === 'sign-up technician moving-house,bill breakdown'")
	p.until("the focus stayed", "document.activeElement.id === 'mv-left-moving-house'")
	p.do(chromedp.KeyEvent("\r"))
	p.until("further left", order+" === 'sign-up moving-house,technician bill breakdown'")
	if !says[bool](p, "window.same === true") {
		t.Error("moving leaves the page")
	}

	// By dragging.
	says[bool](p, `(() => { const data = new DataTransfer(), card = document.getElementById('tp-bill'), to = document.querySelector('[data-stage=subscribe]');
		const at = to.getBoundingClientRect(), fire = (el, type, y) => el.dispatchEvent(new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: data, clientY: y}));
		fire(card, 'dragstart', 0); fire(to, 'dragover', at.top); fire(to, 'drop', at.top); fire(card, 'dragend', 0); return true })()`)
	p.until("dropped first", order+" === 'bill,sign-up moving-house,technician  breakdown'")
	says[bool](p, "document.querySelector('.last-change button').click(); true")
	p.until("undone", order+" === 'sign-up moving-house,technician bill breakdown'")

	// An older page in another tab is told.
	says[bool](p, "fetch(location.pathname.replace('edit', 'stages'), {method: 'POST', body: new URLSearchParams({base: document.querySelector('input[name=base]').value, do: 'add', name_fr: 'Partir'})}).then(r => r.ok)")
	says[bool](p, "document.getElementById('mv-right-sign-up').click(); true")
	p.until("in conflict", "document.querySelector('#board .notice.bad')?.innerText.includes('entre-temps') && document.querySelector('#board .notice.watch')?.innerText.includes('Partir')")

	const one = "/listen/journeys/subscription"
	p.accessible("/listen/journeys/new", one+"/edit", one+"/map", one+"/versions", one+"/import", one+"/touchpoints/technician", one+"/touchpoints/technician/delete", one+"/delete",
		"/catalogue", "/catalogue/metrics", "/catalogue/indicators/nps", "/catalogue/indicators/nps/edit", "/catalogue/indicators/new", "/catalogue/metrics/new", "/catalogue/metrics/csat/edit")
	p.open("/catalogue/indicators/csat/edit?lang=fr")
	p.press(map[string]string{"objective": "90"})
	p.until("the effect is shown", "document.querySelector('main').innerText.includes('Adopter')")
	p.audited()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.complaints {
		if !strings.Contains(c, "409") { // the conflict above
			t.Error(c)
		}
	}
}

// audited holds the page that is open, reached by a form, to axe.
func (p *visitor) audited() {
	p.t.Helper()
	axe, err := os.ReadFile(filepath.Join("..", "..", "assets", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		p.t.Fatal("axe-core is not there: run make assets")
	}
	says[bool](p, string(axe)+";true")
	for _, v := range says[[]string](p, violations) {
		p.t.Error(v)
	}
}
