package invite

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"

	"vigie/internal/channel/mail"
	"vigie/internal/channel/mail/mailtest"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/survey"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// The child process of the crash tests: an engine that sends until it is killed, or until nothing is left.
const (
	childDir  = "VIGIE_INVITE_DIR"
	childURL  = "VIGIE_INVITE_URL"
	childHour = "VIGIE_INVITE_HOUR"
)

func TestMain(m *testing.M) {
	if os.Getenv(childDir) != "" {
		if err := child(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(ctx context.Context) error {
	db, err := record.Open(ctx, record.Config{Dir: os.Getenv(childDir), URL: os.Getenv(childURL)}, record.Deps{})
	if err != nil {
		return err
	}
	hour, err := strconv.Atoi(os.Getenv(childHour))
	if err != nil {
		return err
	}
	now := func() time.Time { return tuesday.Add(time.Duration(hour) * time.Hour) }
	s, err := New(Deps{DB: db, Customers: customer.New(customer.Config{}, customer.Deps{DB: db}), Surveys: survey.New(db), Now: now,
		Zone: func(context.Context, string) *time.Location { return time.UTC }, Seal: unsealed, Unseal: unsealed})
	if err != nil {
		return err
	}
	e, err := NewEngine(EngineDeps{Store: s, House: func(context.Context) (string, string, error) { return "Filambre", "fr", nil },
		Open: func(ctx context.Context, l Letter) (string, error) { return fmt.Sprint("/s/", l.ID), nil }})
	if err != nil {
		return err
	}
	if _, err := s.Abandoned(ctx, now()); err != nil {
		return err
	}
	for {
		if again, err := e.RunOnce(ctx); err != nil || !again {
			return err
		}
	}
}

func unsealed(_, text string) (string, error) { return text, nil }

// crashMails is how many are sent through the kills: VIGIE_CRASH_MAILS says otherwise.
func crashMails() int {
	if n, err := strconv.Atoi(os.Getenv("VIGIE_CRASH_MAILS")); err == nil {
		return n
	}
	return 300
}

// Killed while it sends, again and again: every message leaves or is shown as unsure; what is sent again has its number.
func TestKilledWhileSendingItLosesNothing(t *testing.T) {
	for _, resend := range []bool{false, true} {
		t.Run(fmt.Sprintf("sqlite, resend %v", resend), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			db, err := record.Open(t.Context(), record.Config{Dir: dir}, record.Deps{})
			must(t, err)
			killAndCount(t, db, resend, []string{childDir + "=" + dir, childURL + "="})
		})
		t.Run(fmt.Sprintf("postgres, resend %v", resend), func(t *testing.T) {
			t.Parallel()
			url := recordtest.PostgresURL(t)
			db, err := record.Open(t.Context(), record.Config{URL: url}, record.Deps{})
			must(t, err)
			killAndCount(t, db, resend, []string{childDir + "=postgres", childURL + "=" + url})
		})
	}
}

const kills = 6

func killAndCount(t *testing.T, db *record.DB, resend bool, where []string) {
	defer db.Close()
	smtp := mailtest.NewSMTP(t, mailtest.Options{Plain: true})
	n := crashMails()
	w := prepared(t, db, n, smtp.Port, resend)
	for round := range kills {
		c := childAt(t, round, where)
		must(t, c.Start())
		smtp.Wait(t.Context(), (round+1)*n/(kills+2))
		_ = c.Process.Kill() // it may have ended
		_ = c.Wait()
	}
	for hour := range 2 { // once for what is left, once for what is sent again
		if out, err := childAt(t, kills+hour, where).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	times := map[string]int{}
	for _, m := range smtp.Messages() {
		times[messageID.FindString(string(m.Raw))]++
	}
	l, err := invitations(t.Context(), w.d.DB, `1 = 1`)
	must(t, err)
	unsure, holes, doubles := 0, 0, 0
	for _, i := range l {
		got := times[fmt.Sprintf("<inv.%d.0@filambre.example>", i.ID)]
		switch {
		case i.State == Unsure:
			unsure++
		case i.State != Sent:
			t.Fatalf("%d is %s %s", i.ID, i.State, i.Why)
		case got == 0:
			holes++
		}
		if got > 1 {
			doubles++
		}
	}
	t.Logf("%d messages, %d kills: %d unsure, %d sent twice with one number", n, kills, unsure, doubles)
	most := kills * letters
	if len(l) != n || holes > 0 || unsure > most || doubles > most || resend && unsure > 0 || !resend && doubles > 0 || len(times) > n {
		t.Errorf("%d invitations, %d holes, %d unsure, %d doubles, %d numbers", len(l), holes, unsure, doubles, len(times))
	}
}

var messageID = regexp.MustCompile(`<inv\.[^>]*>`)

// prepared is a record with n messages to send.
func prepared(t *testing.T, db *record.DB, n, port int, resend bool) *world {
	t.Helper()
	w := newWorld(t, db)
	w.d.Seal, w.d.Unseal = unsealed, unsealed
	from := mail.Config{Server: mail.Server{Host: "127.0.0.1", Port: port, TLS: mail.None}, From: mail.Address{Email: "avis@filambre.example"}}
	must(t, w.SetChannels(t.Context(), Channels{Base: "https://avis.filambre.example", Mail: &from}))
	must(t, w.SetPace(t.Context(), Pace{Resend: resend}))
	w.rule(Rule{Key: "delivered", Survey: "delivery", Trigger: Trigger{Event: "order.delivered"}})
	batch := make([]Happening, n)
	for i := range batch {
		batch[i] = happening("order.delivered", i, tuesday)
	}
	_, err := w.Receive(t.Context(), batch)
	must(t, err)
	return w
}

func childAt(t *testing.T, hour int, where []string) *exec.Cmd {
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(append(os.Environ(), where...), fmt.Sprint(childHour, "=", hour))
	return c
}
