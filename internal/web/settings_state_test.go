package web_test

import (
	"strings"
	"testing"
	"time"

	"vigie/internal/listen/collect"
	"vigie/internal/people"
)

func TestTheFirstPageOfSettingsSaysWhatWaits(t *testing.T) {
	r := newRig(t, nil)
	boss := r.user(people.Administrator, "")
	b := r.as(boss)
	b.get("/settings").has(t, ".things", "créez-les, ou importez l’organigramme", "1 administrateur sans second facteur", "Rien n’attend", "0 demande à traiter", "Pas de consultation consignée", "tout est gardé sans limite")

	r.company()
	r.send(collect.Incoming{At: time.Now().Add(-time.Minute), Touchpoint: "technician", Unit: "brest", Scores: collect.Scores{"csat": 4}})
	if _, err := r.People.AddRequest(t.Context(), people.Viewer{Role: people.Administrator}, people.RightsRequest{Kind: "access", Who: "Zoé", Received: "2026-01-05"}); err != nil {
		t.Fatal(err)
	}
	if err := r.People.UpdateSettings(t.Context(), func(v *people.Settings) { v.Retention.Words = 36 }); err != nil {
		t.Fatal(err)
	}
	b.get("/settings").has(t, ".things", "4 entités", "à faire1 retour", "1 demande à traiter", "1 en retard", "36 mois")
}

func TestADeniedPageSaysWhomToAskAndGivesNoAddress(t *testing.T) {
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	b.get("/settings/keys").has(t, "main", "Direction de l’expérience client", "s’ouvre à : Administrateur", "demandez à qui a installé Vigie")
	for _, name := range []string{"Anne Bell", "Karim Haddad", "Louis Martin", "Zoé Petit"} {
		if _, err := r.People.AddUser(t.Context(), people.NewUser{Name: name, Email: strings.ToLower(strings.Fields(name)[1]) + "@secret.example", Role: people.Administrator}); err != nil {
			t.Fatal(err)
		}
	}
	p := b.get("/settings/keys")
	p.has(t, "main", "demandez à Anne Bell, Karim Haddad, Louis Martin ou 1 autre")
	if p.status != 403 || containsAny(p.body, "secret.example") {
		t.Errorf("%d, and an address is given away", p.status)
	}
	role, err := r.People.PutRole(t.Context(), people.Viewer{Role: people.Administrator}, people.OwnRole{Base: people.Analyst, Name: map[string]string{"fr": "Greffe", "en": "Clerk"}, Rights: []string{people.ReadAudit.String()}})
	if err != nil {
		t.Fatal(err)
	}
	if p := r.as(r.user(role, "")).get("/"); p.status != 200 || p.path != "/settings/audit" {
		t.Errorf("who reads no figure begins at %s (%d)", p.path, p.status)
	}
	nobody := r.browser().get("/settings/keys")
	if containsAny(nobody.body, "Karim", "secret.example") {
		t.Error("somebody outside reads who administers")
	}
}
