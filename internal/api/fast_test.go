package api

import (
	"reflect"
	"testing"
	"unicode/utf8"

	"vigie/internal/listen/collect"
)

const whole = `{"source":"crm","source_id":"1","at":"2026-03-01T09:30:00.123+01:00","touchpoint":"delivery","channel":"web","collected_by":"email",
	"program":"transactional","audience":"customer","contact":"o1","customer":{"ref":"C1","email":"a@b.example","phone":"01","name":"J","status":"former","attributes":{"a":1}},
	"unit":"lille","agent":"x","lang":"fr","survey":"s","scores":{"nps":9,"csat":-4.5e-1,"fcr":true},"verbatims":[{"question":"q","text":"t\"\u00e9"},{}],
	"verbatim":"v","attributes":{"s":"x","n":12345678901234567890,"b":false,"z":0}}`

func TestUsualFeedbackTakesTheFastWay(t *testing.T) {
	for _, text := range []string{whole, `{}`, ` { "scores" : { } , "verbatims" : [ ] } `} {
		var in collect.Incoming
		if !decodeUsual(text, &in) {
			t.Errorf("not usual: %s", text)
		}
		sameAsJSON(t, text)
	}
}

func TestUnusualFeedbackIsLeftToEncodingJSON(t *testing.T) {
	for _, text := range []string{``, `[]`, `{"source":"a","source":"b"}`, `{"Source":"a"}`, `{"x":1}`, `{"source":null}`, `{"scores":{"nps":null}}`,
		`{"scores":{"nps":01}}`, `{"scores":{"nps":1.}}`, `{"scores":{"nps":1e999}}`, `{"source":"a"}}`, `{"source":"a",}`, `{"source":"\x"}`, "{\"source\":\"a\nb\"}",
		`{"at":"x"}`, `{"attributes":{"a":[]}}`, `{"customer":{"attributes":{},"attributes":{}}}`, `{"scores":{"nps":-}}`, `{"source":"a`, `{"source":"a\`} {
		var in collect.Incoming
		if decodeUsual(text, &in) {
			t.Errorf("taken as usual: %s", text)
		}
	}
}

func sameAsJSON(t *testing.T, text string) {
	t.Helper()
	var fast, slow collect.Incoming
	if !utf8.ValidString(text) || !decodeUsual(text, &fast) {
		return
	}
	if err := decode([]byte(text), &slow); err != nil {
		t.Fatalf("encoding/json refuses %s: %v", text, err)
	}
	if !reflect.DeepEqual(fast, slow) {
		t.Errorf("%s: %+v, encoding/json %+v", text, fast, slow)
	}
}

func FuzzDecodeUsual(f *testing.F) {
	for _, text := range []string{whole, `{"attributes":{"a":-0,"b":1E+2,"c":0.1}}`, `{"source":"😀"}`, `{"scores":{"a":true,"a":2}}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { sameAsJSON(t, text) })
}
