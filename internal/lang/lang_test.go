package lang

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"vigie/internal/cx"
)

func TestNumbersFollowTheLanguage(t *testing.T) {
	fr, en := For("fr"), For("en")
	for _, c := range []struct{ name, got, want string }{
		{"french thousands", fr.Int(1234567), "1\u202f234\u202f567"},
		{"english thousands", en.Int(1234567), "1,234,567"},
		{"three digits alone", fr.Int(-999), "−999"},
		{"french decimals", fr.Number(1234.56, 1), "1\u202f234,6"},
		{"no negative zero", fr.Number(-0.04, 1), "0,0"},
		{"french percent", fr.Percent(12.5, 1), "12,5\u202f%"},
		{"english percent", en.Percent(12.5, 1), "12.5%"},
		{"points up", fr.Points(24, 0), "+24"},
		{"points down", fr.Points(-3, 0), "−3"},
		{"points nil", fr.Points(0.04, 1), "0,0"},
		{"short drops zeros", fr.Short(5, 2), "5"},
		{"short keeps digits", en.Short(5.25, 2), "5.25"},
		{"short keeps tens", fr.Short(100, 0), "100"},
		{"zero value is French", Lang{}.Number(0.5, 1), "0,5"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestDatesFollowTheLanguage(t *testing.T) {
	fr, en := For("fr"), For("en")
	at := time.Date(2026, 10, 1, 14, 5, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{fr.Date(at), "1er oct. 2026"}, {en.Date(at), "1 Oct 2026"},
		{fr.DateTime(at), "1er oct. 2026 à 14\u202fh\u202f05"}, {en.DateTime(at), "1 Oct 2026, 14:05"},
		{fr.Month(at), "octobre 2026"}, {en.Month(at), "October 2026"},
		{fr.Ago(3 * time.Minute), "il y a 3\u00a0min"}, {en.Ago(49 * time.Hour), "2\u00a0d ago"},
		{fr.Ago(time.Second), "à l’instant"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestPluralFormFollowsCountAndLanguage(t *testing.T) {
	m := message{"one": "one", "other": "other", "zero": "zero"}
	for _, c := range []struct {
		tag   string
		count any
		want  string
	}{
		{"fr", 0, "zero"}, {"fr", 1, "one"}, {"fr", 1.5, "one"}, {"fr", 2, "other"},
		{"en", 1, "one"}, {"en", 1.5, "other"}, {"en", int64(2), "other"}, {"en", nil, "other"},
	} {
		if got := m.pick(c.tag, c.count); got != c.want {
			t.Errorf("%s %v: %s, want %s", c.tag, c.count, got, c.want)
		}
	}
	if got := (message{"one": "one", "other": "other"}).pick("fr", 0); got != "one" {
		t.Errorf("zero in French without its own form: %s", got)
	}
}

func TestUnknownMessageAndArgumentAreVisible(t *testing.T) {
	if got := For("fr").T("no.such"); got != "⟨no.such⟩" {
		t.Error(got)
	}
	if got := For("fr").T("lang.ago"); got != "il y a {span}" {
		t.Error(got)
	}
}

func TestErrorsAreSaidInWords(t *testing.T) {
	l := For("en")
	wrapped := fmt.Errorf("store: %w", cx.Fail(cx.Invalid, "at", "lang.ago", "span", 1200))
	if got := l.Error(wrapped); got != "1,200 ago" {
		t.Error(got)
	}
	if got := l.Error(errors.New("disk: secret")); got != l.T("lang.internal") {
		t.Error(got)
	}
}

func TestForGivesFrenchForAnyTagThatIsNotOurs(t *testing.T) {
	for tag, want := range map[string]string{"": "fr", "und": "fr", "de": "fr", "zz": "fr", "not a tag": "fr", "en": "en", "en-GB": "en", "fr-CA": "fr"} {
		if got := For(tag).Tag(); got != want {
			t.Errorf("%q: %s, want %s", tag, got, want)
		}
	}
}

func TestMatchReadsTheBrowsersWish(t *testing.T) {
	for header, want := range map[string]string{"": "fr", "en-US,en;q=0.9,fr;q=0.1": "en", "de": "fr", "fr-CA": "fr", "\xff": "fr"} {
		if got := Match(header).Tag(); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}
