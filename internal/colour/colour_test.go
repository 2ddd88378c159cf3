package colour

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestContrastIsThatOfWCAG(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want float64
	}{{"#000000", "#ffffff", 21}, {"#777777", "#ffffff", 4.48}, {"#ffffff", "#ffffff", 1}} {
		a, _ := Parse(c.a)
		b, _ := Parse(c.b)
		if got := Contrast(a, b); math.Abs(got-c.want) > 0.01 {
			t.Errorf("%s on %s: %.3f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}

func TestNearestColourAlwaysPassesAndKeepsOneThatDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.Float64Range(0, 1)
		c, _ := Parse(Colour{part.Draw(t, "r"), part.Draw(t, "g"), part.Draw(t, "b")}.String())
		for _, g := range []Ground{Light(), Dark()} {
			near := g.Nearest(c)
			if g.Read(near) < Least {
				t.Fatalf("%s gives %s at %.2f", c, near, g.Read(near))
			}
			if g.Read(c) >= Least && near != c {
				t.Fatalf("%s passes and becomes %s", c, near)
			}
		}
	})
}

func TestOnlySixHexadecimalDigitsAreAColour(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{"#3246d3": true, "#FFF": false, "3246d3f": false, "#3246dg": false, "": false, "#+12345": false} {
		if _, ok := Parse(s); ok != want {
			t.Errorf("%q: %v", s, ok)
		}
	}
}
