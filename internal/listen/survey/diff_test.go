package survey_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	. "vigie/internal/listen/survey"
)

func TestWhatChangedBetweenTwoVersionsIsToldQuestionByQuestion(t *testing.T) {
	text := func(s string) cx.Text { return cx.Text{"fr": s} }
	a := Definition{Key: "x", Name: text("X"), Sections: []Section{{Questions: []Question{{Key: "nps", Kind: NPS, Text: text("Note")}, {Key: "why", Kind: Text, Text: text("Pourquoi")}, {Key: "old", Kind: Text, Text: text("Vieux")}}}, {}}}
	b := Definition{Key: "x", Name: text("Y"), Sections: []Section{{Questions: []Question{{Key: "why", Kind: Text, Text: text("Pourquoi ?"), Need: Required}, {Key: "nps", Kind: NPS, Text: text("Note")}}}, {Title: text("Suite"), Questions: []Question{{Key: "new", Kind: Text, Text: text("Neuf")}}}},
		Endings: []Ending{{Text: text("Merci")}}}
	want := []Change{
		{Kind: Changed, Fields: []string{"name", "sections", "endings"}},
		{Kind: Changed, Question: "why", Text: text("Pourquoi ?"), Fields: []string{"text", "need"}},
		{Kind: Added, Question: "new", Text: text("Neuf")},
		{Kind: Removed, Question: "old", Text: text("Vieux")},
		{Kind: Ordered},
	}
	if diff := cmp.Diff(want, a.Diff(&b)); diff != "" {
		t.Error(diff)
	}
	if l := a.Diff(&a); len(l) != 0 {
		t.Errorf("%v", l)
	}
}
