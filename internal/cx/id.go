package cx

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Keys chosen by people. They are lower-case slugs of 1 to 64 characters (a–z, 0–9, '-', '_', '.'), unique within
// their kind over the whole organisation, and never change meaning: a rename changes the name, not the key.
type (
	JourneyID    string
	StageID      string
	TouchpointID string
	UnitID       string
	MetricID     string
	IndicatorID  string
	AttributeID  string
	SurveyID     string
)

// Numbers given by the record. They grow, are never reused, and carry no meaning.
type (
	FeedbackID int64
	// IdentityID is one way a customer was named by a source (a reference, an e-mail, a phone). A feedback holds the
	// identity; identity → person is joined, so that merging two persons rewrites nothing.
	IdentityID int64
	PersonID   int64
	ImportID   int64 // one import of a file
)

// MediaID names a file that a person sent: 128 random bits, as text. Who knows it may attach it to the feedback they send.
type MediaID string

// ValidKey tells whether s may serve as a key chosen by people.
func ValidKey(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
			return false
		}
	}
	return true
}

// KeyOf makes a key of a name: accents off, lower case, everything else a hyphen, at most 64 characters. "" when nothing
// is left of it: "Signature électronique (Nord)" → "signature-electronique-nord".
func KeyOf(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(strings.ToLower(ligatures.Replace(name))) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		case !unicode.Is(unicode.Mn, r):
			gap = true
		}
	}
	return strings.TrimRight(b.String()[:min(b.Len(), 64)], "-")
}

var ligatures = strings.NewReplacer("œ", "oe", "Œ", "oe", "æ", "ae", "Æ", "ae", "ß", "ss", "ø", "o", "Ø", "o", "ł", "l", "Ł", "l")
