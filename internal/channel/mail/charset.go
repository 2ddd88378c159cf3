package mail

import (
	"bytes"
	"io"
	"mime"
	"net/textproto"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
)

func canonical(name string) string { return textproto.CanonicalMIMEHeaderKey(name) }

// utf8Of reads bytes of a charset. What says nothing, or something false, is UTF-8 when it can be, else Windows-1252,
// which writes more than the Latin 1 it is taken for.
func utf8Of(b []byte, charset string) string {
	charset = strings.ToLower(strings.Trim(charset, " \"'"))
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	e := charsetNamed(charset)
	switch {
	case e == nil && utf8.Valid(b), (charset == "us-ascii" || charset == "ascii") && utf8.Valid(b):
		return string(b)
	case e == nil || charset == "utf-8" || charset == "utf8":
		if utf8.Valid(b) || !latin(b) {
			return strings.ToValidUTF8(string(b), "\uFFFD")
		}
		e = charmap.Windows1252
	}
	out, err := e.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

// latin tells bytes of a Western charset from UTF-8 that was damaged or cut: it has no sequence that is whole.
func latin(b []byte) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r > unicode.MaxASCII && n > 1 {
			return false
		}
		b = b[n:]
	}
	return true
}

func charsetNamed(name string) encoding.Encoding {
	if name == "" {
		return nil
	}
	if e, err := htmlindex.Get(name); err == nil {
		if n, err := htmlindex.Name(e); err != nil || n != "replacement" {
			return e
		}
	}
	if e, err := ianaindex.MIME.Encoding(name); err == nil {
		return e // nil when known but not made
	}
	return nil
}

func wordDecoder() *mime.WordDecoder {
	return &mime.WordDecoder{CharsetReader: func(charset string, input io.Reader) (io.Reader, error) {
		b, err := io.ReadAll(io.LimitReader(input, 64<<10))
		return strings.NewReader(utf8Of(b, charset)), err
	}}
}

// plainHeader gives the words of a header, on one line.
func plainHeader(s string) string {
	if out, err := wordDecoder().DecodeHeader(s); err == nil {
		s = out
	}
	return oneLine(utf8Of([]byte(s), ""))
}

// oneLine leaves no control character and no double space.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}
