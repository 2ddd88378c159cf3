package intake

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
)

// carried sums up a map: which columns say something, and as what.
func carried(m Map) (scores, texts []string) {
	for _, c := range m.Columns {
		switch c.As {
		case "score":
			scores = append(scores, c.Key)
		case "verbatim":
			texts = append(texts, c.Column)
		}
	}
	return scores, texts
}

// Every real export of answers: guessed, tried without a correction, each row accounted for, each column too.
func TestRealExportsAreMappedWithoutHelp(t *testing.T) {
	const q = "definitions/qualtrics/"
	for file, want := range map[string]struct {
		maker, date                    string
		scores, texts, rows, in, quiet int
	}{
		"responses/qualtrics/sample.csv":                                                             {qualtrics, "RecordedDate", 0, 1, 1, 1, 0},
		"responses/qualtrics/sample_legacy.csv":                                                      {qualtrics, "V9", 0, 1, 1, 1, 0},
		"responses/surveymonkey/StarWars.csv":                                                        {surveyMonkey, "", 14, 0, 1186, 829, 357},
		"responses/surveymonkey/steak-risk-survey.csv":                                               {surveyMonkey, "", 7, 0, 550, 541, 9},
		q + "Better Sample Survey/Better_Sample_Survey.csv":                                          {qualtrics, "EndDate", 0, 1, 10, 6, 4},
		q + "Better Sample Survey/Better_Sample_Survey_split.csv":                                    {qualtrics, "EndDate", 0, 1, 10, 6, 4},
		q + "Comment Coding/Test_Survey_for_Coded_Comments.csv":                                      {qualtrics, "EndDate", 0, 2, 10, 10, 0},
		q + "Matrix Single Answer Survey/Matrix_Single_Answer_Testing.csv":                           {qualtrics, "EndDate", 21, 0, 5, 5, 0},
		q + "Multiple Answer Matrix Questions/Multiple_Answer_Matrix_Questions (Insights).csv":       {qualtrics, "EndDate", 0, 1, 5, 5, 0},
		q + "Multiple Answer Matrix Questions/Multiple_Answer_Matrix_Questions.csv":                  {qualtrics, "V9", 0, 1, 5, 5, 0},
		q + "Multiple Answer Multiple Choices Questions/Multiple_Answer_MC_Questions (Insights).csv": {qualtrics, "EndDate", 0, 1, 5, 5, 0},
		q + "Multiple Answer Multiple Choices Questions/Multiple_Answer_MC_Questions.csv":            {qualtrics, "V9", 0, 1, 5, 5, 0},
		q + "No Basis for Evaluation/No_Basis_for_Evaluation (Insights).csv":                         {qualtrics, "EndDate", 9, 0, 15, 15, 0},
		q + "No Basis for Evaluation/No_Basis_for_Evaluation (Legacy).csv":                           {qualtrics, "V9", 9, 0, 15, 15, 0},
		q + "Single Answer Multiple Choice Questions/Single_Answer_MC_Questions (Insights).csv":      {qualtrics, "EndDate", 0, 1, 5, 2, 3},
		q + "Single Answer Multiple Choice Questions/Single_Answer_MC_Questions.csv":                 {qualtrics, "V9", 0, 1, 5, 2, 3},
		q + "Text Entry Components/Questions_with_Text_Entry_Components.csv":                         {qualtrics, "EndDate", 0, 12, 15, 15, 0},
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			f := shared(t, file)
			m, notes, err := Guess(f)
			if err != nil {
				t.Fatal(err)
			}
			if len(notes) == 0 || notes[0].Code != "intake.note.export" || fmt.Sprint(notes[0].Args) != fmt.Sprint([]any{"name", want.maker, "column", ""}) {
				t.Errorf("not said to be of %s: %v", want.maker, notes)
			}
			if want.date == "" { // the file has no date: the one thing that is asked
				if got := code(m.Check()); got != "intake.map_no_date" {
					t.Fatalf("check: %q", got)
				}
				m.Constants.At = "2024-03-01"
			}
			if err := m.Check(); err != nil {
				t.Fatal(french(err))
			}
			scores, texts := carried(m)
			if len(scores) != want.scores || len(texts) != want.texts || want.date != "" && m.columnFor("at") != want.date {
				t.Errorf("%d scores, %d texts, at %q: %v %v", len(scores), len(texts), m.columnFor("at"), scores, texts)
			}
			distinct(t, scores)
			var k keeping
			r := mustRun(t, f, m, &k)
			if r.Rows != want.rows || r.Accepted != want.in || r.RejectedRows != want.quiet || r.Reasons["intake.nothing_said"] != want.quiet || len(r.Unmapped) > 0 {
				t.Errorf("%d rows, %d in, %d refused %v, not named %v", r.Rows, r.Accepted, r.RejectedRows, r.Reasons, r.Unmapped)
			}
			if again := mustRun(t, f, mustGuessAt(t, f, m.Constants.At), &k); again.Accepted != 0 || again.Duplicates != want.in {
				t.Errorf("the same file twice: %+v", again)
			}
		})
	}
}

func (m Map) columnFor(role string) string {
	for _, c := range m.Columns {
		if c.As == role {
			return c.Column
		}
	}
	return ""
}

func mustGuessAt(t *testing.T, f *File, at string) Map {
	m := mustGuess(t, f)
	m.Constants.At = at
	return m
}

func distinct(t *testing.T, keys []string) {
	t.Helper()
	seen := map[string]bool{}
	for _, k := range keys {
		if seen[k] {
			t.Errorf("two questions in one measure %s", k)
		}
		seen[k] = true
	}
}

func rowsOf(n int, row func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(row(i) + "\n")
	}
	return b.String()
}

// Exports as the tools write them, in forms that the real files beside the repository do not have.
func TestExportsOfEachToolAreMappedWithoutHelp(t *testing.T) {
	t.Parallel()
	said := []string{"Très bien du début à la fin", "Trop d’attente au téléphone", "Le technicien est venu en retard", "Merci à toute l’équipe"}
	for name, c := range map[string]struct {
		file          string
		maker         string
		scores, texts []string
		in            int
	}{
		"SurveyMonkey in French, 0 to 10 with its ends in words": {
			"ID du répondant,ID du collecteur,Date de création,Date de modification,Adresse IP,Adresse email,Prénom,Nom,Sur une échelle de 0 à 10, quelle est la probabilité que vous recommandiez Filambre ?,Pourquoi ?\n" +
				",,,,,,,,Response,Réponse libre\n", surveyMonkey, []string{"nps"}, []string{"Pourquoi ?"}, 24},
		"Typeform with a name given twice": {
			"#,How likely are you to recommend us to a friend?,What could we do better?,Other,How satisfied are you with delivery?,Other,Response Type,Start Date (UTC),Stage Date (UTC),Submit Date (UTC),Network ID,Tags,Ending\n",
			typeform, []string{"nps", "how-satisfied-are-you-with-delivery-1-5"}, []string{"What could we do better?"}, 24},
		"LimeSurvey with question codes": {
			"\"id\",\"submitdate\",\"lastpage\",\"startlanguage\",\"seed\",\"startdate\",\"datestamp\",\"NPS\",\"raison\"\n", limeSurvey, []string{"nps"}, []string{"raison"}, 24},
		"LimeSurvey in French, whole questions, from 1 to 10": {
			"\"ID de la réponse\";\"Date de soumission\";\"Dernière page\";\"Langue de départ\";\"Tête de série\";\"De 1 à 10, recommanderiez-vous notre agence ?\";\"Vos remarques\"\n", limeSurvey,
			[]string{"de-1-a-10-recommanderiez-vous-notre-agence-1-10"}, []string{"Vos remarques"}, 24},
		"Qualtrics with its group of NPS": {
			"StartDate,EndDate,Status,Progress,Finished,RecordedDate,ResponseId,DistributionChannel,UserLanguage,Q1_NPS_GROUP,Q1,Q2\n" +
				"Start Date,End Date,Response Type,Progress,Finished,Recorded Date,Response ID,Distribution Channel,User Language,How likely… - Group,How likely…,Tell us more\n" +
				"\"{\"\"ImportId\"\":\"\"startDate\"\",\"\"timeZone\"\":\"\"Z\"\"}\",\"{\"\"ImportId\"\":\"\"endDate\"\"}\",\"{\"\"ImportId\"\":\"\"status\"\"}\",\"{\"\"ImportId\"\":\"\"progress\"\"}\",\"{\"\"ImportId\"\":\"\"finished\"\"}\",\"{\"\"ImportId\"\":\"\"recordedDate\"\"}\",\"{\"\"ImportId\"\":\"\"_recordId\"\"}\",\"{\"\"ImportId\"\":\"\"distributionChannel\"\"}\",\"{\"\"ImportId\"\":\"\"userLanguage\"\"}\",\"{\"\"ImportId\"\":\"\"QID1_NPS_GROUP\"\"}\",\"{\"\"ImportId\"\":\"\"QID1\"\"}\",\"{\"\"ImportId\"\":\"\"QID2_TEXT\"\"}\"\n",
			qualtrics, []string{"nps"}, []string{"Q2"}, 24},
	} {
		t.Run(name, func(t *testing.T) {
			file := strings.Replace(c.file, "10, quelle est la probabilité que vous recommandiez Filambre ?", "10 quelle est la probabilité que vous recommandiez Filambre ?", 1)
			file += rowsOf(24, func(i int) string {
				day := time.Date(2026, 3, 1+i, 9, 30, 0, 0, time.UTC)
				iso, text := day.Format("2006-01-02 15:04:05"), said[i%len(said)]+fmt.Sprint(" ", i)
				switch name {
				case "SurveyMonkey in French, 0 to 10 with its ends in words":
					note := fmt.Sprint(i % 11)
					if i%11 == 10 {
						note = "Extrêmement probable - 10"
					}
					return fmt.Sprintf("1%d,77,%s,%s,203.0.113.9,a%d@filambre.example,Ada,L,%s,%s", i, day.Format("01/02/2006 03:04:05 PM"), day.Format("01/02/2006 03:04:05 PM"), i, note, text)
				case "Typeform with a name given twice":
					return fmt.Sprintf("tok%dzz,%d,%s,,%d,Gare,completed,%s,,%s,a1b2,,", i, i%11, text, 1+i%5, iso, iso)
				case "LimeSurvey with question codes":
					sent := iso
					if i%4 == 0 {
						sent = ""
					}
					return fmt.Sprintf("\"%d\",\"%s\",\"3\",\"fr\",\"88%d\",\"%s\",\"%s\",\"%d\",\"%s\"", i+1, sent, i, iso, iso, i%11, text)
				case "LimeSurvey in French, whole questions, from 1 to 10":
					return fmt.Sprintf("\"%d\";\"%s\";\"2\";\"fr\";\"9%d\";\"%d\";\"%s\"", i+1, iso, i, 1+i%10, text)
				}
				return fmt.Sprintf("%s,%s,0,100,1,%s,R_%dx,email,FR,%s,%d,%s", iso, iso, iso, i, "Detractor", i%7, text)
			})
			f := memory(t, "filambre.csv", file)
			m, notes, err := Guess(f)
			if err != nil || len(notes) == 0 || notes[0].Code != "intake.note.export" || notes[0].Args[1] != c.maker {
				t.Fatalf("not said to be of %s: %v %v", c.maker, notes, err)
			}
			if err := m.Check(); err != nil {
				t.Fatal(french(err))
			}
			scores, texts := carried(m)
			if d := cmp.Diff(c.scores, scores) + cmp.Diff(c.texts, texts); d != "" {
				t.Error(d)
			}
			var k keeping
			r := mustRun(t, f, m, &k)
			if r.Accepted != c.in || len(m.SourceID) != 1 || m.Constants.Program != string(cx.Relational) {
				t.Errorf("%+v %v %v", r.Reasons, m.SourceID, m.Constants)
			}
			for i, in := range k.incomings() {
				if d := in.At.UTC().Format("2006-01-02"); d != fmt.Sprintf("2026-03-%02d", 1+i) {
					t.Fatalf("row %d is of %s", i, d)
				}
			}
		})
	}
}

func TestFromOneToTenIsNoNPS(t *testing.T) {
	for name, c := range map[string]struct{ column, want string }{
		"said in English":        {"On a scale of 1-10, how likely are you to recommend us? (NPS)", ""},
		"said in French":         {"NPS (de 1 à 10)", ""},
		"named, nothing said":    {"NPS", "nps"},
		"said from 0 to 10":      {"Recommanderiez-vous Filambre, de 0 à 10 ?", "nps"},
		"a satisfaction 0 to 10": {"Satisfaction (0-10)", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := memory(t, "a.csv", "id;date;"+c.column+"\n"+rowsOf(30, func(i int) string { return fmt.Sprintf("%d;2026-01-%02d;%d", i, 1+i%28, 1+i%10) }))
			scores, _ := carried(mustGuess(t, f))
			if len(scores) != 1 || (scores[0] == "nps") != (c.want == "nps") {
				t.Errorf("%v", scores)
			}
		})
	}
}
