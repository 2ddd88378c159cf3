package sms

import (
	"strings"
	"unicode/utf16"
)

// The default alphabet of GSM 03.38 and its extension, whose characters take two places.
const (
	basic    = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	extended = "\f^{}\\[~]|€"
)

// Size is what a text weighs on the network.
type Size struct {
	Parts int // messages it is cut into, as they are paid for; 0 for an empty text
	Units int // characters of the alphabet used: septets of GSM 7-bit, else UTF-16 units
	Left  int // units free in the last part
	Wide  bool
	// Culprits: the characters that make the text wide (70 a part instead of 160), each once.
	Culprits string
}

// Measure tells the size of a text: 160 septets alone or 153 a part (3GPP TS 23.040), 70 or 67 when a character is not of
// the default alphabet. A character of two units is never cut.
func Measure(text string) Size {
	var s Size
	var costs []int
	for _, r := range text {
		switch {
		case strings.ContainsRune(basic, r):
			costs = append(costs, 1)
		case strings.ContainsRune(extended, r):
			costs = append(costs, 2)
		default:
			s.Wide = true
			if !strings.ContainsRune(s.Culprits, r) {
				s.Culprits += string(r)
			}
		}
	}
	if s.Wide {
		costs = costs[:0]
		for _, r := range text {
			costs = append(costs, utf16.RuneLen(r))
		}
	}
	return s.cut(costs)
}

func (s Size) cut(costs []int) Size {
	alone, each := 160, 153
	if s.Wide {
		alone, each = 70, 67
	}
	for _, c := range costs {
		s.Units += c
	}
	switch {
	case s.Units == 0:
		return s
	case s.Units <= alone:
		s.Parts, s.Left = 1, alone-s.Units
		return s
	}
	s.Parts, s.Left = 1, each
	for _, c := range costs {
		if c > s.Left {
			s.Parts++
			s.Left = each
		}
		s.Left -= c
	}
	return s
}

// Plain writes a text with the default alphabet where that changes nothing for the reader: typographic quotes and
// spaces, ligatures, capitals with accents. What remains wide stays as it is.
func Plain(text string) string { return plain.Replace(text) }

var plain = strings.NewReplacer("’", "'", "‘", "'", "“", "\"", "”", "\"", "«\u202f", "\"", "\u202f»", "\"", "«\u00a0", "\"", "\u00a0»", "\"", "«", "\"", "»", "\"",
	"\u202f", " ", "\u00a0", " ", "…", "...", "–", "-", "—", "-", "œ", "oe", "Œ", "OE", "À", "A", "È", "E", "Ê", "E", "Ù", "U", "Ô", "O", "Î", "I", "Â", "A", "ç", "c",
	"â", "a", "ê", "e", "ë", "e", "î", "i", "ï", "i", "ô", "o", "û", "u")
