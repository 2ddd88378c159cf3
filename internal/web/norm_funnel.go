package web

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/web/chart"
	"vigie/internal/web/ui"
)

// funnelBlock is the unit among those of its level, within the limits of chance.
type funnelBlock struct {
	Chart ui.ChartBox
	Best  []ui.Link // units above the limits, to learn from
	Says  string
}

// z of the limits: 95 and 998 in a thousand fall inside by chance.
const (
	innerZ = 1.96
	outerZ = 3.09
)

// peer is a unit of the level with its place in the funnel.
type peer struct {
	key       cx.UnitID
	name      string
	figure    cx.Figure
	low, high float64 // inner limits
	beyond    int     // −1 under the outer limits, +1 above them, 0 inside
}

// newFunnel draws every unit of the level of this one.
func (s *Server) newFunnel(ctx context.Context, p *normPage) (funnelBlock, error) {
	if p.unit.Level == "" {
		return funnelBlock{}, nil
	}
	pool, err := s.pool(ctx, p)
	if err != nil {
		return funnelBlock{}, err
	}
	peers, err := s.peersOf(ctx, p, pool)
	if err != nil || len(peers) == 0 {
		return funnelBlock{}, err
	}
	b := funnelBlock{Says: p.funnelWords(peers)}
	for _, x := range peers {
		if x.beyond > 0 && x.key != p.unit.Key && (p.m.Spec.Better == cx.HigherBetter) || x.beyond < 0 && x.key != p.unit.Key && p.m.Spec.Better == cx.LowerBetter {
			b.Best = append(b.Best, ui.Link{Label: x.name, Href: p.ground.normAddress(string(x.key), p.m.Key)})
		}
	}
	c := p.funnelChart(peers, pool)
	b.Chart, err = s.draw(ctx, c, p.funnelTable(peers))
	return b, err
}

// pool is every answer of the period: what chance draws from.
func (s *Server) pool(ctx context.Context, p *normPage) (cx.Histogram, error) {
	q := p.question("")
	q.By = []string{"score"}
	rows, err := s.figuresBy(ctx, p.ground, q)
	if err != nil {
		return cx.Histogram{}, err
	}
	var h cx.Histogram
	for key, row := range rows {
		if point, ok := p.m.point(key); ok {
			h.Add(point, row.Figure.N)
		}
	}
	return h, nil
}

// point reads a score as questions answer it.
func (m measured) point(key string) (int64, bool) {
	raw, err := strconv.ParseFloat(key, 64)
	if err != nil {
		return 0, false
	}
	point, answered, wrong := m.Metric.Point(raw)
	return point, answered && wrong == nil
}

func (s *Server) peersOf(ctx context.Context, p *normPage, pool cx.Histogram) ([]peer, error) {
	q := p.question("")
	q.By = []string{"unit." + p.unit.Level}
	rows, err := s.figuresBy(ctx, p.ground, q)
	if err != nil {
		return nil, err
	}
	var out []peer
	for key, row := range rows {
		x := peer{key: cx.UnitID(key), figure: row.Figure}
		outLow, outHigh, ok := p.m.Spec.Funnel(pool, row.Figure.N, outerZ)
		if key == "" || !row.Figure.Has || !ok {
			continue
		}
		x.low, x.high, _ = p.m.Spec.Funnel(pool, row.Figure.N, innerZ)
		x.name = p.ground.Organisation.Name(x.key, p.ground.lang().Tag())
		switch v := row.Figure.Value; {
		case !row.Figure.Enough:
		case v > outHigh:
			x.beyond = 1
		case v < outLow:
			x.beyond = -1
		}
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b peer) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.key, b.key)) })
	return out, nil
}

// place says where a unit stands: inside, or beyond what chance does twice in a thousand.
func (p *normPage) place(x peer) (string, ui.Tone) {
	l := p.ground.lang()
	switch {
	case !x.figure.Enough:
		return few(l, x.figure.N), ui.Plain
	case x.beyond == 0:
		return l.T("norm.inside"), ui.Plain
	case (x.beyond > 0) == (p.m.Spec.Better == cx.HigherBetter):
		return l.T("norm.better"), ui.Good
	}
	return l.T("norm.worse"), ui.Bad
}

func (p *normPage) funnelWords(peers []peer) string {
	l := p.ground.lang()
	for _, x := range peers {
		if x.key == p.unit.Key {
			says, _ := p.place(x)
			return l.T("norm.place", "unit", x.name, "place", says, "count", len(peers))
		}
	}
	return l.T("norm.absent", "unit", l.Text(p.unit.Name))
}

func (p *normPage) funnelChart(peers []peer, pool cx.Histogram) chart.Funnel {
	l := p.ground.lang()
	limits := func(z float64) func(float64) (float64, float64) {
		return func(n float64) (float64, float64) {
			low, high, _ := p.m.Spec.Funnel(pool, max(1, int64(n)), z)
			return low, high
		}
	}
	c := chart.Funnel{Label: l.T("norm.funnel.label", "indicator", l.Text(p.m.Name)), Across: l.T("norm.across"), Center: p.m.Spec.Figure(pool).Value, CenterWord: l.T("norm.all"),
		Inner: limits(innerZ), Outer: limits(outerZ), InnerWord: l.Percent(95, 0), OuterWord: l.Percent(99.8, 1), Objective: p.m.Objective, ObjectiveWord: l.T("cockpit.map.zero"), Format: p.m.format(p.ground)}
	for _, x := range peers {
		_, tone := p.place(x)
		c.Marks = append(c.Marks, chart.Mark{Name: x.name, Color: markColor(tone, x.key == p.unit.Key), N: x.figure.N, Value: x.figure.Value, Strong: x.key == p.unit.Key})
	}
	return c
}

func markColor(tone ui.Tone, me bool) string {
	switch {
	case tone == ui.Good:
		return "promoter"
	case tone == ui.Bad:
		return "detractor"
	case me:
		return "accent"
	}
	return ""
}

func (p *normPage) funnelTable(peers []peer) ui.Table {
	l := p.ground.lang()
	t := ui.Table{Caption: l.T("norm.peers"), Columns: []ui.Column{{Label: l.T("cockpit.filter.unit")}, {Label: p.m.short(l), Numeric: true}, {Label: l.T("touchpoint.interval"), Numeric: true},
		{Label: l.T("norm.limits"), Numeric: true}, {Label: l.T("touchpoint.n"), Numeric: true}, {Label: l.T("norm.position")}}}
	for _, x := range peers {
		says, tone := p.place(x)
		name := ui.Cell{Text: x.name}
		if x.key == p.unit.Key {
			name.Tags = []ui.Tag{{Text: l.T("norm.me"), Tone: ui.Accent}}
		}
		value, d := "—", p.m.decimals()
		if x.figure.Enough {
			value = p.m.text(l, x.figure.Value)
		}
		t.Rows = append(t.Rows, ui.Row{Href: p.ground.normAddress(string(x.key), p.m.Key), Cells: []ui.Cell{name, {Text: value}, {Text: p.m.interval(l, x.figure)},
			{Text: l.Number(x.low, d) + "\u2009–\u2009" + l.Number(x.high, d)}, {Text: l.Int(x.figure.N)}, {Text: says, Tone: tone}}})
	}
	return t
}
