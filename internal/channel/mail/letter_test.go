package mail_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"vigie/internal/channel/mail"
)

const someHeader = "From: Zoé Dürr <zoe@example.com>\r\nTo: avis@filambre.example\r\nSubject: Colis\r\nMessage-ID: <a@example.com>\r\n"

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func TestTextIsReadWhateverItsForm(t *testing.T) {
	for name, c := range map[string]struct{ raw, want string }{
		"bare":                        {someHeader + "\r\nColis reçu.\r\n", "Colis reçu."},
		"quoted-printable, Latin 1":   {someHeader + "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nCoupure d=E9j=E0 signal=\r\n=E9e.\r\n", "Coupure déjà signalée."},
		"Windows-1252, euro":          {someHeader + "Content-Type: text/plain; charset=\"Windows-1252\"\r\n\r\nFactur\xe9 39 \x80 de trop \x96 d\x92office.\r\n", "Facturé 39 € de trop – d’office."},
		"Latin 1 that says UTF-8":     {someHeader + "Content-Type: text/plain; charset=utf-8\r\n\r\nFactur\xe9 deux fois.\r\n", "Facturé deux fois."},
		"UTF-8 that says ASCII":       {someHeader + "Content-Type: text/plain; charset=us-ascii\r\n\r\nDéjà réglé.\r\n", "Déjà réglé."},
		"UTF-8 cut in a letter":       {someHeader + "Content-Type: text/plain; charset=utf-8\r\n\r\nDéjà r\xc3", "Déjà r\uFFFD"},
		"charset nobody knows":        {someHeader + "Content-Type: text/plain; charset=x-unknown\r\n\r\nD\xe9j\xe0.\r\n", "Déjà."},
		"Japanese":                    {someHeader + "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$B$3$s$K$A$O\x1b(B\r\n", "こんにちは"},
		"IBM 850":                     {someHeader + "Content-Type: text/plain; charset=ibm850\r\n\r\nre\x87u\r\n", "reçu"},
		"base64":                      {someHeader + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64("Reçu à l’heure.") + "\r\n", "Reçu à l’heure."},
		"base64 that is damaged":      {someHeader + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64("Reçu à l’heure.") + "\r\n!!\r\n", "Reçu à l’heure."},
		"flowed":                      {someHeader + "Content-Type: text/plain; format=flowed\r\n\r\nUne longue \r\nphrase.\r\n> Citée \r\n> aussi.\r\n-- \r\nZoé\r\n", "Une longue phrase.\n> Citée aussi.\n-- \nZoé"},
		"flowed, spaces not its own":  {someHeader + "Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\nUne lon \r\ngue phrase.\r\n", "Une longue phrase."},
		"old Mac lines":               {someHeader + "\r\nUn\rDeux\r", "Un\nDeux"},
		"content type that is broken": {someHeader + "Content-Type: text; ;;\r\n\r\nReçu.\r\n", "Reçu."},
		"plain beside HTML":           {someHeader + "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nEn clair.\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>En HTML.</p>\r\n--b--\r\n", "En clair."},
		"empty plain beside HTML":     {someHeader + "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n \r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>En HTML.</p>\r\n--b--\r\n", "En HTML."},
		"boundary never closed":       {someHeader + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nOuvert.\r\n", "Ouvert."},
		"boundary that never comes":   {someHeader + "Content-Type: multipart/mixed; boundary=b\r\n\r\nSans partie.\r\n", "Sans partie."},
		"two texts":                   {someHeader + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nUn.\r\n--b\r\n\r\nDeux.\r\n--b--\r\n", "Un.\n\nDeux."},
		"a line that is no field":     {"ZOE\r\n" + someHeader + "pas un champ\r\n\r\nLu quand même.\r\n", "Lu quand même."},
		"lines of a Unix file":        {strings.ReplaceAll("From zoe@example.com Tue Nov  3\r\n"+someHeader+"\r\nLu.\r\n", "\r\n", "\n"), "Lu."},
		"header only":                 {someHeader, ""},
		"HTML of Outlook": {someHeader + "Content-Type: text/html; charset=utf-8\r\n\r\n<html><head><style>p{color:red}</style><title>x</title></head><body><div class=WordSection1><p class=MsoNormal>Bonjour,<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>Le modem&nbsp;: en panne &amp; bruyant.</p></div></body></html>",
			"Bonjour,\n\nLe modem : en panne & bruyant."},
		"HTML of Gmail, quoted": {someHeader + "Content-Type: text/html; charset=utf-8\r\n\r\n<div dir=\"ltr\">Rien reçu.<br><br>Zoé</div><br><div class=\"gmail_quote\"><div class=\"gmail_attr\">Le mar. 3 nov. 2026, Filambre &lt;a@b.c&gt; a écrit :<br></div><blockquote><p>Votre colis</p></blockquote></div>",
			"Rien reçu.\n\nZoé\n\n> Le mar. 3 nov. 2026, Filambre <a@b.c> a écrit :\n>>\n>> Votre colis"},
		"HTML with what is hidden": {someHeader + "Content-Type: text/html; charset=utf-8\r\n\r\n<div style=\"display:none\">aperçu</div><script>alert(1)</script><ul><li>un<li>deux</ul><table><tr><td>a</td><td>b</td></tr></table><img src=\"https://x.example/p.gif\"><a href=\"https://x.example\">lien</a>",
			"- un\n- deux\n\n a b\nlien"},
	} {
		l, err := mail.Read([]byte(c.raw))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(c.want, l.Text); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
}

func TestHeaderIsReadWhateverItsForm(t *testing.T) {
	none := mail.Letter{}
	for name, c := range map[string]struct {
		raw  string
		want mail.Letter
	}{
		"an answer in a conversation": {"From: =?utf-8?Q?Zo=C3=A9_D=C3=BCrr?= <Zoe@Example.com>\r\nTo: \"Filambre, avis\" <avis@filambre.example>, other@example.com\r\nSubject: =?iso-8859-1?Q?Re:_Votre_exp=E9rience?=\r\n =?utf-8?B?" + b64(" chez nous") + "?=\r\nDate: Tue, 3 Nov 2026 10:12:00 +0100 (CET)\r\nMessage-Id: <c@example.com>\r\nIn-Reply-To: <b@filambre.example>\r\nReferences: <a@filambre.example>\r\n <b@filambre.example>\r\n\r\nx",
			mail.Letter{From: mail.Address{Name: "Zoé Dürr", Email: "zoe@example.com"}, To: []mail.Address{{Name: "Filambre, avis", Email: "avis@filambre.example"}, {Email: "other@example.com"}},
				Subject: "Re: Votre expérience chez nous", Date: time.Date(2026, 11, 3, 9, 12, 0, 0, time.UTC), ID: "c@example.com", InReplyTo: "b@filambre.example",
				References: []string{"a@filambre.example", "b@filambre.example"}, Thread: "a@filambre.example", Text: "x"}},
		"an answer without references": {"From: z@example.com\r\nMessage-ID: <c@d.e>\r\nIn-Reply-To: Your message <b@d.e>\r\n\r\nx",
			mail.Letter{From: mail.Address{Email: "z@example.com"}, ID: "c@d.e", InReplyTo: "b@d.e", Thread: "b@d.e", Text: "x"}},
		"raw bytes": {"From: Zo\xe9 <z@example.com>\r\nSubject: Re\xe7u\r\n\r\nx",
			mail.Letter{From: mail.Address{Name: "Zoé", Email: "z@example.com"}, Subject: "Reçu", Text: "x"}},
		"an address out of rule": {"From: Zoé, de Lyon <z@example.com>>\r\nDate: hier\r\nSubject: a\tb\r\n\r\nx",
			mail.Letter{From: mail.Address{Name: "Zoé, de Lyon", Email: "z@example.com"}, Subject: "a b", Text: "x"}},
		"nobody": {"From: undisclosed\r\nTo: undisclosed-recipients:;\r\n\r\nx", mail.Letter{Text: "x"}},
		"a list": {"From: z@example.com\r\nPrecedence: list\r\n\r\nx", mail.Letter{From: mail.Address{Email: "z@example.com"}, Automatic: true, Text: "x"}},
		"a reply by machine": {"From: z@example.com\r\nAuto-Submitted: auto-replied (vacation)\r\n\r\nx",
			mail.Letter{From: mail.Address{Email: "z@example.com"}, Automatic: true, Text: "x"}},
		"by a person, said so": {"From: z@example.com\r\nAuto-Submitted: no\r\n\r\nx", mail.Letter{From: mail.Address{Email: "z@example.com"}, Text: "x"}},
	} {
		l, err := mail.Read([]byte(c.raw))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(c.want, l, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
	for _, raw := range []string{"", "\r\n\r\nBonjour", "Bonjour", "\x00\xff"} {
		if l, err := mail.Read([]byte(raw)); err == nil {
			t.Errorf("%q read as %+v", raw, l)
		} else if d := cmp.Diff(none, l); d != "" {
			t.Error(d)
		}
	}
}

func TestAttachmentsAreListed(t *testing.T) {
	raw := someHeader + "Content-Type: multipart/mixed; boundary=m\r\n\r\n" +
		"--m\r\nContent-Type: multipart/related; boundary=r\r\n\r\n" +
		"--r\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Voyez les photos.</p><img src=\"cid:1\">\r\n" +
		"--r\r\nContent-Type: image/png; name=\"logo.png\"\r\nContent-ID: <1>\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64("PNG") + "\r\n--r--\r\n" +
		"--m\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename*=utf-8''facture%20d%C3%A9cembre.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64("%PDF-1.7 large") + "\r\n" +
		"--m\r\nContent-Type: image/jpeg; name=\"=?utf-8?B?" + b64("reçu.jpg") + "?=\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64("JPEG") + "\r\n" +
		"--m\r\nContent-Type: text/plain; name=\"..\\\\..\\\\etc\\\\notes.txt\"\r\n\r\nnotes\r\n" +
		"--m\r\nContent-Type: message/rfc822\r\n\r\nSubject: Votre commande\r\n\r\ncorps\r\n" +
		"--m--\r\n"
	l, err := mail.Read([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	type file struct {
		Name, Type, Bytes string
		Size              int
		Inline            bool
	}
	var got []file
	for _, a := range l.Attachments {
		b, err := io.ReadAll(a.Open())
		if err != nil || a.Cut {
			t.Error(a, err)
		}
		got = append(got, file{a.Name, a.Type, string(b), a.Size, a.Inline})
	}
	want := []file{
		{"logo.png", "image/png", "PNG", 3, true}, {"facture décembre.pdf", "application/pdf", "%PDF-1.7 large", 14, false},
		{"reçu.jpg", "image/jpeg", "JPEG", 4, false}, {"notes.txt", "text/plain", "notes", 5, false},
		{"Votre commande.eml", "message/rfc822", "Subject: Votre commande\r\n\r\ncorps", 32, false},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if l.Text != "Voyez les photos." {
		t.Errorf("%q", l.Text)
	}
}

func TestLargeLettersAreReadInPart(t *testing.T) {
	l, err := mail.Read([]byte(someHeader + "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\n" + strings.Repeat("é", 1<<20) + "\r\n--m\r\nContent-Type: image/jpeg\r\n\r\n" + strings.Repeat("x", 11<<20) + "\r\n--m--\r\n"))
	if err != nil || !l.Cut || len(l.Text) > 1<<20 || len(l.Attachments) != 1 {
		t.Fatalf("%v, %v, %d bytes", err, l.Cut, len(l.Text))
	}
	kept, err := io.Copy(io.Discard, l.Attachments[0].Open())
	if a := l.Attachments[0]; err != nil || !a.Cut || a.Size != 11<<20 || kept != 10<<20 {
		t.Errorf("%d kept of %d, %v", kept, a.Size, err)
	}
	deep := someHeader
	for n := range 40 {
		deep += fmt.Sprintf("Content-Type: multipart/mixed; boundary=m%d\r\n\r\n--m%d\r\n", n, n)
	}
	if l, err := mail.Read([]byte(deep + "\r\nau fond\r\n")); err != nil || !l.Cut {
		t.Errorf("%+v %v", l, err)
	}
}

func TestWhatAPersonWroteIsFoundInAWholeMail(t *testing.T) {
	raw := someHeader + "Content-Type: text/html; charset=utf-8\r\n\r\n<div>Rien reçu depuis <b>trois semaines</b>.</div><div><br></div><div>Cordialement,</div><div>Zoé Dürr</div>" +
		"<div id=\"divRplyFwdMsg\"><hr><b>De :</b> Filambre &lt;avis@filambre.example&gt;<br><b>Envoyé :</b> mardi 3 novembre 2026<br><b>À :</b> Zoé<br><b>Objet :</b> Votre colis</div><div>Bonjour</div>"
	l, err := mail.Read([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	if got := mail.Own(l.Text); got != "Rien reçu depuis trois semaines." {
		t.Errorf("%q of\n%s", got, l.Text)
	}
}

func TestRealMessagesAreReadAsLettersToo(t *testing.T) {
	files, err := filepath.Glob("../../../../shared/data/bounces/not/*.eml")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("no real messages beside the checkout")
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		l, err := mail.Read(raw)
		if err != nil || l.From.Email == "" || l.Text == "" && len(l.Attachments) == 0 {
			t.Errorf("%s: %+v %v", filepath.Base(f), l.From, err)
		}
		if mail.Own(l.Text) == "" && l.Text != "" {
			t.Errorf("%s is emptied", filepath.Base(f))
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(someHeader + "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>y<blockquote>z\r\n--b--\r\n"))
	f.Add([]byte(someHeader + "Content-Type: text/plain; format=flowed; charset=utf-7\r\nContent-Transfer-Encoding: base64\r\n\r\nx=\r\n"))
	f.Add([]byte("From: =?x?q?a?=\r\nReferences: <a@b> <c\r\n\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := mail.Read(raw)
		if err != nil {
			return
		}
		for _, s := range []string{l.Text, l.Subject, l.From.Name, l.From.Email, l.Thread} {
			if strings.ToValidUTF8(s, "") != s {
				t.Errorf("%q is not UTF-8", s)
			}
		}
		if strings.ContainsAny(l.Subject+l.From.Email+l.From.Name, "\r\n") {
			t.Errorf("%+v", l)
		}
		mail.Own(l.Text)
	})
}
