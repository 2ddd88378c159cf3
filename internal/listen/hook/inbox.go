package hook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/record"
)

// InboxDeps of an Inbox.
type InboxDeps struct {
	DB   *record.DB
	Door *collect.Door
	// Seal and Unseal keep passwords from who reads a copy of the record.
	Seal, Unseal func(name, text string) (string, error)
	Log          *slog.Logger
}

// Inbox is the mailbox whose letters are feedback, as it is set on its page, else as it was given at the start. It is read
// anew when its setting changes.
type Inbox struct {
	d     InboxDeps
	given *MailboxConfig

	mu   sync.Mutex
	stop context.CancelFunc
	done chan struct{}
	kept string // the setting the mailbox was made from
	made bool
	box  *Mailbox
	sick error // why it could not be made
}

// NewInbox is inert.
func NewInbox(d InboxDeps) *Inbox {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Inbox{d: d}
}

// inboxBeat is how often the setting is looked at when nothing rings.
const inboxBeat = 10 * time.Second

// Start reads the mailbox that is set, or given when none was ever set, until Stop.
func (x *Inbox) Start(ctx context.Context, given *MailboxConfig) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.done != nil {
		return errors.New("hook: the inbox is already started")
	}
	x.given = given
	ctx, x.stop = context.WithCancel(context.WithoutCancel(ctx))
	x.done = make(chan struct{})
	go x.loop(ctx)
	return nil
}

// Stop waits for the letter being taken. Safe before Start and twice.
func (x *Inbox) Stop() {
	x.mu.Lock()
	stop, done := x.stop, x.done
	x.mu.Unlock()
	if done != nil {
		stop()
		<-done
	}
}

func (x *Inbox) loop(ctx context.Context) {
	defer close(x.done)
	defer x.replace(nil, "", nil)
	tick := time.NewTicker(inboxBeat)
	defer tick.Stop()
	for {
		rings := x.d.DB.Changed()
		if err := x.look(ctx); err != nil && ctx.Err() == nil {
			x.d.Log.Warn("the inbox's setting is not read, trying again", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-rings:
		case <-tick.C:
		}
	}
}

// look makes the mailbox anew when its setting changed.
func (x *Inbox) look(ctx context.Context) error {
	kept, found, err := x.setting(ctx)
	if err != nil {
		return err
	}
	if !found {
		kept = "given"
	}
	x.mu.Lock()
	same := x.made && x.kept == kept
	x.mu.Unlock()
	if same {
		return nil
	}
	c := x.given
	if found {
		if c, err = x.open(kept); err != nil {
			x.replace(nil, kept, err)
			return err
		}
	}
	if c == nil {
		x.replace(nil, kept, nil)
		return nil
	}
	box, err := NewMailbox(*c, x.d.DB, x.d.Door, x.d.Log)
	x.replace(nil, kept, err)
	if err != nil {
		return err
	}
	if err := box.Start(ctx); err != nil {
		return err
	}
	x.replace(box, kept, nil)
	return nil
}

// replace stops the mailbox that is read and puts another in its place.
func (x *Inbox) replace(box *Mailbox, kept string, sick error) {
	x.mu.Lock()
	was := x.box
	x.box, x.kept, x.made, x.sick = box, kept, true, sick
	x.mu.Unlock()
	if was != nil {
		was.Stop()
	}
}

func (x *Inbox) setting(ctx context.Context) (kept string, found bool, err error) {
	rows, err := x.d.DB.Query(ctx, `SELECT sealed FROM inbox WHERE id = 1`)
	if err != nil {
		return "", false, fmt.Errorf("inbox: %w", err)
	}
	l, err := record.Column[string](rows)
	if err != nil || len(l) == 0 {
		return "", false, err
	}
	return l[0], true, nil
}

func (x *Inbox) open(kept string) (*MailboxConfig, error) {
	if kept == "" {
		return nil, nil
	}
	text, err := x.d.Unseal("inbox", kept)
	if err != nil {
		return nil, fmt.Errorf("inbox: %w", err)
	}
	c := &MailboxConfig{}
	if err := json.Unmarshal([]byte(text), c); err != nil {
		return nil, fmt.Errorf("inbox: %w", err)
	}
	return c, nil
}

// Config gives the mailbox that is set, without its password; nil when none is. given tells that it comes from the start of
// the program.
func (x *Inbox) Config(ctx context.Context) (c *MailboxConfig, given bool, err error) {
	c, given, err = x.whole(ctx)
	if c != nil {
		shown := *c
		shown.Mail.Password = ""
		c = &shown
	}
	return c, given, err
}

func (x *Inbox) whole(ctx context.Context) (c *MailboxConfig, given bool, err error) {
	kept, found, err := x.setting(ctx)
	if err != nil {
		return nil, false, err
	}
	if !found {
		x.mu.Lock()
		defer x.mu.Unlock()
		return x.given, x.given != nil, nil
	}
	c, err = x.open(kept)
	return c, false, err
}

// Set keeps the mailbox to read, sealed; nil: none, whatever was given at the start. A password left empty stays as it was
// for the same user of the same server.
func (x *Inbox) Set(ctx context.Context, c *MailboxConfig) error {
	sealed := ""
	if c != nil {
		was, _, err := x.whole(ctx)
		if err != nil {
			was = nil // what cannot be opened any more is written over
		}
		next := *c
		if was != nil && next.Mail.Password == "" && next.Mail.User == was.Mail.User && next.Mail.Host == was.Mail.Host {
			next.Mail.Password = was.Mail.Password
		}
		if err := next.check(); err != nil {
			return err
		}
		b, err := json.Marshal(next)
		if err != nil {
			return err
		}
		if sealed, err = x.d.Seal("inbox", string(b)); err != nil {
			return err
		}
	}
	return x.d.DB.Write(ctx, func(tx *record.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO inbox (id, sealed) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed`, sealed)
		return err
	})
}

// check gives all that is wrong, joined.
func (c *MailboxConfig) check() error {
	var l []error
	for _, e := range c.Mail.Check() {
		l = append(l, e)
	}
	for field, key := range map[string]string{"touchpoint": c.Letters.Touchpoint, "unit": c.Letters.Unit} {
		if len(key) > 64 {
			l = append(l, cx.Fail(cx.Invalid, field, "hook.long"))
		}
	}
	if !slices.Contains(append([]string{""}, cx.Channels...), c.Letters.Channel) {
		l = append(l, cx.Fail(cx.Invalid, "channel", "hook.channel"))
	}
	return errors.Join(l...)
}

// InboxState is how reading goes.
type InboxState struct {
	Name    string    // user@host/folder; "": no mailbox is read
	Last    time.Time // when it was last read to its end; zero: not yet
	Trouble error     // why it could not be; nil
	// Letters so far: those that are feedback, those that are none (failures, machines, ours), those the door refused.
	Entered, Passed, Refused int64
}

// State tells how reading goes on this machine.
func (x *Inbox) State(ctx context.Context) (InboxState, error) {
	x.mu.Lock()
	box, sick := x.box, x.sick
	x.mu.Unlock()
	if box == nil {
		return InboxState{Trouble: sick}, nil
	}
	s := InboxState{Name: box.name, Last: box.box.Last(), Trouble: box.Trouble()}
	rows, err := x.d.DB.Query(ctx, `SELECT entered, passed, refused FROM mailbox WHERE name = ?`, box.name)
	if err != nil {
		return s, fmt.Errorf("inbox: %w", err)
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&s.Entered, &s.Passed, &s.Refused)
	}
	return s, errors.Join(err, rows.Err())
}
