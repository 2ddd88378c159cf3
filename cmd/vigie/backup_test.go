package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/internal/record/recordtest"
)

// sourcesIn gives the source ids in a record, each once.
func sourcesIn(t testing.TB, where ...string) map[string]bool {
	t.Helper()
	out, _ := vigie(t, append([]string{"export"}, where...)...)
	all := map[string]bool{}
	for _, line := range bytes.Split(bytes.TrimSpace([]byte(out)), []byte("\n")) {
		var f struct {
			SourceID string `json:"source_id"`
		}
		if err := json.Unmarshal(line, &f); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if all[f.SourceID] {
			t.Errorf("%s is there twice", f.SourceID)
		}
		all[f.SourceID] = true
	}
	return all
}

func TestABackupTakenWhileClientsPostIsTheRecordAtOneMoment(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { backUpUnderLoad(t, []string{"--data", folder(t)}, []string{"--data", folder(t)}) })
	t.Run("sqlite to postgres", func(t *testing.T) {
		backUpUnderLoad(t, []string{"--data", folder(t)}, []string{"--data", folder(t), "--database", recordtest.PostgresURL(t)})
	})
	t.Run("postgres to sqlite", func(t *testing.T) {
		backUpUnderLoad(t, []string{"--data", folder(t), "--database", recordtest.PostgresURL(t)}, []string{"--data", folder(t)})
	})
}

func backUpUnderLoad(t *testing.T, from, to []string) {
	p := &posting{key: administrator(t, from...), acknowledged: map[string]int64{}}
	s := serve(t, from...)
	p.put(t, s.address)
	ctx, cancel := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	for c := range 8 {
		clients.Go(func() { p.post(ctx, s.address, fmt.Sprint("b", c)) })
	}
	done := func() int {
		p.mu.Lock()
		defer p.mu.Unlock()
		return len(p.acknowledged)
	}
	until(t, "300 acknowledged", func() bool { return done() >= 300 })
	before := p.known()
	file := filepath.Join(t.TempDir(), "backup")
	vigie(t, append([]string{"backup", file}, from...)...)
	until(t, "more acknowledged", func() bool { return done() >= len(before)+50 })
	cancel()
	clients.Wait()
	vigie(t, append([]string{"restore", file}, to...)...)
	if out, _ := vigie(t, append([]string{"doctor"}, to...)...); strings.Contains(out, "✗") {
		t.Errorf("the doctor says\n%s", out)
	}
	restored := sourcesIn(t, to...)
	for source := range before {
		if !restored[source] {
			t.Errorf("%s was acknowledged before the backup began and is not in it", source)
		}
	}
	oneMoment(t, restored)
	s.kill()
	sameFigures(t, restored, caller{serve(t, to...).address, p.key})
}

// known are the sources acknowledged by now.
func (p *posting) known() map[string]bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := map[string]bool{}
	for source := range p.acknowledged {
		all[source] = true
	}
	return all
}

// oneMoment holds that of what each client sent one after the other, the record has a beginning without a hole.
func oneMoment(t *testing.T, sources map[string]bool) {
	t.Helper()
	n, last := map[string]int{}, map[string]int{}
	for source := range sources {
		client, number, _ := strings.Cut(source, "-")
		var i int
		if _, err := fmt.Sscan(number, &i); err != nil {
			t.Fatal(err)
		}
		n[client]++
		last[client] = max(last[client], i)
	}
	for client, i := range last {
		if n[client] != i+1 {
			t.Errorf("%s: %d feedbacks, the last is number %d", client, n[client], i)
		}
	}
}

// sameFigures holds that the API counts exactly these sources.
func sameFigures(t *testing.T, sources map[string]bool, c caller) {
	t.Helper()
	want := map[string]int{}
	for source := range sources {
		want[fmt.Sprint(score(source))]++
	}
	got := counts(c.figures(t, len(sources), "nps", "score"), "score")
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("figures: %s", d)
	}
}

func TestAnOlderBackupBesideANewerProjectionGivesTheFiguresOfTheBackup(t *testing.T) {
	t.Parallel()
	data := folder(t)
	p := &posting{key: administrator(t, "--data", data), acknowledged: map[string]int64{}}
	s := serve(t, "--data", data)
	c := caller{s.address, p.key}
	p.put(t, s.address)
	c.must(t, "POST", "/api/v1/feedbacks", lines("old", 40), nil)
	c.figures(t, 40, "nps", "score")
	file := filepath.Join(t.TempDir(), "backup")
	vigie(t, "--data", data, "backup", file)
	c.must(t, "POST", "/api/v1/feedbacks", lines("new", 60), nil)
	c.figures(t, 100, "nps", "score")
	var words struct{ Feedbacks []struct{ ID int64 } }
	c.must(t, "GET", "/api/v1/feedbacks?source=crash&limit=200", "", &words)
	if len(words.Feedbacks) != 100 {
		t.Errorf("%d listed before", len(words.Feedbacks))
	}
	if _, diag, err := tryVigie(t, "", "--data", data, "restore", file, "--replace"); err == nil {
		t.Fatal("the data of a running server was replaced")
	} else {
		plain(t, "restore beside a server", diag, diag, err)
	}
	s.kill()
	if _, diag, err := tryVigie(t, "", "--data", data, "restore", file); err == nil {
		t.Fatal("data were replaced unasked")
	} else {
		plain(t, "restore without --replace", diag, diag, err)
	}
	if found, err := filepath.Glob(filepath.Join(data, "*.duckdb")); err != nil || len(found) == 0 {
		t.Fatalf("no projection lies there: %v", err)
	}
	vigie(t, "--data", data, "restore", file, "--replace")
	c.address = serve(t, "--data", data).address
	sameFigures(t, sourcesIn(t, "--data", data), c)
	if all := sourcesIn(t, "--data", data); len(all) != 40 || all["new-1"] {
		t.Errorf("%d in the record", len(all))
	}
	c.must(t, "GET", "/api/v1/feedbacks?source=crash&limit=200", "", &words)
	if len(words.Feedbacks) != 40 {
		t.Errorf("%d listed after", len(words.Feedbacks))
	}
}

// lines is a batch of feedbacks of the crash test's kind.
func lines(name string, n int) string {
	var all []string
	for i := range n {
		all = append(all, body(fmt.Sprintf("%s-%d", name, i)))
	}
	return strings.Join(all, "\n") + "\n"
}

func TestAnExportImportedElsewhereGivesEqualFigures(t *testing.T) {
	t.Parallel()
	from, to := folder(t), folder(t)
	a := caller{key: administrator(t, "--data", from)}
	b := caller{key: administrator(t, "--data", to)}
	a.address, b.address = serve(t, "--data", from).address, serve(t, "--data", to).address
	for _, c := range []caller{a, b} {
		c.must(t, "PUT", "/api/v1/metrics/effort", `{"key":"effort","name":{"en":"Effort"},"min":0,"max":5,"step":0.5,"direction":"lower"}`, nil)
		c.must(t, "PUT", "/api/v1/indicators/effort", `{"key":"effort","name":{"en":"Effort"},"metric":"effort","formula":"mean","program":"spontaneous","audience":"customer"}`, nil)
	}
	var sent []string
	for i := range 200 {
		sent = append(sent, fmt.Sprintf(`{"source":"shop","source_id":"r%d","at":"2026-03-0%dT10:00:00.123456Z","scores":{"effort":%g,"fcr":%t},"verbatim":"Avis « %d » <b>\u2028\"\\\n","customer":{"ref":"c%d","email":"c%d@example.test","name":"Client %d","attributes":{"segment":"s%d"}},"attributes":{"basket":%g,"gift":%t},"lang":"fr"}`,
			i, 1+i%9, float64(i%11)/2, i%2 == 0, i, i%50, i%50, i%50, i%3, float64(i)/4, i%3 == 0))
	}
	a.must(t, "POST", "/api/v1/feedbacks", strings.Join(sent, "\n"), nil)
	a.must(t, "POST", "/api/v1/feedbacks", `{"source":"form","at":"2026-03-02T08:00:00Z","scores":{"effort":4.5},"verbatim":"Sans numéro"}`, nil)
	out, _ := vigie(t, "--data", from, "export")
	file := filepath.Join(t.TempDir(), "all.ndjson")
	if err := os.WriteFile(file, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := importing(t, to, file, ""); got != (tally{Rows: 201, Accepted: 201}) {
		t.Errorf("import: %+v", got)
	}
	if got := importing(t, to, file, ""); got != (tally{Rows: 201, Duplicates: 201}) {
		t.Errorf("again: %+v", got)
	}
	for _, by := range [][]string{{"day", "attributes.segment"}, {"source", "score"}} {
		if d := cmp.Diff(a.figures(t, 201, "effort", by...), b.figures(t, 201, "effort", by...)); d != "" {
			t.Errorf("%v: %s", by, d)
		}
	}
	if again, _ := vigie(t, "--data", to, "export"); again != out {
		t.Errorf("exported again it is another:\n%s", cmp.Diff(strings.Split(out, "\n"), strings.Split(again, "\n")))
	}
	var one struct{ Feedbacks []any }
	b.must(t, "POST", "/api/v1/customers/find", `{"identity":"c7@example.test"}`, &one)
	if len(one.Feedbacks) != 4 {
		t.Errorf("customer 7 has %d feedbacks", len(one.Feedbacks))
	}
}
