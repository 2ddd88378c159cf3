package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/note"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

const (
	notesAt = "/listen/notes"
	linkAt  = "/n/"
)

// noteRoutes are where advisers note the answer they had to give, and see their own.
func (s *Server) noteRoutes() []Route {
	return []Route{
		{"GET", notesAt, people.ReadFigures, s.serveNotes},
		{"POST", notesAt, people.ReadFigures, s.doNote},
		{"POST", notesAt + "/{id}/undo", people.ReadFigures, s.doNoteUndo},
		{"GET", linkAt + "{token}", Anyone, s.serveNoteLink},
		{"POST", linkAt + "{token}", Anyone, s.doNoteLink},
	}
}

// notePage is an adviser's own: contacts to note by a tap, notes given, figures of their own.
type notePage struct {
	frame    ui.Frame
	ground   *ground
	Tabs     []ui.Tab
	Off      string // why it is closed; "" when it is not
	Council  bool
	Contacts []noteContact
	Fields   []ui.Field
	Error    string
	Heads    ui.Heads
	Table    ui.Table
	Given    []givenNote
}

// noteContact is a contact that the adviser lately had, not noted yet.
type noteContact struct {
	ID          cx.FeedbackID
	When, Where string
}

// givenNote may be taken back.
type givenNote struct{ Says, When, Undo string }

const (
	noteDays      = 7  // back to which contacts are offered
	noteContacts  = 8  // offered at once
	noteFigures   = 90 // days of one's own figures
	givenShown    = 8
	noteCandidate = 60 // feedbacks looked at for contacts to offer
)

func (s *Server) newNotePage(ctx context.Context, v *visit) (*notePage, error) {
	f, err := parseFilters(map[string][]string{"during": {"7"}})
	if err != nil {
		return nil, err
	}
	g, err := s.ground(ctx, v, f, matter{})
	if err != nil {
		return nil, err
	}
	l := v.Lang
	p := &notePage{ground: g, frame: g.frame(l.T("notes.title"), ui.SectionListen), Tabs: listenTabs(v, notesAt), Council: v.Viewer.May(people.Administer)}
	p.frame.Sub = l.T("notes.sub")
	own := g.scope().Adviser()
	err = s.Notes.On(ctx)
	if err == nil && own == "" {
		err = cx.Fail(cx.Denied, "", "notes.not_adviser")
	}
	if k := cx.KindOf(err); k == cx.Denied || k == cx.Conflict {
		p.Off = l.Error(err)
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	notes, err := s.Notes.Notes(ctx, g.scope(), note.Filter{Agent: own, From: g.Now.AddDate(0, 0, -noteFigures)})
	if err != nil {
		return nil, err
	}
	p.Heads = noteHeads(g, notes)
	for _, n := range notes[:min(len(notes), givenShown)] {
		p.Given = append(p.Given, givenNote{Says: g.noteSays(n), When: l.DateTime(g.local(n.At)), Undo: notesAt + "/" + strconv.FormatInt(n.ID, 10) + "/undo"})
	}
	if p.Table, err = s.ownFigures(ctx, g, own); err != nil {
		return nil, err
	}
	p.Fields = g.noteFields()
	p.Contacts, err = s.contactsToNote(ctx, g, notes)
	return p, err
}

func (g *ground) noteSays(n note.Note) string {
	says := g.lang().T("fatalist.of5", "value", strconv.Itoa(n.Value))
	if n.Rule != note.NoRule {
		says += " · " + g.ruleWords(n.Rule)
	}
	if n.Touchpoint != "" {
		says += " · " + g.touchpointName(n.Touchpoint)
	}
	return says
}

// noteFields are those of a contact that is not offered.
func (g *ground) noteFields() []ui.Field {
	l := g.lang()
	return []ui.Field{
		{Name: "touchpoint", Kind: "select", Label: l.T("verbatim.touchpoint"), Options: g.touchpointOptions("")[1:], Required: true},
		{Name: "contact", Label: l.T("notes.contact"), Hint: l.T("notes.contact.hint"), Max: 200, Required: true, Autocomplete: "off"}}
}

// contactsToNote gives the adviser's contacts of late that are not noted. What the customer said is not shown beside: the
// note is of the answer, not of the score.
func (s *Server) contactsToNote(ctx context.Context, g *ground, notes []note.Note) ([]noteContact, error) {
	during := insight.Period{From: g.Now.AddDate(0, 0, 1-noteDays).Format("2006-01-02"), To: g.Now.AddDate(0, 0, 1).Format("2006-01-02")}
	where := insight.Where{"agent": {In: []any{g.scope().Adviser()}}}
	list, err := s.Insight.List(ctx, g.scope(), insight.ListQuery{Where: where, During: &during, Limit: noteCandidate})
	if err != nil {
		return nil, err
	}
	all, err := s.feedbacks(ctx, g, list.IDs)
	if err != nil {
		return nil, err
	}
	noted := map[int64]bool{}
	for _, n := range notes {
		noted[n.Contact] = true
	}
	var out []noteContact
	for _, f := range all {
		if f.Contact == "" || noted[cx.ContactHash(f.Contact)] || len(out) == noteContacts {
			continue
		}
		noted[cx.ContactHash(f.Contact)] = true
		out = append(out, noteContact{ID: f.ID, When: g.lang().DateTime(g.local(f.At)), Where: g.touchpointName(f.Touchpoint)})
	}
	return out, nil
}

// noteHeads are the adviser's own notes in figures.
func noteHeads(g *ground, notes []note.Note) ui.Heads {
	l := g.lang()
	h := ui.Heads{Label: l.T("notes.own")}
	four := 4.0
	spec := cx.NewSpec(cx.Indicator{Formula: cx.TopShare}, cx.Metric{Min: note.Least, Max: note.Most, Direction: cx.HigherBetter, Top: &four})
	var values cx.Histogram
	imposed := 0
	for _, n := range notes {
		values.Add(int64(n.Value), 1)
		if n.Rule == note.Imposed {
			imposed++
		}
	}
	f := spec.Figure(values)
	good := ui.Head{Title: l.T("notes.good"), Few: !f.Enough, Foot: l.T("notes.n", "count", len(notes))}
	if f.Has {
		good.Value, good.Range = l.Percent(f.Value, 0), shareRange(g, f)
	}
	h.Items = []ui.Head{good, {Title: l.T("notes.imposed"), Value: l.Number(float64(imposed), 0), Foot: l.T("notes.n", "count", len(notes))}}
	return h
}

// ownFigures are what customers said of the adviser's own contacts, by the catalogue's indicators that they answered; nobody
// stands beside.
func (s *Server) ownFigures(ctx context.Context, g *ground, own string) (ui.Table, error) {
	l := g.lang()
	t := ui.Table{Caption: l.T("notes.figures"), Empty: l.T("notes.figures.none"), Columns: []ui.Column{{Label: l.T("notes.indicator")}, {Label: l.T("notes.value"), Numeric: true}, {Label: "n", Numeric: true}}}
	during := insight.Period{From: g.Now.AddDate(0, 0, 1-noteFigures).Format("2006-01-02"), To: g.Now.AddDate(0, 0, 1).Format("2006-01-02")}
	of := customerIndicators(g)
	rows := make([]block[insight.Row], len(of))
	b := s.blocks(ctx)
	for n, m := range of {
		fill(b, &rows[n], func(ctx context.Context) (insight.Row, error) {
			return s.figure(ctx, g, insight.Query{Indicator: m.Key, Where: insight.Where{"agent": {In: []any{own}}}, During: &during})
		})
	}
	b.wg.Wait()
	for n, m := range of {
		x := rows[n]
		if x.Err != nil {
			return t, x.Err
		}
		if x.Value.Figure.N > 0 {
			t.Rows = append(t.Rows, ownFigure(l, m, x.Value))
		}
	}
	return t, nil
}

func ownFigure(l lang.Lang, m measured, row insight.Row) ui.Row {
	c := ui.Cell{Text: m.text(l, row.Figure.Value), Note: m.interval(l, row.Figure)}
	if !row.Figure.Enough {
		c.Tone = ui.Unknown
	}
	return ui.Row{Cells: []ui.Cell{{Text: l.Text(m.Name)}, c, {Text: l.Number(float64(row.Figure.N), 0)}}}
}

// customerIndicators are those of what customers answer, that the viewer may see, in the catalogue's order.
func customerIndicators(g *ground) []measured {
	var out []measured
	for _, i := range g.Catalogue.Offered().IndicatorList {
		m, ok := measure(g.Catalogue, i.Key, nil)
		if ok && m.Audience == cx.Customers && m.Metric.Counts != cx.Invitations {
			out = append(out, m)
		}
	}
	return out
}

func (s *Server) serveNotes(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newNotePage(r.Context(), v)
	if err != nil {
		return err
	}
	return s.render(w, r, noteView(p))
}

// doNote takes a tap: on a contact offered, or on one named in the form.
func (s *Server) doNote(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if err := s.Notes.On(r.Context()); err != nil {
		return err
	}
	x, err := s.noteSent(r, v)
	if err == nil {
		var id int64
		if id, _, err = s.Notes.Take(r.Context(), x); err == nil {
			s.toastUndo(r, v.Lang.T("notes.noted", "value", strconv.Itoa(x.Value)), &ui.Undo{Action: notesAt + "/" + strconv.FormatInt(id, 10) + "/undo"})
			http.Redirect(w, r, notesAt, http.StatusSeeOther)
			return nil
		}
	}
	if cx.KindOf(err) != cx.Invalid {
		return err
	}
	p, again := s.newNotePage(r.Context(), v)
	if again != nil {
		return again
	}
	p.Error = v.Lang.Error(err)
	for n := range p.Fields {
		p.Fields[n].Value = r.PostForm.Get(p.Fields[n].Name)
	}
	return s.renderAs(w, r, api.Status(cx.KindOf(err)), noteView(p))
}

// noteSent reads the form as a note of the viewer's own.
func (s *Server) noteSent(r *http.Request, v *visit) (note.Sent, error) {
	f := r.PostForm
	x := note.Sent{Agent: v.Viewer.Scope.Adviser(), Unit: v.Viewer.Unit, Rule: note.Rule(f.Get("rule")), Touchpoint: cx.TouchpointID(f.Get("touchpoint"))}
	if x.Agent == "" {
		return x, cx.Fail(cx.Denied, "", "notes.not_adviser")
	}
	x.Value, _ = strconv.Atoi(f.Get("value")) // 0 is refused as any other
	if id, err := strconv.ParseInt(f.Get("feedback"), 10, 64); err == nil {
		l, err := s.Door.Feedbacks(r.Context(), v.Viewer.Scope, []cx.FeedbackID{cx.FeedbackID(id)})
		if err != nil {
			return x, err
		}
		if len(l) == 0 || l[0].Agent != x.Agent {
			return x, cx.Fail(cx.NotFound, "", "web.missing.text")
		}
		x.At, x.Contact, x.Touchpoint, x.Unit = l[0].At, l[0].Contact, l[0].Touchpoint, l[0].Unit
		return x, nil
	}
	named := strings.TrimSpace(f.Get("contact"))
	if _, err := s.Customers.Find(r.Context(), people.Whole(), named); err == nil && named != "" {
		x.Customer = &collect.Customer{Ref: named, Email: named, Phone: named}
		return x, nil
	}
	x.Contact = named
	return x, nil
}

func (s *Server) doNoteUndo(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return cx.Fail(cx.NotFound, "", "web.missing.text")
	}
	if err := s.Notes.TakeBack(r.Context(), v.Viewer.Scope.Adviser(), id); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("notes.undone"))
	http.Redirect(w, r, notesAt, http.StatusSeeOther)
	return nil
}

// linkPage is one contact to note by a tap, for who holds its link.
type linkPage struct {
	frame ui.Frame
	visit *visit
	When  string
	Error string
	Done  int // the value noted; 0: none yet
	Token string
}

func (s *Server) newLinkPage(r *http.Request, v *visit) (*linkPage, note.Sent, error) {
	p := &linkPage{visit: v, Token: r.PathValue("token"), frame: ui.Frame{Brand: brandOf(v.Settings), Lang: v.Lang, Theme: v.Theme, Title: v.Lang.T("notes.link.title"), Sub: v.Settings.Name}}
	if err := s.Notes.On(r.Context()); err != nil {
		return p, note.Sent{}, err
	}
	x, err := s.Notes.Linked(r.Context(), p.Token)
	if err == nil {
		p.When = v.Lang.DateTime(x.At.In(v.Now.Location()))
	}
	return p, x, err
}

// refused shows why on the page itself; what has no kind goes on.
func (s *Server) linkRefused(w http.ResponseWriter, r *http.Request, p *linkPage, err error) error {
	if cx.KindOf(err) == cx.Internal {
		return err
	}
	p.Error = p.visit.Lang.Error(err)
	return s.renderAs(w, r, api.Status(cx.KindOf(err)), noteLinkView(p))
}

func (s *Server) serveNoteLink(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, _, err := s.newLinkPage(r, v)
	if err != nil {
		return s.linkRefused(w, r, p, err)
	}
	return s.render(w, r, noteLinkView(p))
}

func (s *Server) doNoteLink(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p, x, err := s.newLinkPage(r, v)
	if err != nil {
		return s.linkRefused(w, r, p, err)
	}
	x.Value, _ = strconv.Atoi(r.PostForm.Get("value")) // 0 is refused as any other
	x.Rule = note.Rule(r.PostForm.Get("rule"))
	if _, _, err = s.Notes.Take(r.Context(), x); err != nil {
		return s.linkRefused(w, r, p, err)
	}
	p.Done = x.Value
	return s.render(w, r, noteLinkView(p))
}

// noteValues are the buttons, from the least.
func noteValues() []int { return []int{1, 2, 3, 4, 5} }

// noteRules are offered beside, none first.
func (v *visit) noteRules() []ui.Option {
	var out []ui.Option
	for _, r := range note.Rules() {
		id := "note.rule.none"
		if r != note.NoRule {
			id = "note.rule." + string(r)
		}
		out = append(out, ui.Option{Value: string(r), Label: v.Lang.T(id)})
	}
	return slices.Clip(out)
}

// noteTab tells whether a tab of Listen is for the viewer: advisers have their notes, others the lists.
func (v *visit) noteTab(path string) bool {
	adviser := v.Viewer.Scope.Adviser() != ""
	switch path {
	case notesAt:
		return adviser
	case fatalistsAt:
		return !adviser && !v.Viewer.Scope.People().Empty()
	}
	return true
}
