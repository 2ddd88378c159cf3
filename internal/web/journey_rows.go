package web

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
)

// collector reads the rows of a form and gathers what is wrong with them.
type collector struct{ l []error }

func (c *collector) err() error { return errors.Join(c.l...) }

func (c *collector) number(field, text string) *float64 {
	v, err := typedNumber(field, text)
	if err != nil {
		c.l = append(c.l, err)
	}
	return v
}

// rows counts the rows of a form; more than anybody types are left.
func rows(f url.Values, name string) int { return min(len(f[name]), 100) }

func nth(l []string, n int) string {
	if n < len(l) {
		return l[n]
	}
	return ""
}

// targets reads the objectives and thresholds of the form; a row without indicator and values is nothing.
func (c *collector) targets(f url.Values) (objectives, thresholds map[cx.IndicatorID]float64) {
	objectives, thresholds = map[cx.IndicatorID]float64{}, map[cx.IndicatorID]float64{}
	for n := range rows(f, "target_indicator") {
		key := cx.IndicatorID(f["target_indicator"][n])
		objective := c.number("objectives."+string(key), nth(f["target_objective"], n))
		threshold := c.number("thresholds."+string(key), nth(f["target_threshold"], n))
		if key == "" && (objective != nil || threshold != nil) {
			c.l = append(c.l, cx.Fail(cx.Invalid, fmt.Sprintf("targets[%d]", n), "journey.target_of"))
			continue
		}
		if objective != nil {
			objectives[key] = *objective
		}
		if threshold != nil {
			thresholds[key] = *threshold
		}
	}
	if len(objectives) == 0 {
		objectives = nil
	}
	if len(thresholds) == 0 {
		thresholds = nil
	}
	return objectives, thresholds
}

// emptyPromise tells whether a row of the form says nothing: a promise whose words were taken away is gone.
func emptyPromise(f url.Values, n int) bool {
	for _, name := range []string{"promise_fr", "promise_en", "promise_objective"} {
		if strings.TrimSpace(nth(f[name], n)) != "" {
			return false
		}
	}
	return true
}

func (c *collector) promises(f url.Values) []journey.Promise {
	var out []journey.Promise
	for n := range rows(f, "promise_fr") {
		if emptyPromise(f, n) {
			continue
		}
		p := journey.Promise{Text: typedText(promiseText{f, n}, "promise", nil), Indicator: cx.IndicatorID(nth(f["promise_indicator"], n)),
			Public: f.Get("promise_public_"+strconv.Itoa(n)) != ""}
		p.Objective = c.number(fmt.Sprintf("promises[%d].objective", len(out)), nth(f["promise_objective"], n))
		out = append(out, p)
	}
	return out
}

// promiseText gives the words of one row.
type promiseText struct {
	f url.Values
	n int
}

func (p promiseText) Get(name string) string { return nth(p.f[name], p.n) }
