package invite

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"vigie/internal/people"
	"vigie/internal/record"
)

// pass is somebody whom a rule is not about, or did not draw: counted alone.
type pass struct {
	rule, unit string
	why        Why
	day        int64
}

func (p *planner) pass(rule, unit string, why Why) pass {
	return pass{rule, unit, why, dayOf(p.now.In(p.zone))}
}

// dayOf numbers the day that t shows where it stands.
func dayOf(t time.Time) int64 {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// beginning gives the moment when a day begins in a zone.
func beginning(day int64, zone *time.Location) time.Time {
	d := time.Unix(day*86400, 0).UTC()
	return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, zone)
}

// tallied counts passes.
type tallied map[pass]int64

func (t tallied) add(l ...pass) {
	for _, p := range l {
		t[p]++
	}
}

var passedRows = record.Rows{Into: `INSERT INTO invite_passed (rule, day, unit, why, n) VALUES`, Cols: 5,
	After: `ON CONFLICT (rule, day, unit, why) DO UPDATE SET n = invite_passed.n + excluded.n`}

func (t tallied) keep(ctx context.Context, tx *record.Tx) error {
	args := make([]any, 0, len(t)*passedRows.Cols)
	for p, n := range t {
		args = append(args, p.rule, p.day, p.unit, string(p.why), n)
	}
	if _, err := tx.Insert(ctx, passedRows, args); err != nil {
		return fmt.Errorf("those passed over: %w", err)
	}
	return nil
}

// Refusal counts who was not asked by a rule for one reason.
type Refusal struct {
	Rule string `json:"rule"` // "": of no rule
	Why  Why    `json:"why"`
	N    int    `json:"n"`
}

// Report tells who was asked and who was not, over a period.
type Report struct {
	From time.Time `json:"from"` // days begin in the organisation's zone
	To   time.Time `json:"to"`   // left out
	// Asked counts by rule those to whom a message left.
	Asked map[string]int `json:"asked"`
	// Refused: the most first, rule by rule.
	Refused []Refusal `json:"refused"`
}

// Report counts, within the viewer's figures, those planned or passed over from one day until another, which is left out:
// the days that from and to show where they stand, as days of the organisation's zone. Rule "" stands for all.
func (s *Store) Report(ctx context.Context, scope people.Scope, rule string, from, to time.Time) (Report, error) {
	first, last := dayOf(from), dayOf(to)
	zone := s.d.Zone(ctx, "")
	r := Report{From: beginning(first, zone), To: beginning(last, zone), Asked: map[string]int{}, Refused: []Refusal{}}
	where, args, seen := within(scope.Figures())
	if !seen {
		return r, nil
	}
	if rule != "" {
		where += " AND rule = ?"
		args = append(args, rule)
	}
	const asked = "asked"
	n := map[Refusal]int{}
	for _, q := range []struct {
		text     string
		from, to int64
	}{
		{`SELECT rule, CASE WHEN ` + Refused.is() + ` THEN why ELSE '` + asked + `' END AS reason, COUNT(*) FROM invitation WHERE ` + where +
			` AND (` + Refused.is() + ` OR away > 0) AND planned >= ? AND planned < ? GROUP BY rule, reason`, r.From.UnixMicro(), r.To.UnixMicro()},
		{`SELECT rule, why, SUM(n) FROM invite_passed WHERE ` + where + ` AND day >= ? AND day < ? GROUP BY rule, why`, first, last},
	} {
		rows, err := s.d.DB.Query(ctx, q.text, append(slices.Clone(args), q.from, q.to)...)
		if err != nil {
			return r, fmt.Errorf("who was not asked: %w", err)
		}
		for rows.Next() {
			var one Refusal
			if err := rows.Scan(&one.Rule, &one.Why, &one.N); err != nil {
				rows.Close()
				return r, err
			}
			n[Refusal{Rule: one.Rule, Why: one.Why}] += one.N
		}
		if err := rows.Err(); err != nil {
			return r, err
		}
	}
	for key, count := range n {
		if key.Why == asked {
			r.Asked[key.Rule] = count
			continue
		}
		key.N = count
		r.Refused = append(r.Refused, key)
	}
	slices.SortFunc(r.Refused, func(a, b Refusal) int {
		if a.Rule != b.Rule {
			return strings.Compare(a.Rule, b.Rule)
		}
		if a.N != b.N {
			return b.N - a.N
		}
		return strings.Compare(string(a.Why), string(b.Why))
	})
	return r, nil
}
