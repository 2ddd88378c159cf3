package web_test

import (
	"testing"
	"time"

	"vigie/internal/listen/collect"
	"vigie/internal/people"
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
	b.get("/listen/trust?channel=web&during=7&unit=north").has(t, "main", "Aucune journée anormale", "Aucune entité")
}
