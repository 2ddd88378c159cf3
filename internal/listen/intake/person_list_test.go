package intake

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
)

func TestPersonsAreReadOutOfAList(t *testing.T) {
	for name, c := range map[string]struct {
		text, column string
		want         []PersonRow
	}{
		"named columns":    {"Réf client;Nom;Courriel\nC1;Zoé;zoe@example.org\n;Léa;lea@example.org\nC3;;N/A\n", "", []PersonRow{{Line: 2, Ref: "C1", Email: "zoe@example.org"}, {Line: 3, Email: "lea@example.org"}, {Line: 4, Ref: "C3"}}},
		"addresses alone":  {"zoe@example.org\nlea@example.org\n", "", []PersonRow{{Line: 1, Email: "zoe@example.org"}, {Line: 2, Email: "lea@example.org"}}},
		"one column":       {"quelconque\nC1\nC2\n", "", []PersonRow{{Line: 2, Any: "C1"}, {Line: 3, Any: "C2"}}},
		"a column said":    {"a,b\n1,C1\n2,C2\n", "b", []PersonRow{{Line: 2, Any: "C1"}, {Line: 3, Any: "C2"}}},
		"nobody in a line": {"id,ville\nC1,Lyon\n,Nice\n", "", []PersonRow{{Line: 2, Ref: "C1"}, {Line: 3}}},
	} {
		f, err := OpenReader("l.csv", strings.NewReader(c.text), int64(len(c.text)))
		if err != nil {
			t.Fatal(name, err)
		}
		rows, err := Persons(f, c.column)
		if err != nil {
			t.Error(name, err)
			continue
		}
		var got []PersonRow
		for r, err := range rows {
			if err != nil {
				t.Fatal(name, err)
			}
			got = append(got, r)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Error(name, d)
		}
	}
	for name, column := range map[string]string{"a,b\n1,x\n2,y\n": "", "id\nC1\n": "other"} {
		f, err := OpenReader("l.csv", strings.NewReader(name), int64(len(name)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Persons(f, column); cx.KindOf(err) != cx.Invalid {
			t.Errorf("%q: %v", name, err)
		}
	}
}
