package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"vigie/internal/cx"
)

// ParseNumber reads a number written by people: with the decimal mark given, spaces (also narrow and no-break),
// apostrophes or the other mark between thousands, a % sign. "1,234" with decimal "." is 1234 only when its groups are of three.
func ParseNumber(s, decimal string) (float64, bool) {
	s = strings.TrimSuffix(strings.TrimSpace(s), "%")
	s = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\u00a0', '\u202f', '\u2009', '\'', '’':
			return -1
		case '−':
			return '-'
		}
		return r
	}, s)
	group := ","
	if decimal == "," {
		group = "."
	}
	whole, fraction, _ := strings.Cut(s, markOr(decimal))
	if strings.Contains(fraction, group) {
		return 0, false
	}
	if strings.Contains(whole, group) {
		parts := strings.Split(strings.TrimLeft(whole, "+-"), group)
		for i, p := range parts {
			if i > 0 && len(p) != 3 || i == 0 && (p == "" || len(p) > 3) {
				return 0, false
			}
		}
		whole = strings.ReplaceAll(whole, group, "")
	}
	text := whole
	if fraction != "" {
		text += "." + fraction
	}
	if text == "" || strings.ContainsAny(text, "xXpPnNiI_") {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil && !math.IsInf(v, 0)
}

func markOr(decimal string) string {
	if decimal == "" {
		return "."
	}
	return decimal
}

// ParseYesNo reads yes and no in French and English.
func ParseYesNo(s string) (yes, ok bool) {
	switch fold(s) {
	case "1", "oui", "yes", "true", "vrai", "o", "y", "x":
		return true, true
	case "0", "non", "no", "false", "faux", "n":
		return false, true
	}
	return false, false
}

// Date formats of a Map are written in letters (DD/MM/YYYY HH:mm:ss, hh:mm AM, MMM for the month's name in French or
// English), or are one of the words iso (2024-05-31, with or without time and zone), excel (day number), unix, unix_ms.
var dateLetters = strings.NewReplacer("YYYY", "2006", "YY", "06", "MMMM", "Jan", "MMM", "Jan", "MM", "1", "DD", "2", "D", "2",
	"HH", "15", "H", "15", "hh", "3", "mm", "4", "ss", "5", "AM", "PM", "Z", "Z07:00")

func validDateFormat(f string) bool {
	switch f {
	case "iso", "excel", "unix", "unix_ms":
		return true
	}
	return strings.Contains(f, "YY") && strings.Contains(f, "D") && strings.Contains(f, "M")
}

var isoLayouts = []string{"2006-1-2T15:4:5Z07:00", "2006-1-2 15:4:5Z07:00", "2006-1-2 15:4:5 Z07:00", "2006-1-2 15:4:5 -0700",
	"2006-1-2T15:4:5", "2006-1-2 15:4:5", "2006-1-2T15:4", "2006-1-2 15:4", "2006-1-2"}

// ParseDate reads s by the first format that fits; without a zone of its own it is in loc, without a time at 00:00.
func ParseDate(s string, formats []string, loc *time.Location) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 64 {
		return time.Time{}, false
	}
	for _, f := range formats {
		if t, ok := parseDateAs(s, f, loc); ok && t.Year() >= 1000 && t.Year() <= 9999 {
			return t, true
		}
	}
	return time.Time{}, false
}

func parseDateAs(s, format string, loc *time.Location) (time.Time, bool) {
	switch format {
	case "iso":
		for _, l := range isoLayouts {
			if t, err := time.ParseInLocation(l, strings.TrimSuffix(s, " UTC"), zoneOf(s, loc)); err == nil {
				return t, true
			}
		}
		return time.Time{}, false
	case "excel":
		v, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", "."), 64)
		if err != nil || v < 1 || v > 2958465 {
			return time.Time{}, false
		}
		return parseDateAs(serialDate(v, false), "iso", loc)
	case "unix", "unix_ms":
		n, err := strconv.ParseInt(s, 10, 64)
		if format == "unix" {
			return time.Unix(n, 0), err == nil
		}
		return time.UnixMilli(n), err == nil
	}
	if strings.Contains(format, "MMM") {
		s = englishMonth(s)
	}
	t, err := time.ParseInLocation(dateLetters.Replace(format), s, loc)
	return t, err == nil
}

func zoneOf(s string, loc *time.Location) *time.Location {
	if strings.HasSuffix(s, " UTC") {
		return time.UTC
	}
	return loc
}

// englishMonth writes a month's name of a date as Go reads it: "31 août 2024" → "31 Aug 2024".
func englishMonth(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && r != '.' })
	for _, w := range words {
		f := fold(w)
		for _, m := range [][]string{{"Jan", "janvier", "january", "janv"}, {"Feb", "fevrier", "february", "fevr", "fev"},
			{"Mar", "mars", "march"}, {"Apr", "avril", "april", "avr"}, {"May", "mai", "may"}, {"Jun", "juin", "june"},
			{"Jul", "juillet", "july", "juil"}, {"Aug", "aout", "august"}, {"Sep", "septembre", "september", "sept"},
			{"Oct", "octobre", "october"}, {"Nov", "novembre", "november"}, {"Dec", "decembre", "december"}} {
			for _, name := range m {
				if f == name || f == strings.ToLower(m[0]) {
					return strings.Replace(s, w, m[0], 1)
				}
			}
		}
	}
	return s
}

// fold makes words comparable: lower case, no accents, other signs as single spaces.
func fold(s string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space = false
			b.WriteRune(r)
		default:
			space = true
		}
	}
	return strings.NewReplacer("œ", "oe", "æ", "ae").Replace(b.String())
}

// Slug makes a key (cx.ValidKey) of any words, always the same for the same words. What is too long or has no Latin
// letter ends in a hash of the words.
func Slug(s string) string {
	if key := strings.ToLower(s); cx.ValidKey(key) {
		return key
	}
	var b strings.Builder
	lost := false
	for _, r := range fold(s) {
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		default:
			lost = true
		}
	}
	key := strings.Trim(b.String(), "-")
	if !lost && key != "" && len(key) <= 64 {
		return key
	}
	key = strings.Trim(key[:min(len(key), 55)], "-")
	return strings.TrimPrefix(key+"-"+shortHash(s), "-")
}

func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}
