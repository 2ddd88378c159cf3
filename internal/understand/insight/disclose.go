package insight

import (
	"cmp"
	"fmt"
	"slices"

	"vigie/internal/cx"
)

// What may be shown is decided cell by cell in the order in which cells close, and never taken back: whoever kept what was
// shown before learns nothing by what is shown after. A cell is shown when it holds enough respondents, when no cell that
// holds it, or that it holds, leaves a remainder of fewer, and when no sum or difference of all that was ever shown, trees
// of units that are no more included, gives what a few people answered at one touchpoint, in one unit, in one month.

// candidate is a cell as one edition of the tree makes it.
type candidate struct {
	key     gridKey
	day     int64 // from which it could be asked
	edition int   // the first that had it
	atoms   []int
	n       int64
	shown   bool
	cover   [3]map[int]bool // along each axis, the atoms of shown cells below
}

// edition is the tree of units during some time.
type edition struct {
	shape *structure
	from  int64 // day
	until int64 // day after the last on which it could be asked
	cells map[gridKey]*candidate
}

// disclosure decides for the cells of one year and one layer, which no cell of another shares answers with.
type disclosure struct {
	today int64
	sliced
	editions []*edition
	all      []*candidate
	told     *span
	secrets  []secret
}

// secret is a cell of too few people: no sum of what is shown may give it.
type secret struct {
	day   int64 // from which it is one
	atoms []int
}

// suppress decides which cells are shown.
func (g *grid) suppress() {
	type group struct{ layer, year int64 }
	of := map[group][]*gridCell{}
	for k, c := range g.cells {
		c.hidden = true
		if k.grain == grains[0] && k.touchpoint != "" && c.unpublished() {
			at := group{k.layer, yearOf(k)}
			of[at] = append(of[at], c)
		}
	}
	for _, cells := range of {
		slices.SortFunc(cells, func(a, b *gridCell) int { return compareGrid(a.key, b.key) })
		d := g.disclosure(cells)
		d.decide()
		for k, c := range d.editions[len(d.editions)-1].cells {
			g.cells[k].hidden = !c.shown
		}
	}
}

func yearOf(k gridKey) int64 { return k.bucket * monthsOf(k.grain) / 12 }

// disclosure takes the cells of single months, touchpoints and units alone.
func (g *grid) disclosure(months []*gridCell) *disclosure {
	d := &disclosure{today: g.today, sliced: cutting(months, g.closed)}
	from := int64(0)
	for _, b := range g.shape.before { // on the day of the change both trees could be asked
		last := min(b.until, g.today)
		d.editions = append(d.editions, &edition{shape: b.shape, from: from, until: last + 1})
		from = last
	}
	d.editions = append(d.editions, &edition{shape: g.shape, from: from, until: g.today + 1})
	for n := range d.editions {
		d.gather(n)
	}
	slices.SortFunc(d.all, compareCandidates)
	d.told = newSpan(len(d.atoms))
	d.keep()
	return d
}

// keep lists the cells of too few people, the first to be asked first, each once. Those that no question names are some from
// the day their period closes: a unit without those below it, and what a tree that is no more would make.
func (d *disclosure) keep() {
	known := map[string]bool{}
	add := func(day int64, atoms []int) {
		if d.crowd(atoms, nil) >= floor {
			return
		}
		if name := fmt.Sprint(atoms); !known[name] {
			known[name] = true
			d.secrets = append(d.secrets, secret{day, atoms})
		}
	}
	for _, c := range d.all {
		add(c.day, c.atoms)
	}
	unnamed := []map[gridKey][]int{d.ownOnly()}
	for _, e := range d.editions[:len(d.editions)-1] {
		unnamed = append(unnamed, d.since(e))
	}
	for _, cells := range unnamed {
		for k, atoms := range cells {
			if day := closes(k.grain, k.bucket) + 1; day <= d.today {
				add(day, atoms)
			}
		}
	}
	slices.SortFunc(d.secrets, func(a, b secret) int { return cmp.Or(cmp.Compare(a.day, b.day), slices.Compare(a.atoms, b.atoms)) })
}

// since gives the cells that an edition would have if it still held.
func (d *disclosure) since(e *edition) map[gridKey][]int {
	out := map[gridKey][]int{}
	still := &edition{shape: e.shape, until: d.today + 1}
	for n, a := range d.atoms {
		for _, k := range still.holding(a) {
			if e.cells[k] == nil {
				out[k] = append(out[k], n)
			}
		}
	}
	return out
}

// ownOnly gives the cells of units without those below them.
func (d *disclosure) ownOnly() map[gridKey][]int {
	out := map[gridKey][]int{}
	for n, a := range d.atoms {
		for _, grain := range grains[a.finest:] {
			for _, t := range a.touchpoints() {
				k := gridKey{touchpoint: t, unit: a.unit, grain: grain, bucket: a.month / monthsOf(grain)}
				out[k] = append(out[k], n)
			}
		}
	}
	return out
}

// compareCandidates puts first what could be asked first, then the longest, then the largest.
func compareCandidates(a, b *candidate) int {
	return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.edition, b.edition), cmp.Compare(monthsOf(b.key.grain), monthsOf(a.key.grain)), cmp.Compare(b.n, a.n), compareGrid(a.key, b.key))
}

// gather makes the cells of an edition; those made of the same answers as in one before are the same.
func (d *disclosure) gather(nth int) {
	e := d.editions[nth]
	e.cells = map[gridKey]*candidate{}
	for n, a := range d.atoms {
		for _, k := range e.holding(a) {
			if d.lacks(k) {
				continue
			}
			c := e.cells[k]
			if c == nil {
				c = &candidate{key: k, edition: nth, day: max(closes(k.grain, k.bucket)+1, e.from)}
				e.cells[k] = c
			}
			c.atoms, c.n = append(c.atoms, n), c.n+a.n
		}
	}
	for k, c := range e.cells {
		if was := d.before(nth, c); was != nil {
			e.cells[k] = was
			continue
		}
		d.all = append(d.all, c)
	}
}

// before gives the same cell in an edition before.
func (d *disclosure) before(nth int, c *candidate) *candidate {
	for n := nth - 1; n >= 0; n-- {
		if was := d.editions[n].cells[c.key]; was != nil && slices.Equal(was.atoms, c.atoms) {
			return was
		}
	}
	return nil
}

// holding gives the cells that could be asked while an edition held, of which an atom is a part.
func (e *edition) holding(a *atom) []gridKey {
	var out []gridKey
	if a.layer > 0 && a.layer+8 >= e.until {
		return nil
	}
	units := e.shape.chain(cx.UnitID(a.unit[len(ownMark):]))
	for n := a.finest; n < len(grains); n++ {
		bucket := a.month / monthsOf(grains[n])
		if closes(grains[n], bucket)+1 >= e.until {
			continue
		}
		for _, t := range a.touchpoints() {
			at := gridKey{touchpoint: t, grain: grains[n], bucket: bucket, layer: a.layer}
			out = append(out, at)
			for _, u := range units {
				at.unit = string(u)
				out = append(out, at)
			}
		}
	}
	return out
}

// decide shows what it can, in the order in which it could be asked.
func (d *disclosure) decide() {
	for _, c := range d.all {
		for len(d.secrets) > 0 && d.secrets[0].day <= c.day {
			d.told.protect(d.secrets[0].atoms)
			d.secrets = d.secrets[1:]
		}
		if d.crowd(c.atoms, nil) < floor || !d.leavesEnough(c) || !d.told.learn(c.atoms) {
			continue
		}
		c.shown = true
		d.above(c, func(axis int, up *candidate) bool {
			if up.cover[axis] == nil {
				up.cover[axis] = map[int]bool{}
			}
			for _, n := range c.atoms {
				up.cover[axis][n] = true
			}
			return true
		})
	}
}

// crowd counts the respondents of atoms that are not left out, as far as the floor.
func (d *disclosure) crowd(atoms []int, out map[int]bool) int {
	var who []int64
	for _, n := range atoms {
		if out[n] {
			continue
		}
		if who = union(who, d.atoms[n].respondents); len(who) >= floor {
			break
		}
	}
	return len(who)
}

// leavesEnough tells whether, a cell shown, none has a remainder of a few people beside what is shown below it.
func (d *disclosure) leavesEnough(c *candidate) bool {
	for _, cover := range c.cover {
		if rest := d.crowd(c.atoms, cover); rest > 0 && rest < floor {
			return false
		}
	}
	return d.above(c, func(axis int, up *candidate) bool {
		if !up.shown {
			return true
		}
		out := map[int]bool{}
		for _, n := range c.atoms {
			out[n] = true
		}
		for n := range up.cover[axis] {
			out[n] = true
		}
		rest := d.crowd(up.atoms, out)
		return rest == 0 || rest >= floor
	})
}

// above goes through the cells that hold one, along each axis and in each edition that has it, while fn says so.
func (d *disclosure) above(c *candidate, fn func(axis int, up *candidate) bool) bool {
	for _, e := range d.editions {
		if e.cells[c.key] != c {
			continue
		}
		tree := &grid{shape: e.shape}
		for axis := range 3 {
			for k, ok := tree.parent(c.key, axis); ok; k, ok = tree.parent(k, axis) {
				if up := e.cells[k]; up != nil && up != c && !fn(axis, up) {
					return false
				}
			}
		}
	}
	return true
}
