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

// attacker knows sums of answers; told are the answers that follow from them.
type attacker struct {
	width int
	rows  map[int][]uint32 // by pivot
}

func newAttacker(width int) *attacker { return &attacker{width: width, rows: map[int][]uint32{}} }

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

// accuse names what the attacker knows and should not: one answer, or all those of a cell of too few.
func (s *attacker) accuse(t *testing.T, all []gridAnswer, trees ...*structure) {
	t.Helper()
	for _, n := range s.told() {
		t.Errorf("told: %+v", all[n])
	}
	for _, tree := range trees {
		for k, members := range fewIn(tree, all) {
			if s.follows(members) {
				t.Errorf("told: %+v, of %d", k, len(members))
			}
		}
	}
}

// tuesday of a week of days: what closes on a Monday is shown from then on.
const tuesday = 5

// endOfTime is when all of a test's months are closed.
var endOfTime = int64(dayOf(time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)))

// membersOf gives the answers of every cell of a tree.
func membersOf(shape *structure, all []gridAnswer) map[gridKey][]int {
	out := map[gridKey][]int{}
	for n, a := range all {
		one := newGrid(shape, endOfTime)
		one.answer(a)
		for k := range one.cells {
			out[k] = append(out[k], n)
		}
	}
	return out
}

// fewIn gives the cells under the floor.
func fewIn(shape *structure, all []gridAnswer) map[gridKey][]int {
	out := membersOf(shape, all)
	maps.DeleteFunc(out, func(_ gridKey, members []int) bool { return len(members) >= floor })
	return out
}

// watched is a tree of units and what its cells are made of.
type watched struct {
	shape   *structure
	members map[gridKey][]int
	sum     uint64 // of the grid last asked
	last    [3]int64
}

// ask gives the attacker all that is shown on a day. Nothing new is shown while no answer was added and nothing closed.
func (w *watched) ask(known *attacker, all []gridAnswer, today int64) {
	g := newGrid(w.shape, today)
	for _, a := range all {
		if a.arrived <= today {
			g.answer(a)
		}
	}
	if g.sum == w.sum && g.last == w.last {
		return
	}
	w.sum, w.last = g.sum, g.last
	g.suppress()
	for _, k := range slices.SortedFunc(maps.Keys(g.cells), compareGrid) {
		if !g.cells[k].hidden {
			known.learn(w.members[k])
		}
	}
}

func testShape(t testing.TB) *structure {
	t.Helper()
	s := &structure{zone: time.UTC}
	if err := s.addUnits(testUnits()); err != nil {
		t.Fatal(err)
	}
	return s
}

// moveOf draws a unit that goes elsewhere on a day; undone some days later when back is not zero.
func moveOf(r *rand.Rand, shape *structure, at, back time.Time) people.UnitChange {
	was := shape.units[pick[cx.UnitID](r, "lille", "nice", "saint-denis")]
	becomes := was
	for becomes.Parent == was.Parent {
		becomes.Parent = pick[cx.UnitID](r, "south", "isles", "north", "")
	}
	return people.UnitChange{At: at, Unit: was.Key, Was: &was, Becomes: becomes, Undone: !back.IsZero(), UndoneAt: back}
}

// moved gives the tree after changes, which knows of them.
func moved(t testing.TB, changes ...people.UnitChange) *structure {
	out := testShape(t)
	for _, c := range changes {
		if !c.Undone {
			out.units[c.Unit] = c.Becomes
		}
	}
	out.addMoves(changes)
	return out
}

func TestAnAttackerTellsNoEmployeesAnswer(t *testing.T) {
	first := time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC)
	for seed := range uint64(24) {
		t.Run(fmt.Sprint("company ", seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 7))
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
			at := first.AddDate(0, 0, 60+r.IntN(300))
			var back time.Time
			if r.IntN(3) == 0 {
				back = at.AddDate(0, 0, r.IntN(90)).Add(time.Hour)
			}
			move := moveOf(r, testShape(t), at, back)
			during := move
			during.Undone, during.UndoneAt = false, time.Time{}
			trees := []*watched{{shape: testShape(t)}, {shape: moved(t, during)}, {shape: moved(t, move)}}
			for _, w := range trees {
				w.members = membersOf(w.shape, all)
			}
			known := newAttacker(len(all))
			for day, moves, undone := int64(dayOf(first)), int64(dayOf(at)), int64(dayOf(back)); day < int64(dayOf(first))+75*7; day++ {
				if day%7 != tuesday && day != moves && day != undone {
					continue // nothing closes
				}
				if day <= moves {
					trees[0].ask(known, all, day)
				}
				if day >= moves && (back.IsZero() || day <= undone) {
					trees[1].ask(known, all, day)
				}
				if !back.IsZero() && day >= undone {
					trees[2].ask(known, all, day)
				}
			}
			known.accuse(t, all, trees[0].shape, trees[1].shape)
		})
	}
}
