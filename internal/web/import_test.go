package web_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/internal/listen/journey"
	"vigie/internal/people"
)

// upload sends a file as the page's form does.
func (b *browser) upload(name, text string) page {
	b.t.Helper()
	return b.send(b.fileForm("/listen/imports", name, text))
}

// fileForm is a form that sends one file, and fields given as names and values.
func (b *browser) fileForm(path, name, text string, fields ...string) *http.Request {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for n := 0; n < len(fields); n += 2 {
		if err := form.WriteField(fields[n], fields[n+1]); err != nil {
			b.t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := part.Write([]byte(text)); err != nil {
		b.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		b.t.Fatal(err)
	}
	req, err := http.NewRequest("POST", b.r.http.URL+path, &body)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	return req
}

// draftForm is what the browser would send of the form of a draft.
func (p page) draftForm() url.Values {
	f := url.Values{}
	p.Find(".import-grid input, .import-grid select").Each(func(_ int, s *selection) {
		name := s.AttrOr("name", "")
		_, checked := s.Attr("checked")
		switch s.AttrOr("type", "") {
		case "radio", "checkbox":
			if checked {
				f.Set(name, s.AttrOr("value", ""))
			}
			return
		}
		if s.Is("select") {
			chosen := s.Find("option[selected]")
			if chosen.Length() == 0 {
				chosen = s.Find("option")
			}
			f.Set(name, chosen.First().AttrOr("value", ""))
			return
		}
		f.Set(name, s.AttrOr("value", ""))
	})
	return f
}

// over waits until an import is at rest.
func (b *browser) over(path string) page {
	b.t.Helper()
	for until := time.Now().Add(5 * time.Minute); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		if p := b.get(path); p.Find("#import[hx-trigger]").Length() == 0 {
			return p
		}
	}
	b.t.Fatal("the import does not end")
	return page{}
}

func notes(from, n int) string {
	var b strings.Builder
	b.WriteString("id;date;note;commentaire;ou\n")
	for i := from; i < from+n; i++ {
		fmt.Fprintf(&b, "%d;%s;%d;Tout s’est passé comme prévu, merci au conseiller numéro %d;%s\n", i, time.Now().AddDate(0, 0, -i%20).Format("02/01/2006"), i%11, i, []string{"Boutique de Lille", "Appel"}[i%2])
	}
	return b.String()
}

func TestAFileBecomesFeedbackAndIsTakenBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	p := b.upload("enquete.csv", notes(0, 40))
	if p.status != 200 || p.path != "/listen/imports/1" {
		t.Fatalf("%d %s: %s", p.status, p.path, squeeze(p.Find("main").Text()))
	}
	p.has(t, ".import-preview", "Tout s’est passé comme prévu", "ligne 2")
	p.has(t, ".import-ask", "note", "NPS")
	f := p.draftForm()
	f.Set("do", "start")
	if p = b.post(p.path, f); p.status != 422 {
		t.Fatalf("started without an answer: %d", p.status)
	}
	p.has(t, ".notice.bad", "question de recommandation")

	f = p.draftForm()
	f.Set("c4-as", "touchpoint")
	f.Set("nps-2", "nps")
	p = b.post(p.path, f)
	p.has(t, ".import-values", "Boutique de Lille", "Créer « Appel »")
	p.has(t, ".import-go", "crée 2 points de contact")
	f = p.draftForm()
	f.Set("do", "check")
	b.post(p.path, f)
	p = b.over(p.path)
	p.has(t, ".import-go", "40 lignes lues", "importés")
	f = p.draftForm()
	f.Set("do", "start")
	b.post(p.path, f)
	p = b.over(p.path)
	p.has(t, "main", "40 retours clients sont entrés")
	r.settle()
	b.get("/touchpoints/appel?period=12m").has(t, "main", "20")

	again := b.upload("enquete-2.csv", notes(30, 20))
	again.has(t, ".notice.good", "mêmes colonnes")
	f = again.draftForm()
	f.Set("do", "start")
	b.post(again.path, f)
	again = b.over(again.path)
	again.has(t, ".import-counts", "10")
	again.has(t, "main", "10 retours clients sont entrés", "déjà connus")

	b.post(p.path+"/undo", nil)
	b.over(p.path).has(t, "main", "40 retours clients ont été retirés")
	b.get("/listen/imports").has(t, "table", "annulé", "enquete.csv", "terminé")
	third := b.upload("enquete.csv", notes(0, 40))
	f = third.draftForm()
	f.Set("do", "start")
	b.post(third.path, f)
	b.over(third.path).has(t, "main", "40 retours clients sont entrés")
}

// qualtricsExport has three header rows, a recommendation and a text.
func qualtricsExport(n int) string {
	var b strings.Builder
	b.WriteString("RecordedDate,Status,ResponseId,DistributionChannel,Q1_NPS_GROUP,Q1,Q2\nRecorded Date,Response Type,Response ID,Distribution Channel,Group,Would you recommend us?,Tell us more\n")
	for i, id := range []string{"recordedDate", "status", "_recordId", "distributionChannel", "QID1_NPS_GROUP", "QID1", "QID2_TEXT"} {
		fmt.Fprintf(&b, "%s\"{\"\"ImportId\"\":\"\"%s\"\"}\"", []string{"", ","}[min(i, 1)], id)
	}
	for i := range n {
		fmt.Fprintf(&b, "\n%s 10:00:00,0,R_%03d,email,Passive,%d,Rendez-vous tenu à l’heure dite %d", time.Now().AddDate(0, 0, -1-i%20).Format("2006-01-02"), i, i%11, i)
	}
	return b.String()
}

func TestAnExportOfASurveyToolNeedsNoHelp(t *testing.T) {
	r := newRig(t, nil)
	b := r.as(r.user(people.Director, ""))
	p := b.upload("relationnel.csv", qualtricsExport(22))
	p.has(t, "main", "Qualtrics", "Q1_NPS_GROUP")
	if p.Find(".import-ask input[type=radio]").Length() > 0 {
		t.Error("a question that the file answers is asked")
	}
	f := p.draftForm()
	f.Set("do", "start")
	b.post(p.path, f)
	b.over(p.path).has(t, "main", "22 retours clients sont entrés")
}

func TestRefusedRowsComeBackAsAFileToCorrect(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Administrator, ""))
	text := "id,date,csat,avis\n"
	for i := range 20 {
		text += fmt.Sprintf("%d,2026-01-%02d,5,Parfait en tous points je recommande\n", i, i+1)
	}
	p := b.upload("notes.csv", text+"20,hier,4,Une date qui ne se lit pas du tout\n")
	f := p.draftForm()
	f.Set("do", "start")
	b.post(p.path, f)
	b.over(p.path).has(t, "main", "Lignes refusées", "hier")
	got := b.get(p.path + "/refused")
	if !strings.HasPrefix(got.body, "\ufeffid,date,csat,avis,vigie_reason\n20,hier,4,") {
		t.Fatalf("%q", got.body)
	}
	back := b.upload("notes-corrigees.csv", strings.Replace(got.body, "hier", "2026-01-03", 1))
	back.has(t, ".notice.good", "mêmes colonnes")
	b.get(p.path+"/map").has(t, "body", "source: notes", "as: score")
}

func TestAFileThatIsNoneIsRefusedWithAWord(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Administrator, ""))
	for name, x := range map[string][2]string{"image": {"a.png", "\x89PNG\r\n\x1a\n...."}, "empty": {"a.csv", ""}, "json": {"a.json", `[{"a":1}]`}} {
		t.Run(name, func(t *testing.T) {
			p := b.upload(x[0], x[1])
			if p.status != 422 || p.Find(".notice.bad").Length() != 1 {
				t.Errorf("%d: %s", p.status, squeeze(p.Find("main").Text()))
			}
		})
	}
	if n := b.get("/listen/imports").Find("tbody tr").Length(); n > 1 {
		t.Errorf("%d imports are kept", n)
	}
}

func TestWhatIsTypedWrongIsSaidAtItsField(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Administrator, ""))
	p := b.upload("enquete.csv", notes(0, 40))
	for name, x := range map[string][3]string{
		"no number":        {"c2-min", "zéro", "zéro"},
		"end before start": {"c2-max", "-1", "fin de l’échelle"},
		"no date format":   {"c1-dates", "jj/mm", "jj/mm"},
	} {
		t.Run(name, func(t *testing.T) {
			f := p.draftForm()
			f.Set(x[0], x[1])
			got := b.post(p.path, f)
			if got.status != 422 || got.Find("#f-"+x[0]+"[aria-invalid]").AttrOr("value", "") != x[1] {
				t.Errorf("%d", got.status)
			}
			got.has(t, "#f-"+x[0]+"-err", x[2])
			if _, open := got.Find("#f-" + x[0]).Closest("details").Attr("open"); !open {
				t.Error("the field is folded away")
			}
		})
	}
}

func TestUnitsNobodyKnowsAreAskedAboutOnceForAll(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Director, ""))
	text := "id;date;csat;commentaire;unite;libelle\n"
	for i := range 160 {
		text += fmt.Sprintf("%d;2026-01-%02d;5;Parfait en tous points je recommande;S%02d;Service numéro %d\n", i, 1+i%28, i%80, i%80)
	}
	p := b.upload("services.csv", text)
	p.has(t, ".import-ask", "80 entités", "libelle", "Service numéro")
	p.has(t, ".import-preview", "Service numéro 0")
	p.has(t, ".import-go", "crée 80 entités")
	f := p.draftForm()
	f.Set("c4-unknown", "wait")
	p = b.post(p.path, f)
	p.has(t, ".import-preview", "attendra en quarantaine")
	f = p.draftForm()
	f.Set("c4-unknown", "create")
	b.post(p.path, f)
	f = b.get(p.path).draftForm()
	f.Set("do", "start")
	b.post(p.path, f)
	b.over(p.path).has(t, "main", "160 retours clients sont entrés")
	o, err := r.People.Present(t.Context())
	if err != nil || len(o.Units()) != 80 || o.Name("s07", "fr") != "Service numéro 7" {
		t.Errorf("%d units, %q, %v", len(o.Units()), o.Name("s07", "fr"), err)
	}
}

func TestAnImportIsStoppedAndResumedFromItsPage(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Administrator, ""))
	var text strings.Builder
	text.WriteString("id,date,csat,avis\n")
	for i := range 30_000 {
		fmt.Fprintf(&text, "%d,2026-01-%02d,5,Parfait en tous points je recommande\n", i, 1+i%28)
	}
	p := b.upload("notes.csv", text.String())
	f := p.draftForm()
	f.Set("do", "start")
	if p = b.post(p.path, f); p.Find(`form[action$="/stop"] button`).Length() != 1 {
		t.Fatal("it cannot be stopped")
	}
	p = b.post(p.path+"/stop", nil)
	p.has(t, "main", "arrêté à votre demande")
	if p.Find(`form[action$="/resume"]`).Length() != 1 || p.Find(`form[action$="/undo"]`).Length() != 1 {
		t.Fatal("it can neither go on nor be undone")
	}
	b.post(p.path+"/stop", nil).has(t, ".toasts", "rien à arrêter")
	b.post(p.path+"/resume", nil)
	b.over(p.path).has(t, "main", "30 000 retours clients sont entrés")
}

func TestSavedChoicesAreTakenUpFromTheirFile(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Administrator, ""))
	p := b.upload("notes.csv", "id,date,csat,avis\n1,2026-01-02,5,Parfait en tous points\n2,2026-01-03,4,Très bien dans l’ensemble\n")
	choices := b.get(p.path + "/map").body
	took := b.send(b.fileForm(p.path+"/map", "choix.yaml", strings.Replace(choices, "source: notes", "source: ailleurs", 1)))
	if took.status != 200 || took.Find("#f-source").AttrOr("value", "") != "ailleurs" {
		t.Fatalf("%d %s", took.status, squeeze(took.Find("main").Text()))
	}
	bad := b.send(b.fileForm(p.path+"/map", "choix.yaml", strings.Replace(choices, "column: csat", "column: note", 1)))
	if bad.status != 422 {
		t.Errorf("%d", bad.status)
	}
	bad.has(t, ".notice.bad", "note")
}

func TestATemplateLeftEmptyIsPutAwayAndComesBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Administrator, ""))
	templates, err := journey.Templates()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Journeys.Put(t.Context(), "user:1", templates[0].Journey); err != nil {
		t.Fatal(err)
	}
	p := b.upload("enquete.csv", notes(0, 40))
	f := p.draftForm()
	f.Set("c4-as", "touchpoint")
	f.Set("nps-2", "own")
	f = b.post(p.path, f).draftForm()
	f.Set("place", "")
	f = b.post(p.path, f).draftForm()
	f.Set("do", "start")
	b.post(p.path, f)
	r.settle()
	p = b.over(p.path)
	p.has(t, "main", "Un parcours reste vide", "points de contact, aucun retour")
	key := p.Find(`form[action$="/aside"] input[name=journey]`).AttrOr("value", "")
	form := url.Values{"journey": {key}, "import": {"1"}}
	p = b.post("/listen/imports/aside", form)
	if p.path != "/listen/imports/1" || strings.Contains(p.body, "reste vide") {
		t.Fatalf("%s: it still stands there", p.path)
	}
	undo := url.Values{}
	p.Find(`.toasts form input[type=hidden]`).Each(func(_ int, s *selection) { undo.Set(s.AttrOr("name", ""), s.AttrOr("value", "")) })
	b.post("/listen/imports/aside", undo)
	at, err := r.Journeys.Present(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := at.Journey(templates[0].Journey.Key); err != nil {
		t.Error("it does not come back:", err)
	}
	for _, j := range at.List {
		if string(j.Key) != key {
			if got := b.post("/listen/imports/aside", url.Values{"journey": {string(j.Key)}}); got.status != 409 {
				t.Errorf("%s, a journey that is spoken of, was put away: %d", j.Key, got.status)
			}
		}
	}
}

func TestTouchpointsNobodyKnowsAreSettledOnceForTheColumn(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	text := "id;date;csat;commentaire;lieu\n"
	for i := range 60 {
		place := []string{"technician", "Guichet nord", "Guichet sud", "Borne du hall"}[i%4]
		text += fmt.Sprintf("%d;2026-01-%02d;5;Parfait en tous points je recommande;%s\n", i, 1+i%28, place)
	}
	p := b.upload("lieux.csv", text)
	f := p.draftForm()
	f.Set("c4-as", "touchpoint")
	p = b.post(p.path, f)
	p.has(t, ".import-ask", "3 valeurs", "Guichet nord", "Les créer tous", "Ou les rattacher tous à")
	settle := func(field, value string) page {
		t.Helper()
		f := b.get(p.path).draftForm()
		f.Set(field, value)
		b.post(p.path, f)
		return b.get(p.path)
	}
	meanings := func(p page) string {
		var out []string
		p.Find("select[name^='c4-v']").Each(func(_ int, s *selection) { out = append(out, s.Find("option[selected]").AttrOr("value", "none")) })
		slices.Sort(out)
		return strings.Join(out, " ")
	}
	for _, step := range []struct{ field, value, want string }{
		{"c4-others", "wait", "? ? ? technician"}, {"c4-others", "create", "+ + + technician"}, {"c4-others", "none", "   technician"}, {"c4-others-to", "technician", "technician technician technician technician"},
		{"c4-others", "create", "+ + + technician"},
	} {
		if got := meanings(settle(step.field, step.value)); got != step.want {
			t.Errorf("%s=%s: the values mean %q, not %q", step.field, step.value, got, step.want)
		}
	}
	f = b.get(p.path).draftForm()
	first := b.get(p.path).Find("select[name^='c4-v']").FilterFunction(func(_ int, s *selection) bool { return s.Find("option[selected]").AttrOr("value", "") == "+" }).First().AttrOr("name", "")
	f.Set(first, "technician")
	if got := meanings(b.post(p.path, f)); got != "+ + technician technician" {
		t.Errorf("one of them changed afterwards: %q", got)
	}
	f = b.get(p.path).draftForm()
	f.Set("do", "start")
	b.post(p.path, f)
	b.over(p.path).has(t, "main", "60 retours clients sont entrés")
	at, err := r.Journeys.Present(t.Context())
	if err != nil || len(at.Known()) < 3 {
		t.Errorf("%d touchpoints, %v", len(at.Known()), err)
	}
}
