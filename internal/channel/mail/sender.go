package mail

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"log/slog"
	"net/textproto"
	"sync"
	"time"

	"vigie/internal/cx"
)

// Deps is what a Sender and a Mailbox work with.
type Deps struct {
	Log *slog.Logger     // nil: slog.Default()
	Now func() time.Time // nil: time.Now
}

func (d Deps) filled() Deps {
	if d.Log == nil {
		d.Log = slog.Default()
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	return d
}

// Sender sends messages over a few connections that it keeps open between them. Safe for concurrent use.
type Sender struct {
	c    Config
	d    Deps
	key  crypto.Signer
	room chan struct{} // one place a connection

	mu     sync.Mutex
	idle   []*connection
	closed bool
}

// NewSender is inert: it connects when the first message leaves. The error is the first of Config.Check.
func NewSender(c Config, d Deps) (*Sender, error) {
	if l := c.Check(); len(l) > 0 {
		return nil, l[0]
	}
	c = c.filled()
	key, err := c.DKIM.signer()
	if err != nil {
		return nil, err
	}
	return &Sender{c: c, d: d.filled(), key: key, room: make(chan struct{}, c.Connections)}, nil
}

// Send hands m to the server. nil: the server took it. Else the error is a *Failure, whose Outcome says whether to send
// it again; only Unsure may have left.
func (s *Sender) Send(ctx context.Context, m Message) error {
	if l := m.Check(); len(l) > 0 {
		return invalid(l[0])
	}
	e, err := s.envelope(m)
	if err != nil {
		return invalid(err)
	}
	select {
	case s.room <- struct{}{}:
		defer func() { <-s.room }()
	case <-ctx.Done():
		return failed(atConnect, ctx.Err())
	}
	if f := s.deliver(ctx, e); f != nil {
		return f
	}
	return nil
}

// envelope is a message as the server gets it.
type envelope struct {
	from, to string
	raw      []byte
}

func (s *Sender) envelope(m Message) (envelope, error) {
	to, err := ParseAddress("to", m.To.Email)
	if err != nil {
		return envelope{}, err
	}
	from, err := ParseAddress("bounce", s.c.Bounce)
	if err != nil {
		return envelope{}, err
	}
	if s.c.VERP {
		from = verp(from, to)
	}
	raw, err := s.c.compose(m, s.d.Now())
	if err == nil && s.key != nil {
		raw, err = s.c.DKIM.sign(s.key, raw)
	}
	if err != nil {
		return envelope{}, fmt.Errorf("mail: compose: %w", err)
	}
	return envelope{from: from, to: to, raw: raw}, nil
}

// deliver sends over a connection kept open, once more over a fresh one when the kept one turns out to be dead before
// anything left.
func (s *Sender) deliver(ctx context.Context, e envelope) *Failure {
	l, err := s.take()
	if err != nil {
		return failed(atConnect, err)
	}
	if l != nil {
		at, err := l.carry(ctx, e)
		if err == nil || at > atSender || !l.lost && !hungUp(err) || ctx.Err() != nil {
			return s.give(ctx, l, at, err)
		}
		l.close()
	}
	l, f := dial(ctx, s.c.Server)
	if f != nil {
		return f
	}
	at, err := l.carry(ctx, e)
	return s.give(ctx, l, at, err)
}

// hungUp tells that the server closes the connection for its own reasons.
func hungUp(err error) bool {
	reply, answered := errors.AsType[*textproto.Error](err)
	return answered && reply.Code == 421
}

// idleMost is less than what servers wait before they hang up.
const idleMost = 20 * time.Second

// take gives a connection kept open, nil when there is none.
func (s *Sender) take() (*connection, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, cx.Fail(cx.Unavailable, "", "mail.stopped")
	}
	for len(s.idle) > 0 {
		l := s.idle[len(s.idle)-1]
		s.idle = s.idle[:len(s.idle)-1]
		if s.d.Now().Sub(l.since) < idleMost {
			return l, nil
		}
		l.close()
	}
	return nil, nil
}

// give keeps the connection for the next message when it can carry one, and judges how this one went.
func (s *Sender) give(ctx context.Context, l *connection, at step, err error) *Failure {
	var f *Failure
	if err != nil {
		f = failed(at, err)
	}
	if !l.reusable(ctx, err) || l.carried >= s.c.Each {
		l.quit()
		return f
	}
	l.since = s.d.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		l.close()
		return f
	}
	s.idle = append(s.idle, l)
	return f
}

// Close hangs up. Messages being sent end first on their own; later ones fail. Twice is fine.
func (s *Sender) Close() {
	s.mu.Lock()
	idle := s.idle
	s.idle, s.closed = nil, true
	s.mu.Unlock()
	for _, l := range idle {
		l.quit()
	}
}
