package web_test

import (
	"strings"
	"testing"

	"vigie/internal/people"
)

func TestVerbatimsAreFilteredPagedAndMasked(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	for _, c := range []struct{ name, address, says string }{
		{"ninety days", "/verbatims?words=any", "541 retours"},
		{"unit with everything under it", "/verbatims?unit=west", "180 retours"},
		{"touchpoint", "/verbatims?touchpoint=rare", "1 retour"},
		{"program", "/verbatims?program=relational&words=any", "90 retours"},
		{"with words", "/verbatims", "271 retours"},
		{"score", "/verbatims?score=csat:1..1", "1 retour"},
		{"any score of a metric", "/verbatims?score=ces&words=any", "90 retours"},
		{"attribute", "/verbatims?attributes.segment=premium", "135 retours"},
		{"language", "/verbatims?language=fr", "270 retours"},
		{"journey", "/verbatims?journey=main&words=without", "180 retours"},
		{"words searched", "/verbatims?q=rendez-vous+jour", "270 retours"},
		{"words and filter", "/verbatims?q=technicien&unit=north", "90 retours"},
		{"nothing", "/verbatims?q=girafe", "0 retour"},
	} {
		p := b.get(c.address)
		if p.status != 200 {
			t.Errorf("%s: %d", c.name, p.status)
			continue
		}
		p.has(t, ".sub", c.says)
	}
	if p := b.get("/verbatims?q=girafe"); p.Find(".state .btn").Length() == 0 {
		t.Error("nothing found and nothing to do")
	}
	if p := b.get("/verbatims?q=technicien"); p.Find("mark.hit").Length() == 0 {
		t.Error("what was found is not marked")
	}
	p := b.get("/verbatims?touchpoint=rare")
	if strings.Contains(p.body, "jean.dupont") || strings.Contains(p.body, "34 56") {
		t.Error("an e-mail or a telephone is shown")
	}
	signed := r.answers()[0]
	signed.Verbatim = "Merci bien. Cordialement, Denis Lambert. Ada était parfaite."
	r.send(signed)
	r.settle()
	p = b.get("/verbatims?unit=west")
	p.has(t, ".voices", "Merci bien. Cordialement, ••• •••.")
	if strings.Contains(p.body, "Lambert") {
		t.Error("a list names its customers")
	}
}

func TestPagesOfVerbatimsFollowEachOtherWithoutLossOrRepeat(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	for _, address := range []string{"/verbatims?unit=west", "/verbatims?unit=west&q=technicien"} {
		seen := map[string]bool{}
		shown, pages := 0, 0
		for address != "" && pages < 20 {
			p := b.get(address)
			p.Find(".voice").Each(func(_ int, v *selection) { shown++; seen[v.AttrOr("id", "")] = true })
			address = p.Find("a[rel=next]").AttrOr("href", "")
			pages++
		}
		if len(seen) != 180 || shown != 180 || pages != 6 {
			t.Errorf("%d feedbacks, %d shown on %d pages", len(seen), shown, pages)
		}
	}
	for _, wrong := range []string{"/verbatims?before=x", "/verbatims?score=nps:a..b", "/verbatims?program=none", "/verbatims?score=none"} {
		if p := b.get(wrong); p.status != 422 {
			t.Errorf("%s: %d", wrong, p.status)
		}
	}
}

func TestFeedbackShowsItsCustomerToThoseWhoMay(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	director := r.as(r.user(people.Director, ""))
	west := director.get("/verbatims?unit=west").Find(".voice time").First().Parent().AttrOr("href", "")
	p := director.get(west)
	p.has(t, "main", "Denis Lambert", "CSAT", "Ouest › Nantes", "Son histoire avec nous", "Segment")
	if strings.Contains(p.body, "anantes") {
		t.Error("the adviser is named before the consultation")
	}
	for _, c := range []struct {
		name string
		b    *browser
		want int
	}{
		{"manager of the region", r.as(r.user(people.Manager, "west")), 200},
		{"analyst of the company", r.as(r.user(people.Analyst, "")), 200},
		{"manager of another", r.as(r.user(people.Manager, "north")), 404},
		{"adviser's own", r.as(r.user(people.Adviser, "nantes")), 200},
		{"committee", r.as(r.user(people.Committee, "")), 403},
	} {
		if p := c.b.get(west); p.status != c.want {
			t.Errorf("%s: %d, want %d", c.name, p.status, c.want)
		}
	}
	alike := squeeze(director.get("/feedbacks/999999").Find("main").Text())
	north := r.as(r.user(people.Manager, "nantes"))
	foreign := director.get("/verbatims?unit=north").Find(".voice time").First().Parent().AttrOr("href", "")
	for _, path := range []string{foreign, "/feedbacks/0", "/feedbacks/-1", "/feedbacks/abc", "/feedbacks/99999999999999999999"} {
		if p := north.get(path); p.status != 404 || squeeze(p.Find("main").Text()) != alike {
			t.Errorf("%s: %d", path, p.status)
		}
	}
	trail, err := r.People.Trail(t.Context(), 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	reads := 0
	for _, e := range trail {
		if e.What == "feedback.read" {
			reads++
		}
	}
	if reads != 4 {
		t.Errorf("%d reads in the audit trail", reads)
	}
}
