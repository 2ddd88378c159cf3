package collect_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"vigie/internal/listen/collect"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

func engines(b *testing.B, fn func(b *testing.B, db *record.DB)) {
	b.Run("sqlite", func(b *testing.B) { fn(b, recordtest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { fn(b, recordtest.Postgres(b)) })
}

// One feedback each from 64 callers, answered when on disk.
func BenchmarkPut(b *testing.B) {
	engines(b, func(b *testing.B, db *record.DB) {
		d, _ := open(b, db)
		var n atomic.Int64
		b.SetParallelism(32)
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				out, err := d.Put(context.Background(), "", feedback(int(n.Add(1))))
				if err != nil || out.Verdict != collect.Accepted {
					b.Error(out, err)
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "feedbacks/s")
	})
}

// A thousand lines a transaction, with and without customers.
func BenchmarkBatch(b *testing.B) {
	for _, customers := range []bool{false, true} {
		b.Run(fmt.Sprintf("customers=%t", customers), func(b *testing.B) {
			engines(b, func(b *testing.B, db *record.DB) {
				d, _ := open(b, db)
				n := 0
				b.ReportAllocs()
				for b.Loop() {
					lines := make([]collect.Line, 1000)
					for i := range lines {
						n++
						in := feedback(n)
						if customers {
							in.Customer = &collect.Customer{Ref: fmt.Sprint("c", n*7919%100_000), Attributes: map[string]any{"segment": "premium"}}
						}
						lines[i] = collect.Line{Number: i + 1, Incoming: in}
					}
					out, err := d.Batch(context.Background(), lines)
					if err != nil || out[999].Verdict != collect.Accepted {
						b.Fatal(out, err)
					}
				}
				b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "feedbacks/s")
			})
		})
	}
}

// Every feedback once, as a rebuild reads them.
func BenchmarkAll(b *testing.B) {
	engines(b, func(b *testing.B, db *record.DB) {
		d, _ := open(b, db)
		for i := range 50 {
			lines := make([]collect.Line, 1000)
			for k := range lines {
				lines[k] = collect.Line{Incoming: feedback(i*1000 + k)}
			}
			if _, err := d.Batch(context.Background(), lines); err != nil {
				b.Fatal(err)
			}
		}
		n := 0
		for b.Loop() {
			if err := d.All(context.Background(), func(collect.Stored) error { n++; return nil }); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "feedbacks/s")
	})
}
