package main

import (
	"context"
	"fmt"
	"time"

	"vigie/internal/listen/collect"
	"vigie/internal/people"
)

// forget erases what the settings say is kept no longer, and leaves an entry that says how much.
func (a *app) forget(ctx context.Context, now time.Time) error {
	settings, err := a.People.Settings(ctx)
	if err != nil {
		return err
	}
	k := settings.Retention
	before := func(months int) time.Time {
		if months == 0 {
			return time.Time{}
		}
		return now.AddDate(0, -months, 0)
	}
	done, err := a.Door.Forget(ctx, collect.Keep{Words: before(k.Words), Feedback: before(k.Feedback), Customer: before(k.Customer)})
	if err != nil {
		return fmt.Errorf("retention: %w", err)
	}
	if k.Feedback > 0 { // what advisers noted goes with what customers said
		if _, err := a.Notes.Forget(ctx, before(k.Feedback)); err != nil {
			return fmt.Errorf("retention: %w", err)
		}
	}
	var entries int64
	if k.Audit > 0 {
		if entries, err = a.People.ForgetTrail(ctx, before(k.Audit)); err != nil {
			return fmt.Errorf("retention: %w", err)
		}
	}
	if done == (collect.Aged{}) && entries == 0 {
		return nil
	}
	subject := fmt.Sprintf("words:%d feedback:%d customers:%d audit:%d", done.Words, done.Feedback, done.Customer, entries)
	return a.People.Audit(ctx, people.Entry{Actor: "night", What: "retention.run", Subject: subject})
}
