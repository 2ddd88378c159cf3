package api

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"vigie/internal/people"
	"vigie/internal/record/recordtest"
)

func TestAConversationComesInAndLearnsMore(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		call := `{"source":"genesys","id":"call-7","at":"2026-03-01T10:00:00Z","channel":"phone","agent":"a12","customer":{"phone":"+33612345678"},
			"transcript":[{"by":"agent","text":"Bonjour, que puis-je faire ?"},{"by":"customer","text":"Ma box ne marche plus"},{"by":"Client","text":"Depuis lundi"}]}`
		r := w.send("POST", "/hooks/conversations", call)
		if r.status != http.StatusCreated {
			t.Fatalf("%d %s", r.status, r.body)
		}
		first := as[Receipt](t, r)
		if r = w.send("POST", "/hooks/conversations", call); r.status != http.StatusOK || as[Receipt](t, r).Status != "duplicate" {
			t.Errorf("again: %d %s", r.status, r.body)
		}
		basic := with("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("vigie:"+w.key(people.Director))))
		score := `{"source":"genesys","id":"call-7","at":"2026-03-01T10:00:00Z","channel":"phone","score":2,"comment":"Toujours pas réparé"}`
		r = w.send("POST", "/hooks/conversations", score, basic)
		if r.status != http.StatusOK || as[Receipt](t, r).Status != "amended" || as[Receipt](t, r).ID != first.ID {
			t.Fatalf("the score: %d %s", r.status, r.body)
		}
		f := as[Feedback](t, w.send("GET", "/feedbacks/"+fmt.Sprint(first.ID), ""))
		if f.Scores["csat"] != 2 || f.Contact != "call-7" || f.Channel != "phone" || len(f.Verbatims) != 2 {
			t.Fatalf("%+v", f)
		}
		if got := f.Verbatims[0].Text; got != "Ma box ne marche plus\nDepuis lundi" {
			t.Errorf("an adviser's words are a customer's: %q", got)
		}
		for name, bad := range map[string]string{"no id": `{"source":"x","channel":"chat","comment":"bien"}`, "nothing said": `{"source":"x","id":"1","channel":"chat"}`,
			"a wrong scale": `{"source":"x","id":"2","channel":"chat","score":9}`, "no such channel": `{"source":"x","id":"3","channel":"pigeon","score":3}`} {
			if r := w.send("POST", "/hooks/conversations", bad); r.status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d %s", name, r.status, r.body)
			}
		}
		if r := w.send("POST", "/hooks/conversations", call, nobody); r.status != http.StatusUnauthorized {
			t.Errorf("nobody: %d", r.status)
		}
	})
}

func TestATranscriptInOneTextIsCutBySpeaker(t *testing.T) {
	w := newWorld(t, recordtest.SQLite(t))
	r := w.send("POST", "/hooks/conversations", `{"source":"chatly","id":"9","channel":"chat","score":4,"transcript":"[10:02] Conseiller : Bonjour\n[10:03] Client : Je veux résilier\nvite\nBot: Très bien"}`)
	if r.status != http.StatusCreated {
		t.Fatalf("%d %s", r.status, r.body)
	}
	f := as[Feedback](t, w.send("GET", "/feedbacks/"+fmt.Sprint(as[Receipt](t, r).ID), ""))
	if len(f.Verbatims) != 1 || f.Verbatims[0].Text != "Je veux résilier\nvite" {
		t.Errorf("%+v", f.Verbatims)
	}
}

func TestReviewsComeOneOrSeveral(t *testing.T) {
	w := newWorld(t, recordtest.SQLite(t))
	line := func(id, more string) string {
		return `{"site":"google","id":"` + id + `","at":"2026-03-01T10:00:00Z","author":"Zoé M.","url":"https://maps.example.org/` + id + `","text":"Accueil parfait"` + more + `}`
	}
	for name, c := range map[string]struct {
		body     string
		accepted int
		rejected int
	}{
		"one":            {line("a", `,"stars":5`), 1, 0},
		"a list":         {"[" + line("b", `,"stars":1`) + "," + line("c", `,"kind":"post"`) + "]", 2, 0},
		"one a line":     {line("d", `,"stars":3`) + "\n" + line("e", `,"stars":11`) + "\n" + line("f", `,"kind":"song"`) + "\n{\n" + line("g", ""), 2, 3},
		"no such scheme": {`{"site":"x","at":"2026-03-01T10:00:00Z","url":"javascript:alert(1)","text":"bien"}`, 0, 1},
	} {
		r := w.send("POST", "/hooks/reviews", c.body)
		got := as[BatchResult](t, r)
		if r.status != http.StatusOK || got.Accepted != c.accepted || got.RejectedCount != c.rejected {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	if got := as[BatchResult](t, w.send("POST", "/hooks/reviews", line("a", `,"stars":5`))); got.Duplicates != 1 {
		t.Errorf("again: %+v", got)
	}
	list := w.send("GET", "/feedbacks?limit=1", "")
	if strings.Contains(string(list.body), "Zoé") {
		t.Error("an author's name in a list")
	}
}
