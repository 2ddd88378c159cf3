package invite

import (
	"slices"
	"time"

	"vigie/internal/cx"
)

// Decide is the solicitation policy: the one place that says whether a person may be asked now. It is applied last, when
// the message is about to leave, in the transaction that marks it leaving, so that two triggers cannot both pass. zone is
// the person's.
//
// What will pass with time (a pause, a night, a clock) holds the question until then, or refuses it when that is after
// Ask.Latest.
func (p Policy) Decide(a Ask, h History, pref Preference, now time.Time, zone *time.Location) Decision {
	if rule := pref.refuses(a); rule != "" {
		return Decision{Outcome: Refuse, Rule: rule}
	}
	if now.After(a.Latest) {
		return Decision{Outcome: Refuse, Rule: ByLate}
	}
	if !a.Reminder && a.Event != "" && h.asked(a) {
		return Decision{Outcome: Refuse, Rule: ByEvent}
	}
	if !a.Reminder {
		if d := p.clocks(a, h, pref, now); d.Rule != "" {
			return d.within(a)
		}
		if rival := p.rival(a, h, pref, now); rival != "" {
			return Decision{Outcome: Refuse, Rule: ByPriority, Rival: rival}
		}
	}
	return p.hours(a, pref, now, zone).within(a)
}

// refuses: what the person does not want, whatever the time.
func (p Preference) refuses(a Ask) Why {
	switch {
	case p.Objection:
		return ByObjection
	case p.Off:
		return ByOff
	case p.Topics[a.Topic]:
		return ByTopic
	case p.Channels[a.Channel]:
		return ByChannel
	}
	return ""
}

// within turns a wait into a refusal when it ends too late.
func (d Decision) within(a Ask) Decision {
	if d.Rule == "" {
		return Decision{Outcome: Go}
	}
	d.Outcome = Hold
	if d.Until.After(a.Latest) {
		d.Outcome = Refuse
	}
	return d
}

func (h History) asked(a Ask) bool {
	return slices.ContainsFunc(h.Asked, func(p Past) bool { return p.Survey == a.Survey && p.Event == a.Event })
}

const day = 24 * time.Hour

// clocks gives the clock that frees last among those that hold the question; Rule "" when none does.
func (p Policy) clocks(a Ask, h History, pref Preference, now time.Time) Decision {
	var worst Decision
	hold := func(d Decision) {
		if d.Until.After(now) && d.Until.After(worst.Until) {
			worst = d
		}
	}
	for i := range p.Caps {
		if c := &p.Caps[i]; c.binds(a) {
			hold(Decision{Rule: ByCap, Cap: c, Until: c.free(h, now)})
		}
	}
	if a.Own && a.Clock.N > 0 {
		own := History{Asked: slices.DeleteFunc(slices.Clone(h.Asked), func(p Past) bool { return p.Survey != a.Survey })}
		hold(Decision{Rule: ByCap, Cap: &a.Clock, Until: Cap{N: a.Clock.N, Days: a.Clock.Days}.free(own, now)})
	}
	if pref.Yearly > 0 {
		hold(Decision{Rule: ByYearly, Until: Cap{N: pref.Yearly, Days: 365}.free(h, now)})
	}
	hold(Decision{Rule: ByRest, Until: p.rested(a, h)})
	return worst
}

// binds tells whether the cap is about such a question.
func (c Cap) binds(a Ask) bool {
	return (c.Program == "" || c.Program == a.Program && !a.Own) && (c.Channel == "" || c.Channel == a.Channel)
}

func (c Cap) counts(p Past) bool {
	return (c.Program == "" || c.Program == p.Program && !p.Own) && (c.Channel == "" || c.Channel == p.Channel)
}

// free gives the first moment, from now on, at which one more question keeps within the cap.
func (c Cap) free(h History, now time.Time) time.Time {
	span := time.Duration(c.Days) * day
	var at []time.Time
	for _, p := range h.Asked {
		if c.counts(p) && p.At.After(now.Add(-span)) {
			at = append(at, p.At)
		}
	}
	if len(at) < c.N {
		return time.Time{}
	}
	if c.N <= 0 {
		return now.AddDate(100, 0, 0)
	}
	slices.SortFunc(at, time.Time.Compare)
	return at[len(at)-c.N].Add(span)
}

// rested gives the end of the rest after the last answer of the question's program, or of its survey when that has a clock
// of its own.
func (p Policy) rested(a Ask, h History) time.Time {
	var end time.Time
	for _, past := range h.Answered {
		same := past.Program == a.Program && !past.Own && !a.Own || a.Own && past.Survey == a.Survey
		if t := past.At.Add(time.Duration(p.Rest[a.Program]) * day); same && t.After(end) {
			end = t
		}
	}
	return end
}

// rival gives a planned question of higher priority that could not be put any more if this one were put now.
func (p Policy) rival(a Ask, h History, pref Preference, now time.Time) cx.SurveyID {
	ahead := p.Ahead
	if ahead == 0 {
		ahead = AheadDays
	}
	with := History{Asked: append(slices.Clone(h.Asked), a.past(now)), Answered: h.Answered}
	for _, r := range h.Rivals {
		if r.Ask.Priority <= a.Priority || r.Due.After(now.Add(time.Duration(ahead)*day)) || pref.refuses(r.Ask) != "" {
			continue
		}
		due := r.Due
		if due.Before(now) {
			due = now
		}
		free := p.clocks(r.Ask, h, pref, due).within(r.Ask)
		if free.Outcome != Refuse && p.clocks(r.Ask, with, pref, due).within(r.Ask).Outcome == Refuse {
			return r.Ask.Survey
		}
	}
	return ""
}

func (a Ask) past(at time.Time) Past {
	return Past{At: at, Survey: a.Survey, Program: a.Program, Channel: a.Channel, Event: a.Event, Own: a.Own}
}

// hours gives the end of the pause, blackout or quiet time that now is in; Rule "" when it is in none.
func (p Policy) hours(a Ask, pref Preference, now time.Time, zone *time.Location) Decision {
	d, at := Decision{}, now
	if pref.Paused.After(at) {
		d, at = Decision{Rule: ByPause}, pref.Paused
	}
	for range 400 { // each turn leaves one closed stretch; a year of closed days is the most there can be
		next, rule := p.closed(a, at, zone)
		if rule == "" {
			break
		}
		if d.Rule == "" {
			d.Rule = rule
		}
		at = next
	}
	d.Until = at
	return d
}

// closed gives the end of the closed stretch that at is in.
func (p Policy) closed(a Ask, at time.Time, zone *time.Location) (time.Time, Why) {
	local := at.In(zone)
	today := local.Format(time.DateOnly)
	for _, b := range p.Blackouts {
		if (b.Program == "" || b.Program == a.Program) && today >= b.From && today < b.Until {
			if end, err := time.ParseInLocation(time.DateOnly, b.Until, zone); err == nil {
				return end, ByBlackout
			}
		}
	}
	if next := p.Quiet.Next(local); next.After(local) {
		return next, ByQuiet
	}
	return at, ""
}
