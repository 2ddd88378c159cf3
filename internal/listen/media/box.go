package media

import (
	"encoding/binary"
	"io"
	"slices"
)

// box of an ISO base media file (ISO/IEC 14496-12): MP4, QuickTime, 3GP, HEIC.
type box struct {
	name     string
	at, body int64 // where it begins, and what it holds
	end      int64
	head     int64 // bytes before body
}

// partsMost bounds how many parts one file is walked through: a file of nothing but parts would take for ever.
const partsMost = 20_000

// boxes lists those that stand side by side between two places.
func boxes(r io.ReaderAt, from, to int64) ([]box, error) {
	left := partsMost
	return boxesIn(r, from, to, &left)
}

// boxesIn is boxes of a walk that may meet no more than left.
func boxesIn(r io.ReaderAt, from, to int64, left *int) ([]box, error) {
	var l []box
	for at := from; at+8 <= to; {
		var h [16]byte
		if _, err := r.ReadAt(h[:8], at); err != nil {
			return nil, errShape
		}
		x := box{name: string(h[4:8]), at: at, head: 8}
		size := int64(binary.BigEndian.Uint32(h[:4]))
		switch size {
		case 0:
			size = to - at
		case 1:
			if _, err := r.ReadAt(h[8:16], at+8); err != nil {
				return nil, errShape
			}
			size, x.head = int64(binary.BigEndian.Uint64(h[8:])), 16
		}
		if size < x.head || size > to-at {
			return nil, errShape
		}
		x.body, x.end = at+x.head, at+size
		if l, *left = append(l, x), *left-1; *left < 0 {
			return nil, errShape
		}
		at = x.end
	}
	return l, nil
}

// brands of still pictures, and of sound alone.
var (
	heicBrands = []string{"heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"}
	avifBrands = []string{"avif", "avis"}
)

// ofBoxes tells a picture, a sound and a film apart: by their brand, then by whether a track is drawn.
func ofBoxes(r io.ReaderAt, size int64, head []byte) (form, bool) {
	brand := string(head[8:12])
	switch {
	case slices.Contains(avifBrands, brand):
		return form{Image, "image/avif", ".avif"}, true
	case slices.Contains(heicBrands, brand):
		return form{Image, "image/heic", ".heic"}, true
	}
	drawn, sounds, err := tracks(r, size)
	switch {
	case err != nil || !drawn && !sounds:
		return form{}, false
	case !drawn:
		return form{Audio, "audio/mp4", ".m4a"}, true
	case brand == "qt  ":
		return form{Video, "video/quicktime", ".mov"}, true
	case brand[:2] == "3g":
		return form{Video, "video/3gpp", ".3gp"}, true
	}
	return form{Video, "video/mp4", ".mp4"}, true
}

// tracks tells whether a film has a picture, and a sound.
func tracks(r io.ReaderAt, size int64) (drawn, sounds bool, err error) {
	err = within(r, size, []string{"moov", "trak", "mdia"}, func(x box) error {
		if x.name != "hdlr" || x.end-x.body < 12 {
			return nil
		}
		var kind [4]byte
		if _, err := r.ReadAt(kind[:], x.body+8); err != nil {
			return errShape
		}
		switch string(kind[:]) {
		case "vide":
			drawn = true
		case "soun":
			sounds = true
		}
		return nil
	})
	return drawn, sounds, err
}

// within calls fn with every box of a file, and with those inside the boxes of a path: moov, then trak in it…
func within(r io.ReaderAt, to int64, path []string, fn func(box) error) error {
	left := partsMost
	return walk{r, fn, &left}.in(0, to, path)
}

// walk goes through the boxes of one file.
type walk struct {
	r    io.ReaderAt
	fn   func(box) error
	left *int
}

func (w walk) in(from, to int64, path []string) error {
	l, err := boxesIn(w.r, from, to, w.left)
	if err != nil {
		return err
	}
	for _, x := range l {
		if err := w.fn(x); err != nil {
			return err
		}
		if len(path) > 0 && x.name == path[0] {
			if err := w.in(x.body, x.end, path[1:]); err != nil {
				return err
			}
		}
	}
	return nil
}

// told are the boxes in which phones write where a film was taken, by whom and with what.
var told = []string{"udta", "meta", "uuid"}

// readWriterAt is the file a film is cleaned in.
type readWriterAt interface {
	io.ReaderAt
	io.WriterAt
}

// blankFilm makes empty room, where it stands, of what a film tells beside its picture and sound.
func blankFilm(f readWriterAt, size int64) error {
	return within(f, size, []string{"moov", "trak"}, func(x box) error {
		if !slices.Contains(told, x.name) {
			return nil
		}
		if err := blank(f, x.body, x.end); err != nil {
			return err
		}
		_, err := f.WriteAt([]byte("free"), x.at+4)
		return err
	})
}

// blank overwrites a part of a file.
func blank(f io.WriterAt, from, to int64) error {
	zero := make([]byte, min(64<<10, max(0, to-from)))
	for at := from; at < to; {
		n := min(int64(len(zero)), to-at)
		if _, err := f.WriteAt(zero[:n], at); err != nil {
			return err
		}
		at += n
	}
	return nil
}
