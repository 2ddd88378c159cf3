package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
)

// The icon of a phone's home screen: the drawing of icon.svg, in points. Formats that phones ask for are only bitmaps.
var (
	iconGround = color.NRGBA{R: 0x32, G: 0x46, B: 0xd3, A: 0xff}
	iconInk    = color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
)

// iconShape is how the ground is cut: its corners' radius in 32ths, and how far the drawing is shrunk from the edges.
type iconShape struct{ radius, shrink float64 }

// bitmaps draws the icon in the sizes that the web app manifest names.
func bitmaps() ([]output, error) {
	var outs []output
	for _, b := range []struct {
		name  string
		size  int
		shape iconShape
	}{{"icon-192.png", 192, iconShape{8, 1}}, {"icon-512.png", 512, iconShape{8, 1}}, {"icon-maskable.png", 512, iconShape{0, 0.8}}} {
		var file bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&file, drawIcon(b.size, b.shape)); err != nil {
			return nil, err
		}
		outs = append(outs, output{name: b.name, body: file.Bytes()})
	}
	return outs, nil
}

// drawIcon samples each pixel four by four.
func drawIcon(size int, shape iconShape) image.Image {
	const fine = 4
	im := image.NewNRGBA(image.Rect(0, 0, size, size))
	step := 32 / float64(size*fine)
	for y := range size {
		for x := range size {
			var ground, ink int
			for k := range fine * fine {
				px, py := (float64(x*fine+k%fine)+.5)*step, (float64(y*fine+k/fine)+.5)*step
				if !inGround(px, py, shape.radius) {
					continue
				}
				ground++
				if inEye(16+(px-16)/shape.shrink, 16+(py-16)/shape.shrink) {
					ink++
				}
			}
			im.SetNRGBA(x, y, mixed(ground, ink, fine*fine))
		}
	}
	return im
}

// mixed is the colour of a pixel of which so many samples are ground, and of those so many ink.
func mixed(ground, ink, all int) color.NRGBA {
	if ground == 0 {
		return color.NRGBA{}
	}
	mix := func(a, b uint8) uint8 { return uint8((int(a)*(ground-ink) + int(b)*ink) / ground) }
	return color.NRGBA{R: mix(iconGround.R, iconInk.R), G: mix(iconGround.G, iconInk.G), B: mix(iconGround.B, iconInk.B), A: uint8(255 * ground / all)}
}

func inGround(x, y, radius float64) bool {
	dx, dy := math.Max(radius-x, x-(32-radius)), math.Max(radius-y, y-(32-radius))
	return dx <= 0 || dy <= 0 || math.Hypot(dx, dy) <= radius
}

// inEye tells whether a point is on the lid (a curve of width 2.5 with round ends) or in the pupil.
func inEye(x, y float64) bool {
	if math.Hypot(x-16, y-18) <= 4 {
		return true
	}
	for i := 0; i <= 64; i++ {
		t := float64(i) / 64
		u := 1 - t
		cx := u*u*u*6 + 3*u*u*t*11 + 3*u*t*t*21 + t*t*t*26
		cy := u*u*u*19 + 3*u*u*t*11 + 3*u*t*t*11 + t*t*t*19
		if math.Hypot(x-cx, y-cy) <= 1.25 {
			return true
		}
	}
	return false
}
