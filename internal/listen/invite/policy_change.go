package invite

import (
	"context"
	"encoding/json"

	"vigie/internal/record"
)

// AheadDays is Policy.Ahead when it says nothing.
const AheadDays = 14

// ChangePolicy puts in force what change makes of the policy. It is handed the one in force then: nobody changes it
// meanwhile, and an error of change keeps it as it is.
func (s *Store) ChangePolicy(ctx context.Context, change func(*Policy) error) error {
	return s.d.DB.Write(ctx, func(tx *record.Tx) error {
		if err := tx.Touch(ctx, counter); err != nil {
			return err
		}
		t, err := loadTables(ctx, tx)
		if err != nil {
			return err
		}
		p := t.policy
		if err := change(&p); err != nil {
			return err
		}
		if l := p.Check(); len(l) > 0 {
			return joined(l)
		}
		b, err := json.Marshal(p)
		if err != nil {
			return err
		}
		return s.keep(ctx, tx, "policy", string(b))
	})
}
