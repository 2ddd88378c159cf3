package intake

import (
	"regexp"
	"strconv"
	"strings"

	"vigie/internal/cx"
)

// The end of a scale as tools write it: "10 - Extremely likely", "Not at all likely - 0", "5 (tout à fait)".
var numberedEnd = regexp.MustCompile(`^\s*(?:([0-9]{1,3})\s*[-–—:=.(/]\s*\D.*|\D.*[-–—:=(]\s*([0-9]{1,3})\s*\)?)\s*$`)

// numbered reads answers that are numbers, some with words at the ends of the scale; nil when one is neither.
func (c *guessed) numbered() (values map[string]string, m cx.Metric, ok bool) {
	if c.numeric() || !c.few() || len(c.values) < 2 {
		return nil, m, false
	}
	p := newProfile(c.seed)
	values = map[string]string{}
	for v, n := range c.values {
		meant := v
		if end := numberedEnd.FindStringSubmatch(v); end != nil {
			meant = end[1] + end[2]
			values[v] = meant
		}
		for range n {
			p.add(meant)
		}
	}
	m, ok = p.numberScale()
	if !ok || !p.integers() || len(values) > 3 || p.max > 11 {
		return nil, m, false
	}
	for v := range c.values { // a map with values knows all the cells of its column
		if values[v] == "" {
			values[v] = strings.TrimSpace(v)
		}
	}
	return values, m, true
}

// coded reads the codes of a closed question; negative ones are the tool's "no basis for evaluation" and the like.
func (c *guessed) coded() (m cx.Metric, none []string, ok bool) {
	if !c.integers() || !c.few() {
		return m, nil, false
	}
	p := newProfile(c.seed)
	for v, n := range c.values {
		if f, _ := strconv.Atoi(v); f < 0 {
			none = append(none, v)
			continue
		}
		for range n {
			p.add(v)
		}
	}
	m, ok = p.numberScale()
	return m, none, ok && p.max > 1 && p.max <= 11
}
