package web_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"vigie/internal/listen/collect"
	"vigie/internal/listen/invite"
	"vigie/internal/people"
)

// outbox keeps messages, as the demo company's outbox does.
type outbox struct{}

func (outbox) Take(context.Context, invite.Written) (invite.Fate, string) { return invite.Gone, "" }

// written asks Zoé after an order by e-mail, kept here, and gives her invitation's address.
func (r *rig) written(survey string) string {
	r.t.Helper()
	ctx := r.t.Context()
	must := func(err error) {
		r.t.Helper()
		if err != nil {
			r.t.Fatal(err)
		}
	}
	must(r.Invites.SetPolicy(ctx, invite.Policy{}))
	rule, err := invite.ParseRule([]byte("key: apres\nname: {fr: Après, en: After}\nsurvey: " + survey + "\ntrigger: {event: order.closed}\npilot: {attribute: event, in: [order.closed]}\n"))
	must(err)
	must(r.Invites.SaveRule(ctx, "test", rule, -1))
	must(r.Invites.Decide(ctx, "test", "apres", invite.Pilot, ""))
	_, err = r.Invites.Receive(ctx, []invite.Happening{{Event: "order.closed", At: time.Now(), Customer: &collect.Customer{Ref: "Z1", Name: "Zoé Martin", Email: "zoe@example.org"}}})
	must(err)
	r.Inviting.Keep(outbox{})
	for again := true; again; {
		again, err = r.Inviting.RunOnce(ctx)
		must(err)
	}
	l, err := r.Invites.Invitations(ctx, people.Whole(), invite.Filter{Rule: "apres"})
	must(err)
	if len(l) != 1 || l[0].State != invite.Sent {
		r.t.Fatalf("%+v", l)
	}
	return fmt.Sprint("/listen/invitations/", l[0].ID)
}

func TestAnInvitationShowsItsMessageWithLinksOnlyWhereNothingLeaves(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	b := r.as(r.user(people.Administrator, ""))
	r.company()
	r.surveys("contact")
	at := r.written("contact")
	b.get("/listen/invitations").has(t, "main", "Rien ne part de cette machine")
	p := b.get(at)
	p.has(t, "main", "Zoé Martin", "zoe@example.org", "Envoyée", "Rien ne part de cette machine")
	m := b.get(at + "/message")
	if csp := m.header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") || !strings.Contains(csp, "frame-ancestors 'self'") || strings.Contains(csp, "script") {
		t.Errorf("the message may do too much: %s", csp)
	}
	href, _ := m.Find("a[href*='score=']").First().Attr("href")
	if q := b.get(href[strings.Index(href, "/s/"):]); q.status != 200 {
		t.Errorf("its link leads to %d", q.status)
	}
	stop, _ := m.Find("a[href*='/p/']").Attr("href")
	b.get(stop[strings.Index(stop, "/p/"):]).has(t, "main", "Ce que nous vous demandons")

	r.Inviting.Keep(nil)
	for page, instead := range map[string]string{at: "/s/…", at + "/message": "/s/%e2%80%a6"} {
		if body := b.get(page).body; strings.Contains(body, href) || strings.Contains(body, stop) || !strings.Contains(body, instead) {
			t.Errorf("%s lets its reader answer in the customer's place", page)
		}
	}
	if p := b.get("/listen/invitations/999"); p.status != 404 {
		t.Errorf("an unknown invitation: %d", p.status)
	}
	if p := r.as(r.user(people.Adviser, "nantes")).get(at); p.status != 403 && p.status != 404 {
		t.Errorf("an adviser reads it: %d", p.status)
	}
}
