package web_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
)

// published makes the survey of a template and publishes it.
func published(t *testing.T, b *browser, key string) page {
	t.Helper()
	p := b.post("/listen/surveys/new", url.Values{"do": {"template"}, "template": {key}})
	p = b.post("/listen/surveys/"+key, url.Values{"do": {"publish"}, "base": {p.base()}})
	p.has(t, ".toasts", "version 1")
	return p
}

func TestHowPeopleAnswerIsShownAndExported(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user("administrator", ""))
	status(t, b.get("/listen/surveys/none/answering"), 404)
	published(t, b, "contact")
	b.get("/listen/surveys/contact/answering").has(t, "main", "Personne n’a commencé")
	five := 5.0
	for range 3 {
		token, err := r.Responses.Open(t.Context(), response.Opening{Survey: "contact"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Responses.Answer(t.Context(), token, response.Said{Answers: map[survey.QuestionID]survey.Answer{"csat": {Number: &five}}}); err != nil {
			t.Fatal(err)
		}
	}
	p := b.get("/listen/surveys/contact/answering?days=7")
	if n := p.Find(".walk li").Length(); n != 5 {
		t.Errorf("%d questions", n)
	}
	p.has(t, ".heads", "Commencées")
	p.has(t, ".walk", "3 se sont arrêtés ici")
	file := b.get("/listen/surveys/contact/answering?days=7&as=csv")
	if !strings.HasPrefix(file.header.Get("Content-Type"), "text/csv") || !strings.Contains(file.body, ";solved;") {
		t.Errorf("%v %s", file.header, file.body)
	}
	published(t, b, "employee")
	b.get("/listen/surveys/employee/answering").has(t, "main", "Rien n’est compté ici")
	x, script := newTab(t, chromium(t)), axe(t)
	b.lend(x.ctx, r.http.URL)
	x.open(r.http.URL + "/listen/surveys/contact/answering?days=7")
	x.held(script, "how people answer")
}

func TestASurveyPageShowsTheDraftOrAVersionAndSaysWhich(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user("administrator", ""))
	p := published(t, b, "delivery")
	b.post("/listen/surveys/delivery/questions", url.Values{"do": {"delete"}, "question": {"liked"}, "base": {p.base()}})
	p = b.get("/listen/surveys/delivery")
	draft := p.Find(".survey-card").Length()
	p.has(t, ".seg", "Version 1, celle à laquelle on répond")
	if p.Find(".survey-questions .moves").Length() == 0 {
		t.Error("the draft cannot be edited")
	}
	v := b.get("/listen/surveys/delivery?version=1")
	if v.Find(".survey-card").Length() != draft+1 || v.Find(".survey-card form").Length() != 0 || !strings.Contains(v.Find(".survey-preview iframe").AttrOr("src", ""), "version=1") {
		t.Errorf("%d cards, %d in the draft", v.Find(".survey-card").Length(), draft)
	}
	b.get("/listen/surveys/delivery/preview?version=1").has(t, ".seen", "Version 1")
	b.get("/listen/surveys/delivery/preview?lang=en").has(t, ".seen", "non publié") // the survey in English, the page in one's own
	b.get("/listen/surveys").has(t, "h1", "Enquêtes")
	status(t, b.get("/listen/surveys/delivery/preview?version=2"), 404)
	b.get("/listen/surveys/delivery/questions/cause/preview").has(t, ".seen", "non enregistré")
	if s := r.browser().get("/q/delivery"); s.Find(".seen").Length() != 0 {
		t.Error("those who are asked are told of drafts")
	}
}

func TestASurveyWearsALogoOfItsOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user("administrator", ""))
	p := b.post("/listen/surveys/new", url.Values{"do": {"template"}, "template": {"delivery"}})
	m := image.NewNRGBA(image.Rect(0, 0, 200, 100))
	for x := 20; x < 180; x++ {
		m.SetNRGBA(x, 50, color.NRGBA{0, 0, 0, 255})
	}
	var file bytes.Buffer
	if err := png.Encode(&file, m); err != nil {
		t.Fatal(err)
	}
	give := func(name string, content []byte) page {
		var fields []string
		for field, v := range b.get("/listen/surveys/delivery/settings").values("main form") {
			fields = append(fields, field, v[0])
		}
		return b.send(b.fileForm("/listen/surveys/delivery/settings", name, string(content), fields...))
	}
	status(t, give("logo.svg", []byte("<svg/>")), http.StatusUnprocessableEntity)
	status(t, give("logo.png", file.Bytes()), 200)
	p = b.get("/listen/surveys/delivery")
	if src := b.get("/listen/surveys/delivery/preview").Find("header img").AttrOr("src", ""); !strings.HasPrefix(src, "data:image/png") {
		t.Errorf("preview: %q", src)
	}
	b.post("/listen/surveys/delivery", url.Values{"do": {"publish"}, "base": {p.base()}}).has(t, ".toasts", "version 1")
	begin := r.browser().get("/q/delivery")
	src, dark := begin.Find("header img").AttrOr("src", ""), begin.Find("header source").AttrOr("srcset", "")
	light, night := r.browser().get(src), r.browser().get(dark)
	if light.header.Get("Content-Type") != "image/png" || night.header.Get("Content-Type") != "image/png" || light.body == night.body || !strings.Contains(light.header.Get("Cache-Control"), "immutable") {
		t.Errorf("%s %v, %s %v", src, light.header, dark, night.header)
	}
	if len(begin.body) > 40<<10 {
		t.Errorf("the page weighs %d bytes", len(begin.body))
	}
	yaml := b.get("/listen/surveys/delivery/yaml").body
	d, err := survey.ParseYAML([]byte(yaml))
	if err != nil || len(d.Theme.Picture()) == 0 {
		t.Fatalf("%v", err)
	}
	d.Key = "again"
	if _, err := r.Surveys.Save(t.Context(), "lea", d, 0); err != nil {
		t.Fatal(err)
	}
	if again, err := r.Surveys.Survey(t.Context(), "again"); err != nil || again.Draft.Theme.Logo != d.Theme.Logo {
		t.Errorf("the logo changes on its way through YAML: %v", err)
	}
	if strings.Contains(b.get("/listen/surveys/delivery/versions").body, d.Theme.Logo) {
		t.Error("versions write the whole picture")
	}
	status(t, r.browser().get("/q/logo/delivery/2.png"), 404)
}

func status(t *testing.T, p page, want int) {
	t.Helper()
	if p.status != want {
		t.Errorf("%s: %d, not %d: %s", p.path, p.status, want, squeeze(p.Find("main").Text()))
	}
}
