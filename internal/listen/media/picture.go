package media

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
)

// kept of a PNG (W3C PNG, third edition): the picture, its colours, its movement.
var pngKept = []string{"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "bKGD", "pHYs", "cICP", "acTL", "fcTL", "fdAT"}

const pngHead = "\x89PNG\r\n\x1a\n"

// cutPNG copies a PNG without texts, times and Exif but for the way up; what stands after its end goes.
func cutPNG(b []byte) ([]byte, error) {
	if !hasPrefix(b, pngHead) {
		return nil, errShape
	}
	out := append(make([]byte, 0, len(b)), pngHead...)
	for i := len(pngHead); ; {
		if i+12 > len(b) {
			return nil, errShape
		}
		n := int64(binary.BigEndian.Uint32(b[i:]))
		next := int64(i) + 12 + n
		if next > int64(len(b)) {
			return nil, errShape
		}
		name := string(b[i+4 : i+8])
		switch {
		case slices.Contains(pngKept, name):
			out = append(out, b[i:next]...)
		case name == "eXIf":
			if up := orientation(b[i+8 : next-4]); up != 1 {
				out = appendChunk(out, "eXIf", orientationTIFF(up))
			}
		}
		if name == "IEND" {
			return out, nil
		}
		i = int(next)
	}
}

func appendChunk(out []byte, name string, body []byte) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
	from := len(out)
	out = append(append(out, name...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[from:]))
}

// kept of a WebP (RFC 9649).
var webpKept = []string{"VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"}

// cutWebP copies a WebP without XMP, and without Exif but for the way up.
func cutWebP(b []byte) ([]byte, error) {
	if len(b) < 12 || !hasPrefix(b, "RIFF") || string(b[8:12]) != "WEBP" {
		return nil, errShape
	}
	end := min(int64(len(b)), 8+int64(binary.LittleEndian.Uint32(b[4:])))
	out := append(make([]byte, 0, len(b)), b[:12]...)
	flags, up, pictures := -1, byte(1), 0
	for i := int64(12); i < end; {
		if i+8 > end {
			return nil, errShape
		}
		n := int64(binary.LittleEndian.Uint32(b[i+4:]))
		body, next := i+8, i+8+n+n&1
		if body+n > end {
			return nil, errShape
		}
		next = min(next, int64(len(b)))
		name := string(b[i : i+4])
		switch {
		case name == "EXIF":
			tiff := b[body : body+n]
			if isExif(tiff) {
				tiff = tiff[6:]
			}
			up = orientation(tiff)
		case slices.Contains(webpKept, name):
			if name == "VP8X" && n >= 10 {
				flags = len(out) + 8
			}
			if name != "VP8X" && name != "ICCP" {
				pictures++
			}
			out = append(out, b[i:next]...)
			if len(out)&1 == 1 {
				out = append(out, 0)
			}
		}
		i = next
	}
	if pictures == 0 {
		return nil, errShape
	}
	if flags >= 0 {
		out[flags] &^= 0x0c // neither Exif nor XMP
		if up != 1 {
			out[flags] |= 0x08
			t := orientationTIFF(up)
			out = append(binary.LittleEndian.AppendUint32(append(out, "EXIF"...), uint32(len(t))), t...)
		}
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, nil
}

// cutGIF copies a GIF (89a) without comments and without what programs added, but for the number of rounds of its
// movement; what stands after its end goes.
func cutGIF(b []byte) ([]byte, error) {
	if len(b) < 13 {
		return nil, errShape
	}
	i := 13 + colourTable(b[10])
	if i > len(b) {
		return nil, errShape
	}
	out := append(make([]byte, 0, len(b)), b[:i]...)
	for i < len(b) {
		from := i
		switch b[i] {
		case 0x3b:
			return append(out, 0x3b), nil
		case 0x2c:
			if i+10 > len(b) {
				return nil, errShape
			}
			i += 10 + colourTable(b[i+9]) + 1
		case 0x21:
			i += 2
		default:
			return nil, errShape
		}
		next := subBlocks(b, i)
		if next < 0 {
			return nil, errShape
		}
		if b[from] == 0x2c || gifKeeps(b[from+1:next]) {
			out = append(out, b[from:next]...)
		}
		i = next
	}
	return nil, errShape
}

func colourTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// subBlocks gives where a chain of blocks that begins at i ends; -1 when it does not.
func subBlocks(b []byte, i int) int {
	for i >= 0 && i < len(b) {
		n := int(b[i])
		i += 1 + n
		if n == 0 {
			return i
		}
	}
	return -1
}

// gifKeeps tells of an extension, from its label on.
func gifKeeps(e []byte) bool {
	switch e[0] {
	case 0xf9, 0x01:
		return true
	case 0xff:
		return len(e) > 12 && string(e[2:13]) == "NETSCAPE2.0"
	}
	return false
}
