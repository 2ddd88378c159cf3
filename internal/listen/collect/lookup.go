package collect

import (
	"context"
	"fmt"
	"strings"

	"vigie/internal/cx"
)

// present is what the rest of the house knows at one moment.
type present struct {
	metrics     map[cx.MetricID]cx.Metric
	touchpoints map[cx.TouchpointID]bool
	units       map[cx.UnitID]bool
	aliases     aliases
}

func (d *Door) present(ctx context.Context) (p present, err error) {
	if p.metrics, err = d.d.Metrics(ctx); err != nil {
		return p, fmt.Errorf("metrics: %w", err)
	}
	if p.touchpoints, err = d.d.Touchpoints(ctx); err != nil {
		return p, fmt.Errorf("touchpoints: %w", err)
	}
	if p.units, err = d.d.Units(ctx); err != nil {
		return p, fmt.Errorf("units: %w", err)
	}
	if p.aliases, err = d.aliases.Present(ctx); err != nil {
		return p, fmt.Errorf("aliases: %w", err)
	}
	return p, nil
}

// lookUpAll turns raw scores into points and keys into ours, once for all the entries.
func (d *Door) lookUpAll(ctx context.Context, entries []*entry) error {
	if len(entries) == 0 {
		return nil
	}
	p, err := d.present(ctx)
	if err != nil {
		return err
	}
	if err := d.lookUpMedia(ctx, entries); err != nil {
		return err
	}
	for _, e := range entries {
		e.lookUp(p)
		if !e.failed() {
			e.payload = appendPayload(make([]byte, 0, 320), &e.f)
		}
	}
	d.tell(ctx, entries)
	return nil
}

func (e *entry) lookUp(p present) {
	e.missing, e.mapped = nil, nil
	e.f.Touchpoint, e.f.Unit = cx.TouchpointID(e.in.Touchpoint), cx.UnitID(e.in.Unit)
	miss, mapped := p.place(&e.f)
	if e.mapped = mapped; len(miss) > 0 {
		e.missing, e.f.State = miss, cx.Quarantined
	}
	scores, unanswered, problems := p.points(e.in.Scores)
	e.f.Scores = scores
	for _, err := range problems {
		e.reject(err)
	}
	if len(problems) == 0 && len(scores) == 0 && len(e.f.Verbatims) == 0 && len(e.f.Media) == 0 && unanswered {
		e.reject(cx.Fail(cx.Invalid, "scores", "collect.no_answer"))
	}
}

// place gives touchpoint and unit their canonical keys, and says which are unknown and which a mapping placed. A key mapped
// to nothing is left out.
func (p present) place(f *cx.Feedback) (unknown, mapped []missing) {
	for _, x := range [...]struct {
		field, key string
		put        func(key string) bool
	}{
		{touchpoint, string(f.Touchpoint), func(key string) bool {
			ok := key == "" || p.touchpoints[cx.TouchpointID(key)]
			if ok {
				f.Touchpoint = cx.TouchpointID(key)
			}
			return ok
		}},
		{unit, string(f.Unit), func(key string) bool {
			ok := key == "" || p.units[cx.UnitID(key)]
			if ok {
				f.Unit = cx.UnitID(key)
			}
			return ok
		}},
	} {
		if x.key == "" {
			continue
		}
		to := p.aliases.of(x.field, x.key)
		switch {
		case !x.put(to):
			unknown = append(unknown, missing{x.field, x.key})
		case to != x.key:
			mapped = append(mapped, missing{x.field, x.key})
		}
	}
	return unknown, mapped
}

// Placer gives the keys by which the house knows a touchpoint and a unit of a source, mappings applied, or tells which of
// them it does not know.
type Placer func(t cx.TouchpointID, u cx.UnitID) (cx.TouchpointID, cx.UnitID, *cx.Error)

// Placer knows what the house knows now.
func (d *Door) Placer(ctx context.Context) (Placer, error) {
	p, err := d.present(ctx)
	if err != nil {
		return nil, err
	}
	return func(t cx.TouchpointID, u cx.UnitID) (cx.TouchpointID, cx.UnitID, *cx.Error) {
		f := cx.Feedback{Touchpoint: t, Unit: u}
		unknown, _ := p.place(&f)
		for _, m := range unknown {
			code := "collect.unknown_touchpoint"
			if m.field == unit {
				code = "collect.unknown_unit"
			}
			return t, u, cx.Fail(cx.Invalid, m.field, code, "value", m.key)
		}
		return f.Touchpoint, f.Unit, nil
	}, nil
}

// points turns values of the scales into points; non-answers are left out.
func (p present) points(raw Scores) (scores map[cx.MetricID]int64, unanswered bool, problems []*cx.Error) {
	if len(raw) > 0 {
		scores = make(map[cx.MetricID]int64, len(raw))
	}
	for _, k := range sortedKeys(raw) {
		m, ok := p.metrics[cx.MetricID(k)]
		if !ok {
			problems = append(problems, cx.Fail(cx.Invalid, "scores."+k, "collect.unknown_metric", "metric", k))
			continue
		}
		point, answered, err := m.Point(raw[k])
		switch {
		case err != nil:
			problems = append(problems, err)
		case answered:
			scores[m.Key] = point
		default:
			unanswered = true
		}
	}
	return scores, unanswered, problems
}

// tell hands the attribute keys not met before to the catalogue. What it does not take now is told again with the next
// feedback that has it: no feedback waits for that.
func (d *Door) tell(ctx context.Context, entries []*entry) {
	if d.d.Attributes == nil {
		return
	}
	var news map[cx.AttributeID]any
	for _, e := range entries {
		if e.failed() {
			continue
		}
		for k, v := range e.f.Attributes {
			if _, met := d.met.Load(k); !met {
				if news == nil {
					news = map[cx.AttributeID]any{}
				}
				if _, twice := news[k]; !twice {
					news[k] = v
				}
			}
		}
	}
	if news == nil {
		return
	}
	if err := d.d.Attributes(ctx, news); err != nil {
		d.d.Log.Error("attributes not declared", "err", err, "attributes", len(news))
		return
	}
	for k := range news {
		if d.metN.Add(1) > metMost {
			return
		}
		d.met.Store(cx.AttributeID(strings.Clone(string(k))), true) // the key is a piece of the whole request
	}
}

// metMost attribute keys are remembered as told; the others, of a sender who makes them up, are told each time.
const metMost = 10_000
