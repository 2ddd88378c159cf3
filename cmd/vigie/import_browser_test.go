package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestAFileBecomesAJourneyWithFigures goes, in a browser, from an empty folder to a cockpit that shows a file's figures.
func TestAFileBecomesAJourneyWithFigures(t *testing.T) {
	t.Parallel()
	begun := time.Now()
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
	p.open("/listen/imports?lang=fr")
	p.choose(surveyFile(t))
	p.until("shows the first rows as feedback", `document.readyState === 'complete' && document.querySelectorAll('.import-preview .voice').length > 3 && document.querySelector('.import-preview').innerText.includes('Le technicien')`)

	// A correction is seen at once: the column of places becomes the touchpoints.
	says[bool](p, `window.same = true`)
	p.set("#f-c4-as", "touchpoint")
	p.until("preview follows", `window.same === true && document.querySelector('.import-preview').innerText.includes('Agence')`)
	p.until("touchpoints are offered", `document.querySelector('.import-go').innerText.includes('crée 3 points de contact')`)
	p.do(chromedp.Click(chromedp.CSS("#nps-2-no")))
	p.until("answered", `document.querySelector('#nps-2-no')?.checked && !document.querySelector('.htmx-request')`)

	path := says[string](p, "location.pathname")
	p.accessible(path)
	p.size(1440, "light")
	p.open(path + "?lang=fr")
	p.do(chromedp.Click(chromedp.CSS(`button[name=do][value=check]`)))
	p.until("rehearsed", `(document.querySelector('.import-go')?.innerText ?? '').includes('90 lignes lues')`)
	p.do(chromedp.Click(chromedp.CSS(`button[name=do][value=start]`)))
	p.until("imported", `(document.querySelector('main')?.innerText ?? '').includes('90 retours clients sont entrés')`)
	p.accessible(path)
	p.open("/?lang=fr")
	p.until("the cockpit shows the touchpoints with their answers", `['Agence', 'Appel', 'Technicien', 'n 30'].every(w => (document.querySelector('main')?.innerText ?? '').includes(w))`)
	t.Logf("from an empty folder to the figures of a file in %.1f s", time.Since(begun).Seconds())

	p.size(1440, "light")
	p.open(path)
	p.do(chromedp.Click(chromedp.CSS(`form[action$="/undo"] button`)))
	p.until("taken back", `(document.querySelector('main')?.innerText ?? '').includes('90 retours clients ont été retirés')`)
	p.accessible(path, "/listen/imports")
	p.unknownUnitsWait()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.complaints {
		t.Error(c)
	}
}

// unknownUnitsWait imports a file whose units nobody knows, has them wait, and looks at the quarantine.
func (p *visitor) unknownUnitsWait() {
	p.t.Helper()
	var b strings.Builder
	b.WriteString("id;date;csat;unite;libelle\n")
	for i := range 40 {
		fmt.Fprintf(&b, "%d;2026-01-%02d;%d;S%d;Service numéro %d\n", i, 1+i%28, 1+i%5, i%4, i%4)
	}
	path := filepath.Join(p.t.TempDir(), "services.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.size(1440, "light")
	p.open("/listen/imports?lang=fr")
	p.choose(path)
	p.until("the units are asked about, by their names", `document.querySelector('.import-ask')?.innerText.includes('4 entités') && document.querySelector('#f-c3-names')?.value === 'libelle'`)
	draft := says[string](p, "location.pathname")
	p.accessible(draft)
	p.size(1440, "light")
	p.open(draft + "?lang=fr")
	p.do(chromedp.Click(chromedp.CSS("#c3-unknown-wait")))
	p.until("they wait", `document.querySelector('.import-preview').innerText.includes('quarantaine')`)
	p.do(chromedp.Click(chromedp.CSS(`button[name=do][value=start]`)))
	p.until("imported", `document.querySelector('a[href="/settings/quarantine"]') !== null`)
	p.accessible("/settings/quarantine")
}

// surveyFile has three places, a rating from 0 to 10 that is no NPS, and the words.
func surveyFile(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("Identifiant;Date;Note;Commentaire;Lieu\r\n")
	for i := range 90 {
		fmt.Fprintf(&b, "%d;%s;%d;Le technicien numéro %d est venu à l’heure et tout a bien marché;%s\r\n", i, time.Now().AddDate(0, 0, -i%25).Format("02/01/2006"), i%11, i,
			[]string{"Agence", "Appel", "Technicien"}[i%3])
	}
	path := filepath.Join(t.TempDir(), "enquête.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// choose sends a file by the form of the page.
func (p *visitor) choose(path string) {
	p.t.Helper()
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#import-file"), []string{path}))
	p.do(chromedp.Click(chromedp.CSS(".import-drop button")))
	p.until("the draft", "document.querySelector('.import-grid') !== null")
}

// set chooses an option as a person does.
func (p *visitor) set(selector, value string) {
	p.t.Helper()
	says[bool](p, fmt.Sprintf(`(e => { e.value = %q; e.dispatchEvent(new Event('change', {bubbles: true})); return true })(document.querySelector(%q))`, value, selector))
}
