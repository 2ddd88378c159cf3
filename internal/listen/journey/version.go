package journey

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"vigie/internal/cx"
)

// Version is a journey as it became at one moment; Deleted has no Journey.
type Version struct {
	ID      int64
	At      time.Time
	By      string
	Origin  string // Draft.Origin
	Deleted bool
	Journey Journey
}

// VersionFilter asks for a part of the versions of one journey.
type VersionFilter struct {
	Key    cx.JourneyID
	ID     int64 // this one alone; 0: all
	Before int64 // older than this one; 0: from the newest
	Limit  int   // 1 to 1,000; 0 is 1,000
}

// Versions lists what a journey became, newest first, the present one included.
func (s *Store) Versions(ctx context.Context, f VersionFilter) ([]Version, error) {
	if f.Before == 0 {
		f.Before = 1<<63 - 1
	}
	if f.Limit <= 0 || f.Limit > 1000 {
		f.Limit = 1000
	}
	rows, err := s.db.Query(ctx, `SELECT id, definition, changed, changed_by, origin FROM journey_version
		WHERE key = ? AND id < ? AND (id = ? OR ? = 0) ORDER BY id DESC LIMIT ?`, string(f.Key), f.Before, f.ID, f.ID, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("versions of a journey: %w", err)
	}
	defer rows.Close()
	var l []Version
	for rows.Next() {
		var v Version
		var definition string
		var at int64
		if err := rows.Scan(&v.ID, &definition, &at, &v.By, &v.Origin); err != nil {
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

// Version gives one version of a journey, the present one for 0, or NotFound.
func (s *Store) Version(ctx context.Context, key cx.JourneyID, id int64) (Version, error) {
	l, err := s.Versions(ctx, VersionFilter{Key: key, ID: id, Limit: 1})
	if err != nil {
		return Version{}, err
	}
	if len(l) == 0 || l[0].Deleted {
		return Version{}, cx.Fail(cx.NotFound, "journey", "journey.unknown", "key", string(key))
	}
	return l[0], nil
}
