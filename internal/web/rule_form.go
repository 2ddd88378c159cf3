package web

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/intake"
	"vigie/internal/listen/invite"
	"vigie/internal/web/ui"
)

// Units in which a delay is typed, in minutes.
func delayUnits() map[string]int { return map[string]int{"minutes": 1, "hours": 60, "days": 24 * 60} }

// channelOrders are the orders in which channels are tried.
func channelOrders() []string { return []string{"email sms", "sms email", "email", "sms"} }

const remindersMost = 3

func wordingColumns(tags []string) columns {
	c := columns{"wordings_key"}
	for _, part := range []string{"subject", "text", "sms"} {
		for _, tag := range tags {
			c = append(c, "wordings_"+part+"_"+tag)
		}
	}
	return c
}

// ruleValues writes a rule as its form is filled, but for its conditions.
func ruleValues(x *surveyRoom, r invite.Rule) url.Values {
	f := url.Values{}
	set := func(name, value string) { f.Set(name, value) }
	set("key", r.Key)
	for _, tag := range []string{"fr", "en"} {
		set("name_"+tag, r.Name[tag])
	}
	set("survey", string(r.Survey))
	trigger := "event"
	switch {
	case r.Trigger.Every != "":
		trigger = r.Trigger.Every
	case r.Trigger.List:
		trigger = "list"
	}
	set("trigger", trigger)
	set("trigger.event", r.Trigger.Event)
	n, unit := delayWords(r.Delay)
	set("delay", strconv.Itoa(n))
	set("delay_unit", unit)
	set("valid", count(r.Valid))
	set("expires", count(r.Expires))
	if r.Sampling.Share > 0 {
		set("sampling.share", writtenNumber(x.lang(), &r.Sampling.Share))
	}
	set("sampling.quota", count(r.Sampling.Quota))
	set("sampling.by", r.Sampling.By)
	set("sampling.days", count(r.Sampling.Days))
	set("channels", strings.Join(r.Channels, " "))
	for n, d := range r.Reminders {
		set("reminders."+strconv.Itoa(n), count(d))
	}
	set("priority", count(r.Priority))
	if r.Clock != nil {
		set("clock.n", strconv.Itoa(r.Clock.N))
		set("clock.days", strconv.Itoa(r.Clock.Days))
	}
	for _, w := range r.Wordings {
		values := []string{w.Key}
		for _, t := range []cx.Text{w.Subject, w.Text, w.SMS} {
			for _, tag := range x.Draft.Languages {
				values = append(values, t[tag])
			}
		}
		wordingColumns(x.Draft.Languages).add(f, values...)
	}
	return f
}

// delayWords gives a delay in the largest unit that says it whole.
func delayWords(minutes int) (int, string) {
	for _, unit := range []string{"days", "hours"} {
		if n := delayUnits()[unit]; minutes > 0 && minutes%n == 0 {
			return minutes / n, unit
		}
	}
	return minutes, "minutes"
}

// groups draws the cards of the form but for its conditions and wordings.
func (p *ruleFormPage) groups(f url.Values) []ruleGroup {
	l := p.lang()
	return []ruleGroup{
		{Title: l.T("rule.group.what"), Note: l.T("rule.group.what.note"), Class: "pairs", Fields: p.whatFields(f)},
		{Title: l.T("rule.group.when"), Note: l.T("rule.group.when.note"), Class: "pairs rule-when", Fields: p.whenFields(f)},
		{Title: l.T("rule.group.who"), Note: l.T("rule.group.who.note"), Class: "pairs", Fields: p.sampleFields(f)},
		{Title: l.T("rule.group.pilot"), Note: l.T("rule.group.pilot.note")},
		{Title: l.T("rule.group.rhythm"), Note: l.T("rule.group.rhythm.note"), Class: "pairs", Fields: p.rhythmFields(f)},
	}
}

// field is one of the form, filled; hint and label are messages.
func (p *ruleFormPage) field(f url.Values, name, kind, label string) ui.Field {
	l := p.lang()
	out := ui.Field{Name: name, Kind: kind, Label: l.T(label), Value: f.Get(name), Autocomplete: "off"}
	if l.Has(label + ".hint") {
		out.Hint = l.T(label + ".hint")
	}
	return out.Plainly()
}

func (p *ruleFormPage) choice(f url.Values, name, label string, options []ui.Option) ui.Field {
	out := p.field(f, name, "select", label)
	out.Options = selected(options, f.Get(name))
	return out
}

func (p *ruleFormPage) whatFields(f url.Values) []ui.Field {
	l := p.lang()
	surveys := p.Asking
	if f.Get("survey") == "" {
		surveys = append([]ui.Option{{Label: l.T("rule.survey.choose")}}, surveys...)
	}
	out := []ui.Field{p.field(f, "name_fr", "", "rule.name_fr"), p.field(f, "name_en", "", "rule.name_en"), p.choice(f, "survey", "rule.survey", surveys)}
	if p.Key == "" {
		out = append(out, p.field(f, "key", "", "rule.key"))
	}
	return append(out, p.choice(f, "channels", "rule.channels", p.orders()))
}

func (p *ruleFormPage) orders() []ui.Option {
	out := []ui.Option{}
	for _, one := range channelOrders() {
		value := one
		if one == "email sms" {
			value = ""
		}
		out = append(out, ui.Option{Value: value, Label: p.lang().T("rule.channels." + strings.ReplaceAll(one, " ", "_"))})
	}
	return out
}

func (p *ruleFormPage) whenFields(f url.Values) []ui.Field {
	l := p.lang()
	var triggers, events, units []ui.Option
	for _, one := range []string{"event", "day", "week", "month", "list"} {
		triggers = append(triggers, ui.Option{Value: one, Label: l.T("rule.trigger." + one)})
	}
	for _, e := range p.Events {
		events = append(events, ui.Option{Value: e.Event, Label: l.T("rule.event.seen", "count", e.N, "at", l.DateTime(p.local(e.Last)))})
	}
	for _, one := range []string{"minutes", "hours", "days"} {
		units = append(units, ui.Option{Value: one, Label: l.T("rule.delay." + one)})
	}
	event := p.field(f, "trigger.event", "", "rule.event")
	if event.Options = events; len(events) == 0 {
		event.Hint = l.T("rule.event.none")
	}
	return []ui.Field{p.choice(f, "trigger", "rule.trigger", triggers), event, p.field(f, "delay", "number", "rule.delay"), p.choice(f, "delay_unit", "rule.delay_unit", units),
		p.field(f, "valid", "number", "rule.valid"), p.field(f, "expires", "number", "rule.expires")}
}

func (p *ruleFormPage) sampleFields(f url.Values) []ui.Field {
	by := []ui.Option{{Label: p.lang().T("rule.by.none")}}
	for _, o := range p.conditionWhat() {
		if key, is := strings.CutPrefix(o.Value, "a:"); is {
			by = append(by, ui.Option{Value: key, Label: o.Label})
		}
	}
	return []ui.Field{p.field(f, "sampling.share", "number", "rule.share"), p.field(f, "sampling.quota", "number", "rule.quota"),
		p.choice(f, "sampling.by", "rule.by", by), p.field(f, "sampling.days", "number", "rule.quota_days")}
}

func (p *ruleFormPage) rhythmFields(f url.Values) []ui.Field {
	var out []ui.Field
	for n := range remindersMost {
		one := p.field(f, "reminders."+strconv.Itoa(n), "number", "rule.reminder")
		one.Label = p.lang().T("rule.reminder.nth", "n", n+1)
		out = append(out, one)
	}
	return append(out, p.field(f, "priority", "number", "rule.priority"), p.field(f, "clock.n", "number", "rule.clock_n"), p.field(f, "clock.days", "number", "rule.clock_days"))
}

func (p *ruleFormPage) wordingLines(f url.Values) formLines {
	l := p.lang()
	key := p.Key
	if key == "" {
		key = newRule
	}
	out := formLines{Name: "wordings", At: ruleAddress(key) + "/edit", Label: l.T("rule.wording"), None: l.T("rule.wordings.none"), Add: l.T("rule.wordings.add"), Blocks: true}
	for n := range wordingColumns(p.Draft.Languages).count(f) {
		fields := []ui.Field{{Name: "wordings_key", Label: l.T("rule.wording.key"), Max: 64, Hint: l.T("rule.wording.key.hint")}}
		for part, most := range map[string]int{"subject": 200, "text": 5000, "sms": 400} {
			kind := "textarea"
			if part == "subject" {
				kind = ""
			}
			for _, tag := range p.Draft.Languages {
				fields = append(fields, ui.Field{Name: "wordings_" + part + "_" + tag, Kind: kind, Label: l.T("surveys.labelled", "label", l.T("rule.wording."+part), "lang", strings.ToUpper(tag)), Max: most})
			}
		}
		order := wordingColumns(p.Draft.Languages)
		slices.SortFunc(fields, func(a, b ui.Field) int { return slices.Index(order, a.Name) - slices.Index(order, b.Name) })
		p.lineOf(&out, f, n, fields)
	}
	return out
}

// conditionWhat lists what a condition of a rule may be about: what is known before anybody is asked.
func (p *ruleFormPage) conditionWhat() []ui.Option {
	l := p.lang()
	out := []ui.Option{{Label: l.T("surveys.cond.nothing")}}
	for _, one := range []string{"touchpoint", "unit", "status"} {
		out = append(out, ui.Option{Value: "a:" + one, Label: l.T("rule.if." + one)})
	}
	out = append(out, ui.Option{Value: "language", Label: l.T("surveys.cond.language")})
	known := map[string]bool{"touchpoint": true, "unit": true, "status": true}
	for _, a := range p.Catalogue.AttributeList {
		if !known[string(a.Key)] {
			known[string(a.Key)] = true
			out = append(out, ui.Option{Value: "a:" + string(a.Key), Label: l.T("surveys.if.attribute", "name", l.Text(a.Name))})
		}
	}
	for _, e := range p.Events {
		for _, a := range e.Attributes {
			if !known[a] {
				known[a] = true
				out = append(out, ui.Option{Value: "a:" + a, Label: l.T("surveys.if.attribute", "name", a)})
			}
		}
	}
	return out
}

// conditionWords are the values that have names: what a line is about → key → name.
func (p *ruleFormPage) conditionWords() map[string]map[string]string {
	l := p.lang()
	touchpoints, units, statuses := map[string]string{}, map[string]string{}, map[string]string{}
	for _, j := range p.Journeys.List {
		for _, st := range j.Stages {
			for _, t := range st.Touchpoints {
				touchpoints[string(t.Key)] = l.Text(t.Name)
			}
		}
	}
	for _, u := range p.Organisation.Units() {
		units[string(u.Key)] = l.Text(u.Name)
	}
	for _, one := range customer.Statuses() {
		statuses[one] = l.T("verbatim.status." + one)
	}
	return map[string]map[string]string{"a:touchpoint": touchpoints, "a:unit": units, "a:status": statuses}
}

// valuesProposed are the words that a line of a condition may be compared to.
func (p *ruleFormPage) valuesProposed() []ui.Option {
	var out []ui.Option
	for _, what := range slices.Sorted(maps.Keys(p.Known)) {
		of := p.lang().T("rule.if." + strings.TrimPrefix(what, "a:"))
		words := p.Known[what]
		for _, key := range slices.Sorted(maps.Keys(words)) {
			out = append(out, ui.Option{Value: words[key], Label: of})
		}
	}
	return out
}

// readRule makes a rule of its form over the one that is kept: what the form does not show stays.
func (p *ruleFormPage) readRule(f url.Values) (invite.Rule, error) {
	c, r := p.reader(), p.Rule
	tags := []string{"fr", "en"}
	r.Name, r.Survey = textIn(f, "name", tags, r.Name), cx.SurveyID(f.Get("survey"))
	if r.Key == "" {
		r.Key = ruleKey(f)
	}
	r.Trigger = invite.Trigger{}
	switch t := f.Get("trigger"); t {
	case "event":
		r.Trigger.Event = strings.TrimSpace(f.Get("trigger.event"))
	case "list":
		r.Trigger.List = true
	default:
		r.Trigger.Every = t
	}
	r.Delay = c.whole("delay", f.Get("delay")) * max(1, delayUnits()[f.Get("delay_unit")])
	r.Valid, r.Expires = c.whole("valid", f.Get("valid")), c.whole("expires", f.Get("expires"))
	r.Sampling = invite.Sampling{Quota: c.whole("sampling.quota", f.Get("sampling.quota")), By: f.Get("sampling.by"), Days: c.whole("sampling.days", f.Get("sampling.days"))}
	if v := c.number("sampling.share", f.Get("sampling.share")); v != nil {
		r.Sampling.Share = *v
	}
	r.Channels = strings.Fields(f.Get("channels"))
	r.If, r.Pilot = c.condition(f, "if", p.Rule.If), c.condition(f, "pilot", p.Rule.Pilot)
	r.Reminders = nil
	for n := range remindersMost {
		field := "reminders." + strconv.Itoa(n)
		if d := c.whole(field, f.Get(field)); f.Get(field) != "" {
			r.Reminders = append(r.Reminders, d)
		}
	}
	r.Priority = c.whole("priority", f.Get("priority"))
	if r.Clock = nil; f.Get("clock.n") != "" || f.Get("clock.days") != "" {
		r.Clock = &invite.Cap{N: c.whole("clock.n", f.Get("clock.n")), Days: c.whole("clock.days", f.Get("clock.days"))}
	}
	r.Wordings = typedWordings(f, p.Draft.Languages, p.Rule.Wordings)
	return r, c.err()
}

// typedWordings reads the wordings of a form; other languages of those before stay.
func typedWordings(f url.Values, tags []string, before []invite.Wording) []invite.Wording {
	var out []invite.Wording
	taken := map[string]bool{}
	for _, key := range f["wordings_key"] {
		taken[strings.TrimSpace(key)] = true
	}
	for n := range wordingColumns(tags).count(f) {
		key := strings.TrimSpace(nth(f["wordings_key"], n))
		for letter := 'a'; key == "" && letter <= 'z'; letter++ {
			if !taken[string(letter)] {
				key, taken[string(letter)] = string(letter), true
			}
		}
		var was invite.Wording
		if i := slices.IndexFunc(before, func(w invite.Wording) bool { return w.Key == key }); i >= 0 {
			was = before[i]
		}
		out = append(out, invite.Wording{Key: key, Subject: lineText(f, "wordings_subject", n, tags, was.Subject), Text: lineText(f, "wordings_text", n, tags, was.Text),
			SMS: lineText(f, "wordings_sms", n, tags, was.SMS)})
	}
	return out
}

// ruleKey is the key typed, else one made of the name.
func ruleKey(f url.Values) string {
	if key := strings.TrimSpace(f.Get("key")); key != "" {
		return key
	}
	for _, name := range []string{f.Get("name_fr"), f.Get("name_en")} {
		if slug := intake.Slug(name); slug != "" {
			return strings.Trim(slug[:min(len(slug), 60)], "-_.")
		}
	}
	return ""
}
