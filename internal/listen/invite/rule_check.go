package invite

import (
	"slices"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
)

// Check gives everything wrong with a rule, nil when it may be kept. Whether its survey may be asked is looked at when it
// asks.
func (r *Rule) Check() []*cx.Error {
	var l problems
	if !cx.ValidKey(r.Key) || r.Key == "new" || r.Key == linkRule { // what addresses and links of the house are called
		l.add("key", "invite.key", "key", r.Key)
	}
	if len(r.Name) == 0 {
		l.add("name", "invite.needed")
	}
	if r.Survey == "" {
		l.add("survey", "invite.needed")
	}
	if !slices.Contains(Stages(), r.Stage) {
		l.add("stage", "invite.word", "value", string(r.Stage))
	}
	r.Trigger.check(&l)
	r.Sampling.check(&l)
	l.condition("if", r.If, 1)
	l.condition("pilot", r.Pilot, 1)
	l.within("delay", r.Delay, 0, 366*24*60)
	l.within("valid", r.Valid, 0, 366)
	l.within("expires", r.Expires, 0, 366)
	l.within("priority", r.Priority, -100, 100)
	r.checkChannels(&l)
	r.checkWordings(&l)
	if len(r.Reminders) > 3 {
		l.add("reminders", "invite.most", "max", 3)
	}
	for i, d := range r.Reminders {
		l.within("reminders."+strconv.Itoa(i), d, 1, 90)
	}
	if c := r.Clock; c != nil {
		l.within("clock.n", c.N, 1, 1000)
		l.within("clock.days", c.Days, 1, 3660)
	}
	return l
}

type problems []*cx.Error

func (l *problems) add(field, code string, args ...any) {
	*l = append(*l, cx.Fail(cx.Invalid, field, code, args...))
}

func (l *problems) within(field string, n, low, high int) {
	if n < low || n > high {
		l.add(field, "invite.between", "min", low, "max", high)
	}
}

// conditionMost is how deep conditions may stand in each other.
const conditionMost = 8

// condition wants exactly one thing said, of what is known before anybody is asked: attributes and the language.
func (l *problems) condition(field string, c *survey.Condition, depth int) {
	if c == nil {
		return
	}
	said, tests := 0, 0
	for _, is := range []bool{c.All != nil, c.Any != nil, c.Not != nil, c.Attribute != "", c.Language != nil} {
		if is {
			said++
		}
	}
	for _, is := range []bool{c.In != nil, c.From != nil || c.To != nil, c.Answered != nil} {
		if is {
			tests++
		}
	}
	if said != 1 || depth > conditionMost || c.Question != "" || c.Row != "" || c.Channel != nil || c.Attribute != "" && tests != 1 || c.Attribute == "" && tests > 0 {
		l.add(field, "invite.condition")
		return
	}
	for i := range c.All {
		l.condition(field+".all."+strconv.Itoa(i), &c.All[i], depth+1)
	}
	for i := range c.Any {
		l.condition(field+".any."+strconv.Itoa(i), &c.Any[i], depth+1)
	}
	l.condition(field+".not", c.Not, depth+1)
}

func (t Trigger) check(l *problems) {
	n := 0
	for _, set := range []bool{t.Event != "", t.Every != "", t.List} {
		if set {
			n++
		}
	}
	if n != 1 {
		l.add("trigger", "invite.one_trigger")
	}
	if t.Event != "" && !validEvent(t.Event) {
		l.add("trigger.event", "invite.event", "event", t.Event)
	}
	if t.Every != "" && !slices.Contains([]string{"day", "week", "month"}, t.Every) {
		l.add("trigger.every", "invite.word", "value", t.Every)
	}
}

func (s Sampling) check(l *problems) {
	if s.Share < 0 || s.Share > 100 {
		l.add("sampling.share", "invite.between", "min", 0, "max", 100)
	}
	l.within("sampling.quota", s.Quota, 0, 1_000_000)
	l.within("sampling.days", s.Days, 0, 366)
	if s.By != "" && s.Quota == 0 {
		l.add("sampling.quota", "invite.needed")
	}
}

func (r *Rule) checkChannels(l *problems) {
	for i, c := range r.Channels {
		if c != Email && c != SMS {
			l.add("channels."+strconv.Itoa(i), "invite.word", "value", c)
		}
	}
}

func (r *Rule) checkWordings(l *problems) {
	seen := map[string]bool{}
	for i, w := range r.Wordings {
		field := "wordings." + strconv.Itoa(i)
		if !cx.ValidKey(w.Key) || seen[w.Key] {
			l.add(field+".key", "invite.key", "key", w.Key)
		}
		seen[w.Key] = true
		for tag, s := range w.Subject {
			if len(s) > 200 {
				l.add(field+".subject."+tag, "invite.long", "max", 200)
			}
		}
		for tag, s := range w.Text {
			if len(s) > 5000 {
				l.add(field+".text."+tag, "invite.long", "max", 5000)
			}
		}
		for tag, s := range w.SMS {
			if len(s) > 400 {
				l.add(field+".sms."+tag, "invite.long", "max", 400)
			}
		}
	}
}
