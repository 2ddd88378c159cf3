package people

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"vigie/internal/cx"
)

const (
	minPassword = 12
	maxPassword = 200
)

// CheckPassword gives what is wrong with a password for that e-mail: shorter than 12 characters, longer than 200, made
// of fewer than 5 different characters, holding the e-mail's name, or common: see isCommon.
func CheckPassword(password, email string) error {
	n := utf8.RuneCountInString(password)
	if n < minPassword || len(password) > maxPassword {
		return cx.Fail(cx.Invalid, "password", "people.password_length", "min", minPassword, "max", maxPassword)
	}
	different := map[rune]bool{}
	for _, r := range password {
		different[r] = true
	}
	if len(different) < 5 {
		return cx.Fail(cx.Invalid, "password", "people.password_repeats")
	}
	if holdsEmail(password, email) {
		return cx.Fail(cx.Invalid, "password", "people.password_email")
	}
	if isCommon(password) {
		return cx.Fail(cx.Invalid, "password", "people.password_weak")
	}
	return nil
}

// holdsEmail tells whether the e-mail, or a part of its name of four letters and more, stands in the password and leaves
// less than a password's length beside it.
func holdsEmail(password, email string) bool {
	name, _, _ := strings.Cut(normalEmail(email), "@")
	low := strings.ToLower(password)
	for _, part := range append(strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) }), name) {
		if len(part) > 3 && strings.Contains(low, part) && utf8.RuneCountInString(strings.ReplaceAll(low, part, "")) < minPassword {
			return true
		}
	}
	return false
}

// Strength of a password that CheckPassword lets through, or not.
type Strength int

const (
	Weak Strength = iota
	Fair
	Strong
)

// StrengthOf says how hard a password is to guess: what CheckPassword refuses is weak; sixteen characters of which eight
// differ, or several words, make it strong.
func StrengthOf(password, email string) Strength {
	if CheckPassword(password, email) != nil {
		return Weak
	}
	different := map[rune]bool{}
	for _, r := range strings.ToLower(password) {
		different[r] = true
	}
	if utf8.RuneCountInString(password) >= 16 && len(different) >= 8 {
		return Strong
	}
	return Fair
}

// commonWords begin the passwords that people choose first, in French and in English. Years, digits and signs around
// them, letters written as digits, and repetition change nothing: isCommon takes those off.
const commonWords = " password passwort passe motdepasse mot secret admin administrateur administrator root user utilisateur login connexion " +
	"bonjour salut hello welcome bienvenue soleil sunshine princesse princess dragon monkey football baseball chocolat " +
	"amour jetaime iloveyou loulou doudou coucou marseille paris lyon france vigie filambre entreprise company client " +
	"azerty qwerty azertyuiop qwertyuiop qsdfghjklm asdfghjkl wxcvbn zxcvbnm abc abcd abcdef abcdefgh azert qwert " +
	"janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre printemps ete automne hiver " +
	"january february march april may june july august september october november december spring summer autumn winter " +
	"lundi mardi mercredi jeudi vendredi samedi dimanche monday tuesday wednesday thursday friday saturday sunday " +
	"changeme changezmoi letmein test demo temp temporaire default defaut master superman batman starwars pokemon nicolas " +
	"camille thomas julien michel daniel martin super le la the my mon ma mes de un une et and "

// isCommon knows a password whose letters are one or two common words or a run of the keyboard, whatever digits and
// signs stand around them: "Motdepasse2024!", "P@ssw0rd-1234", "azertyuiop123", "123456789012".
func isCommon(password string) bool {
	letters := lettersOf(password)
	if len(letters) < 4 {
		return onlyRuns(password)
	}
	return spelled(letters, 3) || onlyRuns(password)
}

// lettersOf gives the letters in lower case without accents, digits and signs read as the letter they stand for inside a
// word and left out elsewhere.
func lettersOf(password string) string {
	low := []rune(strings.ToLower(password))
	last := -1
	for i, r := range low {
		if unicode.IsLetter(r) {
			last = i
		}
	}
	var b strings.Builder
	for i, r := range low {
		if b.Len() > 0 && i < last || r == '@' || r == '$' {
			r = spoken(r)
		}
		if r = plain(r); r >= 'a' && r <= 'z' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// spoken gives the letter that a digit or a sign is written for.
func spoken(r rune) rune {
	if i := strings.IndexRune("0134578@$!", r); i >= 0 {
		return rune("oieastbasi"[i])
	}
	return r
}

func plain(r rune) rune {
	const from, to = "àâäéèêëîïôöùûüç", "aaaeeeeiioouuuc"
	if i := strings.IndexRune(from, r); i >= 0 {
		return rune(to[utf8.RuneCountInString(from[:i])])
	}
	return r
}

// spelled tells whether letters are at most n common words one after the other.
func spelled(letters string, n int) bool {
	if letters == "" {
		return true
	}
	if n == 0 {
		return false
	}
	for i := len(letters); i > 0; i-- {
		if strings.Contains(commonWords, " "+letters[:i]+" ") && spelled(letters[i:], n-1) {
			return true
		}
	}
	return false
}

// rows of keyboards and the order of letters and digits, along which fingers run.
var rows = [...]string{"0123456789012345", "abcdefghijklmnopqrstuvwxyz", "azertyuiop", "qwertyuiop", "qsdfghjklm", "asdfghjkl", "wxcvbn", "zxcvbnm"}

// onlyRuns tells whether a password is made of runs of three and more along a row, either way, or of one character
// repeated, but for two characters.
func onlyRuns(password string) bool {
	low := []rune(strings.ToLower(password))
	out := 0
	for i := 0; i < len(low); {
		n := runAt(low[i:])
		if n < 3 {
			out, n = out+1, 1
		}
		i += n
	}
	return out <= 2
}

func runAt(s []rune) int {
	longest := 1
	for longest < len(s) && s[longest] == s[0] {
		longest++
	}
	for _, row := range rows {
		back := reversed(row)
		for n := longest + 1; n <= len(s); n++ {
			if !strings.Contains(row, string(s[:n])) && !strings.Contains(back, string(s[:n])) {
				break
			}
			longest = n
		}
	}
	return longest
}

func reversed(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}
