package collect_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// kept checks that every acknowledged source_id stands exactly once in the record and in the feed.
func kept(t *testing.T, db *record.DB, acknowledged []string) {
	t.Helper()
	ctx := context.Background()
	d, _ := collect.New(collect.Config{}, newHouse(db).deps())
	byID, bySource := map[int64]string{}, map[string]int{}
	err := d.All(ctx, func(s collect.Stored) error {
		f, err := collect.Decode(s)
		byID[int64(s.ID)] = f.SourceID
		bySource[f.SourceID]++
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	created := map[string]int{}
	var last record.Position
	for {
		entries, err := db.Feed(ctx, last, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) == 0 {
			break
		}
		for _, e := range entries {
			if last.Lag(e.Position) != 1 {
				t.Fatalf("position %s follows %s", e.Position, last)
			}
			last = e.Position
			if e.Subject == record.Feedback && e.Kind == record.Created {
				created[byID[e.ID]]++
			}
		}
	}
	for _, id := range acknowledged {
		if bySource[id] != 1 || created[id] != 1 {
			t.Errorf("acknowledged %s: %d times in the record, %d times in the feed", id, bySource[id], created[id])
		}
	}
	for id, n := range bySource {
		if n != 1 || created[id] != 1 {
			t.Errorf("%s: %d times in the record, %d times in the feed", id, n, created[id])
		}
	}
}

func TestManyCallersAreWrittenTogetherEachOnce(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, _ := open(t, db)
		var mu sync.Mutex
		var acknowledged []string
		ids := map[cx.FeedbackID]bool{}
		var wg sync.WaitGroup
		for w := range 32 {
			wg.Go(func() {
				for i := range 40 {
					in := feedback(w/2*1000 + i) // every feedback comes from two callers
					out, err := d.Put(context.Background(), "", in)
					if err != nil || out.Verdict != collect.Accepted && out.Verdict != collect.Duplicate {
						t.Error(out, err)
					}
					mu.Lock()
					ids[out.ID] = true
					acknowledged = append(acknowledged, in.SourceID)
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if len(ids) != 16*40 {
			t.Errorf("%d ids for %d feedbacks", len(ids), 16*40)
		}
		kept(t, db, acknowledged)
	})
}

func TestAClientGoneInTheMiddleChangesNothing(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, _ := open(t, db)
		var acknowledged []string
		var mu sync.Mutex
		var wg sync.WaitGroup
		for i := range 400 {
			wg.Go(func() {
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				if i%3 == 0 {
					go cancel()
				}
				out, err := d.Put(ctx, "", feedback(i))
				if err != nil && (i%3 != 0 || cx.KindOf(err) != cx.Unavailable) {
					t.Error(err)
				}
				if err == nil && out.Verdict == collect.Accepted {
					mu.Lock()
					acknowledged = append(acknowledged, feedback(i).SourceID)
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		for i := range 400 { // those who left come again
			if v := put(t, d, feedback(i)).Verdict; v != collect.Accepted && v != collect.Duplicate {
				t.Error(i, v)
			}
			acknowledged = append(acknowledged, feedback(i).SourceID)
		}
		kept(t, db, acknowledged)
	})
}

func poison(t *testing.T, db *record.DB) {
	t.Helper()
	execute(t, db, map[record.Dialect][]string{
		record.SQLite: {`CREATE TRIGGER poison BEFORE INSERT ON feedback WHEN instr(NEW.payload, 'poison') > 0 BEGIN SELECT RAISE(ABORT, 'poisoned'); END`},
		record.Postgres: {`CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF position('poison'::bytea IN NEW.payload) > 0 THEN RAISE 'poisoned'; END IF; RETURN NEW; END $$`,
			`CREATE TRIGGER poison BEFORE INSERT ON feedback FOR EACH ROW EXECUTE FUNCTION poison()`},
	})
}

func execute(t *testing.T, db *record.DB, queries map[record.Dialect][]string) {
	t.Helper()
	for _, q := range queries[db.Dialect()] {
		err := db.Write(context.Background(), func(tx *record.Tx) error {
			_, err := tx.Exec(context.Background(), q)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAPoisonedFeedbackAmongFiveHundredFailsAlone(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, _ := open(t, db)
		poison(t, db)
		lines := make([]collect.Line, 500)
		for i := range lines {
			lines[i] = collect.Line{Number: i + 1, Incoming: feedback(i)}
		}
		lines[321].Incoming.Verbatim = "poison"
		lines[400].Incoming.Customer = &collect.Customer{Ref: "C1"}
		out, err := d.Batch(context.Background(), lines)
		if err != nil {
			t.Fatal(err)
		}
		var acknowledged []string
		for i, o := range out {
			switch {
			case i == 321:
				if o.Verdict != collect.Rejected || codes(o.Errors) != "collect.unavailable" {
					t.Errorf("the poisoned one: %+v", o)
				}
			case o.Verdict != collect.Accepted:
				t.Errorf("line %d: %+v", i+1, o)
			default:
				acknowledged = append(acknowledged, lines[i].Incoming.SourceID)
			}
		}
		kept(t, db, acknowledged)
		if _, err := d.Put(context.Background(), "", lines[321].Incoming); cx.KindOf(err) != cx.Unavailable {
			t.Errorf("alone: %v", err)
		}
	})
}

func TestAForeignTransactionHeldOpenDoesNotStopTheFeed(t *testing.T) {
	url := recordtest.PostgresURL(t)
	db, err := record.Open(context.Background(), record.Config{URL: url}, record.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	foreign, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer foreign.Close()
	tx, err := foreign.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.Exec(`INSERT INTO setting (name, value) VALUES ('held', 'open')`); err != nil {
		t.Fatal(err)
	}
	d, _ := open(t, db)
	out := put(t, d, feedback(1))
	head, err := db.Head(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	entries, err := db.Feed(context.Background(), record.Position{}, 10)
	if err != nil || len(entries) == 0 || entries[len(entries)-1].Position != head || entries[len(entries)-1].ID != int64(out.ID) {
		t.Errorf("feed %v to %s, %v", entries, head, err)
	}
}

func TestADiskThatIsFullIsUnavailableAndLosesNothing(t *testing.T) {
	db := recordtest.SQLite(t)
	d, _ := open(t, db)
	var acknowledged []string
	pages := func(n string) {
		err := db.Write(context.Background(), func(tx *record.Tx) error {
			rows, err := tx.Query(context.Background(), `PRAGMA max_page_count = `+n)
			if err != nil {
				return err
			}
			return rows.Close()
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	acknowledged = append(acknowledged, feedback(0).SourceID)
	put(t, d, feedback(0))
	pages("60")
	full := -1
	for i := 1; i < 2000 && full < 0; i++ {
		out, err := d.Put(context.Background(), "", feedback(i))
		switch {
		case cx.KindOf(err) == cx.Unavailable:
			full = i
		case err != nil || out.Verdict != collect.Accepted:
			t.Fatal(i, out, err)
		default:
			acknowledged = append(acknowledged, feedback(i).SourceID)
		}
	}
	if full < 0 {
		t.Fatal("the disk never was full")
	}
	kept(t, db, acknowledged)
	pages("1000000")
	put(t, d, feedback(full))
	kept(t, db, append(acknowledged, feedback(full).SourceID))
}

func TestPostgresKilledIsUnavailableThenGoesOnWithoutLoss(t *testing.T) {
	server := recordtest.StartPostgres(t)
	db, err := record.Open(context.Background(), record.Config{URL: server.URL}, record.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	d, _ := open(t, db)
	rounds := 5
	if testing.Short() {
		rounds = 1
	}
	var next, failed atomic.Int64
	var all []string
	for range rounds {
		acknowledged := make(chan string, 100_000)
		var wg sync.WaitGroup
		stop := make(chan struct{})
		for range 16 {
			wg.Go(func() { insist(t, d, insisting{&next, &failed, acknowledged, stop}) })
		}
		for range 200 + rand.IntN(500) {
			all = append(all, <-acknowledged)
		}
		before := failed.Load()
		server.Kill()
		waitUntil(t, func() bool { return failed.Load() > before })
		server.Start()
		for range 100 {
			all = append(all, <-acknowledged)
		}
		close(stop)
		wg.Wait()
		close(acknowledged)
		for id := range acknowledged {
			all = append(all, id)
		}
	}
	kept(t, db, all)
}

type insisting struct {
	next, failed *atomic.Int64
	acknowledged chan<- string
	stop         <-chan struct{}
}

// insist sends one feedback after another, each with the same key until it is acknowledged.
func insist(t *testing.T, d *collect.Door, s insisting) {
	for {
		in := feedback(int(s.next.Add(1)))
		for {
			out, err := d.Put(context.Background(), "", in)
			if err == nil && out.Verdict != collect.Accepted && out.Verdict != collect.Duplicate {
				t.Error(out)
			}
			if err == nil {
				break
			}
			if cx.KindOf(err) != cx.Unavailable {
				t.Error(err)
			}
			s.failed.Add(1)
		}
		s.acknowledged <- in.SourceID
		select {
		case <-s.stop:
			return
		default:
		}
	}
}

func waitUntil(t *testing.T, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.After(3 * time.Minute)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("waited in vain")
		}
	}
}

// Environment of the child that is killed: where its record is, and the round.
const (
	childDir   = "VIGIE_TEST_DOOR_DIR"
	childURL   = "VIGIE_TEST_DOOR_URL"
	childRound = "VIGIE_TEST_DOOR_ROUND"
)

// TestDoorOfAChild is no test: it is the process that TestKilledAtRandomMoments kills.
func TestDoorOfAChild(t *testing.T) {
	if os.Getenv(childRound) == "" {
		t.Skip("run by TestKilledAtRandomMoments")
	}
	db, err := record.Open(context.Background(), record.Config{Dir: os.Getenv(childDir), URL: os.Getenv(childURL)}, record.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	d, _ := open(t, db)
	var n atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() {
			for {
				in := feedback(0)
				in.SourceID = fmt.Sprintf("%s-%d", os.Getenv(childRound), n.Add(1))
				in.Customer = &collect.Customer{Ref: fmt.Sprint("C", n.Load()%50)}
				out, err := d.Put(context.Background(), "", in)
				if err != nil || out.Verdict != collect.Accepted {
					t.Error(out, err)
					return
				}
				mu.Lock()
				fmt.Println("ack", in.SourceID)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

func TestKilledAtRandomMoments(t *testing.T) {
	rounds := 50
	if testing.Short() {
		rounds = 4
	}
	run := func(t *testing.T, c record.Config) {
		var acknowledged []string
		for round := range rounds {
			acknowledged = append(acknowledged, killOne(t, c, round)...)
		}
		db, err := record.Open(context.Background(), c, record.Deps{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if len(acknowledged) < rounds {
			t.Errorf("only %d acknowledged", len(acknowledged))
		}
		kept(t, db, acknowledged)
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		run(t, record.Config{Dir: t.TempDir()})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		run(t, record.Config{URL: recordtest.PostgresURL(t)})
	})
}

// killOne starts a child, reads what it acknowledges, kills it after some, and gives all that it said.
func killOne(t *testing.T, c record.Config, round int) []string {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestDoorOfAChild$", "-test.timeout=10m")
	child.Env = append(os.Environ(), childDir+"="+c.Dir, childURL+"="+c.URL, fmt.Sprintf("%s=%d", childRound, round),
		"TMPDIR="+t.TempDir()) // killed, it removes nothing itself
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var ids, other []string
	some := 1 + rand.IntN(1500)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		id, ok := strings.CutPrefix(lines.Text(), "ack ")
		if !ok {
			other = append(other, lines.Text())
			continue
		}
		if ids = append(ids, id); len(ids) == some {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = child.Wait() // it was killed
	if len(ids) < some {
		t.Fatalf("the child ended by itself after %d of %d: %s", len(ids), some, other)
	}
	return slices.Clip(ids)
}
