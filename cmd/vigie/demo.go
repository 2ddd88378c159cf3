package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rsc.io/qr"

	"vigie/internal/cx"
	"vigie/internal/demo"
	"vigie/internal/listen/invite"
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
	s := &server{app: a, site: web.Of(a.House)}
	s.site.Dev = true
	s.prepare = func(ctx context.Context) (err error) {
		s.site.Cast, err = d.install(ctx)
		return err
	}
	return s.run(ctx, func(at net.Addr) error { return d.announce(ctx, at) })
}

// demoHouse is a house with the demo company in it.
type demoHouse struct {
	app   *app
	story *demo.Story
	sent  demo.Installed
	took  time.Duration
}

func (d *demoHouse) deps() demo.Deps {
	return demo.Deps{At: d.app.At, People: d.app.People, Journeys: d.app.Journeys, Catalogue: d.app.Catalogue, Circumstances: d.app.Circumstances, Surveys: d.app.Surveys, Views: d.app.Views, Door: d.app.Door, Customers: d.app.Customers, Log: d.app.env.log}
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
	d.app.Inviting.Keep(drip)
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

// announce prints a link that signs the first of the cast in, and one to answer by.
func (d *demoHouse) announce(ctx context.Context, at net.Addr) error {
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
	if err := d.reached(ctx, at); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, d.app.env.lang.T("cmd.demo", "seconds", d.took.Seconds(), "count", n[cx.Live], "address", "http://"+reachable(at)+"/enter/"+token))
	return d.invite(at)
}

// reached notes where this server is reached, for the links in messages.
func (d *demoHouse) reached(ctx context.Context, at net.Addr) error {
	host, ok := onNetwork(at)
	if !ok {
		host = reachable(at)
	}
	return d.app.Invites.SetChannels(ctx, invite.Channels{Base: "http://" + host})
}

// invite prints where a telephone of the same network answers a survey, as an address and as a QR code: the card on the
// journey moves while one looks.
func (d *demoHouse) invite(at net.Addr) error {
	l := d.app.env.lang
	host, ok := onNetwork(at)
	if !ok {
		fmt.Fprintln(os.Stderr, l.T("cmd.demo.alone"))
		return nil
	}
	all, err := d.story.Surveys()
	if err != nil {
		return err
	}
	address := "http://" + host + "/q/" + string(all[0].Key)
	code, err := qr.Encode(address, qr.L)
	if err != nil {
		return fmt.Errorf("qr: %w", err)
	}
	fmt.Fprintf(os.Stderr, "%s\n%s", l.T("cmd.demo.answer", "address", address), inBlocks(code))
	return nil
}

// inBlocks draws a code for a terminal, two rows a line, light on dark as terminals are; with the white around it that
// telephones ask for.
func inBlocks(c *qr.Code) string {
	const quiet = 2
	var b strings.Builder
	for y := -quiet; y < c.Size+quiet; y += 2 {
		for x := -quiet; x < c.Size+quiet; x++ {
			b.WriteString([]string{"█", "▀", "▄", " "}[cell(c, x, y)*2+cell(c, x, y+1)])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func cell(c *qr.Code, x, y int) int {
	if c.Black(x, y) {
		return 1
	}
	return 0
}
