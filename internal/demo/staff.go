package demo

import (
	"time"

	"vigie/internal/listen/collect"
)

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
	note := collect.Incoming{Source: Source, At: m.at, Received: m.at, Touchpoint: m.p.key, Channel: in.Channel,
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

// employeeFeedback is what an employee says of their own work at a touchpoint: cells touchpoint × region in turn.
func (t *teller) employeeFeedback(at time.Time) collect.Incoming {
	regions := len(t.s.file.Regions)
	cell := t.cells * 37 % (len(t.s.points) * regions)
	t.cells++
	return t.employeeAt(&t.s.points[cell/regions], t.placeIn(cell%regions), at)
}

// employeeAt is what an employee of a place says of their own work at a touchpoint.
func (t *teller) employeeAt(p *point, place int, at time.Time) collect.Incoming {
	nth := t.s.places[place].nth
	service, ease := 0.35*p.Level+0.3, 0.3*p.Level+0.1
	for _, m := range p.mirror[nth] {
		if m.From == nil || t.day >= *m.From {
			service += m.Shift
			ease += m.Ease
		}
	}
	z := t.r.NormFloat64()
	v := cut(service+z, cutsCSAT, 1)
	in := collect.Incoming{Source: Source, At: at, Received: at, Touchpoint: p.key, CollectedBy: "web", Program: "transactional", Audience: "employee", Unit: t.unit(place),
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
	in := collect.Incoming{Source: Source, At: at, Received: at, CollectedBy: "web", Program: "relational", Audience: "employee", Unit: t.unit(place), Lang: "fr",
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
