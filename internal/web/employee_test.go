package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/listen/survey"
	"vigie/internal/people"
)

// movesByItself is what a page says that another look changes: the hour, how long ago, numbers drawn for one use.
var movesByItself = regexp.MustCompile(`à l’instant|il y a \d+ \p{L}+|\d{1,2} h \d\d|\d{1,2}:\d\d(:\d\d(\.\d+)?)?|"exported": "[^"]*"`)

// said is what everybody who may look reads at every address of the pages: the words of pages, files as they are.
func (b *browser) said(examples map[string]string, r *rig) map[string]string {
	b.t.Helper()
	out := map[string]string{}
	addresses := []string{"/explorer?indicator=enps&by=month", "/explorer?indicator=enps&by=unit.agency&as=csv", "/explorer?indicator=enps&by=touchpoint&as=csv", "/verbatims?q=outils", "/feedbacks/1", "/feedbacks/2000",
		"/listen/invitations?state=answered"}
	for _, x := range r.server.Routes() {
		address, ok := examples[x.Path]
		if !ok {
			address = strings.TrimSuffix(x.Path, "{$}")
		}
		trail := strings.HasPrefix(x.Path, "/settings/audit") || strings.HasSuffix(x.Path, ".zip") // who looked; files whose words are read beside it, with the hour
		if x.Method == "GET" && !strings.HasSuffix(x.Path, stream) && !strings.Contains(address, "{") && !trail && !strings.HasPrefix(x.Path, "/dev/") && !strings.HasPrefix(x.Path, "/enter/") {
			addresses = append(addresses, address)
		}
	}
	for _, address := range addresses {
		p := b.get(address)
		text := p.body
		if strings.HasPrefix(p.header.Get("Content-Type"), "text/html") {
			text = squeeze(p.Find("body").Text())
		}
		out[address] = fmt.Sprint(p.status, " ", movesByItself.ReplaceAllString(text, "…"))
	}
	return out
}

// staff publishes a survey of employees and gives the address that everybody has.
func (r *rig) staff() string {
	r.t.Helper()
	d, err := survey.ParseYAML([]byte(`
key: staff
name: {fr: Vos outils}
languages: [fr]
audience: employee
privacy: anonymous
program: relational
display: whole
sections:
  - questions:
      - {key: enps, kind: nps, metric: enps, text: {fr: Recommandez-vous ?}}
      - {key: why, kind: text, text: {fr: Pourquoi ?}}
`))
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.Surveys.Save(r.t.Context(), "lea", d, -1); err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.Surveys.Publish(r.t.Context(), "lea", d.Key); err != nil {
		r.t.Fatal(err)
	}
	return "/q/staff?unit=nantes&touchpoint=technician&via=kiosk"
}

// TestAnEmployeesAnswerMovesNoPage: the moment before and the moment after an employee answered, every page says the same, and
// an open page hears that something moved and nothing of what.
func TestAnEmployeesAnswerMovesNoPage(t *testing.T) {
	t.Parallel()
	r, b, examples := furnished(t)
	address, colleague := r.staff(), r.browser()
	said := func(why string) page {
		t.Helper()
		p := colleague.post(address, url.Values{"at": {"enps", "why"}, "a.enps": {"2"}, "a.why": {why}})
		if p.status != 200 || !strings.HasPrefix(p.path, "/s/") {
			t.Fatalf("answering: %d %s %.300s", p.status, p.path, squeeze(p.Find("body").Text()))
		}
		r.settle()
		return p
	}
	said("Rien")            // that a scale was ever answered is told: it changes no more
	_ = b.said(examples, r) // a first look may leave a trace: recently seen, last used
	before := b.said(examples, r)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	events := b.listen(ctx, "/live", "")
	p := said("Outils trop lents")
	if e := next(t, events); !regexp.MustCompile(`^changed [0-9a-f-]+[.:/-]?[0-9]+$`).MatchString(e) {
		t.Errorf("an open page hears %q", e)
	}
	after := b.said(examples, r)
	if d := cmp.Diff(before, after); d != "" || len(before) < 80 {
		t.Errorf("%d addresses: %s", len(before), d)
	}
	for at, text := range after {
		if strings.Contains(text, "Outils trop") {
			t.Errorf("%s: %.200s", at, text)
		}
	}
	if p := r.as(r.user(people.Manager, "west")).get("/verbatims?q=outils"); strings.Contains(p.body, "trop lents") {
		t.Error("searched and found")
	}
	if p.header.Get("Cache-Control") != "no-store" || p.header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("the address to resume is kept or handed on: %v", p.header)
	}
	if res, err := http.Get(r.http.URL + p.path); err != nil || res.StatusCode != 200 {
		t.Errorf("resumed: %v %v", res, err)
	}
}
