package intake

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"vigie/internal/listen/collect"
)

// endless is a file of size bytes that repeats one block: large without taking room.
type endless struct {
	head, block string
	size        int64
}

func (e endless) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) && off < e.size {
		src := e.head
		at := off
		if off >= int64(len(e.head)) {
			src, at = e.block, (off-int64(len(e.head)))%int64(len(e.block))
		}
		k := copy(p[n:min(len(p), n+int(e.size-off))], src[at:])
		n, off = n+k, off+int64(k)
	}
	if off >= e.size {
		return n, io.EOF
	}
	return n, nil
}

func endlessFile(t testing.TB, megabytes int64) *File {
	t.Helper()
	var block strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&block, "R%d;%02d/%02d/2024 10:%02d;%d;Téléphone;\"Réponse rapide, mais « %d » rappels\nsur deux lignes\"\n", i, i%28+1, i%12+1, i%60, i%5+1, i)
	}
	e := endless{head: "id;quand;note;canal;avis\n", block: block.String(), size: megabytes << 20}
	f, err := OpenReader("big.csv", e, e.size)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const endlessMap = `
separator: ";"
source: big
source_id: [id]
columns:
  - {column: quand, as: at, dates: ["DD/MM/YYYY HH:mm"]}
  - {column: note, as: score, key: csat}
  - {column: canal, as: channel, values: {"Téléphone": phone}}
  - {column: avis, as: verbatim}
`

func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	f := endlessFile(t, 16)
	m := mapOf(t, endlessMap)
	var most uint64
	batches := 0
	rep, err := Run(context.Background(), Job{File: f, Map: m}, func(_ context.Context, lines []collect.Line) ([]collect.Outcome, error) {
		if batches++; batches%20 == 0 {
			runtime.GC()
			var s runtime.MemStats
			runtime.ReadMemStats(&s)
			most = max(most, s.HeapAlloc)
		}
		out := make([]collect.Outcome, len(lines))
		for i := range out {
			out[i].Verdict = collect.Accepted
		}
		return out, nil
	})
	if err != nil || rep.Rows < 130_000 {
		t.Fatalf("%d rows, %v", rep.Rows, err)
	}
	if most == 0 || most > 16<<20 {
		t.Errorf("%d MB of heap for a file of 16 MB", most>>20)
	}
}

func BenchmarkRun(b *testing.B) {
	m := mapOf(b, endlessMap)
	f := endlessFile(b, 16)
	b.SetBytes(f.Size)
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		rep, err := Run(context.Background(), Job{File: f, Map: m}, func(_ context.Context, lines []collect.Line) ([]collect.Outcome, error) {
			out := make([]collect.Outcome, len(lines))
			for i := range out {
				out[i].Verdict = collect.Accepted
			}
			return out, nil
		})
		if err != nil {
			b.Fatal(err)
		}
		rows += rep.Rows
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
