package mail

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Taker keeps how far a mailbox was read, and takes what comes.
type Taker interface {
	Cursor(context.Context) (Cursor, error)
	// Take keeps Arrived.Cursor too, so that a message is taken once whatever happens between.
	Take(context.Context, Arrived) error
}

// watch is the loop of a started Mailbox.
type watch struct {
	mu      sync.Mutex
	stop    context.CancelFunc
	done    chan struct{}
	trouble error
	last    time.Time
}

// Start reads the mailbox at once, then every so often, until Stop. A second Start is an error.
func (m *Mailbox) Start(ctx context.Context, t Taker) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done != nil {
		return fmt.Errorf("mail: mailbox already started")
	}
	ctx, m.stop = context.WithCancel(context.WithoutCancel(ctx))
	m.done = make(chan struct{})
	go m.loop(ctx, t)
	return nil
}

// Stop waits for the message being taken. Safe before Start and twice.
func (m *Mailbox) Stop() {
	m.mu.Lock()
	stop, done := m.stop, m.done
	m.mu.Unlock()
	if done != nil {
		stop()
		<-done
	}
}

// Trouble gives why the last round failed, nil when it did not.
func (m *Mailbox) Trouble() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.trouble
}

// Last tells when the folder was last read to its end; zero: not yet.
func (m *Mailbox) Last() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last
}

func (m *Mailbox) loop(ctx context.Context, t Taker) {
	defer close(m.done)
	for {
		n, err := m.runOnce(ctx, t)
		if ctx.Err() != nil {
			return
		}
		m.mu.Lock()
		m.trouble = err
		if err == nil {
			m.last = m.d.Now()
		}
		m.mu.Unlock()
		switch {
		case err != nil:
			m.d.Log.Warn("mailbox not read, trying again", "taken", n, "err", err, "pause", m.c.Every)
		case n > 0:
			m.d.Log.Info("mailbox read", "taken", n)
		}
		wait := time.NewTimer(m.c.Every)
		select {
		case <-ctx.Done():
			wait.Stop()
			return
		case <-wait.C:
		}
	}
}

// runOnce is one round; n messages were taken.
func (m *Mailbox) runOnce(ctx context.Context, t Taker) (n int, err error) {
	from, err := t.Cursor(ctx)
	if err != nil {
		return 0, err
	}
	_, err = m.Fetch(ctx, from, func(ctx context.Context, a Arrived) error {
		if err := t.Take(ctx, a); err != nil {
			return err
		}
		n++
		return nil
	})
	return n, err
}
