package mail

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"net"
	"strings"
	"time"

	"vigie/internal/cx"
)

// TLSMode is how a connection is kept from other eyes.
type TLSMode string

const (
	StartTLS  TLSMode = "starttls"  // encrypted after the greeting, else nothing is sent; the zero value means it
	Implicit  TLSMode = "implicit"  // encrypted from the first byte
	IfOffered TLSMode = "ifoffered" // as StartTLS when the server can, else in the clear: never with a password
	None      TLSMode = "none"      // in the clear, to this machine only
)

// Server is where to connect.
type Server struct {
	Host     string  `json:"host"`
	Port     int     `json:"port,omitempty"` // 0: the usual one of the protocol and mode
	TLS      TLSMode `json:"tls,omitempty"`
	User     string  `json:"user,omitempty"` // "": no authentication
	Password string  `json:"password,omitempty"`
	CA       string  `json:"ca,omitempty"` // PEM certificates trusted besides those of the system
	// Timeout bounds each exchange with the server; 0: two minutes.
	Timeout time.Duration `json:"timeout,omitempty"`
}

const timeoutDefault = 2 * time.Minute

func (s Server) filled(clear, encrypted int) Server {
	s.TLS = cmp.Or(s.TLS, StartTLS)
	if s.Port == 0 {
		s.Port = clear
		if s.TLS == Implicit {
			s.Port = encrypted
		}
	}
	s.Timeout = cmp.Or(s.Timeout, timeoutDefault)
	return s
}

// check gives everything wrong with s, filled.
func (s Server) check() []*cx.Error {
	var l faults
	l.add(s.Host == "" || strings.ContainsAny(s.Host, " /@\r\n"), "host", "mail.host")
	l.add(s.Port < 1 || s.Port > 65535, "port", "mail.port")
	l.add(s.User == "" && s.Password != "", "user", "mail.user")
	l.add(s.Timeout < 0, "timeout", "mail.timeout")
	switch s.TLS {
	case StartTLS, Implicit:
	case IfOffered:
		l.add(s.Password != "", "tls", "mail.tls_password")
	case None:
		l.add(!loopback(s.Host), "tls", "mail.tls_none")
	default:
		l.add(true, "tls", "mail.tls_mode", "value", string(s.TLS))
	}
	if s.CA != "" {
		l.add(!x509.NewCertPool().AppendCertsFromPEM([]byte(s.CA)), "ca", "mail.ca")
	}
	return l
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

func (s Server) tlsConfig() *tls.Config {
	c := &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12}
	if s.CA == "" {
		return c
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	pool.AppendCertsFromPEM([]byte(s.CA))
	c.RootCAs = pool
	return c
}

// faults gathers all the problems of one value, in the order of its fields.
type faults []*cx.Error

func (l *faults) add(wrong bool, field, code string, args ...any) {
	if wrong {
		*l = append(*l, cx.Fail(cx.Invalid, field, code, args...))
	}
}

func (l *faults) err(err error) {
	if e, ok := err.(*cx.Error); ok {
		*l = append(*l, e)
	}
}

// Config is how messages leave.
type Config struct {
	Server
	From    Address `json:"from"`
	ReplyTo Address `json:"reply_to,omitzero"` // zero: answers go to From
	// Bounce is where failures come back to; "": From. With VERP the recipient is written into it after a +, so that
	// Returned tells whom a failure is about even when the report does not.
	Bounce string `json:"bounce,omitempty"`
	VERP   bool   `json:"verp,omitempty"`
	DKIM   DKIM   `json:"dkim,omitzero"` // zero: unsigned
	// Connections is how many are open at once (0: 2), Each how many messages one carries (0: 100).
	Connections int `json:"connections,omitempty"`
	Each        int `json:"each,omitempty"`
}

func (c Config) filled() Config {
	c.Server = c.Server.filled(587, 465)
	if c.TLS == None && c.Port == 587 {
		c.Port = 25
	}
	c.Connections = cmp.Or(c.Connections, 2)
	c.Each = cmp.Or(c.Each, 100)
	c.Bounce = cmp.Or(c.Bounce, c.From.Email)
	return c
}

// Check gives everything wrong with c, nil when messages may leave by it. It connects nowhere.
func (c Config) Check() []*cx.Error {
	c = c.filled()
	l := faults(c.Server.check())
	_, err := c.From.checked("from")
	l.err(err)
	if c.ReplyTo != (Address{}) {
		_, err = c.ReplyTo.checked("reply_to")
		l.err(err)
	}
	if c.Bounce != c.From.Email {
		_, err = ParseAddress("bounce", c.Bounce)
		l.err(err)
	}
	_, err = c.DKIM.signer()
	l.err(err)
	l.add(c.Connections < 0 || c.Connections > 50, "connections", "mail.connections", "max", 50)
	l.add(c.Each < 0, "each", "mail.each")
	return l
}
