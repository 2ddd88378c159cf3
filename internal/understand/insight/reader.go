package insight

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// reader walks JSON once, in place.
type reader struct {
	b []byte
	i int
}

var errSyntax = errors.New("not JSON")

// deepest is how far values may be nested.
const deepest = 1000

func (r *reader) space() {
	for r.i < len(r.b) {
		switch r.b[r.i] {
		case ' ', '\t', '\n', '\r':
			r.i++
		default:
			return
		}
	}
}

// peek gives the first byte of the next value, 0 at the end.
func (r *reader) peek() byte {
	r.space()
	if r.i == len(r.b) {
		return 0
	}
	return r.b[r.i]
}

func (r *reader) take(c byte) bool {
	if r.peek() != c {
		return false
	}
	r.i++
	return true
}

func (r *reader) word(w string) bool {
	if len(r.b)-r.i < len(w) || string(r.b[r.i:r.i+len(w)]) != w {
		return false
	}
	r.i += len(w)
	return true
}

// null reads a null if that is what comes.
func (r *reader) null() bool { return r.peek() == 'n' && r.word("null") }

func (r *reader) object(field func(key []byte) error) error {
	if !r.take('{') {
		return errSyntax
	}
	if r.take('}') {
		return nil
	}
	for {
		var key []byte
		if err := r.text(&key); err != nil {
			return err
		}
		if !r.take(':') {
			return errSyntax
		}
		if err := field(key); err != nil {
			return err
		}
		if r.take('}') {
			return nil
		}
		if !r.take(',') {
			return errSyntax
		}
	}
}

func (r *reader) array(item func() error) error {
	if !r.take('[') {
		return errSyntax
	}
	if r.take(']') {
		return nil
	}
	for {
		if err := item(); err != nil {
			return err
		}
		if r.take(']') {
			return nil
		}
		if !r.take(',') {
			return errSyntax
		}
	}
}

// text reads a string: the bytes of the payload itself unless it holds an escape or bytes that are not UTF-8.
func (r *reader) text(out *[]byte) error {
	if !r.take('"') {
		return errSyntax
	}
	start, ascii := r.i, true
	for r.i < len(r.b) {
		switch c := r.b[r.i]; {
		case c == '"':
			*out = r.b[start:r.i:r.i]
			r.i++
			if !ascii && !utf8.Valid(*out) {
				*out = []byte(string([]rune(string(*out))))
			}
			return nil
		case c == '\\':
			return r.escaped(start, out)
		case c < ' ':
			return errSyntax
		case c >= utf8.RuneSelf:
			ascii = false
		}
		r.i++
	}
	return errSyntax
}

func (r *reader) escaped(start int, out *[]byte) error {
	buf := append([]byte(nil), r.b[start:r.i]...)
	for r.i < len(r.b) {
		switch c := r.b[r.i]; {
		case c == '"':
			r.i++
			if !utf8.Valid(buf) {
				buf = []byte(string([]rune(string(buf))))
			}
			*out = buf
			return nil
		case c < ' ':
			return errSyntax
		case c != '\\':
			buf = append(buf, c)
			r.i++
		default:
			r.i++
			var ok bool
			if buf, ok = r.escape(buf); !ok {
				return errSyntax
			}
		}
	}
	return errSyntax
}

func (r *reader) escape(buf []byte) ([]byte, bool) {
	if r.i == len(r.b) {
		return buf, false
	}
	c := r.b[r.i]
	r.i++
	switch c {
	case '"', '\\', '/':
		return append(buf, c), true
	case 'b':
		return append(buf, '\b'), true
	case 'f':
		return append(buf, '\f'), true
	case 'n':
		return append(buf, '\n'), true
	case 'r':
		return append(buf, '\r'), true
	case 't':
		return append(buf, '\t'), true
	case 'u':
		return r.unicode(buf)
	}
	return buf, false
}

func (r *reader) unicode(buf []byte) ([]byte, bool) {
	u, ok := r.hex4()
	if !ok {
		return buf, false
	}
	if utf16.IsSurrogate(u) {
		low := rune(-1)
		if back := r.i; r.word(`\u`) {
			if low, ok = r.hex4(); !ok {
				return buf, false
			}
			if utf16.DecodeRune(u, low) == utf8.RuneError {
				r.i = back
			}
		}
		u = utf16.DecodeRune(u, low)
	}
	return utf8.AppendRune(buf, u), true
}

func (r *reader) hex4() (rune, bool) {
	if len(r.b)-r.i < 4 {
		return 0, false
	}
	var u rune
	for _, c := range r.b[r.i : r.i+4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		u = u<<4 | rune(c)
	}
	r.i += 4
	return u, true
}

// number gives the bytes of a number as JSON writes them.
func (r *reader) number() ([]byte, error) {
	r.space()
	start := r.i
	r.word("-")
	if !r.word("0") && !r.digits() {
		return nil, errSyntax
	}
	if r.word(".") && !r.digits() {
		return nil, errSyntax
	}
	if r.word("e") || r.word("E") {
		if !r.word("+") {
			r.word("-")
		}
		if !r.digits() {
			return nil, errSyntax
		}
	}
	return r.b[start:r.i], nil
}

func (r *reader) digits() bool {
	start := r.i
	for r.i < len(r.b) && r.b[r.i] >= '0' && r.b[r.i] <= '9' {
		r.i++
	}
	return r.i > start
}

func (r *reader) integer() (int64, error) {
	b, err := r.number()
	if err != nil {
		return 0, err
	}
	if len(b) == 1 {
		return int64(b[0] - '0'), nil
	}
	return strconv.ParseInt(string(b), 10, 64)
}

func (r *reader) float() (float64, error) {
	b, err := r.number()
	if err != nil {
		return 0, err
	}
	f, err := strconv.ParseFloat(string(b), 64)
	if math.IsInf(f, 0) {
		return 0, errSyntax
	}
	return f, err
}

func (r *reader) instant(out *time.Time) error {
	var b []byte
	if err := r.text(&b); err != nil {
		return err
	}
	return out.UnmarshalText(b)
}

func (r *reader) schema() error {
	n, err := r.integer()
	if err == nil && (n < 1 || n > payloadSchema) {
		return fmt.Errorf("schema %d is not known", n)
	}
	return err
}

func (r *reader) skipUnlessNull(key []byte) error {
	if string(key) == "text" {
		return nil // its null is read
	}
	return r.skip(0)
}

// skip passes over any value.
func (r *reader) skip(depth int) error {
	if depth > deepest {
		return errSyntax
	}
	switch c := r.peek(); c {
	case '{':
		return r.object(func([]byte) error { return r.skip(depth + 1) })
	case '[':
		return r.array(func() error { return r.skip(depth + 1) })
	case '"':
		var b []byte
		return r.text(&b)
	case 't', 'f', 'n':
		if r.word("true") || r.word("false") || r.word("null") {
			return nil
		}
		return errSyntax
	}
	_, err := r.number()
	return err
}
