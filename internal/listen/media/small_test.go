package media

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"testing"

	"vigie/internal/record/recordtest"
)

// corner is a picture that is dark but for one corner: the one that is up and left when it stands as orientation up says.
func corner(t *testing.T, up byte) []byte {
	t.Helper()
	const w, h = 900, 600
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	at := map[byte]image.Point{1: {0, 0}, 2: {w - 1, 0}, 3: {w - 1, h - 1}, 4: {0, h - 1}, 5: {0, 0}, 6: {0, h - 1}, 7: {w - 1, h - 1}, 8: {w - 1, 0}}[up]
	for y := range h {
		for x := range w {
			c := color.RGBA{20, 20, 20, 255}
			if max(x-at.X, at.X-x) < 200 && max(y-at.Y, at.Y-y) < 200 {
				c = color.RGBA{240, 240, 240, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return append(append([]byte{0xff, 0xd8}, orientationSegment(up)...), b.Bytes()[2:]...)
}

func TestTheSmallFormStandsUpright(t *testing.T) {
	w := open(t, recordtest.SQLite(t), Config{})
	for up := byte(1); up <= 8; up++ {
		m := w.put(corner(t, up), Upload{Name: "a.jpg"})
		r, kind, err := w.OpenSmall(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		r.Close()
		if err != nil || kind != "image/jpeg" {
			t.Fatal(kind, err)
		}
		small, err := jpeg.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		size := small.Bounds().Size()
		if want := map[bool]image.Point{true: {426, 640}, false: {640, 426}}[up >= 5]; size != want {
			t.Errorf("%d: %v", up, size)
		}
		light := func(x, y int) bool { g, _, _, _ := small.At(x, y).RGBA(); return g > 0x8000 }
		if !light(10, 10) || light(size.X-10, 10) || light(10, size.Y-10) || light(size.X-10, size.Y-10) {
			t.Errorf("%d does not stand upright", up)
		}
	}
	if err := w.Delete(t.Context()); err != nil || w.files() != 16 {
		t.Errorf("%d files, %v", w.files(), err)
	}
}

func TestALightPictureIsItsOwnSmallForm(t *testing.T) {
	w := open(t, recordtest.SQLite(t), Config{})
	m := w.put(gifWith(t), Upload{Name: "a.gif"})
	r, kind, err := w.OpenSmall(t.Context(), m)
	if err != nil || kind != "image/gif" || w.files() != 1 {
		t.Fatal(kind, err)
	}
	r.Close()
}
