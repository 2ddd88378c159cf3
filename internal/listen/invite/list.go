package invite

import (
	"context"
	"fmt"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
)

// Filter chooses invitations; a zero field lets all through.
type Filter struct {
	State  State
	Rule   string
	Why    Why
	Before InvitationID // those of smaller numbers
	Limit  int          // 0: 100, at most 1,000
}

// Invitations lists them within the viewer's people, newest first.
func (s *Store) Invitations(ctx context.Context, scope people.Scope, f Filter) ([]Invitation, error) {
	where, args, seen := within(scope.People())
	if !seen {
		return nil, nil
	}
	add := func(set bool, condition string, v any) {
		if set {
			where += " AND " + condition
			args = append(args, v)
		}
	}
	add(f.State != 0, "state = ?", int64(f.State))
	add(f.Rule != "", "rule = ?", f.Rule)
	add(f.Why != "", "why = ?", string(f.Why))
	add(f.Before != 0, "id < ?", int64(f.Before))
	limit := min(orElse(f.Limit, 100), 1000)
	return invitations(ctx, s.d.DB, where+` ORDER BY id DESC LIMIT ?`, append(args, limit)...)
}

// within is a perimeter as a condition on an invitation.
func within(p people.Perimeter) (string, []any, bool) {
	if p.Empty() {
		return "", nil, false
	}
	if p.All {
		return "1 = 1", nil, true
	}
	units, args := p.Units()
	return "unit IN (" + units + ")", args, true
}

// Of gives the invitations of one person, newest first. Whether the viewer reaches them is for the caller to know
// (collect.Door.Customer tells).
func (s *Store) Of(ctx context.Context, scope people.Scope, id cx.PersonID) ([]Invitation, error) {
	if scope.People().Empty() {
		return nil, nil
	}
	names, err := s.d.Customers.Names(ctx, s.d.DB, []cx.PersonID{id})
	if err != nil || len(names[id]) == 0 {
		return nil, err
	}
	ids := make([]int64, 0, len(names[id]))
	for _, n := range names[id] {
		ids = append(ids, int64(n.ID))
	}
	in, args := record.In(ids[:min(len(ids), record.InLimit)])
	return invitations(ctx, s.d.DB, `identity `+in+` ORDER BY id DESC LIMIT 200`, args...)
}

// Count is how many invitations are alike.
type Count struct {
	Key   string // of what they are counted by
	State State
	Why   Why
	N     int
	// Out: given to a server; Back: came back; Answered: answered, whatever came after.
	Out, Back, Answered int
}

// Dimensions by which invitations are counted.
func Dimensions() []string { return []string{"rule", "channel", "wording", "segment", "survey"} }

// Counting says what is counted.
type Counting struct {
	By    string // of Dimensions
	Rule  string // "": all
	Since int64  // planned from then on, in µs
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
	if c.Rule != "" {
		where += " AND rule = ?"
		args = append(args, c.Rule)
	}
	by := c.By
	rows, err := s.d.DB.Query(ctx, `SELECT `+by+`, state, why, COUNT(*), COALESCE(SUM(CASE WHEN sent > 0 AND NOT `+Bounced.is()+` THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN `+Bounced.is()+` THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN answered > 0 THEN 1 ELSE 0 END), 0)
		FROM invitation WHERE `+where+` AND planned >= ? GROUP BY `+by+`, state, why ORDER BY `+by+`, state, why`, append(args, c.Since)...)
	if err != nil {
		return nil, fmt.Errorf("invitations counted: %w", err)
	}
	defer rows.Close()
	var l []Count
	for rows.Next() {
		var c Count
		if err := rows.Scan(&c.Key, &c.State, &c.Why, &c.N, &c.Out, &c.Back, &c.Answered); err != nil {
			return nil, err
		}
		l = append(l, c)
	}
	return l, rows.Err()
}
