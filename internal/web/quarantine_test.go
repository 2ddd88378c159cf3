package web_test

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/people"
)

func TestQuarantineIsMappedCreatedLeftOutAndGivenBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Administrator, ""))
	at := time.Now().Add(-time.Hour)
	r.send(collect.Incoming{At: at, Touchpoint: "Technician-Visit", Scores: collect.Scores{"csat": 5}}, collect.Incoming{At: at, Touchpoint: "technician", Unit: "Agence de Nantes", Scores: collect.Scores{"csat": 5}},
		collect.Incoming{At: at, Touchpoint: "INVOICE", Scores: collect.Scores{"csat": 5}}, collect.Incoming{At: at, Touchpoint: "noise", Scores: collect.Scores{"csat": 5}})
	p := b.get("/settings/quarantine")
	p.has(t, "main", "Technician-Visit", "Agence de Nantes", "entité inconnue", "Serait-ce")
	if p.Find(`button[value="to:technician"]`).Length() != 1 || p.Find(`button[value="to:nantes"]`).Length() != 1 {
		t.Error("the likeliest are not offered")
	}
	post := func(form url.Values) page { return b.post("/settings/quarantine", form) }
	post(url.Values{"kind": {"touchpoint"}, "from": {"Technician-Visit"}, "do": {"to:technician"}}).has(t, ".toasts", "1 retour a pris sa place")
	post(url.Values{"kind": {"unit"}, "from": {"Agence de Nantes"}, "to": {"nantes"}, "do": {"map"}}).has(t, ".toasts", "1 retour")
	post(url.Values{"kind": {"touchpoint"}, "from": {"INVOICE"}, "name": {"Je reçois ma facture"}, "stage": {"main/choose"}, "do": {"create"}}).has(t, ".toasts", "1 retour")
	p = post(url.Values{"kind": {"touchpoint"}, "from": {"noise"}, "do": {"ignore"}})
	p.has(t, "main", "Rien n’attend", "sans point de contact", "INVOICE")
	j, err := r.Journeys.Present(t.Context())
	if place, ok := j.Place("invoice"); err != nil || !ok || place.Touchpoint.Name["fr"] != "Je reçois ma facture" || place.Stage.Key != "choose" {
		t.Errorf("not created: %+v %v", place, err)
	}
	post(url.Values{"kind": {"touchpoint"}, "from": {"noise"}, "do": {"undo"}}).has(t, ".toasts", "1 retour attend de nouveau")
	if n, err := r.Door.Count(t.Context()); err != nil || n[cx.Quarantined] != 1 {
		t.Errorf("%v %v", n, err)
	}
	if p = post(url.Values{"kind": {"unit"}, "from": {"x"}, "to": {"nowhere"}, "do": {"map"}}); p.status != 422 {
		t.Errorf("mapped to nowhere: %d", p.status)
	}
}

func TestUnitsOfALargeOrganisationAreFoundByTheirWords(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	var units []people.Unit
	for i := range 1200 {
		units = append(units, people.Unit{Key: cx.UnitID(fmt.Sprintf("u%04d", i)), Name: cx.Text{"fr": fmt.Sprintf("Mairie de Ville %d", i)}})
	}
	units = append(units, people.Unit{Key: "par", Name: cx.Text{"fr": "Préfecture de Paris"}}, people.Unit{Key: "pol", Name: cx.Text{"fr": "Préfecture de police de Paris"}})
	if err := r.People.PutUnits(t.Context(), units); err != nil {
		t.Fatal(err)
	}
	b := r.as(r.user(people.Administrator, ""))
	at := time.Now().Add(-time.Hour)
	var waiting []collect.Incoming
	for i := range 103 {
		waiting = append(waiting, collect.Incoming{At: at, Unit: fmt.Sprintf("zz%d", i), Scores: collect.Scores{"csat": 5}})
	}
	r.send(waiting...)
	p := b.get("/settings/quarantine")
	p.has(t, "main", "3 autres clés attendent")
	if n := p.Find("#known-units option").Length(); n > 0 {
		t.Errorf("%d units are sent with the page", n)
	}
	if got := b.get("/settings/quarantine/units?to=prefecture+paris").Find("option"); got.Length() != 2 || got.First().AttrOr("value", "") != "par" {
		t.Errorf("%d found", got.Length())
	}
	post := func(to string) page {
		return b.post("/settings/quarantine", url.Values{"kind": {"unit"}, "from": {"zz102"}, "to": {to}, "do": {"map"}})
	}
	p = post("prefecture paris")
	p.has(t, ".notice.bad", "choisissez")
	if p.status != 422 || p.Find(`button[value="to:pol"]`).Length() != 1 {
		t.Errorf("%d: what was found is not offered", p.status)
	}
	post("to nowhere at all").has(t, ".notice.bad", "to nowhere at all")
	post("Préfecture de police de Paris").has(t, ".toasts", "1 retour a pris sa place")
}

func TestWaitingUnitsAreNamedAsTheyAreCreated(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	for _, unit := range []string{"AG-29", "AG-35", "Lille!"} {
		r.send(collect.Incoming{At: time.Now().Add(-time.Minute), Touchpoint: "technician", Unit: unit, Scores: collect.Scores{"csat": 4}})
	}
	b := r.as(r.user(people.Director, ""))
	const at = "/settings/quarantine/units"
	form := b.get("/settings/quarantine").typed(formAt(at), url.Values{"name:AG-29": {"Brest"}, "name:AG-35": {" "}})
	if len(form) != 3 || form.Get("name:Lille!") != "Lille!" {
		t.Fatalf("offered to be named: %v", form)
	}
	b.post(at, form).has(t, "body", "3 retours ont pris leur place")
	o, err := r.People.Present(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[cx.UnitID]string{"ag-29": "Brest", "ag-35": "AG-35", "lille": "Lille"} {
		if got := o.Name(key, "fr"); got != want {
			t.Errorf("%s is named %q, want %q", key, got, want)
		}
	}
	if u, _ := o.Unit("lille"); u.Parent != "north" {
		t.Error("a unit there already was moved by a key that looks like its own")
	}
	r.send(collect.Incoming{At: time.Now().Add(-time.Minute), Touchpoint: "technician", Unit: "Nantes?", Scores: collect.Scores{"csat": 4}})
	refused := b.post("/settings/quarantine", url.Values{"kind": {"unit"}, "from": {"Nantes?"}, "name": {"Autre"}, "do": {"create"}})
	refused.has(t, "main", "Une entité porte déjà la clé")
	if refused.status != 409 {
		t.Error(refused.status)
	}
}
