package invite

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"vigie/internal/channel/mail"
	"vigie/internal/channel/sms"
	"vigie/internal/record"
)

// EngineDeps of the engine.
type EngineDeps struct {
	Store *Store
	// Open makes the page where an invitation is answered and gives its path, the same each time.
	Open func(ctx context.Context, l Letter) (path string, err error)
	// Where gives that path of a page that is open; nil: Open tells it.
	Where func(ctx context.Context, l Letter) (path string, err error)
	// House gives the organisation's name and language.
	House func(ctx context.Context) (name, lang string, err error)
}

// Engine plans what happened, sends what is due and reads what comes back, from Start to Stop.
type Engine struct {
	d   EngineDeps
	box Outbox // nil: messages leave

	mu       sync.Mutex
	stop     context.CancelFunc
	done     chan struct{}
	follower *record.Follower

	looked atomic.Int64 // when fortnights of pilots were last looked at, in seconds

	lines    lines                        // touched by the loop alone
	returned atomic.Pointer[mail.Mailbox] // the mailbox of what comes back
}

// lines are the channels as they are set.
type lines struct {
	kept    string // the setting they were made from
	base    string
	opens   bool // e-mails tell that they were opened
	domain  string
	mail    *mail.Sender
	sms     *sms.Gateway
	mailbox *mail.Mailbox
}

// NewEngine is inert.
func NewEngine(d EngineDeps) (*Engine, error) {
	if d.Store == nil || d.Open == nil || d.House == nil {
		return nil, errors.New("invite: Store, Open and House are needed")
	}
	if d.Where == nil {
		d.Where = d.Open
	}
	return &Engine{d: d}, nil
}

const (
	// letters are marked as leaving at once: what a crash leaves unsure, at most.
	letters = 8
	// lost: those marked as leaving by another node for longer are unsure.
	lost = 30 * time.Minute
	// quiet: what is sent and did not come back for as long counts as delivered.
	quiet = 24 * time.Hour
	// beat between two looks when nothing rings.
	beat = 5 * time.Second
)

// Start takes up what was under way. What was leaving when the program stopped is unsure.
func (e *Engine) Start(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stop != nil {
		return errors.New("invite: already started")
	}
	s := e.d.Store
	before := s.d.Now()
	if s.d.DB.Dialect() == record.Postgres {
		before = before.Add(-lost)
	}
	for {
		n, err := s.Abandoned(ctx, before)
		if err != nil {
			return fmt.Errorf("messages left by a crash: %w", err)
		}
		if n == 0 {
			break
		}
		s.d.Log.Warn("messages were leaving when the program stopped: they may have left", "count", n)
	}
	e.follower = s.follower()
	if err := e.follower.Start(ctx); err != nil {
		return err
	}
	ctx, e.stop = context.WithCancel(context.WithoutCancel(ctx))
	e.done = make(chan struct{})
	go e.loop(ctx)
	return nil
}

// Stop waits for the messages being sent. Safe before Start and twice.
func (e *Engine) Stop() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stop == nil {
		return
	}
	e.stop()
	<-e.done
	e.follower.Stop()
	e.stop = nil
}

func (e *Engine) loop(ctx context.Context) {
	defer close(e.done)
	defer func() { e.lines.close() }()
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		rings := e.d.Store.d.DB.Changed()
		again, err := e.RunOnce(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			e.d.Store.d.Log.Error("invitations wait, trying again", "err", err)
			again = false
			rings = nil
		}
		if again {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-rings:
		case <-tick.C:
		}
	}
}

// RunOnce plans, sends and sweeps a batch each, and tells whether there may be more to do at once.
func (e *Engine) RunOnce(ctx context.Context) (bool, error) {
	s := e.d.Store
	if err := e.connect(ctx); err != nil {
		return false, err
	}
	planned, err := s.PlanOccurrences(ctx)
	if err != nil {
		return false, err
	}
	ran, err := s.PlanSchedules(ctx)
	if err != nil {
		return false, err
	}
	sent, err := e.send(ctx)
	if err != nil {
		return false, err
	}
	swept, err := e.sweep(ctx)
	return planned > 0 || ran || sent > 0 || swept > 0, err
}

func (e *Engine) sweep(ctx context.Context) (int, error) {
	s := e.d.Store
	now := s.d.Now()
	a, err := s.Abandoned(ctx, now.Add(-lost))
	if err != nil {
		return 0, err
	}
	q, err := s.Quieted(ctx, now.Add(-quiet))
	if err != nil {
		return 0, err
	}
	x, err := s.Expire(ctx)
	if err != nil {
		return a + q + x, err
	}
	return a + q + x, e.keepFortnights(ctx, now)
}

// keepFortnights looks once an hour for fortnights of pilots that are over.
func (e *Engine) keepFortnights(ctx context.Context, now time.Time) error {
	if last := e.looked.Load(); now.Unix() < last+3600 && now.Unix() >= last {
		return nil
	}
	_, err := e.d.Store.KeepFortnights(ctx)
	if err == nil {
		e.looked.Store(now.Unix())
	}
	return err
}

// connect makes the channels anew when their setting changed.
func (e *Engine) connect(ctx context.Context) error {
	s := e.d.Store
	kept, err := s.Setting(ctx, channelsSetting)
	if err != nil || kept == e.lines.kept {
		return err
	}
	e.lines.close()
	e.returned.Store(nil)
	e.lines = lines{kept: kept}
	c, err := s.openChannels(kept)
	if err != nil {
		return err
	}
	e.lines.base, e.lines.opens = c.Base, c.Opens
	if c.Mail != nil {
		if e.lines.mail, err = mail.NewSender(*c.Mail, mail.Deps{Log: s.d.Log}); err != nil {
			return err
		}
		e.lines.domain = domainOf(c.Mail.From.Email)
	}
	if c.SMS != nil {
		if e.lines.sms, err = sms.NewGateway(*c.SMS); err != nil {
			return err
		}
	}
	if c.Mailbox != nil {
		if e.lines.mailbox, err = mail.NewMailbox(*c.Mailbox, mail.Deps{Log: s.d.Log}); err != nil {
			return err
		}
		e.returned.Store(e.lines.mailbox)
		return e.lines.mailbox.Start(ctx, &returns{s: s})
	}
	return nil
}

func (l *lines) close() {
	if l.mail != nil {
		l.mail.Close()
	}
	if l.mailbox != nil {
		l.mailbox.Stop()
	}
}

func (l *lines) ready() map[string]bool {
	return map[string]bool{Email: l.mail != nil, SMS: l.sms != nil}
}
