package catalogue

import (
	"context"
	_ "embed"
	"fmt"

	"vigie/internal/cx"
	"vigie/internal/record"
)

//go:embed builtin.yaml
var builtin []byte

// Builtin gives the metrics and indicators that every company starts with.
func Builtin() (File, error) {
	f, err := ParseYAML(builtin)
	if err != nil {
		return f, fmt.Errorf("built-in catalogue: %w", err)
	}
	return f, nil
}

// Seed adds the built-in metrics and indicators that are not there. What is there, edited or not, stays as it is.
func (s *Store) Seed(ctx context.Context) error {
	f, err := Builtin()
	if err != nil {
		return err
	}
	c, err := s.Present(ctx)
	if err != nil || c.complete(f) {
		return err
	}
	return s.write(ctx, func(tx *record.Tx) error {
		c, err := load(ctx, tx)
		if err != nil {
			return err
		}
		for _, m := range f.Metrics {
			if _, ok := c.Metrics[m.Key]; ok {
				continue
			}
			if err := s.put(ctx, tx, change{table: metricTable, key: string(m.Key), value: m}); err != nil {
				return err
			}
		}
		return s.seedIndicators(ctx, tx, f.Indicators)
	})
}

// seedIndicators leaves out those that the metric, as this company has it, does not allow.
func (s *Store) seedIndicators(ctx context.Context, tx *record.Tx, l []cx.Indicator) error {
	c, err := load(ctx, tx)
	if err != nil {
		return err
	}
	for _, i := range l {
		if _, ok := c.Indicators[i.Key]; ok || len(i.Check(c.Metrics[i.Metric])) > 0 {
			continue
		}
		if err := s.put(ctx, tx, change{table: indicatorTable, key: string(i.Key), value: i}); err != nil {
			return err
		}
	}
	return nil
}

func (c *Catalogue) complete(f File) bool {
	for _, m := range f.Metrics {
		if _, ok := c.Metrics[m.Key]; !ok {
			return false
		}
	}
	for _, i := range f.Indicators {
		if _, ok := c.Indicators[i.Key]; !ok {
			return false
		}
	}
	return true
}
