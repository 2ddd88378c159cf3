package web_test

import (
	"context"
	"maps"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/invite"
	"vigie/internal/people"
)

const policyForm = "form[action='/listen/policy']"

func TestThePolicyIsSetByItsForm(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Director, ""))
	p := b.get("/listen/policy")
	p.has(t, "main", "Au plus 1 question transactionnelle en 30 jours.", "Rien ne part de 20 h 00 à 8 h 00, le dimanche, les jours fériés français, à l’heure du client.")
	before, err := r.Invites.Policy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.post("/listen/policy", p.typed(policyForm, nil))
	after, err := r.Invites.Policy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before, after); d != "" {
		t.Errorf("saved as it was shown, it changed:\n%s", d)
	}
	f := b.get("/listen/policy").typed(policyForm, nil)
	f.Set("do", "add blackouts")
	p = b.post("/listen/policy", f)
	f = p.typed(policyForm, nil)
	f.Set("blackouts_from", "2026-12-20")
	f.Set("blackouts_last", "2027-01-02")
	f.Set("blackouts_reason", "Fêtes")
	f.Set("rest.relational", "90")
	f.Set("rest.transactional", "")
	b.post("/listen/policy", f).has(t, "main", "Rien n’est demandé à personne du 20 déc. 2026 au 2 janv. 2027 — Fêtes")
	if after, err = r.Invites.Policy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]invite.Blackout{{From: "2026-12-20", Until: "2027-01-03", Reason: "Fêtes"}}, after.Blackouts); d != "" || !maps.Equal(after.Rest, map[cx.Program]int{cx.Relational: 90}) {
		t.Errorf("%s %v", d, after.Rest)
	}
}

func TestAllThatIsWrongInAPolicyIsToldByField(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Director, ""))
	f := b.get("/listen/policy").typed(policyForm, nil)
	f["caps_days"][0], f["caps_n"][1] = "0", "deux"
	f.Set("ahead", "1000")
	f["blackouts_from"], f["blackouts_last"], f["blackouts_reason"], f["blackouts_program"] = []string{"2026-12-20"}, []string{"2026-12-01"}, []string{"Grève"}, []string{""}
	p := b.post("/listen/policy", f)
	if p.status != 422 {
		t.Fatal(p.status)
	}
	for _, id := range []string{"f-caps_days-0", "f-caps_n-1", "f-ahead"} {
		if p.Find("[id='"+id+"'][aria-invalid]").Length() != 1 {
			t.Errorf("nothing wrong at %s", id)
		}
	}
	p.has(t, "#lines-blackouts .line-error", "Une période va d’un jour")
	if got := p.Find("[name=blackouts_reason]").AttrOr("value", ""); got != "Grève" {
		t.Errorf("what was typed is gone: %q", got)
	}
}

func TestAPolicySavedOverAnothersIsAConflictThatKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Director, ""))
	f := b.get("/listen/policy").typed(policyForm, nil)
	if err := r.Invites.ChangePolicy(context.Background(), func(p *invite.Policy) error { p.Ahead = 3; return nil }); err != nil {
		t.Fatal(err)
	}
	f.Set("ahead", "7")
	p := b.post("/listen/policy", f)
	if p.status != 409 || p.Find("[name=ahead]").AttrOr("value", "") != "7" {
		t.Fatalf("%d %s", p.status, squeeze(p.Find("main").Text()))
	}
	b.post("/listen/policy", p.typed(policyForm, nil)).has(t, "main", "prévue dans les 7 jours")
}

func TestWhyOnePersonWouldNotBeAskedIsTold(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Administrator, ""))
	b.get("/listen/policy").has(t, "main", "Aucune enquête n’est encore publiée.")
	b.post("/listen/surveys/new", url.Values{"do": {"template"}, "template": {"delivery"}})
	if _, err := r.Surveys.Publish(t.Context(), "test", "delivery"); err != nil {
		t.Fatal(err)
	}
	if err := r.Invites.ChangePolicy(t.Context(), func(p *invite.Policy) error { p.Quiet = invite.Quiet{}; return nil }); err != nil {
		t.Fatal(err)
	}
	ask := func() page { return b.post("/listen/policy/try", url.Values{"who": {"c3"}, "survey": {"delivery"}}) }
	ask().has(t, "#try-found", "Interrogée maintenant", "par e-mail")
	if err := r.Invites.ChangePolicy(t.Context(), func(p *invite.Policy) error { p.Caps = []invite.Cap{{N: 0, Days: 30}}; return nil }); err != nil {
		t.Fatal(err)
	}
	p := ask()
	p.has(t, "#try-found", "Pas interrogée", "Au plus 0 question de toute sorte en 30 jours.")
	if strings.Contains(p.path, "c3") {
		t.Error("who is looked for stands in the address")
	}
}
