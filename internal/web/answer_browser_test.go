package web_test

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
)

// everyKind asks one question of each kind that a page can ask.
func everyKind() survey.Definition {
	text := func(fr, en string) cx.Text { return cx.Text{"fr": fr, "en": en} }
	choices := []survey.Option{{Key: "a", Text: text("Un", "One")}, {Key: "b", Text: text("Deux", "Two")}, {Key: "c", Text: text("Autre", "Other"), Other: true}}
	d := survey.Definition{Key: "kinds", Name: text("Toutes", "All"), Languages: []string{"fr", "en"}, Welcome: survey.Welcome{Why: text("Pour voir.", "To see."), Contact: "droits@example.org"}, Sections: []survey.Section{{Title: text("Partie", "Part")}},
		Endings: []survey.Ending{{Text: text("Merci, au revoir.", "Thank you, goodbye."), CallBack: true, Testify: true}}, Review: &survey.Review{Address: "https://reviews.example.org/", Text: text("Donner un avis", "Review us")}}
	for _, k := range survey.Kinds {
		q := survey.Question{Key: survey.QuestionID(k), Kind: k, Text: text("Question "+string(k)+" ?", "Question "+string(k)+"?"), Help: text("Une aide.", "A help."), Low: text("Peu", "Little"), High: text("Beaucoup", "A lot")}
		switch {
		case k == survey.Media:
			q.Accept = survey.Accepts
		case k.Lists():
			q.Choices = choices
			if k == survey.Ranking {
				q.Choices = choices[:2]
			}
		case k == survey.Matrix:
			q.Rows = []survey.Row{{Key: "x", Text: text("Accueil", "Welcome")}, {Key: "y", Text: text("Délai", "Delay")}}
		case k == survey.Rating:
			q.Look = survey.Smileys
		case k == survey.Consent:
			q.Purpose = "marketing"
		}
		if k.Lists() || k == survey.YesNo || k == survey.Consent || k == survey.Contact || k == survey.Info || k == survey.Text || k == survey.Date || k == survey.Number || k == survey.Media {
			q.Low, q.High = nil, nil
		}
		d.Sections[0].Questions = append(d.Sections[0].Questions, q)
	}
	return d
}

func (r *rig) asked(d survey.Definition) {
	r.t.Helper()
	if _, err := r.Surveys.Save(r.t.Context(), "lea", d, -1); err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.Surveys.Publish(r.t.Context(), "lea", d.Key); err != nil {
		r.t.Fatal(err)
	}
}

// held holds a public page to the rules of all pages, on a phone.
func (x *tab) held(script, what string) {
	x.t.Helper()
	says[bool](x, script+";true")
	for _, theme := range []string{"light", "dark"} {
		x.shown(360, theme)
		for _, v := range says[[]string](x, violations) {
			x.t.Errorf("%s, %s: %s", what, theme, v)
		}
	}
	if n := says[int](x, "document.querySelectorAll('h1').length"); n != 1 {
		x.t.Errorf("%s has %d h1", what, n)
	}
	x.shown(320, "light")
	if says[bool](x, "document.documentElement.scrollWidth > innerWidth") {
		x.t.Errorf("%s scrolls sideways", what)
	}
	if small := says[[]string](x, `[...document.querySelectorAll('main button, main .scale label, main .option, main select, main input:not([type=hidden]):not(.trap input):not([type=radio]):not([type=checkbox])')].filter(e => { const b = e.getBoundingClientRect(); return b.height > 0 && b.height < 24 }).map(e => e.outerHTML.slice(0, 80))`); len(small) > 0 {
		x.t.Errorf("%s: targets under 24 pixels: %v", what, small)
	}
}

// fill answers whatever the screen asks, and sends it.
const fill = `(() => {
	const f = document.querySelector('form[data-survey]'), at = f.querySelector('input[name=at]').value
	const seen = new Set()
	for (const e of f.querySelectorAll('input:not([type=hidden]), textarea, select')) {
		if (e.closest('.trap') || seen.has(e.name)) continue
		if (e.type === 'radio' || e.type === 'checkbox') { e.checked = true; seen.add(e.name) }
		else if (e.tagName === 'SELECT') e.selectedIndex = e.name.startsWith('k.') ? [...f.querySelectorAll('select')].indexOf(e) + 1 : 1
		else if (e.type === 'file') continue
		else if (e.type === 'date') e.value = '2026-03-01'
		else if (e.inputMode === 'decimal') e.value = '3'
		else if (e.type !== 'range' && !e.classList.contains('other')) e.value = 'Des mots'
	}
	f.requestSubmit(); return at })()`

func TestASurveyOfEveryKindIsAnsweredOnAPhone(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.asked(everyKind())
	x, script := newTab(t, chromium(t)), axe(t)
	x.shown(360, "light")
	x.open(r.http.URL + "/q/kinds?lang=fr")
	if bytes := says[weighed](x, weight).Bytes; bytes > 40_000 {
		t.Errorf("the first screen weighs %d bytes", bytes)
	}
	first := says[string](x, `(document.querySelector('details').open = true, document.querySelector('main').innerText)`)
	for _, want := range []string{"Pour voir.", "environ", "confidentielle", "intérêt légitime", "droits@example.org", "effacer"} {
		if !strings.Contains(first, want) {
			t.Errorf("the first screen does not say %q: %s", want, first)
		}
	}
	kinds := 0
	for says[bool](x, `!!document.querySelector('form[data-survey]')`) {
		at := says[string](x, `document.querySelector('input[name=at]').value`)
		x.held(script, at)
		says[string](x, fill)
		x.when(`document.querySelector('input[name=at]')?.value !== '` + at + `'`)
		if kinds++; kinds > len(survey.Kinds) {
			t.Fatal("it never ends")
		}
	}
	if kinds != len(survey.Kinds) {
		t.Errorf("%d questions were asked", kinds)
	}
	x.held(script, "the last screen")
	if last := says[string](x, `document.querySelector('main').innerText`); !strings.Contains(last, "au revoir") || !strings.Contains(last, "Donner un avis") {
		t.Errorf("%s", last)
	}
	says[bool](x, `(() => { const f = document.querySelector('main form'); f.querySelector('[name=callback]').checked = f.querySelector('[name=quote]').checked = true; f.querySelector('[name=reach]').value = '0612345678'; f.requestSubmit(); return true })()`)
	x.when(`document.querySelector('.noted')`)
	r.heard(1)
	if said := x.complained(); said != "" {
		t.Errorf("the browser refused: %s", said)
	}
	// The address alone finds the answers again, and they may be changed.
	x.open(says[string](x, `location.href`))
	x.open(says[string](x, `document.querySelector('main .back').href`))
	x.held(script, "all answers again")
	if n := says[int](x, `document.querySelectorAll('.q').length`); n != len(survey.Kinds) {
		t.Errorf("%d answers may be changed", n)
	}
}

func TestASurveyIsAnsweredByTheKeyboard(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.surveys("contact")
	x := newTab(t, chromium(t))
	x.shown(360, "light")
	x.open(r.http.URL + "/q/contact?lang=fr")
	says[bool](x, `document.querySelector('input[type=radio]').focus() ?? true`)
	x.do(chromedp.KeyEvent(" "), chromedp.KeyEvent(kb.ArrowRight))
	x.when(`document.querySelector('input[type=radio]:checked')?.value === '2'`)
	if says[bool](x, `location.pathname.startsWith('/s/')`) {
		t.Error("an arrow sends")
	}
	if !says[bool](x, `(() => { const s = getComputedStyle(document.activeElement.nextElementSibling), i = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none' || i.outlineStyle !== 'none' || s.boxShadow !== 'none' })()`) {
		t.Error("where the focus is cannot be seen")
	}
	x.do(chromedp.KeyEvent(kb.Enter))
	x.when(`location.pathname.startsWith('/s/') && document.querySelector('input[name=at]')?.value === 'solved'`)
	r.heard(1)
	if focus := says[string](x, `document.activeElement?.tagName`); focus == "BODY" {
		t.Error("the next screen has no focus")
	}
}

func TestASurveyIsAnsweredInABrowserWithoutScript(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.surveys("contact")
	x := newTab(t, chromium(t))
	if _, err := chromedp.Call(x.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	x.shown(360, "light")
	x.do(chromedp.Navigate(r.http.URL+"/q/contact?lang=fr"), chromedp.WaitReady(chromedp.CSS("main")))
	x.do(chromedp.Click(chromedp.CSS(`.scale label:first-child`)), chromedp.Click(chromedp.CSS(`button.next`)))
	x.do(chromedp.WaitReady(chromedp.CSS(`input[name=at][value=solved]`)))
	r.heard(1)
}
