package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestACustomerIsFoundAndReadBeforeACallByHand searches by name, reads the temperature on one phone screen, merges two who are
// one and takes it back, and holds every page to axe.
func TestACustomerIsFoundAndReadBeforeACallByHand(t *testing.T) {
	t.Parallel()
	data := folder(t)
	s := serve(t, "--data", data)
	if _, diag, err := tryVigie(t, "un mot de passe assez long\n", "user", "add", "ada@exemple.fr", "--role", "director", "--lang", "fr", "--data", data); err != nil {
		t.Fatal(err, diag)
	}
	secret, _ := vigie(t, "key", "add", "test", "--role", "administrator", "--data", data)
	poster := &posting{key: strings.TrimSpace(secret), acknowledged: map[string]int64{}}
	now := time.Now().UTC()
	for i, x := range []struct {
		ref, words string
		days, csat int
	}{{"A1", "Personne n’est venu, j’ai attendu toute la matinée.", 3, 1}, {"A1", "", 40, 4}, {"A1", "Bien reçu.", 80, 5}, {"B2", "Très bien.", 5, 5}} {
		send(t, poster, s.address, fmt.Sprintf(`{"source":"web","source_id":"%d","at":%q,"channel":"field","lang":"fr","scores":{"csat":%d},"verbatim":%q,
			"customer":{"ref":%q,"name":"Denis Lambert","email":"%s@exemple.fr","status":"customer"},"attributes":{"segment":"premium","offer":"duo"}}`,
			i, now.AddDate(0, 0, -x.days).Format(time.RFC3339), x.csat, x.words, x.ref, strings.ToLower(x.ref)))
	}
	p := newVisitor(t, s.address)
	p.size(360, "light")
	link, _ := vigie(t, "user", "link", "ada@exemple.fr", "--data", data, "--listen", strings.TrimPrefix(s.address, "http://"))
	p.open(strings.TrimPrefix(strings.TrimSpace(link), s.address))
	p.press(map[string]string{})
	p.open("/customers")
	p.press(map[string]string{"who": "lambert den"})
	p.until("both found, nothing typed in the address", "document.querySelectorAll('.persons > li').length === 2 && location.search === ''")
	p.do(chromedp.Click(chromedp.CSS(".persons a")))
	p.until("reading the customer", "location.pathname.startsWith('/customers/') && document.querySelectorAll('.voices > li').length === 3")
	at := says[string](p, "location.pathname")

	says[bool](p, "window.same = true")
	p.do(chromedp.MouseEvent(chromedp.MouseMoved, 1, 1)) // nothing moves under a hand
	send(t, poster, s.address, fmt.Sprintf(`{"source":"web","source_id":"live","at":%q,"channel":"field","lang":"fr","scores":{"csat":2},"verbatim":"Toujours personne.","customer":{"ref":"A1"}}`, now.Format(time.RFC3339)))
	p.until("the answer joins the line by itself, marked", "window.same === true && document.querySelectorAll('.voices > li').length === 4 && document.querySelector('.voice.new').innerText.includes('Toujours personne')")
	p.reachesAll("/customers")
	p.reachesAll(at)

	p.do(chromedp.EmulateViewport(360, 740))
	p.do(chromedp.Click(chromedp.CSS(`main a[href$="/temperature"]`)))
	p.until("warned", "(document.querySelector('.temperature')?.innerText ?? '').includes('Excusez-vous d’abord')")
	if bottom, free := says[float64](p, "document.querySelector('.temperature').getBoundingClientRect().bottom"), says[float64](p, "document.querySelector('.rail').getBoundingClientRect().top"); bottom > free {
		t.Errorf("the temperature ends at %.0f, the screen at %.0f", bottom, free)
	}

	p.open(at + "/merge")
	p.press(map[string]string{"who": "B2"})
	p.do(chromedp.Click(chromedp.CSS(".persons a")))
	p.until("side by side", "location.search.startsWith('?with=')")
	merge := says[string](p, "location.pathname+location.search")
	p.size(1440, "light")
	p.open(merge + "&lang=fr")
	p.press(map[string]string{})
	p.until("one", "document.querySelectorAll('.voices > li').length === 5")
	p.do(chromedp.Click(chromedp.CSS(".toast .undo")))
	p.until("two again", "document.querySelectorAll('.voices > li').length === 4")
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.complaints) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(p.complaints, "; "))
	}
}
