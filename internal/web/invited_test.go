package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"vigie/internal/channel/mail"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/invite"
	"vigie/internal/people"
	"vigie/internal/record"
)

// asks sends so many invitations by a rule of two wordings, of which every third is answered and every tenth comes back.
func (r *rig) asks(n int) {
	r.t.Helper()
	ctx := r.t.Context()
	b := r.as(r.user(people.Administrator, ""))
	b.post("/listen/surveys/new", url.Values{"do": {"template"}, "template": {"delivery"}})
	if _, err := r.Surveys.Publish(ctx, "test", "delivery"); err != nil {
		r.t.Fatal(err)
	}
	rule, err := invite.ParseRule([]byte("key: livree\nname: {fr: Après livraison}\nsurvey: delivery\ntrigger: {event: order.delivered}\nwordings: [{key: court}, {key: long}]\n"))
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.Invites.SaveRule(ctx, "test", rule, 0); err != nil {
		r.t.Fatal(err)
	}
	for _, c := range invite.Checklist() {
		if err := r.Invites.Checked(ctx, "test", "livree", c, "", true); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := r.Invites.Decide(ctx, "test", "livree", invite.Going, ""); err != nil {
		r.t.Fatal(err)
	}
	var events []invite.Happening
	for k := range n {
		events = append(events, invite.Happening{Event: "order.delivered", At: time.Now(), Unit: []string{"west", "east"}[k%2], Touchpoint: "technician",
			Customer: &collect.Customer{Ref: fmt.Sprint("A", k), Name: fmt.Sprint("Client ", k), Email: fmt.Sprintf("c%d@example.org", k)}})
	}
	if _, err := r.Invites.Receive(ctx, events); err != nil {
		r.t.Fatal(err)
	}
	for planned := 1; planned > 0; {
		if planned, err = r.Invites.PlanOccurrences(ctx); err != nil {
			r.t.Fatal(err)
		}
	}
	r.sends()
}

// sends lets all that is planned leave, whatever the hour is, and come to its end.
func (r *rig) sends() {
	r.t.Helper()
	ctx := r.t.Context()
	all, err := r.Invites.Invitations(ctx, people.Whole(), invite.Filter{State: invite.Planned, Limit: 1000})
	if err != nil {
		r.t.Fatal(err)
	}
	var back []mail.Notice
	err = r.DB.Write(ctx, func(tx *record.Tx) error {
		for k, i := range all {
			now := time.Now().UnixMicro()
			if _, err := tx.Exec(ctx, `UPDATE invitation SET state = 5, version = 1, due = 0, away = ?, sent = ? WHERE id = ?`, now, now, int64(i.ID)); err != nil {
				return err
			}
			tx.Publish(record.Event{Subject: record.Invitation, ID: int64(i.ID), Kind: record.Amended})
			switch {
			case k%10 == 0:
				back = append(back, mail.Notice{Fate: mail.Hard, Original: fmt.Sprintf("inv.%d.0@filambre.example", i.ID)})
			case k%3 == 0:
				if err := r.Invites.Answered(ctx, tx, i.ID); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	if n, err := r.Invites.Returned(ctx, back); err != nil || n != len(back) {
		r.t.Fatal(n, err)
	}
	r.settle()
}

// The rate of answers is a figure as the others; its marks lead to the invitations behind them, and the rule's report says the same.
func TestResponseRateIsExploredDownToItsInvitations(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.company()
	r.asks(120)
	b := r.as(r.user(people.Director, ""))
	b.get("/listen/rules").has(t, "main", "sur 108 messages remis")
	for _, by := range []string{"wording", "channel", "rule", "unit", "survey", "week", "touchpoint", "why"} {
		for _, indicator := range []string{"response_rate", "delivery_rate", "bounce_rate", "withheld_rate"} {
			p := b.get("/explorer?shape=table&indicator=" + indicator + "&by=" + by)
			if p.status != 200 {
				t.Fatalf("%s by %s: %d", indicator, by, p.status)
			}
			rows := p.Find(".explorer .card .table tbody tr")
			if rows.Length() == 0 {
				t.Fatalf("%s by %s: no row", indicator, by)
			}
			rows.Each(func(_ int, row *selection) {
				href := row.Find("a").First().AttrOr("href", "")
				if !strings.HasPrefix(href, "/listen/invitations?") {
					t.Fatalf("%s by %s leads to %q", indicator, by, href)
				}
				n := squeeze(row.Find("td").Eq(2).Text())
				if got := squeeze(b.get(href).Find(".pager [role=status]").Text()); got != n+" invitations" {
					t.Errorf("%s: %q leads to %q", href, n, got)
				}
			})
		}
	}
	b.get("/listen/trust?during=30").has(t, "main", "Qui répond, et qui ne répond pas", "Ouest")
	b.get("/explorer?indicator=response_rate&by=source").has(t, "main", "pas des invitations")
	b.get("/explorer?indicator=csat&by=wording").has(t, "main", "se sait des invitations")
}
