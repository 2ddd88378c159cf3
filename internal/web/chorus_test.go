package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"vigie/internal/listen/collect"
	"vigie/internal/people"
	"vigie/internal/understand/chorus"
)

// wrote has n employees of a unit write about the technician, and the listings made that a year brings.
func (r *rig) wrote(n int, unit, text string) {
	r.t.Helper()
	var all []collect.Incoming
	for i := range n {
		all = append(all, collect.Incoming{At: time.Now().Add(-time.Hour), Audience: "employee", Program: "relational", Touchpoint: "technician", Unit: unit, Channel: "web",
			Customer: &collect.Customer{Ref: fmt.Sprint("staff-", unit, i)}, Scores: collect.Scores{"nps": 3}, Verbatim: fmt.Sprintf("%s %d", text, i)})
	}
	r.send(all...)
	r.settle()
	later, err := chorus.New(chorus.Deps{DB: r.DB, Gather: r.Insight.Gather, Present: r.Door.Present, Now: func() time.Time { return time.Now().AddDate(1, 1, 0) }})
	if err == nil {
		err = later.Settle(r.t.Context())
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func TestWhatEmployeesWriteIsReadTogetherAndNowhereElse(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	r.wrote(8, "nantes", "Le planning change sans prévenir, dites-le à Monsieur Durand,")
	r.wrote(4, "lille", "Trop peu pour être lu")
	director := r.as(r.user(people.Director, ""))
	p := director.get("/verbatims/employees")
	p.has(t, "main", "Nantes", "8 textes", "Lire les 2 autres textes", "Le planning change sans prévenir", "•••")
	list := p.Find(".chorus")
	if n := list.Find("blockquote").Length(); n != 8 || list.Find("a, time, .score").Length() != 0 || strings.Contains(list.Text(), "Durand") || strings.Contains(p.Find("main").Text(), "Trop peu") {
		t.Errorf("%d texts: %s", n, squeeze(list.Text()))
	}
	for path, want := range map[string]int{"?touchpoint=technician": 8, "?touchpoint=call": 0, "?unit=west": 8, "?unit=north": 0} {
		if n := director.get("/verbatims/employees" + path).Find(".chorus blockquote").Length(); n != want {
			t.Errorf("%s: %d texts", path, n)
		}
	}
	director.get("/verbatims/employees?unit=north").has(t, "main", "cinq personnes au moins")
	director.get("/touchpoints/technician").has(t, "main a[href='/verbatims/employees?touchpoint=technician']", "Ce qu’écrivent les employés")
	if n := r.as(r.user(people.Manager, "north")).get("/verbatims/employees").Find(".chorus").Length(); n != 0 {
		t.Error("a manager reads the employees of another region")
	}
	if n := r.as(r.user(people.Manager, "west")).get("/verbatims/employees").Find(".chorus blockquote").Length(); n != 8 {
		t.Error("a manager does not read their own region's")
	}
	if p := r.as(r.user(people.Adviser, "nantes")).get("/verbatims/employees"); p.Find(".chorus").Length() != 0 {
		t.Error("an adviser reads them")
	}
	for _, path := range []string{"/verbatims?q=planning", "/verbatims", "/explorer?indicator=enps&by=unit.region&during=365"} {
		if strings.Contains(director.get(path).Find("main").Text(), "planning change") {
			t.Errorf("%s gives them", path)
		}
	}
	trail, err := r.People.Trail(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, e := range trail {
		if e.What == "feedback.employees" {
			read++
		}
	}
	if read < 6 {
		t.Errorf("%d readings in the audit trail", read)
	}
}
