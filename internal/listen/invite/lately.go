package invite

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// EventSeen is a name of events received lately.
type EventSeen struct {
	Event string
	N     int // among the last ones
	Last  time.Time
	// Attributes said with them, in order.
	Attributes []string
}

// lastEvents are looked at to tell what events look like.
const lastEvents = 2000

// EventsLately gives the names of the last events received, the most frequent first.
func (s *Store) EventsLately(ctx context.Context) ([]EventSeen, error) {
	rows, err := s.d.DB.Query(ctx, `SELECT event, received, said FROM occurrence ORDER BY id DESC LIMIT ?`, lastEvents)
	if err != nil {
		return nil, fmt.Errorf("events received: %w", err)
	}
	defer rows.Close()
	seen := map[string]*EventSeen{}
	said := map[string]map[string]bool{}
	for rows.Next() {
		var event, words string
		var received int64
		if err := rows.Scan(&event, &received, &words); err != nil {
			return nil, err
		}
		e := seen[event]
		if e == nil {
			e, said[event] = &EventSeen{Event: event, Last: instant(received)}, map[string]bool{}
			seen[event] = e
		}
		e.N++
		var h Happened
		if json.Unmarshal([]byte(words), &h) == nil {
			for key := range h.Attributes {
				said[event][key] = true
			}
		}
	}
	out := make([]EventSeen, 0, len(seen))
	for event, e := range seen {
		e.Attributes = slices.Sorted(maps.Keys(said[event]))
		out = append(out, *e)
	}
	slices.SortFunc(out, func(a, b EventSeen) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Event, b.Event)) })
	return out, rows.Err()
}
