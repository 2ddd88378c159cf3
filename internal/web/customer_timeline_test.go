package web_test

import (
	"strings"
	"testing"

	"vigie/internal/listen/collect"
	"vigie/internal/people"
)

func TestATimelineTellsWhatChangedAndComesAgainOnlyWhenItMoved(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	west, _ := r.two()
	b := r.as(r.user(people.Director, ""))
	p := b.get(path(west, ""))
	if strings.Contains(p.Find(".voices").Text(), "modifié le") {
		t.Error("what came and stayed is said to be changed")
	}
	part := p.Find("[data-live]").AttrOr("hx-get", "")
	if again := b.get(part); again.status != 204 || again.body != "" {
		t.Errorf("nothing moved: %d, %d bytes", again.status, len(again.body))
	}
	_, all, err := r.Door.Customer(t.Context(), people.Whole(), west)
	if err != nil {
		t.Fatal(err)
	}
	words := "Deux rendez-vous manqués, puis un appel."
	if _, err := r.Door.Amend(t.Context(), all[0].ID, collect.Amendment{Verbatim: &words, Scores: map[string]any{"fcr": false}}); err != nil {
		t.Fatal(err)
	}
	r.settle()
	again := b.get(part)
	again.has(t, ".voices", "puis un appel", "modifié le", "délivré (déclaré)", "non")
	if again.status != 200 || again.Find("h1").Length() != 0 || strings.Count(again.Find(".voices").Text(), "modifié le") != 1 {
		t.Errorf("a part: %d, %s", again.status, squeeze(again.Find(".voices").Text()))
	}
	if next := again.Find("[data-live]").AttrOr("hx-get", ""); next == part || b.get(next).status != 204 {
		t.Errorf("asks again by %q, before %q", next, part)
	}
	b.get("/feedbacks/"+strings.TrimPrefix(again.Find(".voices article").First().AttrOr("id", ""), "f")).has(t, "main", "modifié le")
	if n := r.as(r.user(people.Administrator, "")).get("/settings/audit").Find("table a[href='" + path(west, "") + "']").Length(); n != 2 {
		t.Errorf("the trail tells %d readings: the page and what was new in it are two", n)
	}
	if p := r.as(r.user(people.Manager, "lille")).get(part); p.status != 404 {
		t.Errorf("to a stranger: %d", p.status)
	}
}
