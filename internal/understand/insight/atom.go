package insight

import (
	"cmp"
	"maps"
	"slices"
)

// maxAtoms are weighed against each other in a year: the algebra is cubic. Months are shown as long as their touchpoints and
// units are no more together, then quarters of what is left, then the year. How fine a month is told depends on the months
// before it and on itself alone, so that what was shown stands.
const maxAtoms = 1500

// atom is what is never told apart: the answers of one touchpoint, one unit alone and one month, or of several of each where
// there are too many to weigh.
type atom struct {
	touchpoint  string // "": all of them
	unit        string // with its ownMark; that alone: no unit, or all of them
	layer       int64
	month       int64 // the first of them
	finest      int   // of the grains: the shortest period that may be shown of it
	respondents []int64
	n           int64
}

func compareAtoms(a, b *atom) int {
	return cmp.Or(cmp.Compare(a.touchpoint, b.touchpoint), cmp.Compare(a.unit, b.unit), cmp.Compare(a.month, b.month))
}

// touchpoints of the cells that hold it.
func (a *atom) touchpoints() []string {
	if a.touchpoint == "" {
		return []string{""}
	}
	return []string{a.touchpoint, ""}
}

// coarseness is how much is told as one.
type coarseness struct {
	finest                int  // of the grains
	touchpoints, everyone bool // all touchpoints, the whole company
}

var coarser = [...]coarseness{{finest: 0}, {finest: 1}, {finest: 2}, {finest: 2, touchpoints: true}, {finest: 2, touchpoints: true, everyone: true}}

// sliced is a year of one layer in atoms.
type sliced struct {
	atoms    []*atom
	quarters map[int64]bool // those of which a month is told in no quarter
	year     coarseness     // of what is told with the year alone
}

// cutting takes the cells of a year's single months. What is not closed at the coarseness it would be told at is left out.
func cutting(months []*gridCell, closed func(grain string, bucket int64) bool) sliced {
	left := map[int64][]*gridCell{}
	for _, c := range months {
		left[c.key.bucket] = append(left[c.key.bucket], c)
	}
	out, room := sliced{quarters: map[int64]bool{}}, maxAtoms
	for n, how := range coarser {
		if how.finest == 2 {
			room = maxAtoms
		}
		if n == 2 {
			for month := range left {
				out.quarters[month/3] = true
			}
		}
		for len(left) > 0 {
			grain := grains[how.finest]
			bucket := slices.Min(slices.Collect(maps.Keys(left))) / monthsOf(grain)
			made := how.merge(left, bucket)
			if !closed(grain, bucket) || len(made) > room {
				break
			}
			room -= len(made)
			out.take(how, made, left, bucket)
		}
	}
	slices.SortFunc(out.atoms, compareAtoms)
	return out
}

// take adds the atoms of a period, whose months are then no more left.
func (c *sliced) take(how coarseness, made []*atom, left map[int64][]*gridCell, bucket int64) {
	c.atoms = append(c.atoms, made...)
	if how.finest == 2 {
		c.year = how
	}
	for month := range left {
		if month/monthsOf(grains[how.finest]) != bucket {
			continue
		}
		delete(left, month)
	}
}

// lacks tells whether a cell holds answers that its atoms do not: they are told in longer periods, or together.
func (c *sliced) lacks(k gridKey) bool {
	switch k.grain {
	case "quarter":
		return c.quarters[k.bucket]
	case "year":
		return c.year.touchpoints && k.touchpoint != "" || c.year.everyone && k.unit != ""
	}
	return false
}

// merge makes the atoms of a period out of those left of it.
func (how coarseness) merge(left map[int64][]*gridCell, bucket int64) []*atom {
	var out []*atom
	at := map[[2]string]*atom{}
	for _, month := range slices.Sorted(maps.Keys(left)) {
		if month/monthsOf(grains[how.finest]) != bucket {
			continue
		}
		for _, c := range left[month] {
			name := [2]string{c.key.touchpoint, c.key.unit}
			if how.touchpoints {
				name[0] = ""
			}
			if how.everyone {
				name[1] = ownMark
			}
			a := at[name]
			if a == nil {
				a = &atom{touchpoint: name[0], unit: name[1], layer: c.key.layer, month: month, finest: how.finest}
				at[name], out = a, append(out, a)
			}
			a.respondents, a.n = union(a.respondents, c.respondents), a.n+c.counted.n
		}
	}
	return out
}
