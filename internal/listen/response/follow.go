package response

import (
	"context"
	"fmt"
	"time"

	"vigie/internal/record"
)

const followerName = "response"

// forgetErased deletes the responses whose feedback was erased: what the person wrote stands there too.
func forgetErased(ctx context.Context, tx *record.Tx, erased []record.Entry) error {
	for _, e := range erased {
		for _, q := range []string{`DELETE FROM response_walk WHERE response IN (SELECT id FROM response WHERE feedback = ?)`, `DELETE FROM response WHERE feedback = ?`} {
			if _, err := tx.Exec(ctx, q, e.ID); err != nil {
				return fmt.Errorf("erase response: %w", err)
			}
		}
	}
	return nil
}

// Start sweeps what the door was not told and erases what was erased, until Stop.
func (d *Desk) Start(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stop != nil {
		return fmt.Errorf("response: already started")
	}
	d.follower = record.NewFollower(record.FollowerConfig{Name: followerName, Batch: 10_000, Tick: time.Second, Gentle: true, Last: true,
		Acts: map[record.Subject][]record.Kind{record.Feedback: {record.Erased}}}, d.d.DB, record.NewInside(d.d.DB, followerName, forgetErased))
	if err := d.follower.Start(ctx); err != nil {
		return err
	}
	ctx, d.stop = context.WithCancel(context.WithoutCancel(ctx))
	d.done = make(chan struct{})
	go d.sweepUntil(ctx)
	return nil
}

// Stop waits for the sweep at work. Safe before Start and twice.
func (d *Desk) Stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stop == nil {
		return
	}
	d.stop()
	<-d.done
	d.follower.Stop()
}

func (d *Desk) sweepUntil(ctx context.Context) {
	defer close(d.done)
	if _, err := d.CatchUp(ctx); err != nil && ctx.Err() == nil {
		d.d.Log.Error("walks of earlier responses not kept, tried again at the next start", "err", err)
	}
	tick := time.NewTicker(sweepAge)
	defer tick.Stop()
	var forgotten time.Time
	for {
		if n, err := d.Sweep(ctx); err != nil && ctx.Err() == nil {
			d.d.Log.Error("responses not told to the door, trying again", "err", err)
		} else if n > 0 {
			d.d.Log.Info("responses told to the door late", "n", n)
		}
		if now := time.Now(); now.Sub(forgotten) >= forgetEvery {
			forgotten = now
			if _, err := d.Forget(ctx); err != nil && ctx.Err() == nil {
				d.d.Log.Error("responses that said nothing not forgotten", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
