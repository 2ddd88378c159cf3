package web

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"vigie/internal/cx"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// firstUnit is the one the page is narrowed to.
func firstUnit(h *homeStand) cx.UnitID { return cx.UnitID(cmp.Or(h.Unit, string(h.Viewer.Unit))) }

// relationBlock shows what customers say of the company as a whole, beside its objective, and the trust put in it over time.
func (s *Server) relationBlock(ctx context.Context, h *homeStand) (templ.Component, error) {
	l := h.lang()
	heads := ui.Heads{Label: l.T("home.block.relation")}
	for _, i := range h.Catalogue.IndicatorList {
		m, ok := measure(h.Catalogue, i.Key, nil)
		if !ok || m.Metric.Counts != "" || m.Program != cx.Relational || m.Audience != cx.Customers || len(heads.Items) == mostHeads {
			continue
		}
		item, found, err := s.newHead(ctx, h.ground, h.journey, m)
		if err != nil {
			return nil, err
		}
		if found {
			heads.Items = append(heads.Items, item)
		}
	}
	if len(heads.Items) == 0 {
		return nil, nil
	}
	return titledHeads(l, heads.Label, l.T("home.block.relation.note"), ui.Link{}, heads), nil
}

// promisesBlock tells of every promise whether it is kept, the public ones first, then the farthest from being kept.
func (s *Server) promisesBlock(ctx context.Context, h *homeStand) (templ.Component, error) {
	all, err := s.allPromises(ctx, h)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return promisesHome(h.ground, all), nil
}

func (s *Server) allPromises(ctx context.Context, h *homeStand) ([]promiseView, error) {
	answers := answersBy{}
	during := h.during()
	var out []promiseView
	for _, place := range h.Journeys.Touchpoints() {
		for _, p := range place.Touchpoint.Promises {
			m, ok := measure(h.Catalogue, p.Indicator, place.Touchpoint)
			if !ok {
				continue
			}
			if answers[m.Key] == nil {
				q := insight.Query{Indicator: m.Key, By: []string{"touchpoint"}, Where: h.where(), During: &during, Versus: previous()}
				rows, err := s.figuresBy(ctx, h.ground, q)
				if err != nil {
					return nil, err
				}
				answers[m.Key] = rows
			}
			if p.Objective != nil {
				m.Objective = p.Objective
			}
			v := h.promised(m, answers[m.Key][string(place.Touchpoint.Key)])
			v.Says = h.lang().Text(place.Touchpoint.Name) + " · " + v.Says
			v.Text, v.Public, v.Href = h.lang().Text(p.Text), p.Public, h.touchpointAddress(place.Touchpoint.Key, m.Key)
			v.Help = m.helpAt(h.lang(), "promise"+strconv.Itoa(len(out)))
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, func(a, b promiseView) int {
		if a.Public != b.Public {
			return map[bool]int{true: -1, false: 1}[a.Public]
		}
		return cmp.Compare(badness(b.Weather), badness(a.Weather))
	})
	return out, nil
}

// promised says what was delivered: the kept rate, its interval, what was promised.
func (h *homeStand) promised(m measured, row insight.Row) promiseView {
	l := h.lang()
	v := promiseView{Weather: m.weather(row.Figure), Says: m.meta(l, row.Figure)}
	if !row.Figure.Enough {
		return v
	}
	v.Value = m.text(l, row.Figure.Value)
	if m.Objective != nil {
		v.Says = l.T("home.promised", "value", m.text(l, *m.Objective)) + " · " + l.T("cockpit.n", "n", row.Figure.N) + " · " + m.interval(l, row.Figure)
	}
	if ch := m.change(l, row.Versus); ch.Direction != 0 {
		v.Says += " · " + ch.Text
	}
	return v
}

// badness orders weathers, the worst highest.
func badness(w ui.Weather) int {
	return slices.Index([]ui.Weather{ui.NoTarget, ui.Fog, ui.Sun, ui.PartSun, ui.Cloud, ui.Storm}, w)
}

const worstShown = 4

// worstBlock shows the touchpoints farthest under their objective.
func (s *Server) worstBlock(ctx context.Context, h *homeStand) (templ.Component, error) {
	m, err := h.mapped()
	if err != nil {
		return nil, err
	}
	all := worstOf(m.Journey)
	for i, t := range all { // the journey itself may stand on the same page
		if t.Help != nil {
			apart := *t.Help
			apart.ID = "worst-" + apart.ID
			all[i].Help = &apart
		}
	}
	return worstCards(h.ground, all), nil
}

// worstOf gives those that miss their objective, the farthest on the common scale first.
func worstOf(j ui.Journey) []ui.TouchpointCard {
	gap := map[string]float64{}
	for _, p := range j.Curve.Points {
		gap[p.Href] = p.Gap
	}
	var out []ui.TouchpointCard
	for _, stage := range j.Stages {
		for _, t := range stage.Touchpoints {
			if badness(t.Weather) >= badness(ui.Cloud) {
				out = append(out, t)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b ui.TouchpointCard) int {
		return cmp.Or(cmp.Compare(badness(b.Weather), badness(a.Weather)), cmp.Compare(gap[a.Href], gap[b.Href]))
	})
	return out[:min(len(out), worstShown)]
}
