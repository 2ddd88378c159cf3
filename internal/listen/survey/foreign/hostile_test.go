package foreign_test

import (
	"strings"
	"testing"

	"vigie/internal/listen/survey/foreign"
)

// What a hostile file costs is bounded: these take moments, not minutes.
func TestHostileFilesAreReadInMoments(t *testing.T) {
	t.Parallel()
	many := strings.Repeat(`"QuestionText":"Q","QuestionType":"TE","Selector":"SL"`+"\n", 5000)
	wide := `{"1":{"Display":"a"}` + strings.Repeat(`,"x":{"Display":"a"}`, 10) + `}`
	var rows strings.Builder
	for n := range 3000 {
		rows.WriteString(sub(n+10, 1, "S"+strings.Repeat("x", n%3), "t"))
	}
	for name, c := range map[string]struct{ file, want string }{
		"many questions":  {qsf(strings.Split(strings.TrimSpace(many), "\n")...), "foreign.many"},
		"a wide array":    {lss(ask(1, ";", "Q1", "")+strings.ReplaceAll(rows.String(), "</row>", "<scale_id>1</scale_id></row>")+rows.String(), "", ""), "survey.empty"},
		"deep conditions": {qsf(`"QuestionText":"Q","QuestionType":"MC","Selector":"SAVR","Choices":` + wide + `,"DisplayLogic":{"0":` + strings.Repeat(`{"0":`, 150) + `{}` + strings.Repeat(`}`, 150) + `}`), "<nil>"},
		"links":           {qsf(`"QuestionText":"` + strings.Repeat(`<a href=http://x>y</a>`, 200000) + `","QuestionType":"TE","Selector":"SL"`), "<nil>"},
	} {
		if _, _, err := foreign.Read("file", []byte(c.file)); codeOf(err) != c.want {
			t.Errorf("%s: %q, want %q", name, codeOf(err), c.want)
		}
	}
}
