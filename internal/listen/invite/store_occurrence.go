package invite

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/customer"
	"vigie/internal/record"
)

// Happening is a business event as its source sends it: the JSON of POST /api/v1/events.
type Happening struct {
	Event      string            `json:"event"`
	At         time.Time         `json:"at"`
	Customer   *collect.Customer `json:"customer"`
	Touchpoint string            `json:"touchpoint,omitempty"`
	Unit       string            `json:"unit,omitempty"`
	// Contact is the sender's number of the contact it is about, kept with the answer.
	Contact    string         `json:"contact,omitempty"`
	Lang       string         `json:"lang,omitempty"`
	Attributes map[string]any `json:"attributes,omitempty"` // texts, numbers, true and false
	// ID is the sender's number: the same one again is the same event.
	ID string `json:"id,omitempty"`
}

// Received is what became of a happening.
type Received struct {
	ID      int64
	Verdict collect.Verdict // Accepted, Duplicate, Conflicting or Rejected
	Errors  []*cx.Error     // Rejected: all that is wrong
}

// Occurrence is a business event as kept.
type Occurrence struct {
	ID       int64
	Event    string
	At       time.Time
	Received time.Time
	Identity cx.IdentityID
	Happened
}

// Happened is what is said of it beside.
type Happened struct {
	Touchpoint string         `json:"touchpoint,omitempty"`
	Unit       string         `json:"unit,omitempty"`
	Contact    string         `json:"contact,omitempty"`
	Lang       string         `json:"lang,omitempty"`
	Attributes map[string]any `json:"attributes,omitempty"`
}

func validEvent(s string) bool { return cx.ValidKey(s) }

// Check gives everything wrong with a happening.
func (h *Happening) Check(now time.Time) []*cx.Error {
	var l problems
	if !validEvent(h.Event) {
		l.add("event", "invite.event", "event", h.Event)
	}
	switch {
	case h.At.IsZero():
		l.add("at", "collect.required")
	case h.At.After(now.AddDate(0, 0, 2)):
		l.add("at", "collect.future", "value", h.At.Format(time.RFC3339))
	case h.At.Year() < 1900:
		l.add("at", "collect.past", "value", h.At.Format(time.RFC3339))
	}
	if c := h.Customer; c == nil || c.Ref == "" && c.Email == "" && c.Phone == "" {
		l.add("customer", "collect.customer_unnamed")
	}
	for field, v := range map[string]string{"touchpoint": h.Touchpoint, "unit": h.Unit, "contact": h.Contact, "lang": h.Lang, "id": h.ID} {
		if len(v) > 200 {
			l.add(field, "collect.too_long", "max", 200)
		}
	}
	l.attributes("attributes", h.Attributes)
	if h.Customer != nil {
		l.attributes("customer.attributes", h.Customer.Attributes)
	}
	return l
}

func (l *problems) attributes(field string, all map[string]any) {
	if len(all) > 200 {
		l.add(field, "collect.too_many", "max", 200)
	}
	for key, v := range all {
		switch v := v.(type) {
		case string:
			if len(v) > 4000 {
				l.add(field+"."+key, "collect.too_long", "max", 4000)
			}
		case float64, bool, nil:
		default:
			l.add(field+"."+key, "collect.attribute_type")
		}
	}
}

// arrival is a happening that is sound, on its way to the record.
type arrival struct {
	*Happening
	key, content []byte // of what its source sent: the same event whatever its keys became meanwhile
	at           int    // its place in the batch
	// touchpoint and unit as we call them
	touchpoint, unit string
}

// Receive keeps happenings in one transaction; those that are not sound are told and hold nobody up. The same number
// with the same content is the same event, with another content a conflict.
func (s *Store) Receive(ctx context.Context, batch []Happening) ([]Received, error) {
	out := make([]Received, len(batch))
	place, err := s.placing(ctx)
	if err != nil {
		return nil, unavailable(err)
	}
	var good []arrival
	for i := range batch {
		h := &batch[i]
		l := h.Check(s.d.Now())
		if c := h.Customer; c != nil {
			if field := s.d.Customers.Check(&customer.Known{Email: c.Email, Phone: c.Phone}); field != "" {
				l = append(l, cx.Fail(cx.Invalid, "customer."+field, map[string]string{"email": "collect.no_email", "phone": "collect.no_phone"}[field]))
			}
		}
		if len(l) > 0 {
			out[i] = Received{Verdict: collect.Rejected, Errors: l}
			continue
		}
		a, err := s.arrive(ctx, h)
		if err != nil {
			return nil, err
		}
		a.at = i
		a.touchpoint, a.unit = place(h.Touchpoint, h.Unit)
		good = append(good, a)
	}
	if len(good) == 0 {
		return out, nil
	}
	if err := s.d.Customers.Open(ctx); err != nil {
		return nil, unavailable(err)
	}
	for range 3 {
		err := s.d.DB.Write(ctx, func(tx *record.Tx) error { return s.take(ctx, tx, good, out) })
		if !errors.Is(err, customer.ErrMet) {
			return out, unavailable(err)
		}
	}
	return nil, unavailable(customer.ErrMet)
}

// placing gives how another's keys of touchpoint and unit become ours; what is unknown stays as it came.
func (s *Store) placing(ctx context.Context) (func(touchpoint, unit string) (string, string), error) {
	if s.d.Placer == nil {
		return func(touchpoint, unit string) (string, string) { return touchpoint, unit }, nil
	}
	place, err := s.d.Placer(ctx)
	return func(touchpoint, unit string) (string, string) {
		t, _, _ := place(cx.TouchpointID(touchpoint), "") // each alone: one that is unknown does not keep the other
		_, u, _ := place("", cx.UnitID(unit))
		return string(t), string(u)
	}, err
}

// unavailable says that the same may be sent again.
func unavailable(err error) error {
	var known *cx.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return &cx.Error{Kind: cx.Unavailable, Code: "collect.unavailable", Cause: err}
}

func (s *Store) arrive(ctx context.Context, h *Happening) (arrival, error) {
	h.At = h.At.UTC()
	b, err := json.Marshal(h)
	if err != nil {
		return arrival{}, err
	}
	sum := sha256.Sum256(b)
	a := arrival{Happening: h, content: sum[:16]}
	if h.ID == "" {
		a.key = make([]byte, 16)
		rand.Read(a.key)
		return a, nil
	}
	a.key, err = s.hash(ctx, "event\x00"+h.Event+"\x00"+h.ID)
	return a, err
}

// take writes what is new. The counter is taken first: who has it knows what keys there are.
func (s *Store) take(ctx context.Context, tx *record.Tx, good []arrival, out []Received) error {
	if _, err := tx.Next(ctx, "occurrence", 0); err != nil {
		return err
	}
	known, err := occurrencesOf(ctx, tx, good)
	if err != nil {
		return err
	}
	var fresh []arrival
	met := map[string]int{} // place in fresh
	same := map[int]int{}
	for _, a := range good {
		if k, ok := known[string(a.key)]; ok {
			out[a.at] = k.verdict(a)
		} else if first, twice := met[string(a.key)]; twice {
			same[a.at] = first
		} else {
			met[string(a.key)] = len(fresh)
			fresh = append(fresh, a)
		}
	}
	if err := s.insertOccurrences(ctx, tx, fresh, out); err != nil {
		return err
	}
	for _, a := range good {
		if first, ok := same[a.at]; ok {
			out[a.at] = keptOccurrence{out[fresh[first].at].ID, fresh[first].content}.verdict(a)
		}
	}
	return nil
}

type keptOccurrence struct {
	id      int64
	content []byte
}

func (k keptOccurrence) verdict(a arrival) Received {
	if bytes.Equal(k.content, a.content) {
		return Received{ID: k.id, Verdict: collect.Duplicate}
	}
	return Received{ID: k.id, Verdict: collect.Conflicting, Errors: []*cx.Error{cx.Fail(cx.Conflict, "id", "invite.event_conflict")}}
}

func occurrencesOf(ctx context.Context, tx *record.Tx, good []arrival) (map[string]keptOccurrence, error) {
	out := map[string]keptOccurrence{}
	for len(good) > 0 {
		some := good[:min(len(good), record.InLimit)]
		good = good[len(some):]
		keys := make([][]byte, len(some))
		for i, a := range some {
			keys[i] = a.key
		}
		in, args := record.In(keys)
		rows, err := tx.Query(ctx, `SELECT key, id, content FROM occurrence WHERE key `+in, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var key []byte
			var k keptOccurrence
			if err := rows.Scan(&key, &k.id, &k.content); err != nil {
				rows.Close()
				return nil, err
			}
			out[string(key)] = k
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

var occurrenceRows = record.Rows{Into: `INSERT INTO occurrence (id, key, content, event, at, received, identity, said, planned) VALUES`, Cols: 9}

func (s *Store) insertOccurrences(ctx context.Context, tx *record.Tx, fresh []arrival, out []Received) error {
	if len(fresh) == 0 {
		return nil
	}
	known := make([]*customer.Known, len(fresh))
	for i, a := range fresh {
		c := a.Customer
		known[i] = &customer.Known{Ref: c.Ref, Email: c.Email, Phone: c.Phone, Name: c.Name, Status: c.Status, At: a.At, Attributes: map[cx.AttributeID]any{}}
		for key, v := range c.Attributes {
			if v != nil {
				known[i].Attributes[cx.AttributeID(strings.TrimSpace(key))] = v
			}
		}
	}
	who, err := s.d.Customers.Resolve(ctx, tx, known)
	if err != nil {
		return err
	}
	last, err := tx.Next(ctx, "occurrence", len(fresh))
	if err != nil {
		return err
	}
	now := s.d.Now().UnixMicro()
	args := make([]any, 0, len(fresh)*occurrenceRows.Cols)
	for i, a := range fresh {
		id := last - int64(len(fresh)) + int64(i) + 1
		said, err := json.Marshal(Happened{a.touchpoint, a.unit, a.Contact, a.Lang, a.Attributes})
		if err != nil {
			return err
		}
		args = append(args, id, a.key, a.content, a.Event, a.At.UnixMicro(), now, int64(who[i].Identity), string(said), 0)
		out[a.at] = Received{ID: id, Verdict: collect.Accepted}
		tx.Publish(record.Event{Subject: record.Occurrence, ID: id, Kind: record.Created})
	}
	if _, err := tx.Insert(ctx, occurrenceRows, args); err != nil {
		return fmt.Errorf("occurrences: %w", err)
	}
	return nil
}

// waiting gives occurrences that the rules did not see yet, the oldest first.
func waiting(ctx context.Context, q record.Querier, limit int) ([]Occurrence, error) {
	return occurrences(ctx, q, `planned = 0 ORDER BY id LIMIT ?`, limit)
}

func occurrences(ctx context.Context, q record.Querier, where string, args ...any) ([]Occurrence, error) {
	rows, err := q.Query(ctx, `SELECT id, event, at, received, identity, said FROM occurrence WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("occurrences: %w", err)
	}
	defer rows.Close()
	var l []Occurrence
	for rows.Next() {
		var o Occurrence
		var at, received int64
		var said string
		if err := rows.Scan(&o.ID, &o.Event, &at, &received, &o.Identity, &said); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(said), &o.Happened); err != nil {
			return nil, fmt.Errorf("occurrence %d: %w", o.ID, err)
		}
		o.At, o.Received = instant(at), instant(received)
		l = append(l, o)
	}
	return l, rows.Err()
}
