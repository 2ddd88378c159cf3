package demo

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"math"

	"vigie/internal/people"
)

// accent of Filambre: a deep green, read on white and, lighter, on black.
const (
	accent     = "#0b6b50"
	accentDark = "#5fcfa6"
	logoSide   = 96
	logoFine   = 4 // points drawn across one, then averaged
)

// face gives the house its colours and its logo: two threads, one of light and one of current, that cross.
func (s *Story) face(ctx context.Context, d Deps) error {
	err := d.People.UpdateSettings(ctx, func(v *people.Settings) { v.Accent, v.AccentDark = accent, accentDark })
	if err != nil {
		return err
	}
	b, err := logo()
	if err != nil {
		return err
	}
	return d.People.SetLogo(ctx, b)
}

func logo() ([]byte, error) {
	m := image.NewNRGBA(image.Rect(0, 0, logoSide, logoSide))
	for y := range logoSide {
		for x := range logoSide {
			m.SetNRGBA(x, y, logoPoint(x, y))
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, m)
	return b.Bytes(), err
}

// logoPoint averages the fine points of one: green disc, two crossing threads on it.
func logoPoint(x, y int) color.NRGBA {
	var r, g, b, a float64
	for i := range logoFine * logoFine {
		u := (float64(x)+(float64(i%logoFine)+0.5)/logoFine)/logoSide*2 - 1
		v := (float64(y)+(float64(i/logoFine)+0.5)/logoFine)/logoSide*2 - 1
		if u*u+v*v > 1 {
			continue
		}
		c := color.NRGBA{0x0b, 0x6b, 0x50, 255}
		wave := 0.34 * math.Sin(u*math.Pi)
		switch {
		case math.Abs(v-wave) < 0.1:
			c = color.NRGBA{255, 255, 255, 255}
		case math.Abs(v+wave) < 0.1:
			c = color.NRGBA{0xff, 0xc8, 0x4a, 255}
		}
		r, g, b, a = r+float64(c.R), g+float64(c.G), b+float64(c.B), a+1
	}
	if a == 0 {
		return color.NRGBA{}
	}
	return color.NRGBA{uint8(r / a), uint8(g / a), uint8(b / a), uint8(255 * a / (logoFine * logoFine))}
}
