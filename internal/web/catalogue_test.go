package web_test

import (
	"net/url"
	"strings"
	"testing"

	"vigie/internal/people"
	"vigie/internal/understand/view"
)

func TestTheCatalogueSaysWhereIndicatorsServe(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	admin := r.user(people.Administrator, "")
	v, err := r.People.ViewerOf(t.Context(), admin)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Views.Save(t.Context(), v, view.New{Name: "Étoiles par mois", Question: "indicator=stars&by=month", SeenBy: view.Me}); err != nil {
		t.Fatal(err)
	}
	b := r.as(admin)
	p := b.get("/catalogue")
	used := squeeze(p.Find("section[aria-label='Indicateurs suivis']").Text())
	unused := squeeze(p.Find("section[aria-label='Inutilisés']").Text())
	for _, want := range []string{"Satisfaction (4 et 5 sur 5)", "3 points de contact", "NPS relationnel", "en tête du cockpit", "Résolu au premier contact", "1 promesse", "Étoiles", "1 vue"} {
		if !strings.Contains(used, want) {
			t.Errorf("no %q among %s", want, used)
		}
	}
	if !strings.Contains(unused, "Smileys contents") {
		t.Errorf("smileys serve somewhere: %s", unused)
	}
	p.has(t, "main", "marques déposées", "Part des notes 9 à 10, moins part des notes 0 à 6")
	p = b.get("/catalogue/indicators/csat")
	p.has(t, "main", "Je cherche une offre", "indicateur principal, objectif 80 %", "Rien n’a changé", "Question posée")
	if p.Find("svg").Length() == 0 || p.Find("main table tbody tr").Length() < 6 {
		t.Error("no trend by month")
	}
	b.get("/catalogue/metrics").has(t, "main", "Recommandation (0 à 10)", "De 0 à 10, par pas de 1", "sans note", "Bonnes notes")
}

func TestAChangeIsSeenOnThePastBeforeItIsAdopted(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	const at = "/catalogue/indicators/csat/edit"
	form := b.get(at).values("main form")
	form.Set("do", "preview")
	form.Set("objective", "99")
	p := b.post(at, form)
	if p.status != 200 || p.path != at {
		t.Fatalf("%d %s", p.status, p.path)
	}
	p.has(t, "main", "douze derniers mois", "au lieu de", "Aujourd’hui", "Proposé", "Se lirait")
	if n := p.Find("main th .help").Length(); n != 2 {
		t.Errorf("%d of its two definitions say how they are computed", n)
	}
	if n := p.Find("main table tbody tr").Length(); n != 12 {
		t.Errorf("%d months", n)
	}
	if c, err := r.Catalogue.Present(t.Context()); err != nil || c.Indicators["csat"].Objective != nil {
		t.Fatalf("a preview changed it: %v", err)
	}
	adopt := p.values("main form")
	adopt.Set("do", "adopt")
	adopt.Set("reason", "Plan 2027")
	p = b.post(at, adopt)
	p.has(t, "main", "Changé le", "par Ada director", "Objectif : 99", "Pourquoi : Plan 2027")
	p.has(t, ".toasts", "adopté")
	if p = b.post(at, adopt); p.status != 409 {
		t.Errorf("adopted again from the same page: %d", p.status)
	}
	p.has(t, ".notice.bad", "Quelqu’un a changé")
	again := b.get(at).values("main form")
	again.Set("do", "again")
	again.Set("owner", "Nadia Kaci")
	if p = b.post(at, again); p.status != 200 || p.Find("#f-owner").AttrOr("value", "") != "Nadia Kaci" {
		t.Errorf("back to the form: %d", p.status)
	}
	again.Set("do", "preview")
	if p = b.post(at, again); p.path != "/catalogue/indicators/csat" {
		t.Errorf("what changes no figure asks for no preview: %s", p.path)
	}
	for name, bad := range map[string]string{"objective": "900", "top": "12", "min_n": "2,5", "formula": "none", "threshold": "abc"} {
		form := b.get(at).values("main form")
		form.Set("do", "preview")
		form.Set(name, bad)
		p := b.post(at, form)
		if p.status != 422 || p.Find("#f-"+name+"[aria-invalid]").Length() != 1 {
			t.Errorf("%s = %s: %d", name, bad, p.status)
		}
	}
}

func TestNewIndicatorsAndMetricsAreMadeHere(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	p := b.post("/catalogue/metrics/new", url.Values{"do": {"preview"}, "name_fr": {"Confiance"}, "min": {"1"}, "max": {"5"}, "step": {"1"}, "direction": {"higher"}, "top": {"4"}, "bottom": {"2"}, "base": {"new"}})
	if p.path != "/catalogue/metrics" {
		t.Fatalf("%d %s", p.status, squeeze(p.Find(".notice").Text()))
	}
	p.has(t, "main", "Confiance")
	form := b.get("/catalogue/indicators/new?formula=mean").values("main form")
	if form.Get("formula") != "mean" {
		t.Errorf("begins as %s", form.Get("formula"))
	}
	form.Set("do", "preview")
	if p = b.post("/catalogue/indicators/new", form); p.status != 422 || p.Find("#f-name_fr[aria-invalid]").Length() != 1 {
		t.Errorf("without a name: %d", p.status)
	}
	form.Set("name_fr", "Note moyenne")
	form.Set("objective", "4,2")
	p = b.post("/catalogue/indicators/new", form)
	p.has(t, "main", "Note moyenne", "objectif tenu")
	adopt := p.values("main form")
	adopt.Set("do", "adopt")
	if p = b.post("/catalogue/indicators/new", adopt); p.path != "/catalogue/indicators/note-moyenne" {
		t.Fatalf("%d %s", p.status, p.path)
	}
	// The boxes of a metric are previewed on what is made of it; its scale is fixed once scored.
	const at = "/catalogue/metrics/csat/edit"
	form = b.get(at).values("main form")
	form.Set("do", "preview")
	form.Set("top", "5")
	p = b.post(at, form)
	p.has(t, "main", "Satisfaction (4 et 5 sur 5)", "Proposé")
	adopt = p.values("main form")
	adopt.Set("do", "adopt")
	if p = b.post(at, adopt); p.path != "/catalogue/metrics" {
		t.Errorf("%d %s", p.status, squeeze(p.Find(".notice").Text()))
	}
	form = b.get(at).values("main form")
	form.Set("do", "preview")
	form.Set("max", "10")
	p = b.post(at, form)
	if p.status != 409 {
		t.Errorf("another scale over scores: %d", p.status)
	}
}

func TestAnIndicatorForOthersIsOnNoPageOfTheCatalogue(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	c, err := r.Catalogue.Present(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := c.Indicators["csat"]
	i.Roles = []string{"committee"}
	if err := r.Catalogue.PutIndicator(t.Context(), "test", i); err != nil {
		t.Fatal(err)
	}
	analyst, director := r.as(r.user(people.Analyst, "")), r.as(r.user(people.Director, ""))
	if strings.Contains(analyst.get("/catalogue").body, "4 et 5 sur 5") {
		t.Error("listed for an analyst")
	}
	if p := analyst.get("/catalogue/indicators/csat"); p.status != 404 {
		t.Errorf("shown to an analyst: %d", p.status)
	}
	director.get("/catalogue/indicators/csat").has(t, "main", "Comité de direction")
}
