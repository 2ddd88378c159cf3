package house

import (
	"cmp"
	"context"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
	"vigie/internal/understand/search"
)

// What rooms are handed of each other.

func (h *House) knownUnits(ctx context.Context) (map[cx.UnitID]bool, error) {
	o, err := h.People.Present(ctx)
	if err != nil {
		return nil, err
	}
	return o.Known(), nil
}

// addUnits adds those that are not there, at the top of the tree: key → name.
func (h *House) addUnits(ctx context.Context, names map[string]string) error {
	known, err := h.knownUnits(ctx)
	if err != nil {
		return err
	}
	var units []people.Unit
	for key, name := range names {
		if !known[cx.UnitID(key)] {
			units = append(units, people.Unit{Key: cx.UnitID(key), Name: cx.Text{"fr": name}})
		}
	}
	return h.People.PutUnits(ctx, units)
}

func (h *House) within(ctx context.Context, p people.Perimeter, u cx.UnitID) (bool, error) {
	o, err := h.People.Present(ctx)
	if err != nil {
		return false, err
	}
	return o.Within(p, u), nil
}

func (h *House) unitList(ctx context.Context) ([]people.Unit, error) {
	o, err := h.People.Present(ctx)
	if err != nil {
		return nil, err
	}
	return o.Units(), nil
}

// scored takes a metric as used while figures cannot tell.
func (h *House) scored(ctx context.Context, m cx.MetricID) (bool, error) {
	used, err := h.Insight.Scored(ctx, m)
	if cx.KindOf(err) == cx.Unavailable {
		return true, nil
	}
	return used, err
}

func (h *House) journeyList(ctx context.Context) ([]journey.Journey, error) {
	j, err := h.Journeys.Present(ctx)
	if err != nil {
		return nil, err
	}
	return j.List, nil
}

// leads gives the metric of each touchpoint's lead indicator.
func (h *House) leads(ctx context.Context) (map[cx.TouchpointID]cx.MetricID, error) {
	journeys, err := h.journeyList(ctx)
	if err != nil {
		return nil, err
	}
	c, err := h.Catalogue.Present(ctx)
	if err != nil {
		return nil, err
	}
	out := map[cx.TouchpointID]cx.MetricID{}
	for _, j := range journeys {
		for _, st := range j.Stages {
			for _, t := range st.Touchpoints {
				out[t.Key] = c.Indicators[cmp.Or(t.Lead, "csat")].Metric
			}
		}
	}
	return out, nil
}

func (h *House) figuresCatalogue(ctx context.Context) (*insight.Catalogue, error) {
	c, err := h.Catalogue.Present(ctx)
	if err != nil {
		return nil, err
	}
	return &insight.Catalogue{Metrics: c.Metrics, Indicators: c.Indicators, Attributes: c.AttributeList}, nil
}

// Zone is where the organisation's days begin; UTC when its settings cannot be read.
func (h *House) Zone(ctx context.Context) *time.Location {
	s, err := h.People.Settings(ctx)
	if err != nil {
		h.log.Error("settings", "err", err)
		return time.UTC
	}
	return s.Location()
}

// docs gives the words of customers; employees' are not searched.
func (h *House) docs(ctx context.Context, ids []int64) ([]search.Doc, error) {
	rows, err := h.Door.Present(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]search.Doc, 0, len(rows))
	for _, r := range rows {
		w, err := collect.WordsOf(r)
		if err != nil {
			return nil, err
		}
		out = append(out, search.Doc{ID: r.ID, Live: r.State == cx.Live && w.Audience == cx.Customers, Lang: w.Lang, Texts: w.Texts})
	}
	return out, nil
}

// metrics hands the surveys the scales they may ask on.
func (h *House) metrics(ctx context.Context) (func(cx.MetricID) (cx.Metric, bool), error) {
	all, err := h.Catalogue.Metrics(ctx)
	if err != nil {
		return nil, err
	}
	return func(key cx.MetricID) (cx.Metric, bool) { m, known := all[key]; return m, known }, nil
}

// consulted tells whether the works council's consultation is recorded.
func (h *House) consulted(ctx context.Context) (bool, error) {
	v, err := h.People.Settings(ctx)
	return v.Consultation != nil, err
}
