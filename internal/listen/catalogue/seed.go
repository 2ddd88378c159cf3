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

//go:embed six_pillars.yaml
var sixPillars []byte

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
	return s.add(ctx, f, "")
}

// AddSixPillars adds the six-pillar questionnaire as by asked: its metrics and indicators that are not there.
func (s *Store) AddSixPillars(ctx context.Context, by string) error {
	f, err := ParseYAML(sixPillars)
	if err != nil {
		return fmt.Errorf("six pillars: %w", err)
	}
	return s.add(ctx, f, by)
}

// HasSixPillars tells whether nothing of the six-pillar questionnaire is lacking.
func (c *Catalogue) HasSixPillars() bool {
	f, err := ParseYAML(sixPillars)
	return err == nil && c.complete(f)
}

// add puts what is not there.
func (s *Store) add(ctx context.Context, f File, by string) error {
	return s.write(ctx, func(tx *record.Tx) error {
		c, err := load(ctx, tx)
		if err != nil {
			return err
		}
		for _, m := range f.Metrics {
			if _, ok := c.Metrics[m.Key]; ok {
				continue
			}
			if err := s.put(ctx, tx, change{table: metricTable, key: string(m.Key), by: by, value: m}); err != nil {
				return err
			}
		}
		return s.seedIndicators(ctx, tx, by, f.Indicators)
	})
}

// seedIndicators leaves out those that the metric, as this company has it, does not allow.
func (s *Store) seedIndicators(ctx context.Context, tx *record.Tx, by string, l []cx.Indicator) error {
	c, err := load(ctx, tx)
	if err != nil {
		return err
	}
	for _, i := range l {
		if _, ok := c.Indicators[i.Key]; ok || len(i.Check(c.Metrics[i.Metric])) > 0 {
			continue
		}
		if err := s.put(ctx, tx, change{table: indicatorTable, key: string(i.Key), by: by, value: i}); err != nil {
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
