package media

import (
	"encoding/binary"
	"io"
)

// A HEIC or AVIF picture (ISO/IEC 23008-12) keeps Exif and XMP as items beside the picture. metaMost bounds the box that
// lists them.
const metaMost = 4 << 20

// blankHEIF overwrites the items of a picture that tell of who took it and where.
func blankHEIF(f readWriterAt, size int64) error {
	top, err := boxes(f, 0, size)
	if err != nil {
		return err
	}
	for _, x := range top {
		switch x.name {
		case "uuid":
			if err := blank(f, x.body, x.end); err != nil {
				return err
			}
		case "meta":
			if x.end-x.body > metaMost || x.end-x.body < 4 {
				return errShape
			}
			if err := blankItems(f, x, size); err != nil {
				return err
			}
		}
	}
	return nil
}

func blankItems(f readWriterAt, meta box, size int64) error {
	inside, err := boxes(f, meta.body+4, meta.end)
	if err != nil {
		return err
	}
	var tells map[uint32]bool
	var where []extent
	var data int64 // of idat
	for _, x := range inside {
		b := make([]byte, x.end-x.body)
		switch x.name {
		case "iinf", "iloc":
			if _, err := f.ReadAt(b, x.body); err != nil {
				return errShape
			}
		}
		switch x.name {
		case "iinf":
			tells, err = tellingItems(b)
		case "iloc":
			where, err = extents(b)
		case "idat":
			data = x.body
		}
		if err != nil {
			return err
		}
	}
	left := size // items that lie one upon the other would be overwritten for ever
	for _, e := range where {
		if !tells[e.item] {
			continue
		}
		if e.inData {
			e.at += data
		}
		if e.at < 0 || e.n < 0 || e.at > size || e.n > size-e.at || e.n > left {
			return errShape
		}
		left -= e.n
		if err := blank(f, e.at, e.at+e.n); err != nil {
			return err
		}
	}
	return nil
}

// tellingItems gives the numbers of items that are no picture: Exif, and mime (XMP).
func tellingItems(b []byte) (map[uint32]bool, error) {
	if len(b) < 6 {
		return nil, errShape
	}
	skip := int64(6)
	if b[0] > 0 {
		skip = 8
	}
	l, err := boxes(readerOf(b), skip, int64(len(b)))
	if err != nil {
		return nil, err
	}
	out := map[uint32]bool{}
	for _, x := range l {
		e := b[x.body:x.end]
		if x.name != "infe" || len(e) < 12 || e[0] < 2 {
			continue
		}
		id, kind := uint32(binary.BigEndian.Uint16(e[4:])), e[8:12]
		if e[0] >= 3 {
			if len(e) < 14 {
				continue
			}
			id, kind = binary.BigEndian.Uint32(e[4:]), e[10:14]
		}
		if k := string(kind); k == "Exif" || k == "mime" || k == "uri " {
			out[id] = true
		}
	}
	return out, nil
}

// extent is a part of the file that an item fills.
type extent struct {
	item   uint32
	at, n  int64
	inData bool
}

// extents reads iloc (ISO/IEC 14496-12, 8.11.3).
func extents(b []byte) ([]extent, error) {
	r := fields{b: b}
	version := r.number(1)
	r.number(3)
	sizes := r.number(2)
	offset, length, base, index := int(sizes>>12&15), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	if version == 0 {
		index = 0
	}
	wide := 2
	if version == 2 {
		wide = 4
	}
	var out []extent
	for n := r.number(wide); n > 0 && !r.short; n-- {
		e := extent{item: uint32(r.number(wide))}
		if version > 0 {
			e.inData = r.number(2)&15 == 1
		}
		r.number(2)
		start := int64(r.number(base))
		for k := r.number(2); k > 0 && !r.short; k-- {
			r.number(index)
			e.at, e.n = start+int64(r.number(offset)), int64(r.number(length))
			if out = append(out, e); len(out) > partsMost {
				return nil, errShape
			}
		}
	}
	if r.short {
		return nil, errShape
	}
	return out, nil
}

// fields reads big-endian numbers one after the other; short once there are no more bytes.
type fields struct {
	b     []byte
	short bool
}

func (f *fields) number(n int) uint64 {
	if n > len(f.b) || n > 8 {
		f.short = true
		return 0
	}
	var v uint64
	for _, c := range f.b[:n] {
		v = v<<8 | uint64(c)
	}
	f.b = f.b[n:]
	return v
}

func readerOf(b []byte) io.ReaderAt { return bytesAt(b) }

// bytesAt reads bytes at a place.
type bytesAt []byte

func (b bytesAt) ReadAt(p []byte, at int64) (int, error) {
	if at < 0 || at >= int64(len(b)) {
		return 0, io.EOF
	}
	n := copy(p, b[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
