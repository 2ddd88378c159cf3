package insight

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
)

// Catalogue is what questions need of metrics, indicators and attributes.
type Catalogue struct {
	Metrics    map[cx.MetricID]cx.Metric
	Indicators map[cx.IndicatorID]cx.Indicator
	Attributes []catalogue.Attribute
}

// maxProjected is the number of attributes that become columns.
const maxProjected = 60

// structure is the organisation as it is today, read once and shared: the past follows today's trees.
type structure struct {
	catalogue  Catalogue
	projected  map[cx.AttributeID]catalogue.Attribute
	units      map[cx.UnitID]people.Unit
	zones      map[cx.UnitID]*time.Location // only those that differ from the organisation's
	zone       *time.Location
	levels     map[string]bool
	journeyOf  map[string]string // touchpoint → journey
	stageOf    map[string]string // touchpoint → journey/stage
	touchpoint map[string]bool
	before     []formerTree // trees of units that are no more, the oldest first
}

// formerTree is how units stood through a day, the last on which it could be asked.
type formerTree struct {
	shape *structure // its units alone
	until int64
}

func (i *Insight) readStructure(ctx context.Context) (*structure, error) {
	c, err := i.d.Catalogue(ctx)
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	journeys, err := i.d.Journeys(ctx)
	if err != nil {
		return nil, fmt.Errorf("journeys: %w", err)
	}
	units, err := i.d.Units(ctx)
	if err != nil {
		return nil, fmt.Errorf("units: %w", err)
	}
	s := &structure{catalogue: *c, zone: i.d.Zone, projected: projectedOf(c.Attributes)}
	s.addJourneys(journeys)
	if err := s.addUnits(units); err != nil || i.d.Moves == nil {
		return s, err
	}
	moves, err := i.d.Moves(ctx)
	if err != nil {
		return nil, fmt.Errorf("moves: %w", err)
	}
	s.addMoves(moves)
	return s, nil
}

// addMoves tells the trees that were before each change, going back from today's.
func (s *structure) addMoves(changes []people.UnitChange) {
	type turn struct {
		at   time.Time
		unit people.Unit // as it stood before
	}
	var turns []turn
	for _, c := range changes {
		if c.Was != nil {
			turns = append(turns, turn{c.At, *c.Was})
		}
		if c.Undone {
			turns = append(turns, turn{c.UndoneAt, c.Becomes})
		}
	}
	slices.SortStableFunc(turns, func(a, b turn) int { return b.at.Compare(a.at) })
	tree := s.units
	for n, t := range turns {
		if n == 0 || !t.at.Equal(turns[n-1].at) { // what changed together was never seen half changed
			tree = maps.Clone(tree)
			s.before = append(s.before, formerTree{&structure{units: tree, zone: s.zone}, int64(dayOf(t.at.In(s.zone)))})
		}
		u, known := tree[t.unit.Key]
		if !known {
			u = t.unit
		}
		u.Parent = t.unit.Parent
		tree[u.Key] = u
	}
	slices.Reverse(s.before)
}

func projectedOf(all []catalogue.Attribute) map[cx.AttributeID]catalogue.Attribute {
	out := map[cx.AttributeID]catalogue.Attribute{}
	for _, a := range all {
		if a.Projected && !a.Personal && len(out) < maxProjected {
			out[a.Key] = a
		}
	}
	return out
}

func (s *structure) addJourneys(all []journey.Journey) {
	s.journeyOf, s.stageOf, s.touchpoint = map[string]string{}, map[string]string{}, map[string]bool{}
	for _, j := range all {
		for _, st := range j.Stages {
			for _, t := range st.Touchpoints {
				s.touchpoint[string(t.Key)] = true
				s.journeyOf[string(t.Key)] = string(j.Key)
				s.stageOf[string(t.Key)] = string(j.Key) + "/" + string(st.Key)
			}
		}
	}
}

func (s *structure) addUnits(all []people.Unit) error {
	s.units, s.zones, s.levels = map[cx.UnitID]people.Unit{}, map[cx.UnitID]*time.Location{}, map[string]bool{}
	for _, u := range all {
		s.units[u.Key] = u
		if u.Level != "" {
			s.levels[u.Level] = true
		}
	}
	for _, u := range all {
		name := s.zoneName(u.Key)
		if name == "" || name == s.zone.String() {
			continue
		}
		z, err := time.LoadLocation(name)
		if err != nil {
			return fmt.Errorf("zone of unit %s: %w", u.Key, err)
		}
		s.zones[u.Key] = z
	}
	return nil
}

// chain gives a unit and those above it, the nearest first. A unit that is no longer known stands alone; a loop ends.
func (s *structure) chain(k cx.UnitID) []cx.UnitID {
	var out []cx.UnitID
	for k != "" && len(out) <= len(s.units) {
		out = append(out, k)
		k = s.units[k].Parent
	}
	return out
}

func (s *structure) zoneName(k cx.UnitID) string {
	for _, u := range s.chain(k) {
		if z := s.units[u].Zone; z != "" {
			return z
		}
	}
	return ""
}

func (s *structure) zoneOf(unit []byte) *time.Location {
	if len(s.zones) > 0 {
		if z, ok := s.zones[cx.UnitID(unit)]; ok {
			return z
		}
	}
	return s.zone
}

// atLevel gives the unit of that level at or above k, "" when there is none.
func (s *structure) atLevel(k cx.UnitID, level string) string {
	for _, u := range s.chain(k) {
		if s.units[u].Level == level {
			return string(u)
		}
	}
	return ""
}

// under tells whether unit k is one of the roots or below one.
func (s *structure) under(k cx.UnitID, roots map[cx.UnitID]bool) bool {
	for _, u := range s.chain(k) {
		if roots[u] {
			return true
		}
	}
	return false
}

// Local days are days since 1970-01-01, months year × 12 + month from 0: both compare, and divide into weeks, quarters
// and years.

func dayOf(t time.Time) int32 {
	y, m, d := t.Date()
	return int32(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func dayTime(day int64) time.Time { return time.Unix(day*86400, 0).UTC() }

func monthOf(t time.Time) int32 {
	y, m, _ := t.Date()
	return int32(y)*12 + int32(m) - 1
}

// weekShift keeps week numbers above 0: it is a multiple of 7, and 1970-01-01 was a Thursday.
const weekShift = 7_000_003

func weekOf(day int64) int64    { return (day + weekShift) / 7 }
func mondayOf(week int64) int64 { return week*7 - weekShift }
func floorMonday(d int32) int32 { return int32(mondayOf(weekOf(int64(d)))) }

func compareText(a, b string) int { return strings.Compare(a, b) }
