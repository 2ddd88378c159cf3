package web_test

import (
	"net/url"
	"testing"

	"vigie/internal/people"
)

func TestContextEventEnteredChangedAndDeleted(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	form := url.Values{"name": {"Grève des transports"}, "kind": {"strike"}, "from": {"2026-03-02"}, "until": {"2026-03-01"}, "touchpoint": {"technician"}}
	refused := b.post("/listen/context", form)
	if refused.status != 422 && refused.status != 400 {
		t.Fatalf("a last day before the first: %d", refused.status)
	}
	refused.has(t, ".field.bad", "précède le premier")
	if v, _ := refused.Find("#f-name").Attr("value"); v != "Grève des transports" {
		t.Errorf("what was typed is lost: %q", v)
	}
	form.Set("until", "2026-03-04")
	kept := b.post("/listen/context", form)
	kept.has(t, "main ul.things", "Grève des transports", "du 2 mars 2026 au 4 mars 2026", "J’attends le technicien")
	one := b.get("/listen/context/2026-03-02-greve-des-transports")
	one.has(t, "form", "Supprimer")
	gone := b.post("/listen/context/2026-03-02-greve-des-transports/delete", nil)
	gone.has(t, "main", "Rien ne s’est encore passé")
	if p := r.as(r.user(people.Manager, "west")).get("/listen/context"); p.Find("form[action='/listen/context']").Length() != 0 {
		t.Error("a manager is offered what only those who edit the structure may do")
	}
}
