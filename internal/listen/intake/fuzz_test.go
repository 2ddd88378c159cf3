package intake

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/collect"
)

func seeds(f *testing.F) {
	for _, s := range []string{"", "a,b\n1,2\n", "a;b\r\n1;\"x\ny\"\r\n", "a\tb\r1\t2\r", "sep=;\na;b\n", "\xff\xfea\x00,\x00b\x00\n\x00", "\"a", "a,\"b\"c\"\n",
		"date,note\n2024-01-01,5\n2024-01-02,4\n", "{\"source\":\"a\"}\n{", "PK\x03\x04", "\x1f\x8b", "BZh9", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
		"V1,V2\nResponseID,x\nR_1,2\n", "a,,\n,Response,Response\n1,2,3\n", "date;id appel;conseiller;note du conseiller;règle;csat\n2026-01-01;a;b;2;imposée;4\n2026-01-02;c;b;5;;\n", "\xef\xbb\xbf\"\xef\xbb\xbf\"\"a\"\"\";b\n1;2\n"} {
		f.Add([]byte(s))
	}
	for _, name := range []string{"dummy.xls", "dummy.xlsx", "dummy.csv.gz", "dummy.csv.bz2", "test.xls"} {
		if b, err := os.ReadFile(filepath.Join(edgeFolder, "csvkit-MIT", name)); err == nil {
			f.Add(b)
		}
	}
}

// FuzzGuess: any bytes are guessed and imported, or refused with a message that exists; every row is accounted for.
func FuzzGuess(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := OpenReader("f.csv", bytes.NewReader(b), int64(len(b)))
		if refused(t, err) {
			return
		}
		if file.Kind == NDJSON {
			importAll(t, file, Map{})
			return
		}
		m, notes, err := Guess(file)
		if refused(t, err) {
			return
		}
		back, err := parseMap(m.YAML(lang.For("fr"), notes))
		if err != nil {
			t.Fatalf("the printed map cannot be read: %v\n%s", err, m.YAML(lang.For("fr"), notes))
		}
		if back.Check() == nil && back.Kind != kindUnits {
			importAll(t, file, back)
		}
	})
}

func refused(t *testing.T, err error) bool {
	if err == nil {
		return false
	}
	e, ok := errors.AsType[*cx.Error](err)
	if !ok || !lang.For("fr").Has(e.Code) {
		t.Fatalf("refused without a sentence: %v", err)
	}
	return true
}

func importAll(t *testing.T, file *File, m Map) {
	given := 0
	rep, err := Run(context.Background(), Job{File: file, Map: m}, func(_ context.Context, lines []collect.Line) ([]collect.Outcome, error) {
		out := make([]collect.Outcome, len(lines))
		for i := range out {
			out[i].Verdict = collect.Accepted
		}
		given += len(lines)
		return out, nil
	})
	refused(t, err)
	if rep.Accepted != given || err == nil && rep.Rows != given+rep.NoteRows+rep.RejectedRows {
		t.Fatalf("%d given of %+v", given, rep)
	}
}

// FuzzRead: no byte of a text is lost: cells, separators, quotes and line ends make up the whole again.
func FuzzRead(f *testing.F) {
	f.Add([]byte("a,b\n\"1\",2\n"), false)
	f.Add([]byte("a,b\r\"1,2\r\"\"\r"), true)
	f.Fuzz(func(t *testing.T, b []byte, cr bool) {
		r := newTextRows(bytes.NewReader(b), ',', cr)
		lines, at := 0, 0
		for {
			row, err := r.next()
			if err != nil {
				break
			}
			if row.Line <= at {
				t.Fatalf("line %d after %d", row.Line, at)
			}
			at, lines = row.Line, lines+1
			if len(row.Cells) == 0 {
				t.Fatal("row without cells")
			}
		}
		if r.start != r.end || !r.eof {
			t.Fatalf("stopped at %d of %d", r.start, r.end)
		}
		if ends := bytes.Count(b, []byte("\n")) + bytes.Count(b, []byte("\r")) + 1; lines > ends {
			t.Fatalf("%d rows of %d lines", lines, ends)
		}
	})
}
