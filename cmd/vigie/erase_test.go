package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vigie/internal/record/recordtest"
)

// person is somebody whose every trace can be told from all others'.
type person int

func (p person) ref() string   { return fmt.Sprintf("REFZQ%05dX", int(p)) }
func (p person) email() string { return fmt.Sprintf("mailzq%05dx@example.test", int(p)) }
func (p person) name() string  { return fmt.Sprintf("Nomzq%05dx Dupont", int(p)) }
func (p person) words() string {
	return fmt.Sprintf("Mot %s : le livreur n’a pas sonné et le colis est reparti.", p.word())
}

// word differs from all others at its beginning, since an index writes what a word shares with the one before but once.
func (p person) word() string {
	h := sha256.Sum256([]byte{byte(p), byte(p >> 8)})
	return hex.EncodeToString(h[:8])
}

// traces are what must not be found, in lower case, for the full text folds it.
func (p person) traces() []string {
	return []string{strings.ToLower(p.ref()), p.email()[:12], fmt.Sprintf("nomzq%05dx", int(p)), p.word()[4:], fmt.Sprintf("+336%08d", int(p))}
}

func (p person) feedback(n int) string {
	return fmt.Sprintf(`{"source":"shop","source_id":"p%d-%d","at":"2026-03-0%dT10:00:00Z","touchpoint":"call","scores":{"nps":%d},"verbatim":%q,"customer":{"ref":%q,"email":%q,"phone":"06%08d","name":%q,"attributes":{"nickname":%q}}}`,
		int(p), n, 1+n, int(p)%11, p.words(), p.ref(), p.email(), int(p), p.name(), p.name())
}

func crowd(t testing.TB) int {
	if testing.Short() {
		return 200
	}
	return 1000
}

// crowdFile holds two feedbacks of each person, in a file outside of the data folder.
func crowdFile(t testing.TB, n int) string {
	t.Helper()
	var all []string
	for p := range n {
		all = append(all, person(p).feedback(0), person(p).feedback(1))
	}
	path := filepath.Join(t.TempDir(), "crowd.ndjson")
	if err := os.WriteFile(path, []byte(strings.Join(all, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// eraseAll erases every person but the last ten through the API, as an operator would.
func eraseAll(t *testing.T, c caller, n int) {
	t.Helper()
	for p := range n - 10 {
		var found struct{ ID int64 }
		c.must(t, "POST", "/api/v1/customers/find", fmt.Sprintf(`{"identity":%q}`, person(p).email()), &found)
		c.must(t, "DELETE", fmt.Sprintf("/api/v1/customers/%d", found.ID), "", nil)
	}
}

// nowhere holds that no file of a folder has a trace of the first n persons, and that those kept are found: so the
// search is one.
func nowhere(t *testing.T, dir string, n int) {
	t.Helper()
	kept := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		low := bytes.ToLower(b)
		found := 0
		for p := range n {
			for _, trace := range person(p).traces() {
				if bytes.Contains(low, []byte(trace)) {
					if found++; found <= 3 {
						t.Errorf("%s of an erased person is in %s", trace, filepath.Base(path))
					}
				}
			}
		}
		if bytes.Contains(low, []byte(person(n).traces()[3])) {
			kept[filepath.Base(path)] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !kept["record.sqlite"] {
		t.Errorf("no trace of those kept either, but in %v: the search finds nothing", kept)
	}
	t.Log("those kept are in", kept)
}

func TestAThousandErasedPeopleLeaveNoByteAndStayErased(t *testing.T) {
	t.Parallel()
	n := crowd(t)
	data, file := folder(t), crowdFile(t, n)
	where := []string{"--data", data}
	p := &posting{key: administrator(t, where...), acknowledged: map[string]int64{}}
	s := serve(t, where...)
	c := caller{s.address, p.key}
	p.put(t, s.address)
	if got := importing(t, data, file, ""); got != (tally{Rows: 2 * n, Accepted: 2 * n}) {
		t.Fatalf("import: %+v", got)
	}
	c.figures(t, 2*n, "nps")
	before := filepath.Join(t.TempDir(), "before")
	vigie(t, "--data", data, "backup", before)
	eraseAll(t, c, n)
	vigie(t, "--data", data, "compact")
	nowhere(t, data, n-10)
	stayErased(t, c, data, file, n)
	s.kill()
	nowhere(t, data, n-10)

	vigie(t, "--data", data, "restore", before, "--replace")
	c.address = serve(t, where...).address
	stayErased(t, c, data, file, n)
	vigie(t, "--data", data, "compact")
	nowhere(t, data, n-10)

	elsewhere := folder(t)
	vigie(t, "--data", elsewhere, "restore", before, "--erasures", filepath.Join(data, erasureLog))
	if all := sourcesIn(t, "--data", elsewhere); len(all) != 20 {
		t.Errorf("restored elsewhere with the erasure log: %d feedbacks", len(all))
	}
	vigie(t, "--data", elsewhere, "compact")
	nowhere(t, elsewhere, n-10)
}

// stayErased holds that what is left is the feedback of the ten, and that the file sent again changes nothing.
func stayErased(t *testing.T, c caller, data, file string, n int) {
	t.Helper()
	if got := importing(t, data, file, ""); got != (tally{Rows: 2 * n, Duplicates: 20, Erased: 2 * (n - 10)}) {
		t.Errorf("imported again: %+v", got)
	}
	until(t, "figures of the ten alone", func() bool {
		rows := c.figures(t, 20, "nps")
		return len(rows) == 1 && rows[0].N == 20
	})
	if r, _ := c.ask(t, "POST", "/api/v1/customers/find", fmt.Sprintf(`{"identity":%q}`, person(3).email())); r.StatusCode != 404 {
		t.Errorf("an erased person is found: %s", r.Status)
	}
	var got struct {
		ID     int64
		Erased bool
	}
	c.must(t, "POST", "/api/v1/feedbacks", person(3).feedback(0), &got)
	if !got.Erased {
		t.Errorf("an erased feedback sent again: %+v", got)
	}
}

// TestErasuresFollowARecordToTheOtherEngine restores a SQLite backup, older than the erasures, into PostgreSQL.
func TestErasuresFollowARecordToTheOtherEngine(t *testing.T) {
	t.Parallel()
	const n = 30
	data, file := folder(t), crowdFile(t, n)
	p := &posting{key: administrator(t, "--data", data), acknowledged: map[string]int64{}}
	s := serve(t, "--data", data)
	p.put(t, s.address)
	importing(t, data, file, "")
	before := filepath.Join(t.TempDir(), "before")
	vigie(t, "--data", data, "backup", before)
	eraseAll(t, caller{s.address, p.key}, n)
	where := []string{"--data", folder(t), "--database", recordtest.PostgresURL(t)}
	vigie(t, append([]string{"restore", before, "--erasures", filepath.Join(data, erasureLog)}, where...)...)
	if all := sourcesIn(t, where...); len(all) != 20 {
		t.Errorf("%d feedbacks, 20 were not erased", len(all))
	}
	vigie(t, append([]string{"restore", before, "--replace"}, where...)...)
	if all := sourcesIn(t, where...); len(all) != 20 {
		t.Errorf("restored again: %d feedbacks, 20 were not erased", len(all))
	}
	// The database is lost; the data folder keeps what was erased, since the backup.
	vigie(t, append([]string{"backup", filepath.Join(t.TempDir(), "after")}, where...)...)
	where = []string{"--data", where[1], "--database", recordtest.PostgresURL(t)}
	vigie(t, append([]string{"restore", before}, where...)...)
	if all := sourcesIn(t, where...); len(all) != 20 {
		t.Errorf("restored into an empty database: %d feedbacks, 20 were not erased", len(all))
	}
}
