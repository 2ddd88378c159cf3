package main

import (
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// TestTheWallTurnsPausesAndSaysWhenItHearsNothing opens the wall from pages that listen, lets it turn by itself, holds it, walks it by
// keys and buttons, takes the network away, and leaves.
func TestTheWallTurnsPausesAndSaysWhenItHearsNothing(t *testing.T) {
	t.Parallel()
	p, _ := signedIn(t)
	p.size(1440, "light")
	p.open("/listen/journeys/new?lang=fr")
	p.press(map[string]string{"template": "energy"})
	p.until("a journey", "location.pathname.endsWith('/edit')")

	const (
		listening = "document.querySelector('[data-live-state]')?.dataset.state === 'on'"
		shown     = "[...document.querySelectorAll('[data-wall-view]')].map(v => +!v.hidden).join('')"
		pressed   = "document.querySelector('[data-wall-do=pause]').getAttribute('aria-pressed')"
		wall      = "/wall?every=5&view=heads&view=map&view=voices"
	)
	if _, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: clockOfTheWall}); err != nil {
		t.Fatal(err)
	}
	for range 7 { // one more than the connections a browser holds to one address: no page may keep its own
		p.open("/?lang=fr")
		p.until("listening", listening)
		p.open(wall)
		p.until("the wall listens", listening)
	}
	if got := says[string](p, shown); got != "100" {
		t.Errorf("views shown at first: %s", got)
	}
	p.until("waiting to turn", "turnOfTheWall.due !== null")
	if ms := says[int](p, "turnOfTheWall.after"); ms != 5000 {
		t.Errorf("the wall waits for %d ms", ms)
	}
	says[bool](p, "(turnOfTheWall.due(), true)")
	p.until("turned by itself", shown+" === '010'")
	p.do(chromedp.KeyEvent(" "))
	p.until("held", pressed+" === 'true'")
	held := says[string](p, shown)
	if due := says[bool](p, "turnOfTheWall.due !== null"); due {
		t.Error("a held wall waits for its next view")
	}
	if n := says[int](p, "[...document.querySelectorAll('[data-wall-do=pause] > span')].filter(x => x.checkVisibility()).length"); n != 1 {
		t.Errorf("the button of a held wall shows %d signs", n)
	}
	next := map[string]string{"100": "010", "010": "001", "001": "100"}
	p.do(chromedp.KeyEvent("\u0303"))
	p.until("the next by a key", shown+" === '"+next[held]+"'")
	p.do(chromedp.Click(chromedp.CSS("[data-wall-do=back]")))
	p.until("the one before by a button", shown+" === '"+held+"'")

	const lost = "document.querySelector('[data-wall-lost]')"
	p.offline(true)
	p.until("says since when it hears nothing", "!"+lost+".hidden && /\\d/.test("+lost+".textContent)")
	p.offline(false)
	p.until("hears again", lost+".hidden")
	p.open("/home")
	p.until("gone from the wall", "document.querySelector('nav.rail') !== null")
}

// clockOfTheWall hands the timer of a wall's rotation to the test, which turns it: no time passes, none is counted.
const clockOfTheWall = `{
	const set = window.setTimeout, clear = window.clearTimeout, mine = -1
	window.turnOfTheWall = { due: null, after: 0 }
	window.setTimeout = (f, ms, ...rest) => {
		if (!document.querySelector('[data-wall="5"]') || ms !== 5000) return set(f, ms, ...rest)
		Object.assign(turnOfTheWall, { after: ms, due: () => { turnOfTheWall.due = null; f() } })
		return mine
	}
	window.clearTimeout = id => { if (id === mine) turnOfTheWall.due = null; else clear(id) }
}`

func (p *visitor) offline(gone bool) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: gone, DownloadThroughput: -1, UploadThroughput: -1}); err != nil {
		p.t.Fatal(err)
	}
}
