package survey

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"vigie/internal/cx"
)

// Kinds of change between two definitions.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
	Moved   = "moved"   // to another section
	Ordered = "ordered" // the questions that stay are asked in another order
)

// Change is one difference between two definitions, from the elder to the younger.
type Change struct {
	Kind string
	// Question changed; "": the survey as a whole.
	Question QuestionID
	Text     cx.Text // of the question, as it is now when it still is
	// Fields are the JSON names of what changed.
	Fields []string
}

// Diff tells what changed from d to next: the survey as a whole, then its questions in the order of next, then those
// that are gone.
func (d *Definition) Diff(next *Definition) []Change {
	var l []Change
	if f := wholeFields(d, next); len(f) > 0 {
		l = append(l, Change{Kind: Changed, Fields: f})
	}
	old := d.sectionOfEach()
	var before, after []QuestionID
	for i := range next.Sections {
		for _, q := range next.Sections[i].Questions {
			at := Change{Question: q.Key, Text: q.Text}
			was := d.Question(q.Key)
			if was == nil {
				at.Kind = Added
				l = append(l, at)
				continue
			}
			after = append(after, q.Key)
			if old[q.Key] != i && len(d.Sections) == len(next.Sections) {
				l = append(l, Change{Kind: Moved, Question: q.Key, Text: q.Text})
			}
			if at.Fields = unlike(*was, q); len(at.Fields) > 0 {
				at.Kind = Changed
				l = append(l, at)
			}
		}
	}
	for _, q := range d.Questions() {
		if next.Question(q.Key) == nil {
			l = append(l, Change{Kind: Removed, Question: q.Key, Text: q.Text})
		} else {
			before = append(before, q.Key)
		}
	}
	if !slices.Equal(before, after) {
		l = append(l, Change{Kind: Ordered})
	}
	return l
}

// wholeFields names what changed of a survey beside its questions.
func wholeFields(d, next *Definition) []string {
	a, b := *d, *next
	a.Sections, b.Sections = bare(d.Sections), bare(next.Sections)
	return unlike(a, b)
}

// bare gives the sections without their questions.
func bare(l []Section) []Section {
	out := slices.Clone(l)
	for i := range out {
		out[i].Questions = nil
	}
	return out
}

func (d *Definition) sectionOfEach() map[QuestionID]int {
	out := map[QuestionID]int{}
	for i := range d.Sections {
		for _, q := range d.Sections[i].Questions {
			out[q.Key] = i
		}
	}
	return out
}

// unlike names the fields, as JSON has them, in which two values differ.
func unlike(a, b any) []string {
	x, y := fieldsOf(a), fieldsOf(b)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(x)) {
		if !bytes.Equal(x[name], y[name]) {
			out = append(out, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(y)) {
		if _, known := x[name]; !known {
			out = append(out, name)
		}
	}
	return out
}

func fieldsOf(v any) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	if b, err := json.Marshal(v); err != nil || json.Unmarshal(b, &out) != nil {
		return nil // definitions always do
	}
	return out
}
