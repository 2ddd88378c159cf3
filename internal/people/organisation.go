package people

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// Organisation is the tree of units as of one moment. It is immutable and shared.
type Organisation struct {
	units    []Unit // by key
	at       map[cx.UnitID]int
	known    map[cx.UnitID]bool
	children map[cx.UnitID][]cx.UnitID
	depth    map[cx.UnitID]int
}

// NewOrganisation makes the tree of those units. A parent that is not among them is read as none.
func NewOrganisation(units []Unit) *Organisation {
	o := &Organisation{units: slices.Clone(units), at: make(map[cx.UnitID]int, len(units)), known: make(map[cx.UnitID]bool, len(units)),
		children: map[cx.UnitID][]cx.UnitID{}, depth: make(map[cx.UnitID]int, len(units))}
	slices.SortFunc(o.units, func(a, b Unit) int { return cmp.Compare(a.Key, b.Key) })
	for i, u := range o.units {
		o.at[u.Key], o.known[u.Key] = i, true
	}
	for _, u := range o.units {
		p := o.parent(u)
		o.children[p] = append(o.children[p], u.Key)
	}
	for _, k := range o.Subtree("") {
		o.depth[k] = len(o.Path(k))
	}
	return o
}

func (o *Organisation) parent(u Unit) cx.UnitID {
	if _, ok := o.at[u.Parent]; !ok {
		return ""
	}
	return u.Parent
}

// Units gives all units by key; do not modify them.
func (o *Organisation) Units() []Unit { return o.units }

// Known holds the keys of all units; do not modify it.
func (o *Organisation) Known() map[cx.UnitID]bool { return o.known }

// Unit gives one unit.
func (o *Organisation) Unit(id cx.UnitID) (Unit, bool) {
	i, ok := o.at[id]
	if !ok {
		return Unit{}, false
	}
	return o.units[i], true
}

// Name gives the unit's name in a language, its key when it is unknown.
func (o *Organisation) Name(id cx.UnitID, lang string) string {
	u, _ := o.Unit(id)
	return cmp.Or(u.Name.In(lang), string(id))
}

// Children gives the keys right under a unit; "" gives the top ones.
func (o *Organisation) Children(id cx.UnitID) []cx.UnitID { return o.children[id] }

// Subtree gives a unit and everything under it, parents first; "" gives every unit, an unknown one nothing.
func (o *Organisation) Subtree(root cx.UnitID) []cx.UnitID {
	var out []cx.UnitID
	if root != "" {
		if _, ok := o.at[root]; !ok {
			return nil
		}
		out = append(out, root)
	} else {
		out = append(out, o.children[""]...)
	}
	seen := make(map[cx.UnitID]bool, len(out))
	for i := 0; i < len(out); i++ {
		if seen[out[i]] {
			continue
		}
		seen[out[i]] = true
		for _, c := range o.children[out[i]] {
			if !seen[c] {
				out = append(out, c)
			}
		}
	}
	return out
}

// Path gives the keys from the top down to the unit; an unknown one has none.
func (o *Organisation) Path(id cx.UnitID) []cx.UnitID {
	var out []cx.UnitID
	for u, ok := o.Unit(id); ok && !slices.Contains(out, u.Key); u, ok = o.Unit(u.Parent) {
		out = append(out, u.Key)
	}
	slices.Reverse(out)
	return out
}

// Within tells whether the perimeter holds the unit. A feedback without unit ("") or of an unknown one is only within
// the whole company.
func (o *Organisation) Within(p Perimeter, id cx.UnitID) bool {
	if p.All {
		return true
	}
	for _, k := range o.Path(id) {
		if slices.Contains(p.Roots, k) {
			return true
		}
	}
	return false
}

// AncestorAt gives the unit of that level which is the unit or above it, "" when there is none.
func (o *Organisation) AncestorAt(id cx.UnitID, level string) cx.UnitID {
	path := o.Path(id)
	for i := len(path) - 1; i >= 0; i-- {
		if u, _ := o.Unit(path[i]); u.Level == level {
			return u.Key
		}
	}
	return ""
}

// Levels gives the level names met, from the top down (by mean depth).
func (o *Organisation) Levels() []string {
	type sum struct{ depth, n int }
	sums := map[string]sum{}
	for _, u := range o.units {
		if u.Level != "" {
			s := sums[u.Level]
			sums[u.Level] = sum{s.depth + o.depth[u.Key], s.n + 1}
		}
	}
	out := make([]string, 0, len(sums))
	for l := range sums {
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b string) int {
		return cmp.Or(cmp.Compare(sums[a].depth*sums[b].n, sums[b].depth*sums[a].n), cmp.Compare(a, b))
	})
	return out
}

// Zone gives the unit's time zone or that of the nearest unit above that has one, "" for the organisation's.
func (o *Organisation) Zone(id cx.UnitID) string {
	path := o.Path(id)
	for i := len(path) - 1; i >= 0; i-- {
		if u, _ := o.Unit(path[i]); u.Zone != "" {
			return u.Zone
		}
	}
	return ""
}

func loadOrganisation(ctx context.Context, q record.Querier) (*Organisation, error) {
	rows, err := q.Query(ctx, `SELECT key, name, parent, level, zone, closed FROM unit`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var units []Unit
	for rows.Next() {
		var u Unit
		var name string
		var closed int64
		if err := rows.Scan(&u.Key, &name, &u.Parent, &u.Level, &u.Zone, &closed); err != nil {
			return nil, err
		}
		u.Closed = closed != 0
		if err := json.Unmarshal([]byte(name), &u.Name); err != nil {
			return nil, fmt.Errorf("unit %s: %w", u.Key, err)
		}
		units = append(units, u)
	}
	return NewOrganisation(units), rows.Err()
}
