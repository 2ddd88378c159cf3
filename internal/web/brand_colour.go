package web

import (
	"vigie/internal/colour"
	"vigie/internal/lang"
)

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
	light, ok := colour.Parse(accent)
	if !ok {
		return nil
	}
	dark, ok := colour.Parse(accentDark)
	if !ok {
		dark = colour.Dark().Nearest(light)
	}
	var out []contrastLine
	for _, x := range []struct {
		theme  string
		ground colour.Ground
		colour colour.Colour
	}{{"light", colour.Light(), light}, {"dark", colour.Dark(), dark}} {
		line := contrastLine{Theme: l.T("brand.theme." + x.theme), Colour: x.colour.String()}
		for i, c := range x.ground.Contrasts(x.colour) {
			line.Places = append(line.Places, l.T("brand.on."+[...]string{"card", "page", "soft", "button"}[i], "ratio", l.Number(c, 1)))
		}
		out = append(out, line)
	}
	return out
}
