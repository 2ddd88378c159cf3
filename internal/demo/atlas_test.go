package demo

import (
	"testing"
	"time"

	"vigie/internal/listen/journey"
	"vigie/internal/record/recordtest"
)

func TestJourneysHaveMapsAndAPast(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	d := rooms(t, recordtest.SQLite(t), time.Now)
	if err := s.found(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	old, passing := 0, 0
	for _, told := range s.Journeys() {
		l, err := d.Journeys.Versions(t.Context(), journey.VersionFilter{Key: told.Key})
		if err != nil || len(l) < 2 {
			t.Fatalf("%s: %d versions, %v", told.Key, len(l), err)
		}
		for n, v := range l[:len(l)-1] {
			if !v.At.After(l[n+1].At) || v.By == author || len(l[n+1].Journey.Diff(v.Journey)) == 0 {
				t.Errorf("%s at %s by %s changes nothing, or too early", told.Key, v.At, v.By)
			}
		}
		j := l[0].Journey
		if drawn, err := time.Parse(time.DateOnly, j.Mapped); err != nil || drawn.AddDate(0, 18, 0).Before(time.Now()) {
			old++
		}
		for _, stage := range j.Stages {
			for _, p := range stage.Touchpoints {
				if p.Owner == "" || p.Mood == nil || p.Feelings["fr"] == "" || p.Feelings["en"] == "" {
					t.Errorf("%s: no owner or nothing felt", p.Key)
				}
				if p.Until != "" {
					passing++
				}
			}
		}
	}
	if old != 1 || passing != 1 {
		t.Errorf("%d old maps, %d passing touchpoints", old, passing)
	}
	if err := s.found(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if l, err := d.Journeys.Versions(t.Context(), journey.VersionFilter{Key: "join"}); err != nil || len(l) != 3 {
		t.Errorf("founded twice: %d versions, %v", len(l), err)
	}
}
