package people

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// The second factor: codes of six digits that change every 30 s, with HMAC-SHA-1, which every telephone's application
// reads (RFC 6238, RFC 4226).
const (
	totpStep   = 30 * time.Second
	totpDrift  = 1 // steps before and after that are taken too
	totpSecret = 20
)

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewSecret makes the secret that a telephone and Vigie will share, in base32.
func NewSecret() string {
	b := make([]byte, totpSecret)
	_, _ = rand.Read(b) // never fails
	return base32Plain.EncodeToString(b)
}

// SecretURL is what the QR code of a secret says: otpauth://totp/ISSUER:ACCOUNT?secret=….
func SecretURL(secret, issuer, account string) string {
	issuer = strings.ReplaceAll(issuer, ":", " ")
	q := "secret=" + secret + "&issuer=" + strings.ReplaceAll(url.QueryEscape(issuer), "+", "%20")
	return (&url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + account, RawQuery: q}).String()
}

// hotp gives the code of a counter (RFC 4226, 5.3), with that many digits.
func hotp(secret []byte, counter uint64, digits int) string {
	h := hmac.New(sha1.New, secret)
	_ = binary.Write(h, binary.BigEndian, counter)
	sum := h.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	n := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	mod := uint32(1)
	for range digits {
		mod *= 10
	}
	return fmt.Sprintf("%0*d", digits, n%mod)
}

func stepOf(at time.Time) int64 { return at.Unix() / int64(totpStep/time.Second) }

// matchCode gives the step that a code is of, around a moment and after the last step taken; false when it is of none.
func matchCode(secret, code string, at time.Time, last int64) (int64, bool) {
	key, err := base32Plain.DecodeString(secret)
	if err != nil || len(key) == 0 {
		return 0, false
	}
	now := stepOf(at)
	for step := now - totpDrift; step <= now+totpDrift; step++ {
		if step > last && subtle.ConstantTimeCompare([]byte(hotp(key, uint64(step), 6)), []byte(code)) == 1 {
			return step, true
		}
	}
	return 0, false
}
