package journey

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"

	"vigie/internal/cx"
)

// Kinds of change between two journeys.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
	Moved   = "moved"   // Before and After: the stages' names
	Ordered = "ordered" // After: the names in their new order
)

// Change is one difference between two journeys, from the elder to the younger.
type Change struct {
	Kind string
	// Stage and Touchpoint are the names of what changed, as they are now when it still is; both nil: the journey itself.
	Stage, Touchpoint cx.Text
	Key               cx.TouchpointID // of the touchpoint
	// Field is the JSON name of what changed ("owner", "promises"), "" when it is the thing itself. Item tells which of
	// several: the indicator of an objective, the language of a text.
	Field, Item string
	// Before and After hold string, cx.Text, float64, bool or nil (nothing).
	Before, After any
}

// Diff tells what changed from j to next, in the order of next's stages; what was removed comes last.
func (j Journey) Diff(next Journey) []Change {
	var d differ
	d.values(Change{}, journeyFields(j), journeyFields(next))
	d.stages(j, next)
	old, now := placed(j), placed(next)
	for _, key := range touchpointKeys(next) {
		after := now[key]
		before, known := old[key]
		at := Change{Stage: after.stage.Name, Touchpoint: after.touchpoint.Name, Key: key}
		if !known {
			d.add(at, Added, nil, nil)
			continue
		}
		if before.stage.Key != after.stage.Key {
			d.add(at, Moved, before.stage.Name, after.stage.Name)
		}
		d.values(at, touchpointFields(before.touchpoint), touchpointFields(after.touchpoint))
	}
	for _, key := range touchpointKeys(j) {
		if _, still := now[key]; !still {
			was := old[key]
			d.add(Change{Stage: was.stage.Name, Touchpoint: was.touchpoint.Name, Key: key}, Removed, nil, nil)
		}
	}
	return d.l
}

type differ struct{ l []Change }

func (d *differ) add(at Change, kind string, before, after any) {
	at.Kind, at.Before, at.After = kind, before, after
	d.l = append(d.l, at)
}

func (d *differ) stages(j, next Journey) {
	for _, s := range next.Stages {
		n, err := j.FindStage(s.Key)
		if err != nil {
			d.add(Change{Stage: s.Name}, Added, nil, nil)
			continue
		}
		d.values(Change{Stage: s.Name}, []field{text("name", j.Stages[n].Name)}, []field{text("name", s.Name)})
		d.order(Change{Stage: s.Name}, names(j.Stages[n].Touchpoints, touchpointName), names(s.Touchpoints, touchpointName))
	}
	for _, s := range j.Stages {
		if _, err := next.FindStage(s.Key); err != nil {
			d.add(Change{Stage: s.Name}, Removed, nil, nil)
		}
	}
	d.order(Change{}, names(j.Stages, stageName), names(next.Stages, stageName))
}

type named struct {
	key  string
	name cx.Text
}

func stageName(s Stage) named           { return named{string(s.Key), s.Name} }
func touchpointName(t Touchpoint) named { return named{string(t.Key), t.Name} }

func names[T any](l []T, of func(T) named) []named {
	out := make([]named, len(l))
	for n, x := range l {
		out[n] = of(x)
	}
	return out
}

// order tells when those that were and are stand in another order.
func (d *differ) order(at Change, before, after []named) {
	in := func(l []named) func(named) bool {
		return func(x named) bool { return !slices.ContainsFunc(l, func(y named) bool { return x.key == y.key }) }
	}
	was := slices.DeleteFunc(slices.Clone(before), in(after))
	is := slices.DeleteFunc(slices.Clone(after), in(before))
	if slices.EqualFunc(was, is, func(x, y named) bool { return x.key == y.key }) {
		return
	}
	whole := cx.Text{}
	for _, tag := range []string{"fr", "en"} {
		var words []string
		for _, x := range after {
			words = append(words, x.name.In(tag))
		}
		whole[tag] = strings.Join(words, ", ")
	}
	d.add(at, Ordered, nil, whole)
}

// field is one value of a thing: string, bool, float64, cx.Text, or a list of items by name.
type field struct {
	name  string
	value any
}

func text(name string, t cx.Text) field { return field{name, t} }

func list(name string, l []string) field { return field{name, strings.Join(l, ", ")} }

func journeyFields(j Journey) []field {
	return []field{text("name", j.Name), text("purpose", j.Purpose), {"mapped", j.Mapped}}
}

func touchpointFields(t Touchpoint) []field {
	mood := any(nil)
	if t.Mood != nil {
		mood = float64(*t.Mood)
	}
	return []field{text("name", t.Name), {"moment_of_truth", t.MomentOfTruth}, {"transactional", t.Transactional}, {"owner", t.Owner},
		list("services", t.Services), list("indirect", t.Indirect), list("systems", t.Systems), list("partners", t.Partners), list("personas", t.Personas), list("channels", t.Channels),
		{"from", t.From}, {"until", t.Until}, {"lead", string(t.LeadIndicator())}, {"objectives", items(t.Objectives)}, {"thresholds", items(t.Thresholds)},
		{"promises", promises(t.Promises)}, text("expectation", t.Expectation), text("processes", t.Processes), {"mood", mood},
		text("feelings", t.Feelings), text("pains", t.Pains)}
}

func items(m map[cx.IndicatorID]float64) map[string]any {
	out := map[string]any{}
	for k, v := range m {
		out[string(k)] = v
	}
	return out
}

// promises are known by their words: another wording is another promise.
func promises(l []Promise) map[string]any {
	out := map[string]any{}
	for _, p := range l {
		out[p.Text.In("fr")] = p
	}
	return out
}

func (d *differ) values(at Change, before, after []field) {
	for n, f := range after {
		at.Field = f.name
		switch was := before[n].value.(type) {
		case cx.Text:
			d.texts(at, was, f.value.(cx.Text))
		case map[string]any:
			d.items(at, was, f.value.(map[string]any))
		default:
			if was != f.value {
				d.add(at, Changed, nothing(was), nothing(f.value))
			}
		}
	}
}

// nothing turns an empty text into nil.
func nothing(v any) any {
	if v == "" {
		return nil
	}
	return v
}

func (d *differ) texts(at Change, before, after cx.Text) {
	tags := map[string]bool{}
	for _, t := range []cx.Text{before, after} {
		for tag := range t {
			tags[tag] = true
		}
	}
	l := slices.SortedFunc(maps.Keys(tags), func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
	for _, tag := range l {
		if before[tag] != after[tag] {
			at.Item = tag
			d.add(at, Changed, nothing(before[tag]), nothing(after[tag]))
		}
	}
}

// rank puts French before the others.
func rank(tag string) int {
	if tag == "fr" {
		return 0
	}
	return 1
}

func (d *differ) items(at Change, before, after map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(after)) {
		at.Item = key
		was, known := before[key]
		switch {
		case !known:
			d.add(at, Added, nil, plain(after[key]))
		case !reflect.DeepEqual(was, after[key]):
			d.add(at, Changed, plain(was), plain(after[key]))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(before)) {
		at.Item = key
		if _, still := after[key]; !still {
			d.add(at, Removed, plain(before[key]), nil)
		}
	}
}

// plain gives a promise by its objective, anything else as it is.
func plain(v any) any {
	p, ok := v.(Promise)
	switch {
	case !ok:
		return v
	case p.Objective != nil:
		return *p.Objective
	}
	return nil
}

type spot struct {
	stage      *Stage
	touchpoint Touchpoint
}

func placed(j Journey) map[cx.TouchpointID]spot {
	out := map[cx.TouchpointID]spot{}
	for n := range j.Stages {
		for _, t := range j.Stages[n].Touchpoints {
			out[t.Key] = spot{&j.Stages[n], t}
		}
	}
	return out
}

func touchpointKeys(j Journey) []cx.TouchpointID {
	var l []cx.TouchpointID
	for _, s := range j.Stages {
		for _, t := range s.Touchpoints {
			l = append(l, t.Key)
		}
	}
	return l
}
