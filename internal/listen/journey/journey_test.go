package journey

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/internal/cx"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func specs(context.Context) (func(cx.IndicatorID) (cx.Spec, bool), error) {
	top := 4.0
	m := cx.Metric{Key: "csat", Min: 1, Max: 5, Step: 1, Top: &top}
	return func(k cx.IndicatorID) (cx.Spec, bool) {
		return cx.NewSpec(cx.Indicator{Key: k, Metric: "csat", Formula: cx.TopShare}, m), k == "csat"
	}, nil
}

func store(db *record.DB) *Store {
	s := New(db)
	s.Indicators = specs
	return s
}

func sample(key string, touchpoints ...string) Journey {
	j := Journey{Key: cx.JourneyID(key), Name: cx.Text{"fr": key}, Stages: []Stage{{Key: "only", Name: cx.Text{"fr": "Étape"}}}}
	for _, t := range touchpoints {
		j.Stages[0].Touchpoints = append(j.Stages[0].Touchpoints, Touchpoint{Key: cx.TouchpointID(t), Name: cx.Text{"fr": t}})
	}
	return j
}

func fields(err error) []string {
	many, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	var l []string
	for _, e := range many.Unwrap() {
		l = append(l, e.(*cx.Error).Field+" "+e.(*cx.Error).Code)
	}
	return l
}

func TestPutAndPlace(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		s, ctx := store(db), t.Context()
		for _, j := range []Journey{sample("b", "b1", "b2"), sample("a", "a1")} {
			if err := s.Put(ctx, "anne", j); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Put(ctx, "anne", sample("c", "b2")); len(fields(err)) != 1 {
			t.Errorf("a touchpoint of another journey: %v", err)
		}
		j, err := s.Present(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if len(j.List) != 2 || j.List[0].Key != "b" {
			t.Errorf("order: %+v", j.List)
		}
		p, ok := j.Place("b2")
		if !ok || p.Journey.Key != "b" || p.Stage.Key != "only" || p.Touchpoint.Key != "b2" || p.Touchpoint.LeadIndicator() != "csat" {
			t.Errorf("place: %+v, %v", p, ok)
		}
		if _, ok := j.Place("none"); ok {
			t.Error("an unknown touchpoint has a place")
		}
	})
}

func TestVersionsDeleteAndOrder(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		s, ctx := store(db), t.Context()
		for _, j := range []Journey{sample("a", "a1"), sample("b", "b1"), sample("a", "a1"), sample("a", "a2")} {
			if err := s.Put(ctx, "anne", j); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Order(ctx, []cx.JourneyID{"b"}); err != nil {
			t.Fatal(err)
		}
		if j, err := s.Present(ctx); err != nil || j.List[0].Key != "b" || j.List[1].Key != "a" {
			t.Errorf("order: %+v, %v", j.List, err)
		}
		if err := s.Order(ctx, []cx.JourneyID{"none"}); cx.KindOf(err) != cx.NotFound {
			t.Errorf("order of an unknown journey: %v", err)
		}
		if err := s.Delete(ctx, "marc", "a"); err != nil {
			t.Fatal(err)
		}
		if err := s.Delete(ctx, "marc", "a"); cx.KindOf(err) != cx.NotFound {
			t.Errorf("deleted twice: %v", err)
		}
		l, err := s.Versions(ctx, VersionFilter{Key: "a"})
		if err != nil || len(l) != 3 || !l[0].Deleted || l[0].By != "marc" || l[2].Journey.Stages[0].Touchpoints[0].Key != "a1" {
			t.Errorf("versions: %+v, %v", l, err)
		}
		if err := s.Put(ctx, "anne", sample("c", "a2")); err != nil {
			t.Errorf("a touchpoint of a deleted journey: %v", err)
		}
	})
}

func TestEveryProblemIsToldWithItsPath(t *testing.T) {
	much, some := 120.0, 3.0
	j := Journey{Key: "Ma Clé", Stages: []Stage{
		{Key: "s", Name: cx.Text{"fr": "S"}, Touchpoints: []Touchpoint{
			{Key: "t", Name: cx.Text{"en": "T"}, Channels: []string{"phone", "pigeon"}, From: "2026-02-30", Lead: "nps"},
			{Key: "t", Name: cx.Text{}, From: "2026-03-01", Until: "2026-03-01", Objectives: map[cx.IndicatorID]float64{"csat": much},
				Thresholds: map[cx.IndicatorID]float64{"ces": 1},
				Promises:   []Promise{{Objective: &some}, {Text: cx.Text{"fr": "P"}, Indicator: "csat", Objective: &much}, {Text: cx.Text{"fr": "P"}, Indicator: "x"}}},
		}},
		{Key: "s", Name: cx.Text{"fr": "S"}},
	}}
	want := []string{
		"key journey.key", "name journey.name",
		"stages[0].touchpoints[0].channels[1] journey.channel", "stages[0].touchpoints[0].from journey.date", "stages[0].touchpoints[0].lead journey.indicator",
		"stages[0].touchpoints[1].name journey.name", "stages[0].touchpoints[1].key journey.touchpoint_twice", "stages[0].touchpoints[1].until journey.dates",
		"stages[0].touchpoints[1].objectives.csat journey.target", "stages[0].touchpoints[1].thresholds.ces journey.indicator",
		"stages[0].touchpoints[1].promises[0].text journey.name", "stages[0].touchpoints[1].promises[0].objective journey.promise_measure",
		"stages[0].touchpoints[1].promises[1].objective journey.target", "stages[0].touchpoints[1].promises[2].indicator journey.indicator",
		"stages[1].key journey.stage_twice",
	}
	err := store(recordtest.SQLite(t)).Put(t.Context(), "anne", j)
	if diff := cmp.Diff(want, fields(err)); diff != "" {
		t.Error(diff)
	}
}

func TestTemplates(t *testing.T) {
	l, err := Templates()
	if err != nil {
		t.Fatal(err)
	}
	if len(l) != 6 {
		t.Errorf("%d templates", len(l))
	}
	for _, x := range l {
		if err := x.Journey.Check(); err != nil {
			t.Errorf("%s: %v", x.Key, err)
		}
		places := newJourneys([]Journey{x.Journey}).Touchpoints()
		if len(places) < 3 || len(places) > 5 || places[0].Touchpoint.LeadIndicator() != "csat" {
			t.Errorf("%s: %d touchpoints", x.Key, len(places))
		}
		texts := []cx.Text{x.Name, x.Summary, x.Journey.Name, x.Journey.Purpose}
		for _, p := range places {
			texts = append(texts, p.Stage.Name, p.Touchpoint.Name)
		}
		for _, text := range texts {
			if text["fr"] == "" || text["en"] == "" {
				t.Errorf("%s: %v is not in both languages", x.Key, text)
			}
		}
	}
}

func TestYAMLBothWays(t *testing.T) {
	l, err := Templates()
	if err != nil {
		t.Fatal(err)
	}
	eighty := 80.0
	l[0].Journey.Stages[0].Touchpoints[0].Promises = []Promise{{Text: cx.Text{"fr": "Sous 2 jours"}, Indicator: "csat", Objective: &eighty, Public: true}}
	for _, x := range l {
		b, err := x.Journey.YAML()
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseYAML(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(x.Journey, back); diff != "" {
			t.Error(diff)
		}
	}
	_, err = ParseYAML([]byte("key: a\nname: {fr: A}\nowners: x\n"))
	if e, ok := err.(*cx.Error); !ok || e.Args["line"] != 3 {
		t.Errorf("unknown field: %v", err)
	}
}

func FuzzParseYAML(f *testing.F) {
	f.Add([]byte("key: a\nname: {fr: A}\nstages: []\n"))
	f.Add([]byte("&a [*a]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		j, err := ParseYAML(b)
		if err != nil {
			return
		}
		if _, err := j.YAML(); err != nil {
			t.Error(err)
		}
	})
}

// What is written is read back as it was, whatever people type in names and texts.
func TestYAMLBothWaysWhateverIsWritten(t *testing.T) {
	text := rapid.Custom(func(t *rapid.T) cx.Text {
		out := cx.Text{"fr": rapid.StringMatching(`[ -~éèà’« »\n:#&*!|>%@-]{1,30}`).Draw(t, "fr")}
		if rapid.Bool().Draw(t, "both") {
			out["en"] = rapid.StringN(1, 20, -1).Draw(t, "en")
		}
		return out
	})
	words := rapid.SliceOfN(rapid.StringMatching(`[ -~é’:#-]{1,12}`), 1, 3)
	rapid.Check(t, func(t *rapid.T) {
		j := Journey{Key: "j", Name: text.Draw(t, "name"), Purpose: text.Draw(t, "purpose"), Mapped: "2026-03-01"}
		for range rapid.IntRange(1, 3).Draw(t, "stages") {
			s := Stage{Key: cx.StageID(rapid.StringMatching(`[a-z0-9-]{1,8}`).Draw(t, "key")), Name: text.Draw(t, "stage")}
			for range rapid.IntRange(1, 3).Draw(t, "touchpoints") {
				v := rapid.Float64Range(-100, 100).Draw(t, "value")
				s.Touchpoints = append(s.Touchpoints, Touchpoint{Key: cx.TouchpointID(rapid.StringMatching(`[a-z0-9-]{1,8}`).Draw(t, "touchpoint")), Name: text.Draw(t, "touchpoint name"), Owner: rapid.StringN(0, 20, -1).Draw(t, "owner"),
					MomentOfTruth: rapid.Bool().Draw(t, "moment"), Services: words.Draw(t, "services"), Indirect: words.Draw(t, "indirect"), From: "2026-01-01", Objectives: map[cx.IndicatorID]float64{"csat": v},
					Promises: []Promise{{Text: text.Draw(t, "promise"), Indicator: "csat", Objective: &v}}, Mood: new(rapid.IntRange(MoodLow, MoodHigh).Draw(t, "mood")), Pains: text.Draw(t, "pains")})
			}
			j.Stages = append(j.Stages, s)
		}
		b, err := j.YAML()
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseYAML(b)
		if err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
		if d := cmp.Diff(j, back); d != "" {
			t.Fatalf("%s\n%s", d, b)
		}
	})
}
