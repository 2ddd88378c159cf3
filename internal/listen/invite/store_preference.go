package invite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/record"
)

// Standing is what is known of somebody's wishes and addresses.
type Standing struct {
	Preference
	// Objected: since when, and how it came.
	Objected time.Time
	Proof    string
	Changed  time.Time
	// Broken: names from which messages come back for good.
	Broken map[customer.Hash]bool
}

// standings gives those of persons, by all they are named by.
func (s *Store) standings(ctx context.Context, q record.Querier, names map[cx.PersonID][]customer.Name) (map[cx.PersonID]Standing, error) {
	owner := map[customer.Hash]cx.PersonID{}
	var hashes [][]byte
	for p, l := range names {
		for _, n := range l {
			owner[n.Hash] = p
			hashes = append(hashes, append([]byte(nil), n.Hash[:]...))
		}
	}
	out := map[cx.PersonID]Standing{}
	for len(hashes) > 0 {
		some := hashes[:min(len(hashes), record.InLimit)]
		hashes = hashes[len(some):]
		if err := readStandings(ctx, q, some, func(h customer.Hash, r Standing) {
			p := owner[h]
			was := out[p]
			was.take(h, r)
			out[p] = was
		}); err != nil {
			return nil, fmt.Errorf("preferences: %w", err)
		}
	}
	return out, nil
}

// take adds what one name says: an objection by any name is one, the rest is as last said.
func (s *Standing) take(h customer.Hash, r Standing) {
	objected, proof := s.Objected, s.Proof
	if !r.Objected.IsZero() && (objected.IsZero() || r.Objected.Before(objected)) {
		objected, proof = r.Objected, r.Proof
	}
	broken := s.Broken
	if len(r.Broken) > 0 {
		if broken == nil {
			broken = map[customer.Hash]bool{}
		}
		broken[h] = true
	}
	if r.Changed.After(s.Changed) {
		*s = r
	}
	s.Broken, s.Objected, s.Proof = broken, objected, proof
	s.Objection = !objected.IsZero()
}

func readStandings(ctx context.Context, q record.Querier, hashes [][]byte, take func(customer.Hash, Standing)) error {
	in, args := record.In(hashes)
	rows, err := q.Query(ctx, `SELECT hash, said, objected, broken, proof, changed FROM preference WHERE hash `+in, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var h []byte
		var said string
		var objected, broken, changed int64
		var one Standing
		if err := rows.Scan(&h, &said, &objected, &broken, &one.Proof, &changed); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(said), &one.Preference); err != nil {
			return err
		}
		one.Objected, one.Changed = instant(objected), instant(changed)
		if broken > 0 {
			one.Broken = map[customer.Hash]bool{customer.Hash(h): true}
		}
		take(customer.Hash(h), one)
	}
	return rows.Err()
}

// StandingOf gives what is known of one person's wishes; the zero value when nothing is.
func (s *Store) StandingOf(ctx context.Context, id cx.PersonID) (Standing, error) {
	return s.standingIn(ctx, s.d.DB, id)
}

func (s *Store) standingIn(ctx context.Context, q record.Querier, id cx.PersonID) (Standing, error) {
	names, err := s.d.Customers.Names(ctx, q, []cx.PersonID{id})
	if err != nil {
		return Standing{}, err
	}
	all, err := s.standings(ctx, q, names)
	return all[id], err
}

// SetPreference keeps what a person decided, under all they are named by, with how it came ("page", "mail", "sms",
// "user:3"). An objection taken back is one no more. It holds for every message not marked as leaving yet.
func (s *Store) SetPreference(ctx context.Context, id cx.PersonID, p Preference, proof string) error {
	return s.ChangePreference(ctx, id, proof, func(was *Preference) { *was = p })
}

// ChangePreference changes what is known of a person's wishes.
func (s *Store) ChangePreference(ctx context.Context, id cx.PersonID, proof string, change func(*Preference)) error {
	return s.d.DB.Write(ctx, func(tx *record.Tx) error {
		if _, err := tx.Next(ctx, lock, 1); err != nil {
			return err
		}
		return s.changePreference(ctx, tx, id, proof, change)
	})
}

func (s *Store) changePreference(ctx context.Context, tx *record.Tx, id cx.PersonID, proof string, change func(*Preference)) error {
	names, err := s.d.Customers.Names(ctx, tx, []cx.PersonID{id})
	if err != nil {
		return err
	}
	if len(names[id]) == 0 {
		return cx.Fail(cx.NotFound, "", "customer.unknown")
	}
	was, err := s.standings(ctx, tx, names)
	if err != nil {
		return err
	}
	p := was[id].Preference
	change(&p)
	now, since := s.d.Now().UTC(), was[id].Objected
	switch {
	case !p.Objection:
		since = time.Time{}
	case since.IsZero():
		since = now
	default:
		proof = was[id].Proof // the first one is the proof
	}
	if err := s.note(ctx, tx, names[id], forbidden(was[id].Preference), forbidden(p)); err != nil {
		return err
	}
	for _, n := range names[id] {
		if err := putPreference(ctx, tx, n, p, []any{micro(since), cut(proof, 200), now.UnixMicro()}); err != nil {
			return err
		}
	}
	return nil
}

// putPreference keeps p under a name; stamps are objected, proof and changed.
func putPreference(ctx context.Context, tx *record.Tx, n customer.Name, p Preference, stamps []any) error {
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO preference (hash, identity, said, broken, objected, proof, changed) VALUES (?, ?, ?, 0, ?, ?, ?)
		ON CONFLICT (hash) DO UPDATE SET identity = excluded.identity, said = excluded.said, objected = excluded.objected, proof = excluded.proof, changed = excluded.changed`,
		append([]any{n.Hash[:], int64(n.ID), string(b)}, stamps...)...)
	if err != nil {
		return fmt.Errorf("preference: %w", err)
	}
	return nil
}

// Object keeps the legal objection of an address or a number, known or not: whoever bears it later is never asked.
func (s *Store) Object(ctx context.Context, k customer.Kind, typed, proof string) error {
	h, ok, err := s.d.Customers.HashOf(ctx, k, typed)
	if err != nil {
		return err
	}
	if !ok {
		return cx.Fail(cx.Invalid, k.String(), "invite.no_name")
	}
	return s.d.DB.Write(ctx, func(tx *record.Tx) error {
		if _, err := tx.Next(ctx, lock, 1); err != nil {
			return err
		}
		n := customer.Name{Hash: h}
		if err := s.note(ctx, tx, []customer.Name{n}, nil, map[string]bool{objected: true}); err != nil {
			return err
		}
		now := s.d.Now().UnixMicro()
		return putPreference(ctx, tx, n, Preference{}, []any{now, cut(proof, 200), now})
	})
}

// breakName notes that messages to a name come back for good.
func (s *Store) breakName(ctx context.Context, tx *record.Tx, n customer.Name) error {
	now := s.d.Now().UnixMicro()
	_, err := tx.Exec(ctx, `INSERT INTO preference (hash, identity, said, objected, broken, proof, changed) VALUES (?, ?, '{}', 0, ?, '', 0)
		ON CONFLICT (hash) DO UPDATE SET broken = excluded.broken`, n.Hash[:], int64(n.ID), now)
	if err != nil {
		return fmt.Errorf("address that fails: %w", err)
	}
	return nil
}

// forget removes all that an erased identity leaves, but an objection, which stays as a hash.
func (s *Store) forget(ctx context.Context, tx *record.Tx, identity int64) error {
	for _, q := range []string{
		`DELETE FROM preference WHERE identity = ? AND objected = 0`,
		`UPDATE preference SET identity = 0, said = '{}', broken = 0 WHERE identity = ?`,
		`UPDATE occurrence SET identity = 0, said = '{}', planned = 1 WHERE identity = ?`,
	} {
		if _, err := tx.Exec(ctx, q, identity); err != nil {
			return fmt.Errorf("forget: %w", err)
		}
	}
	rows, err := tx.Query(ctx, `SELECT id FROM invitation WHERE identity = ?`, identity)
	if err != nil {
		return err
	}
	ids, err := record.Column[int64](rows)
	if err != nil {
		return err
	}
	waits := among(Planned, Held, Leaving)
	for _, id := range ids {
		_, err := tx.Exec(ctx, `UPDATE invitation SET identity = 0, occurrence = 0, once = ?, due = 0, said = '{}', segment = '',
			why = CASE WHEN `+waits+` THEN ? ELSE why END, state = CASE WHEN `+waits+` THEN ? ELSE state END WHERE id = ?`,
			fmt.Sprint("e:", id), string(ByErasure), int64(Refused), id)
		if err != nil {
			return fmt.Errorf("forget invitation: %w", err)
		}
		tx.Publish(record.Event{Subject: record.Invitation, ID: id, Kind: record.Amended})
	}
	return nil
}
