package ui

// Finder is the search of a list, by words and one choice.
type Finder struct {
	Action string
	Label  string // what may be typed: "Nom, e-mail"
	Value  string
	Select *Field // nil: words alone
	Do     string
	Says   string // how many there are
}

// CheckGroup is a set of boxes under one legend. With a Summary it is folded, unless Open.
type CheckGroup struct {
	Legend, Summary string
	Boxes           []Field
	Open            bool
}
