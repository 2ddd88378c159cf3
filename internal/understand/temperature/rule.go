package temperature

import (
	"time"

	"vigie/internal/cx"
)

func say(r *Reading, c Customer, now time.Time) []Advice {
	var out []Advice
	apologised := map[cx.TouchpointID]bool{}
	for _, m := range r.Open {
		rule := AskAfter
		if now.Sub(m.At) <= fresh {
			rule = Apologise
		}
		apologised[m.Touchpoint] = true
		out = append(out, Advice{rule, []Moment{m}})
		if again := bad(c.Moments, m.Touchpoint, now); m.Touchpoint != "" && len(again) > 1 {
			out = append(out, Advice{Again, again})
		}
	}
	if m, ok := recovered(c.Moments, now); ok {
		out = append(out, Advice{Recovered, m})
	}
	switch last := r.Last; {
	case len(c.Moments) == 0:
		return append(out, Advice{Silent, nil})
	case now.Sub(c.Moments[0].At) > year:
		return append(out, Advice{Silent, c.Moments[:1]})
	case last == nil || apologised[last.Touchpoint] || now.Sub(last.At) > open:
	case last.Box == High && last.Words && len(within(r.Open, now, fresh)) == 0:
		out = append(out, Advice{Thank, []Moment{*last}})
	case last.Box == Middle:
		out = append(out, Advice{AskMore, []Moment{*last}})
	}
	return out
}

func avoid(r *Reading, c Customer, now time.Time) []Advice {
	var out []Advice
	hot := within(r.Open, now, fresh)
	switch {
	case len(hot) > 0:
		out = append(out, Advice{NoOffer, hot[:1]})
	case r.Last != nil && r.Last.Box == Low && now.Sub(r.Last.At) <= year:
		out = append(out, Advice{NoOffer, []Moment{*r.Last}})
	}
	for _, m := range r.Open {
		if m.Words {
			out = append(out, Advice{NoRepeat, []Moment{m}})
			break
		}
	}
	if c.Former {
		out = append(out, Advice{NoUsual, nil})
	}
	for _, rule := range c.Refused {
		out = append(out, Advice{rule, nil})
	}
	return out
}

// bad gives the bad moments at a touchpoint in the last 90 days.
func bad(all []Moment, at cx.TouchpointID, now time.Time) []Moment {
	var out []Moment
	for _, m := range within(all, now, open) {
		if m.Touchpoint == at && m.Box == Low {
			out = append(out, m)
		}
	}
	return out
}

// recovered gives the latest good moment of the last 90 days that followed a bad one at its touchpoint, and that one.
func recovered(all []Moment, now time.Time) ([]Moment, bool) {
	recent := within(all, now, open)
	for i, good := range recent {
		if good.Box != High || good.Touchpoint == "" {
			continue
		}
		for _, m := range recent[i+1:] {
			if m.Touchpoint == good.Touchpoint && m.Box == Low {
				return []Moment{good, m}, true
			}
		}
	}
	return nil, false
}
