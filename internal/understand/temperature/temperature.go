package temperature

import (
	"time"

	"vigie/internal/cx"
)

// Box is where a score falls in the boxes of its indicator.
type Box int8

const (
	Unrated Box = iota
	Low
	Middle
	High
)

// Moment is one feedback of the customer.
type Moment struct {
	Feedback   cx.FeedbackID
	At         time.Time
	Touchpoint cx.TouchpointID // "": none
	Metric     cx.MetricID     // of the score that counts there; "" when there is none
	Share      float64         // of that score on its scale: 0 the worst, 1 the best
	Box        Box
	Words      bool // something was written
}

// Customer is what the rules know of somebody.
type Customer struct {
	Moments []Moment // newest first
	Former  bool     // has left
	// Refused is what a consent refused or taken back forbids: NoSurvey, NoCall, NoSale.
	Refused []Rule
}

// Warmth in one word.
type Warmth string

const (
	Unknown Warmth = "unknown" // no score in a year, or never
	Cold    Warmth = "cold"    // the last score is bad and not 90 days old, or something of the last 30 days is open
	Tepid   Warmth = "tepid"
	Warm    Warmth = "warm" // the last score is good and nothing is open
)

// Trend of the scores on one scale.
type Trend string

const (
	TooFew  Trend = "few" // less than three scores on the scale of the last one
	Rising  Trend = "rising"
	Falling Trend = "falling"
	Steady  Trend = "steady"
)

// Rule names an advice; its words are the catalogue's.
type Rule string

// What to say, in the order it is said.
const (
	Apologise Rule = "apologise" // something bad of the last 30 days is open
	Again     Rule = "again"     // it was bad there twice or more in 90 days
	AskAfter  Rule = "ask_after" // something bad, 31 to 90 days old, is open
	Recovered Rule = "recovered" // it was bad there in the last 90 days, then good
	Thank     Rule = "thank"     // the last score is good and said why
	AskMore   Rule = "ask_more"  // the last score is a middling one
	Silent    Rule = "silent"    // nothing was said in a year
)

// What not to say.
const (
	NoOffer  Rule = "no_offer"  // the last score is bad, or something of the last 30 days is open
	NoRepeat Rule = "no_repeat" // they told the story already
	NoSurvey Rule = "no_survey" // they objected to being asked
	NoCall   Rule = "no_call"   // they will not be called back about what they said
	NoSale   Rule = "no_sale"   // they take no commercial message
	NoUsual  Rule = "no_usual"  // they have left
)

// Advice is one sentence, and the feedback it comes from, newest first. None for what comes from a
// consent or from the status, and for a Silent customer who never spoke.
type Advice struct {
	Rule Rule
	From []Moment
}

// Reading is the temperature of a customer.
type Reading struct {
	Warmth     Warmth
	Trend      Trend
	Last       *Moment  // the last with a score; nil: none
	Hurt       *Moment  // the last bad one in a year; nil: none
	Open       []Moment // bad ones of the last 90 days with no good one since at the same touchpoint, one a touchpoint
	Say, Avoid []Advice
}

const (
	fresh = 30 * 24 * time.Hour
	open  = 90 * 24 * time.Hour
	year  = 365 * 24 * time.Hour
	// moved is how much of its scale a score moves before it is said.
	moved = 0.2
)

// Read applies the rules at a moment.
func Read(c Customer, now time.Time) Reading {
	r := Reading{Trend: trend(c.Moments), Open: opened(c.Moments, now)}
	for i, m := range c.Moments {
		if r.Last == nil && m.Box != Unrated {
			r.Last = &c.Moments[i]
		}
		if r.Hurt == nil && m.Box == Low && now.Sub(m.At) <= year {
			r.Hurt = &c.Moments[i]
		}
	}
	r.Warmth = r.warmth(now)
	r.Say, r.Avoid = say(&r, c, now), avoid(&r, c, now)
	return r
}

func (r *Reading) warmth(now time.Time) Warmth {
	switch {
	case r.Last == nil || now.Sub(r.Last.At) > year:
		return Unknown
	case r.Last.Box == Low && now.Sub(r.Last.At) <= open || len(within(r.Open, now, fresh)) > 0:
		return Cold
	case r.Last.Box == High && len(r.Open) == 0:
		return Warm
	}
	return Tepid
}

// opened gives the bad moments that no good one at the same touchpoint followed, the latest of each touchpoint.
func opened(all []Moment, now time.Time) []Moment {
	var out []Moment
	settled := map[cx.TouchpointID]bool{}
	for _, m := range within(all, now, open) {
		switch {
		case settled[m.Touchpoint]:
		case m.Box == High:
			settled[m.Touchpoint] = true
		case m.Box == Low:
			settled[m.Touchpoint] = true
			out = append(out, m)
		}
	}
	return out
}

// trend compares the last score with the mean of up to three before it on the same scale: scales are never pooled.
func trend(all []Moment) Trend {
	var same []float64
	var metric cx.MetricID
	for _, m := range all {
		if m.Box == Unrated || metric != "" && m.Metric != metric {
			continue
		}
		metric = m.Metric
		if same = append(same, m.Share); len(same) == 4 {
			break
		}
	}
	if len(same) < 3 {
		return TooFew
	}
	before := 0.0
	for _, s := range same[1:] {
		before += s / float64(len(same)-1)
	}
	switch d := same[0] - before; {
	case d >= moved:
		return Rising
	case d <= -moved:
		return Falling
	}
	return Steady
}

func within(all []Moment, now time.Time, d time.Duration) []Moment {
	var out []Moment
	for _, m := range all {
		if now.Sub(m.At) <= d {
			out = append(out, m)
		}
	}
	return out
}
