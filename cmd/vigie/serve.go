package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"vigie/internal/listen/hook"
	"vigie/internal/web"
)

type serveCmd struct {
	HTTPS           bool   `help:"The pages are reached by https (through a proxy): cookies are sent over it alone." env:"VIGIE_HTTPS"`
	Mailbox         string `help:"A mailbox whose letters are feedback: imaps://user@host/folder?touchpoint=… (docs/listen.md)." env:"VIGIE_MAILBOX"`
	MailboxPassword string `help:"Its password." env:"VIGIE_MAILBOX_PASSWORD"`
	SurveyWork      int    `help:"Work asked of a browser before it answers a survey from a public link, against bots: bits, 16 is under a second; without a script one waits 20 seconds. 0: none." env:"VIGIE_SURVEY_WORK" default:"0" placeholder:"BITS"`
	Dev             bool   `help:"Add /dev/ui, the page of the components: for those who build pages."`
}

// Run serves until the process is asked to stop.
func (c serveCmd) Run(ctx context.Context, e *environment) error {
	a, err := openApp(ctx, e)
	if err != nil {
		return err
	}
	defer a.close()
	s := &server{app: a, site: web.Of(a.House)}
	s.site.Secure, s.site.SurveyWork, s.site.Dev, s.site.SetupToken, s.site.SetupLocal = c.HTTPS, c.SurveyWork, c.Dev, rand.Text(), onLoopback(e.Listen)
	if s.inbox, err = c.mailbox(); err != nil {
		return err
	}
	return s.run(ctx, func(at net.Addr) error {
		address := "http://" + reachable(at)
		empty, err := a.People.Empty(ctx)
		if err != nil || !empty {
			return err
		}
		address += "/setup?token=" + s.site.SetupToken
		fmt.Fprintln(os.Stderr, e.lang.T("cmd.setup", "address", address))
		return nil
	})
}

// mailbox is the one given at the start, nil when none is: what is set on its page takes its place.
func (c serveCmd) mailbox() (*hook.MailboxConfig, error) {
	if c.Mailbox == "" {
		return nil, nil
	}
	config, err := hook.ParseMailbox(c.Mailbox, c.MailboxPassword)
	return &config, err
}

// onLoopback tells whether only this machine reaches the server. Others get to it through a proxy, or directly: of them
// the token is asked, so that only who reads the server's output becomes the administrator.
func onLoopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	return err == nil && (host == "localhost" || net.ParseIP(host).IsLoopback())
}

// server is an app that answers the network and the socket of its folder.
type server struct {
	app     *app
	site    web.Deps
	inbox   *hook.MailboxConfig             // given at the start; nil: none
	prepare func(ctx context.Context) error // once the door and the figures are started, before anybody is asked; nil: nothing
}

// run starts everything, calls ready with the address, and serves until ctx ends; then the last requests are answered.
func (s *server) run(ctx context.Context, ready func(at net.Addr) error) error {
	e := s.app.env
	ln, err := net.Listen("tcp", e.Listen)
	if err != nil {
		return err
	}
	if err := s.start(ctx); err != nil {
		_ = ln.Close()
		return err
	}
	handler, stopPages, err := s.app.handler(s.site)
	if err != nil {
		_ = ln.Close()
		return err
	}
	hs := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	failed := make(chan error, 1)
	go func() { failed <- hs.Serve(ln) }()
	address := "http://" + reachable(ln.Addr())
	fmt.Fprintln(os.Stderr, e.lang.T("cmd.serving", "address", address))
	if err := ready(ln.Addr()); err != nil {
		_ = hs.Close()
		return err
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stopPages()
	end, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := hs.Shutdown(end); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return hs.Close()
}

func (s *server) start(ctx context.Context) error {
	if err := s.app.StartDoor(ctx); err != nil {
		return err
	}
	if err := s.app.StartDerived(ctx); err != nil {
		return err
	}
	if err := s.app.StartImports(ctx); err != nil {
		return err
	}
	if s.prepare != nil {
		if err := s.prepare(ctx); err != nil {
			return err
		}
	}
	if err := s.app.StartResponses(ctx); err != nil {
		return err
	}
	if err := s.app.StartNotes(ctx); err != nil {
		return err
	}
	if err := s.app.StartInvitations(ctx); err != nil {
		return err
	}
	if err := s.app.StartInbox(ctx, s.inbox); err != nil {
		return err
	}
	socket, err := serveControl(s.app, s.app.env.Data, s.app.env.lang)
	if err != nil {
		return err
	}
	night := newNight(s.app)
	night.Start()
	s.app.OnStop(func() { _ = socket.Close() })
	s.app.OnStop(night.Stop)
	return nil
}

// reachable writes an address a person may open: a wildcard is shown as localhost.
func reachable(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

// onNetwork gives where other machines of the network reach a server that listens for them; false when it does not, or
// when this machine is on none.
func onNetwork(a net.Addr) (string, bool) {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return "", false
	}
	if ip := net.ParseIP(host); ip != nil && !ip.IsUnspecified() {
		return a.String(), !ip.IsLoopback()
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return "", false
	}
	for _, x := range all {
		if n, ok := x.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			return net.JoinHostPort(n.IP.String(), port), true
		}
	}
	return "", false
}

// night erases what is kept no longer and compacts the files once a day, at 3 in the organisation's zone, so that what
// was erased leaves them.
type night struct {
	app  *app
	stop context.CancelFunc
	done chan struct{}
}

func newNight(a *app) *night { return &night{app: a} }

func (n *night) Start() {
	ctx, stop := context.WithCancel(context.Background())
	n.stop, n.done = stop, make(chan struct{})
	go n.loop(ctx)
}

func (n *night) Stop() {
	if n.stop != nil {
		n.stop()
		<-n.done
	}
}

func (n *night) loop(ctx context.Context) {
	defer close(n.done)
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(nextNight(time.Now().In(n.app.Zone(ctx))))):
		}
		if err := n.app.forget(ctx, time.Now()); err != nil && ctx.Err() == nil {
			n.app.env.log.Error("nightly retention failed", "err", err)
		}
		if err := n.app.compact(ctx); err != nil && ctx.Err() == nil {
			n.app.env.log.Error("nightly compaction failed", "err", err)
		}
	}
}

func nextNight(now time.Time) time.Time {
	at := time.Date(now.Year(), now.Month(), now.Day(), 3, 0, 0, 0, now.Location())
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	return at
}
