package demo

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/listen/collect"
)

// moment is one answer being given: who, where, in which mood.
type moment struct {
	p      *point
	place  int
	id     int32 // in the crowd, −1: nobody known
	who    resident
	mood   float64
	agent  *person
	voice  string
	reason string
	kept   bool
	tone   tone
	lang   string
	by     string
	at     time.Time
	os     int
	tenure int // months
	minor  int // of the app's version
}

// customerFeedback is what a customer answers at a touchpoint.
func (t *teller) customerFeedback(p *point, place int, at time.Time) collect.Incoming {
	m := moment{p: p, place: place, at: at, kept: true, reason: ""}
	if len(p.Reasons) > 0 {
		m.reason = p.reasons.pick(t.r.Float64())
	}
	added := t.storyReason(&m)
	t.choose(&m, added)
	m.mood = t.moodOf(p, place) + t.s.file.Segments[m.who.segment].Mood + t.swing(&m)
	return t.answer(&m)
}

// storyReason lets the story decide why a customer leaves; it gives the effect that did.
func (t *teller) storyReason(m *moment) *effect {
	for _, e := range m.p.effects[t.s.places[m.place].nth] {
		if e.Reason != "" && t.r.Float64() < e.ReasonShare*e.strength(t.day) {
			m.reason, m.voice = e.Reason, e.Says
			return e
		}
	}
	return nil
}

// answer fills the feedback of a moment whose customer and mood are known.
func (t *teller) answer(m *moment) collect.Incoming {
	p := m.p
	in := collect.Incoming{Source: Source, At: m.at, Touchpoint: p.key, Program: "transactional", Audience: "customer",
		Channel: p.channels.pick(t.r.Float64()), Unit: t.unit(m.place), Survey: "hot-" + p.key}
	m.by = t.collected(in.Channel)
	in.CollectedBy = m.by
	if p.Agent && (in.Channel == "phone" || in.Channel == "store" || in.Channel == "chat") {
		agents := t.s.places[m.place].agents
		m.agent = &agents[t.r.IntN(len(agents))]
		in.Agent = m.agent.slug
		in.Contact = "ct"
	} else if in.Channel == "field" {
		in.Contact = "ct"
	}
	in.Scores = t.scores(m)
	m.tone = t.toneOf(in.Scores)
	m.lang = "fr"
	if m.who.english {
		m.lang = "en"
	}
	in.Lang = m.lang
	t.chooseVoice(m, in.Scores)
	t.bend(m, in.Scores)
	if t.writes(m) {
		in.Verbatim = t.write.verbatim(m)
	}
	in.Customer = t.customer(m)
	in.Attributes = t.attributes(m)
	t.adviserNote(m, &in)
	return in
}

// scores gives the answers of a mood, each metric asked to its share of customers.
func (t *teller) scores(m *moment) collect.Scores {
	sc := make(collect.Scores, 8)
	for _, a := range m.p.metrics {
		if a.part < 1 && t.r.Float64() >= a.part {
			continue
		}
		sc[a.key] = t.score(m, a.key)
	}
	for _, a := range m.p.Aspects {
		if t.r.Float64() < 0.5 {
			sc[a] = cut(m.mood+aspectOffset[a]+0.55*t.r.NormFloat64(), cutsCSAT, 1)
		}
	}
	return sc
}

// aspectOffset: what customers always judge harder, or kinder, than the whole.
var aspectOffset = map[string]float64{"price": -0.32, "delay": -0.18, "follow_up": -0.15, "reception": 0.28, "competence": 0.22}

func (t *teller) score(m *moment, metric string) float64 {
	if metric == "kept" {
		return t.keptScore(m)
	}
	z := m.mood + 0.28*t.r.NormFloat64()
	for _, e := range m.p.effects[t.s.places[m.place].nth] {
		if e.Metric == metric {
			z += e.Shift * e.strength(t.day)
		}
	}
	switch metric {
	case "nps":
		return cut(z, cutsNPS, 0)
	case "ces":
		return cut(z, cutsCES, 1)
	case "fcr":
		return cut(z, cutsFCR, 0)
	}
	return cut(z, cutsCSAT, 1)
}

// keptScore: was the appointment kept? Nothing to do with the mood, much with the story; the mood follows weeks later.
func (t *teller) keptScore(m *moment) float64 {
	z := 1.68 + t.r.NormFloat64()
	for _, e := range m.p.effects[t.s.places[m.place].nth] {
		if e.Metric == "kept" {
			z += e.Shift * e.strength(t.day)
		}
	}
	m.kept = z > 0
	if !m.kept {
		return 0
	}
	return 1
}

// toneOf reads the scores as a reader would: the first of csat, nps, ces decides.
func (t *teller) toneOf(sc collect.Scores) tone {
	bound := func(v, low, high float64) tone {
		switch {
		case v <= low:
			return unhappy
		case v <= high:
			return mixed
		}
		return content
	}
	if v, ok := sc["csat"]; ok {
		if v == 4 && t.r.Float64() < 0.3 {
			return mixed
		}
		return bound(v, 2, 3)
	}
	if v, ok := sc["nps"]; ok {
		return bound(v, 5, 7)
	}
	return bound(sc["ces"], 3, 4)
}

// chooseVoice lets the story speak where it must.
func (t *teller) chooseVoice(m *moment, sc collect.Scores) {
	if m.voice != "" {
		return
	}
	for _, e := range m.p.effects[t.s.places[m.place].nth] {
		switch {
		case e.Says == "" || e.Reason != "" || len(e.Mentions) > 0:
		case e.Above != nil && (m.mood < *e.Above || m.tone == unhappy):
		case t.r.Float64() < e.Share*e.strength(t.day):
			m.voice = e.Says
			t.fatalist(e, m, sc)
			return
		}
	}
	if _, asked := sc["kept"]; asked && !m.kept {
		m.voice = "late"
	}
}

// fatalist: served kindly, answered by a rule, and giving a note in the middle.
func (t *teller) fatalist(e *effect, m *moment, sc collect.Scores) {
	if t.r.Float64() >= e.Fatalist {
		return
	}
	m.tone = mixed
	if _, ok := sc["nps"]; ok {
		sc["nps"] = float64(7 + t.r.IntN(2))
	}
	if _, ok := sc["csat"]; ok {
		sc["csat"] = 3
	}
	if _, ok := sc["ces"]; ok {
		sc["ces"] = float64(3 + t.r.IntN(2))
	}
}

// bend keeps what is declared coherent with what is written.
func (t *teller) bend(m *moment, sc collect.Scores) {
	if _, asked := sc["kept"]; asked && m.tone == unhappy && (m.voice == "missed" || m.voice == "missed-early") {
		sc["kept"], m.kept = 0, false
	}
}

// writes tells whether this customer writes words: the unhappy write more, and those touched by the story too.
func (t *teller) writes(m *moment) bool {
	share := t.s.file.Volumes.Verbatim * [tones]float64{unhappy: 1.75, mixed: 1.0, content: 0.74}[m.tone]
	if m.voice != "" {
		share *= 1.25
	}
	if m.by == "kiosk" {
		share *= 0.2
	}
	return t.r.Float64() < share
}

// collected says how an answer on a channel comes in.
var collectedBy = map[string][]string{
	"phone": {"ivr", "ivr", "sms", "sms", "sms_reply", "sms_reply", "email"}, "store": {"email", "email", "kiosk", "kiosk", "qr", "sms"},
	"web": {"web", "web", "email"}, "app": {"app"}, "field": {"sms", "sms", "sms_reply", "email"}, "email": {"email"},
	"mail": {"paper", "email", "email"}, "selfcare": {"web", "web", "email"}, "chat": {"web"}, "chatbot": {"web"}, "partner": {"qr", "email", "sms"},
}

func (t *teller) collected(channel string) string {
	l := collectedBy[channel]
	return l[t.r.IntN(len(l))]
}

// choose picks the customer of a moment.
func (t *teller) choose(m *moment, added *effect) {
	m.id = -1
	for range 10 {
		id, ok := t.candidate(m, added)
		if !ok {
			break
		}
		c := t.s.crowd.people[id]
		if left, gone := t.gone[id]; gone && t.day > left && m.p.Who != "former" || !t.uses(c, m.p.Products) {
			continue
		}
		m.id, m.who = id, c
		break
	}
	if m.id < 0 {
		m.who = t.s.crowd.people[t.r.IntN(len(t.s.crowd.people))]
		m.who.place, m.who.joined = int16(m.place), int16(t.day-300)
	}
	if m.p.Who == "leaving" && m.p.key == "cancel" && m.id >= 0 {
		t.gone[m.id] = t.day
		l := append(t.left[m.place], m.id)
		t.left[m.place] = l[max(0, len(l)-40):]
	}
	m.tenure = max(0, (t.day-int(m.who.joined))/30)
	m.os, m.minor = int(m.who.os), (t.day+t.s.file.Company.Days)/30
}

// candidate draws somebody who could live this touchpoint today.
func (t *teller) candidate(m *moment, added *effect) (int32, bool) {
	from, to := -1<<14, t.day-45
	switch m.p.Who {
	case "new":
		from, to = t.day-m.p.After[1], t.day-m.p.After[0]
	case "prospect":
		from, to = t.day+1, t.day+25
		if m.p.key == "lost-sale" || t.r.Float64() < 0.4 {
			return 0, false
		}
	case "former":
		if l := t.left[m.place]; len(l) > 0 {
			return l[t.r.IntN(len(l))], true
		}
	case "leaving":
		if added != nil && added.Tenure > 0 || m.reason == "installation" {
			from, to = t.day-75, t.day-14
		}
	}
	l := t.s.crowd.between(m.place, from, to)
	if len(l) == 0 {
		return 0, false
	}
	return l[t.r.IntN(len(l))], true
}

func (t *teller) uses(c resident, products []string) bool {
	return len(products) == 0 || slices.Contains(products, t.s.file.Offers[c.offer].Product)
}

// customer is what the feedback says of the person; nil for the one in ten who stays unknown.
func (t *teller) customer(m *moment) *collect.Customer {
	if m.by == "kiosk" || t.r.Float64() < 0.07 {
		return nil
	}
	if m.id < 0 { // nobody of the crowd
		if m.p == nil || m.p.Who != "prospect" {
			return nil
		}
		t.walks++
		return &collect.Customer{Ref: "PR" + strconv.Itoa(t.day+t.s.file.Company.Days) + "-" + strconv.Itoa(t.walks), Status: "prospect"}
	}
	return t.named(m)
}

// named is a customer of the crowd; one in three has a known e-mail.
func (t *teller) named(m *moment) *collect.Customer {
	c := &collect.Customer{Ref: ref(m.id), Status: "customer", Attributes: map[string]any{"segment": t.s.file.Segments[m.who.segment].Key,
		"persona": t.s.file.Personas[m.who.persona].Key}}
	first, last := t.s.nameOf(m.who)
	c.Name = first + " " + last
	if m.id%3 == 0 {
		c.Email = slug(first+" "+last) + "." + strconv.Itoa(int(m.id)) + "@courriel.example"
	}
	if m.id%9 == 0 {
		c.Attributes["meter"] = strconv.FormatInt(21_000_000_000_000+int64(m.id)*104_729, 10)
	}
	switch {
	case m.p == nil:
	case m.p.Who == "prospect":
		c.Status = "prospect"
	case m.p.key == "cancel" || m.p.key == "return-box" || m.p.key == "final-bill":
		c.Status = "former"
	}
	return c
}

// attributes of the feedback: the context of that moment.
func (t *teller) attributes(m *moment) map[string]any {
	o := t.s.file.Offers[m.who.offer]
	a := make(map[string]any, 8)
	a["segment"] = t.s.file.Segments[m.who.segment].Key
	a["persona"] = t.s.file.Personas[m.who.persona].Key
	if m.p != nil && m.p.Who == "prospect" {
		delete(a, "segment")
	} else {
		a["offer"], a["product"], a["tenure"] = o.Key, o.Product, float64(m.tenure)
	}
	if m.p == nil {
		return a
	}
	if m.p.Partner {
		a["partner"] = t.partnerOf(m.place).Key
	}
	if m.p.App {
		a["os"], a["app_version"] = systems[m.os], t.version(m)
	}
	if m.reason != "" {
		a["reason"] = m.reason
	}
	return a
}

func (t *teller) version(m *moment) string { return "5." + strconv.Itoa(m.minor) + ".0" }

// partnerOf gives who installs in a place this day: the last of the list that had started there.
func (t *teller) partnerOf(place int) partner {
	best := t.s.file.Partners[0]
	for _, p := range t.s.file.Partners[1:] {
		if slices.Contains(p.Regions, t.s.places[place].region) && t.day >= p.From {
			best = p
		}
	}
	return best
}

// adviserNote: some advisers note the answer they had to give, tied to the contact.
func (t *teller) adviserNote(m *moment, in *collect.Incoming) {
	if m.agent == nil || in.Contact == "" {
		return
	}
	share := map[string]float64{"moving": 0.22, "call": 0.02}[m.p.key]
	if t.r.Float64() >= share {
		return
	}
	v := cut(m.mood+0.5+0.8*t.r.NormFloat64(), cutsCSAT, 1)
	note := collect.Incoming{Source: Source, At: m.at, Touchpoint: m.p.key, Channel: in.Channel,
		CollectedBy: "web", Program: "transactional", Audience: "employee", Unit: in.Unit, Lang: "fr", Survey: "adviser-note"}
	if m.voice == "moving-rule" {
		v = float64(1 + t.r.IntN(2))
		if t.r.Float64() < 0.35 {
			note.Verbatim = t.write.staff("note:moving", unhappy, m.place)
		}
	}
	note.Scores = collect.Scores{"answer_given": v}
	t.extra = append(t.extra, note)
}

// mentionFeedback is an answer that says a weak signal.
func (t *teller) mentionFeedback(it item, at time.Time) collect.Incoming {
	m := moment{p: &t.s.points[it.point], place: int(it.place), at: at, voice: it.effect.Says, kept: true}
	t.choose(&m, nil)
	m.os = slices.Index(systems[:], it.effect.OS)
	m.mood = -0.9 + 0.35*t.r.NormFloat64()
	m.who.english = false
	in := t.answer(&m)
	if in.Verbatim == "" || !strings.Contains(strings.ToLower(in.Verbatim), "code pin") {
		m.tone = unhappy
		in.Verbatim = t.write.verbatim(&m)
	}
	return in
}

// pollFeedback is one answer of the relational barometer, drawn so evenly that a wave gives its figure.
func (t *teller) pollFeedback(at time.Time) collect.Incoming {
	t.polls++
	place := t.polls % len(t.s.places)
	if t.r.Float64() < 0.5 {
		place = t.r.IntN(len(t.s.places))
	}
	m := moment{place: place, at: at, kept: true, by: "email"}
	t.choosePolled(&m)
	target := t.nps() + 14*(t.s.places[place].mood+t.s.file.Segments[m.who.segment].Mood)
	_, u := math.Modf(float64(t.polls) * golden)
	score := npsAt(u, target, t.r.Float64())
	in := collect.Incoming{Source: Source, At: at, Program: "relational", Audience: "customer", CollectedBy: "email", Unit: t.unit(place),
		Survey: "barometer", Scores: collect.Scores{"nps": score}}
	m.tone = t.toneOf(in.Scores)
	m.lang = "fr"
	if m.who.english {
		m.lang = "en"
	}
	in.Lang = m.lang
	if t.writes(&m) {
		in.Verbatim = t.write.verbatim(&m)
	}
	in.Customer, in.Attributes = t.customer(&m), t.attributes(&m)
	return in
}

// livedFeedback is what the cast's customer said, word by word.
func (t *teller) livedFeedback(it item, at time.Time) collect.Incoming {
	l := it.lived
	m := moment{id: castCustomer, who: t.s.crowd.people[castCustomer], at: at, by: l.By}
	m.p = &t.s.points[slices.IndexFunc(t.s.points, func(p point) bool { return p.key == l.Touchpoint })]
	m.place, m.tenure = int(m.who.place), (t.day-int(m.who.joined))/30
	return collect.Incoming{Source: Source, At: at, Touchpoint: l.Touchpoint, Channel: l.Channel, CollectedBy: l.By, Program: "transactional",
		Audience: "customer", Contact: "ct", Unit: t.unit(m.place), Agent: l.Agent, Lang: "fr", Survey: "hot-" + l.Touchpoint,
		Scores: maps.Clone(l.Scores), Verbatim: l.Says, Customer: t.named(&m), Attributes: t.attributes(&m)}
}

func (t *teller) choosePolled(m *moment) {
	m.id = -1
	l := t.s.crowd.between(m.place, -1<<14, t.day-90)
	for range 6 {
		id := l[t.r.IntN(len(l))]
		if _, gone := t.gone[id]; !gone {
			m.id = id
			break
		}
	}
	if m.id < 0 {
		m.id = l[0]
	}
	m.who = t.s.crowd.people[m.id]
	m.tenure = (t.day - int(m.who.joined)) / 30
	m.os, m.minor = int(m.who.os), (t.day+t.s.file.Company.Days)/30
}

// nps the barometer must show this day, between the milestones of its path.
func (t *teller) nps() float64 {
	path := t.s.file.Barometer.Path
	for i := 1; i < len(path); i++ {
		if a, b := path[i-1], path[i]; t.day <= b.Day {
			return a.NPS + (b.NPS-a.NPS)*float64(t.day-a.Day)/float64(b.Day-a.Day)
		}
	}
	return path[len(path)-1].NPS
}

// npsAt gives the note at quantile u of a population whose NPS is target, a third of it passive.
func npsAt(u, target, inner float64) float64 {
	const passive = 0.33
	detractors := (1 - passive - target/100) / 2
	switch {
	case u < detractors:
		return []float64{6, 5, 6, 5, 4, 3, 6, 2, 5, 0, 1, 6}[int(inner*12)]
	case u < detractors+passive:
		return 7 + math.Floor(inner*2)
	}
	return 9 + math.Floor(inner*1.9)
}

// employeeFeedback is what an employee says of their own work at a touchpoint: cells touchpoint × region in turn.
func (t *teller) employeeFeedback(at time.Time) collect.Incoming {
	regions := len(t.s.file.Regions)
	cell := t.cells * 37 % (len(t.s.points) * regions)
	t.cells++
	p, nth := &t.s.points[cell/regions], cell%regions
	place := t.placeIn(nth)
	service, ease := 0.35*p.Level+0.3, 0.3*p.Level+0.1
	for _, m := range p.mirror[nth] {
		if m.From == nil || t.day >= *m.From {
			service += m.Shift
			ease += m.Ease
		}
	}
	z := t.r.NormFloat64()
	v := cut(service+z, cutsCSAT, 1)
	in := collect.Incoming{Source: Source, At: at, Touchpoint: p.key, CollectedBy: "web", Program: "transactional", Audience: "employee", Unit: t.unit(place),
		Lang: "fr", Survey: "field-voice", Attributes: t.job(),
		Scores: collect.Scores{"service_given": v, "work_ease": cut(ease+0.7*z+0.7*t.r.NormFloat64(), cutsCES, 1)}}
	tn := content
	if v <= 3 {
		tn = unhappy
	}
	if t.r.Float64() < 0.4 {
		in.Verbatim = t.write.staff(p.key, tn, place)
	}
	return in
}

func (t *teller) job() map[string]any {
	jobs := t.s.lists["jobs"]
	return map[string]any{"job": jobs[t.r.IntN(len(jobs))]}
}

func (t *teller) placeIn(nth int) int {
	for {
		if i := t.r.IntN(len(t.s.places)); t.s.places[i].nth == nth {
			return i
		}
	}
}

func (t *teller) employeePoll(at time.Time) collect.Incoming {
	place := t.r.IntN(len(t.s.places))
	target := 4 + 9*float64(t.day+t.s.file.Company.Days)/float64(t.s.file.Company.Days)
	score := npsAt(t.r.Float64(), target, t.r.Float64())
	in := collect.Incoming{Source: Source, At: at, CollectedBy: "web", Program: "relational", Audience: "employee", Unit: t.unit(place), Lang: "fr",
		Survey: "employee-barometer", Attributes: t.job(), Scores: collect.Scores{"enps": score}}
	tn := content
	if score <= 6 {
		tn = unhappy
	}
	if t.r.Float64() < 0.35 {
		in.Verbatim = t.write.staff("relational", tn, place)
	}
	return in
}
