// Package note keeps what advisers note of the answer they had to give: was it good for the customer, and did a rule impose
// it. A note is tied to the contact, by its reference or by customer, touchpoint and time, and belongs to the adviser.
//
// Here: taking notes one by one or from a file (bring.go) and taking those of a file back (undo.go), giving them within a
// perimeter, links that take one by a tap, forgetting. All of it is off until the
// works council's consultation is recorded. Not here: what customers said (collect), both set side by side
// (understand/fatalist), pages (web).
package note

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/record"
)

// Rule is the part that a rule of the house had in the answer.
type Rule string

const (
	NoRule   Rule = ""
	Followed Rule = "followed" // a rule was there, and respected
	Imposed  Rule = "imposed"  // the adviser would have answered otherwise
)

// Rules gives all of them.
func Rules() []Rule { return []Rule{NoRule, Followed, Imposed} }

// Values of a note: "my answer was good for the customer", from not at all to quite.
const (
	Least    = 1
	Most     = 5
	PoorTo   = 2 // a poor answer
	GoodFrom = 4 // a good one
)

// Sent is a note as it is sent: the JSON of POST /api/v1/adviser-notes. Agent and Value are needed, and a way to the contact:
// Contact, or Customer.
type Sent struct {
	// ID is the sender's number: the same again is the same note, changed if it says something else.
	ID         string            `json:"id,omitempty"`
	At         time.Time         `json:"at,omitzero"` // of the contact; none: now
	Contact    string            `json:"contact,omitempty"`
	Customer   *collect.Customer `json:"customer,omitempty"` // one that is known: nobody is made of a note
	Touchpoint cx.TouchpointID   `json:"touchpoint,omitempty"`
	Unit       cx.UnitID         `json:"unit,omitempty"`
	Agent      string            `json:"agent"`
	Value      int               `json:"value"` // 1 to 5
	Rule       Rule              `json:"rule,omitempty"`

	identity cx.IdentityID // of a link
}

// Note is one as kept.
type Note struct {
	ID         int64
	At         time.Time
	Contact    int64         // cx.ContactHash; 0: none
	Identity   cx.IdentityID // 0: not said
	Touchpoint cx.TouchpointID
	Unit       cx.UnitID
	Agent      string
	Value      int
	Rule       Rule
}

// Poor tells whether the answer was poor, or imposed by a rule.
func (n Note) Poor() bool { return n.Value <= PoorTo || n.Rule == Imposed }

// same tells whether both say the same of the contact.
func (n Note) same(o Note) bool {
	return n.Value == o.Value && n.Rule == o.Rule && n.Touchpoint == o.Touchpoint && n.Unit == o.Unit && n.Agent == o.Agent
}

// Ruled tells whether a rule was respected, gladly or not.
func (n Note) Ruled() bool { return n.Rule != NoRule }

// Deps of the store.
type Deps struct {
	DB        *record.DB
	Customers *customer.Reference
	// Consulted tells whether the works council's consultation is recorded.
	Consulted func(context.Context) (bool, error)
	// Touchpoints and Units are those known.
	Touchpoints func(context.Context) (map[cx.TouchpointID]bool, error)
	Units       func(context.Context) (map[cx.UnitID]bool, error)
	Now         func() time.Time // nil: time.Now
}

// Store keeps notes. Safe for concurrent use.
type Store struct {
	d        Deps
	follower *record.Follower
}

// New is inert.
func New(d Deps) (*Store, error) {
	if d.DB == nil || d.Customers == nil || d.Consulted == nil || d.Touchpoints == nil || d.Units == nil {
		return nil, errors.New("note: DB, Customers, Consulted, Touchpoints and Units are needed")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Store{d: d}, nil
}

// On refuses until the consultation is recorded, and says whom to ask.
func (s *Store) On(ctx context.Context) error {
	ok, err := s.d.Consulted(ctx)
	if err == nil && !ok {
		err = cx.Fail(cx.Conflict, "", "note.off")
	}
	return err
}

// Verdict is what became of a note sent.
type Verdict string

const (
	Accepted  Verdict = "accepted"
	Changed   Verdict = "changed"
	Duplicate Verdict = "duplicate"
	Refused   Verdict = "refused" // of a file's; one sent alone is an error
)

// limits of what is sent.
const (
	keyMost   = 200
	aheadMost = 48 * time.Hour
)

// Check gives everything wrong with what is sent that shows without asking anybody.
func (x *Sent) Check(now time.Time) collect.Problems {
	var l collect.Problems
	wrong := func(bad bool, field, code string, args ...any) {
		if bad {
			l = append(l, cx.Fail(cx.Invalid, field, code, args...))
		}
	}
	wrong(strings.TrimSpace(x.Agent) == "", "agent", "collect.required")
	wrong(x.Value < Least || x.Value > Most, "value", "note.value", "min", Least, "max", Most)
	wrong(!slices.Contains(Rules(), x.Rule), "rule", "note.rule", "value", string(x.Rule))
	wrong(x.Contact == "" && x.identity == 0 && (x.Customer == nil || x.Customer.Ref == "" && x.Customer.Email == "" && x.Customer.Phone == ""), "contact", "note.untied")
	wrong(x.Contact == "" && x.Touchpoint == "", "touchpoint", "note.touchpoint")
	wrong(x.At.After(now.Add(aheadMost)), "at", "collect.future", "value", x.At.Format(time.RFC3339))
	wrong(!x.At.IsZero() && x.At.Year() < 2000, "at", "collect.past", "value", x.At.Format(time.RFC3339))
	for field, v := range map[string]string{"id": x.ID, "contact": x.Contact, "agent": x.Agent, "touchpoint": string(x.Touchpoint), "unit": string(x.Unit)} {
		wrong(len(v) > keyMost, field, "collect.too_long", "max", keyMost)
	}
	return l
}

// Take keeps a note, or changes the one that stands for the same contact. Errors: Conflict while it is off, Problems.
func (s *Store) Take(ctx context.Context, x Sent) (id int64, v Verdict, err error) {
	if err := s.On(ctx); err != nil {
		return 0, "", err
	}
	if l := x.Check(s.d.Now()); len(l) > 0 {
		return 0, "", l
	}
	n, err := s.placed(ctx, x)
	if err != nil {
		return 0, "", err
	}
	err = s.d.DB.Write(ctx, func(tx *record.Tx) error {
		id, v, err = put(ctx, tx, x.key(n), n)
		return err
	})
	return id, v, err
}

// note is what is sent as it is kept, but for the customer.
func (x *Sent) note(now time.Time) Note {
	n := Note{At: x.At.UTC(), Contact: cx.ContactHash(x.Contact), Touchpoint: x.Touchpoint, Unit: x.Unit, Agent: strings.TrimSpace(x.Agent), Value: x.Value, Rule: x.Rule}
	if x.At.IsZero() {
		n.At = now.UTC()
	}
	return n
}

// placed checks what has to be known, and finds the customer.
func (s *Store) placed(ctx context.Context, x Sent) (Note, error) {
	n := x.note(s.d.Now())
	place, err := s.place(ctx)
	if err != nil {
		return n, err
	}
	var unknown *cx.Error
	if n.Touchpoint, n.Unit, unknown = place(x.Touchpoint, x.Unit); unknown != nil {
		return n, unknown
	}
	if n.Identity = x.identity; n.Identity != 0 {
		return n, nil
	}
	who, err := s.who(ctx, []Sent{x})
	if err != nil {
		return n, err
	}
	if n.Identity = who[0]; n.Identity == 0 && x.Contact == "" {
		return n, cx.Fail(cx.Invalid, "customer", "note.customer")
	}
	return n, nil
}

// key makes a note one: the sender's number, else who noted which contact.
func (x *Sent) key(n Note) []byte {
	var what string
	switch {
	case x.ID != "":
		what = "id\x00" + x.ID
	case n.Contact != 0:
		what = fmt.Sprint("contact\x00", n.Contact, "\x00", n.Agent)
	default:
		what = fmt.Sprint("customer\x00", n.Identity, "\x00", n.Touchpoint, "\x00", n.At.UnixMicro(), "\x00", n.Agent)
	}
	h := sha256.Sum256([]byte(what))
	return h[:16]
}
