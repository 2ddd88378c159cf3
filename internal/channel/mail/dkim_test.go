package mail_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"vigie/internal/channel/mail"
	"vigie/internal/channel/mail/mailtest"
)

func key(t *testing.T, kind string) string {
	t.Helper()
	var k any
	var err error
	switch kind {
	case "rsa":
		k, err = rsa.GenerateKey(rand.Reader, 2048)
	case "ed25519":
		_, k, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func TestSignatureIsOfThePublishedKey(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"rsa", "ed25519"} {
		server := mailtest.NewSMTP(t, mailtest.Options{})
		c := config(server)
		c.DKIM = mail.DKIM{Domain: "filambre.example", Selector: "v1", Key: key(t, kind)}
		name, record, err := c.DKIM.Record()
		if err != nil || name != "v1._domainkey.filambre.example" {
			t.Fatal(name, err)
		}
		if err := sender(t, c).Send(t.Context(), message()); err != nil {
			t.Fatal(err)
		}
		raw := server.Messages()[0].Raw
		lookup := &dkim.VerifyOptions{LookupTXT: func(asked string) ([]string, error) {
			if asked != name {
				t.Errorf("asked for %s", asked)
			}
			return []string{record}, nil
		}}
		for label, c := range map[string]struct {
			raw  []byte
			good bool
		}{
			"as sent":          {raw, true},
			"other words":      {bytes.Replace(raw, []byte("Bonjour"), []byte("Bonsoir"), 1), false},
			"other link":       {bytes.Replace(raw, []byte("/p/xyz"), []byte("/p/zzz"), 1), false},
			"a second sender":  {append([]byte("From: x@evil.example\r\n"), raw...), false},
			"passed on by one": {append([]byte("Received: from a by b; Fri, 20 Nov 2026 09:30:00 +0000\r\n"), raw...), true},
		} {
			found, err := dkim.VerifyWithOptions(bytes.NewReader(c.raw), lookup)
			if err != nil || len(found) != 1 || (found[0].Err == nil) != c.good {
				t.Errorf("%s, %s: %v %+v", kind, label, err, found)
			}
		}
	}
}
