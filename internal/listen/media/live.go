package media

import (
	"context"
	"errors"
	"os"
	"time"
)

// sweepEvery is how often what is to go is looked for. Erasing looks at once: this is for what could not be deleted then,
// and for what nobody came to hold.
const sweepEvery = 10 * time.Minute

// Start sweeps until Stop.
func (s *Store) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop != nil {
		return errors.New("media: already started")
	}
	if err := os.RemoveAll(s.incoming()); err != nil { // what a crash left half-way
		return err
	}
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.done = make(chan struct{})
	go s.sweepUntil(ctx)
	return nil
}

// Stop waits for the sweep at work. Safe before Start and twice.
func (s *Store) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop == nil {
		return
	}
	s.stop()
	<-s.done
}

func (s *Store) sweepUntil(ctx context.Context) {
	defer close(s.done)
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if n, err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
			s.d.Log.Error("files not deleted, trying again", "err", err)
		} else if n > 0 {
			s.d.Log.Info("files deleted", "n", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
