package web_test

import (
	"net/url"
	"testing"
)

func TestASurveyIsWrittenAndPublishedByFormsAlone(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user("administrator", ""))
	b.get("/listen/surveys").has(t, "main", "Aucune enquête")
	p := b.post("/listen/surveys/new", url.Values{"do": {"template"}, "template": {"delivery"}})
	if p.status != 200 || p.path != "/listen/surveys/delivery" {
		t.Fatalf("%d %s", p.status, p.path)
	}
	for _, page := range []string{"/settings", "/endings", "/sections/0", "/questions/cause", "/preview", "/versions", "/link", "/import", "/yaml"} {
		if got := b.get("/listen/surveys/delivery" + page); got.status != 200 {
			t.Errorf("%s: %d %s", page, got.status, squeeze(got.Find("main").Text()))
		}
	}
	p = b.post("/listen/surveys/delivery/questions", url.Values{"do": {"delete"}, "question": {"liked"}, "base": {p.base()}})
	p.has(t, ".toasts", "retirée")
	if p = b.post("/listen/surveys/delivery", url.Values{"do": {"publish"}, "base": {"1"}}); p.status != 409 {
		t.Errorf("an old edition is published: %d", p.status)
	}
	p = b.get("/listen/surveys/delivery")
	b.post("/listen/surveys/delivery", url.Values{"do": {"publish"}, "base": {p.base()}}).has(t, ".toasts", "version 1")
	b.get("/listen/surveys/delivery/link").has(t, "main", "/q/delivery")
	b.get("/listen/surveys").has(t, "main", "publiée, version 1")
}
