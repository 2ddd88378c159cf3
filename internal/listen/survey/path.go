package survey

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"slices"
)

// Path is what one person meets, given what is known so far: every question shown, in order, and the ending.
type Path struct {
	Questions []*Question
	Ending    *Ending // nil: the house's own thanks
	// Known: the answers that count: those of the questions shown.
	Known map[QuestionID]Answer
}

// Path walks the definition. It is the one place where conditions and jumps are applied; what is not answered yet is
// taken as left unanswered, so that the path up to the first open question is certain and what follows may change. An
// answer to a question that is not shown counts for nothing, in conditions as in results.
func (d *Definition) Path(s State) Path {
	p := Path{Known: map[QuestionID]Answer{}}
	known := s
	known.Answers = p.Known
	w := d.walk()
	for i := 0; i < len(w); {
		step := w[i]
		i++
		if !step.section.If.holds(&known) || !step.q.If.holds(&known) {
			continue
		}
		p.Questions = append(p.Questions, step.q)
		if a, ok := s.Answers[step.q.Key]; ok && !a.Empty() {
			p.Known[step.q.Key] = a
		}
		for _, j := range step.q.Go {
			if j.If.holds(&known) {
				i = max(i, w.find(j.To))
				break
			}
		}
	}
	for i := range d.Endings {
		if d.Endings[i].If.holds(&known) {
			p.Ending = &d.Endings[i]
			break
		}
	}
	return p
}

// After gives the question that comes after one, nil when it is the last; "" gives the first.
func (p Path) After(key QuestionID) *Question {
	at := slices.IndexFunc(p.Questions, func(q *Question) bool { return q.Key == key }) + 1
	if key != "" && at == 0 || at == len(p.Questions) {
		return nil
	}
	return p.Questions[at]
}

// Open gives the first question shown that is neither answered nor passed, nil when none is left.
func (p Path) Open(passed map[QuestionID]bool) *Question {
	for _, q := range p.Questions {
		if _, answered := p.Known[q.Key]; !answered && !passed[q.Key] {
			return q
		}
	}
	return nil
}

type step struct {
	section *Section
	q       *Question
}

type steps []step

func (d *Definition) walk() steps {
	var w steps
	for i := range d.Sections {
		s := &d.Sections[i]
		for j := range s.Questions {
			w = append(w, step{s, &s.Questions[j]})
		}
	}
	return w
}

// find gives the place of a question, the end for End.
func (w steps) find(key QuestionID) int {
	if i := slices.IndexFunc(w, func(s step) bool { return s.q.Key == key }); i >= 0 {
		return i
	}
	return len(w)
}

// Deals tells whether something of it is in an order of its own for each person.
func (d *Definition) Deals() bool {
	return slices.ContainsFunc(d.Sections, func(s Section) bool {
		return s.Random || slices.ContainsFunc(s.Questions, func(q Question) bool { return q.Random })
	})
}

// Dealt gives the definition as one person meets it: what is in random order put in that person's order, the same at each
// visit. "Other" and "none of these" stay last.
func (d *Definition) Dealt(seed uint64) *Definition {
	out := *d
	out.Sections = slices.Clone(d.Sections)
	for i := range out.Sections {
		s := &out.Sections[i]
		s.Questions = slices.Clone(s.Questions)
		if s.Random {
			deal(seed, s.Questions, func(q Question) (string, bool) { return string(q.Key), false })
		}
		for j := range s.Questions {
			s.Questions[j] = s.Questions[j].dealt(seed)
		}
	}
	return &out
}

func (q Question) dealt(seed uint64) Question {
	if !q.Random {
		return q
	}
	q.Choices, q.Rows = slices.Clone(q.Choices), slices.Clone(q.Rows)
	deal(seed, q.Choices, func(o Option) (string, bool) { return string(q.Key) + "/" + o.Key, o.Other || o.Alone })
	deal(seed, q.Rows, func(r Row) (string, bool) { return string(q.Key) + "/" + r.Key, false })
	return q
}

// deal sorts by a hash of seed and name: as good as random, and stable when another item comes or goes.
func deal[T any](seed uint64, l []T, name func(T) (key string, last bool)) {
	slices.SortStableFunc(l, func(a, b T) int {
		ka, lastA := name(a)
		kb, lastB := name(b)
		if lastA || lastB {
			return rank(lastA) - rank(lastB)
		}
		return cmp.Compare(mix(seed, ka), mix(seed, kb))
	})
}

func rank(last bool) int {
	if last {
		return 1
	}
	return 0
}

func mix(seed uint64, key string) uint64 {
	h := fnv.New64a()
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], seed)
	h.Write(b[:])
	h.Write([]byte(key))
	v := h.Sum64() // FNV alone orders short keys of one prefix almost alike: one round of murmur3's finaliser
	v ^= v >> 33
	v *= 0xff51afd7ed558ccd
	return v ^ v>>33
}
