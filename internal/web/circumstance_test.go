package web_test

import (
	"net/url"
	"testing"

	"vigie/internal/listen/circumstance"
	"vigie/internal/people"
	"vigie/internal/record/recordtest"
	"vigie/internal/web"
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

func TestContextEventsHaveTheirStates(t *testing.T) {
	gone := recordtest.SQLite(t)
	for _, c := range []struct {
		name   string
		change func(*web.Deps)
		role   people.Role
		status int
		state  string
		says   []string
	}{
		{"empty, for who may add", nil, people.Director, 200, ".state.accent", []string{"Rien ne s’est encore passé", "Saisissez le premier"}},
		{"empty, for who may not", nil, people.Analyst, 200, ".state.accent", []string{"Rien ne s’est encore passé", "Ceux qui modifient les parcours"}},
		{"error", func(d *web.Deps) { d.Circumstances = circumstance.New(gone) }, people.Director, 500, ".state.bad", []string{"Référence à communiquer", "Réessayer"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, c.change)
			b := r.as(r.user(c.role, ""))
			if c.status == 500 {
				if err := gone.Close(); err != nil {
					t.Fatal(err)
				}
			}
			p := b.get("/listen/context")
			p.has(t, "main "+c.state, c.says...)
			if p.status != c.status {
				t.Errorf("status %d", p.status)
			}
			if p.Find("[data-offline][role=status]").Length() != 1 || p.Find("[data-loading]").Length() != 1 {
				t.Error("nothing says that the network is gone, or that a page is on its way")
			}
			if got, want := p.Find("form[action='/listen/context']").Length() == 1, c.role == people.Director && c.status == 200; got != want {
				t.Errorf("form offered: %t", got)
			}
		})
	}
}
