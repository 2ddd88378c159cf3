package respond_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/channel/mail"
	"vigie/internal/channel/mail/mailtest"
	"vigie/internal/channel/sms"
	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/media"
	"vigie/internal/people"
)

// customer gives the token of the page of one who answered, and who that is.
func (r *rig) customer() (string, cx.PersonID) {
	r.t.Helper()
	ctx := r.t.Context()
	l, err := r.Invites.Want(ctx, invite.Wanted{Survey: "contact", Customer: &collect.Customer{Email: "zoe@example.org", Phone: "0600000001"}})
	if err != nil {
		r.t.Fatal(err)
	}
	path, err := r.OpenInvitation(ctx, l)
	if err != nil {
		r.t.Fatal(err)
	}
	p := r.get(path)
	name, _ := p.Find("form[data-survey] input[type=radio]").First().Attr("name")
	value, _ := p.Find("form[data-survey] input[type=radio]").Last().Attr("value")
	r.send(p, url.Values{name: {value}})
	token, err := r.Invites.PreferenceToken(ctx, l.Identity)
	if err != nil {
		r.t.Fatal(err)
	}
	return token, l.Person
}

func (r *rig) preference(token string, form url.Values) page {
	r.t.Helper()
	return r.read(http.PostForm(r.http.URL+"/p/"+token, form))
}

func (r *rig) standing(id cx.PersonID) invite.Standing {
	r.t.Helper()
	st, err := r.Invites.StandingOf(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return st
}

func TestAPersonSaysHowTheyWantToBeAsked(t *testing.T) {
	r := open(t, 0)
	token, person := r.customer()
	l, err := r.Invites.Of(t.Context(), people.Whole(), person)
	if err != nil || len(l) != 1 || l[0].State != invite.Answered {
		t.Fatalf("the answer did not reach the invitation: %+v %v", l, err)
	}
	p := r.get("/p/" + token)
	if p.status != http.StatusOK || p.Find("input[name=topic]").Length() == 0 || p.Find(".answered").Length() != 1 {
		t.Fatalf("%d: %d topics, %d answers", p.status, p.Find("input[name=topic]").Length(), p.Find(".answered").Length())
	}
	for lang, title := range map[string]string{"fr": "Ce que nous vous demandons", "en": "What we ask you"} {
		p := r.get("/p/" + token + "?lang=" + lang)
		if p.Find("h1").Text() != title || p.Find(`header nav a[hreflang]`).Length() != 1 || p.Find(`form[action$="?lang=`+lang+`"]`).Length() == 0 {
			t.Errorf("%s: %q", lang, p.Find("h1").Text())
		}
	}
	m, err := r.Media.Put(t.Context(), strings.NewReader("%PDF-1.7 facture"), media.Upload{Name: "facture.pdf"})
	if err != nil {
		t.Fatal(err)
	}
	sent, err := r.Door.Put(t.Context(), "", collect.Incoming{Source: "test", SourceID: "filed", At: time.Now(), Media: []cx.MediaID{m.ID}, Customer: &collect.Customer{Email: "zoe@example.org"}})
	if err != nil || sent.Verdict != collect.Accepted {
		t.Fatalf("%+v %v", sent, err)
	}
	if said := r.get("/p/" + token).Find(".answered .sent li").Text(); !strings.Contains(said, "facture.pdf") {
		t.Errorf("the file they sent is not told: %q", said)
	}
	r.preference(token, url.Values{"do": {"erase"}, "answer": {fmt.Sprint(sent.ID)}})
	p = r.preference(token, url.Values{"do": {"wishes"}, "topic": {"contacts"}, "channel": {"email"}, "yearly": {"2"}, "pause": {"3"}})
	st := r.standing(person)
	if p.status != http.StatusOK || st.Topics["contacts"] || !st.Channels["sms"] || st.Channels["email"] || st.Yearly != 2 || st.Paused.IsZero() || len(st.Topics) == 0 {
		t.Fatalf("%d %+v", p.status, st)
	}
	p = r.preference(token, url.Values{"do": {"object"}})
	if st := r.standing(person); !st.Objection || st.Yearly != 2 || p.Find("input[name=topic]").Length() != 0 {
		t.Fatalf("%+v", st)
	}
	r.preference(token, url.Values{"do": {"accept"}})
	if r.standing(person).Objection {
		t.Fatal("the objection was not withdrawn")
	}
	answer, _ := r.get("/p/" + token).Find("input[name=answer]").Attr("value")
	if p = r.preference(token, url.Values{"do": {"erase"}, "answer": {answer}}); p.Find(".answered").Length() != 0 || answer == "" {
		t.Fatalf("the answer is still there: %d", p.status)
	}
	trail, err := r.People.Trail(t.Context(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for _, e := range trail {
		kept = append(kept, e.Actor+" "+e.What+" "+e.Subject)
	}
	me := fmt.Sprint("person:", person)
	if d := cmp.Diff([]string{"customer feedback.erase " + answer, "customer invitation.accept " + me, "customer invitation.object " + me, fmt.Sprint("customer feedback.erase ", sent.ID)}, kept); d != "" {
		t.Error(d)
	}
	if p = r.preference(token, url.Values{"do": {"erase"}, "answer": {"1"}}); p.status != http.StatusNotFound {
		t.Fatalf("an answer that is none of theirs: %d", p.status)
	}
}

// A mail program posts and shows nothing; a scanner that follows links gets a page and changes nothing.
func TestOneClickStopsAndALinkFollowedDoesNot(t *testing.T) {
	r := open(t, 0)
	token, person := r.customer()
	if p := r.get("/p/" + token + "/stop"); p.status != http.StatusOK || r.standing(person).Off {
		t.Fatalf("a GET stopped everything: %d", p.status)
	}
	program := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }} // RFC 8058, 3.1
	p := r.read(program.Post(r.http.URL+"/p/"+token+"/stop", "application/x-www-form-urlencoded", strings.NewReader("List-Unsubscribe=One-Click")))
	if st := r.standing(person); p.status != http.StatusOK || !st.Off || st.Objection {
		t.Fatalf("%d %+v", p.status, st)
	}
	for _, wrong := range []string{"nobody", token[:len(token)-1] + "x", "Ag" + token[2:] + "A"} {
		if p := r.get("/p/" + wrong); p.status != http.StatusNotFound {
			t.Errorf("%s: %d", wrong, p.status)
		}
	}
}

// A short message is answered by a short message; a doubtful number is kept as words; STOP stops.
func TestAShortMessageIsAnswered(t *testing.T) {
	r := open(t, 0)
	gate := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(gate.Close)
	ctx := t.Context()
	r.must(r.Invites.SetChannels(ctx, invite.Channels{Base: r.http.URL, SMS: &sms.GatewayConfig{URL: gate.URL, From: "Vigie"}}))
	r.goes("contact")
	for i, phone := range []string{"0600000001", "0600000002"} {
		r.happens(collect.Customer{Ref: strconv.Itoa(i), Phone: phone})
	}
	r.work()
	heard, err := r.HearSMS(ctx, "+33600000001", "5 merci")
	if err != nil || heard.Score == nil || *heard.Score != 5 {
		t.Fatalf("%+v %v", heard, err)
	}
	if heard, err = r.HearSMS(ctx, "06 00 00 00 02", "4 ou 5"); err != nil || heard.Score != nil || heard.Words != "4 ou 5" {
		t.Fatalf("%+v %v", heard, err)
	}
	for ref, want := range map[string]string{"0": "5", "1": "4 ou 5"} {
		who, err := r.Customers.Find(ctx, people.Whole(), ref)
		r.must(err)
		_, said, err := r.Door.Customer(ctx, people.Whole(), who.ID)
		r.must(err)
		if len(said) != 1 || !strings.Contains(fmt.Sprint(said[0].Scores, said[0].Verbatims), want) {
			t.Errorf("%s said %+v", ref, said)
		}
		if ref == "1" {
			if heard, err := r.HearSMS(ctx, "0600000002", "STOP"); err != nil || !heard.Stop || !r.standing(who.ID).Channels["sms"] {
				t.Errorf("STOP: %+v %v %+v", heard, err, r.standing(who.ID))
			}
		}
	}
	if heard, err := r.HearSMS(ctx, "0699999999", "10"); err != nil || heard.Invitation != 0 {
		t.Fatalf("somebody never asked: %+v %v", heard, err)
	}
}

// From what happened to the figure: an event, the mail that arrives, its button, the answer, the feedback. Whoever only follows
// the link answers nothing.
func TestAMailIsAnswered(t *testing.T) {
	r := open(t, 0)
	ctx := t.Context()
	server := mailtest.NewSMTP(t, mailtest.Options{Plain: true})
	r.must(r.Invites.SetChannels(ctx, invite.Channels{Base: r.http.URL, Mail: &mail.Config{Server: mail.Server{Host: "127.0.0.1", Port: server.Port, TLS: mail.None}, From: mail.Address{Email: "avis@example.org"}}}))
	r.goes("contact")
	r.happens(collect.Customer{Ref: "Z", Email: "zoe@example.org"})
	r.work()
	l, err := mail.Read(server.Messages()[0].Raw)
	r.must(err)
	link := regexp.MustCompile(`/s/[\w-]+`).FindString(l.Text)
	p := r.get(link + "?score=4")
	who, err := r.Customers.Find(ctx, people.Whole(), "Z")
	r.must(err)
	if _, said, err := r.Door.Customer(ctx, people.Whole(), who.ID); err != nil || len(said) != 0 {
		t.Fatalf("a link followed is an answer: %+v %v", said, err)
	}
	chosen, _ := p.Find("input[type=radio][checked]").Attr("value")
	name, _ := p.Find("input[type=radio][checked]").Attr("name")
	if chosen != "4" {
		t.Fatalf("%q is chosen", chosen)
	}
	r.send(p, url.Values{name: {chosen}})
	_, said, err := r.Door.Customer(ctx, people.Whole(), who.ID)
	if err != nil || len(said) != 1 || said[0].CollectedBy != "email" || len(said[0].Scores) != 1 {
		t.Fatalf("%+v %v", said, err)
	}
	asked, err := r.Invites.Of(ctx, people.Whole(), who.ID)
	if err != nil || len(asked) != 1 || asked[0].State != invite.Answered {
		t.Fatalf("%+v %v", asked, err)
	}
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// goes makes a rule that puts a survey to everybody at once, at any hour.
func (r *rig) goes(survey string) {
	r.t.Helper()
	ctx := r.t.Context()
	r.must(r.Invites.SetPolicy(ctx, invite.Policy{}))
	r.must(r.Invites.SaveRule(ctx, "test", invite.Rule{Key: "asked", Name: cx.Text{"fr": "Demande"}, Survey: cx.SurveyID(survey), Trigger: invite.Trigger{Event: "happened"}}, 0))
	for _, c := range invite.Checklist() {
		r.must(r.Invites.Checked(ctx, "test", "asked", c, "", true))
	}
	r.must(r.Invites.Decide(ctx, "test", "asked", invite.Going, ""))
}

func (r *rig) happens(c collect.Customer) {
	r.t.Helper()
	_, err := r.Invites.Receive(r.t.Context(), []invite.Happening{{Event: "happened", At: time.Now(), Customer: &c}})
	r.must(err)
}

// work plans and sends until nothing is left to do.
func (r *rig) work() {
	r.t.Helper()
	for again := true; again; {
		var err error
		again, err = r.Inviting.RunOnce(r.t.Context())
		r.must(err)
	}
}

func TestTheImageOfAMessageLooksTheSameWhateverItTells(t *testing.T) {
	r := open(t, 0)
	for _, token := range []string{"AQ.none", "none"} {
		res, err := http.Get(r.http.URL + "/p/" + token + "/seen.gif")
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "image/gif" || http.DetectContentType(b) != "image/gif" {
			t.Errorf("%s: %d %s", token, res.StatusCode, res.Header.Get("Content-Type"))
		}
		_ = res.Body.Close()
	}
}
