package web_test

import (
	"net/url"
	"strings"
	"testing"

	"vigie/internal/cx"
	"vigie/internal/people"
)

func TestEachRoleLandsOnWhatItComesFor(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	for _, c := range []struct {
		role people.Role
		unit cx.UnitID
		says []string
	}{
		{people.Administrator, "", []string{"État de la maison", "Second facteur", "1 compte sur 1", "Le parcours vécu"}},
		{people.Director, "", []string{"Le parcours vécu", "Ce qui a bougé", "Verbatims"}},
		{people.Committee, "", []string{"La relation avec la marque", "Tenons-nous la promesse", "Résolu du premier coup", "promis 90", "Là où ça fait mal"}},
		{people.Manager, "nantes", []string{"Moi vs la norme", "Le parcours vécu", "Mécontents, à lire aujourd’hui", "Le technicien du jour 0"}},
		{people.Adviser, "nantes", []string{"Bravos reçus", "Tout ce qu’on m’a dit", "Le technicien du jour"}},
		{people.Relay, "north", []string{"Moi vs la norme", "Bravos reçus"}},
		{people.Analyst, "", []string{"Ce qui a bougé", "Questions gardées", "Poser une question"}},
		{people.DPO, "", []string{"Mes pages", "Journal d’audit", "Derniers actes"}},
	} {
		p := r.as(r.user(c.role, c.unit)).get("/")
		if p.status != 200 {
			t.Fatalf("%s: %d", c.role, p.status)
		}
		p.has(t, "main", c.says...)
		if strings.Contains(p.body, "⟨") {
			t.Errorf("%s: a word is missing", c.role)
		}
	}
}

func TestCommitteeSeesNoWordsAtHome(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Committee, ""))
	if p := b.post("/home", url.Values{"do": {"add"}, "block": {"unhappy"}}); p.status != 422 {
		t.Errorf("a block of words is given: %d", p.status)
	}
	if strings.Contains(b.get("/").body, "technicien du jour") {
		t.Error("words are shown")
	}
}

func TestAdviserReadsOnlyTheirOwn(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	p := r.as(r.user(people.Adviser, "nantes")).get("/")
	if strings.Contains(p.body, "numéro 1.") { // said in Lille, served by another
		t.Error("words of customers served by others")
	}
}

func TestHomeIsRearrangedHiddenAndReset(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Analyst, ""))
	shown := func(p page) (keys []string) {
		p.Find("ol.things li").Each(func(_ int, s *selection) { keys = append(keys, strings.TrimPrefix(s.AttrOr("id", ""), "b-")) })
		return keys
	}
	is := func(p page, want string) {
		t.Helper()
		if got := strings.Join(shown(p), " "); got != want {
			t.Errorf("shown %q, want %q", got, want)
		}
	}
	is(b.get("/home"), "moves views unhappy voices worst odd")
	is(b.post("/home", url.Values{"do": {"up"}, "block": {"views"}}), "views moves unhappy voices worst odd")
	is(b.post("/home", url.Values{"do": {"down"}, "block": {"moves"}}), "views unhappy moves voices worst odd")
	p := b.post("/home", url.Values{"do": {"hide"}, "block": {"unhappy"}})
	is(p, "views moves voices worst odd")
	p.has(t, ".toasts", "Retiré")
	if strings.Contains(b.get("/").body, "Mécontents") {
		t.Error("a hidden block is shown")
	}
	undo := url.Values{}
	p.Find(".toasts input[type=hidden]").Each(func(_ int, s *selection) { undo.Add(s.AttrOr("name", ""), s.AttrOr("value", "")) })
	is(b.post("/home", undo), "views unhappy moves voices worst odd")
	is(b.post("/home", url.Values{"do": {"add"}, "block": {"heads"}}), "views unhappy moves voices worst odd heads")
	for _, wrong := range []url.Values{{"do": {"add"}, "block": {"heads"}}, {"do": {"add"}, "block": {"health"}}, {"do": {"hide"}, "block": {"none"}}, {"do": {"spin"}, "block": {"heads"}},
		{"do": {"all"}, "block": {"heads heads"}}, {"do": {"all"}, "block": {"trail"}}} {
		if p := b.post("/home", wrong); p.status != 422 {
			t.Errorf("%v: %d", wrong, p.status)
		}
	}
	is(b.post("/home", url.Values{"do": {"reset"}}), "moves views unhappy voices worst odd")
}

func TestOldAddressesOfTheCockpitStillLeadThere(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	if p := r.as(r.user(people.Committee, "")).get("/?indicator=nps&unit=west"); p.path != "/cockpit?indicator=nps&unit=west" {
		t.Error(p.path)
	}
}
