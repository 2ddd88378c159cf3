package intake

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/collect"
)

// shared opens a real file that lies beside the repository.
func shared(t testing.TB, path string) *File {
	t.Helper()
	full := filepath.Join("../../../../shared/data", path)
	if _, err := os.Stat(full); err != nil {
		t.Skipf("no shared data here: %s", path)
	}
	f, err := Open(full)
	if err != nil {
		t.Fatalf("open %s: %v", path, err)
	}
	return f
}

func memory(t testing.TB, name, content string) *File {
	t.Helper()
	f, err := OpenReader(name, bytes.NewReader([]byte(content)), int64(len(content)))
	if err != nil {
		t.Fatalf("open %s: %v", name, err)
	}
	return f
}

// table reads all rows, header first.
func table(t testing.TB, f *File, l Layout) ([]string, []Row) {
	t.Helper()
	r, err := f.Rows(l, nil)
	if err != nil {
		t.Fatalf("rows of %s: %v", f.Name, err)
	}
	defer r.Close()
	var names []string
	for _, h := range r.Headers {
		names = append(names, h.Name)
	}
	var rows []Row
	for {
		row, err := r.Next()
		if err == io.EOF {
			return names, rows
		}
		if err != nil {
			t.Fatalf("row of %s: %v", f.Name, err)
		}
		rows = append(rows, row)
	}
}

func cellsOf(rows []Row) [][]string {
	var out [][]string
	for _, r := range rows {
		out = append(out, r.Cells)
	}
	return out
}

// keeping is a door that keeps what it is given, and answers as the real one does for keys it has seen.
type keeping struct {
	lines []collect.Line
	seen  map[string]bool
	sizes []int
}

func (k *keeping) door(_ context.Context, lines []collect.Line) ([]collect.Outcome, error) {
	if k.seen == nil {
		k.seen = map[string]bool{}
	}
	k.sizes = append(k.sizes, len(lines))
	out := make([]collect.Outcome, len(lines))
	for i, l := range lines {
		key := l.Incoming.Source + "\x00" + l.Incoming.SourceID
		out[i] = collect.Outcome{Line: l.Number, Verdict: collect.Accepted}
		if k.seen[key] {
			out[i].Verdict = collect.Duplicate
			continue
		}
		k.seen[key] = true
		k.lines = append(k.lines, l)
	}
	return out, nil
}

func (k *keeping) incomings() []collect.Incoming {
	var out []collect.Incoming
	for _, l := range k.lines {
		out = append(out, l.Incoming)
	}
	return out
}

func mustGuess(t testing.TB, f *File) Map {
	t.Helper()
	m, _, err := Guess(f)
	if err != nil {
		t.Fatalf("guess %s: %v", f.Name, err)
	}
	return m
}

func mustRun(t testing.TB, f *File, m Map, k *keeping) Report {
	t.Helper()
	rep, err := Run(context.Background(), Job{File: f, Map: m}, k.door)
	if err != nil {
		t.Fatalf("import %s: %v", f.Name, err)
	}
	if sum := rep.Accepted + rep.Duplicates + rep.Conflicts + rep.Quarantined + rep.Erased + rep.NoteRows + rep.RejectedRows; sum != rep.Rows {
		t.Fatalf("%s: %d rows, %d accounted for: %+v", f.Name, rep.Rows, sum, rep)
	}
	return rep
}

func code(err error) string {
	if e, ok := errors.AsType[*cx.Error](err); ok {
		return e.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func french(err error) string { return lang.For("fr").Error(err) }
