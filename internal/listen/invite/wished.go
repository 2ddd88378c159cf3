package invite

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/record"
)

// hashes tells of which names anything was wished, or fails, when a walk over all customers began: eight bytes each, so that
// most people are not asked for one by one. Wishes that come later are met where the message leaves.
type hashes struct{ sorted []uint64 }

func (s *Store) wished(ctx context.Context, q record.Querier) (*hashes, error) {
	rows, err := q.Query(ctx, `SELECT hash FROM preference`)
	if err != nil {
		return nil, fmt.Errorf("wishes: %w", err)
	}
	defer rows.Close()
	h := &hashes{}
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return nil, err
		}
		h.sorted = append(h.sorted, start(customer.Hash(b)))
	}
	slices.Sort(h.sorted)
	return h, rows.Err()
}

func start(h customer.Hash) uint64 { return binary.BigEndian.Uint64(h[:8]) }

// among gives the names that may have a wish.
func (h *hashes) among(names map[cx.PersonID][]customer.Name) map[cx.PersonID][]customer.Name {
	out := map[cx.PersonID][]customer.Name{}
	for p, l := range names {
		for _, n := range l {
			if _, met := slices.BinarySearch(h.sorted, start(n.Hash)); met {
				out[p] = append(out[p], n)
			}
		}
	}
	return out
}
