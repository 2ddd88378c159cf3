package people

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// unitRows a statement: a power of two, so that few statements are prepared.
const unitRows = 256

// PutUnits creates units and changes those that exist, all or none: ChangeUnits by the program itself.
func (s *Store) PutUnits(ctx context.Context, units []Unit) error {
	_, err := s.ChangeUnits(ctx, UnitChanges{Actor: "program", Units: units})
	return err
}

func checkUnits(units []Unit, now *Organisation) error {
	index := make(map[cx.UnitID]int, len(units))
	for i, u := range units {
		if !cx.ValidKey(string(u.Key)) {
			return unitFault(i, "key", "people.unit_key", "key", string(u.Key))
		}
		if _, twice := index[u.Key]; twice {
			return unitFault(i, "key", "people.unit_twice", "key", string(u.Key))
		}
		index[u.Key] = i
		if _, err := time.LoadLocation(u.Zone); err != nil {
			return unitFault(i, "zone", "people.zone", "zone", u.Zone)
		}
	}
	for i, u := range units {
		_, isNew := index[u.Parent]
		if _, known := now.Unit(u.Parent); u.Parent != "" && !isNew && !known {
			return unitFault(i, "parent", "people.unit_parent", "parent", string(u.Parent))
		}
	}
	return checkCycles(units, index, now)
}

// checkCycles walks up from every unit, marking what is known to reach the top.
func checkCycles(units []Unit, index map[cx.UnitID]int, now *Organisation) error {
	parent := func(k cx.UnitID) cx.UnitID {
		if i, ok := index[k]; ok {
			return units[i].Parent
		}
		u, _ := now.Unit(k)
		return u.Parent
	}
	const walking, safe = 1, 2
	state := make(map[cx.UnitID]int, len(units))
	for i, u := range units {
		var path []cx.UnitID
		for k := u.Key; k != "" && state[k] != safe; k = parent(k) {
			if state[k] == walking {
				return unitFault(i, "parent", "people.unit_cycle", "key", string(u.Key))
			}
			state[k] = walking
			path = append(path, k)
		}
		for _, k := range path {
			state[k] = safe
		}
	}
	return nil
}

func unitFault(i int, field, code string, args ...any) error {
	return cx.Fail(cx.Invalid, fmt.Sprintf("units[%d].%s", i, field), code, args...)
}

func writeUnits(ctx context.Context, tx *record.Tx, units []Unit) error {
	for rest := units; len(rest) > 0; {
		n := unitRows
		for n > len(rest) {
			n /= 2
		}
		args := make([]any, 0, 6*n)
		for _, u := range rest[:n] {
			name, err := json.Marshal(u.Name)
			if err != nil {
				return err
			}
			args = append(args, string(u.Key), string(name), string(u.Parent), u.Level, u.Zone, oneOrZero(u.Closed))
		}
		q := `INSERT INTO unit (key, name, parent, level, zone, closed) VALUES ` + record.Marks(n, 6) + ` ON CONFLICT (key) DO UPDATE
			SET name = excluded.name, parent = excluded.parent, level = excluded.level, zone = excluded.zone, closed = excluded.closed`
		if _, err := tx.Exec(ctx, q, args...); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}
