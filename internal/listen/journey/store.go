package journey

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// Store keeps the journeys.
type Store struct {
	// Indicators gives the known indicators by key (catalogue.Store.Specs). nil: their names are not checked.
	Indicators func(context.Context) (func(cx.IndicatorID) (cx.Spec, bool), error)
	// Now is the clock of versions; nil is time.Now.
	Now func() time.Time

	db       *record.DB
	snapshot *record.Snapshot[*Journeys]
}

// name of the counter that versions the tables.
const name = "journey"

// New gives the store of db; set its fields before use.
func New(db *record.DB) *Store {
	return &Store{db: db, snapshot: record.NewSnapshot(db, name, load)}
}

// Present gives the journeys as of now; do not modify them.
func (s *Store) Present(ctx context.Context) (*Journeys, error) { return s.snapshot.Present(ctx) }

// Touchpoints gives the keys of all touchpoints of now; do not modify them.
func (s *Store) Touchpoints(ctx context.Context) (map[cx.TouchpointID]bool, error) {
	j, err := s.Present(ctx)
	if err != nil {
		return nil, err
	}
	return j.known, nil
}

func load(ctx context.Context, q record.Querier) (*Journeys, error) {
	rows, err := q.Query(ctx, `SELECT definition FROM journey ORDER BY place, key`)
	if err != nil {
		return nil, fmt.Errorf("list of journeys: %w", err)
	}
	defer rows.Close()
	var l []Journey
	for rows.Next() {
		var definition string
		if err := rows.Scan(&definition); err != nil {
			return nil, err
		}
		var j Journey
		if err := json.Unmarshal([]byte(definition), &j); err != nil {
			return nil, fmt.Errorf("definition of a journey: %w", err)
		}
		l = append(l, j)
	}
	return newJourneys(l), rows.Err()
}

// Draft is a journey about to be kept.
type Draft struct {
	Journey Journey
	By      string
	// Base is the version it was made from: the draft is refused (Conflict) when the journey has another by now. 0: the
	// journey must be new. nil: whatever is there is replaced.
	Base *int64
	// Origin says where it comes from: "" an edit, "template:<key>", "yaml", "restore:<version>".
	Origin string
	At     time.Time // zero: now
}

// Put adds or replaces a journey, whatever it was. Every problem is told with its path (errors.Join of *cx.Error). What
// the journey was stays in its versions; one equal to the present changes nothing.
func (s *Store) Put(ctx context.Context, by string, j Journey) error {
	_, err := s.Save(ctx, Draft{Journey: j, By: by})
	return err
}

// Save adds or replaces a journey as Put does, unless somebody changed it since the draft's base; it gives the version
// that is now present.
func (s *Store) Save(ctx context.Context, d Draft) (int64, error) {
	check, err := s.checker(ctx)
	if err != nil {
		return 0, err
	}
	if d.At.IsZero() {
		d.At = s.now()
	}
	var version int64
	err = s.write(ctx, func(tx *record.Tx) error {
		present, err := load(ctx, tx)
		if err != nil {
			return err
		}
		check.others(present, d.Journey.Key)
		if version, err = upToDate(ctx, tx, present, d); err != nil {
			return err
		}
		if err := check.journey(d.Journey); err != nil {
			return err
		}
		version, err = s.keep(ctx, tx, d, version)
		return err
	})
	return version, err
}

// Check tells everything that Save would find wrong with a journey now, its version apart.
func (s *Store) Check(ctx context.Context, j Journey) error {
	check, err := s.checker(ctx)
	if err != nil {
		return err
	}
	present, err := s.Present(ctx)
	if err != nil {
		return err
	}
	check.others(present, j.Key)
	return check.journey(j)
}

func (s *Store) checker(ctx context.Context) (*checker, error) {
	check := &checker{elsewhere: map[cx.TouchpointID]cx.JourneyID{}}
	if s.Indicators == nil {
		return check, nil
	}
	spec, err := s.Indicators(ctx)
	check.spec = spec
	return check, err
}

// others notes which touchpoints are taken.
func (c *checker) others(present *Journeys, key cx.JourneyID) {
	for _, p := range present.Touchpoints() {
		if p.Journey.Key != key {
			c.elsewhere[p.Touchpoint.Key] = p.Journey.Key
		}
	}
}

// upToDate refuses a draft made from another version than the present one, which it gives (0: the journey is not there).
func upToDate(ctx context.Context, tx *record.Tx, present *Journeys, d Draft) (int64, error) {
	var version int64
	if _, err := present.Journey(d.Journey.Key); err == nil {
		const q = `SELECT COALESCE(MAX(id), 0) FROM journey_version WHERE key = ?`
		if err := tx.QueryRow(ctx, q, string(d.Journey.Key)).Scan(&version); err != nil {
			return 0, fmt.Errorf("version of a journey: %w", err)
		}
	}
	switch {
	case d.Base == nil || *d.Base == version:
		return version, nil
	case *d.Base == 0:
		return 0, cx.Fail(cx.Conflict, "key", "journey.exists", "key", string(d.Journey.Key))
	}
	return 0, cx.Fail(cx.Conflict, "", "journey.changed_since")
}

// keep writes the journey and its version, unless it is what it already was; it gives the version that is then present.
func (s *Store) keep(ctx context.Context, tx *record.Tx, d Draft, present int64) (int64, error) {
	b, err := json.Marshal(d.Journey)
	if err != nil {
		return 0, err
	}
	v := version{d.Journey.Key, string(b), d.At.UnixMicro(), d.By, d.Origin}
	res, err := tx.Exec(ctx, `INSERT INTO journey (key, place, definition, changed, changed_by)
		VALUES (?, (SELECT COALESCE(MAX(place), 0) + 1 FROM journey), ?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET definition = excluded.definition, changed = excluded.changed, changed_by = excluded.changed_by
		WHERE journey.definition <> excluded.definition`, string(v.key), v.definition, v.at, v.by)
	if err != nil {
		return 0, fmt.Errorf("journey: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return present, err
	}
	return s.version(ctx, tx, v)
}

type version struct {
	key        cx.JourneyID
	definition string
	at         int64
	by, origin string
}

func (s *Store) version(ctx context.Context, tx *record.Tx, v version) (int64, error) {
	id, err := tx.Next(ctx, "journey_version", 1)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO journey_version (id, key, definition, changed, changed_by, origin) VALUES (?, ?, ?, ?, ?, ?)`,
		id, string(v.key), v.definition, v.at, v.by, v.origin)
	return id, err
}

// Delete removes a journey; its touchpoints are no longer known, what was said there stays. Its versions stay too.
func (s *Store) Delete(ctx context.Context, by string, key cx.JourneyID) error {
	return s.write(ctx, func(tx *record.Tx) error {
		res, err := tx.Exec(ctx, `DELETE FROM journey WHERE key = ?`, string(key))
		if err != nil {
			return fmt.Errorf("delete journey: %w", err)
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		if n == 0 {
			return cx.Fail(cx.NotFound, "journey", "journey.unknown", "key", string(key))
		}
		_, err = s.version(ctx, tx, version{key: key, at: s.now().UnixMicro(), by: by})
		return err
	})
}

// Order puts the journeys named first, in that order; the others follow as they were.
func (s *Store) Order(ctx context.Context, keys []cx.JourneyID) error {
	return s.write(ctx, func(tx *record.Tx) error {
		present, err := load(ctx, tx)
		if err != nil {
			return err
		}
		rank := map[cx.JourneyID]int{}
		for n, k := range keys {
			if _, err := present.Journey(k); err != nil {
				return err
			}
			rank[k] = n + 1
		}
		for n, j := range present.List {
			place := rank[j.Key]
			if place == 0 {
				place = len(keys) + n + 1
			}
			if _, err := tx.Exec(ctx, `UPDATE journey SET place = ? WHERE key = ?`, place, string(j.Key)); err != nil {
				return fmt.Errorf("order of journeys: %w", err)
			}
		}
		return nil
	})
}

// write runs fn with the journeys' version taken first, so that what fn reads stays true to its commit.
func (s *Store) write(ctx context.Context, fn func(*record.Tx) error) error {
	return s.db.Write(ctx, func(tx *record.Tx) error {
		if err := tx.Touch(ctx, name); err != nil {
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
