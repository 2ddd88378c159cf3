package demo

import (
	"context"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
)

// protect records what a company of this size has on file: the works council's consultation, how long words are kept,
// and two requests, of which one is late.
func (s *Story) protect(ctx context.Context, d Deps, now time.Time) error {
	by, err := s.viewer(ctx, d, people.Administrator)
	if err != nil {
		return err
	}
	day := func(days int) string { return now.AddDate(0, 0, days).Format(time.DateOnly) }
	p := s.file.Protection
	if err := d.People.RecordConsultation(ctx, by, people.Consultation{On: day(p.Council.Day), Purpose: p.Council.Purpose, Reference: p.Council.Reference}); err != nil {
		return err
	}
	if err := d.People.UpdateSettings(ctx, func(v *people.Settings) { v.Retention = people.Retention{Words: p.Words, Audit: p.Audit} }); err != nil {
		return err
	}
	for _, r := range p.Requests {
		x := people.RightsRequest{Kind: r.Kind, Who: r.Who, Note: r.Note, Received: day(r.Day)}
		if d.Customers != nil {
			c, err := d.Customers.Find(ctx, people.Whole(), r.Who)
			if err != nil && cx.KindOf(err) != cx.NotFound {
				return err
			}
			x.Person = c.ID
		}
		if _, err := d.People.AddRequest(ctx, by, x); err != nil {
			return err
		}
	}
	return nil
}

// viewer gives the first of the cast with a role.
func (s *Story) viewer(ctx context.Context, d Deps, role people.Role) (people.Viewer, error) {
	for _, m := range s.Accounts() {
		if m.Role != string(role) {
			continue
		}
		u, err := d.People.UserByEmail(ctx, m.Email)
		if err != nil {
			return people.Viewer{}, err
		}
		return d.People.ViewerOf(ctx, u)
	}
	return people.Viewer{}, cx.Fail(cx.NotFound, "", "people.user_unknown")
}

// protection is what the story says of data protection. Days count from today.
type protection struct {
	Council struct {
		Day                int
		Purpose, Reference string
	}
	Words, Audit int // months
	Requests     []struct {
		Kind, Who, Note string
		Day             int
	}
}
