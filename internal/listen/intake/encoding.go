package intake

import (
	"bytes"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	xunicode "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"
)

// Encodings that a Map may name, in the order they are shown.
var Encodings = []string{"utf-8", "utf-16le", "utf-16be", "utf-32le", "utf-32be", "windows-1252", "iso-8859-1", "iso-8859-15", "macroman", "cp850"}

func encodingNamed(name string) (encoding.Encoding, bool) {
	switch strings.ToLower(name) {
	case "utf-8", "utf8", "":
		return encoding.Nop, true
	case "utf-16le":
		return xunicode.UTF16(xunicode.LittleEndian, xunicode.IgnoreBOM), true
	case "utf-16be":
		return xunicode.UTF16(xunicode.BigEndian, xunicode.IgnoreBOM), true
	case "utf-32le":
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), true
	case "utf-32be":
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), true
	case "windows-1252", "cp1252", "iso-8859-1", "latin1": // 1252 holds all of Latin-1 that a text uses
		return charmap.Windows1252, true
	case "iso-8859-15", "latin9":
		return charmap.ISO8859_15, true
	case "macroman", "macintosh":
		return charmap.Macintosh, true
	case "cp850":
		return charmap.CodePage850, true
	}
	return nil, false
}

func hasBOM(b []byte) string {
	for _, m := range []struct{ mark, name string }{ // UTF-32LE starts like UTF-16LE: asked first
		{"\xef\xbb\xbf", "utf-8"}, {"\xff\xfe\x00\x00", "utf-32le"}, {"\x00\x00\xfe\xff", "utf-32be"},
		{"\xff\xfe", "utf-16le"}, {"\xfe\xff", "utf-16be"},
	} {
		if bytes.HasPrefix(b, []byte(m.mark)) {
			return m.name
		}
	}
	return ""
}

// guessUTF16 recognises UTF-16 without mark: Latin texts have a zero in nearly every other byte.
func guessUTF16(b []byte) string {
	b = b[:min(len(b), 4096)]
	var zero [2]int
	for i, c := range b {
		if c == 0 {
			zero[i&1]++
		}
	}
	half := len(b) / 2
	switch {
	case half < 2:
		return ""
	case zero[1]*10 >= half*7 && zero[0]*10 < half*2:
		return "utf-16le"
	case zero[0]*10 >= half*7 && zero[1]*10 < half*2:
		return "utf-16be"
	}
	return ""
}

// GuessEncoding names the encoding of a text from its first bytes. One-byte encodings are told apart by which one
// makes French letters inside words; Windows-1252 wins a draw.
func GuessEncoding(b []byte) string {
	if e := hasBOM(b); e != "" {
		return e
	}
	if e := guessUTF16(b); e != "" {
		return e
	}
	if validUTF8Start(b) {
		return "utf-8"
	}
	best, top := "windows-1252", frenchness(charmap.Windows1252, b)
	for _, name := range []string{"iso-8859-15", "macroman", "cp850"} {
		enc, _ := encodingNamed(name)
		if s := frenchness(enc.(*charmap.Charmap), b); s > top {
			best, top = name, s
		}
	}
	return best
}

// validUTF8Start allows a last character cut by the end of the sample.
func validUTF8Start(b []byte) bool {
	for cut := 0; cut < utf8.UTFMax && cut <= len(b); cut++ {
		if utf8.Valid(b[:len(b)-cut]) {
			return cut == 0 || !utf8.FullRune(b[len(b)-cut:])
		}
	}
	return false
}

func frenchness(enc *charmap.Charmap, b []byte) int {
	score, before := 0, ' '
	for i, c := range b {
		r := enc.DecodeByte(c)
		if c >= 0x80 {
			after := ' '
			if i+1 < len(b) {
				after = enc.DecodeByte(b[i+1])
			}
			score += letterWorth(before, r, after)
		}
		before = r
	}
	return score
}

func letterWorth(before, r, after rune) int {
	inWord := unicode.IsLetter(before) || unicode.IsLetter(after)
	switch {
	case strings.ContainsRune("éèêëàâäçùûüîïôöœæñíóúá", r) && inWord:
		return 3
	case strings.ContainsRune("ÉÈÊÀÂÇÎÔŒÙÛ", r) && (before == ' ' || unicode.IsUpper(before) || unicode.IsUpper(after)):
		return 2
	case strings.ContainsRune("€’‘“”–—…«»°\u00a0", r):
		return 1
	case r == utf8.RuneError || r < 0xa0:
		return -4
	case unicode.IsLetter(r):
		return -1
	}
	return -2
}

// Mended counts what had to be repaired while decoding.
type Mended struct {
	Nulls int `json:"nulls,omitempty"` // zero bytes taken out: no store keeps them in a text
	Mixed int `json:"mixed,omitempty"` // bytes that are no UTF-8, read as Windows-1252
	// Controls: characters U+0080–U+009F of a text once read as Latin-1 by mistake, read as Windows-1252 ("l\u0092été").
	Controls int `json:"controls,omitempty"`
}

// decode gives UTF-8 without byte order mark, and counts repairs in m.
func decode(r io.Reader, enc encoding.Encoding, m *Mended) io.Reader {
	if enc != encoding.Nop {
		r = transform.NewReader(r, enc.NewDecoder())
	}
	return transform.NewReader(r, &mend{m: m})
}

type mend struct {
	m       *Mended
	started bool
}

func (t *mend) Reset() { t.started = false }

func (t *mend) Transform(dst, src []byte, atEOF bool) (nd, ns int, err error) {
	if !t.started {
		if len(src) < 3 && !atEOF {
			return 0, 0, transform.ErrShortSrc
		}
		t.started = true
		if bytes.HasPrefix(src, []byte("\xef\xbb\xbf")) {
			ns = 3
		}
	}
	for ns < len(src) {
		if c := src[ns]; c != 0 && c < utf8.RuneSelf {
			if nd == len(dst) {
				return nd, ns, transform.ErrShortDst
			}
			dst[nd] = c
			nd, ns = nd+1, ns+1
			continue
		}
		size, out, short := t.special(src[ns:], atEOF)
		if short {
			return nd, ns, transform.ErrShortSrc
		}
		if nd+len(out) > len(dst) {
			return nd, ns, transform.ErrShortDst
		}
		t.count(src[ns], size, out != string(src[ns:ns+size]))
		nd, ns = nd+copy(dst[nd:], out), ns+size
	}
	return nd, ns, nil
}

// cell gives a cell of a workbook repaired; nearly all need nothing.
func (m *Mended) cell(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r == 0 || r >= 0x80 && r < 0xa0 || r == utf8.RuneError }) {
		return s
	}
	out, _, err := transform.String(&mend{m: m}, s)
	if err != nil { // none is possible: mend knows only short buffers
		return s
	}
	return out
}

func (t *mend) count(first byte, size int, changed bool) {
	switch {
	case first == 0:
		t.m.Nulls++
	case size == 1:
		t.m.Mixed++
	case changed:
		t.m.Controls++
	}
}

// special reads one character that is not plain ASCII.
func (t *mend) special(src []byte, atEOF bool) (size int, out string, short bool) {
	if src[0] == 0 {
		return 1, "", false
	}
	if !utf8.FullRune(src) && !atEOF {
		return 0, "", true
	}
	if r, n := utf8.DecodeRune(src); r != utf8.RuneError || n > 1 {
		if r >= 0x80 && r < 0xa0 {
			return n, string(charmap.Windows1252.DecodeByte(byte(r))), false
		}
		return n, string(src[:n]), false
	}
	return 1, string(charmap.Windows1252.DecodeByte(src[0])), false
}
