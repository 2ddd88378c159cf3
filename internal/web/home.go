package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

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
		{"GET", arrangePath + "/{block}", people.ReadFigures, s.serveHomeBlock},
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
	Late  bool     // not drawn yet: the page asks for it again
	Live  *ui.Live // how it asks for itself; nil on a wall, which asks as a whole
}

// nothing tells that there is nothing to show of it today.
func (b *placedBlock) nothing() bool { return !b.Late && b.Drawn.Err == nil && b.Drawn.Value == nil }

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
	mapped  func() (mapBlock, error) // the map, asked once for all blocks
	// patience is how long the page waits for its blocks: those that take longer come by themselves; 0 waits for all.
	patience time.Duration
}

func (s *Server) serveHome(w http.ResponseWriter, r *http.Request, v *visit) error {
	if q := r.URL.Query(); q.Has("part") || q.Has("indicator") { // the cockpit stood here
		http.Redirect(w, r, address(cockpitPath, q), http.StatusSeeOther)
		return nil
	}
	g, first, err := s.homeGround(r, v)
	if err != nil {
		return err
	}
	if empty, err := s.nothingYet(r.Context(), g); err != nil {
		return err
	} else if empty || first == "" {
		return s.serveCockpit(w, r, v)
	}
	ctx, stop := context.WithCancel(r.Context())
	defer stop() // what came too late is asked again
	patience := s.Live.Blocks
	if r.URL.Query().Get("wait") == "all" { // a browser without a script
		patience = 0
	}
	p, err := s.newHomePage(ctx, g, homeChoice{first, patience})
	if err != nil {
		return err
	}
	for _, b := range p.Blocks {
		s.reportBlocks(r, b.Drawn.Err)
	}
	return s.render(w, r, homeView(p))
}

// homeGround is what a home page, or a block of it, stands on: narrowed to the viewer's own unit when the address names none.
func (s *Server) homeGround(r *http.Request, v *visit) (*ground, cx.JourneyID, error) {
	f, err := parseFilters(r.URL.Query())
	if err != nil {
		return nil, "", err
	}
	first, err := s.firstJourney(r.Context())
	if err != nil {
		return nil, "", err
	}
	f = f.common().with(func(f *filters) {
		if f.Unit == "" {
			f.Unit = string(v.Viewer.Unit)
		}
	})
	g, err := s.ground(r.Context(), v, f, matter{Journey: first})
	return g, first, err
}

// homeChoice is the journey a home page shows, and how long it waits for its blocks.
type homeChoice struct {
	journey  cx.JourneyID
	patience time.Duration
}

func (s *Server) newHomePage(ctx context.Context, g *ground, c homeChoice) (*homePage, error) {
	l := g.lang()
	p := &homePage{ground: g, frame: g.frame(l.T("home.title", "name", firstName(g.Viewer.Name)), ui.SectionCockpit)}
	p.frame.Sub = l.T("home.sub." + string(g.Viewer.Role))
	if u, ok := g.Organisation.Unit(g.Viewer.Unit); ok {
		p.frame.Sub = l.Text(u.Name) + " · " + lowerFirst(p.frame.Sub)
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
	j, err := pickJourney(g.Journeys, c.journey)
	if err != nil {
		return nil, err
	}
	h := &homeStand{ground: g, journey: j, patience: c.patience}
	p.Blocks = s.fillBlocks(ctx, h, chosen)
	for _, b := range p.Blocks {
		b.Live = h.live(b.homeBlock)
	}
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

// rows puts blocks that may stand beside another two by two. A block with nothing to show takes no place.
func (p *homePage) rows() [][]*placedBlock {
	var out [][]*placedBlock
	open := -1 // the row that has room for another half
	for _, b := range p.Blocks {
		switch {
		case b.nothing():
			out = append(out, []*placedBlock{b})
			continue
		case b.Half && open >= 0:
			out[open] = append(out[open], b)
			open = -1
			continue
		}
		out = append(out, []*placedBlock{b})
		open = -1
		if b.Half {
			open = len(out) - 1
		}
	}
	return out
}

// firstName is how somebody is greeted.
func firstName(name string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	return first
}
