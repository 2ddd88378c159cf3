package invite

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
	"vigie/internal/record"
)

// Run is one look of a rule at all customers, at those of a segment, or at those of a list.
type Run struct {
	Rule string `json:"rule"`
	// Name makes the run one: the same again plans nobody twice. A day for schedules.
	Name string `json:"name"`
	// Stage the rule was in: the same run at a later stage looks at everybody again.
	Stage Stage             `json:"stage,omitempty"`
	If    *survey.Condition `json:"if,omitempty"` // of a segment
	After cx.PersonID       `json:"after"`        // how far it came
	Done  bool              `json:"done"`
	Begun time.Time         `json:"begun"`
	// Reasons counts what became of those looked at: "planned", "again" (by this run, before), or why not.
	Reasons map[string]int `json:"reasons,omitempty"`
	// Lines of the list; nil when it was none.
	Lines *Lines `json:"lines,omitempty"`
	// Earlier counts those whom the same list planned when it was run before.
	Earlier int `json:"earlier,omitempty"`
	// Again: somebody may have been planned by this run before.
	Again bool `json:"repeat,omitempty"`
}

// Says is what the audit trail keeps of a run: its rule, its name, and how many persons it made.
func (r *Run) Says() string {
	says := r.Rule + "/" + r.Name
	if r.Lines != nil && r.Lines.Made > 0 {
		says += " +" + strconv.Itoa(r.Lines.Made)
	}
	return says
}

// Repeated counts those whom a run planned, or refused, before.
const Repeated = "again"

// RunRules looks at all customers once for rules triggered by a list or a schedule, planning as it goes: memory does not
// grow with their number. Stopped, it goes on where it was when it is called again with the same name.
func (s *Store) RunRules(ctx context.Context, name string, keys []string) ([]Run, error) {
	runs, err := s.resume(ctx, name, keys)
	if err != nil {
		return nil, err
	}
	w, err := s.newWalk(ctx, runs, false)
	if err != nil {
		return nil, err
	}
	err = w.everybody(ctx)
	return w.runs, err
}

// walk is runs under way.
type walk struct {
	s    *Store
	p    *planner
	runs []Run
	try  bool // nothing is kept
	// passed are those of the batch of whom nothing is kept one by one.
	passed tallied
}

func (s *Store) newWalk(ctx context.Context, runs []Run, try bool) (*walk, error) {
	p, err := s.planner(ctx)
	return &walk{s: s, p: p, runs: runs, try: try, passed: tallied{}}, err
}

// everybody looks at all customers from where the runs are.
func (w *walk) everybody(ctx context.Context) error {
	after, open := next(w.runs)
	if !open {
		return nil
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for h := range w.s.herds(ctx, after) {
		if h.err != nil {
			return h.err
		}
		if err := w.batch(ctx, h); err != nil {
			return err
		}
		if len(h.persons) == 0 {
			return nil
		}
	}
	return ctx.Err()
}

// herd is some persons with what planning knows of them; none at the end.
type herd struct {
	persons  []customer.Person
	contacts map[cx.PersonID]Contact
	err      error
}

// herds reads all customers after one, the next ones while those before are planned, until the end, an error or ctx ends.
func (s *Store) herds(ctx context.Context, after cx.PersonID) <-chan herd {
	out := make(chan herd, 1)
	go func() {
		defer close(out)
		wished, err := s.wished(ctx, s.d.DB)
		if err != nil {
			out <- herd{err: err}
			return
		}
		for {
			h := s.herd(ctx, after, wished)
			if len(h.persons) > 0 {
				after = h.persons[len(h.persons)-1].ID
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

// runBatch is how many of a walk over all customers are planned in one transaction.
const runBatch = 2000

// herd reads the next persons after one.
func (s *Store) herd(ctx context.Context, after cx.PersonID, wished *hashes) herd {
	l, err := s.d.Customers.Following(ctx, people.Whole(), after, runBatch)
	if err != nil {
		return herd{err: err}
	}
	h := herd{persons: make([]customer.Person, len(l))}
	names := make(map[cx.PersonID][]customer.Name, len(l))
	for i, f := range l {
		h.persons[i], names[f.ID] = f.Person, f.Names
	}
	h.contacts, h.err = s.contactsNamed(ctx, h.persons, names, wished)
	return h
}

// resume takes up the runs of a name where they were; one that is done stays so, unless its rule came to another stage.
func (s *Store) resume(ctx context.Context, name string, keys []string) ([]Run, error) {
	runs := make([]Run, len(keys))
	for i, key := range keys {
		rule, err := s.Rule(ctx, key)
		if err != nil {
			return nil, err
		}
		runs[i] = Run{Rule: key, Name: name, Stage: rule.Stage, Begun: s.d.Now().UTC(), Reasons: map[string]int{}}
		was, err := s.runOf(ctx, s.d.DB, key, name)
		switch {
		case err != nil:
			return nil, err
		case was == nil:
		case was.Stage == rule.Stage:
			runs[i] = *was
		default:
			runs[i].If, runs[i].Again = was.If, true
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

// batch plans some persons; none ends the runs.
func (w *walk) batch(ctx context.Context, h herd) error {
	l := h.persons
	var plans []Invitation
	for i := range w.runs {
		r := &w.runs[i]
		if r.Done {
			continue
		}
		rule, err := w.s.Rule(ctx, r.Rule)
		if err != nil {
			return err
		}
		for _, person := range l {
			if r.Lines == nil && person.ID <= r.After {
				continue
			}
			inv, why, err := w.p.inRun(ctx, &rule.Rule, r, h.contacts[person.ID], person.ID)
			if err != nil {
				return err
			}
			if inv != nil {
				plans = append(plans, *inv)
			} else {
				w.passed.add(w.p.pass(r.Rule, "", why))
			}
		}
		if len(l) > 0 && r.Lines == nil {
			r.After = max(r.After, l[len(l)-1].ID)
		}
		r.Done = len(l) == 0
	}
	if w.try { // all is counted but the quotas
		_, err := notYet(ctx, w.s.d.DB, w.runs, plans)
		return err
	}
	err := w.s.d.DB.Write(ctx, func(tx *record.Tx) error {
		if err := w.s.keepRun(ctx, tx, w.runs, plans); err != nil {
			return err
		}
		return w.passed.keep(ctx, tx)
	})
	clear(w.passed)
	return err
}

// inRun thinks of one person and counts what became of them; nil and why when there is nothing to keep.
func (p *planner) inRun(ctx context.Context, rule *Rule, r *Run, who Contact, id cx.PersonID) (*Invitation, Why, error) {
	c := Case{Contact: who, Once: onceOf(r.Name, id), At: p.now}
	if !r.If.Holds(rule.state(c)) {
		r.Reasons[string(ByCondition)]++
		return nil, ByCondition, nil
	}
	inv, t, err := p.think(ctx, rule, c)
	if err != nil {
		return nil, "", err
	}
	r.Reasons[reason(inv, t)]++
	if inv != nil && inv.Why == BySample { // who was not drawn can be told again from the draw
		return nil, BySample, nil
	}
	return inv, t.Why, nil
}

// onceOf names what a run asks one person about.
func onceOf(run string, id cx.PersonID) string {
	return "r:" + run + ":" + strconv.FormatInt(int64(id), 10)
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

func (s *Store) keepRun(ctx context.Context, tx *record.Tx, runs []Run, plans []Invitation) error {
	if _, err := tx.Next(ctx, lock, 1); err != nil {
		return err
	}
	fresh, err := notYet(ctx, tx, runs, plans)
	if err != nil {
		return err
	}
	if _, err := s.insert(ctx, tx, fresh); err != nil {
		return err
	}
	for _, i := range fresh { // the quota is known only now
		if i.State == Refused && i.Why == ByQuota {
			recount(runs, i.Rule, Planned.String(), string(ByQuota))
		}
	}
	for _, r := range runs {
		if err := putRun(ctx, tx, r); err != nil {
			return err
		}
	}
	return nil
}

// notYet leaves out of plans those that a run which may have planned before did plan.
func notYet(ctx context.Context, q record.Querier, runs []Run, plans []Invitation) ([]Invitation, error) {
	for _, r := range runs {
		if !r.Again {
			continue
		}
		known, err := plannedBy(ctx, q, r.Rule, plans)
		if err != nil {
			return nil, err
		}
		plans = slices.DeleteFunc(plans, func(i Invitation) bool {
			if i.Rule != r.Rule || !known[i.Once] {
				return false
			}
			recount(runs, r.Rule, reason(&i, Thought{}), Repeated)
			return true
		})
	}
	return plans, nil
}

// plannedBy tells which of what plans are about the rule thought of already.
func plannedBy(ctx context.Context, q record.Querier, rule string, plans []Invitation) (map[string]bool, error) {
	var all []string
	for _, i := range plans {
		if i.Rule == rule {
			all = append(all, i.Once)
		}
	}
	known := map[string]bool{}
	for some := range slices.Chunk(all, record.InLimit) {
		in, args := record.In(some)
		rows, err := q.Query(ctx, `SELECT once FROM invitation WHERE rule = ? AND once `+in, append([]any{rule}, args...)...)
		if err != nil {
			return nil, fmt.Errorf("planned before: %w", err)
		}
		met, err := record.Column[string](rows)
		if err != nil {
			return nil, err
		}
		for _, once := range met {
			known[once] = true
		}
	}
	return known, nil
}

// recount moves one of a rule's run from a reason to another.
func recount(runs []Run, rule, from, to string) {
	for i := range runs {
		if r := &runs[i]; r.Rule == rule {
			if r.Reasons[from]--; r.Reasons[from] == 0 {
				delete(r.Reasons, from)
			}
			r.Reasons[to]++
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
