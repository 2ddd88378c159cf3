package intake

import (
	"bytes"
	"io"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	xunicode "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

const sentence = "Réponse très rapide, l’équipe a été à l'écoute ; où ça ? Ça m'a coûté 5 €… « dès août », forêt, cœur.\n"

func TestEncodingIsGuessedFromFrench(t *testing.T) {
	plain := "R\u00e9ponse tr\u00e8s rapide, \u00e9quipe \u00e0 l'\u00e9coute; o\u00f9 \u00e7a? d\u00e8s ao\u00fbt, for\u00eat\n"
	for want, encode := range map[string]func() ([]byte, error){
		"utf-8":        func() ([]byte, error) { return []byte(sentence), nil },
		"windows-1252": func() ([]byte, error) { return charmap.Windows1252.NewEncoder().Bytes([]byte(sentence)) },
		"macroman":     func() ([]byte, error) { return charmap.Macintosh.NewEncoder().Bytes([]byte(sentence)) },
		"cp850":        func() ([]byte, error) { return charmap.CodePage850.NewEncoder().Bytes([]byte(plain)) },
		"iso-8859-15": func() ([]byte, error) {
			return charmap.ISO8859_15.NewEncoder().Bytes([]byte("le cœur, les œufs, la sœur à côté\n"))
		},
		"utf-16le": func() ([]byte, error) {
			return xunicode.UTF16(xunicode.LittleEndian, xunicode.IgnoreBOM).NewEncoder().Bytes([]byte(sentence))
		},
		"utf-16be": func() ([]byte, error) {
			return xunicode.UTF16(xunicode.BigEndian, xunicode.UseBOM).NewEncoder().Bytes([]byte(sentence))
		},
		"utf-32le": func() ([]byte, error) {
			return utf32.UTF32(utf32.LittleEndian, utf32.UseBOM).NewEncoder().Bytes([]byte(sentence))
		},
	} {
		t.Run(want, func(t *testing.T) {
			b, err := encode()
			if err != nil {
				t.Fatal(err)
			}
			if got := GuessEncoding(b); got != want {
				t.Errorf("guessed %s", got)
			}
			enc, _ := encodingNamed(want)
			text, err := io.ReadAll(decode(bytes.NewReader(b), enc, &Mended{}))
			if err != nil || !bytes.ContainsAny(text, "éèàœ") || bytes.Contains(text, []byte("\ufffd")) {
				t.Errorf("read %q, %v", text, err)
			}
		})
	}
}

func TestACharacterCutByTheSampleIsStillUTF8(t *testing.T) {
	b := []byte("été")
	if got := GuessEncoding(b[:len(b)-1]); got != "utf-8" {
		t.Errorf("guessed %s", got)
	}
}

func TestRepairsAreCounted(t *testing.T) {
	var m Mended
	in := []byte("\xef\xbb\xbfa\x00b l\xc2\x92\xe9t\xc3\xa9")
	got, err := io.ReadAll(decode(byteByByte{bytes.NewReader(in)}, encoding.Nop, &m))
	if err != nil || string(got) != "ab l’été" {
		t.Errorf("read %q, %v", got, err)
	}
	if m != (Mended{Nulls: 1, Mixed: 1, Controls: 1}) {
		t.Errorf("counted %+v", m)
	}
}

// byteByByte reads one byte at a time, the worst cut there is.
type byteByByte struct{ r io.Reader }

func (o byteByByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(len(p), 1)]) }
