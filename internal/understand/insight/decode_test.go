package insight

import (
	"encoding/json"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
)

// reading is what encoding/json makes of the same payload.
type reading struct {
	At                time.Time
	Context           [contextFields]string
	Program, Audience string
	Scores            map[string]int64
	Attributes        map[string]any
	Words             bool
}

func readingOf(f cx.Feedback) reading {
	out := reading{At: f.At, Program: string(f.Program), Audience: string(f.Audience), Scores: map[string]int64{}, Attributes: map[string]any{},
		Context: [contextFields]string{string(f.Touchpoint), f.Channel, f.CollectedBy, string(f.Unit), f.Survey, f.Lang, f.Source, f.Agent}}
	for k, v := range f.Scores {
		out.Scores[string(k)] = v
	}
	for k, v := range f.Attributes {
		switch v.(type) {
		case string, float64, bool:
			out.Attributes[string(k)] = v
		}
	}
	for _, v := range f.Verbatims {
		out.Words = out.Words || v.Text != ""
	}
	return out
}

func (s *signal) reading() reading {
	out := reading{At: s.at, Program: string(s.program), Audience: string(s.audience), Words: s.words,
		Scores: map[string]int64{}, Attributes: map[string]any{}}
	for n, v := range s.context {
		out.Context[n] = string(v)
	}
	for _, p := range s.scores {
		out.Scores[string(p.metric)] = p.point
	}
	for _, a := range s.attributes {
		switch a.kind {
		case textValue:
			out.Attributes[string(a.key)] = string(a.text)
		case numberValue:
			out.Attributes[string(a.key)] = a.number
		case boolValue:
			out.Attributes[string(a.key)] = a.yes
		default:
			delete(out.Attributes, string(a.key))
		}
	}
	return out
}

func TestPayloadsReadAsEncodingJSONReadsThem(t *testing.T) {
	var s signal
	for n := range int64(500) {
		f := feedback(n)
		if err := s.decode(payload(t, f)); err != nil {
			t.Fatal(err)
		}
		if d := gocmp.Diff(readingOf(f), s.reading()); d != "" {
			t.Fatalf("feedback %d:\n%s", n, d)
		}
	}
}

func TestPayloadsThatAreNotAreRefused(t *testing.T) {
	for _, text := range []string{"", "{", "[]", "null", `{"schema":2}`, `{"schema":0}`, `{"at":"yesterday"}`, `{"scores":{"nps":1.5}}`,
		`{"scores":{"nps":"9"}}`, `{"scores":[]}`, `{"source":3}`, `{"source":"a"} x`, `{"source":"` + "\n" + `"}`, `{"a":01}`,
		`{"a":1e}`, `{"a":tru}`, `{"attributes":{"x":1e999}}`, `{"verbatims":{}}`, `{"verbatims":[1]}`, `{"source":"\x"}`, `{"source":"\u12"}`,
		`{"source" "a"}`, `{"source":"a",}`, `{,}`} {
		var s signal
		if err := s.decode([]byte(text)); err == nil {
			t.Errorf("accepted %q", text)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for n := range int64(20) {
		b, err := json.Marshal(feedback(n))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for _, text := range []string{`{"schema":1,"source":"\ud83d\ude00\ud83dx\u00e9\/\b","verbatims":[null,{"text":null,"question":"?"}]}`,
		`{"attributes":{"a":null,"b":[1,{"c":2}],"d":-0.0,"e":1E+2,"e":true},"x":[[[{}]]]}`, "{\"source\":\"\xff\xfe\\n\xc3\"}"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var s signal
		if s.decode(b) != nil {
			return
		}
		if !json.Valid(b) {
			t.Fatalf("accepted what is not JSON: %q", b)
		}
		// what encoding/json makes of it, written anew (keys in their case, once each), must read the same in both
		var want cx.Feedback
		if json.Unmarshal(b, &want) != nil {
			return
		}
		again, err := json.Marshal(want)
		if err != nil {
			return
		}
		var same cx.Feedback
		if err := json.Unmarshal(again, &same); err != nil {
			t.Fatal(err)
		}
		if err := s.decode(again); err != nil {
			t.Fatalf("refused %q: %v", again, err)
		}
		if d := gocmp.Diff(readingOf(same), s.reading()); d != "" {
			t.Fatalf("%q:\n%s", again, d)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	payloads := syntheticPayloads(5)
	var s signal
	for n := 0; b.Loop(); n++ {
		if err := s.decode(payloads[n%len(payloads)]); err != nil {
			b.Fatal(err)
		}
	}
}
