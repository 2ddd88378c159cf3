package collect

import (
	"context"

	"vigie/internal/cx"
)

// Rehearsal checks lines as if metrics and touchpoints had been declared that are not yet. It writes nothing.
type Rehearsal struct{ door *Door }

// Rehearse gives one; its functions stand for those of Deps.
func (d *Door) Rehearse(metrics func(context.Context) (map[cx.MetricID]cx.Metric, error), touchpoints func(context.Context) (map[cx.TouchpointID]bool, error)) Rehearsal {
	deps := d.d
	deps.Metrics, deps.Touchpoints, deps.Attributes = metrics, touchpoints, nil
	return Rehearsal{&Door{c: d.c, d: deps, aliases: d.aliases, secret: d.secret}}
}

// Check tells what Batch would answer once they are declared.
func (r Rehearsal) Check(ctx context.Context, lines []Line) ([]Outcome, error) {
	return r.door.Check(ctx, lines)
}
