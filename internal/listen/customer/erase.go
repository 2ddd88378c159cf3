package customer

import (
	"context"
	"fmt"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// Traces are what names a person in the record.
type Traces struct {
	Identities []int64
	Hashes     []Hash
}

// Traces gives those of one person as q sees them, to the door, which erases. NotFound when there is no such person.
func (r *Reference) Traces(ctx context.Context, q record.Querier, id cx.PersonID) (Traces, error) {
	var t Traces
	rows, err := q.Query(ctx, `SELECT id, hash FROM identity WHERE person = ? ORDER BY id`, int64(id))
	if err != nil {
		return t, fmt.Errorf("traces: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		var h []byte
		if err := rows.Scan(&n, &h); err != nil {
			return t, fmt.Errorf("traces: %w", err)
		}
		t.Identities, t.Hashes = append(t.Identities, n), append(t.Hashes, Hash(h))
	}
	if err := rows.Err(); err != nil {
		return t, fmt.Errorf("traces: %w", err)
	}
	if len(t.Identities) == 0 {
		return t, unknown()
	}
	return t, nil
}

// mergesOf deletes the merges of a person and of all who were merged into it, whose names and attributes they keep.
const mergesOf = `WITH RECURSIVE them(person) AS (
		SELECT CAST(? AS BIGINT) UNION SELECT m.gone FROM person_merge m JOIN them ON m.kept = them.person WHERE m.undone = 0)
	DELETE FROM person_merge WHERE gone IN (SELECT person FROM them) OR kept IN (SELECT person FROM them)`

// Erase removes a person with identities, doubts and merges, inside the door's transaction.
func (r *Reference) Erase(ctx context.Context, tx *record.Tx, id cx.PersonID) error {
	rows, err := tx.Query(ctx, `SELECT id FROM identity WHERE person = ?`, int64(id))
	if err != nil {
		return err
	}
	identities, err := record.Column[int64](rows)
	if err != nil {
		return err
	}
	for _, q := range []string{
		`UPDATE identity SET value = '' WHERE person = ?`,
		`DELETE FROM identity WHERE person = ?`,
		`DELETE FROM person WHERE id = ?`,
		`DELETE FROM person_doubt WHERE one = ?`,
		`DELETE FROM person_doubt WHERE other = ?`,
		mergesOf,
	} {
		if _, err := tx.Exec(ctx, q, int64(id)); err != nil {
			return fmt.Errorf("erase person: %w", err)
		}
	}
	for _, i := range identities {
		tx.Publish(record.Event{Subject: record.Customer, ID: i, Kind: record.Erased})
	}
	return nil
}

// EraseIdentities removes, in a restored record, the persons of identities erased at the times given. A person that the
// same identity names since is another one, and stays.
func (r *Reference) EraseIdentities(ctx context.Context, tx *record.Tx, before map[Hash]time.Time) error {
	hashes := make([][]byte, 0, len(before))
	for h := range before {
		hashes = append(hashes, h[:])
	}
	for some := range slices.Chunk(hashes, record.InLimit) {
		persons, err := personsBefore(ctx, tx, some, before)
		if err != nil {
			return fmt.Errorf("erase identities: %w", err)
		}
		for _, p := range persons {
			if err := r.Erase(ctx, tx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

func personsBefore(ctx context.Context, tx *record.Tx, hashes [][]byte, before map[Hash]time.Time) ([]cx.PersonID, error) {
	in, args := record.In(hashes)
	rows, err := tx.Query(ctx, `SELECT person, hash, since FROM identity WHERE hash `+in, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []cx.PersonID
	for rows.Next() {
		var p cx.PersonID
		var h []byte
		var since int64
		if err := rows.Scan(&p, &h, &since); err != nil {
			return nil, err
		}
		if since <= before[Hash(h)].UnixMicro() && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out, rows.Err()
}
