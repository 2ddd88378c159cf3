package api

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"vigie/internal/listen/collect"
	"vigie/internal/people"
	"vigie/internal/record/recordtest"
)

// BenchmarkPostFeedback sends single feedbacks over 64 connections, client included.
func BenchmarkPostFeedback(b *testing.B) {
	w := newWorld(b, recordtest.SQLite(b))
	key := "Bearer " + w.key(people.Source)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 64, DialContext: (&net.Dialer{}).DialContext}}
	var n atomic.Int64
	b.SetParallelism(64)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			body := one(fmt.Sprint("bench", n.Add(1)), `,"unit":"lille","customer":{"ref":"C1"},"scores":{"nps":9,"csat":4},"verbatim":"Rapide et aimable","attributes":{"segment":"premium"}`)
			r, _ := http.NewRequest("POST", w.url+"/api/v1/feedbacks", strings.NewReader(body))
			r.Header.Set("Authorization", key)
			resp, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if resp.StatusCode != 201 {
				b.Error(resp.StatusCode)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "feedbacks/s")
}

// BenchmarkPostBatch streams one batch.
func BenchmarkPostBatch(b *testing.B) {
	w := newWorld(b, recordtest.SQLite(b))
	r, pipe := io.Pipe()
	go func() {
		for n := range b.N {
			fmt.Fprintln(pipe, one(fmt.Sprint("batch", n), `,"unit":"lille","customer":{"ref":"C1"},"scores":{"nps":9,"csat":4},"verbatim":"Rapide et aimable","attributes":{"segment":"premium"}`))
		}
		_ = pipe.Close()
	}()
	b.ResetTimer()
	got := as[BatchResult](b, ndjson(w, r))
	if got.Accepted != b.N {
		b.Errorf("%+v", got)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "feedbacks/s")
}

// BenchmarkDecode reads one feedback.
func BenchmarkDecode(b *testing.B) {
	body := []byte(one("x", `,"unit":"lille","customer":{"ref":"C1"},"scores":{"nps":9,"csat":4},"verbatim":"Rapide et aimable","attributes":{"segment":"premium"}`))
	b.ReportAllocs()
	for b.Loop() {
		var in collect.Incoming
		if err := decodeFeedback(body, &in); err != nil {
			b.Fatal(err)
		}
	}
}
