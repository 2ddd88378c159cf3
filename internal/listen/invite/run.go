package invite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/record"
)

// Run is one look of a rule at all customers.
type Run struct {
	Rule string `json:"rule"`
	// Name makes the run one: the same again plans nothing twice. A day for schedules.
	Name  string      `json:"name"`
	After cx.PersonID `json:"after"` // how far it came
	Done  bool        `json:"done"`
	// Reasons counts what became of those looked at: "planned", or why not.
	Reasons map[string]int `json:"reasons,omitempty"`
}

const runSetting = "run."

// RunRules looks at all customers once for rules triggered by a list or a schedule, planning as it goes: memory does not
// grow with their number. Stopped, it goes on where it was when it is called again with the same name.
func (s *Store) RunRules(ctx context.Context, name string, keys []string) ([]Run, error) {
	p, err := s.planner(ctx)
	if err != nil {
		return nil, err
	}
	runs, err := s.resume(ctx, name, keys)
	if err != nil {
		return nil, err
	}
	after, open := next(runs)
	if !open {
		return runs, nil
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for h := range s.walk(ctx, after) {
		if h.err != nil {
			return runs, h.err
		}
		if err := s.runBatch(ctx, p, runs, h); err != nil {
			return runs, err
		}
	}
	return runs, ctx.Err()
}

// herd is some persons with what planning knows of them; none at the end.
type herd struct {
	persons  []customer.Person
	contacts map[cx.PersonID]Contact
	err      error
}

// walk reads all customers after one, the next ones while those before are planned, until the end, an error or ctx ends.
func (s *Store) walk(ctx context.Context, after cx.PersonID) <-chan herd {
	out := make(chan herd, 1)
	go func() {
		defer close(out)
		for {
			var h herd
			if h.persons, h.err = s.d.Customers.Following(ctx, people.Whole(), after, planBatch); h.err == nil && len(h.persons) > 0 {
				after = h.persons[len(h.persons)-1].ID
				h.contacts, h.err = s.contacts(ctx, h.persons)
			}
			select {
			case out <- h:
			case <-ctx.Done():
				return
			}
			if h.err != nil || len(h.persons) == 0 {
				return
			}
		}
	}()
	return out
}

func (s *Store) resume(ctx context.Context, name string, keys []string) ([]Run, error) {
	runs := make([]Run, len(keys))
	for i, key := range keys {
		runs[i] = Run{Rule: key, Name: name, Reasons: map[string]int{}}
		rows, err := s.d.DB.Query(ctx, `SELECT value FROM invite_setting WHERE name = ?`, runSetting+key)
		if err != nil {
			return nil, err
		}
		kept, err := record.Column[string](rows)
		if err != nil {
			return nil, err
		}
		var was Run
		if len(kept) == 0 {
			continue
		}
		if err := json.Unmarshal([]byte(kept[0]), &was); err != nil {
			return nil, fmt.Errorf("run of %s: %w", key, err)
		}
		if was.Name == name {
			runs[i] = was
		}
	}
	return runs, nil
}

// next gives the person after whom the runs go on: the one furthest back.
func next(runs []Run) (after cx.PersonID, open bool) {
	for _, r := range runs {
		if !r.Done && (!open || r.After < after) {
			after, open = r.After, true
		}
	}
	return after, open
}

func (s *Store) runBatch(ctx context.Context, p *planner, runs []Run, h herd) error {
	l := h.persons
	var plans []Invitation
	for i := range runs {
		r := &runs[i]
		if r.Done {
			continue
		}
		rule, err := s.Rule(ctx, r.Rule)
		if err != nil {
			return err
		}
		for _, person := range l {
			if person.ID <= r.After {
				continue
			}
			c := Case{Contact: h.contacts[person.ID], Once: fmt.Sprintf("r:%s:%d", r.Name, person.ID), At: p.now}
			inv, t, err := p.think(ctx, &rule.Rule, c)
			if err != nil {
				return err
			}
			r.Reasons[reason(inv, t)]++
			if inv != nil && inv.Why != BySample { // who was not drawn can be told again from the draw
				plans = append(plans, *inv)
			}
		}
		if len(l) > 0 {
			r.After = max(r.After, l[len(l)-1].ID)
		}
		r.Done = len(l) == 0
	}
	return s.keepRun(ctx, runs, plans)
}

func reason(inv *Invitation, t Thought) string {
	if inv != nil && inv.State == Planned {
		return Planned.String()
	}
	if inv != nil {
		return string(inv.Why)
	}
	return string(t.Why)
}

func (s *Store) keepRun(ctx context.Context, runs []Run, plans []Invitation) error {
	return s.d.DB.Write(ctx, func(tx *record.Tx) error {
		if _, err := tx.Next(ctx, lock, 1); err != nil {
			return err
		}
		if _, err := s.insert(ctx, tx, plans); err != nil {
			return err
		}
		for _, i := range plans { // the quota is known only now
			if i.State == Refused && i.Why == ByQuota {
				recount(runs, i.Rule)
			}
		}
		for _, r := range runs {
			b, err := json.Marshal(r)
			if err != nil {
				return err
			}
			if err := s.keep(ctx, tx, runSetting+r.Rule, string(b)); err != nil {
				return err
			}
		}
		return nil
	})
}

func recount(runs []Run, rule string) {
	for i := range runs {
		if runs[i].Rule == rule {
			runs[i].Reasons[Planned.String()]--
			runs[i].Reasons[string(ByQuota)]++
		}
	}
}

// PlanSchedules runs the rules whose day has come, in the organisation's zone, and tells whether there was one.
func (s *Store) PlanSchedules(ctx context.Context) (bool, error) {
	l, err := s.Rules(ctx)
	if err != nil {
		return false, err
	}
	today := s.d.Now().In(s.d.Zone(ctx, ""))
	ran := false
	for _, k := range l {
		asks, _ := k.Stage.Asks()
		if k.Trigger.Every == "" || !asks {
			continue
		}
		name := occasion(k.Trigger.Every, today)
		runs, err := s.resume(ctx, name, []string{k.Key})
		if err != nil {
			return ran, err
		}
		if runs[0].Done {
			continue
		}
		if _, err := s.RunRules(ctx, name, []string{k.Key}); err != nil {
			return ran, err
		}
		ran = true
	}
	return ran, nil
}

// occasion names the day, week or month that a moment is in.
func occasion(every string, local time.Time) string {
	switch every {
	case "month":
		return local.Format("2006-01")
	case "week":
		year, week := local.ISOWeek()
		return fmt.Sprintf("%d-W%02d", year, week)
	}
	return local.Format(time.DateOnly)
}
