package ui

// Place is somewhere the palette leads to.
type Place struct {
	Label string
	Note  string // where it stands; ""
	Kind  string // "Point de contact"
	Href  string
	Icon  string
}
