package catalogue

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func seeded(t *testing.T, db *record.DB) *Store {
	t.Helper()
	s := New(db)
	s.Used = func(context.Context, cx.MetricID) (bool, error) { return false, nil }
	s.Now = func() time.Time { return time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC) }
	if err := s.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func present(t *testing.T, s *Store) *Catalogue {
	t.Helper()
	c, err := s.Present(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestBuiltinIsRightAndBilingual(t *testing.T) {
	f, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	c := newCatalogue(f.Metrics, f.Indicators, nil)
	for _, m := range f.Metrics {
		if l := m.Check(); len(l) > 0 {
			t.Errorf("metric %s: %v", m.Key, l)
		}
		both(t, string(m.Key), m.Name, m.Wording)
	}
	for _, i := range f.Indicators {
		if l := i.Check(c.Metrics[i.Metric]); len(l) > 0 {
			t.Errorf("indicator %s: %v", i.Key, l)
		}
		both(t, string(i.Key), i.Name, i.Short, i.Why, i.Decision)
		if i.Objective != nil || i.MinN != 30 {
			t.Errorf("indicator %s: objective %v, min_n %d", i.Key, i.Objective, i.MinN)
		}
	}
	for _, k := range []cx.IndicatorID{"nps", "nps_relational", "enps", "csat", "csat_mean", "csat4", "csat10", "smiley", "ces", "ces1", "fcr"} {
		if _, ok := c.Spec(k); !ok {
			t.Errorf("no indicator %s", k)
		}
	}
	if c.Metrics["clarity"].Name["fr"] != "Clarté" || !c.Metrics["clarity"].Aspect || c.Metrics["clarity"].Max != 5 {
		t.Errorf("clarity: %+v", c.Metrics["clarity"])
	}
}

func both(t *testing.T, key string, texts ...cx.Text) {
	t.Helper()
	for _, x := range texts {
		if x["fr"] == "" || x["en"] == "" {
			t.Errorf("%s: %v is not in both languages", key, x)
		}
	}
}

func TestSeedKeepsWhatWasEdited(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		s, ctx := seeded(t, db), t.Context()
		i := present(t, s).Indicators["csat"]
		objective := 80.0
		i.Objective, i.Name = &objective, cx.Text{"fr": "Satisfaction maison"}
		if err := s.PutIndicator(ctx, "anne", i); err != nil {
			t.Fatal(err)
		}
		if err := s.Seed(ctx); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(i, present(t, s).Indicators["csat"]); diff != "" {
			t.Error(diff)
		}
		l, err := s.Changes(ctx, "indicator", "csat")
		if err != nil || len(l) != 1 || l[0].By != "anne" || !l[0].At.Equal(s.Now()) {
			t.Errorf("changes: %+v, %v", l, err)
		}
		if c := present(t, s); c.MetricList[0].Key != "nps" || c.IndicatorList[0].Key != "nps" {
			t.Errorf("order: %s, %s", c.MetricList[0].Key, c.IndicatorList[0].Key)
		}
	})
}

func TestMetric(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		s, ctx := seeded(t, db), t.Context()
		good := cx.Metric{Key: "taste", Name: cx.Text{"fr": "Goût"}, Min: 0, Max: 20, Step: 0.5}
		if err := s.PutMetric(ctx, "anne", good); err != nil {
			t.Fatal(err)
		}
		wrong := good
		wrong.Key, wrong.Name, wrong.Direction = "Pas Bon", nil, "sideways"
		err := s.PutMetric(ctx, "anne", wrong)
		if diff := cmp.Diff([]string{"key", "name", "direction"}, fields(err)); diff != "" {
			t.Error(diff)
		}
		s.Used = func(context.Context, cx.MetricID) (bool, error) { return true, nil }
		wider := good
		wider.Max = 40
		if err := s.PutMetric(ctx, "anne", wider); cx.KindOf(err) != cx.Conflict {
			t.Errorf("a used scale: %v", err)
		}
		renamed := good
		renamed.Name = cx.Text{"fr": "Saveur"}
		if err := s.PutMetric(ctx, "anne", renamed); err != nil {
			t.Errorf("a used metric's name: %v", err)
		}
		boxless := present(t, s).Metrics["csat"]
		boxless.Top, boxless.Bottom = nil, nil
		if diff := cmp.Diff([]string{"indicators.csat.top"}, fields(s.PutMetric(ctx, "anne", boxless))); diff != "" {
			t.Error(diff)
		}
	})
}

func fields(err error) []string {
	var l []string
	many, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	for _, e := range many.Unwrap() {
		l = append(l, e.(*cx.Error).Field)
	}
	return l
}

func TestIndicatorOfUnknownMetricIsRefused(t *testing.T) {
	s := seeded(t, recordtest.SQLite(t))
	err := s.PutIndicator(t.Context(), "anne", cx.Indicator{Key: "x", Name: cx.Text{"fr": "x"}, Metric: "none", Formula: cx.Mean})
	if cx.KindOf(err) != cx.Invalid {
		t.Error(err)
	}
	if _, ok := present(t, s).Indicators["x"]; ok {
		t.Error("kept")
	}
}

func TestMetAttributes(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		s, ctx := seeded(t, db), t.Context()
		if err := s.Met(ctx, map[cx.AttributeID]any{"segment": "premium", "age": 42.0, "vip": true, "Bad Key": 1.0, "list": []any{}}); err != nil {
			t.Fatal(err)
		}
		if err := s.Met(ctx, map[cx.AttributeID]any{"segment": 3.0, "login": "a@b.example", "home_phone": "0102030405"}); err != nil {
			t.Fatal(err)
		}
		want := []Attribute{
			{Key: "age", Type: NumberAttribute, Projected: true}, {Key: "segment", Type: TextAttribute, Projected: true},
			{Key: "vip", Type: BoolAttribute, Projected: true},
			{Key: "home_phone", Type: TextAttribute, Personal: true}, {Key: "login", Type: TextAttribute, Personal: true},
		}
		if diff := cmp.Diff(want, present(t, s).AttributeList); diff != "" {
			t.Error(diff)
		}
		many := map[cx.AttributeID]any{}
		for n := range 40 {
			many[cx.AttributeID(fmt.Sprintf("a%02d", n))] = "x"
		}
		if err := s.Met(ctx, many); err != nil {
			t.Fatal(err)
		}
		if n := len(present(t, s).Projected()); n != autoProjected {
			t.Errorf("%d projected", n)
		}
		if a := present(t, s).Attributes["segment"]; a.Fits(3.0) || !a.Fits("x") {
			t.Error("segment fits a number")
		}
	})
}

func TestAttributesProjectedUpToTheMost(t *testing.T) {
	s, ctx := seeded(t, recordtest.SQLite(t)), t.Context()
	for n := range MaxProjected {
		if err := s.PutAttribute(ctx, "anne", Attribute{Key: cx.AttributeID(fmt.Sprintf("a%02d", n)), Type: TextAttribute, Projected: true}); err != nil {
			t.Fatal(err)
		}
	}
	one := Attribute{Key: "more", Type: DateAttribute, Projected: true}
	if err := s.PutAttribute(ctx, "anne", one); cx.KindOf(err) != cx.Invalid {
		t.Errorf("one too many: %v", err)
	}
	if err := s.PutAttribute(ctx, "anne", Attribute{Key: "a00", Type: NumberAttribute}); cx.KindOf(err) != cx.Conflict {
		t.Errorf("another type: %v", err)
	}
	if err := s.PutAttribute(ctx, "anne", Attribute{Key: "a00", Type: TextAttribute, Projected: true, Personal: true}); cx.KindOf(err) != cx.Invalid {
		t.Errorf("personal and projected: %v", err)
	}
	if !(Attribute{Type: DateAttribute}).Fits("2026-02-01") || (Attribute{Type: DateAttribute}).Fits("demain") {
		t.Error("dates")
	}
}

func TestYAMLBothWays(t *testing.T) {
	s := seeded(t, recordtest.SQLite(t))
	c := present(t, s)
	b, err := c.YAML()
	if err != nil {
		t.Fatal(err)
	}
	f, err := ParseYAML(b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(File{c.MetricList, c.IndicatorList, nil}, f); diff != "" {
		t.Error(diff)
	}
	_, err = ParseYAML([]byte("metrics:\n  - key: a\n    colour: red\n"))
	e, ok := err.(*cx.Error)
	if !ok || e.Args["line"] != 3 {
		t.Errorf("unknown field: %v", err)
	}
}

func TestIndicatorsForOthersAreNotInARolesCatalogue(t *testing.T) {
	all := &Catalogue{Indicators: map[cx.IndicatorID]cx.Indicator{"csat": {Key: "csat"}, "margin": {Key: "margin", Roles: []string{"committee"}}},
		IndicatorList: []cx.Indicator{{Key: "csat"}, {Key: "margin", Roles: []string{"committee"}}}}
	if got := all.SeenBy("committee"); got != all {
		t.Error("who sees everything gets a copy")
	}
	got := all.SeenBy("manager")
	if _, there := got.Indicators["margin"]; there || len(got.IndicatorList) != 1 || len(all.IndicatorList) != 2 || len(all.Indicators) != 2 {
		t.Errorf("a manager sees %v of %v", got.IndicatorList, all.IndicatorList)
	}
}

func TestAnEditOverAnUnseenDefinitionIsRefused(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		s, ctx := New(db), t.Context()
		if err := s.Seed(ctx); err != nil {
			t.Fatal(err)
		}
		c, err := s.Present(ctx)
		if err != nil {
			t.Fatal(err)
		}
		was := c.Indicators["csat"]
		next := was
		next.Objective = new(80.0)
		edit := Edit[cx.Indicator]{By: "user:1", Reason: "Plan 2027", Was: was}
		if err := s.EditIndicator(ctx, edit, next); err != nil {
			t.Fatal(err)
		}
		if err := s.EditIndicator(ctx, edit, next); cx.KindOf(err) != cx.Conflict {
			t.Errorf("again from the same page: %v", err)
		}
		if err := s.EditIndicator(ctx, Edit[cx.Indicator]{By: "user:1"}, next); cx.KindOf(err) != cx.Conflict {
			t.Errorf("made anew: %v", err)
		}
		own := next
		own.Key = "csat_here"
		if err := s.EditIndicator(ctx, Edit[cx.Indicator]{By: "user:1"}, own); err != nil {
			t.Errorf("a new one: %v", err)
		}
		l, err := s.Changes(ctx, "indicator", "csat")
		if err != nil || len(l) != 1 || l[0].Reason != "Plan 2027" {
			t.Fatalf("%+v %v", l, err)
		}
		got, err := l[0].Differences()
		if err != nil || len(got) != 1 || got[0].Field != "objective" || got[0].Before != nil || got[0].After != 80.0 {
			t.Errorf("%+v %v", got, err)
		}
		m := c.Metrics["csat"]
		m.Wording = map[string]string{"fr": "Alors ?"}
		if err := s.EditMetric(ctx, Edit[cx.Metric]{By: "user:1", Was: c.Metrics["csat"]}, m); err != nil {
			t.Error(err)
		}
	})
}
