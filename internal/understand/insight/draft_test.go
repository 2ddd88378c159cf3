package insight

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
)

func TestADraftIsAskedAsItsIndicatorWouldBe(t *testing.T) {
	w := newWorld(t)
	i := w.start(t, t.TempDir())
	for id := int64(1); id <= 40; id++ {
		f := feedback(id)
		f.ID, f.Audience, f.Program, f.Scores = cx.FeedbackID(id), cx.Customers, cx.Transactional, map[cx.MetricID]int64{"csat": 1 + id%5}
		w.put(t, record.Created, cx.Live, f)
	}
	w.settle(t, i)
	q := Query{Indicator: "csat", By: []string{"month"}}
	want, err := i.Ask(t.Context(), people.Whole(), q)
	if err != nil || len(want.Rows) == 0 {
		t.Fatalf("%+v %v", want, err)
	}
	d := Draft{Indicator: w.catalogue.Indicators["csat"], Metric: w.catalogue.Metrics["csat"]}
	d.Indicator.Key = "not-there-yet"
	got, err := i.AskDraft(t.Context(), people.Whole(), q, d)
	if err != nil || gocmp.Diff(want.Rows, got.Rows) != "" {
		t.Errorf("the same draft: %v %s", err, gocmp.Diff(want.Rows, got.Rows))
	}
	d.Indicator.Formula = cx.Mean
	if got, err = i.AskDraft(t.Context(), people.Whole(), q, d); err != nil || len(got.Rows) != len(want.Rows) || got.Rows[0].Figure.N != want.Rows[0].Figure.N || got.Rows[0].Figure.Value > 5 {
		t.Errorf("as a mean: %+v %v", got, err)
	}
	if again, err := i.Ask(t.Context(), people.Whole(), q); err != nil || gocmp.Diff(want.Rows, again.Rows) != "" {
		t.Errorf("the draft changed what is: %v", err)
	}
	if _, err := i.AskDraft(t.Context(), people.Scope{}, q, d); cx.KindOf(err) != cx.Denied {
		t.Errorf("a draft for who sees nothing: %v", err)
	}
}

func TestADraftOfEmployeesKeepsTheFloorAndIsNotKept(t *testing.T) {
	w := newWorld(t)
	w.voices(t, 4, "shop", "lille", "2025-03-12")
	w.voices(t, 9, "shop", "nice", "2025-03-12")
	i := w.start(t, t.TempDir())
	q := Query{Indicator: "enps", By: []string{"unit.agency"}, During: year2025()}
	before := rowsBy(t, i, q)
	d := Draft{Indicator: w.catalogue.Indicators["enps"], Metric: w.catalogue.Metrics["nps"]}
	d.Indicator.Formula = cx.Mean
	got, err := i.AskDraft(t.Context(), people.Whole(), q, d)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range got.Rows {
		if n, ok := before[r.By["unit.agency"]+" "]; !ok || n != r.Figure.N {
			t.Errorf("%v shows %d, not %d", r.By, r.Figure.N, n)
		}
	}
	if d := gocmp.Diff(before, rowsBy(t, i, q)); d != "" {
		t.Error(d)
	}
}
