package customer

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/record"
)

// Merged is one merge in the history of persons.
type Merged struct {
	ID         int64
	At         time.Time
	By         string
	Gone, Kept cx.PersonID
	Undone     bool
}

// before is what a merge changed, to undo it.
type before struct {
	Gone, Kept *row
	Moved      []int64 // identities of Gone
}

// Merge makes one person of two: gone's identities name kept, who takes over what gone knew later. Feedback holds
// identities, so that none is rewritten. It answers the number to undo it by.
func (r *Reference) Merge(ctx context.Context, gone, kept cx.PersonID, by string) (id int64, err error) {
	if gone == kept {
		return 0, cx.Fail(cx.Invalid, "", "customer.same_person")
	}
	err = r.db.Write(ctx, func(tx *record.Tx) error {
		b, err := loadPair(ctx, tx, gone, kept)
		if err != nil {
			return err
		}
		if id, err = r.keepMerge(ctx, tx, b, by); err != nil {
			return err
		}
		into := b.Kept.clone()
		into.absorb(b.Gone)
		if err := writePersons(ctx, tx, []*row{into}); err != nil {
			return err
		}
		return move(ctx, tx, b, kept)
	})
	return id, err
}

// Merged tells what kept would be with gone merged into them, and changes nothing. The same rule of perimeter as Customers.
func (r *Reference) Merged(ctx context.Context, s people.Scope, gone, kept cx.PersonID) (Person, error) {
	if s.People().Empty() && s.Adviser() == "" {
		return Person{}, unknown()
	}
	rows, err := loadRows(ctx, r.db, []int64{int64(kept), int64(gone)})
	if err != nil {
		return Person{}, err
	}
	if len(rows) != 2 {
		return Person{}, unknown()
	}
	if rows[0].ID == gone {
		rows[0], rows[1] = rows[1], rows[0]
	}
	ids, err := identitiesOf(ctx, r.db, []int64{int64(kept), int64(gone)})
	if err != nil {
		return Person{}, err
	}
	into := rows[0].clone()
	into.absorb(rows[1])
	return into.person(append(ids[kept], ids[gone]...)), nil
}

func loadPair(ctx context.Context, tx *record.Tx, gone, kept cx.PersonID) (*before, error) {
	rows, err := loadRows(ctx, tx, []int64{int64(gone), int64(kept)})
	if err != nil {
		return nil, err
	}
	b := &before{}
	for _, p := range rows {
		if p.ID == gone {
			b.Gone = p
		} else {
			b.Kept = p
		}
	}
	if b.Gone == nil || b.Kept == nil {
		return nil, unknown()
	}
	ids, err := tx.Query(ctx, `SELECT id FROM identity WHERE person = ? ORDER BY id`, int64(gone))
	if err != nil {
		return nil, err
	}
	b.Moved, err = record.Column[int64](ids)
	return b, err
}

func (r *Reference) keepMerge(ctx context.Context, tx *record.Tx, b *before, by string) (int64, error) {
	id, err := tx.Next(ctx, "person_merge", 1)
	if err != nil {
		return 0, err
	}
	was, err := json.Marshal(b)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO person_merge (id, at, actor, gone, kept, before, undone) VALUES (?, ?, ?, ?, ?, ?, 0)`,
		id, r.now().UnixMicro(), by, int64(b.Gone.ID), int64(b.Kept.ID), string(was))
	return id, err
}

// move lets gone's identities name another person, and publishes it.
func move(ctx context.Context, tx *record.Tx, b *before, to cx.PersonID) error {
	for _, q := range []string{`UPDATE identity SET person = ? WHERE person = ?`, `UPDATE person_merge SET kept = ? WHERE kept = ? AND undone <> 0`} {
		if _, err := tx.Exec(ctx, q, int64(to), int64(b.Gone.ID)); err != nil {
			return fmt.Errorf("merge: %w", err)
		}
	}
	for _, q := range []string{`DELETE FROM person WHERE id = ?`, `DELETE FROM person_doubt WHERE one = ?`, `DELETE FROM person_doubt WHERE other = ?`} {
		if _, err := tx.Exec(ctx, q, int64(b.Gone.ID)); err != nil {
			return fmt.Errorf("merge: %w", err)
		}
	}
	publish(tx, b.Moved)
	return nil
}

func publish(tx *record.Tx, identities []int64) {
	for _, i := range identities {
		tx.Publish(record.Event{Subject: record.Customer, ID: i, Kind: record.Amended})
	}
}

// Unmerge undoes a merge: the identities that moved name the person gone again, who is as before; the person kept gives
// back what it had taken over and nobody changed since.
func (r *Reference) Unmerge(ctx context.Context, id int64) error {
	return r.db.Write(ctx, func(tx *record.Tx) error {
		b, err := r.undo(ctx, tx, id)
		if err != nil {
			return err
		}
		now, err := loadRows(ctx, tx, []int64{int64(b.Kept.ID)})
		if err != nil {
			return err
		}
		if len(now) == 0 {
			return cx.Fail(cx.NotFound, "", "customer.no_merge")
		}
		now[0].giveBack(b)
		if err := writePersons(ctx, tx, []*row{b.Gone, now[0]}); err != nil {
			return err
		}
		in, args := record.In(b.Moved)
		args = append([]any{int64(b.Gone.ID), int64(b.Kept.ID)}, args...)
		if _, err := tx.Exec(ctx, `UPDATE identity SET person = ? WHERE person = ? AND id `+in, args...); err != nil {
			return fmt.Errorf("unmerge: %w", err)
		}
		publish(tx, b.Moved)
		return nil
	})
}

func (r *Reference) undo(ctx context.Context, tx *record.Tx, id int64) (*before, error) {
	rows, err := tx.Query(ctx, `UPDATE person_merge SET undone = ? WHERE id = ? AND undone = 0 RETURNING before`, r.now().UnixMicro(), id)
	if err != nil {
		return nil, err
	}
	was, err := record.Column[string](rows)
	if err != nil {
		return nil, err
	}
	if len(was) == 0 {
		return nil, cx.Fail(cx.NotFound, "", "customer.no_merge")
	}
	b := &before{}
	return b, json.Unmarshal([]byte(was[0]), b)
}

func (p *row) clone() *row {
	q := *p
	q.Attributes, q.Consent = maps.Clone(p.Attributes), maps.Clone(p.Consent)
	return &q
}

// giveBack takes out of p what absorbing b.Gone had brought and nobody changed since.
func (p *row) giveBack(b *before) {
	merged := b.Kept.clone()
	merged.absorb(b.Gone)
	if p.Name == merged.Name {
		p.Name = b.Kept.Name
	}
	if p.Status == merged.Status {
		p.Status = b.Kept.Status
	}
	if p.At == merged.At {
		p.At = b.Kept.At
	}
	restore(p.Attributes, merged.Attributes, b.Kept.Attributes)
	restore(p.Consent, merged.Consent, b.Kept.Consent)
}

// restore sets the values of now that are as merged to what they were.
func restore[K, V comparable](now, merged, were map[K]V) {
	for k, v := range merged {
		if now[k] != v {
			continue
		}
		if old, had := were[k]; had {
			now[k] = old
		} else {
			delete(now, k)
		}
	}
}

// Merges gives the history of one person, newest first.
func (r *Reference) Merges(ctx context.Context, s people.Scope, id cx.PersonID) ([]Merged, error) {
	if s.People().Empty() {
		return nil, nil
	}
	rows, err := r.db.Query(ctx, `SELECT id, at, actor, gone, kept, undone FROM person_merge WHERE gone = ? OR kept = ? ORDER BY id DESC`, int64(id), int64(id))
	if err != nil {
		return nil, fmt.Errorf("merges: %w", err)
	}
	defer rows.Close()
	var out []Merged
	for rows.Next() {
		var m Merged
		var at, undone int64
		if err := rows.Scan(&m.ID, &at, &m.By, &m.Gone, &m.Kept, &undone); err != nil {
			return nil, err
		}
		m.At, m.Undone = time.UnixMicro(at).UTC(), undone != 0
		out = append(out, m)
	}
	return out, rows.Err()
}

// Doubt is two persons whom a source named together.
type Doubt struct {
	One, Other cx.PersonID
	Since      time.Time
}

// Doubts gives those not settled, newest first, to a viewer who may see all people.
func (r *Reference) Doubts(ctx context.Context, s people.Scope, limit int) ([]Doubt, error) {
	if !s.People().All {
		return nil, nil
	}
	rows, err := r.db.Query(ctx, `SELECT one, other, since FROM person_doubt ORDER BY since DESC, one, other LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("doubts: %w", err)
	}
	defer rows.Close()
	var out []Doubt
	for rows.Next() {
		var d Doubt
		var since int64
		if err := rows.Scan(&d.One, &d.Other, &since); err != nil {
			return nil, err
		}
		d.Since = time.UnixMicro(since).UTC()
		out = append(out, d)
	}
	return out, rows.Err()
}

// KeptOf gives who a person merged away went into, by whatever merges that stand. NotFound when they were not. Whether
// the viewer reaches that one is the door's to tell.
func (r *Reference) KeptOf(ctx context.Context, id cx.PersonID) (cx.PersonID, error) {
	const q = `WITH RECURSIVE into_(person, step) AS (
		SELECT kept, 1 FROM person_merge WHERE gone = ? AND undone = 0
		UNION SELECT m.kept, step + 1 FROM person_merge m JOIN into_ ON m.gone = into_.person WHERE m.undone = 0 AND step < 100)
		SELECT p.id FROM into_ JOIN person p ON p.id = into_.person ORDER BY step DESC LIMIT 1`
	var kept cx.PersonID
	err := r.db.QueryRow(ctx, q, int64(id)).Scan(&kept)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, unknown()
	}
	if err != nil {
		return 0, fmt.Errorf("merged: %w", err)
	}
	return kept, nil
}
