package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/internal/record/recordtest"
)

// rounds of killing the program; a developer's -short run does a few.
func rounds() int {
	if testing.Short() {
		return 3
	}
	return 50
}

// TestKilledAtAnyMomentItLosesNothingAcknowledged kills the real program with -9 while many clients post, again and
// again, and then counts every acknowledged feedback exactly once in the record, the feed and the figures.
func TestKilledAtAnyMomentItLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		killAndCount(t, "--data", folder(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		killAndCount(t, "--data", folder(t), "--database", recordtest.PostgresURL(t))
	})
}

func killAndCount(t *testing.T, where ...string) {
	secret, _ := vigie(t, append([]string{"key", "add", "test", "--role", "administrator"}, where...)...)
	p := &posting{key: strings.TrimSpace(secret), acknowledged: map[string]int64{}}
	for round := range rounds() {
		s := serve(t, where...)
		if round == 0 {
			p.put(t, s.address)
		}
		ctx, cancel := context.WithCancel(context.Background())
		var clients sync.WaitGroup
		for c := range 8 {
			clients.Go(func() { p.post(ctx, s.address, fmt.Sprintf("%d-%d", round, c)) })
		}
		time.Sleep(time.Duration(50+rand.IntN(350)) * time.Millisecond) // the moment of the power cut is the test's
		s.kill()
		cancel()
		clients.Wait()
	}
	p.check(t, serve(t, where...), where)
}

// posting remembers what was acknowledged: source id → id.
type posting struct {
	key          string
	mu           sync.Mutex
	acknowledged map[string]int64
	doubts       []string // sent, never answered: there or not
}

func (p *posting) request(ctx context.Context, method, address, body string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+p.key)
	r.Header.Set("Content-Type", "application/json")
	return http.DefaultClient.Do(r)
}

func (p *posting) put(t *testing.T, address string) {
	t.Helper()
	j := `{"key":"main","name":{"en":"Main"},"stages":[{"key":"use","name":{"en":"Use"},"touchpoints":[{"key":"call","name":{"en":"My call"}}]}]}`
	r, err := p.request(t.Context(), http.MethodPut, address+"/api/v1/journeys/main", j)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode >= 300 {
		t.Fatalf("journey: %s", r.Status)
	}
}

// body of a feedback; the score is taken from its name, so that figures can be told.
func body(source string) string {
	return fmt.Sprintf(`{"source":"crash","source_id":%q,"at":"2026-03-01T10:00:00Z","touchpoint":"call","scores":{"nps":%d},"verbatim":"Réponse %s"}`, source, score(source), source)
}

func score(source string) int { return int(source[len(source)-1]-'0') + len(source)%2 }

func (p *posting) post(ctx context.Context, address, who string) {
	for i := 0; ctx.Err() == nil; i++ {
		source := fmt.Sprintf("%s-%d", who, i)
		r, err := p.request(ctx, http.MethodPost, address+"/api/v1/feedbacks", body(source))
		p.mu.Lock()
		if err != nil {
			p.doubts = append(p.doubts, source)
			p.mu.Unlock()
			return
		}
		var got struct{ ID int64 }
		if r.StatusCode == http.StatusCreated && json.NewDecoder(r.Body).Decode(&got) == nil {
			p.acknowledged[source] = got.ID
		} else {
			p.doubts = append(p.doubts, source)
		}
		p.mu.Unlock()
		_ = r.Body.Close()
	}
}

// check sends everything again: what was acknowledged must be known under the same id; then all counts must agree.
func (p *posting) check(t *testing.T, s *running, where []string) {
	t.Helper()
	if len(p.acknowledged) < 100 {
		t.Fatalf("only %d were acknowledged: the test proves nothing", len(p.acknowledged))
	}
	all, byScore := map[string]bool{}, map[int]int{}
	for source, id := range p.acknowledged {
		all[source] = true
		r, err := p.request(t.Context(), http.MethodPost, s.address+"/api/v1/feedbacks", body(source))
		if err != nil {
			t.Fatal(err)
		}
		var got struct{ ID int64 }
		err = json.NewDecoder(r.Body).Decode(&got)
		_ = r.Body.Close()
		if err != nil || r.StatusCode != http.StatusOK || got.ID != id {
			t.Errorf("%s was acknowledged as %d; sent again it is %d (%s)", source, id, got.ID, r.Status)
		}
	}
	for _, source := range p.doubts {
		r, err := p.request(t.Context(), http.MethodPost, s.address+"/api/v1/feedbacks", body(source))
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		all[source] = true
	}
	for source := range all {
		byScore[score(source)]++
	}
	p.figures(t, s, len(all), byScore)
	s.kill()
	out, _ := vigie(t, append([]string{"export"}, where...)...)
	lines := bytes.Split(bytes.TrimSpace([]byte(out)), []byte("\n"))
	if len(lines) != len(all) {
		t.Errorf("the record holds %d, %d were sent", len(lines), len(all))
	}
	if out, _ := vigie(t, append([]string{"doctor"}, where...)...); strings.Contains(out, "✗") {
		t.Errorf("the doctor says\n%s", out)
	}
}

func (p *posting) figures(t *testing.T, s *running, n int, byScore map[int]int) {
	t.Helper()
	type row struct {
		By map[string]string
		N  int
	}
	var rows []row
	until(t, "caught up with "+fmt.Sprint(n), func() bool {
		r, err := p.request(t.Context(), http.MethodPost, s.address+"/api/v1/query", `{"indicator":"nps","by":["score"]}`)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		var got struct{ Rows []row }
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Fatal(err)
		}
		rows = got.Rows
		sum := 0
		for _, x := range rows {
			sum += x.N
		}
		return sum >= n
	})
	for _, x := range rows {
		var v int
		if _, err := fmt.Sscan(x.By["score"], &v); err != nil {
			t.Fatal(err)
		}
		if byScore[v] != x.N {
			t.Errorf("score %d: %d in the figures, %d sent", v, x.N, byScore[v])
		}
	}
}
