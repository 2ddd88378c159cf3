package media

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// nameMost is the most characters of a name, its ending apart.
const nameMost = 80

// harmless gives the name of a file without folders, without what turns text around or hides, and with the ending of what
// the file is.
func harmless(name, ext string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`<>:"|?*/`, r):
			return '-'
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, name)
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name = name[:i]
	}
	name = strings.Trim(name, " .-")
	if r := []rune(name); len(r) > nameMost {
		name = strings.TrimSpace(string(r[:nameMost]))
	}
	if name == "" {
		return ""
	}
	return name + ext
}
