package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"vigie/internal/listen/collect"
	"vigie/internal/listen/invite"
)

// DripConfig of the slow drip.
type DripConfig struct {
	// Every is the mean time between two feedbacks; 0 is six seconds.
	Every time.Duration
}

// Drip sends a feedback of the demo through the door every few seconds, as long as the program lives. Now and then something
// happens to a customer that the company asks about; it is the outbox of what it asks then, and answers some of it.
type Drip struct {
	c     DripConfig
	d     Deps
	story *Story
	rng   *rand.Rand // the loop's
	asker *asker     // nil: nobody is asked
	drops int

	mu   sync.Mutex
	stop context.CancelFunc
	done chan struct{}
}

// NewDrip is inert until Start.
func NewDrip(c DripConfig, d Deps, story *Story) (*Drip, error) {
	if d.Door == nil || story == nil {
		return nil, fmt.Errorf("demo: Door and story are needed")
	}
	c.Every = cmp.Or(c.Every, 6*time.Second)
	p := &Drip{c: c, d: d.filled(), story: story}
	if d.At != nil {
		var err error
		p.asker, err = story.asksNow(p.d)
		return p, err
	}
	return p, nil
}

// Take keeps a message that the company writes, as the outbox of its engine.
func (p *Drip) Take(ctx context.Context, w invite.Written) (invite.Fate, string) {
	return p.asker.Take(ctx, w)
}

// Start begins to drip; a second Start is an error.
func (p *Drip) Start(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done != nil {
		return fmt.Errorf("demo: already dripping")
	}
	ctx, p.stop = context.WithCancel(context.WithoutCancel(ctx))
	if p.asker != nil {
		p.asker.ctx = ctx
		if err := p.asker.remember(p.d.Now()); err != nil {
			return err
		}
	}
	p.done = make(chan struct{})
	p.rng = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	go p.loop(ctx)
	return nil
}

// Stop waits for the feedback on its way. Safe before Start and twice.
func (p *Drip) Stop() {
	p.mu.Lock()
	stop, done := p.stop, p.done
	p.mu.Unlock()
	if done != nil {
		stop()
		<-done
	}
}

func (p *Drip) loop(ctx context.Context) {
	defer close(p.done)
	for {
		wait := time.NewTimer(p.c.Every/2 + rand.N(p.c.Every))
		select {
		case <-ctx.Done():
			wait.Stop()
			return
		case <-wait.C:
		}
		if _, err := p.runOnce(ctx); err != nil && ctx.Err() == nil {
			p.d.Log.Warn("demo drip not sent", "error", err)
		}
	}
}

// runOnce sends one feedback of this moment.
func (p *Drip) runOnce(ctx context.Context) (int, error) {
	out, err := p.d.Door.Put(ctx, "", p.story.Drip(p.d.Now(), p.rng))
	if err != nil {
		return 0, err
	}
	var sum Installed
	return 1, errors.Join(sum.add([]collect.Outcome{out}), p.ask(ctx))
}

const (
	eventEvery = 5  // feedbacks between two things that happen to a customer
	toldEvery  = 50 // feedbacks between two notes of how far the story was told
)

// ask tells what happens to a customer now and then, and what came back of what was asked.
func (p *Drip) ask(ctx context.Context) error {
	if p.asker == nil {
		return nil
	}
	p.drops++
	if p.drops%eventEvery == 0 {
		if err := p.asker.happenNow(ctx, p.rng); err != nil {
			return err
		}
	}
	if p.drops%toldEvery == 0 {
		if err := p.asker.h.Invites.KeepSetting(ctx, toldSetting, p.d.Now().Format(time.RFC3339Nano)); err != nil {
			return err
		}
	}
	return p.asker.comeBack(p.d.Now())
}
