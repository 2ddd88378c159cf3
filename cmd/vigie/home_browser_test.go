package main

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// shownBlocks reads the keys of a home page being arranged.
const shownBlocks = `[...document.querySelectorAll('[data-list=block][data-key=shown] > li')].map(x => x.dataset.key).join(' ')`

// TestAHomePageIsArrangedByKeyboardAndByDragging arranges a home page, and walks it and the organisation's face by Tab.
func TestAHomePageIsArrangedByKeyboardAndByDragging(t *testing.T) {
	t.Parallel()
	p, _ := signedIn(t)
	p.size(1440, "light")
	p.open("/listen/journeys/new?lang=fr")
	p.press(map[string]string{"template": "energy"})
	p.until("a journey", "location.pathname.endsWith('/edit')")

	p.open("/home?lang=fr")
	const first = "health waiting heads map moves voices"
	if got := says[string](p, shownBlocks); got != first {
		t.Fatalf("an administrator starts with %q", got)
	}
	says[bool](p, "window.same = true; document.getElementById('up-heads').focus(); true")
	p.do(chromedp.KeyEvent("\r"))
	p.until("moved up", shownBlocks+" === 'health heads waiting map moves voices'")
	p.until("the focus stays", "document.activeElement.id === 'up-heads'")
	says[bool](p, "document.getElementById('put-map').focus(); true")
	p.do(chromedp.KeyEvent("\r"))
	p.until("hidden", shownBlocks+" === 'health heads waiting moves voices'")
	p.until("the focus goes with it", "document.activeElement.id === 'put-map' && document.activeElement.closest('[data-key=hidden]') !== null")
	p.do(chromedp.KeyEvent("\r"))
	p.until("shown again", shownBlocks+" === 'health heads waiting moves voices map'")

	p.drag(mouse, "#b-voices b", "#b-health")
	p.until("dropped first", shownBlocks+" === 'voices health heads waiting moves map'")
	p.drag(finger, "#b-moves [data-grip]", "[data-key=hidden] > li")
	p.until("taken away by a finger", shownBlocks+" === 'voices health heads waiting map'")
	if !says[bool](p, "window.same === true") {
		t.Error("arranging leaves the page")
	}
	says[bool](p, "document.querySelector('.toasts form').requestSubmit(); true")
	p.until("undone", shownBlocks+" === 'voices health heads waiting moves map'")
	p.reachesAll("/home")
	p.reachesAll("/settings/brand")
}

// reachesAll walks a page by Tab alone: every control of its main part has its turn, and shows it.
func (p *visitor) reachesAll(path string) {
	p.t.Helper()
	p.open(path)
	n := says[int](p, `(window.met = new Set(), window.all = [...document.querySelectorAll('main a[href], main button:not([disabled]), main input:not([type=hidden]), main select, main textarea, main summary')]
		.filter(e => e.checkVisibility()), window.all.length)`)
	for range n + 40 {
		p.do(chromedp.KeyEvent("\t"))
		says[bool](p, "(window.met.add(document.activeElement), true)")
	}
	if left := says[[]string](p, "window.all.filter(e => !window.met.has(e)).map(e => e.outerHTML.slice(0, 120))"); n < 3 || len(left) != 0 {
		p.t.Errorf("%s: of %d controls Tab does not reach %v", path, n, left)
	}
}
