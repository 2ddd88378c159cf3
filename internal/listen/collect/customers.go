package collect

import (
	"context"
	"fmt"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/people"
	"vigie/internal/record"
)

const (
	soughtPage = 200
	// soughtMost names are looked at for one search: beyond, the viewer is asked for more letters.
	soughtMost = 4000
)

// Sought is what a search of customers found.
type Sought struct {
	Persons []customer.Person
	More    bool // there may be others: more letters are wanted
}

// SearchCustomers gives the customers that what is typed names: exactly by reference, e-mail or phone, or by beginnings
// of the words of their name. Only those of whom the viewer may see a feedback, or all when the viewer may see all
// people.
func (d *Door) SearchCustomers(ctx context.Context, s people.Scope, typed string, limit int) (Sought, error) {
	var out Sought
	exact, err := d.d.Customers.Exact(ctx, s, typed)
	if err != nil {
		return out, err
	}
	if out.Persons, err = d.ReachedCustomers(ctx, s, exact); err != nil {
		return out, err
	}
	q := customer.Named{Text: typed, Limit: soughtPage}
	for looked := 0; ; {
		page, err := d.d.Customers.Named(ctx, s, q)
		if err != nil {
			return out, err
		}
		mine, err := d.ReachedCustomers(ctx, s, page)
		if err != nil {
			return out, err
		}
		for _, p := range mine {
			if !slices.ContainsFunc(out.Persons, func(x customer.Person) bool { return x.ID == p.ID }) {
				out.Persons = append(out.Persons, p)
			}
		}
		looked += len(page)
		if len(page) < soughtPage || len(out.Persons) > limit || looked >= soughtMost {
			out.More = len(out.Persons) > limit || len(page) == soughtPage
			out.Persons = out.Persons[:min(len(out.Persons), limit)]
			return out, nil
		}
		q.After = page[len(page)-1].ID
	}
}

// ReachedCustomers keeps those persons of whom the viewer may see a feedback, or all of them when the viewer may see all
// people.
func (d *Door) ReachedCustomers(ctx context.Context, s people.Scope, all []customer.Person) ([]customer.Person, error) {
	if s.People().All || len(all) == 0 {
		return all, nil
	}
	if s.People().Empty() && s.Adviser() == "" {
		return nil, nil
	}
	var ids []int64
	for _, p := range all {
		for _, i := range p.Identities {
			ids = append(ids, int64(i.ID))
		}
	}
	spoke, err := d.spoke(ctx, s, ids)
	if err != nil {
		return nil, err
	}
	var out []customer.Person
	for _, p := range all {
		if slices.ContainsFunc(p.Identities, func(i customer.Identity) bool { return spoke[i.ID] }) {
			out = append(out, p)
		}
	}
	return out, nil
}

// spoke tells which identities gave a feedback that the viewer may see.
func (d *Door) spoke(ctx context.Context, s people.Scope, ids []int64) (map[cx.IdentityID]bool, error) {
	out := map[cx.IdentityID]bool{}
	v := viewer{scope: s, within: d.d.Within, reach: map[cx.UnitID]bool{}}
	for some := range slices.Chunk(ids, record.InLimit) {
		in, args := record.In(some)
		rows, err := d.d.DB.Query(ctx, `SELECT `+storedColumns+` FROM feedback WHERE identity `+in, args...)
		if err != nil {
			return nil, fmt.Errorf("who spoke: %w", err)
		}
		var stored []Stored
		for rows.Next() {
			var x Stored
			if err := scanStored(rows, &x); err != nil {
				rows.Close()
				return nil, fmt.Errorf("who spoke: %w", err)
			}
			stored = append(stored, x)
		}
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("who spoke: %w", err)
		}
		for _, x := range stored {
			if out[x.Identity] {
				continue
			}
			f, err := Decode(x)
			if err != nil {
				return nil, err
			}
			if ok, err := v.sees(ctx, &f); err != nil {
				return nil, err
			} else if ok {
				out[x.Identity] = true
			}
		}
	}
	return out, nil
}
