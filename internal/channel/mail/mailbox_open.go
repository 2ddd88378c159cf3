package mail

import (
	"context"
	"crypto/tls"
	"net"
	"strconv"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"vigie/internal/cx"
)

// open signs in. What ends ctx closes the connection.
func (m *Mailbox) open(ctx context.Context) (*reader, error) {
	raw, err := (&net.Dialer{Timeout: m.c.Timeout}).DialContext(ctx, "tcp", net.JoinHostPort(m.c.Host, strconv.Itoa(m.c.Port)))
	if err != nil {
		return nil, m.unreached(ctx, "mail.mailbox_unreachable", err)
	}
	reached, cancel := context.WithTimeout(ctx, m.c.Timeout)
	defer cancel()
	greeting := context.AfterFunc(reached, func() { raw.Close() })
	defer greeting()
	client, err := m.greet(reached, raw)
	if err != nil {
		raw.Close()
		return nil, m.unreached(ctx, unreachedMailbox(err), err)
	}
	if err := m.signIn(client); err != nil {
		_ = client.Close()
		return nil, m.unreached(ctx, "mail.mailbox_auth", err)
	}
	return &reader{Client: client, ctx: ctx, stop: context.AfterFunc(ctx, func() { raw.Close() })}, nil
}

func unreachedMailbox(err error) string {
	if isTLS(err) {
		return "mail.tls"
	}
	return "mail.mailbox_unreachable"
}

func (m *Mailbox) unreached(ctx context.Context, code string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	e := cx.Fail(cx.Unavailable, "", code)
	e.Cause = err
	return e
}

func (m *Mailbox) greet(ctx context.Context, raw net.Conn) (*imapclient.Client, error) {
	with := &imapclient.Options{TLSConfig: m.c.tlsConfig(), WordDecoder: wordDecoder()}
	switch m.c.TLS {
	case StartTLS:
		return imapclient.NewStartTLS(raw, with)
	case Implicit:
		encrypted := tls.Client(raw, m.c.tlsConfig())
		if err := encrypted.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		c := imapclient.New(encrypted, with)
		return c, c.WaitGreeting()
	}
	c := imapclient.New(raw, with)
	return c, c.WaitGreeting()
}

func (m *Mailbox) signIn(c *imapclient.Client) error {
	if caps := c.Caps(); caps.Has(imap.AuthCap(sasl.Plain)) {
		return c.Authenticate(sasl.NewPlainClient("", m.c.User, m.c.Password))
	}
	return c.Login(m.c.User, m.c.Password).Wait()
}
