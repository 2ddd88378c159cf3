package ui

import (
	"cmp"
	"strconv"
	"strings"

	"vigie/assets"
	"vigie/internal/lang"
)

// Frame is what surrounds a page.
type Frame struct {
	Lang  lang.Lang
	Title string // the h1, and first words of the window's title
	Sub   string // one line under it; ""
	Crumb []Link // where I am, outermost first; the last is the parent of this page
	// Nav is the rail, in order; nil: no rail (use Bare instead).
	Nav     []NavItem
	Filters *FilterBar // nil: none
	Search  *Search    // nil: none
	Me      *Me        // nil: nobody signed in
	// LiveURL is the address of the stream of events; "": the page is not live.
	LiveURL string
	Theme   string // "light", "dark", "": as the system
	Path    string // this page's address with its query, to come back to
	Banner  string // a word on top of every page (read-only, demo…); ""
	// BannerDo is a button beside the banner; nil: none.
	BannerDo *BannerAction
	Toasts   []Toast
	Brand    Brand
	// Manifest and Worker make the page installable; "": it is not.
	Manifest, Worker string
}

// BannerAction posts to an address of this server.
type BannerAction struct{ Action, Label string }

// Brand is the face of the organisation.
type Brand struct {
	Name  string // "": the product's
	Logo  string // address of its picture; "": the product's mark
	Style string // address of a style sheet of its colours; "": the product's
}

func (b Brand) name() string { return cmp.Or(b.Name, "Vigie") }

// Link is a text that leads somewhere.
type Link struct{ Label, Href string }

// NavItem is one entry of the rail. Only pages that exist are listed.
type NavItem struct {
	Label   string
	Href    string
	Icon    string
	Count   int // shown when positive
	Current bool
	End     bool // at the foot of the rail
}

// Search is the search field of the top.
type Search struct{ Action, Query, Label string }

// Me is the person signed in.
type Me struct {
	Name  string
	Role  string // "Directrice expérience client"
	Items []MenuItem
	// SettingsAction receives POST theme=light|dark|"" or lang=fr|en, with back=Frame.Path, and redirects back.
	// "": neither choice is offered.
	SettingsAction string
	SignOutAction  string // POST; "": not offered
}

// MenuItem is a link of the person's menu.
type MenuItem struct{ Label, Href, Icon string }

// Sections of the rail.
const (
	SectionCockpit   = "cockpit"
	SectionVerbatims = "verbatims"
	SectionExplorer  = "explorer"
	SectionListen    = "listen"
	SectionSettings  = "settings"
)

// Nav gives the rail with its current section marked. Settings are listed for those who may open them.
func Nav(l lang.Lang, current string, settings bool) []NavItem {
	items := []NavItem{
		{Label: l.T("ui.nav.cockpit"), Href: "/", Icon: "gauge", Current: current == SectionCockpit},
		{Label: l.T("ui.nav.verbatims"), Href: "/verbatims", Icon: "message-square-quote", Current: current == SectionVerbatims},
		{Label: l.T("ui.nav.explorer"), Href: "/explorer", Icon: "chart-column", Current: current == SectionExplorer},
		{Label: l.T("ui.nav.listen"), Href: "/journeys", Icon: "ear", Current: current == SectionListen},
	}
	if settings {
		items = append(items, NavItem{Label: l.T("ui.nav.settings"), Href: "/settings", Icon: "settings", Current: current == SectionSettings, End: true})
	}
	return items
}

// Initials gives one or two letters for an avatar.
func Initials(name string) string {
	var letters []rune
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '-' || r == '.' }) {
		letters = append(letters, []rune(strings.ToUpper(word))[0])
	}
	if len(letters) > 2 {
		letters = []rune{letters[0], letters[len(letters)-1]}
	}
	return string(letters)
}

func (f Frame) windowTitle() string {
	if f.Title == "" {
		return f.Brand.name()
	}
	return f.Title + " · " + f.Brand.name()
}

func assetURL(name string) string { return assets.URL(name) }

// px writes a coordinate with two decimals at most.
func px(f float64) string {
	s := strconv.FormatFloat(f, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
