package intake

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/internal/cx"
)

const unitMap = `
kind: units
columns:
  - {column: code, as: key}
  - {column: nom, as: name}
  - {column: parent, as: parent}
  - {column: niveau, as: level, values: {R: region, A: agency}}
`

func TestUnitsAreATreeWhateverTheFile(t *testing.T) {
	units, report, err := ReadUnits(memory(t, "u.csv", `code,nom,parent,niveau
FR,France,,
IDF,Île-de-France,FR,R
75,Paris,IDF,A
X,Perdue,ZZ,A
A,Un,B,
B,Deux,A,
S,Seule,S,
75,Paris encore,IDF,A
,Sans clé,FR,
N,,FR,
`), mapOf(t, unitMap))
	if err != nil {
		t.Fatal(err)
	}
	want := []UnitRow{
		{Line: 2, Key: "fr", Code: "FR", Name: "France"},
		{Line: 3, Key: "idf", Code: "IDF", Name: "Île-de-France", Parent: "fr", Level: "region"},
		{Line: 4, Key: "75", Code: "75", Name: "Paris", Parent: "idf", Level: "agency"},
		{Line: 5, Key: "x", Code: "X", Name: "Perdue", Level: "agency"},
		{Line: 6, Key: "a", Code: "A", Name: "Un"},
		{Line: 7, Key: "b", Code: "B", Name: "Deux", Parent: "a"},
		{Line: 8, Key: "s", Code: "S", Name: "Seule"},
	}
	if d := cmp.Diff(want, units); d != "" {
		t.Error(d)
	}
	codes := func(list []Rejection) (out []string) {
		for _, r := range list {
			out = append(out, number(float64(r.Line))+" "+r.Code)
		}
		return out
	}
	if d := cmp.Diff([]string{"9 intake.unit_twice", "10 intake.unit_no_key", "11 intake.unit_no_name"}, codes(report.Rejected)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"5 intake.unit_orphan", "6 intake.unit_cycle", "8 intake.unit_cycle"}, codes(report.Moved)); d != "" {
		t.Error(d)
	}
	if report.Rows != report.Units+len(report.Rejected) {
		t.Errorf("%+v", report)
	}
}

func TestAnyParentsGiveATree(t *testing.T) {
	m := mapOf(t, unitMap)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "units")
		var b strings.Builder
		b.WriteString("code,nom,parent,niveau\n")
		for i := range n {
			parent := rapid.IntRange(-1, n).Draw(t, "parent")
			b.WriteString(number(float64(i)) + ",u," + strings.TrimPrefix(number(float64(parent)), "-1") + ",\n")
		}
		text := b.String()
		f, err := OpenReader("u.csv", strings.NewReader(text), int64(len(text)))
		if err != nil {
			t.Fatal(err)
		}
		units, _, err := ReadUnits(f, m)
		if err != nil || len(units) != n {
			t.Fatalf("%d of %d units, %v", len(units), n, err)
		}
		up := map[string]string{}
		for _, u := range units {
			up[string(u.Key)] = string(u.Parent)
		}
		for _, u := range units {
			at := string(u.Key)
			for step := 0; at != ""; step++ {
				if step > n {
					t.Fatalf("cycle at %s in\n%s", u.Key, text)
				}
				at = up[at]
			}
		}
	})
}

func TestSlugsAreKeysAlwaysTheSame(t *testing.T) {
	for in, want := range map[string]string{
		"Île-de-France": "ile-de-france", "hcxcV5NcXy": "hcxcv5ncxy", "  Agence n°12 (Lyon) ": "agence-n-12-lyon", "Cœur": "coeur", "a.b_c-d": "a.b_c-d",
		"東京": "0d3f3a1c", "": "e3b0c442",
	} {
		got := Slug(in)
		if in != "東京" && got != want || !cx.ValidKey(got) {
			t.Errorf("%q: %q", in, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "words")
		if key := Slug(s); !cx.ValidKey(key) || key != Slug(s) {
			t.Fatalf("%q: %q", s, key)
		}
	})
	if Slug(strings.Repeat("a", 70)) == Slug(strings.Repeat("a", 71)) {
		t.Error("long words share a key")
	}
}

func TestNumbersWrittenByPeople(t *testing.T) {
	for _, c := range []struct {
		text, decimal string
		want          float64
		ok            bool
	}{
		{"4", ".", 4, true}, {"4.0", ".", 4, true}, {"4,5", ",", 4.5, true}, {"-3", ".", -3, true}, {"1 234,5", ",", 1234.5, true}, {"1\u202f234", ",", 1234, true},
		{"1.234,5", ",", 1234.5, true}, {"1,234.5", ".", 1234.5, true}, {"12 %", ".", 12, true}, {"1'000", ".", 1000, true}, {"−2", ".", -2, true},
		{"4,5", ".", 0, false}, {"1,23,456", ".", 0, false}, {"", ".", 0, false}, {"NaN", ".", 0, false}, {"Inf", ".", 0, false}, {"0x10", ".", 0, false}, {"douze", ".", 0, false},
		{"1,2,3", ",", 0, false}, {"1e400", ".", 0, false}, {".", ".", 0, false}, {"5/5", ".", 0, false},
	} {
		if got, ok := ParseNumber(c.text, c.decimal); got != c.want && ok || ok != c.ok {
			t.Errorf("%q with %q: %v %v", c.text, c.decimal, got, ok)
		}
	}
}
