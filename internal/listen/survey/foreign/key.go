package foreign

import (
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
)

// keyOf makes a key of a code, as near to it as keys allow: "Q6#1" → "q6_1", "-oth-" → "-oth-".
func keyOf(code string) string {
	var b strings.Builder
	for _, c := range strings.TrimSpace(code) {
		switch {
		case c >= 'A' && c <= 'Z':
			b.WriteRune(c + 'a' - 'A')
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.':
			b.WriteRune(c)
		case c > 0x7f && cx.KeyOf(string(c)) != "":
			b.WriteString(cx.KeyOf(string(c)))
		default:
			b.WriteByte('_')
		}
	}
	s := b.String()
	if strings.Trim(s, "_") == "" {
		return ""
	}
	return s[:min(len(s), 48)]
}

// key gives the question a key of its own.
func (r *reader) key(tag string) survey.QuestionID {
	key := keyOf(tag)
	if key == "" || key == string(survey.End) {
		key = "q" + key
	}
	key = free(key, r.keys)
	r.source[survey.QuestionID(key)] = tag
	return survey.QuestionID(key)
}

// free gives key, numbered when it is taken, and takes it.
func free(key string, taken map[string]bool) string {
	one := key
	for n := 2; taken[one]; n++ {
		one = key + "_" + strconv.Itoa(n)
	}
	taken[one] = true
	return one
}

// languageOf writes a language as surveys do; "" when it is none.
func languageOf(s string) string {
	s = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(s), "_", "-"))
	switch s {
	case "zh-s":
		return "zh-hans"
	case "zh-t":
		return "zh-hant"
	}
	s = strings.TrimSuffix(strings.TrimSuffix(s, "-informal"), "-easy")
	if !knownLanguage(s) {
		return ""
	}
	return s
}
