package web_test

import (
	"net/url"
	"testing"
	"time"

	"vigie/internal/listen/collect"
	"vigie/internal/listen/invite"
	"vigie/internal/people"
)

// A rule is written, launched step by step, and tells why somebody was not asked.
func TestARuleIsLaunchedAndTellsWhoIsAsked(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Administrator, ""))
	b.post("/listen/surveys/new", url.Values{"do": {"template"}, "template": {"delivery"}})
	if _, err := r.Surveys.Publish(t.Context(), "test", "delivery"); err != nil {
		t.Fatal(err)
	}
	b.get("/listen/rules").has(t, "main", "Pas encore de règle")
	text := "key: livree\nname: {fr: Après livraison}\nsurvey: delivery\ntrigger: {event: order.delivered}\nsampling: {quota: 1}\n"
	if p := b.post("/listen/rules/new", url.Values{"text": {text + "colour: red\n"}}); p.status != 422 {
		t.Fatalf("an unknown field: %d", p.status)
	}
	p := b.post("/listen/rules/new", url.Values{"text": {text}})
	if p.status != 200 || p.path != "/listen/rules/livree" {
		t.Fatalf("%d %s", p.status, p.path)
	}
	if p := b.post("/listen/rules/livree/stage", url.Values{"stage": {"go"}}); p.status != 409 {
		t.Fatalf("went unchecked: %d", p.status)
	}
	for _, c := range invite.Checklist() {
		b.post("/listen/rules/livree/check", url.Values{"check": {c}, "made": {"1"}})
	}
	b.post("/listen/rules/livree/stage", url.Values{"stage": {"go"}, "note": {"Pilote concluant"}}).has(t, "main", "Pilote concluant")
	l, err := r.Invites.Receive(t.Context(), []invite.Happening{
		{Event: "order.delivered", At: time.Now(), Customer: &collect.Customer{Ref: "A1", Name: "Zoé Martin", Email: "zoe@example.org"}},
		{Event: "order.delivered", At: time.Now(), Customer: &collect.Customer{Ref: "A2", Name: "Max Petit", Email: "max@example.org"}}})
	if err != nil || l[1].Verdict != collect.Accepted {
		t.Fatal(l, err)
	}
	if n, err := r.Invites.PlanOccurrences(t.Context()); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	list := b.get("/listen/invitations")
	list.has(t, "main", "Zoé Martin")
	list.has(t, "main", "Assez de personnes de ce segment")
	b.get("/listen/invitations?state=refused").has(t, "main", "Max Petit")
	b.get("/listen/rules/livree").has(t, "main", "Assez de personnes de ce segment")
	b.get(path(r.customerOf("A2"), "")).has(t, "main", "Assez de personnes de ce segment")
	b.post("/listen/rules/new", url.Values{"text": {"key: appel\nname: {fr: Après appel}\nsurvey: delivery\ntrigger: {event: call.ended}\n"}})
	card := b.get(path(r.customerOf("A2"), ""))
	card.has(t, "main", "Après appel")
	card.has(t, "main", "Rien de ce que la règle attend ne lui est arrivé")
	refused := b.get("/listen/refusals?days=7")
	refused.has(t, "main", "Après livraison")
	refused.has(t, "main", "Assez de personnes de ce segment")
}
