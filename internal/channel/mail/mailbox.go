package mail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"vigie/internal/cx"
)

// After is what becomes of a message once it was taken.
type After string

const (
	Seen   After = "seen"   // marked as read; the zero value means it
	Move   After = "move"   // moved to another folder
	Delete After = "delete" // gone
)

// MailboxConfig is where letters and failures arrive.
type MailboxConfig struct {
	Server
	Folder string `json:"folder,omitempty"` // "": INBOX
	After  After  `json:"after,omitempty"`
	MoveTo string `json:"move_to,omitempty"` // the folder of Move, which must exist
	// Every is how often it is read once started; 0: two minutes, ten seconds at least.
	Every time.Duration `json:"every,omitempty"`
	// Largest is how many bytes of a message are read; 0: 40 MiB. Longer ones come cut.
	Largest int64 `json:"largest,omitempty"`
}

const everyLeast = 10 * time.Second

func (c MailboxConfig) filled() MailboxConfig {
	c.Server = c.Server.filled(143, 993)
	c.Folder = cmp.Or(c.Folder, "INBOX")
	c.After = cmp.Or(c.After, Seen)
	c.Every = cmp.Or(c.Every, 2*time.Minute)
	c.Largest = cmp.Or(c.Largest, letterMost)
	return c
}

// Check gives everything wrong with c, nil when it may be read. It connects nowhere.
func (c MailboxConfig) Check() []*cx.Error {
	c = c.filled()
	l := faults(c.Server.check())
	l.add(c.User == "", "user", "mail.user")
	l.add(c.TLS == IfOffered && c.Password == "", "tls", "mail.tls_password")
	l.add(!headerText(c.Folder, 200), "folder", "mail.folder", "value", c.Folder)
	l.add(!slices.Contains([]After{Seen, Move, Delete}, c.After), "after", "mail.after", "value", string(c.After))
	l.add(c.After == Move && (c.MoveTo == "" || c.MoveTo == c.Folder || !headerText(c.MoveTo, 200)), "move_to", "mail.move_to")
	l.add(c.Every < everyLeast, "every", "mail.every", "seconds", int(everyLeast.Seconds()))
	l.add(c.Largest < 1, "largest", "mail.too_long", "megabytes", letterMost>>20)
	return l
}

// Cursor is how far a folder was read. Its zero value is before the first message.
type Cursor struct {
	Validity uint32 `json:"validity"` // the folder's UIDVALIDITY: another one means other numbers, all is read again
	Last     uint32 `json:"last"`     // the UID of the last message taken
}

// Arrived is one message of a mailbox.
type Arrived struct {
	Raw    []byte
	At     time.Time // when the mailbox got it
	Cut    bool      // longer than MailboxConfig.Largest
	Cursor Cursor    // to be kept once it is taken, best in the transaction that does
}

// Mailbox reads one folder.
type Mailbox struct {
	c MailboxConfig
	d Deps
	watch
}

// NewMailbox is inert. The error is the first of MailboxConfig.Check.
func NewMailbox(c MailboxConfig, d Deps) (*Mailbox, error) {
	if l := c.Check(); len(l) > 0 {
		return nil, l[0]
	}
	return &Mailbox{c: c.filled(), d: d.filled()}, nil
}

// Fetch hands what came after the cursor to take, in order, and marks each message when take gives no error. The first
// error ends the round. It gives the cursor after the last message taken, to begin with next time; also beside an error. A
// message is handed again only when its cursor was not kept, or when the folder's numbers changed: whoever takes it knows
// it by its Message-ID.
func (m *Mailbox) Fetch(ctx context.Context, from Cursor, take func(context.Context, Arrived) error) (Cursor, error) {
	c, err := m.open(ctx)
	if err != nil {
		return from, err
	}
	defer c.leave()
	selected, err := c.Select(m.c.Folder, nil).Wait()
	if err != nil {
		return from, c.judged(err, "mail.folder", "value", m.c.Folder)
	}
	if selected.UIDValidity != from.Validity {
		from = Cursor{Validity: selected.UIDValidity}
	}
	uids, err := c.after(from.Last)
	if err != nil {
		return from, c.judged(err, "mail.mailbox_broken")
	}
	for _, uid := range uids {
		next := Cursor{Validity: from.Validity, Last: uint32(uid)}
		a, there, err := c.one(uid, m.c.Largest)
		if err != nil {
			return from, c.judged(err, "mail.mailbox_broken")
		}
		if a.Cursor = next; there {
			if err := take(ctx, a); err != nil {
				return from, fmt.Errorf("mail: message %d not taken: %w", uid, err)
			}
			if err := c.mark(uid, m.c); err != nil {
				return next, c.judged(err, "mail.mailbox_broken")
			}
		}
		from = next
	}
	return from, nil
}

// after lists the messages of higher numbers. A server answers n:* by the last message, whatever n.
func (c *reader) after(last uint32) ([]imap.UID, error) {
	set := imap.UIDSet{}
	set.AddRange(imap.UID(last)+1, 0)
	found, err := c.UIDSearch(&imap.SearchCriteria{UID: []imap.UIDSet{set}, NotFlag: []imap.Flag{imap.FlagDeleted}}, nil).Wait()
	if err != nil {
		return nil, err
	}
	uids := slices.DeleteFunc(found.AllUIDs(), func(u imap.UID) bool { return uint32(u) <= last })
	slices.Sort(uids)
	return slices.Compact(uids), nil
}

// one reads a message without marking it; false when it is gone meanwhile.
func (c *reader) one(uid imap.UID, largest int64) (Arrived, bool, error) {
	section := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: largest}}
	got, err := c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{
		UID: true, InternalDate: true, RFC822Size: true, BodySection: []*imap.FetchItemBodySection{section},
	}).Collect()
	if err != nil {
		return Arrived{}, false, err
	}
	for _, m := range got {
		if raw := m.FindBodySection(section); m.UID == uid && raw != nil {
			return Arrived{Raw: raw, At: m.InternalDate.UTC(), Cut: m.RFC822Size > largest}, true, nil
		}
	}
	return Arrived{}, false, nil
}

// mark does with a message taken what the configuration says. Without UIDPLUS an expunge would also sweep what others
// marked: the message is left marked as deleted.
func (c *reader) mark(uid imap.UID, with MailboxConfig) error {
	set := imap.UIDSetNum(uid)
	caps := c.Caps()
	if with.After == Move && (caps.Has(imap.CapMove) || caps.Has(imap.CapUIDPlus)) {
		_, err := c.Client.Move(set, with.MoveTo).Wait()
		return err
	}
	if with.After == Move {
		if _, err := c.Copy(set, with.MoveTo).Wait(); err != nil {
			return err
		}
	}
	flag := imap.FlagSeen
	if with.After != Seen {
		flag = imap.FlagDeleted
	}
	if err := c.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{flag}}, nil).Close(); err != nil {
		return err
	}
	if with.After == Delete && caps.Has(imap.CapUIDPlus) {
		return c.UIDExpunge(set).Close()
	}
	return nil
}

// reader is one open conversation with a mailbox.
type reader struct {
	*imapclient.Client
	ctx  context.Context // of the round: what ends it ends the conversation
	stop func() bool
}

func (c *reader) leave() {
	if c.stop() && c.ctx.Err() == nil {
		_ = c.Logout().Wait()
	}
	_ = c.Close()
}

// judged says in words why a round ended: a server's no, or a conversation that broke.
func (c *reader) judged(err error, code string, args ...any) error {
	if c.ctx.Err() != nil {
		return c.ctx.Err()
	}
	if _, answered := errors.AsType[*imap.Error](err); !answered {
		code, args = "mail.mailbox_unreachable", nil
	}
	e := &cx.Error{Kind: cx.Unavailable, Code: code, Cause: err}
	if len(args) == 2 {
		e.Args = map[string]any{fmt.Sprint(args[0]): args[1]}
	}
	return e
}
