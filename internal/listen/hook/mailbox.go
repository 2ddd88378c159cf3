package hook

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"time"

	"vigie/internal/channel/mail"
	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/record"
)

// MailboxConfig is a mailbox whose letters are feedback.
type MailboxConfig struct {
	Mail    mail.MailboxConfig
	Letters Letters
}

// ParseMailbox reads the address of a mailbox: imaps://user@host:port/folder?touchpoint=…, or imap:// for STARTTLS. Its
// parameters: touchpoint, unit, channel, source, ours (domains, one comma between; "": that of the user), after (seen,
// move, delete), move_to, every (seconds), tls (none: to this machine only), ca (PEM).
func ParseMailbox(address, password string) (MailboxConfig, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "imap" && u.Scheme != "imaps" || u.User == nil {
		return MailboxConfig{}, cx.Fail(cx.Invalid, "mailbox", "hook.mailbox")
	}
	q := u.Query()
	c := MailboxConfig{Letters: Letters{Source: q.Get("source"), Touchpoint: q.Get("touchpoint"), Unit: q.Get("unit"), Channel: q.Get("channel")}}
	c.Mail = mail.MailboxConfig{Server: mail.Server{Host: u.Hostname(), User: u.User.Username(), Password: password, TLS: mail.StartTLS, CA: q.Get("ca")},
		Folder: strings.TrimPrefix(u.Path, "/"), After: mail.After(q.Get("after")), MoveTo: q.Get("move_to")}
	if secret, given := u.User.Password(); given && password == "" {
		c.Mail.Password = secret
	}
	if u.Scheme == "imaps" {
		c.Mail.TLS = mail.Implicit
	} else if t := q.Get("tls"); t != "" {
		c.Mail.TLS = mail.TLSMode(t)
	}
	if u.Port() != "" {
		if c.Mail.Port, err = strconv.Atoi(u.Port()); err != nil {
			return c, cx.Fail(cx.Invalid, "mailbox", "hook.mailbox")
		}
	}
	if n, err := strconv.Atoi(cmp.Or(q.Get("every"), "0")); err == nil {
		c.Mail.Every = time.Duration(n) * time.Second
	}
	ours := q.Get("ours")
	if _, domain, found := strings.Cut(c.Mail.User, "@"); ours == "" && found {
		ours = domain
	}
	for o := range strings.SplitSeq(ours, ",") {
		if o = strings.TrimSpace(o); o != "" {
			c.Letters.Ours = append(c.Letters.Ours, o)
		}
	}
	if wrong := c.Mail.Check(); len(wrong) > 0 {
		return c, wrong[0]
	}
	return c, nil
}

// Mailbox turns the letters of one folder into feedback, until stopped. Nothing is lost: a letter is marked only once the
// door acknowledged it, and one taken twice is one feedback.
type Mailbox struct {
	c    MailboxConfig
	name string
	db   *record.DB
	door *collect.Door
	log  *slog.Logger
	box  *mail.Mailbox
}

// NewMailbox is inert.
func NewMailbox(c MailboxConfig, db *record.DB, door *collect.Door, log *slog.Logger) (*Mailbox, error) {
	box, err := mail.NewMailbox(c.Mail, mail.Deps{Log: log})
	if err != nil {
		return nil, err
	}
	return &Mailbox{c: c, name: c.Mail.User + "@" + c.Mail.Host + "/" + cmp.Or(c.Mail.Folder, "INBOX"), db: db, door: door, log: log, box: box}, nil
}

// Start reads the mailbox at once, then every so often.
func (m *Mailbox) Start(ctx context.Context) error { return m.box.Start(ctx, m) }

// Stop waits for the letter being taken.
func (m *Mailbox) Stop() { m.box.Stop() }

// Trouble gives why the last round failed, nil when it did not.
func (m *Mailbox) Trouble() error { return m.box.Trouble() }

// Cursor reads how far the mailbox was read.
func (m *Mailbox) Cursor(ctx context.Context) (mail.Cursor, error) {
	var c mail.Cursor
	rows, err := m.db.Query(ctx, `SELECT at FROM mailbox WHERE name = ?`, m.name)
	if err != nil {
		return c, err
	}
	l, err := record.Column[string](rows)
	if err != nil || len(l) == 0 {
		return c, err
	}
	return c, json.Unmarshal([]byte(l[0]), &c)
}

// Take brings one letter in, then keeps how far the mailbox was read. An error leaves the letter as it was: it is taken
// again in the next round.
func (m *Mailbox) Take(ctx context.Context, a mail.Arrived) error {
	in, ok := m.read(a)
	entered, passed, refused := 0, 0, 0
	if !ok {
		passed = 1
	} else {
		out, err := Enter(ctx, m.door, in)
		switch {
		case cx.KindOf(err) == cx.Invalid, err == nil && out.Verdict == collect.Rejected:
			refused = 1
			m.log.Warn("a letter was refused by the door and stays in its mailbox", "mailbox", m.name, "uid", a.Cursor.Last, "problems", len(out.Errors))
		case err != nil:
			return err
		default:
			entered = 1
		}
	}
	at, err := json.Marshal(a.Cursor)
	if err != nil {
		return err
	}
	return m.db.Write(ctx, func(tx *record.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO mailbox (name, at, entered, passed, refused) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET at = excluded.at, entered = mailbox.entered + excluded.entered, passed = mailbox.passed + excluded.passed, refused = mailbox.refused + excluded.refused`,
			m.name, string(at), entered, passed, refused)
		return err
	})
}

// read gives the feedback of a message, if it is one.
func (m *Mailbox) read(a mail.Arrived) (collect.Incoming, bool) {
	if n, err := mail.ReadNotice(a.Raw); err == nil && n.Fate != mail.NoNotice {
		return collect.Incoming{}, false
	}
	l, err := mail.Read(a.Raw)
	if err != nil {
		return collect.Incoming{}, false
	}
	return m.c.Letters.Incoming(l, a.At.UTC())
}
