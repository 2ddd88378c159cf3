// Package fatalist sets what customers said beside what advisers noted of the answer they had to give: customers with a
// middling note where the answer was poor or imposed by a rule (fatalists), and unhappy ones where the rule was respected.
//
// Here: which notes speak of which feedback, the two lists, their shares. Within a perimeter of people, and only while the
// works council's consultation is recorded: the notes' own room sees to it. Nothing here tells advisers apart. Not here:
// taking notes (listen/note), pages.
package fatalist

import (
	"context"
	"fmt"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/note"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/understand/insight"
)

// Deps are the rooms asked.
type Deps struct {
	DB        record.Querier
	Notes     *note.Store
	Customers *customer.Reference
	Tied      func(context.Context, people.Scope, insight.TiedQuery) ([]insight.Tied, error)
	Feedbacks func(context.Context, people.Scope, []cx.FeedbackID) ([]cx.Feedback, error)
	Metrics   func(context.Context) (map[cx.MetricID]cx.Metric, error)
	// Lead gives the metric that speaks first of a touchpoint, "" when none was chosen.
	Lead func(context.Context) (map[cx.TouchpointID]cx.MetricID, error)
}

// Lists finds both lists.
type Lists struct{ d Deps }

// New is inert.
func New(d Deps) *Lists { return &Lists{d} }

// Kind is one of the two lists.
type Kind string

const (
	Fatalists Kind = "fatalists" // middling note, poor or imposed answer
	Ruled     Kind = "ruled"     // rule respected, customer unhappy
)

// Kinds gives both.
func Kinds() []Kind { return []Kind{Fatalists, Ruled} }

// Query chooses the contacts looked at.
type Query struct {
	From, Until time.Time // of the contact: [From, Until)
	Touchpoint  cx.TouchpointID
	Unit        cx.UnitID // and those below
}

// Pair is a contact of which both are known.
type Pair struct {
	Feedback cx.Feedback
	Metric   cx.Metric // of the score that counts
	Point    int64
	Mood     cx.Mood
	Note     note.Note
}

// In tells whether the pair belongs to a list.
func (p Pair) In(k Kind) bool {
	if k == Ruled {
		return p.Mood == cx.Poor && p.Note.Ruled()
	}
	return p.Mood == cx.Middling && p.Note.Poor()
}

// Report is what was found, newest first.
type Report struct {
	Notes int // in the period and perimeter
	Pairs []Pair
}

// List gives the pairs of one list.
func (r *Report) List(k Kind) []Pair {
	var out []Pair
	for _, p := range r.Pairs {
		if p.In(k) {
			out = append(out, p)
		}
	}
	return out
}

// Share of a list among the contacts of which both are known, with its interval.
func (r *Report) Share(k Kind) cx.Figure {
	return shareOf(r.Pairs, func(p Pair) bool { return p.In(k) })
}

func shareOf(pairs []Pair, is func(Pair) bool) cx.Figure {
	yes := 1.0
	m := cx.Metric{Min: 0, Max: 1, Direction: cx.LowerBetter, Top: &yes}
	spec := cx.NewSpec(cx.Indicator{Formula: cx.Ratio, Numerator: []float64{1}, Per: 100}, m)
	var h cx.Histogram
	for _, p := range pairs {
		if is(p) {
			h.Add(1, 1)
		} else {
			h.Add(0, 1)
		}
	}
	return spec.Figure(h)
}

// answersWithin is how long after the contact a customer's answer is taken as being about it, when no reference says so.
const answersWithin = 30 * 24 * time.Hour

// Report finds them. Conflict while it is off, TooMany for more notes than are read at once.
func (l *Lists) Report(ctx context.Context, scope people.Scope, q Query) (*Report, error) {
	notes, err := l.d.Notes.Notes(ctx, scope, note.Filter{From: q.From, Until: q.Until, Touchpoint: "", Unit: q.Unit})
	if err != nil {
		return nil, err
	}
	if len(notes) > note.NotesMost {
		return nil, cx.Fail(cx.TooMany, "from", "note.many", "max", note.NotesMost)
	}
	r := &Report{}
	t, err := l.tie(ctx, scope, notes, q)
	if err != nil {
		return nil, err
	}
	for _, n := range notes {
		if q.Touchpoint == "" || n.Touchpoint == q.Touchpoint {
			r.Notes++
		}
		if p, ok := t.pair(n); ok {
			r.Pairs = append(r.Pairs, p)
		}
	}
	slices.SortStableFunc(r.Pairs, func(a, b Pair) int { return b.Feedback.At.Compare(a.Feedback.At) })
	return r, nil
}

// ties are the feedbacks by what they may be tied by.
type ties struct {
	byContact map[int64][]cx.Feedback
	byPerson  map[cx.PersonID][]cx.Feedback
	persons   map[cx.IdentityID]cx.PersonID
	metrics   map[cx.MetricID]cx.Metric
	lead      map[cx.TouchpointID]cx.MetricID
	taken     map[cx.FeedbackID]bool // one feedback stands beside one note
}

func (l *Lists) tie(ctx context.Context, scope people.Scope, notes []note.Note, q Query) (*ties, error) {
	t := &ties{byContact: map[int64][]cx.Feedback{}, byPerson: map[cx.PersonID][]cx.Feedback{}, taken: map[cx.FeedbackID]bool{}}
	ask := insight.TiedQuery{}
	if q.Touchpoint != "" {
		ask.Where = insight.Where{"touchpoint": {In: []any{string(q.Touchpoint)}}}
	}
	var identities []cx.IdentityID
	for _, n := range notes {
		if n.Contact != 0 {
			ask.Contacts = append(ask.Contacts, n.Contact)
		}
		if n.Identity != 0 {
			identities = append(identities, n.Identity)
		}
	}
	var err error
	if ask.Identities, err = l.names(ctx, identities, t); err != nil {
		return nil, err
	}
	found, err := l.d.Tied(ctx, scope, ask)
	if err != nil {
		return nil, err
	}
	if t.metrics, err = l.d.Metrics(ctx); err != nil {
		return nil, err
	}
	if t.lead, err = l.d.Lead(ctx); err != nil {
		return nil, err
	}
	return t, l.read(ctx, scope, found, t)
}

// names gives all that the customers of notes are named by.
func (l *Lists) names(ctx context.Context, ids []cx.IdentityID, t *ties) ([]cx.IdentityID, error) {
	var err error
	if t.persons, err = l.d.Customers.PersonsOf(ctx, l.d.DB, ids); err != nil {
		return nil, err
	}
	var persons []cx.PersonID
	for _, p := range t.persons {
		persons = append(persons, p)
	}
	slices.Sort(persons)
	names, err := l.d.Customers.Names(ctx, l.d.DB, slices.Compact(persons))
	if err != nil {
		return nil, err
	}
	var all []cx.IdentityID
	for p, list := range names {
		for _, n := range list {
			t.persons[n.ID] = p
			all = append(all, n.ID)
		}
	}
	return all, nil
}

// readMost feedbacks are read at once.
const readMost = 5000

// read lays the feedbacks by contact and by person.
func (l *Lists) read(ctx context.Context, scope people.Scope, found []insight.Tied, t *ties) error {
	for some := range slices.Chunk(found, readMost) {
		ids := make([]cx.FeedbackID, len(some))
		for n, x := range some {
			ids[n] = x.ID
		}
		list, err := l.d.Feedbacks(ctx, scope, ids)
		if err != nil {
			return fmt.Errorf("feedbacks of notes: %w", err)
		}
		for _, f := range list {
			if h := cx.ContactHash(f.Contact); h != 0 {
				t.byContact[h] = append(t.byContact[h], f)
			}
			if p := t.persons[f.Identity]; p != 0 {
				t.byPerson[p] = append(t.byPerson[p], f)
			}
		}
	}
	return nil
}

// pair finds the feedback that a note speaks of: of the same contact, else of the same customer at the same touchpoint, the
// first to come after it.
func (t *ties) pair(n note.Note) (Pair, bool) {
	for _, f := range t.byContact[n.Contact] {
		if n.Contact != 0 && !t.taken[f.ID] {
			if p, ok := t.judged(f, n); ok {
				return p, true
			}
		}
	}
	var best *cx.Feedback
	for _, f := range t.byPerson[t.persons[n.Identity]] {
		after := f.At.Sub(n.At)
		if t.taken[f.ID] || n.Identity == 0 || f.Touchpoint != n.Touchpoint || f.Contact != "" && n.Contact != 0 || after < -time.Hour || after > answersWithin {
			continue
		}
		if best == nil || f.At.Before(best.At) {
			best = &f
		}
	}
	if best == nil {
		return Pair{}, false
	}
	return t.judged(*best, n)
}

// judged finds the score that counts: that of the touchpoint's lead, else recommendation or satisfaction, else any.
func (t *ties) judged(f cx.Feedback, n note.Note) (Pair, bool) {
	order := []cx.MetricID{t.lead[f.Touchpoint], "nps", "csat"}
	var rest []cx.MetricID
	for key := range f.Scores {
		rest = append(rest, key)
	}
	slices.Sort(rest)
	for _, key := range append(order, rest...) {
		point, scored := f.Scores[key]
		m, known := t.metrics[key]
		if !scored || !known || m.Counts != "" || m.Aspect && key != t.lead[f.Touchpoint] {
			continue
		}
		t.taken[f.ID] = true
		return Pair{Feedback: f, Metric: m, Point: point, Mood: m.MoodOf(point), Note: n}, true
	}
	return Pair{}, false
}
