package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// attributesPage lists what is known of feedback and customers beside the fixed context.
type attributesPage struct {
	*ground
	frame       ui.Frame
	Tabs, Parts []ui.Tab
	Table       ui.Table
	Columns     string // how many may still be crossed
	Building    *ui.Progress
}

// attributeCount is what feedback carries of a projected attribute.
type attributeCount struct {
	Values []insight.Volume // the most frequent first
	N      int64            // feedbacks that carry it
}

func attributeAddress(key cx.AttributeID) string {
	return "/catalogue/attributes/" + url.PathEscape(string(key))
}

func (s *Server) newAttributesPage(ctx context.Context, g *ground) (*attributesPage, error) {
	l := g.lang()
	p := &attributesPage{ground: g, frame: g.catalogueFrame(l.T("catalogue.title")), Tabs: listenTabs(g.visit, "/catalogue"), Parts: g.catalogueTabs("attributes"), Building: s.building(g)}
	p.frame.Sub = l.T("catalogue.attributes.sub", "count", len(g.Catalogue.AttributeList))
	p.Columns = l.T("catalogue.attribute.columns", "count", len(g.Catalogue.Projected()), "most", catalogue.MaxProjected)
	since, err := s.Catalogue.Since(ctx)
	if err != nil {
		return nil, err
	}
	counts := make([]block[attributeCount], len(g.Catalogue.AttributeList))
	b := s.blocks(ctx)
	for n, a := range g.Catalogue.AttributeList {
		if a.Projected {
			fill(b, &counts[n], func(ctx context.Context) (attributeCount, error) { return s.countAttribute(ctx, g, a.Key) })
		}
	}
	b.wg.Wait()
	p.Table = ui.Table{Caption: l.T("catalogue.attributes"), Empty: l.T("catalogue.attributes.none"), Columns: []ui.Column{{Label: l.T("catalogue.attribute")}, {Label: l.T("catalogue.attribute.type")},
		{Label: l.T("catalogue.attribute.use")}, {Label: l.T("catalogue.attribute.values"), Numeric: true}, {Label: l.T("touchpoint.n"), Numeric: true}, {Label: l.T("catalogue.attribute.since")}}}
	for n, a := range g.Catalogue.AttributeList {
		row := ui.Row{Href: attributeAddress(a.Key), Cells: []ui.Cell{{Text: g.attributeName(a), Note: string(a.Key)}, {Text: l.T("customer.type." + string(a.Type))}, {Tags: g.attributeTags(a)},
			{Text: "—"}, {Text: "—"}, {Text: l.Date(since[a.Key].In(g.Now.Location()))}}}
		if c := counts[n]; a.Projected && c.Err == nil {
			row.Cells[3].Text, row.Cells[4].Text = l.Int(int64(len(c.Value.Values))), l.Int(c.Value.N)
		}
		p.Table.Rows = append(p.Table.Rows, row)
	}
	return p, nil
}

func (g *ground) attributeTags(a catalogue.Attribute) []ui.Tag {
	l := g.lang()
	switch {
	case a.Personal:
		return []ui.Tag{{Text: l.T("catalogue.attribute.personal"), Tone: ui.Watch, Icon: "lock"}}
	case a.Projected:
		return []ui.Tag{{Text: l.T("catalogue.attribute.crossed"), Tone: ui.Good, Icon: "check"}}
	}
	return []ui.Tag{{Text: l.T("catalogue.attribute.kept")}}
}

// countAttribute counts the feedback of customers by the values of a projected attribute.
func (s *Server) countAttribute(ctx context.Context, g *ground, key cx.AttributeID) (attributeCount, error) {
	cells, err := s.Insight.Volumes(ctx, g.scope(), insight.VolumeQuery{By: []string{attributePrefix + string(key)}})
	if err != nil {
		return attributeCount{}, err
	}
	var c attributeCount
	for _, v := range cells {
		if v.By[attributePrefix+string(key)] != "" {
			c.Values, c.N = append(c.Values, v), c.N+v.N
		}
	}
	slices.SortFunc(c.Values, func(a, b insight.Volume) int {
		if a.N != b.N {
			return int(b.N - a.N)
		}
		return strings.Compare(a.By[attributePrefix+string(key)], b.By[attributePrefix+string(key)])
	})
	return c, nil
}

// building tells how far the figures are read anew; nil when they are not.
func (s *Server) building(g *ground) *ui.Progress {
	b, ok := s.Insight.Building()
	if !ok {
		return nil
	}
	l := g.lang()
	return &ui.Progress{ID: "building", Label: l.T("catalogue.building"), Done: min(b.Done, b.Total), Total: b.Total,
		Says: l.T("catalogue.building.says", "done", b.Done, "total", b.Total), Note: l.T("catalogue.building.note")}
}

func (s *Server) serveAttributes(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, err := s.catalogueGround(r, v)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("part") == "building" {
		return s.render(w, r, buildingPart(s.building(g)))
	}
	p, err := s.newAttributesPage(r.Context(), g)
	if err != nil {
		return err
	}
	return s.render(w, r, attributesView(p))
}

// attributePage is one attribute: what it is, its values, where it comes from, what it may become.
type attributePage struct {
	*ground
	frame    ui.Frame
	Edits    bool
	Action   string
	Base     string
	Facts    []ui.Fact
	Values   block[[]ui.BarItem]
	More     string // when not all values are shown
	Why      string // why there are none
	Uses     []use
	Changes  []changeOfDefinition
	Fields   []ui.Field
	Refused  *refusedEdit
	Building *ui.Progress
}

const valuesOnPage = 30

func (s *Server) newAttributePage(ctx context.Context, g *ground, key cx.AttributeID) (*attributePage, error) {
	a, err := g.Catalogue.Attribute(key)
	if err != nil {
		return nil, err
	}
	l := g.lang()
	p := &attributePage{ground: g, frame: g.catalogueFrame(g.attributeName(a)), Edits: g.Viewer.May(people.EditStructure), Action: attributeAddress(key), Base: stamp(a), Building: s.building(g)}
	p.frame.Crumb = append(p.frame.Crumb, ui.Link{Label: l.T("catalogue.attributes"), Href: "/catalogue/attributes"})
	p.frame.Sub = l.T("catalogue.key", "key", string(key))
	since, err := s.Catalogue.Since(ctx)
	if err != nil {
		return nil, err
	}
	p.Facts = []ui.Fact{{Label: l.T("catalogue.attribute.type"), Value: l.T("customer.type." + string(a.Type))},
		{Label: l.T("catalogue.attribute.since"), Value: l.Date(since[key].In(g.Now.Location()))}, {Label: l.T("catalogue.attribute.use"), Value: g.attributeTags(a)[0].Text}}
	if err := s.fillValues(ctx, p, a); err != nil {
		return nil, err
	}
	if p.Uses, err = s.usesOfAttribute(ctx, g, key); err != nil {
		return nil, err
	}
	p.Changes, err = s.changesOf(ctx, g, "attribute", string(key))
	p.Fields = p.attributeFields(a)
	return p, err
}

// fillValues counts by value and by source, or says why there is nothing to count.
func (s *Server) fillValues(ctx context.Context, p *attributePage, a catalogue.Attribute) error {
	l := p.lang()
	switch {
	case a.Personal:
		p.Why = l.T("catalogue.attribute.why.personal")
		return nil
	case !a.Projected:
		p.Why = l.T("catalogue.attribute.why.kept")
		return nil
	}
	c, err := s.countAttribute(ctx, p.ground, a.Key)
	if k := cx.KindOf(err); err != nil && k == cx.Internal {
		return err
	} else if err != nil {
		p.Values.Err = err
		return nil
	}
	p.Facts = append(p.Facts, ui.Fact{Label: l.T("catalogue.attribute.values"), Value: l.Int(int64(len(c.Values)))}, ui.Fact{Label: l.T("catalogue.attribute.carried"), Value: l.Int(c.N)})
	if sources, err := s.sourcesOf(ctx, p.ground, a.Key); err != nil {
		return err
	} else if sources != "" {
		p.Facts = append(p.Facts, ui.Fact{Label: l.T("catalogue.attribute.sources"), Value: sources})
	}
	for _, v := range c.Values[:min(len(c.Values), valuesOnPage)] {
		item := ui.BarItem{Label: v.By[attributePrefix+string(a.Key)], Value: l.Int(v.N), Share: float64(v.N) / float64(c.Values[0].N), Tone: "flat"}
		if p.mayRead() {
			item.Href = p.with(func(f *filters) {
				f.During, f.Words, f.Attributes = "365", "any", map[string][]string{string(a.Key): {item.Label}}
			}).at("/verbatims")
		}
		p.Values.Value = append(p.Values.Value, item)
	}
	if n := len(c.Values) - valuesOnPage; n > 0 {
		p.More = l.T("catalogue.attribute.more", "count", n)
	}
	return nil
}

// sourcesOf names the sources whose feedback carries an attribute, the most frequent first.
func (s *Server) sourcesOf(ctx context.Context, g *ground, key cx.AttributeID) (string, error) {
	carried := insight.Where{attributePrefix + string(key): {Missing: new(bool)}}
	cells, err := s.Insight.Volumes(ctx, g.scope(), insight.VolumeQuery{By: []string{"source"}, Where: carried})
	if err != nil {
		return "", err
	}
	slices.SortFunc(cells, func(a, b insight.Volume) int { return int(b.N - a.N) })
	var words []string
	for _, v := range cells[:min(len(cells), 6)] {
		words = append(words, v.By["source"]+" ("+g.lang().Int(v.N)+")")
	}
	return strings.Join(words, ", "), nil
}

// usesOfAttribute lists the saved views that a question by this attribute, or narrowed by it, was kept in.
func (s *Server) usesOfAttribute(ctx context.Context, g *ground, key cx.AttributeID) ([]use, error) {
	views, err := s.Views.Views(ctx, g.Viewer)
	if err != nil {
		return nil, err
	}
	var out []use
	for _, v := range views {
		q, err := url.ParseQuery(v.Question)
		if err != nil {
			continue
		}
		name := attributePrefix + string(key)
		if _, narrowed := q[name]; narrowed || slices.Contains(q["by"], name) {
			out = append(out, use{g.lang().T("catalogue.use.view"), v.Name, "/explorer?" + v.Question})
		}
	}
	return out, nil
}

func (p *attributePage) attributeFields(a catalogue.Attribute) []ui.Field {
	l := p.lang()
	fields := textPair(l, "name", l.T("catalogue.field.name"), a.Name, "")
	cost := l.T("catalogue.attribute.cost", "count", len(p.Catalogue.Projected()), "most", catalogue.MaxProjected)
	return append(fields, ui.Field{Name: "projected", Label: l.T("catalogue.attribute.project"), Kind: "checkbox", Checked: a.Projected, Hint: cost},
		ui.Field{Name: "personal", Label: l.T("catalogue.attribute.declare"), Kind: "checkbox", Checked: a.Personal, Hint: l.T("catalogue.attribute.declare.hint")})
}

func (s *Server) serveAttribute(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, err := s.catalogueGround(r, v)
	if err != nil {
		return err
	}
	p, err := s.newAttributePage(r.Context(), g, cx.AttributeID(r.PathValue("attribute")))
	if err != nil {
		return err
	}
	return s.render(w, r, attributeView(p))
}

// doAttribute keeps the form of an attribute. What is declared personal is no longer crossed.
func (s *Server) doAttribute(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	g, err := s.catalogueGround(r, v)
	if err != nil {
		return err
	}
	was, err := g.Catalogue.Attribute(cx.AttributeID(r.PathValue("attribute")))
	if err != nil {
		return err
	}
	f, next := r.PostForm, was
	next.Name, next.Personal = typedText(f, "name", was.Name), f.Get("personal") != ""
	next.Projected = f.Get("projected") != "" && !next.Personal
	if f.Get("base") != stamp(was) {
		err = cx.Fail(cx.Conflict, "", "catalogue.changed_since", "key", string(was.Key))
	} else {
		err = s.Catalogue.EditAttribute(r.Context(), catalogue.Edit[catalogue.Attribute]{By: v.Viewer.Actor(), Was: was}, next)
	}
	if err != nil {
		return s.refuseAttribute(w, r, g, err)
	}
	if err := s.audit(r.Context(), v, "attribute.put", string(was.Key)); err != nil {
		return err
	}
	s.done(r, v, v.Lang.T("catalogue.attribute.saved", "name", g.attributeName(next)), attributeUndo(was, next))
	http.Redirect(w, r, attributeAddress(was.Key), http.StatusSeeOther)
	return nil
}

// attributeUndo is the form that puts an attribute back as it was.
func attributeUndo(was, now catalogue.Attribute) *ui.Undo {
	u := &ui.Undo{Action: attributeAddress(was.Key), Fields: []ui.Hidden{{Name: "base", Value: stamp(now)}}}
	for tag, text := range was.Name {
		u.Fields = append(u.Fields, ui.Hidden{Name: "name_" + tag, Value: text})
	}
	if was.Projected {
		u.Fields = append(u.Fields, ui.Hidden{Name: "projected", Value: "1"})
	}
	if was.Personal {
		u.Fields = append(u.Fields, ui.Hidden{Name: "personal", Value: "1"})
	}
	return u
}

func (s *Server) refuseAttribute(w http.ResponseWriter, r *http.Request, g *ground, err error) error {
	l, mine := g.problems(err)
	if !mine {
		return err
	}
	p, e := s.newAttributePage(r.Context(), g, cx.AttributeID(r.PathValue("attribute")))
	if e != nil {
		return e
	}
	p.Refused = &refusedEdit{Problems: l, Conflict: cx.KindOf(err) == cx.Conflict}
	p.Fields = retyped(p.Fields, r, l)
	return s.renderAs(w, r, api.Status(cx.KindOf(err)), attributeView(p))
}
