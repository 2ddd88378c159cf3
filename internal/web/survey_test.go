package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
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
	p = b.get("/listen/surveys/delivery/link?touchpoint=technician&unit=nulle%22part&via=sms")
	var copies []string
	p.Find("[data-copy]").Each(func(_ int, x *goquery.Selection) { copies = append(copies, x.AttrOr("data-copy", "")) })
	const where = ` data-touchpoint="technician" data-unit="nulle&#34;part" async></script>`
	want := []string{r.http.URL + "/q/delivery?touchpoint=technician&unit=nulle%22part&via=sms",
		`<script src="` + r.http.URL + `/w.js" data-survey="delivery"` + where, `<script src="` + r.http.URL + `/w.js" data-survey="delivery" data-mode="inline"` + where,
		r.http.URL + "/q/delivery?kiosk=1&touchpoint=technician&unit=nulle%22part"}
	if d := cmp.Diff(want, copies); d != "" {
		t.Error(d)
	}
	p.has(t, "main form", "Aucune entité n’a ce code")
	b.get("/listen/surveys").has(t, "main", "publiée, version 1")
}

func TestAColourOfAFileThatCannotBeReadIsNotPublished(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user("administrator", ""))
	b.send(b.fileForm("/listen/surveys/new", "pale.yaml", "key: pale\nname: {fr: Pâle}\nlanguages: [fr]\ntheme: {accent: \"#FFEE00\"}\nsections: [{questions: [{key: csat, kind: csat, text: {fr: Content ?}}]}]\n", "do", "file"))
	p := b.get("/listen/surveys/pale")
	p.has(t, "#why-not", "Contraste")
	if p = b.post("/listen/surveys/pale", url.Values{"do": {"publish"}, "base": {p.base()}}); p.status != 422 {
		t.Errorf("published all the same: %d", p.status)
	}
}

func TestSectionsAreAddedMovedAndTakenAwayWithAWayBack(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user("administrator", ""))
	p := b.post("/listen/surveys/new", url.Values{"do": {"template"}, "template": {"delivery"}})
	act := func(what ...string) page {
		f := url.Values{"base": {p.base()}}
		for i := 0; i < len(what); i += 2 {
			f.Set(what[i], what[i+1])
		}
		p = b.post("/listen/surveys/delivery/sections", f)
		return p
	}
	act("do", "add").has(t, "main", "Section 2")
	act("do", "up", "section", "1").has(t, "main", "Pas encore de question ici")
	if first := squeeze(p.Find(".survey-questions").First().Text()); first != "" {
		t.Errorf("the empty section is not the first: %q", first)
	}
	act("do", "delete", "section", "1").has(t, ".toasts", "4 questions sont retirées")
	undo := url.Values{}
	p.Find(".toasts form input").Each(func(_ int, i *selection) { undo.Set(i.AttrOr("name", ""), i.AttrOr("value", "")) })
	p = b.post("/listen/surveys/delivery/sections", undo)
	p = b.get("/listen/surveys/delivery")
	p.has(t, "#q-nps", "recommanderiez")
}

func TestWhatKeepsASurveyFromBeingPublishedIsListedAtOnceWithWhereToPutItRight(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user("administrator", ""))
	p := b.post("/listen/surveys/new", url.Values{"do": {"template"}, "template": {"delivery"}})
	for _, kind := range []string{"date", "choice"} {
		p = b.post("/listen/surveys/delivery/questions", url.Values{"do": {"add"}, "section": {"0"}, "kind": {kind}, "base": {p.base()}})
	}
	p = b.get("/listen/surveys/delivery")
	p.has(t, "#why-not", "Il faut au moins deux choix")
	if n := p.Find(`#why-not a[href$="/questions/choice"]`).Length(); n == 0 {
		t.Error("nothing leads to the question")
	}
	if p = b.post("/listen/surveys/delivery", url.Values{"do": {"publish"}, "base": {p.base()}}); p.status != 422 {
		t.Errorf("published: %d", p.status)
	}
}

func TestChoicesAndConditionsAreWrittenInWords(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user("administrator", ""))
	p := b.post("/listen/surveys/new", url.Values{"do": {"template"}, "template": {"delivery"}})
	p = b.get("/listen/surveys/delivery/questions/why")
	p = b.post("/listen/surveys/delivery/questions/why", url.Values{"base": {p.base()}, "key": {"why"}, "text_fr": {"Pourquoi ?"}, "text_en": {"Why?"},
		"if_what": {"q:cause", "q:nps"}, "if_test": {"in", "to"}, "if_value": {"Le délai ; le livreur", "6"}, "if_to": {"", ""}})
	p.has(t, "#q-why", "Le délai")
	p.has(t, "#q-why", "Le livreur")
	p = b.get("/listen/surveys/delivery/questions/liked")
	p = b.post("/listen/surveys/delivery/questions/liked", url.Values{"base": {p.base()}, "key": {"liked"}, "text_fr": {"Quoi ?"}, "text_en": {"What?"},
		"choice_key": {"", "", "speed"}, "choice_fr": {"Tout", "L’emballage soigné", "La rapidité"}, "choice_en": {"All", "The careful packing", "The speed"},
		"choice_is": {"alone", "", ""}, "choice_place": {"9", "2", "1"}})
	if got := squeeze(strings.Join(p.Find("#q-liked .survey-choices li").Map(func(_ int, s *selection) string { return s.Text() }), "|")); got != "La rapidité|L’emballage soigné|Tout" {
		t.Error(got)
	}
}

func TestAVersionSaysWhatItChangedAndMayBeTakenBack(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user("administrator", ""))
	const at = "/listen/surveys/delivery"
	p := b.post("/listen/surveys/new", url.Values{"do": {"template"}, "template": {"delivery"}})
	p = b.post(at, url.Values{"do": {"publish"}, "base": {p.base()}})
	p = b.post(at+"/questions", url.Values{"do": {"delete"}, "question": {"liked"}, "base": {p.base()}})
	p = b.get(at + "/versions")
	p.has(t, "main", "question retirée")
	p = b.post(at, url.Values{"do": {"publish"}, "base": {p.base()}})
	p = b.get(at + "/versions")
	p.has(t, ".versions li", "question retirée")
	p = b.post(at+"/versions", url.Values{"version": {"1"}, "base": {p.base()}})
	p.has(t, "#q-liked", "apprécié")
	b.get(at+"/versions").has(t, "main", "question ajoutée")
}

func TestWhatAFileLostIsKeptWithTheDraftUntilRead(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	who := r.user("administrator", "")
	b := r.as(who)
	p := b.bring("/listen/surveys/new", "ancien.json", `{"title":"Ancien","pages":[{"elements":[{"type":"rating","name":"note","title":"Note ?"},{"type":"signaturepad","name":"sig","title":"Signez"}]}]}`)
	p.has(t, "main", "Ce que le fichier disait")
	again := r.as(who)
	q := again.get(p.path)
	q.has(t, "main", "Ce que le fichier disait")
	q = again.post(p.path, url.Values{"do": {"read"}, "base": {q.base()}})
	if text := b.get(p.path).Find("main").Text(); strings.Contains(text, "Ce que le fichier disait") {
		t.Error("read, and still there")
	}
}
