package web

import (
	"vigie/internal/lang"

	"fmt"
	"math"
	"slices"
	"strconv"
)

// colour is in sRGB, each part from 0 to 1.
type colour struct{ r, g, b float64 }

func parseColour(s string) (colour, bool) {
	n, err := strconv.ParseUint(s[min(1, len(s)):], 16, 32)
	if len(s) != 7 || s[0] != '#' || err != nil {
		return colour{}, false
	}
	return colour{float64(n>>16) / 255, float64(n>>8&255) / 255, float64(n&255) / 255}, true
}

func (c colour) String() string {
	x := func(v float64) int { return int(math.Round(255 * v)) }
	return fmt.Sprintf("#%02x%02x%02x", x(c.r), x(c.g), x(c.b))
}

// luminance is relative luminance (WCAG 2.2).
func (c colour) luminance() float64 {
	part := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.r) + 0.7152*part(c.g) + 0.0722*part(c.b)
}

// contrast of two colours, 1 to 21 (WCAG 2.2).
func contrast(a, b colour) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// mix gives so much of c in the other.
func (c colour) mix(other colour, part float64) colour {
	return colour{c.r*part + other.r*(1-part), c.g*part + other.g*(1-part), c.b*part + other.b*(1-part)}
}

// ground of a theme: what an accent is read on. They are those of tokens.css and dark.css.
type themeGround struct {
	surface, page, on colour
	soft              float64 // share of the accent in its soft shade
}

func lightGround() themeGround {
	return themeGround{surface: colour{1, 1, 1}, page: colour{0xf6 / 255.0, 0xf7 / 255.0, 0xf9 / 255.0}, on: colour{1, 1, 1}, soft: 0.1}
}

func darkGround() themeGround {
	return themeGround{surface: colour{0x17 / 255.0, 0x1c / 255.0, 0x27 / 255.0}, page: colour{0x0f / 255.0, 0x13 / 255.0, 0x1b / 255.0},
		on: colour{0x0f / 255.0, 0x13 / 255.0, 0x1b / 255.0}, soft: 0.18}
}

// leastContrast of text (WCAG 2.2 AA, 1.4.3).
const leastContrast = 4.5

// read gives the lowest contrast an accent has in a theme.
func (g themeGround) read(c colour) float64 { return slices.Min(g.contrasts(c)) }

// contrasts of an accent in a theme: as text on a card, on the page and on its own soft shade, and under the text of a button. They
// are those of the colour as written, eight bits a part.
func (g themeGround) contrasts(c colour) []float64 {
	c, _ = parseColour(c.String())
	soft, _ := parseColour(c.mix(g.surface, g.soft).String())
	return []float64{contrast(c, g.surface), contrast(c, g.page), contrast(c, soft), contrast(g.on, c)}
}

// contrastLine is an accent in use, with what was measured of it.
type contrastLine struct {
	Theme, Colour string
	Places        []string // "on a card: 6.1"
}

// contrastLines measures the organisation's accents in both themes; none when it keeps the product's.
func contrastLines(v *visit) []contrastLine {
	return contrastsOf(v.Lang, v.Settings.Accent, v.Settings.AccentDark)
}

// contrastsOf gives them of any accent; without one of its own, the dark theme's is the nearest that can be read.
func contrastsOf(l lang.Lang, accent, accentDark string) []contrastLine {
	light, ok := parseColour(accent)
	if !ok {
		return nil
	}
	dark, ok := parseColour(accentDark)
	if !ok {
		dark = darkGround().nearest(light)
	}
	var out []contrastLine
	for _, x := range []struct {
		theme  string
		ground themeGround
		colour colour
	}{{"light", lightGround(), light}, {"dark", darkGround(), dark}} {
		line := contrastLine{Theme: l.T("brand.theme." + x.theme), Colour: x.colour.String()}
		for i, c := range x.ground.contrasts(x.colour) {
			line.Places = append(line.Places, l.T("brand.on."+[...]string{"card", "page", "soft", "button"}[i], "ratio", l.Number(c, 1)))
		}
		out = append(out, line)
	}
	return out
}

// nearest gives the passing colour of the same hue that is the closest in lightness: mixed with black, or with white.
func (g themeGround) nearest(c colour) colour {
	if g.read(c) >= leastContrast {
		return c
	}
	for step := 1; step <= 100; step++ {
		part := 1 - float64(step)/100
		for _, end := range []colour{{0, 0, 0}, {1, 1, 1}} {
			if x := c.mix(end, part); g.read(x) >= leastContrast {
				return x
			}
		}
	}
	return c
}
