package collect_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func lines(from, n int, change func(*collect.Incoming)) []collect.Line {
	out := make([]collect.Line, n)
	for i := range out {
		out[i] = collect.Line{Number: i + 1, Incoming: feedback(from + i)}
		if change != nil {
			change(&out[i].Incoming)
		}
	}
	return out
}

func states(t *testing.T, d *collect.Door) map[cx.State]int64 {
	t.Helper()
	n, err := d.Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAnImportTakesBackWhatItBroughtAndNothingElse(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, _ := open(t, db)
		ctx := t.Context()
		if _, err := d.Batch(ctx, lines(0, 100, nil)); err != nil {
			t.Fatal(err)
		}
		out, err := d.Bring(ctx, 7, lines(60, 640, func(in *collect.Incoming) {
			if in.SourceID > "s65" {
				in.Touchpoint = "nowhere"
			}
		}))
		if err != nil || out[0].Verdict != collect.Duplicate {
			t.Fatal(out[0], err)
		}
		brought := 0
		for _, o := range out {
			if o.Verdict == collect.Accepted || o.Verdict == collect.Waiting {
				brought++
			}
		}
		if all, _, err := d.Brought(ctx, 7); err != nil || all != brought || all == 0 {
			t.Fatalf("brought %d of %d: %v", all, brought, err)
		}
		gone := 0
		if err := d.Takeback(ctx, 7, func(n int) { gone += n }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[cx.State]int64{cx.Live: 100}, states(t, d)); diff != "" || gone != brought {
			t.Errorf("%d gone of %d; %s", gone, brought, diff)
		}
		if w, err := d.Waiting(ctx); err != nil || len(w) != 0 {
			t.Errorf("still waiting: %v %v", w, err)
		}
		if out, err = d.Bring(ctx, 8, lines(100, 10, nil)); err != nil || out[0].Verdict != collect.Accepted {
			t.Errorf("the same file is not taken again: %v %v", out, err)
		}
	})
}

func TestAMappingTakenBackGivesTheKeysBack(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		d, _ := open(t, db)
		ctx := t.Context()
		if _, err := d.Batch(ctx, lines(0, 5, func(in *collect.Incoming) { in.Touchpoint = "LIVRAISON" })); err != nil {
			t.Fatal(err)
		}
		if n, err := d.Alias(ctx, "touchpoint", "LIVRAISON", "delivery"); err != nil || n != 5 {
			t.Fatal(n, err)
		}
		if _, err := d.Batch(ctx, lines(5, 3, func(in *collect.Incoming) { in.Touchpoint = "LIVRAISON" })); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Batch(ctx, lines(8, 2, nil)); err != nil { // sent with our own key
			t.Fatal(err)
		}
		all, err := d.Mappings(ctx)
		if err != nil || len(all) != 1 || all[0].N != 8 || all[0].To != "delivery" {
			t.Fatal(all, err)
		}
		if n, err := d.Unalias(ctx, "touchpoint", "LIVRAISON"); err != nil || n != 8 {
			t.Fatal(n, err)
		}
		if diff := cmp.Diff(map[cx.State]int64{cx.Live: 2, cx.Quarantined: 8}, states(t, d)); diff != "" {
			t.Error(diff)
		}
		if n, err := d.Alias(ctx, "touchpoint", "LIVRAISON", ""); err != nil || n != 8 {
			t.Fatal("to nothing:", n, err)
		}
		if diff := cmp.Diff(map[cx.State]int64{cx.Live: 10}, states(t, d)); diff != "" {
			t.Error(diff)
		}
		if n, err := d.Unalias(ctx, "touchpoint", "LIVRAISON"); err != nil || n != 8 {
			t.Fatal("from nothing:", n, err)
		}
		if _, err := d.Unalias(ctx, "touchpoint", "LIVRAISON"); cx.KindOf(err) != cx.NotFound {
			t.Error("undone twice:", err)
		}
	})
}
