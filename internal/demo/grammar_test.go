package demo

import (
	"testing"
)

func TestBrokenFragmentsAreRefused(t *testing.T) {
	for name, src := range map[string]string{
		"choice not closed":    "@ a\n+ un [deux|trois",
		"slot not opened":      "@ a\n+ un deux} trois",
		"no section":           "+ un deux",
		"neither nor":          "@ a\nun deux",
		"choices do not close": "@ a\n+ [un [deux] trois]",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parseGrammar("x", src); err == nil {
				t.Error("accepted")
			}
		})
	}
}

func TestEveryTouchpointHasWords(t *testing.T) {
	s, _ := told()
	for _, p := range s.points {
		for _, lang := range []string{"fr", "en"} {
			for tn := range tones {
				if len(s.words[lang].of(p.key, tn)) == 0 {
					t.Errorf("%s in %s: nothing for tone %d", p.key, lang, tn)
				}
			}
		}
		if len(s.words["staff"].of(p.key, content)) == 0 || len(s.words["staff"].of(p.key, unhappy)) == 0 {
			t.Errorf("%s: employees have no words", p.key)
		}
	}
}

func FuzzParseFragment(f *testing.F) {
	f.Add("un [deux|{trois}] quatre")
	f.Fuzz(func(t *testing.T, s string) {
		if fr, err := parseFragment(s); err == nil && s != "" && len(fr) == 0 {
			t.Errorf("%q: nothing read", s)
		}
	})
}
