package customer

import (
	"crypto/sha256"
	"strings"
	"unicode/utf8"

	"vigie/internal/cx"
)

// Kind of identity. Numbers are on disk: never renumber.
type Kind int8

const (
	Ref   Kind = 1
	Email Kind = 2
	Phone Kind = 3
)

func (k Kind) String() string {
	switch k {
	case Ref:
		return "ref"
	case Email:
		return "email"
	case Phone:
		return "phone"
	}
	return ""
}

// Identity is one way a customer is named, normalised.
type Identity struct {
	ID    cx.IdentityID
	Kind  Kind
	Value string
}

// Hash is the keyed hash of an identity: what remains comparable when nothing may be kept.
type Hash [16]byte

func hashOf(secret []byte, k Kind, value string) Hash {
	b := make([]byte, 0, 128)
	b = append(b, secret...)
	b = append(b, byte(k))
	b = append(b, value...)
	sum := sha256.Sum256(b)
	return Hash(sum[:16])
}

// NormalEmail gives an address trimmed and in lower case; ok is false for what is no address.
func NormalEmail(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	at := strings.LastIndexByte(s, '@')
	ok := at > 0 && at < len(s)-1 && len(s) <= 254 && !strings.ContainsAny(s, " \t\r\n,;<>\"") && strings.Count(s, "@") == 1
	return s, ok
}

// NormalPhone gives a number as + and digits, a national one under the calling code; ok is false for what is no number.
func NormalPhone(s, callingCode string) (string, bool) {
	s = strings.ReplaceAll(strings.TrimSpace(s), "(0)", "")
	international := strings.HasPrefix(s, "+")
	digits := make([]byte, 0, 16)
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits = append(digits, byte(r))
		case r == '+' && i == 0, strings.ContainsRune(" .-/()\u00a0\u202f\u2011", r):
		default:
			return "", false
		}
	}
	n := string(digits)
	switch {
	case international:
	case strings.HasPrefix(n, "00"):
		n = n[2:]
	case strings.HasPrefix(n, "0"):
		n = callingCode + n[1:]
	case strings.HasPrefix(n, callingCode) && len(n) >= 10:
	default:
		n = callingCode + n
	}
	return "+" + n, len(digits) >= 6 && len(n) <= 15
}

// NormalRef gives a reference trimmed; ok is false when nothing is left or it is too long.
func NormalRef(s string) (string, bool) {
	s = strings.TrimSpace(s)
	return s, s != "" && len(s) <= 200 && utf8.ValidString(s)
}
