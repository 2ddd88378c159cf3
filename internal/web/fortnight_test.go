package web_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
	"vigie/internal/record"
)

// pilots makes a rule that is in pilot since so many days, and gives the address of the report of its first fortnight.
func (r *rig) pilots(days int) string {
	r.t.Helper()
	ctx := r.t.Context()
	const who = "user:1"
	err := r.Invites.SaveRule(ctx, who, invite.Rule{Key: "pilote", Name: cx.Text{"fr": "Après visite"}, Survey: "delivery", Trigger: invite.Trigger{Event: "visit.ended"},
		Pilot: &survey.Condition{Attribute: "unit", In: []string{"west"}}}, 0)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.Invites.Decide(ctx, who, "pilote", invite.Pilot, ""); err != nil {
		r.t.Fatal(err)
	}
	k, err := r.Invites.Rule(ctx, "pilote")
	if err != nil {
		r.t.Fatal(err)
	}
	began := k.Rule
	began.Decisions = []invite.Decided{{Stage: invite.Pilot, By: who, At: time.Now().AddDate(0, 0, -days)}}
	b, err := json.Marshal(began)
	if err != nil {
		r.t.Fatal(err)
	}
	err = r.DB.Write(ctx, func(tx *record.Tx) error {
		if err := tx.Touch(ctx, "invite"); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE invite_rule SET definition = ? WHERE key = 'pilote'`, string(b))
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	all, err := r.Invites.Fortnights(ctx, people.Whole(), "pilote")
	if err != nil || len(all) == 0 {
		r.t.Fatal(len(all), err)
	}
	return "/listen/rules/pilote/fortnights/" + all[len(all)-1].Began.Format(time.DateOnly)
}

func TestAFortnightOfAPilotAwaitsADecision(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Administrator, ""))
	b.post("/listen/surveys/new", url.Values{"do": {"template"}, "template": {"delivery"}})
	if _, err := r.Surveys.Publish(t.Context(), "test", "delivery"); err != nil {
		t.Fatal(err)
	}
	report := r.pilots(15)
	b.get("/listen/rules").has(t, "main", "Décision attendue")
	b.get("/listen/rules/pilote").has(t, "main", "sans décision enregistrée")
	manager := r.as(r.user(people.Manager, "west"))
	if p := manager.get(report); p.status != 200 || p.Find("main form").Length() != 0 {
		t.Errorf("a manager reads %d and decides by %d forms", p.status, p.Find("main form").Length())
	}
	if p := manager.post(report, url.Values{"verdict": {"stop"}}); p.status != 403 {
		t.Errorf("a manager decides: %d", p.status)
	}
	if p := b.post(report, url.Values{"verdict": {"go"}}); p.status != 409 {
		t.Errorf("went unchecked: %d", p.status)
	}
	p := b.post(report, url.Values{"verdict": {"adjust"}, "note": {"Question trop longue"}})
	p.has(t, "main", "Ajuster, puis continuer")
	p.has(t, "main", "Question trop longue")
	if p := b.get("/listen/rules/pilote"); strings.Contains(p.Find("main").Text(), "sans décision enregistrée") {
		t.Error("reminded though it is decided")
	}
	if p := b.get("/listen/rules/pilote/fortnights/2020-01-01"); p.status != 404 {
		t.Errorf("no such fortnight: %d", p.status)
	}
}

// Who ended a pilot decided: of its fortnights nothing is awaited any more.
func TestAPilotThatEndedIsNotRemindedOf(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Administrator, ""))
	b.post("/listen/surveys/new", url.Values{"do": {"template"}, "template": {"delivery"}})
	if _, err := r.Surveys.Publish(t.Context(), "test", "delivery"); err != nil {
		t.Fatal(err)
	}
	r.pilots(15)
	if n, err := r.Invites.KeepFortnights(t.Context()); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	b.get("/listen/rules/pilote").has(t, "main", "sans décision enregistrée")
	b.post("/listen/rules/pilote/stage", url.Values{"stage": {"paused"}})
	p := b.get("/listen/rules/pilote")
	if said := p.Find("main").Text(); strings.Contains(said, "sans décision enregistrée") || strings.Contains(said, "Décision attendue") {
		t.Error(squeeze(said))
	}
	p.has(t, "main", "Le pilote, quinzaine par quinzaine")
}
