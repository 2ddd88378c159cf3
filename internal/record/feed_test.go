package record_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func TestFeedIsGaplessAndInCommitOrderUnderConcurrentWriters(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := range 20 {
					err := db.Write(ctx, func(tx *record.Tx) error {
						for k := range 1 + (w+i)%5 {
							tx.Publish(record.Event{Subject: record.Feedback, ID: int64(w*1000 + i*10 + k), Kind: record.Created})
						}
						if i%7 == 3 {
							return errors.New("rolled back")
						}
						return nil
					})
					if err != nil && i%7 != 3 {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		entries, err := db.Feed(ctx, record.Position{}, 100_000)
		if err != nil {
			t.Fatal(err)
		}
		head, err := db.Head(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var p record.Position
		for _, e := range entries {
			if p.Lag(e.Position) != 1 {
				t.Fatalf("%s follows %s", e.Position, p)
			}
			p = e.Position
		}
		if p != head || len(entries) == 0 {
			t.Errorf("feed ends at %s, head is %s", p, head)
		}
	})
}

type counting struct {
	mu   sync.Mutex
	cur  record.Cursor
	seen []record.Entry
	fail int
}

func (c *counting) Cursor(context.Context) (record.Cursor, error) { return c.cur, nil }
func (c *counting) Restart(_ context.Context, e record.Era) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cur, c.seen = record.Cursor{Era: e}, nil
	return nil
}
func (c *counting) Apply(_ context.Context, es []record.Entry, to record.Cursor) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fail > 0 {
		c.fail--
		return errors.New("not now")
	}
	c.seen, c.cur = append(c.seen, es...), to
	return nil
}

func TestFollowerSeesItsKindsOnceDespiteFailuresAndStartsAgainInAnotherEra(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		c := &counting{fail: 2}
		f := record.NewFollower(record.FollowerConfig{Name: "test", Batch: 3, Tick: time.Millisecond,
			Acts: map[record.Subject][]record.Kind{record.Feedback: {record.Created}}}, db, c)
		f.Stop() // safe before Start
		if err := f.Start(ctx); err != nil {
			t.Fatal(err)
		}
		publish(t, db, 10)
		waitHead(ctx, t, db, f)
		if len(c.seen) != 10 {
			t.Errorf("saw %d of 10 created", len(c.seen))
		}
		if _, err := db.NewEra(ctx); err != nil {
			t.Fatal(err)
		}
		publish(t, db, 1)
		waitHead(ctx, t, db, f)
		f.Stop()
		f.Stop()
		if len(c.seen) != 11 {
			t.Errorf("after another era saw %d of 11", len(c.seen))
		}
	})
}

func publish(t *testing.T, db *record.DB, n int) {
	t.Helper()
	for i := range n {
		err := db.Write(context.Background(), func(tx *record.Tx) error {
			tx.Publish(record.Event{Subject: record.Feedback, ID: int64(i + 1), Kind: record.Created},
				record.Event{Subject: record.Feedback, ID: int64(i + 1), Kind: record.Amended})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func waitHead(ctx context.Context, t *testing.T, db *record.DB, f *record.Follower) {
	t.Helper()
	head, err := db.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.WaitFor(ctx, head); err != nil {
		t.Fatal(err)
	}
}

func TestSnapshotFollowsWhatTouchesIt(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		loads := 0
		s := record.NewSnapshot(db, "things", func(context.Context, record.Querier) (int, error) { loads++; return loads, nil })
		first, err := s.Present(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := s.Present(ctx); again != first {
			t.Errorf("loaded again without a change")
		}
		if err := db.Write(ctx, func(tx *record.Tx) error { return tx.Touch(ctx, "things") }); err != nil {
			t.Fatal(err)
		}
		if after, _ := s.Present(ctx); after == first {
			t.Errorf("a change was not seen at once")
		}
	})
}
