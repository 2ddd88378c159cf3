package intake_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/intake"
	"vigie/internal/listen/note"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// contacts is a CRM's export: every third has no word of the customer.
func contacts(n int) string {
	var b strings.Builder
	b.WriteString("date;id appel;conseiller;note du conseiller;règle;csat\n")
	for i := range n {
		csat := ""
		if i%3 > 0 {
			csat = fmt.Sprint(1 + i%5)
		}
		fmt.Fprintf(&b, "2026-01-%02d;call-%d;agent-%d;%d;%s;%s\n", 1+i%28, i, i%90, 1+i%5, []string{"aucune", "respectée", "imposée"}[i%3], csat)
	}
	return b.String()
}

func TestAFileOfContactsGivesFeedbackAndNotesAndIsUndone(t *testing.T) {
	t.Parallel()
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		h := opened(t, db, t.TempDir())
		ctx, admin := t.Context(), people.Viewer{UserID: 1, Role: people.Administrator}
		if err := h.StartImports(ctx); err != nil {
			t.Fatal(err)
		}
		run := func() intake.Import {
			t.Helper()
			i, err := h.Imports.Take(ctx, intake.By{Actor: "user:1", Name: "Ada"}, "contacts.csv", strings.NewReader(contacts(1500)))
			if err := errors.Join(err, h.Imports.Check(ctx, i.ID)); err != nil {
				t.Fatal(err)
			}
			tried := rest(t, h.Imports, i.ID)
			if err := h.Imports.Begin(ctx, i.ID, i.By); err != nil {
				t.Fatal(err)
			}
			done := rest(t, h.Imports, i.ID)
			if done.State != intake.Done {
				t.Fatalf("%s %v", done.State, done.Problem)
			}
			if diff := cmp.Diff(*done.Report.Notes, *tried.Report.Notes); diff != "" {
				t.Errorf("the trial said otherwise: %s", diff)
			}
			return done
		}
		off := run()
		if diff := cmp.Diff(intake.NoteCounts{Left: 1500, Off: true}, *off.Report.Notes); diff != "" || off.Report.Accepted != 1000 || off.Report.NoteRows != 500 {
			t.Errorf("%s %+v", diff, off.Report)
		}
		if err := h.People.RecordConsultation(ctx, admin, people.Consultation{On: "2026-01-01", Purpose: "coaching"}); err != nil {
			t.Fatal(err)
		}
		first, second := run(), run()
		if diff := cmp.Diff([]intake.NoteCounts{{Taken: 1500}, {Same: 1500}}, []intake.NoteCounts{*first.Report.Notes, *second.Report.Notes}); diff != "" {
			t.Error(diff)
		}
		if first.Report.Accepted != 0 || first.Report.Duplicates != 1000 {
			t.Errorf("the feedback entered twice: %+v", first.Report)
		}
		left := func() int {
			l, err := h.Notes.Notes(ctx, people.Whole(), note.Filter{})
			if err != nil {
				t.Fatal(err)
			}
			return len(l)
		}
		for _, step := range []struct {
			id    cx.ImportID
			left  int
			voice int64
		}{{second.ID, 1500, 1000}, {first.ID, 0, 1000}, {off.ID, 0, 0}} {
			if err := h.Imports.Undo(ctx, step.id); err != nil {
				t.Fatal(err)
			}
			rest(t, h.Imports, step.id)
			n, err := h.Door.Count(ctx)
			if got := left(); got != step.left || err != nil || n[cx.Live] != step.voice {
				t.Errorf("import %d undone: %d notes, %d feedbacks, %v", step.id, got, n[cx.Live], err)
			}
		}
	})
}

func TestANoteTiedToACustomerTheRowMakesKnown(t *testing.T) {
	h := opened(t, recordtest.SQLite(t), t.TempDir())
	ctx := t.Context()
	err := errors.Join(h.StartImports(ctx), h.People.RecordConsultation(ctx, people.Viewer{UserID: 1, Role: people.Administrator}, people.Consultation{On: "2026-01-01", Purpose: "p"}))
	if err != nil {
		t.Fatal(err)
	}
	text := "date;numero client;point de contact;conseiller;note conseiller;csat\n2026-01-01;C1;sav;ann;2;4\n2026-01-02;C2;sav;ann;3;\n2026-01-02;C1;sav;bob;5;\n2026-01-03;C1;ailleurs;bob;5;3\n"
	i, err := h.Imports.Take(ctx, intake.By{}, "crm.csv", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	i, err = h.Imports.Correct(ctx, i.ID, func(i *intake.Import) error {
		have, err := h.Catalogue.Present(ctx)
		at, err2 := h.Journeys.Present(ctx)
		i.Draft.Place.Name = "Parcours"
		for k := range i.Map.Columns {
			if i.Map.Columns[k].As == "touchpoint" {
				i.Map.Columns[k].Values = map[string]string{"sav": "sav"}
			}
		}
		i.Map = i.Draft.Tidy(i.Map, have, at)
		return errors.Join(err, err2)
	})
	if err := errors.Join(err, h.Imports.Check(ctx, i.ID)); err != nil {
		t.Fatal(err)
	}
	want := intake.NoteCounts{Taken: 2, Refused: 2} // C2 is nobody; « ailleurs » no touchpoint yet, its feedback waits
	tried := rest(t, h.Imports, i.ID).Report
	if err := h.Imports.Begin(ctx, i.ID, i.By); err != nil {
		t.Fatal(err)
	}
	done := rest(t, h.Imports, i.ID).Report
	if done.Notes == nil || *done.Notes != want || done.Quarantined != 1 || done.RejectedRows != 1 {
		t.Errorf("%+v %+v", done, done.Notes)
	}
	if *tried.Notes != want {
		t.Errorf("the trial says %+v", tried.Notes)
	}
	var why []string
	err = h.Imports.Refusals(i, i.By.Actor, func(r intake.Refusal) error {
		why = append(why, fmt.Sprint(r.Line, " ", r.Note, " ", r.Why[0].Column, " ", r.Why[0].Code))
		return nil
	})
	if diff := cmp.Diff([]string{"3 false numero client note.customer", "5 true point de contact collect.unknown_touchpoint"}, why); diff != "" || err != nil {
		t.Error(diff, err)
	}
}
