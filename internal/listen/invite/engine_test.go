package invite

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/channel/mail"
	"vigie/internal/channel/mail/mailtest"
	"vigie/internal/channel/sms"
	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// post is an engine over real servers: SMTP, IMAP and a gateway.
type post struct {
	*world
	*Engine
	smtp *mailtest.SMTP
	gate *gateway
}

// gateway is a short message gateway that keeps what it is given.
type gateway struct {
	mu     sync.Mutex
	status int
	got    []string
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.status != 0 {
		w.WriteHeader(g.status)
		return
	}
	g.got = append(g.got, r.Header.Get("Authorization")+" "+string(b))
}

func newPost(t *testing.T, db *record.DB) *post {
	t.Helper()
	p := &post{world: newWorld(t, db), smtp: mailtest.NewSMTP(t, mailtest.Options{Plain: true}), gate: &gateway{}}
	p.world.d.Seal = func(_, s string) (string, error) { return "sealed" + s, nil }
	p.world.d.Unseal = func(_, s string) (string, error) { return strings.TrimPrefix(s, "sealed"), nil }
	web := httptest.NewServer(p.gate)
	t.Cleanup(web.Close)
	from := mail.Config{Server: mail.Server{Host: "127.0.0.1", Port: p.smtp.Port, TLS: mail.None, Timeout: 2 * time.Minute}, From: mail.Address{Name: "Filambre", Email: "avis@filambre.example"}}
	must(t, p.SetChannels(t.Context(), Channels{Base: "https://avis.filambre.example/", Mail: &from, SMS: &sms.GatewayConfig{URL: web.URL, From: "Filambre", Token: "secret"}}))
	var err error
	p.Engine, err = NewEngine(EngineDeps{Store: p.Store, House: func(context.Context) (string, string, error) { return "Filambre", "fr", nil },
		Open: func(ctx context.Context, l Letter) (string, error) {
			token, err := p.Answering(ctx, l.ID)
			return "/s/" + token, err
		}})
	must(t, err)
	t.Cleanup(func() { p.Engine.lines.close() })
	return p
}

// work runs the engine until nothing is left to do at this hour.
func (p *post) work() {
	p.t.Helper()
	for {
		again, err := p.RunOnce(p.t.Context())
		must(p.t, err)
		if !again {
			return
		}
	}
}

func TestAnEventBecomesAMailThatCanBeAnsweredAndStopped(t *testing.T) {
	p := newPost(t, recordtest.SQLite(t))
	p.rule(Rule{Key: "delivered", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"},
		Wordings: []Wording{{Key: "a", Subject: cx.Text{"fr": "Votre commande {@order|}"}, Text: cx.Text{"fr": "Livrée en {@days|peu} jours."}}}})
	h := happening("order.delivered", 1, p.now())
	h.Customer.Name, h.Attributes = "Zoé Martin", map[string]any{"order": "A <12>", "days": 3.0}
	_, err := p.Receive(t.Context(), []Happening{h})
	must(t, err)
	p.work()
	got := p.smtp.Messages()
	if len(got) != 1 || got[0].To != "c1@example.org" {
		t.Fatalf("%+v", got)
	}
	l, err := mail.Read(got[0].Raw)
	must(t, err)
	token, err := p.Answering(t.Context(), 1)
	must(t, err)
	raw := string(got[0].Raw)
	for _, want := range []string{"Zoé Martin", "Livrée en 3 jours.", "https://avis.filambre.example/s/" + token, "aucune offre"} {
		if !strings.Contains(l.Text, want) {
			t.Errorf("the text lacks %q:\n%s", want, l.Text)
		}
	}
	if l.ID != "inv.1.0@filambre.example" || l.Subject != "Votre commande A <12>" {
		t.Errorf("%q %q", l.ID, l.Subject)
	}
	if !strings.Contains(raw, "List-Unsubscribe-Post: List-Unsubscribe=One-Click") || !strings.Contains(raw, "/stop>") {
		t.Errorf("no one-click unsubscription:\n%s", raw)
	}
	if d := cmp.Diff(map[string]int{"sent": 1}, p.states()); d != "" {
		t.Error(d)
	}
}

func TestWithoutAnAddressAShortMessageLeaves(t *testing.T) {
	p := newPost(t, recordtest.SQLite(t))
	p.rule(Rule{Key: "delivered", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"}})
	h := happening("order.delivered", 1, p.now())
	h.Customer.Email = ""
	_, err := p.Receive(t.Context(), []Happening{h})
	must(t, err)
	p.work()
	if len(p.gate.got) != 1 || !strings.HasPrefix(p.gate.got[0], "Bearer secret ") || !strings.Contains(p.gate.got[0], `"to":"+33600000001"`) || !strings.Contains(p.gate.got[0], "STOP") {
		t.Fatalf("%q", p.gate.got)
	}
	p.gate.status = http.StatusServiceUnavailable
	h = happening("order.delivered", 2, p.now())
	h.Customer.Email = ""
	_, err = p.Receive(t.Context(), []Happening{h})
	must(t, err)
	p.work()
	if d := cmp.Diff(map[string]int{"sent": 1, "held trouble": 1}, p.states()); d != "" {
		t.Error(d)
	}
	p.gate.status = 0
	p.pass(2 * time.Minute)
	p.work()
	if d := cmp.Diff(map[string]int{"sent": 2}, p.states()); d != "" {
		t.Error(d)
	}
}

func TestWhatTheServerSaysBecomesTheState(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		p := newPost(t, db)
		p.rule(Rule{Key: "delivered", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"}, Channels: []string{Email}})
		p.smtp.Refuse("c1@example.org", 550, "5.1.1 no such user")
		p.smtp.Refuse("c2@example.org", 451, "4.7.1 later")
		for n := range 4 {
			p.happen("order.delivered", n)
		}
		p.work()
		if d := cmp.Diff(map[string]int{"sent": 2, "bounced hard": 1, "held trouble": 1}, p.states()); d != "" {
			t.Fatal(d)
		}
		p.smtp.DropNext(true)
		p.happen("order.delivered", 5)
		p.work()
		if d := cmp.Diff(map[string]int{"sent": 2, "bounced hard": 1, "held trouble": 1, "unsure": 1}, p.states()); d != "" {
			t.Fatal(d)
		}
	})
}

func TestAFailureThatComesBackIsRead(t *testing.T) {
	p := newPost(t, recordtest.SQLite(t))
	p.rule(Rule{Key: "delivered", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"}})
	p.happen("order.delivered", 1)
	p.work()
	dsn := strings.ReplaceAll(`From: MAILER-DAEMON@mx.example.org
To: avis@filambre.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; c1@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: text/rfc822-headers

Message-ID: <inv.1.0@filambre.example>
To: c1@example.org

--b--
`, "\n", "\r\n")
	r := &returns{s: p.Store}
	for range 2 { // told twice it is one
		must(t, r.Take(t.Context(), mail.Arrived{Raw: []byte(dsn), Cursor: mail.Cursor{Validity: 1, Last: 7}}))
		if d := cmp.Diff(map[string]int{"bounced hard": 1, "planned": 1}, p.states()); d != "" {
			t.Fatal(d)
		}
	}
	if c, err := r.Cursor(t.Context()); err != nil || c.Last != 7 {
		t.Fatal(c, err)
	}
	who, err := p.world.d.Customers.Find(t.Context(), people.Whole(), "c1@example.org")
	must(t, err)
	if st, err := p.StandingOf(t.Context(), who.ID); err != nil || len(st.Broken) != 1 {
		t.Fatalf("%+v %v", st, err)
	}
}

func TestARunLooksAtEverybodyOnce(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := newWorld(t, db)
		for n := range 30 {
			h := happening("seen", n, w.now())
			if n%3 == 0 {
				h.Customer.Email, h.Customer.Phone = "", ""
			}
			_, err := w.Receive(t.Context(), []Happening{h})
			must(t, err)
		}
		w.rule(Rule{Key: "yearly", Survey: "yearly", Trigger: Trigger{List: true}, Sampling: Sampling{Quota: 15}})
		for range 2 { // the same run again plans nobody twice
			runs, err := w.RunRules(t.Context(), "2026", []string{"yearly"})
			must(t, err)
			if d := cmp.Diff(map[string]int{"planned": 15, "quota": 5, "reach": 10}, runs[0].Reasons); d != "" || !runs[0].Done {
				t.Fatal(d, runs)
			}
		}
		if d := cmp.Diff(map[string]int{"planned": 15, "refused quota": 5, "refused reach": 10}, w.states()); d != "" {
			t.Fatal(d)
		}
	})
}

func TestALinkAskedForObeysThePolicy(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := newWorld(t, db)
		ask := func(id string) Letter {
			l, err := w.Want(t.Context(), Wanted{Survey: "delivery", Customer: happening("", 1, w.now()).Customer, ID: id})
			must(t, err)
			return l
		}
		first, again, second := ask("1"), ask("1"), ask("2")
		if first.State != Sent || again.ID != first.ID || second.State != Refused || second.Why != ByCap || second.Until.IsZero() {
			t.Fatalf("%+v\n%+v\n%+v", first, again, second)
		}
	})
}

// Who decides holds the others off: a wish that was kept holds for all that leaves after it.
func TestWhoDecidesDecidesAlone(t *testing.T) {
	w := newWorld(t, recordtest.Postgres(t))
	ctx := t.Context()
	w.rule(Rule{Key: "delivered", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"}})
	w.happen("order.delivered", 1)
	w.planAll()
	p, err := w.d.Customers.Find(ctx, people.Whole(), "C1")
	must(t, err)
	for name, act := range map[string]func() error{
		"wish":  func() error { return w.SetPreference(ctx, p.ID, Preference{Off: true}, "page") },
		"leave": func() error { _, _, err := w.Leave(ctx, both, 10); return err },
	} {
		done := make(chan error, 1)
		must(t, w.d.DB.Write(ctx, func(tx *record.Tx) error {
			if _, err := tx.Next(ctx, lock, 1); err != nil {
				return err
			}
			go func() { done <- act() }()
			select {
			case err := <-done:
				return fmt.Errorf("%s did not wait: %w", name, err)
			case <-time.After(300 * time.Millisecond):
				return nil
			}
		}))
		must(t, <-done)
	}
}
