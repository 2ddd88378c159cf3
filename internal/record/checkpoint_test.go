package record

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTheWALIsFoldedInAPauseWithoutTheWriter(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	db, err := Open(ctx, Config{Dir: dir}, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for range 50 {
		err := db.Write(ctx, func(tx *Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO setting (name, value) VALUES (?, ?)`, time.Now().String(), strings.Repeat("x", 20_000))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, func() bool {
		w, err := (&folder{path: filepath.Join(dir, FileName)}).read()
		return err == nil && w.frames > 50 && w.pending() == 0
	})
}

func TestALargeWALBeginsAgainWhileTheRecordIsWritten(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	db, err := Open(ctx, Config{Dir: dir}, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	big := strings.Repeat("x", 20<<20)
	var most int64
	for i := range 16 {
		err := db.Write(ctx, func(tx *Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO setting (name, value) VALUES ('big', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, big[i:])
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if i%8 == 7 { // 160 MB: beyond walBack
			if err := db.folder.fold(ctx); err != nil {
				t.Fatal(err)
			}
		}
		info, err := os.Stat(filepath.Join(dir, FileName+"-wal"))
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, info.Size())
	}
	if most > 250<<20 {
		t.Errorf("the WAL grew to %d MB", most>>20)
	}
	if err := db.Truncate(ctx); err != nil {
		t.Error(err)
	}
}

func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("waited in vain")
		}
	}
}
