package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/textproto"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// connection is one open conversation with the server.
type connection struct {
	smtp    *smtp.Client
	raw     net.Conn
	wait    time.Duration
	carried int
	since   time.Time // idle since
	lost    bool      // nothing more can be said over it
}

// dial opens a conversation up to the password. The connection is kept in hand: the library leaves it open when the
// conversation fails.
func dial(ctx context.Context, s Server) (*connection, *Failure) {
	reached, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	var raw net.Conn
	stop := func() bool { return true }
	reach := func(_ context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(reached, network, address)
		if err != nil {
			return nil, err
		}
		raw, stop = conn, context.AfterFunc(reached, func() { conn.Close() })
		if s.TLS == Implicit {
			return tls.Client(conn, s.tlsConfig()), nil
		}
		return conn, nil
	}
	c, err := gomail.NewClient(s.Host, s.options(reach)...)
	if err != nil {
		return nil, failed(atConnect, err)
	}
	client, err := c.DialToSMTPClientWithContext(reached)
	if !stop() && err == nil {
		err = reached.Err()
	}
	if err == nil {
		return &connection{smtp: client, raw: raw, wait: s.Timeout}, nil
	}
	if raw != nil {
		raw.Close()
	}
	at := atConnect
	if strings.Contains(err.Error(), "AUTH") {
		at = atAuth
	}
	return nil, failed(at, errors.Join(reached.Err(), err))
}

func (s Server) options(reach gomail.DialContextFunc) []gomail.Option {
	o := []gomail.Option{
		gomail.WithPort(s.Port), gomail.WithTimeout(s.Timeout), gomail.WithDialContextFunc(reach),
		gomail.WithTLSConfig(s.tlsConfig()), gomail.WithoutSMTPUTF8(),
	}
	switch s.TLS {
	case StartTLS:
		o = append(o, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case IfOffered:
		o = append(o, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	case Implicit:
		o = append(o, gomail.WithSSL())
	case None:
		o = append(o, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.User == "" {
		return o
	}
	// under TLS, or to this machine: the library refuses both in the clear elsewhere
	return append(o, gomail.WithUsername(s.User), gomail.WithPassword(s.Password), gomail.WithOpportunisticSMTPAuth(
		gomail.SMTPAuthPlain, gomail.SMTPAuthLogin, gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthCramMD5))
}

// carry sends one message. On an error the step says how far it came.
func (c *connection) carry(ctx context.Context, e envelope) (step, error) {
	stop := context.AfterFunc(ctx, func() { c.raw.Close() })
	defer stop()
	c.carried++
	// asked for only where needed: many servers on the way cannot pass such a message on
	c.smtp.SkipSMTPUTF8(ascii(e.to) && ascii(e.from))
	if err := c.say(ctx, func() error { return c.smtp.Mail("<" + e.from + ">") }); err != nil {
		return atSender, err
	}
	if err := c.say(ctx, func() error { return c.smtp.Rcpt("<" + e.to + ">") }); err != nil {
		return atRecipient, err
	}
	return c.content(ctx, e.raw)
}

func (c *connection) content(ctx context.Context, raw []byte) (step, error) {
	err := c.say(ctx, func() error {
		w, err := c.smtp.Data()
		if err != nil {
			return err
		}
		if _, err := w.Write(raw); err != nil {
			c.raw.Close() // without the final dot, which Close of the writer would send: the server drops what it got
			return err
		}
		return c.end(ctx, w.Close)
	})
	if _, ended := errors.AsType[*endError](err); ended {
		return atAnswer, err
	}
	return atContent, err
}

// endError is of what came, or did not, after the end of the message was sent.
type endError struct{ error }

func (e *endError) Unwrap() error { return e.error }

func (c *connection) end(ctx context.Context, ended func() error) error {
	if err := c.smtp.UpdateDeadline(c.wait); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := ended(); err != nil {
		return &endError{err}
	}
	return nil
}

// say is one exchange, bounded by the timeout and by ctx.
func (c *connection) say(ctx context.Context, exchange func() error) error {
	err := c.smtp.UpdateDeadline(c.wait)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = exchange()
	}
	if _, answered := errors.AsType[*textproto.Error](err); err != nil && !answered {
		c.lost = true
		return errors.Join(ctx.Err(), err)
	}
	return err
}

// reusable tells whether the next message may go the same way, after one that ended with err. A server that says 421
// hangs up.
func (c *connection) reusable(ctx context.Context, err error) bool {
	if c.lost || ctx.Err() != nil {
		return false
	}
	if err == nil {
		return true
	}
	if reply, answered := errors.AsType[*textproto.Error](err); !answered || reply.Code == 421 {
		return false
	}
	return c.say(ctx, c.smtp.Reset) == nil
}

// quit takes leave; nobody waits long for the answer.
func (c *connection) quit() {
	if !c.lost && c.smtp.UpdateDeadline(min(c.wait, time.Second)) == nil {
		_ = c.smtp.Quit()
	}
	c.close()
}

func (c *connection) close() { c.raw.Close() }

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > 127 })
}
