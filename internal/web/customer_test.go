package web_test

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/media"
	"vigie/internal/people"
)

// customerOf gives the number of a customer by reference.
func (r *rig) customerOf(ref string) cx.PersonID {
	r.t.Helper()
	p, err := r.Customers.Find(r.t.Context(), people.Whole(), ref)
	if err != nil {
		r.t.Fatalf("%s: %v", ref, err)
	}
	return p.ID
}

// two adds a customer of Nantes and one of Lille.
func (r *rig) two() (west, north cx.PersonID) {
	r.t.Helper()
	say := func(ref, unit, words string, days int, csat float64) collect.Incoming {
		return collect.Incoming{At: time.Now().UTC().AddDate(0, 0, -days), Touchpoint: "technician", Unit: unit, Channel: "field", Lang: "fr", Scores: collect.Scores{"csat": csat}, Verbatim: words,
			Customer: &collect.Customer{Ref: ref, Name: "Odile Évrard " + unit, Email: ref + "@x.fr", Phone: "06 00 00 00 " + ref[1:], Status: "customer", Attributes: map[string]any{"iban": "FR76 1234", "city": "Vannes"}}}
	}
	r.send(say("z10", "nantes", "Deux rendez-vous manqués.", 3, 1), say("z10", "nantes", "", 40, 4), say("z10", "nantes", "Bien.", 50, 5), say("z20", "lille", "Très bien reçue.", 2, 5))
	r.settle()
	return r.customerOf("z10"), r.customerOf("z20")
}

func path(id cx.PersonID, rest string) string { return fmt.Sprintf("/customers/%d%s", id, rest) }

func TestACustomerOfAnotherPerimeterIsNoCustomer(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	west, north := r.two()
	b := r.as(r.user(people.Manager, "west"))
	if p := b.get(path(west, "")); p.status != 200 {
		t.Fatalf("own: %d", p.status)
	}
	unknown := b.get("/customers/999999")
	for _, at := range []string{path(north, ""), path(north, "/temperature"), "/customers/abc", "/customers/-1", "/customers/0", "/customers/9999999999999999999"} {
		p := b.get(at)
		if p.status != 404 || squeeze(p.Find("main").Text()) != squeeze(unknown.Find("main").Text()) {
			t.Errorf("%s: %d %s", at, p.status, squeeze(p.Find("main").Text()))
		}
	}
	if p := b.post(path(north, "/show"), nil); p.status != 404 {
		t.Errorf("shown: %d", p.status)
	}
	for typed, want := range map[string]int{"evrard": 1, "Z20": 0, "z20": 0, "z20@x.fr": 0, "06 00 00 00 20": 0, "z10": 1, "Z10@X.fr": 1, "+33600000010": 1, "évr odi": 1, "vrard": 0} {
		p := b.post("/customers", url.Values{"who": {typed}})
		if n := p.Find(".persons li").Length(); n != want || p.status != 200 {
			t.Errorf("%q finds %d (%d)", typed, n, p.status)
		}
		if strings.Contains(p.path, typed) {
			t.Errorf("%q stands in the address", typed)
		}
	}
	recent := b.get("/customers")
	if recent.Find(fmt.Sprintf(`a[href="%s"]`, path(west, ""))).Length() != 1 || recent.Find(fmt.Sprintf(`a[href="%s"]`, path(north, ""))).Length() != 0 {
		t.Error("recent customers are not those of the perimeter, each once")
	}
}

func TestPersonalDataIsMaskedUntilItIsAskedForAndThatIsNoted(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	west, _ := r.two()
	director := r.as(r.user(people.Director, ""))
	p := director.get(path(west, ""))
	for _, secret := range []string{"z10@x.fr", "+33600000010", "FR76 1234"} {
		if strings.Contains(p.body, secret) {
			t.Errorf("%s is shown", secret)
		}
	}
	p.has(t, "main", "z•••@x.fr", "•••10", "Vannes", "personnel", "3 retours depuis", "Deux rendez-vous manqués.")
	p = director.post(path(west, "/show"), nil)
	p.has(t, "main", "z10@x.fr", "+33600000010", "FR76 1234")
	if strings.Contains(director.get(path(west, "")).body, "z10@x.fr") {
		t.Error("it stays shown")
	}
	admin := r.as(r.user(people.Administrator, ""))
	trail := admin.get("/settings/audit")
	trail.has(t, "table", "client lu", "client montré en clair")
	if trail.Find(fmt.Sprintf(`table a[href="%s"]`, path(west, ""))).Length() < 2 {
		t.Error("the trail does not lead to the customer")
	}
}

func TestTemperatureSaysWhatToSayAndWhereItComesFrom(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	west, north := r.two()
	b := r.as(r.user(people.Director, ""))
	p := b.get(path(west, "/temperature"))
	p.has(t, ".warmth", "Froid", "ses notes baissent", "Reste ouvert : J’attends le technicien")
	p.has(t, ".sentences", "Excusez-vous d’abord : « J’attends le technicien »", "Deux rendez-vous manqués.", "Pas d’offre : CSAT 1", "Ne faites pas raconter")
	p.Find(".sentences > li").Each(func(_ int, s *selection) {
		if s.Find(`a[href^="/feedbacks/"]`).Length() == 0 {
			t.Errorf("comes from nowhere: %s", squeeze(s.Text()))
		}
	})
	p = b.get(path(north, "/temperature"))
	p.has(t, ".warmth", "Chaleureux")
	p.has(t, ".sentences", "Remerciez", "Très bien reçue.")
	if strings.Contains(p.body, "Pas d’offre") {
		t.Error("a happy customer may be offered something")
	}
}

func TestTwoCustomersBecomeOneAndTwoAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	west, north := r.two()
	dpo := r.as(r.user(people.DPO, ""))
	found := dpo.post(path(west, "/merge/search"), url.Values{"who": {"evrard"}})
	at := found.Find(".persons a").AttrOr("href", "")
	if found.Find(".persons li").Length() != 1 || at != path(west, fmt.Sprintf("/merge?with=%d", north)) {
		t.Fatalf("found %d, leads to %s", found.Find(".persons li").Length(), at)
	}
	dpo.get(at).has(t, "main", "Celui qui reste", "Celui qui le rejoint", "Odile Évrard lille", "4 retours depuis")
	if p := dpo.get(path(west, fmt.Sprintf("/merge?with=%d", west))); p.status != 422 {
		t.Errorf("with oneself: %d", p.status)
	}
	p := dpo.post(path(west, "/merge"), url.Values{"with": {fmt.Sprint(north)}})
	p.has(t, ".toasts", "n’en font plus qu’un", "Annuler")
	p.has(t, "main", "4 retours depuis", "Fusions", "Séparer")
	for _, part := range []string{"", "/temperature", "/merge", "/erase"} {
		if p := dpo.get(path(north, part)); p.status != 200 || p.path != path(west, part) {
			t.Errorf("the page of who went leads to %s, %d", p.path, p.status)
		}
	}
	if p := r.as(r.user(people.Manager, "lille")).get(path(north, "")); p.status != 200 || p.path != path(west, "") {
		t.Errorf("who saw the one gone sees the one kept: %s %d", p.path, p.status)
	}
	if err := r.People.PutUnits(t.Context(), []people.Unit{{Key: "south", Name: cx.Text{"fr": "Sud"}}}); err != nil {
		t.Fatal(err)
	}
	if p := r.as(r.user(people.Manager, "south")).get(path(north, "")); p.status != 404 || p.path != path(north, "") {
		t.Errorf("a stranger is led to %s, %d", p.path, p.status)
	}
	if s := dpo.post(path(north, "/erase"), nil).status; s != 404 {
		t.Errorf("who went is erased: %d", s)
	}
	undo := p.Find(".toasts form")
	p = dpo.post(undo.AttrOr("action", ""), url.Values{"merge": {undo.Find("[name=merge]").AttrOr("value", "")}})
	p.has(t, "main", "3 retours depuis", "annulée depuis")
	if s := dpo.get(path(north, "")).status; s != 200 {
		t.Errorf("back: %d", s)
	}
	if p = dpo.post(path(west, "/unmerge"), url.Values{"merge": {undo.Find("[name=merge]").AttrOr("value", "")}}); p.status != 404 {
		t.Errorf("undone twice: %d", p.status)
	}
	if p := dpo.get(path(north, "")); p.path != path(north, "") {
		t.Errorf("back, but leads to %s", p.path)
	}
	limited := r.as(r.user(people.Director, "west"))
	if p = limited.post(path(west, "/merge"), url.Values{"with": {fmt.Sprint(north)}}); p.status != 404 {
		t.Errorf("merged with a stranger: %d", p.status)
	}
	if p = limited.get(path(west, fmt.Sprintf("/merge?with=%d", north))); p.status != 404 {
		t.Errorf("preview of a stranger: %d", p.status)
	}
}

func TestAnAnswerToATopicIsNotedWithItsProof(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	west, north := r.two()
	b := r.as(r.user(people.Manager, "west"))
	b.get(path(west, "")).has(t, "main", "Répondre à des enquêtes", "Témoigner", "rien de dit")
	today := time.Now().Format(time.DateOnly)
	answer := func(topic, said, proof, at string) url.Values {
		return url.Values{"topic": {topic}, "said": {said}, "source": {"phone"}, "proof": {proof}, "at": {at}}
	}
	b.post(path(west, "/consents"), answer("testimony", "yes", "", today)).has(t, "main", "Un accord a besoin d’une preuve")
	b.post(path(west, "/consents"), answer("testimony", "yes", "appel du 3", "2999-01-01")).has(t, "main", "ne peut pas être à venir")
	b.post(path(west, "/consents"), answer("everything", "yes", "x", today)).has(t, "main", "rien de dit")
	if p := b.post(path(west, "/consents"), answer("testimony", "yes", "appel du 3", today)); p.status != 200 || p.path != path(west, "") {
		t.Fatalf("%d %s", p.status, p.path)
	}
	b.get(path(west, "")).has(t, "main", "accordé", "au téléphone", "preuve", "appel du 3")
	b.post(path(west, "/consents"), answer("testimony", "no", "", "2020-01-01")).has(t, "main", "plus récente")
	b.post(path(west, "/consents"), answer("contact", "no", "", today))
	b.get(path(west, "/temperature")).has(t, "main", "Pas de rappel")
	if p := b.post(path(north, "/consents"), answer("contact", "no", "", today)); p.status != 404 {
		t.Errorf("of a stranger: %d", p.status)
	}
	r.as(r.user(people.Administrator, "")).get("/settings/audit").has(t, "table", "accord noté pour les témoignages", "refus noté pour les rappels")
}

func TestAPersonReceivesAllOfTheirOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	west, _ := r.two()
	if err := r.Customers.Consents(t.Context(), west, "survey", customer.Consent{At: time.Now(), Proof: "appel du 3"}); err != nil {
		t.Fatal(err)
	}
	dpo := r.as(r.user(people.DPO, ""))
	dpo.get(path(west, "")).has(t, "main", "Consentements et oppositions", "refusé", "appel du 3")
	dpo.get(path(west, "/temperature")).has(t, ".sentences", "Pas d’enquête")
	page := dpo.get(path(west, "/export.html"))
	page.has(t, "main", "Odile Évrard nantes", "z10@x.fr", "+33600000010", "FR76 1234", "Deux rendez-vous manqués.", "refusé", "article 15")
	if !strings.HasPrefix(page.header.Get("Content-Disposition"), "attachment") || page.Find("script,style,[style]").Length() > 0 {
		t.Errorf("the document: %s", page.header.Get("Content-Disposition"))
	}
	var x struct {
		Customer struct {
			Name       string
			Identities []struct{ Kind, Value string }
			Consent    map[string]customer.Consent
			Feedbacks  []json.RawMessage
		}
		Partial bool
	}
	if err := json.Unmarshal([]byte(dpo.get(path(west, "/export.json")).body), &x); err != nil {
		t.Fatal(err)
	}
	if len(x.Customer.Feedbacks) != 3 || len(x.Customer.Identities) != 3 || x.Partial || x.Customer.Consent["survey"].Granted {
		t.Errorf("%+v", x)
	}
	if p := r.as(r.user(people.Manager, "west")).get(path(west, "/export.json")); p.status != 403 {
		t.Errorf("a manager exports: %d", p.status)
	}
}

// What a person sent beside words is theirs too: named in the copy, and in it when they ask for all.
func TestAPersonReceivesTheFilesTheySent(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	west, _ := r.two()
	const bill = "%PDF-1.7 facture"
	m, err := r.Media.Put(t.Context(), strings.NewReader(bill), media.Upload{Name: "ma facture.pdf"})
	if err != nil {
		t.Fatal(err)
	}
	r.send(collect.Incoming{Source: "test", SourceID: "filed", At: time.Now(), Media: []cx.MediaID{m.ID}, Customer: &collect.Customer{Email: "z10@x.fr"}})
	dpo := r.as(r.user(people.DPO, ""))
	if dpo.get(path(west, "")).Find(`a[href$="/export.zip"]`).Length() != 1 {
		t.Error("no way to have the files")
	}
	dpo.get(path(west, "/export.html")).has(t, "main", "ma facture.pdf")
	if body := dpo.get(path(west, "/export.json")).body; !strings.Contains(body, "ma facture.pdf") || !strings.Contains(body, string(m.ID)) {
		t.Error(body)
	}
	body := dpo.get(path(west, "/export.zip")).body
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		held[f.Name[strings.LastIndexByte(f.Name, '.'):]] = string(b)
		if strings.HasSuffix(f.Name, ".pdf") && f.Name != "files/1-ma facture.pdf" {
			t.Error(f.Name)
		}
	}
	if held[".pdf"] != bill || !strings.Contains(held[".html"], `href="./files/1-ma%20facture.pdf"`) || !strings.Contains(held[".json"], "files/1-ma facture.pdf") {
		t.Error(held)
	}
	if p := r.as(r.user(people.Manager, "west")).get(path(west, "/export.zip")); p.status != 403 {
		t.Errorf("a manager exports: %d", p.status)
	}
}

func TestGoingToACustomerStopsAtOnesPerimeter(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	west, north := r.two()
	director, manager := r.as(r.user(people.Director, "")), r.as(r.user(people.Manager, "west"))
	for name, c := range map[string]struct {
		b     *browser
		typed string
		who   cx.PersonID
		found bool
	}{
		"own, by reference":               {manager, "z10", west, true},
		"another perimeter, by reference": {manager, "z20", north, false},
		"all, by reference":               {director, "z20", north, true},
		"a number of a telephone":         {director, "0600000020", north, false},
	} {
		p := c.b.get("/go?q=" + url.QueryEscape(c.typed))
		if got := p.Find(fmt.Sprintf(`main .things a[href="%s"]`, path(c.who, ""))).Length() > 0; got != c.found {
			t.Errorf("%s: found %t", name, got)
		}
	}
}

func TestErasingSaysWhatWentAndLeavesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	west, _ := r.two()
	dpo := r.as(r.user(people.DPO, ""))
	dpo.get(path(west, "/erase")).has(t, "main", "3 retours", "Effacer pour toujours")
	p := dpo.post(path(west, "/erase"), nil)
	p.has(t, ".toasts", "Effacé : 3 retours, 3 identités")
	r.settle()
	if s := dpo.get(path(west, "")).status; s != 404 {
		t.Errorf("still there: %d", s)
	}
	if n := dpo.post("/customers", url.Values{"who": {"Odile nantes"}}).Find(".persons li").Length(); n != 0 {
		t.Errorf("%d found by name", n)
	}
}

func TestWordsLeadToWhoSaidThem(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	west, _ := r.two()
	b := r.as(r.user(people.Director, ""))
	p := b.get("/verbatims")
	if p.Find(fmt.Sprintf(`.voice a[href="%s"]`, path(west, ""))).Length() == 0 || p.Find(`.tabs a[href="/customers"]`).Length() != 1 {
		t.Error("verbatims do not lead to customers")
	}
	at := b.get(path(west, "")).Find(`.voice a[href^="/feedbacks/"]`).AttrOr("href", "")
	if b.get(at).Find(fmt.Sprintf(`a[href="%s"]`, path(west, ""))).Length() != 1 {
		t.Errorf("%s does not lead to its customer once", at)
	}
	b.get("/go?q=clients").has(t, "main", "Clients")
}
