package picture_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"

	"vigie/internal/cx"
	"vigie/internal/picture"
)

func drawn(w, h int, at func(x, y int) color.NRGBA) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, at(x, y))
		}
	}
	return m
}

func written(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// disc is a round logo of one colour on nothing.
func disc(side int, c color.NRGBA) *image.NRGBA {
	return drawn(side, side, func(x, y int) color.NRGBA {
		if dx, dy := x-side/2, y-side/2; dx*dx+dy*dy > side*side/4-side {
			return color.NRGBA{}
		}
		return c
	})
}

func TestALogoIsSmallAndTheSameEachTimeItIsDrawn(t *testing.T) {
	t.Parallel()
	noise := rand.New(rand.NewPCG(1, 2))
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, drawn(1600, 400, func(x, y int) color.NRGBA { return color.NRGBA{uint8(x), uint8(y), uint8(x * y), 255} }), nil); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{
		"a photo": photo.Bytes(),
		"noise": written(t, drawn(900, 900, func(int, int) color.NRGBA {
			return color.NRGBA{uint8(noise.Uint32()), uint8(noise.Uint32()), uint8(noise.Uint32()), 255}
		})),
		"a line":              written(t, drawn(2000, 3, func(int, int) color.NRGBA { return color.NRGBA{1, 2, 3, 255} })),
		"soft edges":          written(t, drawn(60, 40, func(x, y int) color.NRGBA { return color.NRGBA{200, 10, 30, uint8(4 * x)} })),
		"one point":           written(t, drawn(1, 1, func(int, int) color.NRGBA { return color.NRGBA{} })),
		"words after its end": append(written(t, disc(80, color.NRGBA{0, 100, 0, 255})), "<script>x</script>"...),
	} {
		b, err := picture.Logo(file, "logo")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m, err := png.Decode(bytes.NewReader(b))
		if err != nil || len(b) > picture.LogoMost || m.Bounds().Dy() > 96 || m.Bounds().Dx() > 480 || bytes.Contains(b, []byte("script")) {
			t.Errorf("%s: %d bytes, %v, %v", name, len(b), m.Bounds(), err)
		}
		if again, err := picture.Logo(picture.FromDataURL(picture.DataURL(b)), "logo"); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s: drawn again it is another, %v", name, err)
		}
	}
}

func TestWhatIsNoPictureIsRefused(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{"svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`, "nothing": "", "broken": "\x89PNG\r\n\x1a\nxx", "gif": "GIF89a", "huge": string(written(t, image.NewNRGBA(image.Rect(0, 0, 5000, 1))))} {
		if _, err := picture.Logo([]byte(file), "theme.logo"); cx.KindOf(err) != cx.Invalid || !strings.Contains(err.Error(), "theme.logo") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, s := range []string{"", "https://x/y.png", "data:image/png,abc", "data:image/png;base64,", "data:image/png;base64,%%"} {
		if b := picture.FromDataURL(s); b != nil {
			t.Errorf("%q: %d bytes", s, len(b))
		}
	}
}

func TestALogoIsSetOnAPlateOnlyWhereItWouldBeLost(t *testing.T) {
	t.Parallel()
	black, white, blue := color.NRGBA{10, 10, 20, 255}, color.NRGBA{255, 255, 255, 255}, color.NRGBA{50, 110, 220, 255}
	boxed := drawn(60, 30, func(x, y int) color.NRGBA {
		if x > 20 && x < 40 && y > 10 && y < 20 {
			return black
		}
		return white
	})
	for _, c := range []struct {
		name        string
		logo        image.Image
		light, dark bool // on a plate
	}{{"black", disc(80, black), false, true}, {"white", disc(80, white), true, false}, {"blue", disc(80, blue), false, false}, {"with its own ground", boxed, false, false}, {"empty", disc(80, color.NRGBA{}), false, false}} {
		b, err := picture.Logo(written(t, c.logo), "logo")
		if err != nil {
			t.Fatal(err)
		}
		for _, dark := range []bool{false, true} {
			on, err := picture.On(b, dark)
			if err != nil {
				t.Fatal(err)
			}
			if want := map[bool]bool{false: c.light, true: c.dark}[dark]; bytes.Equal(on, b) == want {
				t.Errorf("%s, dark %v: plate %v", c.name, dark, !want)
			}
		}
	}
}

func FuzzLogo(f *testing.F) {
	var b bytes.Buffer
	_ = png.Encode(&b, disc(8, color.NRGBA{1, 2, 3, 255}))
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := picture.Logo(file, "logo")
		if err != nil {
			return
		}
		if len(got) > picture.LogoMost {
			t.Errorf("%d bytes", len(got))
		}
		if _, err := picture.On(got, true); err != nil {
			t.Error(err)
		}
	})
}
