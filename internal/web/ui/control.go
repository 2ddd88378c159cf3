package ui

import (
	"cmp"

	"github.com/a-h/templ"
)

// FilterBar is the same bar everywhere: a form by GET, so that filters live in the address.
type FilterBar struct {
	Action string
	Keep   []Hidden        // parameters of the address that are no filter (sort, tab…)
	Drops  []Dropdown      // always shown
	Active []Active        // filters set beyond those
	More   []Dropdown      // behind "+ filtre"
	Picker templ.Component // in place of More
	// ClearHref leads to the page without filters; "" when none is set.
	ClearHref string
}

// Hidden is a parameter kept in the address.
type Hidden struct{ Name, Value string }

// Active is a filter in force, with the address that takes it off. Its own field goes along in the form.
type Active struct {
	Label, RemoveHref string
	Field             Hidden
}

// Dropdown is one filter. Name is the parameter's.
type Dropdown struct {
	Name    string
	Label   string // "Période": what it is
	Summary string // "90 derniers jours": what it is set to
	Options []Option
	Multi   bool // several may be chosen
	Set     bool // differs from the default
	Dates   *DateRange
}

// Option is one choice of a filter or a select.
type Option struct {
	Value, Label string
	Selected     bool
	Count        string // formatted; ""
	Level        int    // depth in a tree, 0 to 3
}

// DateRange offers two days, for the option of Dropdown whose value is Value.
type DateRange struct {
	FromName, ToName   string
	From, To           string // yyyy-mm-dd
	FromLabel, ToLabel string
}

// Tab is one entry of tabs or of a segmented choice.
type Tab struct {
	Label, Href string
	Current     bool
}

// Table is a table of figures or of things. Cells of a row follow the columns.
type Table struct {
	Caption string
	Columns []Column
	Rows    []Row
	Empty   string // said when there is no row
}

// Column heads a column.
type Column struct {
	Label   string
	Numeric bool
	Sort    string // "ascending", "descending", "" when not sorted by it
	Href    string // sorts by it; "" not sortable
	Help    *Help  // how its figures are computed; nil: they are none
}

// Row is one line; Href makes its first cell a link.
type Row struct {
	Href  string
	Cells []Cell
}

// Cell is a text with an optional note under it.
type Cell struct {
	Text, Note string
	Tone       Tone
	Tags       []Tag
	Href       string
	Help       *Help // how the figures of its line are computed; nil: the column says it
}

// Pager leads to the pages before and after; Says tells where we are ("1 à 50 sur 1 234").
type Pager struct{ Says, PreviousHref, NextHref string }

// Field is a field of a form. Kind: "text", "email", "password", "number", "date", "url", "search", "textarea", "select",
// "checkbox", "file", "hidden".
type Field struct {
	Name, Label  string
	Kind         string
	Value        string
	Hint         string
	Error        string   // already in words; "" when right
	Options      []Option // of a select; of a text, what is proposed
	Required     bool
	Autocomplete string
	Pattern      string
	Accept       string // files
	Max          int    // characters; 0 none
	Checked      bool
	Autofocus    bool
	ID           string // when a name stands twice on a page; "" "f-" and the name
	Find         string // address that proposes options for what is typed; ""
	Quiet        bool   // may be left empty, and it goes without saying: filters
	Mark         *Tag   // beside the label
	Strength     string // address that says how hard a new password is to guess while it is typed; ""
}

// Plainly is the field without the mark of what may be left empty.
func (f Field) Plainly() Field {
	f.Quiet = true
	return f
}

func (f Field) id() string { return cmp.Or(f.ID, "f-"+f.Name) }

// Button is a button or, with Href, a link that looks like one. Style: "", "primary", "danger", "quiet".
type Button struct {
	Label, Href, Icon, Style string
	Name, Value              string
	Small, Wide              bool
	Disabled                 bool   // cannot be done now: what is beside it says why
	Says                     string // instead of the label, for who does not see what is around; ""
	Type                     string // "" is submit
}

// State is a block that takes the place of a content which is not there.
type State struct {
	Title, Text string
	Actions     []Button
	Code        string // of the error, to tell support; ""
	Retry       string // address that tries again; ""
}

// Progress is a long work. Total 0: length unknown.
type Progress struct {
	ID          string
	Label       string
	Done, Total int64
	Says        string // "12 400 lignes sur 31 000"
	Note        string
	Live        *Live
}

// ChoiceCard is one of a few big choices (a template of journey).
type ChoiceCard struct {
	Value, Title, Text string
	Selected           bool
}

// BarItem is one bar of a list: Share of the longest from 0 to 1.
type BarItem struct {
	Label, Value, Href string
	Share              float64
	Tone               Tone
}

// ChartKey is a letter on a drawing, and what it stands for.
type ChartKey struct{ Letter, Text string }

// ChartBox is a drawing with the table that says the same.
type ChartBox struct {
	Wide   string // the drawing for a desk, by package chart: trusted markup
	Narrow string // the drawing for a phone; "" shows the wide one
	Table  Table
	// Undrawn: the drawing could not be made, and its figures stand in for it.
	Undrawn bool
	// Keys tell what the lettered marks on the drawing are, in their order.
	Keys      []ChartKey
	Half      bool   // drawn for half a page
	OptionURL string // gives the option as JSON for the interactive library; "" not offered
}

// Toast says what has just been done. Undo, when not nil, takes it back: kinder than asking beforehand.
type Toast struct {
	Text string
	Undo *Undo `json:",omitempty"`
}

// Undo is a form that takes an act back.
type Undo struct {
	Action string // POST
	Fields []Hidden
}
