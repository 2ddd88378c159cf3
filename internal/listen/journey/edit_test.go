package journey

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/internal/cx"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func TestADraftOfAnOlderVersionIsRefused(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		s, ctx := store(db), t.Context()
		none := int64(0)
		first, err := s.Save(ctx, Draft{Journey: sample("a", "a1"), By: "anne", Base: &none, Origin: "template:x"})
		if err != nil || first == 0 {
			t.Fatal(first, err)
		}
		if _, err := s.Save(ctx, Draft{Journey: sample("a", "a9"), By: "marc", Base: &none}); cx.KindOf(err) != cx.Conflict {
			t.Errorf("made again: %v", err)
		}
		second, err := s.Save(ctx, Draft{Journey: sample("a", "a1", "a2"), By: "anne", Base: &first})
		if err != nil || second <= first {
			t.Fatal(second, err)
		}
		if _, err := s.Save(ctx, Draft{Journey: sample("a", "a3"), By: "marc", Base: &first}); cx.KindOf(err) != cx.Conflict {
			t.Errorf("over an unseen version: %v", err)
		}
		if same, err := s.Save(ctx, Draft{Journey: sample("a", "a1", "a2"), By: "marc", Base: &second}); err != nil || same != second {
			t.Errorf("nothing changed: %d, %v", same, err)
		}
		v, err := s.Version(ctx, "a", 0)
		if err != nil || v.ID != second || v.By != "anne" || len(v.Journey.Stages[0].Touchpoints) != 2 {
			t.Errorf("present: %+v, %v", v, err)
		}
		if v, err := s.Version(ctx, "a", first); err != nil || v.Origin != "template:x" || len(v.Journey.Stages[0].Touchpoints) != 1 {
			t.Errorf("first: %+v, %v", v, err)
		}
		if _, err := s.Version(ctx, "b", first); cx.KindOf(err) != cx.NotFound {
			t.Errorf("a version of another journey: %v", err)
		}
		if err := s.Delete(ctx, "marc", "a"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Save(ctx, Draft{Journey: sample("a", "a1"), By: "marc", Base: &none, Origin: "restore:1"}); err != nil {
			t.Errorf("brought back: %v", err)
		}
	})
}

// Moving loses, doubles and changes nothing.
func TestMovesKeepEveryTouchpoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := Journey{Key: "j", Name: cx.Text{"fr": "J"}}
		for range rapid.IntRange(1, 4).Draw(t, "stages") {
			j.AddStage(cx.Text{"fr": "Étape"})
			for range rapid.IntRange(0, 4).Draw(t, "touchpoints") {
				if _, err := j.AddTouchpoint(j.Stages[len(j.Stages)-1].Key, Touchpoint{Name: cx.Text{"fr": "Je vis"}}, func(cx.TouchpointID) bool { return false }); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := j.Check(); err != nil {
			t.Fatal(err)
		}
		was, before := placed(j), cmp.Diff(Journey{}, j)
		moved := j.Clone()
		for range rapid.IntRange(0, 12).Draw(t, "moves") {
			stage := rapid.SampledFrom(moved.Stages).Draw(t, "stage").Key
			if keys := touchpointKeys(moved); len(keys) > 0 {
				if err := moved.MoveTouchpoint(rapid.SampledFrom(keys).Draw(t, "key"), stage, rapid.IntRange(-2, 9).Draw(t, "place")); err != nil {
					t.Fatal(err)
				}
			}
			if err := moved.MoveStage(stage, rapid.IntRange(-3, 3).Draw(t, "by")); err != nil {
				t.Fatal(err)
			}
		}
		if err := moved.Check(); err != nil {
			t.Fatal(err)
		}
		if now := placed(moved); len(now) != len(was) {
			t.Fatalf("%d touchpoints, were %d", len(now), len(was))
		}
		if cmp.Diff(Journey{}, j) != before {
			t.Fatal("a move in the copy changed the original")
		}
		for _, c := range j.Diff(moved) {
			if c.Kind != Moved && c.Kind != Ordered {
				t.Fatalf("a move reads as %+v", c)
			}
		}
	})
}

func TestAStageWithTouchpointsStays(t *testing.T) {
	j := sample("a", "a1")
	if err := j.RemoveStage("only"); cx.KindOf(err) != cx.Conflict {
		t.Errorf("removed: %v", err)
	}
	if err := j.RemoveTouchpoint("a1"); err != nil {
		t.Fatal(err)
	}
	if err := j.RemoveStage("only"); err != nil || len(j.Stages) != 0 {
		t.Errorf("an empty stage: %v", err)
	}
	for _, err := range []error{j.RemoveStage("only"), j.MoveStage("only", 1), j.RemoveTouchpoint("a1"), j.MoveTouchpoint("a1", "only", 0)} {
		if cx.KindOf(err) != cx.NotFound {
			t.Errorf("of what is not there: %v", err)
		}
	}
}

func TestKeysAreMadeOfNames(t *testing.T) {
	for name, want := range map[string]string{"J’attends le technicien": "j-attends-le-technicien", "  Été — « ça » ! ": "ete-ca", "日本": "touchpoint", "J'attends": "j-attends-2",
		"Un nom très long, qui ne tiendrait jamais dans une clé": "un-nom-tres-long-qui-ne-tiendrait-jamais"} {
		j := sample("a", "a1", "j-attends")
		key, err := j.AddTouchpoint("only", Touchpoint{Name: cx.Text{"fr": name}}, func(k cx.TouchpointID) bool { return k == "j-attends" })
		if err != nil || string(key) != want || !cx.ValidKey(string(key)) {
			t.Errorf("%s: %s, not %s (%v)", name, key, want, err)
		}
	}
}

func TestDiffSaysWhatChanged(t *testing.T) {
	mood, objective, other := -1, 80.0, 90.0
	was := sample("a", "a1", "a2", "a3")
	was.Stages = append(was.Stages, Stage{Key: "end", Name: cx.Text{"fr": "Fin"}})
	was.Stages[0].Touchpoints[0].Promises = []Promise{{Text: cx.Text{"fr": "Vite"}, Indicator: "csat", Objective: &objective}}
	is := was.Clone()
	is.Purpose = cx.Text{"fr": "Mieux", "en": "Better"}
	is.Stages[1].Name = cx.Text{"fr": "La fin"}
	first := &is.Stages[0].Touchpoints[0]
	first.Owner, first.Mood, first.Services = "Louis", &mood, []string{"SAV", "Réseau"}
	first.Objectives = map[cx.IndicatorID]float64{"csat": 80}
	first.Promises = []Promise{{Text: cx.Text{"fr": "Vite"}, Indicator: "csat", Objective: &other}}
	if err := is.MoveTouchpoint("a2", "end", 0); err != nil {
		t.Fatal(err)
	}
	if err := is.RemoveTouchpoint("a3"); err != nil {
		t.Fatal(err)
	}
	only, end, a1 := was.Stages[0].Name, cx.Text{"fr": "La fin"}, cx.Text{"fr": "a1"}
	at := func(c Change) Change { c.Stage, c.Touchpoint, c.Key = only, a1, "a1"; return c }
	want := []Change{
		{Kind: Changed, Field: "purpose", Item: "fr", After: "Mieux"}, {Kind: Changed, Field: "purpose", Item: "en", After: "Better"},
		{Kind: Changed, Stage: end, Field: "name", Item: "fr", Before: "Fin", After: "La fin"},
		at(Change{Kind: Changed, Field: "owner", After: "Louis"}), at(Change{Kind: Changed, Field: "services", After: "SAV, Réseau"}),
		at(Change{Kind: Added, Field: "objectives", Item: "csat", After: 80.0}), at(Change{Kind: Changed, Field: "promises", Item: "Vite", Before: 80.0, After: 90.0}),
		at(Change{Kind: Changed, Field: "mood", After: -1.0}),
		{Kind: Moved, Stage: end, Touchpoint: cx.Text{"fr": "a2"}, Key: "a2", Before: only, After: end},
		{Kind: Removed, Stage: only, Touchpoint: cx.Text{"fr": "a3"}, Key: "a3"},
	}
	if d := cmp.Diff(want, was.Diff(is)); d != "" {
		t.Error(d)
	}
	if l := is.Diff(is); len(l) != 0 {
		t.Errorf("from itself: %+v", l)
	}
}

func TestAProblemHasItsLine(t *testing.T) {
	const document = `key: a
name: {fr: A}
stages:
  - key: s
    name: {fr: S}
    touchpoints:
      - key: t
        name: {fr: T}
        objectives:
          csat: 200
        channels:
          - phone
          - pigeon
`
	for field, want := range map[string]int{"key": 1, "stages[0].touchpoints[0].objectives.csat": 10, "stages[0].touchpoints[0].channels[1]": 13,
		"stages[0].touchpoints[0].lead": 7, "stages[0].touchpoints[4].name": 7, "purpose": 1, "": 1} {
		if got := Line([]byte(document), field); got != want {
			t.Errorf("%s: line %d, not %d", field, got, want)
		}
	}
	if got := Line([]byte("a: [b"), "a"); got != 0 {
		t.Errorf("what is no YAML: line %d", got)
	}
}

func FuzzLine(f *testing.F) {
	f.Add("key: a\nstages: []\n", "stages[0].key")
	f.Add("a: &x [*x]\n", "a[0][0]")
	f.Add("? {a: b}\n: c\n", "a.b")
	f.Add("key: 'a", "key")
	f.Fuzz(func(t *testing.T, document, field string) {
		if n := Line([]byte(document), field); n < 0 {
			t.Errorf("line %d", n)
		}
		_, _ = ParseYAML([]byte(document)) // neither may panic
	})
}
