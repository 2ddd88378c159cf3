package demo

import (
	"fmt"
	"slices"
	"strings"

	"vigie/internal/cx"
)

// effect is what one thread of the story does to the answers of some touchpoints, regions and days.
type effect struct {
	Key         string      `yaml:"key"`
	Touchpoints []string    `yaml:"touchpoints"`
	Regions     []cx.UnitID `yaml:"regions"` // empty: all
	From        int         `yaml:"from"`
	To          *int        `yaml:"to"`
	Ramp        int         `yaml:"ramp"`
	Metric      string      `yaml:"metric"`
	Shift       float64     `yaml:"shift"`
	Volume      float64     `yaml:"volume"`
	Tenure      int         `yaml:"tenure"` // the answers added are of customers of at most so many months
	Reason      string      `yaml:"reason"`
	ReasonShare float64     `yaml:"reason_share"`
	Says        string      `yaml:"says"`
	Share       float64     `yaml:"share"`
	Above       *float64    `yaml:"above"` // says only when the mood is at least that
	Fatalist    float64     `yaml:"fatalist"`
	OS          string      `yaml:"os"`
	Mentions    []int       `yaml:"mentions"`
}

// strength of the effect on a day, 0 to 1.
func (e *effect) strength(day int) float64 {
	if day < e.From || e.To != nil && day > *e.To {
		return 0
	}
	if since := day - e.From + 1; since < e.Ramp {
		return float64(since) / float64(e.Ramp)
	}
	return 1
}

// mentionsOn is how many verbatims say it that day: the weekly figures spread evenly, the last one lasting.
func (e *effect) mentionsOn(day int) int {
	if len(e.Mentions) == 0 || day < e.From {
		return 0
	}
	since := day - e.From
	week := e.Mentions[min(since/7, len(e.Mentions)-1)]
	d := since % 7
	return (d+1)*week/7 - d*week/7
}

// lived tells whether an effect of the story is at work in a place this day.
func (t *teller) lived(key string, place int) bool {
	for i := range t.s.file.Effects {
		e := &t.s.file.Effects[i]
		if e.Key == key {
			return e.strength(t.day) > 0 && (len(e.Regions) == 0 || slices.Contains(e.Regions, t.s.places[place].region))
		}
	}
	return false
}

// mirror is where employees' assessment differs from the customers'.
type mirror struct {
	Touchpoint string      `yaml:"touchpoint"`
	Regions    []cx.UnitID `yaml:"regions"`
	From       *int        `yaml:"from"`
	Shift      float64     `yaml:"shift"`
	Ease       float64     `yaml:"ease"`
}

// listening is how one touchpoint is listened to.
type listening struct {
	Weight   float64            `yaml:"weight"`
	Level    float64            `yaml:"level"`
	Who      string             `yaml:"who"`      // prospect, new, any, leaving, former
	After    []int              `yaml:"after"`    // new: days since joining, from – to
	Products []string           `yaml:"products"` // empty: all
	Channels map[string]float64 `yaml:"channels"`
	Metrics  map[string]float64 `yaml:"metrics"` // share of answers that hold it
	Aspects  []string           `yaml:"aspects"`
	Reasons  map[string]float64 `yaml:"reasons"`
	Partner  bool               `yaml:"partner"`
	App      bool               `yaml:"app"`
	Agent    bool               `yaml:"agent"`
}

// place is an agency in its region.
type place struct {
	agency
	region cx.UnitID
	nth    int // region's number
	mood   float64
	agents []person
}

type person struct {
	name, first, slug string
	woman             bool
}

// point is a touchpoint ready to be listened to.
type point struct {
	listening
	key      string
	channels picker
	reasons  picker
	metrics  []share
	effects  [][]*effect // by region
	mirror   [][]*mirror
}

type share struct {
	key  string
	part float64
}

// picker draws a key by weight; keys are sorted, so that the same draw gives the same key.
type picker struct {
	keys  []string
	upTo  []float64
	total float64
}

func newPicker(weights map[string]float64) picker {
	var p picker
	for k := range weights {
		p.keys = append(p.keys, k)
	}
	slices.Sort(p.keys)
	for _, k := range p.keys {
		p.total += weights[k]
		p.upTo = append(p.upTo, p.total)
	}
	return p
}

func (p picker) pick(u float64) string {
	i, _ := slices.BinarySearch(p.upTo, u*p.total)
	return p.keys[min(i, len(p.keys)-1)]
}

func (s *Story) layPlaces() {
	for i, r := range s.file.Regions {
		for _, a := range r.Agencies {
			s.places = append(s.places, place{agency: a, region: r.Key, nth: i, mood: r.Mood + a.Mood, agents: s.staff(a.Key)})
		}
	}
}

// staff makes the advisers of an agency, the cast's first.
func (s *Story) staff(unit cx.UnitID) []person {
	var l []person
	for _, m := range s.file.Cast {
		if m.Agent != "" && m.Unit == unit {
			l = append(l, person{name: m.Name, first: m.Name[:len(m.Name)-len(lastName(m.Name))-1], slug: m.Agent, woman: true})
		}
	}
	r := s.rand("staff", string(unit))
	for len(l) < 7 {
		p := s.person(r, 0.72)
		if !slices.ContainsFunc(l, func(o person) bool { return o.slug == p.slug || o.first == p.first }) {
			l = append(l, p)
		}
	}
	return l
}

func (s *Story) layPoints() error {
	for _, j := range s.file.Journeys {
		for _, st := range j.Stages {
			for _, t := range st.Touchpoints {
				l, ok := s.file.Listening[string(t.Key)]
				if !ok {
					return fmt.Errorf("touchpoint %s: nobody listens to it", t.Key)
				}
				s.points = append(s.points, s.point(string(t.Key), l))
			}
		}
	}
	if len(s.points) != len(s.file.Listening) {
		return fmt.Errorf("%d touchpoints, %d listened to", len(s.points), len(s.file.Listening))
	}
	return nil
}

func (s *Story) point(key string, l listening) point {
	p := point{listening: l, key: key, channels: newPicker(l.Channels), reasons: newPicker(l.Reasons)}
	for k, part := range l.Metrics {
		p.metrics = append(p.metrics, share{k, part})
	}
	slices.SortFunc(p.metrics, func(a, b share) int { return strings.Compare(a.key, b.key) })
	for _, r := range s.file.Regions {
		var here []*effect
		for i := range s.file.Effects {
			e := &s.file.Effects[i]
			if slices.Contains(e.Touchpoints, key) && (len(e.Regions) == 0 || slices.Contains(e.Regions, r.Key)) {
				here = append(here, e)
			}
		}
		p.effects = append(p.effects, here)
		p.mirror = append(p.mirror, s.mirrorOf(key, r.Key))
	}
	return p
}

func (s *Story) mirrorOf(touchpoint string, region cx.UnitID) []*mirror {
	var l []*mirror
	for i := range s.file.Mirror {
		m := &s.file.Mirror[i]
		if m.Touchpoint == touchpoint && (len(m.Regions) == 0 || slices.Contains(m.Regions, region)) {
			l = append(l, m)
		}
	}
	return l
}
