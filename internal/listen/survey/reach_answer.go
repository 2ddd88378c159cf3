package survey

import (
	"maps"
	"math"
	"slices"
	"strconv"
)

// answered gives every truth that an answer to q (or leaving it, when it may be left) leads to.
func (r *reacher) answered(q *Question, truth string) []string {
	var own []*Condition
	for _, leaf := range r.leaves {
		if leaf.Question == q.Key {
			own = append(own, leaf)
		}
	}
	if len(own) == 0 {
		return []string{truth}
	}
	out := map[string]bool{}
	for _, a := range q.samples(own) {
		out[r.set(truth, func(c *Condition) (bool, bool) { return c.ofAnswer(a), c.Question == q.Key })] = true
	}
	return slices.Collect(maps.Keys(out))
}

// samples gives answers that together make true whatever can be made true of the leaves.
func (q *Question) samples(leaves []*Condition) []Answer {
	var l []Answer
	if q.Need != Required || q.Kind == Info {
		l = append(l, Answer{})
	}
	switch {
	case q.Kind == Info:
	case q.Kind == Consent:
		one := 1.0
		l = append(l, Answer{Number: &one})
	case q.Kind.Points():
		for _, v := range q.cuts(leaves) {
			l = append(l, Answer{Number: &v})
		}
	case q.Kind == Matrix:
		l = append(l, q.matrixSamples(leaves)...)
	case q.Kind.Lists():
		l = append(l, q.choiceSamples(leaves)...)
	default:
		l = append(l, Answer{Text: "x"})
	}
	return l
}

// cuts gives points of the scale on every side of every bound.
func (q *Question) cuts(leaves []*Condition) []float64 {
	low, high, step := q.Scale()
	near := step
	if near == 0 {
		near = 1e-6
	}
	l := []float64{low, high}
	add := func(v float64) {
		if step > 0 {
			v = low + math.Floor((v-low)/step+1e-9)*step
		}
		for _, v := range []float64{v - near, v, v + near} {
			if v >= low && v <= high {
				l = append(l, v)
			}
		}
	}
	for _, c := range leaves {
		for _, bound := range []*float64{c.From, c.To} {
			if bound != nil {
				add(*bound)
			}
		}
	}
	slices.Sort(l)
	return slices.Compact(l)
}

// matrixSamples crosses the cuts of the rows named in conditions; other rows are answered in the middle or left.
func (q *Question) matrixSamples(leaves []*Condition) []Answer {
	byRow := map[string][]*Condition{}
	for _, c := range leaves {
		if c.Row != "" {
			byRow[c.Row] = append(byRow[c.Row], c)
		}
	}
	low, _, _ := q.Scale()
	l := []Answer{{Rows: map[string]float64{}}}
	for _, row := range slices.Sorted(maps.Keys(byRow)) {
		var more []Answer
		for _, a := range l {
			if q.Need != Required {
				more = append(more, a)
			}
			for _, v := range q.cuts(byRow[row]) {
				rows := maps.Clone(a.Rows)
				rows[row] = v
				more = append(more, Answer{Rows: rows})
			}
		}
		l = more
	}
	for i, a := range l {
		if len(a.Rows) == 0 && len(byRow) < len(q.Rows) { // some other row
			for _, row := range q.Rows {
				if byRow[row.Key] == nil {
					l[i].Rows = map[string]float64{row.Key: low}
					break
				}
			}
		}
	}
	return slices.DeleteFunc(l, func(a Answer) bool { return len(a.Rows) == 0 })
}

// choiceSamples gives what may be taken, as far as the choices named in conditions are concerned.
func (q *Question) choiceSamples(leaves []*Condition) []Answer {
	var l []Answer
	for _, o := range q.Choices {
		if q.Kind == Choice || q.Kind == Dropdown || o.Alone {
			l = append(l, Answer{Choices: []string{o.Key}})
		}
	}
	if q.Kind == Choice || q.Kind == Dropdown {
		return l
	}
	var named, free []string
	for _, o := range q.Choices {
		switch {
		case o.Alone:
		case slices.ContainsFunc(leaves, func(c *Condition) bool { return slices.Contains(c.In, o.Key) }):
			named = append(named, o.Key)
		default:
			free = append(free, o.Key)
		}
	}
	least, most := q.bounds()
	for set := range 1 << min(len(named), namedMost) {
		var taken []string
		for i, key := range named {
			if set>>i&1 == 1 {
				taken = append(taken, key)
			}
		}
		short := max(least, 1) - len(taken)
		if len(taken) > most || short > len(free) {
			continue
		}
		l = append(l, Answer{Choices: append(taken, free[:max(short, 0)]...)})
	}
	return l
}

// namedMost bounds the choices of one question that conditions may name; the checks refuse more.
const namedMost = 14

// bounds gives how few and how many choices may be taken.
func (q *Question) bounds() (least, most int) {
	least, most = max(q.Least, 1), q.Most
	if most == 0 {
		most = len(q.Choices)
	}
	return least, most
}

// surroundings decides the leaves on channel, language and attributes that place i uses for the first time.
func (r *reacher) surroundings(i int, truth string) []string {
	out := []string{truth}
	for n, leaf := range r.leaves {
		if leaf.Question != "" || truth[n] != '?' || r.last[n] < i || !r.usedAt(n, i) {
			continue
		}
		var more []string
		for _, t := range out {
			more = append(more, r.around(leaf, t)...)
		}
		out = more
	}
	return out
}

func (r *reacher) usedAt(n, i int) bool {
	found := false
	look := func(c *Condition) {
		if c != nil {
			c.each(func(leaf *Condition) { found = found || r.number[leaf.name()] == n })
		}
	}
	if i == len(r.w) {
		for _, e := range r.d.Endings {
			look(e.If)
		}
		return found
	}
	look(r.w[i].section.If)
	look(r.w[i].q.If)
	for _, j := range r.w[i].q.Go {
		look(j.If)
	}
	return found
}

// around decides one leaf and all of the same subject, in every way they can be true together.
func (r *reacher) around(leaf *Condition, truth string) []string {
	same := func(c *Condition) bool {
		return c.Question == "" && c.Attribute == leaf.Attribute && (c.Channel != nil) == (leaf.Channel != nil) && (c.Language != nil) == (leaf.Language != nil)
	}
	var subject []*Condition
	for _, c := range r.leaves {
		if same(c) {
			subject = append(subject, c)
		}
	}
	out := map[string]bool{}
	for _, s := range r.contexts(leaf, subject) {
		out[r.set(truth, func(c *Condition) (bool, bool) { return c.leaf(&s), same(c) })] = true
	}
	return slices.Collect(maps.Keys(out))
}

// contexts gives states that together make true whatever can be made true of the leaves on one subject.
func (r *reacher) contexts(leaf *Condition, subject []*Condition) []State {
	var l []State
	switch {
	case leaf.Language != nil:
		for _, lang := range r.d.Languages {
			l = append(l, State{Language: lang})
		}
		return l
	case leaf.Channel != nil:
		l = append(l, State{})
		for _, c := range subject {
			for _, ch := range c.Channel {
				l = append(l, State{Channel: ch})
			}
		}
		return l
	}
	value := func(v any) { l = append(l, State{Attributes: map[string]any{leaf.Attribute: v}}) }
	l = append(l, State{})
	value("\x00") // some other text
	for _, c := range subject {
		for _, text := range c.In {
			value(text)
			if v, err := strconv.ParseFloat(text, 64); err == nil {
				value(v)
			}
		}
		for _, bound := range []*float64{c.From, c.To} {
			if bound != nil {
				for _, v := range []float64{math.Nextafter(*bound, math.Inf(-1)), *bound, math.Nextafter(*bound, math.Inf(1))} {
					value(v)
				}
			}
		}
	}
	return l
}
