package intake

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/collect"
)

func mapOf(t testing.TB, yaml string) Map {
	t.Helper()
	m, err := ReadMap(strings.NewReader(yaml))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const fullMap = `
separator: ";"
decimal: ","
timezone: Europe/Paris
empty: ["N/A"]
source: shop
source_id: [id]
constants: {program: transactional, collected_by: import, lang: fr}
columns:
  - {column: id, as: ignore}
  - {column: quand, as: at, dates: ["DD/MM/YYYY HH:mm", DD/MM/YYYY]}
  - {column: note, as: score, key: csat, values: {"Très bien": 5, "Moyen": 3.5}}
  - {column: lieu, as: touchpoint, values: {"Service après-vente": after-sales}}
  - {column: canal, as: channel, split: "+", values: {"Tél": phone, "Web": web, "*": ""}}
  - {column: client, as: customer.ref}
  - {column: montant, as: attribute, key: amount, type: number}
  - {column: fidèle, as: customer.attribute, key: loyal, type: yesno}
  - {column: avis, as: verbatim, question: "Pourquoi ?"}
`

const head = "id;quand;note;lieu;canal;client;montant;fidèle;avis\n"

func TestARowBecomesFeedback(t *testing.T) {
	var k keeping
	rep := mustRun(t, memory(t, "f.csv", head+`1;31/03/2024 03:30;très BIEN;service apres vente;Inconnu + Web;C1;1 234,50;oui;"Parfait, ""vraiment"""
2;01/04/2024;4,5;Mon Été;Fax;;;;N/A
`), mapOf(t, fullMap), &k)
	if rep.Accepted != 2 {
		t.Fatalf("%+v", rep)
	}
	want := []collect.Incoming{
		{Source: "shop", SourceID: "1", At: time.Date(2024, 3, 31, 1, 30, 0, 0, time.UTC), Touchpoint: "after-sales", Channel: "web", CollectedBy: "import", Program: "transactional", Lang: "fr",
			Customer: &collect.Customer{Ref: "C1", Attributes: map[string]any{"loyal": true}}, Scores: collect.Scores{"csat": 5},
			Verbatims: []cx.Verbatim{{Question: "Pourquoi ?", Text: `Parfait, "vraiment"`}}, Attributes: map[string]any{"amount": 1234.5}},
		{Source: "shop", SourceID: "2", At: time.Date(2024, 3, 31, 22, 0, 0, 0, time.UTC), Touchpoint: "mon-ete", CollectedBy: "import", Program: "transactional", Lang: "fr", Scores: collect.Scores{"csat": 4.5}},
	}
	if d := cmp.Diff(want, k.incomings()); d != "" {
		t.Error(d)
	}
}

func TestEveryFaultOfARowIsNamed(t *testing.T) {
	rep := mustRun(t, memory(t, "f.csv", head+`1;hier;bof;;;;douze;peut-être;bien
;01/04/2024;4;;;;;;
3;01/04/2024;;;;;;;
4;01/04/2024;4;;;;;;;de trop
5;;4;;;;;;
6;01/04/2024;4;;;;;;"jamais fermé
7;01/04/2024;4;;;;;;
;;;;;;;;
`), mapOf(t, fullMap), &keeping{})
	type fault struct {
		Line                int
		Column, Code, Value string
	}
	var got []fault
	for _, r := range rep.Rejected {
		got = append(got, fault{r.Line, r.Column, r.Code, r.Value})
	}
	want := []fault{
		{2, "quand", "intake.date_unreadable", "hier"}, {2, "note", "intake.value_unknown", "bof"}, {2, "montant", "intake.number_unreadable", "douze"},
		{2, "fidèle", "intake.yesno_unreadable", "peut-être"}, {3, "id", "intake.no_id", ""}, {4, "", "intake.nothing_said", ""}, {5, "", "intake.cells_beyond", "de trop"},
		{6, "quand", "intake.no_date", ""}, {7, "", "intake.quote_open", `6;01/04/2024;4;;;;;;"jamais fermé`},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if rep.Accepted != 1 || rep.RejectedRows != 6 || rep.Blank != 1 || rep.Rows != 7 {
		t.Errorf("%+v", rep)
	}
	rep.Say(lang.For("fr"))
	if said := rep.Rejected[0].Reason; !strings.Contains(said, "hier") || !strings.Contains(said, "DD/MM/YYYY HH:mm") {
		t.Errorf("says %q", said)
	}
}

func TestRowsWithoutIDAreKnownByTheirContent(t *testing.T) {
	m := mapOf(t, "source: s\nsource_id: []\ncolumns: [{column: date, as: at}, {column: note, as: score, key: csat}]\n")
	january := "date,note\n2024-01-01,5\n2024-01-01,5\n2024-01-02,4\n"
	february := "date,note\n2024-01-01,5\n2024-01-01,5\n2024-01-01,5\n2024-01-02,4\n2024-02-02,3\n"
	var k keeping
	if rep := mustRun(t, memory(t, "a.csv", january), m, &k); rep.Accepted != 3 {
		t.Errorf("first: %+v", rep)
	}
	if rep := mustRun(t, memory(t, "a.csv", january), m, &k); rep.Duplicates != 3 {
		t.Errorf("same file again: %+v", rep)
	}
	if rep := mustRun(t, memory(t, "b.csv", february), m, &k); rep.Accepted != 2 || rep.Duplicates != 3 {
		t.Errorf("overlapping export: %+v", rep)
	}
	m.Identical = "same"
	var one keeping
	if rep := mustRun(t, memory(t, "a.csv", january), m, &one); rep.Accepted != 2 || rep.Duplicates != 1 {
		t.Errorf("identical rows the same: %+v", rep)
	}
}

func TestTheDoorsVerdictsAreCountedAndExplained(t *testing.T) {
	verdicts := []collect.Verdict{collect.Accepted, collect.Duplicate, collect.Conflicting, collect.Waiting, collect.Gone, collect.Rejected}
	var text strings.Builder
	text.WriteString(head)
	for i := range verdicts {
		fmt.Fprintf(&text, "%d;01/04/2024;9;;;;;;\n", i)
	}
	var told []Rejection
	rep, err := Run(context.Background(), Job{File: memory(t, "f.csv", text.String()), Map: mapOf(t, fullMap), Reject: func(r Rejection) { told = append(told, r) }},
		func(_ context.Context, lines []collect.Line) ([]collect.Outcome, error) {
			out := make([]collect.Outcome, len(lines))
			for i := range lines {
				out[i] = collect.Outcome{Line: lines[i].Number, Verdict: verdicts[i]}
			}
			out[5].Errors = []*cx.Error{cx.Fail(cx.Invalid, "scores.csat", "collect.off_scale", "value", 9)}
			return out, nil
		})
	if err != nil {
		t.Fatal(err)
	}
	if got := []int{rep.Rows, rep.Accepted, rep.Duplicates, rep.Conflicts, rep.Quarantined, rep.Erased, rep.RejectedRows}; !cmp.Equal(got, []int{6, 1, 1, 1, 1, 1, 1}) {
		t.Errorf("%v", got)
	}
	if len(told) != 1 || told[0].Line != 7 || told[0].Column != "note" || told[0].Code != "collect.off_scale" || told[0].Value != "9" {
		t.Errorf("told %+v", told)
	}
	if !cmp.Equal(rep.ConflictLines, []int{4}) {
		t.Errorf("conflicts on %v", rep.ConflictLines)
	}
}

func TestLinesGoToTheDoorByTheThousand(t *testing.T) {
	var text strings.Builder
	text.WriteString(head)
	for i := range 2500 {
		fmt.Fprintf(&text, "%d;01/04/2024;4;;;;;;\n", i)
	}
	var k keeping
	var seen []int
	f := memory(t, "f.csv", text.String())
	if _, err := Run(context.Background(), Job{File: f, Map: mapOf(t, fullMap), Progress: func(p Progress) { seen = append(seen, p.Rows) }}, k.door); err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(k.sizes, []int{1000, 1000, 500}) || !cmp.Equal(seen, []int{1000, 2000, 2500}) {
		t.Errorf("batches %v, progress %v", k.sizes, seen)
	}
}

func TestAStoppedImportSaysHowFarItCame(t *testing.T) {
	var text strings.Builder
	text.WriteString(head)
	for i := range 2500 {
		fmt.Fprintf(&text, "%d;01/04/2024;4;;;;;;\n", i)
	}
	down := errors.New("database gone")
	var k keeping
	rep, err := Run(context.Background(), Job{File: memory(t, "f.csv", text.String()), Map: mapOf(t, fullMap)},
		func(ctx context.Context, lines []collect.Line) ([]collect.Outcome, error) {
			if len(k.sizes) == 1 {
				return nil, down
			}
			return k.door(ctx, lines)
		})
	if !errors.Is(err, down) || rep.Accepted != 1000 {
		t.Errorf("%v, %+v", err, rep)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, Job{File: memory(t, "f.csv", text.String()), Map: mapOf(t, fullMap)}, k.door); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestAPackedFileCutShortGivesItsRowsAndSaysSo(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprint(z, head)
	for i := range 50_000 {
		fmt.Fprintf(z, "%d;01/04/2024;%d;;;;;;texte %x\n", i, i%5+1, i*7919)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	b := packed.Bytes()[:packed.Len()*9/10]
	f, err := OpenReader("f.csv.gz", bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var k keeping
	rep, err := Run(context.Background(), Job{File: f, Map: mapOf(t, fullMap)}, k.door)
	if code(err) != "intake.file_damaged" || rep.Accepted < 30_000 {
		t.Errorf("%v, %d accepted", err, rep.Accepted)
	}
}

func TestObjectsOneALine(t *testing.T) {
	f := memory(t, "f.ndjson", `{"source":"app","source_id":"1","at":"2024-01-05T10:00:00Z","scores":{"nps":9,"fcr":true}}

{"source":"app","at":"2024-01-05T10:00:00Z","verbatim":"no id"}
{"source":"app","source_id":"3","at":"2024-01-05T10:00:00Z","verbatim":"x","mood":"?"}
{"source":"app","source_id":"4","at":"hier","verbatim":"x"}
{"source":"app","source_id":"5","at":"2024-01-05T10:00:00Z","scores":{"nps":"9"}}
{"source":"app","source_id":"6","at":"2024-01-05T10:00:00Z","verbatim":"last"}`)
	if f.Kind != NDJSON {
		t.Fatalf("seen as %s", f.Kind)
	}
	var k keeping
	rep := mustRun(t, f, Map{}, &k)
	var lines []int
	for _, r := range rep.Rejected {
		lines = append(lines, r.Line)
	}
	if rep.Accepted != 2 || rep.Blank != 1 || !cmp.Equal(lines, []int{3, 4, 5, 6}) {
		t.Errorf("%+v", rep)
	}
	if in := k.incomings()[0]; in.Scores["fcr"] != 1 || in.Scores["nps"] != 9 {
		t.Errorf("%+v", in)
	}
}

func TestFilesThatAreNoTablesAreRefused(t *testing.T) {
	for name, content := range map[string]string{
		"a.pdf": "%PDF-1.7 ...", "a.png": "\x89PNG\r\n\x1a\n", "a.xml": "<?xml version=\"1.0\"?><a/>", "a.db": "SQLite format 3\x00", "a.bin": strings.Repeat("\x01\x02\x03a", 100),
	} {
		if _, err := OpenReader(name, strings.NewReader(content), int64(len(content))); code(err) != "intake.file_not_table" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open("testdata/nowhere.csv"); code(err) != "intake.file_missing" || cx.KindOf(err) != cx.NotFound {
		t.Errorf("missing: %v", err)
	}
	for name, content := range map[string]string{"empty.csv": "", "blank.csv": "\n\n  \n,,\n"} {
		if _, _, err := Guess(memory(t, name, content)); code(err) != "intake.file_empty" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, content := range map[string]string{"a.xlsx": "PK\x03\x04 no workbook", "a.xls": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\xff", 600)} {
		if _, _, err := Guess(memory(t, name, content)); code(err) != "intake.workbook_damaged" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAColumnThatIsNotThereIsNamed(t *testing.T) {
	_, err := Run(context.Background(), Job{File: memory(t, "f.csv", "id;quand\n1;2\n"), Map: mapOf(t, fullMap)}, (&keeping{}).door)
	if code(err) != "intake.column_absent" || !strings.Contains(french(err), "note") || !strings.Contains(french(err), "id, quand") {
		t.Errorf("%v", err)
	}
}
