package demo

import (
	"slices"
	"time"
)

// item is one answer to come: of a customer at a point and place, or of another kind.
type item struct {
	kind         kind
	point, place int16
	effect       *effect
	lived        *lived
}

type kind int8

// pace of a day: more customers as the company grows, fewer answers on Sundays.
func (t *teller) pace() float64 {
	growth := 0.93 + 0.14*float64(t.day+t.s.file.Company.Days)/float64(t.s.file.Company.Days)
	return weekdays[t.date.Weekday()] * growth
}

func (t *teller) plan() []item {
	v, b, days := t.s.file.Volumes, t.s.file.Barometer, float64(t.s.file.Company.Days)
	waves := float64(b.Answers) * days / float64(b.Every) / days
	var items []item
	w := t.wheelOf(t.day)
	base := t.baseWeight()
	n := t.round((float64(v.Customers)/days - waves) * t.pace() * w.total / base)
	for range n {
		i := w.draw(t.r)
		items = append(items, item{kind: atPoint, point: int16(i / len(t.s.places)), place: int16(i % len(t.s.places))})
	}
	items = t.planMentions(items)
	if t.inWave(b.Every, b.Length) {
		items = t.add(items, poll, t.round(float64(b.Answers)/float64(b.Length)))
	}
	if t.inWave(staffWave, staffWaveLength) {
		items = t.add(items, employeePoll, staffWaveAnswers/staffWaveLength)
	}
	staff := float64(v.Employees)/days - staffWaveAnswers/float64(staffWave)
	for i := range t.s.file.Cast {
		for j := range t.s.file.Cast[i].Lives {
			if l := &t.s.file.Cast[i].Lives[j]; l.Day == t.day {
				items = append(items, item{kind: wordByWord, lived: l})
			}
		}
	}
	if wd := t.date.Weekday(); wd != time.Sunday && wd != time.Saturday {
		items = t.add(items, employee, t.round(staff*7/5))
	}
	return items
}

// inWave tells whether a wave is open: one ends today, the others every so many days before and after.
func (t *teller) inWave(every, length int) bool {
	d := (-t.day) % every
	if d < 0 {
		d += every
	}
	return d < length
}

func (t *teller) planMentions(items []item) []item {
	for i := range t.s.file.Effects {
		e := &t.s.file.Effects[i]
		for range e.mentionsOn(t.day) {
			p := slices.IndexFunc(t.s.points, func(p point) bool { return p.key == e.Touchpoints[0] })
			items = append(items, item{kind: mention, point: int16(p), place: int16(t.r.IntN(len(t.s.places))), effect: e})
		}
	}
	return items
}

func (t *teller) add(items []item, k kind, n int) []item {
	for range n {
		items = append(items, item{kind: k})
	}
	return items
}

// round keeps the mean of a fraction: 3.4 is 3 six times in ten.
func (t *teller) round(x float64) int {
	n := int(x)
	if t.r.Float64() < x-float64(n) {
		n++
	}
	return n
}

// wheelOf draws point × place for a day, with what the story does to volumes.
func (t *teller) wheelOf(day int) wheel {
	w := wheel{upTo: make([]float64, 0, len(t.s.points)*len(t.s.places))}
	for i := range t.s.points {
		p := &t.s.points[i]
		for j := range t.s.places {
			pl := &t.s.places[j]
			x := p.Weight * pl.Weight
			for _, e := range p.effects[pl.nth] {
				if e.Volume != 0 {
					x *= 1 + (e.Volume-1)*e.strength(day)
				}
			}
			w.total += x
			w.upTo = append(w.upTo, w.total)
		}
	}
	return w
}

func (t *teller) baseWeight() float64 {
	var points, places float64
	for i := range t.s.points {
		points += t.s.points[i].Weight
	}
	for i := range t.s.places {
		places += t.s.places[i].Weight
	}
	return points * places
}

// hours draws n moments of the day, in order.
func (t *teller) hours(n int) []time.Time {
	var sum float64
	for _, h := range hourly {
		sum += h
	}
	at := make([]time.Duration, n)
	for i := range at {
		u := t.r.Float64() * sum
		h := 0
		for h < 23 && u > hourly[h] {
			u -= hourly[h]
			h++
		}
		at[i] = time.Duration(h)*time.Hour + time.Duration(min(u/hourly[h], 0.9999)*3600)*time.Second
	}
	slices.Sort(at)
	l := make([]time.Time, n)
	for i, d := range at {
		l[i] = t.date.Add(d).UTC()
	}
	return l
}
