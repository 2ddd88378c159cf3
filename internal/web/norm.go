package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// normRoutes set a unit beside its peers.
func (s *Server) normRoutes() []Route {
	return []Route{
		{"GET", "/norm", people.ReadFigures, s.serveNorm},
	}
}

// normPage is « Moi vs la norme »: a unit among its peers, those above it, and the objective. No unit is ranked: those of one
// level stand by name, and only what leaves the limits of chance is told.
type normPage struct {
	frame  ui.Frame
	ground *ground
	unit   people.Unit
	m      measured
	Switch []ui.Tab
	Asks   bool         // no unit is chosen yet
	Choose []unitChoice // units to choose from then
	Heads  block[ui.Heads]
	Funnel block[funnelBlock]
	Gaps   block[ui.Table]
	Learn  block[ui.Table]
	Moves  block[[]string] // of units, that change what is compared
}

func (s *Server) serveNorm(w http.ResponseWriter, r *http.Request, v *visit) error {
	f, err := parseFilters(r.URL.Query())
	if err != nil {
		return err
	}
	g, err := s.ground(r.Context(), v, f.common(), matter{})
	if err != nil {
		return err
	}
	p, err := s.newNormPage(r.Context(), g, cx.IndicatorID(r.URL.Query().Get("indicator")))
	if err != nil {
		return err
	}
	s.reportBlocks(r, p.Heads.Err, p.Funnel.Err, p.Gaps.Err, p.Learn.Err, p.Moves.Err)
	return s.render(w, r, normView(p))
}

// defaultNorm is compared when the address names no indicator.
const defaultNorm cx.IndicatorID = "csat"

func (s *Server) newNormPage(ctx context.Context, g *ground, indicator cx.IndicatorID) (*normPage, error) {
	l := g.lang()
	m, ok := measure(g.Catalogue, cmp.Or(indicator, defaultNorm), nil)
	if !ok || m.Audience != cx.Customers {
		return nil, cx.Fail(cx.NotFound, "", "web.missing.text")
	}
	g.filters = g.filters.with(func(f *filters) { f.Unit = cmp.Or(f.Unit, string(g.Viewer.Unit)) })
	p := &normPage{ground: g, m: m, Switch: g.normSwitch(m.Key)}
	p.frame = g.frame(l.T("norm.title"), ui.SectionCockpit)
	p.frame.LiveURL = g.liveURL()
	var err error
	if p.frame.Filters, err = s.filterBar(ctx, g, "/norm"); err != nil {
		return nil, err
	}
	p.frame.Filters.Keep = []ui.Hidden{{Name: "indicator", Value: string(m.Key)}}
	p.unit, ok = g.Organisation.Unit(cx.UnitID(g.Unit))
	if !ok {
		p.frame.Sub, p.Asks, p.Choose = l.T("norm.choose.sub"), true, g.normChoice(m.Key)
		return p, nil
	}
	p.frame.Sub = l.T("norm.sub", "unit", l.Text(p.unit.Name), "indicator", l.Text(m.Name))
	b := s.blocks(ctx)
	fill(b, &p.Heads, func(ctx context.Context) (ui.Heads, error) { return s.newNormHeads(ctx, p) })
	fill(b, &p.Funnel, func(ctx context.Context) (funnelBlock, error) { return s.newFunnel(ctx, p) })
	fill(b, &p.Gaps, func(ctx context.Context) (ui.Table, error) { return s.newGaps(ctx, p) })
	fill(b, &p.Learn, func(ctx context.Context) (ui.Table, error) { return s.newLearn(ctx, p) })
	fill(b, &p.Moves, func(ctx context.Context) ([]string, error) { return s.newNormMoves(ctx, p) })
	b.wg.Wait()
	return p, nil
}

// normAddress keeps the page's filters.
func (g *ground) normAddress(unit string, indicator cx.IndicatorID) string {
	at := g.common().with(func(f *filters) { f.Unit = unit }).at("/norm")
	return withParam(at, "indicator", string(indicator))
}

// normSwitch offers the indicators of customers that have an objective.
func (g *ground) normSwitch(current cx.IndicatorID) []ui.Tab {
	var tabs []ui.Tab
	for _, k := range []cx.IndicatorID{"csat", "nps", "ces", "fcr", "nps_relational", current} {
		m, ok := measure(g.Catalogue, k, nil)
		href := g.normAddress(g.Unit, k)
		if ok && !slices.ContainsFunc(tabs, func(t ui.Tab) bool { return t.Href == href }) {
			tabs = append(tabs, ui.Tab{Label: m.short(g.lang()), Href: href, Current: k == current})
		}
	}
	return tabs
}

// unitActions lead to the organisation who may change it.
func (g *ground) unitActions() []ui.Button {
	if !g.Viewer.May(people.EditStructure) {
		return nil
	}
	return []ui.Button{{Label: g.lang().T("norm.nounit.do"), Href: "/settings/units", Style: "primary", Icon: "upload"}}
}

// unitChoice is a unit to compare, and those below it.
type unitChoice struct {
	ui.Link
	Below []ui.Link
}

// normChoice lists the units of the first two levels that are open.
func (g *ground) normChoice(indicator cx.IndicatorID) []unitChoice {
	var out []unitChoice
	link := func(k cx.UnitID) (ui.Link, bool) {
		u, known := g.Organisation.Unit(k)
		return ui.Link{Label: g.Organisation.Name(k, g.lang().Tag()), Href: g.normAddress(string(k), indicator)}, known && !u.Closed
	}
	for _, top := range g.Organisation.Children("") {
		at, open := link(top)
		if !open {
			continue
		}
		one := unitChoice{Link: at}
		for _, k := range g.Organisation.Children(top) {
			if below, open := link(k); open {
				one.Below = append(one.Below, below)
			}
		}
		out = append(out, one)
	}
	return out
}

// question of the page over one unit; "" is all of them.
func (p *normPage) question(unit cx.UnitID) insight.Query {
	during := p.ground.during()
	f := p.ground.common().with(func(f *filters) { f.Unit = string(unit) })
	return insight.Query{Indicator: p.m.Key, Where: f.where(), During: &during}
}

// others are the conditions of all but this unit.
func (p *normPage) others() insight.Where {
	w := p.question("").Where
	if w == nil {
		w = insight.Where{}
	}
	w["unit"] = insight.Condition{Not: []any{string(p.unit.Key)}}
	return w
}

// newNormHeads shows the unit, those above it, and everybody.
func (s *Server) newNormHeads(ctx context.Context, p *normPage) (ui.Heads, error) {
	g, l := p.ground, p.ground.lang()
	heads := ui.Heads{Label: l.T("norm.heads")}
	path := g.Organisation.Path(p.unit.Key)
	slices.Reverse(path)
	for i, k := range append(path, "") {
		q := p.question(k)
		if i == 0 {
			q.Versus = &insight.Versus{Where: p.others()}
		}
		row, err := s.figure(ctx, g, q)
		if err != nil {
			return heads, err
		}
		h := p.m.head(g, row)
		h.Help = p.m.helpAt(l, "head"+strconv.Itoa(i))
		if h.Title = g.Organisation.Name(k, l.Tag()); k == "" {
			h.Title = l.T("norm.all")
		}
		if i == 0 && row.Figure.Enough {
			h.Change = p.against(row.Versus)
		}
		if g.mayRead() {
			h.Href = g.common().with(func(f *filters) {
				f.Unit, f.Score, f.Program = string(k), string(p.m.Metric.Key), string(p.m.Program)
			}).at(p.m.list())
		}
		heads.Items = append(heads.Items, h)
	}
	return heads, nil
}

// against says how the unit stands beside all others.
func (p *normPage) against(c *insight.Compared) ui.Change {
	l := p.ground.lang()
	ch := p.m.change(l, c)
	if c == nil || !c.Has {
		return ui.Change{}
	}
	ch.Note = l.T("norm.others")
	if !c.Significant {
		ch.Text, ch.Note = l.T("norm.like"), l.T("norm.like.note")
	}
	return ch
}

// newGaps tells at which touchpoints the unit leaves the norm, of the many looked at.
func (s *Server) newGaps(ctx context.Context, p *normPage) (ui.Table, error) {
	g, l := p.ground, p.ground.lang()
	t := ui.Table{Caption: l.T("norm.gaps"), Empty: l.T("norm.gaps.none"), Columns: []ui.Column{{Label: l.T("verbatim.touchpoint")}, {Label: l.Text(p.unit.Name), Numeric: true},
		{Label: l.T("norm.others.short"), Numeric: true}, {Label: l.T("norm.difference"), Numeric: true}, {Label: l.T("touchpoint.n"), Numeric: true}}}
	all, err := s.gapsOf(ctx, p)
	if err != nil {
		return t, err
	}
	for _, x := range beyondNoise(all) {
		v := x.row.Versus
		t.Rows = append(t.Rows, ui.Row{Href: g.touchpointAddress(x.t.Key, x.m.Key), Cells: []ui.Cell{
			{Text: l.Text(x.t.Name), Note: x.m.short(l), Help: x.m.helpAt(l, "gap-"+string(x.t.Key))}, {Text: x.m.text(l, x.row.Figure.Value), Note: x.m.interval(l, x.row.Figure)}, {Text: x.m.text(l, v.Figure.Value)},
			{Text: x.m.difference(l, v.Difference), Note: l.Points(v.Low, x.m.decimals()) + "\u2009–\u2009" + l.Points(v.High, x.m.decimals()), Tone: x.m.better(v.Difference)},
			{Text: l.Int(x.row.Figure.N)}}})
	}
	return t, nil
}

// gapsOf compares the unit with all others at every touchpoint.
func (s *Server) gapsOf(ctx context.Context, p *normPage) ([]moved, error) {
	return s.gapsWith(ctx, p, gapsAsk{p.unit.Key, p.others()})
}
