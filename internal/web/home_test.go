package web_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web"
)

func TestEachRoleLandsOnWhatItComesFor(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	p := r.as(r.user(people.Adviser, "nantes")).get("/")
	if strings.Contains(p.body, "numéro 1.") { // said in Lille, served by another
		t.Error("words of customers served by others")
	}
}

func TestHomeIsRearrangedHiddenAndReset(t *testing.T) {
	t.Parallel()
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
	is(b.post("/home", url.Values{"do": {"drop"}, "block": {"odd"}, "into": {"shown"}, "place": {"0"}}), "odd views unhappy moves voices worst")
	is(b.post("/home", url.Values{"do": {"drop"}, "block": {"odd"}, "into": {"shown"}, "place": {"5"}}), "views unhappy moves voices worst odd")
	is(b.post("/home", url.Values{"do": {"drop"}, "block": {"odd"}, "into": {"hidden"}, "place": {"0"}}), "views unhappy moves voices worst")
	is(b.post("/home", url.Values{"do": {"drop"}, "block": {"odd"}, "into": {"shown"}, "place": {"5"}}), "views unhappy moves voices worst odd")
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
		{"do": {"all"}, "block": {"heads heads"}}, {"do": {"all"}, "block": {"trail"}}, {"do": {"drop"}, "block": {"trail"}, "into": {"shown"}, "place": {"0"}}, {"do": {"drop"}, "block": {"moves"}, "into": {"shown"}, "place": {"9"}}} {
		if p := b.post("/home", wrong); p.status != 422 {
			t.Errorf("%v: %d", wrong, p.status)
		}
	}
	is(b.post("/home", url.Values{"do": {"reset"}}), "moves views unhappy voices worst odd")
}

func TestOldAddressesOfTheCockpitStillLeadThere(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	if p := r.as(r.user(people.Committee, "")).get("/?indicator=nps&unit=west"); p.path != "/cockpit?indicator=nps&unit=west" {
		t.Error(p.path)
	}
}

func TestEveryBlockOfAHomePageAsksForItself(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	for _, role := range []people.Role{people.Administrator, people.Director, people.Committee, people.Analyst, people.Marketing, people.DPO} {
		b := r.as(r.user(role, ""))
		home := b.get("/?during=90")
		blocks := home.Find(".block")
		if blocks.Length() < 2 || home.Find("[data-live] [data-live]").Length() != 0 {
			t.Fatalf("%s: %d blocks, live parts inside live parts", role, blocks.Length())
		}
		blocks.Each(func(_ int, x *selection) {
			at, id := x.AttrOr("hx-get", ""), x.AttrOr("id", "")
			part := b.get(at)
			if part.status != 200 || part.Find("h1").Length() != 0 || part.Find("#"+id).Length() != 1 || x.AttrOr("data-live", "") == "" {
				t.Errorf("%s: %s at %q: %d", role, id, at, part.status)
			}
			if !strings.Contains(at, "during=90") {
				t.Errorf("%s loses the period: %s", id, at)
			}
		})
	}
}

func TestABlockOfWordsIsRefusedToWhoMayNotReadThem(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Committee, ""))
	if p := b.get("/home/unhappy?part=block"); p.status != 403 || p.Find(".voice").Length() != 0 {
		t.Error(p.status)
	}
	if p := b.get("/home/none?part=block"); p.status != 404 {
		t.Error(p.status)
	}
}

func TestLateBlocksComeByThemselves(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(d *web.Deps) { d.Live.Blocks = time.Nanosecond })
	r.company()
	b := r.as(r.user(people.Committee, ""))
	late := b.get("/").Find(".block[aria-busy]")
	if late.Length() == 0 {
		t.Fatal("no block is late")
	}
	if got := late.First().AttrOr("hx-trigger", ""); got != "load, live" {
		t.Errorf("a late block asks on %q", got)
	}
	if late.First().Find("[role=status]").Length() != 1 || !strings.Contains(late.First().Find("noscript").Text(), `href="/?wait=all"`) {
		t.Error("a late block does not say so, or cannot be had without a script")
	}
	if n := b.get("/?wait=all").Find(".block[aria-busy]").Length(); n != 0 {
		t.Errorf("%d blocks late on a page that waits", n)
	}
}

func TestAFailedBlockLeavesTheOthersAndComesBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Administrator, ""))
	b.get("/") // remembers that there is something to show
	r.Insight.Stop()
	p := b.get("/")
	if p.status != 200 || p.Find("#block-heads .state.bad, #block-map .state.bad").Length() != 2 {
		t.Fatalf("%d, %d blocks say that they failed", p.status, p.Find(".state.bad").Length())
	}
	p.has(t, "#block-health", "Second facteur", "en reconstruction")
	part := b.get(p.Find("#block-map").AttrOr("hx-get", ""))
	if part.status != 200 || part.Find("#block-map[data-live] a[href='/']").Length() == 0 {
		t.Errorf("%d: a failed block does not ask again, or leads elsewhere than to its page", part.status)
	}
}
