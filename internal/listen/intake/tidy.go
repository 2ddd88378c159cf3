package intake

import (
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/journey"
)

// Tidy makes the declarations of a map follow its columns: metrics nobody uses go, main ratings have an indicator of the
// right program, new touchpoints stand in their journey with an indicator that has answers.
func (d *Draft) Tidy(m Map, have *catalogue.Catalogue, at *journey.Journeys) Map {
	used := m.scored()
	m.Metrics = slices.DeleteFunc(slices.Clone(m.Metrics), func(x cx.Metric) bool { return !slices.Contains(used, x.Key) })
	m.Indicators = m.indicators(used, have)
	m.Journey = d.journey(m, have, at)
	return m
}

// scored lists the metrics of the columns, in their order.
func (m Map) scored() []cx.MetricID {
	var out []cx.MetricID
	for _, c := range m.Columns {
		if c.As == "score" {
			out = append(out, cx.MetricID(c.Key))
		}
	}
	return out
}

// indicators gives those to declare: one for each rating that is no aspect and has none of the program yet.
func (m Map) indicators(used []cx.MetricID, have *catalogue.Catalogue) []cx.Indicator {
	var out []cx.Indicator
	for _, key := range used {
		x, known := have.Metrics[key]
		if own := m.metric(string(key)); own != nil {
			x, known = *own, true
		}
		if !known || x.Aspect || slices.ContainsFunc(out, func(i cx.Indicator) bool { return i.Metric == key }) {
			continue
		}
		if i, needed := m.indicatorFor(x, have); needed {
			out = append(out, i)
		}
	}
	return out
}

// indicatorFor proposes the figure of a rating; needed is false when the catalogue has one of the same program.
func (m Map) indicatorFor(x cx.Metric, have *catalogue.Catalogue) (i cx.Indicator, needed bool) {
	program, like := m.Program(), (*cx.Indicator)(nil)
	for _, k := range have.IndicatorList {
		if k.Metric != x.Key || k.Audience != cx.Customers || k.Formula == cx.Ratio {
			continue
		}
		if k.Program == program {
			return cx.Indicator{}, false
		}
		if like == nil {
			like = &k
		}
	}
	if n := slices.IndexFunc(m.Indicators, func(k cx.Indicator) bool { return k.Metric == x.Key }); n >= 0 {
		i = m.Indicators[n]
	} else if i = indicatorOf(x); like != nil {
		i.Formula, i.Short, i.Top, i.Bottom = like.Formula, like.Short, like.Top, like.Bottom
		i.Key = like.Key + "-" + cx.IndicatorID(program)
	}
	i.Program = program
	return i, true
}

// Program of the feedback that a map makes, where no column says.
func (m Map) Program() cx.Program {
	switch {
	case m.Constants.Program != "":
		return cx.Program(m.Constants.Program)
	case m.Constants.Touchpoint != "" || slices.ContainsFunc(m.Columns, func(c Column) bool { return c.As == "touchpoint" }):
		return cx.Transactional
	}
	return cx.Spontaneous
}

// lead is the indicator that the feedback of a map answers: of its first main rating.
func (m Map) lead(have *catalogue.Catalogue) cx.IndicatorID {
	for _, key := range m.scored() {
		for _, i := range m.Indicators {
			if i.Metric == key {
				return i.Key
			}
		}
		for _, i := range have.IndicatorList {
			if i.Metric == key && i.Program == m.Program() && i.Audience == cx.Customers {
				return i.Key
			}
		}
	}
	return ""
}

// journey is the one to create or to extend: the one that came with the map, with the touchpoints that nothing has yet.
func (d *Draft) journey(m Map, have *catalogue.Catalogue, at *journey.Journeys) *journey.Journey {
	j := d.Given
	known := keys{}
	for k := range at.Known() {
		known[k] = true
	}
	if j != nil {
		known.add(*j)
	}
	var fresh []journey.Touchpoint
	for _, t := range d.wanted(m) {
		if known[t.Key] {
			continue
		}
		known[t.Key] = true
		t.Lead = m.lead(have)
		fresh = append(fresh, t)
	}
	if len(fresh) == 0 {
		return j
	}
	next := d.home(at)
	if j != nil {
		next = *j
		next.Stages = slices.Clone(j.Stages)
	}
	stage := journey.Stage{Key: d.Place.Stage, Name: both("import.stage"), Touchpoints: fresh}
	if stage.Key == "" {
		stage.Key = "imported"
	}
	next.Stages = append(slices.DeleteFunc(next.Stages, func(s journey.Stage) bool { return s.Key == stage.Key }), stage)
	return &next
}

type keys map[cx.TouchpointID]bool

func (k keys) add(j journey.Journey) {
	for _, s := range j.Stages {
		for _, t := range s.Touchpoints {
			k[t.Key] = true
		}
	}
}

func both(id string) cx.Text {
	return cx.Text{"fr": lang.For("fr").T(id), "en": lang.For("en").T(id)}
}

// home is the journey that new touchpoints go to, without its stages.
func (d *Draft) home(at *journey.Journeys) journey.Journey {
	if j, err := at.Journey(d.Place.Journey); err == nil {
		return journey.Journey{Key: j.Key, Name: j.Name}
	}
	name := both("import.journey")
	if n := strings.TrimSpace(d.Place.Name); n != "" {
		name = cx.Text{"fr": n, "en": n}
	}
	return journey.Journey{Key: cx.JourneyID(Slug(name["fr"])), Name: name}
}

// wanted lists the touchpoints that a map's rows name, in the order they are met.
func (d *Draft) wanted(m Map) []journey.Touchpoint {
	var out []journey.Touchpoint
	add := func(key, name string) {
		if key != "" && key == Slug(name) {
			out = append(out, journey.Touchpoint{Key: cx.TouchpointID(key), Name: cx.Text{"fr": name, "en": name}, Transactional: m.Program() == cx.Transactional})
		}
	}
	add(m.Constants.Touchpoint, d.Touchpoint)
	for _, c := range m.Columns {
		if c.As != "touchpoint" {
			continue
		}
		for _, v := range d.Sample.Parts(c) {
			add(c.Values[v.Text], v.Text)
		}
	}
	return out
}
