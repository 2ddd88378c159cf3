package intake

import (
	"context"
	"maps"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/journey"
)

// House is where a map's declarations go.
type House struct {
	Catalogue *catalogue.Store
	Journeys  *journey.Store
}

// Declare adds what the map needs and the house has not: attributes, metrics, indicators, the journey. What is
// there stays as it is; a metric there on another scale is refused (Conflict), since scales are never mixed.
func Declare(ctx context.Context, m Map, by string, to House) error {
	have, err := to.Catalogue.Present(ctx)
	if err != nil {
		return err
	}
	if err := m.declareAttributes(ctx, by, to.Catalogue); err != nil {
		return err
	}
	for _, x := range m.Metrics {
		if old, known := have.Metrics[x.Key]; known {
			if !old.SameScale(x) {
				return cx.Fail(cx.Conflict, "metrics", "intake.metric_differs", "key", string(x.Key), "min", old.Min, "max", old.Max)
			}
		} else if err := to.Catalogue.PutMetric(ctx, by, x); err != nil {
			return err
		}
	}
	for _, i := range m.Indicators {
		if _, known := have.Indicators[i.Key]; known {
			continue
		}
		if err := to.Catalogue.PutIndicator(ctx, by, i); err != nil {
			return err
		}
	}
	return m.declareJourney(ctx, by, to.Journeys)
}

// declareJourney creates the map's journey, or adds to the one that has its key the stages and touchpoints that no
// journey has yet.
func (m Map) declareJourney(ctx context.Context, by string, to *journey.Store) error {
	if m.Journey == nil {
		return nil
	}
	have, err := to.Present(ctx)
	if err != nil {
		return err
	}
	j, err := have.Journey(m.Journey.Key)
	if err != nil {
		j = journey.Journey{Key: m.Journey.Key, Name: m.Journey.Name, Purpose: m.Journey.Purpose}
	}
	more := false
	j.Stages = slices.Clone(j.Stages)
	for _, s := range m.Journey.Stages {
		fresh := slices.DeleteFunc(slices.Clone(s.Touchpoints), func(t journey.Touchpoint) bool { return have.Known()[t.Key] })
		if len(fresh) == 0 {
			continue
		}
		more = true
		at := slices.IndexFunc(j.Stages, func(old journey.Stage) bool { return old.Key == s.Key })
		if at < 0 {
			j.Stages = append(j.Stages, journey.Stage{Key: s.Key, Name: s.Name, Touchpoints: fresh})
		} else {
			j.Stages[at].Touchpoints = append(slices.Clone(j.Stages[at].Touchpoints), fresh...)
		}
	}
	if !more {
		return nil
	}
	return to.Put(ctx, by, j)
}

// Attributes lists those of the columns, named by their headers. Those that describe one person are never projected.
func (m Map) Attributes() []catalogue.Attribute {
	var out []catalogue.Attribute
	for _, c := range m.Columns {
		if c.As != "attribute" && c.As != "customer.attribute" {
			continue
		}
		name := words(c.Column)
		a := catalogue.Attribute{Key: cx.AttributeID(c.Key), Name: cx.Text{"fr": name, "en": name}, Type: catalogue.TextAttribute, Personal: c.Personal}
		switch c.Type {
		case "number":
			a.Type = catalogue.NumberAttribute
		case "yesno":
			a.Type = catalogue.BoolAttribute
		}
		out = append(out, a)
	}
	return out
}

// declareAttributes adds those not known, as columns of the figures while there is room; what was met before without a
// name gets one.
func (m Map) declareAttributes(ctx context.Context, by string, to *catalogue.Store) error {
	have, err := to.Present(ctx)
	if err != nil {
		return err
	}
	columns := len(have.Projected())
	for _, a := range m.Attributes() {
		old, known := have.Attributes[a.Key]
		switch {
		case known && len(old.Name) > 0:
			continue
		case known:
			old.Name = a.Name
			a = old
		case !a.Personal && columns < catalogue.MaxProjected:
			a.Projected = true
			columns++
		}
		if err := to.PutAttribute(ctx, by, a); err != nil {
			return err
		}
	}
	return nil
}

// WithMetrics adds the map's metrics to those that know gives: for a dry run, which declares nothing.
func (m Map) WithMetrics(know func(context.Context) (map[cx.MetricID]cx.Metric, error)) func(context.Context) (map[cx.MetricID]cx.Metric, error) {
	return func(ctx context.Context) (map[cx.MetricID]cx.Metric, error) {
		known, err := know(ctx)
		if err != nil || len(m.Metrics) == 0 {
			return known, err
		}
		all := maps.Clone(known)
		if all == nil {
			all = map[cx.MetricID]cx.Metric{}
		}
		for _, x := range m.Metrics {
			if _, there := all[x.Key]; !there {
				all[x.Key] = x
			}
		}
		return all, nil
	}
}

// WithTouchpoints is WithMetrics for the touchpoints of the map's journey.
func (m Map) WithTouchpoints(know func(context.Context) (map[cx.TouchpointID]bool, error)) func(context.Context) (map[cx.TouchpointID]bool, error) {
	return func(ctx context.Context) (map[cx.TouchpointID]bool, error) {
		known, err := know(ctx)
		if err != nil || m.Journey == nil {
			return known, err
		}
		all := maps.Clone(known)
		if all == nil {
			all = map[cx.TouchpointID]bool{}
		}
		for _, s := range m.Journey.Stages {
			for _, t := range s.Touchpoints {
				all[t.Key] = true
			}
		}
		return all, nil
	}
}
