package demo

import (
	"math"
	"time"

	"vigie/internal/listen/collect"
)

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
