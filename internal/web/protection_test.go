package web_test

import (
	"net/url"
	"strings"
	"testing"

	"vigie/internal/people"
)

func TestAnErasureRequestIsTiedToTheCustomerAndDone(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.DPO, ""))
	p := b.post("/settings/protection/requests", url.Values{"kind": {"erasure"}, "who": {"c3@x.fr"}, "received": {"2026-01-15"}})
	p.has(t, ".things", "Effacement", "c3@x.fr", "client n°", "en retard")
	if p = b.post("/settings/protection/requests", url.Values{"kind": {"access"}, "received": {"2026-01-15"}}); p.status != 422 || p.Find("#f-who[aria-invalid=true]").Length() != 1 {
		t.Errorf("from nobody: %d", p.status)
	}
	p = b.post("/settings/protection/requests/1/erase", nil)
	p.has(t, ".things", "traitée")
	if strings.Contains(p.Find(".things").Text(), "c3@x.fr") {
		t.Error("who was erased is still named")
	}
	dpo, err := r.People.UserByEmail(t.Context(), "dpo@x.fr")
	if err != nil {
		t.Fatal(err)
	}
	v, err := r.People.ViewerOf(t.Context(), dpo)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Customers.Find(t.Context(), v.Scope, "c3@x.fr"); err == nil {
		t.Error("the customer is still known")
	}
	if p = b.post("/settings/protection/requests/1/erase", nil); p.status != 422 {
		t.Errorf("erased twice: %d", p.status)
	}
}

func TestRetentionIsPreviewedAndDocumentsComeFilled(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.DPO, ""))
	b.get("/settings/protection").has(t, "main", "aucune durée n’est dépassée")
	if p := b.post("/settings/protection/retention", url.Values{"words": {"-1"}}); p.status != 422 || p.Find("#f-words[aria-invalid=true]").Length() != 1 {
		t.Errorf("minus one month: %d", p.status)
	}
	b.post("/settings/protection/retention", url.Values{"words": {"3"}}).has(t, "main", "les mots de")
	b.get("/settings/protection/register").has(t, "form", "Ada dpo (dpo@x.fr)", "Mots des retours : 3 mois")
	b.post("/settings/protection/register", url.Values{"basis": {"Contrat."}}).has(t, "form", "Contrat.", "modifiée")
	file := b.get("/settings/protection/register.html")
	if !strings.Contains(file.header.Get("Content-Disposition"), "register.html") || !strings.Contains(file.body, "<p>Contrat.</p>") {
		t.Errorf("%.200s", file.body)
	}
	b.get("/settings/protection/assessment").has(t, "form", "aucune consultation consignée")
}
