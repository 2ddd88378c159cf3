package web_test

import (
	"net/url"
	"strings"
	"testing"

	"vigie/internal/listen/invite"
	"vigie/internal/people"
)

func TestARuleIsRunOnAListAndEveryLineIsAccountedFor(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	r.two()
	b := r.as(r.user(people.Administrator, ""))
	b.post("/listen/surveys/new", url.Values{"do": {"template"}, "template": {"delivery"}})
	if _, err := r.Surveys.Publish(t.Context(), "test", "delivery"); err != nil {
		t.Fatal(err)
	}
	b.post("/listen/rules/new", url.Values{"text": {"key: livree\nname: {fr: Après livraison}\nsurvey: delivery\ntrigger: {event: order.delivered}\n"}})
	b.get("/listen/rules/livree/run").has(t, "main", "n’est pas déclenchée par une liste")
	b.post("/listen/rules/new", url.Values{"text": {"key: barometre\nname: {fr: Baromètre}\nsurvey: delivery\ntrigger: {list: true}\n"}})
	const at = "/listen/rules/barometre/run"
	b.get(at).has(t, "main", "n’interroge encore personne")
	for _, c := range invite.Checklist() {
		b.post("/listen/rules/barometre/check", url.Values{"check": {c}, "made": {"1"}})
	}
	b.post("/listen/rules/barometre/stage", url.Values{"stage": {"go"}})
	if to := b.get("/listen/rules/barometre").Find(`main a[href="` + at + `"]`).Length(); to != 1 {
		t.Fatalf("%d ways to run it", to)
	}
	pasted := url.Values{"name": {"vague-1"}, "whom": {"pasted"}, "pasted": {"z10\ninconnu@example.org\nz20\nz10\n"}, "do": {"try"}}
	p := b.post(at, pasted)
	p.has(t, "main", "rien n’est prévu")
	p.has(t, "main", "Inconnus")
	if n := p.Find("table caption:contains('Lignes qui n')").Length(); n != 1 {
		t.Errorf("%d tables of lines that found nobody", n)
	}
	if p.Find("table caption:contains('Lancements')").Length() != 0 {
		t.Error("a try is kept as a run")
	}
	pasted.Set("do", "run")
	b.post(at, pasted).has(t, "main", "Lancement « vague-1 »")
	if l := b.get("/listen/invitations?rule=barometre").Find("main tbody tr").Length(); l != 2 {
		t.Errorf("%d invitations", l)
	}
	if p := b.post(at, pasted); strings.Contains(p.Find("main").Text(), "⟨") {
		t.Error(squeeze(p.Find("main").Text()))
	}
	if l := b.get("/listen/invitations?rule=barometre").Find("main tbody tr").Length(); l != 2 {
		t.Errorf("%d invitations after the same run again", l)
	}
	form := b.fileForm(at, "clients.csv", "client;ref\nOdile;z10\nPersonne;z99\n", "name", "vague-2", "whom", "file", "do", "try")
	if p := b.send(form); p.status != 200 || p.Find("table caption:contains('Lignes qui n')").Length() != 1 {
		t.Fatalf("a file: %d %s", p.status, squeeze(p.Find("main").Text()))
	}
	if p := b.post(at, url.Values{"name": {"Vague 2"}, "whom": {"pasted"}, "pasted": {"z10"}}); p.status != 422 {
		t.Errorf("a name that is none: %d", p.status)
	}
	b.post(at, url.Values{"name": {"vague-3"}, "whom": {"segment"}, "if_what": {"a:status"}, "if_test": {"in"}, "if_value": {"customer"}, "do": {"try"}}).has(t, "main", "rien n’est prévu")
	unknown := url.Values{"name": {"vague-4"}, "whom": {"pasted"}, "pasted": {"neuve@example.org\nREF-77"}, "make": {"1"}, "do": {"run"}}
	b.post(at, unknown).has(t, "main", "Dont créés", "1")
	if p, err := r.Customers.Find(t.Context(), people.Whole(), "neuve@example.org"); err != nil || len(p.Identities) != 1 {
		t.Errorf("%+v %v", p, err)
	}
	b.get("/settings/audit").has(t, "table", "barometre/vague-4 +1")
}
