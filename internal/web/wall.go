package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// wallRoutes serve the screen on the wall.
func (s *Server) wallRoutes() []Route {
	return []Route{
		{"GET", wallPath, people.ReadFigures, s.serveWall},
	}
}

const (
	wallPath         = "/wall"
	wallOfTouchpoint = "touchpoint." // before the key of a touchpoint, among views
	wallEvery        = 20            // seconds a view is shown when the address says nothing
	mostWallViews    = 12
)

// wallPage shows views one after the other, large, for people who pass by. It names nobody: words are masked.
type wallPage struct {
	frame  ui.Frame
	ground *ground
	Every  string // seconds
	Again  string // address of the views alone
	At     string // the hour of this picture
	Silent string // since when nobody spoke, when that is long; ""
	Blocks []*placedBlock
}

// wallViews are the blocks fit for a wall, in the order they are shown when the address names none.
func wallViews() []string { return []string{"heads", "map", "worst", "moves", "promises", "voices"} }

// onWall may be asked for in an address.
func onWall(key string) bool {
	return slices.Contains(append(wallViews(), "norm", "relation"), key) || strings.HasPrefix(key, wallOfTouchpoint)
}

// title is what a view is called.
func (b *placedBlock) title(l lang.Lang) string {
	if strings.HasPrefix(b.Key, wallOfTouchpoint) {
		return l.T("verbatim.touchpoint")
	}
	return l.T("home.block." + b.Key)
}

func (s *Server) serveWall(w http.ResponseWriter, r *http.Request, v *visit) error {
	q := r.URL.Query()
	f, err := parseFilters(q)
	if err != nil {
		return err
	}
	first, err := s.firstJourney(r.Context())
	if err != nil {
		return err
	}
	v.Theme = "dark"
	if q.Get("theme") == "light" {
		v.Theme = "light"
	}
	g, err := s.ground(r.Context(), v, f.common(), matter{Journey: first})
	if err != nil {
		return err
	}
	p, err := s.newWallPage(r.Context(), g, q["view"])
	if err != nil {
		return err
	}
	every, err := strconv.Atoi(cmp.Or(q.Get("every"), strconv.Itoa(wallEvery)))
	if err != nil || every < 5 || every > 3600 {
		return cx.Fail(cx.Invalid, "every", "wall.every")
	}
	p.Every = strconv.Itoa(every)
	p.Again = withParam(v.Path, "part", "views")
	if isPart(r) {
		return s.render(w, r, wallStage(p))
	}
	return s.render(w, r, wallView(p))
}

func (s *Server) newWallPage(ctx context.Context, g *ground, views []string) (*wallPage, error) {
	l := g.lang()
	p := &wallPage{ground: g, frame: g.frame(l.T("wall.title"), "")}
	p.frame.Sub, p.frame.LiveURL, p.frame.Toasts = periodDrop(g).Summary, g.liveURL(), nil
	p.At = l.Time(g.Now)
	j, err := pickJourney(g.Journeys, "")
	if err != nil || j == nil {
		return p, err
	}
	if len(views) == 0 {
		views = wallViews()
	}
	var chosen []homeBlock
	for _, k := range views[:min(len(views), mostWallViews)] {
		b, ok := s.wallBlock(g, k)
		if !ok {
			return nil, cx.Fail(cx.Invalid, "view", "wall.view", "view", k)
		}
		if g.Viewer.May(b.Right) {
			chosen = append(chosen, b)
		}
	}
	p.Blocks = s.fillBlocks(ctx, &homeStand{ground: g, journey: j}, chosen)
	for _, b := range p.Blocks {
		if b.Drawn.Err != nil && cx.KindOf(b.Drawn.Err) == cx.Internal {
			s.log.Error("view of the wall failed", "view", b.Key, "err", b.Drawn.Err)
		}
	}
	p.Silent, err = s.silence(ctx, g)
	return p, err
}

// wallSilence is for how long nobody may have spoken before the wall says that its figures are old.
const wallSilence = 24 * time.Hour

// silence tells since when nothing was heard where the wall looks.
func (s *Server) silence(ctx context.Context, g *ground) (string, error) {
	list, err := s.Insight.List(ctx, g.scope(), insight.ListQuery{Where: g.where(), Limit: 1})
	if err != nil && (cx.KindOf(err) == cx.Unavailable || cx.KindOf(err) == cx.Denied) {
		return "", nil // its views say so; who reads no feedback is not told when the last one came
	}
	if err != nil || len(list.IDs) == 0 || g.Now.Sub(list.IDs[0].At) < wallSilence {
		return "", err
	}
	return g.lang().T("wall.silent", "day", g.lang().Date(list.IDs[0].At.In(g.Now.Location()))), nil
}

// wallBlock gives the view of a key: a block of home pages, or a touchpoint.
func (s *Server) wallBlock(g *ground, key string) (homeBlock, bool) {
	if !onWall(key) {
		return homeBlock{}, false
	}
	if touchpoint, ok := strings.CutPrefix(key, wallOfTouchpoint); ok {
		place, known := g.Journeys.Place(cx.TouchpointID(touchpoint))
		if !known {
			return homeBlock{}, false
		}
		m, known := measure(g.Catalogue, place.Touchpoint.LeadIndicator(), place.Touchpoint)
		return homeBlock{Key: key, Right: people.ReadFigures, fill: func(s *Server, ctx context.Context, h *homeStand) (templ.Component, error) {
			return s.touchpointWall(ctx, h, about{place, m})
		}}, known
	}
	i := slices.IndexFunc(homeBlocks(), func(b homeBlock) bool { return b.Key == key })
	return homeBlocks()[i], true
}

// touchpointWall draws a touchpoint's figure and how it went.
func (s *Server) touchpointWall(ctx context.Context, h *homeStand, a about) (templ.Component, error) {
	head, err := s.touchpointFigure(ctx, h.ground, a)
	if err != nil {
		return nil, err
	}
	trend, err := s.newTrend(ctx, h.ground, a)
	if trend.Undrawn { // nobody reads a table on a wall
		err = cx.Fail(cx.Unavailable, "", "ui.chart.undrawn")
	}
	return wallTouchpoint(h.ground, h.lang().Text(a.place.Touchpoint.Name), head.Heads, trend), err
}
