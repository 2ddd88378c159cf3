package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/internal/cx"
)

func TestQuestionsComeBackFromTheirAddress(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"indicator=csat", "by=month&by=attributes.segment&indicator=csat&shape=heat", "indicator=csat&other=ces&versus=year",
		"indicator=csat&population=unit%3Awest&versus=population", "indicator=csat&versus=period&versus_from=2026-01-01&versus_to=2026-01-31",
	} {
		q, err := url.ParseQuery(address)
		if err != nil {
			t.Fatal(err)
		}
		a, err := parseAsked(q)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if d := cmp.Diff(q.Encode(), a.values().Encode()); d != "" {
			t.Errorf("%s: %s", address, d)
		}
	}
	for address, field := range map[string]string{"by=a&by=b&by=c&by=d": "by", "versus_from=soon": "versus_from"} {
		q, _ := url.ParseQuery(address)
		if _, err := parseAsked(q); err == nil || err.(*cx.Error).Field != field {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func FuzzAKeptQuestionIsReadBackTheSame(f *testing.F) {
	f.Add("indicator=csat&by=month&by=channel&during=90&unit=west")
	f.Add("score=nps:0..6&missing=channel&stage=main/buy&also=csat&population=others:unit&versus=population")
	f.Fuzz(func(t *testing.T, query string) {
		kept, err := keptQuestion(query)
		if err != nil {
			return
		}
		again, err := keptQuestion(kept)
		if err != nil || again != kept {
			t.Errorf("%q is kept as %q, then %q, %v", query, kept, again, err)
		}
	})
}

func TestShapesSuitTheQuestion(t *testing.T) {
	t.Parallel()
	over, flat := axis{Name: "month", Grain: "month"}, axis{Name: "channel"}
	for name, c := range map[string]struct {
		axes    []axis
		against bool
		want    string
	}{
		"nothing": {nil, false, shapeFigure}, "time": {[]axis{over}, false, shapeLine}, "things": {[]axis{flat}, false, shapeBars}, "time and things": {[]axis{flat, over}, false, shapeMultiples},
		"things and things": {[]axis{flat, flat}, false, shapeHeat}, "two figures": {[]axis{flat}, true, shapeScatter},
	} {
		if got := shapes(c.axes, c.against)[0]; got != c.want {
			t.Errorf("%s: %s", name, got)
		}
		if got := (asked{Shape: "pie"}).shape(c.axes); !c.against && got != c.want {
			t.Errorf("%s, asked as a pie: %s", name, got)
		}
	}
}

func TestNoCellStartsAFormula(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"=1+1": "'=1+1", "+33": "'+33", "-1": "'-1", "@x": "'@x", "\t=1": "'\t=1", " =1": "' =1", "Ouest": "Ouest", "": "", "a=b": "a=b"} {
		if got := harmless(text); got != want {
			t.Errorf("%q is written %q, want %q", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := harmless(rapid.String().Draw(t, "text"))
		if bare := strings.TrimLeft(s, " \u00a0"); bare != "" && strings.ContainsRune("=+-@\t\r\n|%", rune(bare[0])) {
			t.Fatalf("%q starts a formula", s)
		}
	})
}

func TestLargestKeepTheirOrder(t *testing.T) {
	t.Parallel()
	got := largest([]string{"a", "bbb", "cc", "dddd"}, 2, func(s string) int64 { return int64(len(s)) })
	if d := cmp.Diff([]string{"bbb", "dddd"}, got); d != "" {
		t.Error(d)
	}
}

func TestStaffPeriodsAreWhole(t *testing.T) {
	t.Parallel()
	for by, want := range map[string][2]string{"touchpoint": {"2026-07-01", "2026-09-30"}, "month": {"2025-11-01", "2026-10-31"}, "quarter": {"2024-10-01", "2026-09-30"}, "year": {"2023-01-01", "2025-12-31"}} {
		from, to := staffPeriod(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), []string{by})
		if d := cmp.Diff(want, [2]string{from.Format(time.DateOnly), to.AddDate(0, 0, -1).Format(time.DateOnly)}); d != "" {
			t.Errorf("%s: %s", by, d)
		}
	}
}

func TestSentencesAreCutIntoLines(t *testing.T) {
	t.Parallel()
	if d := cmp.Diff([]string{"un deux", "trois"}, wrapped("un deux trois", 8)); d != "" {
		t.Error(d)
	}
	if n := len(wrapped(strings.Repeat("mot ", 50), 10)); n != 3 {
		t.Errorf("%d lines", n)
	}
}
