package web

import (
	"math"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

func TestFiltersComeBackFromTheirAddress(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"", "during=30", "during=range&from=2026-01-01&to=2026-01-31", "unit=west&channel=phone&channel=web",
		"attributes.segment=premium&attributes.segment=pro&journey=main&program=relational", "q=a+b&score=nps%3A0..6&words=any", "language=fr&source=x&touchpoint=t",
	} {
		q, err := url.ParseQuery(address)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parseFilters(q)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if d := cmp.Diff(q.Encode(), f.values().Encode()); d != "" {
			t.Errorf("%s: %s", address, d)
		}
	}
}

func TestFiltersRefuseWhatTheyCannotRead(t *testing.T) {
	t.Parallel()
	for address, field := range map[string]string{
		"during=range": "from", "from=2026-13-01": "from", "from=2026-02-01&to=2026-01-01": "to", "score=nps:": "score", "score=nps:x..2": "score", "score=nps:2": "score", "score=nps:..": "score",
	} {
		q, _ := url.ParseQuery(address)
		_, err := parseFilters(q)
		if e, ok := err.(*cx.Error); !ok || e.Field != field || e.Kind != cx.Invalid {
			t.Errorf("%s: %v, want %s", address, err, field)
		}
	}
	if f, err := parseFilters(url.Values{"during": {"ages"}}); err != nil || f.During != defaultDuring {
		t.Errorf("an unknown preset gives %q, %v", f.During, err)
	}
}

func TestPeriodEndsToday(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 31, 23, 30, 0, 0, time.UTC)
	for during, want := range map[string]insight.Period{"7": {From: "2026-03-25", To: "2026-04-01"}, "90": {From: "2026-01-01", To: "2026-04-01"}} {
		if d := cmp.Diff(want, filters{During: during}.period(now)); d != "" {
			t.Errorf("%s: %s", during, d)
		}
	}
	f := filters{During: "range", From: "2026-01-05", To: "2026-01-05"}
	if d := cmp.Diff(insight.Period{From: "2026-01-05", To: "2026-01-06"}, f.period(now)); d != "" || f.days(now) != 1 {
		t.Errorf("one day: %s, %d days", d, f.days(now))
	}
}

func TestBinsAreTheKeysOfQuestionsAndCoverThePeriod(t *testing.T) {
	t.Parallel()
	p := insight.Period{From: "2025-12-29", To: "2026-01-06"}
	for grain, want := range map[string][]string{
		"day":   {"2025-12-29", "2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04", "2026-01-05"},
		"week":  {"2026-W01", "2026-W02"},
		"month": {"2025-12", "2026-01"},
	} {
		if d := cmp.Diff(want, bins(p, grain)); d != "" {
			t.Errorf("%s: %s", grain, d)
		}
	}
	last := spans(p, "week")[1]
	if last.from.Format(time.DateOnly) != "2026-01-05" || last.to.Format(time.DateOnly) != "2026-01-05" {
		t.Errorf("the last week is cut to %s – %s", last.from, last.to)
	}
}

func TestBoxesOfAScaleShareItWithoutOverlap(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		m    cx.Metric
		want [][2]float64
	}{
		"nps":       {cx.Metric{Min: 0, Max: 10, Step: 1, Top: new(9.0), Bottom: new(6.0)}, [][2]float64{{9, 10}, {7, 8}, {0, 6}}},
		"no middle": {cx.Metric{Min: 1, Max: 4, Top: new(3.0), Bottom: new(2.0)}, [][2]float64{{3, 4}, {1, 2}}},
		"no bottom": {cx.Metric{Min: 0, Max: 1, Top: new(1.0)}, [][2]float64{{1, 1}, {0, 0}}},
		"no boxes":  {cx.Metric{Min: 0, Max: 100}, nil},
		"low good":  {cx.Metric{Min: 1, Max: 5, Direction: cx.LowerBetter, Top: new(2.0)}, nil},
	} {
		if d := cmp.Diff(c.want, boxes(c.m)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestReachHoldsTheFarthestPointWithRoomInStepsOfTheScale(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		points []ui.CurvePoint
		want   float64
	}{
		"nothing":    {nil, 0.05},
		"near":       {[]ui.CurvePoint{{Gap: 0.02}}, 0.05},
		"far":        {[]ui.CurvePoint{{Gap: -0.31, Low: -0.6, High: 0.03}}, 0.35},
		"on an edge": {[]ui.CurvePoint{{Gap: -0.2}}, 0.25},
		"missing":    {[]ui.CurvePoint{{Gap: -0.9, Missing: true}}, 0.05},
	} {
		if got := reach(c.points); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestMovesKeepWhatIsBeyondTheNoiseOfManyComparisons(t *testing.T) {
	t.Parallel()
	spec := cx.NewSpec(cx.Indicator{Formula: cx.TopShare, Top: new(1.0)}, cx.Metric{Max: 1})
	move := func(p, d float64) moved {
		return moved{m: measured{Spec: spec}, row: insight.Row{Versus: &insight.Compared{Compared: cx.Compared{Has: true, P: p, Difference: d}}}}
	}
	all := []moved{move(0.04, 9), move(0.001, -3), move(0.2, 30), move(0.0001, 12), move(0.5, 1)}
	var got []float64
	for _, x := range beyondNoise(all) {
		got = append(got, x.row.Versus.Difference)
	}
	if d := cmp.Diff([]float64{12, -3}, got); d != "" {
		t.Error(d)
	}
}

func TestFiguresAreWrittenInTheirUnit(t *testing.T) {
	t.Parallel()
	fr := lang.For("fr")
	nps := measured{Indicator: cx.Indicator{Formula: cx.NetShare}, Spec: cx.Spec{Better: cx.HigherBetter}}
	csat := measured{Indicator: cx.Indicator{Formula: cx.TopShare}, Spec: cx.Spec{Better: cx.HigherBetter}}
	ces := measured{Indicator: cx.Indicator{Formula: cx.Mean}, Metric: cx.Metric{Min: 1, Max: 7}, Spec: cx.NewSpec(cx.Indicator{Formula: cx.Mean}, cx.Metric{Min: 1, Max: 7})}
	for _, c := range []struct{ name, got, want string }{
		{"nps", nps.text(fr, 24.4), "+24"},
		{"nps down", nps.difference(fr, -19), "−19 pts"},
		{"csat", csat.text(fr, 58.2), "58\u202f%"},
		{"thin interval", csat.interval(fr, cx.Figure{Has: true, Low: 81.52, High: 82.48}), "81,5\u2009–\u200982,5"},
		{"wide interval", csat.interval(fr, cx.Figure{Has: true, Low: 17, High: 100}), "17\u2009–\u2009100"},
		{"no interval", csat.interval(fr, cx.Figure{Has: true, Low: math.Inf(-1), High: math.Inf(1)}), ""},
		{"ces", ces.text(fr, 5.94), "5,9"},
		{"noise", csat.change(fr, &insight.Compared{Figure: cx.Figure{Enough: true}, Compared: cx.Compared{Has: true, Difference: 5}}).Text, "stable"},
		{"few before", csat.change(fr, &insight.Compared{Figure: cx.Figure{N: 4}, Compared: cx.Compared{Has: true, Significant: true, Difference: 5}}).Text, "4 réponses seulement avant"},
		{"nothing before", csat.change(fr, nil).Text, ""},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
	if c := csat.change(fr, &insight.Compared{Figure: cx.Figure{Enough: true}, Compared: cx.Compared{Has: true, Significant: true, Difference: -5}}); c.Direction != -1 || c.Tone != ui.Bad {
		t.Errorf("a fall is %+v", c)
	}
}

func TestLocalKeepsAddressesOfThisServer(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{"/x?y=1": "/x?y=1", "": "/", "//evil": "/", "https://evil/": "/", "/\\evil": "/", "x": "/", "javascript:alert(1)": "/"} {
		if got := local(to); got != want {
			t.Errorf("%q leads to %q, want %q", to, got, want)
		}
	}
}
