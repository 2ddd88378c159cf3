package insight

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
)

// An attacker keeps every figure of employees they were ever shown, at any moment, and adds and takes them away as they
// please. What they may tell are the sums in the span of what was shown: an answer is safe while it is not in it.

// shownCells gives, for each cell that a grid shows, the answers it is made of.
func shownCells(shape *structure, all []gridAnswer, today int64) map[gridKey][]int {
	g := newGrid(shape, today)
	for _, a := range all {
		if a.arrived <= today {
			g.answer(a)
		}
	}
	g.suppress()
	out := map[gridKey][]int{}
	for n, a := range all {
		if a.arrived > today {
			continue
		}
		one := newGrid(shape, today)
		one.answer(a)
		for k := range one.cells {
			if c := g.cells[k]; c != nil && !c.hidden {
				out[k] = append(out[k], n)
			}
		}
	}
	return out
}

// attacker knows sums of answers; told are the answers that follow from them.
type attacker struct {
	width int
	rows  map[int][]uint32 // by pivot
}

func (s *attacker) learn(members []int) {
	row := make([]uint32, s.width)
	for _, n := range members {
		row[n] = 1
	}
	for col := range s.width {
		if row[col] != 0 && s.rows[col] != nil {
			take(row, s.rows[col], row[col])
		}
	}
	pivot := first(row)
	if pivot < 0 {
		return
	}
	scale(row, inverse(row[pivot]))
	for _, other := range s.rows {
		take(other, row, other[pivot])
	}
	s.rows[pivot] = row
}

func (s *attacker) told() []int {
	var out []int
	for pivot, row := range s.rows {
		if first(row[pivot+1:]) < 0 {
			out = append(out, pivot)
		}
	}
	return out
}

// follows tells whether the sum of some answers is told.
func (s *attacker) follows(members []int) bool {
	row := make([]uint32, s.width)
	for _, n := range members {
		row[n] = 1
	}
	for pivot, known := range s.rows {
		take(row, known, row[pivot])
	}
	return first(row) < 0
}

// fewIn gives the cells under the floor: all their answers, in whatever layer.
func fewIn(shape *structure, all []gridAnswer) map[gridKey][]int {
	end := int64(dayOf(time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)))
	out := map[gridKey][]int{}
	for n, a := range all {
		one := newGrid(shape, end)
		one.answer(a)
		for k := range one.cells {
			out[k] = append(out[k], n)
		}
	}
	maps.DeleteFunc(out, func(_ gridKey, members []int) bool { return len(members) >= floor })
	return out
}

func TestAnAttackerTellsNoEmployeesAnswer(t *testing.T) {
	first := time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC)
	for seed := range uint64(40) {
		t.Run(fmt.Sprint("company ", seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 7))
			shape := &structure{zone: time.UTC}
			if err := shape.addUnits(testUnits()); err != nil {
				t.Fatal(err)
			}
			var all []gridAnswer
			for range 30 + r.IntN(120) {
				week := first.AddDate(0, 0, 7*r.IntN(30))
				a := gridAnswer{touchpoint: pick(r, "", "a", "b"), unit: pick(r, "", "lille", "arras", "nice", "saint-denis", "north", "lost"),
					month: int64(monthOf(week)), arrived: int64(dayOf(week)), respondent: r.Int64N(1000), point: r.Int64N(11)}
				if r.IntN(4) == 0 {
					a.arrived += 7 * int64(r.IntN(20)) // brought late
				}
				all = append(all, a)
			}
			moved := first.AddDate(0, 0, 60+r.IntN(300))
			after := &structure{zone: time.UTC}
			if err := after.addUnits(testUnits()); err != nil {
				t.Fatal(err)
			}
			u := after.units[pick[cx.UnitID](r, "lille", "nice", "saint-denis")]
			was := u
			u.Parent = pick[cx.UnitID](r, "south", "isles", "")
			after.units[u.Key] = u
			after.addMoves([]people.UnitChange{{At: moved, Unit: u.Key, Was: &was, Becomes: u}})
			known := &attacker{width: len(all), rows: map[int][]uint32{}}
			for week := range 75 {
				day, tree := first.AddDate(0, 0, 7*week+r.IntN(7)), shape
				if !day.Before(moved) {
					tree = after
				}
				cells := shownCells(tree, all, int64(dayOf(day)))
				for _, k := range slices.SortedFunc(maps.Keys(cells), compareGrid) {
					known.learn(cells[k])
				}
			}
			for _, n := range known.told() {
				t.Errorf("told: %+v", all[n])
			}
			for _, tree := range []*structure{shape, after} {
				for k, members := range fewIn(tree, all) {
					if known.follows(members) {
						t.Errorf("told: %+v, of %d", k, len(members))
					}
				}
			}
		})
	}
}
