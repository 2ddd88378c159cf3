package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// order reads the keys of the board, stage by stage.
const order = `[...document.querySelectorAll('[data-stage]')].map(s => [...s.children].map(c => c.dataset.touchpoint).join(',')).join(' ')`

// TestAJourneyIsArrangedByKeyboardAndByDragging walks the board and the catalogue.
func TestAJourneyIsArrangedByKeyboardAndByDragging(t *testing.T) {
	t.Parallel()
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

	// By dragging: the mouse anywhere, a finger by the grip.
	p.drag(mouse, "#tp-bill .name", "[data-stage=subscribe]")
	p.until("dropped first", order+" === 'bill,sign-up moving-house,technician  breakdown'")
	if !says[bool](p, "location.pathname.endsWith('/edit')") {
		t.Error("dropping by the name opens it")
	}
	says[bool](p, "document.querySelector('.last-change button').click(); true")
	p.until("undone", order+" === 'sign-up moving-house,technician bill breakdown'")

	p.size(390, "light")
	p.open("/listen/journeys/subscription/edit?lang=fr")
	p.drag(finger, "#tp-moving-house [data-grip]", "[data-stage=subscribe]")
	p.until("dropped by a finger", order+" === 'moving-house,sign-up technician bill breakdown'")
	says[bool](p, "document.querySelector('.last-change button').click(); true")
	p.until("undone again", order+" === 'sign-up moving-house,technician bill breakdown'")
	p.size(1440, "light")
	p.open("/listen/journeys/subscription/edit?lang=fr")
	const stages = "[...document.querySelectorAll('[data-lane]')].map(s => s.dataset.lane).join(',')"
	was := says[string](p, stages)
	p.drag(mouse, "[data-lane]:nth-child(2) > header [data-grip]", "[data-lane]:nth-child(1) > header [data-grip]")
	p.until("the second stage is first", stages+" !== '"+was+"' && "+stages+".split(',')[1] === '"+was+"'.split(',')[0]")
	says[bool](p, "document.querySelector('.last-change button').click(); true")
	p.until("stages as they were", stages+" === '"+was+"'")
	betweenJourneys(t, p)
	p.open("/listen/journeys/subscription/edit?lang=fr")

	// An older page in another tab is told.
	says[bool](p, "fetch(location.pathname.replace('edit', 'stages'), {method: 'POST', body: new URLSearchParams({base: document.querySelector('input[name=base]').value, do: 'add', name_fr: 'Partir'})}).then(r => r.ok)")
	says[bool](p, "document.getElementById('mv-right-sign-up').click(); true")
	p.until("in conflict", "document.querySelector('#board .notice.bad')?.innerText.includes('entre-temps') && document.querySelector('#board .notice.watch')?.innerText.includes('Partir')")

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

// betweenJourneys puts journeys in order, and carries a touchpoint from one to another and back.
func betweenJourneys(t *testing.T, p *visitor) {
	p.open("/listen/journeys/new?lang=fr")
	p.press(map[string]string{"template": "bank", "name_fr": "Compte"})
	p.until("on the second board", "location.pathname.endsWith('/edit')")
	p.open("/listen/journeys/subscription/edit?lang=fr")
	into := says[string](p, "document.querySelector('.drop-here').dataset.key")
	p.drag(mouse, "#tp-bill .name", ".drop-here")
	p.until("gone to the other journey", order+" === 'sign-up moving-house,technician  breakdown' && document.querySelector('.toasts').innerText.includes('Compte')")
	key, stage, _ := strings.Cut(into, " ")
	says[bool](p, "document.querySelector('.toasts form').submit(); true")
	p.until("back on its board", "document.readyState === 'complete' && "+order+" === 'sign-up moving-house,technician bill breakdown'")
	p.open("/listen/journeys/" + key + "/edit?lang=fr")
	if says[bool](p, "document.querySelector('[data-stage="+stage+"]').innerText.includes('facture')") {
		t.Error("the touchpoint brought back is still there")
	}

	const list = "[...document.querySelectorAll('[data-item=journey]')].map(s => s.dataset.key).join(',')"
	p.open("/journeys?lang=fr")
	was := says[string](p, list)
	p.drag(finger, "[data-item=journey]:nth-child(2) [data-grip]", "[data-item=journey]:nth-child(1) [data-grip]")
	p.until("the other way round", list+" === '"+was+"'.split(',').reverse().join(',')")
	says[bool](p, "document.querySelector('.toasts form').submit(); true")
	p.until("as it was", "document.readyState === 'complete' && "+list+" === '"+was+"'")
	says[bool](p, "document.querySelector('[data-item=journey]:nth-child(1) button:not([disabled])').focus(); true")
	p.do(chromedp.KeyEvent("\r"))
	p.until("by keyboard", list+" === '"+was+"'.split(',').reverse().join(',')")
	p.accessible("/journeys")
}

// What drags.
const (
	mouse  = "mouse"
	finger = "finger"
)

// drag takes what a selector finds to the upper part of what another one finds.
func (p *visitor) drag(by, from, to string) {
	p.t.Helper()
	at := func(selector string) (x, y float64) {
		l := says[[]float64](p, "(() => { const b = document.querySelector('"+selector+"').getBoundingClientRect(); return [b.left + Math.min(12, b.width / 2), b.top + 6] })()")
		return l[0], l[1]
	}
	says[bool](p, "document.querySelector('"+from+"').scrollIntoView({block: 'center'}); true")
	x, y := at(from)
	p.point(by, "press", x, y)
	p.point(by, "move", x+10, y+10)
	x, y = at(to)
	p.point(by, "move", x, y)
	p.point(by, "release", x, y)
}

// point sends one event of a mouse or a finger.
func (p *visitor) point(by, what string, x, y float64) {
	p.t.Helper()
	var err error
	if by == mouse {
		kinds := map[string]input.DispatchMouseEventType{"press": chromedp.MousePressed, "move": chromedp.MouseMoved, "release": chromedp.MouseReleased}
		e := input.DispatchMouseEventParams{Type: kinds[what], X: x, Y: y, Button: input.MouseButtonLeft, Buttons: 1, ClickCount: 1}
		_, err = chromedp.Call(p.ctx, input.DispatchMouseEvent, e)
	} else {
		kinds := map[string]input.DispatchTouchEventType{"press": input.DispatchTouchEventTypeTouchStart, "move": input.DispatchTouchEventTypeTouchMove, "release": input.DispatchTouchEventTypeTouchEnd}
		e := input.DispatchTouchEventParams{Type: kinds[what], TouchPoints: []*input.TouchPoint{{X: x, Y: y}}}
		if what == "release" {
			e.TouchPoints = []*input.TouchPoint{}
		}
		_, err = chromedp.Call(p.ctx, input.DispatchTouchEvent, e)
	}
	if err != nil {
		p.t.Fatal(err)
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
