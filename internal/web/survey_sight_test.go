package web_test

import (
	"net/url"
	"strings"
	"testing"

	"vigie/internal/people"
)

func TestAQuestionIsSeenAsItIsTyped(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Director, ""))
	b.post("/listen/surveys/new", url.Values{"do": {"template"}, "template": {"delivery"}})
	const at = "/listen/surveys/delivery/questions/cause"
	p := b.get(at)
	f := p.typed(formAt(at), url.Values{"text_fr": {"Qu’est-ce qui a coincé ?"}})
	if p.Find("iframe[src='"+at+"/preview']").Length() != 2 || !strings.Contains(p.header.Get("Content-Security-Policy"), "frame-src 'self'") {
		t.Error("the form has no preview")
	}
	seen := b.post(at+"/preview", f)
	seen.has(t, "body", "Qu’est-ce qui a coincé ?")
	if seen.status != 200 || !strings.Contains(seen.header.Get("Content-Security-Policy"), "frame-ancestors 'self'") {
		t.Errorf("%d %s", seen.status, seen.header.Get("Content-Security-Policy"))
	}
	if strings.Contains(b.get(at+"/preview").body, "coincé") {
		t.Error("what was looked at was kept")
	}
}

func TestEndingsStandInTheOrderAskedFor(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Director, ""))
	b.post("/listen/surveys/new", url.Values{"do": {"template"}, "template": {"delivery"}})
	const at = "/listen/surveys/delivery/endings"
	texts := func() (out []string) {
		one, err := r.Surveys.Survey(t.Context(), "delivery")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range one.Draft.Endings {
			out = append(out, e.Text["fr"])
		}
		return out
	}
	before := texts()
	if len(before) < 2 {
		t.Fatalf("%d endings", len(before))
	}
	b.post(at, b.get(at).typed(formAt(at), url.Values{"e1_place": {"1"}}))
	after := texts()
	if after[0] != before[1] || after[1] != before[0] || len(after) != len(before) {
		t.Errorf("moved before the first: %q", after)
	}
	b.post(at, b.get(at).typed(formAt(at), url.Values{"e0_place": {"2"}}))
	if again := texts(); again[0] != before[0] || again[1] != before[1] {
		t.Errorf("moved back: %q", again)
	}
}

func TestAKeyRenamedFollowsInTheSurvey(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Director, ""))
	b.post("/listen/surveys/new", url.Values{"do": {"template"}, "template": {"delivery"}})
	one, err := r.Surveys.Survey(t.Context(), "delivery")
	if err != nil {
		t.Fatal(err)
	}
	first := string(one.Draft.Questions()[0].Key)
	at := "/listen/surveys/delivery/questions/" + first
	b.post(at, b.get(at).typed(formAt(at), url.Values{"key": {"renomme"}}))
	if one, err = r.Surveys.Survey(t.Context(), "delivery"); err != nil || one.Draft.Question("renomme") == nil {
		t.Fatal(err, "not renamed")
	}
	if err := r.Surveys.Unpublishable(t.Context(), one.Draft); err != nil {
		t.Errorf("something still speaks of the old key: %v", err)
	}
}
