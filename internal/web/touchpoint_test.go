package web_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/people"
)

func TestTouchpointShowsItsFigureInEveryCut(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	p := b.get("/touchpoints/technician")
	if p.status != 200 {
		t.Fatalf("%d %s", p.status, squeeze(p.Find("main").Text()))
	}
	p.has(t, "h1", "J’attends le technicien")
	p.has(t, ".heads", "n 270", "objectif 80 %")
	p.has(t, "main", "Résolu du premier coup", "Moment de vérité", "Nord", "Ouest", "à domicile", "Mauvaises")
	if p.Find("figure.chart svg").Length() < 2 || p.Find("figure.chart table").Length() != 2 {
		t.Errorf("%d drawings, %d tables", p.Find("figure.chart svg").Length(), p.Find("figure.chart table").Length())
	}
	if p.Find(".state").Length() != 0 {
		t.Errorf("blocks failed: %s", squeeze(p.Find(".state").Text()))
	}
	if href := p.Find("figure.chart table a").First().AttrOr("href", ""); href == "" {
		t.Error("the chart's table leads nowhere")
	} else if v := b.get(href); v.status != 200 || v.Find(".voice").Length() == 0 {
		t.Errorf("%s: %d with %d voices", href, v.status, v.Find(".voice").Length())
	}
	if p := b.get("/touchpoints/technician?indicator=fcr&unit=west"); p.status != 200 || p.Find(".seg [aria-current]").Length() != 1 {
		t.Errorf("another indicator: %d", p.status)
	} else {
		p.has(t, "main", "Nantes")
	}
	for _, part := range []string{"head", "trend", "voices"} {
		if x := b.get("/touchpoints/technician?part=" + part); x.status != 200 || x.Find("h1").Length() != 0 || x.Find("[data-live]").Length() != 1 {
			t.Errorf("part %s: %d", part, x.status)
		}
	}
	var option struct {
		Option map[string]any
		Links  []struct{ Href, Says string }
	}
	at, _ := p.Find("[data-chart-zoom]").Attr("data-chart-zoom")
	if x := b.get(at); x.status != 200 || json.Unmarshal([]byte(x.body), &option) != nil || option.Option["series"] == nil {
		t.Errorf("%s: %d %.80s", at, x.status, x.body)
	}
	if !slices.ContainsFunc(option.Links, func(l struct{ Href, Says string }) bool {
		return strings.HasPrefix(l.Href, "/verbatims") && l.Says != ""
	}) {
		t.Error("no column of the interactive chart leads to its words")
	}
	if n := p.Find("[data-chart-zoom]").Length(); n != 2 {
		t.Errorf("%d charts may be explored", n)
	}
	at, _ = p.Find("[data-chart-zoom*=spread-option]").Attr("data-chart-zoom")
	if x := b.get(at); x.status != 200 || json.Unmarshal([]byte(x.body), &option) != nil || option.Option["series"] == nil || len(option.Links) == 0 {
		t.Errorf("%s: %d %.80s", at, x.status, x.body)
	}
	few := b.get("/touchpoints/rare")
	few.has(t, ".heads .few", "1 réponse, lisez-la")
	few.has(t, ".state", "Trop peu pour conclure", "Élargir à 12 mois")
}

func TestEveryMarkOfATouchpointLeadsToAsManyFeedbacksAsItCounts(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	at := time.Now().UTC().Add(-time.Hour)
	for range 3 { // counted, without a word
		r.send(collect.Incoming{At: at, Touchpoint: "technician", Unit: "lille", Channel: "phone", Scores: collect.Scores{"csat": 3}})
	}
	r.settle()
	b := r.as(r.user(people.Director, ""))
	p := b.get("/touchpoints/technician")
	for _, c := range []struct {
		table string
		count int // column of the number of answers
	}{{"figure.chart:not(.half) table", 2}, {"figure.chart.half table", 1}} {
		rows := p.Find(c.table).First().Find("tbody tr")
		if rows.Length() < 2 {
			t.Fatalf("%s: %d rows", c.table, rows.Length())
		}
		rows.Slice(max(0, rows.Length()-5), rows.Length()).Each(func(_ int, row *selection) {
			n, href := squeeze(row.Find("td").Eq(c.count).Text()), row.Find("a").First().AttrOr("href", "")
			if n == "0" {
				return
			}
			want := n + " retours"
			if n == "1" {
				want = "1 retour"
			}
			if got := squeeze(b.get(href).Find(".pager [role=status]").Text()); got != want {
				t.Errorf("%s: %q leads to %q", href, n, got)
			}
		})
	}
	if p.Find("svg a.hit").Length() == 0 {
		t.Error("no mark of a drawing leads anywhere")
	}
}

func TestTouchpointOfUnknownIndicatorIsNotFound(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	for _, path := range []string{"/touchpoints/technician?indicator=none", "/touchpoints/technician?indicator=enps", "/touchpoints/none"} {
		if p := b.get(path); p.status != 404 {
			t.Errorf("%s: %d", path, p.status)
		}
	}
}

func TestTouchpointOfTheCommitteeLeadsToNoWords(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Committee, ""))
	if x := b.get("/touchpoints/technician?part=option"); x.status != 200 || strings.Contains(x.body, "/verbatims") {
		t.Errorf("the interactive chart leads to words: %d %.200s", x.status, x.body)
	}
	p := b.get("/touchpoints/technician")
	if p.status != 200 || p.Find("a[href^='/verbatims'],a[href^='/feedbacks'],.voice").Length() != 0 {
		t.Errorf("%d, %d links to words", p.status, p.Find("a[href^='/verbatims']").Length())
	}
}

func TestEveryAspectAnsweredAtATouchpointIsShown(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	four, ctx := 4.0, context.Background()
	for _, key := range []string{"punctuality", "tidiness", "secret", "mute"} {
		metric := cx.Metric{Key: cx.MetricID(key), Name: cx.Text{"fr": "Aspect " + key}, Min: 1, Max: 5, Top: &four, Aspect: true}
		if err := r.Catalogue.PutMetric(ctx, "test", metric); err != nil {
			t.Fatal(err)
		}
	}
	for key, roles := range map[string][]string{"tidiness": nil, "secret": {string(people.Administrator)}} {
		share := cx.Indicator{Key: cx.IndicatorID(key + "_share"), Name: cx.Text{"fr": "Part " + key}, Metric: cx.MetricID(key), Formula: cx.TopShare,
			Program: cx.Transactional, Audience: cx.Customers, Roles: roles}
		if err := r.Catalogue.PutIndicator(ctx, "test", share); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 40 {
		r.send(collect.Incoming{At: time.Now().UTC().Add(-time.Hour), Touchpoint: "technician", Unit: []string{"lille", "nantes"}[n%2],
			Scores: collect.Scores{"punctuality": float64(3 + n%2), "tidiness": 5, "secret": 2}})
	}
	r.settle()
	aspects := func(b *browser, address string) string {
		return squeeze(b.get(address).Find("table:contains('Aspect')").Text())
	}
	director := r.as(r.user(people.Director, ""))
	all := aspects(director, "/touchpoints/technician")
	for _, want := range []string{"Aspect punctuality", "3,5", "40", "Part tidiness", "100 %"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not among the aspects: %s", want, all)
		}
	}
	if containsAny(all, "secret", "mute") {
		t.Errorf("kept from the director, or never answered: %s", all)
	}
	if got := aspects(r.as(r.user(people.Administrator, "")), "/touchpoints/technician"); !strings.Contains(got, "Part secret") {
		t.Errorf("the administrator sees %s", got)
	}
	if got := aspects(director, "/touchpoints/technician?unit=west"); !strings.Contains(got, "20 réponses") {
		t.Errorf("in the west alone: %s", got)
	}
	if got := aspects(director, "/touchpoints/search"); got != "" {
		t.Errorf("where nobody was asked: %s", got)
	}
}
