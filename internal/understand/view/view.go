package view

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"vigie/internal/cx"
	"vigie/internal/people"
)

// SeenBy says for whom a view is.
type SeenBy string

const (
	Me       SeenBy = "me"
	MyUnit   SeenBy = "unit" // those of the owner's unit when it was saved, and of the units below
	MyRole   SeenBy = "role" // those who had the owner's role when it was saved
	Everyone SeenBy = "all"
)

// SeenBys gives all, the narrowest first.
func SeenBys() []SeenBy { return []SeenBy{Me, MyUnit, MyRole, Everyone} }

// View is a question under a name.
type View struct {
	ID       int64
	Name     string
	Question string // the query of its address, without "?"
	Owner    int64  // a user
	Role     people.Role
	Unit     cx.UnitID // "": the whole company
	SeenBy   SeenBy
	Created  time.Time
	Deleted  time.Time // zero: in use
}

// New is a view to be.
type New struct {
	Name, Question string
	SeenBy         SeenBy
}

const (
	longestName     = 120
	longestQuestion = 4000
)

func (n *New) check(unit cx.UnitID) error {
	n.Name = strings.TrimSpace(n.Name)
	switch {
	case n.SeenBy == MyUnit && unit == "":
		return cx.Fail(cx.Invalid, "seen_by", "view.no_unit")
	case n.Name == "":
		return cx.Fail(cx.Invalid, "name", "view.name_needed")
	case utf8.RuneCountInString(n.Name) > longestName:
		return cx.Fail(cx.Invalid, "name", "view.name_long", "max", longestName)
	case !slices.Contains(SeenBys(), n.SeenBy):
		return cx.Fail(cx.Invalid, "seen_by", "view.seen_by", "value", string(n.SeenBy))
	case len(n.Question) > longestQuestion:
		return cx.Fail(cx.Invalid, "question", "view.question_long")
	}
	return nil
}

// openTo tells whether somebody, who stands in the units of a path, may see the view.
func (v View) openTo(w people.Viewer, path []cx.UnitID) bool {
	return w.UserID != 0 && (v.Owner == w.UserID || v.SeenBy == Everyone || v.SeenBy == MyRole && v.Role == w.Role ||
		v.SeenBy == MyUnit && v.Unit != "" && slices.Contains(path, v.Unit))
}

// May tells whether somebody may rename, share or delete the view: its owner, and an administrator one that others see.
func (v View) May(w people.Viewer) bool {
	return w.UserID != 0 && (v.Owner == w.UserID || v.SeenBy != Me && w.May(people.Administer))
}
