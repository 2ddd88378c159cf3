package chart

import (
	"fmt"
	"math"
	"testing"

	"vigie/internal/lang"
)

func lineOf(points ...Point) Line {
	c := Line{Label: "x", Format: Format{Lang: lang.For("fr")}, Series: []Series{{Points: points}}}
	for n := range points {
		c.Periods = append(c.Periods, fmt.Sprint(n))
	}
	return c
}

// seriesOf gives the series of an option that are drawn as a line: not the two of the band.
func seriesOf(c Line) []Option {
	var out []Option
	for _, s := range c.Option(Wide)["series"].([]Option) {
		if _, band := s["stack"]; !band {
			out = append(out, s)
		}
	}
	return out
}

func TestFewAnswersStandOffTheLineAndSetNoScale(t *testing.T) {
	sure := func(v float64) Point { return Point{Value: v, Low: v - 2, High: v + 2} }
	c := lineOf(sure(70), sure(72), Point{Value: 71, Low: 3, High: 99, Few: true})
	all := seriesOf(c)
	if len(all) != 2 {
		t.Fatalf("%d lines", len(all))
	}
	if data := all[0]["data"].([]any); data[1] == nil || data[2] != nil {
		t.Errorf("the line goes through %v", data)
	}
	if data := all[1]["data"].([]any); data[2].(Option)["symbol"] != "circle" || data[0].(Option)["symbol"] != "none" {
		t.Errorf("the faint line marks %v", data)
	}
	if s := c.scale(); s.min < 60 || s.max > 80 {
		t.Errorf("the axis goes from %v to %v", s.min, s.max)
	}
	if n := len(seriesOf(lineOf(sure(70), sure(72)))); n != 1 {
		t.Errorf("%d lines where all answers are enough", n)
	}
}

func TestWavesAreJoinedWithTheirBand(t *testing.T) {
	wave := func(v float64) Point { return Point{Value: v, Low: v - 3, High: v + 3} }
	none := Point{Missing: true}
	c := lineOf(none, none, wave(10), none, none, wave(16), none)
	if joined := seriesOf(c)[0]["connectNulls"]; joined != true {
		t.Errorf("joined: %v", joined)
	}
	between := bridged(c.Series[0].Points)
	if between[3].Missing || math.Abs(between[3].Low-9) > 1e-9 || math.Abs(between[4].High-17) > 1e-9 {
		t.Errorf("between two waves: %+v", between[3:5])
	}
	if !between[0].Missing || !between[6].Missing {
		t.Error("the band leaves the waves")
	}
	if joined := seriesOf(lineOf(wave(1), none, wave(2)))[0]["connectNulls"]; joined != false {
		t.Error("a hole is bridged")
	}
}

func TestNamesOfAScatterNeverMeetOneAnotherNorADot(t *testing.T) {
	c := Scatter{Label: "x", XFormat: Format{Lang: lang.For("fr")}, YFormat: Format{Lang: lang.For("fr")}}
	for n := range 40 {
		x, y := 50+20*math.Sin(float64(n)), 30+15*math.Cos(1.7*float64(n))
		c.Dots = append(c.Dots, Dot{Name: fmt.Sprintf("Agence numéro %d", n), X: Span{x, x - 3, x + 3}, Y: Span{y, y - 3, y + 3}})
	}
	for _, size := range []Size{Wide, Narrow} {
		size = c.fit(size)
		spots, sides := c.spots(size), c.sides(size)
		var names []spot
		for n, side := range sides {
			if side == "" {
				continue
			}
			name := spots[n].beside(side, c.Dots[n].Name)
			if name.meets(names, func(int) bool { return false }) {
				t.Errorf("%d: %s lies on another name", size.Width, c.Dots[n].Name)
			}
			for m, p := range spots {
				if x, y := p.centre(); m != n && name.meets([]spot{{x - 1, y - 1, 2, 2}}, func(int) bool { return false }) {
					t.Errorf("%d: %s lies on the dot of %s", size.Width, c.Dots[n].Name, c.Dots[m].Name)
				}
			}
			names = append(names, name)
		}
		if len(names) < 5 {
			t.Errorf("%d: only %d names are written", size.Width, len(names))
		}
	}
}
