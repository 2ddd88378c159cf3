package web_test

import (
	"testing"
	"time"

	"vigie/internal/listen/collect"
	"vigie/internal/people"
)

func TestRememberedAnswersStayInTheirPerimeterAndFollowTheFigures(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	if err := r.People.UpdateSettings(t.Context(), func(x *people.Settings) { x.Narrow = []people.Role{people.Manager} }); err != nil {
		t.Fatal(err)
	}
	r.settle()
	whole, west, north := r.as(r.user(people.Director, "")), r.as(r.user(people.Manager, "west")), r.as(r.user(people.Manager, "north"))
	look := func(all, inWest, inNorth string) {
		t.Helper()
		for range 2 {
			whole.get("/cockpit?during=90").has(t, ".tp", all)
			west.get("/cockpit?during=90").has(t, ".tp", inWest)
			north.get("/cockpit?during=90").has(t, ".tp", inNorth)
		}
	}
	look("n 270", "n 180", "n 90")
	r.send(collect.Incoming{At: time.Now().Add(-time.Second), Touchpoint: "technician", Unit: "nantes", Scores: collect.Scores{"csat": 1}})
	r.settle()
	look("n 271", "n 181", "n 90")
}
