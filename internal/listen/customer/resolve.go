package customer

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// name is one identity given, normalised.
type name struct {
	kind  Kind
	value string
	hash  Hash
}

// names gives the identities of a Known, the strongest first.
func (r *Reference) names(k *Known, secret []byte) []name {
	out := make([]name, 0, 3)
	if v, ok := NormalRef(k.Ref); ok {
		out = append(out, name{Ref, v, hashOf(secret, Ref, v)})
	}
	if v, ok := NormalEmail(k.Email); ok {
		out = append(out, name{Email, v, hashOf(secret, Email, v)})
	}
	if v, ok := NormalPhone(k.Phone, r.c.CallingCode); ok {
		out = append(out, name{Phone, v, hashOf(secret, Phone, v)})
	}
	return out
}

// Check tells which of the identities given is none: "email", "phone" or "" (all are, or are not given).
func (r *Reference) Check(k *Known) string {
	if k.Email != "" {
		if _, ok := NormalEmail(k.Email); !ok {
			return "email"
		}
	}
	if k.Phone != "" {
		if _, ok := NormalPhone(k.Phone, r.c.CallingCode); !ok {
			return "phone"
		}
	}
	return ""
}

// Resolve finds or makes the persons of a batch inside the caller's transaction, and learns what is said of them.
// Identities given together link to one person when that is unambiguous; two existing persons are never merged: the
// doubt is noted (see Doubts). ErrMet: try the whole transaction again.
func (r *Reference) Resolve(ctx context.Context, tx *record.Tx, batch []*Known) ([]Resolved, error) {
	secret, err := r.key(ctx)
	if err != nil {
		return nil, err
	}
	s := &resolution{now: r.now().UnixMicro(), known: map[Hash]*identityRow{}, persons: map[cx.PersonID]*row{}, doubts: map[[2]cx.PersonID]bool{}}
	names := make([][]name, len(batch))
	for i, k := range batch {
		names[i] = r.names(k, secret)
		for _, n := range names[i] {
			s.known[n.hash] = nil
		}
	}
	if err := s.load(ctx, tx); err != nil {
		return nil, err
	}
	for i, k := range batch {
		s.place(k, names[i])
	}
	if err := s.store(ctx, tx); err != nil {
		return nil, err
	}
	out := make([]Resolved, len(batch))
	for i, k := range batch {
		out[i] = s.answer(k, names[i])
	}
	return out, nil
}

// identityRow is an identity as kept; ID 0 until stored.
type identityRow struct {
	Identity
	hash   Hash
	person *row
	by     cx.ImportID // the import that alone named it; 0: something else did
}

// resolution is one batch being resolved. persons holds those of the record; made and fresh are new.
type resolution struct {
	now     int64
	known   map[Hash]*identityRow
	persons map[cx.PersonID]*row
	made    []*row
	fresh   []*identityRow
	pairs   [][2]*row
	doubts  map[[2]cx.PersonID]bool
	claimed []int64 // identities that are no longer of one import alone
}

func (s *resolution) place(k *Known, names []name) {
	if len(names) == 0 {
		return
	}
	p := s.whose(names)
	for _, n := range names {
		if i := s.known[n.hash]; i != nil {
			if i.by != 0 && i.by != k.Import {
				i.by = 0
				if i.ID != 0 {
					s.claimed = append(s.claimed, int64(i.ID))
				}
			}
		} else {
			i := &identityRow{Identity: Identity{Kind: n.kind, Value: n.value}, hash: n.hash, person: p, by: k.Import}
			s.known[n.hash] = i
			s.fresh = append(s.fresh, i)
			p.hasRef = p.hasRef || n.kind == Ref
		}
	}
	p.learn(k)
}

// whose gives the person of the strongest identity that is known. A reference not met before is another person when the
// weaker identities lead to one who has a reference already: a household shares a phone, not a customer number.
func (s *resolution) whose(names []name) *row {
	var found *row
	for _, n := range names {
		i := s.known[n.hash]
		if i == nil {
			continue
		}
		if found == nil {
			found = i.person
		} else if found != i.person {
			s.pairs = append(s.pairs, [2]*row{found, i.person})
		}
	}
	if found == nil || names[0].kind == Ref && s.known[names[0].hash] == nil && found.hasRef {
		p := &row{}
		s.made = append(s.made, p)
		if found != nil {
			s.pairs = append(s.pairs, [2]*row{p, found})
		}
		return p
	}
	return found
}

func (s *resolution) answer(k *Known, names []name) Resolved {
	if len(names) == 0 {
		return Resolved{Attributes: k.Attributes}
	}
	i := s.known[names[0].hash]
	return Resolved{Identity: i.ID, Person: i.person.ID, Attributes: i.person.knownAt(k.At, k.Attributes)}
}

func (s *resolution) load(ctx context.Context, tx *record.Tx) error {
	hashes := make([][]byte, 0, len(s.known))
	for h := range s.known {
		hashes = append(hashes, bytes.Clone(h[:]))
	}
	slices.SortFunc(hashes, bytes.Compare)
	return s.loadIdentities(ctx, tx, hashes)
}

// store writes new persons, new identities, what was learnt and the doubts.
func (s *resolution) store(ctx context.Context, tx *record.Tx) error {
	if err := s.number(ctx, tx); err != nil {
		return err
	}
	if err := s.storePersons(ctx, tx); err != nil {
		return err
	}
	if err := s.storeIdentities(ctx, tx); err != nil {
		return err
	}
	if err := s.claim(ctx, tx); err != nil {
		return err
	}
	for _, pair := range s.pairs {
		one, other := min(pair[0].ID, pair[1].ID), max(pair[0].ID, pair[1].ID)
		if one != other {
			s.doubts[[2]cx.PersonID{one, other}] = true
		}
	}
	return s.storeDoubts(ctx, tx)
}

// number gives new rows their numbers, counters in alphabetical order; identities in the order of their hashes, which is
// the order of their locks.
func (s *resolution) number(ctx context.Context, tx *record.Tx) error {
	slices.SortFunc(s.fresh, func(a, b *identityRow) int { return bytes.Compare(a.hash[:], b.hash[:]) })
	if len(s.fresh) > 0 {
		last, err := tx.Next(ctx, "identity", len(s.fresh))
		if err != nil {
			return err
		}
		for i, f := range s.fresh {
			f.ID = cx.IdentityID(last - int64(len(s.fresh)) + int64(i) + 1)
		}
	}
	if len(s.made) > 0 {
		last, err := tx.Next(ctx, "person", len(s.made))
		if err != nil {
			return err
		}
		for i, p := range s.made {
			p.ID, p.dirty = cx.PersonID(last-int64(len(s.made))+int64(i)+1), true
		}
	}
	return nil
}

// changed gives the persons to write, in the order of their numbers.
func (s *resolution) changed() []*row {
	out := slices.Clone(s.made)
	for _, p := range s.persons {
		if p.dirty {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b *row) int { return cmp.Compare(a.ID, b.ID) })
	return out
}
