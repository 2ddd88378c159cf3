package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/understand/chorus"
	"vigie/internal/web/ui"
)

const chorusAt = "/verbatims/employees"

// chorusRoutes show what employees write.
func (s *Server) chorusRoutes() []Route {
	return []Route{
		{"GET", chorusAt, people.ReadPeople, s.serveChorus},
	}
}

// chorusPage is listings of texts of at least five employees each: no score, date, number nor channel stands beside a text.
type chorusPage struct {
	frame  ui.Frame
	ground *ground
	Off    string // why nothing is shown; "" when it is
	Lists  []chorusList
	Pager  ui.Pager
	Empty  *ui.State
}

// chorusList is one listing.
type chorusList struct {
	ID, Title, Where string
	Texts            []string // read at once
	Rest             []string // folded away
	Fold             string   // opens them
	More             string   // says that there are more than stand here; "": there are not
}

// What stands on one page: listings, texts of each that are read at once, and in all.
const (
	chorusShown = 10
	chorusFirst = 6
	chorusMost  = 100
)

// chorusAddress leads to what employees write of a touchpoint; "" for who may not read it.
func (g *ground) chorusAddress(touchpoint, unit string) string {
	if !g.mayRead() || !g.scope().Employees() || g.scope().People().Empty() {
		return ""
	}
	v := url.Values{}
	for name, key := range map[string]string{"touchpoint": touchpoint, "unit": unit} {
		if key != "" {
			v.Set(name, key)
		}
	}
	return address(chorusAt, v)
}

func (s *Server) serveChorus(w http.ResponseWriter, r *http.Request, v *visit) error {
	f, err := parseFilters(r.URL.Query())
	if err != nil {
		return err
	}
	f = filters{Unit: f.Unit, Touchpoint: f.Touchpoint, During: f.During, Words: "with"}
	g, err := s.ground(r.Context(), v, f, matter{})
	if err != nil {
		return err
	}
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	p, err := s.newChorusPage(r.Context(), g, before)
	if err != nil {
		return err
	}
	if p.Off == "" {
		if err := s.audit(r.Context(), v, "feedback.employees", g.Touchpoint); err != nil {
			return err
		}
	}
	return s.render(w, r, chorusView(p))
}

func (s *Server) newChorusPage(ctx context.Context, g *ground, before int64) (*chorusPage, error) {
	l := g.lang()
	p := &chorusPage{ground: g, frame: g.frame(l.T("chorus.title"), ui.SectionVerbatims)}
	p.frame.Sub = l.T("chorus.sub")
	q := chorus.Query{Unit: cx.UnitID(g.Unit), Before: before, Limit: chorusShown}
	if key := cx.TouchpointID(g.Touchpoint); key != "" {
		q.Touchpoint = &key
	}
	found, err := s.Chorus.Listings(ctx, g.scope(), q)
	if cx.KindOf(err) == cx.Denied {
		p.Off = l.Error(err)
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	p.frame.Filters = g.chorusBar()
	for _, x := range found.Listings {
		p.Lists = append(p.Lists, g.chorusList(x))
	}
	if before > 0 {
		p.Pager.PreviousHref = g.chorusAddress(g.Touchpoint, g.Unit)
	}
	if found.Next > 0 {
		p.Pager.NextHref = withParam(g.chorusAddress(g.Touchpoint, g.Unit), "before", strconv.FormatInt(found.Next, 10))
	}
	if len(p.Lists) == 0 {
		p.Empty = &ui.State{Title: l.T("chorus.none"), Text: l.T("chorus.none.text")}
		if g.Touchpoint != "" || g.Unit != "" {
			p.Empty.Actions = []ui.Button{{Label: l.T("chorus.all"), Href: chorusAt}}
		}
	}
	return p, nil
}

// chorusList names the cell of a listing, and masks who is named in its texts.
func (g *ground) chorusList(x chorus.Listing) chorusList {
	l := g.lang()
	out := chorusList{ID: "listing-" + strconv.FormatInt(x.ID, 10), Title: l.T("chorus.work"), Where: l.T("chorus.company")}
	switch {
	case x.Mixed:
		out.Title = l.T("chorus.mixed")
	case x.Touchpoint != "":
		out.Title = g.touchpointName(x.Touchpoint)
	}
	if x.Unit != "" {
		out.Where = g.Organisation.Name(x.Unit, l.Tag())
	}
	out.Where += " · " + g.chorusPeriod(x) + " · " + l.T("chorus.texts", "count", len(x.Texts))
	for n, text := range x.Texts[:min(len(x.Texts), chorusMost)] {
		text = mask(g.mask(text)) // whoever may see customers' names does not see colleagues'
		if n < chorusFirst {
			out.Texts = append(out.Texts, text)
		} else {
			out.Rest = append(out.Rest, text)
		}
	}
	if len(out.Rest) > 0 {
		out.Fold = l.T("chorus.rest", "count", len(out.Rest))
	}
	if len(x.Texts) > chorusMost {
		out.More = l.T("chorus.more", "count", chorusMost)
	}
	return out
}

func (g *ground) chorusPeriod(x chorus.Listing) string {
	from := x.Start()
	switch x.Grain {
	case "month":
		return g.lang().Month(from)
	case "quarter":
		return g.lang().T("explorer.quarter", "quarter", strconv.Itoa((int(from.Month())+2)/3), "year", strconv.Itoa(from.Year()))
	}
	return strconv.Itoa(from.Year())
}

// chorusBar offers the unit and the touchpoint.
func (g *ground) chorusBar() *ui.FilterBar {
	bar := &ui.FilterBar{Action: chorusAt}
	if d, ok := unitDrop(g); ok {
		bar.Drops = append(bar.Drops, d)
	}
	bar.Drops = append(bar.Drops, touchpointDrop(g))
	if g.Touchpoint != "" || g.Unit != "" {
		bar.ClearHref = chorusAt
	}
	return bar
}
