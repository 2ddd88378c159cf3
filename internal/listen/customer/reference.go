package customer

import (
	"context"
	"sync"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
)

// Config of the reference.
type Config struct {
	// CallingCode of national phone numbers; "" is "33".
	CallingCode string
}

// Deps of the reference.
type Deps struct {
	DB  *record.DB
	Now func() time.Time // nil: time.Now
}

// Reference is the one reference of customers.
type Reference struct {
	c   Config
	db  *record.DB
	now func() time.Time

	mu     sync.Mutex
	secret []byte
}

// New is inert.
func New(c Config, d Deps) *Reference {
	if c.CallingCode == "" {
		c.CallingCode = "33"
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Reference{c: c, db: d.DB, now: d.Now}
}

// Open reads the secret of the keyed hashes. Resolve wants it done before, outside of any transaction.
func (r *Reference) Open(ctx context.Context) error {
	_, err := r.key(ctx)
	return err
}

func (r *Reference) key(ctx context.Context) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.secret != nil {
		return r.secret, nil
	}
	s, err := r.db.Secret(ctx, "customer")
	if err != nil {
		return nil, err
	}
	r.secret = s
	return s, nil
}

// Customers gives the persons behind identities, one for each identity known. Whether the viewer's perimeter reaches
// them is known by their feedback's units: pass only identities of feedback that the viewer may see (collect.Feedbacks
// gives those), or ask collect.Customer. A viewer without people sees nobody.
func (r *Reference) Customers(ctx context.Context, s people.Scope, ids []cx.IdentityID) (map[cx.IdentityID]Person, error) {
	if s.People().Empty() && s.Adviser() == "" || len(ids) == 0 {
		return nil, nil
	}
	of, err := personsOf(ctx, r.db, ids)
	if err != nil {
		return nil, err
	}
	seen := map[cx.PersonID]Person{}
	for _, p := range of {
		seen[p] = Person{}
	}
	if err := loadPersons(ctx, r.db, seen); err != nil {
		return nil, err
	}
	out := make(map[cx.IdentityID]Person, len(of))
	for id, p := range of {
		if known, ok := seen[p]; ok && known.ID != 0 {
			out[id] = known
		}
	}
	return out, nil
}

// Person gives one person; the same rule of perimeter as Customers.
func (r *Reference) Person(ctx context.Context, s people.Scope, id cx.PersonID) (Person, error) {
	if s.People().Empty() && s.Adviser() == "" {
		return Person{}, unknown()
	}
	seen := map[cx.PersonID]Person{id: {}}
	if err := loadPersons(ctx, r.db, seen); err != nil {
		return Person{}, err
	}
	if seen[id].ID == 0 {
		return Person{}, unknown()
	}
	return seen[id], nil
}

// Find gives the person that an identity names, as typed: a reference, an e-mail or a phone.
func (r *Reference) Find(ctx context.Context, s people.Scope, typed string) (Person, error) {
	secret, err := r.key(ctx)
	if err != nil {
		return Person{}, err
	}
	for _, n := range r.names(&Known{Ref: typed, Email: typed, Phone: typed}, secret) {
		p, err := personByHash(ctx, r.db, n.hash)
		if err != nil {
			return Person{}, err
		}
		if p != 0 {
			return r.Person(ctx, s, p)
		}
	}
	return Person{}, unknown()
}

func unknown() error { return cx.Fail(cx.NotFound, "", "customer.unknown") }
