package collect

import (
	"context"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/record"
)

// CountedMost is as far as found customers are counted.
const CountedMost = 1000

// Sought is what a search of customers found.
type Sought struct {
	Persons []customer.Person
	More    bool // there are others: more letters are wanted
	Count   int  // of all that is found inside the viewer's perimeter, at most CountedMost
}

// SearchCustomers gives the customers that what is typed names: exactly by reference, e-mail or phone, or by beginnings
// of the words of their name. Only those of whom the viewer may see a feedback, or all when the viewer may see all
// people: the perimeter is part of the question to the record.
func (d *Door) SearchCustomers(ctx context.Context, s people.Scope, typed string, limit int) (Sought, error) {
	var out Sought
	q := customer.Search{Text: typed, Exact: true, Reach: d.Reach(s), Limit: limit}
	exact, err := d.d.Customers.Search(ctx, s, q)
	if err != nil {
		return out, err
	}
	q.Exact, q.Limit = false, limit+len(exact)+1
	named, err := d.d.Customers.Search(ctx, s, q)
	if err != nil {
		return out, err
	}
	out.Persons = exact
	for _, p := range named {
		if !slices.ContainsFunc(exact, func(x customer.Person) bool { return x.ID == p.ID }) {
			out.Persons = append(out.Persons, p)
		}
	}
	out.Count = len(out.Persons)
	if out.More = out.Count > limit; !out.More {
		return out, nil
	}
	out.Persons, q.Limit = out.Persons[:limit], CountedMost
	n, err := d.d.Customers.Count(ctx, s, q)
	out.Count = max(n, out.Count)
	return out, err
}

// Doubts gives the customers that a source named together with one, of those whom the viewer may know of.
func (d *Door) Doubts(ctx context.Context, s people.Scope, id cx.PersonID) ([]customer.Person, error) {
	return d.d.Customers.DoubtsOf(ctx, s, id, d.Reach(s))
}

// Reach says which customers the viewer may know of: those of whom they may see a feedback, or all of them.
func (d *Door) Reach(s people.Scope) customer.Reach {
	if s.People().All {
		return customer.Reach{All: true}
	}
	seen, args, ok := d.seen(s)
	if !ok {
		return customer.Reach{}
	}
	return customer.Reach{Spoke: "EXISTS (SELECT 1 FROM feedback f WHERE f.identity = i.id AND " + seen + ")", Args: args}
}

// seen is the rule of viewer.sees as a condition on a row f of feedback; ok is false when it lets nothing through. A test
// holds both to the same answer.
func (d *Door) seen(s people.Scope) (string, []any, bool) {
	audience, unit, agent := d.member("audience"), d.member("unit"), d.member("agent")
	where := "f.state <> 2 AND " + audience + " = '" + string(cx.Customers) + "'"
	if s.People().All {
		return where, nil, true
	}
	var theirs string
	var args []any
	if !s.People().Empty() {
		under, roots := s.People().Units()
		theirs, args = "f.state = 0 AND "+unit+" IN ("+under+")", roots
	}
	switch own := agent + " = ?"; {
	case s.Adviser() == "" && theirs == "":
		return "", nil, false
	case s.Adviser() == "":
		return where + " AND " + theirs, args, true
	case theirs == "":
		return where + " AND " + own, []any{s.Adviser()}, true
	default:
		return where + " AND (" + own + " OR " + theirs + ")", append([]any{s.Adviser()}, args...), true
	}
}

// member reads a member of a payload, NULL once erased.
func (d *Door) member(name string) string {
	if d.d.DB.Dialect() == record.Postgres {
		return "CASE WHEN f.state <> 2 THEN convert_from(f.payload, 'UTF8')::json ->> '" + name + "' END"
	}
	return "CASE WHEN f.state <> 2 THEN json_extract(CAST(f.payload AS TEXT), '$." + name + "') END"
}
