package hook_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"vigie/internal/channel/mail"
	"vigie/internal/channel/mail/mailtest"
	"vigie/internal/cx"
	"vigie/internal/house"
	"vigie/internal/listen/hook"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func opened(t *testing.T, db *record.DB) *house.House {
	t.Helper()
	h, err := house.New(t.Context(), house.Config{Dir: t.TempDir(), Zone: time.UTC}, house.Deps{DB: db})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(h.Catalogue.Seed(t.Context()), h.StartDoor(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Stop)
	return h
}

func post(from, id, reply, subject, text string) []byte {
	more := ""
	if reply != "" {
		more = "In-Reply-To: <" + reply + ">\r\nReferences: <" + reply + ">\r\n"
	}
	return []byte("From: Zoé <" + from + ">\r\nTo: avis@filambre.example\r\nSubject: " + subject + "\r\nMessage-ID: <" + id + ">\r\nDate: Mon, 02 Mar 2026 10:00:00 +0000\r\n" + more + "Content-Type: text/plain; charset=utf-8\r\n\r\n" + strings.ReplaceAll(text, "\n", "\r\n"))
}

func config(b *mailtest.IMAP) hook.MailboxConfig {
	return hook.MailboxConfig{Letters: hook.Letters{Ours: []string{"filambre.example"}},
		Mail: mail.MailboxConfig{Server: mail.Server{Host: mailtest.Host, Port: b.Port, User: mailtest.User, Password: mailtest.Password, CA: b.CA}}}
}

// round reads what is there, as the started mailbox does; at most so many letters, then it is killed.
func round(t *testing.T, h *house.House, b *mailtest.IMAP, most int) {
	t.Helper()
	m, err := hook.NewMailbox(config(b), h.DB, h.Door, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	box, err := mail.NewMailbox(config(b).Mail, mail.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	from, err := m.Cursor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	killed := errors.New("killed")
	n := 0
	_, err = box.Fetch(t.Context(), from, func(ctx context.Context, a mail.Arrived) error {
		if n++; n > most {
			return killed
		}
		return m.Take(ctx, a)
	})
	if err != nil && !errors.Is(err, killed) {
		t.Fatal(err)
	}
}

func feedbacks(t *testing.T, h *house.House) []cx.Feedback {
	t.Helper()
	rows, err := h.DB.Query(t.Context(), `SELECT id FROM feedback ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := record.Column[int64](rows)
	if err != nil {
		t.Fatal(err)
	}
	var all []cx.FeedbackID
	for _, id := range ids {
		all = append(all, cx.FeedbackID(id))
	}
	l, err := h.Door.Feedbacks(t.Context(), people.Whole(), all)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLettersAreFeedbackOncePerThread(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		h, b := opened(t, db), mailtest.NewIMAP(t, mailtest.IMAPOptions{})
		b.Deliver("INBOX", post("zoe@example.com", "a@x", "", "Re: Ma box", "Ma box ne marche plus.\n\nLe lun. 1 mars 2026 à 10:00, Filambre a écrit :\n> Votre facture est arrivée\n\n-- \nZoé Martin\n06 12 34 56 78"))
		b.Deliver("INBOX", post("conseil@filambre.example", "b@x", "a@x", "Re: Ma box", "Bonjour, nous regardons."))
		b.Deliver("INBOX", post("zoe@example.com", "c@x", "a@x", "Re: Ma box", "Toujours rien, trois jours après.\n\n> Bonjour, nous regardons."))
		b.Deliver("INBOX", []byte("From: MAILER-DAEMON@example.net\r\nTo: avis@filambre.example\r\nSubject: Undelivered Mail Returned to Sender\r\nMessage-ID: <d@x>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=z\r\n\r\n--z\r\nContent-Type: text/plain\r\n\r\nno such user\r\n--z\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; example.net\r\n\r\nFinal-Recipient: rfc822; lea@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--z--\r\n"))
		b.Deliver("INBOX", post("noreply@example.com", "e@x", "", "Newsletter", "Nos promotions")) // a person, as far as it tells
		round(t, h, b, 100)
		l := feedbacks(t, h)
		if len(l) != 2 {
			t.Fatalf("%d feedbacks: %+v", len(l), l)
		}
		f := l[0]
		var said []string
		for _, v := range f.Verbatims {
			said = append(said, v.Text)
		}
		if got := strings.Join(said, " | "); got != "Ma box | Ma box ne marche plus. | Toujours rien, trois jours après." {
			t.Errorf("%q", got)
		}
		if f.Channel != "email" || f.CollectedBy != "mailbox" || f.Program != cx.Spontaneous || f.Identity == 0 {
			t.Errorf("%+v", f)
		}
		if _, unread, _ := b.Count("INBOX"); unread != 0 {
			t.Errorf("%d unread", unread)
		}
		b.Renew("INBOX") // other numbers: all is read again, and known
		round(t, h, b, 100)
		if again := feedbacks(t, h); len(again) != 2 || len(again[0].Verbatims) != len(f.Verbatims) {
			t.Errorf("read again: %d feedbacks, %+v", len(again), again[0].Verbatims)
		}
	})
}

func TestNoLetterIsLostWhenKilled(t *testing.T) {
	h, b := opened(t, recordtest.SQLite(t)), mailtest.NewIMAP(t, mailtest.IMAPOptions{})
	for i := range 12 {
		b.Deliver("INBOX", post(fmt.Sprintf("c%d@example.com", i), fmt.Sprintf("k%d@x", i), "", "Avis", fmt.Sprintf("Ma remarque numéro %d", i)))
	}
	for range 6 {
		round(t, h, b, 3)
	}
	if l := feedbacks(t, h); len(l) != 12 {
		t.Errorf("%d feedbacks of 12 letters", len(l))
	}
}

// A closed door acknowledges nothing: the letter stays unread.
func TestALetterIsMarkedOnceTheDoorAcknowledged(t *testing.T) {
	db := recordtest.SQLite(t)
	h, err := house.New(t.Context(), house.Config{Dir: t.TempDir(), Zone: time.UTC}, house.Deps{DB: db})
	if err != nil {
		t.Fatal(err)
	}
	b := mailtest.NewIMAP(t, mailtest.IMAPOptions{})
	b.Deliver("INBOX", post("zoe@example.com", "a@x", "", "Avis", "Merci à toute l’équipe"))
	m, err := hook.NewMailbox(config(b), h.DB, h.Door, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	box, err := mail.NewMailbox(config(b).Mail, mail.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := box.Fetch(t.Context(), mail.Cursor{}, m.Take); cx.KindOf(err) != cx.Unavailable {
		t.Errorf("%v", err)
	}
	if _, unread, _ := b.Count("INBOX"); unread != 1 {
		t.Errorf("%d unread", unread)
	}
}

func TestAMailboxIsWrittenAsAnAddress(t *testing.T) {
	c, err := hook.ParseMailbox("imaps://avis%40filambre.example@mail.filambre.example/Avis?touchpoint=after-sales&every=60", "secret")
	if err != nil || c.Mail.User != "avis@filambre.example" || c.Mail.Folder != "Avis" || c.Mail.TLS != mail.Implicit || c.Mail.Every != time.Minute ||
		c.Letters.Touchpoint != "after-sales" || len(c.Letters.Ours) != 1 || c.Letters.Ours[0] != "filambre.example" {
		t.Errorf("%+v, %v", c, err)
	}
	for _, bad := range []string{"", "https://x@y/", "imaps://host/", "imaps://u@host/?after=burn", "imap://u@host/?every=1"} {
		if _, err := hook.ParseMailbox(bad, "s"); cx.KindOf(err) != cx.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
