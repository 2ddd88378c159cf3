package mailtest

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Host is where the servers listen.
const Host = "127.0.0.1"

// Received is one message the server took, or had when it hung up.
type Received struct {
	From, To string // of the envelope
	Raw      []byte
	User     string // "" when nobody signed in
	TLS      bool
	Conn     int  // which connection it came over, from 1
	UTF8     bool // SMTPUTF8 was asked for
}

// Options of a server; the zero value asks for STARTTLS and a password.
type Options struct {
	Plain    bool // no TLS at all, no password
	Implicit bool // TLS from the first byte
	NoAuth   bool // offers no AUTH
}

// SMTP is a mail server. Its methods are safe for concurrent use.
type SMTP struct {
	Port int
	CA   string // PEM, for those who are to trust it

	o       Options
	mu      sync.Mutex
	got     []Received
	moved   chan struct{} // closed and replaced at each message
	conns   []net.Conn
	callers []string // who is at the other end, one a connection
	refused map[string]*smtp.SMTPError
	scripts []script
	hold    chan struct{}
	held    chan struct{}
}

// script is what happens to one message to come.
type script struct {
	answer *smtp.SMTPError
	keep   bool
	drop   bool
}

// NewSMTP starts a server that stops with the test.
func NewSMTP(t testing.TB, o Options) *SMTP {
	t.Helper()
	cert, ca := certificate(t)
	l, port := listen(t)
	s := &SMTP{Port: port, CA: ca, o: o, moved: make(chan struct{}), refused: map[string]*smtp.SMTPError{}}
	server := smtp.NewServer(smtp.BackendFunc(s.session))
	server.Domain = "localhost"
	server.ErrorLog = log.New(io.Discard, "", 0)
	server.MaxLineLength = 4000
	server.EnableSMTPUTF8 = true
	tlsConfig := &tls.Config{Certificates: []tls.Certificate{cert}}
	switch {
	case o.Implicit:
		l = tls.NewListener(l, tlsConfig)
	case !o.Plain:
		server.TLSConfig = tlsConfig
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(l) }()
	t.Cleanup(func() { s.Release(); server.Close(); <-done })
	return s
}

// Refuse answers so to every RCPT of the address, until told otherwise with code 0.
func (s *SMTP) Refuse(address string, code int, words string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.refused, strings.ToLower(address))
	if code != 0 {
		s.refused[strings.ToLower(address)] = answer(code, words)
	}
}

// RefuseNext answers so to the content of the next message not yet spoken for.
func (s *SMTP) RefuseNext(code int, words string) { s.script(script{answer: answer(code, words)}) }

// DropNext cuts the connection once the whole of the next message is there, without an answer; kept or not.
func (s *SMTP) DropNext(kept bool) { s.script(script{drop: true, keep: kept}) }

func (s *SMTP) script(next script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scripts = append(s.scripts, next)
}

// Hold makes the server slow: it answers no content until Release. What it gives is closed when a message is waiting.
func (s *SMTP) Hold() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hold, s.held = make(chan struct{}), make(chan struct{})
	return s.held
}

// Release ends Hold.
func (s *SMTP) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hold != nil {
		close(s.hold)
		s.hold = nil
	}
}

// HangUp cuts every open connection, as a server that restarts does.
func (s *SMTP) HangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.Close()
	}
}

// Messages gives what was received so far, in order.
func (s *SMTP) Messages() []Received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

// Wait gives what was received once there are n messages at least, or what there is when ctx ends.
func (s *SMTP) Wait(ctx context.Context, n int) []Received {
	for {
		s.mu.Lock()
		got, moved := slices.Clone(s.got), s.moved
		s.mu.Unlock()
		if len(got) >= n {
			return got
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return got
		}
	}
}

func answer(code int, words string) *smtp.SMTPError {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: words}
}

func (s *SMTP) session(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	caller := c.Conn().RemoteAddr().String()
	if !slices.Contains(s.callers, caller) { // a session begins anew after STARTTLS
		s.callers = append(s.callers, caller)
	}
	s.conns = append(s.conns, c.Conn())
	base := session{server: s, conn: c, number: slices.Index(s.callers, caller) + 1}
	if s.o.NoAuth || s.o.Plain {
		return &base, nil
	}
	return &guarded{base}, nil
}

type session struct {
	server *SMTP
	conn   *smtp.Conn
	number int
	user   string
	from   string
	to     string
	utf8   bool
}

// guarded is a session that wants a password.
type guarded struct{ session }

func (g *guarded) AuthMechanisms() []string { return []string{sasl.Plain} }

func (g *guarded) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != User || password != Password {
			return smtp.ErrAuthFailed
		}
		g.user = user
		return nil
	}), nil
}

func (g *guarded) Mail(from string, o *smtp.MailOptions) error {
	if g.user == "" {
		return smtp.ErrAuthRequired
	}
	return g.session.Mail(from, o)
}

func (s *session) Reset()        { s.from, s.to, s.utf8 = "", "", false }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, o *smtp.MailOptions) error {
	s.from, s.utf8 = from, o != nil && o.UTF8
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if refused := s.server.refused[strings.ToLower(to)]; refused != nil {
		return refused
	}
	s.to = to
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.server.mu.Lock()
	hold := s.server.hold
	if hold != nil && s.server.held != nil {
		close(s.server.held)
		s.server.held = nil
	}
	s.server.mu.Unlock()
	if hold != nil {
		<-hold
	}
	return s.take(raw)
}

func (s *session) take(raw []byte) error {
	_, encrypted := s.conn.TLSConnectionState()
	got := Received{From: s.from, To: s.to, Raw: raw, User: s.user, TLS: encrypted, Conn: s.number, UTF8: s.utf8}
	v := s.server
	v.mu.Lock()
	defer v.mu.Unlock()
	now := script{keep: true}
	if len(v.scripts) > 0 {
		now, v.scripts = v.scripts[0], v.scripts[1:]
	}
	if now.keep {
		v.got = append(v.got, got)
		close(v.moved)
		v.moved = make(chan struct{})
	}
	if now.drop {
		s.conn.Conn().Close()
		return io.ErrClosedPipe
	}
	if now.answer != nil {
		return now.answer
	}
	return nil
}
