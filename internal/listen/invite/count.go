package invite

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
	"vigie/internal/record"
)

// Verdict is what an invitation says to one question: nothing (it is not of the denominator), no or yes.
type Verdict int8

const (
	Silent Verdict = 0
	No     Verdict = 1
	Yes    Verdict = 2
)

func verdict(of, yes bool) Verdict {
	switch {
	case !of:
		return Silent
	case yes:
		return Yes
	}
	return No
}

// Verdicts is what an invitation counts as, in figures and in reports alike: the one arithmetic of both.
type Verdicts struct {
	Answered  Verdict // of those delivered whose answer can be known
	Delivered Verdict // of those sent: they did not come back
	Bounced   Verdict // of those sent: the address is wrong or full
	Withheld  Verdict // of those that a rule wanted to put: the person's wish or the policy was against it
}

// silent tells whether it counts nowhere.
func (s Verdicts) silent() bool { return s == Verdicts{} }

// standing judges an invitation. known tells whether its answer can be known; customer, whether it was put to one.
func (i *Invitation) verdicts(known, customer bool) Verdicts {
	answered := !i.AnsweredAt.IsZero()
	sent := !i.Sent.IsZero() || i.State == Bounced || answered
	delivered := sent && i.State != Bounced
	withheld := i.State == Refused && i.Why.withholds()
	var s Verdicts
	s.Answered = verdict(delivered && known && customer, answered)
	s.Delivered = verdict(sent, delivered)
	s.Bounced = verdict(sent, i.State == Bounced && (i.Why == HardBounce || i.Why == SoftBounce))
	s.Withheld = verdict(sent || withheld, withheld)
	return s
}

// withholds tells whether a reason is the person's wish or the policy, rather than a draw, an address or the rule itself.
func (w Why) withholds() bool {
	return slices.Contains([]Why{ByObjection, ByOff, ByTopic, ByChannel, ByEvent, ByLate, ByPause, ByBlackout, ByQuiet, ByCap, ByYearly, ByRest, ByPriority}, w)
}

// Asked is when an invitation counts: when it was sent, else when it left or was thought of.
func (i *Invitation) Asked() time.Time {
	for _, t := range []time.Time{i.Sent, i.Away} {
		if !t.IsZero() {
			return t
		}
	}
	return i.Planned
}

// askedSQL is Asked in SQL.
const askedSQL = `CASE WHEN sent > 0 THEN sent WHEN away > 0 THEN away ELSE planned END`

// Fact is what figures keep of an invitation to a customer.
type Fact struct {
	ID                                                      InvitationID
	At                                                      time.Time
	Program                                                 cx.Program
	Rule, Channel, Wording, Segment, Touchpoint, Unit, Lang string
	Survey                                                  string // key@version of the one sent, as its answers name it
	Why                                                     Why
	Verdicts
	Erased bool // the person is
}

const factColumns = `id, rule, survey, version, identity, program, channel, wording, segment, touchpoint, unit, state, why, planned, away, sent, answered, said`

// Facts gives those of ids that figures count, in any order.
func (s *Store) Facts(ctx context.Context, ids []int64) ([]Fact, error) {
	var out []Fact
	known := s.openness()
	for chunk := range slices.Chunk(ids, record.InLimit) {
		in, args := record.In(chunk)
		l, err := s.facts(ctx, known, `id `+in, args...)
		if err != nil {
			return nil, err
		}
		out = append(out, l.counted...)
	}
	return out, nil
}

// factsAtOnce are read together.
const factsAtOnce = 5000

// AllFacts gives every invitation that figures count, in the order of their ids.
func (s *Store) AllFacts(ctx context.Context, yield func(Fact) error) error {
	known := s.openness()
	for last := int64(0); ; {
		l, err := s.facts(ctx, known, `id > ? ORDER BY id LIMIT ?`, last, factsAtOnce)
		if err != nil {
			return err
		}
		for _, f := range l.counted {
			if err := yield(f); err != nil {
				return err
			}
		}
		if l.read < factsAtOnce {
			return nil
		}
		last = l.last
	}
}

// factsRead is one page: how many rows were read, the last one, and those that count.
type factsRead struct {
	counted []Fact
	read    int
	last    int64
}

func (s *Store) facts(ctx context.Context, known *openness, where string, args ...any) (factsRead, error) {
	var out factsRead
	l, err := s.factRows(ctx, where, args...)
	if err != nil {
		return out, err
	}
	for n := range l {
		i := &l[n]
		out.read, out.last = out.read+1, int64(i.ID)
		o, err := known.of(ctx, i.Survey, i.Version)
		if err != nil {
			return out, err
		}
		if st := i.verdicts(o.known, o.customers); o.customers && !st.silent() {
			if i.Touchpoint == "" {
				i.Touchpoint = o.touchpoint
			}
			out.counted = append(out.counted, i.fact(st))
		}
	}
	return out, nil
}

func (s *Store) factRows(ctx context.Context, where string, args ...any) ([]Invitation, error) {
	rows, err := s.d.DB.Query(ctx, `SELECT `+factColumns+` FROM invitation WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("facts of invitations: %w", err)
	}
	defer rows.Close()
	var l []Invitation
	for rows.Next() {
		var i Invitation
		var said string
		var t [4]int64
		if err := rows.Scan(&i.ID, &i.Rule, &i.Survey, &i.Version, &i.Identity, &i.Program, &i.Channel, &i.Wording, &i.Segment, &i.Touchpoint, &i.Unit,
			&i.State, &i.Why, &t[0], &t[1], &t[2], &t[3], &said); err != nil {
			return nil, err
		}
		i.Planned, i.Away, i.Sent, i.AnsweredAt = instant(t[0]), instant(t[1]), instant(t[2]), instant(t[3])
		var spoken struct {
			Lang string `json:"lang"`
		}
		if err := json.Unmarshal([]byte(said), &spoken); err != nil {
			return nil, fmt.Errorf("invitation %d: %w", i.ID, err)
		}
		i.Lang = spoken.Lang
		l = append(l, i)
	}
	return l, rows.Err()
}

func (i *Invitation) fact(st Verdicts) Fact {
	f := Fact{ID: i.ID, At: i.Asked(), Program: i.Program, Rule: i.Rule, Channel: i.Channel, Wording: i.Wording, Segment: i.Segment, Touchpoint: i.Touchpoint,
		Unit: i.Unit, Lang: i.Lang, Survey: string(i.Survey), Why: i.Why, Verdicts: st, Erased: i.Identity == 0}
	if i.Version > 0 {
		f.Survey = survey.Version{Definition: survey.Definition{Key: i.Survey}, N: i.Version}.Name()
	}
	return f
}

// openness reads of a survey's versions, once each, whether an answer is tied to its invitation and whether customers answer.
type openness struct {
	s    *Store
	read map[versionOf]open
}

type versionOf struct {
	key cx.SurveyID
	n   int64
}

type open struct {
	known, customers bool
	touchpoint       string // asked about when the invitation names none
}

func (s *Store) openness() *openness { return &openness{s: s, read: map[versionOf]open{}} }

// of judges an invitation that never left by the first version: versions never change, so neither does the answer.
func (o *openness) of(ctx context.Context, key cx.SurveyID, n int64) (open, error) {
	at := versionOf{key, max(n, 1)}
	if x, ok := o.read[at]; ok {
		return x, nil
	}
	x := open{customers: true}
	v, err := o.s.d.Surveys.Published(ctx, key, at.n)
	switch {
	case notFound(err):
	case err != nil:
		return x, err
	default:
		x = open{known: v.Privacy != survey.Anonymous, customers: v.Audience != cx.Employees, touchpoint: string(v.Touchpoint)}
	}
	o.read[at] = x
	return x, nil
}

// Count is how many invitations are alike.
type Count struct {
	Key   string // of what they are counted by
	State State
	Why   Why
	N     int
	// Sent ⊇ Delivered ⊇ Rated ⊇ Answered, as figures count them (Verdicts): Rated are those whose answer can be known.
	Sent, Delivered, Rated, Answered, Bounced, Withheld int
}

// Dimensions by which invitations are counted.
func Dimensions() []string { return []string{"rule", "channel", "wording", "segment", "survey"} }

// Counting says what is counted.
type Counting struct {
	By    string // of Dimensions
	Rule  string // "": all
	Since int64  // asked from then on, in µs
	Until int64  // asked before, in µs; 0: whenever
}

// Counts counts invitations by rule within the viewer's figures: see RuleCounts.
func (s *Store) Counts(ctx context.Context, scope people.Scope, by string, since int64) ([]Count, error) {
	return s.RuleCounts(ctx, scope, Counting{By: by, Since: since})
}

// RuleCounts counts invitations within the viewer's figures, by one of Dimensions, state and reason.
func (s *Store) RuleCounts(ctx context.Context, scope people.Scope, c Counting) ([]Count, error) {
	if !slices.Contains(Dimensions(), c.By) {
		return nil, cx.Fail(cx.Invalid, "by", "invite.word", "value", c.By)
	}
	where, args, seen := within(scope.Figures())
	if !seen {
		return nil, nil
	}
	where += ` AND ` + askedSQL + ` >= ?`
	args = append(args, c.Since)
	if c.Until > 0 {
		where += ` AND ` + askedSQL + ` < ?`
		args = append(args, c.Until)
	}
	if c.Rule != "" {
		where += " AND rule = ?"
		args = append(args, c.Rule)
	}
	rows, err := s.d.DB.Query(ctx, `SELECT k, state, why, survey, version, is_sent, is_answered, COUNT(*) FROM (SELECT `+c.By+` AS k, state, why, survey, version,
		CASE WHEN sent > 0 THEN 1 ELSE 0 END AS is_sent, CASE WHEN answered > 0 THEN 1 ELSE 0 END AS is_answered FROM invitation WHERE `+where+`) AS i
		GROUP BY k, state, why, survey, version, is_sent, is_answered ORDER BY k, state, why, survey, version, is_sent, is_answered`, args...)
	if err != nil {
		return nil, fmt.Errorf("invitations counted: %w", err)
	}
	defer rows.Close()
	var l []alike
	for rows.Next() {
		var a alike
		if err := rows.Scan(&a.key, &a.one.State, &a.one.Why, &a.one.Survey, &a.one.Version, &a.sent, &a.answered, &a.n); err != nil {
			return nil, err
		}
		l = append(l, a)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return s.sum(ctx, l)
}

// alike are n invitations that stand the same.
type alike struct {
	key            string
	one            Invitation
	sent, answered int
	n              int
}

// sum judges each sort once and adds up those of one key, state and reason, which follow each other.
func (s *Store) sum(ctx context.Context, l []alike) ([]Count, error) {
	known := s.openness()
	var out []Count
	for _, a := range l {
		o, err := known.of(ctx, a.one.Survey, a.one.Version)
		if err != nil {
			return nil, err
		}
		if a.sent == 1 {
			a.one.Sent = time.Unix(1, 0)
		}
		if a.answered == 1 {
			a.one.AnsweredAt = time.Unix(1, 0)
		}
		if k := len(out) - 1; k < 0 || out[k].Key != a.key || out[k].State != a.one.State || out[k].Why != a.one.Why {
			out = append(out, Count{Key: a.key, State: a.one.State, Why: a.one.Why})
		}
		out[len(out)-1].add(a.one.verdicts(o.known, o.customers), a.n)
	}
	return out, nil
}

func (c *Count) add(st Verdicts, n int) {
	c.N += n
	for _, x := range []struct {
		counter *int
		yes     bool
	}{{&c.Sent, st.Delivered != Silent}, {&c.Delivered, st.Delivered == Yes}, {&c.Rated, st.Answered != Silent}, {&c.Answered, st.Answered == Yes},
		{&c.Bounced, st.Bounced == Yes}, {&c.Withheld, st.Withheld == Yes}} {
		if x.yes {
			*x.counter += n
		}
	}
}

// Listed gives invitations by their numbers, in that order: those within the viewer's people.
func (s *Store) Listed(ctx context.Context, scope people.Scope, ids []InvitationID) ([]Invitation, error) {
	where, args, seen := within(scope.People())
	if !seen || len(ids) == 0 {
		return nil, nil
	}
	found := map[InvitationID]Invitation{}
	for chunk := range slices.Chunk(ids, record.InLimit) {
		numbers := make([]int64, len(chunk))
		for n, id := range chunk {
			numbers[n] = int64(id)
		}
		in, some := record.In(numbers)
		l, err := invitations(ctx, s.d.DB, where+` AND id `+in, append(slices.Clone(args), some...)...)
		if err != nil {
			return nil, err
		}
		for _, i := range l {
			found[i.ID] = i
		}
	}
	out := make([]Invitation, 0, len(found))
	for _, id := range ids {
		if i, ok := found[id]; ok {
			out = append(out, i)
		}
	}
	return out, nil
}
