package web_test

import (
	"net/url"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/people"
)

func TestQuarantineIsMappedCreatedLeftOutAndGivenBack(t *testing.T) {
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
