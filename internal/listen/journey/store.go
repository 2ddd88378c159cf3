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

// Put adds or replaces a journey. Every problem is told with its path (errors.Join of *cx.Error). What the journey was
// stays in its versions; one equal to the present changes nothing.
func (s *Store) Put(ctx context.Context, by string, j Journey) error {
	check := checker{elsewhere: map[cx.TouchpointID]cx.JourneyID{}}
	if s.Indicators != nil {
		spec, err := s.Indicators(ctx)
		if err != nil {
			return err
		}
		check.spec = spec
	}
	return s.write(ctx, func(tx *record.Tx) error {
		present, err := load(ctx, tx)
		if err != nil {
			return err
		}
		for _, p := range present.Touchpoints() {
			if p.Journey.Key != j.Key {
				check.elsewhere[p.Touchpoint.Key] = p.Journey.Key
			}
		}
		if err := check.journey(j); err != nil {
			return err
		}
		return s.keep(ctx, tx, by, j)
	})
}

// keep writes the journey and its version, unless it is what it already was.
func (s *Store) keep(ctx context.Context, tx *record.Tx, by string, j Journey) error {
	b, err := json.Marshal(j)
	if err != nil {
		return err
	}
	at := s.now().UnixMicro()
	res, err := tx.Exec(ctx, `INSERT INTO journey (key, place, definition, changed, changed_by)
		VALUES (?, (SELECT COALESCE(MAX(place), 0) + 1 FROM journey), ?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET definition = excluded.definition, changed = excluded.changed, changed_by = excluded.changed_by
		WHERE journey.definition <> excluded.definition`, string(j.Key), string(b), at, by)
	if err != nil {
		return fmt.Errorf("journey: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	return s.version(ctx, tx, version{j.Key, string(b), at, by})
}

type version struct {
	key        cx.JourneyID
	definition string
	at         int64
	by         string
}

func (s *Store) version(ctx context.Context, tx *record.Tx, v version) error {
	id, err := tx.Next(ctx, "journey_version", 1)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO journey_version (id, key, definition, changed, changed_by) VALUES (?, ?, ?, ?, ?)`,
		id, string(v.key), v.definition, v.at, v.by)
	return err
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
		return s.version(ctx, tx, version{key, "", s.now().UnixMicro(), by})
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

// Version is a journey as it became at one moment; Deleted has no Journey.
type Version struct {
	At      time.Time
	By      string
	Deleted bool
	Journey Journey
}

// Versions lists what a journey became, newest first, the present one included; at most 1,000.
func (s *Store) Versions(ctx context.Context, key cx.JourneyID) ([]Version, error) {
	rows, err := s.db.Query(ctx, `SELECT definition, changed, changed_by FROM journey_version WHERE key = ? ORDER BY id DESC LIMIT 1000`, string(key))
	if err != nil {
		return nil, fmt.Errorf("versions of a journey: %w", err)
	}
	defer rows.Close()
	var l []Version
	for rows.Next() {
		var v Version
		var definition string
		var at int64
		if err := rows.Scan(&definition, &at, &v.By); err != nil {
			return nil, err
		}
		v.At, v.Deleted = time.UnixMicro(at).UTC(), definition == ""
		if !v.Deleted {
			if err := json.Unmarshal([]byte(definition), &v.Journey); err != nil {
				return nil, fmt.Errorf("version of a journey: %w", err)
			}
		}
		l = append(l, v)
	}
	return l, rows.Err()
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
