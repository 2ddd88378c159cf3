package intake

import (
	"encoding/csv"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/listen/collect"
)

// independent reads a file with encoding/csv alone.
func independent(t *testing.T, path string, sep rune) (head map[string]int, rows [][]string) {
	t.Helper()
	f, err := os.Open("../../../../shared/data/" + path)
	if err != nil {
		t.Skipf("no shared data here: %s", path)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.FieldsPerRecord = sep, -1
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	head = map[string]int{}
	for i, h := range all[0] {
		head[h] = i
	}
	return head, all[1:]
}

func TestPublicServicesAreTheSameInBothForms(t *testing.T) {
	plain, excel := shared(t, "services-publics-plus/experiences.csv"), shared(t, "services-publics-plus/experiences-excel-fr.csv")
	var a, b keeping
	m1, m2 := mustGuess(t, plain), mustGuess(t, excel)
	if m1.Source != "services-publics-plus" || m2.Encoding != "windows-1252" || m2.Separator != ";" || m2.Decimal != "," {
		t.Fatalf("guessed %q, %q %q %q", m1.Source, m2.Encoding, m2.Separator, m2.Decimal)
	}
	if err := m1.Check(); err != nil {
		t.Fatal(err)
	}
	mustRun(t, plain, m1, &a)
	mustRun(t, excel, m2, &b)
	if len(a.lines) != 400 {
		t.Fatalf("%d accepted", len(a.lines))
	}
	if d := cmp.Diff(a.incomings(), b.incomings()); d != "" {
		t.Error(d)
	}
	if again := mustRun(t, excel, m2, &a); again.Duplicates != 400 || again.Accepted != 0 {
		t.Errorf("again: %+v", again)
	}
}

func TestPublicServicesEqualAnIndependentCount(t *testing.T) {
	head, rows := independent(t, "services-publics-plus/experiences.csv", ',')
	f := shared(t, "services-publics-plus/experiences.csv")
	var k keeping
	mustRun(t, f, mustGuess(t, f), &k)
	level := map[string]float64{"Négatif": 1, "Neutre": 2, "Positif": 3}
	for key, column := range map[string]string{"ressenti": "Ressenti usager", "accessibilite": "Accessibilité", "information": "Information/Explication",
		"relation": "Relation", "reactivite": "Réactivité", "simplicite": "Simplicité/Complexité"} {
		want, got := map[float64]int{}, map[float64]int{}
		for _, r := range rows {
			if v := r[head[column]]; v != "" {
				want[level[v]]++
			}
		}
		for _, in := range k.incomings() {
			if v, ok := in.Scores[key]; ok {
				got[v]++
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", key, d)
		}
	}
	paris := time.Date(2022, 10, 6, 13, 7, 0, 0, time.UTC)
	first := k.incomings()[0]
	if !first.At.Equal(paris) || first.SourceID != "2904756" || first.Channel != "web" || first.Touchpoint != "sp-demarche-en-ligne" || first.Unit != "hcxcv5ncxy" {
		t.Errorf("first row: %+v", first)
	}
	if got := first.Verbatims[0]; got.Question != "Titre" || got.Text != rows[0][head["Titre"]] {
		t.Errorf("verbatim %+v", got)
	}
}

func TestAirlineRatingsAreNoNPSAndAspectsAreApart(t *testing.T) {
	for file, want := range map[string]struct{ rows, aspects int }{"lounge": {2264, 7}, "seat": {1258, 7}} {
		t.Run(file, func(t *testing.T) {
			f := shared(t, "skytrax/"+file+".csv")
			m := mustGuess(t, f)
			if err := m.Check(); err != nil {
				t.Fatal(err)
			}
			aspects := 0
			for _, x := range m.Metrics {
				if x.Aspect {
					aspects++
				}
				if x.Key == "overall-rating-0-10" && (x.Min != 0 || x.Max != 10 || x.Aspect) {
					t.Errorf("overall rating: %+v", x)
				}
			}
			if aspects != want.aspects {
				t.Errorf("%d aspects: %+v", aspects, m.Metrics)
			}
			var k keeping
			mustRun(t, f, m, &k)
			compareScores(t, "skytrax/"+file+".csv", m, k.incomings(), want.rows)
			if again := mustRun(t, f, m, &k); again.Duplicates != want.rows {
				t.Errorf("again: %+v", again)
			}
		})
	}
}

// compareScores sums every score column of a file independently.
func compareScores(t *testing.T, path string, m Map, got []collect.Incoming, rows int) {
	t.Helper()
	head, all := independent(t, path, ',')
	if len(all) != rows || len(got) != rows {
		t.Fatalf("%d rows, %d imported, want %d", len(all), len(got), rows)
	}
	for _, c := range m.Columns {
		if c.As != "score" {
			continue
		}
		var sum, n, mine, count float64
		for _, r := range all {
			if v, err := strconv.ParseFloat(r[head[c.Column]], 64); err == nil {
				sum, n = sum+v, n+1
			}
		}
		for _, in := range got {
			if v, ok := in.Scores[c.Key]; ok {
				mine, count = mine+v, count+1
			}
			if _, ok := in.Scores["nps"]; ok {
				t.Fatal("a rating became an NPS")
			}
		}
		if sum != mine || n != count {
			t.Errorf("%s: sum %v of %v, want %v of %v", c.Column, mine, count, sum, n)
		}
	}
}

func TestAirlineDatesHaveTwoFormatsAndAuthorsStayOut(t *testing.T) {
	f := shared(t, "skytrax/seat.csv")
	m := mustGuess(t, f)
	var k keeping
	mustRun(t, f, m, &k)
	first := k.incomings()[0]
	if got := first.At.Format("2006-01-02"); got != "2015-07-20" {
		t.Errorf("date %s", got)
	}
	if got := first.Attributes["date-flown"]; got != "2015-07-19" {
		t.Errorf("date flown %v", got)
	}
	for _, in := range k.incomings() {
		for key, v := range in.Attributes {
			if v == "Jai Simpson" || v == "Jay Simpson" || strings.Contains(key, "author") && key != "author-country" {
				t.Fatalf("a name came in: %s=%v", key, v)
			}
		}
		if in.Customer != nil {
			t.Fatal("a name made a customer")
		}
	}
}

func TestOtherRealFiles(t *testing.T) {
	for file, want := range map[string]struct {
		encoding, separator string
		headers             int
		id                  []string
		check               string
		accepted            int
	}{
		"reviews-fr/ecommerce.csv":                                                           {"utf-8", ";", 1, []string{}, "", 140},
		"csat-multichannel/derived-csat.csv":                                                 {"utf-8", ",", 1, []string{}, "intake.map_no_date", 150},
		"responses/surveymonkey/StarWars.csv":                                                {"windows-1252", ",", 2, []string{"RespondentID"}, "intake.map_no_date", -1},
		"responses/surveymonkey/steak-risk-survey.csv":                                       {"utf-8", ",", 2, []string{"RespondentID"}, "intake.map_no_date", -1},
		"responses/qualtrics/sample.csv":                                                     {"utf-8", ",", 3, []string{"ResponseId"}, "", -1},
		"responses/qualtrics/sample_legacy.csv":                                              {"utf-8", ",", 2, []string{"V1"}, "", -1},
		"definitions/qualtrics/No Basis for Evaluation/No_Basis_for_Evaluation (Legacy).csv": {"utf-8", ",", 2, []string{"V1"}, "", -1},
	} {
		t.Run(file, func(t *testing.T) {
			f := shared(t, file)
			m := mustGuess(t, f)
			if m.Encoding != want.encoding || m.Separator != want.separator || m.HeaderRows != want.headers || !cmp.Equal(m.SourceID, want.id) {
				t.Errorf("guessed %s %q %d %v", m.Encoding, m.Separator, m.HeaderRows, m.SourceID)
			}
			if got := code(m.Check()); got != want.check {
				t.Errorf("check: %s", got)
			}
			if want.accepted < 0 {
				return
			}
			if want.check == "intake.map_no_date" {
				m.Constants.At = "2024-03-01"
			}
			var k keeping
			if rep := mustRun(t, f, m, &k); rep.Accepted != want.accepted {
				t.Errorf("%+v", rep)
			}
		})
	}
}

// The recoded file is the answer to the raw one: words and numbers give the same CSAT.
func TestWordsOfSatisfactionEqualTheirNumbers(t *testing.T) {
	f := shared(t, "csat-multichannel/derived-csat.csv")
	m := mustGuess(t, f)
	m.Constants.At = "2024-03-01"
	var k keeping
	mustRun(t, f, m, &k)
	head, raw := independent(t, "csat-multichannel/derived-csatraw.csv", ',')
	for i, in := range k.incomings() {
		if want := raw[i][head["item1"]]; number(in.Scores["csat"]) != want {
			t.Fatalf("row %d: %v, want %s", i, in.Scores["csat"], want)
		}
		if in.Customer == nil || in.Customer.Ref != raw[i][head["cust_id"]] {
			t.Fatalf("row %d: customer %+v", i, in.Customer)
		}
	}
}

func TestStructuresAreUnits(t *testing.T) {
	f := shared(t, "services-publics-plus/structures.csv")
	units, report, err := ReadUnits(f, mustGuess(t, f))
	if err != nil {
		t.Fatal(err)
	}
	head, rows := independent(t, "services-publics-plus/structures.csv", ';')
	code := head["\ufeff\"Code SP+ de la structure\""]
	if len(units) != len(rows) || report.Rows != 14763 || len(report.Rejected) != 0 || len(report.Moved) != 0 {
		t.Fatalf("%d units of %d rows: %d rejected, %d moved", len(units), len(rows), len(report.Rejected), len(report.Moved))
	}
	keys := map[string]bool{}
	for i, r := range rows {
		u := units[i]
		if u.Code != r[code] || string(u.Key) != strings.ToLower(r[code]) || u.Name != strings.TrimSpace(r[head["Intitulé de la structure"]]) ||
			string(u.Parent) != strings.ToLower(r[head["Code SP+ structure parent"]]) {
			t.Fatalf("row %d: %+v of %q", i, u, r)
		}
		keys[string(u.Key)] = true
	}
	if len(keys) != len(rows) {
		t.Errorf("%d keys", len(keys))
	}
}
