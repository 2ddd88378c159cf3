package web_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
)

func TestExplorerAsksWhatItsAddressSays(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	r.projected("segment")
	b := r.as(r.user(people.Director, ""))
	for name, c := range map[string]struct {
		address, sentence, shape string
		holds                    []string
	}{
		"the default":        {"/explorer", "Satisfaction (4 et 5 sur 5) par", "Courbe", nil},
		"no dimension":       {"/explorer?indicator=csat&during=90", "Satisfaction (4 et 5 sur 5), sur les 90 derniers jours.", "Chiffre", nil},
		"one dimension":      {"/explorer?indicator=csat&by=touchpoint", "par point de contact", "Barres", []string{"J’attends le technicien", "Je cherche une offre"}},
		"a level of units":   {"/explorer?indicator=csat&by=unit.region", "par région", "Barres", []string{"Ouest", "Nord"}},
		"an attribute":       {"/explorer?indicator=csat&by=attributes.segment", "par segment", "Barres", []string{"Premium", "Standard", "non renseigné"}},
		"time and units":     {"/explorer?indicator=csat&by=month&by=unit.region&during=365", "par mois et par région, sur les 12 derniers mois", "Petits multiples", []string{"Ouest"}},
		"two categories":     {"/explorer?indicator=csat&by=touchpoint&by=channel", "par point de contact et par canal", "Carte de chaleur", []string{"à domicile", "site web"}},
		"three":              {"/explorer?indicator=csat&by=touchpoint&by=channel&by=unit.region", "par point de contact, par canal et par région", "Carte de chaleur", nil},
		"two indicators":     {"/explorer?indicator=csat&other=fcr&by=unit.region&during=90", "en face de", "Nuage", nil},
		"another shape":      {"/explorer?indicator=csat&by=month&by=unit.region&during=365&shape=heat", "par mois", "Carte de chaleur", nil},
		"a filter":           {"/explorer?indicator=csat&by=channel&unit=nantes&attributes.segment=premium", "pour entité : Nantes et segment : Premium", "Barres", nil},
		"scores between":     {"/explorer?indicator=csat&by=channel&score_metric=nps&score_low=9&score_high=10", "NPS : 9 à 10", "Barres", nil},
		"a population":       {"/explorer?indicator=csat&by=channel&unit=west&versus=population&population=unit:north", "comparé à la population Entité : Nord", "Barres", nil},
		"those left out":     {"/explorer?indicator=csat&by=channel&unit=west&versus=population&population=others:unit", "comparé à ceux que le filtre entité laisse de côté", "Barres", nil},
		"a period beside":    {"/explorer?indicator=csat&by=unit.region&during=range&from=2026-01-01&to=2026-01-31&versus=period&versus_from=2025-01-01&versus_to=2025-01-31", "comparé à la période du", "", nil},
		"the same of a kept": {"/explorer?indicator=csat&by=unit.region&versus=year", "comparé à la même période un an plus tôt", "Barres", nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := b.get(c.address)
			if p.status != http.StatusOK {
				t.Fatalf("%d: %s", p.status, squeeze(p.Find("main").Text()))
			}
			p.has(t, "#said", c.sentence)
			if got := squeeze(p.Find(".explorer .seg [aria-current]").Text()); got != c.shape {
				t.Errorf("shape %q, want %q", got, c.shape)
			}
			p.has(t, "table", c.holds...)
		})
	}
}

// projected waits until an attribute just met has its column in the figures.
func (r *rig) projected(attribute string) {
	r.t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		_, err := r.Insight.Values(ctx, people.Whole(), "attributes."+attribute)
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			r.t.Fatal(err)
		}
	}
}

// days writes the day so many days from today.
func days(n int) string { return time.Now().UTC().AddDate(0, 0, n).Format(time.DateOnly) }

// Every mark leads to as many feedbacks as it has answers.
func TestExplorerMarksLeadToTheFeedbackBehindThem(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	r.projected("segment")
	b := r.as(r.user(people.Director, ""))
	for _, question := range []string{"by=touchpoint", "by=channel&by=unit.region", "by=month&during=365", "by=week&by=attributes.segment&during=90", "by=stage&by=quarter&during=365",
		"by=collected_by", "by=language", "by=channel&not=channel:web&range=scores.csat:1..3", "by=unit.region&not=unit.region:west&known=attributes.segment", "by=score&range=scores.csat:2..", "by=attributes.segment&not=attributes.segment:premium&in=touchpoint:technician&in=touchpoint:offer", "by=score&by=unit", "by=source&unit=west&score=nps:0..6", "by=unit.agency&by=journey"} {
		t.Run(question, func(t *testing.T) {
			p := b.get("/explorer?indicator=csat&shape=table&" + question)
			n := 1
			if strings.Count(question, "by=") > 1 {
				n = 2
			}
			rows := p.Find(".explorer .card .table tbody tr")
			if rows.Length() == 0 {
				t.Fatal("no row")
			}
			rows.Slice(0, min(4, rows.Length())).Each(func(_ int, row *selection) {
				href := row.Find("a").First().AttrOr("href", "")
				answers := squeeze(row.Find("td").Eq(n + 1).Text())
				list := b.get(href)
				want := answers + " retours"
				if answers == "1" {
					want = "1 retour"
				}
				if got := squeeze(list.Find(".pager [role=status]").Text()); got != want {
					t.Errorf("%s: %q leads to %q", href, answers, got)
				}
			})
		})
	}
}

func TestExplorerShowsTheQuestionThatTheAPITakes(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	p := b.get("/explorer?indicator=csat&by=channel&unit=west&score=nps:9..10&during=range&from=2026-01-01&to=2026-01-31&versus=population&population=others:unit")
	var got insight.Query
	if err := json.Unmarshal([]byte(p.Find("#query-0").Text()), &got); err != nil {
		t.Fatal(err)
	}
	want := insight.Query{Indicator: "csat", By: []string{"channel"}, During: &insight.Period{From: "2026-01-01", To: "2026-02-01"},
		Where:  insight.Where{"unit": {In: []any{"west"}}, "scores.nps": {GTE: new(9.0), LTE: new(10.0)}},
		Versus: &insight.Versus{Where: insight.Where{"unit": {Not: []any{"west"}}}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestExplorerJudgesDifferencesAmongAllItsLooks(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	p := b.get("/explorer?indicator=csat&by=unit&during=range&from=" + days(-59) + "&to=" + days(0) + "&versus=period&versus_from=" + days(-119) + "&versus_to=" + days(-60) + "&shape=table")
	p.has(t, ".remarks", "2 écarts regardés ensemble : 1 est au-delà du bruit", "Benjamini-Hochberg")
	verdicts := map[string]string{}
	p.Find(".explorer .table tbody tr").Each(func(_ int, row *selection) {
		verdicts[squeeze(row.Find("th").Text())] = squeeze(row.Find("td").Last().Text())
	})
	if verdicts["Nantes"] != "au-delà du bruit" || verdicts["Lille"] != "dans le bruit" {
		t.Errorf("%v", verdicts)
	}
	b.get("/explorer?indicator=csat&by=channel&versus=population&population=unit:west").has(t, ".remarks", "partagent des réponses")
	b.get("/explorer?indicator=csat&versus=population&population=unit:west").has(t, ".heads", "non jugé")
	b.get("/explorer?indicator=csat&unit=north&touchpoint=technician&during=30&versus=population&population=unit:west").has(t, ".heads", "au regard de la population Entité : Ouest")
}

func TestExplorerSaysWhyItDoesNotAnswer(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	director, adviser := r.as(r.user(people.Director, "")), r.as(r.user(people.Committee, ""))
	for name, c := range map[string]struct {
		b       *browser
		address string
		status  int
		says    string
	}{
		"advisers, before the consultation": {director, "/explorer?indicator=csat&by=agent", http.StatusForbidden, "consultation du CSE"},
		"advisers, not for this role":       {adviser, "/explorer?indicator=csat&by=agent", http.StatusForbidden, "n’est pas ouverte à votre rôle"},
		"an unknown dimension":              {director, "/explorer?indicator=csat&by=moon", http.StatusUnprocessableEntity, "moon"},
		"four dimensions":                   {director, "/explorer?indicator=csat&by=day&by=channel&by=unit&by=score", http.StatusUnprocessableEntity, "3 dimensions"},
		"an unknown indicator":              {director, "/explorer?indicator=moon&by=day", http.StatusNotFound, "moon"},
		"nobody left":                       {director, "/explorer?indicator=csat&by=day&channel=kiosk", http.StatusOK, "Aucune réponse"},
		"an unknown file":                   {director, "/explorer?indicator=csat&by=day&as=doc", http.StatusNotFound, ""},
		"no image of a table":               {director, "/explorer?indicator=csat&by=day&shape=table&as=svg", http.StatusUnprocessableEntity, "image"},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.b.get(c.address)
			if p.status != c.status {
				t.Errorf("status %d, want %d", p.status, c.status)
			}
			p.has(t, "main", c.says)
		})
	}
	if n := director.get("/explorer").Find("#q-by-1 option[value=agent][disabled]").Length(); n != 1 {
		t.Error("advisers are offered")
	}
	if p := adviser.get("/explorer?indicator=csat&by=unit.region&shape=table"); p.Find(".explorer a[href^='/verbatims']").Length() != 0 {
		t.Error("the committee is led to words it may not read")
	}
}

func TestExportsHoldEveryLineAndNoFormula(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	in := r.answers()[0]
	in.Attributes = map[string]any{"segment": "=HYPERLINK(\"x\")"}
	r.send(in)
	r.settle()
	r.projected("segment")
	b := r.as(r.user(people.Director, ""))
	address := "/explorer?indicator=csat&by=attributes.segment&by=touchpoint&during=365&as="
	lines := func(p page) [][]string {
		c := csv.NewReader(strings.NewReader(strings.TrimPrefix(p.body, "\ufeff")))
		c.Comma = ';'
		all, err := c.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	all := lines(b.get(address + "csv"))
	found := false
	for _, row := range all[1:] {
		found = found || row[0] == "'=HYPERLINK(\"x\")" && row[1] == row[0]
		if strings.ContainsAny(row[4], ".") {
			t.Errorf("a figure in English: %v", row)
		}
	}
	if !found {
		t.Errorf("the formula is not held back: %v", all)
	}
	x := b.get(address + "xlsx")
	f, err := excelize.OpenReader(bytes.NewReader([]byte(x.body)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Chiffres")
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(all) || rows[1][0] == "" || strings.HasPrefix(rows[1][0], "=") {
		t.Errorf("%d lines, %d in CSV", len(rows), len(all))
	}
	if p := b.get(address + "parquet"); p.status != 200 || !strings.HasPrefix(p.body, "PAR1") || !strings.HasSuffix(p.body, "PAR1") {
		t.Errorf("parquet: %d", p.status)
	}
	if p := b.get("/explorer?indicator=csat&by=week&as=option"); p.status != 200 || !strings.HasPrefix(p.header.Get("Content-Type"), "application/json") || !json.Valid([]byte(p.body)) {
		t.Errorf("option: %d", p.status)
	}
	if p := b.get(address + "svg&shape=heat"); p.status != 200 || strings.Contains(p.body, "var(--") || !strings.Contains(p.body, "Satisfaction") || strings.Contains(p.body, "href") {
		t.Errorf("svg: %d %.200s", p.status, p.body)
	}
}

func TestAViewIsKeptSharedDeletedAndBroughtBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	ada, bob := r.as(r.user(people.Director, "")), r.as(r.user(people.Analyst, ""))
	question := url.Values{"indicator": {"csat"}, "by": {"channel"}, "unit": {"west"}, "nonsense": {"x"}}.Encode()
	p := ada.post("/explorer/views", url.Values{"name": {"L’Ouest"}, "seen_by": {"all"}, "question": {question}})
	if want := "/explorer?by=channel&indicator=csat&unit=west"; p.path != want {
		t.Errorf("saved at %s, want %s", p.path, want)
	}
	if p := ada.post("/explorer/views", url.Values{"name": {" "}, "seen_by": {"all"}}); p.status != http.StatusUnprocessableEntity {
		t.Errorf("without name: %d", p.status)
	}
	bob.get("/explorer/views").has(t, "main", "L’Ouest", "partagée par Ada director", "par canal, pour entité : Ouest")
	bob.get("/explorer/views/1").has(t, "#said", "Ouest")
	if p := bob.post("/explorer/views/1/delete", nil); p.status != http.StatusForbidden {
		t.Errorf("another deletes: %d", p.status)
	}
	ada.post("/explorer/views/1", url.Values{"name": {"Mon Ouest"}, "seen_by": {"me"}})
	if p := bob.get("/explorer/views/1"); p.status != http.StatusNotFound {
		t.Errorf("no longer shared: %d", p.status)
	}
	p = ada.post("/explorer/views/1/delete", nil)
	p.has(t, ".toasts", "supprimée")
	p.has(t, "main", "Aucune vue enregistrée")
	undo := p.Find(".toasts form").AttrOr("action", "")
	ada.post(undo, nil).has(t, "main", "Mon Ouest")
}

func TestEmployeesAreAskedInWholePeriods(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	for _, by := range []string{"by=touchpoint", "by=month", "by=quarter&by=unit.region", "by=year"} {
		if p := b.get("/explorer?indicator=enps&" + by); p.status != 200 {
			t.Errorf("%s: %d %s", by, p.status, squeeze(p.Find("main .state").Text()))
		}
	}
	p := b.get("/explorer?indicator=enps&by=touchpoint&during=30")
	if p.status != http.StatusUnprocessableEntity || p.Find(".state a:contains('période entière')").Length() != 1 {
		t.Errorf("thirty days: %d", p.status)
	}
}

func TestANarrowedViewerExploresTheirOwnUnitsAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	if err := r.People.UpdateSettings(t.Context(), func(s *people.Settings) { s.Narrow = []people.Role{people.Manager} }); err != nil {
		t.Fatal(err)
	}
	b := r.as(r.user(people.Manager, "north"))
	for _, question := range []string{"by=unit.region", "by=unit", "by=touchpoint&by=unit.agency", "by=unit.region&unit=west", "by=unit.region&versus=population&population=unit:west"} {
		for _, as := range []string{"&shape=table", "&as=csv"} {
			p := b.get("/explorer?indicator=csat&" + question + as)
			text := p.body
			if as != "&as=csv" {
				text = p.Find(".explorer .table tbody").Text()
			}
			if strings.Contains(text, "Ouest") || strings.Contains(text, "Nantes") {
				t.Errorf("%s%s shows the west: %s", question, as, squeeze(text))
			}
		}
	}
}

func TestExportsOfTheExplorerStandInTheAuditTrail(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	const question = "/explorer?indicator=csat&by=channel&during=90"
	for _, as := range []string{"csv", "xlsx", "parquet", "svg", "option"} {
		b.get(question + "&as=" + as)
	}
	b.get(question + "&as=pdf")
	trail, err := r.People.Trail(t.Context(), 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range trail {
		if e.What == "explorer.export" {
			got = append(got, e.Subject)
		}
	}
	slices.Sort(got)
	if d := cmp.Diff([]string{"csv:csat", "parquet:csat", "svg:csat", "xlsx:csat"}, got); d != "" {
		t.Error(d)
	}
}

// A filter is picked without script: what, then how, then the question is asked anew with it.
func TestAFilterIsPickedInTwoSteps(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	r.projected("segment")
	b := r.as(r.user(people.Director, ""))
	const question = "/explorer?by=channel&during=90&indicator=csat"
	p := b.get(question)
	for _, key := range []string{"attributes.segment", "scores.nps", "touchpoint", "unit.region"} {
		if p.Find("#picker a[href*='pick="+key+"']").Length() != 1 {
			t.Errorf("%s is not offered", key)
		}
	}
	p = b.get(p.Find("#picker a[href*='pick=attributes.segment']").AttrOr("href", ""))
	if got := p.Find(".picker[open] [name=pick_key]").AttrOr("value", ""); got != "attributes.segment" {
		t.Fatalf("picking %q", got)
	}
	p.has(t, "#picker", "Premium", "Standard")
	if part := b.get(question + "&pick=attributes.segment&pick_q=PREM&part=pick"); part.Find("#picker .choice").Length() != 1 || part.Find(".page").Length() != 0 {
		t.Error("a search among the values does not narrow them")
	}
	for name, c := range map[string]struct{ fields, says, json string }{
		"not":     {"pick_key=attributes.segment&pick_op=not&pick_value=premium", "segment : tout sauf Premium", `"not":`},
		"missing": {"pick_key=attributes.segment&pick_op=missing", "segment : non renseigné", `"missing": true`},
		"a range": {"pick_key=scores.nps&pick_op=range&pick_low=9", "note NPS : 9 et plus", `"gte": 9`},
	} {
		p := b.get(question + "&" + c.fields)
		if to := p.Find("[data-copy]").AttrOr("data-copy", "pick"); strings.Contains(to, "pick") || p.Find(".picker[open]").Length() != 0 {
			t.Errorf("%s leads to %s", name, to)
		}
		p.has(t, "#said", c.says)
		p.has(t, "pre.code", c.json)
		p.has(t, ".pill.active", c.says)
	}
	p = b.get(question + "&pick_key=attributes.segment&pick_op=in&pick_q=prem")
	if p.Find(".picker[open] [name=pick_q]").AttrOr("value", "") != "prem" {
		t.Error("nothing picked does not lead back to the search")
	}
}

// What happened is drawn along every time axis; units that changed place, where units are looked at.
func TestMovesOfUnitsAreMarkedOnTheTimeAxis(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	if _, err := r.People.ChangeUnits(t.Context(), people.UnitChanges{Actor: "test", Day: days(-20), Units: []people.Unit{{Key: "lille", Name: cx.Text{"fr": "Lille"}, Parent: "west", Level: "agency"}}}); err != nil {
		t.Fatal(err)
	}
	r.settle()
	b := r.as(r.user(people.Director, ""))
	for query, marked := range map[string]bool{
		"by=week&unit=lille":                        true,
		"by=week&unit=west":                         true,
		"by=week&by=unit.region":                    true,
		"by=week&by=unit.agency&shape=heat":         true,
		"by=week&by=unit.agency&by=channel":         true,
		"by=week":                                   false,
		"by=week&by=channel":                        false,
		"by=week&unit=nantes":                       false,
		"by=unit.region":                            false,
		"by=week&by=unit.region&shape=table":        false,
		"by=week&not=unit.region:north&shape=line":  true,
		"by=week&unit=lille&versus=previous&lang=x": true,
	} {
		p := b.get("/explorer?indicator=csat&during=90&" + query)
		if p.status != http.StatusOK {
			t.Errorf("%s: %d", query, p.status)
		}
		keys := squeeze(p.Find(".chart-keys").Text())
		if got := strings.Contains(keys, "Lille passe de Nord à Ouest"); got != marked {
			t.Errorf("%s: %q", query, keys)
		}
	}
}

func TestNewAnswersOfAQuestionAreCounted(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	p := b.get("/explorer?indicator=csat&by=unit.region&during=90&unit=west")
	part := p.Find("#answer #news[data-live]").AttrOr("hx-get", "")
	if part == "" || p.Find("body").AttrOr("data-live-url", "") == "" {
		t.Fatal("the page hears of nothing")
	}
	if line := b.get(part); squeeze(line.Find("#news").Text()) != "" {
		t.Errorf("already new: %s", line.Text())
	}
	all := r.answers()
	for i := range 3 { // two of the west, one of the north
		all[i].SourceID, all[i].At = "again", time.Now().UTC()
		all[i].SourceID += all[i].Unit + all[i].Verbatim
	}
	r.send(all[:3]...)
	r.settle()
	line := b.get(part)
	line.has(t, "#news", "2 nouvelles réponses.", "Actualiser")
	if next := b.get(line.Find("[data-news]").AttrOr("href", "")).Find("#news").AttrOr("hx-get", part); next == part {
		t.Error("asked again, the page counts from the same answer")
	}
	if p := b.get("/explorer?indicator=csat&part=news&since=x"); p.status != 422 {
		t.Errorf("%d", p.status)
	}
}

func TestAViewWhoseAttributeIsGoneSaysSo(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	director := r.user(people.Director, "")
	b := r.as(director)
	b.post("/explorer/views", url.Values{"name": {"Par gamme"}, "seen_by": {"me"}, "question": {"indicator=csat&by=attributes.range&by=channel&not=attributes.range:x&during=90"}})
	b.get("/explorer/views").has(t, ".views .warn", "« range »", "n’existe plus")
	all, err := r.Views.Views(t.Context(), people.Viewer{UserID: 1, Role: people.Director})
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	p := b.get(fmt.Sprintf("/explorer/views/%d", all[0].ID))
	p.has(t, ".explorer .state", "« range »", "Poser la question sans")
	again := b.get(p.Find(".explorer .state a.btn").First().AttrOr("href", ""))
	again.has(t, "#said", "par canal, sur les 90 derniers jours.")
	if again.status != http.StatusOK || again.Find(".explorer .chart svg").Length() == 0 {
		t.Errorf("without it: %d", again.status)
	}
}

func TestAViewIsSharedWithOnesUnit(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	west, north := r.as(r.user(people.Manager, "west")), r.as(r.user(people.Manager, "north"))
	west.get("/explorer?indicator=csat&during=90").has(t, "#keep-for", "mon entité (Ouest)")
	west.post("/explorer/views", url.Values{"name": {"De l’Ouest"}, "seen_by": {"unit"}, "question": {"indicator=csat"}})
	r.as(r.user(people.Adviser, "nantes")).get("/explorer/views").has(t, ".views", "De l’Ouest")
	if p := north.get("/explorer/views"); p.Find(".views").Length() != 0 {
		t.Error("another unit sees it")
	}
	if p := r.as(r.user(people.Director, "")).get("/explorer?indicator=csat&during=90"); p.Find("#keep-for [value=unit]").Length() != 0 {
		t.Error("who belongs to no unit may share with it")
	}
}
