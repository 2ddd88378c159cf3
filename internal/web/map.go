package web

import (
	"context"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// newMap builds the journey: its curve, its stages, its cards, and what moved beyond the noise.
func (s *Server) newMap(ctx context.Context, g *ground, j *journey.Journey, indicator string) (mapBlock, error) {
	shown := leads(g, j, indicator)
	keys := keysOf(shown)
	for _, t := range touchpointsOf(j) {
		for _, p := range t.Promises {
			if _, ok := g.Catalogue.Indicators[p.Indicator]; ok && !slices.Contains(keys, p.Indicator) {
				keys = append(keys, p.Indicator)
			}
		}
	}
	answers, err := s.touchpointFigures(ctx, g, j, keys)
	if err != nil {
		return mapBlock{}, err
	}
	a := answered{j, shown, answers}
	b := mapBlock{Journey: newJourney(g, a)}
	b.Journey.Tabs = indicatorTabs(g, j, indicator)
	if b.Moves, b.Quiet, err = s.newMoves(ctx, g, a); err != nil {
		return b, err
	}
	b.Watch = newWatch(g, a, b.Moves)
	b.Around, err = s.newAround(ctx, g)
	return b, err
}

type answersBy = map[cx.IndicatorID]map[string]insight.Row

// answered is a journey with the indicator each touchpoint is shown in and all answers to them.
type answered struct {
	*journey.Journey
	shown   map[cx.TouchpointID]measured
	answers answersBy
}

// row gives the answer to an indicator at a touchpoint.
func (a answered) row(m measured, t *journey.Touchpoint) insight.Row {
	return a.answers[m.Key][string(t.Key)]
}

func newJourney(g *ground, a answered) ui.Journey {
	l := g.lang()
	out := ui.Journey{ID: "journey", Title: l.T("cockpit.map.title"), Legend: l.T("cockpit.map.legend"), ZeroWord: l.T("cockpit.map.zero"),
		Curve: ui.Curve{Label: l.T("cockpit.map.curve")}}
	for n, stage := range a.Stages {
		st := ui.Stage{Name: l.Text(stage.Name), HurtWord: l.T("cockpit.hurt")}
		for k := range stage.Touchpoints {
			t := &stage.Touchpoints[k]
			m := a.shown[t.Key]
			row := a.row(m, t)
			card := newCard(g, t, m, row)
			card.Tags = promiseTags(g, t, a)
			if !t.Lived(g.Now.Format(time.DateOnly)) { // it sleeps: what it was stays to be read, nothing hurts
				card.Weather, card.Tags, row = ui.NoTarget, nil, insight.Row{}
			}
			if text := g.temporary(t); text != "" {
				card.Tags = append([]ui.Tag{{Text: text, Icon: "calendar"}}, card.Tags...)
			}
			st.Hurt = st.Hurt || card.Weather == ui.Storm || slices.ContainsFunc(card.Tags, func(t ui.Tag) bool { return t.Tone == ui.Bad })
			st.Touchpoints = append(st.Touchpoints, card)
			out.Curve.Points = append(out.Curve.Points, placed(curvePoint(g, card, m, row.Figure), ui.StageX(n, len(a.Stages), k, len(stage.Touchpoints))))
		}
		out.Stages = append(out.Stages, st)
	}
	out.Curve.Reach = reach(out.Curve.Points)
	out.Scale = l.T("cockpit.map.scale", "share", l.Percent(100*out.Curve.Reach, 0))
	out.Curve.Scale = edges(g, a, out.Curve.Reach)
	if !slices.ContainsFunc(out.Curve.Points, func(p ui.CurvePoint) bool { return !p.Missing }) {
		out.Curve.Points = nil
	}
	return out
}

// newCard is a touchpoint as the map shows it.
func newCard(g *ground, t *journey.Touchpoint, m measured, row insight.Row) ui.TouchpointCard {
	l, f := g.lang(), row.Figure
	c := ui.TouchpointCard{Name: l.Text(t.Name), Href: g.touchpointAddress(t.Key, m.Key), Weather: ui.NoTarget, Owner: t.Owner,
		MomentOfTruth: t.MomentOfTruth, Meta: l.T("cockpit.none")}
	if m.Key == "" {
		return c
	}
	c.Unit, c.Weather, c.Meta, c.Help = m.short(l), m.weather(f), m.meta(l, f), m.cardHelp(l)
	if !f.Has {
		c.Few = true
		return c
	}
	c.Few, c.Dist = !f.Enough, m.dist(l, f)
	if f.Enough {
		c.Value, c.Change = m.text(l, f.Value), m.change(l, row.Versus)
	}
	return c
}

// touchpointAddress leads to the page of a touchpoint, in the indicator shown when it is not its lead.
func (g *ground) touchpointAddress(key cx.TouchpointID, indicator cx.IndicatorID) string {
	q := g.common().values()
	if p, ok := g.Journeys.Place(key); ok && indicator != "" && p.Touchpoint.LeadIndicator() != indicator {
		q.Set("indicator", string(indicator))
	}
	return address("/touchpoints/"+url.PathEscape(string(key)), q)
}

// promiseTags set what is delivered beside what was promised.
func promiseTags(g *ground, t *journey.Touchpoint, a answered) []ui.Tag {
	var out []ui.Tag
	l := g.lang()
	for _, p := range t.Promises {
		m, ok := measure(g.Catalogue, p.Indicator, t)
		if !ok {
			continue
		}
		if p.Objective != nil {
			m.Objective = p.Objective
		}
		f := a.row(m, t).Figure
		if !f.Enough || m.Objective == nil {
			continue
		}
		w := m.weather(f)
		tag := ui.Tag{Text: l.T("cockpit.promise", "promise", strings.TrimRight(l.Text(p.Text), ". "), "value", m.text(l, f.Value), "promised", m.text(l, *m.Objective)),
			Tone: w.Tone(), Icon: "target", Href: g.touchpointAddress(t.Key, m.Key)}
		out = append(out, tag)
	}
	return out
}

func placed(p ui.CurvePoint, x float64) ui.CurvePoint {
	p.X = x
	return p
}

// curvePoint says how far a touchpoint is from its objective: cx.Gap, on the one scale that all share.
func curvePoint(g *ground, c ui.TouchpointCard, m measured, f cx.Figure) ui.CurvePoint {
	p := ui.CurvePoint{Href: c.Href, Tone: c.Weather.Tone(), Missing: true, Label: c.Name}
	if m.Objective == nil || !f.Has || !f.Enough {
		return p
	}
	gap := m.Spec.Gap(f, *m.Objective)
	if !gap.Has || math.IsInf(gap.Low, 0) || math.IsInf(gap.High, 0) {
		return p
	}
	p.Gap, p.Low, p.High, p.Missing = gap.Value, gap.Low, gap.High, false
	p.Label = g.lang().T("cockpit.map.point", "name", c.Name, "value", c.Value, "weather", c.Weather.Word(g.lang()))
	return p
}

// reach is the distance drawn at the edges: that of the farthest point with a little room, at least 5 % of the scale, in
// steps of 5 %. The margin of a point goes no farther than the edge.
func reach(points []ui.CurvePoint) float64 {
	far := 0.05
	for _, p := range points {
		if !p.Missing {
			far = max(far, 1.1*math.Abs(p.Gap))
		}
	}
	return math.Ceil(far*20-1e-9) / 20
}

// edges names the scale of the curve: in the indicator's unit when all points are shown in the same one, else as a share
// of what each can be.
func edges(g *ground, a answered, reach float64) [3]string {
	l := g.lang()
	up, down := "+"+l.Percent(100*reach, 0), "−"+l.Percent(100*reach, 0)
	if keys := keysOf(a.shown); len(keys) == 1 {
		m, _ := measure(g.Catalogue, keys[0], nil)
		if low, high := m.Spec.Range(); !math.IsInf(high-low, 0) {
			up, down = m.difference(l, reach*(high-low)), m.difference(l, -reach*(high-low))
			if m.Spec.Better == cx.LowerBetter {
				up, down = down, up
			}
		}
	}
	return [3]string{up, l.T("cockpit.map.zero"), down}
}

// indicatorTabs switch the map from each touchpoint's lead indicator to one for all.
func indicatorTabs(g *ground, j *journey.Journey, current string) []ui.Tab {
	here := journeyAddress(g.Journeys, j.Key)
	tab := func(key, label string) ui.Tab {
		q := g.common().values()
		if key != "" {
			q.Set("indicator", key)
		}
		return ui.Tab{Label: label, Href: address(here, q), Current: key == current || key == "" && current == "lead"}
	}
	tabs := []ui.Tab{tab("", g.lang().T("cockpit.map.lead"))}
	for _, k := range []cx.IndicatorID{"nps", "csat", "ces"} {
		if m, ok := measure(g.Catalogue, k, nil); ok {
			tabs = append(tabs, tab(string(k), m.short(g.lang())))
		}
	}
	return tabs
}
