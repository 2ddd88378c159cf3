package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/house"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/media"
	"vigie/internal/record"
	"vigie/internal/web"
	"vigie/internal/web/chart"
)

// app is what a command works with: the rooms of the house, and the folder they are in.
type app struct {
	*house.House
	env     *environment
	release func() // of the data folder
	metrics *api.Metrics
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
	if err := a.Catalogue.Seed(ctx); err != nil {
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
	c := house.Config{Dir: e.Data, ImportMax: e.ImportMax << 20, MediaMax: e.MediaMax << 20, MediaRoom: e.MediaRoom << 30}
	var h *house.House
	if c.Blobs, err = e.blobs(); err == nil {
		h, err = house.New(ctx, c, house.Deps{DB: db, Log: e.log})
	}
	if err != nil {
		err = errors.Join(err, db.Close())
		release()
		return nil, err
	}
	return &app{House: h, env: e, release: release}, nil
}

// blobs keep the files that people send; nil: in the data folder.
func (e *environment) blobs() (media.Blobs, error) {
	if e.Media == "" {
		return nil, nil
	}
	return media.NewS3(e.Media, e.MediaKey, e.MediaSecret)
}

// close stops what was started, last first, and gives the folder back.
func (a *app) close() {
	a.Stop()
	if err := a.DB.Close(); err != nil {
		a.env.log.Error("closing the record", "err", err)
	}
	a.release()
}

// What commands do.

func (a *app) rebuild(ctx context.Context) (int64, error) {
	if err := a.Insight.Rebuild(ctx); err != nil {
		return 0, err
	}
	st, err := a.Insight.Stats(ctx)
	return st.All, err
}

// compact rewrites every file so that no byte of what was erased is left. What is derived hears of the last erasures first.
func (a *app) compact(ctx context.Context) error {
	if err := a.CaughtUp(ctx); err != nil {
		return fmt.Errorf("compact: %w", err)
	}
	return errors.Join(a.DB.Compact(ctx), a.Insight.Compact(ctx), a.Search.Compact(ctx))
}

const erasureLog = collect.ErasuresFile

// replayErasures erases and forbids again what the log says, after adding the lines of another log to ours.
func (a *app) replayErasures(ctx context.Context, log string) (int, error) {
	if err := a.StartDoor(ctx); err != nil {
		return 0, err
	}
	own := filepath.Join(a.env.Data, erasureLog)
	if log != own || a.DB.Dialect() == record.Postgres { // which keeps its log in a table
		if err := a.takeErasures(ctx, log); err != nil && (log != own || !errors.Is(err, os.ErrNotExist)) {
			return 0, err
		}
	}
	n, err := a.Door.ReplayErasures(ctx)
	if err != nil {
		return n, err
	}
	_, err = a.Invites.Replay(ctx) // objections are no erasures: nothing is gone
	return n, err
}

func (a *app) takeErasures(ctx context.Context, log string) error {
	f, err := os.Open(log)
	if err != nil {
		return err
	}
	defer f.Close()
	return a.Door.TakeErasures(ctx, f)
}

// handler answers everything on the network; site is web.Of the house with what the command says of it.
func (a *app) handler(site web.Deps) (http.Handler, func(), error) {
	site.Version, site.Log, site.Charts = version, a.env.log, chart.New(chart.Config{}, chart.Deps{Log: a.env.log})
	if err := site.Charts.Start(context.Background()); err != nil {
		return nil, nil, err
	}
	pages, err := web.New(site)
	if err != nil {
		return nil, nil, err
	}
	a.metrics = api.NewMetrics()
	rooms := api.Of(a.House)
	rooms.Metrics, rooms.Log = a.metrics, a.env.log
	rest, err := api.New(rooms)
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
	return api.HealthDeps{DB: a.DB, Metrics: a.metrics,
		Followers: []api.Follower{{Name: "insight", Position: a.Insight.Position}, {Name: "search", Position: a.Search.Follower().Position}},
		Ready: map[string]func() error{"figures": func() error {
			if !a.Insight.Ready() {
				return errors.New("rebuilding")
			}
			return nil
		}}}
}
