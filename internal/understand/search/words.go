package search

import (
	"fmt"
	"strings"
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

// stems of a folded word in French and English; one when they are the same.
func stems(w string) []string {
	fr, en := french.Stem(w, false), english.Stem(w, false)
	if fr == en {
		return []string{fr}
	}
	return []string{fr, en}
}

// stemmed gives the stems to index for words written in lang ("" or another: both French and English).
func stemmed(words []string, lang string) []string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		switch {
		case strings.HasPrefix(lang, "fr"):
			out = append(out, french.Stem(w, false))
		case strings.HasPrefix(lang, "en"):
			out = append(out, english.Stem(w, false))
		default:
			out = append(out, stems(w)...)
		}
	}
	return out
}

// match writes what a person typed as an FTS5 expression: words are all wanted, in any form; "a phrase" as written;
// begin* by its beginning; -word not. "" when nothing can be looked for.
func match(typed string) string {
	var want, not []string
	for _, t := range terms(typed) {
		e := t.expression()
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
	text                string
	phrase, prefix, not bool
}

// terms cuts what was typed at spaces, keeping quoted phrases whole; « » are quotes too.
func terms(typed string) []term {
	typed = strings.NewReplacer("«", `"`, "»", `"`, "“", `"`, "”", `"`).Replace(typed)
	var out []term
	for i, part := range strings.Split(typed, `"`) {
		if i%2 == 1 {
			out = append(out, term{text: part, phrase: true})
			continue
		}
		for _, f := range strings.Fields(part) {
			t := term{text: f, not: len(f) > 1 && f[0] == '-', prefix: strings.HasSuffix(f, "*")}
			out = append(out, t)
		}
	}
	return out
}

func (t term) expression() string {
	words := split(t.text)
	if len(words) == 0 {
		return ""
	}
	if t.phrase || t.prefix || len(words) > 1 {
		e := `raw : "` + strings.Join(words, " ") + `"`
		if t.prefix {
			e += " *"
		}
		return "(" + e + ")"
	}
	var any []string
	for _, s := range stems(words[0]) {
		any = append(any, `stem : "`+s+`"`)
	}
	return "(" + strings.Join(append(any, `raw : "`+words[0]+`"`), " OR ") + ")"
}
