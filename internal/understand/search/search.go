package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the "sqlite" driver

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/understand/insight"
)

// schema of the file; another one is built anew.
const schema = 2

// FileName in the data folder.
const FileName = "search.sqlite"

// Doc is what the index needs of a feedback; Live is false for what must not be found.
type Doc struct {
	ID    cx.FeedbackID
	Live  bool
	Lang  string
	Texts []string
}

// Deps are the rooms below: the record's feed, its present rows, and lists in a Scope.
type Deps struct {
	DB   *record.DB
	Read func(ctx context.Context, ids []int64) ([]Doc, error) // the ids that exist, any order
	List func(ctx context.Context, s people.Scope, q insight.ListQuery) (insight.List, error)
}

// Index is the open full-text file and its follower.
type Index struct {
	d        Deps
	path     string
	follower *record.Follower
	stems    *stemmer

	mu sync.RWMutex // held for writing while the file is replaced
	db *sql.DB
}

// New is inert: no file is opened before Start.
func New(dir string, d Deps) *Index {
	x := &Index{d: d, path: filepath.Join(dir, FileName), stems: newStemmer()}
	acts := map[record.Subject][]record.Kind{record.Feedback: {record.Created, record.Amended, record.Repaired, record.Erased}}
	x.follower = record.NewFollower(record.FollowerConfig{Name: "search", Acts: acts, Batch: 5000, Tick: 250 * time.Millisecond, Gentle: true, Last: true}, d.DB, x)
	return x
}

// Start opens the file, building it anew when it cannot be read, and follows the feed.
func (x *Index) Start(ctx context.Context) error {
	if err := x.open(); err != nil {
		if err := x.replace(); err != nil {
			return fmt.Errorf("search: %w", err)
		}
	}
	return x.follower.Start(ctx)
}

// Stop waits for the batch at work and closes the file.
func (x *Index) Stop() {
	x.follower.Stop()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.db != nil {
		_ = x.db.Close() // derived: nothing can be lost
		x.db = nil
	}
}

// Follower tells how far the index has come.
func (x *Index) Follower() *record.Follower { return x.follower }

// Lag is how many events of the feed the index has not read yet.
func (x *Index) Lag(ctx context.Context) (int64, error) {
	head, err := x.d.DB.Head(ctx)
	return max(0, x.follower.Position().Lag(head)), err
}

func (x *Index) open() error {
	pragmas := "?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=busy_timeout(10000)&_pragma=cache_size(-16384)&_pragma=secure_delete(FAST)"
	db, err := sql.Open("sqlite", "file:"+x.path+pragmas)
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(4)
	if err := initialise(db); err != nil {
		_ = db.Close()
		return err
	}
	x.db = db
	return nil
}

func initialise(db *sql.DB) error {
	var v int
	if err := db.QueryRow(`PRAGMA user_version`).Scan(&v); err != nil {
		return err
	}
	if v == schema {
		return nil
	}
	if v != 0 {
		return errors.New("another schema")
	}
	_, err := db.Exec(fmt.Sprintf(`BEGIN IMMEDIATE;
		CREATE VIRTUAL TABLE words USING fts5(stem, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 0");
		CREATE TABLE place (one INTEGER PRIMARY KEY CHECK (one = 1), era TEXT NOT NULL, position INTEGER NOT NULL);
		PRAGMA user_version = %d;
		COMMIT`, schema))
	return err
}

// replace begins an empty file.
func (x *Index) replace() error {
	if x.db != nil {
		_ = x.db.Close()
		x.db = nil
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(x.path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return x.open()
}

// Cursor, Apply and Restart make the index a record.Following.
func (x *Index) Cursor(ctx context.Context) (record.Cursor, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.db == nil { // a restart could not write its file: it is tried again
		return record.Cursor{}, nil
	}
	var c record.Cursor
	err := x.db.QueryRowContext(ctx, `SELECT era, position FROM place`).Scan(&c.Era, &c.Position)
	if errors.Is(err, sql.ErrNoRows) {
		return record.Cursor{}, nil
	}
	return c, err
}

func (x *Index) Restart(ctx context.Context, era record.Era) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.replace(); err != nil {
		return err
	}
	_, err := x.db.ExecContext(ctx, `INSERT INTO place (one, era, position) VALUES (1, ?, 0)`, string(era))
	return err
}

func (x *Index) Apply(ctx context.Context, entries []record.Entry, to record.Cursor) error {
	docs, err := x.docs(ctx, entries)
	if err != nil {
		return err
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	tx, err := x.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing after Commit
	if err := x.write(ctx, tx, docs); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO place (one, era, position) VALUES (1, ?, ?)`, string(to.Era), to.Position); err != nil {
		return err
	}
	return tx.Commit()
}

// present is what a feedback is now; was: it may be indexed already, in other words.
type present struct {
	Doc
	was bool
}

// docs reads the present rows of entries; what is gone has no text.
func (x *Index) docs(ctx context.Context, entries []record.Entry) (map[int64]present, error) {
	docs := make(map[int64]present, len(entries))
	ids := make([]int64, 0, len(entries))
	for _, e := range entries {
		if _, met := docs[e.ID]; !met {
			ids = append(ids, e.ID)
			docs[e.ID] = present{was: e.Kind != record.Created}
		}
	}
	read, err := x.d.Read(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	for _, d := range read {
		docs[int64(d.ID)] = present{d, docs[int64(d.ID)].was}
	}
	return docs, nil
}

func (x *Index) write(ctx context.Context, tx *sql.Tx, docs map[int64]present) error {
	insert, err := tx.PrepareContext(ctx, `INSERT INTO words (rowid, stem) VALUES (?, ?)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, id := range slices.Sorted(maps.Keys(docs)) {
		d := docs[id]
		if d.was {
			if _, err := tx.ExecContext(ctx, `DELETE FROM words WHERE rowid = ?`, id); err != nil {
				return err
			}
		}
		if !d.Live || len(d.Texts) == 0 {
			continue
		}
		words := x.stems.all(split(strings.Join(d.Texts, "\n")), stemLanguage(d.Lang))
		if _, err := insert.ExecContext(ctx, id, strings.Join(words, " ")); err != nil {
			return err
		}
	}
	return nil
}

// Matches are filtered by the projection in steps: the first is enough for most searches, the next are worth one question
// each.
const (
	firstStep = 10_000
	nextStep  = 100_000
)

// maxTotal is how far totals are exact.
const maxTotal = 10_000

// Search lists the feedback that hold the words typed and meet q, newest first, as far as the viewer may see them. All
// matches are gone through, because feedback does not arrive in the order it was given: pages follow each other to the
// last. The total is exact to 10,000, then 10,001. Words that cannot be looked for (only punctuation) find nothing.
func (x *Index) Search(ctx context.Context, s people.Scope, typed string, q insight.ListQuery) (insight.List, error) {
	m := x.stems.match(typed)
	if m == "" {
		return insight.List{}, nil
	}
	var all insight.List
	step, below := firstStep, int64(1<<63-1)
	for {
		ids, err := x.matches(ctx, m, below, step)
		if err != nil {
			return insight.List{}, err
		}
		if len(ids) == 0 {
			return all, nil
		}
		below = int64(ids[len(ids)-1])
		q.Among = ids
		page, err := x.d.List(ctx, s, q)
		if err != nil {
			return insight.List{}, err
		}
		all = join(all, page, q.Limit)
		if len(ids) < step {
			return all, nil
		}
		step = nextStep
	}
}

// matches gives the newest arrivals before one, at most so many.
func (x *Index) matches(ctx context.Context, m string, below int64, most int) ([]cx.FeedbackID, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.db == nil {
		return nil, cx.Fail(cx.Unavailable, "", "search.closed")
	}
	rows, err := x.db.QueryContext(ctx, `SELECT rowid FROM words WHERE words MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?`, m, below, most)
	if err != nil {
		return nil, fmt.Errorf("match: %w", err)
	}
	defer rows.Close()
	var ids []cx.FeedbackID
	for rows.Next() {
		var id cx.FeedbackID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// join adds the next step's page to the list so far, keeping (At, ID) descending and the page's length.
func join(a, b insight.List, limit int) insight.List {
	if limit == 0 {
		limit = 50
	}
	out := insight.List{Position: b.Position, Total: min(a.Total+b.Total, maxTotal+1), More: a.More || b.More}
	i, j := 0, 0
	for len(out.IDs) < limit && (i < len(a.IDs) || j < len(b.IDs)) {
		if j == len(b.IDs) || i < len(a.IDs) && newer(a.IDs[i], b.IDs[j]) {
			out.IDs = append(out.IDs, a.IDs[i])
			i++
		} else {
			out.IDs = append(out.IDs, b.IDs[j])
			j++
		}
	}
	out.More = out.More || i < len(a.IDs) || j < len(b.IDs)
	return out
}

func newer(a, b insight.Mark) bool {
	if !a.At.Equal(b.At) {
		return a.At.After(b.At)
	}
	return a.ID > b.ID
}

// Compact rewrites the file so that no byte of an erased text is left in it.
func (x *Index) Compact(ctx context.Context) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.db == nil {
		return cx.Fail(cx.Unavailable, "", "search.closed")
	}
	for _, q := range []string{`INSERT INTO words (words) VALUES ('optimize')`, `VACUUM`, `PRAGMA wal_checkpoint(TRUNCATE)`} {
		if _, err := x.db.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("compact search: %w", err)
		}
	}
	return nil
}
