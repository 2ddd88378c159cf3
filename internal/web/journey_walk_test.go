package web_test

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"vigie/internal/people"
)

// Whoever begins a journey from any template has a board, a map, a cockpit and its definition at once, without a feedback.
func TestAJourneyBeginsFromEachTemplateAndStandsOnEveryPage(t *testing.T) {
	r := newRig(t, nil)
	b := r.as(r.user(people.Director, ""))
	var templates []string
	b.get("/listen/journeys/new").Find("input[name=template]").Each(func(_ int, s *selection) { templates = append(templates, s.AttrOr("value", "")) })
	if len(templates) < 6 || !slices.Contains(templates, "none") {
		t.Fatalf("templates offered: %v", templates)
	}
	for n, template := range templates {
		name := "Parcours " + string(rune('A'+n))
		p := b.post("/listen/journeys/new", url.Values{"do": {"template"}, "template": {template}, "name_fr": {name}})
		if p.status != 200 || !strings.HasSuffix(p.path, "/edit") {
			t.Fatalf("%s: %d %s", template, p.status, p.path)
		}
		p.has(t, "h1", name)
		if cards := p.Find(".tpc").Length(); template != "none" && cards < 4 || template == "none" && cards != 0 {
			t.Errorf("%s: %d touchpoints on its board", template, cards)
		}
		edit, key := p.path, strings.Split(p.path, "/")[3]
		for _, page := range []string{strings.TrimSuffix(edit, "edit") + "map", strings.TrimSuffix(edit, "edit") + "versions", "/journeys/" + key} {
			if p := b.get(page); p.status != 200 || p.Find(".state.bad").Length() != 0 {
				t.Errorf("%s: %s is %d", template, page, p.status)
			}
		}
		for _, lang := range []string{"fr", "en"} { // a template is written whole in both languages
			if text := b.get(edit + "?lang=" + lang).Find("main").Text(); strings.Contains(text, "⟨") {
				t.Errorf("%s: a word is missing in %s", template, lang)
			}
		}
		b.get(edit + "?lang=fr")
	}
	b.get("/journeys").has(t, "main", "Parcours A", "Parcours "+string(rune('A'+len(templates)-1)))
}

// From nothing: a journey, a stage, a touchpoint with every field there is, and the page that says them all.
func TestAJourneyIsMadeFromBlankAndItsTouchpointSaysAllItWasTold(t *testing.T) {
	r := newRig(t, nil)
	b := r.as(r.user(people.Director, ""))
	p := b.post("/listen/journeys/new", url.Values{"do": {"template"}, "template": {"none"}, "name_fr": {"Être raccordé"}})
	room := strings.TrimSuffix(p.path, "edit")
	step := func(to string, form url.Values) page {
		t.Helper()
		form.Set("base", b.get(room+"edit").base())
		p := b.post(room+to, form)
		if p.status != 200 {
			t.Fatalf("%s %v: %d %s", to, form, p.status, squeeze(p.Find("main").Text()))
		}
		return p
	}
	step("stages", url.Values{"do": {"add"}, "name_fr": {"Attendre"}})
	step("touchpoints", url.Values{"do": {"add"}, "stage": {"attendre"}, "name_fr": {"J’attends"}})
	form := everyField()
	maps.Copy(form, url.Values{"stage": {"attendre"}, "transactional": {"1"}})
	step("touchpoints/j-attends", form)

	p = b.get("/touchpoints/j-attends")
	p.has(t, "h1", "J’attends l’installateur")
	p.has(t, "main", "Responsable", "Interventions", "Moment de vérité", "Transactionnel", "CSAT (principal), objectif 82,5 %, alerte 60 %", "NPS, alerte −10",
		"À l’heure", "publique", "SAV, Réseau", "Juridique", "Agenda", "Câblis", "Senior", "téléphone, à domicile", "SMS la veille", "très mauvaise", "L’attente", "Missed", "Qu’il vienne", "du 1er janv. 2026 au 1er janv. 2027")
	p = b.get("/touchpoints/j-attends?lang=en")
	p.has(t, "h1", "I wait for the installer")
	p.has(t, "main", "On time", "CSAT (lead), objective 82.5%, alert 60%", "awful")
	b.get(room+"map?lang=fr").has(t, "main", "Attendre", "J’attends l’installateur", "À l’heure")
}
