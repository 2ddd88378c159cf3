package chart

import (
	"math"
	"slices"
	"unicode/utf8"
)

const (
	dotNameRoom = 150 // px that a name takes at most; it is cut beyond
	dotRoom     = 7   // px from the centre of a dot that no name may enter
)

// sides tells on which side of each dot its name stands clear of the other dots and names; "": nowhere, the dot shows it to
// the pointer and the table to all. Those that stand apart choose first: they are what a reader asks about.
func (c Scatter) sides(s Size) []string {
	spots, out := c.spots(s), make([]string, len(c.Dots))
	taken := make([]spot, 0, 2*len(spots))
	for _, p := range spots {
		x, y := p.centre()
		taken = append(taken, spot{x - dotRoom, y - dotRoom, 2 * dotRoom, 2 * dotRoom})
	}
	for _, i := range apart(spots) {
		for _, side := range []string{"right", "left", "top", "bottom"} {
			name := spots[i].beside(side, c.Dots[i].Name)
			mine := func(n int) bool { return n == i }
			if name.x < float64(c.plot().left) || name.x+name.width > float64(s.Width) || name.y < 0 || name.y+name.height > float64(s.Height-scatterBottom) || name.meets(taken, mine) {
				continue
			}
			out[i], taken = side, append(taken, name)
			break
		}
	}
	return out
}

// apart orders the dots, the farthest from their middle first.
func apart(spots []spot) []int {
	var mx, my float64
	for _, p := range spots {
		x, y := p.centre()
		mx, my = mx+x/float64(len(spots)), my+y/float64(len(spots))
	}
	order := make([]int, len(spots))
	far := make([]float64, len(spots))
	for i, p := range spots {
		x, y := p.centre()
		order[i], far[i] = i, math.Hypot(x-mx, y-my)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case far[a] > far[b]:
			return -1
		case far[a] < far[b]:
			return 1
		}
		return 0
	})
	return order
}

func (p spot) centre() (x, y float64) { return p.x + p.width/2, p.y + p.height/2 }

// beside is where a name would stand, as wide as its letters are on average.
func (p spot) beside(side, name string) spot {
	x, y := p.centre()
	w, h := min(dotNameRoom, 0.58*textSize*float64(utf8.RuneCountInString(name))), float64(textSize+4)
	switch side {
	case "left":
		return spot{x - dotRoom - 3 - w, y - h/2, w, h}
	case "top":
		return spot{x - w/2, y - dotRoom - 3 - h, w, h}
	case "bottom":
		return spot{x - w/2, y + dotRoom + 3, w, h}
	}
	return spot{x + dotRoom + 3, y - h/2, w, h}
}

// meets tells whether it touches one of others but those left out.
func (p spot) meets(others []spot, but func(int) bool) bool {
	for n, o := range others {
		if !but(n) && p.x < o.x+o.width && o.x < p.x+p.width && p.y < o.y+o.height && o.y < p.y+p.height {
			return true
		}
	}
	return false
}
