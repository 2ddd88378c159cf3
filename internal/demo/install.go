package demo

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"vigie/internal/cx"
	"vigie/internal/house"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/circumstance"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/journey"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
	"vigie/internal/understand/view"
)

// Deps are the rooms the demo company moves into; the door must be open.
type Deps struct {
	People    *people.Store
	Journeys  *journey.Store
	Catalogue *catalogue.Store
	// Circumstances are the context events.
	Circumstances *circumstance.Store
	// Surveys are the questionnaires; nil: none is published.
	Surveys *survey.Store
	// Views are the questions of the explorer.
	Views *view.Store
	// At gives the house at another clock, to tell whom the company asked and what they answered; nil: nobody was.
	At        func(now func() time.Time) (*house.House, error)
	Customers *customer.Reference // nil: requests are tied to nobody
	Door      *collect.Door
	Log       *slog.Logger     // nil: discarded
	Now       func() time.Time // nil: time.Now
}

func (d Deps) filled() Deps {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	return d
}

// author of what the demo declares, in the histories of journeys and catalogue.
const author = "demo"

// Installed is what Install did.
type Installed struct {
	Sent    int // feedbacks new to the record
	Known   int // feedbacks it already had
	Already bool
}

// Install brings the demo company into the stores: organisation, cast, catalogue, journeys, then two years of feedback
// through the door. On a record that has it already it only tells what happened since, so that the last answers are
// minutes old; what people changed in between stays. Interrupted, it goes on at the next call with nothing twice.
func (s *Story) Install(ctx context.Context, d Deps) (Installed, error) {
	d = d.filled()
	now := d.Now()
	anchor, complete, err := s.installed(ctx, d)
	if err != nil {
		return Installed{}, err
	}
	if complete {
		if err := s.ask(ctx, d); err != nil {
			return Installed{}, fmt.Errorf("demo: %w", err)
		}
		in, err := send(ctx, d, s.Since(anchor, anchor, now))
		in.Already = true
		return in, errors.Join(err, s.inviteAll(ctx, d, anchor, now))
	}
	if err := s.found(ctx, d); err != nil {
		return Installed{}, fmt.Errorf("demo: %w", err)
	}
	if anchor, _, err = s.installed(ctx, d); err != nil {
		return Installed{}, err
	}
	notes := newNoter(now)
	in, err := send(ctx, d, notes.hear(s.told(anchor, now)))
	if err != nil {
		return in, err
	}
	if err := s.protect(ctx, d, now); err != nil {
		return in, err
	}
	if err := notes.tell(ctx, d); err != nil {
		return in, err
	}
	if err := s.inviteAll(ctx, d, anchor, now); err != nil {
		return in, err
	}
	return in, s.hire(ctx, d, s.last())
}

// inviteAll tells whom the company asked, where there is a house to ask in.
func (s *Story) inviteAll(ctx context.Context, d Deps, anchor, now time.Time) error {
	if d.At == nil {
		return nil
	}
	start := time.Now()
	err := s.tellAsked(ctx, d, anchor, now)
	d.Log.Info("demo invitations told", "seconds", time.Since(start).Seconds())
	return err
}

// first and last of the cast to have an account: the first says when the story began for this record, and the last,
// who arrives after all feedback, that it is whole.
func (s *Story) first() Member { return s.Accounts()[0] }
func (s *Story) last() Member  { l := s.Accounts(); return l[len(l)-1] }

// Accounts gives those of the cast who sign in: all but the customer.
func (s *Story) Accounts() []Member {
	var l []Member
	for _, m := range s.file.Cast {
		if m.Role != "customer" {
			l = append(l, m)
		}
	}
	return l
}

func (s *Story) installed(ctx context.Context, d Deps) (anchor time.Time, complete bool, err error) {
	u, err := d.People.UserByEmail(ctx, s.first().Email)
	if cx.KindOf(err) == cx.NotFound {
		return time.Time{}, false, nil
	}
	if err != nil {
		return time.Time{}, false, err
	}
	_, err = d.People.UserByEmail(ctx, s.last().Email)
	if cx.KindOf(err) == cx.NotFound {
		return u.Created, false, nil
	}
	return u.Created, err == nil, err
}

// found sets up the house: everything but the feedback and the last of the cast.
func (s *Story) found(ctx context.Context, d Deps) error {
	err := d.People.UpdateSettings(ctx, func(v *people.Settings) {
		v.Name, v.Zone, v.Lang = s.file.Company.Name, s.file.Company.Zone, "fr"
	})
	if err != nil {
		return err
	}
	if err := s.face(ctx, d); err != nil {
		return err
	}
	if err := d.People.PutUnits(ctx, s.units()); err != nil {
		return err
	}
	for _, m := range s.Accounts() {
		if m.Key == s.last().Key {
			continue
		}
		if err := s.hire(ctx, d, m); err != nil {
			return err
		}
	}
	if err := s.declare(ctx, d.Catalogue); err != nil {
		return err
	}
	if err := s.chartJourneys(ctx, d); err != nil {
		return err
	}
	if err := s.ask(ctx, d); err != nil {
		return err
	}
	for _, e := range s.Events() {
		if err := d.Circumstances.Put(ctx, author, e.event(d.Now())); err != nil {
			return err
		}
	}
	return s.keep(ctx, d)
}

// event tells the story's event in days of the calendar.
func (e Event) event(now time.Time) circumstance.Event {
	day := func(n int) string { return now.AddDate(0, 0, n).Format(time.DateOnly) }
	c := circumstance.Event{Key: e.Key, Kind: circumstance.Kind(e.Kind), Name: e.Name, Text: e.Text, From: day(e.From), Touchpoints: e.Touchpoints, Units: e.Regions}
	if e.To != nil {
		c.Until = day(*e.To)
	}
	return c
}

func (s *Story) units() []people.Unit {
	var l []people.Unit
	for _, u := range s.Units() {
		l = append(l, people.Unit{Key: u.Key, Name: u.Name, Parent: u.Parent, Level: u.Level})
	}
	return l
}

// hire gives a member of the cast an account, without password: sign-in links let them in.
func (s *Story) hire(ctx context.Context, d Deps, m Member) error {
	if _, err := d.People.UserByEmail(ctx, m.Email); cx.KindOf(err) != cx.NotFound {
		return err
	}
	_, err := d.People.AddUser(ctx, people.NewUser{Email: m.Email, Name: m.Name, Role: people.Role(m.Role), Unit: m.Unit, Agent: m.Agent, Lang: "fr"})
	return err
}

func (s *Story) declare(ctx context.Context, c *catalogue.Store) error {
	if err := c.Seed(ctx); err != nil {
		return err
	}
	for _, m := range s.Metrics() {
		if err := c.PutMetric(ctx, author, m); err != nil {
			return err
		}
	}
	for _, i := range s.Indicators() {
		if err := c.PutIndicator(ctx, author, i); err != nil {
			return err
		}
	}
	for _, a := range s.Attributes() {
		a.Projected = !a.Personal
		if err := c.PutAttribute(ctx, author, a); err != nil {
			return err
		}
	}
	return s.aim(ctx, c)
}

// aim sets the company's objectives on the built-in indicators.
func (s *Story) aim(ctx context.Context, c *catalogue.Store) error {
	present, err := c.Present(ctx)
	if err != nil {
		return err
	}
	for _, i := range present.IndicatorList {
		goal, ok := s.file.Objectives[i.Key]
		if !ok {
			continue
		}
		i.Objective, i.Owner = &goal, s.file.Owner
		if err := c.PutIndicator(ctx, author, i); err != nil {
			return err
		}
	}
	return nil
}

// batch is how many feedbacks go through the door at once: its limit.
const batch = 1000

// send hands feedbacks to the door, oldest first, one batch on its way while the next is made.
func send(ctx context.Context, d Deps, feedbacks iter.Seq[collect.Incoming]) (Installed, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	batches := make(chan []collect.Line, 2)
	go func() {
		defer close(batches)
		intoBatches(ctx, feedbacks, batches)
	}()
	var sum Installed
	for lines := range batches {
		out, err := patiently(ctx, d, lines)
		if err != nil {
			return sum, fmt.Errorf("demo: %w", err)
		}
		if err := sum.add(out); err != nil {
			return sum, err
		}
	}
	d.Log.Info("demo feedback sent", "new", sum.Sent, "known", sum.Known)
	return sum, ctx.Err()
}

// intoBatches cuts a sequence into what the door takes at once, until ctx ends.
func intoBatches(ctx context.Context, feedbacks iter.Seq[collect.Incoming], to chan<- []collect.Line) {
	lines := make([]collect.Line, 0, batch)
	give := func() bool {
		select {
		case to <- lines:
			lines = make([]collect.Line, 0, batch)
			return true
		case <-ctx.Done():
			return false
		}
	}
	for in := range feedbacks {
		lines = append(lines, collect.Line{Number: len(lines) + 1, Incoming: in})
		if len(lines) == batch && !give() {
			return
		}
	}
	if len(lines) > 0 {
		give()
	}
}

// patiently tries a batch again when the door says it does not know: the same keys make that safe.
func patiently(ctx context.Context, d Deps, lines []collect.Line) ([]collect.Outcome, error) {
	for try := 0; ; try++ {
		out, err := d.Door.Batch(ctx, lines)
		if cx.KindOf(err) != cx.Unavailable || try == 3 || ctx.Err() != nil {
			return out, err
		}
		d.Log.Warn("demo batch tried again", "error", err)
	}
}

func (i *Installed) add(out []collect.Outcome) error {
	for _, o := range out {
		switch o.Verdict {
		case collect.Accepted:
			i.Sent++
		case collect.Duplicate, collect.Gone:
			i.Known++
		case collect.Conflicting:
			i.Known++ // an amendment of the story's text by a later version of the program changes no record
		default:
			return fmt.Errorf("demo: feedback %s: %w", o.Verdict, firstOf(o.Errors))
		}
	}
	return nil
}

func firstOf(l []*cx.Error) error {
	if len(l) == 0 {
		return fmt.Errorf("no reason given")
	}
	return l[0]
}
