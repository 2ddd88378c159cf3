package mailtest

import (
	"bytes"
	"crypto/tls"
	"io"
	"log"
	"sync"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// IMAPOptions of a mailbox; the zero value asks for STARTTLS and can all a good server can.
type IMAPOptions struct {
	Implicit bool // TLS from the first byte
	Plain    bool // in the clear
	Old      bool // neither MOVE nor UIDPLUS
}

// IMAP is a mailbox with an INBOX. Its methods are safe for concurrent use.
type IMAP struct {
	Port int
	CA   string

	t      testing.TB
	user   *imapmemserver.User
	server *imapserver.Server
	mu     sync.Mutex
	opened int
}

// NewIMAP starts a mailbox that stops with the test.
func NewIMAP(t testing.TB, o IMAPOptions) *IMAP {
	t.Helper()
	cert, ca := certificate(t)
	l, port := listen(t)
	b := &IMAP{Port: port, CA: ca, t: t, user: imapmemserver.NewUser(User, Password)}
	b.Folder("INBOX")
	all := imapmemserver.New()
	all.AddUser(b.user)
	caps := imap.CapSet{imap.CapIMAP4rev1: {}}
	if !o.Old {
		caps[imap.CapUIDPlus], caps[imap.CapMove] = struct{}{}, struct{}{}
	}
	tlsConfig := &tls.Config{Certificates: []tls.Certificate{cert}}
	with := &imapserver.Options{Caps: caps, InsecureAuth: o.Plain || o.Implicit, Logger: log.New(io.Discard, "", 0),
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			b.mu.Lock()
			b.opened++
			b.mu.Unlock()
			return all.NewSession(), nil, nil
		}}
	switch {
	case o.Implicit:
		l = tls.NewListener(l, tlsConfig)
	case !o.Plain:
		with.TLSConfig = tlsConfig
	}
	b.server = imapserver.New(with)
	done := make(chan struct{})
	go func() { defer close(done); _ = b.server.Serve(l) }()
	t.Cleanup(func() { b.server.Close(); <-done })
	return b
}

// Folder makes a folder.
func (b *IMAP) Folder(name string) {
	b.t.Helper()
	if err := b.user.Create(name, nil); err != nil {
		b.t.Fatal(err)
	}
}

// Renew empties a folder and gives it other numbers, as a server that was restored does.
func (b *IMAP) Renew(name string) {
	b.t.Helper()
	if err := b.user.Delete(name); err != nil {
		b.t.Fatal(err)
	}
	b.Folder(name)
}

// Deliver puts a message in a folder.
func (b *IMAP) Deliver(folder string, raw []byte) {
	b.t.Helper()
	if _, err := b.user.Append(folder, literal{bytes.NewReader(raw)}, &imap.AppendOptions{}); err != nil {
		b.t.Fatal(err)
	}
}

type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// Count tells how many messages a folder holds, and how many of them are unread or marked as deleted.
func (b *IMAP) Count(folder string) (all, unread, deleted int) {
	b.t.Helper()
	s, err := b.user.Status(folder, &imap.StatusOptions{NumMessages: true, NumUnseen: true, NumDeleted: true})
	if err != nil {
		b.t.Fatal(err)
	}
	return int(*s.NumMessages), int(*s.NumUnseen), int(*s.NumDeleted)
}

// Opened tells how many connections there were.
func (b *IMAP) Opened() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.opened
}

// HangUp cuts every connection and takes no other.
func (b *IMAP) HangUp() { b.server.Close() }
