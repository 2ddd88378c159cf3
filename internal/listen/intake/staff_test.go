package intake_test

import (
	"strings"
	"testing"

	"vigie/internal/cx"
	"vigie/internal/listen/intake"
	"vigie/internal/record/recordtest"
)

func TestLinesOfEmployeesAreSeenByWhoBroughtThem(t *testing.T) {
	t.Parallel()
	h := opened(t, recordtest.SQLite(t), t.TempDir())
	ctx, ada := t.Context(), intake.By{Actor: "user:1", Name: "Ada"}
	if err := h.StartImports(ctx); err != nil {
		t.Fatal(err)
	}
	csv := csatFile(20) + "b1,quelque part en mars,3,La note de ma collègue\n"
	objects := `{"source":"hr","source_id":"1","at":"2026-01-02T10:00:00Z","audience":"employee","scores":{"csat":4}}` + "\n" +
		`{"source":"hr","source_id":"2","at":"2026-01-02T10:00:00Z","audience":"employee","scores":{"csat":77}}` + "\n"
	for name, file := range map[string]string{"staff.csv": csv, "staff.ndjson": objects, "customers.csv": strings.Replace(csv, "commentaire", "pourquoi", 1)} {
		staff := strings.HasPrefix(name, "staff")
		i, err := h.Imports.Take(ctx, ada, name, strings.NewReader(file))
		if err != nil {
			t.Fatal(name, err)
		}
		if name == "staff.csv" {
			if i, err = h.Imports.Correct(ctx, i.ID, func(d *intake.Import) error { d.Map.Constants.Audience = "employee"; return nil }); err != nil {
				t.Fatal(err)
			}
		}
		seen := func(when, actor string, want cx.Kind) {
			t.Helper()
			if _, err := h.Imports.Seen(ctx, i.ID, actor); cx.KindOf(err) != want && (err != nil || want != 0) {
				t.Errorf("%s %s, by %s: %v", name, when, actor, err)
			}
		}
		seen("draft", "user:1", 0)
		if staff {
			seen("draft", "user:2", cx.Denied)
		} else {
			seen("draft", "user:2", 0)
		}
		if err := h.Imports.Begin(ctx, i.ID, ada); err != nil {
			t.Fatal(err)
		}
		i = rest(t, h.Imports, i.ID)
		seen("done", "user:2", 0)
		for actor, want := range map[string]int{"user:1": 1, "user:2": map[bool]int{true: 0, false: 1}[staff]} {
			n := 0
			if err := h.Imports.Refusals(i, actor, func(intake.Refusal) error { n++; return nil }); err != nil || n != want {
				t.Errorf("%s: %s reads %d refused rows, %v", name, actor, n, err)
			}
		}
	}
}
