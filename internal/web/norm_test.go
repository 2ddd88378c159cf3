package web_test

import (
	"strings"
	"testing"
	"time"

	"vigie/internal/people"
)

func TestUnitBesideTheNorm(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	p := r.as(r.user(people.Director, "")).get("/norm?unit=west&during=30")
	p.has(t, "main", "Ouest", "Ensemble", "parmi 2 entités de même niveau", "sous la norme")
	p.has(t, "main table", "J’attends le technicien", "moi")
	if p.Find("a[href*='/verbatims']").Length() == 0 {
		t.Error("no way from the figures to the words")
	}
}

func TestNormAsksWhichUnit(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	director := r.as(r.user(people.Director, ""))
	director.get("/norm").has(t, "main", "Quelle entité comparer", "Ouest", "Nantes")
	if p := director.get("/norm?unit=nowhere"); !strings.Contains(p.body, "Quelle entité comparer") {
		t.Error("an unknown unit is compared")
	}
	if p := director.get("/norm?unit=west&indicator=enps"); p.status != 404 {
		t.Errorf("employees' figures among customers': %d", p.status)
	}
}

func TestNormOfAManagerIsHisOwnUnit(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	r.as(r.user(people.Manager, "nantes")).get("/norm?during=30").has(t, "main", "Nantes", "Ouest", "Ensemble")
}

func TestContextEventsAreLetteredOnTheTrend(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	b := r.as(r.user(people.Director, ""))
	day := r.day(-20)
	b.post("/listen/context", map[string][]string{"name": {"Grève"}, "kind": {"strike"}, "from": {day}, "touchpoint": {"technician"}})
	b.get("/touchpoints/technician?during=90").has(t, ".chart-keys", "A Grève")
	if p := b.get("/touchpoints/search?during=90"); p.Find(".chart-keys").Length() != 0 {
		t.Error("an event of another touchpoint is drawn")
	}
}

// day gives a day of the calendar, so many after today.
func (r *rig) day(n int) string { return time.Now().UTC().AddDate(0, 0, n).Format(time.DateOnly) }
