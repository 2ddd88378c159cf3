package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/understand/insight"
	"vigie/internal/understand/search"
	"vigie/internal/web"
	"vigie/internal/web/chart"
)

// app is the wiring, in one place: the rooms of the house and who is handed to whom.
type app struct {
	env       *environment
	release   func() // of the data folder
	db        *record.DB
	people    *people.Store
	catalogue *catalogue.Store
	journeys  *journey.Store
	customers *customer.Reference
	door      *collect.Door
	insight   *insight.Insight
	search    *search.Index
	metrics   *api.Metrics
	stops     []func() // of what was started, in order
}

// openApp takes the data folder, opens the record and wires the rest, inert but for the record.
func openApp(ctx context.Context, e *environment) (*app, error) {
	release, err := record.LockFolder(e.Data)
	if err != nil {
		return nil, err
	}
	a, err := wireApp(ctx, e, release)
	if err != nil {
		return nil, err
	}
	if err := a.catalogue.Seed(ctx); err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

// readApp opens a record that exists, to read it beside whoever holds the folder.
func readApp(ctx context.Context, e *environment) (*app, error) {
	if e.Database == "" {
		if _, err := os.Stat(filepath.Join(e.Data, record.FileName)); err != nil {
			return nil, cx.Fail(cx.NotFound, "", "cmd.no_record", "dir", e.Data)
		}
	}
	return wireApp(ctx, e, func() {})
}

func wireApp(ctx context.Context, e *environment, release func()) (*app, error) {
	db, err := record.Open(ctx, e.record(), record.Deps{Log: e.log})
	if err != nil {
		release()
		return nil, err
	}
	a := &app{env: e, release: release, db: db, people: people.New(db), catalogue: catalogue.New(db), journeys: journey.New(db)}
	a.journeys.Indicators = a.catalogue.Specs
	if err := a.wire(ctx); err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

func (a *app) wire(ctx context.Context) (err error) {
	a.customers = customer.New(customer.Config{}, customer.Deps{DB: a.db})
	a.door, err = collect.New(collect.Config{Dir: a.env.Data}, collect.Deps{
		DB: a.db, Customers: a.customers, Metrics: a.metricMap, Touchpoints: a.touchpointSet, Units: a.unitSet,
		Attributes: a.catalogue.Met, Within: a.within, Log: a.env.log,
	})
	if err != nil {
		return err
	}
	a.insight = insight.New(insight.Config{Dir: a.env.Data}, insight.Deps{
		DB: a.db, Read: a.door.Present, All: a.door.All, Catalogue: a.insightCatalogue, Journeys: a.journeyList, Units: a.unitList,
		Zone: a.zone(ctx), Log: a.env.log,
	})
	a.search = search.New(a.env.Data, search.Deps{DB: a.db, Read: a.readDocs, List: a.insight.List})
	return nil
}

// startDoor opens the door alone, for a command.
func (a *app) startDoor(ctx context.Context) error {
	if err := a.door.Start(ctx); err != nil {
		return err
	}
	a.stops = append(a.stops, a.door.Stop)
	return nil
}

// startDerived starts the followers.
func (a *app) startDerived(ctx context.Context) error {
	if err := a.insight.Start(ctx); err != nil {
		return fmt.Errorf("figures: %w", err)
	}
	a.stops = append(a.stops, a.insight.Stop)
	if err := a.search.Start(ctx); err != nil {
		return err
	}
	a.stops = append(a.stops, a.search.Stop)
	return nil
}

// close stops what was started, last first, and gives the folder back.
func (a *app) close() {
	for i := len(a.stops) - 1; i >= 0; i-- {
		a.stops[i]()
	}
	a.stops = nil
	if err := a.db.Close(); err != nil {
		a.env.log.Error("closing the record", "err", err)
	}
	a.release()
}

// What rooms are handed of each other.

func (a *app) metricMap(ctx context.Context) (map[cx.MetricID]cx.Metric, error) {
	c, err := a.catalogue.Present(ctx)
	if err != nil {
		return nil, err
	}
	return c.Metrics, nil
}

func (a *app) touchpointSet(ctx context.Context) (map[cx.TouchpointID]bool, error) {
	j, err := a.journeys.Present(ctx)
	if err != nil {
		return nil, err
	}
	return j.Known(), nil
}

func (a *app) unitSet(ctx context.Context) (map[cx.UnitID]bool, error) {
	o, err := a.people.Present(ctx)
	if err != nil {
		return nil, err
	}
	return o.Known(), nil
}

func (a *app) within(ctx context.Context, p people.Perimeter, u cx.UnitID) (bool, error) {
	o, err := a.people.Present(ctx)
	if err != nil {
		return false, err
	}
	return o.Within(p, u), nil
}

func (a *app) insightCatalogue(ctx context.Context) (*insight.Catalogue, error) {
	c, err := a.catalogue.Present(ctx)
	if err != nil {
		return nil, err
	}
	return &insight.Catalogue{Metrics: c.Metrics, Indicators: c.Indicators, Attributes: c.AttributeList}, nil
}

func (a *app) journeyList(ctx context.Context) ([]journey.Journey, error) {
	j, err := a.journeys.Present(ctx)
	if err != nil {
		return nil, err
	}
	return j.List, nil
}

func (a *app) unitList(ctx context.Context) ([]people.Unit, error) {
	o, err := a.people.Present(ctx)
	if err != nil {
		return nil, err
	}
	return o.Units(), nil
}

func (a *app) zone(ctx context.Context) *time.Location {
	s, err := a.people.Settings(ctx)
	if err != nil {
		a.env.log.Error("settings", "err", err)
		return time.UTC
	}
	return s.Location()
}

// readDocs gives the words of customers; employees' are not searched.
func (a *app) readDocs(ctx context.Context, ids []int64) ([]search.Doc, error) {
	rows, err := a.door.Present(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]search.Doc, 0, len(rows))
	for _, r := range rows {
		w, err := collect.WordsOf(r)
		if err != nil {
			return nil, err
		}
		out = append(out, search.Doc{ID: r.ID, Live: r.State == cx.Live && w.Audience == cx.Customers, Lang: w.Lang, Texts: w.Texts})
	}
	return out, nil
}

// What commands do.

func (a *app) rebuild(ctx context.Context) (int64, error) {
	if err := a.insight.Rebuild(ctx); err != nil {
		return 0, err
	}
	st, err := a.insight.Stats(ctx)
	return st.Rows, err
}

// compact rewrites every file so that no byte of what was erased is left. What is derived hears of the last erasures first.
func (a *app) compact(ctx context.Context) error {
	head, err := a.db.Head(ctx)
	if err != nil {
		return err
	}
	if err := errors.Join(a.insight.WaitFor(ctx, head), a.search.Follower().WaitFor(ctx, head)); err != nil {
		return fmt.Errorf("compact: %w", err)
	}
	return errors.Join(a.db.Compact(ctx), a.insight.Compact(ctx), a.search.Compact(ctx))
}

const erasureLog = collect.ErasuresFile

// replayErasures erases again what the log says, after adding the lines of another log to ours.
func (a *app) replayErasures(ctx context.Context, log string) (int, error) {
	if err := a.startDoor(ctx); err != nil {
		return 0, err
	}
	own := filepath.Join(a.env.Data, erasureLog)
	if log != own || a.db.Dialect() == record.Postgres { // which keeps its log in a table
		if err := a.takeErasures(ctx, log); err != nil && (log != own || !errors.Is(err, os.ErrNotExist)) {
			return 0, err
		}
	}
	return a.door.ReplayErasures(ctx)
}

func (a *app) takeErasures(ctx context.Context, log string) error {
	f, err := os.Open(log)
	if err != nil {
		return err
	}
	defer f.Close()
	return a.door.TakeErasures(ctx, f)
}

// handler answers everything on the network.
func (a *app) handler(site web.Deps) (http.Handler, func(), error) {
	site.People, site.Journeys, site.Catalogue, site.Door, site.Insight, site.Customers = a.people, a.journeys, a.catalogue, a.door, a.insight, a.customers
	site.Version = version
	site.Search, site.Log, site.Charts = a.search.Search, a.env.log, chart.New(chart.Config{}, chart.Deps{Log: a.env.log})
	if err := site.Charts.Start(context.Background()); err != nil {
		return nil, nil, err
	}
	pages, err := web.New(site)
	if err != nil {
		return nil, nil, err
	}
	a.metrics = api.NewMetrics()
	rest, err := api.New(api.Deps{DB: a.db, People: a.people, Door: a.door, Customers: a.customers, Journeys: a.journeys,
		Catalogue: a.catalogue, Ask: a.insight.Ask, List: a.insight.List, Follow: a.insight.WaitFor, Metrics: a.metrics, Log: a.env.log})
	if err != nil {
		return nil, nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/api/", rest)
	health := api.Health(a.health())
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		mux.Handle(path, health)
	}
	mux.Handle("/", pages.Handler())
	return mux, func() { pages.Stop(); site.Charts.Stop() }, nil
}

func (a *app) health() api.HealthDeps {
	return api.HealthDeps{DB: a.db, Metrics: a.metrics,
		Followers: []api.Follower{{Name: "insight", Position: a.insight.Position}, {Name: "search", Position: a.search.Follower().Position}},
		Ready: map[string]func() error{"figures": func() error {
			if !a.insight.Ready() {
				return errors.New("rebuilding")
			}
			return nil
		}}}
}
