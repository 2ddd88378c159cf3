package circumstance_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/circumstance"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func strike() circumstance.Event {
	return circumstance.Event{Key: "strike", Kind: "strike", Name: cx.Text{"fr": "Grève"}, From: "2026-03-02", Until: "2026-03-04",
		Touchpoints: []cx.TouchpointID{"call"}, Units: []cx.UnitID{"west"}}
}

func TestEventsKeptReplacedAndDeleted(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		s, ctx := circumstance.New(db), t.Context()
		older := circumstance.Event{Key: "price", Kind: "price", Name: cx.Text{"fr": "Hausse"}, From: "2026-01-01"}
		changed := strike()
		changed.Until = ""
		for _, e := range []circumstance.Event{strike(), older, changed} {
			if err := s.Put(ctx, "ada", e); err != nil {
				t.Fatal(err)
			}
		}
		all, err := s.Events(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]circumstance.Event{older, changed}, all); d != "" {
			t.Error(d)
		}
		if err := s.Delete(ctx, "price"); err != nil {
			t.Fatal(err)
		}
		if err := s.Delete(ctx, "price"); cx.KindOf(err) != cx.NotFound {
			t.Errorf("deleted twice: %v", err)
		}
		if _, err := s.Event(ctx, "price"); cx.KindOf(err) != cx.NotFound {
			t.Errorf("a deleted event: %v", err)
		}
	})
}

func TestWrongEventsNameTheirFields(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*circumstance.Event)
		field  string
	}{
		"right":               {func(*circumstance.Event) {}, ""},
		"key with a space":    {func(e *circumstance.Event) { e.Key = "a b" }, "key"},
		"unknown kind":        {func(e *circumstance.Event) { e.Kind = "magic" }, "kind"},
		"no name":             {func(e *circumstance.Event) { e.Name = nil }, "name"},
		"no such day":         {func(e *circumstance.Event) { e.From = "2026-02-30" }, "from"},
		"ends before it is":   {func(e *circumstance.Event) { e.Until = "2026-03-01" }, "until"},
		"ends one day after":  {func(e *circumstance.Event) { e.Until = e.From }, ""},
		"touchpoint of a tag": {func(e *circumstance.Event) { e.Touchpoints = []cx.TouchpointID{"<b>"} }, "touchpoints[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			e := strike()
			c.change(&e)
			err := e.Check()
			if (c.field == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.field) {
				t.Errorf("want %q, got %v", c.field, err)
			}
		})
	}
}

func TestConcernsWhatTheChartShows(t *testing.T) {
	under := func(unit, above cx.UnitID) bool { return unit == "nantes" && above == "west" }
	everywhere := circumstance.Event{}
	for name, c := range map[string]struct {
		event circumstance.Event
		about circumstance.About
		want  bool
	}{
		"everywhere, on a narrow chart":     {everywhere, circumstance.About{Touchpoint: "bill", Units: []cx.UnitID{"north"}}, true},
		"another touchpoint":                {strike(), circumstance.About{Touchpoint: "bill"}, false},
		"its touchpoint, all units":         {strike(), circumstance.About{Touchpoint: "call"}, true},
		"the whole company":                 {strike(), circumstance.About{}, true},
		"a unit below its own":              {strike(), circumstance.About{Touchpoint: "call", Units: []cx.UnitID{"nantes"}, Under: under}, true},
		"another unit":                      {strike(), circumstance.About{Touchpoint: "call", Units: []cx.UnitID{"north"}, Under: under}, false},
		"one of the units shown is its own": {strike(), circumstance.About{Units: []cx.UnitID{"north", "west"}, Under: under}, true},
	} {
		if got := c.event.Concerns(c.about); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
