// Package picture redraws the small pictures that others give: a logo. Nothing of the file is kept but its points. Not here:
// photos that customers send (listen/media).
package picture

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"strings"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"vigie/internal/cx"
)

const (
	// LogoMost is the most bytes of a logo: every page of a survey carries it, on any network.
	LogoMost = 24 << 10
	// SideMost bounds the points a side of what is given.
	SideMost = 4096
)

// heights that are tried until the logo is light enough; the first is twice what is shown, for sharp screens.
var heights = [...]int{96, 72, 54, 36}

// widest is how many times as wide as high a logo may be before it is made lower.
const widest = 5

// Logo makes a small PNG of a PNG, a JPEG or a WebP; what it made it makes again, byte for byte. An SVG, which may hold
// scripts, is refused like any other file. A refusal is a *cx.Error on field.
func Logo(file []byte, field string) ([]byte, error) {
	from, err := decode(file, field)
	if err != nil {
		return nil, err
	}
	for _, h := range heights {
		b, err := encode(fit(from, h))
		if err != nil {
			return nil, err
		}
		if len(b) <= LogoMost {
			return b, nil
		}
	}
	return nil, cx.Fail(cx.Invalid, field, "brand.logo.heavy", "max", LogoMost>>10)
}

// decode knows a picture by its first bytes, never by its name.
func decode(file []byte, field string) (image.Image, error) {
	read, config := png.Decode, png.DecodeConfig
	switch http.DetectContentType(file) {
	case "image/png":
	case "image/jpeg":
		read, config = jpeg.Decode, jpeg.DecodeConfig
	case "image/webp":
		read, config = webp.Decode, webp.DecodeConfig
	default:
		return nil, cx.Fail(cx.Invalid, field, "brand.logo.kind")
	}
	size, err := config(bytes.NewReader(file))
	if err != nil || size.Width < 1 || size.Height < 1 || size.Width > SideMost || size.Height > SideMost {
		return nil, cx.Fail(cx.Invalid, field, "brand.logo.size", "max", SideMost)
	}
	from, err := read(bytes.NewReader(file))
	if err != nil {
		return nil, cx.Fail(cx.Invalid, field, "brand.logo.broken")
	}
	return from, nil
}

// fit draws a picture no higher than h and no wider than it may be; one that fits stays as it is.
func fit(from image.Image, h int) image.Image {
	size := from.Bounds().Size()
	scale := min(float64(h)/float64(size.Y), float64(widest*h)/float64(size.X))
	if scale >= 1 {
		return from
	}
	to := image.NewNRGBA(image.Rect(0, 0, max(1, int(scale*float64(size.X))), max(1, int(scale*float64(size.Y)))))
	draw.CatmullRom.Scale(to, to.Bounds(), from, from.Bounds(), draw.Src, nil)
	return to
}

func encode(p image.Image) ([]byte, error) {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, p); err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	return b.Bytes(), nil
}

const dataHead = "data:image/png;base64,"

// DataURL writes a PNG as an address that holds it.
func DataURL(png []byte) string { return dataHead + base64.StdEncoding.EncodeToString(png) }

// FromDataURL reads the bytes of such an address, of whatever kind it says they are; nil when it is none.
func FromDataURL(s string) []byte {
	rest, ok := strings.CutPrefix(strings.TrimSpace(s), "data:")
	head, body, found := strings.Cut(rest, ",")
	if !ok || !found || !strings.HasSuffix(head, ";base64") {
		return nil
	}
	b, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, strings.NewReader(body)))
	if err != nil || len(b) == 0 {
		return nil
	}
	return b
}
