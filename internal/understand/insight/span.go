package insight

import (
	"math/rand/v2"
	"slices"
)

// span is all that follows from sums that were told: their linear combinations, kept in reduced echelon form over the
// integers modulo a prime, where what holds of integers holds too. Beside it stands one draw among all the values that the
// columns may have when every told sum is 0: a sum that is 0 in it follows from those told, but for one chance in the prime.
type span struct {
	width     int
	rows      []spanRow
	at        []int    // pivot column → row + 1
	draw      []uint32 // of each column
	protected [][]int
}

type spanRow struct {
	pivot int
	v     []uint32
}

const prime = 2_147_483_647

func newSpan(width int) *span {
	s := &span{width: width, at: make([]int, width), draw: make([]uint32, width)}
	r := rand.New(rand.NewPCG(uint64(width), prime))
	for n := range s.draw {
		s.draw[n] = 1 + r.Uint32N(prime-1)
	}
	return s
}

// protect says what must never follow. What follows already is told: nothing is lost by it any more.
func (s *span) protect(columns []int) {
	if s.sum(s.draw, columns) != 0 {
		s.protected = append(s.protected, columns)
	}
}

// sum of some columns of a draw.
func (s *span) sum(draw []uint32, columns []int) uint64 {
	sum := uint64(0)
	for _, n := range columns {
		sum += uint64(draw[n])
	}
	return sum % prime
}

// learn adds the sum of some columns, unless what is protected would follow: then it is false and nothing was learnt.
func (s *span) learn(columns []int) bool {
	row := make([]uint32, s.width)
	for _, n := range columns {
		row[n] = 1
	}
	for _, col := range columns {
		if at := s.at[col]; at > 0 {
			take(row, s.rows[at-1].v, row[col])
		}
	}
	pivot := first(row)
	if pivot < 0 {
		return true // it follows already
	}
	scale(row, inverse(row[pivot]))
	draw := s.drawWith(row, pivot)
	for _, p := range s.protected {
		if s.sum(draw, p) == 0 {
			return false
		}
	}
	for _, r := range s.rows {
		take(r.v, row, r.v[pivot])
	}
	s.rows, s.draw = append(s.rows, spanRow{pivot, row}), draw
	s.at[pivot] = len(s.rows)
	return true
}

// drawWith gives the draw once a row is told too: the pivot's column follows, and so do those that hang on it.
func (s *span) drawWith(row []uint32, pivot int) []uint32 {
	sum := uint64(0)
	for n, v := range row {
		if n != pivot && v != 0 {
			sum = (sum + uint64(v)*uint64(s.draw[n])) % prime
		}
	}
	draw := append([]uint32{}, s.draw...)
	draw[pivot] = uint32((prime - sum) % prime)
	moved := uint64(draw[pivot]) + prime - uint64(s.draw[pivot])
	for _, r := range s.rows {
		if v := uint64(r.v[pivot]); v != 0 {
			draw[r.pivot] = uint32((uint64(draw[r.pivot]) + (prime-v)*(moved%prime)) % prime)
		}
	}
	return draw
}

// take subtracts a row from another, so many times.
func take(row, other []uint32, times uint32) {
	if times == 0 {
		return
	}
	minus := uint64(prime - times)
	for n, v := range other {
		if v != 0 {
			row[n] = uint32((uint64(row[n]) + minus*uint64(v)) % prime)
		}
	}
}

func scale(row []uint32, by uint32) {
	for n, v := range row {
		row[n] = uint32(uint64(v) * uint64(by) % prime)
	}
}

// first gives the first column that is held, −1 when none is.
func first(row []uint32) int { return slices.IndexFunc(row, func(v uint32) bool { return v != 0 }) }

// inverse modulo the prime, by Fermat.
func inverse(v uint32) uint32 {
	out, base := uint64(1), uint64(v)
	for n := prime - 2; n > 0; n /= 2 {
		if n%2 == 1 {
			out = out * base % prime
		}
		base = base * base % prime
	}
	return uint32(out)
}
