package web_test

import (
	"strings"
	"testing"

	"vigie/internal/people"
)

func TestWhatSleepsIsNotToBeWatched(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	b.get("/cockpit").has(t, ".watches", "Je signe en agence")
	j := theJourney()
	j.Stages[1].Touchpoints[1].Until = "2000-01-01"
	if err := r.Journeys.Put(t.Context(), "test", j); err != nil {
		t.Fatal(err)
	}
	p := b.get("/cockpit")
	p.has(t, ".stages", "Je signe en agence")
	if text := p.Find(".watches").Text(); strings.Contains(text, "Je signe en agence") {
		t.Errorf("watched while it sleeps: %s", squeeze(text))
	}
}
