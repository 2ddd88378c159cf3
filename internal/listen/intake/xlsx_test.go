package intake

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// workbookOf writes rows in a workbook with another library than the one under test.
func workbookOf(t *testing.T, sheets map[string][][]any, order ...string) *File {
	t.Helper()
	x := excelize.NewFile()
	for i, name := range order {
		if i == 0 {
			if err := x.SetSheetName("Sheet1", name); err != nil {
				t.Fatal(err)
			}
		} else if _, err := x.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for r, row := range sheets[name] {
			cell, _ := excelize.CoordinatesToCellName(1, r+1)
			if err := x.SetSheetRow(name, cell, &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	f, err := OpenReader("book.xlsx", bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAWorkbookOfTheSameRowsGivesTheSameFeedback(t *testing.T) {
	for _, file := range []string{"services-publics-plus/experiences.csv", "skytrax/seat.csv", "reviews-fr/ecommerce.csv"} {
		t.Run(file, func(t *testing.T) {
			f := shared(t, file)
			m := mustGuess(t, f)
			rows, err := f.Rows(m.Layout(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			flat := m.Layout()
			flat.HeaderRows = 0
			_, all := table(t, f, flat)
			var cells [][]any
			for _, r := range all {
				line := make([]any, len(r.Cells))
				for i, c := range r.Cells {
					line[i] = c
				}
				cells = append(cells, line)
			}
			book := workbookOf(t, map[string][][]any{"Données": cells}, "Données")
			var a, b keeping
			mustRun(t, f, m, &a)
			again := mustGuess(t, book)
			again.Source = m.Source
			mustRun(t, book, again, &b)
			for _, k := range []*keeping{&a, &b} {
				for i := range k.lines {
					if len(m.SourceID) == 0 {
						k.lines[i].Incoming.SourceID = ""
					}
				}
			}
			if d := cmp.Diff(a.incomings(), b.incomings()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestCellsOfAWorkbookAreWhatExcelShows(t *testing.T) {
	at := time.Date(2024, 5, 31, 8, 9, 10, 0, time.UTC)
	f := workbookOf(t, map[string][][]any{
		"Vide": {},
		"Data": {{"date", "note", "vrai", "texte", "heure"}, {at, 4.1, true, "a_x000D_\n<b>&", 12}, {at.Truncate(24 * time.Hour), -0.5, false, " é ", nil}, {nil, 3}},
	}, "Vide", "Data")
	names, rows := table(t, f, Layout{HeaderRows: 1})
	if !cmp.Equal(names, []string{"date", "note", "vrai", "texte", "heure"}) {
		t.Errorf("%v", names)
	}
	want := []Row{{2, []string{"2024-05-31 08:09:10", "4.1", "true", "a\r\n<b>&", "12"}, ""}, {3, []string{"2024-05-31", "-0.5", "false", " é "}, ""}, {4, []string{"", "3"}, ""}}
	if d := cmp.Diff(want, rows); d != "" {
		t.Error(d)
	}
	if _, err := f.Rows(Layout{HeaderRows: 1, Sheet: "Autre"}, nil); code(err) != "intake.sheet_unknown" || !strings.Contains(french(err), "Vide, Data") {
		t.Errorf("%v", err)
	}
}

func TestAWorkbookIsMendedAsATextIs(t *testing.T) {
	f := workbookOf(t, map[string][][]any{"S": {{"date", "l\u0092avis"}, {"2024-01-05", "L\u0092été \u0085 d’hier"}}}, "S")
	rows, err := f.Rows(Layout{HeaderRows: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	row, err := rows.Next()
	if err != nil || rows.Headers[1].Name != "l’avis" || row.Cells[1] != "L’été … d’hier" || rows.Mended.Controls != 3 {
		t.Errorf("%q %q %+v %v", rows.Headers[1].Name, row.Cells, rows.Mended, err)
	}
}

func TestCellsBeyondTheHeaderOfAWorkbookAreCounted(t *testing.T) {
	f := workbookOf(t, map[string][][]any{"S": {{"date", "csat"}, {"2024-01-05", 4, "note à part"}, {"2024-01-06", 5}}}, "S")
	m := mustGuess(t, f)
	if rep := mustRun(t, f, m, &keeping{}); rep.Accepted != 2 || rep.Beyond != 1 {
		t.Errorf("%+v", rep)
	}
}

func TestExcelDaysAreDates(t *testing.T) {
	for _, c := range []struct {
		serial float64
		d1904  bool
		want   string
	}{{45443, false, "2024-05-31"}, {45443.999999, false, "2024-06-01"}, {1, false, "1900-01-01"}, {59, false, "1900-02-28"}, {61, false, "1900-03-01"}, {0.5, false, "12:00:00"},
		{43981, true, "2024-05-31"}, {-3, false, "-3"}, {1e9, false, "1000000000"}} {
		if got := serialDate(c.serial, c.d1904); got != c.want {
			t.Errorf("%v: %s, want %s", c.serial, got, c.want)
		}
	}
	for format, want := range map[string]bool{"yyyy-mm-dd": true, "[$-40C]d mmmm yyyy": true, "0.00": false, `0" jours"`: false, "[Red]0": false, "#,##0 €;-0 \"d\"": false, "h:mm": true, `\d0`: false} {
		if got := dateFormat(200, format); got != want {
			t.Errorf("%q: %v", format, got)
		}
	}
}
