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

const (
	staffWave        = 182 // days between two barometers of the employees
	staffWaveLength  = 10
	staffWaveAnswers = 400
)

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
