package record_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"vigie/internal/cx"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func TestABackupTakenInUseIsRestoredOnEitherEngineInAnotherEra(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := context.Background()
		publish(t, db, 100)
		file := filepath.Join(t.TempDir(), "backup.vigie")
		if err := db.Backup(ctx, file); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("others may read the backup: %v, %v", info.Mode(), err)
		}
		publish(t, db, 10) // after the backup: not in it
		for name, c := range map[string]record.Config{"sqlite": {Dir: t.TempDir()}, "postgres": {URL: recordtest.PostgresURL(t)}} {
			got, err := record.Restore(ctx, c, file, false)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			checkRestored(t, got, db)
			_ = got.Close()
		}
	})
}

func checkRestored(t *testing.T, got, old *record.DB) {
	t.Helper()
	ctx := context.Background()
	entries, err := got.Feed(ctx, record.Position{}, 1000)
	if err != nil || len(entries) != 200 {
		t.Fatalf("restored %d entries, %v", len(entries), err)
	}
	head, err := got.Head(ctx)
	if err != nil || head != entries[199].Position {
		t.Errorf("head %s, %v", head, err)
	}
	before, _ := old.Era(ctx)
	if after, _ := got.Era(ctx); after == before || after == "" {
		t.Errorf("era %q after restoring one of %q", after, before)
	}
	publish(t, got, 1)
}

func TestRestoreNeverOverwritesUnasked(t *testing.T) {
	ctx := context.Background()
	db := recordtest.SQLite(t)
	file := filepath.Join(t.TempDir(), "b")
	if err := db.Backup(ctx, file); err != nil {
		t.Fatal(err)
	}
	if err := db.Backup(ctx, file); cx.KindOf(err) != cx.Conflict {
		t.Errorf("a second backup on the same file: %v", err)
	}
	dir := t.TempDir()
	one, err := record.Restore(ctx, record.Config{Dir: dir}, file, false)
	if err != nil {
		t.Fatal(err)
	}
	_ = one.Close()
	if _, err := record.Restore(ctx, record.Config{Dir: dir}, file, false); cx.KindOf(err) != cx.Conflict {
		t.Errorf("over a record: %v", err)
	}
	two, err := record.Restore(ctx, record.Config{Dir: dir}, file, true)
	if err != nil {
		t.Fatal(err)
	}
	_ = two.Close()
}

func TestTheFolderHasOneHolder(t *testing.T) {
	dir := t.TempDir()
	release, err := record.LockFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := record.LockFolder(dir); cx.KindOf(err) != cx.Conflict {
		t.Errorf("a second holder: %v", err)
	}
	release()
	again, err := record.LockFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	again()
}
