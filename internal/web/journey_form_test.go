package web

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/internal/cx"
	"vigie/internal/lang"
)

func TestNumbersAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{"82,5": 82.5, "82.5 %": 82.5, "1 200": 1200, "1\u202f200": 1200, "−3": -3, "+24": 24, " 7 ": 7} {
		if got, err := typedNumber("objective", text); err != nil || got == nil || *got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	if got, err := typedNumber("objective", "  "); got != nil || err != nil {
		t.Errorf("nothing: %v, %v", got, err)
	}
	for _, text := range []string{"abc", "NaN", "Inf", "1e400", "--3", "1,2,3"} {
		if got, err := typedNumber("objective", text); cx.KindOf(err) != cx.Invalid {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(-1e6, 1e6).Draw(t, "v")
		l := lang.For(rapid.SampledFrom(lang.Tags()).Draw(t, "lang"))
		if got, err := typedNumber("x", writtenNumber(l, &v)); err != nil || *got != v {
			t.Fatalf("%v comes back as %v, %v", v, got, err)
		}
	})
}

func TestTextsKeepTheLanguagesNobodyAsksFor(t *testing.T) {
	t.Parallel()
	got := typedText(url.Values{"name_fr": {" Ça "}, "name_en": {""}}, "name", cx.Text{"fr": "Avant", "en": "Before", "de": "Vorher"})
	if d := cmp.Diff(cx.Text{"fr": "Ça", "de": "Vorher"}, got); d != "" {
		t.Error(d)
	}
	if got := typedText(url.Values{}, "name", cx.Text{"fr": "Avant"}); got != nil {
		t.Errorf("emptied: %v", got)
	}
}
