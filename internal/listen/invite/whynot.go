package invite

import (
	"context"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
)

// More reasons, of a rule that kept nothing of a person.
const (
	NoEvent  Why = "no_event" // nothing it listens to happened
	NoRun    Why = "no_run"   // it did not run yet
	Unlisted Why = "unlisted" // not on its lists, or not concerned when it ran
	Soon     Why = "soon"     // it will look at them in a moment
)

// Silence says why a rule never asked a person, and kept no invitation of them.
type Silence struct {
	Rule string // "": no rule listens to Event
	Why  Why
	// Event and At: what happened, or when it ran; zero when nothing did.
	Event string
	At    time.Time
}

// eventsTold of one person are looked at.
const eventsTold = 200

// Silences tells of every rule without an invitation of the person why there is none, as the rule is and as the person is
// known today, and of the events about them that no rule listens to. Whether the viewer reaches them is for the caller to
// know (collect.Door.Customer tells).
func (s *Store) Silences(ctx context.Context, scope people.Scope, id cx.PersonID) ([]Silence, error) {
	met, err := s.Of(ctx, scope, id)
	if err != nil || scope.People().Empty() {
		return nil, err
	}
	p, err := s.planner(ctx)
	if err != nil {
		return nil, err
	}
	who, err := s.d.Customers.Person(ctx, people.Whole(), id)
	if err != nil {
		return nil, err
	}
	known := make([]any, 0, len(who.Identities))
	for _, i := range who.Identities[:min(len(who.Identities), record.InLimit)] {
		known = append(known, int64(i.ID))
	}
	if len(known) == 0 {
		return nil, nil
	}
	in, args := record.In(known)
	happened, err := occurrences(ctx, s.d.DB, `identity `+in+` ORDER BY id DESC LIMIT ?`, append(args, eventsTold)...)
	if err != nil {
		return nil, err
	}
	contacts, err := s.contactsOf(ctx, []cx.IdentityID{who.Identities[0].ID})
	if err != nil {
		return nil, err
	}
	a := aside{p: p, id: id, who: contacts[who.Identities[0].ID], happened: happened}
	var l []Silence
	for i := range p.rules {
		r := &p.rules[i].Rule
		if slices.ContainsFunc(met, func(i Invitation) bool { return i.Rule == r.Key }) {
			continue
		}
		one, err := a.of(ctx, r)
		if err != nil {
			return nil, err
		}
		l = append(l, one)
	}
	return append(l, a.unheard()...), nil
}

// aside is one person whom rules kept nothing of.
type aside struct {
	p        *planner
	id       cx.PersonID
	who      Contact
	happened []Occurrence // newest first
}

func (a *aside) of(ctx context.Context, r *Rule) (Silence, error) {
	if r.Trigger.Event == "" {
		return a.inRuns(ctx, r)
	}
	at := slices.IndexFunc(a.happened, func(o Occurrence) bool { return o.Event == r.Trigger.Event })
	if at < 0 {
		return Silence{Rule: r.Key, Why: NoEvent, Event: r.Trigger.Event}, nil
	}
	o := &a.happened[at]
	says := Silence{Rule: r.Key, Event: o.Event, At: o.At, Why: Soon}
	inv, t, err := a.p.think(ctx, r, o.about(a.who))
	if err != nil {
		return says, err
	}
	waits, err := a.waits(ctx, o)
	switch {
	case err != nil:
		return says, err
	case inv == nil:
		says.Why = t.Why
	case !waits: // it would concern them by now
		says.Why = Unlisted
	}
	return says, nil
}

// waits tells whether the rules did not see an occurrence yet.
func (a *aside) waits(ctx context.Context, o *Occurrence) (bool, error) {
	l, err := occurrences(ctx, a.p.s.d.DB, `id = ? AND planned = 0`, o.ID)
	return len(l) > 0, err
}

// inRuns tells of a rule that runs over customers: what its last run over all made of the person, else its lists.
func (a *aside) inRuns(ctx context.Context, r *Rule) (Silence, error) {
	says := Silence{Rule: r.Key, Why: NoRun}
	l, err := runs(ctx, a.p.s.d.DB, `rule = ? ORDER BY begun DESC, name LIMIT 100`, r.Key)
	if err != nil || len(l) == 0 {
		return says, err
	}
	last := l[0]
	if all := slices.IndexFunc(l, func(r Run) bool { return r.Lines == nil }); all >= 0 {
		last = l[all]
	}
	says.At, says.Why = last.Begun, Unlisted
	c := Case{Contact: a.who, Once: onceOf(last.Name, a.id), At: last.Begun}
	inv, t, err := a.p.think(ctx, r, c)
	switch {
	case err != nil:
		return says, err
	case !last.Done && last.After < a.id && last.Lines == nil:
		says.Why = Soon
	case !last.If.Holds(r.state(c)):
		says.Why = ByCondition
	case inv == nil:
		says.Why = t.Why
	case inv.Why == BySample && last.Lines == nil:
		says.Why = BySample
	}
	return says, nil
}

// unheard gives the events about the person that no rule listens to, the last of each name.
func (a *aside) unheard() []Silence {
	var l []Silence
	for _, o := range a.happened {
		heard := slices.ContainsFunc(a.p.rules, func(k Kept) bool { return k.Trigger.Event == o.Event })
		told := slices.ContainsFunc(l, func(s Silence) bool { return s.Event == o.Event })
		if !heard && !told {
			l = append(l, Silence{Why: ByUnheard, Event: o.Event, At: o.At})
		}
	}
	return l
}
