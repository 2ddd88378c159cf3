package intake_test

import (
	"strings"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/catalogue"
	"vigie/internal/listen/intake"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func TestAStoppedImportKeepsWhatCameInAndGoesOnFromThere(t *testing.T) {
	t.Parallel()
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		h := opened(t, db, t.TempDir())
		ctx, by := t.Context(), intake.By{Actor: "user:1", Name: "Ada"}
		const rows = 25_000
		i, err := h.Imports.Take(ctx, by, "csat.csv", strings.NewReader(csatFile(rows)))
		if err != nil {
			t.Fatal(err)
		}
		if err := h.StartImports(ctx); err != nil {
			t.Fatal(err)
		}
		if err := h.Imports.Cancel(ctx, i.ID); cx.KindOf(err) != cx.Conflict {
			t.Fatalf("a draft was stopped: %v", err)
		}
		if err := h.Imports.Begin(ctx, i.ID, by); err != nil {
			t.Fatal(err)
		}
		for until := time.Now().Add(20 * time.Second); ; { // something is in
			if all, _, err := h.Door.Brought(ctx, i.ID); err != nil || time.Now().After(until) {
				t.Fatal("nothing comes in", err)
			} else if all > 0 {
				break
			}
		}
		if err := h.Imports.Cancel(ctx, i.ID); err != nil {
			t.Fatal(err)
		}
		i, err = h.Imports.Import(ctx, i.ID)
		if err != nil || i.State != intake.Stopped || i.Report == nil || i.Report.Accepted == 0 || i.Report.Accepted >= rows {
			t.Fatalf("%s %+v %v", i.State, i.Report, err)
		}
		if all, _, err := h.Door.Brought(ctx, i.ID); err != nil || all != i.Report.Accepted {
			t.Fatalf("%d are in, %d were told: %v", all, i.Report.Accepted, err)
		}
		if !h.Imports.Resumable(i) {
			t.Fatal("it cannot go on")
		}
		if err := h.Imports.Resume(ctx, i.ID); err != nil {
			t.Fatal(err)
		}
		i = rest(t, h.Imports, i.ID)
		if i.State != intake.Done || i.Report.Accepted != rows || i.Report.Duplicates != 0 || h.Imports.Resumable(i) {
			t.Fatalf("%s %+v %v", i.State, i.Report, i.Problem)
		}
	})
}

func TestAStoppedImportIsUndoneAndItsFileGoes(t *testing.T) {
	h := opened(t, recordtest.SQLite(t), t.TempDir())
	ctx, by := t.Context(), intake.By{Actor: "user:1", Name: "Ada"}
	i, err := h.Imports.Take(ctx, by, "csat.csv", strings.NewReader(csatFile(50)))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Imports.Begin(ctx, i.ID, by); err != nil { // the desk is still: it waits its turn
		t.Fatal(err)
	}
	if err := h.Imports.Cancel(ctx, i.ID); err != nil {
		t.Fatal(err)
	}
	if err := h.StartImports(ctx); err != nil {
		t.Fatal(err)
	}
	if err := h.Imports.Undo(ctx, i.ID); err != nil {
		t.Fatal(err)
	}
	if i = rest(t, h.Imports, i.ID); i.State != intake.Undone || h.Imports.Resumable(i) {
		t.Fatalf("%s", i.State)
	}
	if err := h.Imports.Resume(ctx, i.ID); cx.KindOf(err) != cx.Conflict {
		t.Errorf("an undone import goes on: %v", err)
	}
}

func TestAMapKeptInAFileIsLaidOverADraft(t *testing.T) {
	t.Parallel()
	h := opened(t, recordtest.SQLite(t), t.TempDir())
	ctx := t.Context()
	i, err := h.Imports.Take(ctx, intake.By{Actor: "user:1", Name: "Ada"}, "a.csv", strings.NewReader(agencies(90)))
	if err != nil {
		t.Fatal(err)
	}
	m := i.Map
	m.Source = "autre"
	for n := range m.Columns {
		if m.Columns[n].Column == "region" {
			m.Columns[n].As, m.Columns[n].Key = "attribute", "zone"
		}
	}
	i, err = h.Imports.Lay(ctx, i.ID, strings.NewReader(string(m.Lean().YAML(lang.For("fr"), nil))))
	if err != nil || i.Map.Source != "autre" || !i.Draft.Known {
		t.Fatalf("%+v %v", i.Map, err)
	}
	for name, bad := range map[string]string{"another file's": strings.ReplaceAll(string(m.YAML(lang.For("fr"), nil)), "csat", "note"), "no map": "a: [", "of units": "kind: units\ncolumns:\n  - {column: id, as: key}\n  - {column: id, as: name}\n"} {
		if _, err := h.Imports.Lay(ctx, i.ID, strings.NewReader(bad)); cx.KindOf(err) != cx.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if now, err := h.Imports.Import(ctx, i.ID); err != nil || now.Map.Source != "autre" {
		t.Errorf("a refused map changed the draft: %v", err)
	}
}

func TestAttributesAreCalledByTheirHeaderAndProjectedUnlessPersonal(t *testing.T) {
	h := opened(t, recordtest.SQLite(t), t.TempDir())
	ctx := t.Context()
	if err := h.Catalogue.Met(ctx, map[cx.AttributeID]any{"met": "x"}); err != nil {
		t.Fatal(err)
	}
	m := intake.Map{Columns: []intake.Column{{Column: "Région_usager", As: "attribute", Key: "region"}, {Column: "Nom", As: "attribute", Key: "nom", Personal: true},
		{Column: "Ancienneté", As: "customer.attribute", Key: "age", Type: "number"}, {Column: "Déjà vu", As: "attribute", Key: "met"}}}
	if err := intake.Declare(ctx, m, "user:1", intake.House{Catalogue: h.Catalogue, Journeys: h.Journeys}); err != nil {
		t.Fatal(err)
	}
	c, err := h.Catalogue.Present(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[cx.AttributeID]catalogue.Attribute{
		"region": {Name: cx.Text{"fr": "Région usager"}, Type: catalogue.TextAttribute, Projected: true},
		"nom":    {Name: cx.Text{"fr": "Nom"}, Type: catalogue.TextAttribute, Personal: true},
		"age":    {Name: cx.Text{"fr": "Ancienneté"}, Type: catalogue.NumberAttribute, Projected: true},
		"met":    {Name: cx.Text{"fr": "Déjà vu"}, Type: catalogue.TextAttribute, Projected: true},
	} {
		if a := c.Attributes[key]; a.Name["fr"] != want.Name["fr"] || a.Type != want.Type || a.Projected != want.Projected || a.Personal != want.Personal {
			t.Errorf("%s is %+v", key, a)
		}
	}
}
