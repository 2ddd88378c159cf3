package journey

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"vigie/internal/cx"
)

// checker gathers everything wrong with one journey.
type checker struct {
	l []error
	// spec knows the indicators; nil: their names are not checked.
	spec func(cx.IndicatorID) (cx.Spec, bool)
	// elsewhere: touchpoints of the other journeys.
	elsewhere map[cx.TouchpointID]cx.JourneyID
	seen      map[cx.TouchpointID]bool
}

func (c *checker) fail(wrong bool, field, code string, args ...any) {
	if wrong {
		c.l = append(c.l, cx.Fail(cx.Invalid, field, code, args...))
	}
}

// Check gives everything wrong with the journey taken alone (errors.Join of *cx.Error), nil when it may be used. Fields
// are paths like stages[0].touchpoints[2].lead.
func (j Journey) Check() error {
	c := checker{}
	return c.journey(j)
}

func (c *checker) journey(j Journey) error {
	c.seen = map[cx.TouchpointID]bool{}
	c.key("key", string(j.Key))
	c.name("name", j.Name)
	c.date("mapped", j.Mapped)
	stages := map[cx.StageID]bool{}
	for n, s := range j.Stages {
		at := fmt.Sprintf("stages[%d].", n)
		c.key(at+"key", string(s.Key))
		c.name(at+"name", s.Name)
		c.fail(stages[s.Key], at+"key", "journey.stage_twice", "key", string(s.Key))
		stages[s.Key] = true
		for m, t := range s.Touchpoints {
			c.touchpoint(fmt.Sprintf("%stouchpoints[%d].", at, m), t)
		}
	}
	return errors.Join(c.l...)
}

func (c *checker) key(field, key string) {
	c.fail(!cx.ValidKey(key), field, "journey.key", "key", key)
}

func (c *checker) name(field string, t cx.Text) {
	c.fail(t.In("fr") == "", field, "journey.name")
}

func (c *checker) touchpoint(at string, t Touchpoint) {
	c.key(at+"key", string(t.Key))
	c.name(at+"name", t.Name)
	c.fail(c.seen[t.Key], at+"key", "journey.touchpoint_twice", "key", string(t.Key))
	c.seen[t.Key] = true
	other, taken := c.elsewhere[t.Key]
	c.fail(taken, at+"key", "journey.touchpoint_elsewhere", "key", string(t.Key), "journey", string(other))
	for n, ch := range t.Channels {
		c.fail(!slices.Contains(cx.Channels, ch), fmt.Sprintf("%schannels[%d]", at, n), "journey.channel", "channel", ch)
	}
	c.dates(at, t)
	c.fail(t.Mood != nil && (*t.Mood < MoodLow || *t.Mood > MoodHigh), at+"mood", "journey.mood", "min", MoodLow, "max", MoodHigh)
	if t.Lead != "" {
		c.indicator(at+"lead", t.Lead)
	}
	c.targets(at, "objectives", t.Objectives)
	c.targets(at, "thresholds", t.Thresholds)
	for n, p := range t.Promises {
		c.promise(fmt.Sprintf("%spromises[%d].", at, n), p)
	}
}

func (c *checker) dates(at string, t Touchpoint) {
	from, until := c.date(at+"from", t.From), c.date(at+"until", t.Until)
	c.fail(from && until && t.From != "" && t.Until != "" && t.Until <= t.From, at+"until", "journey.dates", "from", t.From, "until", t.Until)
}

// date tells whether a day is right; "" is.
func (c *checker) date(field, day string) bool {
	_, err := time.Parse(time.DateOnly, day)
	c.fail(day != "" && err != nil, field, "journey.date", "value", day)
	return day == "" || err == nil
}

func (c *checker) indicator(field string, key cx.IndicatorID) (cx.Spec, bool) {
	if c.spec == nil {
		c.key(field, string(key))
		return cx.Spec{}, false
	}
	s, ok := c.spec(key)
	c.fail(!ok, field, "journey.indicator", "indicator", string(key))
	return s, ok
}

// targets wants each value within what its indicator can be.
func (c *checker) targets(at, name string, values map[cx.IndicatorID]float64) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		c.target(at+name+"."+string(key), key, values[key])
	}
}

func (c *checker) target(field string, key cx.IndicatorID, v float64) {
	s, ok := c.indicator(field, key)
	if !ok {
		return
	}
	low, high := s.Range()
	c.fail(!(v >= low && v <= high), field, "journey.target", "value", v, "min", low, "max", high)
}

func (c *checker) promise(at string, p Promise) {
	c.name(at+"text", p.Text)
	switch {
	case p.Indicator == "":
		c.fail(p.Objective != nil, at+"objective", "journey.promise_measure")
	case p.Objective != nil:
		c.target(at+"objective", p.Indicator, *p.Objective)
	default:
		c.indicator(at+"indicator", p.Indicator)
	}
}
