package intake_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/intake"
	"vigie/internal/people"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// agencies is a file whose units are codes, with their names beside.
func agencies(n int) string {
	var b strings.Builder
	b.WriteString("id,date,csat,commentaire,unite,libelle agence,region\n")
	for i := range n {
		k := i % 70
		fmt.Fprintf(&b, "a%d,2026-01-%02d,%d,Tout allait bien ce jour-là numéro %d,AG%03d,Agence du quartier %d,%s\n", i, 1+i%28, 1+i%5, i, k, k, []string{"Nord", "Sud"}[k%2])
	}
	return b.String()
}

func TestUnknownUnitsAreMadeLeftOutOrWaitAsTheColumnSays(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		choose            string
		accepted, waiting int
		units             int
		named             string
	}{
		"made and named by the column beside": {intake.UnknownCreate, 140, 0, 70, "Agence du quartier 69"},
		"left out":                            {intake.UnknownNone, 140, 0, 1, ""},
		"wait":                                {"", 2, 138, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := opened(t, recordtest.SQLite(t), t.TempDir())
			ctx := t.Context()
			if err := h.People.PutUnits(ctx, []people.Unit{{Key: "ag001", Name: cx.Text{"fr": "Déjà là"}}}); err != nil {
				t.Fatal(err)
			}
			if err := h.StartImports(ctx); err != nil {
				t.Fatal(err)
			}
			i, err := h.Imports.Take(ctx, intake.By{Actor: "user:1", Name: "Ada"}, "a.csv", strings.NewReader(agencies(140)))
			if err != nil {
				t.Fatal(err)
			}
			i, err = h.Imports.Correct(ctx, i.ID, func(i *intake.Import) error {
				for n := range i.Map.Columns {
					if i.Map.Columns[n].As == "unit" {
						i.Map.Columns[n].Unknown = x.choose
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := h.Imports.Check(ctx, i.ID); err != nil {
				t.Fatal(err)
			}
			i = rest(t, h.Imports, i.ID)
			if i.Report == nil || i.Report.Accepted != x.accepted || i.Report.Quarantined != x.waiting {
				t.Fatalf("the rehearsal says %+v %v", i.Report, i.Problem)
			}
			if o, err := h.People.Present(ctx); err != nil || len(o.Units()) != 1 {
				t.Fatalf("the rehearsal made units: %v", err)
			}
			if err := h.Imports.Begin(ctx, i.ID, i.By); err != nil {
				t.Fatal(err)
			}
			i = rest(t, h.Imports, i.ID)
			if i.State != intake.Done || i.Report.Accepted != x.accepted || i.Report.Quarantined != x.waiting {
				t.Fatalf("%s %+v %v", i.State, i.Report, i.Problem)
			}
			o, err := h.People.Present(ctx)
			if err != nil || len(o.Units()) != x.units {
				t.Fatalf("%d units, %v", len(o.Units()), err)
			}
			if x.named != "" && o.Name("ag069", "fr") != x.named {
				t.Errorf("named %q", o.Name("ag069", "fr"))
			}
			if got := o.Name("ag001", "fr"); got != "Déjà là" {
				t.Errorf("a known unit is called %q now", got)
			}
		})
	}
}

func TestAnEmptyOrganisationIsProposedTheUnitsOfItsFileByTheirNames(t *testing.T) {
	t.Parallel()
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		h := opened(t, db, t.TempDir())
		i, err := h.Imports.Take(t.Context(), intake.By{Actor: "user:1", Name: "Ada"}, "a.csv", strings.NewReader(agencies(140)))
		if err != nil {
			t.Fatal(err)
		}
		var unit intake.Column
		for _, c := range i.Map.Columns {
			if c.As == "unit" {
				unit = c
			}
		}
		if unit.Unknown != intake.UnknownCreate || unit.Names != "libelle agence" {
			t.Fatalf("proposed %+v of %+v", unit, i.Draft.Naming.From)
		}
		if got := i.Draft.Naming.Name("libelle agence", "AG003"); got != "Agence du quartier 3" {
			t.Errorf("%q", got)
		}
		again, err := intake.ReadMap(strings.NewReader(string(i.Map.YAML(lang.For("fr"), nil))))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(i.Map.Columns, again.Columns); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAMapSaysOfUnknownUnitsOnlyWhatCanBeDone(t *testing.T) {
	const head = "source: x\ncolumns:\n  - {column: d, as: at}\n  - {column: v, as: verbatim}\n"
	for name, bad := range map[string]string{"a word nobody knows": "  - {column: u, as: unit, unknown: guess}\n", "of another role": "  - {column: u, as: channel, unknown: create}\n"} {
		t.Run(name, func(t *testing.T) {
			if _, err := intake.ReadMap(strings.NewReader(head + bad)); cx.KindOf(err) != cx.Invalid {
				t.Errorf("%v", err)
			}
		})
	}
}
