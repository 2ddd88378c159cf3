package survey_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
)

func renamed(key survey.QuestionID) survey.Definition {
	six := 6.0
	name := string(key)
	return survey.Definition{Sections: []survey.Section{{If: &survey.Condition{Not: &survey.Condition{Question: key, To: &six}}, Questions: []survey.Question{
		{Key: key, Kind: survey.NPS, Text: cx.Text{"fr": "Nous recommanderiez-vous ?"}},
		{Key: "why", Kind: survey.Text, Text: cx.Text{"fr": "Pourquoi {" + name + "} ? {{score}} {@score} {autre}", "en": "Why {" + name + "|that}?"},
			If: &survey.Condition{Any: []survey.Condition{{Question: key, To: &six}, {Attribute: "score", In: []string{"x"}}}},
			Go: []survey.Jump{{If: &survey.Condition{All: []survey.Condition{{Question: key, From: &six}}}, To: key}, {To: survey.End}}}}}},
		Endings: []survey.Ending{{If: &survey.Condition{Question: key, To: &six}, Text: cx.Text{"fr": "Merci pour ce {" + name + "}."}}}}
}

func TestAQuestionsNewKeyFollowsWhereverItIsSpokenOf(t *testing.T) {
	t.Parallel()
	d := renamed("score")
	d.Rename("score", "nps")
	if diff := cmp.Diff(renamed("nps"), d); diff != "" {
		t.Errorf("something still speaks of the old key:\n%s", diff)
	}
	d.Rename("nobody", "somebody")
	if diff := cmp.Diff(renamed("nps"), d); diff != "" {
		t.Errorf("renaming nothing changed something:\n%s", diff)
	}
}
