package web

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/internal/cx"
	"vigie/internal/understand/insight"
)

func parsedFilters(t *testing.T, query string) (filters, error) {
	t.Helper()
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return parseFilters(q)
}

func TestAConditionInTheAddressIsTheOneOfTheQuestion(t *testing.T) {
	t.Parallel()
	low, high, yes, no := 30.0, 50.5, true, false
	for query, want := range map[string]insight.Where{
		"range=attributes.age:30..50.5":                    {"attributes.age": {GTE: &low, LTE: &high}},
		"range=attributes.age:30..":                        {"attributes.age": {GTE: &low}},
		"range=scores.nps:..50.5":                          {"scores.nps": {LTE: &high}},
		"not=channel:phone&not=channel:web":                {"channel": {Not: []any{"phone", "web"}}},
		"in=touchpoint:a&in=touchpoint:b:c":                {"touchpoint": {In: []any{"a", "b:c"}}},
		"missing=attributes.age&known=attributes.segment":  {"attributes.age": {Missing: &yes}, "attributes.segment": {Missing: &no}},
		"attributes.age=3&range=attributes.age2:30..":      {"attributes.age": {In: []any{"3"}}, "attributes.age2": {GTE: &low}},
		"not=unit.region:west&unit=north&known=scores.nps": {"unit.region": {Not: []any{"west"}}, "unit": {In: []any{"north"}}, "scores.nps": {Missing: &no}},
	} {
		f, err := parsedFilters(t, query)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if d := cmp.Diff(want, f.where()); d != "" {
			t.Errorf("%s: %s", query, d)
		}
		back, err := parseFilters(f.values())
		if d := cmp.Diff(f.where(), back.where()); d != "" || err != nil {
			t.Errorf("%s read back: %v %s", query, err, d)
		}
	}
}

func TestAConditionThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for query, field := range map[string]string{
		"range=attributes.age":                        "range",
		"range=attributes.age:x..":                    "range",
		"range=attributes.age:5..3":                   "range",
		"range=attributes.age:NaN..":                  "range",
		"range=attributes.age:..":                     "range",
		"not=channel":                                 "not",
		"in=:x":                                       "in",
		"not=channel:phone&channel=web":               "channel",
		"known=attributes.a&not=attributes.a:x":       "attributes.a",
		"range=scores.nps:1..2&score=nps:3..4":        "scores.nps",
		"missing=attributes.a&range=attributes.a:1..": "attributes.a",
	} {
		_, err := parsedFilters(t, query)
		if e, ok := err.(*cx.Error); !ok || e.Kind != cx.Invalid || e.Field != field {
			t.Errorf("%s: %v", query, err)
		}
	}
}

// Whatever is picked replaces what narrowed the same key, and the address stays one that can be read.
func TestAPickReplacesWhatNarrowedItsKey(t *testing.T) {
	t.Parallel()
	keys := []string{"channel", "touchpoint", "language", "unit.region", "attributes.age", "scores.nps", "stage"}
	rapid.Check(t, func(t *rapid.T) {
		f, err := parseFilters(url.Values{"channel": {"web"}, "touchpoint": {"a"}, "score": {"nps:1..2"}, "attributes.age": {"3"}, "stage": {"buy"}})
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 6).Draw(t, "picks") {
			key, op := rapid.SampledFrom(keys).Draw(t, "key"), rapid.SampledFrom([]string{"in", "not", "range", "missing", "known"}).Draw(t, "op")
			if !f.pick(url.Values{"pick_key": {key}, "pick_op": {op}, "pick_value": {"x", "y:z"}, "pick_low": {"7,5"}, "pick_high": {"2"}}) {
				t.Fatal("nothing picked")
			}
			if err := f.check(); err != nil {
				t.Fatal(err)
			}
			c, ok := f.where()[key]
			if !ok || op == "in" != (c.In != nil) || op == "not" != (c.Not != nil) || op == "range" != (c.GTE != nil && *c.GTE == 2 && *c.LTE == 7.5) || (op == "missing" || op == "known") != (c.Missing != nil) {
				t.Fatalf("%s %s: %+v", key, op, c)
			}
		}
	})
}

func TestNothingPickedChangesNothing(t *testing.T) {
	t.Parallel()
	for _, q := range []url.Values{{"pick_key": {"channel"}, "pick_op": {"in"}}, {"pick_key": {"scores.nps"}, "pick_op": {"range"}}, {"pick_key": {"channel"}, "pick_op": {"like"}}} {
		var f filters
		if f.pick(q) {
			t.Errorf("%v was picked", q)
		}
	}
}
