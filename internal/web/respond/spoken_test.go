package respond_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/response"
	"vigie/internal/people"
)

// step is what a widget reads.
type step struct {
	Title, Lang, Action, Page, Done string
	Last, More                      bool
	Ignored                         []string
	Opening                         *struct{ Who, Long string }
	Questions                       []struct {
		Key, Kind, Text, Error string
		Points                 []struct{ Value, Label, Face string }
		Choices                []struct{ Key, Text string }
	}
	Error string

	status int
	head   http.Header
}

// ask reads a step as a script of another site does.
func (r *rig) ask(method, address string, form url.Values) step {
	r.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequest(method, r.http.URL+address, body)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Origin", "https://www.filambre.example")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	out := step{status: res.StatusCode, head: res.Header}
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		r.t.Fatalf("%s: %v", address, err)
	}
	return out
}

func TestASiteAsksAndAnswersAcrossOrigins(t *testing.T) {
	r := open(t, 0)
	if err := r.Catalogue.PutAttribute(t.Context(), "lea", catalogue.Attribute{Key: "plan", Type: catalogue.TextAttribute}); err != nil {
		t.Fatal(err)
	}
	if err := r.Catalogue.PutAttribute(t.Context(), "lea", catalogue.Attribute{Key: "nickname", Type: catalogue.TextAttribute, Personal: true}); err != nil {
		t.Fatal(err)
	}
	s := r.ask("GET", "/q/contact?lang=fr&channel=web&x.plan=pro&x.nickname=zoe&x.invented=1", nil)
	if s.status != 200 || s.head.Get("Access-Control-Allow-Origin") != "*" || s.head.Get("Access-Control-Allow-Credentials") != "" || len(s.head.Values("Set-Cookie")) > 0 {
		t.Fatalf("%d %v", s.status, s.head)
	}
	if s.Lang != "fr" || s.Opening == nil || len(s.Questions) != 1 || s.Questions[0].Kind != "csat" || len(s.Questions[0].Points) != 5 {
		t.Fatalf("%+v", s)
	}
	if len(s.Ignored) != 2 {
		t.Errorf("taken although nothing or nobody may say it: %v", s.Ignored)
	}
	wrong := r.ask("POST", s.Action, url.Values{"at": {"csat"}, "a.csat": {"12"}})
	if wrong.status != 422 || wrong.Questions[0].Error == "" {
		t.Errorf("%d %+v", wrong.status, wrong.Questions)
	}
	s = r.ask("POST", s.Action, url.Values{"at": {"csat"}, "a.csat": {"2"}})
	if s.status != 200 || !strings.HasPrefix(s.Action, "/s/") || s.head.Get("Access-Control-Allow-Origin") != "*" {
		t.Fatalf("%d %+v", s.status, s)
	}
	token := response.Token(strings.TrimPrefix(s.Action, "/s/"))
	for range 9 {
		form := url.Values{}
		for _, q := range s.Questions {
			form.Add("at", q.Key)
			form.Add("insisted", q.Key)
			if len(q.Points) > 0 {
				form.Set("a."+q.Key, q.Points[0].Value)
			} else if q.Kind == "text" {
				form.Set("a."+q.Key, "Personne ne rappelle")
			}
		}
		if s = r.ask("POST", s.Action, form); s.Done != "" {
			break
		}
	}
	if s.Done == "" || s.Action != "" {
		t.Fatalf("not at its end: %+v", s)
	}
	one, err := r.Responses.Find(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	l, err := r.Door.Feedbacks(t.Context(), people.Whole(), []cx.FeedbackID{one.Feedback})
	if err != nil || len(l) != 1 {
		t.Fatalf("%d, %v", len(l), err)
	}
	if f := l[0]; f.Scores["csat"] != 2 || f.CollectedBy != "web" || f.Channel != "web" || f.Attributes["plan"] != "pro" || f.Attributes["nickname"] != nil || f.Attributes["invented"] != nil {
		t.Errorf("%+v", f)
	}
}

func TestWhatAnotherSiteMayDo(t *testing.T) {
	r := open(t, 0)
	if s := r.ask("GET", "/q/none", nil); s.status != 404 || s.Error == "" || s.head.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%d %+v", s.status, s)
	}
	for name, c := range map[string]struct {
		method, accept string
		want           [3]string
	}{
		"a page is not for scripts of other sites": {"GET", "text/html", [3]string{"200", "", ""}},
		"asked before": {"OPTIONS", "*/*", [3]string{"204", "*", "GET, POST"}},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequest(c.method, r.http.URL+"/q/contact", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Accept", c.accept)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			got := [3]string{res.Status[:3], res.Header.Get("Access-Control-Allow-Origin"), res.Header.Get("Access-Control-Allow-Methods")}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAKioskAnswersForAKiosk(t *testing.T) {
	r := open(t, 0)
	p := r.get("/q/contact?kiosk=1&lang=en")
	if _, is := p.Find("html").Attr("data-kiosk"); !is || p.Find("html").AttrOr("data-again", "") != "Start again" || p.Find("script[src*=kiosk]").Length() != 1 {
		t.Fatal(p.Find("html").AttrOr("lang", ""))
	}
	p = r.send(p, url.Values{"a.csat": {"4"}})
	one, err := r.Responses.Find(t.Context(), response.Token(strings.TrimPrefix(p.path, "/s/")))
	if err != nil || one.CollectedBy != "kiosk" {
		t.Errorf("%+v, %v", one, err)
	}
}
