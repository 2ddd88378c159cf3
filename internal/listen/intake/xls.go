package intake

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf16"

	"github.com/richardlehane/mscfb"
	"golang.org/x/text/encoding/charmap"

	"vigie/internal/cx"
)

// xlsRows holds one sheet of an Excel 97–2003 (or 95) workbook: at most 65,536 × 256 cells, read at once. The records
// are read here ([MS-XLS]), not by extrame/xls, which loses the dates of plain number cells and signs of small numbers.
type xlsRows struct {
	rows [][]string
	at   int
}

func (x *xlsRows) Close() error { return nil }

func (x *xlsRows) next() (Row, error) {
	if x.at == len(x.rows) {
		return Row{}, io.EOF
	}
	x.at++
	return Row{Line: x.at, Cells: x.rows[x.at-1]}, nil
}

var errXLS = errors.New("record cut short")

// openXLS turns any panic of the container's reader on hostile bytes into the refusal of a damaged file.
func openXLS(f *File, sheet string) (src source, err error) {
	b, err := f.whole()
	if err != nil {
		return nil, err
	}
	damaged := func(cause error) error {
		return &cx.Error{Kind: cx.Invalid, Code: "intake.workbook_damaged", Args: map[string]any{"file": f.Name}, Cause: cause}
	}
	defer func() {
		if p := recover(); p != nil {
			src, err = nil, damaged(fmt.Errorf("panic: %v", p))
		}
	}()
	stream, err := workbookStream(b)
	if err != nil {
		return nil, damaged(err)
	}
	if stream == nil {
		return nil, cx.Fail(cx.Invalid, "", "intake.file_not_table", "file", f.Name)
	}
	book := biff{b: stream}
	if err := book.globals(); err != nil {
		return nil, damaged(err)
	}
	if book.locked {
		return nil, cx.Fail(cx.Invalid, "", "intake.workbook_locked", "file", f.Name)
	}
	rows, err := book.choose(sheet)
	if e, ok := errors.AsType[*cx.Error](err); ok {
		return nil, e
	}
	if err != nil {
		return nil, damaged(err)
	}
	return &xlsRows{rows: rows}, nil
}

func workbookStream(b []byte) ([]byte, error) {
	doc, err := mscfb.New(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	for _, e := range doc.File {
		if e.Name == "EncryptedPackage" {
			return []byte{0x2f, 0, 0, 0}, nil // a locked XLSX: answered like a locked XLS
		}
		if (e.Name == "Workbook" || e.Name == "Book") && e.Size <= int64(len(b)) {
			out := make([]byte, e.Size)
			_, err := io.ReadFull(e, out)
			return out, err
		}
	}
	return nil, nil
}

// biff is the record stream of a workbook.
type biff struct {
	b      []byte
	old    bool // Excel 95: one byte a character
	d1904  bool
	locked bool
	shared []string
	codes  map[int]string
	styles []int // number format by cell style
	sheets []struct {
		name string
		at   int
	}
}

// records calls f for each record from i until it says stop or the substream ends.
func (w *biff) records(i int, f func(id uint16, data []byte, next int) (stop bool, err error)) error {
	for i+4 <= len(w.b) {
		id, n := binary.LittleEndian.Uint16(w.b[i:]), int(binary.LittleEndian.Uint16(w.b[i+2:]))
		i += 4
		if i+n > len(w.b) {
			return errXLS
		}
		stop, err := f(id, w.b[i:i+n], i+n)
		if err != nil || stop {
			return err
		}
		i += n
		if id == 0x0a {
			return nil
		}
	}
	return nil
}

func (w *biff) globals() error {
	w.codes = map[int]string{}
	return w.records(0, func(id uint16, d []byte, next int) (bool, error) {
		switch {
		case id == 0x2f:
			w.locked = true
			return true, nil
		case id == 0x809 && len(d) >= 4:
			w.old = binary.LittleEndian.Uint16(d) < 0x600
		case id == 0x22 && len(d) >= 2:
			w.d1904 = d[0] == 1
		case id == 0xe0 && len(d) >= 4:
			w.styles = append(w.styles, int(binary.LittleEndian.Uint16(d[2:])))
		case id == 0x41e && len(d) > 4:
			w.codes[int(binary.LittleEndian.Uint16(d))] = w.text(d[2:], 2)
		case id == 0x85 && len(d) > 8:
			w.bound(d)
		case id == 0xfc:
			return false, w.strings(d, next)
		}
		return false, nil
	})
}

// bound notes a visible worksheet.
func (w *biff) bound(d []byte) {
	if d[4]&3 != 0 || d[5] != 0 {
		return
	}
	w.sheets = append(w.sheets, struct {
		name string
		at   int
	}{w.text(d[6:], 1), int(binary.LittleEndian.Uint32(d))})
}

// text reads a string with a length of size bytes before it.
func (w *biff) text(d []byte, size int) string {
	if len(d) < size {
		return ""
	}
	n := int(d[0])
	if size == 2 {
		n = int(binary.LittleEndian.Uint16(d))
	}
	d = d[size:]
	wide := false
	if !w.old {
		if len(d) == 0 {
			return ""
		}
		wide, d = d[0]&1 == 1, d[1:]
	}
	if wide {
		return utf16Text(d[:min(len(d), 2*n)])
	}
	return w.narrow(d[:min(len(d), n)])
}

// narrow: Excel 97 writes the low halves of UTF-16, Excel 95 the code page of Western Windows.
func (w *biff) narrow(d []byte) string {
	var b strings.Builder
	for _, c := range d {
		if w.old {
			b.WriteRune(charmap.Windows1252.DecodeByte(c))
		} else {
			b.WriteRune(rune(c))
		}
	}
	return b.String()
}

func utf16Text(d []byte) string {
	u := make([]uint16, len(d)/2)
	for i := range u {
		u[i] = binary.LittleEndian.Uint16(d[2*i:])
	}
	return string(utf16.Decode(u))
}

// strings reads the shared strings: the record and those that continue it.
func (w *biff) strings(d []byte, next int) error {
	s := segments{d}
	err := w.records(next, func(id uint16, d []byte, _ int) (bool, error) {
		if id == 0x3c {
			s = append(s, d)
		}
		return id != 0x3c, nil
	})
	if err != nil {
		return err
	}
	head := s.bytes(8)
	if head == nil {
		return errXLS
	}
	for n := binary.LittleEndian.Uint32(head[4:]); n > 0; n-- {
		text, ok := s.text()
		if !ok {
			return errXLS
		}
		w.shared = append(w.shared, text)
	}
	return nil
}

// segments are the parts of a record cut in several.
type segments [][]byte

func (s *segments) bytes(n int) []byte {
	var out []byte
	for n > 0 {
		if !s.advance() {
			return nil
		}
		k := min(n, len((*s)[0]))
		out = append(out, (*s)[0][:k]...)
		(*s)[0] = (*s)[0][k:]
		n -= k
	}
	return out
}

// advance goes to the next segment that holds something.
func (s *segments) advance() bool {
	for len(*s) > 0 && len((*s)[0]) == 0 {
		*s = (*s)[1:]
	}
	return len(*s) > 0
}

func (s *segments) text() (string, bool) {
	head := s.bytes(3)
	if head == nil {
		return "", false
	}
	count, flags := int(binary.LittleEndian.Uint16(head)), head[2]
	tail := 0
	if flags&8 != 0 {
		b := s.bytes(2)
		if b == nil {
			return "", false
		}
		tail += 4 * int(binary.LittleEndian.Uint16(b))
	}
	if flags&4 != 0 {
		b := s.bytes(4)
		if b == nil {
			return "", false
		}
		tail += int(binary.LittleEndian.Uint32(b))
	}
	units, ok := s.units(count, flags&1 == 1)
	if !ok || tail < 0 || tail > 0 && s.bytes(tail) == nil {
		return "", false
	}
	return string(utf16.Decode(units)), true
}

// units reads count characters; a segment that goes on in the middle starts with its own width.
func (s *segments) units(count int, wide bool) ([]uint16, bool) {
	out := make([]uint16, 0, count)
	for len(out) < count {
		if len(*s) > 0 && len((*s)[0]) == 0 {
			if !s.advance() {
				return nil, false
			}
			wide = (*s)[0][0]&1 == 1
			(*s)[0] = (*s)[0][1:]
		}
		if len(*s) == 0 {
			return nil, false
		}
		d := (*s)[0]
		switch {
		case wide && len(d) >= 2:
			out = append(out, binary.LittleEndian.Uint16(d))
			(*s)[0] = d[2:]
		case !wide && len(d) >= 1:
			out = append(out, uint16(d[0]))
			(*s)[0] = d[1:]
		case len(d) > 0:
			return nil, false
		}
	}
	return out, true
}

// choose reads the sheet named, or the first with something in it.
func (w *biff) choose(sheet string) ([][]string, error) {
	var names []string
	for i, s := range w.sheets {
		names = append(names, s.name)
		if sheet != "" && sheet != s.name {
			continue
		}
		g := grid{w: w}
		if err := w.records(s.at, g.record); err != nil {
			return nil, err
		}
		if len(g.rows) > 0 || sheet != "" || i == len(w.sheets)-1 {
			return g.rows, nil
		}
	}
	if sheet != "" {
		return nil, cx.Fail(cx.Invalid, "sheet", "intake.sheet_unknown", "value", sheet, "known", strings.Join(names, ", "))
	}
	return nil, errXLS
}

// grid gathers the cells of one sheet.
type grid struct {
	w        *biff
	rows     [][]string
	row, col int // of the formula whose text comes in the next record
}

func (g *grid) record(id uint16, d []byte, _ int) (bool, error) {
	if id == 0x207 {
		g.put(g.row, g.col, g.w.text(d, 2))
		return false, nil
	}
	if len(d) < 6 {
		return false, nil
	}
	row, col := int(binary.LittleEndian.Uint16(d)), int(binary.LittleEndian.Uint16(d[2:]))
	style, rest := int(binary.LittleEndian.Uint16(d[4:])), d[6:]
	switch {
	case id == 0x203 && len(rest) >= 8:
		g.put(row, col, g.number(math.Float64frombits(binary.LittleEndian.Uint64(rest)), style))
	case id == 0x27e && len(rest) >= 4:
		g.put(row, col, g.number(rk(binary.LittleEndian.Uint32(rest)), style))
	case id == 0xbd:
		g.many(row, col, d[4:])
	case id == 0xfd && len(rest) >= 4:
		if n := binary.LittleEndian.Uint32(rest); int64(n) < int64(len(g.w.shared)) {
			g.put(row, col, g.w.shared[n])
		}
	case id == 0x204 || id == 0xd6:
		g.put(row, col, g.w.text(rest, 2))
	case id == 0x205 && len(rest) >= 2:
		g.put(row, col, boolOrError(rest[0], rest[1] == 1))
	case id == 0x06 && len(rest) >= 8:
		g.formula(row, col, style, rest[:8])
	}
	return false, nil
}

func (g *grid) many(row, col int, d []byte) {
	for ; len(d) >= 8; d, col = d[6:], col+1 {
		g.put(row, col, g.number(rk(binary.LittleEndian.Uint32(d[2:])), int(binary.LittleEndian.Uint16(d))))
	}
}

func (g *grid) formula(row, col, style int, result []byte) {
	if result[6] != 0xff || result[7] != 0xff {
		g.put(row, col, g.number(math.Float64frombits(binary.LittleEndian.Uint64(result)), style))
		return
	}
	switch result[0] {
	case 0:
		g.row, g.col = row, col
	case 1, 2:
		g.put(row, col, boolOrError(result[2], result[0] == 2))
	}
}

func (g *grid) put(row, col int, text string) {
	if text == "" || col >= 256 || row >= 65536 {
		return
	}
	for len(g.rows) <= row {
		g.rows = append(g.rows, nil)
	}
	for len(g.rows[row]) <= col {
		g.rows[row] = append(g.rows[row], "")
	}
	g.rows[row][col] = text
}

func (g *grid) number(v float64, style int) string {
	if style < len(g.w.styles) {
		if id := g.w.styles[style]; dateFormat(id, g.w.codes[id]) {
			return serialDate(v, g.w.d1904)
		}
	}
	return excelNumber(v)
}

// rk is Excel's short number: 30 bits of an integer or of a float, perhaps in hundredths.
func rk(n uint32) float64 {
	v := math.Float64frombits(uint64(n&^3) << 32)
	if n&2 != 0 {
		v = float64(int32(n) >> 2)
	}
	if n&1 != 0 {
		v /= 100
	}
	return v
}

func boolOrError(b byte, isError bool) string {
	if !isError {
		return map[byte]string{0: "false", 1: "true"}[b]
	}
	names := map[byte]string{0: "#NULL!", 7: "#DIV/0!", 0x0f: "#VALUE!", 0x17: "#REF!", 0x1d: "#NAME?", 0x24: "#NUM!", 0x2a: "#N/A"}
	return names[b]
}
