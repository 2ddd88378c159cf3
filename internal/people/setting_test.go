package people_test

import (
	"fmt"
	"sync"
	"testing"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func TestSettingsChangedAtOnceAllStand(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		const writers = 12
		var done sync.WaitGroup
		for i := range writers {
			done.Go(func() {
				err := people.New(db).UpdateSettings(t.Context(), func(v *people.Settings) {
					if v.Levels == nil {
						v.Levels = map[string]cx.Text{}
					}
					v.Levels[fmt.Sprint("level", i)] = cx.Text{"fr": "Niveau"}
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		done.Wait()
		v, err := people.New(db).Settings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(v.Levels) != writers {
			t.Errorf("%d of %d changes stand", len(v.Levels), writers)
		}
	})
}

func TestAChangeThatRefusesWhatItFindsChangesNothing(t *testing.T) {
	t.Parallel()
	s := people.New(recordtest.SQLite(t))
	err := s.EditSettings(t.Context(), func(v *people.Settings) error {
		v.Name = "Autre"
		return cx.Fail(cx.Conflict, "", "settings.changed_since")
	})
	if cx.KindOf(err) != cx.Conflict {
		t.Errorf("%v", err)
	}
	if v, err := s.Settings(t.Context()); err != nil || v.Name != "" {
		t.Errorf("%q %v", v.Name, err)
	}
}
