package collect

import (
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
)

func FuzzWordsOf(f *testing.F) {
	f.Add("crm", "fr", "Pourquoi ?", "Le colis \"perdu\"\n", 9.5)
	f.Add(`a"},{`, "", "", `\`, -1e300)
	f.Add("verbatims", "}", "]", "é\x01\u2028", 3.0)
	f.Fuzz(func(t *testing.T, name, lang, question, text string, number float64) {
		for _, s := range []string{name, lang, question, text} {
			if !utf8.ValidString(s) {
				t.Skip()
			}
		}
		p := appendPayload(nil, &cx.Feedback{
			Source: name, SourceID: text, At: time.Unix(1_700_000_000, 5000).UTC(), Audience: cx.Audience(name), Agent: text, Lang: lang,
			Scores:     map[cx.MetricID]int64{cx.MetricID(name): int64(len(text)), "nps": -3},
			Verbatims:  []cx.Verbatim{{Question: question, Text: text}, {Text: lang}},
			Attributes: map[cx.AttributeID]any{cx.AttributeID(question): number, "b": true},
		})
		want, err := wordsOfAny(p)
		if err != nil {
			t.Skip() // no JSON number
		}
		r := payloadReader{b: p}
		got, ok := r.words()
		if !ok {
			t.Fatalf("not read: %s", p)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWordsOfAnotherFormAreReadAllTheSame(t *testing.T) {
	for _, payload := range []string{
		`{ "lang": "fr", "verbatims": [ {"text": "ici"} ], "audience": "customer" }`,
		`{"verbatims":[{"text":"ici"}],"lang":"fr","audience":"customer"}`,
		`{"lang":"fr","audience":"customer","verbatims":[{"text":"ici","question":""}]}`,
		`{"lang":"fr","audience":"customer","other":[1,"verbatims"],"verbatims":[{"text":"ici"}]}`,
	} {
		got, err := WordsOf(Stored{Payload: []byte(payload)})
		if diff := cmp.Diff(Words{Audience: cx.Customers, Lang: "fr", Texts: []string{"ici"}}, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", payload, err, diff)
		}
	}
	if _, err := WordsOf(Stored{ID: 1, Payload: []byte(`{"verbatims":`)}); err == nil {
		t.Error("a damaged payload gave words")
	}
}
