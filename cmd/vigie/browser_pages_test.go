package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// signedIn serves an empty house and gives its administrator in front of a browser.
func signedIn(t *testing.T, options ...string) (*visitor, *running) {
	t.Helper()
	data := folder(t)
	s := serve(t, append([]string{"--data", data}, options...)...)
	out, _, err := tryVigie(t, "un mot de passe assez long\n", "user", "add", "a@exemple.fr", "--role", "administrator", "--data", data)
	if err != nil {
		t.Fatal(out, err)
	}
	link, _ := vigie(t, "user", "link", "a@exemple.fr", "--data", data, "--listen", strings.TrimPrefix(s.address, "http://"))
	p := newVisitor(t, s.address)
	p.do(chromedp.Navigate(strings.TrimSpace(link)))
	p.press(map[string]string{})
	p.until("in", "document.querySelector('nav.rail') !== null")
	return p, s
}

// axe gives what is wrong in the page as it is now.
func (p *visitor) axe() []string {
	p.t.Helper()
	says[bool](p, axeScript(p.t)+";true")
	return says[[]string](p, violations)
}

func TestThePaletteLeadsAnywhereByKeyboard(t *testing.T) {
	t.Parallel()
	p, _ := signedIn(t)
	p.open("/?lang=fr")
	says[bool](p, "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'k', ctrlKey: true, bubbles: true}))")
	p.until("places are listed", "document.querySelectorAll('[role=option]').length > 3 && document.activeElement.getAttribute('role') === 'combobox'")
	for _, v := range p.axe() {
		t.Error("the open palette:", v)
	}
	p.do(chromedp.KeyEvent("Cles"))
	p.until("one place is left", "document.querySelectorAll('[role=option]').length === 1")
	if got := says[string](p, "document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.getAttribute('href') ?? ''"); got != "/settings/keys" {
		t.Errorf("the active option is %q", got)
	}
	p.do(chromedp.KeyEvent("\r"))
	p.until("on the keys, its script at work", "location.pathname === '/settings/keys' && document.readyState === 'complete'")
	says[bool](p, "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'k', metaKey: true, bubbles: true}))")
	p.until("open", "document.querySelector('[data-palette]').open")
	p.do(chromedp.KeyEvent("\x1b"))
	p.until("closed by Escape", "!document.querySelector('[data-palette]').open")
}

func TestComponentsAndTheirHelpAreAccessible(t *testing.T) {
	t.Parallel()
	p, _ := signedIn(t, "--dev")
	p.accessible("/go?q=a")
	p.size(360, "light")
	p.open("/dev/ui?lang=fr")
	says[bool](p, "(document.querySelector('.help').focus(), true)")
	p.do(chromedp.KeyEvent("\r"))
	p.until("the help is open", "document.querySelector('.help-box:popover-open') !== null")
	for _, v := range p.axe() {
		t.Error("the open help:", v)
	}
	p.do(chromedp.KeyEvent("\x1b"))
	p.until("the help is closed, its button has the focus", "document.querySelector('.help-box:popover-open') === null && document.activeElement.matches('.help')")
}

func TestWithoutTheServerAPageSaysSoAndNothingElseWasKept(t *testing.T) {
	t.Parallel()
	p, s := signedIn(t)
	says[bool](p, "navigator.serviceWorker.ready.then(r => r.active !== null)")
	p.open("/verbatims")
	p.open("/settings/people")
	kept := says[[]string](p, `caches.keys().then(names => Promise.all(names.map(n => caches.open(n).then(c => c.keys())))).then(all => all.flat().map(r => new URL(r.url).pathname))`)
	offline := false
	for _, k := range kept {
		offline = offline || k == "/offline"
		if k != "/offline" && !strings.HasPrefix(k, "/assets/") {
			t.Errorf("the browser keeps %s", k)
		}
	}
	if !offline {
		t.Fatalf("no offline page among %v", kept)
	}
	s.kill()
	p.open("/verbatims?lang=fr")
	p.until("says that there is no network", "document.querySelector('.state') !== null && document.querySelector('nav.rail') === null")
}
