package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"vigie/internal/listen/collect"
	"vigie/internal/listen/note"
	"vigie/internal/people"
)

// spoke is a customer's answer about a contact that an adviser had.
func spoke(contact, agent string, nps float64) collect.Incoming {
	return collect.Incoming{Source: "crm", SourceID: contact, At: time.Now().Add(-2 * time.Hour), Touchpoint: "technician", Unit: "north", Agent: agent, Contact: contact,
		Program: "transactional", Scores: collect.Scores{"nps": nps}, Verbatim: "On m’a dit non, poliment."}
}

func TestAdvisersNotesAndTheListsTheyMake(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	adviser, director := r.as(r.user(people.Adviser, "north")), r.as(r.user(people.Director, ""))
	agent := "anantes"
	for _, in := range []collect.Incoming{spoke("call-1", agent, 7), spoke("call-2", agent, 3), spoke("call-3", agent, 10)} {
		r.send(in)
	}
	r.settle()
	if p := adviser.get("/listen/notes"); p.Find(".note-taps").Length() != 0 || !strings.Contains(p.Find("body").Text(), "comité social") {
		t.Error("open before the consultation")
	}
	if p := director.get("/listen/fatalists"); !strings.Contains(p.Find("body").Text(), "comité social") || p.Find("table").Length() != 0 {
		t.Error("lists before the consultation")
	}
	if p := adviser.post("/listen/notes", url.Values{"contact": {"call-1"}, "touchpoint": {"technician"}, "value": {"2"}}); p.status != http.StatusConflict {
		t.Errorf("noted before the consultation: %d", p.status)
	}
	r.consulted()
	for contact, x := range map[string]note.Sent{"call-1": {Value: 2}, "call-2": {Value: 4, Rule: note.Followed}} {
		if p := adviser.post("/listen/notes", url.Values{"contact": {contact}, "touchpoint": {"technician"}, "value": {string(rune('0' + x.Value))}, "rule": {string(x.Rule)}}); p.status != http.StatusOK {
			t.Fatalf("%s: %d", contact, p.status)
		}
	}
	p := adviser.get("/listen/notes")
	if n := p.Find(".note-given li").Length(); n != 2 {
		t.Errorf("%d notes given", n)
	}
	if n := p.Find("input[name=feedback]").Length(); n != 1 {
		t.Errorf("%d contacts offered, c3 alone waits", n)
	}
	r.settle()
	for list, contact := range map[string]string{"fatalists": "7", "ruled": "3"} {
		p := director.get("/listen/fatalists?list=" + list)
		if at := strings.Index(p.body, "⟨"); at >= 0 {
			t.Errorf("a word is missing: %.60s", p.body[at:])
		}
		rows := p.Find("table").First().Find("tbody tr")
		if rows.Length() != 1 || !strings.Contains(rows.Text(), contact) || strings.Contains(p.Find("body").Text(), agent) {
			t.Errorf("%s: %d rows: %s", list, rows.Length(), rows.Text())
		}
		if csv := director.get("/listen/fatalists.csv?list=" + list); csv.status != http.StatusOK || strings.Contains(csv.Find("body").Text(), agent) {
			t.Errorf("%s as a file: %d", list, csv.status)
		}
	}
	if p := r.as(r.user(people.Manager, "west")).get("/listen/fatalists"); p.Find("table tbody tr").Length() != 0 {
		t.Error("a manager elsewhere sees the list")
	}
	if err := r.People.RevokeConsultation(t.Context(), people.Viewer{UserID: 1, Role: people.Administrator}); err != nil {
		t.Fatal(err)
	}
	if p := director.get("/listen/fatalists"); p.Find("table").Length() != 0 {
		t.Error("revoked, yet the list is there")
	}
	if p := director.get("/listen/fatalists.csv"); p.status != http.StatusConflict {
		t.Errorf("revoked, yet the file: %d", p.status)
	}
}

func TestALinkTakesANoteWithoutASession(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	r.consulted()
	token, _, err := r.Notes.Link(t.Context(), note.Sent{Contact: "call-9", Agent: "agent-north", Unit: "north"})
	if err != nil {
		t.Fatal(err)
	}
	r.user(people.Director, "")
	b := r.browser()
	if p := b.get("/n/" + token); p.Find(".note-taps button").Length() != 5 {
		t.Fatalf("%d: %s", p.status, p.Find("body").Text())
	}
	if p := b.post("/n/"+token, url.Values{"value": {"2"}, "rule": {"imposed"}}); p.status != http.StatusOK {
		t.Errorf("%d", p.status)
	}
	l, err := r.Notes.Notes(t.Context(), people.Whole(), note.Filter{})
	if err != nil || len(l) != 1 || l[0].Value != 2 || l[0].Rule != note.Imposed {
		t.Errorf("%+v %v", l, err)
	}
	if p := b.get("/n/" + token + "x"); p.status != http.StatusNotFound {
		t.Errorf("forged: %d", p.status)
	}
}

// noted is a contact of both sides, and gives the link of another.
func (r *rig) noted() string {
	r.t.Helper()
	r.send(spoke("call-1", "anantes", 7))
	r.settle()
	if _, _, err := r.Notes.Take(r.t.Context(), note.Sent{Contact: "call-1", Agent: "anantes", Unit: "north", Value: 1, Rule: note.Imposed}); err != nil {
		r.t.Fatal(err)
	}
	token, _, err := r.Notes.Link(r.t.Context(), note.Sent{Contact: "call-2", Agent: "anantes", Unit: "north"})
	if err != nil {
		r.t.Fatal(err)
	}
	return "/n/" + token
}
