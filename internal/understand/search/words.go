package search

import (
	"fmt"
	"strings"
	"sync"
	"unicode"

	"github.com/kljensen/snowball/english"
	"github.com/kljensen/snowball/french"
	"golang.org/x/text/unicode/norm"
)

// split gives the words of s, folded: lower case, no diacritics, ligatures undone; a character of a script written
// without spaces (Han, kana, Thai…) is a word of its own.
func split(s string) []string {
	var words []string
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			words = append(words, b.String())
			b.Reset()
		}
	}
	for _, r := range norm.NFKD.String(s) {
		switch {
		case r < unicode.MaxASCII:
			if c := byte(r); c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
				b.WriteByte(c)
			} else if c >= 'A' && c <= 'Z' {
				b.WriteByte(c + 'a' - 'A')
			} else {
				flush()
			}
		case unicode.Is(unicode.Mn, r):
		case unspaced(r):
			flush()
			words = append(words, string(r))
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			b.WriteString(fold(r))
		case unicode.IsSymbol(r) && r > 0x2000: // emoji are words too
			flush()
			words = append(words, fmt.Sprintf("u%x", r)) // the tokenizer passes over symbols
		default:
			flush()
		}
	}
	flush()
	return words
}

func fold(r rune) string {
	switch r = unicode.ToLower(r); r {
	case 'œ':
		return "oe"
	case 'æ':
		return "ae"
	case 'ß':
		return "ss"
	}
	return string(r)
}

func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// stemmer stems folded words, remembering those it met: a company's customers use the same few thousand.
type stemmer struct {
	mu    sync.Mutex
	known map[string]string // language + word → stem
}

// stemmerMemory is how many words are remembered before all are forgotten.
const stemmerMemory = 50_000

func newStemmer() *stemmer { return &stemmer{known: map[string]string{}} }

func (s *stemmer) all(words []string, lang string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = s.one(w, lang)
	}
	return out
}

func (s *stemmer) one(w, lang string) string {
	key := lang + w
	if stem, ok := s.known[key]; ok {
		return stem
	}
	stem := french.Stem(w, false)
	if lang == "en" {
		stem = english.Stem(w, false)
	}
	if len(s.known) >= stemmerMemory {
		clear(s.known)
	}
	s.known[key] = stem
	return stem
}

// stemLanguage of a text: English when it says so, French otherwise.
func stemLanguage(lang string) string {
	if strings.HasPrefix(lang, "en") {
		return "en"
	}
	return "fr"
}

// match writes what a person typed as an FTS5 expression: words are all wanted, in any form; "a phrase" as written;
// begin* by its beginning; -word not. "" when nothing can be looked for.
func (s *stemmer) match(typed string) string {
	var want, not []string
	for _, t := range terms(typed) {
		e := s.expression(t)
		switch {
		case e == "":
		case t.not:
			not = append(not, e)
		default:
			want = append(want, e)
		}
	}
	if len(want) == 0 {
		return ""
	}
	q := strings.Join(want, " AND ")
	for _, n := range not {
		q = "(" + q + ") NOT " + n
	}
	return q
}

type term struct {
	text        string
	prefix, not bool
}

// terms cuts what was typed at spaces, keeping quoted phrases whole; « » are quotes too.
func terms(typed string) []term {
	typed = strings.NewReplacer("«", `"`, "»", `"`, "“", `"`, "”", `"`).Replace(typed)
	var out []term
	for i, part := range strings.Split(typed, `"`) {
		if i%2 == 1 {
			out = append(out, term{text: part})
			continue
		}
		for _, f := range strings.Fields(part) {
			t := term{text: f, not: len(f) > 1 && f[0] == '-', prefix: strings.HasSuffix(f, "*")}
			out = append(out, t)
		}
	}
	return out
}

// expression looks for the words in either language's form, side by side when there are several.
func (s *stemmer) expression(t term) string {
	words := split(t.text)
	if len(words) == 0 {
		return ""
	}
	forms := []string{quoted(s.all(words, "fr"))}
	if en := quoted(s.all(words, "en")); en != forms[0] {
		forms = append(forms, en)
	}
	if t.prefix {
		forms = append(forms, quoted(words)+" *")
	}
	return "(" + strings.Join(forms, " OR ") + ")"
}

func quoted(words []string) string { return `"` + strings.Join(words, " ") + `"` }
