package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"vigie/internal/record/recordtest"
)

// filesIn counts the files that people sent, in a data folder.
func filesIn(t *testing.T, data string) (n int) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(data, "media"), func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// filed sends a feedback with a file and gives its number.
func filed(t *testing.T, c caller, n int) int64 {
	t.Helper()
	var m struct{ ID string }
	if res, b := c.ask(t, "POST", "/api/v1/media?name=a.pdf", fmt.Sprintf("%%PDF-1.7 the file of %d", n)); res.StatusCode != 201 || json.Unmarshal(b, &m) != nil {
		t.Fatalf("%d %s", res.StatusCode, b)
	}
	var f struct{ ID int64 }
	sent := fmt.Sprintf(`{"source":"test","source_id":"%d","at":"2026-03-01T10:00:00Z","verbatim":"Voir le fichier.","media":[%q]}`, n, m.ID)
	if res, b := c.ask(t, "POST", "/api/v1/feedbacks", sent); res.StatusCode != 201 || json.Unmarshal(b, &f) != nil {
		t.Fatalf("%d %s", res.StatusCode, b)
	}
	return f.ID
}

// A backup is whole: the files come back with it, but for those erased since.
func TestFilesAreInTheBackupAndStayErased(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { backFilesUp(t) })
	t.Run("postgres", func(t *testing.T) { backFilesUp(t, "--database", recordtest.PostgresURL(t)) })
}

func backFilesUp(t *testing.T, more ...string) {
	data, elsewhere := folder(t), folder(t)
	where := append([]string{"--data", data}, more...)
	c := caller{key: administrator(t, where...)}
	s := serve(t, where...)
	c.address = s.address
	gone, _ := filed(t, c, 1), filed(t, c, 2)
	file := filepath.Join(t.TempDir(), "backup")
	vigie(t, append([]string{"backup", file}, where...)...)
	filed(t, c, 3)
	if res, b := c.ask(t, "DELETE", fmt.Sprint("/api/v1/feedbacks/", gone), ""); res.StatusCode != 204 {
		t.Fatalf("%d %s", res.StatusCode, b)
	}
	if n := filesIn(t, data); n != 2 {
		t.Errorf("%d files after the erasure", n)
	}
	if out, _ := vigie(t, append([]string{"export"}, where...)...); strings.Count(out, `"media":["`) != 2 {
		t.Errorf("the export says\n%s", out)
	}
	if len(more) > 0 { // its log is copied beside by each backup
		vigie(t, append([]string{"backup", file + "2"}, where...)...)
	}
	s.kill()
	vigie(t, "restore", file, "--data", elsewhere, "--erasures", filepath.Join(data, erasureLog))
	if n := filesIn(t, elsewhere); n != 1 {
		t.Errorf("%d files are restored", n)
	}
	vigie(t, append([]string{"restore", file, "--replace"}, where...)...)
	if n := filesIn(t, data); n != 1 {
		t.Errorf("%d files after going back", n)
	}
	key := administrator(t, "--data", elsewhere)
	back := serve(t, "--data", elsewhere)
	var l struct {
		Feedbacks []struct {
			ID    int64
			Media []struct{ ID string }
		}
	}
	if _, b := (caller{address: back.address, key: key}).ask(t, "GET", "/api/v1/feedbacks", ""); json.Unmarshal(b, &l) != nil || len(l.Feedbacks) != 1 || len(l.Feedbacks[0].Media) != 1 {
		t.Fatalf("%s", b)
	}
	_, b := caller{address: back.address, key: key}.ask(t, "GET", fmt.Sprint("/api/v1/feedbacks/", l.Feedbacks[0].ID, "/media/", l.Feedbacks[0].Media[0].ID), "")
	if string(b) != "%PDF-1.7 the file of 2" {
		t.Errorf("%q", b)
	}
}
