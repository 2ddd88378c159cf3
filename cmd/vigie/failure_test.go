package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"vigie/internal/record/recordtest"
)

// refused holds that a post while the database cannot take it is told so, as a problem, and never acknowledged.
func refused(t *testing.T, c caller, source string) {
	t.Helper()
	start := time.Now()
	r, b := c.ask(t, "POST", "/api/v1/feedbacks", body(source))
	var problem struct {
		Status int
		Title  string
	}
	err := json.Unmarshal(b, &problem)
	if r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Content-Type") != "application/problem+json" || err != nil || problem.Status != 503 || problem.Title == "" {
		t.Errorf("%s answered %s %s: %s", source, r.Status, r.Header.Get("Content-Type"), b)
	}
	if took := time.Since(start); took > 2*time.Minute {
		t.Errorf("it took %s to say so", took)
	}
}

// works waits until a post is taken again, under the time a person would wait.
func (p *posting) works(t *testing.T, c caller, source string) {
	t.Helper()
	until(t, "working again", func() bool {
		r, b := c.ask(t, "POST", "/api/v1/feedbacks", body(source))
		var got struct{ ID int64 }
		if r.StatusCode != http.StatusCreated && r.StatusCode != http.StatusOK || json.Unmarshal(b, &got) != nil {
			return false
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.acknowledged[source] = got.ID
		return true
	})
}

// during posts from eight clients while something happens.
func (p *posting) during(t *testing.T, address, name string, happens func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	for c := range 8 {
		clients.Go(func() { p.post(ctx, address, fmt.Sprintf("%s-%d", name, c)) })
	}
	happens()
	cancel()
	clients.Wait()
}

func TestADatabaseGoneIsToldAndNothingAcknowledgedIsLost(t *testing.T) {
	t.Parallel()
	pg := recordtest.StartPostgres(t)
	where := []string{"--data", folder(t), "--database", pg.URL}
	p := &posting{key: administrator(t, where...), acknowledged: map[string]int64{}}
	s := serve(t, where...)
	c := caller{s.address, p.key}
	p.put(t, s.address)
	for round := range 2 {
		p.during(t, s.address, fmt.Sprint("gone", round), func() {
			n := len(p.known())
			until(t, "60 more acknowledged", func() bool { return len(p.known()) >= n+60 })
			pg.Kill()
		})
		refused(t, c, fmt.Sprintf("refused-%d", round))
		if r, err := http.Get(s.address + "/readyz"); err != nil || r.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("ready without a database: %v %v", r, err)
		} else {
			_ = r.Body.Close()
		}
		pg.Start()
		p.works(t, c, fmt.Sprintf("back-%d", round))
	}
	p.check(t, s, where)
}

// small mounts a file system of so many megabytes, which only root may.
func small(t *testing.T, megabytes int) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root may mount a small file system to fill")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", megabytes)); err != nil {
		t.Skip("no small file system may be mounted here: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func TestAFullDiskIsToldAndNothingAcknowledgedIsLost(t *testing.T) {
	t.Parallel()
	disk := small(t, 96)
	where := []string{"--data", filepath.Join(disk, "data")}
	p := &posting{key: administrator(t, where...), acknowledged: map[string]int64{}}
	s := serve(t, where...)
	c := caller{s.address, p.key}
	p.put(t, s.address)
	ballast := filepath.Join(disk, "ballast")
	p.during(t, s.address, "full", func() {
		until(t, "100 acknowledged", func() bool { return len(p.known()) >= 100 })
		fill(t, ballast)
		until(t, "told that the disk is full", func() bool { return p.doubted() >= 20 })
	})
	refused(t, c, "refused-1")
	if r, _ := c.ask(t, "POST", "/api/v1/query", `{"indicator":"nps"}`); r.StatusCode != http.StatusOK {
		t.Errorf("a full disk hides the figures: %s", r.Status)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	p.works(t, c, "freed-1")
	p.check(t, s, where)
}

func (p *posting) doubted() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.doubts)
}

// fill writes until nothing more can be written.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size >= 512; {
		if _, err := f.WriteString(strings.Repeat("x", size)); err != nil {
			size /= 2
		}
	}
}
