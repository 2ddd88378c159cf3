package demo

import (
	"maps"
	"slices"
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
