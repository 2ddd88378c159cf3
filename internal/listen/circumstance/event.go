// Package circumstance keeps the context events: what happened around the company and its customers (a strike, a price rise, a
// competitor's offer, an outage), entered once and drawn on every time axis.
//
// Here: the event, its checks, its table. Not here: what it did to a figure (that is asked of insight), how it is drawn.
package circumstance

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"vigie/internal/cx"
)

// Kind is what sort of thing happened.
type Kind string

// Kinds, in the order they are offered.
var Kinds = []Kind{"outage", "strike", "price", "competitor", "campaign", "change", "partner", "weather", "law", "other"}

// Event is one thing that happened. Days are local days, YYYY-MM-DD.
type Event struct {
	Key  string  `json:"key" yaml:"key"`
	Kind Kind    `json:"kind" yaml:"kind"`
	Name cx.Text `json:"name" yaml:"name"`
	Text cx.Text `json:"text,omitempty" yaml:"text,omitempty"`
	// From is the first day; Until the last one, included. Without Until it goes on, or was a single moment.
	From  string `json:"from" yaml:"from"`
	Until string `json:"until,omitempty" yaml:"until,omitempty"`
	// Touchpoints and Units it is about; none: all of them. A unit stands for all below it.
	Touchpoints []cx.TouchpointID `json:"touchpoints,omitempty" yaml:"touchpoints,omitempty"`
	Units       []cx.UnitID       `json:"units,omitempty" yaml:"units,omitempty"`
}

// Check gives everything wrong with the event (errors.Join of *cx.Error), nil when it may be kept.
func (e Event) Check() error {
	var l []error
	fail := func(wrong bool, field, code string, args ...any) {
		if wrong {
			l = append(l, cx.Fail(cx.Invalid, field, code, args...))
		}
	}
	fail(!cx.ValidKey(e.Key), "key", "journey.key", "key", e.Key)
	fail(!slices.Contains(Kinds, e.Kind), "kind", "circumstance.kind_unknown", "kind", string(e.Kind))
	fail(e.Name.In("fr") == "", "name", "journey.name")
	fail(!isDay(e.From), "from", "journey.date", "value", e.From)
	fail(e.Until != "" && !isDay(e.Until), "until", "journey.date", "value", e.Until)
	fail(isDay(e.From) && isDay(e.Until) && e.Until < e.From, "until", "circumstance.until", "from", e.From, "until", e.Until)
	for n, k := range e.Touchpoints {
		fail(!cx.ValidKey(string(k)), fmt.Sprintf("touchpoints[%d]", n), "journey.key", "key", string(k))
	}
	for n, k := range e.Units {
		fail(k == "", fmt.Sprintf("units[%d]", n), "journey.key", "key", "")
	}
	return errors.Join(l...)
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// About says where a chart looks: a touchpoint and the units it is narrowed to. Empty ones are all.
type About struct {
	Touchpoint cx.TouchpointID
	Units      []cx.UnitID
	// Under tells whether unit stands in the subtree of above.
	Under func(unit, above cx.UnitID) bool
}

// Concerns tells whether the event may have moved what the chart shows: it is about all, or about something shown.
func (e Event) Concerns(a About) bool {
	if a.Touchpoint != "" && len(e.Touchpoints) > 0 && !slices.Contains(e.Touchpoints, a.Touchpoint) {
		return false
	}
	if len(a.Units) == 0 || len(e.Units) == 0 {
		return true
	}
	for _, shown := range a.Units {
		for _, own := range e.Units {
			if shown == own || a.Under != nil && (a.Under(shown, own) || a.Under(own, shown)) {
				return true
			}
		}
	}
	return false
}
