package intake

import (
	"context"

	"vigie/internal/listen/collect"
)

// Previewed is one of the first rows of a file as the feedback it would become, or why it would not.
type Previewed struct {
	Line     int
	Incoming collect.Incoming
	Verdict  collect.Verdict
	Why      []Reason
}

// Preview reads the first rows of a draft by its map, asks the door what it would say of them, and writes nothing.
func (d *Desk) Preview(ctx context.Context, i Import, n int) ([]Previewed, error) {
	s := i.Draft.Sample
	a, err := newApplier(&File{Kind: s.Kind}, i.Map, s.Headers, d.d.Zone(ctx))
	if err != nil {
		return nil, err
	}
	out := make([]Previewed, 0, n)
	var lines []collect.Line
	for _, row := range s.Rows[:min(n, len(s.Rows))] {
		p := Previewed{Line: row.Line, Verdict: collect.Rejected}
		var why []Rejection
		if s.Kind == NDJSON {
			p.Incoming, why = previewObject(row, i.Map.Source)
		} else {
			p.Incoming, why = a.read(row)
		}
		for _, x := range why {
			p.Why = append(p.Why, Reason{x.Column, x.Code, x.Args})
		}
		if len(why) == 0 {
			lines = append(lines, collect.Line{Number: len(out), Incoming: p.Incoming})
		}
		out = append(out, p)
	}
	rehearsal, meet := d.rehearsal(i)
	rows := make([]Row, len(lines))
	for k, l := range lines {
		rows[k] = s.Rows[l.Number]
	}
	if err := i.Map.newcomers(s.Headers, meet).settle(ctx, lines, rows); err != nil {
		return nil, err
	}
	outcomes, err := rehearsal.Check(ctx, lines)
	if err != nil {
		return nil, err
	}
	for k, o := range outcomes {
		p := &out[lines[k].Number]
		p.Incoming = lines[k].Incoming
		p.Verdict = o.Verdict
		for _, e := range o.Errors {
			column, _ := a.behind(e.Field, Row{})
			p.Why = append(p.Why, Reason{column, e.Code, e.Args})
		}
	}
	return out, nil
}

func previewObject(row Row, source string) (collect.Incoming, []Rejection) {
	in, bad := readObject([]byte(row.Cells[0]))
	if bad != nil {
		return in, []Rejection{{Line: row.Line, Column: bad.Field, Code: bad.Code, Args: bad.Args}}
	}
	if in.Source == "" {
		in.Source = source
	}
	return in, nil
}
