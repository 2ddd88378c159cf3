package people

import (
	"slices"

	"vigie/internal/cx"
)

// Role is what somebody, or a program holding a key, does with Vigie.
type Role string

const (
	Administrator Role = "administrator"
	Director      Role = "director"
	Committee     Role = "committee"
	Manager       Role = "manager"
	Adviser       Role = "adviser"
	Analyst       Role = "analyst"
	Relay         Role = "relay"
	Marketing     Role = "marketing"
	DPO           Role = "dpo"
	// Source sends feedback and reads nothing: the role of a key given to a tool that collects.
	Source Role = "source"
)

// Roles gives all roles, in the order they are shown.
func Roles() []Role {
	return []Role{Administrator, Director, Committee, Manager, Adviser, Analyst, Marketing, Relay, DPO, Source}
}

// Right is something that may be done.
type Right int

const (
	ReadFigures   Right = iota + 1 // aggregates
	ReadPeople                     // rows, words and names, inside the people perimeter
	WriteFeedback                  // send and amend feedback
	EditStructure                  // journeys, catalogue, units, aliases
	Administer                     // users, keys, settings
	ErasePeople                    // erase a feedback or a customer
	ReadAudit
	ImportFiles // bring files of feedback in, see what is in them, undo
	Protect     // rights requests, retention, processing register
)

// May tells whether a role holds a right.
func (r Role) May(right Right) bool { return slices.Contains(r.rights(), right) }

func (r Role) rights() []Right {
	switch r {
	case Administrator:
		return []Right{ReadFigures, ReadPeople, WriteFeedback, EditStructure, Administer, ErasePeople, ReadAudit, ImportFiles, Protect}
	case Director:
		return []Right{ReadFigures, ReadPeople, WriteFeedback, EditStructure, ErasePeople, ImportFiles}
	case DPO:
		return []Right{ReadFigures, ReadPeople, ErasePeople, ReadAudit, Protect}
	case Manager, Adviser, Analyst, Marketing, Relay:
		return []Right{ReadFigures, ReadPeople}
	case Committee:
		return []Right{ReadFigures}
	case Source:
		return []Right{WriteFeedback}
	}
	return nil
}

// local roles belong to a unit: without one they would see nobody.
func (r Role) local() bool { return r == Manager || r == Adviser || r == Relay }

func (v Settings) checkRole(r Role) error {
	if v.Base(r) == "" {
		return cx.Fail(cx.Invalid, "role", "people.role_unknown", "role", string(r))
	}
	return nil
}
