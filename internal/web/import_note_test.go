package web_test

import (
	"fmt"
	"strings"
	"testing"

	"vigie/internal/listen/note"
	"vigie/internal/people"
)

func crmExport(n int) string {
	var b strings.Builder
	b.WriteString("date;id appel;conseiller;note du conseiller;règle;csat\n")
	for i := range n {
		fmt.Fprintf(&b, "2026-01-%02d;call-%d;ann;%d;%s;%s\n", 1+i%28, i, 1+i%5, []string{"aucune", "Règle R7", "imposée"}[i%3], []string{"", "4"}[i%2])
	}
	return b.String() + "2026-01-05;call-x;ann;8;aucune;5\n"
}

func TestAdvisersNotesComeWithAFileOfContacts(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Administrator, ""))
	p := b.upload("contacts.csv", crmExport(30))
	p.has(t, ".notice.watch", "laissées de côté", "comité social")
	p.has(t, ".import-columns", "Si c’est le client qui note le conseiller")
	f := p.draftForm()
	f.Set("do", "check")
	b.post(p.path, f)
	p = b.over(p.path)
	p.has(t, ".import-go", "laissées de côté", "16")
	if p.Find(".import-preview .chip").Length() != 0 && strings.Contains(p.Find(".import-preview").Text(), "Conseiller :") {
		t.Error("a note is previewed while they are off")
	}

	r.consulted()
	p = b.get(p.path)
	if p.Find(".notice.watch").Length() != 1 { // of the trial, made before
		t.Errorf("%d notices", p.Find(".notice.watch").Length())
	}
	f = p.draftForm()
	f.Set("c4-as", "adviser.rule")
	p = b.post(p.path, f)
	p.has(t, ".import-values", "part de la règle", "Règle R7", "à dire")
	f = p.draftForm()
	for n := range 3 {
		if f.Get(fmt.Sprintf("c4-v%d-of", n)) == "Règle R7" {
			f.Set(fmt.Sprintf("c4-v%d", n), "followed")
		}
	}
	p = b.post(p.path, f)
	p.has(t, ".import-preview", "Conseiller : 2 sur 5", "Règle respectée")
	f = p.draftForm()
	f.Set("do", "start")
	b.post(p.path, f)
	p = b.over(p.path)
	p.has(t, "main", "16 retours clients sont entrés", "30 notes de conseillers sont prises", "« 8 » n’est pas une note de conseiller")
	if n := p.Find(`a[href$="/refused"]`).Length(); n != 0 {
		t.Error("a row whose answer came in is given back")
	}
	p.has(t, "main", "Fatalistes")
	l, err := r.Notes.Notes(t.Context(), people.Whole(), note.Filter{})
	if err != nil || len(l) != 30 {
		t.Fatalf("%d notes, %v", len(l), err)
	}
	rules := map[note.Rule]int{}
	for _, n := range l {
		rules[n.Rule]++
	}
	if rules[note.Followed] != 10 || rules[note.Imposed] != 10 {
		t.Errorf("%v", rules)
	}
	b.post(p.path+"/undo", nil)
	b.over(p.path)
	if l, err = r.Notes.Notes(t.Context(), people.Whole(), note.Filter{}); err != nil || len(l) != 0 {
		t.Errorf("%d notes left, %v", len(l), err)
	}
}
