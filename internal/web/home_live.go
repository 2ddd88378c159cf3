package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"vigie/internal/cx"
	"vigie/internal/web/ui"
)

// live makes a block ask for itself again when figures move. Words and what is pressed wait while a hand is on them.
func (h *homeStand) live(b homeBlock) *ui.Live {
	return &ui.Live{URL: withParam(h.common().at(arrangePath+"/"+b.Key), "part", "block"), Events: liveEvent, Hold: b.Key != "heads" && b.Key != "relation" && b.Key != "norm"}
}

// serveHomeBlock draws one block, as its page asks for it.
func (s *Server) serveHomeBlock(w http.ResponseWriter, r *http.Request, v *visit) error {
	i := slices.IndexFunc(homeBlocks(), func(b homeBlock) bool { return b.Key == r.PathValue("block") })
	if i < 0 {
		return cx.Fail(cx.NotFound, "", "web.missing.text")
	}
	chosen := homeBlocks()[i]
	if !v.Viewer.May(chosen.Right) {
		return cx.Fail(cx.Denied, "", "web.denied")
	}
	g, first, err := s.homeGround(r, v)
	if err != nil {
		return err
	}
	j, err := pickJourney(g.Journeys, first)
	if err != nil || j == nil {
		return cx.Fail(cx.NotFound, "", "web.missing.text")
	}
	h := &homeStand{ground: g, journey: j}
	b := s.fillBlocks(r.Context(), h, []homeBlock{chosen})[0]
	b.Live = h.live(chosen)
	s.reportBlocks(r, b.Drawn.Err)
	return s.render(w, r, homeBlockView(g, b))
}

// asks makes a block ask for itself when figures move; one that is not there yet, as soon as the page stands too.
func (b *placedBlock) asks() templ.Attributes {
	a := liveAttributes(b.Live)
	if b.Late && a != nil {
		a["hx-trigger"], a["aria-busy"] = "load, live", "true"
	}
	return a
}

// whole is the address of the page that a part of it belongs to.
func (v *visit) whole() string {
	u, err := url.Parse(v.Path)
	if err != nil || !u.Query().Has("part") {
		return v.Path
	}
	q := u.Query()
	q.Del("part")
	if strings.HasPrefix(u.Path, arrangePath+"/") {
		u.Path = "/"
	}
	return address(u.Path, q)
}

// drawnBlock is a block come to its place.
type drawnBlock struct {
	at    int
	drawn block[templ.Component]
}

// fillBlocks draws blocks side by side, each under its own deadline and with its own failure. Those that come after the
// patience of the stand are left late, and given up when ctx ends.
func (s *Server) fillBlocks(ctx context.Context, h *homeStand, chosen []homeBlock) []*placedBlock {
	h.mapped = sync.OnceValues(func() (mapBlock, error) { return s.newMap(ctx, h.ground, h.journey, "") })
	out := make([]*placedBlock, len(chosen))
	come := make(chan drawnBlock, len(chosen))
	for i, x := range chosen {
		out[i] = &placedBlock{homeBlock: x, Late: true}
		go func() { come <- drawnBlock{i, s.drawBlock(ctx, h, x)} }()
	}
	late := time.NewTimer(cmp.Or(h.patience, s.Live.Deadline+time.Second))
	defer late.Stop()
	for range chosen {
		select {
		case d := <-come:
			out[d.at].Drawn, out[d.at].Late = d.drawn, false
		case <-late.C:
			return out
		}
	}
	return out
}

func (s *Server) drawBlock(ctx context.Context, h *homeStand, x homeBlock) (out block[templ.Component]) {
	ctx, stop := context.WithTimeout(ctx, s.Live.Deadline)
	defer stop()
	defer func() {
		if p := recover(); p != nil {
			out.Err = fmt.Errorf("block %s panicked: %v", x.Key, p)
		}
	}()
	out.Value, out.Err = x.fill(s, ctx, h)
	return out
}
