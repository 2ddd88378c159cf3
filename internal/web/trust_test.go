package web_test

import (
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/people"
	"vigie/internal/web"
)

func TestTrustTellsWhatIsMissingSilentAndOdd(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	now := time.Now().UTC().Add(-time.Minute)
	var more []collect.Incoming
	for n := range 60 { // a burst of best notes, without a word
		more = append(more, collect.Incoming{At: now.Add(-time.Duration(n) * time.Second), Touchpoint: "search", Unit: "west", Channel: "chat", Scores: collect.Scores{"csat": 5}})
	}
	for day := 10; day < 60; day++ { // then silence
		for range 2 {
			more = append(more, collect.Incoming{At: now.AddDate(0, 0, -day), Touchpoint: "rare", Unit: "lille", Channel: "store", Scores: collect.Scores{"csat": 3}})
		}
	}
	r.send(more...)
	r.settle()
	b := r.as(r.user(people.Director, ""))
	p := b.get("/listen/trust?during=90")
	p.has(t, "main", "Journées anormales", "Je cherche une offre", "test")
	if p.Find("a[href*='touchpoint=search']").Length() == 0 {
		t.Error("no way from the abnormal day to its feedback")
	}
	p.has(t, "main", "Notes trop belles", "Ouest")
	b.get("/listen/trust?channel=store&during=90").has(t, "main", "Je signe en agence", "il y a 10 j", "aucun en 120 jours")
	b.get("/listen/trust?channel=web&during=90&unit=north").has(t, "main", "Aucune journée anormale", "Aucune entité n’a plus de meilleures notes")
}

// Every state a person may meet is forced: nothing yet, too little, a part that fails, a busy server, no right, no network.
func TestTrustHasItsSixStates(t *testing.T) {
	r := newRig(t, nil)
	boss := r.as(r.user(people.Director, ""))
	empty := boss.get("/listen/trust")
	empty.has(t, "main .state", "Aucun retour reçu")
	if empty.Find(`.state a[href="/listen/imports"], .state a[href*="import"]`).Length() != 1 || empty.Find(".state a[href*='during=365']").Length() != 1 {
		t.Error("empty: neither a way to bring feedback nor a wider window")
	}
	r.company()
	few := boss.get("/listen/trust?during=7")
	few.has(t, "main .state", "Trop peu de jours pour juger", "Aucune entité n’a 30 réponses")
	if few.Find(".state a[href*='during=365']").Length() != 2 || containsAny(few.Find("main").Text(), "Aucune journée anormale") {
		t.Error("too few: said as if nothing was odd")
	}
	whole := boss.get("/listen/trust?during=90")
	if whole.Find("main .state").Length() != 0 || whole.Find("main table").Length() != 4 {
		t.Errorf("whole: %d states, %d tables", whole.Find("main .state").Length(), whole.Find("main table").Length())
	}
	for state, selector := range map[string]string{"loading": "[data-loading][role=status]", "offline": "[data-offline][role=status][hidden]"} {
		if whole.Find(selector).Length() != 1 {
			t.Errorf("%s: no %s", state, selector)
		}
	}
	role, err := r.People.PutRole(t.Context(), people.Viewer{Role: people.Administrator}, people.OwnRole{Base: people.Analyst, Name: cx.Text{"fr": "Greffe", "en": "Clerk"}, Rights: []string{people.ReadAudit.String()}})
	if err != nil {
		t.Fatal(err)
	}
	clerk := r.as(r.user(role, ""))
	for _, at := range []string{"/listen/trust", "/listen/context"} {
		p := clerk.get(at)
		p.has(t, "main .state.watch", "Votre rôle ne donne pas accès", "Greffe", "demandez à")
		if p.status != 403 {
			t.Errorf("denied %s: %d", at, p.status)
		}
	}
	r.Insight.Stop()
	failed := boss.get("/listen/trust")
	if failed.status != 200 || failed.Find("main .state.bad").Length() != 5 || failed.Find("main .state.bad a").Length() == 0 {
		t.Errorf("error: %d, %d blocks say so", failed.status, failed.Find("main .state.bad").Length())
	}
}

func TestABusyServerSaysSoWhereTrustWouldStand(t *testing.T) {
	r := newRig(t, func(d *web.Deps) { d.Live.Deadline = time.Nanosecond })
	r.company()
	p := r.as(r.user(people.Director, "")).get("/listen/trust")
	p.has(t, "main .state.bad", "réessayez dans un instant", "Réessayer")
	if p.status != 200 {
		t.Error(p.status)
	}
}
