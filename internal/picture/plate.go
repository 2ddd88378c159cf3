package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"

	"golang.org/x/image/draw"

	"vigie/internal/colour"
	"vigie/internal/cx"
)

// Grounds of the pages, and the plates that a logo is set on where it would be lost on them.
var (
	lightGround = color.NRGBA{0xf6, 0xf7, 0xf9, 0xff}
	darkGround  = color.NRGBA{0x0f, 0x13, 0x1b, 0xff}
	lightPlate  = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	darkPlate   = color.NRGBA{0x17, 0x1c, 0x27, 0xff}
)

const (
	// readable is the contrast under which a logo is hard to make out. A logotype needs none (WCAG 2.2, 1.4.3), and a plate
	// is drawn only where it is worth it.
	readable = 2.2
	// lost is the share of what is drawn that may have less.
	lost = 0.35
	// framed is the share of the edge that is drawn on from which a logo has a ground of its own.
	framed = 0.9
)

// On gives a logo as it stands on the light or the dark page: as it is, or on a plate where too much of it would be lost.
func On(logo []byte, dark bool) ([]byte, error) {
	p, err := png.Decode(bytes.NewReader(logo))
	if err != nil {
		return nil, cx.Fail(cx.Invalid, "logo", "brand.logo.broken")
	}
	ground, plate := lightGround, darkPlate
	if dark {
		ground, plate = darkGround, lightPlate
	}
	if ownGround(p) || lostOn(p, ground) <= lost || lostOn(p, plate) >= lostOn(p, ground) {
		return logo, nil
	}
	return encode(plated(p, plate))
}

// ownGround tells whether the edge of a picture is drawn on all around.
func ownGround(p image.Image) bool {
	b := p.Bounds()
	n, drawn := 0, 0
	look := func(x, y int) {
		n++
		if _, _, _, a := p.At(x, y).RGBA(); a >= 0x8000 {
			drawn++
		}
	}
	for x := b.Min.X; x < b.Max.X; x++ {
		look(x, b.Min.Y)
		look(x, b.Max.Y-1)
	}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		look(b.Min.X, y)
		look(b.Max.X-1, y)
	}
	return float64(drawn) >= framed*float64(n)
}

// lostOn is the share of what is drawn that is hard to tell from the ground.
func lostOn(p image.Image, ground color.NRGBA) float64 {
	b, behind := p.Bounds(), luminance(ground)
	var all, faint float64
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(p.At(x, y)).(color.NRGBA)
			weight := float64(c.A)
			all += weight
			if colour.Ratio(luminance(c), behind) < readable {
				faint += weight
			}
		}
	}
	if all == 0 {
		return 0
	}
	return faint / all
}

// luminance of an opaque colour.
func luminance(c color.NRGBA) float64 { return colour.Of(c.R, c.G, c.B).Luminance() }

// plated sets a picture on a plate with round corners.
func plated(p image.Image, plate color.NRGBA) image.Image {
	size := p.Bounds().Size()
	pad := max(2, size.Y/8)
	to := image.NewNRGBA(image.Rect(0, 0, size.X+2*pad, size.Y+2*pad))
	radius := float64(pad) * 1.2
	for y := range to.Rect.Dy() {
		for x := range to.Rect.Dx() {
			if cover := inside(float64(x)+0.5, float64(y)+0.5, to.Rect.Size(), radius); cover > 0 {
				c := plate
				c.A = uint8(math.Round(255 * cover))
				to.SetNRGBA(x, y, c)
			}
		}
	}
	draw.Draw(to, image.Rect(pad, pad, pad+size.X, pad+size.Y), p, p.Bounds().Min, draw.Over)
	return to
}

// inside tells how much of a point lies inside a rectangle with round corners, 0…1.
func inside(x, y float64, size image.Point, r float64) float64 {
	dx := max(r-x, x-(float64(size.X)-r), 0)
	dy := max(r-y, y-(float64(size.Y)-r), 0)
	return min(1, max(0, r-math.Hypot(dx, dy)+0.5))
}
