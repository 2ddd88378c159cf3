package catalogue

import (
	"slices"

	"vigie/internal/cx"
)

// Catalogue is everything measured, as of one moment. It is shared: do not modify it.
type Catalogue struct {
	Metrics    map[cx.MetricID]cx.Metric
	Indicators map[cx.IndicatorID]cx.Indicator
	Attributes map[cx.AttributeID]Attribute

	// In the order they are shown: the built-in ones first, then as they were declared or met.
	MetricList    []cx.Metric
	IndicatorList []cx.Indicator
	AttributeList []Attribute

	scored map[cx.MetricID]cx.Metric // those that people score
}

// Scored lists the metrics that people score, in their order: not what is counted of invitations.
func (c *Catalogue) Scored() []cx.Metric {
	return slices.DeleteFunc(slices.Clone(c.MetricList), func(m cx.Metric) bool { return m.Counts != "" })
}

// Metric gives a metric, or NotFound.
func (c *Catalogue) Metric(key cx.MetricID) (cx.Metric, error) {
	if m, ok := c.Metrics[key]; ok {
		return m, nil
	}
	return cx.Metric{}, cx.Fail(cx.NotFound, "metric", "catalogue.no_metric", "key", string(key))
}

// Indicator gives an indicator and its metric, or NotFound.
func (c *Catalogue) Indicator(key cx.IndicatorID) (cx.Indicator, cx.Metric, error) {
	i, ok := c.Indicators[key]
	if !ok {
		return cx.Indicator{}, cx.Metric{}, cx.Fail(cx.NotFound, "indicator", "catalogue.no_indicator", "key", string(key))
	}
	m, err := c.Metric(i.Metric)
	return i, m, err
}

// Spec gives what an indicator computes with, false when there is no such indicator.
func (c *Catalogue) Spec(key cx.IndicatorID) (cx.Spec, bool) {
	i, m, err := c.Indicator(key)
	if err != nil {
		return cx.Spec{}, false
	}
	return cx.NewSpec(i, m), true
}

// Attribute gives a declared or met attribute, or NotFound.
func (c *Catalogue) Attribute(key cx.AttributeID) (Attribute, error) {
	if a, ok := c.Attributes[key]; ok {
		return a, nil
	}
	return Attribute{}, cx.Fail(cx.NotFound, "attribute", "catalogue.no_attribute", "key", string(key))
}

// Projected lists the attributes that are columns of the projection, first declared or met first.
func (c *Catalogue) Projected() []Attribute {
	var l []Attribute
	for _, a := range c.AttributeList {
		if a.Projected {
			l = append(l, a)
		}
	}
	return l
}

func newCatalogue(metrics []cx.Metric, indicators []cx.Indicator, attributes []Attribute) *Catalogue {
	c := &Catalogue{
		Metrics: map[cx.MetricID]cx.Metric{}, Indicators: map[cx.IndicatorID]cx.Indicator{}, Attributes: map[cx.AttributeID]Attribute{},
		MetricList: metrics, IndicatorList: indicators, AttributeList: attributes, scored: map[cx.MetricID]cx.Metric{},
	}
	for _, m := range metrics {
		c.Metrics[m.Key] = m
		if m.Counts == "" {
			c.scored[m.Key] = m
		}
	}
	for _, i := range indicators {
		c.Indicators[i.Key] = i
	}
	for _, a := range attributes {
		c.Attributes[a.Key] = a
	}
	return c
}

// SeenBy gives the catalogue as a role sees it: without the indicators that are for others.
func (c *Catalogue) SeenBy(role string) *Catalogue {
	hidden := func(i cx.Indicator) bool { return !i.SeenBy(role) }
	if !slices.ContainsFunc(c.IndicatorList, hidden) {
		return c
	}
	seen := *c
	seen.IndicatorList = slices.DeleteFunc(slices.Clone(c.IndicatorList), hidden)
	seen.Indicators = make(map[cx.IndicatorID]cx.Indicator, len(seen.IndicatorList))
	for _, i := range seen.IndicatorList {
		seen.Indicators[i.Key] = i
	}
	return &seen
}

// Offered gives the catalogue with what may be chosen: what is retired is there by its key, not in the lists.
func (c *Catalogue) Offered() *Catalogue {
	offered := *c
	offered.IndicatorList = slices.DeleteFunc(slices.Clone(c.IndicatorList), func(i cx.Indicator) bool { return i.Retired })
	offered.MetricList = slices.DeleteFunc(slices.Clone(c.MetricList), func(m cx.Metric) bool { return m.Retired })
	if len(offered.IndicatorList) == len(c.IndicatorList) && len(offered.MetricList) == len(c.MetricList) {
		return c
	}
	return &offered
}
