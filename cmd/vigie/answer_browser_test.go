package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"vigie/internal/channel/mail"
	"vigie/internal/channel/mail/mailtest"
)

// visitSurvey asks about a call, in two questions and a thanks that depends on the score.
const visitSurvey = `{"key":"after-call","name":{"fr":"Après un appel"},"languages":["fr"],"program":"transactional","touchpoint":%q,
	"welcome":{"why":{"fr":"Pour mieux répondre."}},
	"sections":[{"questions":[
		{"key":"csat","kind":"csat","need":"required","text":{"fr":"Êtes-vous satisfait de votre appel ?"},"low":{"fr":"Pas du tout"},"high":{"fr":"Tout à fait"}},
		{"key":"why","kind":"text","text":{"fr":"Que s’est-il passé ?"}}]}],
	"endings":[{"if":{"question":"csat","to":2},"call_back":true,"text":{"fr":"Pouvons-nous vous rappeler ?"}},{"text":{"fr":"Merci."}}]}`

// tell asks the program something by its API and gives what it answers.
func tell(t *testing.T, p *posting, method, address, body string, status int) string {
	t.Helper()
	r, err := p.request(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != status {
		t.Fatalf("%s %s: %s %s", method, address, r.Status, b)
	}
	return string(b)
}

// askAfter sets up by the API alone that whoever calls is written to through a mail server.
func askAfter(t *testing.T, p *posting, address, touchpoint string, post *mailtest.SMTP) {
	t.Helper()
	api := address + "/api/v1"
	channels, err := json.Marshal(map[string]any{"base": address, "mail": map[string]any{"from": map[string]any{"name": "Exemple", "email": "avis@exemple.fr"},
		"host": mailtest.Host, "port": post.Port, "user": mailtest.User, "password": mailtest.Password, "ca": post.CA, "timeout": within}})
	if err != nil {
		t.Fatal(err)
	}
	tell(t, p, http.MethodPut, api+"/surveys/after-call", fmt.Sprintf(visitSurvey, touchpoint), http.StatusCreated)
	tell(t, p, http.MethodPost, api+"/surveys/after-call/publish", "", http.StatusOK)
	// At any hour of any day: the test has no night.
	tell(t, p, http.MethodPut, api+"/invitation-policy", `{"caps":[{"n":1,"days":30}],"quiet":{"from":0,"until":0}}`, http.StatusOK)
	tell(t, p, http.MethodPut, api+"/invitation-channels", string(channels), http.StatusOK)
	tell(t, p, http.MethodPut, api+"/invitation-rules/called", `{"name":{"fr":"Après un appel"},"survey":"after-call","trigger":{"event":"call.ended"},"channels":["email"]}`, http.StatusCreated)
	for _, check := range []string{"purpose", "questions", "feed", "calendar", "council", "sales", "dpo", "closed_loop"} {
		tell(t, p, http.MethodPost, api+"/invitation-rules/called/checks", fmt.Sprintf(`{"check":%q,"made":true}`, check), http.StatusOK)
	}
	tell(t, p, http.MethodPost, api+"/invitation-rules/called/stage", `{"stage":"go"}`, http.StatusOK)
}

// scoreLink finds in a message the address behind one point of its first question.
func scoreLink(t *testing.T, raw []byte, score string) string {
	t.Helper()
	l, err := mail.Read(raw)
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`https?://\S+/s/\S+`).FindString(l.Text)
	if link == "" {
		t.Fatalf("no address to answer at:\n%s", l.Text)
	}
	return link + "?score=" + score
}

// TestAnEventBecomesAMailThatIsAnsweredOnAPhoneAndMovesTheCockpit is the whole of listening, through the real program and a
// real mail server.
func TestAnEventBecomesAMailThatIsAnsweredOnAPhoneAndMovesTheCockpit(t *testing.T) {
	t.Parallel()
	data := folder(t)
	s := serve(t, "--data", data)
	if out, _, err := tryVigie(t, "un mot de passe assez long\n", "user", "add", "a@exemple.fr", "--role", "administrator", "--data", data); err != nil {
		t.Fatal(out, err)
	}
	secret, _ := vigie(t, "key", "add", "test", "--role", "administrator", "--data", data)
	poster := &posting{key: strings.TrimSpace(secret), acknowledged: map[string]int64{}}
	poster.put(t, s.address)
	for i := range 3 {
		send(t, poster, s.address, fmt.Sprintf(`{"source":"web","source_id":"%d","at":%q,"touchpoint":"call","scores":{"csat":5}}`, i, time.Now().UTC().Format(time.RFC3339)))
	}
	post := mailtest.NewSMTP(t, mailtest.Options{})
	askAfter(t, poster, s.address, "call", post)

	desk := newVisitor(t, s.address)
	desk.size(1440, "light")
	link, _ := vigie(t, "user", "link", "a@exemple.fr", "--data", data, "--listen", strings.TrimPrefix(s.address, "http://"))
	desk.open(strings.TrimPrefix(strings.TrimSpace(link), s.address))
	desk.press(map[string]string{})
	desk.open("/cockpit?lang=fr")
	const main = "(document.querySelector('main')?.innerText ?? '')"
	desk.until("three answers are shown", main+".includes('3 réponses')")
	desk.until("listening", "document.body.dataset.liveUrl !== undefined")
	says[bool](desk, "window.same = true")

	tell(t, poster, http.MethodPost, s.address+"/api/v1/events", fmt.Sprintf(`{"event":"call.ended","at":%q,"customer":{"ref":"C1","name":"Zoé Martin","email":"zoe@exemple.fr"},"touchpoint":"call","id":"A1"}`,
		time.Now().UTC().Format(time.RFC3339)), http.StatusCreated)
	waiting, stop := context.WithTimeout(t.Context(), within)
	defer stop()
	got := post.Wait(waiting, 1)
	if len(got) != 1 || got[0].To != "zoe@exemple.fr" || !got[0].TLS || got[0].User != mailtest.User {
		t.Fatalf("no message came as it should: %+v", got)
	}
	two := scoreLink(t, got[0].Raw, "2")
	if !strings.Contains(string(got[0].Raw), "score=3D2") && !strings.Contains(string(got[0].Raw), "score=2") {
		t.Error("the message has no button for that score")
	}
	for range 2 { // what looks for harm behind links follows them first
		tell(t, poster, http.MethodGet, two, "", http.StatusOK)
	}
	if l := tell(t, poster, http.MethodGet, s.address+"/api/v1/invitations?state=answered", "", http.StatusOK); strings.Contains(l, "after-call") {
		t.Errorf("a link followed by a machine is an answer: %s", l)
	}

	phone := desk.beside()
	phone.byHand()
	phone.size(360, "light")
	phone.open(strings.TrimPrefix(two, s.address))
	phone.until("the score of the link has counted, the next question is there", "document.querySelector('input[name=at]')?.value === 'why'")
	desk.until("the figure has moved by itself", "window.same === true && "+main+".includes('4 réponses')")
	for _, v := range phone.axe() {
		t.Error("the second question:", v)
	}
	says[bool](phone, "(document.querySelector('textarea').value = 'Coupé au bout de dix minutes.', document.querySelector('form[data-survey]').requestSubmit(), true)")
	phone.until("thanked as who is unhappy is", main+".includes('vous rappeler')")
	says[bool](phone, "(f => (f.callback.checked = true, f.requestSubmit(), true))(document.querySelector('main form').elements.callback.form)")
	phone.until("the call back is noted", "document.querySelector('.noted') !== null")
	if says[bool](phone, "document.documentElement.scrollWidth > innerWidth") {
		t.Error("the last screen scrolls sideways")
	}
	desk.until("the words came too", "window.same === true && "+main+".includes('Coupé au bout de dix minutes.')")
	if l := tell(t, poster, http.MethodGet, s.address+"/api/v1/invitations?state=answered", "", http.StatusOK); !strings.Contains(l, "after-call") {
		t.Errorf("the invitation is not answered: %s", l)
	}
	for _, p := range []*visitor{desk, phone} {
		p.mu.Lock()
		for _, c := range p.complaints {
			t.Error(c)
		}
		p.mu.Unlock()
	}
}

// byHand hides from pages that a program drives the browser: a score in a link counts for a person alone.
func (p *visitor) byHand() {
	p.t.Helper()
	hide := page.AddScriptToEvaluateOnNewDocumentParams{Source: "Object.defineProperty(Navigator.prototype, 'webdriver', {get: () => false})"}
	if _, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, hide); err != nil {
		p.t.Fatal(err)
	}
}

// beside opens another tab of the same browser.
func (p *visitor) beside() *visitor {
	p.t.Helper()
	ctx, stop := chromedp.NewContext(p.ctx)
	p.t.Cleanup(stop)
	b := &visitor{t: p.t, ctx: ctx, address: p.address}
	b.do(chromedp.Navigate("about:blank"))
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		p.t.Fatal(err)
	}
	return b
}
