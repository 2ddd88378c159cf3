package insight

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"vigie/internal/cx"
)

// Scored tells whether any live feedback, of whatever program and audience, holds a score of a metric: everything
// committed before the call counts. Unavailable while figures cannot tell.
func (i *Insight) Scored(ctx context.Context, metric cx.MetricID) (scored bool, err error) {
	if slices.Contains(verdictColumns[:], metric) {
		return true, nil // told of invitations, whenever there are
	}
	ctx, cancel := context.WithTimeout(ctx, i.c.Deadline)
	defer cancel()
	if !i.Ready() {
		return false, cx.Fail(cx.Unavailable, "", "insight.rebuilding")
	}
	if err := i.caughtUp(ctx); err != nil {
		return false, late(ctx, fmt.Errorf("scored: %w", err))
	}
	err = i.question(ctx, func(ctx context.Context, s *store, tx *sql.Conn) error {
		cols := s.columns.Load()
		n, ok := cols.metrics[string(metric)]
		if !ok {
			return nil
		}
		text := "SELECT EXISTS (SELECT 1 FROM facts WHERE " + cols.list[n].name + " IS NOT NULL)"
		if err := tx.QueryRowContext(ctx, text).Scan(&scored); err != nil {
			return fmt.Errorf("scored: %w", err)
		}
		return nil
	})
	return scored, err
}

// caughtUp waits until the figures have reached the head of the feed.
func (i *Insight) caughtUp(ctx context.Context) error {
	if i.d.DB == nil {
		return nil
	}
	head, err := i.d.DB.Head(ctx)
	if err != nil {
		return err
	}
	return i.WaitFor(ctx, head)
}
