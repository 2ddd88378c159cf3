package customer

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
)

// Name is an identity with its keyed hash.
type Name struct {
	Identity
	Hash Hash
}

// PersonsOf gives who identities name, as q sees it; those erased are left out.
func (r *Reference) PersonsOf(ctx context.Context, q record.Querier, ids []cx.IdentityID) (map[cx.IdentityID]cx.PersonID, error) {
	return personsOf(ctx, q, ids)
}

// Names gives all that persons are named by, as q sees it, references first.
func (r *Reference) Names(ctx context.Context, q record.Querier, persons []cx.PersonID) (map[cx.PersonID][]Name, error) {
	out := make(map[cx.PersonID][]Name, len(persons))
	for len(persons) > 0 {
		some := persons[:min(len(persons), record.InLimit)]
		persons = persons[len(some):]
		if err := names(ctx, q, some, out); err != nil {
			return nil, fmt.Errorf("names of persons: %w", err)
		}
	}
	return out, nil
}

func names(ctx context.Context, q record.Querier, persons []cx.PersonID, out map[cx.PersonID][]Name) error {
	in, args := record.In(numbers(persons))
	rows, err := q.Query(ctx, `SELECT person, id, kind, value, hash FROM identity WHERE person `+in+` ORDER BY kind, id`, args...)
	if err != nil {
		return err
	}
	return scanNames(rows, out)
}

func scanNames(rows *sql.Rows, out map[cx.PersonID][]Name) error {
	defer rows.Close()
	var h sql.RawBytes
	for rows.Next() {
		var p cx.PersonID
		var n Name
		if err := rows.Scan(&p, &n.ID, &n.Kind, &n.Value, &h); err != nil {
			return err
		}
		n.Hash = Hash(h)
		out[p] = append(out[p], n)
	}
	return rows.Err()
}

// Named gives what a person is named by, with hashes, references first.
func (r *Reference) Named(ctx context.Context, p Person) ([]Name, error) {
	secret, err := r.key(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Name, len(p.Identities))
	for i, one := range p.Identities {
		out[i] = Name{one, hashOf(secret, one.Kind, one.Value)}
	}
	return out, nil
}

// Normal gives the identities of a Known as they are kept, references first; what is none is left out.
func (r *Reference) Normal(k *Known) []Identity {
	var out []Identity
	for _, n := range r.names(k, nil) {
		out = append(out, Identity{Kind: n.kind, Value: n.value})
	}
	return out
}

// Followed is a person with the hashes of what they are named by.
type Followed struct {
	Person
	Names []Name
}

// Following gives up to limit persons of numbers greater than one, in order: a walk over all, for a viewer who may see all
// people. Those merged into others are passed over; none at the end.
func (r *Reference) Following(ctx context.Context, s people.Scope, after cx.PersonID, limit int) ([]Followed, error) {
	if !s.People().All {
		return nil, unknown()
	}
	for {
		rows, err := selectRows(ctx, r.db, `p.id > ? ORDER BY p.id LIMIT ?`, int64(after), limit)
		if err != nil || len(rows) == 0 {
			return nil, err
		}
		last := rows[len(rows)-1].ID
		named, err := namesBetween(ctx, r.db, rows[0].ID, last)
		if err != nil {
			return nil, err
		}
		out := make([]Followed, 0, len(rows))
		for _, p := range rows {
			if l := named[p.ID]; len(l) > 0 {
				ids := make([]Identity, len(l))
				for i, n := range l {
					ids[i] = n.Identity
				}
				out = append(out, Followed{p.person(ids), l})
			}
		}
		if len(out) > 0 {
			return out, nil
		}
		after = last // all of them were merged into others
	}
}

// namesBetween gives what persons of consecutive numbers are named by, references first.
func namesBetween(ctx context.Context, q record.Querier, first, last cx.PersonID) (map[cx.PersonID][]Name, error) {
	rows, err := q.Query(ctx, `SELECT person, id, kind, value, hash FROM identity WHERE person >= ? AND person <= ? ORDER BY person`, int64(first), int64(last))
	if err != nil {
		return nil, fmt.Errorf("names of persons: %w", err)
	}
	out := map[cx.PersonID][]Name{}
	if err := scanNames(rows, out); err != nil {
		return nil, fmt.Errorf("names of persons: %w", err)
	}
	for _, l := range out {
		slices.SortFunc(l, func(a, b Name) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
		})
	}
	return out, nil
}

// HashOf gives the keyed hash of an identity as typed; ok is false for what is none.
func (r *Reference) HashOf(ctx context.Context, k Kind, typed string) (h Hash, ok bool, err error) {
	secret, err := r.key(ctx)
	if err != nil {
		return h, false, err
	}
	known := Known{}
	switch k {
	case Ref:
		known.Ref = typed
	case Email:
		known.Email = typed
	case Phone:
		known.Phone = typed
	}
	for _, n := range r.names(&known, secret) {
		return n.hash, true, nil
	}
	return h, false, nil
}

// FindEach gives the person that each of several names, in order; the zero Person where nobody is named so. A reference goes
// before an e-mail, that before a phone. For a viewer who may see all people.
func (r *Reference) FindEach(ctx context.Context, s people.Scope, typed []Known) ([]Person, error) {
	if !s.People().All {
		return nil, unknown()
	}
	secret, err := r.key(ctx)
	if err != nil {
		return nil, err
	}
	each := make([][]name, len(typed))
	var hashes [][]byte
	for i := range typed {
		each[i] = r.names(&typed[i], secret)
		for _, n := range each[i] {
			hashes = append(hashes, n.hash[:])
		}
	}
	named, err := personsNamed(ctx, r.db, hashes)
	if err != nil {
		return nil, err
	}
	known := make(map[cx.PersonID]Person, len(named))
	for _, p := range named {
		known[p] = Person{}
	}
	if err := loadPersons(ctx, r.db, known); err != nil {
		return nil, err
	}
	out := make([]Person, len(typed))
	for i, l := range each {
		for _, n := range l {
			if p := known[named[n.hash]]; p.ID != 0 {
				out[i] = p
				break
			}
		}
	}
	return out, nil
}

func personsNamed(ctx context.Context, q record.Querier, hashes [][]byte) (map[Hash]cx.PersonID, error) {
	out := make(map[Hash]cx.PersonID, len(hashes))
	for some := range slices.Chunk(hashes, record.InLimit) {
		in, args := record.In(some)
		rows, err := q.Query(ctx, `SELECT hash, person FROM identity WHERE hash `+in, args...)
		if err != nil {
			return nil, fmt.Errorf("persons named: %w", err)
		}
		for rows.Next() {
			var h []byte
			var p cx.PersonID
			if err := rows.Scan(&h, &p); err != nil {
				rows.Close()
				return nil, err
			}
			out[Hash(h)] = p
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}
