package web

import (
	"context"
	"fmt"
	"sync"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/understand/insight"
)

// usualPeriod is the one shown when the address names none: 30 days where a month says enough, 90 otherwise; and where
// nothing was heard for longer (a file of the past was imported), the year that ends with the newest feedback.
type usualPeriod struct {
	mu    sync.Mutex
	until time.Time
	filters
}

const (
	usualKept  = time.Minute
	monthOf    = 1000 // feedbacks in thirty days that make a month say enough
	longSilent = 90 * 24 * time.Hour
)

func (u *usualPeriod) settle(ctx context.Context, from *insight.Insight, f *filters, now time.Time) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !now.Before(u.until) {
		switch err := u.find(ctx, from, now); {
		case cx.KindOf(err) == cx.Unavailable: // figures are being rebuilt: the page says so itself, block by block
			f.During = defaultDuring
			return nil
		case err != nil:
			return fmt.Errorf("usual period: %w", err)
		}
		u.until = now.Add(usualKept)
	}
	f.During, f.From, f.To = u.During, u.From, u.To
	return nil
}

// find looks at when feedback came, whoever asks: the choice of a period tells nothing of anybody.
func (u *usualPeriod) find(ctx context.Context, from *insight.Insight, now time.Time) error {
	u.filters = filters{During: defaultDuring}
	month := filters{During: "30"}
	p := month.period(now)
	recent, err := from.List(ctx, people.Whole(), insight.ListQuery{During: &p, Limit: 1})
	if err != nil {
		return err
	}
	if recent.Total >= monthOf {
		u.filters = month
		return nil
	}
	if len(recent.IDs) > 0 {
		return nil
	}
	newest, err := from.List(ctx, people.Whole(), insight.ListQuery{Limit: 1})
	if err != nil || len(newest.IDs) == 0 {
		return err
	}
	if last := newest.IDs[0].At; now.Sub(last) > longSilent {
		u.filters = filters{During: "range", From: last.AddDate(-1, 0, 1).Format(time.DateOnly), To: last.In(now.Location()).Format(time.DateOnly)}
	}
	return nil
}
