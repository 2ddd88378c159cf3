package mail_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/channel/mail"
	"vigie/internal/channel/mail/mailtest"
	"vigie/internal/cx"
)

func fields(l []*cx.Error) []string {
	var out []string
	for _, e := range l {
		out = append(out, e.Field+" "+e.Code)
	}
	return out
}

func TestNothingCanBeAddedToTheHeader(t *testing.T) {
	t.Parallel()
	server := mailtest.NewSMTP(t, mailtest.Options{})
	s := sender(t, config(server))
	for name, c := range map[string]struct {
		change func(*mail.Message)
		want   string
	}{
		"line in the subject":   {func(m *mail.Message) { m.Subject = "a\r\nBcc: x@evil.example" }, "subject mail.header_text"},
		"bare LF":               {func(m *mail.Message) { m.Subject = "a\nBcc: x@evil.example" }, "subject mail.header_text"},
		"bare CR":               {func(m *mail.Message) { m.Subject = "a\rBcc: x@evil.example" }, "subject mail.header_text"},
		"line separator":        {func(m *mail.Message) { m.Subject = "a\u2028b" }, "subject mail.header_text"},
		"NUL":                   {func(m *mail.Message) { m.Subject = "a\x00b" }, "subject mail.header_text"},
		"no subject":            {func(m *mail.Message) { m.Subject = " " }, "subject mail.header_text"},
		"line in the name":      {func(m *mail.Message) { m.To.Name = "Zoé\r\nBcc: x@evil.example" }, "to mail.header_text"},
		"line in the address":   {func(m *mail.Message) { m.To.Email = "zoe@example.com\r\nRCPT TO:<x@evil.example>" }, "to mail.address"},
		"two addresses":         {func(m *mail.Message) { m.To.Email = "zoe@example.com, x@evil.example" }, "to mail.address"},
		"address in brackets":   {func(m *mail.Message) { m.To.Email = "<zoe@example.com>" }, "to mail.address"},
		"no domain":             {func(m *mail.Message) { m.To.Email = "zoe" }, "to mail.address"},
		"line in the id":        {func(m *mail.Message) { m.ID = "a@b\r\nX: y" }, "id mail.id"},
		"no id":                 {func(m *mail.Message) { m.ID = "" }, "id mail.id"},
		"line in a header":      {func(m *mail.Message) { m.Headers = map[string]string{"X-A": "b\r\nBcc: x@evil.example"} }, "headers.X-A mail.header_text"},
		"line in a header name": {func(m *mail.Message) { m.Headers = map[string]string{"X-A: b\r\nBcc": "x@evil.example"} }, "headers mail.header_name"},
		"a header of ours":      {func(m *mail.Message) { m.Headers = map[string]string{"bcc": "x@evil.example"} }, "headers mail.header_name"},
		"line in the link":      {func(m *mail.Message) { m.Unsubscribe = "https://a.example/\r\nBcc: x@evil.example" }, "unsubscribe mail.unsubscribe"},
		"link out of its <>":    {func(m *mail.Message) { m.Unsubscribe = "https://a.example/>,<mailto:x" }, "unsubscribe mail.unsubscribe"},
		"link without TLS":      {func(m *mail.Message) { m.Unsubscribe = "http://a.example/" }, "unsubscribe mail.unsubscribe"},
		"script as a link":      {func(m *mail.Message) { m.Unsubscribe = "javascript:alert(1)" }, "unsubscribe mail.unsubscribe"},
		"language":              {func(m *mail.Message) { m.Lang = "fr\r\nX: y" }, "lang mail.lang"},
		"no text":               {func(m *mail.Message) { m.Text = "" }, "text mail.text"},
		"too long":              {func(m *mail.Message) { m.HTML = strings.Repeat("x", 3<<20) }, "text mail.too_long"},
	} {
		m := message()
		c.change(&m)
		if d := cmp.Diff([]string{c.want}, fields(m.Check())); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
		if f := failure(t, s.Send(t.Context(), m)); f.Outcome != mail.Refused || f.AtFault != (c.want == "to mail.address") {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if n := len(server.Messages()); n > 0 {
		t.Errorf("%d left", n)
	}
}

func TestAddressesAreReadAsServersWriteThem(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"zoe@example.com": "zoe@example.com", " Zoe.D+x@Example.COM ": "Zoe.D+x@example.com", "zoe@exämple.fr": "zoe@xn--exmple-cua.fr",
		"zoé@example.com": "zoé@example.com", "o'hara@example.co.uk": "o'hara@example.co.uk", "zoe@example.com.": "zoe@example.com",
		"zoe@localhost": "", "@example.com": "", "zoe@": "", "zoe@@example.com": "", "zo e@example.com": "", "zoe@exa mple.com": "",
		"zoe@-example.com": "", "zoe@example..com": "", "\"zoe\"@example.com": "", "zoe@[127.0.0.1]": "", ".zoe@example.com": "",
		"Zoé <zoe@example.com>": "", strings.Repeat("z", 65) + "@example.com": "", "zoe@" + strings.Repeat("abcdefgh.", 30) + "com": "",
		"zoe@example_.com": "", "zoe\x00@example.com": "", "": "",
	} {
		got, err := mail.ParseAddress("to", in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"zoe@example.com", "zoé@exämple.fr", "a@b@c.d", "a\r\n@b.c", "=?utf-8?q?a?=@b.c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out, err := mail.ParseAddress("to", s)
		if err != nil {
			return
		}
		if strings.ContainsAny(out, "\r\n <>,\x00") || strings.Count(out, "@") < 1 {
			t.Errorf("%q gives %q", s, out)
		}
		if again, err := mail.ParseAddress("to", out); err != nil || again != out {
			t.Errorf("%q gives %q, then %q, %v", s, out, again, err)
		}
	})
}

func TestConfigurationTellsEverythingWrong(t *testing.T) {
	t.Parallel()
	good := mail.Config{Server: mail.Server{Host: "smtp.example.com"}, From: mail.Address{Email: "avis@example.com"}}
	for name, c := range map[string]struct {
		change func(*mail.Config)
		want   []string
	}{
		"little is enough":    {func(*mail.Config) {}, nil},
		"nothing":             {func(c *mail.Config) { *c = mail.Config{} }, []string{"host mail.host", "from mail.address"}},
		"in the clear, away":  {func(c *mail.Config) { c.TLS = mail.None }, []string{"tls mail.tls_none"}},
		"in the clear, here":  {func(c *mail.Config) { c.TLS, c.Host = mail.None, "::1" }, nil},
		"password, maybe TLS": {func(c *mail.Config) { c.TLS, c.User, c.Password = mail.IfOffered, "u", "p" }, []string{"tls mail.tls_password"}},
		"unknown mode":        {func(c *mail.Config) { c.TLS = "ssl" }, []string{"tls mail.tls_mode"}},
		"all at once": {func(c *mail.Config) {
			c.Port, c.Password, c.CA, c.Bounce, c.ReplyTo.Name = 70000, "p", "x", "y", "z"
			c.DKIM.Domain = "example.com"
		}, []string{"port mail.port", "user mail.user", "ca mail.ca", "reply_to mail.address", "bounce mail.address", "dkim.selector mail.dkim_selector"}},
		"a weak key": {func(c *mail.Config) { c.DKIM = mail.DKIM{Domain: "example.com", Selector: "v1", Key: "no"} }, []string{"dkim.key mail.dkim_key"}},
	} {
		with := good
		c.change(&with)
		if d := cmp.Diff(c.want, fields(with.Check())); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
}
