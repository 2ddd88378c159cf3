package demo

import (
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"vigie/internal/listen/collect"
)

// Source of every feedback of the demo.
const Source = "demo"

// Feedbacks tells the whole story up to now, oldest first, the last answers minutes old. The same story told at the
// same moment is the same to the last letter; told later the same day it goes on, with the same source ids.
func (s *Story) Feedbacks(now time.Time, yield func(collect.Incoming) bool) {
	s.told(now, now)(yield)
}

// Since tells what happened after the moment from of a story that began as if today were the day of anchor: what a demo
// stopped for days needs to be up to date again.
func (s *Story) Since(anchor, from, now time.Time) iter.Seq[collect.Incoming] {
	return func(yield func(collect.Incoming) bool) {
		for in := range s.told(anchor, now) {
			if in.At.After(from) && !yield(in) {
				return
			}
		}
	}
}

func (s *Story) told(anchor, now time.Time) iter.Seq[collect.Incoming] {
	return func(yield func(collect.Incoming) bool) {
		t := newTeller(s, anchor, now)
		last := int(math.Round(dayOf(now, s.zone).Sub(dayOf(anchor, s.zone)).Hours() / 24))
		for day := -s.file.Company.Days + 1; day < last-1; day++ {
			if !t.tell(day, yield) {
				return
			}
		}
		for _, in := range t.lately(last) {
			if !yield(in) {
				return
			}
		}
	}
}

// lately tells yesterday and today, with the last hour's answers whatever the hour, in order.
func (t *teller) lately(today int) []collect.Incoming {
	var l []collect.Incoming
	keep := func(in collect.Incoming) bool { l = append(l, in); return true }
	t.tell(today-1, keep)
	t.tell(today, keep)
	t.tellJustNow(today, keep)
	slices.SortStableFunc(l, func(a, b collect.Incoming) int { return a.At.Compare(b.At) })
	return l
}

// Drip makes one feedback of this very moment.
func (s *Story) Drip(now time.Time, rng *rand.Rand) collect.Incoming {
	t := newTeller(s, now, now)
	t.r, t.phase = rng, rng.Float64()
	t.openDay(0)
	for {
		w := t.wheelOf(0).draw(rng)
		in := t.customerFeedback(&s.points[w/len(s.places)], w%len(s.places), now)
		in.SourceID = "drip-" + strconv.FormatInt(now.UnixMicro(), 36) + "-" + strconv.FormatUint(uint64(rng.Uint32()), 36)
		if in.Contact != "" {
			in.Contact = "ct-" + in.SourceID
		}
		if len(t.extra) == 0 {
			return in
		}
		t.extra = t.extra[:0]
	}
}

func dayOf(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// teller walks through the days and remembers what a story must not contradict.
type teller struct {
	s      *Story
	anchor time.Time // midnight of the day the story calls today
	now    time.Time

	r    *rand.Rand
	day  int
	date time.Time // its midnight
	year string

	gone  map[int32]int // customers who left, and when
	left  [][]int32     // by place, the last who left
	moods []int         // by point and region, moods drawn
	phase float64       // where their sequences begin
	cells int           // employees' cells gone through
	polls int           // answers of the barometer given
	walks int           // prospects met
	seq   int
	extra []collect.Incoming // what a feedback brings with it: the adviser's note
	write *writer
}

func newTeller(s *Story, anchor, now time.Time) *teller {
	t := &teller{s: s, anchor: dayOf(anchor, s.zone), now: now, gone: map[int32]int{}, left: make([][]int32, len(s.places)),
		moods: make([]int, len(s.points)*len(s.file.Regions))}
	t.write = newWriter(t)
	return t
}

func (t *teller) openDay(day int) {
	t.day, t.seq = day, 0
	t.date = t.anchor.AddDate(0, 0, day)
}

// item is one answer to come: of a customer at a point and place, or of another kind.
type item struct {
	kind         kind
	point, place int16
	effect       *effect
	lived        *lived
}

type kind int8

const (
	atPoint kind = iota
	mention
	poll
	employee
	employeePoll
	wordByWord
)

// tell tells one day; false when nobody listens any more.
func (t *teller) tell(day int, yield func(collect.Incoming) bool) bool {
	t.openDay(day)
	t.r = t.s.rand("day", strconv.Itoa(day))
	items := t.plan()
	t.r.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	hours := t.hours(len(items))
	prefix := "d" + strconv.Itoa(day+t.s.file.Company.Days) + "-"
	for i, it := range items {
		if hours[i].After(t.now.Add(-time.Minute)) {
			return true
		}
		if !t.send(it, hours[i], prefix, yield) {
			return false
		}
	}
	return true
}

// tellJustNow gives the last hour its answers, the last one two minutes ago.
func (t *teller) tellJustNow(day int, yield func(collect.Incoming) bool) {
	const answers = 14
	t.r = t.s.rand("just now", strconv.Itoa(day))
	w := t.wheelOf(day)
	prefix := "n" + strconv.FormatInt(t.now.Unix(), 36) + "-"
	for i := range answers {
		n := w.draw(t.r)
		it := item{kind: atPoint, point: int16(n / len(t.s.places)), place: int16(n % len(t.s.places))}
		ago := 2*time.Minute + time.Duration((answers-1-i)*285+t.r.IntN(200))*time.Second
		if !t.send(it, t.now.Add(-ago).Truncate(time.Second).UTC(), prefix, yield) {
			return
		}
	}
}

// send makes the feedback of an item and what comes with it, and numbers them.
func (t *teller) send(it item, at time.Time, prefix string, yield func(collect.Incoming) bool) bool {
	in := t.feedback(it, at)
	t.seq++
	in.SourceID = prefix + strconv.Itoa(t.seq)
	if in.Contact != "" {
		in.Contact = "ct-" + in.SourceID
	}
	if !yield(in) {
		return false
	}
	for i, e := range t.extra {
		e.SourceID, e.Contact = in.SourceID+"-a"+strconv.Itoa(i), in.Contact
		if !yield(e) {
			return false
		}
	}
	t.extra = t.extra[:0]
	return true
}

func (t *teller) feedback(it item, at time.Time) collect.Incoming {
	switch it.kind {
	case mention:
		return t.mentionFeedback(it, at)
	case poll:
		return t.pollFeedback(at)
	case employee:
		return t.employeeFeedback(at)
	case employeePoll:
		return t.employeePoll(at)
	case wordByWord:
		return t.livedFeedback(it, at)
	}
	return t.customerFeedback(&t.s.points[it.point], int(it.place), at)
}

// Days of the week, Sunday first, and hours of the day: when people answer.
var (
	weekdays = [7]float64{0.62, 1.1, 1.14, 1.1, 1.08, 1.1, 0.86}
	hourly   = [24]float64{0.2, 0.1, 0.05, 0.05, 0.05, 0.15, 0.5, 1.4, 3, 4.5, 5.5, 5.6, 5.2, 4.6, 4.6, 5, 5.2, 5.8, 6.4, 6, 5, 3.8, 2.2, 0.9}
)

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

const (
	staffWave        = 182 // days between two barometers of the employees
	staffWaveLength  = 10
	staffWaveAnswers = 400
)

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

// moodOf a place on a touchpoint this day, by what the story does to the whole experience.
func (t *teller) moodOf(p *point, place int) float64 {
	z := p.Level + t.s.places[place].mood
	for _, e := range p.effects[t.s.places[place].nth] {
		if e.Metric == "" {
			z += e.Shift * e.strength(t.day)
		}
	}
	return z
}

// swing is the part of a mood that nothing explains: a standard normal, drawn so evenly in each region of a touchpoint
// that what the story does is not lost in chance.
func (t *teller) swing(m *moment) float64 {
	at := slices.IndexFunc(t.s.points, func(p point) bool { return p.key == m.p.key })*len(t.s.file.Regions) + t.s.places[m.place].nth
	t.moods[at]++
	_, u := math.Modf(t.phase + float64(at)*0.137 + float64(t.moods[at])*golden)
	return math.Sqrt2 * math.Erfinv(2*min(max(u, 0.0005), 0.9995)-1)
}

// golden ratio's fraction: its multiples fill [0, 1) more evenly than any others.
const golden = 0.6180339887498949

// cuts: the mood under which each point of a scale is given.
var (
	cutsCSAT = []float64{-1.1, -0.75, -0.3, 0.5}
	cutsCES  = []float64{-1.5, -1.15, -0.75, -0.25, 0.3, 1.0}
	cutsNPS  = []float64{-1.75, -1.6, -1.45, -1.25, -1.05, -0.75, -0.5, -0.1, 0.35, 0.85}
	cutsFCR  = []float64{-0.32}
)

func cut(z float64, cuts []float64, from int) float64 {
	v := from
	for _, c := range cuts {
		if z > c {
			v++
		}
	}
	return float64(v)
}

func (t *teller) unit(place int) string { return string(t.s.places[place].Key) }
