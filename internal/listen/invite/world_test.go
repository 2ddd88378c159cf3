package invite

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/survey"
	"vigie/internal/record"
)

// world is a store with surveys that may be asked, and a clock of its own.
type world struct {
	*Store
	t  testing.TB
	mu sync.Mutex
	at time.Time
}

// A Tuesday, ten in the morning in Paris.
var tuesday = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func newWorld(t testing.TB, db *record.DB) *world {
	t.Helper()
	w := &world{t: t, at: tuesday}
	paris, err := time.LoadLocation("Europe/Paris")
	must(t, err)
	surveys := survey.New(db)
	surveys.Now = w.now
	w.Store, err = New(Deps{DB: db, Customers: customer.New(customer.Config{}, customer.Deps{DB: db, Now: w.now}), Surveys: surveys, Now: w.now,
		Zone: func(context.Context, string) *time.Location { return paris }})
	must(t, err)
	for _, key := range []cx.SurveyID{"delivery", "contact", "visit", "yearly"} {
		d := survey.Definition{Key: key, Name: cx.Text{"fr": "Enquête"}, Languages: []string{"fr"}, Program: cx.Transactional,
			Sections: []survey.Section{{Questions: []survey.Question{{Key: "nps", Kind: survey.NPS, Text: cx.Text{"fr": "Nous recommanderiez-vous ?"}}}}}}
		if key == "yearly" {
			d.Program = cx.Relational
		}
		_, err := surveys.Save(t.Context(), "test", d, 0)
		must(t, err)
		_, err = surveys.Publish(t.Context(), "test", key)
		must(t, err)
	}
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

// rule keeps one that goes.
func (w *world) rule(r Rule) {
	w.t.Helper()
	ctx := w.t.Context()
	if r.Name == nil {
		r.Name = cx.Text{"fr": r.Key}
	}
	must(w.t, w.SaveRule(ctx, "test", r, -1))
	for _, c := range Checklist() {
		must(w.t, w.Checked(ctx, "test", r.Key, c, "", true))
	}
	must(w.t, w.Store.Decide(ctx, "test", r.Key, Going, ""))
}

func (w *world) happen(event string, n int) Received {
	w.t.Helper()
	l, err := w.Receive(w.t.Context(), []Happening{happening(event, n, w.now())})
	must(w.t, err)
	if l[0].Verdict != collect.Accepted {
		w.t.Fatalf("%s of %d: %+v", event, n, l[0])
	}
	return l[0]
}

func happening(event string, n int, at time.Time) Happening {
	return Happening{Event: event, At: at, Customer: &collect.Customer{Ref: fmt.Sprint("C", n), Email: fmt.Sprintf("c%d@example.org", n), Phone: fmt.Sprintf("06000%05d", n)}}
}

func (w *world) planAll() {
	w.t.Helper()
	for {
		n, err := w.PlanOccurrences(w.t.Context())
		must(w.t, err)
		if n == 0 {
			return
		}
	}
}

var both = map[string]bool{Email: true, SMS: true}

func (w *world) leave() []Letter {
	w.t.Helper()
	var all []Letter
	for {
		l, looked, err := w.Leave(w.t.Context(), both, 100)
		must(w.t, err)
		all = append(all, l...)
		if looked == 0 {
			return all
		}
	}
}

func (w *world) send() []Letter {
	w.t.Helper()
	l := w.leave()
	results := make([]Result, len(l))
	for i, one := range l {
		results[i] = Result{ID: one.ID, Fate: Gone}
	}
	must(w.t, w.Settle(w.t.Context(), results))
	return l
}

// states counts invitations by what one may read of them.
func (w *world) states() map[string]int {
	w.t.Helper()
	l, err := invitations(w.t.Context(), w.d.DB, `1 = 1 ORDER BY id`)
	must(w.t, err)
	out := map[string]int{}
	for _, i := range l {
		key := i.State.String()
		if i.Why != "" {
			key += " " + string(i.Why)
		}
		out[key]++
	}
	return out
}
