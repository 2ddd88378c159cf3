package intake

import (
	"context"
	"slices"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/note"
)

// NoteCounts account for the notes of a file: one for each row that has one.
type NoteCounts struct {
	Taken   int `json:"taken"`
	Changed int `json:"changed"` // another note stood for the contact
	Same    int `json:"same"`    // known already
	Refused int `json:"refused"`
	Left    int `json:"left"` // they are off: none was looked at
	// Off: the works council's consultation is not recorded.
	Off bool `json:"off,omitempty"`
}

// noted counts, when the map has notes.
func (r *Report) noted(count func(*NoteCounts)) {
	if r.Notes != nil {
		count(r.Notes)
	}
}

// bringNotes hands over what the advisers of a batch noted, once the door has answered for its lines. What is wrong with a note
// costs no customer's answer: the row is refused only when it says nothing else.
func (w *worker) bringNotes(ctx context.Context, outcomes []collect.Outcome) error {
	if w.report.Notes == nil {
		return nil
	}
	var sent []note.Sent
	var of []int
	for i, said := range w.said {
		if w.job.Trial && said.heard && outcomes[i].Verdict != collect.Rejected {
			w.coming.add(said.in.Customer)
		}
		switch {
		case !said.noted.some(), outcomes[i].Verdict == collect.Rejected: // it comes back whole
		case w.job.Notes == nil:
			w.report.Notes.Left++
			w.alone(i)
		case outcomes[i].Verdict == collect.Gone:
			w.refuseNote(i, []Rejection{{Line: w.batch[i].Number, Code: "intake.note_gone"}})
		case said.noted.sent == nil:
			w.refuseNote(i, said.noted.wrong)
		default:
			x := *said.noted.sent
			x.Unit = cx.UnitID(w.batch[i].Incoming.Unit) // as it was settled
			sent, of = append(sent, x), append(of, i)
		}
	}
	if len(sent) == 0 {
		return nil
	}
	answers, err := w.job.Notes(ctx, sent)
	if err != nil {
		return err
	}
	for k, o := range answers {
		w.countNote(o, of[k])
	}
	return nil
}

func (w *worker) countNote(o note.Outcome, i int) {
	n := w.report.Notes
	if w.job.Trial && w.coming.knows(o, w.said[i].noted.sent.Customer) {
		o = note.Outcome{Verdict: note.Accepted}
	}
	switch o.Verdict {
	case note.Accepted:
		n.Taken++
	case note.Changed:
		n.Changed++
	case note.Duplicate:
		n.Same++
	default:
		w.refuseNote(i, w.explain(o.Errors, i))
		return
	}
	w.alone(i)
}

// alone counts a row that had nothing but a note.
func (w *worker) alone(i int) {
	if !w.said[i].heard {
		w.report.NoteRows++
	}
}

func (w *worker) refuseNote(i int, why []Rejection) {
	w.report.Notes.Refused++
	if !w.said[i].heard {
		w.refuse(w.raw[i], why)
		return
	}
	w.report.list(why, w.job.Reject)
	if w.job.RefuseNote != nil {
		w.job.RefuseNote(w.raw[i], why)
	}
}

// comingMost customers of a file are remembered while it is rehearsed.
const comingMost = 1_000_000

// coming are the customers whom rows of a file would make known; nil: a rehearsal remembers none yet.
type coming map[string]bool

func (c *coming) add(who *collect.Customer) {
	if *c == nil {
		*c = coming{}
	}
	for _, name := range namesOf(who) {
		if len(*c) < comingMost {
			(*c)[name] = true
		}
	}
}

// knows tells whether a note was refused only for want of a customer whom the file would make known.
func (c coming) knows(o note.Outcome, who *collect.Customer) bool {
	return len(o.Errors) == 1 && o.Errors[0].Code == "note.customer" && slices.ContainsFunc(namesOf(who), func(name string) bool { return c[name] })
}

func namesOf(who *collect.Customer) []string {
	if who == nil {
		return nil
	}
	return slices.DeleteFunc([]string{who.Ref, who.Email, who.Phone}, func(s string) bool { return s == "" })
}
