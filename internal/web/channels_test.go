package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"vigie/internal/channel/mail/mailtest"
	"vigie/internal/listen/invite"
	"vigie/internal/people"
)

// until waits for what happens beside the pages.
func (r *rig) until(what string, holds func() bool) {
	r.t.Helper()
	ctx, stop := context.WithTimeout(r.t.Context(), 2*time.Minute)
	defer stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			r.t.Fatal("waited in vain: " + what)
		case <-tick.C:
		}
	}
}

const channelsForm = "form[action='/settings/channels']"

func TestChannelsAreSetAndTriedOnTheirPage(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Administrator, ""))
	server := mailtest.NewSMTP(t, mailtest.Options{})
	texts := make(chan string, 1)
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.Header.Get("Authorization") != "Bearer jeton" {
			http.Error(w, "bad token", http.StatusUnauthorized)
			return
		}
		texts <- q.URL.Path
	}))
	t.Cleanup(gateway.Close)
	f := b.get("/settings/channels").typed(channelsForm, url.Values{"base": {"https://avis.example.org/"}, "mail.on": {"1"}, "mail.host": {mailtest.Host}, "mail.port": {strconv.Itoa(server.Port)},
		"mail.user": {mailtest.User}, "mail.password": {mailtest.Password}, "mail.ca": {server.CA}, "mail.from": {"enquetes@example.org"}, "mail.from_name": {"Filambre"},
		"mail.dkim.domain": {"example.org"}, "mail.dkim.selector": {"vigie"}, "mail.dkim.make": {"1"}, "sms.on": {"1"}, "sms.url": {gateway.URL + "/send"}, "sms.from": {"Filambre"}, "sms.token": {"faux"}})
	p := b.post("/settings/channels", f)
	p.has(t, "main", "vigie._domainkey.example.org", "v=DKIM1; k=rsa; p=")
	for _, secret := range []string{"PRIVATE KEY", "faux"} {
		if strings.Contains(p.body, secret) {
			t.Errorf("%s is shown", secret)
		}
	}
	b.post("/settings/channels/try", url.Values{"by": {"email"}}).has(t, ".notice", "Le serveur a pris le message pour administrator@x.fr")
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	if got := server.Wait(ctx, 1); len(got) != 1 || !strings.Contains(string(got[0].Raw), "DKIM-Signature") {
		t.Error("no signed message arrived")
	}
	b.post("/settings/channels/try", url.Values{"by": {"sms"}, "to": {"06 12 34 56 78"}}).has(t, ".notice", "La passerelle n’a pas pris le message (réponse 401).", "bad token")
	f = b.get("/settings/channels").typed(channelsForm, url.Values{"sms.token": {"jeton"}})
	b.post("/settings/channels", f)
	b.post("/settings/channels/try", url.Values{"by": {"sms"}, "to": {"06 12 34 56 78"}}).has(t, ".notice", "Le serveur a pris le message pour 06 12 34 56 78")
	select {
	case <-texts:
	case <-ctx.Done():
		t.Error("no short message arrived")
	}
	server.RefuseNext(550, "5.7.1 not welcome here")
	b.post("/settings/channels/try", url.Values{"by": {"email"}}).has(t, ".notice.bad", "not welcome here")
	kept, err := r.Invites.Channels(t.Context())
	if err != nil || kept.Base != "https://avis.example.org" || kept.Mail.Password != mailtest.Password || kept.Mail.DKIM.Key == "" {
		t.Errorf("kept %v %+v", err, kept.Shown())
	}
	b.get("/settings/audit").has(t, "table", "canaux des invitations réglés", "message d’essai envoyé")
}

func TestAllThatIsWrongWithChannelsIsToldByField(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Administrator, ""))
	f := b.get("/settings/channels").typed(channelsForm, url.Values{"base": {"avis"}, "mail.on": {"1"}, "mail.from": {"personne"}, "mail.port": {"beaucoup"}, "sms.on": {"1"}, "sms.from": {"Filambre"}})
	p := b.post("/settings/channels", f)
	if p.status != 422 {
		t.Fatal(p.status)
	}
	if p.Find("[id='f-mail.port'][aria-invalid]").Length() != 1 {
		t.Error("a port in letters passes")
	}
	f.Set("mail.port", "")
	p = b.post("/settings/channels", f)
	for _, id := range []string{"f-base", "f-mail.host", "f-mail.from", "f-sms.url"} {
		if p.Find("[id='"+id+"'][aria-invalid]").Length() != 1 {
			t.Errorf("nothing wrong at %s", id)
		}
	}
	if err := r.Invites.SetChannels(t.Context(), invite.Channels{Base: "https://a.example"}); err != nil {
		t.Fatal(err)
	}
	if p = b.post("/settings/channels", url.Values{"base": {"https://b.example"}, "seen": {f.Get("seen")}}); p.status != 409 || p.Find("[name=base]").AttrOr("value", "") != "https://b.example" {
		t.Errorf("saved over another's: %d", p.status)
	}
}

func TestAMailboxSetOnItsPageIsReadAndItsTroubleIsShown(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	if err := r.StartInbox(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	b := r.as(r.user(people.Administrator, ""))
	box := mailtest.NewIMAP(t, mailtest.IMAPOptions{})
	box.Deliver("INBOX", []byte("From: Zoé <zoe@client.example>\r\nTo: avis@filambre.example\r\nSubject: Merci\r\nMessage-ID: <1@client.example>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nLe technicien est arrivé à l’heure.\r\n"))
	const form = "form[action='/settings/channels/inbox']"
	f := b.get("/settings/channels").typed(form, url.Values{"inbox.on": {"1"}, "inbox.host": {mailtest.Host}, "inbox.port": {strconv.Itoa(box.Port)}, "inbox.user": {mailtest.User}, "inbox.password": {mailtest.Password}, "inbox.ca": {box.CA},
		"inbox.touchpoint": {"technician"}, "inbox.ours": {"filambre.example"}})
	if p := b.post("/settings/channels/inbox", f); p.status != 200 || strings.Contains(p.body, mailtest.Password) {
		t.Fatalf("%d: %s", p.status, squeeze(p.Find(".notice, .err").Text()))
	}
	r.until("the letter is feedback", func() bool {
		s, err := r.Inbox.State(t.Context())
		return err == nil && s.Entered == 1
	})
	b.get("/settings/channels").has(t, "main", "1 sont devenus des retours")
	f = b.get("/settings/channels").typed(form, url.Values{"inbox.user": {"autre@filambre.example"}, "inbox.password": {"faux"}})
	b.post("/settings/channels/inbox", f)
	r.until("the refusal is seen", func() bool {
		s, err := r.Inbox.State(t.Context())
		return err == nil && s.Trouble != nil
	})
	b.get("/settings/channels").has(t, "main", "En difficulté")
}
