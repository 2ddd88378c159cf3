package people

import "vigie/internal/cx"

// Grant is what a scope is made from.
type Grant struct {
	Role Role // built in
	// Own is the role of the organisation's own that Role was copied for, and whose rights hold; nil: Role's own.
	Own  *OwnRole
	Unit cx.UnitID   // "" the whole company
	More []cx.UnitID // further units, beside Unit
	// Agent is the adviser's key in the feedback ("" for nobody).
	Agent string
	// Narrow holds the figures to the unit as well.
	Narrow bool
	// Consulted: the works-council consultation is recorded.
	Consulted bool
}

func (g Grant) may(r Right) bool {
	if g.Own != nil {
		return g.Own.May(r)
	}
	return g.Role.May(r)
}

// ScopeOf says what a grant may see. A role that belongs to a unit and has none sees nobody.
func ScopeOf(g Grant) Scope {
	var s Scope
	own := Perimeter{All: g.Unit == "" && !g.Role.local()}
	if g.Unit != "" {
		own.Roots = append([]cx.UnitID{g.Unit}, g.More...)
	}
	if g.may(ReadFigures) {
		s.figures = Perimeter{All: true}
		if g.Narrow {
			s.figures = own
		}
		s.employees = g.Role != Adviser
	}
	if g.may(ReadPeople) && g.Role != Adviser {
		s.people = own
	}
	if g.Role == Adviser && g.may(ReadPeople) {
		s.adviser = g.Agent
	}
	switch g.Role {
	case Administrator, Director, Manager, DPO:
		s.agents = g.Consulted && g.may(ReadPeople)
	}
	return s
}

// Viewer is who asks: a person signed in, or a program holding a key.
type Viewer struct {
	UserID int64  // 0 for a key
	KeyID  string // "" for a person
	Name   string
	Email  string
	Role   Role     // built in
	Own    *OwnRole // the role of the organisation's own they hold, a copy of Role with other rights; nil: Role itself
	Unit   cx.UnitID
	Scope  Scope
	Lang   string
	// By is who looks through this viewer's eyes, and only looks; 0: nobody.
	By int64
}

// May tells whether the viewer holds a right.
func (v Viewer) May(r Right) bool { return Grant{Role: v.Role, Own: v.Own}.may(r) }

// Held gives the role as it was given to them.
func (v Viewer) Held() Role {
	if v.Own != nil {
		return v.Own.Key
	}
	return v.Role
}

// Actor names who asks in the audit trail, without personal data: "user:3", "key:7"; who looks through somebody else's
// eyes is named, not the other.
func (v Viewer) Actor() string {
	switch {
	case v.By != 0:
		return "user:" + formatID(v.By)
	case v.KeyID != "":
		return "key:" + v.KeyID
	case v.UserID != 0:
		return "user:" + formatID(v.UserID)
	}
	return "nobody"
}
