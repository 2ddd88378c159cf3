package customer

import (
	"context"
	"fmt"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/record"
)

// Brought gives, of the persons whom identities name, those that one import alone made known, each with its identities: no other
// source ever named them, they said nothing to any topic, and nobody merged them.
func (r *Reference) Brought(ctx context.Context, tx *record.Tx, by cx.ImportID, identities []int64) (map[cx.PersonID][]int64, error) {
	out := map[cx.PersonID][]int64{}
	for some := range slices.Chunk(identities, record.InLimit/2) {
		in, args := record.In(some)
		rows, err := tx.Query(ctx, `SELECT i.person, i.id FROM identity i JOIN person p ON p.id = i.person
			WHERE i.person IN (SELECT person FROM identity WHERE import = ? AND id `+in+`) AND p.consent = '{}'
			AND NOT EXISTS (SELECT 1 FROM identity o WHERE o.person = i.person AND o.import <> ?)
			AND NOT EXISTS (SELECT 1 FROM person_merge m WHERE m.undone = 0 AND (m.kept = i.person OR m.gone = i.person))`,
			append(append([]any{int64(by)}, args...), int64(by))...)
		if err != nil {
			return nil, fmt.Errorf("persons brought: %w", err)
		}
		defer rows.Close()
		for rows.Next() {
			var p cx.PersonID
			var id int64
			if err := rows.Scan(&p, &id); err != nil {
				return nil, fmt.Errorf("persons brought: %w", err)
			}
			if !slices.Contains(out[p], id) {
				out[p] = append(out[p], id)
			}
		}
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("persons brought: %w", err)
		}
	}
	return out, nil
}

// claim notes that somebody else than the import that first named them names these identities.
func (s *resolution) claim(ctx context.Context, tx *record.Tx) error {
	for some := range slices.Chunk(s.claimed, record.InLimit) {
		in, args := record.In(some)
		if _, err := tx.Exec(ctx, `UPDATE identity SET import = 0 WHERE id `+in, args...); err != nil {
			return fmt.Errorf("identities: %w", err)
		}
	}
	return nil
}
