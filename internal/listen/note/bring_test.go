package note_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/note"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func (w *world) bring(t *testing.T, f note.File, sent ...note.Sent) string {
	t.Helper()
	out, err := w.Bring(t.Context(), f, sent)
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, o := range out {
		said += string(o.Verdict[0])
		for _, e := range o.Errors {
			said += "(" + e.Error() + ")"
		}
	}
	return said
}

// kept gives the notes that stand: contact hash → value, rule, unit.
func (w *world) kept(t *testing.T) map[string]string {
	t.Helper()
	l, err := w.Notes(t.Context(), people.Whole(), note.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, n := range l {
		for _, name := range []string{"1", "2", "3"} {
			if n.Contact == cx.ContactHash(name) {
				out[name] = fmt.Sprint(n.Value, n.Rule, " ", n.Unit)
			}
		}
	}
	return out
}

func TestAFileOfNotesIsTakenOnceAndUndone(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := open(t, db)
		w.take(t, note.Sent{Contact: "1", Unit: "lille", Agent: "ann", Value: 2, Rule: note.Imposed})
		first := []note.Sent{{Contact: "1", Agent: "ann", Value: 4}, {Contact: "2", Agent: "ann", Value: 5, Unit: "south"}, {Contact: "2", Agent: "ann", Value: 3}, {Contact: "3", Value: 9}}
		if got := w.bring(t, note.File{Import: 7, Trial: true}, first...); got != "cacr(agent: collect.required)(value: note.value)" {
			t.Errorf("a trial says %s", got)
		}
		if diff := cmp.Diff(map[string]string{"1": "2imposed lille"}, w.kept(t)); diff != "" {
			t.Error("a trial writes: " + diff)
		}
		for n, want := range []string{"cacr(agent: collect.required)(value: note.value)", "dcd"} {
			if n == 1 { // cut and taken up again: the last word on contact 2 stands, its first is heard again
				first = []note.Sent{first[0], first[1], first[1]}
			}
			if got := w.bring(t, note.File{Import: 7}, first...); got != want {
				t.Errorf("time %d: %s", n+1, got)
			}
		}
		taken, changed, err := w.Brought(t.Context(), 7)
		if err != nil || taken != 1 || changed != 1 {
			t.Errorf("%d taken, %d changed, %v", taken, changed, err)
		}
		if diff := cmp.Diff(map[string]string{"1": "4imposed lille", "2": "5 south"}, w.kept(t)); diff != "" {
			t.Error(diff)
		}
		w.bring(t, note.File{Import: 8, Ruled: true}, note.Sent{Contact: "1", Agent: "ann", Value: 5, Rule: note.Followed}, note.Sent{Contact: "2", Agent: "ann", Value: 1})
		for _, step := range []struct {
			undo cx.ImportID
			want map[string]string
		}{
			{7, map[string]string{"1": "5followed lille", "2": "1 south"}}, // the later file's word stays
			{8, map[string]string{"1": "2imposed lille"}},                  // what stood before both
			{0, map[string]string{"1": "2imposed lille"}},
		} {
			if err := w.Undo(t.Context(), step.undo); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(step.want, w.kept(t)); diff != "" {
				t.Errorf("%d undone: %s", step.undo, diff)
			}
		}
		left := 0
		if err := db.QueryRow(t.Context(), `SELECT count(*) FROM adviser_note_was`).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d left of what stood, %v", left, err)
		}
	})
}

func TestWhatAnAdviserSaysAfterAFileStaysWhenItIsUndone(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := open(t, db)
		w.bring(t, note.File{Import: 7}, note.Sent{Contact: "1", Agent: "ann", Value: 5}, note.Sent{Contact: "2", Agent: "ann", Value: 5})
		w.take(t, note.Sent{Contact: "1", Agent: "ann", Value: 1})
		if err := w.Undo(t.Context(), 7); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]string{"1": "1 "}, w.kept(t)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestManyNotesAreWrittenAtOnce(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := open(t, db)
		sent := make([]note.Sent, 1000)
		for i := range sent {
			sent[i] = note.Sent{Contact: fmt.Sprint("c", i), Agent: "ann", Value: 1 + i%5}
		}
		w.bring(t, note.File{Import: 7}, sent...)
		if taken, _, err := w.Brought(t.Context(), 7); err != nil || taken != 1000 {
			t.Errorf("%d %v", taken, err)
		}
		if err := w.Undo(t.Context(), 7); err != nil {
			t.Fatal(err)
		}
		if taken, _, err := w.Brought(t.Context(), 7); err != nil || taken != 0 {
			t.Errorf("%d left, %v", taken, err)
		}
	})
}

func TestNotesOfAFileAreRefusedOneByOneAndAllWhileOff(t *testing.T) {
	w := open(t, recordtest.SQLite(t))
	place := collect.Placer(func(p cx.TouchpointID, u cx.UnitID) (cx.TouchpointID, cx.UnitID, *cx.Error) {
		if u == "L1" {
			return p, "lille", nil
		}
		return p, u, cx.Fail(cx.Invalid, "unit", "collect.unknown_unit", "value", string(u))
	})
	got := w.bring(t, note.File{Import: 7, Place: place}, note.Sent{Contact: "1", Agent: "ann", Value: 5, Unit: "L1"}, note.Sent{Contact: "2", Agent: "ann", Value: 5, Unit: "L2"},
		note.Sent{Customer: &collect.Customer{Ref: "nobody"}, Touchpoint: "moving", Agent: "ann", Value: 5, Unit: "L1"})
	if got != "ar(unit: collect.unknown_unit)r(customer: note.customer)" {
		t.Error(got)
	}
	if diff := cmp.Diff(map[string]string{"1": "5 lille"}, w.kept(t)); diff != "" {
		t.Error(diff)
	}
	w.on = false
	if _, err := w.Bring(t.Context(), note.File{Import: 8}, []note.Sent{{Contact: "3", Agent: "ann", Value: 5}}); cx.KindOf(err) != cx.Conflict {
		t.Errorf("taken while off: %v", err)
	}
}
