package foreign_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/listen/survey/foreign"
)

// qsf writes a Qualtrics file of one block.
func qsf(questions ...string) string {
	var ids, l []string
	for i, q := range questions {
		id := fmt.Sprintf("QID%d", i+1)
		ids = append(ids, fmt.Sprintf(`{"Type":"Question","QuestionID":%q}`, id))
		l = append(l, fmt.Sprintf(`{"Element":"SQ","Payload":{"QuestionID":%q,"DataExportTag":"Q%d",%s}}`, id, i+1, q))
	}
	return `{"SurveyEntry":{"SurveyName":"T","SurveyLanguage":"EN"},"SurveyElements":[
	{"Element":"BL","Payload":[{"Type":"Default","ID":"B1","BlockElements":[` + strings.Join(ids, ",") + `]}]},
	{"Element":"FL","Payload":{"Flow":[{"Type":"Block","ID":"B1"}]}},` + strings.Join(l, ",") + `]}`
}

const threeChoices = `"Choices":{"1":{"Display":"One"},"2":{"Display":"Two"},"3":{"Display":"Three"}},"ChoiceOrder":["3","1","2"]`

// lss writes a LimeSurvey file in its old form, texts in the questions' rows.
func lss(questions, answers, attributes string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><document><LimeSurveyDocType>Survey</LimeSurveyDocType><DBVersion>359</DBVersion>
	<languages><language>en</language></languages><groups><rows><row><gid>1</gid><group_name>G</group_name><group_order>1</group_order><language>en</language></row></rows></groups>
	<questions><rows>` + questions + `</rows></questions><answers><rows>` + answers + `</rows></answers><question_attributes><rows>` + attributes + `</rows></question_attributes>
	<surveys><rows><row><sid>1</sid><language>en</language></row></rows></surveys>
	<surveys_languagesettings><rows><row><surveyls_language>en</surveyls_language><surveyls_title>T</surveyls_title></row></rows></surveys_languagesettings></document>`
}

func ask(qid int, kind, code, more string) string {
	return fmt.Sprintf(`<row><qid>%d</qid><parent_qid>0</parent_qid><gid>1</gid><type>%s</type><title>%s</title><question>Text of %s</question><language>en</language><question_order>%d</question_order>%s</row>`, qid, kind, code, code, qid, more)
}

func sub(qid, parent int, code, text string) string {
	return fmt.Sprintf(`<row><qid>%d</qid><parent_qid>%d</parent_qid><gid>1</gid><type>T</type><title>%s</title><question>%s</question><language>en</language></row>`, qid, parent, code, text)
}

func answers(qid int, texts ...string) string {
	s := ""
	for i, t := range texts {
		code, text, _ := strings.Cut(t, "=")
		s += fmt.Sprintf(`<row><qid>%d</qid><code>%s</code><answer>%s</answer><sortorder>%d</sortorder><language>en</language></row>`, qid, code, text, i)
	}
	return s
}

func zeroToTen(from int) (l []string) {
	for n := from; n <= 10; n++ {
		l = append(l, fmt.Sprintf("%d=%d", n, n))
	}
	return l
}

// outline writes each question as key:kind, its scale, choices, rows and condition.
func outline(d *survey.Definition) (l []string) {
	for _, q := range d.Questions() {
		s := string(q.Key) + ":" + string(q.Kind)
		if q.Min != 0 || q.Max != 0 {
			s += fmt.Sprintf(" %v–%v", q.Min, q.Max)
		}
		for _, o := range q.Choices {
			s += " " + o.Key
			if o.Other {
				s += "+"
			}
			if o.Alone {
				s += "!"
			}
		}
		for _, r := range q.Rows {
			s += " /" + r.Key
		}
		for _, p := range q.Points {
			s += " •" + p.In("en")
		}
		if q.Need != "" {
			s += " " + string(q.Need)
		}
		l = append(l, s)
	}
	return l
}

func codes(l []foreign.Loss) (out []string) {
	for _, x := range l {
		out = append(out, strings.TrimPrefix(x.Question+" "+strings.TrimPrefix(x.Code, "foreign."), " "))
	}
	slices.Sort(out)
	return out
}

func TestQuestionsOfOtherToolsBecomeOurs(t *testing.T) {
	t.Parallel()
	nps := `"QuestionText":"Recommend?","QuestionType":"MC","Selector":"NPS","Choices":[{"Display":"0"},{"Display":"1"},{"Display":"2"},{"Display":"3"},{"Display":"4"},{"Display":"5"},{"Display":"6"},{"Display":"7"},{"Display":"8"},{"Display":"9"},{"Display":"10"}]`
	likert := `"QuestionText":"Rate","QuestionType":"Matrix","Selector":"Likert",` + threeChoices + `,"Answers":{"1":{"Display":"Bad"},"2":{"Display":"Good"},"3":{"Display":"N/A"}},"AnswerOrder":[1,2,3]`
	for name, c := range map[string]struct {
		file string
		want []string
		lost []string
	}{
		"choices keep their order":            {qsf(`"QuestionText":"Q","QuestionType":"MC","Selector":"SAVR",` + threeChoices), []string{"q1:choice 3 1 2"}, nil},
		"a forced answer is required":         {qsf(`"QuestionText":"Q","QuestionType":"TE","Selector":"ML","Validation":{"Settings":{"ForceResponse":"ON"}}`), []string{"q1:text required"}, nil},
		"a requested answer is soft":          {qsf(`"QuestionText":"Q","QuestionType":"TE","Selector":"ML","Validation":{"Settings":{"ForceResponse":"RequestResponse"}}`), []string{"q1:text soft"}, nil},
		"an NPS is an NPS":                    {qsf(nps), []string{"q1:nps"}, nil},
		"an NPS a script starts at 1 is none": {qsf(nps + `,"QuestionJS":"var npsStart = 1;"`), []string{"q1:rating 1–10"}, []string{"Q1 not_nps", "Q1 script"}},
		"an NPS asked from 1 to 10 is none":   {qsf(strings.Replace(nps, "Recommend?", "From 1 to 10, recommend?", 1)), []string{"q1:rating 1–10"}, []string{"Q1 not_nps"}},
		"the second NPS is a rating":          {qsf(nps, nps), []string{"q1:nps", "q2:rating 0–10"}, []string{"Q2 second_nps"}},
		"a matrix names its points, N/A is none": {qsf(likert + `,"SubSelector":"SingleAnswer"`),
			[]string{"q1:matrix 1–2 /3 /1 /2 •Bad •Good"}, []string{"Q1 no_basis"}},
		"several answers a row are questions": {qsf(likert + `,"SubSelector":"MultipleAnswer"`),
			[]string{"q1_3:choices 1 2 3!", "q1_1:choices 1 2 3!", "q1_2:choices 1 2 3!"}, []string{"Q1 no_basis_choice", "Q1 split"}},
		"recoded values are the keys":  {qsf(`"QuestionText":"Q","QuestionType":"MC","Selector":"MAVR",` + threeChoices + `,"RecodeValues":{"1":"10","2":"11","3":"-1"}`), []string{"q1:choices -1! 10 11"}, []string{"Q1 no_basis_choice"}},
		"stars":                        {qsf(`"QuestionText":"Q","QuestionType":"Slider","Selector":"STAR","Configuration":{"StarCount":5},"Choices":{"1":{"Display":"P"}}`), []string{"q1_1:rating 1–5"}, nil},
		"a bar":                        {qsf(`"QuestionText":"Q","QuestionType":"Slider","Selector":"HBAR","Configuration":{"CSSliderMin":0,"CSSliderMax":50},"Choices":{"1":{"Display":"P"}}`), []string{"q1_1:slider 0–50"}, nil},
		"a ranking":                    {qsf(`"QuestionText":"Q","QuestionType":"RO","Selector":"DND",` + threeChoices), []string{"q1:ranking 3 1 2"}, nil},
		"a form is a text for each":    {qsf(`"QuestionText":"Q","QuestionType":"TE","Selector":"FORM","Choices":{"1":{"Display":"Name"},"2":{"Display":"Town"}}`), []string{"q1_1:text", "q1_2:text"}, []string{"Q1 split"}},
		"an unknown kind is told":      {qsf(`"QuestionText":"Q","QuestionType":"HotSpot","Selector":"OnOff"`, `"QuestionText":"Q","QuestionType":"TE","Selector":"SL"`), []string{"q2:text"}, []string{"Q1 question"}},
		"LimeSurvey's NPS theme":       {lss(ask(1, "L", "Q1", ""), answers(1, zeroToTen(0)...), `<row><qid>1</qid><attribute>question_template</attribute><value>Net-Promoter-Score</value></row>`), []string{"q1:nps"}, nil},
		"0 to 10 without it is asked":  {lss(ask(1, "L", "Q1", ""), answers(1, zeroToTen(0)...), ""), []string{"q1:rating 0–10"}, []string{"Q1 maybe_nps"}},
		"1 to 10 is a rating":          {lss(ask(1, "L", "Q1", ""), answers(1, zeroToTen(1)...), ""), []string{"q1:rating 1–10"}, nil},
		"other, required":              {lss(ask(1, "!", "Q1", "<mandatory>Y</mandatory><other>Y</other>"), answers(1, "A1=Yes", "A2=No"), ""), []string{"q1:dropdown a1 a2 other+ required"}, nil},
		"asked softly":                 {lss(ask(1, "N", "Q1", "<mandatory>S</mandatory>"), "", ""), []string{"q1:number soft"}, nil},
		"boxes with comments":          {lss(ask(1, "P", "Q1", "")+sub(2, 1, "SQ1", "A")+sub(3, 1, "SQ2", "B"), "", ""), []string{"q1:choices sq1 sq2", "q1_sq1comment:text", "q1_sq2comment:text"}, nil},
		"yes, no, gender, five, date":  {lss(ask(1, "Y", "Q1", "")+ask(2, "G", "Q2", "")+ask(3, "5", "Q3", "")+ask(4, "D", "Q4", ""), "", ""), []string{"q1:yesno", "q2:choice f m", "q3:rating 1–5", "q4:date"}, nil},
		"arrays of five and of ten":    {lss(ask(1, "A", "Q1", "")+sub(2, 1, "S1", "A")+ask(3, "B", "Q2", "")+sub(4, 3, "S1", "A"), "", ""), []string{"q1:matrix 1–5 /s1", "q2:matrix 1–10 /s1"}, nil},
		"yes, uncertain, no":           {lss(ask(1, "C", "Q1", "")+sub(2, 1, "S1", "A"), "", ""), []string{"q1:matrix 1–3 /s1 •Yes •Uncertain •No"}, []string{"Q1 renumbered"}},
		"an array with its own labels": {lss(ask(1, "F", "Q1", "")+sub(2, 1, "S1", "A"), answers(1, "1=Low", "2=High"), ""), []string{"q1:matrix 1–2 /s1 •Low •High"}, nil},
		"numbers and texts by part":    {lss(ask(1, "K", "Q1", "")+sub(2, 1, "S1", "A")+ask(3, "Q", "Q2", "")+sub(4, 3, "S1", "A"), "", ""), []string{"q1_s1:number", "q2_s1:text"}, []string{"Q1 split", "Q2 split"}},
		"words, a note, a file":        {lss(ask(1, "U", "Q1", "")+ask(2, "X", "Q2", "<mandatory>Y</mandatory>")+ask(3, "|", "Q3", ""), "", ""), []string{"q1:text", "q2:info", "q3:media"}, nil},
		"hidden and computed are told": {lss(ask(1, "S", "Q1", "")+ask(2, "*", "Q2", "")+ask(3, "S", "Q3", "<relevance>0</relevance>"), "", ""), []string{"q1:text"}, []string{"Q2 question", "Q3 hidden"}},
	} {
		d, losses, err := foreign.Read("file", []byte(c.file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(c.want, outline(&d)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(c.lost, codes(losses)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		readable(t, losses)
	}
}

func TestExpressionsBecomeConditions(t *testing.T) {
	t.Parallel()
	yes, no, five := true, false, 5.0
	a1 := survey.Condition{Question: "q1", In: []string{"a1"}}
	for expression, want := range map[string]*survey.Condition{
		`1`:                                    nil,
		`Q1.NAOK == "A1"`:                      &a1,
		`((Q1.NAOK == "A1"))`:                  &a1,
		`"A1" == Q1`:                           &a1,
		`Q1 != "A1"`:                           {Not: &a1},
		`!is_empty(Q1.NAOK)`:                   {Not: &survey.Condition{Question: "q1", Answered: &no}},
		`Q1 != ""`:                             {Question: "q1", Answered: &yes},
		`Q2.NAOK >= 5`:                         {Question: "q2", From: &five},
		`Q2 le 5 and Q1 eq 'A1'`:               {All: []survey.Condition{{Question: "q2", To: &five}, a1}},
		`Q2 == 5 or (Q1 == "A1")`:              {Any: []survey.Condition{{Question: "q2", From: &five, To: &five}, a1}},
		`Q3_S1.NAOK == "Y"`:                    {Question: "q3", In: []string{"s1"}},
		`Q4_S1 >= 5`:                           {Question: "q4", Row: "s1", From: &five},
		`12X1X1.NAOK == "A1"`:                  &a1,
		`5 <= Q2`:                              {Question: "q2", From: &five},
		`!(Q1 == "A1" && Q1.NAOK == "A1")`:     {Not: &survey.Condition{All: []survey.Condition{a1, a1}}},
		`Q2 > 5`:                               {All: []survey.Condition{{Question: "q2", Answered: &yes}, {Not: &survey.Condition{Question: "q2", To: &five}}}},
		`count(Q3_S1, Q3_S2) > 1`:              nil,
		`Q2 + 1 == 5`:                          nil,
		`TOKEN:FIRSTNAME == "x"`:               nil,
		`Q9 == "A1"`:                           nil,
		strings.Repeat("(", 5000) + `Q1=="A1"`: nil,
	} {
		file := lss(ask(1, "L", "Q1", "")+ask(2, "N", "Q2", "")+ask(3, "M", "Q3", "")+sub(4, 3, "S1", "A")+sub(5, 3, "S2", "B")+ask(6, "A", "Q4", "")+sub(7, 6, "S1", "A")+
			ask(20, "T", "Q20", "<relevance><![CDATA["+expression+"]]></relevance>"), answers(1, "A1=Yes", "A2=No"), "")
		d, losses, err := foreign.Read("file", []byte(file))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, d.Question("q20").If); diff != "" {
			t.Errorf("%.60s: %s", expression, diff)
		}
		if told := slices.Contains(codes(losses), "Q20 condition"); told != (want == nil && expression != "1") {
			t.Errorf("%.60s: told %v", expression, told)
		}
	}
}

const twoLevels = `{"0":{"0":{"LogicType":"Question","LeftOperand":"q://QID1/SelectableChoice/1","Operator":"Selected"},"1":{"LogicType":"EmbeddedField","LeftOperand":"Segment","Operator":"EqualTo","RightOperand":"gold","Conjuction":"Or"},"Type":"If"},"Type":"BooleanExpression"}`

func TestLogicOfQualtricsIsKept(t *testing.T) {
	t.Parallel()
	choice := `"QuestionText":"Q","QuestionType":"MC","Selector":"SAVR",` + threeChoices
	text := `"QuestionText":"Hi ${m://FirstName}, ${q://QID1/ChoiceGroup/SelectedChoices} ${e://Field/Order%20Id} ${date://now} {x}","QuestionType":"TE","Selector":"SL"`
	file := qsf(choice, text+`,"DisplayLogic":`+twoLevels, `"QuestionText":"end","QuestionType":"DB","Selector":"TB"`)
	file = strings.Replace(file, `"QuestionID":"QID1"}`, `"QuestionID":"QID1","SkipLogic":[{"ChoiceLocator":"q://QID1/SelectableChoice/3","Condition":"Selected","SkipToDestination":"QID3"}]}`, 1)
	d, losses, err := foreign.Read("file", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]survey.Jump{{If: &survey.Condition{Question: "q1", In: []string{"3"}}, To: "q3"}}, d.Question("q1").Go); diff != "" {
		t.Error(diff)
	}
	want := &survey.Condition{Any: []survey.Condition{{Question: "q1", In: []string{"1"}}, {Attribute: "segment", In: []string{"gold"}}}}
	if diff := cmp.Diff(want, d.Question("q2").If); diff != "" {
		t.Error(diff)
	}
	if got := d.Question("q2").Text["en"]; got != "Hi {@first_name}, {q1} {@order_id} … {{x}" {
		t.Errorf("pipes: %q", got)
	}
	if diff := cmp.Diff([]string{"Q2 pipe"}, codes(losses)); diff != "" {
		t.Error(diff)
	}
}

// The new form keeps words apart, by language.
func TestLimeSurveysNewFormSpeaksEveryLanguage(t *testing.T) {
	t.Parallel()
	file := `<document><LimeSurveyDocType>Survey</LimeSurveyDocType><DBVersion>630</DBVersion>
	<groups><rows><row><gid>1</gid><group_order>1</group_order><randomization_group>r</randomization_group></row></rows></groups>
	<group_l10ns><rows><row><gid>1</gid><group_name>G</group_name><description>About</description><language>en</language></row></rows></group_l10ns>
	<questions><rows><row><qid>1</qid><gid>1</gid><type>F</type><title>Q1</title><question_order>2</question_order></row><row><qid>2</qid><gid>1</gid><type>Y</type><title>Q0</title><question_order>1</question_order></row></rows></questions>
	<subquestions><rows><row><qid>3</qid><parent_qid>1</parent_qid><title>SQ1</title></row></rows></subquestions>
	<question_l10ns><rows><row><qid>1</qid><question>Rate {Q0.shown}, {TOKEN:FIRSTNAME}</question><language>en</language></row><row><qid>1</qid><question>Notez</question><language>fr</language></row>
	<row><qid>2</qid><question>OK?</question><script>alert(1)</script><language>en</language></row><row><qid>3</qid><question>Row</question><language>en</language></row></rows></question_l10ns>
	<answers><rows><row><aid>7</aid><qid>1</qid><code>A2</code><sortorder>2</sortorder></row><row><aid>8</aid><qid>1</qid><code>A1</code><sortorder>1</sortorder><assessment_value>5</assessment_value></row></rows></answers>
	<answer_l10ns><rows><row><aid>7</aid><answer>High</answer><language>en</language></row><row><aid>8</aid><answer>Low</answer><language>en</language></row></rows></answer_l10ns>
	<quota><rows><row><id>1</id><name>Men</name></row></rows></quota><assessments><rows><row><id>1</id><name>Good</name></row></rows></assessments>
	<surveys><rows><row><sid>1</sid><language>en</language><additional_languages>fr de-informal</additional_languages><anonymized>Y</anonymized></row></rows></surveys>
	<surveys_languagesettings><rows><row><surveyls_language>en</surveyls_language><surveyls_title>T</surveyls_title><surveyls_welcometext>Hello</surveyls_welcometext><surveyls_endtext>Bye</surveyls_endtext><surveyls_url>https://x.example</surveyls_url></row></rows></surveys_languagesettings></document>`
	d, losses, err := foreign.Read("file.lss", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"group_1:info", "q0:yesno", "q1:matrix 1–2 /sq1 •Low •High"}, outline(&d)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"en", "fr", "de"}, d.Languages); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(cx.Text{"en": "Rate {q0}, …", "fr": "Notez", "de": "Rate {q0}, …"}, d.Question("q1").Text); diff != "" {
		t.Error(diff)
	}
	if d.Welcome.Why["en"] != "Hello" || d.Endings[0].Text["en"] != "Bye" || d.Privacy != survey.Anonymous {
		t.Errorf("%v %v %v", d.Welcome.Why, d.Endings, d.Privacy)
	}
	told := codes(losses)
	for _, code := range []string{"quota", "assessment", "end_address", "random_group", "Q0 script", "Q1 points", "Q1 pipe", "Q1 untranslated", "Q1 renumbered"} {
		if !slices.Contains(told, code) {
			t.Errorf("%s is not told: %v", code, told)
		}
	}
	readable(t, losses)
}

func TestSurveyJSBecomesOurs(t *testing.T) {
	t.Parallel()
	file := `{"title":{"default":"T","fr":"T"},"completedHtml":"<b>Bye</b>","elements":[
	{"type":"rating","name":"score","rateMax":10,"title":"From 0 to 10?"},
	{"type":"rating","name":"full","rateMin":0,"rateMax":10,"title":{"default":"Recommend?","fr":"Recommander ?"}},
	{"type":"panel","name":"p","visibleIf":"{score} <= 6 and {full} notempty","elements":[
		{"type":"checkbox","name":"why","isRequired":true,"showOtherItem":true,"choices":["a",{"value":"b","text":"B"}],"validators":[{"type":"answercount","maxCount":2}]},
		{"type":"boolean","name":"again","title":"{why}?"},
		{"type":"comment","name":"words","visibleIf":"{again} = false"},
		{"type":"signaturepad","name":"sign"}]},
	{"type":"matrix","name":"m","columns":[{"value":1,"text":"Low"},{"value":2,"text":"High"}],"rows":["x"],"visibleIf":"age() > 3"}]}`
	d, losses, err := foreign.Read("file.json", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"score:rating 1–10", "full:rating 0–10", "why:choices a b other+ required", "again:yesno", "words:text", "m:matrix 1–2 /x •Low •High"}
	if diff := cmp.Diff(want, outline(&d)); diff != "" {
		t.Error(diff)
	}
	six, zero, yes := 6.0, 0.0, true
	panel := survey.Condition{All: []survey.Condition{{Question: "score", To: &six}, {Question: "full", Answered: &yes}}}
	if diff := cmp.Diff(&survey.Condition{All: []survey.Condition{panel, {Question: "again", From: &zero, To: &zero}}}, d.Question("words").If); diff != "" {
		t.Error(diff)
	}
	if q := d.Question("why"); q.Most != 2 || d.Question("again").Text["en"] != "{why}?" || d.Endings[0].Text["en"] != "Bye" {
		t.Errorf("most %d, text %q, endings %v", q.Most, d.Question("again").Text["en"], d.Endings)
	}
	told := codes(losses)
	for _, code := range []string{"score not_nps", "full maybe_nps", "m condition", "sign question"} {
		if !slices.Contains(told, code) {
			t.Errorf("%s is not told: %v", code, told)
		}
	}
	readable(t, losses)
}

func TestWordsComeOutPlain(t *testing.T) {
	t.Parallel()
	for html, want := range map[string]string{
		`<p>One</p><p>Two &amp; three&nbsp;!</p>`:                             "One\nTwo & three !",
		`a<script>alert("x")</script>b<style>p{}</style>c`:                    "abc",
		`<b onclick="x()">go</b> <a href="javascript:x()">here</a>`:           "go here",
		`<a href="https://example.org/a">Terms</a>`:                           "Terms (https://example.org/a)",
		`<ul><li>one</li><li>two</li></ul>`:                                   "– one\n– two",
		`<img src="x" onerror="y" alt="Logo"> &lt;script&gt;x&lt;/script&gt;`: "Logo",
		`5 < 6 and {brace}`:      "5 < 6 and {{brace}",
		`Qu&atilde;o satisfeito`: "Quão satisfeito",
		`<scr<script>ipt>x`:      "ipt>x",
	} {
		quoted := strings.NewReplacer(`"`, `\"`).Replace(html)
		d, _, err := foreign.Read("file", []byte(qsf(`"QuestionText":"`+quoted+`","QuestionType":"TE","Selector":"SL"`)))
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Question("q1").Text["en"]; got != want {
			t.Errorf("%s: %q, want %q", html, got, want)
		}
	}
}

func TestWhatCannotBePublishedIsSaidWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, want string }{
		"nothing":          {"", "foreign.unknown"},
		"another XML":      {"<a/>", "foreign.unknown"},
		"another JSON":     {`{"a":1}`, "foreign.unknown"},
		"cut short":        {`{"SurveyElements":[`, "foreign.broken"},
		"cut short, XML":   {`<document><LimeSurveyDocType>Survey`, "foreign.broken"},
		"an entity":        {`<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><document/>`, "foreign.broken"},
		"nested, JSON":     {`{"a":` + strings.Repeat("[", 100000), "foreign.broken"},
		"nested, XML":      {strings.Repeat("<a>", 100000), "foreign.broken"},
		"no question":      {lss("", "", ""), "survey.empty"},
		"no question, QSF": {qsf(), "foreign.broken"},
		"too large":        {"<" + strings.Repeat(" ", 21<<20), "foreign.large"},
	} {
		_, _, err := foreign.Read("file", []byte(c.file))
		if got := codeOf(err); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func codeOf(err error) string {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		err = many.Unwrap()[0]
	}
	if e, ok := errors.AsType[*cx.Error](err); ok {
		return e.Code
	}
	return fmt.Sprint(err)
}

func FuzzRead(f *testing.F) {
	f.Add(qsf(`"QuestionText":"Q","QuestionType":"MC","Selector":"SAVR",` + threeChoices))
	f.Add(qsf(`"QuestionText":"<b>${q://QID1/x}</b>","QuestionType":"Matrix","Selector":"Likert",` + threeChoices + `,"Answers":{"1":{"Display":"<i>"}},"DisplayLogic":` + twoLevels))
	f.Add(lss(ask(1, "L", "Q1", "<relevance>Q1.NAOK == 'a'</relevance>"), answers(1, "A1=Yes", "A2=No"), ""))
	f.Add(`{"elements":[{"type":"rating","name":"a"},{"type":"matrix","name":"b","rows":["x"],"columns":["1","2"],"visibleIf":"{a} > 2"}]}`)
	f.Add(lss(ask(1, "F", "end", "")+sub(2, 1, "S&#233;", "{Q1}&lt;p&gt;"), answers(1, "A1=Yes"), ""))
	f.Fuzz(func(t *testing.T, s string) {
		d, losses, err := foreign.Read("file", []byte(s))
		if err != nil {
			return
		}
		if err := d.Check(); err != nil {
			t.Error(err)
		}
		clean(t, "fuzz", &d)
		for _, l := range losses {
			if l.Code == "" {
				t.Error("a loss without a message")
			}
		}
	})
}

func TestALogoThatAFileHoldsIsCarried(t *testing.T) {
	t.Parallel()
	const dot = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
	for logo, want := range map[string]bool{dot: true, "https://example.org/logo.png": false, "data:image/svg+xml;base64,PHN2Zy8+": false} {
		d, lost, err := foreign.Read("x.json", []byte(`{"title":"T","logo":"`+logo+`","pages":[{"elements":[{"type":"text","name":"q","title":"Q"}]}]}`))
		if err != nil || (len(d.Theme.Picture()) > 0) != want || (len(lost) == 0) != want {
			t.Errorf("%s: %d bytes, lost %v, %v", logo, len(d.Theme.Picture()), lost, err)
		}
	}
}
