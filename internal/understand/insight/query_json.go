package insight

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"vigie/internal/cx"
)

// UnmarshalJSON is strict: an unknown key is refused by its name.
func (q *Query) UnmarshalJSON(b []byte) error {
	type plain Query
	var p plain
	if err := object(b, "", map[string]any{"indicator": &p.Indicator, "by": &p.By, "where": &p.Where,
		"during": &p.During, "versus": &p.Versus}); err != nil {
		return err
	}
	*q = Query(p)
	return nil
}

// UnmarshalJSON reads conditions, naming the faulty one.
func (w *Where) UnmarshalJSON(b []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return cx.Fail(cx.Invalid, "where", "insight.where")
	}
	*w = make(Where, len(raw))
	for key, value := range raw {
		var c Condition
		if err := json.Unmarshal(value, &c); err != nil {
			return within("where."+key, err)
		}
		(*w)[key] = c
	}
	return nil
}

// UnmarshalJSON reads both days.
func (p *Period) UnmarshalJSON(b []byte) error {
	return object(b, "", map[string]any{"from": &p.From, "to": &p.To})
}

// UnmarshalJSON reads a list, a range, {"not":[…]} or {"missing":…}.
func (c *Condition) UnmarshalJSON(b []byte) error {
	*c = Condition{}
	switch b = bytes.TrimSpace(b); {
	case len(b) > 0 && b[0] == '[':
		return values(b, &c.In)
	case len(b) == 0 || b[0] != '{':
		return cx.Fail(cx.Invalid, "", "insight.condition")
	}
	var not json.RawMessage
	err := object(b, "", map[string]any{"not": &not, "missing": &c.Missing, "gte": &c.GTE, "gt": &c.GT, "lte": &c.LTE, "lt": &c.LT})
	if err == nil && not != nil {
		err = values(not, &c.Not)
	}
	if err != nil {
		return err
	}
	return c.check()
}

// check wants exactly one kind of condition.
func (c Condition) check() error {
	kinds := 0
	for _, given := range []bool{c.In != nil, c.Not != nil, c.ranged(), c.Missing != nil} {
		if given {
			kinds++
		}
	}
	if kinds != 1 || c.In != nil && len(c.In) == 0 || c.Not != nil && len(c.Not) == 0 {
		return cx.Fail(cx.Invalid, "", "insight.condition")
	}
	for _, v := range slices.Concat(c.In, c.Not) {
		if !scalar(v) {
			return cx.Fail(cx.Invalid, "", "insight.condition")
		}
	}
	return nil
}

func scalar(v any) bool {
	switch v := v.(type) {
	case string, bool, int, int64:
		return true
	case float64:
		return !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	return false
}

func (c Condition) ranged() bool { return c.GTE != nil || c.GT != nil || c.LTE != nil || c.LT != nil }

// MarshalJSON writes what UnmarshalJSON reads.
func (c Condition) MarshalJSON() ([]byte, error) {
	switch {
	case c.In != nil:
		return json.Marshal(c.In)
	case c.Not != nil:
		return json.Marshal(map[string]any{"not": c.Not})
	case c.Missing != nil:
		return json.Marshal(map[string]any{"missing": c.Missing})
	}
	m := map[string]float64{}
	for key, v := range map[string]*float64{"gte": c.GTE, "gt": c.GT, "lte": c.LTE, "lt": c.LT} {
		if v != nil {
			m[key] = *v
		}
	}
	return json.Marshal(m)
}

// UnmarshalJSON reads "previous", "year", {"during":…} or {"where":…}.
func (v *Versus) UnmarshalJSON(b []byte) error {
	*v = Versus{}
	if json.Unmarshal(b, &v.Named) == nil {
		return v.check()
	}
	if err := object(b, "", map[string]any{"during": &v.During, "where": &v.Where}); err != nil {
		return err
	}
	return v.check()
}

func (v Versus) check() error {
	named := v.Named == "previous" || v.Named == "year"
	alone := named && v.During == nil && v.Where == nil
	other := v.Named == "" && (v.During == nil) != (v.Where == nil)
	if !alone && !other {
		return cx.Fail(cx.Invalid, "versus", "insight.versus")
	}
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (v Versus) MarshalJSON() ([]byte, error) {
	switch {
	case v.Named != "":
		return json.Marshal(v.Named)
	case v.During != nil:
		return json.Marshal(map[string]any{"during": v.During})
	}
	return json.Marshal(map[string]any{"where": v.Where})
}

// MarshalJSON writes the row as the contract of POST /query says; value, low and high are null when there is no answer
// or no bound.
func (r Row) MarshalJSON() ([]byte, error) {
	out := struct {
		By map[string]string `json:"by"`
		figureJSON
		Enough bool        `json:"enough"`
		Versus *versusJSON `json:"versus,omitempty"`
	}{By: r.By, figureJSON: figureOf(r.Figure), Enough: r.Figure.Enough}
	if out.By == nil {
		out.By = map[string]string{}
	}
	if v := r.Versus; v != nil {
		f := figureOf(v.Figure)
		out.Versus = &versusJSON{N: f.N, Value: f.Value, Significant: v.Significant}
		if v.Has {
			out.Versus.Difference, out.Versus.Low, out.Versus.High = finite(v.Difference), finite(v.Compared.Low), finite(v.Compared.High)
		}
	}
	return json.Marshal(out)
}

type figureJSON struct {
	N     int64    `json:"n"`
	Value *float64 `json:"value"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
}

type versusJSON struct {
	N           int64    `json:"n"`
	Value       *float64 `json:"value"`
	Difference  *float64 `json:"difference"`
	Low         *float64 `json:"low"`
	High        *float64 `json:"high"`
	Significant bool     `json:"significant"`
}

func figureOf(f cx.Figure) figureJSON {
	out := figureJSON{N: f.N}
	if f.Has {
		out.Value, out.Low, out.High = finite(f.Value), finite(f.Low), finite(f.High)
	}
	return out
}

func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// object reads the known fields of a JSON object and refuses the others by name.
func object(b []byte, name string, fields map[string]any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return cx.Fail(cx.Invalid, name, "insight.object")
	}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return cx.Fail(cx.Invalid, name, "insight.object")
		}
		key := fmt.Sprint(t)
		into, known := fields[key]
		if !known {
			return cx.Fail(cx.Invalid, join(name, key), "insight.unknown_key", "key", key)
		}
		if err := dec.Decode(into); err != nil {
			return within(join(name, key), err)
		}
	}
	if _, err := dec.Token(); err != nil && !errors.Is(err, io.EOF) {
		return cx.Fail(cx.Invalid, name, "insight.object")
	}
	return nil
}

// within gives err the place where it happened; what is not ours becomes a sentence about that field.
func within(field string, err error) error {
	e, ok := errors.AsType[*cx.Error](err)
	if !ok {
		return cx.Fail(cx.Invalid, field, "insight.unreadable")
	}
	out := *e
	if out.Field == "" {
		out.Field = field
	} else if !strings.HasPrefix(out.Field, field) {
		out.Field = join(field, out.Field)
	}
	return &out
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "." + b
}

func values(b []byte, out *[]any) error {
	*out = []any{}
	if err := json.Unmarshal(b, out); err != nil {
		return cx.Fail(cx.Invalid, "", "insight.condition")
	}
	return Condition{In: *out}.check()
}
