package web

import (
	"context"
	"fmt"
	"sync"
	"time"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/understand/insight"
)

// ground is what a page stands on: who asks, narrowed to what, over which structure. Read once a request.
type ground struct {
	*visit
	filters
	Catalogue    *catalogue.Catalogue
	Journeys     *journey.Journeys
	Organisation *people.Organisation
	Rules        []invite.Kept
	hidden       *hiddenNames    // of the feedback read with it; blocks that show words stand apart
	seen         record.Position // where the figures were before the page asked anything
}

// ground gathers what a page stands on.
func (s *Server) ground(ctx context.Context, v *visit, f filters, of matter) (*ground, error) {
	g := &ground{visit: v, filters: f, hidden: &hiddenNames{}, seen: s.Insight.Position()}
	var err error
	if g.Catalogue, err = s.Catalogue.Present(ctx); err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	if v.Viewer.Role != people.Administrator {
		g.Catalogue = g.Catalogue.SeenBy(string(v.Viewer.Role))
	}
	g.Catalogue = g.Catalogue.Offered()
	if g.Journeys, err = s.Journeys.Present(ctx); err != nil {
		return nil, fmt.Errorf("journeys: %w", err)
	}
	if g.Organisation, err = s.People.Present(ctx); err != nil {
		return nil, fmt.Errorf("organisation: %w", err)
	}
	if g.Rules, err = s.Invites.Rules(ctx); err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	if g.Usual {
		if err := s.usual.settle(ctx, s.Insight, &g.filters, usualAsk{of.where(g.Journeys), v.Now}); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// liveURL is the stream from where this page stands: what moved while it was on its way is told at once.
func (g *ground) liveURL() string { return "/live?after=" + g.seen.String() }

func (g *ground) scope() people.Scope    { return g.Viewer.Scope }
func (g *ground) lang() lang.Lang        { return g.visit.Lang }
func (g *ground) during() insight.Period { return g.period(g.Now) }

// block is a part of a page with its own deadline and its own failure.
type block[T any] struct {
	Value T
	Err   error
}

// blocks runs the parts of a page side by side.
type blocks struct {
	ctx  context.Context
	each time.Duration
	wg   sync.WaitGroup
}

func (s *Server) blocks(ctx context.Context) *blocks { return &blocks{ctx: ctx, each: s.Live.Deadline} }

func fill[T any](b *blocks, into *block[T], build func(context.Context) (T, error)) {
	b.wg.Go(func() {
		ctx, stop := context.WithTimeout(b.ctx, b.each)
		defer stop()
		defer func() {
			if p := recover(); p != nil {
				into.Err = fmt.Errorf("block panicked: %v", p)
			}
		}()
		into.Value, into.Err = build(ctx)
	})
}

// figuresBy asks one indicator by one dimension and gives its rows by key.
func (s *Server) figuresBy(ctx context.Context, g *ground, q insight.Query) (map[string]insight.Row, error) {
	a, err := s.ask(ctx, g, q)
	if err != nil {
		return nil, fmt.Errorf("%s by %v: %w", q.Indicator, q.By, err)
	}
	rows := make(map[string]insight.Row, len(a.Rows))
	for _, r := range a.Rows {
		rows[r.By[q.By[0]]] = r
	}
	return rows, nil
}

// figure asks one indicator alone.
func (s *Server) figure(ctx context.Context, g *ground, q insight.Query) (insight.Row, error) {
	a, err := s.ask(ctx, g, q)
	if err != nil {
		return insight.Row{}, fmt.Errorf("%s: %w", q.Indicator, err)
	}
	if len(a.Rows) == 0 {
		return insight.Row{}, nil
	}
	return a.Rows[0], nil
}

// previous compares with the period of the same length before.
func previous() *insight.Versus { return &insight.Versus{Named: "previous"} }

// touchpointName gives the name of a touchpoint, its key when no journey has it.
func (g *ground) touchpointName(k cx.TouchpointID) string {
	if p, ok := g.Journeys.Place(k); ok {
		return g.lang().Text(p.Touchpoint.Name)
	}
	return string(k)
}
