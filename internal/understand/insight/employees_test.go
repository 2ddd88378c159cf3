package insight

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
)

// voice is an employee's answer at noon of a day.
func voice(id int64, who cx.IdentityID, touchpoint cx.TouchpointID, unit cx.UnitID, day string, nps int64) cx.Feedback {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return cx.Feedback{ID: cx.FeedbackID(id), Identity: who, Source: "hr", At: at.Add(12 * time.Hour), Program: cx.Relational, Audience: cx.Employees,
		Touchpoint: touchpoint, Unit: unit, Agent: "ann", Scores: map[cx.MetricID]int64{"nps": nps}, Channel: "web"}
}

// voices puts n answers of different people in a cell.
func (w *world) voices(t *testing.T, n int, touchpoint cx.TouchpointID, unit cx.UnitID, day string) {
	for range n {
		id := int64(len(w.feedbacks) + 1)
		w.put(t, record.Created, cx.Live, voice(id, 0, touchpoint, unit, day, id%11))
	}
}

func year2025() *Period { return &Period{"2025-01-01", "2026-01-01"} }

func rowsBy(t *testing.T, i *Insight, q Query) map[string]int64 {
	t.Helper()
	a, err := i.Ask(t.Context(), people.Whole(), q)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int64{}
	for _, r := range a.Rows {
		key := ""
		for _, dim := range q.By {
			key += r.By[dim] + " "
		}
		out[key] = r.Figure.N
	}
	return out
}

func TestEmployeesUnderTheFloorAreNotShown(t *testing.T) {
	w := newWorld(t)
	w.voices(t, 4, "shop", "lille", "2025-03-12")
	w.voices(t, 6, "shop", "arras", "2025-03-12")
	w.voices(t, 9, "shop", "nice", "2025-03-12")
	w.voices(t, 5, "shop", "saint-denis", "2025-03-12")
	for id := int64(101); id < 120; id++ { // one person nineteen times
		w.put(t, record.Created, cx.Live, voice(id, 7, "order", "nice", "2025-03-12", 3))
	}
	i := w.start(t, t.TempDir())
	byAgency := rowsBy(t, i, Query{Indicator: "enps", By: []string{"unit.agency", "touchpoint"}, During: year2025()})
	for key, shown := range map[string]bool{
		"lille shop ":       false, // 4 respondents
		"arras shop ":       false, // would give lille by difference with the region
		"nice shop ":        false, // would give the one person by difference with both touchpoints
		"nice order ":       false, // one respondent
		"saint-denis shop ": true,
	} {
		if _, ok := byAgency[key]; ok != shown {
			t.Errorf("%s shown: %v", key, ok)
		}
	}
	byRegion := rowsBy(t, i, Query{Indicator: "enps", By: []string{"unit.region"}, During: year2025()})
	if byRegion["north "] != 10 {
		t.Errorf("north: %v", byRegion)
	}
	whole := rowsBy(t, i, Query{Indicator: "enps", During: year2025()})
	if whole[""] != 43 {
		t.Errorf("whole: %v", whole)
	}
}

func TestOnlyClosedCellsOfEmployeesCanBeAsked(t *testing.T) {
	w := newWorld(t)
	w.now = time.Date(2025, 7, 15, 12, 0, 0, 0, time.UTC)
	w.voices(t, 8, "shop", "lille", "2025-07-09")
	w.voices(t, 8, "shop", "lille", "2025-06-11")
	i := w.start(t, t.TempDir())
	months := rowsBy(t, i, Query{Indicator: "enps", By: []string{"month"}})
	if len(months) != 1 || months["2025-06 "] != 8 {
		t.Errorf("the current month is never shown: %v", months)
	}
	june := &Period{"2025-06-01", "2025-07-01"}
	in := func(v ...any) Condition { return Condition{In: v} }
	for field, q := range map[string]Query{
		"during":         {Indicator: "enps"},
		"during ":        {Indicator: "enps", During: &Period{"2025-06-01", "2025-06-30"}},
		"by[0]":          {Indicator: "enps", By: []string{"week"}, During: june},
		"by[0] ":         {Indicator: "enps", By: []string{"agent"}, During: june},
		"by[0]  ":        {Indicator: "enps", By: []string{"channel"}, During: june},
		"by[0]   ":       {Indicator: "enps", By: []string{"score"}, During: june},
		"by[0]    ":      {Indicator: "enps", By: []string{"unit"}, During: june},
		"by[1]":          {Indicator: "enps", By: []string{"unit.agency", "unit.region"}, During: june},
		"where.channel":  {Indicator: "enps", During: june, Where: Where{"channel": in("web")}},
		"where.score":    {Indicator: "enps", During: june, Where: Where{"score": {LTE: ptr(6.0)}}},
		"where.unit":     {Indicator: "enps", During: june, Where: Where{"unit": in("lille", "arras")}},
		"where.unit ":    {Indicator: "enps", During: june, Where: Where{"unit": {Not: []any{"lille"}}}},
		"versus.where":   {Indicator: "enps", During: june, Versus: &Versus{Where: Where{"touchpoint": in("shop")}}},
		"versus.where  ": {Indicator: "enps", During: june, Versus: &Versus{Where: Where{"unit": in("lille")}}},
	} {
		_, err := i.Ask(t.Context(), people.Whole(), q)
		e, ok := errors.AsType[*cx.Error](err)
		if !ok || e.Kind != cx.Invalid || e.Field != trimmed(field) {
			t.Errorf("%q: %v", field, err)
		}
	}
	for _, q := range []Query{{Indicator: "enps", During: june, Where: Where{"unit": in("lille"), "touchpoint": in("shop")}},
		{Indicator: "enps", During: june, By: []string{"touchpoint", "unit.region", "month"}, Versus: &Versus{Named: "previous"}},
		{Indicator: "enps", By: []string{"touchpoint", "unit.region", "month"}, Versus: &Versus{During: june}}} {
		a, err := i.Ask(t.Context(), people.Whole(), q)
		if err != nil || len(a.Rows) != 1 || a.Rows[0].Figure.N != 8 {
			t.Errorf("%+v: %v %v", q, a.Rows, err)
		}
	}
}

func trimmed(s string) string {
	for s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

func TestAnEmployeesWeekIsAllThatIsKept(t *testing.T) {
	w := newWorld(t)
	w.voices(t, 6, "shop", "lille", "2025-03-15")
	i := w.start(t, t.TempDir())
	var instant, day int64
	var agents, attributes int
	err := i.cur.db.QueryRow(`SELECT min(instant), min(day), count(agent), count(a6) FROM facts`).Scan(&instant, &day, &agents, &attributes)
	if err != nil {
		t.Fatal(err)
	}
	monday := time.Date(2025, 3, 10, 0, 0, 0, 0, time.UTC)
	if !time.UnixMicro(instant).Equal(monday) || dayTime(day) != monday || agents != 0 || attributes != 0 {
		t.Errorf("kept %v %v, %d agents", time.UnixMicro(instant), dayTime(day), agents)
	}
	if _, err := i.List(t.Context(), people.Whole(), ListQuery{}); err != nil {
		t.Fatal(err)
	}
}

// TestNoDifferenceGivesAHiddenCell draws companies and looks for a parent that is shown with hidden children of fewer people
// than the floor.
func TestNoDifferenceGivesAHiddenCell(t *testing.T) {
	shape := &structure{zone: time.UTC}
	if err := shape.addUnits(testUnits()); err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 1))
		g := newGrid(shape, int64(dayOf(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))))
		for range 20 + r.IntN(300) {
			tp := pick(r, nowhere, "a", "b", "c")
			month := int64(2025*12 + r.IntN(12))
			who := r.Int64N(40)
			for _, u := range g.unitPath(pick(r, "", "lille", "arras", "nice", "saint-denis", "north", "lost")) {
				for _, x := range []string{tp, ""} {
					g.count(gridKey{touchpoint: x, unit: u}, month, who, r.Int64N(11))
				}
			}
		}
		g.suppress()
		g.verify(t, fmt.Sprint("company ", seed))
	}
}

func (g *grid) verify(t *testing.T, name string) {
	t.Helper()
	for axis := range 3 {
		hidden := map[gridKey][]*gridCell{}
		for k, c := range g.cells {
			if !c.hidden && len(c.respondents) < floor {
				t.Errorf("%s: %v shown with %d respondents", name, k, len(c.respondents))
			}
			if up, ok := g.parent(k, axis); ok && c.hidden {
				hidden[up] = append(hidden[up], c)
			}
		}
		for up, cells := range hidden {
			p := g.cells[up]
			if p == nil || p.hidden {
				continue
			}
			people := map[int64]bool{}
			for _, c := range cells {
				for _, who := range c.respondents {
					people[who] = true
				}
			}
			if len(people) < floor {
				t.Errorf("%s: %v gives its hidden part: %d cells, %d people", name, up, len(cells), len(people))
			}
		}
	}
}

func TestAManagerOfOneRegionSeesItsEmployeesOnly(t *testing.T) {
	w := newWorld(t)
	w.voices(t, 8, "shop", "lille", "2025-03-12")
	w.voices(t, 9, "shop", "nice", "2025-03-12")
	i := w.start(t, t.TempDir())
	ask := func(q Query) map[string]int64 {
		a, err := i.Ask(t.Context(), narrow1("north"), q)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]int64{}
		for _, r := range a.Rows {
			out[r.By["unit.agency"]] += r.Figure.N
		}
		return out
	}
	if got := ask(Query{Indicator: "enps", During: year2025()}); got[""] != 8 {
		t.Errorf("its whole is the region: %v", got)
	}
	if got := ask(Query{Indicator: "enps", By: []string{"unit.agency"}, During: year2025()}); len(got) != 1 || got["lille"] != 8 {
		t.Errorf("its agencies: %v", got)
	}
	if got := ask(Query{Indicator: "enps", During: year2025(), Where: Where{"unit": {In: []any{"nice"}}}}); got[""] != 0 {
		t.Errorf("another unit: %v", got)
	}
}
