package respond_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"vigie/internal/cx"
	"vigie/internal/house"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
	"vigie/internal/record/recordtest"
	"vigie/internal/web/respond"
)

type rig struct {
	*house.House
	t    *testing.T
	http *httptest.Server
}

// open serves the pages over a house with the templates published.
func open(t *testing.T, hourly int) *rig {
	t.Helper()
	h, err := house.New(t.Context(), house.Config{Dir: t.TempDir(), Zone: time.UTC, Patience: time.Minute}, house.Deps{DB: recordtest.SQLite(t)})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Catalogue.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.StartDoor(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Stop)
	l, err := survey.Templates()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{House: h, t: t}
	for _, d := range l {
		r.publish(d)
	}
	known := func(ctx context.Context, key cx.AttributeID) (catalogue.Attribute, bool) {
		c, err := h.Catalogue.Present(ctx)
		if err != nil {
			return catalogue.Attribute{}, false
		}
		a, ok := c.Attributes[key]
		return a, ok
	}
	s, err := respond.New(respond.Deps{Attribute: known, Surveys: h.Surveys, Responses: h.Responses, Settings: h.People.Settings, Hourly: hourly,
		Preferences: &respond.Preferences{Invites: h.Invites, Answers: h.Door.Customer, Erase: h.Door.Erase, Files: h.Door.MediaOf, Metrics: h.Catalogue.Metrics,
			Audit: func(ctx context.Context, what, subject string) error {
				return h.People.Audit(ctx, people.Entry{Actor: "customer", What: what, Subject: subject})
			}},
		Face: func(people.Settings) (string, string) { return "", "" }, Theme: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	r.http = httptest.NewServer(s.Handler())
	t.Cleanup(r.http.Close)
	return r
}

func (r *rig) publish(d survey.Definition) {
	r.t.Helper()
	if _, err := r.Surveys.Save(r.t.Context(), "lea", d, -1); err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.Surveys.Publish(r.t.Context(), "lea", d.Key); err != nil {
		r.t.Fatal(err)
	}
}

type page struct {
	*goquery.Document
	status int
	path   string
	size   int
}

func (r *rig) read(res *http.Response, err error) page {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	d, err := goquery.NewDocumentFromReader(strings.NewReader(string(b)))
	if err != nil {
		r.t.Fatal(err)
	}
	return page{d, res.StatusCode, res.Request.URL.RequestURI(), len(b)}
}

func (r *rig) get(path string) page { r.t.Helper(); return r.read(http.Get(r.http.URL + path)) }

// send posts the page's form, filled.
func (r *rig) send(p page, fill url.Values) page {
	r.t.Helper()
	form := p.Find("form").First()
	action, ok := form.Attr("action")
	if !ok {
		r.t.Fatalf("no form on %s", p.path)
	}
	body := url.Values{}
	form.Find("input[type=hidden]").Each(func(_ int, s *goquery.Selection) { body.Add(s.AttrOr("name", ""), s.AttrOr("value", "")) })
	for name, values := range fill {
		body[name] = values
	}
	return r.read(http.PostForm(r.http.URL+action, body))
}

// Without a script, an unhappy customer answers to the end, asks to be called back, and it is one feedback.
func TestASurveyIsAnsweredWithoutAScript(t *testing.T) {
	r := open(t, 0)
	p := r.get("/q/delivery?lang=fr&channel=field&via=qr")
	if got := p.Find("h1").Text(); got != "Votre livraison" || p.Find("details").Length() != 1 || p.Find(".scale input").Length() != 11 {
		t.Fatalf("%q, %d details, %d points", got, p.Find("details").Length(), p.Find(".scale input").Length())
	}
	p = r.send(p, url.Values{"a.nps": {"3"}})
	if p.status != 200 || !strings.HasPrefix(p.path, "/s/") || p.Find("input[name='a.cause']").Length() != 6 {
		t.Fatalf("%d %s", p.status, p.path)
	}
	token := response.Token(strings.TrimPrefix(p.path, "/s/"))
	p = r.send(p, url.Values{"a.cause": {"late", "other"}, "t.cause": {"<script>alert(1)</script>"}})
	if got := strings.TrimSpace(p.Find(".ask").Text()); got != "Pourquoi avoir répondu 3\u202f?" {
		t.Errorf("%q", got)
	}
	p = r.send(p, url.Values{"a.why": {"Trop tard"}})
	if !strings.Contains(p.Find(".thanks").Text(), "désolés") || p.Find("input[name=callback]").Length() != 1 || p.Find("input[name=quote]").Length() != 0 {
		t.Fatalf("thanks: %s", p.Find("main").Text())
	}
	if p = r.send(p, url.Values{"callback": {"1"}, "slot": {"evening"}}); p.status != 422 || p.Find(".error").Length() != 1 {
		t.Errorf("called back, nobody knows where: %d", p.status)
	}
	p = r.send(p, url.Values{"callback": {"1"}, "reach": {"06 12 34 56 78"}, "slot": {"evening"}})
	if p.Find(".noted").Length() != 1 {
		t.Error("not noted")
	}
	one, err := r.Responses.Find(t.Context(), token)
	if err != nil || one.State != response.Complete || one.After.Reach != "06 12 34 56 78" {
		t.Fatalf("%+v %v", one, err)
	}
	l, err := r.Door.Feedbacks(t.Context(), people.Whole(), []cx.FeedbackID{one.Feedback})
	if err != nil || len(l) != 1 {
		t.Fatal(err)
	}
	f := l[0]
	if f.Scores["nps"] != 3 || f.CollectedBy != "qr" || f.Channel != "field" || f.Attributes["survey.callback"] != "evening" || len(f.Verbatims) != 2 || f.Verbatims[0].Text != "<script>alert(1)</script>" {
		t.Errorf("%+v", f)
	}
}

// Who only looks leaves no trace: a scanner that follows the links of an e-mail, with its scores, answers nothing.
func TestALookIsNoAnswer(t *testing.T) {
	r := open(t, 0)
	for _, score := range []string{"0", "7", "10", "11", "x"} {
		p := r.get("/q/delivery?score=" + score)
		if p.status != 200 {
			t.Errorf("%s: %d", score, p.status)
		}
		if chosen := p.Find("form[data-chosen]").Length() == 1; chosen != (score == "0" || score == "7" || score == "10") {
			t.Errorf("%s is shown chosen: %v", score, chosen)
		}
	}
	token, err := r.Responses.Open(t.Context(), response.Opening{Survey: "delivery", Customer: &collect.Customer{Email: "zoe@example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	p := r.get("/s/" + string(token) + "?score=9")
	if v, ok := p.Find("input[name='a.nps'][checked]").Attr("value"); !ok || v != "9" {
		t.Errorf("chosen: %q", v)
	}
	one, err := r.Responses.Find(t.Context(), token)
	if err != nil || len(one.Answers) != 0 || one.Feedback != 0 {
		t.Errorf("%+v %v", one, err)
	}
}

func TestWhatIsMissingIsAskedAgain(t *testing.T) {
	r := open(t, 0)
	p := r.send(r.get("/q/relational?lang=en"), nil)
	if p.status != http.StatusUnprocessableEntity || !strings.Contains(p.Find("[role=alert]").Text(), "needed") {
		t.Fatalf("required: %d %s", p.status, p.Find("main").Text())
	}
	p = r.send(p, url.Values{"a.nps": {"9"}})
	p = r.send(p, nil) // why is soft-required
	if p.status != http.StatusUnprocessableEntity || p.Find("input[name=insisted]").Length() != 1 {
		t.Fatalf("soft: %d %s", p.status, p.Find("main").Text())
	}
	p = r.send(p, nil)
	if p.status != 200 || p.Find("select").Length() != 5 {
		t.Fatalf("let go: %d %s", p.status, p.Find("main").Text())
	}
	p = r.send(p, url.Values{"k.priorities.listen": {"1"}, "k.priorities.keep": {"1"}})
	if p.status != http.StatusUnprocessableEntity || !strings.Contains(p.Find("[role=alert]").Text(), "place 1") {
		t.Fatalf("twice the place: %d %s", p.status, p.Find("main").Text())
	}
	p = r.send(p, url.Values{"k.priorities.listen": {"2"}, "k.priorities.keep": {"1"}})
	back := p.Find("a.back").AttrOr("href", "")
	p = r.get(back)
	if v := p.Find("select[name='k.priorities.keep'] option[selected]").AttrOr("value", ""); v != "1" {
		t.Errorf("back at %s: %q", back, v)
	}
}

func TestTheWholeSurveyMayStandOnOnePage(t *testing.T) {
	r := open(t, 0)
	p := r.send(r.get("/q/contact?lang=en"), url.Values{"a.csat": {"2"}})
	p = r.get(p.Find("a.whole").AttrOr("href", "") + "&at=csat")
	if n := p.Find(".q").Length(); n != 4 {
		t.Fatalf("%d questions", n)
	}
	p = r.send(p, url.Values{"a.csat": {"5"}, "a.solved": {"1"}, "r.aspects.reception": {"4"}, "a.why": {"fine"}})
	if p.Find(".thanks").Length() != 1 {
		t.Errorf("%s", p.Find("main").Text())
	}
}

func TestRobotsAreThankedAndNotKept(t *testing.T) {
	r := open(t, 0)
	p := r.send(r.get("/q/contact"), url.Values{"a.csat": {"5"}, "website": {"http://spam.example"}})
	if p.status != 200 || p.Find(".thanks").Length() != 1 || strings.HasPrefix(p.path, "/s/") {
		t.Errorf("%d %s", p.status, p.path)
	}
	busy := open(t, 2)
	for i, want := range []int{200, 200, 429} {
		if p := busy.send(busy.get("/q/contact"), url.Values{"a.csat": {"5"}}); p.status != want {
			t.Errorf("answer %d: %d, want %d", i, p.status, want)
		}
	}
}

func TestUnknownAddressesAnswerAlike(t *testing.T) {
	r := open(t, 0)
	if err := r.Surveys.Archive(t.Context(), "lea", "store", true); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Surveys.Save(t.Context(), "lea", survey.Definition{Key: "draft", Name: cx.Text{"fr": "x"}}, 0); err != nil {
		t.Fatal(err)
	}
	want := r.get("/q/nothing").Find("main").Text()
	for _, path := range []string{"/q/store", "/q/draft", "/q/%00", "/s/abc", "/s/" + strings.Repeat("x", 5000), "/q/a/b/c"} {
		if p := r.get(path); p.status != 404 || p.Find("main").Text() != want {
			t.Errorf("%.20s: %d %q", path, p.status, p.Find("main").Text())
		}
	}
}

// A page is small, asks nothing of anybody else, and every field has its label.
func TestPagesAreSmallAndTheirFieldsAreNamed(t *testing.T) {
	r := open(t, 0)
	l, err := survey.Templates()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range l {
		d.Display = survey.Whole
		r.publish(d)
		p := r.get("/q/" + string(d.Key))
		if p.size > 20_000 {
			t.Errorf("%s: %d bytes", d.Key, p.size)
		}
		p.Find("[src],link[href]").Each(func(_ int, s *goquery.Selection) {
			if at := s.AttrOr("src", s.AttrOr("href", "")); !strings.HasPrefix(at, "/") && at != "data:," {
				t.Errorf("%s asks %s", d.Key, at)
			}
		})
		p.Find("input:not([type=hidden]),select,textarea").Each(func(_ int, s *goquery.Selection) {
			id := s.AttrOr("id", "")
			if s.Closest("label").Length() == 0 && s.AttrOr("aria-label", "") == "" && (id == "" || p.Find("label[for='"+id+"']").Length() == 0) {
				h, _ := goquery.OuterHtml(s)
				t.Errorf("%s: a field without a label: %s", d.Key, h)
			}
		})
	}
}

// A slider that nobody moved says nothing; what is wrong on a long page is named at its top; random order is dealt from the
// first screen on, and stays while it is put right.
func TestALongPageIsPutRightAndSaysOnlyWhatWasSaid(t *testing.T) {
	r := open(t, 0)
	both := func(s string) cx.Text { return cx.Text{"fr": s} }
	d := survey.Definition{Key: "long", Name: both("Long"), Languages: []string{"fr"}, Display: survey.Whole, Sections: []survey.Section{{Random: true, Questions: []survey.Question{
		{Key: "csat", Kind: survey.CSAT, Text: both("Content ?"), Need: survey.Required}, {Key: "slide", Kind: survey.Slider, Text: both("Combien ?")}, {Key: "n", Kind: survey.Number, Text: both("Nombre")}}}}}
	r.publish(d)
	p := r.get("/q/long")
	if p.Find("input[type=number][name='a.slide']").AttrOr("value", "") != "" || p.Find("input[type=range]").AttrOr("name", "") != "" || p.Find("legend .ask").Text() != "Content\u202f?" {
		t.Errorf("%s", p.Find("form").Text())
	}
	order := func(p page) (l []string) {
		p.Find("input[name=at]").Each(func(_ int, s *goquery.Selection) { l = append(l, s.AttrOr("value", "")) })
		return l
	}
	seen := map[string]bool{}
	for range 40 {
		seen[strings.Join(order(r.get("/q/long")), " ")] = true
	}
	if len(seen) < 3 {
		t.Errorf("not in random order: %v", seen)
	}
	again := r.send(p, url.Values{"a.n": {"beaucoup"}})
	if again.status != 422 || again.Find(".error li a").Length() != 2 || strings.Join(order(again), " ") != strings.Join(order(p), " ") {
		t.Errorf("%d %s, %v then %v", again.status, again.Find(".error").Text(), order(p), order(again))
	}
	done := r.send(again, url.Values{"a.csat": {"4"}, "a.n": {"3"}})
	one, err := r.Responses.Find(t.Context(), response.Token(strings.TrimPrefix(done.path, "/s/")))
	if err != nil || len(one.Answers) != 2 || one.Answers["slide"].Number != nil {
		t.Errorf("%+v, %v", one, err)
	}
	if edit := r.get(done.Find("a.back").AttrOr("href", "")); len(order(edit)) != 3 {
		t.Errorf("a complete answer is reviewed by %v", order(edit))
	}
}
