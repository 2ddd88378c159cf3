package intake

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLayoutIsGuessed(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		want    Layout
		columns []string
	}{
		"semicolons beside decimal commas": {"note;montant\n4;12,5\n5;13,75\n", Layout{Encoding: "utf-8", Separator: ";", HeaderRows: 1}, []string{"note", "montant"}},
		"commas in texts":                  {"note;avis\n4;\"bon, rapide\"\n5;lent, cher, loin\n", Layout{Encoding: "utf-8", Separator: ";", HeaderRows: 1}, []string{"note", "avis"}},
		"pipes":                            {"a|b|c\n1|2|3\n", Layout{Encoding: "utf-8", Separator: "|", HeaderRows: 1}, []string{"a", "b", "c"}},
		"the line sep= of Excel":           {"sep=;\r\na;b\r\n1;2\r\n", Layout{Encoding: "utf-8", Separator: ";", HeaderRows: 1}, []string{"a", "b"}},
		"a title above":                    {"Export du 12 mars\n\nid,note,avis\n1,4,bien\n2,5,mal\n", Layout{Encoding: "utf-8", Separator: ",", HeaderRows: 1, Skip: 1}, []string{"id", "note", "avis"}},
		"no header":                        {"2024-01-05,4,5\n2024-01-06,5,4\n", Layout{Encoding: "utf-8", Separator: ",", HeaderRows: 0}, []string{"#1", "#2", "#3"}},
		"names given twice and not at all": {"a,a,,a\nx,y,z,t\n", Layout{Encoding: "utf-8", Separator: ",", HeaderRows: 1}, []string{"a", "a (2)", "#3", "a (3)"}},
		"a mark quoted in the first name":  {"\"\ufeff\"\"Code\"\"\";nom\nx;y\n", Layout{Encoding: "utf-8", Separator: ";", HeaderRows: 1}, []string{"Code", "nom"}},
		"questions over their parts": {"Q1,Which?,,Why?\n,Red,Blue,Open-Ended Response\n1,x,,because\n", Layout{Encoding: "utf-8", Separator: ",", HeaderRows: 2},
			[]string{"Q1", "Which? – Red", "Which? – Blue", "Why?"}},
		"keys, wordings, import ids": {"ResponseId,Q1\nResponse ID,How?\n\"{'ImportId': '_recordId'}\",\"{'ImportId': 'QID1'}\"\nR_1,4\n", Layout{Encoding: "utf-8", Separator: ",", HeaderRows: 3},
			[]string{"ResponseId", "Q1"}},
		"inches are no quotes": {"size\n5\" disk\n\"3 inch\n\"odd\" one\n", Layout{Encoding: "utf-8", Separator: ",", Quotes: "none", HeaderRows: 1}, []string{"size"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := memory(t, "f.csv", c.text)
			l, err := guessLayout(f)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, l); d != "" {
				t.Error(d)
			}
			if names, _ := table(t, f, l); !cmp.Equal(names, c.columns) {
				t.Errorf("%q", names)
			}
		})
	}
}
