package mail

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"vigie/internal/cx"
)

// Address is a mailbox and the name shown with it, "" for none.
type Address struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email"`
}

const (
	addressMost = 254 // bytes, RFC 5321 (erratum 1690)
	localMost   = 64
	nameMost    = 200
)

// ParseAddress reads a bare address ("zoé@exämple.fr") as it is written to servers: its domain in ASCII (IDNA 2008) and
// lower case, the part before @ as given. A field (the JSON path, for the error) holds one address.
func ParseAddress(field, s string) (string, error) {
	s = strings.TrimSpace(s)
	bad := cx.Fail(cx.Invalid, field, "mail.address", "value", s)
	if !utf8.ValidString(s) || hasControl(s) || strings.ContainsAny(s, "<>,;\"()[] ") {
		return "", bad
	}
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > localMost {
		return "", bad
	}
	domain, err := domainASCII(s[at+1:])
	if err != nil || !strings.Contains(domain, ".") {
		return "", bad
	}
	out := s[:at] + "@" + domain
	if parsed, err := mail.ParseAddress(out); err != nil || parsed.Address != out || len(out) > addressMost {
		return "", bad
	}
	return out, nil
}

func domainASCII(s string) (string, error) {
	return idna.Lookup.ToASCII(strings.TrimSuffix(s, "."))
}

// checked gives the address as it is written to servers, its name fit for a header.
func (a Address) checked(field string) (Address, error) {
	email, err := ParseAddress(field, a.Email)
	if err != nil {
		return Address{}, err
	}
	if !headerText(a.Name, nameMost) {
		return Address{}, cx.Fail(cx.Invalid, field, "mail.header_text")
	}
	return Address{Name: strings.TrimSpace(a.Name), Email: email}, nil
}

func (a Address) header() string {
	if a.Name == "" {
		return "<" + a.Email + ">"
	}
	return (&mail.Address{Name: a.Name, Address: a.Email}).String()
}

// headerText tells whether s may stand in a header: nothing that breaks or hides lines.
func headerText(s string, most int) bool {
	return utf8.ValidString(s) && len(s) <= most && !hasControl(s)
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
}

// verp writes the recipient into the address failures come back to: bounces+zoe=example.com@example.org. One that would
// grow too long, or not be ASCII, is left as it is; the message's id tells then.
func verp(bounce, to string) string {
	local, domain, _ := strings.Cut(bounce, "@")
	at := strings.LastIndexByte(to, '@')
	full := local + "+" + to[:at] + "=" + to[at+1:]
	if len(full) > localMost || !ascii(full) {
		return bounce
	}
	return full + "@" + domain
}

// Returned reads the recipient out of an address a failure came back to, "" when there is none in it.
func Returned(bounce, to string) string {
	local, domain, _ := strings.Cut(bounce, "@")
	gotLocal, gotDomain, _ := strings.Cut(to, "@")
	if !strings.EqualFold(domain, gotDomain) || len(gotLocal) <= len(local)+1 || !strings.EqualFold(gotLocal[:len(local)+1], local+"+") {
		return ""
	}
	inside := gotLocal[len(local)+1:]
	at := strings.LastIndexByte(inside, '=')
	if at < 1 || at == len(inside)-1 {
		return ""
	}
	return inside[:at] + "@" + inside[at+1:]
}
