package mail

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"

	"github.com/emersion/go-msgauth/dkim"

	"vigie/internal/cx"
)

// DKIM signs what leaves in the name of a domain.
type DKIM struct {
	Domain   string `json:"domain,omitempty"`
	Selector string `json:"selector,omitempty"`
	Key      string `json:"key,omitempty"` // PEM: RSA of 1024 bits or more (PKCS #1 or #8), or Ed25519 (PKCS #8)
}

// Record gives what to publish in the DNS: a TXT record's name and its text.
func (d DKIM) Record() (name, text string, err error) {
	s, err := d.signer()
	if err != nil || s == nil {
		return "", "", err
	}
	kind, public := "rsa", []byte(nil)
	switch k := s.Public().(type) {
	case ed25519.PublicKey:
		kind, public = "ed25519", k
	default:
		if public, err = x509.MarshalPKIXPublicKey(k); err != nil {
			return "", "", err
		}
	}
	domain, err := domainASCII(d.Domain)
	if err != nil {
		return "", "", err
	}
	return d.Selector + "._domainkey." + domain, "v=DKIM1; k=" + kind + "; p=" + base64.StdEncoding.EncodeToString(public), nil
}

// signer reads the key; nil when nothing is to be signed.
func (d DKIM) signer() (crypto.Signer, error) {
	if d == (DKIM{}) {
		return nil, nil
	}
	if domain, err := domainASCII(d.Domain); err != nil || !strings.Contains(domain, ".") {
		return nil, cx.Fail(cx.Invalid, "dkim.domain", "mail.dkim_domain", "value", d.Domain)
	}
	if _, err := domainASCII(d.Selector); err != nil || d.Selector == "" || strings.ContainsAny(d.Selector, " ;=") {
		return nil, cx.Fail(cx.Invalid, "dkim.selector", "mail.dkim_selector", "value", d.Selector)
	}
	block, _ := pem.Decode([]byte(d.Key))
	if block == nil {
		return nil, cx.Fail(cx.Invalid, "dkim.key", "mail.dkim_key")
	}
	switch k := parsedKey(block.Bytes).(type) {
	case ed25519.PrivateKey:
		return k, nil
	case *rsa.PrivateKey:
		if k.N.BitLen() >= 1024 {
			return k, nil
		}
	}
	return nil, cx.Fail(cx.Invalid, "dkim.key", "mail.dkim_key")
}

func parsedKey(der []byte) any {
	if k, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return k
	}
	if k, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return k
	}
	return nil
}

// signedFields are covered by the signature; From twice, so that a second one breaks it. RFC 8058 asks for List-Unsubscribe.
func signedFields() []string {
	return []string{"From", "From", "Reply-To", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
		"Content-Transfer-Encoding", "Content-Language", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted"}
}

func (d DKIM) sign(key crypto.Signer, raw []byte) ([]byte, error) {
	domain, err := domainASCII(d.Domain)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = dkim.Sign(&out, bytes.NewReader(raw), &dkim.SignOptions{
		Domain: domain, Selector: d.Selector, Signer: key, HeaderKeys: signedFields(),
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	})
	return out.Bytes(), err
}
