package demo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"

	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
)

// photoShare of those whom a survey asks for a photo send one.
const photoShare = 0.3

// photograph sends the photos of an answer before the rest of it, so that all of it enters at once. The same answer always
// has the same ones.
func (a *asker) photograph(t response.Token, one *response.Response, said *response.Said) error {
	for n, key := range said.Passed {
		q := one.Version.Question(key)
		r := a.s.rand("photo", fmt.Sprint(one.Invitation))
		if q == nil || q.Kind != survey.Media || r.Float64() >= photoShare {
			continue
		}
		b, err := photo(r)
		if err != nil {
			return err
		}
		name := [...]string{"IMG_%04d.jpg", "PXL_%04d.jpg", "photo box %d.jpg"}[r.IntN(3)]
		if _, err := a.h.Responses.Attach(a.ctx, t, key, response.Sent{Name: fmt.Sprintf(name, 1+r.IntN(9999)), Reader: bytes.NewReader(b)}); err != nil {
			return err
		}
		said.Passed = append(said.Passed[:n:n], said.Passed[n+1:]...)
		return nil
	}
	return nil
}

// Sides of a photo.
const (
	photoWide = 480
	photoHigh = 360
)

// scene is what a customer took a photo of: their box on its shelf, a light that tells, a cable that hangs, a hole left open.
type scene struct {
	wall, shelf, light color.RGBA
	x, y               float64 // of the box's corner
	sag                float64 // of the cable
	hole               bool
	grain              *rand.Rand
}

// photo draws one, as a telephone would send it.
func photo(r *rand.Rand) ([]byte, error) {
	walls := [...]color.RGBA{{226, 219, 205, 255}, {203, 214, 217, 255}, {232, 226, 221, 255}, {214, 205, 190, 255}}
	lights := [...]color.RGBA{{235, 64, 52, 255}, {240, 160, 40, 255}, {235, 64, 52, 255}, {70, 190, 90, 255}}
	s := scene{wall: walls[r.IntN(len(walls))], shelf: color.RGBA{122, 88, 60, 255}, light: lights[r.IntN(len(lights))],
		x: 120 + 110*r.Float64(), y: 150 + 30*r.Float64(), sag: 40 + 60*r.Float64(), hole: r.Float64() < 0.4, grain: r}
	m := image.NewRGBA(image.Rect(0, 0, photoWide, photoHigh))
	for y := range photoHigh {
		for x := range photoWide {
			m.SetRGBA(x, y, s.at(float64(x), float64(y)))
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 72})
	return b.Bytes(), err
}

// at gives a point: what is there, in the light of a lamp above on the left, with some grain.
func (s *scene) at(x, y float64) color.RGBA {
	c := s.thing(x, y)
	lit := 1.12 - 0.5*math.Hypot(x-110, y-30)/photoWide + 0.03*s.grain.NormFloat64()
	return color.RGBA{dim(c.R, lit), dim(c.G, lit), dim(c.B, lit), 255}
}

func dim(v uint8, by float64) uint8 { return uint8(max(0, min(255, float64(v)*by))) }

func (s *scene) thing(x, y float64) color.RGBA {
	const wide, high = 190.0, 62.0
	u, v := x-s.x, y-s.y
	floor := s.y + high
	switch {
	case s.isLight(u, v):
		return s.light
	case u > 0 && u < wide && v > 0 && v < high && math.Hypot(max(0, 8-min(u, wide-u)), max(0, 8-min(v, high-v))) < 8:
		return color.RGBA{43, 46, 52, 255}
	case math.Abs(y-(s.y+high/2+s.sag*math.Sin(math.Pi*min(1, (x-s.x-wide)/(photoWide-s.x-wide))))) < 3.5 && u > wide:
		return color.RGBA{28, 28, 30, 255}
	case y > floor && y < floor+14:
		return s.shelf
	case s.hole && math.Hypot((x-390)/1.3, y-86) < 22+3*math.Sin(9*math.Atan2(y-86, x-390)):
		return color.RGBA{74, 64, 55, 255}
	}
	return s.wall
}

// isLight: five lights in a row on the box's front, the first of which tells.
func (s *scene) isLight(u, v float64) bool { return math.Hypot(u-26, v-34) < 6 }
