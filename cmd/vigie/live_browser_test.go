package main

import (
	"github.com/chromedp/chromedp"
)

// marksWhatMovesAndPauses watches a cockpit that has had four answers at one touchpoint, while answer brings others there.
func (p *visitor) marksWhatMovesAndPauses(answer func(id string)) {
	p.t.Helper()
	const cards = `Array.from(document.querySelectorAll('.tp'))`
	p.until("the card that moved alone is marked", cards+`.filter(c => c.classList.contains('new')).length === 1 &&
		document.querySelector('.tp.new').textContent.includes('4 réponses')`)
	place := says[string](p, `JSON.stringify(`+cards+`.map(c => [c.offsetTop, c.offsetLeft]))`)

	p.do(chromedp.Click(chromedp.CSS("[data-live-pause]")))
	p.until("paused", `document.querySelector('[data-live-pause]').getAttribute('aria-pressed') === 'true'`)
	answer("while-paused")
	p.until("the figures have moved", `(window.asked ??= {}, fetch('/cockpit?part=map').then(r => r.text()).then(t => window.asked.five = t.includes('5 réponses')), window.asked.five === true)`)
	if says[bool](p, cards+`.some(c => c.textContent.includes('5 réponses'))`) {
		p.t.Error("a paused page moves")
	}
	p.do(chromedp.Click(chromedp.CSS("[data-live-pause]")))
	p.until("moved once it may again", cards+`.some(c => c.classList.contains('new') && c.textContent.includes('5 réponses'))`)
	if now := says[string](p, `JSON.stringify(`+cards+`.map(c => [c.offsetTop, c.offsetLeft]))`); now != place {
		p.t.Errorf("cards jumped: %s, before %s", now, place)
	}
}
