package web

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/a-h/templ"

	"vigie/internal/cx"
	"vigie/internal/understand/insight"
	"vigie/internal/web/ui"
)

// unhappyBlock shows the latest words of customers who gave a bad score, in the people perimeter of the viewer.
func (s *Server) unhappyBlock(ctx context.Context, h *homeStand) (templ.Component, error) {
	return s.scoredVoices(ctx, h, "unhappy", voiceChoice{tone: ui.Bad, where: h.where()})
}

// praiseBlock shows the latest words of happy customers: to an adviser those they served.
func (s *Server) praiseBlock(ctx context.Context, h *homeStand) (templ.Component, error) {
	return s.scoredVoices(ctx, h, "praise", voiceChoice{tone: ui.Good, where: h.mine()})
}

// ownBlock shows an adviser all that the customers they served said lately.
func (s *Server) ownBlock(ctx context.Context, h *homeStand) (templ.Component, error) {
	if h.scope().Adviser() == "" {
		return nil, nil
	}
	yes, during := true, h.during()
	list, err := s.Insight.List(ctx, h.scope(), insight.ListQuery{Where: h.mine(), During: &during, Verbatim: &yes, Limit: voicesShown})
	if err != nil {
		return nil, err
	}
	return s.drawVoices(ctx, h, "own", "", list.IDs)
}

// mine narrows an adviser's lists to what they were part of; others keep the filters of the page.
func (h *homeStand) mine() insight.Where {
	own := h.scope().Adviser()
	if own == "" {
		return h.where()
	}
	w := also(h.where(), "agent", own)
	delete(w, "unit") // where one served, whatever the unit was called
	return w
}

// voiceChoice is which words: of a score of that tone, under these conditions.
type voiceChoice struct {
	tone  ui.Tone
	where insight.Where
}

func (s *Server) scoredVoices(ctx context.Context, h *homeStand, key string, c voiceChoice) (templ.Component, error) {
	var all []insight.Mark
	during, words := h.during(), true
	for _, m := range h.leadMetrics() {
		low, high, ok := m.box(c.tone)
		if !ok {
			continue
		}
		where := maps.Clone(c.where)
		where["scores."+string(m.Metric.Key)] = insight.Condition{GTE: &low, LTE: &high}
		list, err := s.Insight.List(ctx, h.scope(), insight.ListQuery{Where: where, During: &during, Verbatim: &words, Limit: 4 * voicesShown})
		if err != nil {
			return nil, err
		}
		all = append(all, list.IDs...)
	}
	slices.SortFunc(all, func(a, b insight.Mark) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	all = slices.CompactFunc(all, func(a, b insight.Mark) bool { return a.ID == b.ID })
	return s.drawVoices(ctx, h, key, c.tone, all[:min(len(all), 4*voicesShown)])
}

// drawVoices shows the first of some feedbacks; with a tone, those whose score as shown has it.
func (s *Server) drawVoices(ctx context.Context, h *homeStand, key string, tone ui.Tone, marks []insight.Mark) (templ.Component, error) {
	g := h.apart()
	found, err := s.feedbacks(ctx, g, marks)
	if err != nil {
		return nil, err
	}
	var items []ui.Voice
	for _, f := range found {
		v := g.voice(f, nil)
		if len(items) == voicesShown || tone != "" && v.Tone != tone {
			continue
		}
		v.ID = key + v.ID // the same feedback may stand in two blocks
		items = append(items, v)
	}
	return voicesHome(h.ground, key, items), nil
}

// leadMetrics are the scales that touchpoints are led by, each once: what a score of customers is good or bad in.
func (h *homeStand) leadMetrics() []measured {
	seen := map[cx.MetricID]bool{}
	var out []measured
	for _, p := range h.Journeys.Touchpoints() {
		m, ok := measure(h.Catalogue, p.Touchpoint.LeadIndicator(), p.Touchpoint)
		if ok && m.Audience == cx.Customers && m.Spec.IsScale() && m.Metric.Points() > 2 && m.Metric.Points() <= mostPoints && !seen[m.Metric.Key] {
			seen[m.Metric.Key] = true
			out = append(out, m)
		}
	}
	return out
}

// box gives the lowest and the highest score of a tone; false when the scale has none.
func (m measured) box(tone ui.Tone) (low, high float64, ok bool) {
	step := cmp.Or(m.Metric.Step, 1)
	for n := range m.Metric.Points() {
		raw := m.Metric.Min + float64(n)*step
		point, answered, wrong := m.Metric.Point(raw)
		if !answered || wrong != nil || boxOf(m.Indicator, m.Metric, point) != tone {
			continue
		}
		if !ok {
			low = raw
		}
		high, ok = raw, true
	}
	return low, high, ok
}
