package cx

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const keyLength = 40

// FreeKey makes a key of a name: "J’attends le technicien" → "j-attends-le-technicien", with a number when it is taken.
func FreeKey(name Text, otherwise string, taken func(string) bool) string {
	key := slug(name.In("fr"))
	if key == "" {
		key = otherwise
	}
	return Numbered(key, taken)
}

// Numbered gives key, or key-2, key-3… when it is taken.
func Numbered(key string, taken func(string) bool) string {
	free := key
	for n := 2; taken(free); n++ {
		free = key + "-" + strconv.Itoa(n)
	}
	return free
}

func slug(name string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(name)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r): // the accent of the letter before
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() == keyLength {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}
