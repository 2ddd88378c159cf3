package survey

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// Store keeps the surveys: a draft each, and the versions published of it.
type Store struct {
	// Metrics gives the known metrics by key. nil: their names and scales are not checked.
	Metrics func(context.Context) (func(cx.MetricID) (cx.Metric, bool), error)
	Now     func() time.Time // nil: time.Now

	db       *record.DB
	snapshot *record.Snapshot[[]Survey]

	mu   sync.Mutex
	read map[edition]Version // of those published, which never change
}

// edition is a version of a survey.
type edition struct {
	of cx.SurveyID
	n  int64
}

// readMost bounds the versions kept in memory, some 20 KB each.
const readMost = 500

// counter that versions the tables.
const counter = "survey"

// New gives the store of db; set its fields before use.
func New(db *record.DB) *Store {
	return &Store{db: db, snapshot: record.NewSnapshot(db, counter, load), read: map[edition]Version{}}
}

// Survey is one questionnaire as it is being written.
type Survey struct {
	Draft Definition
	// Edition counts the drafts kept: an edit says which one it was made from.
	Edition  int64
	Version  int64 // the last published; 0: none yet
	Archived bool
	// Ahead: the draft says something that the last version does not.
	Ahead bool
	// Losses: what the file it came from said and the draft does not, until somebody has read them.
	Losses  []Loss
	Changed time.Time
	By      string
}

// Asking tells whether it may be asked.
func (s Survey) Asking() bool { return s.Version > 0 && !s.Archived }

// Version is what respondents answer; it never changes.
type Version struct {
	Definition
	N  int64
	At time.Time
	By string
}

// Name of a version in a feedback: "delivery@3".
func (v Version) Name() string { return fmt.Sprintf("%s@%d", v.Key, v.N) }

// Present lists the surveys as of now, archived ones included; do not modify them.
func (s *Store) Present(ctx context.Context) ([]Survey, error) { return s.snapshot.Present(ctx) }

// Survey gives one, or NotFound.
func (s *Store) Survey(ctx context.Context, key cx.SurveyID) (Survey, error) {
	l, err := s.Present(ctx)
	if err != nil {
		return Survey{}, err
	}
	for _, one := range l {
		if one.Draft.Key == key {
			return one, nil
		}
	}
	return Survey{}, unknown(key)
}

func unknown(key cx.SurveyID) error {
	return cx.Fail(cx.NotFound, "survey", "survey.unknown", "key", string(key))
}

func load(ctx context.Context, q record.Querier) ([]Survey, error) {
	rows, err := q.Query(ctx, `SELECT s.draft, s.edition, s.version, s.archived, s.changed, s.changed_by, s.losses, COALESCE(v.definition, '')
		FROM survey s LEFT JOIN survey_version v ON v.survey = s.key AND v.version = s.version ORDER BY s.place, s.key`)
	if err != nil {
		return nil, fmt.Errorf("surveys: %w", err)
	}
	defer rows.Close()
	var l []Survey
	for rows.Next() {
		var s Survey
		var draft, losses, published string
		var changed int64
		if err := rows.Scan(&draft, &s.Edition, &s.Version, &s.Archived, &changed, &s.By, &losses, &published); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(losses), &s.Losses); err != nil {
			return nil, fmt.Errorf("losses of a survey: %w", err)
		}
		if err := json.Unmarshal([]byte(draft), &s.Draft); err != nil {
			return nil, fmt.Errorf("draft of a survey: %w", err)
		}
		s.Changed, s.Ahead = time.UnixMicro(changed).UTC(), draft != published
		l = append(l, s)
	}
	return l, rows.Err()
}

// Save keeps a draft, finished or not: only its key and its logo are checked, the latter drawn again. base is the edition it was made from: Conflict when there
// is another by now; 0: the survey must be new; -1: whatever is there is replaced. It gives the edition now present.
func (s *Store) Save(ctx context.Context, by string, d Definition, base int64) (edition int64, err error) {
	if !cx.ValidKey(string(d.Key)) {
		return 0, cx.Fail(cx.Invalid, "key", "survey.key", "key", string(d.Key))
	}
	if err := d.Theme.redraw(); err != nil {
		return 0, err
	}
	b, err := json.Marshal(d)
	if err != nil {
		return 0, err
	}
	err = s.write(ctx, func(tx *record.Tx) error {
		present, err := find(ctx, tx, d.Key)
		switch {
		case err != nil:
			return err
		case base == 0 && present != nil:
			return cx.Fail(cx.Conflict, "key", "survey.exists", "key", string(d.Key))
		case base > 0 && (present == nil || present.Edition != base):
			return cx.Fail(cx.Conflict, "", "survey.changed_since")
		}
		edition = 1
		if present != nil {
			edition = present.Edition + 1
		}
		_, err = tx.Exec(ctx, `INSERT INTO survey (key, place, draft, edition, version, archived, changed, changed_by)
			VALUES (?, (SELECT COALESCE(MAX(place), 0) + 1 FROM survey), ?, ?, 0, 0, ?, ?)
			ON CONFLICT (key) DO UPDATE SET draft = excluded.draft, edition = excluded.edition, changed = excluded.changed, changed_by = excluded.changed_by`,
			string(d.Key), string(b), edition, s.now().UnixMicro(), by)
		return err
	})
	return edition, err
}

// find gives a survey inside a transaction, nil when there is none.
func find(ctx context.Context, tx *record.Tx, key cx.SurveyID) (*Survey, error) {
	l, err := load(ctx, tx)
	if err != nil {
		return nil, err
	}
	for i := range l {
		if l[i].Draft.Key == key {
			return &l[i], nil
		}
	}
	return nil, nil
}

// Publish makes of the draft the version that is answered from now on: every problem is told with its path
// (errors.Join of *cx.Error). A draft that is the last version already gives that one.
func (s *Store) Publish(ctx context.Context, by string, key cx.SurveyID) (Version, error) {
	metric, err := s.metrics(ctx)
	if err != nil {
		return Version{}, err
	}
	var out Version
	err = s.write(ctx, func(tx *record.Tx) error {
		present, err := find(ctx, tx, key)
		if err != nil {
			return err
		}
		if present == nil {
			return unknown(key)
		}
		if err := present.Draft.CheckWith(metric); err != nil {
			return err
		}
		out = Version{Definition: present.Draft, N: present.Version, At: s.now(), By: by}
		if !present.Ahead {
			return nil
		}
		out.N++
		return s.publish(ctx, tx, out)
	})
	return out, err
}

// Unpublishable tells all that keeps a definition from being published, as Publish would (errors.Join of *cx.Error).
func (s *Store) Unpublishable(ctx context.Context, d Definition) error {
	metric, err := s.metrics(ctx)
	if err != nil {
		return err
	}
	return d.CheckWith(metric)
}

func (s *Store) metrics(ctx context.Context) (func(cx.MetricID) (cx.Metric, bool), error) {
	if s.Metrics == nil {
		return nil, nil
	}
	return s.Metrics(ctx)
}

func (s *Store) publish(ctx context.Context, tx *record.Tx, v Version) error {
	b, err := json.Marshal(v.Definition)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO survey_version (survey, version, definition, published, published_by) VALUES (?, ?, ?, ?, ?)`,
		string(v.Key), v.N, string(b), v.At.UnixMicro(), v.By); err != nil {
		return fmt.Errorf("version of a survey: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE survey SET version = ?, draft = ? WHERE key = ?`, v.N, string(b), string(v.Key))
	return err
}

// Published gives a version, the last for 0; NotFound when there is none. Do not modify it.
func (s *Store) Published(ctx context.Context, key cx.SurveyID, n int64) (Version, error) {
	if n == 0 {
		one, err := s.Survey(ctx, key)
		if err != nil {
			return Version{}, err
		}
		n = one.Version
	}
	at := edition{key, n}
	s.mu.Lock()
	v, ok := s.read[at]
	s.mu.Unlock()
	if ok {
		return v, nil
	}
	l, err := s.versions(ctx, key, n, 1)
	if err != nil {
		return Version{}, err
	}
	if len(l) == 0 || n == 0 {
		return Version{}, unknown(key)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.read) >= readMost {
		clear(s.read)
	}
	s.read[at] = l[0]
	return l[0], nil
}

// Versions lists what was published of a survey, newest first.
func (s *Store) Versions(ctx context.Context, key cx.SurveyID) ([]Version, error) {
	return s.versions(ctx, key, 0, 1000)
}

func (s *Store) versions(ctx context.Context, key cx.SurveyID, n int64, limit int) ([]Version, error) {
	rows, err := s.db.Query(ctx, `SELECT version, definition, published, published_by FROM survey_version
		WHERE survey = ? AND (version = ? OR ? = 0) ORDER BY version DESC LIMIT ?`, string(key), n, n, limit)
	if err != nil {
		return nil, fmt.Errorf("versions of a survey: %w", err)
	}
	defer rows.Close()
	var l []Version
	for rows.Next() {
		var v Version
		var definition string
		var at int64
		if err := rows.Scan(&v.N, &definition, &at, &v.By); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(definition), &v.Definition); err != nil {
			return nil, fmt.Errorf("version of a survey: %w", err)
		}
		v.At = time.UnixMicro(at).UTC()
		l = append(l, v)
	}
	return l, rows.Err()
}

// Archive puts a survey away, or brings it back: nobody is asked any more, answers under way may be finished.
func (s *Store) Archive(ctx context.Context, by string, key cx.SurveyID, away bool) error {
	archived := 0
	if away {
		archived = 1
	}
	return s.change(ctx, key, `UPDATE survey SET archived = ?, changed = ?, changed_by = ? WHERE key = ?`, archived, s.now().UnixMicro(), by, string(key))
}

// Delete removes a survey that was never published; a published one is archived instead (Conflict).
func (s *Store) Delete(ctx context.Context, key cx.SurveyID) error {
	err := s.change(ctx, key, `DELETE FROM survey WHERE key = ? AND version = 0`, string(key))
	if cx.KindOf(err) == cx.NotFound {
		if _, found := s.Survey(ctx, key); found == nil {
			return cx.Fail(cx.Conflict, "survey", "survey.was_published", "key", string(key))
		}
	}
	return err
}

func (s *Store) change(ctx context.Context, key cx.SurveyID, q string, args ...any) error {
	return s.write(ctx, func(tx *record.Tx) error {
		res, err := tx.Exec(ctx, q, args...)
		if err != nil {
			return fmt.Errorf("survey: %w", err)
		}
		n, err := res.RowsAffected()
		if err == nil && n == 0 {
			err = unknown(key)
		}
		return err
	})
}

// write runs fn with the tables' version taken first, so that what fn reads stays true to its commit.
func (s *Store) write(ctx context.Context, fn func(*record.Tx) error) error {
	return s.db.Write(ctx, func(tx *record.Tx) error {
		if err := tx.Touch(ctx, counter); err != nil {
			return err
		}
		return fn(tx)
	})
}

func (s *Store) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}
