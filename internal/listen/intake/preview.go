package intake

import (
	"context"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/note"
)

// Previewed is one of the first rows of a file as the feedback it would become, or why it would not.
type Previewed struct {
	Line     int
	Incoming collect.Incoming
	Verdict  collect.Verdict // "": the row says nothing of a customer
	Why      []Reason
	// Note is what the adviser noted, nil when nothing; NoteWhy tells why that would not be taken.
	Note    *note.Sent
	NoteWhy []Reason
}

// Preview reads the first rows of a draft by its map, asks the door what it would say of them, and writes nothing. notesOff
// tells that the map has advisers' notes, and that they are left out.
func (d *Desk) Preview(ctx context.Context, i Import, n int) (out []Previewed, notesOff bool, err error) {
	p := &previewer{d: d, i: i}
	s := i.Draft.Sample
	if p.apply, err = newApplier(&File{Kind: s.Kind}, i.Map, s.Headers, d.d.Zone(ctx)); err != nil {
		return nil, false, err
	}
	rehearsal, meet := d.rehearsal(i)
	p.rehearsal = rehearsal
	if p.notes, err = d.noting(ctx, i, rehearsal.Placer, true); err != nil {
		return nil, false, err
	}
	rows := s.Rows[:min(n, len(s.Rows))]
	for _, row := range rows {
		p.read(row)
	}
	if err := i.Map.newcomers(s.Headers, meet).settle(ctx, p.lines, rows); err != nil {
		return nil, false, err
	}
	if err := p.ask(ctx); err != nil {
		return nil, false, err
	}
	return p.out, i.Map.Noted() && p.notes == nil, p.askNotes(ctx)
}

// previewer looks at some rows of a draft.
type previewer struct {
	d         *Desk
	i         Import
	apply     *applier
	rehearsal collect.Rehearsal
	notes     Notes
	said      []reading
	lines     []collect.Line // one a row
	out       []Previewed
}

func (p *previewer) read(row Row) {
	var said reading
	if p.i.Draft.Sample.Kind == NDJSON {
		said.in, said.wrong = previewObject(row, p.i.Map.Source)
		said.heard = true
	} else {
		said = p.apply.read(row)
	}
	one := Previewed{Line: row.Line, Incoming: said.in, Verdict: collect.Rejected, Why: reasons(said.wrong)}
	if p.notes != nil {
		one.Note, one.NoteWhy = said.noted.sent, reasons(said.noted.wrong)
	}
	p.said, p.out = append(p.said, said), append(p.out, one)
	p.lines = append(p.lines, collect.Line{Number: len(p.lines), Incoming: said.in})
}

func reasons(why []Rejection) []Reason {
	var out []Reason
	for _, x := range why {
		out = append(out, Reason{x.Column, x.Code, x.Args})
	}
	return out
}

// ask rehearses what customers said.
func (p *previewer) ask(ctx context.Context) error {
	var lines []collect.Line
	for k, said := range p.said {
		switch {
		case len(said.wrong) > 0:
		case said.heard:
			lines = append(lines, p.lines[k])
		default:
			p.out[k].Verdict = ""
		}
	}
	outcomes, err := p.rehearsal.Check(ctx, lines)
	if err != nil {
		return err
	}
	for k, o := range outcomes {
		x := &p.out[lines[k].Number]
		x.Incoming, x.Verdict = lines[k].Incoming, o.Verdict
		x.Why = append(x.Why, p.behind(o.Errors)...)
	}
	return nil
}

// askNotes rehearses what advisers noted.
func (p *previewer) askNotes(ctx context.Context) error {
	var sent []note.Sent
	var of []int
	var coming coming
	for k := range p.out {
		if p.said[k].heard {
			coming.add(p.said[k].in.Customer)
		}
		if x := p.out[k].Note; x != nil && p.out[k].Verdict != collect.Rejected {
			one := *x
			one.Unit = cx.UnitID(p.lines[k].Incoming.Unit)
			sent, of = append(sent, one), append(of, k)
		}
	}
	if len(sent) == 0 {
		return nil
	}
	answers, err := p.notes(ctx, sent)
	if err != nil {
		return err
	}
	for n, o := range answers {
		k := of[n]
		if coming.knows(o, sent[n].Customer) {
			continue
		}
		p.out[k].NoteWhy = append(p.out[k].NoteWhy, p.behind(o.Errors)...)
	}
	return nil
}

// behind names the columns behind what was refused.
func (p *previewer) behind(errs []*cx.Error) []Reason {
	var out []Reason
	for _, e := range errs {
		column, _ := p.apply.behind(e.Field, Row{})
		out = append(out, Reason{column, e.Code, e.Args})
	}
	return out
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
