package invite

import (
	"context"

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
