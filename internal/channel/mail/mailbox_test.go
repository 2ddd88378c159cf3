package mail_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/channel/mail"
	"vigie/internal/channel/mail/mailtest"
	"vigie/internal/cx"
)

func mailboxConfig(b *mailtest.IMAP) mail.MailboxConfig {
	return mail.MailboxConfig{Server: mail.Server{Host: mailtest.Host, Port: b.Port, User: mailtest.User, Password: mailtest.Password, CA: b.CA, Timeout: time.Minute}}
}

func mailbox(t *testing.T, c mail.MailboxConfig) *mail.Mailbox {
	t.Helper()
	m, err := mail.NewMailbox(c, mail.Deps{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Stop)
	return m
}

func letter(n int) []byte {
	return fmt.Appendf(nil, "From: zoe@example.com\r\nTo: avis@filambre.example\r\nSubject: mail %d\r\nMessage-ID: <%d@example.com>\r\n\r\nBonjour %d\r\n", n, n, n)
}

// taker keeps what it takes as a store would; it refuses the subjects told.
type taker struct {
	mu     sync.Mutex
	got    []string
	cursor mail.Cursor
	refuse string
	moved  chan struct{}
}

func (k *taker) Cursor(context.Context) (mail.Cursor, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.cursor, nil
}

var errRefused = errors.New("refused")

func (k *taker) Take(_ context.Context, a mail.Arrived) error {
	l, err := mail.Read(a.Raw)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refuse != "" && strings.HasSuffix(l.Subject, k.refuse) {
		return errRefused
	}
	k.got, k.cursor = append(k.got, l.Subject), a.Cursor
	if k.moved != nil {
		k.moved <- struct{}{}
	}
	return nil
}

func TestEachMessageIsTakenOnce(t *testing.T) {
	t.Parallel()
	b := mailtest.NewIMAP(t, mailtest.IMAPOptions{})
	m, k, ctx := mailbox(t, mailboxConfig(b)), &taker{}, t.Context()
	from := mail.Cursor{}
	round := func(want ...string) {
		t.Helper()
		k.got = nil
		var err error
		if from, err = m.Fetch(ctx, from, k.Take); err != nil {
			t.Fatal(err, errors.Unwrap(err))
		}
		if d := cmp.Diff(want, k.got); d != "" {
			t.Error(d)
		}
	}
	round()
	b.Deliver("INBOX", letter(1))
	b.Deliver("INBOX", letter(2))
	round("mail 1", "mail 2")
	round()
	b.Deliver("INBOX", letter(3))
	round("mail 3")
	if all, unread, _ := b.Count("INBOX"); all != 3 || unread != 0 {
		t.Errorf("%d messages, %d unread", all, unread)
	}
	b.Renew("INBOX")
	b.Deliver("INBOX", letter(4))
	round("mail 4")
	round()
}

func TestMessageNotTakenStaysAsItWas(t *testing.T) {
	t.Parallel()
	b := mailtest.NewIMAP(t, mailtest.IMAPOptions{})
	for n := range 3 {
		b.Deliver("INBOX", letter(n+1))
	}
	m, k := mailbox(t, mailboxConfig(b)), &taker{refuse: "2"}
	from, err := m.Fetch(t.Context(), mail.Cursor{}, k.Take)
	if !errors.Is(err, errRefused) || from != k.cursor {
		t.Errorf("%v %v %v", err, from, k.cursor)
	}
	if _, unread, _ := b.Count("INBOX"); unread != 2 {
		t.Errorf("%d unread", unread)
	}
	k.refuse = ""
	if _, err = m.Fetch(t.Context(), from, k.Take); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"mail 1", "mail 2", "mail 3"}, k.got); d != "" {
		t.Error(d)
	}
}

func TestMessagesTakenGoWhereTold(t *testing.T) {
	t.Parallel()
	type left struct{ Inbox, Deleted, Done int }
	for name, c := range map[string]struct {
		o     mailtest.IMAPOptions
		after mail.After
		want  left
	}{
		"moved":                 {mailtest.IMAPOptions{}, mail.Move, left{0, 0, 2}},
		"moved, old server":     {mailtest.IMAPOptions{Old: true}, mail.Move, left{2, 2, 2}},
		"deleted":               {mailtest.IMAPOptions{}, mail.Delete, left{0, 0, 0}},
		"deleted, old server":   {mailtest.IMAPOptions{Old: true}, mail.Delete, left{2, 2, 0}},
		"marked, implicit TLS":  {mailtest.IMAPOptions{Implicit: true}, mail.Seen, left{2, 0, 0}},
		"marked, in the clear":  {mailtest.IMAPOptions{Plain: true}, mail.Seen, left{2, 0, 0}},
		"deleted, implicit TLS": {mailtest.IMAPOptions{Implicit: true}, mail.Delete, left{0, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := mailtest.NewIMAP(t, c.o)
			b.Folder("Traités")
			b.Deliver("INBOX", letter(1))
			b.Deliver("INBOX", letter(2))
			with := mailboxConfig(b)
			with.After, with.MoveTo = c.after, "Traités"
			switch {
			case c.o.Implicit:
				with.TLS = mail.Implicit
			case c.o.Plain:
				with.TLS = mail.None
			}
			m, k := mailbox(t, with), &taker{}
			from, err := m.Fetch(t.Context(), mail.Cursor{}, k.Take)
			if err != nil {
				t.Fatal(err, errors.Unwrap(err))
			}
			if _, err := m.Fetch(t.Context(), from, k.Take); err != nil || len(k.got) != 2 {
				t.Errorf("%v %v", k.got, err)
			}
			var got left
			got.Inbox, _, got.Deleted = b.Count("INBOX")
			got.Done, _, _ = b.Count("Traités")
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestLongMessageComesCut(t *testing.T) {
	t.Parallel()
	b := mailtest.NewIMAP(t, mailtest.IMAPOptions{})
	b.Deliver("INBOX", append(letter(1), strings.Repeat("long\r\n", 5000)...))
	c := mailboxConfig(b)
	c.Largest = 1000
	_, err := mailbox(t, c).Fetch(t.Context(), mail.Cursor{}, func(_ context.Context, a mail.Arrived) error {
		if l, err := mail.Read(a.Raw); !a.Cut || len(a.Raw) != 1000 || err != nil || l.Subject != "mail 1" {
			t.Errorf("%d bytes, cut %v: %v", len(a.Raw), a.Cut, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestMailboxThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o      mailtest.IMAPOptions
		change func(*mail.MailboxConfig)
		want   string
	}{
		"password":    {mailtest.IMAPOptions{}, func(c *mail.MailboxConfig) { c.Password = "no" }, "mail.mailbox_auth"},
		"folder":      {mailtest.IMAPOptions{}, func(c *mail.MailboxConfig) { c.Folder = "Autre" }, "mail.folder"},
		"destination": {mailtest.IMAPOptions{}, func(c *mail.MailboxConfig) { c.After, c.MoveTo = mail.Move, "Autre" }, "mail.mailbox_broken"},
		"stranger":    {mailtest.IMAPOptions{}, func(c *mail.MailboxConfig) { c.CA = "" }, "mail.tls"},
		"stranger, implicit": {mailtest.IMAPOptions{Implicit: true},
			func(c *mail.MailboxConfig) { c.CA, c.TLS = "", mail.Implicit }, "mail.tls"},
		"no STARTTLS":  {mailtest.IMAPOptions{Plain: true}, func(*mail.MailboxConfig) {}, "mail.tls"},
		"nobody there": {mailtest.IMAPOptions{}, func(c *mail.MailboxConfig) { c.Port = 1 }, "mail.mailbox_unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := mailtest.NewIMAP(t, c.o)
			b.Deliver("INBOX", letter(1))
			with := mailboxConfig(b)
			c.change(&with)
			_, err := mailbox(t, with).Fetch(t.Context(), mail.Cursor{}, (&taker{}).Take)
			if said, ok := errors.AsType[*cx.Error](err); !ok || said.Code != c.want || cx.KindOf(err) != cx.Unavailable {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestStartedMailboxIsReadUntilStopped(t *testing.T) {
	t.Parallel()
	b := mailtest.NewIMAP(t, mailtest.IMAPOptions{})
	b.Deliver("INBOX", letter(1))
	m, k := mailbox(t, mailboxConfig(b)), &taker{moved: make(chan struct{}, 1)}
	m.Stop()
	if b.Opened() != 0 {
		t.Error("it connected before it was started")
	}
	if err := m.Start(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	if err := m.Start(t.Context(), k); err == nil {
		t.Error("started twice")
	}
	<-k.moved
	m.Stop()
	m.Stop()
	if err := m.Trouble(); err != nil || len(k.got) != 1 {
		t.Errorf("%v %v", k.got, err)
	}
}

func TestStopDoesNotWaitForAMailboxThatIsSilent(t *testing.T) {
	t.Parallel()
	b := mailtest.NewIMAP(t, mailtest.IMAPOptions{})
	b.Deliver("INBOX", letter(1))
	ctx, cancel := context.WithCancel(t.Context())
	_, err := mailbox(t, mailboxConfig(b)).Fetch(ctx, mail.Cursor{}, func(ctx context.Context, _ mail.Arrived) error {
		cancel()
		return ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestMailboxConfigurationTellsEverythingWrong(t *testing.T) {
	t.Parallel()
	c := mail.MailboxConfig{Server: mail.Server{Host: "imap.example.com", TLS: mail.None}, After: mail.Move, MoveTo: "INBOX", Every: time.Second}
	if d := cmp.Diff([]string{"tls mail.tls_none", "user mail.user", "move_to mail.move_to", "every mail.every"}, fields(c.Check())); d != "" {
		t.Error(d)
	}
}
