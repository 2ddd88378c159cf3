package intake

import (
	"context"
	"strings"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// house is the real door with the real catalogue and journeys.
type house struct {
	House
	db    *record.DB
	units map[cx.UnitID]bool
	deps  collect.Deps
	door  *collect.Door
}

func newHouse(t *testing.T, db *record.DB, units map[cx.UnitID]bool) *house {
	t.Helper()
	h := &house{db: db, units: units}
	h.Catalogue, h.Journeys = catalogue.New(db), journey.New(db)
	if err := h.Catalogue.Seed(context.Background()); err != nil {
		t.Fatal(err)
	}
	h.deps = collect.Deps{DB: db, Customers: customer.New(customer.Config{}, customer.Deps{DB: db}), Metrics: h.Catalogue.Metrics,
		Touchpoints: h.Journeys.Touchpoints, Attributes: h.Catalogue.Met,
		Units:  func(context.Context) (map[cx.UnitID]bool, error) { return h.units, nil },
		Within: func(context.Context, people.Perimeter, cx.UnitID) (bool, error) { return false, nil }}
	h.door = openDoor(t, h.deps)
	return h
}

func openDoor(t *testing.T, deps collect.Deps) *collect.Door {
	t.Helper()
	d, err := collect.New(collect.Config{Dir: t.TempDir(), Sweep: time.Hour}, deps)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Stop)
	return d
}

func (h *house) run(t *testing.T, f *File, m Map, door Door) Report {
	t.Helper()
	rep, err := Run(context.Background(), Job{File: f, Map: m}, door)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

// structures are the units of the French administration.
func structures(t *testing.T) map[cx.UnitID]bool {
	t.Helper()
	tree := shared(t, "services-publics-plus/structures.csv")
	units, _, err := ReadUnits(tree, mustGuess(t, tree))
	if err != nil {
		t.Fatal(err)
	}
	known := make(map[cx.UnitID]bool, len(units))
	for _, u := range units {
		known[u.Key] = true
	}
	return known
}

func TestPublicServicesGoThroughTheRealDoor(t *testing.T) {
	t.Parallel()
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		h := newHouse(t, db, structures(t))
		f := shared(t, "services-publics-plus/experiences-excel-fr.csv")
		m := mustGuess(t, f)
		dry := h.door.Rehearse(m.WithMetrics(h.deps.Metrics), m.WithTouchpoints(h.deps.Touchpoints))
		if rep := h.run(t, f, m, dry.Check); rep.Accepted != 400 {
			t.Fatalf("dry run: %+v", rep)
		}
		for range 2 { // a second declaration changes nothing
			if err := Declare(context.Background(), m, "test", h.House); err != nil {
				t.Fatal(err)
			}
		}
		if rep := h.run(t, f, m, h.door.Batch); rep.Accepted != 400 {
			t.Fatalf("import: %+v", rep)
		}
		other := shared(t, "services-publics-plus/experiences.csv")
		if rep := h.run(t, other, mustGuess(t, other), h.door.Batch); rep.Duplicates != 400 {
			t.Fatalf("the other form of the file: %+v", rep)
		}
	})
}

func TestAirlineReviewsGoThroughTheRealDoor(t *testing.T) {
	t.Parallel()
	h := newHouse(t, recordtest.SQLite(t), nil)
	for file, rows := range map[string]int{"lounge": 2264, "seat": 1258} {
		f := shared(t, "skytrax/"+file+".csv")
		m := mustGuess(t, f)
		if err := Declare(context.Background(), m, "test", h.House); err != nil {
			t.Fatal(err)
		}
		rep := h.run(t, f, m, h.door.Batch)
		if rep.Rows != rows || rep.Accepted+rep.RejectedRows != rows {
			t.Fatalf("%s: %+v", file, rep)
		}
		for _, r := range rep.Rejected { // reviews that the site dates at the start of Unix time
			if r.Code != "collect.past" || r.Column != "date" || !strings.HasPrefix(r.Value, "1970-01-01") {
				t.Errorf("%s: %+v", file, r)
			}
		}
		if again := h.run(t, f, m, h.door.Batch); again.Duplicates != rep.Accepted || again.Accepted != 0 {
			t.Errorf("%s again: %+v", file, again)
		}
	}
}

func TestAMetricOnAnotherScaleIsNotReplaced(t *testing.T) {
	t.Parallel()
	h := newHouse(t, recordtest.SQLite(t), nil)
	m := Map{Metrics: []cx.Metric{{Key: "csat", Name: cx.Text{"fr": "CSAT"}, Min: 0, Max: 10, Direction: cx.HigherBetter}}}
	err := Declare(context.Background(), m, "test", h.House)
	if code(err) != "intake.metric_differs" || cx.KindOf(err) != cx.Conflict {
		t.Errorf("got %v", err)
	}
}

func TestPersonalAttributesAreDeclaredSo(t *testing.T) {
	t.Parallel()
	h := newHouse(t, recordtest.SQLite(t), nil)
	m := Map{Columns: []Column{{Column: "auteur", As: "attribute", Key: "author", Personal: true}, {Column: "ville", As: "attribute", Key: "town"}}}
	if err := Declare(context.Background(), m, "test", h.House); err != nil {
		t.Fatal(err)
	}
	c, err := h.Catalogue.Present(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if a := c.Attributes["author"]; !a.Personal || a.Projected {
		t.Errorf("%+v", a)
	}
	if a := c.Attributes["town"]; a.Personal || !a.Projected || a.Name["fr"] != "ville" {
		t.Errorf("%+v", a)
	}
}
