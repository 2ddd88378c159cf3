package intake

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/journey"
)

const smallMap = `
source: shop
source_id: [id]
columns:
  - {column: date, as: at, dates: [DD/MM/YYYY]}
  - {column: note, as: score, key: csat}
`

func TestMapErrorsNameTheLineAndTheFault(t *testing.T) {
	for name, c := range map[string]struct{ yaml, code, french string }{
		"unknown key":          {smallMap + "sourse: x\n", "intake.map_unknown_key", "Correspondance, ligne 7 : la clé « sourse » n’existe pas."},
		"unknown column key":   {strings.Replace(smallMap, "key: csat", "kee: csat", 1), "intake.map_unknown_key", "Correspondance, ligne 6 : la clé « kee » n’existe pas."},
		"no YAML":              {"columns: [", "intake.map_unreadable", ""},
		"wrong type":           {"header_rows: many\n", "intake.map_unreadable", ""},
		"nothing":              {"", "intake.map_empty", ""},
		"unknown role":         {strings.Replace(smallMap, "as: score", "as: rating", 1), "intake.map_role_unknown", ""},
		"score without key":    {strings.Replace(smallMap, ", key: csat", "", 1), "intake.map_key_bad", ""},
		"date format":          {strings.Replace(smallMap, "DD/MM/YYYY", "jj/mm/aaaa", 1), "intake.date_format_bad", ""},
		"two dates":            {smallMap + "  - {column: other, as: at}\n", "intake.map_role_twice", ""},
		"no source":            {strings.Replace(smallMap, "source: shop", "", 1), "intake.map_no_source", ""},
		"no date":              {strings.Replace(smallMap, "as: at, dates: [DD/MM/YYYY]", "as: ignore", 1), "intake.map_no_date", ""},
		"no voice":             {strings.Replace(smallMap, "as: score, key: csat", "as: ignore", 1), "intake.map_no_voice", ""},
		"unknown zone":         {smallMap + "timezone: Europe/Lutece\n", "intake.timezone_unknown", ""},
		"unknown encoding":     {smallMap + "encoding: ebcdic\n", "intake.encoding_unknown", ""},
		"long separator":       {smallMap + "separator: \"::\"\n", "intake.separator_bad", ""},
		"words for a score":    {strings.Replace(smallMap, "key: csat", "key: csat, values: {bon: haut}", 1), "intake.map_score_value", ""},
		"too many header rows": {smallMap + "header_rows: 4\n", "intake.map_value", ""},
		"units without a name": {"kind: units\ncolumns: [{column: a, as: key}]\n", "intake.map_no_unit", ""},
		"metric without scale": {smallMap + "metrics: [{key: m, name: {fr: M}, min: 5, max: 5, direction: higher}]\n", "metric.scale", ""},
		"all well":             {smallMap, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadMap(strings.NewReader(c.yaml))
			if code(err) != c.code {
				t.Fatalf("got %v", err)
			}
			if got := strings.ReplaceAll(strings.ReplaceAll(french(err), "\u202f", " "), "\u00a0", " "); c.french != "" && got != c.french {
				t.Errorf("says %q", got)
			}
		})
	}
}

func TestPrintedMapsAreReadBackTheSame(t *testing.T) {
	top, objective := 4.0, 12.5
	full := Map{Kind: "feedback", Encoding: "utf-16le", Separator: "\t", Quotes: "none", HeaderRows: 2, Skip: 3, Sheet: "Réponses: 2024", Decimal: ",",
		Dates: []string{"DD/MM/YYYY HH:mm", "iso"}, Timezone: "Europe/Paris", Empty: []string{"N/A", "-", "null", ""}, Source: "enquête #1: \"été\"",
		SourceID: []string{"ID", "#2"}, Identical: "same",
		Constants: Constants{At: "2024-05-01", Program: "spontaneous", Audience: "customer", Touchpoint: "t", Channel: "web", CollectedBy: "import", Unit: "u", Survey: "01", Lang: "fr"},
		Columns: []Column{
			{Column: "Note: ' \n[x]", As: "score", Key: "csat", Values: map[string]string{"*": "", "Très bien": "5", "yes": "4.5", "1": "1", "": "0", "~": "2"}, Decimal: ".", Empty: []string{"99"}},
			{Column: "date", As: "at", Dates: []string{"MM/DD/YYYY"}},
			{Column: "x", As: "attribute", Key: "x", Type: "number", Personal: true, Split: ","},
			{Column: "v", As: "verbatim", Question: "Pourquoi ?"},
		},
		Metrics: []cx.Metric{{Key: "m", Name: cx.Text{"fr": "Été: 1", "en": "2"}, Wording: cx.Text{"fr": "Dites-nous"}, Min: 1, Max: 5, Step: 0.5, Reversed: true, NonAnswers: []float64{99, -1},
			Direction: cx.LowerBetter, Top: &top, Bottom: &objective, Aspect: true}},
		Indicators: []cx.Indicator{{Key: "i", Name: cx.Text{"fr": "I"}, Metric: "m", Formula: cx.Mean, Program: cx.Spontaneous, Audience: cx.Customers, Objective: &objective, MinN: 12}},
		Journey:    &journey.Journey{Key: "j", Name: cx.Text{"fr": "J"}, Stages: []journey.Stage{{Key: "s", Name: cx.Text{"fr": "S"}, Touchpoints: []journey.Touchpoint{{Key: "t", Name: cx.Text{"fr": "T"}, Channels: []string{"web"}}}}}},
	}
	notes := []Note{{Code: "intake.note.no_date"}, {Column: "date", Code: "intake.note.dates_open", Args: []any{"format", "DD/MM\nx: y"}}}
	for _, tag := range lang.Tags() {
		back, err := parseMap(full.YAML(lang.For(tag), notes))
		if err != nil {
			t.Fatalf("%s: %v\n%s", tag, err, full.YAML(lang.For(tag), notes))
		}
		if d := cmp.Diff(full, back); d != "" {
			t.Error(d)
		}
	}
}

func TestGuessedMapsOfRealFilesAreReadBackTheSame(t *testing.T) {
	for _, file := range []string{"skytrax/lounge.csv", "reviews-fr/ecommerce.csv", "responses/surveymonkey/StarWars.csv", "responses/qualtrics/sample.csv",
		"csat-multichannel/derived-csat.csv", "churn/Telco-Customer-Churn.csv", "services-publics-plus/experiences.csv", "services-publics-plus/structures.csv"} {
		m, notes, err := Guess(shared(t, file))
		if err != nil {
			t.Fatal(err)
		}
		back, err := parseMap(m.YAML(lang.For("fr"), notes))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if d := cmp.Diff(m.YAML(lang.For("fr"), notes), back.YAML(lang.For("fr"), notes)); d != "" {
			t.Errorf("%s: %s", file, d)
		}
	}
}

func TestPresetsAreWellFormed(t *testing.T) {
	all, err := Presets()
	if err != nil || len(all) < 2 {
		t.Fatalf("%d presets, %v", len(all), err)
	}
	for name, m := range all {
		if err := m.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		keys := map[string]bool{}
		for _, x := range m.Metrics {
			keys[string(x.Key)] = true
		}
		for _, c := range m.Columns {
			if c.As == "score" && !keys[c.Key] {
				t.Errorf("%s: column %q scores a metric %q that is not declared", name, c.Column, c.Key)
			}
		}
		for _, x := range m.Indicators {
			if !keys[string(x.Metric)] {
				t.Errorf("%s: indicator %s has no metric", name, x.Key)
			}
		}
	}
}

// Every message that the code names exists in both languages, and none is there for nothing.
func TestMessagesExistInBothLanguages(t *testing.T) {
	sources, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`"(intake\.[a-z0-9_.]+)"`)
	used := map[string]bool{}
	for _, s := range sources {
		if !strings.HasSuffix(s.Name(), ".go") || strings.HasSuffix(s.Name(), "_test.go") {
			continue
		}
		b, err := os.ReadFile(s.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllSubmatch(b, -1) {
			used[string(m[1])] = true
		}
	}
	for _, tag := range lang.Tags() {
		for id := range used {
			if !lang.For(tag).Has(id) {
				t.Errorf("%s has no %s", tag, id)
			}
		}
		words, err := os.ReadFile("../../lang/words/intake." + tag + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^(intake\.[a-z0-9_.]+):`).FindAllSubmatch(words, -1) {
			if !used[string(m[1])] {
				t.Errorf("%s: %s is used nowhere", tag, m[1])
			}
		}
	}
}

func TestRolesOfTheGuess(t *testing.T) {
	type columns map[string]string
	for name, c := range map[string]struct {
		file string
		want columns
	}{
		"French headers, comma decimals, day first": {
			"Date;Note globale;Note accueil;Commentaire;Canal;E-mail;Nom;Montant\n31/12/2023 10:05;4;5;Très bon accueil en agence, merci beaucoup à vous;Téléphone;a@b.fr;Ana;12,50\n02/01/2024 09:00;2;1;Trop long, j'ai attendu une heure sans réponse;Boutique;c@d.fr;Bob;1 000,00\n",
			columns{"Date": "at", "Note globale": "score note-globale-1-5", "Note accueil": "score note-accueil-1-5", "Commentaire": "verbatim", "Canal": "channel",
				"E-mail": "customer.email", "Nom": "customer.name", "Montant": "attribute montant number"},
		},
		"an NPS that says so": {
			"id,created_at,NPS,comment\n1,2024-01-05T10:00:00Z,9,\"I love the quick answer, thank you so much\"\n2,2024-01-06T10:00:00Z,0,\"nobody ever answered my call for a week\"\n",
			columns{"id": "ignore", "created_at": "at", "NPS": "score nps", "comment": "verbatim"},
		},
		"codes keep their zeros": {
			"date,csat,code\n2024-01-05,4,007\n2024-01-06,5,012\n",
			columns{"date": "at", "csat": "score csat", "code": "attribute code"},
		},
		"a name alone stays out": {
			"date,note,auteur,adresse ip\n2024-01-05,4,Jean Petit,10.0.0.1\n2024-01-06,5,Lise Grand,10.0.0.2\n",
			columns{"date": "at", "note": "score note-1-5", "auteur": "ignore", "adresse ip": "ignore"},
		},
		"month first": {
			"date,note\n12/31/2023,4\n01/02/2024,5\n",
			columns{"date": "at", "note": "score note-1-5"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := mustGuess(t, memory(t, "file.csv", c.file))
			got := columns{}
			for _, col := range m.Columns {
				got[col.Column] = strings.Join(slices.DeleteFunc([]string{col.As, col.Key, col.Type}, func(s string) bool { return s == "" }), " ")
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			if err := m.Check(); err != nil {
				t.Error(err)
			}
			if rep := mustRun(t, memory(t, "file.csv", c.file), m, &keeping{}); rep.Accepted != 2 {
				t.Errorf("%+v", rep)
			}
		})
	}
}
