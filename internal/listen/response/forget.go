package response

import (
	"context"
	"fmt"
	"time"

	"vigie/internal/record"
)

const (
	silentKept  = 180 * 24 * time.Hour
	forgetEvery = time.Hour
	forgetBatch = 1000
)

// Forget erases the responses that said nothing a feedback could hold and were left alone for as long as Deps.Keep says: a link
// that was opened and never answered. It gives how many.
func (d *Desk) Forget(ctx context.Context) (int, error) {
	before := d.d.Now().Add(-d.d.Keep).UnixMicro()
	all := 0
	for {
		var n int64
		err := d.d.DB.Write(ctx, func(tx *record.Tx) error {
			const silent = `SELECT id FROM response WHERE feedback = 0 AND entered = revision AND changed < ? ORDER BY changed, id LIMIT ?`
			_, err := tx.Exec(ctx, `DELETE FROM response_walk WHERE response IN (`+silent+`)`, before, forgetBatch)
			if err != nil {
				return fmt.Errorf("walks that said nothing: %w", err)
			}
			res, err := tx.Exec(ctx, `DELETE FROM response WHERE id IN (`+silent+`)`, before, forgetBatch)
			if err != nil {
				return fmt.Errorf("responses that said nothing: %w", err)
			}
			n, err = res.RowsAffected()
			return err
		})
		all += int(n)
		if err != nil || n < forgetBatch {
			return all, err
		}
	}
}
