package lang

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// calling is how an organisation calls its customers. All are masculine in French.
type calling struct {
	key, fr, en string
}

func callings() []calling {
	return []calling{{"usager", "usager", "user"}, {"assure", "assuré", "policyholder"}, {"societaire", "sociétaire", "member"}, {"adherent", "adhérent", "member"},
		{"patient", "patient", "patient"}, {"voyageur", "voyageur", "passenger"}, {"compte", "compte", "account"}}
}

// CustomerWords lists the keys of the words that may stand for « client »; "" is « client » itself.
func CustomerWords() []string {
	keys := []string{""}
	for _, c := range callings() {
		keys = append(keys, c.key)
	}
	return keys
}

// CustomerWord gives the word behind a key: "usager", "user".
func (l Lang) CustomerWord(key string) string {
	c := Lang{tag: l.tag}.Calling(key).calling()
	return map[string]string{"fr": c.fr, "en": c.en}[l.Tag()]
}

// Calling gives the language in which customers are called by that word of CustomerWords, wherever a message says « client » or
// "customer"; an unknown key is "". What is put into a message (names, words of customers) is never touched.
func (l Lang) Calling(key string) Lang {
	if !slices.Contains(CustomerWords(), key) {
		key = ""
	}
	l.customer = key
	return l
}

func (l Lang) calling() calling {
	for _, c := range callings() {
		if c.key == l.customer {
			return c
		}
	}
	return calling{"", "client", "customer"}
}

// called writes a message in the organisation's word for its customers.
func (l Lang) called(text string) string {
	if l.customer == "" {
		return text
	}
	if l.Tag() == "en" {
		return replaceWord(text, "customer", func(before, found string) (string, string) { return english(before, found, l.calling().en) })
	}
	return replaceWord(text, "client", func(before, found string) (string, string) { return french(before, found, l.calling().fr) })
}

// replaceWord finds a word, alone or with an s, in any case; change gives back the text before it and what to write instead.
func replaceWord(text, word string, change func(before, found string) (string, string)) string {
	var out strings.Builder
	before := ""
	for at := indexFold(text, word); at >= 0; at = indexFold(text, word) {
		end := at + len(word)
		if strings.HasPrefix(text[end:], "s") {
			end++
		}
		before += text[:at]
		found, rest := text[at:end], text[end:]
		if alone(before, rest) {
			var now string
			before, now = change(before, found)
			out.WriteString(before + now)
			before = ""
		} else {
			before += found
		}
		text = rest
	}
	return out.String() + before + text
}

// indexFold finds a word of ASCII letters in any case.
func indexFold(text, word string) int {
	for i := 0; i+len(word) <= len(text); i++ {
		if strings.EqualFold(text[i:i+len(word)], word) {
			return i
		}
	}
	return -1
}

// alone tells whether what was found is a word of a sentence: no part of another word, of a file's or a field's name, and no argument.
func alone(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	next, n := utf8.DecodeRuneInString(after)
	if unicode.IsLetter(last) || unicode.IsLetter(next) || strings.ContainsRune("{_/.`\"=", last) || strings.ContainsRune("_/`=}", next) {
		return false
	}
	if following, _ := utf8.DecodeRuneInString(after[n:]); (next == '.' || next == ':') && unicode.IsLetter(following) {
		return false // customer.email
	}
	end := strings.ToLower(before)
	return !strings.HasSuffix(end, "expérience ") && !strings.HasPrefix(strings.ToLower(after), " experience") // terms of the field
}

// likeCase writes a word with the capital and the s of another.
func likeCase(word, like string) string {
	if first, n := utf8.DecodeRuneInString(like); unicode.IsUpper(first) && n > 0 {
		r, n := utf8.DecodeRuneInString(word)
		word = string(unicode.ToUpper(r)) + word[n:]
	}
	if strings.HasSuffix(like, "s") {
		word += "s"
	}
	return word
}

func vowel(word string) bool {
	return strings.ContainsAny(word[:1], "aeiou") || strings.HasPrefix(word, "é")
}

func english(before, found, word string) (string, string) {
	if word == "account" && !strings.HasSuffix(found, "s") {
		for _, a := range []string{"a ", "A "} {
			if cut, ok := strings.CutSuffix(before, a); ok && (cut == "" || !letterAtEnd(cut)) {
				before = cut + a[:1] + "n "
			}
		}
	}
	return before, likeCase(word, found)
}

// french elides what stands before a word that begins by a vowel.
func french(before, found, word string) (string, string) {
	now := likeCase(word, found)
	if !vowel(word) {
		return before, now
	}
	forms := [][2]string{{"de ", "d’"}}
	if !strings.HasSuffix(found, "s") {
		forms = append(forms, [2]string{"le ", "l’"}, [2]string{"du ", "de l’"}, [2]string{"au ", "à l’"}, [2]string{"ce ", "cet "}, [2]string{"nouveau ", "nouvel "}, [2]string{"que ", "qu’"})
	}
	for _, f := range forms {
		for _, x := range [][2]string{f, {likeCase(f[0], "X"), likeCase(f[1], "X")}} {
			if cut, ok := strings.CutSuffix(before, x[0]); ok && !letterAtEnd(cut) {
				return cut + x[1], now
			}
		}
	}
	return before, now
}

func letterAtEnd(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsLetter(r)
}
