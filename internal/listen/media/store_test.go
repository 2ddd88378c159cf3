package media

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/cx"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

type world struct {
	*Store
	t   *testing.T
	db  *record.DB
	dir string
	now time.Time
}

func open(t *testing.T, db *record.DB, c Config) *world {
	t.Helper()
	w := &world{t: t, db: db, dir: t.TempDir(), now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	c.Dir = w.dir
	s, err := New(c, Deps{DB: db, Now: func() time.Time { return w.now }})
	if err != nil {
		t.Fatal(err)
	}
	w.Store = s
	return w
}

func (w *world) put(b []byte, u Upload) Item {
	w.t.Helper()
	m, err := w.Put(w.t.Context(), bytes.NewReader(b), u)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

func (w *world) hold(feedback cx.FeedbackID, ids ...cx.MediaID) (held []cx.MediaID) {
	w.t.Helper()
	err := w.db.Write(w.t.Context(), func(tx *record.Tx) (err error) {
		held, err = Hold(w.t.Context(), tx, feedback, ids)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return held
}

// files counts what is on the disk.
func (w *world) files() int {
	w.t.Helper()
	n := 0
	if err := filepath.WalkDir(w.dir, func(_ string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			n++
		}
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) kept(ids ...cx.MediaID) []cx.MediaID {
	w.t.Helper()
	l, err := w.Items(w.t.Context(), ids)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []cx.MediaID
	for _, m := range l {
		out = append(out, m.ID)
	}
	return out
}

func TestAFileIsKeptAndGivenBackAsItIs(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := open(t, db, Config{})
		pdf := []byte("%PDF-1.7\nUne facture.")
		m := w.put(pdf, Upload{Name: "../facture mars.PDF", Accept: []Kind{File}})
		if m.Name != "facture mars.pdf" || m.Kind != File || m.Type != "application/pdf" || m.Size != int64(len(pdf)) {
			t.Errorf("%+v", m)
		}
		r, err := w.Open(t.Context(), m.ID)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, pdf) {
			t.Errorf("%q %v", got, err)
		}
		l, err := w.Items(t.Context(), []cx.MediaID{"none", m.ID})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]Item{m}, l); d != "" {
			t.Error(d)
		}
		if _, err := w.Open(t.Context(), "none"); cx.KindOf(err) != cx.NotFound {
			t.Errorf("%v", err)
		}
	})
}

func TestWhatIsRefusedSaysWhyAndLeavesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		b    []byte
		u    Upload
		c    Config
		code string
	}{
		"empty":                {nil, Upload{}, Config{}, "media.empty"},
		"a program":            {[]byte("MZ\x90\x00\x03"), Upload{}, Config{}, "media.type"},
		"of another kind":      {[]byte("%PDF-1.7"), Upload{Accept: []Kind{Image, Audio}}, Config{}, "media.type"},
		"named otherwise":      {[]byte("%PDF-1.7"), Upload{Name: "photo.jpg", Accept: []Kind{Image}}, Config{}, "media.type"},
		"too big here":         {[]byte("%PDF-1.7 and more"), Upload{Max: 10}, Config{}, "media.big"},
		"too big":              {[]byte("%PDF-1.7 and more"), Upload{}, Config{Max: 10}, "media.big"},
		"too big for its kind": {append([]byte("%PDF-1.7"), make([]byte, 20<<20)...), Upload{}, Config{}, "media.big"},
		"no room":              {[]byte("%PDF-1.7 and more"), Upload{}, Config{Room: 10}, "media.full"},
		"damaged":              {[]byte("\xff\xd8\xff\xe1\x00\x10"), Upload{}, Config{}, "media.damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t, recordtest.SQLite(t), c.c)
			_, err := w.Put(t.Context(), bytes.NewReader(c.b), c.u)
			if e, ok := errors.AsType[*cx.Error](err); !ok || e.Kind != cx.Invalid || e.Code != c.code {
				t.Errorf("%v", err)
			}
			if n := w.files(); n != 0 {
				t.Errorf("%d files are left", n)
			}
		})
	}
}

func TestOnlyWhatSomebodyHoldsStays(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		w := open(t, db, Config{Keep: 24 * time.Hour})
		held, free, other := w.put([]byte("one"), Upload{}).ID, w.put([]byte("two"), Upload{}).ID, w.put([]byte("three"), Upload{}).ID
		if got := w.hold(7, held, other); !slices.Equal(got, []cx.MediaID{held, other}) {
			t.Errorf("%v", got)
		}
		if got := w.hold(8, other, free); !slices.Equal(got, []cx.MediaID{free}) {
			t.Errorf("a file held by another was taken: %v", got)
		}
		if got := w.hold(7, held); !slices.Equal(got, []cx.MediaID{held}) {
			t.Errorf("%v", got)
		}
		w.hold(8)
		w.now = w.now.Add(23 * time.Hour)
		if n, err := w.Sweep(t.Context()); n != 0 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		w.now = w.now.Add(2 * time.Hour)
		if n, err := w.Sweep(t.Context()); n != 2 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if got := w.kept(held, free, other); !slices.Equal(got, []cx.MediaID{held}) || w.files() != 1 {
			t.Errorf("%v, %d files", got, w.files())
		}
		if err := w.Drop(t.Context(), held); err != nil || w.files() != 1 {
			t.Errorf("what is held was dropped: %v", err)
		}
		if err := w.Delete(t.Context(), held); err != nil || w.files() != 0 {
			t.Errorf("what is held was not deleted: %v", err)
		}
	})
}

// broken fails to delete, until it is mended.
type broken struct {
	Folder
	failing bool
}

func (b *broken) Delete(ctx context.Context, key string) error {
	if b.failing {
		return errors.New("the disk says no")
	}
	return b.Folder.Delete(ctx, key)
}

func TestWhatIsErasedIsSeenNoMoreAndDeletedInTheEnd(t *testing.T) {
	recordtest.Both(t, func(t *testing.T, db *record.DB) {
		ctx := t.Context()
		w := open(t, db, Config{})
		disk := &broken{Folder: Folder(filepath.Join(w.dir, "media")), failing: true}
		w.d.Blobs = disk
		m := w.put([]byte("words"), Upload{Name: "Zoé.txt"})
		w.hold(7, m.ID)
		if err := db.Write(ctx, func(tx *record.Tx) error { return Release(ctx, tx, []int64{6, 7}) }); err != nil {
			t.Fatal(err)
		}
		if got := w.kept(m.ID); len(got) != 0 {
			t.Errorf("still seen: %v", got)
		}
		if _, err := w.Clear(ctx); err == nil || w.files() != 1 {
			t.Errorf("%v, %d files", err, w.files())
		}
		disk.failing = false
		if n, err := w.Clear(ctx); n != 1 || err != nil || w.files() != 0 {
			t.Errorf("%d %v, %d files", n, err, w.files())
		}
		var rows int
		if err := db.QueryRow(ctx, `SELECT count(*) FROM media`).Scan(&rows); err != nil || rows != 0 {
			t.Errorf("%d rows, %v", rows, err)
		}
	})
}

func TestACrashLeavesNoFileBehind(t *testing.T) {
	w := open(t, recordtest.SQLite(t), Config{})
	if err := os.MkdirAll(w.incoming(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.incoming(), "file-1"), []byte(strings.Repeat("x", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	if n := w.files(); n != 0 {
		t.Errorf("%d files are left", n)
	}
	w.Stop()
}
