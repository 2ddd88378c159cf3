package mail

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const corpus = "../../../../shared/data/bounces"

func real(t *testing.T, pattern string) []string {
	t.Helper()
	l, err := filepath.Glob(filepath.Join(corpus, pattern))
	if err != nil {
		t.Fatal(err)
	}
	if len(l) == 0 {
		t.Skip("no real messages beside the checkout")
	}
	return l
}

func read(t *testing.T, file string) Notice {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	n, err := ReadNotice(b)
	if err != nil {
		t.Errorf("%s: %v", filepath.Base(file), err)
	}
	return n
}

func TestRealMessagesThatCameBackAreRecognised(t *testing.T) {
	fates := map[Fate]int{}
	var missed, nameless []string
	l := real(t, "*.eml")
	for _, f := range l {
		n := read(t, f)
		fates[n.Fate]++
		base := filepath.Base(f)
		switch {
		case n.Fate == NoNotice:
			missed = append(missed, base)
		case len(n.Addresses) == 0 && n.Fate != Away:
			nameless = append(nameless, base)
		}
		if strings.HasPrefix(base, "arf") != (n.Fate == Complaint) || strings.HasPrefix(base, "rfc3834") != (n.Fate == Away) {
			t.Errorf("%s: %s", base, n.Fate)
		}
	}
	t.Logf("%d messages: %v; missed %v; no address %v", len(l), fates, missed, nameless)
	if len(missed)*100 > 2*len(l) {
		t.Errorf("%d of %d missed: %v", len(missed), len(l), missed)
	}
	if len(nameless)*100 > 4*len(l) {
		t.Errorf("%d of %d without an address: %v", len(nameless), len(l), nameless)
	}
}

func TestOrdinaryMessagesAreNoNotice(t *testing.T) {
	for _, f := range real(t, "not/is-not-*.eml") {
		if n := read(t, f); n.Fate != NoNotice {
			t.Errorf("%s: %+v", filepath.Base(f), n)
		}
	}
	n, err := ReadNotice([]byte("From: zoe@example.com\r\nTo: avis@example.org\r\nSubject: Mon colis non remis\r\n\r\nBonjour, zoe@example.com, mon colis n'a pas \xc3\xa9t\xc3\xa9 livr\xc3\xa9, erreur 550 affich\xc3\xa9e. Relayed.\r\n"))
	if err != nil || n.Fate != NoNotice {
		t.Errorf("a customer who writes about a failure: %+v, %v", n, err)
	}
}

func report(action, status, diagnostic string) []byte {
	return []byte(strings.ReplaceAll(`From: MAILER-DAEMON@mx.example.com
To: bounce@example.org
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; Zoe@Example.com
Action: `+action+`
Status: `+status+`
Diagnostic-Code: smtp; `+diagnostic+`

--b
Content-Type: text/rfc822-headers

Message-ID: <v1.42@example.org>
To: zoe@example.com

--b--
`, "\n", "\r\n"))
}

func TestFateSaysWhetherTheAddressIsAtFault(t *testing.T) {
	for name, c := range map[string]struct {
		action, status, said string
		want                 Fate
	}{
		"unknown user":      {"failed", "5.1.1", "550 5.1.1 no such user", Hard},
		"unknown, in words": {"failed", "5.0.0", "550 Requested action not taken: mailbox unavailable, user unknown", Hard},
		"full":              {"failed", "5.2.2", "552 5.2.2 mailbox full", Soft},
		"full, as 5.1.1":    {"failed", "5.1.1", "550 mailbox is full", Soft},
		"taken for spam":    {"failed", "5.7.1", "550 5.7.1 blocked, spam", Soft},
		"policy, in words":  {"failed", "5.0.0", "554 rejected due to DMARC policy", Soft},
		"delivered":         {"delivered", "2.0.0", "250 ok", Delivered},
		"no such domain":    {"failed", "4.0.0", "DNS Error: lookup responded with code NXDOMAIN", Hard},
		"temporary":         {"failed", "4.4.1", "connection timed out", Soft},
		"still trying":      {"delayed", "4.4.1", "connection timed out", Delayed},
	} {
		n, err := ReadNotice(report(c.action, c.status, c.said))
		if err != nil {
			t.Fatal(err)
		}
		if n.Fate != c.want || len(n.Addresses) != 1 || n.Addresses[0] != "zoe@example.com" || n.Original != "v1.42@example.org" {
			t.Errorf("%s: %+v, want %s", name, n, c.want)
		}
	}
}

func FuzzReadNotice(f *testing.F) {
	f.Add(report("failed", "5.1.1", "550"))
	f.Fuzz(func(t *testing.T, b []byte) { _, _ = ReadNotice(b) })
}
