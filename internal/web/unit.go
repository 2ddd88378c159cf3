package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// unitRoutes are those of the organisation's tree.
func (s *Server) unitRoutes() []Route {
	return []Route{
		{"GET", "/settings/units", people.EditStructure, s.serveUnits},
		{"POST", "/settings/units", people.EditStructure, s.doUnit},
		{"POST", "/settings/units/close", people.EditStructure, s.doCloseUnit},
		{"POST", "/settings/units/undo", people.EditStructure, s.doUndoUnits},
		{"POST", "/settings/units/levels", people.Administer, s.doLevels},
		{"GET", "/settings/units/find", people.EditStructure, s.serveUnitFind},
		{"POST", "/settings/units/import", people.EditStructure, s.doUnitFile},
		{"GET", "/settings/units/import/{id}", people.EditStructure, s.serveUnitFile},
		{"POST", "/settings/units/import/{id}", people.EditStructure, s.doUnitImport},
	}
}

// unitsPage is the tree, open down to one unit, with what may be done to it.
type unitsPage struct {
	frame  ui.Frame
	visit  *visit
	Tabs   []ui.Tab
	Q      string
	Finder ui.Finder
	Tree   []unitNode
	Found  []unitNode // instead of the tree, when one searches
	Form   formView   // of the unit, or of a new one
	Unit   *unitFacts // nil: none is chosen
	Levels []ui.Field
	Done   []batchView
	May    bool // administer
}

// unitNode is one unit in the tree.
type unitNode struct {
	Key, Name, Level, Under, Href string
	Below                         int // units under it
	Open, Current, Closed         bool
	Children                      []unitNode
	More                          string // address that shows more of its children; ""
	Left                          int    // children not shown
}

// unitFacts is the unit chosen.
type unitFacts struct {
	Key, Name, Path string
	Closed          bool
	AddHref         string
}

// batchView is something done to the tree.
type batchView struct {
	ID, Text, Note string
	Undone         bool
}

func (u unitFacts) closing(closed string) []ui.Hidden {
	return []ui.Hidden{{Name: "key", Value: u.Key}, {Name: "closed", Value: closed}}
}

func (b batchView) thing(v *visit) ui.Thing {
	t := ui.Thing{Name: b.Text, Note: b.Note}
	if b.Undone {
		t.Tags = []ui.Tag{{Text: v.Lang.T("unit.undone"), Tone: ui.Watch}}
	}
	return t
}

// childrenShown of one unit, and as many more at each asking.
const childrenShown = 100

func (s *Server) newUnitsPage(ctx context.Context, v *visit, q url.Values) (*unitsPage, error) {
	shell := s.newSettings(v, "/settings/units")
	p := &unitsPage{frame: shell.frame, visit: v, Tabs: shell.Tabs, Q: strings.TrimSpace(q.Get("q")), May: v.Viewer.May(people.Administer)}
	o, err := s.People.Present(ctx)
	if err != nil {
		return nil, err
	}
	p.Finder = ui.Finder{Action: "/settings/units", Label: v.Lang.T("unit.find"), Value: p.Q, Do: v.Lang.T("people.find.do"), Says: v.Lang.T("unit.count", "count", len(o.Units()))}
	t := treeDrawer{o: o, lang: v.Lang.Tag(), chosen: cx.UnitID(q.Get("unit")), path: o.Path(cx.UnitID(q.Get("unit"))), level: v.levelName, most: childrenShown}
	if n, err := strconv.Atoi(q.Get("most")); err == nil && n > childrenShown && n <= 100_000 {
		t.most = n
	}
	if p.Q != "" {
		p.Found = t.search(p.Q)
	} else {
		p.Tree, _, _ = t.under("")
	}
	if u, ok := o.Unit(t.chosen); ok && q.Get("under") == "" {
		p.Unit = &unitFacts{Key: string(u.Key), Name: o.Name(u.Key, t.lang), Path: t.pathNames(u.Parent), Closed: u.Closed, AddHref: "/settings/units?" + url.Values{"unit": {string(u.Key)}, "under": {"1"}}.Encode()}
		p.Form = unitForm(v, u, true)
	} else {
		p.Form = unitForm(v, people.Unit{Parent: t.chosen}, false)
	}
	for i := range p.Form.Fields {
		if p.Form.Fields[i].Name == "level" {
			p.Form.Fields[i].Options = levelOptions(v, o)
		}
	}
	for _, level := range o.Levels() {
		p.Levels = append(p.Levels, ui.Field{Name: "level-" + level, Label: level, Value: v.Settings.Levels[level].In(t.lang), Max: 60, Hint: shownAs(v, level)})
	}
	if len(p.Levels) > 0 {
		p.Levels = append(p.Levels, editLevels(nil).seen(v.Settings))
	}
	p.Done, err = s.unitsDone(ctx, v, o)
	return p, err
}

// levelOptions are the levels that units already have, so that one is not written in two ways.
func levelOptions(v *visit, o *people.Organisation) []ui.Option {
	var out []ui.Option
	for _, level := range o.Levels() {
		out = append(out, ui.Option{Value: level, Label: v.levelName(level)})
	}
	return out
}

// shownAs tells the name a level has now, when it is not the word that units carry.
func shownAs(v *visit, level string) string {
	if name := v.levelName(level); name != level {
		return v.Lang.T("unit.level.shown", "name", name)
	}
	return ""
}

// treeDrawer draws the part of the tree that is open.
type treeDrawer struct {
	o      *people.Organisation
	lang   string
	chosen cx.UnitID
	path   []cx.UnitID
	level  func(string) string // its name
	most   int
}

// under gives the children of a unit, those on the path open, and how many are left out.
func (t treeDrawer) under(parent cx.UnitID) (nodes []unitNode, more string, left int) {
	keys := slices.Clone(t.o.Children(parent))
	slices.SortFunc(keys, func(a, b cx.UnitID) int {
		return strings.Compare(strings.ToLower(t.o.Name(a, t.lang)), strings.ToLower(t.o.Name(b, t.lang)))
	})
	for i, k := range keys {
		onPath := slices.Contains(t.path, k)
		if i >= t.most && !onPath {
			left++
			continue
		}
		n := t.node(k)
		if onPath {
			n.Open = true
			n.Children, n.More, n.Left = t.under(k)
		}
		nodes = append(nodes, n)
	}
	if left > 0 {
		more = "/settings/units?" + url.Values{"unit": {string(t.chosen)}, "most": {strconv.Itoa(t.most + 10*childrenShown)}}.Encode()
	}
	return nodes, more, left
}

func (t treeDrawer) node(k cx.UnitID) unitNode {
	u, _ := t.o.Unit(k)
	return unitNode{Key: string(k), Name: t.o.Name(k, t.lang), Level: t.level(u.Level), Closed: u.Closed, Current: k == t.chosen,
		Below: len(t.o.Subtree(k)) - 1, Href: "/settings/units?" + url.Values{"unit": {string(k)}}.Encode()}
}

func (t treeDrawer) pathNames(k cx.UnitID) string {
	var names []string
	for _, x := range t.o.Path(k) {
		names = append(names, t.o.Name(x, t.lang))
	}
	return strings.Join(names, " › ")
}

// search gives the first units whose name or key holds the words.
func (t treeDrawer) search(q string) []unitNode {
	var out []unitNode
	for _, u := range t.o.Units() {
		if !found(q, t.o.Name(u.Key, t.lang), string(u.Key)) {
			continue
		}
		n := t.node(u.Key)
		n.Under = t.pathNames(u.Parent)
		if out = append(out, n); len(out) == childrenShown {
			break
		}
	}
	return out
}

func unitForm(v *visit, u people.Unit, known bool) formView {
	l := v.Lang
	f := formView{Title: l.T("unit.add"), Action: "/settings/units", Do: l.T("settings.add")}
	if known {
		f.Title, f.Do = l.T("unit.edit"), l.T("settings.save")
		f.Fields = append(f.Fields, ui.Field{Name: "key", Kind: "hidden", Value: string(u.Key)})
	} else {
		f.Fields = append(f.Fields, ui.Field{Name: "key", Label: l.T("unit.key"), Value: string(u.Key), Required: true, Max: 64, Hint: l.T("unit.key.hint")}, ui.Field{Name: "new", Kind: "hidden", Value: "1"})
	}
	f.Fields = append(f.Fields,
		ui.Field{Name: "fr", Label: l.T("unit.name.fr"), Value: u.Name["fr"], Required: true, Max: 200},
		ui.Field{Name: "en", Label: l.T("unit.name.en"), Value: u.Name["en"], Max: 200},
		ui.Field{Name: "level", Label: l.T("unit.level"), Value: u.Level, Max: 60, Hint: l.T("unit.level.hint")},
		ui.Field{Name: "zone", Label: l.T("unit.zone"), Value: u.Zone, Max: 60, Hint: l.T("unit.zone.hint")},
		ui.Field{Name: "unit", Label: l.T("unit.parent"), Value: string(u.Parent), Max: 64, Hint: l.T("unit.parent.hint"), Find: unitFind, Autocomplete: "off"})
	if known {
		f.Fields = append(f.Fields, ui.Field{Name: "day", Label: l.T("unit.day"), Kind: "date", Value: v.Now.Format(time.DateOnly), Hint: l.T("unit.day.hint")})
	}
	return f
}

// batchesShown of what was done last.
const batchesShown = 20

func (s *Server) unitsDone(ctx context.Context, v *visit, o *people.Organisation) ([]batchView, error) {
	batches, err := s.People.UnitBatches(ctx, batchesShown)
	if err != nil {
		return nil, err
	}
	names, err := s.actorNames(ctx, v)
	if err != nil {
		return nil, err
	}
	l := v.Lang
	var out []batchView
	for _, b := range batches {
		x := batchView{ID: strconv.FormatInt(b.ID, 10), Text: batchText(v, o, b), Undone: b.Undone,
			Note: names.of(b.Actor) + " · " + l.DateTime(b.At.In(v.Now.Location()))}
		if b.Counts[people.UnitMoved] > 0 {
			x.Note += " · " + l.T("unit.from_day", "day", dayWords(v, b.Day))
		}
		out = append(out, x)
	}
	return out, nil
}

var changeKinds = [...]people.ChangeKind{people.UnitAdded, people.UnitMoved, people.UnitRenamed, people.UnitEdited, people.UnitClosed, people.UnitOpened}

// batchText says what was done: in full for one unit, by counts for many.
func batchText(v *visit, o *people.Organisation, b people.UnitBatch) string {
	l, n := v.Lang, 0
	for _, c := range b.Counts {
		n += c
	}
	if n == 1 {
		c := b.First
		text := l.T("unit.did."+string(c.Kind), "name", l.Text(c.Becomes.Name))
		if c.Kind == people.UnitMoved {
			text = v.Lang.T("ui.named", "what", text, "of", cmpName(v, o, c.Was.Parent)+" → "+cmpName(v, o, c.Becomes.Parent))
		}
		return text
	}
	return countsText(v, b.Counts)
}

func countsText(v *visit, counts map[people.ChangeKind]int) string {
	var parts []string
	for _, k := range changeKinds {
		if counts[k] > 0 {
			parts = append(parts, v.Lang.T("unit.count."+string(k), "count", counts[k]))
		}
	}
	return strings.Join(parts, ", ")
}

func cmpName(v *visit, o *people.Organisation, k cx.UnitID) string {
	if k == "" {
		return v.Lang.T("unit.top")
	}
	return o.Name(k, v.Lang.Tag())
}

func (s *Server) serveUnits(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newUnitsPage(r.Context(), v, r.URL.Query())
	if err != nil {
		return err
	}
	return s.render(w, r, unitsView(p))
}

func unitTitle(p *unitsPage) string {
	if p.Unit == nil {
		return ""
	}
	if p.Unit.Path == "" {
		return p.Unit.Name
	}
	return p.Unit.Path + " › " + p.Unit.Name
}

// currentUnit says to who does not see it which unit is chosen, and which are open.
func currentUnit(n unitNode) templ.Attributes {
	a := templ.Attributes{}
	if n.Current {
		a["aria-current"] = "true"
	}
	if n.Below > 0 {
		a["aria-expanded"] = strconv.FormatBool(n.Open)
	}
	return a
}
