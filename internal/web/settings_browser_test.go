package web_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"vigie/internal/listen/collect"
	"vigie/internal/people"
)

// watchFocus numbers what the keyboard must reach, in the order it is read, and writes down what gets the focus.
const watchFocus = `(() => {
	const group = e => e.type === 'radio' ? [...document.querySelectorAll('input[type=radio]')].filter(o => o.name === e.name && o.form === e.form) : [e]
	const one = e => { const g = group(e); return e === (g.find(o => o.checked) ?? g[0]) }
	const stops = [...document.querySelectorAll('a[href], area[href], button, input:not([type=hidden]), select, textarea, summary, [contenteditable=true], [tabindex], [hx-trigger^=click], [role=button]')]
		.filter(e => !e.disabled && !(e.tabIndex < 0) && e.checkVisibility({visibilityProperty: true}) && one(e))
	const name = e => (e.id || e.name || e.getAttribute('href') || e.textContent.trim()).slice(0, 60) + ' <' + e.tagName.toLowerCase() + '>'
	const seen = e => [e, e.parentElement, e.closest('label'), e.nextElementSibling].some(x => x && ['', '::after'].some(p => { const s = getComputedStyle(x, p || null); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 }))
	window.walked = {stops, name, reached: [], unseen: [], foreign: [], round: false}
	document.addEventListener('focusin', ({target: e}) => {
		const w = window.walked, i = stops.indexOf(e)
		if (w.round ||= w.reached.length > 0 && i === w.reached[0]) return
		if (i >= 0) w.reached.push(i)
		else if (e.matches('[tabindex], a, button, input, select, textarea, summary')) w.foreign.push(name(e))
		if (!seen(e)) w.unseen.push(name(e))
	})
	return stops.length })()`

// afterFocus says what a round of the keyboard was like.
const afterFocus = `(() => {
	const {stops, name, reached, unseen, foreign} = window.walked
	const box = e => e.getBoundingClientRect()
	const up = (a, b) => a.closest('form') && a.closest('form') === b.closest('form') && box(b).bottom <= box(a).top && box(b).left <= box(a).right
	const covered = e => {
		e.focus({focusVisible: true})
		const b = box(e)
		return ![[.5, .5], [.1, .2], [.9, .2], [.1, .8], [.9, .8]].some(([x, y]) => {
			const hit = document.elementFromPoint(b.left + b.width * x, b.top + b.height * y)
			return hit && (hit.contains(e) || e.contains(hit) || hit.closest('label')?.control === e || e.closest('label')?.contains(hit))
		})
	}
	return {
		Round: window.walked.round, Unseen: unseen, Foreign: foreign,
		Missed: stops.filter((_, i) => !reached.includes(i)).map(name),
		Back: reached.flatMap((i, n) => n > 0 && (i < reached[n - 1] || up(stops[reached[n - 1]], stops[i])) ? [name(stops[reached[n - 1]]) + ' then ' + name(stops[i])] : []),
		Covered: stops.filter(covered).map(name),
	} })()`

// round is what one walk through a page by the keyboard met.
type round struct {
	Round   bool     // it came back to where it began: nothing holds the focus
	Missed  []string // never reached
	Unseen  []string // nothing shows that it has the focus
	Back    []string // against the order of reading
	Covered []string // under something else, or outside the window, with the focus
	Foreign []string // stops that are no control
}

// goRound tabs until the focus is back at the first stop, and holds what it met to the rules of all pages.
func (x *tab) goRound(address string) {
	x.t.Helper()
	x.open(address)
	n := says[int](x, watchFocus)
	tabs := slices.Repeat([]chromedp.Action[chromedp.Void]{chromedp.KeyEvent(kb.Tab)}, 20)
	for range 4 + n/5 {
		x.do(tabs...)
		if says[bool](x, "window.walked.round") {
			break
		}
	}
	got := says[round](x, afterFocus)
	x.t.Logf("%s: %d stops", address, n)
	if !got.Round {
		x.t.Errorf("%s: the focus does not come round", address)
	}
	for what, all := range map[string][]string{"not reached": got.Missed, "focus not visible": got.Unseen, "out of order": got.Back, "covered": got.Covered, "no control": got.Foreign} {
		if len(all) > 0 {
			x.t.Errorf("%s: %s: %s", address, what, strings.Join(all, "; "))
		}
	}
}

// tabTo presses Tab until what a selector finds has the focus.
func (x *tab) tabTo(selector string) {
	x.t.Helper()
	for range 150 {
		x.do(chromedp.KeyEvent(kb.Tab))
		if says[bool](x, "document.activeElement.matches(`"+selector+"`)") {
			return
		}
	}
	x.t.Fatalf("%s is not reached by Tab", selector)
}

// skips takes the first stop, the way to the content, and looks where it leads.
func (x *tab) skips(address string) {
	x.t.Helper()
	x.open(address)
	x.do(chromedp.KeyEvent(kb.Tab))
	if to := says[string](x, "document.activeElement.getAttribute('href') ?? ''"); !strings.HasPrefix(to, "#") {
		x.t.Errorf("%s: the first stop is %q, not the way to the content", address, to)
	}
	x.do(chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(kb.Tab))
	if !says[bool](x, "!!document.activeElement.closest('main')") {
		x.t.Errorf("%s: the way to the content leads elsewhere", address)
	}
}

func TestTheSettingsAreWalkedByTheKeyboardAlone(t *testing.T) {
	t.Parallel()
	r, ada, examples := furnished(t)
	r.send(collect.Incoming{At: time.Now().Add(-time.Hour), Touchpoint: "technician", Unit: "lost", Scores: collect.Scores{"csat": 4}})
	browser := chromium(t)
	ada.lend(browser, r.http.URL)
	x := newTab(t, browser)
	var walked int
	for _, a := range pages(t, r, ada, examples) {
		if !strings.HasPrefix(a, "/settings") || strings.HasSuffix(a, ".html") {
			continue
		}
		walked++
		x.shown(1440, "light")
		x.goRound(r.http.URL + a)
		x.skips(r.http.URL + a)
		if strings.Count(a, "/") < 3 { // the menu is another one on a telephone
			x.shown(360, "light")
			x.goRound(r.http.URL + a)
		}
	}
	if walked < 15 {
		t.Errorf("only %d pages", walked)
	}
}

func TestTheOrganisationIsRenamedByTheKeyboardAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Administrator, ""))
	browser := chromium(t)
	b.lend(browser, r.http.URL)
	x := newTab(t, browser)
	x.shown(1440, "light")
	x.open(r.http.URL + "/settings")
	const form = `form[action="/settings/organisation"]`
	x.tabTo(form + " input[name=name]")
	x.do(chromedp.KeyEvent("Filambre Sud"))
	x.tabTo(form + " select[name=lang]")
	x.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowUp))
	x.tabTo(form + " button:not([type=button])")
	x.do(chromedp.KeyEvent(" "))
	x.do(chromedp.WaitReady(chromedp.CSS(form + ` input[name=name][value="Filambre Sud"]`)))
	now, err := r.People.Settings(t.Context())
	if err != nil || now.Name != "Filambre Sud" {
		t.Errorf("the organisation is called %q, %v", now.Name, err)
	}
}
