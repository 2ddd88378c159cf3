package insight

import (
	"cmp"
	"slices"

	"vigie/internal/cx"
)

// What may be shown is decided cell by cell in the order in which cells close, and never taken back: whoever kept what was
// shown before learns nothing by what is shown after. A cell is shown when it holds enough respondents, when no cell that
// holds it, or that it holds, leaves a remainder of fewer, and when no sum or difference of all that was ever shown, trees
// of units that are no more included, gives what a few people answered at one touchpoint, in one unit, in one month.

// candidate is a cell as one edition of the tree makes it.
type candidate struct {
	key   gridKey
	shape *structure // of the first edition that had it
	day   int64      // from which it could be asked
	atoms []int
	n     int64
	shown bool
	cover [3]map[int]bool // along each axis, the atoms of shown cells below
}

// edition is the tree of units during some time.
type edition struct {
	shape *structure
	from  int64 // day
	until int64 // day it changed; the last one: the day after today
	cells map[gridKey]*candidate
}

// disclosure decides for the cells of one year and one layer, which no cell of another shares answers with.
type disclosure struct {
	finest   int         // of the grains: what is shown at all
	atoms    []*gridCell // the answers of one touchpoint, one unit alone and one bucket of that grain
	editions []*edition
	all      []*candidate
	told     *span
}

// suppress decides which cells are shown.
func (g *grid) suppress() {
	type group struct{ layer, year int64 }
	of := map[group][]*gridCell{}
	for k, c := range g.cells {
		c.hidden = true
		if k.touchpoint != "" && c.unpublished() {
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

// maxAtoms are weighed against each other: with more of them, months are shown no more, then quarters neither.
const maxAtoms = 1500

func (g *grid) disclosure(cells []*gridCell) *disclosure {
	d := &disclosure{}
	for d.finest = range grains {
		d.atoms = d.atoms[:0]
		for _, c := range cells {
			if c.key.grain == grains[d.finest] {
				d.atoms = append(d.atoms, c)
			}
		}
		if len(d.atoms) <= maxAtoms && len(d.atoms) > 0 {
			break
		}
	}
	from := int64(0)
	for _, b := range g.shape.before {
		if b.until <= g.today {
			until := max(b.until, from+1) // several on one day stand one after the other
			d.editions = append(d.editions, &edition{shape: b.shape, from: from, until: until})
			from = until
		}
	}
	d.editions = append(d.editions, &edition{shape: g.shape, from: from, until: max(g.today, from) + 1})
	for n := range d.editions {
		d.gather(n)
	}
	slices.SortFunc(d.all, compareCandidates)
	d.told = newSpan(len(d.atoms))
	few := map[string]bool{}
	for _, c := range d.all {
		if d.crowd(c.atoms, nil) < floor {
			d.told.protect(c.atoms, few)
		}
	}
	for _, atoms := range d.ownOnly() {
		if d.crowd(atoms, nil) < floor {
			d.told.protect(atoms, few)
		}
	}
	return d
}

// ownOnly gives the cells of units without those below them, which no question names.
func (d *disclosure) ownOnly() map[gridKey][]int {
	out := map[gridKey][]int{}
	for n, a := range d.atoms {
		month := a.key.bucket * monthsOf(a.key.grain)
		for _, grain := range grains[d.finest:] {
			for _, t := range []string{a.key.touchpoint, ""} {
				k := gridKey{touchpoint: t, unit: a.key.unit, grain: grain, bucket: month / monthsOf(grain)}
				out[k] = append(out[k], n)
			}
		}
	}
	return out
}

// compareCandidates puts first what could be asked first, then the longest, then the largest.
func compareCandidates(a, b *candidate) int {
	return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(monthsOf(b.key.grain), monthsOf(a.key.grain)), cmp.Compare(b.n, a.n), compareGrid(a.key, b.key))
}

// gather makes the cells of an edition; those made of the same answers as in the one before are the same.
func (d *disclosure) gather(nth int) {
	e := d.editions[nth]
	e.cells = map[gridKey]*candidate{}
	for n, a := range d.atoms {
		for _, k := range e.holding(a.key, d.finest) {
			c := e.cells[k]
			if c == nil {
				c = &candidate{key: k, shape: e.shape, day: max(closes(k.grain, k.bucket)+1, e.from)}
				e.cells[k] = c
			}
			c.atoms, c.n = append(c.atoms, n), c.n+a.counted.n
		}
	}
	for k, c := range e.cells {
		if nth > 0 {
			if was := d.editions[nth-1].cells[k]; was != nil && slices.Equal(was.atoms, c.atoms) {
				e.cells[k] = was
				continue
			}
		}
		d.all = append(d.all, c)
	}
}

// holding gives the cells that could be asked while an edition held, of which an atom is a part.
func (e *edition) holding(k gridKey, finest int) []gridKey {
	var out []gridKey
	month, own := k.bucket*monthsOf(k.grain), cx.UnitID(k.unit[len(ownMark):])
	for n := finest; n < len(grains); n++ {
		bucket := month / monthsOf(grains[n])
		if closes(grains[n], bucket)+1 >= e.until || k.layer > 0 && k.layer+8 >= e.until {
			continue
		}
		for _, t := range []string{k.touchpoint, ""} {
			at := gridKey{touchpoint: t, grain: grains[n], bucket: bucket, layer: k.layer}
			out = append(out, at)
			for _, u := range e.shape.chain(own) {
				at.unit = string(u)
				out = append(out, at)
			}
		}
	}
	return out
}

// decide shows what it can.
func (d *disclosure) decide() {
	for _, c := range d.all {
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
