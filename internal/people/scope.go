package people

import (
	"vigie/internal/cx"
	"vigie/internal/record"
)

// Perimeter is a part of the organisation: everything, or the subtrees under some units.
type Perimeter struct {
	All   bool
	Roots []cx.UnitID // subtree roots; with All false and none: nothing
}

// Empty tells whether the perimeter holds nothing.
func (p Perimeter) Empty() bool { return !p.All && len(p.Roots) == 0 }

// Units gives the units of a perimeter as SQL, one column of keys with its arguments: all under its roots, today. Not for
// one that is All, which holds what has no unit too.
func (p Perimeter) Units() (string, []any) {
	in, args := record.In(p.Roots)
	return `WITH RECURSIVE mine(unit) AS (SELECT key FROM unit WHERE key ` + in + ` UNION SELECT u.key FROM unit u JOIN mine ON u.parent = mine.unit) SELECT unit FROM mine`, args
}

// Scope is what one viewer may see. Only this package makes one; the zero value sees nothing. It is a required argument
// of every function that returns feedback, customers, cases or figures.
type Scope struct {
	figures, people Perimeter
	agents          bool
	adviser         string
	employees       bool
}

// Figures: aggregates without identity. The whole company by default, narrowed per role.
func (s Scope) Figures() Perimeter { return s.figures }

// People: named customers, identified verbatims, rows, adviser-level figures. One's own unit subtree.
func (s Scope) People() Perimeter { return s.people }

// Agents tells whether figures by adviser may be asked (off until the works-council consultation is recorded).
func (s Scope) Agents() bool { return s.agents }

// Adviser is the agent whose own rows and figures this viewer may always see ("" for nobody).
func (s Scope) Adviser() string { return s.adviser }

// Employees tells whether this viewer may see figures of employees (above the floor). Their rows: nobody.
func (s Scope) Employees() bool { return s.employees }

// Whole is the scope of the program itself (rebuild, export by an administrator's command, bench): everything but
// employees' rows. Requests of a person never get it: they go through ScopeOf.
func Whole() Scope {
	return Scope{figures: Perimeter{All: true}, people: Perimeter{All: true}, agents: true, employees: true}
}
