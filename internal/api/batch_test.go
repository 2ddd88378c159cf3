package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func sqlite(t testing.TB) *record.DB { return recordtest.SQLite(t) }

func ndjson(w *world, body io.Reader) reply {
	w.t.Helper()
	return w.stream("POST", "/api/v1/feedbacks", body, with("Content-Type", "application/x-ndjson"))
}

func TestBatchTellsEachLine(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		lines := []string{
			one("1", `,"scores":{"nps":9}`), one("1", `,"scores":{"nps":9}`), one("1", `,"scores":{"nps":8}`), `{"source":`, ``,
			one("2", `,"scores":{"nps":99}`), strings.Replace(one("3", `,"scores":{"nps":1}`), "delivery", "nowhere", 1),
			`{"source":"crm","at":"2026-03-01T10:00:00Z","scores":{"nps":1}}`, one("4", `,"colour":1,"scores":{"nps":1}`),
			one("5", `,"verbatim":"`+strings.Repeat("x", maxFeedback)+`"`), one("6", `,"scores":{"nps":6}`),
		}
		r := ndjson(w, strings.NewReader("\ufeff"+strings.Join(lines, "\r\n")))
		if r.status != 200 {
			t.Fatalf("%d %s", r.status, r.body)
		}
		got := as[BatchResult](t, r)
		var rejected []string
		for _, x := range got.Rejected {
			rejected = append(rejected, fmt.Sprint(x.Line, " ", x.Field))
			if x.Reason == "" {
				t.Errorf("line %d: no reason", x.Line)
			}
		}
		got.Rejected = nil
		if diff := cmp.Diff(BatchResult{Accepted: 2, Duplicates: 1, Conflicts: 1, Quarantined: 1, RejectedCount: 5, Conflicting: []int{3}, Lines: 11}, got); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"4 ", "6 scores.nps", "8 source_id", "9 colour", "10 "}, rejected); diff != "" {
			t.Error(diff)
		}
	})
}

func TestBatchOfManyThousandLinesAndAgain(t *testing.T) {
	w := newWorld(t, sqlite(t))
	const n = 4321
	var all bytes.Buffer
	for i := range n {
		fmt.Fprintln(&all, one(fmt.Sprint("m", i), fmt.Sprintf(`,"scores":{"nps":%d}`, i%11)))
	}
	body := all.String()
	if got := as[BatchResult](t, ndjson(w, strings.NewReader(body))); got.Accepted != n || got.Lines != n {
		t.Errorf("first: %+v", got)
	}
	if got := as[BatchResult](t, ndjson(w, strings.NewReader(body))); got.Duplicates != n || got.Accepted != 0 {
		t.Errorf("again: %+v", got)
	}
}

func TestConnectionIsUsedAgainAfterABatch(t *testing.T) {
	w := newWorld(t, sqlite(t))
	reused := 0
	trace := &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) {
		if i.Reused {
			reused++
		}
	}}
	for n := range 3 {
		body := io.MultiReader(strings.NewReader(one(fmt.Sprint("k", n), `,"scores":{"nps":1}`)))
		r := w.stream("POST", "/api/v1/feedbacks", body, with("Content-Type", "application/x-ndjson"), func(r *http.Request) {
			*r = *r.WithContext(httptrace.WithClientTrace(r.Context(), trace))
		})
		if r.status != 200 {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	if reused != 3 {
		t.Errorf("reused %d times", reused)
	}
}

func TestBatchWhenTheDoorFailsTellsWhatWasTaken(t *testing.T) {
	w := newWorld(t, sqlite(t))
	r, pipe := io.Pipe()
	go func() {
		line := func(n int) { fmt.Fprintln(pipe, one(fmt.Sprint("f", n), `,"scores":{"nps":1}`)) }
		for n := range chunkLines {
			line(n)
		}
		w.firstChunk()
		w.door.Stop()
		for n := chunkLines; n < 2*chunkLines; n++ { // what is left unread is little: the server throws it away before it hangs up
			line(n)
		}
		_ = pipe.Close()
	}()
	got := ndjson(w, r)
	_ = pipe.Close()
	p := got.problem(t)
	if got.status != 503 || p.Result == nil || p.Result.Accepted != chunkLines || p.Result.Lines != chunkLines {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// firstChunk waits until a thousand feedbacks are in.
func (w *world) firstChunk() {
	for {
		rung := w.db.Changed()
		head, err := w.db.Head(context.Background())
		if err != nil || (record.Position{}).Lag(head) >= chunkLines {
			return
		}
		<-rung
	}
}

func TestBatchCutInTheMiddleKeepsWholeLines(t *testing.T) {
	var all bytes.Buffer
	for i := range 1500 {
		fmt.Fprintln(&all, one(fmt.Sprint("c", i), `,"scores":{"nps":1}`))
	}
	chunks, stop := make(chan chunk, 4), make(chan struct{})
	readChunks(io.MultiReader(bytes.NewReader(all.Bytes()[:all.Len()-20]), broken{}), chunks, stop)
	var l []chunk
	for ch := range chunks {
		l = append(l, ch)
	}
	if len(l) != 2 || len(l[0].lines) != 1000 || len(l[1].lines) != 499 || l[1].err == nil || len(l[1].unread) != 0 {
		t.Errorf("%d chunks", len(l))
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// FuzzLines holds the reader of batches to the plain way of cutting lines.
func FuzzLines(f *testing.F) {
	f.Add([]byte("{}\n\n{\"source\":1}\r\n{"))
	f.Add([]byte("\xef\xbb\xbf" + one("1", `,"scores":{"nps":9}`) + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		chunks, stop := make(chan chunk, 1), make(chan struct{})
		go readChunks(bytes.NewReader(b), chunks, stop)
		taken, last := 0, 0
		for ch := range chunks {
			if ch.err != nil {
				t.Fatal(ch.err)
			}
			taken += len(ch.lines) + len(ch.unread)
			for _, u := range ch.unread {
				if len(faults(langEN(), u.err)) == 0 {
					t.Errorf("line %d: no reason", u.line)
				}
			}
			last = ch.last
		}
		want, lines := 0, strings.Split(strings.TrimPrefix(string(b), "\xef\xbb\xbf"), "\n")
		for _, l := range lines {
			if len(bytes.TrimSpace([]byte(l))) > 0 {
				want++
			}
		}
		if taken != want {
			t.Errorf("%d lines taken, %d there (%d read)", taken, want, last)
		}
	})
}
