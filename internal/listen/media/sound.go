package media

import (
	"encoding/binary"
	"io"
)

// soundSpan gives where the sound of an MPEG or AAC file lies between the labels (ID3 before and after, APE) that tell
// who made it.
func soundSpan(r io.ReaderAt, size int64) (from, to int64, err error) {
	to = size
	for labels := 0; to-from >= 10; labels++ {
		var h [10]byte
		if _, err := r.ReadAt(h[:], from); err != nil {
			return 0, 0, errShape
		}
		if string(h[:3]) != "ID3" || labels > 20 {
			break
		}
		n := int64(h[6]&0x7f)<<21 | int64(h[7]&0x7f)<<14 | int64(h[8]&0x7f)<<7 | int64(h[9]&0x7f)
		from += 10 + n
		if h[5]&0x10 != 0 {
			from += 10
		}
	}
	if to-from >= 128 {
		var t [3]byte
		if _, err := r.ReadAt(t[:], to-128); err != nil {
			return 0, 0, errShape
		}
		if string(t[:]) == "TAG" {
			to -= 128
		}
	}
	if to-from >= 32 {
		var t [32]byte
		if _, err := r.ReadAt(t[:], to-32); err != nil {
			return 0, 0, errShape
		}
		if n := int64(binary.LittleEndian.Uint32(t[12:])); string(t[:8]) == "APETAGEX" && n <= to-from {
			to -= n
		}
	}
	if from >= to {
		return 0, 0, errShape
	}
	return from, to, nil
}

// wavKept are the parts of a WAVE file that are the sound.
var wavKept = map[string]bool{"fmt ": true, "data": true, "fact": true}

// blankWAV makes empty room of the parts of a WAVE file that tell of who made it.
func blankWAV(f readWriterAt, size int64) error {
	left := partsMost
	for at := int64(12); at+8 <= size; left-- {
		var h [8]byte
		if left == 0 {
			return errShape
		}
		if _, err := f.ReadAt(h[:], at); err != nil {
			return errShape
		}
		body := at + 8
		end := min(size, body+int64(binary.LittleEndian.Uint32(h[4:])))
		if !wavKept[string(h[:4])] {
			if err := blank(f, body, end); err != nil {
				return err
			}
			if _, err := f.WriteAt([]byte("JUNK"), at); err != nil {
				return err
			}
		}
		at = end + (end-body)&1
	}
	return nil
}
