package survey

import (
	"encoding/json"
	"slices"
)

// Whether every question and ending can be met is decided exactly: all that answers may make true of the conditions is
// played, question by question, keeping of a person only the truth of the conditions that still count. Numbers are cut
// where conditions cut them, so a handful of states stands for all answers.

// worldsMost bounds the states kept at once; beyond it the survey is said too intricate to be held right.
const worldsMost = 100_000

// world is one state: the place where the walk goes on, and the truth of each leaf: '0', '1', or '?' when it is not
// decided yet or counts no more.
type world struct {
	at    int
	truth string
}

type reacher struct {
	d      *Definition
	w      steps
	leaves []*Condition   // distinct ones
	number map[string]int // canonical leaf → its place in leaves
	last   []int          // place of the walk after which the leaf counts no more
	met    []bool         // by place of the walk
	ends   []bool         // by ending
}

// unreached lists what nobody can meet; intricate tells that it could not be decided.
func (d *Definition) unreached() (questions []*Question, endings []int, intricate bool) {
	r := reacher{d: d, w: d.walk(), number: map[string]int{}}
	r.met, r.ends = make([]bool, len(r.w)), make([]bool, len(d.Endings))
	r.gather()
	if !r.play() {
		return nil, nil, true
	}
	for i, s := range r.w {
		if !r.met[i] {
			questions = append(questions, s.q)
		}
	}
	for i, met := range r.ends {
		if !met {
			endings = append(endings, i)
		}
	}
	return questions, endings, false
}

// gather numbers the leaves and notes how long each counts.
func (r *reacher) gather() {
	for i, s := range r.w {
		r.use(s.section.If, i)
		r.use(s.q.If, i)
		for _, j := range s.q.Go {
			r.use(j.If, i)
		}
	}
	for _, e := range r.d.Endings {
		r.use(e.If, len(r.w))
	}
}

func (r *reacher) use(c *Condition, at int) {
	if c == nil {
		return
	}
	c.each(func(leaf *Condition) {
		n, known := r.number[leaf.name()]
		if !known {
			n = len(r.leaves)
			r.number[leaf.name()] = n
			r.leaves, r.last = append(r.leaves, leaf), append(r.last, at)
		}
		r.last[n] = at
	})
}

// each visits every leaf.
func (c *Condition) each(visit func(*Condition)) {
	switch {
	case c.All != nil || c.Any != nil:
		for _, l := range [][]Condition{c.All, c.Any} {
			for i := range l {
				l[i].each(visit)
			}
		}
	case c.Not != nil:
		c.Not.each(visit)
	default:
		visit(c)
	}
}

func (c *Condition) name() string {
	b, err := json.Marshal(c)
	if err != nil { // NaN bounds, refused by the checks
		return ""
	}
	return string(b)
}

func (r *reacher) holds(c *Condition, truth string) bool {
	return c == nil || c.decide(func(leaf *Condition) bool { return truth[r.number[leaf.name()]] == '1' })
}

func (r *reacher) play() bool {
	blank := slices.Repeat([]byte{'?'}, len(r.leaves))
	worlds := map[world]bool{{0, string(blank)}: true}
	for i := 0; i <= len(r.w); i++ {
		next := map[world]bool{}
		for w := range worlds {
			if w.at > i {
				next[r.forget(w, i)] = true
				continue
			}
			for _, truth := range r.surroundings(i, w.truth) {
				r.stepFrom(i, truth, next)
			}
			if len(next) > worldsMost {
				return false
			}
		}
		worlds = next
	}
	return true
}

// stepFrom plays one person at one place of the walk, and notes where that leads.
func (r *reacher) stepFrom(i int, truth string, next map[world]bool) {
	if i == len(r.w) {
		for n, e := range r.d.Endings {
			if r.holds(e.If, truth) {
				r.ends[n] = true
				return
			}
		}
		return
	}
	s := r.w[i]
	if !r.holds(s.section.If, truth) || !r.holds(s.q.If, truth) {
		next[r.forget(world{i + 1, r.without(s.q.Key, truth)}, i)] = true
		return
	}
	r.met[i] = true
	for _, after := range r.answered(s.q, truth) {
		to := i + 1
		for _, j := range s.q.Go {
			if r.holds(j.If, after) {
				to = max(to, r.w.find(j.To))
				break
			}
		}
		next[r.forget(world{to, r.skipped(i+1, to, after)}, i)] = true
	}
}

// skipped: questions jumped over are left unanswered.
func (r *reacher) skipped(from, to int, truth string) string {
	for _, s := range r.w[from:min(to, len(r.w))] {
		truth = r.without(s.q.Key, truth)
	}
	return truth
}

// without sets the leaves of a question as they are when it has no answer.
func (r *reacher) without(key QuestionID, truth string) string {
	return r.set(truth, func(c *Condition) (bool, bool) { return c.ofAnswer(Answer{}), c.Question == key })
}

// set decides the leaves that value says are its own.
func (r *reacher) set(truth string, value func(*Condition) (holds, own bool)) string {
	b := []byte(truth)
	for n, leaf := range r.leaves {
		if holds, own := value(leaf); own {
			b[n] = '0'
			if holds {
				b[n] = '1'
			}
		}
	}
	return string(b)
}

// forget blanks what counts no more after place i.
func (r *reacher) forget(w world, i int) world {
	b := []byte(w.truth)
	for n, last := range r.last {
		if last <= i {
			b[n] = '?'
		}
	}
	return world{w.at, string(b)}
}
