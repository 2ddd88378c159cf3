package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"vigie/internal/cx"
	"vigie/internal/demo"
	"vigie/internal/people"
	"vigie/internal/web"
)

type demoCmd struct{}

// Run installs the demo company in its own folder beside the data folder (once), then serves it with a slow drip.
func (demoCmd) Run(ctx context.Context, e *environment) error {
	if e.Database == "" {
		e.Data = filepath.Join(e.Data, "demo")
	}
	story, err := demo.Load()
	if err != nil {
		return err
	}
	a, err := openApp(ctx, e)
	if err != nil {
		return err
	}
	defer a.close()
	d := &demoHouse{app: a, story: story}
	s := &server{app: a, site: web.Deps{Dev: true}}
	s.prepare = func(ctx context.Context) (err error) {
		s.site.Cast, err = d.install(ctx)
		return err
	}
	return s.run(ctx, func(address string) error { return d.announce(ctx, address) })
}

// demoHouse is a house with the demo company in it.
type demoHouse struct {
	app   *app
	story *demo.Story
	sent  demo.Installed
	took  time.Duration
}

func (d *demoHouse) deps() demo.Deps {
	return demo.Deps{People: d.app.People, Journeys: d.app.Journeys, Catalogue: d.app.Catalogue, Circumstances: d.app.Circumstances, Views: d.app.Views, Door: d.app.Door, Customers: d.app.Customers, Log: d.app.env.log}
}

// install moves the company in, waits until its figures are there, starts the drip, and gives those one may enter as.
func (d *demoHouse) install(ctx context.Context) ([]web.CastMember, error) {
	start := time.Now()
	var err error
	if d.sent, err = d.story.Install(ctx, d.deps()); err != nil {
		return nil, err
	}
	head, err := d.app.DB.Head(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.app.Insight.WaitFor(ctx, head); err != nil {
		return nil, err
	}
	drip, err := demo.NewDrip(demo.DripConfig{}, d.deps(), d.story)
	if err != nil {
		return nil, err
	}
	if err := drip.Start(ctx); err != nil {
		return nil, err
	}
	d.app.OnStop(drip.Stop)
	d.took = time.Since(start)
	return d.cast(ctx)
}

func (d *demoHouse) cast(ctx context.Context) ([]web.CastMember, error) {
	var all []web.CastMember
	for _, m := range d.story.Cast() {
		u, err := d.app.People.UserByEmail(ctx, m.Email)
		if cx.KindOf(err) == cx.NotFound {
			continue // the customer has no account
		}
		if err != nil {
			return nil, err
		}
		all = append(all, web.CastMember{UserID: u.ID, Name: m.Name, Title: m.Title})
	}
	return all, nil
}

// announce prints a link that signs the first of the cast in.
func (d *demoHouse) announce(ctx context.Context, address string) error {
	var first people.User
	for _, m := range d.story.Cast() {
		u, err := d.app.People.UserByEmail(ctx, m.Email)
		if err == nil {
			first = u
			break
		}
	}
	token, err := d.app.People.EntryLink(ctx, first.ID, 24*time.Hour)
	if err != nil {
		return err
	}
	n, err := d.app.Door.Count(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, d.app.env.lang.T("cmd.demo", "seconds", d.took.Seconds(), "count", n[cx.Live], "address", address+"/enter/"+token))
	return nil
}
