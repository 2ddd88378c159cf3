package people

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// ChangeKind is what happened to a unit. A unit that moved and was renamed at once counts as moved.
type ChangeKind string

const (
	UnitAdded   ChangeKind = "add"
	UnitMoved   ChangeKind = "move"
	UnitClosed  ChangeKind = "close"
	UnitOpened  ChangeKind = "open"
	UnitRenamed ChangeKind = "rename"
	UnitEdited  ChangeKind = "edit" // level or zone
)

// UnitChange is one unit before and after. Was is nil when it was added.
type UnitChange struct {
	ID, Batch int64
	At        time.Time
	Actor     string
	Kind      ChangeKind
	Unit      cx.UnitID
	Day       string // from when it counts: 2006-01-02
	Was       *Unit
	Becomes   Unit
	Undone    bool
	UndoneAt  time.Time // zero: it was not
}

// UnitChanges is what somebody does to the tree at once.
type UnitChanges struct {
	Actor string
	Day   string // "" today, in UTC
	Units []Unit
}

// Diff gives what units would change of the organisation, in their order; those that stay as they are are left out.
func (o *Organisation) Diff(units []Unit) []UnitChange {
	var out []UnitChange
	for _, u := range units {
		u = named(u)
		was, known := o.Unit(u.Key)
		if !known {
			out = append(out, UnitChange{Kind: UnitAdded, Unit: u.Key, Becomes: u})
			continue
		}
		if kind := kindOfChange(was, u); kind != "" {
			out = append(out, UnitChange{Kind: kind, Unit: u.Key, Was: &was, Becomes: u})
		}
	}
	return out
}

func kindOfChange(was, becomes Unit) ChangeKind {
	switch {
	case was.Parent != becomes.Parent:
		return UnitMoved
	case !was.Closed && becomes.Closed:
		return UnitClosed
	case was.Closed && !becomes.Closed:
		return UnitOpened
	case !maps.Equal(was.Name, becomes.Name):
		return UnitRenamed
	case was.Level != becomes.Level || was.Zone != becomes.Zone:
		return UnitEdited
	}
	return ""
}

func named(u Unit) Unit {
	if u.Name.In("") == "" {
		u.Name = cx.Text{"fr": string(u.Key)}
	}
	return u
}

// Adopt lays units of a file over those known: the names in other languages, the zone and what the file leaves empty stay.
// With closing, the units that the file does not have are closed.
func (o *Organisation) Adopt(units []Unit, closing bool) []Unit {
	out := make([]Unit, 0, len(units))
	in := make(map[cx.UnitID]bool, len(units))
	for _, u := range units {
		in[u.Key] = true
		if was, ok := o.Unit(u.Key); ok {
			name := maps.Clone(was.Name)
			maps.Copy(name, u.Name)
			u.Name = name
			if u.Level == "" {
				u.Level = was.Level
			}
			if u.Zone == "" {
				u.Zone = was.Zone
			}
		}
		out = append(out, u)
	}
	if closing {
		for _, u := range o.units {
			if !in[u.Key] && !u.Closed {
				u.Closed = true
				out = append(out, u)
			}
		}
	}
	return out
}

// ChangeUnits creates units and changes those that exist, all or none, and keeps what changed so that it can be undone:
// it gives the number of that batch, 0 when nothing changed. Parents may come in any order. Refused with the field
// ("units[3].parent"): a key that is none or comes twice, an unknown parent, zone, or a cycle.
func (s *Store) ChangeUnits(ctx context.Context, c UnitChanges) (batch int64, err error) {
	if len(c.Units) == 0 {
		return 0, nil
	}
	if c.Day == "" {
		c.Day = s.now().UTC().Format(time.DateOnly)
	}
	if _, err := time.Parse(time.DateOnly, c.Day); err != nil {
		return 0, cx.Fail(cx.Invalid, "day", "people.date", "value", c.Day)
	}
	units := slices.Clone(c.Units)
	for i := range units {
		units[i] = named(units[i])
	}
	err = s.db.Write(ctx, func(tx *record.Tx) error {
		now, err := loadOrganisation(ctx, tx)
		if err != nil {
			return fmt.Errorf("units: %w", err)
		}
		if err := checkUnits(units, now); err != nil {
			return err
		}
		changes := now.Diff(units)
		if len(changes) == 0 {
			return nil
		}
		if err := s.audit(ctx, tx, Entry{Actor: c.Actor, What: "unit.change", Subject: subjectOf(changes)}); err != nil {
			return err
		}
		if batch, err = s.logChanges(ctx, tx, c, changes); err != nil {
			return fmt.Errorf("units: %w", err)
		}
		if err := writeUnits(ctx, tx, becoming(changes)); err != nil {
			return fmt.Errorf("units: %w", err)
		}
		return tx.Touch(ctx, unitTables)
	})
	return batch, err
}

// subjectOf names the unit, or says how many there are.
func subjectOf(changes []UnitChange) string {
	if len(changes) == 1 {
		return "unit:" + string(changes[0].Unit)
	}
	return fmt.Sprintf("units:%d", len(changes))
}

func becoming(changes []UnitChange) []Unit {
	out := make([]Unit, len(changes))
	for i, c := range changes {
		out[i] = c.Becomes
	}
	return out
}

var changeRows = record.Rows{Into: `INSERT INTO unit_change (id, batch, at, actor, kind, unit, day, was, becomes, undone) VALUES`, Cols: 10}

func (s *Store) logChanges(ctx context.Context, tx *record.Tx, c UnitChanges, changes []UnitChange) (int64, error) {
	batch, err := tx.Next(ctx, "people.batch", 1)
	if err != nil {
		return 0, err
	}
	last, err := tx.Next(ctx, "people.change", len(changes))
	if err != nil {
		return 0, err
	}
	args := make([]any, 0, len(changes)*changeRows.Cols)
	for i, x := range changes {
		was := ""
		if x.Was != nil {
			b, err := json.Marshal(x.Was)
			if err != nil {
				return 0, err
			}
			was = string(b)
		}
		becomes, err := json.Marshal(x.Becomes)
		if err != nil {
			return 0, err
		}
		args = append(args, last-int64(len(changes))+int64(i)+1, batch, unixMicro(s.now()), c.Actor, string(x.Kind), string(x.Unit), c.Day, was, string(becomes), 0)
	}
	_, err = tx.Insert(ctx, changeRows, args)
	return batch, err
}
