package invite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
)

// Verdict on a fortnight of a pilot.
const (
	Continue = "continue"
	Adjust   = "adjust"
	GoOn     = "go"   // everybody is asked from now on: wants the whole checklist
	GiveUp   = "stop" // nobody is asked any more
)

// FortnightVerdicts are in the order they are offered.
func FortnightVerdicts() []string { return []string{Continue, Adjust, GoOn, GiveUp} }

// Fortnight of a pilot: from its first day, 14 local days at a time.
type Fortnight struct {
	Rule         string
	Began, Ended time.Time
	// Kept: when the report was kept for good; zero when it is computed as of now.
	Kept    time.Time
	Report  PilotReport
	Verdict string
	Decided time.Time
	By      string
}

// Over tells whether the fortnight has passed.
func (f *Fortnight) Over(now time.Time) bool { return !now.Before(f.Ended) }

// PilotReport is what a fortnight brought.
type PilotReport struct {
	Thought   int         `json:"thought"` // of by the rule
	Sent      int         `json:"sent"`
	Delivered int         `json:"delivered"`
	Bounced   int         `json:"bounced"`
	Rated     int         `json:"rated"` // delivered whose answer can be known
	Answered  int         `json:"answered"`
	Refused   map[Why]int `json:"refused,omitempty"`
	// OptedOut and Objected after the message, of those asked who are still known.
	OptedOut int `json:"opted_out"`
	Objected int `json:"objected"`
	// Scores as they were when it was decided, and what the decision rested on.
	Scores []KeptScore `json:"scores,omitempty"`
	Note   string      `json:"note,omitempty"`
}

// KeptScore is one figure of the answers.
type KeptScore struct {
	Indicator cx.IndicatorID `json:"indicator"`
	N         int64          `json:"n"`
	Value     float64        `json:"value"`
	Low       float64        `json:"low"`
	High      float64        `json:"high"`
	Enough    bool           `json:"enough"`
}

const fortnightDays = 14

// piloting gives since when only the pilot group is asked; false when that is not so now.
func (r *Rule) piloting() (since time.Time, yes bool) {
	for _, d := range slices.Backward(r.Decisions) {
		if d.Stage != Pilot && d.Stage != Review {
			break
		}
		since = d.At
	}
	_, pilotOnly := r.Stage.Asks()
	return since, pilotOnly && !since.IsZero()
}

// fortnights gives those begun by now, the oldest first.
func fortnights(r *Rule, now time.Time, zone *time.Location) []Fortnight {
	since, yes := r.piloting()
	if !yes {
		return nil
	}
	y, m, d := since.In(zone).Date()
	var out []Fortnight
	for n := 0; ; n++ {
		f := Fortnight{Rule: r.Key, Began: time.Date(y, m, d+n*fortnightDays, 0, 0, 0, 0, zone), Ended: time.Date(y, m, d+(n+1)*fortnightDays, 0, 0, 0, 0, zone)}
		if f.Began.After(now) {
			return out
		}
		out = append(out, f)
	}
}

// Fortnights gives those of a rule's pilots, the newest first. Kept reports are of the whole company: a narrowed viewer is
// given what is theirs, computed as of now.
func (s *Store) Fortnights(ctx context.Context, scope people.Scope, key string) ([]Fortnight, error) {
	k, err := s.Rule(ctx, key)
	if err != nil {
		return nil, err
	}
	out, err := s.keptFortnights(ctx, s.d.DB, key)
	if err != nil {
		return nil, err
	}
	for _, f := range fortnights(&k.Rule, s.d.Now(), s.d.Zone(ctx, "")) {
		if !slices.ContainsFunc(out, func(x Fortnight) bool { return x.Began.Equal(f.Began) }) {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b Fortnight) int { return b.Began.Compare(a.Began) })
	for n := range out {
		f := &out[n]
		if !f.Kept.IsZero() && scope.Figures().All {
			continue
		}
		note := f.Report.Note
		if f.Report, err = s.pilotReport(ctx, scope, f); err != nil {
			return nil, err
		}
		f.Report.Note, f.Kept = note, time.Time{}
	}
	return out, nil
}

func (s *Store) keptFortnights(ctx context.Context, q record.Querier, key string) ([]Fortnight, error) {
	rows, err := q.Query(ctx, `SELECT began, ended, kept, report, verdict, decided, decided_by FROM invite_fortnight WHERE rule = ? ORDER BY began`, key)
	if err != nil {
		return nil, fmt.Errorf("fortnights: %w", err)
	}
	defer rows.Close()
	zone := s.d.Zone(ctx, "")
	var out []Fortnight
	for rows.Next() {
		f := Fortnight{Rule: key}
		var began, ended, kept, decided int64
		var report string
		if err := rows.Scan(&began, &ended, &kept, &report, &f.Verdict, &decided, &f.By); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(report), &f.Report); err != nil {
			return nil, fmt.Errorf("fortnight of %s: %w", key, err)
		}
		f.Began, f.Ended, f.Kept, f.Decided = instant(began).In(zone), instant(ended).In(zone), instant(kept), instant(decided)
		out = append(out, f)
	}
	return out, rows.Err()
}

// pilotReport counts a fortnight within a viewer's figures.
func (s *Store) pilotReport(ctx context.Context, scope people.Scope, f *Fortnight) (PilotReport, error) {
	p := PilotReport{Refused: map[Why]int{}}
	counts, err := s.RuleCounts(ctx, scope, Counting{By: "rule", Rule: f.Rule, Since: f.Began.UnixMicro(), Until: f.Ended.UnixMicro()})
	if err != nil {
		return p, err
	}
	for _, c := range counts {
		p.Thought += c.N
		p.Sent += c.Sent
		p.Delivered += c.Delivered
		p.Bounced += c.Bounced
		p.Rated += c.Rated
		p.Answered += c.Answered
		if c.State == Refused || c.State == Held {
			p.Refused[c.Why] += c.N
		}
	}
	where, args, seen := within(scope.Figures())
	if !seen {
		return p, nil
	}
	args = append(args, f.Rule, f.Began.UnixMicro(), f.Ended.UnixMicro())
	err = s.d.DB.QueryRow(ctx, `SELECT COUNT(DISTINCT CASE WHEN p.objected > i.sent THEN i.identity END),
		COUNT(DISTINCT CASE WHEN p.objected = 0 AND p.changed > i.sent AND p.said LIKE '%"off":true%' THEN i.identity END)
		FROM (SELECT identity, sent FROM invitation WHERE `+where+` AND rule = ? AND sent >= ? AND sent < ? AND identity > 0) i
		JOIN preference p ON p.identity = i.identity`, args...).Scan(&p.Objected, &p.OptedOut)
	if err != nil {
		return p, fmt.Errorf("wishes after a fortnight: %w", err)
	}
	return p, nil
}

// KeepFortnights keeps the reports of those that are over, as they are now, and gives how many.
func (s *Store) KeepFortnights(ctx context.Context) (int, error) {
	rules, err := s.Rules(ctx)
	if err != nil {
		return 0, err
	}
	n, now := 0, s.d.Now()
	for i := range rules {
		for _, f := range fortnights(&rules[i].Rule, now, s.d.Zone(ctx, "")) {
			if !f.Over(now) {
				continue
			}
			fresh, err := s.keepFortnight(ctx, &f)
			if err != nil {
				return n, err
			}
			if fresh {
				n++
			}
		}
	}
	return n, nil
}

// keepFortnight keeps a report that is not kept yet.
func (s *Store) keepFortnight(ctx context.Context, f *Fortnight) (bool, error) {
	kept, err := s.keptFortnights(ctx, s.d.DB, f.Rule)
	if err != nil || slices.ContainsFunc(kept, func(x Fortnight) bool { return x.Began.Equal(f.Began) }) {
		return false, err
	}
	if f.Report, err = s.pilotReport(ctx, people.Whole(), f); err != nil {
		return false, err
	}
	f.Kept = s.d.Now().UTC()
	return true, s.d.DB.Write(ctx, func(tx *record.Tx) error { return putFortnight(ctx, tx, f, `DO NOTHING`) })
}

func putFortnight(ctx context.Context, tx *record.Tx, f *Fortnight, met string) error {
	b, err := json.Marshal(f.Report)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO invite_fortnight (rule, began, ended, kept, report, verdict, decided, decided_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (rule, began) `+met, f.Rule, f.Began.UnixMicro(), f.Ended.UnixMicro(), micro(f.Kept), string(b), f.Verdict, micro(f.Decided), f.By)
	if err != nil {
		return fmt.Errorf("fortnight: %w", err)
	}
	return nil
}

// Judged is a decision on a fortnight.
type Judged struct {
	Began   time.Time
	Verdict string
	Note    string
	Scores  []KeptScore
}

// DecideFortnight keeps a decision with what it rested on, once. To go and to stop move the rule.
func (s *Store) DecideFortnight(ctx context.Context, by, key string, j Judged) error {
	if !slices.Contains(FortnightVerdicts(), j.Verdict) {
		return cx.Fail(cx.Invalid, "verdict", "invite.word", "value", j.Verdict)
	}
	all, err := s.Fortnights(ctx, people.Whole(), key)
	if err != nil {
		return err
	}
	n := slices.IndexFunc(all, func(f Fortnight) bool { return f.Began.Equal(j.Began) })
	if n < 0 {
		return cx.Fail(cx.NotFound, "began", "invite.no_fortnight")
	}
	f := all[n]
	if f.Kept.IsZero() {
		f.Kept = s.d.Now().UTC()
	}
	f.Verdict, f.By, f.Decided = j.Verdict, by, s.d.Now().UTC()
	f.Report.Note, f.Report.Scores = cut(j.Note, 2000), j.Scores
	return s.writeRules(ctx, func(tx *record.Tx, known []Kept) error {
		if err := undecided(ctx, tx, &f); err != nil {
			return err
		}
		const anew = `DO UPDATE SET report = excluded.report, verdict = excluded.verdict, decided = excluded.decided, decided_by = excluded.decided_by`
		if err := putFortnight(ctx, tx, &f, anew); err != nil {
			return err
		}
		to, moves := map[string]Stage{GoOn: Going, GiveUp: Paused}[j.Verdict]
		i := slices.IndexFunc(known, func(k Kept) bool { return k.Key == key })
		if i < 0 {
			return unknownRule(key)
		}
		if !moves {
			return nil
		}
		r := known[i].Rule
		if err := r.move(Decided{Stage: to, By: by, At: f.Decided, Note: f.Report.Note}); err != nil {
			return err
		}
		return s.putRule(ctx, tx, by, r)
	})
}

// undecided refuses a second decision on a fortnight.
func undecided(ctx context.Context, tx *record.Tx, f *Fortnight) error {
	rows, err := tx.Query(ctx, `SELECT verdict FROM invite_fortnight WHERE rule = ? AND began = ?`, f.Rule, f.Began.UnixMicro())
	if err != nil {
		return err
	}
	l, err := record.Column[string](rows)
	if err == nil && len(l) > 0 && l[0] != "" {
		err = cx.Fail(cx.Conflict, "verdict", "invite.fortnight_decided")
	}
	return err
}

// Awaits gives the last fortnight that is over while nothing was decided of it, nor since.
func Awaits(all []Fortnight, now time.Time) (*Fortnight, bool) {
	for n := range all { // the newest first
		f := &all[n]
		if f.Verdict != "" {
			return nil, false
		}
		if f.Over(now) {
			return f, true
		}
	}
	return nil, false
}

// Awaited gives the rules of which a fortnight is over without a decision.
func (s *Store) Awaited(ctx context.Context) (map[string]bool, error) {
	rules, err := s.Rules(ctx)
	out, now := map[string]bool{}, s.d.Now()
	for i := range rules {
		all := fortnights(&rules[i].Rule, now, s.d.Zone(ctx, ""))
		if len(all) < 2 {
			continue // none is over
		}
		kept, err2 := s.keptFortnights(ctx, s.d.DB, rules[i].Key)
		err = errors.Join(err, err2)
		for n := range all {
			if k := slices.IndexFunc(kept, func(x Fortnight) bool { return x.Began.Equal(all[n].Began) }); k >= 0 {
				all[n].Verdict = kept[k].Verdict
			}
		}
		slices.Reverse(all)
		if _, yes := Awaits(all, now); yes {
			out[rules[i].Key] = true
		}
	}
	return out, err
}
