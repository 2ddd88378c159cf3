package record

import (
	"context"
	"testing"
	"time"
)

// far counts what a follower was given.
type far struct{ at Cursor }

func (f *far) Cursor(context.Context) (Cursor, error) { return f.at, nil }
func (f *far) Apply(_ context.Context, _ []Entry, to Cursor) error {
	f.at = to
	return nil
}
func (f *far) Restart(_ context.Context, era Era) error {
	f.at = Cursor{Era: era}
	return nil
}

func TestALastFollowerGivesWayWhileLargeTransactionsPourInThenCatchesUp(t *testing.T) {
	ctx := t.Context()
	db, err := Open(ctx, Config{Dir: t.TempDir()}, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	err = db.Write(ctx, func(tx *Tx) error {
		for n := range pourEvents {
			tx.Publish(Event{Subject: Feedback, ID: int64(n), Kind: Created})
		}
		return nil
	})
	if err != nil || db.poured.Load() == 0 {
		t.Fatalf("a large transaction does not pour: %v", err)
	}
	head, err := db.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	db.poured.Store(time.Now().Add(time.Hour).UnixNano()) // without end
	began := time.Now()
	first, last := NewFollower(FollowerConfig{Name: "first"}, db, &far{}), NewFollower(FollowerConfig{Name: "last", Last: true}, db, &far{})
	for _, f := range []*Follower{first, last} {
		if err := f.Start(ctx); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(f.Stop)
	}
	if err := first.WaitFor(ctx, head); err != nil {
		t.Fatal(err)
	}
	if at := last.Position(); time.Since(began) < lastWaits && at != (Position{}) {
		t.Errorf("did not give way: at %s", at)
	}
	db.poured.Store(0)
	if err := last.WaitFor(ctx, head); err != nil {
		t.Errorf("did not catch up: %v", err)
	}
}

func TestAGentleFollowerLetsMoreGatherTheLongerABatchTook(t *testing.T) {
	const tick = 50 * time.Millisecond
	for _, c := range []struct {
		gentle     bool
		took, want time.Duration
	}{
		{false, time.Second, tick},
		{true, time.Millisecond, tick},
		{true, 30 * time.Millisecond, 120 * time.Millisecond},
		{true, time.Second, 250 * time.Millisecond},
	} {
		f := &Follower{c: FollowerConfig{Gentle: c.gentle, Tick: tick}}
		if got := f.gather(c.took); got != c.want {
			t.Errorf("gentle %t, a batch of %s: %s, want %s", c.gentle, c.took, got, c.want)
		}
	}
}
