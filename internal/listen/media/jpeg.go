package media

import (
	"encoding/binary"
	"errors"
	"slices"
)

var errShape = errors.New("media: the file is damaged or not what it says")

// Marks of a JPEG (ITU-T T.81, annex B).
const (
	soi = 0xd8
	eoi = 0xd9
	sos = 0xda
)

// cutJPEG copies a JPEG without what it says of who took it and where (Exif, XMP, IPTC, comments, further pictures); colours
// and the way up stay. What stands after its end goes.
func cutJPEG(b []byte) ([]byte, error) {
	if len(b) < 4 || b[0] != 0xff || b[1] != soi {
		return nil, errShape
	}
	out := append(make([]byte, 0, len(b)+64), 0xff, soi)
	up, drawn := byte(1), false
	for i := 2; ; {
		mark, body, next, err := segment(b, i)
		switch {
		case mark == eoi, err != nil && drawn && i >= len(b)-1: // cut short: what came of it is shown
			if up != 1 {
				out = slices.Insert(out, 2, orientationSegment(up)...)
			}
			return append(out, 0xff, eoi), nil
		case err != nil:
			return nil, err
		case mark == 0xe1 && isExif(body):
			up = orientation(body[6:])
		case keeps(mark, body):
			out = append(out, b[i:next]...)
		}
		if mark == sos {
			end := scanEnd(b, next)
			out, drawn = append(out, b[next:end]...), true
			next = end
		}
		i = next
	}
}

// segment gives the mark at i, its body, and where the next one begins. Ones may be repeated before a mark.
func segment(b []byte, i int) (mark byte, body []byte, next int, err error) {
	if i+1 >= len(b) || b[i] != 0xff {
		return 0, nil, 0, errShape
	}
	for i+1 < len(b) && b[i+1] == 0xff {
		i++
	}
	if i+1 >= len(b) {
		return 0, nil, 0, errShape
	}
	mark = b[i+1]
	if mark == eoi || mark >= 0xd0 && mark <= 0xd7 || mark == 0x01 {
		return mark, nil, i + 2, nil
	}
	if i+4 > len(b) {
		return 0, nil, 0, errShape
	}
	n := int(binary.BigEndian.Uint16(b[i+2:]))
	if next = i + 2 + n; n < 2 || next > len(b) {
		return 0, nil, 0, errShape
	}
	return mark, b[i+4 : next], next, nil
}

// keeps tells which segments a picture needs: tables, frames, and of what programs add, the colours alone.
func keeps(mark byte, body []byte) bool {
	switch {
	case mark == 0xe0:
		return hasPrefix(body, "JFIF\x00")
	case mark == 0xe2:
		return hasPrefix(body, "ICC_PROFILE\x00")
	case mark == 0xee:
		return hasPrefix(body, "Adobe")
	case mark > 0xe0 && mark <= 0xef, mark == 0xfe, mark == soi:
		return false
	}
	return true
}

func hasPrefix(b []byte, s string) bool { return len(b) >= len(s) && string(b[:len(s)]) == s }

func isExif(body []byte) bool { return hasPrefix(body, "Exif\x00\x00") }

// scanEnd gives where the coded picture ends: the next mark that is neither stuffing nor a restart. A picture cut short
// ends with the file.
func scanEnd(b []byte, i int) int {
	for ; i+1 < len(b); i++ {
		if b[i] == 0xff && b[i+1] != 0 && (b[i+1] < 0xd0 || b[i+1] > 0xd7) && b[i+1] != 0xff {
			return i
		}
	}
	return len(b)
}

// orientation reads the way up (1 to 8) of a TIFF header, 1 when it says none. Exif 2.3, tag 0x0112.
func orientation(tiff []byte) byte {
	var order binary.ByteOrder = binary.BigEndian
	switch {
	case hasPrefix(tiff, "II*\x00"):
		order = binary.LittleEndian
	case !hasPrefix(tiff, "MM\x00*"):
		return 1
	}
	if len(tiff) < 8 {
		return 1
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	n := int64(order.Uint16(tiff[at:]))
	for k := range n {
		e := at + 2 + 12*k
		if e+12 > int64(len(tiff)) {
			return 1
		}
		if order.Uint16(tiff[e:]) == 0x0112 && order.Uint16(tiff[e+2:]) == 3 {
			if v := order.Uint16(tiff[e+8:]); v >= 1 && v <= 8 {
				return byte(v)
			}
			return 1
		}
	}
	return 1
}

// orientationTIFF is a TIFF header that says the way up and nothing else.
func orientationTIFF(up byte) []byte {
	return []byte{'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, up, 0, 0, 0, 0, 0, 0}
}

// orientationSegment is the Exif segment of a JPEG that says it.
func orientationSegment(up byte) []byte {
	t := orientationTIFF(up)
	b := []byte{0xff, 0xe1, 0, byte(2 + 6 + len(t)), 'E', 'x', 'i', 'f', 0, 0}
	return append(b, t...)
}
