package sms

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMeasureCountsWhatIsPaidFor(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want Size
	}{
		"nothing":            {"", Size{}},
		"160 alone":          {strings.Repeat("a", 160), Size{Parts: 1, Units: 160}},
		"161 are two":        {strings.Repeat("a", 161), Size{Parts: 2, Units: 161, Left: 145}},
		"accents of the GSM": {"é à è ù", Size{Parts: 1, Units: 7, Left: 153}},
		"the euro is two":    {"€", Size{Parts: 1, Units: 2, Left: 158}},
		"ê makes it wide":    {"fête fêtée", Size{Parts: 1, Units: 10, Left: 60, Wide: true, Culprits: "ê"}},
		"an emoji is two":    {"😀", Size{Parts: 1, Units: 2, Left: 68, Wide: true, Culprits: "😀"}},
		"never cut in two":   {strings.Repeat("a", 152) + "€" + strings.Repeat("a", 10), Size{Parts: 2, Units: 164, Left: 141}},
		"71 wide are two":    {strings.Repeat("ê", 71), Size{Parts: 2, Units: 71, Left: 63, Wide: true, Culprits: "ê"}},
	} {
		if got := Measure(c.text); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	if s := Measure(Plain("Votre avis… « l’équipe » a-t-elle été à l’écoute ? Œuvre d’été")); s.Wide {
		t.Errorf("still wide: %q", s.Culprits)
	}
}

func TestReadTakesOnlyWhatIsMeant(t *testing.T) {
	for text, want := range map[string]string{
		"10": "10", "10/10": "10", "dix": "10", "Dix !": "10", "8.": "8", " 9 merci!": "9|merci!", "0": "0", "zéro": "0",
		"8 sur 10, livreur aimable": "8|livreur aimable", "Note : 7": "7|Note :", "je mets 6": "6|je mets", "3 appels pour rien": "?3 appels pour rien",
		"8 ou 9": "?8 ou 9", "7-8": "?7-8", "huit ou neuf": "?huit ou neuf", "12": "?12", "7,5": "?7,5", "-1": "?-1",
		"5 car livré 3 jours en retard": "5|car livré 3 jours en retard", "2 fois absent": "?2 fois absent", "9/5": "?9/5",
		"nul": "|nul", "un livreur charmant": "|un livreur charmant", "Un": "1", "": "|", "6 parce que le technicien a dit 8h et il est venu": "6|parce que le technicien a dit 8h et il est venu",
		"STOP": "stop", "stop.": "stop", "Stop sms merci": "stop", "arrêt": "stop", "ARRET": "stop", "non stop en panne": "|non stop en panne",
		"10 10": "?10 10", "1000000000000000000000000": "?1000000000000000000000000",
	} {
		r := Read(text, 0, 10)
		got := r.Words
		switch {
		case r.Stop:
			got = "stop"
		case r.Doubt:
			got = "?" + r.Words
		case r.Score != nil:
			got = strings.TrimSuffix(itoa(*r.Score)+"|"+r.Words, "|")
		default:
			got = "|" + r.Words
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if r := Read("6", 1, 5); r.Score != nil || !r.Doubt {
		t.Errorf("off another scale: %+v", r)
	}
}

func itoa(n int) string {
	if n >= 10 {
		return string(rune('0'+n/10)) + string(rune('0'+n%10))
	}
	return string(rune('0' + n))
}

func TestReadNeverLosesWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		r := Read(text, 0, 10)
		if r.Score != nil && (*r.Score < 0 || *r.Score > 10) {
			t.Fatal(*r.Score)
		}
		if r.Score == nil && !r.Stop && r.Words != strings.TrimSpace(text) {
			t.Fatalf("%q became %q", text, r.Words)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add("8 ou 9")
	f.Add("10/10 merci")
	f.Fuzz(func(t *testing.T, s string) { Read(s, 0, 10); Measure(s) })
}
