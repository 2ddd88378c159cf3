package intake

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSpectrumFilesGiveTheExpectedJSON(t *testing.T) {
	for _, name := range []string{"comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "newlines", "newlines_crlf",
		"quotes_and_newlines", "simple", "simple_crlf", "utf8"} {
		t.Run(name, func(t *testing.T) {
			f := shared(t, "edge/csv-spectrum-BSD2/csvs/"+name+".csv")
			if strings.HasSuffix(name, "_crlf") && !bytes.Contains(f.start, []byte("\r\n")) {
				// the line ends that its name promises were lost on the way here
				f = memory(t, f.Name, strings.ReplaceAll(string(f.start), "\n", "\r\n"))
			}
			expected, err := os.ReadFile("../../../../shared/data/edge/csv-spectrum-BSD2/json/" + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			var want []map[string]string
			if err := json.Unmarshal(expected, &want); err != nil {
				t.Fatal(err)
			}
			l, err := guessLayout(f)
			if err != nil {
				t.Fatal(err)
			}
			head, rows := table(t, f, l)
			var got []map[string]string
			for _, r := range rows {
				object := map[string]string{}
				for i, h := range head {
					object[h] = r.Cells[i]
				}
				got = append(got, object)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestTextIsCutInRows(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []Row
	}{
		"plain rows":                        {"a,b\n1,2\n", []Row{{1, []string{"a", "b"}, ""}, {2, []string{"1", "2"}, ""}}},
		"no line end at the end":            {"a,b", []Row{{1, []string{"a", "b"}, ""}}},
		"CR LF":                             {"a,b\r\n1,2\r\n", []Row{{1, []string{"a", "b"}, ""}, {2, []string{"1", "2"}, ""}}},
		"old Mac":                           {"a,b\r1,\"x\ry\"\r3,4\r", []Row{{1, []string{"a", "b"}, ""}, {2, []string{"1", "x\ry"}, ""}, {4, []string{"3", "4"}, ""}}},
		"lone CR inside a line is text":     {"a\rb,c\nd,e\n", []Row{{1, []string{"a\rb", "c"}, ""}, {2, []string{"d", "e"}, ""}}},
		"empty lines pass":                  {"\n\na\n\nb\n", []Row{{3, []string{"a"}, ""}, {5, []string{"b"}, ""}}},
		"a quoted nothing is a row":         {"a\n\"\"\nb\n", []Row{{1, []string{"a"}, ""}, {2, []string{""}, ""}, {3, []string{"b"}, ""}}},
		"quotes doubled":                    {"\"a \"\"b\"\" c\",d\n", []Row{{1, []string{`a "b" c`, "d"}, ""}}},
		"line end in quotes counts":         {"\"a\nb\",c\nd,e\n", []Row{{1, []string{"a\nb", "c"}, ""}, {3, []string{"d", "e"}, ""}}},
		"bare quote in a plain cell":        {"5\" disk,x\n", []Row{{1, []string{`5" disk`, "x"}, ""}}},
		"wrong quote inside quotes is text": {"\"the \"best\" shop\",5\n", []Row{{1, []string{`the "best" shop`, "5"}, ""}}},
		"trailing separator":                {"a,b,\n1,2,\n", []Row{{1, []string{"a", "b", ""}, ""}, {2, []string{"1", "2", ""}, ""}}},
		"ragged":                            {"a,b\n1\n1,2,3\n", []Row{{1, []string{"a", "b"}, ""}, {2, []string{"1"}, ""}, {3, []string{"1", "2", "3"}, ""}}},
		"a quote that never closes costs its line only": {"a,b\n1,\"x\n2,y\n3,z\n", []Row{{1, []string{"a", "b"}, ""},
			{2, []string{"1", `"x`}, "intake.quote_open"}, {3, []string{"2", "y"}, ""}, {4, []string{"3", "z"}, ""}}},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := cutAll(c.text, ',', macLines([]byte(c.text)))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, rows); d != "" {
				t.Error(d)
			}
		})
	}
}

func cutAll(text string, sep byte, cr bool) ([]Row, error) {
	t := newTextRows(strings.NewReader(text), sep, cr)
	var rows []Row
	for {
		row, err := t.next()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
}

func TestWrittenRowsAreReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOf(rapid.SampledFrom([]rune("ab,;\"\n\t é")))
		width := rapid.IntRange(2, 4).Draw(t, "width")
		want := rapid.SliceOfN(rapid.SliceOfN(cell, width, width), 1, 8).Draw(t, "rows")
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.UseCRLF = false
		if err := w.WriteAll(want); err != nil {
			t.Fatal(err)
		}
		rows, err := cutAll(b.String(), ',', false)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, cellsOf(rows)); d != "" {
			t.Fatal(d)
		}
	})
}

// The window of the reader moves: rows must not depend on where it is cut.
func TestRowsLongerThanTheWindowStayWhole(t *testing.T) {
	long := strings.Repeat("mot ; \"\"cité\"\"\n", 20_000)
	text := "a;b\n" + strings.Repeat("1;2\n", 17_000) + "x;\"" + long + "\"\ny;z\n"
	rows, err := cutAll(text, ';', false)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 17_003 {
		t.Fatalf("%d rows", len(rows))
	}
	if got, want := rows[17_001].Cells[1], strings.ReplaceAll(long, `""`, `"`); got != want {
		t.Errorf("long cell: %d bytes, want %d", len(got), len(want))
	}
	if got := rows[17_002]; got.Line != 17_003+19_999+1 {
		t.Errorf("last row on line %d", got.Line)
	}
}

func TestLineWithoutEndIsRefused(t *testing.T) {
	_, err := cutAll("a,b\n"+strings.Repeat("x", maxRecord+1), ',', false)
	if code(err) != "intake.record_too_long" {
		t.Errorf("got %v", err)
	}
}
