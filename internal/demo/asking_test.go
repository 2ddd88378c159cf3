package demo

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/house"
	"vigie/internal/listen/invite"
	"vigie/internal/people"
	"vigie/internal/record/recordtest"
)

// small is the story with fewer customers, the days of its invitations all there.
func small(t *testing.T) *Story {
	t.Helper()
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	s.file.Company.Days, s.file.Volumes.Customers = 40, 9_000
	for i := range s.asking.Events {
		s.asking.Events[i].Daily /= 4
	}
	s.asking.pool = s.asking.pool[:800]
	for word := range s.asking.Wishes.First {
		s.asking.Wishes.First[word] /= 3
	}
	for name := range s.asking.Fate {
		s.asking.Fate[name] *= 4
	}
	return s
}

// told counts invitations by all that one may see of them.
func toldOf(t *testing.T, h *house.House) map[string]int {
	t.Helper()
	l, err := h.Invites.Counts(t.Context(), people.Whole(), "rule", 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, c := range l {
		out[strings.TrimSpace(fmt.Sprintf("%s %s %s", c.Key, c.State, c.Why))] += c.N
	}
	return out
}

func TestTheCompanyAsksItsCustomersTheSameWayEachTime(t *testing.T) {
	start := time.Now()
	var before map[string]int
	for n := range 2 {
		at := start
		s := small(t)
		d := rooms(t, recordtest.SQLite(t), func() time.Time { return at })
		if _, err := s.Install(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		h, err := d.At(d.Now)
		if err != nil {
			t.Fatal(err)
		}
		got := toldOf(t, h)
		if n == 0 {
			before = got
			showsAll(t, got)
			continue
		}
		if d := cmp.Diff(before, got); d != "" {
			t.Error("the same story is another:", d)
		}
		answersCount(t, h, d)
		at = start.Add(50 * time.Hour)
		if _, err := s.Install(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		more := toldOf(t, h)
		if sum(more) <= sum(got) || more["apres-visite expired"] <= got["apres-visite expired"] {
			t.Errorf("two days later: %d invitations, then %d", sum(got), sum(more))
		}
	}
}

func sum(m map[string]int) (n int) {
	for _, k := range m {
		n += k
	}
	return n
}

// showsAll holds that the story meets what a visitor wants to see.
func showsAll(t *testing.T, got map[string]int) {
	t.Helper()
	states := map[string]int{}
	for key, n := range got {
		_, state, _ := strings.Cut(key, " ")
		states[state] += n
	}
	for _, want := range []string{"delivered", "answered", "expired", "bounced hard", "bounced soft", "refused cap", "refused rest",
		"refused sample", "refused reach", "refused event", "refused blackout", "refused objection", "refused off", "refused priority"} {
		if states[want] == 0 {
			t.Errorf("no invitation is %s: %v", want, states)
		}
	}
	if n := got["chaque-mois planned"] + got["chaque-mois answered"]; n != 0 {
		t.Error("a rule in framing asks")
	}
}

// answersCount holds that each answer is a feedback of its survey, and that nothing would have left by itself.
func answersCount(t *testing.T, h *house.House, d Deps) {
	t.Helper()
	answered, err := h.Invites.Invitations(t.Context(), people.Whole(), invite.Filter{State: invite.Answered, Limit: 1000})
	if err != nil || len(answered) == 0 {
		t.Fatal(answered, err)
	}
	for _, i := range answered[:min(20, len(answered))] {
		if i.AnsweredAt.Before(i.Sent) || i.AnsweredAt.After(d.Now()) || i.Sent.Before(i.Planned) {
			t.Errorf("invitation %d: planned %s, sent %s, answered %s", i.ID, i.Planned, i.Sent, i.AnsweredAt)
		}
	}
	counts, err := h.Tally.Counts(t.Context(), people.Whole(), "2000-01-01", "2100-01-01")
	if err != nil || len(counts) < 50 {
		t.Errorf("%d reasons counted by day, %v", len(counts), err)
	}
	c, err := h.Invites.Channels(t.Context())
	if err != nil || c.Mail != nil || c.SMS != nil {
		t.Errorf("the demo could send: %+v, %v", c, err)
	}
	rules, err := h.Invites.Rules(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stages := map[invite.Stage]int{}
	for _, r := range rules {
		stages[r.Stage]++
	}
	if d := cmp.Diff(map[invite.Stage]int{invite.Going: 3, invite.Pilot: 1, invite.Paused: 1, invite.Framing: 1}, stages); d != "" {
		t.Error(d)
	}
}

func TestWhatHappensToACustomerNowIsAskedAboutAndKeptHere(t *testing.T) {
	s := small(t)
	noon := time.Date(2026, 11, 24, 11, 0, 0, 0, time.UTC) // a Tuesday
	at := noon
	d := rooms(t, recordtest.SQLite(t), func() time.Time { return at })
	if err := s.found(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if err := s.protect(t.Context(), d, at); err != nil { // the council was consulted: contacts may be counted
		t.Fatal(err)
	}
	p, err := NewDrip(DripConfig{}, d, s)
	if err != nil {
		t.Fatal(err)
	}
	a := p.asker
	a.ctx = t.Context()
	for _, x := range s.acts(func(day int) time.Time { return noon.AddDate(0, 0, day) }) {
		if err := x.do(a); err != nil {
			t.Fatal(err)
		}
	}
	a.h.Inviting.Keep(p)
	r := s.rand("test")
	for range 40 {
		if err := a.happenNow(context.Background(), r); err != nil {
			t.Fatal(err)
		}
		at = at.Add(time.Second)
	}
	at = at.Add(3 * time.Hour)
	for again := true; again; {
		if again, err = a.h.Inviting.RunOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	at = at.Add(10 * time.Minute)
	if err := a.comeBack(at); err != nil {
		t.Fatal(err)
	}
	got := toldOf(t, a.h)
	out := 0
	for key, n := range got {
		if strings.HasSuffix(key, " sent") || strings.HasSuffix(key, " answered") {
			out += n
		}
	}
	if out < 10 {
		t.Errorf("%v", got)
	}
}
