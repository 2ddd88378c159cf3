package survey_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
)

func both(s string) cx.Text { return cx.Text{"fr": s, "en": s} }

// delivery is a usual survey: a score, why, a follow-up for the unhappy, a choice.
func delivery() survey.Definition {
	six, nine := 6.0, 9.0
	return survey.Definition{Key: "delivery", Name: both("Delivery"), Languages: []string{"fr", "en"},
		Sections: []survey.Section{{Questions: []survey.Question{
			{Key: "nps", Kind: survey.NPS, Text: both("Recommend?"), Need: survey.Required,
				Go: []survey.Jump{{If: &survey.Condition{Question: "nps", From: &nine}, To: "words"}}},
			{Key: "cause", Kind: survey.Choices, Text: both("What went wrong?"), If: &survey.Condition{Question: "nps", To: &six},
				Choices: []survey.Option{{Key: "late", Text: both("Late")}, {Key: "broken", Text: both("Broken")}, {Key: "other", Text: both("Other"), Other: true}, {Key: "none", Text: both("None"), Alone: true}}},
			{Key: "late", Kind: survey.Number, Text: both("How many days late?"), If: &survey.Condition{Question: "cause", In: []string{"late"}}},
			{Key: "words", Kind: survey.Text, Text: both("Why {nps}, {@first_name|you}?")},
		}}},
		Endings: []survey.Ending{{If: &survey.Condition{Question: "nps", To: &six}, Text: both("Sorry"), CallBack: true}, {Text: both("Thanks")}},
	}
}

func num(v float64) survey.Answer      { return survey.Answer{Number: &v} }
func chosen(l ...string) survey.Answer { return survey.Answer{Choices: l} }
func keys(p survey.Path) (l []survey.QuestionID) {
	for _, q := range p.Questions {
		l = append(l, q.Key)
	}
	return l
}

func TestPathFollowsConditionsAndJumps(t *testing.T) {
	d := delivery()
	for name, c := range map[string]struct {
		answers map[survey.QuestionID]survey.Answer
		want    []survey.QuestionID
		ending  string
	}{
		"nothing yet":                {nil, []survey.QuestionID{"nps", "words"}, "Thanks"},
		"happy, jumps":               {map[survey.QuestionID]survey.Answer{"nps": num(10)}, []survey.QuestionID{"nps", "words"}, "Thanks"},
		"passive":                    {map[survey.QuestionID]survey.Answer{"nps": num(8)}, []survey.QuestionID{"nps", "words"}, "Thanks"},
		"unhappy":                    {map[survey.QuestionID]survey.Answer{"nps": num(2)}, []survey.QuestionID{"nps", "cause", "words"}, "Sorry"},
		"unhappy and late":           {map[survey.QuestionID]survey.Answer{"nps": num(2), "cause": chosen("late")}, []survey.QuestionID{"nps", "cause", "late", "words"}, "Sorry"},
		"a hidden answer counts not": {map[survey.QuestionID]survey.Answer{"nps": num(9), "cause": chosen("late")}, []survey.QuestionID{"nps", "words"}, "Thanks"},
	} {
		p := d.Path(survey.State{Answers: c.answers})
		if diff := cmp.Diff(c.want, keys(p)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if got := p.Ending.Text.In("fr"); got != c.ending {
			t.Errorf("%s: ending %q, want %q", name, got, c.ending)
		}
	}
}

func TestPathGivesWhatComesNext(t *testing.T) {
	d := delivery()
	p := d.Path(survey.State{Answers: map[survey.QuestionID]survey.Answer{"nps": num(2)}})
	if q := p.After("nps"); q == nil || q.Key != "cause" {
		t.Errorf("after nps: %v", q)
	}
	if q := p.After("words"); q != nil {
		t.Errorf("after the last: %v", q.Key)
	}
	if q := p.Open(map[survey.QuestionID]bool{"cause": true}); q == nil || q.Key != "words" {
		t.Errorf("open: %v", q)
	}
}

func TestSayPutsAnswersAndAttributesIn(t *testing.T) {
	d := delivery()
	q := d.Question("words")
	s := survey.State{Language: "en", Answers: map[survey.QuestionID]survey.Answer{"nps": num(7)}}
	if got := d.Say(q.Text, s); got != "Why 7, you?" {
		t.Errorf("%q", got)
	}
	s.Attributes = map[string]any{"first_name": "<b>Zoé</b>"}
	if got := d.Say(q.Text, s); got != "Why 7, <b>Zoé</b>?" {
		t.Errorf("%q", got)
	}
	if got := d.Say(cx.Text{"fr": "a {{b}"}, s); got != "a {b}" {
		t.Errorf("%q", got)
	}
}

func TestReplyIsAFeedbackInTheMaking(t *testing.T) {
	d := delivery()
	a := chosen("late", "other")
	a.Text = "carton ouvert"
	s := survey.State{Answers: map[survey.QuestionID]survey.Answer{"nps": num(3), "cause": a, "late": num(4), "words": {Text: "Trop tard"}}}
	got := d.Reply(s, nil)
	want := survey.Reply{Scores: map[cx.MetricID]float64{"nps": 3}, Attributes: map[string]any{"cause.late": true, "cause.other": true, "late": 4.0},
		Verbatims: []cx.Verbatim{{Question: "What went wrong?", Text: "carton ouvert"}, {Question: "Why 3, you?", Text: "Trop tard"}}, Complete: true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCheckListsEveryProblemAtOnce(t *testing.T) {
	good := delivery()
	if err := good.Check(); err != nil {
		t.Fatalf("a good survey: %v", err)
	}
	for name, c := range map[string]struct {
		change func(*survey.Definition)
		want   []string // field: code
	}{
		"key, language and translation": {func(d *survey.Definition) { d.Key, d.Languages = "Ü", []string{"fr", "fr", "en"} },
			[]string{"key: survey.key", "languages[1]: survey.language_twice"}},
		"a language not written": {func(d *survey.Definition) {
			d.Languages = []string{"fr", "de"}
			d.Sections[0].Questions = d.Sections[0].Questions[:1]
			d.Sections[0].Questions[0].Go = nil
			d.Endings = nil
		},
			[]string{"sections[0].questions[0].text: survey.untranslated"}},
		"backwards": {func(d *survey.Definition) { d.Sections[0].Questions[3].Go = []survey.Jump{{To: "nps"}} }, []string{"sections[0].questions[3].go[0].to: survey.backwards"}},
		"to itself": {func(d *survey.Definition) { d.Sections[0].Questions[3].Go = []survey.Jump{{To: "words"}} }, []string{"sections[0].questions[3].go[0].to: survey.backwards"}},
		"later condition": {func(d *survey.Definition) {
			d.Sections[0].Questions[0].If = &survey.Condition{Question: "words", Answered: new(true)}
		}, []string{"sections[0].questions[0].if.question: survey.later"}},
		"never shown": {func(d *survey.Definition) { d.Sections[0].Questions[0].Go = []survey.Jump{{To: "words"}} },
			[]string{"sections[0].questions[1]: survey.unreachable", "sections[0].questions[2]: survey.unreachable"}},
		"never thanked": {func(d *survey.Definition) { d.Endings = append(d.Endings, survey.Ending{Text: both("?")}) }, []string{"endings[2]: survey.ending_unreachable"}},
		"anonymous, yet it names": {func(d *survey.Definition) { d.Privacy = survey.Anonymous },
			[]string{"sections[0].questions[3].text: survey.pipe_anonymous", "sections[0].questions[3].text: survey.pipe_anonymous", "endings[0].call_back: survey.anonymous_named"}},
		"a brace left open": {func(d *survey.Definition) { d.Sections[0].Questions[3].Text = both("why {nps") },
			[]string{"sections[0].questions[3].text: survey.pipe", "sections[0].questions[3].text: survey.pipe"}},
		"not of the kind": {func(d *survey.Definition) {
			q := &d.Sections[0].Questions[0]
			q.Rows, q.Purpose = []survey.Row{{Key: "r", Text: both("r")}}, "quote"
		},
			[]string{"sections[0].questions[0].rows: survey.not_of_kind", "sections[0].questions[0].purpose: survey.not_of_kind"}},
		"a point without a name": {func(d *survey.Definition) {
			d.Sections[0].Questions[0].Points = []cx.Text{both("never"), both("surely")}
		}, []string{"sections[0].questions[0].points: survey.points_named"}},
		"a colour that is none":      {func(d *survey.Definition) { d.Theme.Accent = "teal" }, []string{"theme.accent: colour.none"}},
		"a colour nobody could read": {func(d *survey.Definition) { d.Theme.Accent = "#FFE000" }, []string{"theme.accent: colour.contrast"}},
		"points of a text":           {func(d *survey.Definition) { d.Sections[0].Questions[3].Points = []cx.Text{both("low")} }, []string{"sections[0].questions[3].points: survey.not_of_kind"}},
		"a point not written": {func(d *survey.Definition) {
			d.Sections[0].Questions[2] = survey.Question{Key: "late", Kind: survey.Matrix, Text: both("Rate"), Max: 1, Rows: []survey.Row{{Key: "r", Text: both("r")}}, Points: []cx.Text{both("low"), {"fr": "haut"}}}
		}, []string{"sections[0].questions[2].points[1]: survey.untranslated"}},
		"two things in one condition": {func(d *survey.Definition) { d.Sections[0].Questions[1].If.Channel = []string{"phone"} }, []string{"sections[0].questions[1].if: survey.condition_one"}},
		"twice the metric": {func(d *survey.Definition) {
			q := d.Sections[0].Questions[0]
			q.Key, q.Go = "again", nil
			d.Sections[0].Questions = append(d.Sections[0].Questions, q)
		}, []string{"sections[0].questions[4].metric: survey.metric_twice"}},
	} {
		d := delivery()
		c.change(&d)
		if diff := cmp.Diff(c.want, problems(d.Check())); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func problems(err error) (l []string) {
	if err == nil {
		return nil
	}
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		if e, ok := errors.AsType[*cx.Error](e); ok {
			l = append(l, e.Field+": "+e.Code)
		}
	}
	return l
}

func TestCheckHoldsScoresToTheirScale(t *testing.T) {
	d := delivery()
	metric := func(m cx.Metric, known bool) func(cx.MetricID) (cx.Metric, bool) {
		return func(cx.MetricID) (cx.Metric, bool) { return m, known }
	}
	if err := d.CheckWith(metric(cx.Metric{Max: 10}, true)); err != nil {
		t.Error(err)
	}
	if got := problems(d.CheckWith(metric(cx.Metric{Min: 1, Max: 10}, true))); !slices.Contains(got, "sections[0].questions[0].metric: survey.other_scale") {
		t.Errorf("a 1–10 taken for an NPS: %v", got)
	}
	if got := problems(d.CheckWith(metric(cx.Metric{}, false))); !slices.Contains(got, "sections[0].questions[0].metric: survey.metric") {
		t.Errorf("an unknown metric: %v", got)
	}
}

func TestTakeRefusesWhatIsNotAnAnswer(t *testing.T) {
	d := delivery()
	for name, c := range map[string]struct {
		q    survey.QuestionID
		a    survey.Answer
		want string
	}{
		"on the scale":    {"nps", num(10), ""},
		"off the scale":   {"nps", num(11), "survey.answer_scale"},
		"a fraction":      {"nps", num(7.5), "survey.answer_scale"},
		"words for score": {"nps", survey.Answer{Text: "dix"}, "survey.answer_kind"},
		"unknown choice":  {"cause", chosen("late", "x"), "survey.answer_choice"},
		"none and others": {"cause", chosen("none", "late"), "survey.answer_alone"},
		"none alone":      {"cause", chosen("none"), ""},
		"too long":        {"words", survey.Answer{Text: strings.Repeat("é", 5001)}, "survey.answer_long"},
		"nothing":         {"words", survey.Answer{}, ""},
	} {
		_, err := d.Question(c.q).Take(c.a)
		got := ""
		if e, ok := errors.AsType[*cx.Error](err); ok {
			got = e.Code
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestYAMLBothWays(t *testing.T) {
	d := delivery()
	b, err := d.YAML()
	if err != nil {
		t.Fatal(err)
	}
	again, err := survey.ParseYAML(b)
	if err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	if diff := cmp.Diff(d, again); diff != "" {
		t.Error(diff)
	}
	_, err = survey.ParseYAML([]byte("key: a\nname: {fr: A}\nlanguage: [fr]\n"))
	if e, ok := errors.AsType[*cx.Error](err); !ok || e.Args["line"] != 3 {
		t.Errorf("an unknown field: %v", err)
	}
}

func TestEveryTemplateIsASurveyOfTheCatalogue(t *testing.T) {
	l, err := survey.Templates()
	if err != nil || len(l) != 9 {
		t.Fatalf("%d templates: %v", len(l), err)
	}
	metrics := map[cx.MetricID]cx.Metric{"nps": {Max: 10}, "csat": {Min: 1, Max: 5}, "ces": {Min: 1, Max: 7}, "fcr": {Max: 1}, "smiley": {Min: 1, Max: 3}, "reception": {Min: 1, Max: 5}, "clarity": {Min: 1, Max: 5}}
	for _, d := range l {
		if err := d.CheckWith(func(k cx.MetricID) (cx.Metric, bool) { m, ok := metrics[k]; return m, ok }); err != nil {
			t.Errorf("%s: %v", d.Key, err)
		}
	}
}

// The question beside what was said is the one that was read, but for what may name somebody.
func TestAQuestionIsKeptAsItWasPut(t *testing.T) {
	text := func(s string) cx.Text { return cx.Text{"fr": s} }
	d := survey.Definition{Key: "d", Languages: []string{"fr"}, Sections: []survey.Section{{Questions: []survey.Question{
		{Key: "nps", Kind: survey.NPS, Text: text("Recommanderiez-vous ?")}, {Key: "who", Kind: survey.Text, Text: text("Qui vous a servi ?")},
		{Key: "why", Kind: survey.Text, Text: text("Pourquoi {nps}, {@prenom|vous}, servi par {who|nous} ?")}}}}}
	three := 3.0
	r := d.Reply(survey.State{Answers: map[survey.QuestionID]survey.Answer{"nps": {Number: &three}, "who": {Text: "Zoé Martin"}, "why": {Text: "Trop long"}}, Attributes: map[string]any{"prenom": "Léa"}}, nil)
	if d := cmp.Diff([]cx.Verbatim{{Question: "Qui vous a servi ?", Text: "Zoé Martin"}, {Question: "Pourquoi 3, vous, servi par nous ?", Text: "Trop long"}}, r.Verbatims); d != "" {
		t.Fatal(d)
	}
}
