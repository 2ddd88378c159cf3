package invite

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vigie/internal/cx"
)

var paris = func() *time.Location {
	l, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err)
	}
	return l
}()

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, paris)
	if err != nil {
		panic(err)
	}
	return t
}

func ask() Ask {
	return Ask{Survey: "delivery", Program: cx.Transactional, Topic: "orders", Channel: "email", Event: "o1", Latest: at("2026-12-31 12:00")}
}

func TestDecideSaysWhichRule(t *testing.T) {
	noon := at("2026-11-24 12:00") // a Tuesday
	past := func(days int, program cx.Program) Past {
		return Past{At: noon.AddDate(0, 0, -days), Survey: "x", Program: program, Channel: "sms"}
	}
	for name, c := range map[string]struct {
		change func(*Policy, *Ask, *History, *Preference)
		now    time.Time
		want   Decision
	}{
		"nothing against": {now: noon, want: Decision{Outcome: Go}},
		"objection":       {func(_ *Policy, _ *Ask, _ *History, p *Preference) { p.Objection, p.Off = true, true }, noon, Decision{Outcome: Refuse, Rule: ByObjection}},
		"off":             {func(_ *Policy, _ *Ask, _ *History, p *Preference) { p.Off = true }, noon, Decision{Outcome: Refuse, Rule: ByOff}},
		"not on this":     {func(_ *Policy, _ *Ask, _ *History, p *Preference) { p.Topics = map[string]bool{"orders": true} }, noon, Decision{Outcome: Refuse, Rule: ByTopic}},
		"not this way":    {func(_ *Policy, _ *Ask, _ *History, p *Preference) { p.Channels = map[string]bool{"email": true} }, noon, Decision{Outcome: Refuse, Rule: ByChannel}},
		"too late":        {func(_ *Policy, a *Ask, _ *History, _ *Preference) { a.Latest = noon.Add(-1) }, noon, Decision{Outcome: Refuse, Rule: ByLate}},
		"same event": {func(_ *Policy, _ *Ask, h *History, _ *Preference) {
			h.Asked = []Past{{At: noon.AddDate(-2, 0, 0), Survey: "delivery", Event: "o1"}}
		}, noon, Decision{Outcome: Refuse, Rule: ByEvent}},
		"a night":          {now: at("2026-11-24 22:30"), want: Decision{Outcome: Hold, Rule: ByQuiet, Until: at("2026-11-25 08:00")}},
		"early":            {now: at("2026-11-24 06:30"), want: Decision{Outcome: Hold, Rule: ByQuiet, Until: at("2026-11-24 08:00")}},
		"Saturday evening": {now: at("2026-11-28 21:00"), want: Decision{Outcome: Hold, Rule: ByQuiet, Until: at("2026-11-30 08:00")}},
		"a holiday":        {now: at("2026-05-25 10:00"), want: Decision{Outcome: Hold, Rule: ByQuiet, Until: at("2026-05-26 08:00")}}, // Whit Monday
		"a reminder sleeps": {func(_ *Policy, a *Ask, h *History, _ *Preference) {
			a.Reminder = true
			h.Asked = []Past{past(1, cx.Transactional)}
		}, at("2026-11-24 22:30"), Decision{Outcome: Hold, Rule: ByQuiet, Until: at("2026-11-25 08:00")}},
		"paused":          {func(_ *Policy, _ *Ask, _ *History, p *Preference) { p.Paused = at("2026-12-05 22:00") }, noon, Decision{Outcome: Hold, Rule: ByPause, Until: at("2026-12-07 08:00")}},
		"paused too long": {func(_ *Policy, _ *Ask, _ *History, p *Preference) { p.Paused = at("2027-02-01 10:00") }, noon, Decision{Outcome: Refuse, Rule: ByPause, Until: at("2027-02-01 10:00")}},
		"blackout": {func(p *Policy, _ *Ask, _ *History, _ *Preference) {
			p.Blackouts = []Blackout{{From: "2026-11-20", Until: "2026-11-27"}}
		}, noon, Decision{Outcome: Hold, Rule: ByBlackout, Until: at("2026-11-27 08:00")}},
		"another's blackout": {func(p *Policy, _ *Ask, _ *History, _ *Preference) {
			p.Blackouts = []Blackout{{From: "2026-11-20", Until: "2026-11-27", Program: cx.Relational}}
		}, noon, Decision{Outcome: Go}},
		"relation does not starve contacts": {func(_ *Policy, _ *Ask, h *History, _ *Preference) { h.Asked = []Past{past(3, cx.Relational)} }, noon, Decision{Outcome: Go}},
		"rested enough":                     {func(_ *Policy, _ *Ask, h *History, _ *Preference) { h.Answered = []Past{past(31, cx.Transactional)} }, noon, Decision{Outcome: Go}},
		"yearly wish": {func(_ *Policy, a *Ask, h *History, p *Preference) {
			p.Yearly = 1
			h.Asked = []Past{past(200, cx.Relational)}
		}, noon, Decision{Outcome: Refuse, Rule: ByYearly, Until: noon.AddDate(0, 0, -200).Add(365 * day)}},
	} {
		p, a, h, pref := DefaultPolicy(), ask(), History{}, Preference{}
		if c.change != nil {
			c.change(&p, &a, &h, &pref)
		}
		got := p.Decide(a, h, pref, c.now, paris)
		if got.Outcome != c.want.Outcome || got.Rule != c.want.Rule || !got.Until.Equal(c.want.Until) && got.Rule != "" {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestCapsHoldUntilTheyFree(t *testing.T) {
	noon := at("2026-11-24 12:00")
	h := History{Asked: []Past{{At: noon.Add(-10 * day), Program: cx.Transactional, Survey: "x"}}}
	got := DefaultPolicy().Decide(ask(), h, Preference{}, noon, paris)
	if got.Outcome != Hold || got.Rule != ByCap || got.Cap.Days != 30 || !got.Until.Equal(noon.Add(20*day)) {
		t.Errorf("%+v", got)
	}
	own := ask()
	own.Own, own.Clock = true, Cap{N: 1, Days: 7}
	if got := DefaultPolicy().Decide(own, h, Preference{}, noon, paris); got.Outcome != Go {
		t.Errorf("a clock of its own: %+v", got)
	}
	h.Asked = append(h.Asked, Past{At: noon.Add(-2 * day), Program: cx.Transactional, Survey: own.Survey, Own: true, Event: "o0"})
	if got := DefaultPolicy().Decide(own, h, Preference{}, noon, paris); got.Rule != ByCap || !got.Until.Equal(noon.Add(5*day)) {
		t.Errorf("its own clock: %+v", got)
	}
}

func TestAPlannedQuestionOfHigherPriorityIsGivenWayTo(t *testing.T) {
	noon := at("2026-11-24 12:00")
	rival := ask()
	rival.Survey, rival.Priority, rival.Event, rival.Latest = "complaint", 5, "c1", noon.Add(4*day)
	h := History{Rivals: []Rival{{Ask: rival, Due: noon.Add(2 * day)}}}
	if got := DefaultPolicy().Decide(ask(), h, Preference{}, noon, paris); got.Rule != ByPriority || got.Rival != "complaint" {
		t.Errorf("%+v", got)
	}
	h.Rivals[0].Ask.Program = cx.Relational // another clock: both may pass
	if got := DefaultPolicy().Decide(ask(), h, Preference{}, noon, paris); got.Outcome != Go {
		t.Errorf("%+v", got)
	}
}

func TestHolidaysOfFrance(t *testing.T) {
	var got []string
	for d := time.Date(2027, 1, 1, 12, 0, 0, 0, paris); d.Year() == 2027; d = d.AddDate(0, 0, 1) {
		if frenchHoliday(d) {
			got = append(got, d.Format("01-02"))
		}
	}
	want := []string{"01-01", "03-29", "05-01", "05-06", "05-08", "05-17", "07-14", "08-15", "11-01", "11-11", "12-25"}
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

// A year of one person, questions falling at random: whatever comes, no cap, night, pause or wish is ever broken, a hold
// says the truth about when it ends, and a question held is looked at again then.
func TestThePolicyIsNeverBroken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := at("2026-01-05 09:00")
		minutes := func(name string, days int) time.Time {
			return start.Add(time.Duration(rapid.IntRange(0, days*24*60).Draw(t, name)) * time.Minute)
		}
		p := drawPolicy(t)
		pref := Preference{Paused: minutes("pause", 60), Yearly: rapid.IntRange(0, 5).Draw(t, "yearly"),
			Topics:   map[string]bool{rapid.SampledFrom([]string{"", "t-a", "t-b"}).Draw(t, "topic off"): true},
			Channels: map[string]bool{rapid.SampledFrom([]string{"", "email", "sms"}).Draw(t, "channel off"): true}}
		objects, leaves := minutes("objects", 500), minutes("leaves", 500)
		type waiting struct {
			a   Ask
			due time.Time
		}
		var queue []waiting
		for range rapid.IntRange(1, 25).Draw(t, "asks") {
			due := minutes("due", 200)
			a := Ask{Survey: rapid.SampledFrom([]cx.SurveyID{"a", "b", "c"}).Draw(t, "survey"), Channel: rapid.SampledFrom([]string{"email", "sms"}).Draw(t, "channel"),
				Program: rapid.SampledFrom([]cx.Program{cx.Transactional, cx.Relational}).Draw(t, "program"), Event: fmt.Sprint(rapid.IntRange(0, 9).Draw(t, "event")),
				Priority: rapid.IntRange(0, 2).Draw(t, "priority"), Latest: due.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "latest")) * day)}
			a.Topic = "t-" + string(a.Survey)
			if a.Survey == "c" {
				a.Own, a.Clock = true, ownClock
			}
			queue = append(queue, waiting{a, due})
		}
		var h History
		for turns := 0; len(queue) > 0; turns++ {
			if turns > 20_000 {
				t.Fatal("a hold that never ends")
			}
			slices.SortStableFunc(queue, func(a, b waiting) int { return a.due.Compare(b.due) })
			w := queue[0]
			queue = queue[1:]
			now := h
			now.Rivals = nil
			for _, q := range queue {
				now.Rivals = append(now.Rivals, Rival{q.a, q.due})
			}
			pref.Objection, pref.Off = !w.due.Before(objects), !w.due.Before(leaves)
			switch d := p.Decide(w.a, now, pref, w.due, paris); d.Outcome {
			case Go:
				if pref.Objection || pref.Off || pref.Topics[w.a.Topic] || pref.Channels[w.a.Channel] || w.due.Before(pref.Paused) || w.due.After(w.a.Latest) {
					t.Fatalf("asked in spite of all at %s", w.due)
				}
				h.Asked = append(h.Asked, w.a.past(w.due))
				if rapid.Bool().Draw(t, "answers") {
					h.Answered = append(h.Answered, w.a.past(w.due.Add(time.Hour)))
				}
			case Hold:
				if !d.Until.After(w.due) || d.Until.After(w.a.Latest) {
					t.Fatalf("held until %s at %s, latest %s (%s)", d.Until, w.due, w.a.Latest, d.Rule)
				}
				queue = append(queue, waiting{w.a, d.Until})
			}
		}
		hold(t, p, pref, h)
	})
}

func drawPolicy(t *rapid.T) Policy {
	p := DefaultPolicy()
	p.Caps = nil
	for range rapid.IntRange(0, 3).Draw(t, "caps") {
		p.Caps = append(p.Caps, Cap{N: rapid.IntRange(1, 3).Draw(t, "n"), Days: rapid.IntRange(1, 60).Draw(t, "days"),
			Program: rapid.SampledFrom([]cx.Program{"", cx.Transactional, cx.Relational}).Draw(t, "of"), Channel: rapid.SampledFrom([]string{"", "sms"}).Draw(t, "by")})
	}
	if rapid.Bool().Draw(t, "blackout") {
		p.Blackouts = []Blackout{{From: "2026-02-10", Until: "2026-03-01"}}
	}
	return p
}

// ownClock is that of the survey "c".
var ownClock = Cap{N: 1, Days: 10}

// ofOwn gives the questions of surveys with a clock of their own, as one person's.
func ofOwn(l []Past) []Past {
	var own []Past
	for _, p := range l {
		if p.Own {
			p.Event = ""
			own = append(own, p)
		}
	}
	return own
}

// hold counts everything asked against every cap, in every window that ends with a question.
func hold(t *rapid.T, p Policy, pref Preference, h History) {
	caps := append(slices.Clone(p.Caps), Cap{N: 1000, Days: 1})
	if pref.Yearly > 0 {
		caps = append(caps, Cap{N: pref.Yearly, Days: 365})
	}
	for _, c := range caps {
		for _, last := range h.Asked {
			n := 0
			for _, p := range h.Asked {
				if c.counts(p) && !p.At.After(last.At) && p.At.After(last.At.Add(-time.Duration(c.Days)*day)) {
					n++
				}
			}
			if n > c.N && c.counts(last) {
				t.Fatalf("%d asked where %+v allows %d", n, c, c.N)
			}
		}
	}
	own := Cap{N: ownClock.N, Days: ownClock.Days}
	if at := own.exceeded(ofOwn(h.Asked)); at != nil {
		t.Fatalf("a clock of its own is broken at %s", at.At)
	}
	seen := map[string]bool{}
	for _, a := range h.Asked {
		if p.Quiet.Next(a.At.In(paris)).After(a.At) {
			t.Fatalf("asked in quiet time: %s", a.At.In(paris))
		}
		for _, b := range h.Answered {
			if days := p.Rest[a.Program]; !a.Own && !b.Own && a.Program == b.Program && b.At.Before(a.At) && a.At.Before(b.At.Add(time.Duration(days)*day)) {
				t.Fatalf("asked on %s, %d days of rest after an answer on %s", a.At, days, b.At)
			}
		}
		key := string(a.Survey) + "/" + a.Event
		if seen[key] {
			t.Fatalf("%s asked about twice", key)
		}
		seen[key] = true
		for _, b := range p.Blackouts {
			if d := a.At.In(paris).Format(time.DateOnly); d >= b.From && d < b.Until {
				t.Fatalf("asked in a blackout: %s", a.At)
			}
		}
	}
}
