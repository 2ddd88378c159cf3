package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// homeRoutes are where each one lands, and how they arrange it.
func (s *Server) homeRoutes() []Route {
	return []Route{
		{"GET", homePath, people.ReadFigures, s.serveHome},
		{"GET", arrangePath, people.ReadFigures, s.serveArrange},
		{"POST", arrangePath, people.ReadFigures, s.doArrange},
	}
}

const (
	homePath    = "/{$}"
	arrangePath = "/home"
)

// homePage is a choice of blocks over one ground: the role's, or one's own.
type homePage struct {
	frame  ui.Frame
	ground *ground
	Blocks []*placedBlock
	Own    bool // arranged by the person
}

// placedBlock is a block on a page, drawn.
type placedBlock struct {
	homeBlock
	Drawn block[templ.Component]
}

// homeBlock is a part of a home page. To add one: a line in homeBlocks, its words home.block.<key> and home.block.<key>.note.
type homeBlock struct {
	Key   string
	Right people.Right
	Half  bool // may stand beside another
	// fill draws the block with its own title; nil with no error: there is nothing to show here today.
	fill func(*Server, context.Context, *homeStand) (templ.Component, error)
}

// homeStand is what the blocks of one page share.
type homeStand struct {
	*ground
	journey *journey.Journey
	still   bool                     // a picture that is asked again as a whole: its parts are not live
	mapped  func() (mapBlock, error) // the map, asked once for all blocks
}

func (s *Server) serveHome(w http.ResponseWriter, r *http.Request, v *visit) error {
	if q := r.URL.Query(); q.Has("part") || q.Has("indicator") { // the cockpit stood here
		http.Redirect(w, r, address(cockpitPath, q), http.StatusSeeOther)
		return nil
	}
	f, err := parseFilters(r.URL.Query())
	if err != nil {
		return err
	}
	first, err := s.firstJourney(r.Context())
	if err != nil {
		return err
	}
	f = f.common().with(func(f *filters) {
		if f.Unit == "" {
			f.Unit = string(v.Viewer.Unit)
		}
	})
	g, err := s.ground(r.Context(), v, f, matter{Journey: first})
	if err != nil {
		return err
	}
	if empty, err := s.nothingYet(r.Context(), g); err != nil {
		return err
	} else if empty || first == "" {
		return s.serveCockpit(w, r, v)
	}
	p, err := s.newHomePage(r.Context(), g, first)
	if err != nil {
		return err
	}
	for _, b := range p.Blocks {
		s.reportBlocks(r, b.Drawn.Err)
	}
	return s.render(w, r, homeView(p))
}

func (s *Server) newHomePage(ctx context.Context, g *ground, first cx.JourneyID) (*homePage, error) {
	l := g.lang()
	p := &homePage{ground: g, frame: g.frame(l.T("home.title", "name", firstName(g.Viewer.Name)), ui.SectionCockpit)}
	p.frame.Sub = l.T("home.sub." + string(g.Viewer.Role))
	if u, ok := g.Organisation.Unit(g.Viewer.Unit); ok {
		p.frame.Sub = l.Text(u.Name) + " · " + p.frame.Sub
	}
	p.frame.LiveURL = g.liveURL()
	var err error
	if p.frame.Filters, err = s.filterBar(ctx, g, "/"); err != nil {
		return nil, err
	}
	chosen, own, err := s.homeOf(ctx, g.Viewer)
	if err != nil {
		return nil, err
	}
	p.Own = own
	j, err := pickJourney(g.Journeys, first)
	if err != nil {
		return nil, err
	}
	p.Blocks = s.fillBlocks(ctx, &homeStand{ground: g, journey: j}, chosen)
	return p, nil
}

// homeOf gives the blocks of somebody's home page that they may see: their own choice, else their role's.
func (s *Server) homeOf(ctx context.Context, who people.Viewer) ([]homeBlock, bool, error) {
	keys, own, err := s.People.Home(ctx, who.UserID)
	if err != nil {
		return nil, false, err
	}
	if !own {
		keys = roleBlocks(who.Role)
	}
	var out []homeBlock
	for _, k := range keys {
		i := slices.IndexFunc(homeBlocks(), func(b homeBlock) bool { return b.Key == k })
		if i >= 0 && who.May(homeBlocks()[i].Right) {
			out = append(out, homeBlocks()[i])
		}
	}
	return out, own, nil
}

// fillBlocks draws blocks side by side, each under its own deadline, and leaves out those with nothing to show.
func (s *Server) fillBlocks(ctx context.Context, h *homeStand, chosen []homeBlock) []*placedBlock {
	h.mapped = sync.OnceValues(func() (mapBlock, error) { return s.newMap(ctx, h.ground, h.journey, "") })
	b := &blocks{ctx: ctx}
	var out []*placedBlock
	for _, x := range chosen {
		p := &placedBlock{homeBlock: x}
		out = append(out, p)
		fill(b, &p.Drawn, func(ctx context.Context) (templ.Component, error) { return x.fill(s, ctx, h) })
	}
	b.wg.Wait()
	return slices.DeleteFunc(out, func(p *placedBlock) bool { return p.Drawn.Err == nil && p.Drawn.Value == nil })
}

// rows puts blocks that may stand beside another two by two.
func (p *homePage) rows() [][]*placedBlock {
	var out [][]*placedBlock
	for _, b := range p.Blocks {
		if n := len(out); b.Half && n > 0 && len(out[n-1]) == 1 && out[n-1][0].Half {
			out[n-1] = append(out[n-1], b)
			continue
		}
		out = append(out, []*placedBlock{b})
	}
	return out
}

// arrangePage lets somebody choose the blocks of their home page and their order, with buttons alone.
type arrangePage struct {
	frame  ui.Frame
	visit  *visit
	Shown  []homeBlock
	Hidden []homeBlock
	Own    bool
}

func (s *Server) newArrangePage(ctx context.Context, v *visit) (*arrangePage, error) {
	p := &arrangePage{visit: v, frame: v.frame(v.Lang.T("home.arrange.title"), ui.SectionCockpit)}
	p.frame.Sub, p.frame.Crumb = v.Lang.T("home.arrange.sub"), []ui.Link{{Label: v.Lang.T("ui.nav.cockpit"), Href: "/"}}
	var err error
	if p.Shown, p.Own, err = s.homeOf(ctx, v.Viewer); err != nil {
		return nil, err
	}
	for _, b := range homeBlocks() {
		if v.Viewer.May(b.Right) && !slices.ContainsFunc(p.Shown, func(x homeBlock) bool { return x.Key == b.Key }) {
			p.Hidden = append(p.Hidden, b)
		}
	}
	return p, nil
}

func (s *Server) serveArrange(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newArrangePage(r.Context(), v)
	if err != nil {
		return err
	}
	return s.render(w, r, arrangeView(p))
}

// doArrange moves, hides or adds one block ("do" and "block"), or gives the role's page again.
func (s *Server) doArrange(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	do, key := r.PostForm.Get("do"), r.PostForm.Get("block")
	if do == "reset" {
		if err := s.People.ResetHome(r.Context(), v.Viewer.UserID); err != nil {
			return err
		}
		s.done(r, v, v.Lang.T("home.reset.done"), nil)
		http.Redirect(w, r, arrangePath, http.StatusSeeOther)
		return nil
	}
	p, err := s.newArrangePage(r.Context(), v)
	if err != nil {
		return err
	}
	keys, ok := p.arranged(do, key)
	if !ok {
		return cx.Fail(cx.Invalid, "block", "home.unknown")
	}
	if err := s.People.SetHome(r.Context(), v.Viewer.UserID, keys); err != nil {
		return err
	}
	before := []ui.Hidden{{Name: "do", Value: "all"}, {Name: "block", Value: strings.Join(p.keys(), " ")}}
	if do == "all" {
		s.done(r, v, v.Lang.T("settings.saved"), nil)
		http.Redirect(w, r, arrangePath, http.StatusSeeOther)
		return nil
	}
	s.done(r, v, v.Lang.T("home.done."+do, "block", v.Lang.T("home.block."+key)), &ui.Undo{Action: arrangePath, Fields: before})
	http.Redirect(w, r, arrangePath+"#b-"+key, http.StatusSeeOther)
	return nil
}

func (p *arrangePage) keys() []string {
	keys := make([]string, len(p.Shown))
	for i, b := range p.Shown {
		keys[i] = b.Key
	}
	return keys
}

// arranged gives the keys shown after one change; false when there is no such block or no such change.
func (p *arrangePage) arranged(do, key string) ([]string, bool) {
	keys := p.keys()
	at := slices.Index(keys, key)
	switch {
	case do == "all":
		return p.known(strings.Fields(key))
	case do == "add":
		_, hidden := p.known([]string{key})
		return append(keys, key), hidden && at < 0
	case at < 0:
		return nil, false
	case do == "hide":
		return slices.Delete(keys, at, at+1), true
	case do == "up" && at > 0:
		keys[at], keys[at-1] = keys[at-1], keys[at]
	case do == "down" && at < len(keys)-1:
		keys[at], keys[at+1] = keys[at+1], keys[at]
	case do != "up" && do != "down":
		return nil, false
	}
	return keys, true
}

// known tells whether all keys are of blocks that the viewer may put on the page, each once.
func (p *arrangePage) known(keys []string) ([]string, bool) {
	for i, k := range keys {
		is := func(b homeBlock) bool { return b.Key == k }
		if slices.Contains(keys[:i], k) || !slices.ContainsFunc(p.Shown, is) && !slices.ContainsFunc(p.Hidden, is) {
			return nil, false
		}
	}
	return keys, true
}

// firstName is how somebody is greeted.
func firstName(name string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	return first
}
