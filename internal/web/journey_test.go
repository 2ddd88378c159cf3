package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
)

const theEditor = "/listen/journeys/main/"

// base is the version that the forms of a page carry.
func (p page) base() string { return p.Find("input[name=base]").First().AttrOr("value", "") }

// present gives the journey as it is.
func (r *rig) present() journey.Journey {
	r.t.Helper()
	v, err := r.Journeys.Version(r.t.Context(), "main", 0)
	if err != nil {
		r.t.Fatal(err)
	}
	return v.Journey
}

// layout writes stages and touchpoints in a line.
func layout(j journey.Journey) string {
	var l []string
	for _, s := range j.Stages {
		keys := []string{}
		for _, t := range s.Touchpoints {
			keys = append(keys, string(t.Key))
		}
		l = append(l, string(s.Key)+":"+strings.Join(keys, ","))
	}
	return strings.Join(l, " ")
}

func TestAJourneyIsEditedByFormsAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	for _, step := range []struct {
		to   string
		form url.Values
		want string
	}{
		{"touchpoints", url.Values{"do": {"right"}, "touchpoint": {"sign"}}, "choose:search connect:technician,sign,rare"},
		{"touchpoints", url.Values{"do": {"up"}, "touchpoint": {"sign"}}, "choose:search connect:sign,technician,rare"},
		{"touchpoints", url.Values{"do": {"down"}, "touchpoint": {"technician"}}, "choose:search connect:sign,rare,technician"},
		{"touchpoints", url.Values{"do": {"left"}, "touchpoint": {"rare"}}, "choose:search,rare connect:sign,technician"},
		{"touchpoints", url.Values{"do": {"drop"}, "touchpoint": {"technician"}, "stage": {"choose"}, "place": {"1"}}, "choose:search,technician,rare connect:sign"},
		{"stages", url.Values{"do": {"left"}, "stage": {"connect"}}, "connect:sign choose:search,technician,rare"},
		{"stages", url.Values{"do": {"add"}, "name_fr": {"Être aidé"}}, "connect:sign choose:search,technician,rare etre-aide:"},
		{"touchpoints", url.Values{"do": {"add"}, "stage": {"etre-aide"}, "name_fr": {"J’appelle"}}, "connect:sign choose:search,technician,rare etre-aide:j-appelle"},
	} {
		step.form.Set("base", b.get(theEditor+"edit").base())
		if p := b.post(theEditor+step.to, step.form); p.status != 200 {
			t.Fatalf("%v: %d %s", step.form, p.status, squeeze(p.Find("main").Text()))
		}
		if got := layout(r.present()); got != step.want {
			t.Fatalf("%v: %s, not %s", step.form, got, step.want)
		}
	}
	p := b.get(theEditor + "edit")
	p.has(t, ".last-change", "Ada director", "J’appelle", "ajouté dans l’étape")
	p = b.post(theEditor+"versions", url.Values{"base": {p.base()}, "version": {p.Find("input[name=version]").AttrOr("value", "")}, "back": {"edit"}})
	p.has(t, ".toasts", "est restaurée")
	if got := layout(r.present()); got != "connect:sign choose:search,technician,rare etre-aide:" {
		t.Errorf("undone: %s", got)
	}
	p = b.post(theEditor+"stages", url.Values{"base": {p.base()}, "do": {"rename"}, "stage": {"connect"}, "name_en": {"Get online"}})
	if p.status != 200 || r.present().Stages[0].Name["en"] != "Get online" || r.present().Stages[0].Name["fr"] != "" {
		t.Errorf("renamed in one language: %d %v", p.status, r.present().Stages[0].Name)
	}
	p = b.post(theEditor+"stages", url.Values{"base": {p.base()}, "do": {"delete"}, "stage": {"connect"}})
	if p.status != 409 {
		t.Errorf("a stage with touchpoints deleted: %d", p.status)
	}
	p = b.post(theEditor+"stages", url.Values{"base": {p.base()}, "do": {"delete"}, "stage": {"etre-aide"}})
	if got := layout(r.present()); got != "connect:sign choose:search,technician,rare" {
		t.Errorf("an empty stage stays: %s", got)
	}
}

// everyField is the whole form of a touchpoint.
func everyField() url.Values {
	return url.Values{"do": {"save"}, "name_fr": {"J’attends l’installateur"}, "name_en": {"I wait for the installer"}, "stage": {"connect"}, "moment_of_truth": {"1"},
		"owner": {"Interventions"}, "services": {"SAV\r\n Réseau \r\n\r\n"}, "indirect": {"Juridique"}, "systems": {"Agenda"}, "partners": {"Câblis"}, "personas": {"Senior"}, "channels": {"phone", "field"},
		"from": {"2026-01-01"}, "until": {"2027-01-01"}, "lead": {"csat"}, "target_indicator": {"csat", "nps", ""}, "target_objective": {"82,5", "", ""}, "target_threshold": {"60", "−10", ""},
		"promise_fr": {"À l’heure", ""}, "promise_en": {"On time", ""}, "promise_indicator": {"fcr", "csat"}, "promise_objective": {"90 %", ""}, "promise_public_0": {"1"},
		"expectation_fr": {"Qu’il vienne"}, "mood": {"-2"}, "feelings_fr": {"L’attente"}, "pains_en": {"Missed"}, "processes_fr": {"SMS la veille"}}
}

func TestEveryFieldOfATouchpointIsKept(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	form := everyField()
	form.Set("base", b.get(theEditor+"touchpoints/technician").base())
	if p := b.post(theEditor+"touchpoints/technician", form); p.status != 200 {
		t.Fatalf("%d %s", p.status, squeeze(p.Find("main").Text()))
	}
	got := r.present().Stages[1].Touchpoints[0]
	want := journey.Touchpoint{Key: "technician", Name: cx.Text{"fr": "J’attends l’installateur", "en": "I wait for the installer"}, MomentOfTruth: true, Owner: "Interventions",
		Services: []string{"SAV", "Réseau"}, Indirect: []string{"Juridique"}, Systems: []string{"Agenda"}, Partners: []string{"Câblis"}, Personas: []string{"Senior"}, Channels: []string{"phone", "field"},
		From: "2026-01-01", Until: "2027-01-01", Lead: "csat", Objectives: map[cx.IndicatorID]float64{"csat": 82.5}, Thresholds: map[cx.IndicatorID]float64{"csat": 60, "nps": -10},
		Promises:    []journey.Promise{{Text: cx.Text{"fr": "À l’heure", "en": "On time"}, Indicator: "fcr", Objective: new(90.0), Public: true}},
		Expectation: cx.Text{"fr": "Qu’il vienne"}, Processes: cx.Text{"fr": "SMS la veille"}, Mood: new(-2), Feelings: cx.Text{"fr": "L’attente"}, Pains: cx.Text{"en": "Missed"}}
	if d := diff(want, got); d != "" {
		t.Error(d)
	}
	b.get(theEditor+"map").has(t, "main", "très mauvaise", "L’attente", "Qu’il vienne", "jusqu’au 1er janv. 2027")
	// The form drawn from it and sent back as it is changes nothing.
	p := b.get(theEditor + "touchpoints/technician")
	if p := b.post(theEditor+"touchpoints/technician", p.values("form.editor")); p.status != 200 {
		t.Fatalf("%d", p.status)
	}
	if d := diff(want, r.present().Stages[1].Touchpoints[0]); d != "" {
		t.Error(d)
	}
}

// values reads a form as a browser would send it.
func (p page) values(form string) url.Values {
	out := url.Values{}
	p.Find(form).Find("input,textarea,select").Each(func(_ int, s *selection) {
		name, kind := s.AttrOr("name", ""), s.AttrOr("type", "")
		_, checked := s.Attr("checked")
		switch {
		case kind == "checkbox" && !checked:
		case s.Is("select"):
			chosen := s.Find("option[selected]")
			if chosen.Length() == 0 {
				chosen = s.Find("option")
			}
			out.Add(name, chosen.First().AttrOr("value", ""))
		case s.Is("textarea"):
			out.Add(name, s.Text())
		default:
			out.Add(name, s.AttrOr("value", ""))
		}
	})
	return out
}

func TestWhatIsWrongIsNamedAndNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	form := everyField()
	form.Set("base", b.get(theEditor+"edit").base())
	form["target_objective"] = []string{"beaucoup", "", ""}
	form["promise_objective"] = []string{"abc", ""}
	p := b.post(theEditor+"touchpoints/technician", form)
	if p.status != 422 {
		t.Fatalf("%d", p.status)
	}
	p.has(t, ".notice.bad", "2 choses", "Objectif", "« beaucoup » n’est pas un nombre", "« abc » n’est pas un nombre")
	form = everyField()
	form.Set("base", b.get(theEditor+"edit").base())
	form.Set("until", "2025-01-01")
	form["target_objective"] = []string{"820", "", ""}
	form.Set("name_fr", "")
	form.Set("name_en", "")
	p = b.post(theEditor+"touchpoints/technician", form)
	p.has(t, ".notice.bad", "3 choses")
	for _, id := range []string{"#f-name_fr", "#f-until", "input[name=target_objective]"} {
		if p.Find(id+"[aria-invalid]").Length() == 0 {
			t.Errorf("%s is not marked", id)
		}
	}
	back := p.values("form.editor")
	for name, want := range form {
		if name != "do" && strings.Join(back[name], "|") != strings.ReplaceAll(strings.Join(want, "|"), "\r\n", "\n") && name != "services" {
			t.Errorf("%s: typed %q, back %q", name, want, back[name])
		}
	}
	if got := r.present().Stages[1].Touchpoints[0].Owner; got != "" {
		t.Errorf("kept all the same: %q", got)
	}
}

func TestAnOlderPageAnswersAConflict(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	old := b.get(theEditor + "edit").base()
	b.post(theEditor+"touchpoints", url.Values{"base": {old}, "do": {"right"}, "touchpoint": {"sign"}})
	form := everyField()
	form.Set("base", old)
	p := b.post(theEditor+"touchpoints/technician", form)
	if p.status != 409 || p.Find("#f-owner").AttrOr("value", "") != "Interventions" {
		t.Fatalf("%d", p.status)
	}
	p.has(t, "main", "a changé entre-temps", "Depuis, Ada director a enregistré", "passe de l’étape", "Enregistrer quand même")
	if p = b.post(theEditor+"touchpoints/technician", p.values("form.editor")); p.status != 200 || r.present().Stages[1].Touchpoints[0].Owner != "Interventions" {
		t.Errorf("over the new version: %d", p.status)
	}
	for _, to := range []string{"edit", "stages", "touchpoints", "versions", "delete", "touchpoints/rare/delete"} {
		if p := b.post(theEditor+to, url.Values{"base": {old}, "version": {old}, "do": {"delete"}, "touchpoint": {"rare"}, "stage": {"choose"}, "name_fr": {"X"}}); p.status != 409 {
			t.Errorf("%s from an old page: %d", to, p.status)
		}
		if p := b.post(theEditor+to, url.Values{"version": {old}, "do": {"delete"}}); p.status != 422 {
			t.Errorf("%s from no page: %d", to, p.status)
		}
	}
}

func TestDeletingATouchpointSaysWhatFollows(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	p := b.get(theEditor + "touchpoints/technician/delete")
	p.has(t, "main", "540 retours clients", "gardent ce point de contact", "quarantaine", "Résolu du premier coup")
	p = b.post(theEditor+"touchpoints/rare/delete", url.Values{"base": {p.base()}, "do": {"end"}})
	p.has(t, ".toasts", "se termine aujourd’hui")
	if r.present().Stages[1].Touchpoints[1].Until == "" {
		t.Error("it does not end")
	}
	b.post(theEditor+"touchpoints/technician/delete", url.Values{"base": {p.base()}, "do": {"delete"}})
	if got := layout(r.present()); got != "choose:search,sign connect:rare" {
		t.Errorf("still there: %s", got)
	}
	r.settle()
	b.get("/verbatims?touchpoint=technician").has(t, "main", "Le technicien du jour")
	p = b.get(theEditor + "versions")
	p.has(t, "main", "retiré de l’étape", "Première version")
	first := p.Find("input[name=version]").Last().AttrOr("value", "")
	b.post(theEditor+"versions", url.Values{"base": {p.base()}, "version": {first}})
	if got := layout(r.present()); got != layout(theJourney()) {
		t.Errorf("restored: %s", got)
	}
	b.get(theEditor+"versions?from="+first+"&to="+b.get(theEditor+"edit").base()).has(t, "main", "sont les mêmes")
}

func TestYAMLGoesOutAndComesIn(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	text := b.get(theEditor + "yaml").body
	p := b.get(theEditor + "import")
	look := b.post(theEditor+"import", url.Values{"base": {p.base()}, "do": {"look"}, "text": {text}})
	look.has(t, "main", "Rien : cette définition est déjà celle du parcours")
	changed := strings.Replace(text, "owner: Louis Martin", "owner: Nadia Kaci", 1)
	look = b.post(theEditor+"import", url.Values{"base": {p.base()}, "do": {"look"}, "text": {changed}})
	look.has(t, ".changes", "Je cherche une offre", "« Louis Martin » → « Nadia Kaci »")
	if r.present().Stages[0].Touchpoints[0].Owner != "Louis Martin" {
		t.Error("looking changed it")
	}
	adopt := look.values("main form:first-of-type")
	adopt.Set("do", "adopt")
	adopt.Set("text", changed)
	adopt["base"] = adopt["base"][:1]
	if p := b.post(theEditor+"import", adopt); p.status != 200 || r.present().Stages[0].Touchpoints[0].Owner != "Nadia Kaci" {
		t.Fatalf("%d %s", p.status, squeeze(p.Find(".notice").Text()))
	}
	p = b.get(theEditor + "import")
	before, _, _ := strings.Cut(text, "csat: 80")
	line := fmt.Sprintf("ligne %d, stages[0].touchpoints[0].objectives.csat", strings.Count(before, "\n")+1)
	for bad, want := range map[string]string{
		strings.Replace(text, "csat: 80", "csat: 800", 1): line,
		"key: main\nname: {fr: A}\nstagez: []\n":          "ligne 3",
		"key: other\nname: {fr: A}\nstages: []\n":         "décrit le parcours « other »",
		"key: [": "ligne 1",
	} {
		p := b.post(theEditor+"import", url.Values{"base": {p.base()}, "do": {"adopt"}, "text": {bad}})
		if p.status != 422 || !strings.Contains(p.Find("#f-text").Text(), strings.TrimSpace(bad)) {
			t.Errorf("%.20q: %d, or the text is lost", bad, p.status)
		}
		p.has(t, ".notice.bad", want)
	}
}

func TestAJourneyBeginsFromATemplate(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	if p := b.post("/listen/journeys/new", url.Values{"do": {"template"}, "template": {"energy"}, "name_fr": {"Le nouveau"}}); p.status != 200 || p.path != "/listen/journeys/subscription/edit" {
		t.Fatalf("%d %s", p.status, p.path)
	}
	v, err := r.Journeys.Version(t.Context(), "subscription", 0)
	if err != nil || v.Origin != "template:energy" || v.Journey.Name["fr"] != "Le nouveau" || v.Journey.Stages[1].Touchpoints[0].Key != "technician-2" {
		t.Errorf("%+v %v", v, err)
	}
	if p := b.post("/listen/journeys/new", url.Values{"do": {"template"}, "template": {"energy"}}); p.path != "/listen/journeys/subscription-2/edit" {
		t.Errorf("a second one: %d %s", p.status, p.path)
	}
	if p := b.post("/listen/journeys/new", url.Values{"do": {"template"}, "template": {"none"}}); p.status != 422 || p.Find("#f-name_fr[aria-invalid]").Length() != 1 {
		t.Errorf("without a name: %d", p.status)
	}
	if p := b.post("/listen/journeys/new", url.Values{"do": {"yaml"}, "text": {"key: main\nname: {fr: A}\nstages: []\n"}}); p.status != 409 {
		t.Errorf("over another: %d", p.status)
	}
	if p := b.post("/listen/journeys/new", url.Values{"do": {"template"}, "template": {"none"}, "name_fr": {"Tout neuf"}}); p.path != "/listen/journeys/tout-neuf/edit" {
		t.Errorf("empty: %d %s", p.status, p.path)
	}
	p := b.get("/listen/journeys/tout-neuf/delete")
	p = b.post("/listen/journeys/tout-neuf/delete", url.Values{"base": {p.base()}})
	p.has(t, ".toasts", "est supprimé")
}

func diff(want, got any) string { return cmp.Diff(want, got) }
