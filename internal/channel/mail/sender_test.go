package mail_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/channel/mail"
	"vigie/internal/channel/mail/mailtest"
	"vigie/internal/cx"
)

var at = time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)

func clock() time.Time { return at }

func config(s *mailtest.SMTP) mail.Config {
	return mail.Config{
		Server: mail.Server{Host: mailtest.Host, Port: s.Port, User: mailtest.User, Password: mailtest.Password, CA: s.CA, Timeout: time.Minute},
		From:   mail.Address{Name: "Filambre, service clients", Email: "avis@filambre.example"},
	}
}

func sender(t *testing.T, c mail.Config) *mail.Sender {
	t.Helper()
	s, err := mail.NewSender(c, mail.Deps{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func message() mail.Message {
	return mail.Message{
		ID: "inv.42@filambre.example", To: mail.Address{Name: "Zoé Dürr", Email: "zoe@example.com"},
		Subject: "Votre livraison : qu’en avez-vous pensé ?", Lang: "fr",
		Text:        "Bonjour Zoé,\n\nDe 0 à 10 ?\n.\nhttps://avis.filambre.example/s/abc\n",
		HTML:        "<p>Bonjour Zoé,</p><p><a href=\"https://avis.filambre.example/s/abc\">Répondre</a></p>",
		Unsubscribe: "https://avis.filambre.example/p/xyz",
		Headers:     map[string]string{"X-Vigie-Survey": "livraison@3"},
	}
}

func failure(t *testing.T, err error) *mail.Failure {
	t.Helper()
	f, ok := errors.AsType[*mail.Failure](err)
	if !ok {
		t.Fatalf("%v is no Failure", err)
	}
	if _, said := errors.AsType[*cx.Error](err); !said {
		t.Errorf("%v has no words for people", err)
	}
	return f
}

func TestMessageArrivesAsWritten(t *testing.T) {
	t.Parallel()
	server := mailtest.NewSMTP(t, mailtest.Options{})
	if err := sender(t, config(server)).Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	got := server.Messages()
	if len(got) != 1 || !got[0].TLS || got[0].User != mailtest.User || got[0].UTF8 {
		t.Fatalf("%+v", got)
	}
	l, err := mail.Read(got[0].Raw)
	if err != nil {
		t.Fatal(err)
	}
	want := mail.Letter{
		From: mail.Address{Name: "Filambre, service clients", Email: "avis@filambre.example"},
		To:   []mail.Address{{Name: "Zoé Dürr", Email: "zoe@example.com"}}, Subject: message().Subject, Date: at,
		ID: "inv.42@filambre.example", Thread: "inv.42@filambre.example", Text: strings.TrimSpace(message().Text), Automatic: true,
	}
	if d := cmp.Diff(want, l); d != "" {
		t.Error(d)
	}
	for _, h := range []string{
		"List-Unsubscribe: <https://avis.filambre.example/p/xyz>\r\n", "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
		"Auto-Submitted: auto-generated\r\n", "Precedence: bulk\r\n", "Content-Language: fr\r\n", "X-Vigie-Survey: livraison@3\r\n",
		"Message-ID: <inv.42@filambre.example>\r\n", "Date: Fri, 20 Nov 2026 09:30:00 +0000\r\n",
	} {
		if !bytes.Contains(got[0].Raw, []byte(h)) {
			t.Errorf("no %q in\n%s", h, got[0].Raw)
		}
	}
	if bytes.Contains(got[0].Raw, []byte("<img")) || bytes.Contains(got[0].Raw, []byte("User-Agent")) {
		t.Errorf("something was added:\n%s", got[0].Raw)
	}
}

func TestMessageToOneIsNotBulk(t *testing.T) {
	t.Parallel()
	server := mailtest.NewSMTP(t, mailtest.Options{})
	m := message()
	m.Unsubscribe, m.HTML = "", ""
	if err := sender(t, config(server)).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if raw := string(server.Messages()[0].Raw); strings.Contains(raw, "Precedence") || strings.Contains(raw, "List-Unsubscribe") {
		t.Error(raw)
	}
}

func TestFailureSaysWhetherToTryAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(*mailtest.SMTP)
		outcome mail.Outcome
		atFault bool
		code    int
		said    string
	}{
		"unknown address": {func(s *mailtest.SMTP) { s.Refuse("zoe@example.com", 550, "5.1.1 no such user") },
			mail.Refused, true, 550, "mail.refused_address"},
		"bare 550":  {func(s *mailtest.SMTP) { s.Refuse("zoe@example.com", 550, "No") }, mail.Refused, true, 550, "mail.refused_address"},
		"blocked":   {func(s *mailtest.SMTP) { s.Refuse("zoe@example.com", 554, "5.7.1 blocked by policy") }, mail.Refused, false, 554, "mail.refused"},
		"full":      {func(s *mailtest.SMTP) { s.Refuse("zoe@example.com", 552, "5.2.2 mailbox full") }, mail.Refused, false, 552, "mail.refused"},
		"greylist":  {func(s *mailtest.SMTP) { s.Refuse("zoe@example.com", 451, "4.7.1 try again") }, mail.Later, false, 451, "mail.later"},
		"spam":      {func(s *mailtest.SMTP) { s.RefuseNext(554, "5.7.1 looks like spam") }, mail.Refused, false, 554, "mail.refused"},
		"overload":  {func(s *mailtest.SMTP) { s.RefuseNext(452, "4.3.1 disk full") }, mail.Later, false, 452, "mail.later"},
		"lost":      {func(s *mailtest.SMTP) { s.DropNext(false) }, mail.Unsure, false, 0, "mail.unsure"},
		"kept, mum": {func(s *mailtest.SMTP) { s.DropNext(true) }, mail.Unsure, false, 0, "mail.unsure"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := mailtest.NewSMTP(t, mailtest.Options{})
			c.prepare(server)
			s := sender(t, config(server))
			f := failure(t, s.Send(t.Context(), message()))
			said, _ := errors.AsType[*cx.Error](error(f))
			if f.Outcome != c.outcome || f.AtFault != c.atFault || f.Code != c.code || said.Code != c.said {
				t.Errorf("%+v, %s", f, said.Code)
			}
			server.Refuse("zoe@example.com", 0, "")
			if err := s.Send(t.Context(), message()); err != nil {
				t.Errorf("the next one: %v", err)
			}
		})
	}
}

func TestMessageThatMayHaveLeftHasTheSameIDWhenSentAgain(t *testing.T) {
	t.Parallel()
	server := mailtest.NewSMTP(t, mailtest.Options{})
	server.DropNext(true)
	s := sender(t, config(server))
	if f := failure(t, s.Send(t.Context(), message())); f.Outcome != mail.Unsure {
		t.Fatal(f)
	}
	if err := s.Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	for _, m := range server.Messages() {
		if !bytes.Contains(m.Raw, []byte("Message-ID: <inv.42@filambre.example>\r\n")) {
			t.Errorf("%s", m.Raw)
		}
	}
}

func TestStoppingWhileTheServerThinksIsUnsure(t *testing.T) {
	t.Parallel()
	server := mailtest.NewSMTP(t, mailtest.Options{})
	waiting := server.Hold()
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-waiting; cancel() }()
	if f := failure(t, sender(t, config(server)).Send(ctx, message())); f.Outcome != mail.Unsure {
		t.Error(f)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if f := failure(t, sender(t, config(server)).Send(ended, message())); f.Outcome != mail.Later {
		t.Error(f)
	}
}

func TestServerThatDoesNotAnswerIsGivenUp(t *testing.T) {
	t.Parallel()
	server := mailtest.NewSMTP(t, mailtest.Options{})
	server.Hold()
	c := config(server)
	c.Timeout = 300 * time.Millisecond
	if f := failure(t, sender(t, c).Send(t.Context(), message())); f.Outcome == mail.Refused {
		t.Error(f)
	}
}

func TestConnectionsAreKeptAndFew(t *testing.T) {
	t.Parallel()
	server := mailtest.NewSMTP(t, mailtest.Options{})
	c := config(server)
	c.Connections = 3
	s := sender(t, c)
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			if err := s.Send(t.Context(), message()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, m := range server.Messages() {
		if m.Conn > 3 {
			t.Fatalf("connection number %d", m.Conn)
		}
	}
	if n := len(server.Messages()); n != 30 {
		t.Errorf("%d messages", n)
	}
}

func TestConnectionCarriesSoManyAndNoMore(t *testing.T) {
	t.Parallel()
	server := mailtest.NewSMTP(t, mailtest.Options{})
	c := config(server)
	c.Connections, c.Each = 1, 2
	s := sender(t, c)
	var over []int
	for range 5 {
		if err := s.Send(t.Context(), message()); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range server.Messages() {
		over = append(over, m.Conn)
	}
	if d := cmp.Diff([]int{1, 1, 2, 2, 3}, over); d != "" {
		t.Error(d)
	}
}

func TestConnectionCutWhileIdleIsOpenedAgain(t *testing.T) {
	t.Parallel()
	server := mailtest.NewSMTP(t, mailtest.Options{})
	s := sender(t, config(server))
	for range 3 {
		if err := s.Send(t.Context(), message()); err != nil {
			t.Fatal(err)
		}
		server.HangUp()
	}
	if n := len(server.Messages()); n != 3 {
		t.Errorf("%d messages", n)
	}
}

func TestPasswordAndEncryptionAreRequired(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o      mailtest.Options
		change func(*mail.Config)
		want   string // "" : it leaves
	}{
		"implicit TLS":              {mailtest.Options{Implicit: true}, func(c *mail.Config) { c.TLS = mail.Implicit }, ""},
		"in the clear, here":        {mailtest.Options{Plain: true}, func(c *mail.Config) { c.TLS, c.User, c.Password = mail.None, "", "" }, ""},
		"offered is taken":          {mailtest.Options{NoAuth: true}, func(c *mail.Config) { c.TLS, c.User, c.Password = mail.IfOffered, "", "" }, ""},
		"not offered, not required": {mailtest.Options{Plain: true}, func(c *mail.Config) { c.TLS, c.User, c.Password = mail.IfOffered, "", "" }, ""},
		"no STARTTLS":               {mailtest.Options{Plain: true}, func(*mail.Config) {}, "mail.tls"},
		"certificate of a stranger": {mailtest.Options{}, func(c *mail.Config) { c.CA = "" }, "mail.tls"},
		"wrong password":            {mailtest.Options{}, func(c *mail.Config) { c.Password = "wrong" }, "mail.auth"},
		"no AUTH":                   {mailtest.Options{NoAuth: true}, func(*mail.Config) {}, "mail.auth_unsupported"},
		"password forgotten":        {mailtest.Options{}, func(c *mail.Config) { c.User, c.Password = "", "" }, "mail.refused"},
		"nobody there":              {mailtest.Options{}, func(c *mail.Config) { c.Port = 1 }, "mail.unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := mailtest.NewSMTP(t, c.o)
			with := config(server)
			c.change(&with)
			err := sender(t, with).Send(t.Context(), message())
			if c.want == "" {
				if err != nil {
					t.Error(err, errors.Unwrap(err))
				}
				return
			}
			failure(t, err)
			if said, _ := errors.AsType[*cx.Error](err); said.Code != c.want {
				t.Errorf("%v: %+v", said, err)
			}
			if len(server.Messages()) != 0 {
				t.Error("it left")
			}
		})
	}
}

func TestFailuresComeBackWithTheRecipient(t *testing.T) {
	t.Parallel()
	server := mailtest.NewSMTP(t, mailtest.Options{})
	c := config(server)
	c.Bounce, c.VERP = "retours@filambre.example", true
	s := sender(t, c)
	long := strings.Repeat("a", 60) + "@example.com"
	for to, want := range map[string]string{
		"zoe@example.com":     "retours+zoe=example.com@filambre.example",
		"zoe+a=b@exämple.com": "retours+zoe+a=b=xn--exmple-cua.com@filambre.example",
		long:                  "retours@filambre.example",
	} {
		m := message()
		m.To.Email = to
		if err := s.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		l := server.Messages()
		got := l[len(l)-1]
		if got.From != want {
			t.Errorf("%s: %s", to, got.From)
		}
		back := mail.Returned(c.Bounce, got.From)
		if want != c.Bounce && back != got.To || want == c.Bounce && back != "" {
			t.Errorf("%s read as %q", got.From, back)
		}
	}
	for _, other := range []string{"", "@", "retours", "retours+@filambre.example", "retours+zoe@filambre.example", "retours+=@filambre.example", "autre+z=e.com@filambre.example", "retours+z=e.com@x.example"} {
		if got := mail.Returned(c.Bounce, other); got != "" {
			t.Errorf("%s read as %s", other, got)
		}
	}
}

func TestAddressOutsideASCIIAsksForIt(t *testing.T) {
	t.Parallel()
	server := mailtest.NewSMTP(t, mailtest.Options{})
	m := message()
	m.To.Email = "zoé@exämple.com"
	if err := sender(t, config(server)).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := server.Messages()[0]; !got.UTF8 || got.To != "zoé@xn--exmple-cua.com" {
		t.Errorf("%+v", got)
	}
}

func TestClosedSenderSendsNothing(t *testing.T) {
	t.Parallel()
	server := mailtest.NewSMTP(t, mailtest.Options{})
	s := sender(t, config(server))
	if err := s.Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s.Close()
	if f := failure(t, s.Send(t.Context(), message())); f.Outcome != mail.Later {
		t.Error(f)
	}
}
