package demo

import (
	"testing"
	"time"

	"vigie/internal/listen/collect"
)

var now = time.Date(2026, 6, 17, 15, 42, 0, 0, time.UTC)

func TestScratch(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	n, words := map[string]int{}, 0
	start := time.Now()
	s.Feedbacks(now, func(in collect.Incoming) bool {
		n[in.Audience+in.Program]++
		if in.Verbatim != "" {
			words++
		}
		return true
	})
	t.Log(n, words, time.Since(start))
}
