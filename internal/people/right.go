package people

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// RightsKinds are what somebody may ask of their data (GDPR, articles 15 to 21).
func RightsKinds() []string {
	return []string{"access", "rectification", "erasure", "objection", "portability"}
}

// RightsStates are those of a request.
func RightsStates() []string { return []string{"open", "done", "refused"} }

// RightsRequest is one request, to be answered within a month of its reception (GDPR, article 12.3).
type RightsRequest struct {
	ID            int64
	Kind, State   string
	Received, Due string      // 2006-01-02
	Person        cx.PersonID // 0: not found among customers
	Who           string      // as they named themselves; emptied when an erasure is done
	Note, Proof   string
	Actor         string
	At, Closed    time.Time
}

// AddRequest notes a request; its due day is a month after its reception.
func (s *Store) AddRequest(ctx context.Context, by Viewer, r RightsRequest) (int64, error) {
	if !by.May(Protect) {
		return 0, cx.Fail(cx.Denied, "", "people.denied")
	}
	if !slices.Contains(RightsKinds(), r.Kind) {
		return 0, cx.Fail(cx.Invalid, "kind", "people.needed")
	}
	if r.Who = strings.TrimSpace(r.Who); r.Who == "" {
		return 0, cx.Fail(cx.Invalid, "who", "people.needed")
	}
	if len(r.Who) > 300 || len(r.Note) > 4000 {
		return 0, cx.Fail(cx.Invalid, "who", "people.too_long", "max", 300)
	}
	day, err := time.Parse(time.DateOnly, r.Received)
	if err != nil {
		return 0, cx.Fail(cx.Invalid, "received", "people.date", "value", r.Received)
	}
	r.Due = day.AddDate(0, 1, 0).Format(time.DateOnly)
	err = s.db.Write(ctx, func(tx *record.Tx) (err error) {
		if r.ID, err = tx.Next(ctx, "people.asked", 1); err != nil { // a name before people.audit: see Tx.Next
			return err
		}
		if err = s.audit(ctx, tx, Entry{Actor: by.Actor(), What: "rights.add", Subject: "rights:" + formatID(r.ID)}); err != nil {
			return err
		}
		const q = `INSERT INTO rights_request (id, kind, state, received, due, person, who, note, proof, actor, at, closed) VALUES (?, ?, 'open', ?, ?, ?, ?, ?, '', ?, ?, 0)`
		_, err = tx.Exec(ctx, q, r.ID, r.Kind, r.Received, r.Due, int64(r.Person), r.Who, r.Note, by.Actor(), unixMicro(s.now()))
		return err
	})
	return r.ID, err
}

// RequestUpdate is what is written when a request is answered.
type RequestUpdate struct{ State, Note, Proof string }

// UpdateRequest answers a request or opens it again. Proof is needed to close one. Who asked is forgotten when an
// erasure is done: its number and its proof stay.
func (s *Store) UpdateRequest(ctx context.Context, by Viewer, id int64, u RequestUpdate) error {
	if !by.May(Protect) {
		return cx.Fail(cx.Denied, "", "people.denied")
	}
	if !slices.Contains(RightsStates(), u.State) {
		return cx.Fail(cx.Invalid, "state", "people.needed")
	}
	if u.State != "open" && strings.TrimSpace(u.Proof) == "" {
		return cx.Fail(cx.Invalid, "proof", "people.proof_needed")
	}
	if len(u.Note) > 4000 || len(u.Proof) > 1000 {
		return cx.Fail(cx.Invalid, "proof", "people.too_long", "max", 1000)
	}
	closed := int64(0)
	if u.State != "open" {
		closed = unixMicro(s.now())
	}
	return s.db.Write(ctx, func(tx *record.Tx) error {
		const q = `UPDATE rights_request SET state = ?, note = ?, proof = ?, closed = ?,
			who = CASE WHEN kind = 'erasure' AND ? = 'done' THEN '' ELSE who END WHERE id = ?`
		r, err := tx.Exec(ctx, q, u.State, u.Note, strings.TrimSpace(u.Proof), closed, u.State, id)
		if err != nil {
			return fmt.Errorf("rights: %w", err)
		}
		if n, err := r.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return cx.Fail(cx.NotFound, "", "people.request_unknown")
		}
		return s.audit(ctx, tx, Entry{Actor: by.Actor(), What: "rights." + u.State, Subject: "rights:" + formatID(id)})
	})
}

// Requests gives all requests, the open ones first, by due day.
func (s *Store) Requests(ctx context.Context, by Viewer) ([]RightsRequest, error) {
	return s.requests(ctx, by, ` ORDER BY CASE WHEN state = 'open' THEN 0 ELSE 1 END, due, id`)
}

// Request gives one request.
func (s *Store) Request(ctx context.Context, by Viewer, id int64) (RightsRequest, error) {
	l, err := s.requests(ctx, by, ` WHERE id = ?`, id)
	if err == nil && len(l) == 0 {
		return RightsRequest{}, cx.Fail(cx.NotFound, "", "people.request_unknown")
	}
	if err != nil {
		return RightsRequest{}, err
	}
	return l[0], nil
}

func (s *Store) requests(ctx context.Context, by Viewer, rest string, args ...any) ([]RightsRequest, error) {
	if !by.May(Protect) {
		return nil, cx.Fail(cx.Denied, "", "people.denied")
	}
	rows, err := s.db.Query(ctx, `SELECT id, kind, state, received, due, person, who, note, proof, actor, at, closed FROM rights_request`+rest, args...)
	if err != nil {
		return nil, fmt.Errorf("rights: %w", err)
	}
	defer rows.Close()
	var out []RightsRequest
	for rows.Next() {
		var r RightsRequest
		var at, closed int64
		if err := rows.Scan(&r.ID, &r.Kind, &r.State, &r.Received, &r.Due, &r.Person, &r.Who, &r.Note, &r.Proof, &r.Actor, &at, &closed); err != nil {
			return nil, fmt.Errorf("rights: %w", err)
		}
		r.At, r.Closed = fromMicro(at), fromMicro(closed)
		out = append(out, r)
	}
	return out, rows.Err()
}

// ProtectionTexts gives what was written over the sections of a document.
func (s *Store) ProtectionTexts(ctx context.Context, document string) (map[string]string, error) {
	rows, err := s.db.Query(ctx, `SELECT section, value FROM protection_text WHERE document = ?`, document)
	if err != nil {
		return nil, fmt.Errorf("protection: %w", err)
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var section, value string
		if err := rows.Scan(&section, &value); err != nil {
			return nil, fmt.Errorf("protection: %w", err)
		}
		out[section] = value
	}
	return out, rows.Err()
}

// WriteProtection keeps the sections of a document; an empty one takes the text it comes with again.
func (s *Store) WriteProtection(ctx context.Context, by Viewer, document string, sections map[string]string) error {
	if !by.May(Protect) {
		return cx.Fail(cx.Denied, "", "people.denied")
	}
	return s.db.Write(ctx, func(tx *record.Tx) error {
		if err := s.audit(ctx, tx, Entry{Actor: by.Actor(), What: "protection.write", Subject: document}); err != nil {
			return err
		}
		for section, value := range sections {
			if len(value) > 20_000 {
				return cx.Fail(cx.Invalid, section, "people.too_long", "max", 20_000)
			}
			q, args := `DELETE FROM protection_text WHERE document = ? AND section = ?`, []any{document, section}
			if strings.TrimSpace(value) != "" {
				q, args = `INSERT INTO protection_text (document, section, value, actor, at) VALUES (?, ?, ?, ?, ?)
					ON CONFLICT (document, section) DO UPDATE SET value = excluded.value, actor = excluded.actor, at = excluded.at`, append(args, value, by.Actor(), unixMicro(s.now()))
			}
			if _, err := tx.Exec(ctx, q, args...); err != nil {
				return fmt.Errorf("protection: %w", err)
			}
		}
		return nil
	})
}
