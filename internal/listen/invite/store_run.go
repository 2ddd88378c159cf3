package invite

import (
	"context"
	"encoding/json"
	"fmt"

	"vigie/internal/people"
	"vigie/internal/record"
)

// Runs gives the last 100 runs of a rule, newest first, to viewers of all figures.
func (s *Store) Runs(ctx context.Context, scope people.Scope, rule string) ([]Run, error) {
	if !scope.Figures().All {
		return []Run{}, nil
	}
	return runs(ctx, s.d.DB, `rule = ? ORDER BY begun DESC, name LIMIT 100`, rule)
}

// runOf gives a run of a rule by its name, nil when there was none.
func (s *Store) runOf(ctx context.Context, q record.Querier, rule, name string) (*Run, error) {
	l, err := runs(ctx, q, `rule = ? AND name = ?`, rule, name)
	if err != nil || len(l) == 0 {
		return nil, err
	}
	return &l[0], nil
}

func runs(ctx context.Context, q record.Querier, where string, args ...any) ([]Run, error) {
	rows, err := q.Query(ctx, `SELECT said FROM invite_run WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("runs: %w", err)
	}
	kept, err := record.Column[string](rows)
	if err != nil {
		return nil, fmt.Errorf("runs: %w", err)
	}
	l := make([]Run, len(kept))
	for i, said := range kept {
		if err := json.Unmarshal([]byte(said), &l[i]); err != nil {
			return nil, fmt.Errorf("run: %w", err)
		}
	}
	return l, nil
}

func putRun(ctx context.Context, tx *record.Tx, r Run) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO invite_run (rule, name, begun, said) VALUES (?, ?, ?, ?)
		ON CONFLICT (rule, name) DO UPDATE SET said = excluded.said`, r.Rule, r.Name, r.Begun.UnixMicro(), string(b))
	if err != nil {
		return fmt.Errorf("run of %s: %w", r.Rule, err)
	}
	return nil
}
