// Package colour measures whether colours can be read on the product's pages. Pure. Not here: where they are used.
package colour

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"vigie/internal/cx"
)

// Colour is in sRGB, each part from 0 to 1.
type Colour struct{ R, G, B float64 }

// Parse reads #rrggbb.
func Parse(s string) (Colour, bool) {
	n, err := strconv.ParseUint(s[min(1, len(s)):], 16, 32)
	if len(s) != 7 || s[0] != '#' || err != nil {
		return Colour{}, false
	}
	return Of(uint8(n>>16), uint8(n>>8&255), uint8(n&255)), true
}

// Of is a colour of eight bits a part.
func Of(r, g, b uint8) Colour { return Colour{float64(r) / 255, float64(g) / 255, float64(b) / 255} }

// String is #rrggbb.
func (c Colour) String() string {
	x := func(v float64) int { return int(math.Round(255 * v)) }
	return fmt.Sprintf("#%02x%02x%02x", x(c.R), x(c.G), x(c.B))
}

// Luminance is relative luminance, 0 to 1 (WCAG 2.2).
func (c Colour) Luminance() float64 {
	part := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

// Contrast of two colours, 1 to 21 (WCAG 2.2).
func Contrast(a, b Colour) float64 { return Ratio(a.Luminance(), b.Luminance()) }

// Ratio is the contrast of two luminances.
func Ratio(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }

// Mix gives so much of c in the other.
func (c Colour) Mix(other Colour, part float64) Colour {
	return Colour{c.R*part + other.R*(1-part), c.G*part + other.G*(1-part), c.B*part + other.B*(1-part)}
}

// Ground of a theme: what an accent is read on.
type Ground struct {
	Surface, Page, On Colour  // of a card, of the page, of the text of a button
	Soft              float64 // share of the accent in its soft shade
}

// Light is the ground of tokens.css.
func Light() Ground {
	return Ground{Surface: Of(0xff, 0xff, 0xff), Page: Of(0xf6, 0xf7, 0xf9), On: Of(0xff, 0xff, 0xff), Soft: 0.1}
}

// Dark is the ground of dark.css.
func Dark() Ground {
	return Ground{Surface: Of(0x17, 0x1c, 0x27), Page: Of(0x0f, 0x13, 0x1b), On: Of(0x0f, 0x13, 0x1b), Soft: 0.18}
}

// Least contrast of text (WCAG 2.2 AA, 1.4.3).
const Least = 4.5

// Read gives the lowest contrast an accent has in a theme.
func (g Ground) Read(c Colour) float64 { return slices.Min(g.Contrasts(c)) }

// Contrasts of an accent in a theme: as text on a card, on the page and on its own soft shade, and under the text of a
// button. They are those of the colour as written, eight bits a part.
func (g Ground) Contrasts(c Colour) []float64 {
	c, _ = Parse(c.String())
	soft, _ := Parse(c.Mix(g.Surface, g.Soft).String())
	return []float64{Contrast(c, g.Surface), Contrast(c, g.Page), Contrast(c, soft), Contrast(g.On, c)}
}

// Nearest gives the passing colour of the same hue that is the closest in lightness: mixed with black, or with white.
func (g Ground) Nearest(c Colour) Colour {
	if g.Read(c) >= Least {
		return c
	}
	for step := 1; step <= 100; step++ {
		part := 1 - float64(step)/100
		for _, end := range []Colour{{0, 0, 0}, {1, 1, 1}} {
			if x := c.Mix(end, part); g.Read(x) >= Least {
				return x
			}
		}
	}
	return c
}

// Check refuses a colour that is none or could not be read, with its contrast and the nearest that can; "" passes.
func (g Ground) Check(field, value string) error {
	c, ok := Parse(value)
	switch {
	case value == "":
		return nil
	case !ok:
		return cx.Fail(cx.Invalid, field, "colour.none", "value", value)
	case g.Read(c) < Least:
		return cx.Fail(cx.Invalid, field, "colour.contrast", "ratio", g.Read(c), "least", Least, "near", g.Nearest(c).String())
	}
	return nil
}
