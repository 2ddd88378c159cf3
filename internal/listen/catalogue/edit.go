package catalogue

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"vigie/internal/cx"
)

// Edit says who changes a definition, why, and what it was when they looked at it: the change is refused (Conflict) when
// it is another one by now. Was zero: the definition must be new.
type Edit[T any] struct {
	By, Reason string
	Was        T
}

// EditIndicator declares or replaces an indicator as PutIndicator does, over what somebody looked at.
func (s *Store) EditIndicator(ctx context.Context, e Edit[cx.Indicator], i cx.Indicator) error {
	was, err := written(e.Was, e.Was.Key == "")
	if err != nil {
		return err
	}
	return s.putIndicator(ctx, change{table: indicatorTable, key: string(i.Key), by: e.By, value: i, reason: e.Reason, was: was}, i)
}

// EditMetric declares or replaces a metric as PutMetric does, over what somebody looked at.
func (s *Store) EditMetric(ctx context.Context, e Edit[cx.Metric], m cx.Metric) error {
	was, err := written(e.Was, e.Was.Key == "")
	if err != nil {
		return err
	}
	return s.putMetric(ctx, change{table: metricTable, key: string(m.Key), by: e.By, value: m, reason: e.Reason, was: was}, m)
}

// EditAttribute declares or replaces an attribute as PutAttribute does, over what somebody looked at.
func (s *Store) EditAttribute(ctx context.Context, e Edit[Attribute], a Attribute) error {
	was, err := written(e.Was, e.Was.Key == "")
	if err != nil {
		return err
	}
	return s.putAttribute(ctx, change{table: attributeTable, key: string(a.Key), by: e.By, value: a, reason: e.Reason, was: was}, a)
}

// written gives a definition as it is kept, "" for none.
func written(v any, none bool) (*string, error) {
	if none {
		return new(string), nil
	}
	b, err := json.Marshal(v)
	text := string(b)
	return &text, err
}

// stillWas tells whether what is kept is what the editor looked at: as values, since an older program may have written
// the same in other words.
func (c change) stillWas(kept string) bool {
	if kept == "" || *c.was == "" {
		return kept == *c.was
	}
	value := reflect.New(reflect.TypeOf(c.value))
	if json.Unmarshal([]byte(kept), value.Interface()) != nil {
		return false
	}
	b, err := json.Marshal(value.Interface())
	return err == nil && string(b) == *c.was
}

// Difference is one field that a change replaced. Before and After are values of JSON: string, float64, bool, list, map by
// language; nil: nothing.
type Difference struct {
	Field         string
	Before, After any
}

// Differences tells what a change replaced, in the order of the fields' names.
func (c Change) Differences() ([]Difference, error) {
	var before, after map[string]any
	if err := json.Unmarshal(c.Before, &before); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(c.After, &after); err != nil {
		return nil, err
	}
	names := maps.Clone(before)
	maps.Copy(names, after)
	var l []Difference
	for _, f := range slices.Sorted(maps.Keys(names)) {
		if !reflect.DeepEqual(before[f], after[f]) {
			l = append(l, Difference{f, before[f], after[f]})
		}
	}
	return l, nil
}
