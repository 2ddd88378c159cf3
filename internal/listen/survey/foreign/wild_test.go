package foreign_test

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"vigie/internal/listen/survey/foreign"
)

var (
	wildTexts = []string{"", "Q", "<b>x</b>", "{Q1}", "${q://QID1/ChoiceGroup/SelectedChoices}", "${e://Field/A B}", "{", "}", "${", "<script>a</script>", "&lt;b onclick=x&gt;", "1", "2", "3", "0", "10", "N/A", "é", "{{", "{Q2.shown}", "a\nb", "<", "< b", "$e{ 1 }", "{TOKEN:X}", "–"}
	wildCodes = []string{"1", "2", "3", "-1", "A1", "é", "", "end", "Q1", "x#y", "10", "-oth-", "_", "A B"}
	limeTypes = strings.Split("L ! O 5 A B C E F H 1 : ; G I K N M P Q R S T U X Y D | * Z", " ")
	wildLogic = []string{"1", "", "0", `Q1 == "1"`, `Q2.NAOK >= 2 and Q1_1 == "Y"`, `!is_empty(Q3)`, `Q1`, `(((`, `Q4_A1 == 2 or Q9 != ""`, `rand()`}
	qsfTypes  = [][3]string{{"MC", "SAVR", ""}, {"MC", "MAVR", ""}, {"MC", "NPS", ""}, {"MC", "DL", ""}, {"Matrix", "Likert", "SingleAnswer"}, {"Matrix", "Likert", "MultipleAnswer"}, {"Matrix", "MaxDiff", ""}, {"Matrix", "TE", "Short"}, {"Matrix", "Profile", ""}, {"Matrix", "CS", ""}, {"TE", "SL", ""}, {"TE", "FORM", ""}, {"DB", "TB", ""}, {"SBS", "SBSMatrix", ""}, {"Slider", "STAR", ""}, {"Slider", "HBAR", ""}, {"RO", "DND", ""}, {"CS", "VRTL", ""}, {"DD", "DL", ""}, {"FileUpload", "FileUpload", ""}}
)

// wildQSF draws a Qualtrics file whose parts are of the right names and of any value.
func wildQSF(t *rapid.T) (string, []string) {
	text, code := rapid.SampledFrom(wildTexts), rapid.SampledFrom(wildCodes)
	list := func() map[string]any {
		l := map[string]any{}
		for range rapid.IntRange(0, 13).Draw(t, "n") {
			l[code.Draw(t, "id")] = map[string]any{"Display": text.Draw(t, "display"), "TextEntry": rapid.SampledFrom([]any{"true", nil, false}).Draw(t, "entry"), "ExclusiveAnswer": rapid.Bool().Draw(t, "alone")}
		}
		return l
	}
	locate := func() string {
		return fmt.Sprintf("q://QID%d/SelectableChoice/%s", rapid.IntRange(1, 5).Draw(t, "qid"), code.Draw(t, "choice"))
	}
	logic := func() any {
		return map[string]any{"0": map[string]any{"0": map[string]any{"LogicType": rapid.SampledFrom([]string{"Question", "EmbeddedField", "Quota"}).Draw(t, "type"), "LeftOperand": locate(), "RightOperand": code.Draw(t, "right"), "Operator": rapid.SampledFrom([]string{"Selected", "NotSelected", "GreaterThan", "EqualTo", "Empty"}).Draw(t, "op")}, "Type": "If"}}
	}
	var elements, block []any
	var tags []string
	for i := range rapid.IntRange(1, 5).Draw(t, "questions") {
		kind := rapid.SampledFrom(qsfTypes).Draw(t, "kind")
		tag := fmt.Sprintf("T%d", i+1)
		p := map[string]any{"QuestionID": fmt.Sprintf("QID%d", i+1), "DataExportTag": tag, "QuestionText": text.Draw(t, "text"), "QuestionType": kind[0], "Selector": kind[1], "SubSelector": kind[2],
			"Choices": list(), "Answers": list(), "Configuration": map[string]any{"StarCount": rapid.IntRange(0, 12).Draw(t, "stars"), "CSSliderMin": rapid.IntRange(-5, 5).Draw(t, "min"), "CSSliderMax": rapid.IntRange(-5, 200).Draw(t, "max")},
			"RecodeValues":        map[string]any{"1": code.Draw(t, "recode"), "2": code.Draw(t, "recode")},
			"AdditionalQuestions": map[string]any{"1": map[string]any{"Answers": list(), "Selector": "Likert", "SubSelector": rapid.SampledFrom([]string{"SingleAnswer", "MultipleAnswer", "Short"}).Draw(t, "column")}},
			"Language":            map[string]any{rapid.SampledFrom([]string{"FR", "PT-BR", "??"}).Draw(t, "lang"): map[string]any{"QuestionText": text.Draw(t, "translated")}},
			"Validation":          map[string]any{"Settings": map[string]any{"ForceResponse": rapid.SampledFrom([]string{"ON", "OFF", "RequestResponse"}).Draw(t, "force"), "Type": rapid.SampledFrom([]string{"None", "ChoiceRange", "ContentType"}).Draw(t, "validation"), "MinChoices": code.Draw(t, "least"), "MaxChoices": code.Draw(t, "most"), "ContentType": "ValidNumber", "ValidNumber": map[string]any{"Min": code.Draw(t, "low"), "Max": code.Draw(t, "high"), "NumDecimals": "0"}}}}
		e := map[string]any{"Type": "Question", "QuestionID": p["QuestionID"]}
		if rapid.Bool().Draw(t, "shown if") {
			p["DisplayLogic"] = logic()
		}
		if rapid.Bool().Draw(t, "skips") {
			e["SkipLogic"] = []any{map[string]any{"ChoiceLocator": locate(), "Condition": "Selected", "SkipToDestination": rapid.SampledFrom([]string{"ENDOFSURVEY", "ENDOFBLOCK", "QID1", "QID4"}).Draw(t, "to")}}
		}
		tags, block = append(tags, tag), append(block, e)
		elements = append(elements, map[string]any{"Element": "SQ", "Payload": p})
	}
	half := len(block) / 2
	elements = append(elements, map[string]any{"Element": "BL", "Payload": []any{
		map[string]any{"ID": "B1", "BlockElements": block[:half], "Options": map[string]any{"RandomizeQuestions": rapid.SampledFrom([]string{"false", "true"}).Draw(t, "random")}}, map[string]any{"ID": "B2", "BlockElements": block[half:]}}},
		map[string]any{"Element": "FL", "Payload": map[string]any{"Flow": []any{map[string]any{"Type": "Block", "ID": "B1"},
			map[string]any{"Type": "Branch", "BranchLogic": logic(), "Flow": []any{map[string]any{"Type": rapid.SampledFrom([]string{"EndSurvey", "WebService"}).Draw(t, "step")}}}, map[string]any{"Type": "Standard", "ID": "B2"}}}})
	b, err := json.Marshal(map[string]any{"SurveyEntry": map[string]any{"SurveyName": text.Draw(t, "name"), "SurveyLanguage": "EN"}, "SurveyElements": elements})
	if err != nil {
		t.Fatal(err)
	}
	return string(b), tags
}

// wildLSS draws a LimeSurvey file in the same way.
func wildLSS(t *rapid.T) (string, []string) {
	text, code := rapid.SampledFrom(wildTexts), rapid.SampledFrom(wildCodes)
	esc := func(s string) string { return html.EscapeString(s) }
	var tags []string
	questions, replies, settings := "", "", ""
	for i := range rapid.IntRange(1, 5).Draw(t, "questions") {
		qid, tag := i+1, fmt.Sprintf("Q%d", i+1)
		tags = append(tags, tag)
		questions += ask(qid, rapid.SampledFrom(limeTypes).Draw(t, "type"), tag, fmt.Sprintf("<help>%s</help><mandatory>%s</mandatory><other>%s</other><relevance>%s</relevance>", esc(text.Draw(t, "help")),
			rapid.SampledFrom([]string{"Y", "N", "S"}).Draw(t, "need"), rapid.SampledFrom([]string{"Y", "N"}).Draw(t, "other"), esc(rapid.SampledFrom(wildLogic).Draw(t, "relevance"))))
		for n := range rapid.IntRange(0, 4).Draw(t, "subs") {
			questions += strings.Replace(sub(100*qid+n, qid, esc(code.Draw(t, "code")), esc(text.Draw(t, "text"))), "</row>", fmt.Sprintf("<scale_id>%d</scale_id></row>", rapid.IntRange(0, 1).Draw(t, "scale")), 1)
		}
		for range rapid.IntRange(0, 13).Draw(t, "answers") {
			replies += answers(qid, esc(code.Draw(t, "code"))+"="+esc(text.Draw(t, "text")))
		}
		for _, name := range []string{"slider_min", "slider_max", "slider_accuracy", "slider_layout", "min_answers", "max_answers", "multiflexible_max", "multiflexible_checkbox", "question_template", "min_num_value_n", "max_num_value_n", "num_value_int_only", "random_order", "exclude_all_others"} {
			if rapid.Bool().Draw(t, name) {
				settings += fmt.Sprintf("<row><qid>%d</qid><attribute>%s</attribute><value>%s</value></row>", qid, name, rapid.SampledFrom([]string{"1", "0", "-3", "5", "0.5", "1e9", "NaN", "Net-Promoter-Score", "Range-Slider", "A1"}).Draw(t, "value"))
			}
		}
	}
	return lss(questions, replies, settings), tags
}

func TestWhateverTheFileASurveyMayBePublishedAndNothingIsLostInSilence(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		file, tags := wildQSF(t)
		if rapid.Bool().Draw(t, "LimeSurvey") {
			file, tags = wildLSS(t)
		}
		d, losses, err := foreign.Read("file", []byte(file))
		for _, tag := range tags {
			if !has(&d, tag) && !leftOut(losses, tag) {
				t.Errorf("%s is neither carried nor told: %v", tag, codes(losses))
			}
		}
		if err != nil && codeOf(err) != "survey.empty" {
			t.Errorf("%v", err)
		}
		b, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		each(v, func(s string) {
			if aTag.MatchString(s) {
				t.Errorf("%q", s)
			}
		})
	})
}
