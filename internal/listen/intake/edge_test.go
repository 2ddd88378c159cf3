package intake

import (
	"bytes"
	"encoding/csv"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// edgeExpectations says of every hostile file how it is read (encoding or kind, separator, header rows; columns; rows
// with something in them), or with which sentence it is refused.
var edgeExpectations = []struct {
	file, how, columns string
	rows               int
}{
	{"csvkit-MIT/bad.csv", "utf-8 , 1", "column_a|column_b|column_c", 3},
	{"csvkit-MIT/bad_skip_lines.csv", "utf-8 , 1", "column_a|column_b|column_c", 3},
	{"csvkit-MIT/blanks.csv", "utf-8 , 1", "a|b|c|d|e|f", 1},
	{"csvkit-MIT/blanks_converted.csv", "utf-8 , 1", "a|b|c|d|e|f", 0},
	{"csvkit-MIT/date_like_number.csv", "utf-8 , 1", "a", 1},
	{"csvkit-MIT/dummy.csv", "utf-8 , 1", "a|b|c", 1},
	{"csvkit-MIT/dummy.csv.bz2", "utf-8 , 1", "a|b|c", 1},
	{"csvkit-MIT/dummy.csv.gz", "utf-8 , 1", "a|b|c", 1},
	{"csvkit-MIT/dummy.tsv", "utf-8 tab 1", "a|b|c", 1},
	{"csvkit-MIT/dummy.xls", "xls 1", "a|b|c", 1},
	{"csvkit-MIT/dummy.xlsx", "xlsx 1", "a|b|c", 1},
	{"csvkit-MIT/dummy2.csv", "utf-8 , 1", "a|b|c", 1},
	{"csvkit-MIT/dummy3.csv", "utf-8 , 1", "a|b|c", 2},
	{"csvkit-MIT/dummy_col_shuffled.csv", "utf-8 , 1", "b|c|a", 1},
	{"csvkit-MIT/dummy_col_shuffled_ragged.csv", "utf-8 , 1", "b|c|a|d", 1},
	{"csvkit-MIT/empty.csv", "Le fichier est vide : aucune ligne à lire.", "", 0},
	{"csvkit-MIT/foo1.csv", "utf-8 , 1", "id|name|age", 2},
	{"csvkit-MIT/foo2.csv", "utf-8 , 1", "id|name|age", 2},
	{"csvkit-MIT/iris.csv", "utf-8 , 1", "sepal_length|sepal_width|petal_length|petal_width|species", 150},
	{"csvkit-MIT/irismeta.csv", "utf-8 , 1", "species|wikipedia_url|usda_id", 3},
	{"csvkit-MIT/join_a.csv", "utf-8 , 1", "a|b|c", 3},
	{"csvkit-MIT/join_a_short.csv", "utf-8 , 1", "a|b|c", 3},
	{"csvkit-MIT/join_b.csv", "utf-8 , 1", "a|b|c", 3},
	{"csvkit-MIT/join_no_header_row.csv", "utf-8 , 1", "d|e|f", 3},
	{"csvkit-MIT/join_short.csv", "utf-8 , 1", "a|b|c|b2|c2", 2},
	{"csvkit-MIT/mac_newlines.csv", "utf-8 , 1", "a|b|c", 2},
	{"csvkit-MIT/no_header_row.csv", "utf-8 , 0", "#1|#2|#3", 1},
	{"csvkit-MIT/no_header_row2.csv", "utf-8 , 0", "#1|#2|#3", 1},
	{"csvkit-MIT/no_header_row3.csv", "utf-8 , 0", "#1|#2|#3", 2},
	{"csvkit-MIT/null_byte.csv", "utf-8 , 1", "a|b|c", 1},
	{"csvkit-MIT/optional_quote_characters.csv", "utf-8 , 1", "a|b|c", 1},
	{"csvkit-MIT/sheets.xls", "xls 1", "text|date|integer|boolean|float|datetime|empty_column", 5},
	{"csvkit-MIT/sheets.xlsx", "xlsx 1", "text|date|integer|boolean|float|datetime|empty_column", 5},
	{"csvkit-MIT/sheetsxls_converted.csv", "utf-8 , 1", "text|date|integer|boolean|float|time|datetime|empty_column|_unnamed", 5},
	{"csvkit-MIT/sheetsxlsx_converted.csv", "utf-8 , 1", "text|date|integer|boolean|float|time|datetime|empty_column|#9", 5},
	{"csvkit-MIT/sniff_limit.csv", "utf-8 ; 1", "a|b|c", 1},
	{"csvkit-MIT/sort_ints_nulls.csv", "utf-8 , 1", "a|b|c", 3},
	{"csvkit-MIT/test.xls", "xls 1", "text|date|integer|boolean|float|datetime|empty_column", 5},
	{"csvkit-MIT/test.xlsx", "xlsx 1", "text|date|integer|boolean|float|datetime|empty_column", 5},
	{"csvkit-MIT/test_date_format.csv", "utf-8 , 1", "a", 2},
	{"csvkit-MIT/test_date_format_converted.csv", "utf-8 , 1", "a", 2},
	{"csvkit-MIT/test_empty_columns.csv", "utf-8 , 1", "a|b|c|#4|#5", 2},
	{"csvkit-MIT/test_empty_columns_long_row.csv", "utf-8 , 1", "a|b|c", 0},
	{"csvkit-MIT/test_empty_columns_short_row.csv", "utf-8 , 1", "a|b|c", 0},
	{"csvkit-MIT/test_extra_header.csv", "utf-8 , 1", "a|b|c|d", 1},
	{"csvkit-MIT/test_geo.csv", "utf-8 , 1", "slug|title|artist|description|install_date|address|type|photo_url|photo_credit|last_seen_date|latitude|longitude", 17},
	{"csvkit-MIT/test_geojson.csv", "utf-8 , 1", "id|prop0|prop1|geojson|type|longitude|latitude", 3},
	{"csvkit-MIT/test_header_newline.csv", "utf-8 , 1", "start end|b|c", 1},
	{"csvkit-MIT/test_ignore_case.csv", "utf-8 , 1", "a|b|c", 5},
	{"csvkit-MIT/test_join_short_rows.csv", "utf-8 , 1", "a|b|c", 3},
	{"csvkit-MIT/test_latin1.csv", "windows-1252 , 1", "a|b|c", 2},
	{"csvkit-MIT/test_literal_order.csv", "utf-8 , 1", "a|b", 3},
	{"csvkit-MIT/test_locale.csv", "utf-8 , 1", "a|b|c", 1},
	{"csvkit-MIT/test_locale_converted.csv", "utf-8 , 1", "a|b|c", 1},
	{"csvkit-MIT/test_no_leading_zeroes.csv", "utf-8 , 1", "a|b|c", 1},
	{"csvkit-MIT/test_numeric_date_format.csv", "utf-8 , 1", "a", 2},
	{"csvkit-MIT/test_precision.csv", "utf-8 , 1", "a", 1},
	{"csvkit-MIT/test_skip_lines.csv", "utf-8 , 1", "a|b|c", 1},
	{"csvkit-MIT/test_skip_lines.xls", "xls 1", "text|date|integer|boolean|float|datetime|empty_column", 5},
	{"csvkit-MIT/test_skip_lines.xlsx", "xlsx 1", "text|date|integer|boolean|float|datetime|empty_column", 5},
	{"csvkit-MIT/test_utf16_big.csv", "utf-16be , 1", "a|b|c", 2},
	{"csvkit-MIT/test_utf16_little.csv", "utf-16le , 1", "a|b|c", 2},
	{"csvkit-MIT/test_utf8.csv", "utf-8 , 1", "foo|bar|baz", 2},
	{"csvkit-MIT/test_utf8_bom.csv", "utf-8 , 1", "foo|bar|baz", 2},
	{"csvkit-MIT/testdbf_converted.csv", "utf-8 , 1", "STATEFP10|CD111FP|GEOID10|NAMELSAD10|LSAD10|CDSESSN|MTFCC10|FUNCSTAT10|ALAND10|AWATER10|INTPTLAT10|INTPTLON10", 8},
	{"csvkit-MIT/testfixed_converted.csv", "utf-8 , 1", "text|date|integer|boolean|float|time|datetime|empty_column", 4},
	{"csvkit-MIT/testfixed_schema.csv", "utf-8 , 1", "column|start|length", 8},
	{"csvkit-MIT/testfixed_schema_no_inference.csv", "utf-8 , 1", "column|start|length", 3},
	{"csvkit-MIT/testjson_converted.csv", "utf-8 , 1", "text|float|datetime|boolean|time|date|integer", 5},
	{"csvkit-MIT/testjson_multiline_converted.csv", "utf-8 , 1", "a|b|d", 2},
	{"csvkit-MIT/testjson_nested_converted.csv", "utf-8 , 1", "text|float|datetime|boolean|nested/time|nested/nested/date|nested/nested/integer", 2},
	{"csvkit-MIT/testxls_converted.csv", "utf-8 , 1", "text|date|integer|boolean|float|datetime|empty_column|h", 5},
	{"csvkit-MIT/testxls_unicode_converted.csv", "utf-8 , 1", "a|b|c", 1},
	{"csvkit-MIT/testxlsx_converted.csv", "utf-8 , 1", "text|date|integer|boolean|float|datetime|empty_column|h", 5},
	{"csvkit-MIT/testxlsx_noinference_converted.csv", "utf-8 , 1", "text|date|integer|boolean|float|datetime|empty_column|h", 5},
	{"csvkit-MIT/testxlsx_unicode_converted.csv", "utf-8 , 1", "a|b|c", 1},
	{"blns-MIT/LICENSE", "utf-8 , 1", "The MIT License (MIT)", 16},
	{"blns-MIT/blns.base64.json", "blns.base64.json est du JSON : donnez un objet par ligne (NDJSON), ou un tableau CSV ou XLSX.", "", 0},
	{"blns-MIT/blns.base64.txt", "utf-8 , 1", "# Reserved Strings", 834},
	{"blns-MIT/blns.json", "blns.json est du JSON : donnez un objet par ligne (NDJSON), ou un tableau CSV ou XLSX.", "", 0},
	{"blns-MIT/blns.txt", "utf-8 , 1", "# Reserved Strings", 663},
	{"csv-injection-MIT/LICENSE", "utf-8 , 1", "MIT License", 16},
	{"csv-injection-MIT/Intruder/csv-payload.txt", "utf-8 , 1", `DDE ("cmd";"/C calc";"!A0")A0`, 5},
}

const edgeFolder = "../../../../shared/data/edge"

func TestEdgeFilesAreReadOrRefusedWithASentence(t *testing.T) {
	for _, c := range edgeExpectations {
		t.Run(c.file, func(t *testing.T) {
			if _, err := os.Stat(filepath.Join(edgeFolder, c.file)); err != nil {
				t.Skip("no shared data here")
			}
			how, columns, rows := readEdge(t, filepath.Join(edgeFolder, c.file))
			if d := cmp.Diff([]any{c.how, c.columns, c.rows}, []any{strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(how), columns, rows}); d != "" {
				t.Error(d)
			}
		})
	}
}

func readEdge(t *testing.T, path string) (how, columns string, rows int) {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		return french(err), "", 0
	}
	l, err := guessLayout(f)
	if err != nil {
		return french(err), "", 0
	}
	names, all := table(t, f, l)
	how = string(f.Kind)
	if f.Kind == Text {
		how = l.Encoding + " " + strings.ReplaceAll(l.Separator, "\t", "tab")
	}
	return how + " " + number(float64(l.HeaderRows)), strings.Join(names, "|"), len(all)
}

// No file of the folder is left out of the table, but the corpus with expected JSON, which has its own test.
func TestEdgeTableNamesEveryFile(t *testing.T) {
	known := map[string]bool{}
	for _, c := range edgeExpectations {
		known[c.file] = true
	}
	err := filepath.WalkDir(edgeFolder, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(edgeFolder, path)
		if err == nil && !d.IsDir() && !known[name] && !strings.HasPrefix(name, "csv-spectrum") {
			t.Errorf("%s has no expectation", name)
		}
		return err
	})
	if err != nil {
		t.Skip("no shared data here")
	}
}

// An independent reader finds the same cells in the plain files.
func TestEdgeCellsEqualThoseOfAnotherReader(t *testing.T) {
	for _, c := range edgeExpectations {
		if c.how != "utf-8 , 1" || !strings.HasSuffix(c.file, ".csv") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(edgeFolder, c.file))
		if err != nil {
			t.Skip("no shared data here")
		}
		if bytes.IndexByte(b, 0) >= 0 || !bytes.Contains(b, []byte("\n")) || bytes.Contains(b, []byte("\r")) {
			continue
		}
		r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))))
		r.FieldsPerRecord, r.LazyQuotes = -1, true
		want, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		_, rows := table(t, shared(t, "edge/"+c.file), Layout{Separator: ",", HeaderRows: 1})
		if d := cmp.Diff(keepFilled(want[1:]), cellsOf(rows)); d != "" {
			t.Errorf("%s: %s", c.file, d)
		}
	}
}

func keepFilled(rows [][]string) [][]string {
	var out [][]string
	for _, r := range rows {
		if strings.Join(r, "") != "" {
			out = append(out, r)
		}
	}
	return out
}

func TestSpecialCellsOfEdgeFiles(t *testing.T) {
	for file, want := range map[string]string{
		"edge/csvkit-MIT/test_utf16_big.csv":    "ʤ",
		"edge/csvkit-MIT/test_utf16_little.csv": "ʤ",
		"edge/csvkit-MIT/test_latin1.csv":       "©",
		"edge/csvkit-MIT/mac_newlines.csv":      "Once upon\ra time",
		"edge/csvkit-MIT/null_byte.csv":         "2",
		"edge/csvkit-MIT/test.xls":              "1948-01-01 14:57:13",
		"edge/csvkit-MIT/test.xlsx":             "1948-01-01 14:57:13",
	} {
		f := shared(t, file)
		l, err := guessLayout(f)
		if err != nil {
			t.Fatal(err)
		}
		_, rows := table(t, f, l)
		found := false
		for _, r := range rows {
			for _, cell := range r.Cells {
				found = found || cell == want
			}
		}
		if !found {
			t.Errorf("%s: no cell %q in %q", file, want, cellsOf(rows))
		}
	}
}

// A workbook and its CSV by another tool hold the same cells, but for the spelling of booleans and times.
func TestWorkbooksHoldWhatTheirCSVSays(t *testing.T) {
	same := strings.NewReplacer("True", "true", "False", "false", "T", " ")
	_, want := table(t, shared(t, "edge/csvkit-MIT/testxlsx_noinference_converted.csv"), Layout{Separator: ",", HeaderRows: 1})
	for _, file := range []string{"test.xls", "test.xlsx"} {
		_, got := table(t, shared(t, "edge/csvkit-MIT/"+file), Layout{HeaderRows: 1})
		for i, w := range want {
			for j, cell := range w.Cells {
				have := ""
				if j < len(got[i].Cells) {
					have = got[i].Cells[j]
				}
				if same.Replace(cell) != same.Replace(have) {
					t.Errorf("%s row %d column %d: %q, want %q", file, i, j, have, cell)
				}
			}
		}
	}
}
