package collect

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/record"
)

// Stored is a feedback's row as the record keeps it: for followers, who answer to no viewer. Decode reads its payload.
type Stored struct {
	ID       cx.FeedbackID
	State    cx.State
	Identity cx.IdentityID // 0: nobody known
	At       time.Time
	Payload  []byte // JSON, see Schema; empty when erased
}

const storedColumns = `id, state, identity, at, payload`

func scanStored(rows *sql.Rows, s *Stored) error {
	var identity sql.NullInt64
	var at int64
	if err := rows.Scan(&s.ID, &s.State, &identity, &at, &s.Payload); err != nil {
		return err
	}
	s.Identity, s.At = cx.IdentityID(identity.Int64), time.UnixMicro(at).UTC()
	return nil
}

// Present gives the present rows of ids, in the order of their numbers; unknown ones are left out. It asks for no scope:
// only for followers of the feed.
func (d *Door) Present(ctx context.Context, ids []int64) ([]Stored, error) {
	out := make([]Stored, 0, len(ids))
	for some := range slices.Chunk(ids, record.InLimit) {
		which, args := record.In(some)
		if consecutive(some) { // as a batch leaves them
			which, args = `BETWEEN ? AND ?`, []any{some[0], some[len(some)-1]}
		}
		rows, err := d.d.DB.Query(ctx, `SELECT `+storedColumns+` FROM feedback WHERE id `+which, args...)
		if err != nil {
			return nil, fmt.Errorf("present feedback: %w", err)
		}
		for rows.Next() {
			var s Stored
			if err := scanStored(rows, &s); err != nil {
				rows.Close()
				return nil, fmt.Errorf("present feedback: %w", err)
			}
			out = append(out, s)
		}
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("present feedback: %w", err)
		}
	}
	slices.SortFunc(out, func(a, b Stored) int { return int(a.ID - b.ID) })
	return out, nil
}

func consecutive(ids []int64) bool {
	for i, id := range ids {
		if id != ids[0]+int64(i) {
			return false
		}
	}
	return true
}

// allPage rows are read at once, so that no reader holds back the database's housekeeping.
const allPage = 4096

// All gives every feedback that is not erased, in the order of their numbers, until yield fails. What comes in meanwhile
// may or may not be among them: read the head of the feed before, and follow from there. No scope: only for rebuilding.
// The bytes of Payload are the callee's.
func (d *Door) All(ctx context.Context, yield func(Stored) error) error {
	var last cx.FeedbackID
	page := make([]Stored, 0, allPage)
	for {
		var err error
		if page, err = d.page(ctx, page[:0], last); err != nil {
			return fmt.Errorf("all feedback: %w", err)
		}
		for _, s := range page {
			if err := yield(s); err != nil {
				return err
			}
			last = s.ID
		}
		if len(page) < allPage {
			return nil
		}
	}
}

func (d *Door) page(ctx context.Context, page []Stored, after cx.FeedbackID) ([]Stored, error) {
	rows, err := d.d.DB.Query(ctx, `SELECT `+storedColumns+` FROM feedback WHERE id > ? AND state <> 2 ORDER BY id LIMIT ?`, int64(after), allPage)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s Stored
		if err := scanStored(rows, &s); err != nil {
			return nil, err
		}
		page = append(page, s)
	}
	return page, rows.Err()
}

// Feedbacks gives those of ids that the viewer may see, in the order of ids. Erased, foreign and unknown ones look the
// same: they are left out, and so are all rows of employees. The adviser's name is left blank where the viewer may not
// see figures by adviser.
func (d *Door) Feedbacks(ctx context.Context, s people.Scope, ids []cx.FeedbackID) ([]cx.Feedback, error) {
	if len(ids) == 0 || s.People().Empty() && s.Adviser() == "" {
		return nil, nil
	}
	numbers := make([]int64, len(ids))
	for i, id := range ids {
		numbers[i] = int64(id)
	}
	stored, err := d.Present(ctx, numbers)
	if err != nil {
		return nil, err
	}
	seen := make(map[cx.FeedbackID]cx.Feedback, len(stored))
	v := viewer{scope: s, within: d.d.Within, reach: map[cx.UnitID]bool{}}
	for _, row := range stored {
		f, err := Decode(row)
		if err != nil {
			return nil, err
		}
		ok, err := v.sees(ctx, &f)
		if err != nil {
			return nil, err
		}
		if ok {
			seen[f.ID] = f
		}
	}
	out := make([]cx.Feedback, 0, len(seen))
	for _, id := range ids {
		if f, ok := seen[id]; ok {
			out = append(out, f)
		}
	}
	return out, nil
}

// viewer applies one scope row by row.
type viewer struct {
	scope  people.Scope
	within func(context.Context, people.Perimeter, cx.UnitID) (bool, error)
	reach  map[cx.UnitID]bool
}

func (v viewer) sees(ctx context.Context, f *cx.Feedback) (bool, error) {
	if f.State == cx.Erased || f.Audience != cx.Customers {
		return false, nil
	}
	own := f.Agent != "" && f.Agent == v.scope.Adviser()
	if !own && !v.scope.Agents() {
		f.Agent = ""
	}
	if own || v.scope.People().All {
		return true, nil
	}
	if f.Unit == "" || f.State != cx.Live || v.scope.People().Empty() {
		return false, nil
	}
	if ok, known := v.reach[f.Unit]; known {
		return ok, nil
	}
	ok, err := v.within(ctx, v.scope.People(), f.Unit)
	if err != nil {
		return false, fmt.Errorf("perimeter: %w", err)
	}
	v.reach[f.Unit] = ok
	return ok, nil
}

// CustomerKept gives the number of the customer that another was merged into, to a viewer who may know of that one.
func (d *Door) CustomerKept(ctx context.Context, s people.Scope, gone cx.PersonID) (cx.PersonID, error) {
	kept, err := d.d.Customers.KeptOf(ctx, gone)
	if err != nil {
		return 0, err
	}
	found, err := d.d.Customers.Search(ctx, s, customer.Search{Among: []cx.PersonID{kept}, Reach: d.Reach(s), Limit: 1})
	if err == nil && len(found) == 0 {
		err = cx.Fail(cx.NotFound, "", "customer.unknown")
	}
	return kept, err
}

// timelineMost is how many feedbacks of one customer are given.
const timelineMost = 1000

// Customer gives one customer with the feedbacks that the viewer may see, newest first (at most 1,000). A customer of
// whom the viewer may see no feedback is NotFound, unless the viewer may see all people.
func (d *Door) Customer(ctx context.Context, s people.Scope, id cx.PersonID) (customer.Person, []cx.Feedback, error) {
	p, err := d.d.Customers.Person(ctx, s, id)
	if err != nil {
		return p, nil, err
	}
	var all []cx.Feedback
	seen, args, ok := d.seen(s)
	if !ok {
		return customer.Person{}, nil, cx.Fail(cx.NotFound, "", "customer.unknown")
	}
	for _, i := range p.Identities {
		rows, err := d.d.DB.Query(ctx, `SELECT f.id FROM feedback f WHERE f.identity = ? AND `+seen+` ORDER BY f.at DESC LIMIT ?`,
			slices.Concat([]any{int64(i.ID)}, args, []any{timelineMost})...)
		if err != nil {
			return p, nil, fmt.Errorf("timeline: %w", err)
		}
		ids, err := record.Column[cx.FeedbackID](rows)
		if err != nil {
			return p, nil, fmt.Errorf("timeline: %w", err)
		}
		some, err := d.Feedbacks(ctx, s, ids)
		if err != nil {
			return p, nil, err
		}
		all = append(all, some...)
	}
	if len(all) == 0 && !s.People().All {
		return customer.Person{}, nil, cx.Fail(cx.NotFound, "", "customer.unknown")
	}
	slices.SortStableFunc(all, func(a, b cx.Feedback) int { return b.At.Compare(a.At) })
	return p, all[:min(len(all), timelineMost)], nil
}
