package media

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io"

	"golang.org/x/image/draw"
)

const (
	// smallSide is the longest side of the small form of a picture; one that is no longer, and light, has none.
	smallSide  = 640
	smallBytes = 100 << 10
	// unfoldMost pixels are unfolded to make it: beyond, it would take more memory than a house has to spare.
	unfoldMost = 50_000_000
)

// small makes a picture small, upright and without colours that shine through; nil when it needs none or cannot be.
func (s *Store) small(m *Item, b body) []byte {
	long := max(m.Width, m.Height)
	if long == 0 || m.Width*m.Height > unfoldMost || long <= smallSide && b.size <= smallBytes {
		return nil
	}
	s.drawing.Lock()
	defer s.drawing.Unlock()
	if _, err := b.Seek(0, io.SeekStart); err != nil {
		return nil
	}
	whole, err := io.ReadAll(b)
	if err != nil {
		return nil
	}
	from, _, err := image.Decode(bytes.NewReader(whole))
	if err != nil {
		return nil
	}
	w, h := m.Width, m.Height
	if long > smallSide {
		w, h = max(1, w*smallSide/long), max(1, h*smallSide/long)
	}
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(to, to.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(to, to.Bounds(), from, from.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	if jpeg.Encode(&out, upright(to, wayUp(m.Type, whole)), &jpeg.Options{Quality: 80}) != nil {
		return nil
	}
	return out.Bytes()
}

// wayUp finds how a picture is to be turned in what cutting left of it.
func wayUp(kind string, b []byte) byte {
	at := -1
	switch kind {
	case "image/jpeg":
		if len(b) > 12 && isExif(b[6:]) {
			at = 12
		}
	case "image/png":
		if i := bytes.Index(b, []byte("eXIf")); i >= 0 {
			at = i + 4
		}
	case "image/webp":
		if i := bytes.LastIndex(b, []byte("EXIF")); i >= 0 {
			at = i + 8
		}
	}
	if at < 0 || at > len(b) {
		return 1
	}
	return orientation(b[at:])
}

// upright turns a picture as its orientation says (Exif 2.3, 4.6.4, tag 0x0112).
func upright(m *image.RGBA, up byte) image.Image {
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	from := map[byte]func(x, y int) (int, int){
		2: func(x, y int) (int, int) { return w - 1 - x, y },
		3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
		4: func(x, y int) (int, int) { return x, h - 1 - y },
		5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return y, h - 1 - x },
		7: func(x, y int) (int, int) { return w - 1 - y, h - 1 - x },
		8: func(x, y int) (int, int) { return w - 1 - y, x },
	}[up]
	if from == nil {
		return m
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if up >= 5 {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range out.Bounds().Dy() {
		for x := range out.Bounds().Dx() {
			fx, fy := from(x, y)
			out.SetRGBA(x, y, m.RGBAAt(fx, fy))
		}
	}
	return out
}
