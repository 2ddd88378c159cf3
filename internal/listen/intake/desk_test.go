package intake_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/house"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/intake"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// opened is a house with its door open and its desk still.
func opened(t *testing.T, db *record.DB, dir string) *house.House {
	t.Helper()
	h, err := house.New(t.Context(), house.Config{Dir: dir, Zone: time.UTC, ImportMax: 4 << 20}, house.Deps{DB: db})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(h.Catalogue.Seed(t.Context()), h.StartDoor(t.Context()), os.MkdirAll(filepath.Join(dir, "imports"), 0o700)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Stop)
	return h
}

func csatFile(n int) string {
	var b strings.Builder
	b.WriteString("id,date,csat,commentaire\n")
	for i := range n {
		fmt.Fprintf(&b, "a%d,2026-01-%02d,%d,Tout allait bien ce jour-là numéro %d\n", i, 1+i%28, 1+i%5, i)
	}
	return b.String()
}

// rest waits until an import is at rest.
func rest(t *testing.T, d *intake.Desk, id cx.ImportID) intake.Import {
	t.Helper()
	for until := time.Now().Add(2 * time.Minute); time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
		i, err := d.Import(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if !i.Busy() {
			return i
		}
	}
	t.Fatal("the import does not end")
	return intake.Import{}
}

func TestAnImportCutByAKillGoesOnAndCountsEachRowOnce(t *testing.T) {
	t.Parallel()
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		h := opened(t, db, t.TempDir())
		ctx := t.Context()
		i, err := h.Imports.Take(ctx, intake.By{Actor: "user:1", Name: "Ada"}, "csat.csv", strings.NewReader(csatFile(2500)))
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Imports.Begin(ctx, i.ID, i.By); err != nil {
			t.Fatal(err)
		}
		cut(t, h, i) // a first attempt writes a batch, and is killed
		if err := h.StartImports(ctx); err != nil {
			t.Fatal(err)
		}
		done := rest(t, h.Imports, i.ID)
		if done.State != intake.Done || done.Report == nil || done.Report.Accepted != 2500 || done.Report.Duplicates != 0 || done.Report.Conflicts != 0 {
			t.Fatalf("%s %v %v", done.State, *done.Report, done.Problem)
		}
		again, err := h.Imports.Take(ctx, i.By, "csat-2.csv", strings.NewReader(csatFile(2600)))
		if err != nil || !again.Draft.Known {
			t.Fatal(again.Draft.Known, err)
		}
		if err := h.Imports.Begin(ctx, again.ID, i.By); err == nil && again.Map.Source != "csat" {
			t.Errorf("the map is not that of the first file: %s", again.Map.Source)
		}
		if done = rest(t, h.Imports, again.ID); done.Report.Accepted != 100 || done.Report.Duplicates != 2500 {
			t.Errorf("%+v", done.Report)
		}
		if err := h.Imports.Undo(ctx, i.ID); err != nil {
			t.Fatal(err)
		}
		if done = rest(t, h.Imports, i.ID); done.State != intake.Undone || done.Gone != 2500 {
			t.Errorf("%s, %d gone", done.State, done.Gone)
		}
		if n, err := h.Door.Count(ctx); err != nil || n[cx.Live] != 100 {
			t.Errorf("%v %v", n, err)
		}
	})
}

// cut imports the first thousand rows of an import that is under way.
func cut(t *testing.T, h *house.House, i intake.Import) {
	t.Helper()
	text := csatFile(2500)
	f, err := intake.OpenReader("csat.csv", strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	killed := errors.New("killed")
	_, err = intake.Run(t.Context(), intake.Job{File: f, Map: i.Map, Zone: h.Zone(t.Context())}, func(ctx context.Context, lines []collect.Line) ([]collect.Outcome, error) {
		out, err := h.Door.Bring(ctx, i.ID, lines)
		return out, errors.Join(err, killed)
	})
	if n, e := h.Door.Count(t.Context()); e != nil || !errors.Is(err, killed) || n[cx.Live] != 1000 {
		t.Fatal(n, err, e)
	}
}

func TestARehearsalWritesNothingAndTellsTwinsFarApart(t *testing.T) {
	t.Parallel()
	h := opened(t, recordtest.SQLite(t), t.TempDir())
	ctx := t.Context()
	i, err := h.Imports.Take(ctx, intake.By{}, "csat.csv", strings.NewReader(csatFile(1500)+"a3,2026-01-04,4,Tout allait bien ce jour-là numéro 3\n"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Imports.Correct(ctx, i.ID, func(i *intake.Import) error { i.Map.SourceID = []string{"id"}; return nil })
	if err := errors.Join(err, h.StartImports(ctx), h.Imports.Check(ctx, i.ID)); err != nil {
		t.Fatal(err)
	}
	i = rest(t, h.Imports, i.ID)
	if i.State != intake.Drafted || i.Report.Accepted != 1500 || i.Report.Duplicates != 1 {
		t.Errorf("%s %+v", i.State, i.Report)
	}
	if n, err := h.Door.Count(ctx); err != nil || len(n) != 0 {
		t.Errorf("%v %v", n, err)
	}
}

func TestAFileBeyondTheLimitIsRefusedAndForgotten(t *testing.T) {
	dir := t.TempDir()
	h := opened(t, recordtest.SQLite(t), dir)
	_, err := h.Imports.Take(t.Context(), intake.By{}, "big.csv", strings.NewReader(strings.Repeat("a,b\n", 2<<20)))
	if e, ok := errors.AsType[*cx.Error](err); !ok || e.Code != "import.too_big" {
		t.Fatal(err)
	}
	left, err := os.ReadDir(filepath.Join(dir, "imports"))
	if err != nil || len(left) != 0 {
		t.Errorf("%v %v", left, err)
	}
	if all, err := h.Imports.Imports(context.Background(), 0, 10); err != nil || len(all) != 0 {
		t.Errorf("%v %v", all, err)
	}
}
