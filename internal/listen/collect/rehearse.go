package collect

import (
	"context"
	"maps"

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

// WithUnits is the rehearsal in which these units are known too; the caller may add to them while it goes on.
func (r Rehearsal) WithUnits(more map[cx.UnitID]bool) Rehearsal {
	deps := r.door.d
	know := deps.Units
	deps.Units = func(ctx context.Context) (map[cx.UnitID]bool, error) {
		known, err := know(ctx)
		if err != nil || len(more) == 0 {
			return known, err
		}
		all := maps.Clone(known)
		if all == nil {
			all = map[cx.UnitID]bool{}
		}
		maps.Copy(all, more)
		return all, nil
	}
	return Rehearsal{&Door{c: r.door.c, d: deps, aliases: r.door.aliases, secret: r.door.secret}}
}

// Placer is the door's, with what is declared.
func (r Rehearsal) Placer(ctx context.Context) (Placer, error) { return r.door.Placer(ctx) }

// Check tells what Batch would answer once they are declared.
func (r Rehearsal) Check(ctx context.Context, lines []Line) ([]Outcome, error) {
	return r.door.Check(ctx, lines)
}

// Batches gives a check that remembers the lines it was given before: a file is checked a thousand lines at a time.
func (r Rehearsal) Batches() func(ctx context.Context, lines []Line) ([]Outcome, error) {
	met := map[Key][16]byte{}
	return func(ctx context.Context, lines []Line) ([]Outcome, error) { return r.door.check(ctx, lines, met) }
}

// check is Check after other lines of the same file: met keeps their keys and content hashes.
func (d *Door) check(ctx context.Context, lines []Line, met map[Key][16]byte) ([]Outcome, error) {
	var out []Outcome
	for start := 0; start < len(lines); start += maxBatch {
		entries, err := d.examineAll(ctx, lines[start:min(start+maxBatch, len(lines))])
		if err != nil {
			return nil, err
		}
		good := make([]*entry, 0, len(entries))
		for _, e := range entries {
			if !e.failed() {
				good = append(good, e)
			}
		}
		if err := d.rehearse(ctx, good, met); err != nil {
			return nil, err
		}
		for _, e := range entries {
			e.out.ID = 0
			out = append(out, e.out)
		}
	}
	return out, nil
}

// rehearsedMost keys of a file are remembered from one batch to the next; beyond, a twin far from the first shows only
// at the import.
const rehearsedMost = 2_000_000

// rehearse gives entries the verdict they would have.
func (d *Door) rehearse(ctx context.Context, good []*entry, met map[Key][16]byte) error {
	all, err := loadKnown(ctx, d.d.DB, good)
	if err != nil {
		return unavailable(err)
	}
	if all == nil {
		all = map[Key]known{}
	}
	for _, e := range good {
		if _, there := all[e.key]; there {
			continue
		}
		if hash, ok := met[e.key]; ok {
			all[e.key] = known{id: -1, hash: hash}
		}
	}
	settle(good, all, map[Key]*entry{})
	for _, e := range good {
		if len(met) < rehearsedMost {
			met[e.key] = e.hash
		}
	}
	return nil
}
