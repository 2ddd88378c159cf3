package web_test

import (
	"testing"

	"vigie/internal/people"
)

func TestCockpitShowsWhereItHurtsSinceWhenAndWhoIsOnIt(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	p := b.get("/cockpit")
	if p.status != 200 {
		t.Fatalf("%d %s", p.status, p.body)
	}
	p.has(t, "h1", "Devenir client")
	p.has(t, ".heads", "NPS", "n 90", "Satisfaction")
	p.has(t, ".stage.hurt h3", "Être raccordé")
	p.has(t, ".tp.bad", "J’attends le technicien", "CSAT", "n 270", "objectif 80 %", "Résolu du premier coup : ", "promis 90 %")
	p.has(t, ".tp.few", "Je signe en agence", "1 réponse, lisez-la")
	if got := p.Find(".tp.few .v").Text(); got != "—Aucune réponse" {
		t.Errorf("too few shows a figure: %q", got)
	}
	p.has(t, ".moves", "J’attends le technicien", "CSAT −", "Ouest")
	if p.Find(".moves:not(.watches) li").Length() != 1 {
		t.Errorf("%d moves beyond the noise", p.Find(".moves li").Length())
	}
	p.has(t, ".watches", "Je signe en agence", "1 réponse, lisez-la")
	if n := p.Find(".watches a[href*='/touchpoints/technician']").Length(); n != 0 {
		t.Errorf("what moved is also listed as not moving (%d)", n)
	}
	p.has(t, ".voices", "Écrivez à ••• ou au •••", "Le technicien du jour")
	if p.Find(".curve a").Length() != 2 {
		t.Errorf("%d points on the curve", p.Find(".curve a").Length())
	}
	for _, part := range []string{"heads", "map", "moves", "voices"} {
		x := b.get("/cockpit?part=" + part)
		if x.status != 200 || x.Find("h1").Length() != 0 || x.Find("[data-live=changed]").Length() != 1 {
			t.Errorf("part %s: %d, %d live", part, x.status, x.Find("[data-live=changed]").Length())
		}
	}
}

func TestCockpitFollowsItsFilters(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	for _, c := range []struct{ name, address, selector, want string }{
		{"unit", "/cockpit?unit=north", ".tp.good", "J’attends le technicien"},
		{"unit's count", "/cockpit?unit=west", ".tp.bad", "n 180"},
		{"channel", "/cockpit?channel=web", ".tp", "Je cherche une offre"},
		{"attribute", "/cockpit?attributes.segment=premium", ".tp.bad", "n 135"},
		{"seven days", "/cockpit?during=7", ".tp.few", "21 réponses, lisez-les"},
		{"indicator for all", "/cockpit?indicator=nps", ".tp", "NPS"},
		{"active filter", "/cockpit?attributes.segment=premium", ".filters .active", "segment : premium"},
		{"clear", "/cockpit?unit=west", ".filters", "Tout effacer"},
		{"english", "/cockpit?lang=en", "h2", "The lived journey"},
	} {
		p := b.get(c.address)
		if p.status != 200 {
			t.Errorf("%s: %d", c.name, p.status)
			continue
		}
		p.has(t, c.selector, c.want)
	}
	for _, wrong := range []string{"/cockpit?during=range&from=soon", "/?during=range&from=2026-02-01&to=2026-01-01"} {
		if p := b.get(wrong); p.status != 422 {
			t.Errorf("%s: %d", wrong, p.status)
		}
	}
}

func TestCommitteeSeesFiguresAndNoWords(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	p := r.as(r.user(people.Committee, "")).get("/cockpit")
	p.has(t, ".tp.bad", "n 270")
	if p.Find(".voices").Length() != 0 || p.Find("a[href^='/verbatims'],a[href^='/feedbacks']").Length() != 0 {
		t.Error("the committee is led to words")
	}
}

func TestManagerSeesTheCompanysFiguresAndOwnWords(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	p := r.as(r.user(people.Manager, "north")).get("/cockpit")
	p.has(t, ".tp.bad", "n 270")
	if n := p.Find(".voice").Length(); n == 0 {
		t.Error("no own words")
	}
	if text := squeeze(p.Find(".voices").Text()); len(text) > 0 && containsAny(text, "Nantes") {
		t.Errorf("words of another region: %s", text)
	}
}

func TestUnknownJourneysAnswerAlike(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	first := b.get("/journeys/none")
	for _, path := range []string{"/journeys/%2e%2e", "/journeys/NONE", "/nowhere", "/touchpoints/none"} {
		if p := b.get(path); p.status != 404 || squeeze(p.Find("main").Text()) != squeeze(first.Find("main").Text()) {
			t.Errorf("%s: %d %s", path, p.status, squeeze(p.Find("main").Text()))
		}
	}
}
