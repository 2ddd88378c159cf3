package web

import (
	"context"
	"fmt"
	"sync"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
)

// usualPeriod is the one shown when the address names none: 30 days where a month says enough, 90 otherwise; and where
// nothing was heard for longer (a file of the past was imported), the three years that end with the newest feedback.
type usualPeriod struct {
	mu  sync.Mutex
	met map[string]usualFound // by what it was looked for in
	// heard journeys had feedback when they were looked at: they are not looked at again
	heard map[cx.JourneyID]bool
}

// firstHeard gives the first journey that ever had feedback, whoever asks; the first of all when none had.
func (u *usualPeriod) firstHeard(ctx context.Context, from *insight.Insight, all []journey.Journey) (cx.JourneyID, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, j := range all {
		if u.heard[j.Key] {
			return j.Key, nil
		}
		one, err := from.List(ctx, people.Whole(), insight.ListQuery{Where: also(nil, "journey", string(j.Key)), Limit: 1})
		switch {
		case cx.KindOf(err) == cx.Unavailable:
			return all[0].Key, nil
		case err != nil:
			return "", fmt.Errorf("first journey heard: %w", err)
		case len(one.IDs) == 0:
			continue
		}
		if u.heard == nil {
			u.heard = map[cx.JourneyID]bool{}
		}
		u.heard[j.Key] = true
		return j.Key, nil
	}
	return all[0].Key, nil
}

type usualFound struct {
	filters
	until time.Time
}

// usualAsk is what a period is looked for in, and when.
type usualAsk struct {
	about insight.Where // one journey, or nil
	now   time.Time
}

// matter is the journey or the touchpoint that a page is about; neither: everything.
type matter struct {
	Journey    cx.JourneyID
	Touchpoint cx.TouchpointID
}

// where gives the conditions of what exists, so that no made-up address is remembered.
func (m matter) where(have *journey.Journeys) insight.Where {
	if p, ok := have.Place(m.Touchpoint); ok { // the period of its journey: from a card to its page the figure stays
		return also(nil, "journey", string(p.Journey.Key))
	}
	if _, err := have.Journey(m.Journey); err == nil {
		return also(nil, "journey", string(m.Journey))
	}
	return nil
}

func (a usualAsk) key() string {
	for name, c := range a.about {
		return fmt.Sprint(name, c.In)
	}
	return ""
}

const (
	usualKept  = time.Minute
	monthOf    = 1000 // feedbacks in thirty days that make a month say enough
	longSilent = 90 * 24 * time.Hour
)

func (u *usualPeriod) settle(ctx context.Context, from *insight.Insight, f *filters, ask usualAsk) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	found, ok := u.met[ask.key()]
	if !ok || !ask.now.Before(found.until) {
		period, err := findUsual(ctx, from, ask)
		if cx.KindOf(err) == cx.Unavailable { // figures are being rebuilt: the page says so itself, block by block
			f.During = defaultDuring
			return nil
		}
		if err != nil {
			return fmt.Errorf("usual period: %w", err)
		}
		found = usualFound{period, ask.now.Add(usualKept)}
		if u.met == nil {
			u.met = map[string]usualFound{}
		}
		u.met[ask.key()] = found
	}
	f.During, f.From, f.To = found.During, found.From, found.To
	return nil
}

// findUsual looks at when feedback came, whoever asks: the choice of a period tells nothing of anybody.
func findUsual(ctx context.Context, from *insight.Insight, ask usualAsk) (filters, error) {
	usual, month := filters{During: defaultDuring}, filters{During: "30"}
	p := month.period(ask.now)
	recent, err := from.List(ctx, people.Whole(), insight.ListQuery{Where: ask.about, During: &p, Limit: 1})
	switch {
	case err != nil:
		return usual, err
	case recent.Total >= monthOf:
		return month, nil
	case len(recent.IDs) > 0:
		return usual, nil
	}
	newest, err := from.List(ctx, people.Whole(), insight.ListQuery{Where: ask.about, Limit: 1})
	if err != nil || len(newest.IDs) == 0 {
		return usual, err
	}
	if last := newest.IDs[0].At.In(ask.now.Location()); ask.now.Sub(last) > longSilent {
		usual = filters{During: "range", From: last.AddDate(-3, 0, 1).Format(time.DateOnly), To: last.Format(time.DateOnly)}
	}
	return usual, nil
}
