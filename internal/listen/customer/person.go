package customer

import (
	"encoding/json"
	"maps"
	"time"

	"vigie/internal/cx"
)

// Statuses of a person, beside "" (not said).
var statuses = []string{"prospect", "customer", "former"}

// Statuses gives the known statuses of a person.
func Statuses() []string { return append([]string(nil), statuses...) }

// Person is one customer as the reference knows it.
type Person struct {
	ID         cx.PersonID
	Name       string
	Status     string // prospect, customer, former or ""
	Identities []Identity
	Attributes map[cx.AttributeID]any // string, float64 or bool, the latest known
	Consent    map[string]Consent     // by topic
}

// Known is what one source says of a person at one moment. Ref, Email and Phone are as sent; those that are no identity
// are passed over.
type Known struct {
	Ref, Email, Phone string
	Name, Status      string
	Attributes        map[cx.AttributeID]any
	At                time.Time
	Import            cx.ImportID // that says it; 0: something else
}

// Resolved is who a Known is. Attributes are those known at its moment, its own included.
type Resolved struct {
	Identity   cx.IdentityID // 0: no identity given
	Person     cx.PersonID
	Attributes map[cx.AttributeID]any
}

// dated is a value with the moment it was said, in JSON [value, µs].
type dated struct {
	value any
	at    int64
}

func (d dated) MarshalJSON() ([]byte, error) { return json.Marshal([2]any{d.value, d.at}) }

func (d *dated) UnmarshalJSON(b []byte) error {
	var at int64
	pair := [2]any{&d.value, &at}
	if err := json.Unmarshal(b, &pair); err != nil {
		return err
	}
	d.at = at
	return nil
}

// row is a person as kept.
type row struct {
	ID         cx.PersonID              `json:"id"`
	Name       string                   `json:"name"`
	Status     string                   `json:"status"`
	At         int64                    `json:"at"`
	Attributes map[cx.AttributeID]dated `json:"attributes"`
	Consent    map[string]Consent       `json:"consent"`

	dirty  bool
	hasRef bool
}

// learn takes in what is said: the latest word wins.
func (p *row) learn(k *Known) {
	at := k.At.UnixMicro()
	if (k.Name != "" || k.Status != "") && at >= p.At {
		if k.Name != "" {
			p.Name = k.Name
		}
		if k.Status != "" {
			p.Status = k.Status
		}
		p.At, p.dirty = at, true
	}
	for key, v := range k.Attributes {
		if old, ok := p.Attributes[key]; ok && (old.at > at || old.at == at && old.value == v) {
			continue
		}
		if p.Attributes == nil {
			p.Attributes = map[cx.AttributeID]dated{}
		}
		p.Attributes[key], p.dirty = dated{v, at}, true
	}
}

// knownAt gives the attributes said until a moment, under those given.
func (p *row) knownAt(at time.Time, given map[cx.AttributeID]any) map[cx.AttributeID]any {
	out := maps.Clone(given)
	t := at.UnixMicro()
	for key, d := range p.Attributes {
		if _, own := out[key]; own || d.at > t {
			continue
		}
		if out == nil {
			out = map[cx.AttributeID]any{}
		}
		out[key] = d.value
	}
	return out
}

// absorb takes in what another person's row knows.
func (p *row) absorb(q *row) {
	if q.At > p.At && q.Name != "" || p.Name == "" {
		p.Name = q.Name
	}
	if q.At > p.At && q.Status != "" || p.Status == "" {
		p.Status = q.Status
	}
	p.At = max(p.At, q.At)
	for key, d := range q.Attributes {
		if old, ok := p.Attributes[key]; !ok || d.at > old.at {
			if p.Attributes == nil {
				p.Attributes = map[cx.AttributeID]dated{}
			}
			p.Attributes[key] = d
		}
	}
	for topic, c := range q.Consent {
		if old, ok := p.Consent[topic]; !ok || stricter(c, old) {
			if p.Consent == nil {
				p.Consent = map[string]Consent{}
			}
			p.Consent[topic] = c
		}
	}
}

// stricter tells whether c wins over old when two persons become one: the later word, and a no over a yes of the same time.
func stricter(c, old Consent) bool {
	return c.At.After(old.At) || c.At.Equal(old.At) && !c.Granted
}

func (p *row) person(ids []Identity) Person {
	out := Person{ID: p.ID, Name: p.Name, Status: p.Status, Identities: ids, Consent: p.Consent}
	if len(p.Attributes) > 0 {
		out.Attributes = make(map[cx.AttributeID]any, len(p.Attributes))
		for k, d := range p.Attributes {
			out.Attributes[k] = d.value
		}
	}
	return out
}
