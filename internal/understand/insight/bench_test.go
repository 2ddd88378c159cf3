package insight

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/people"
	"vigie/internal/record"
)

// Measured with: VIGIE_BENCH_SCORES=10000000 go test -run - -bench Ask -benchtime 20x ./internal/understand/insight/

func benchScores() int64 {
	if n, err := strconv.ParseInt(os.Getenv("VIGIE_BENCH_SCORES"), 10, 64); err == nil {
		return n
	}
	return 1_000_000
}

func BenchmarkAsk(b *testing.B) {
	list := func(v ...any) Condition { return Condition{In: v} }
	questions := []struct {
		name string
		q    Query
	}{
		{"total of a month", Query{Indicator: "nps", During: &Period{"2025-11-01", "2025-12-01"}, Versus: &Versus{Named: "previous"}}},
		{"touchpoint of a month", Query{Indicator: "nps", By: []string{"touchpoint"}, During: &Period{"2025-11-01", "2025-12-01"}, Versus: &Versus{Named: "previous"}}},
		{"touchpoint by month", Query{Indicator: "nps", By: []string{"touchpoint", "month"}}},
		{"two dimensions, filtered", Query{Indicator: "csat", By: []string{"touchpoint", "channel"}, Where: Where{
			"attributes.a1": {Not: []any{"value-1", "value-2"}}, "unit": list("region-1", "region-2"), "scores.nps": {LTE: ptr(6.0)}}}},
		{"5,000 values by channel", Query{Indicator: "nps", By: []string{"attributes.a0", "channel"}}},
		{"region by month", Query{Indicator: "nps", By: []string{"unit.region", "month"}}},
		{"two attributes and a range", Query{Indicator: "nps", By: []string{"attributes.a1", "attributes.a2"}, During: &Period{"2025-01-01", "2025-07-01"}}},
		{"csat among detractors", Query{Indicator: "csat", Where: Where{"scores.nps": {LTE: ptr(6.0)}}}},
	}
	i, err := Synthetic(b.Context(), b.TempDir(), benchScores(), 5)
	if err != nil {
		b.Fatal(err)
	}
	defer i.Stop()
	st, err := i.Stats(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d feedbacks, %.1f bytes a score", st.Rows, float64(st.FileBytes)/float64(2*st.Rows))
	for _, q := range questions {
		b.Run(q.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				started := time.Now()
				a, err := i.Ask(b.Context(), people.Whole(), q.q)
				if err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(started))
				b.ReportMetric(float64(len(a.Rows)), "rows")
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
}

func BenchmarkRebuild(b *testing.B) {
	for _, attributes := range []int{5, 20} {
		b.Run(fmt.Sprintf("%d attributes", attributes), func(b *testing.B) {
			n := benchScores() / 2
			for b.Loop() {
				took, err := SyntheticRebuild(b.Context(), b.TempDir(), n, attributes)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(n)/took.Seconds(), "feedbacks/s")
			}
		})
	}
}

// BenchmarkFollow measures one batch of the feed, from the present rows to the commit of figures and cursor.
func BenchmarkFollow(b *testing.B) {
	for _, size := range []int64{1, 100, 1000} {
		for _, kind := range []record.Kind{record.Created, record.Amended} {
			b.Run(fmt.Sprintf("%d of kind %d", size, kind), func(b *testing.B) {
				i, err := Synthetic(b.Context(), b.TempDir(), benchScores(), 5)
				if err != nil {
					b.Fatal(err)
				}
				defer i.Stop()
				payloads := syntheticPayloads(5)
				i.d.Read = func(_ context.Context, ids []int64) ([]collect.Stored, error) {
					out := make([]collect.Stored, len(ids))
					for n, id := range ids {
						out[n] = collect.Stored{ID: cx.FeedbackID(id), Payload: payloads[n]}
					}
					return out, nil
				}
				next := benchScores()
				for b.Loop() {
					entries := make([]record.Entry, size)
					for n := range entries {
						next++
						entries[n].Event = record.Event{Subject: record.Feedback, ID: next, Kind: kind}
						if err := entries[n].Position.UnmarshalText([]byte(strconv.FormatInt(next, 10))); err != nil {
							b.Fatal(err)
						}
					}
					if err := i.apply(b.Context(), i.cur, entries, record.Cursor{Position: entries[size-1].Position}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(size)*float64(b.N)/b.Elapsed().Seconds(), "feedbacks/s")
			})
		}
	}
}

// BenchmarkEmployees measures the whole grid: 50,000 answers of 5,000 people, 25 touchpoints, 500 agencies, two years.
func BenchmarkEmployees(b *testing.B) {
	shape := &structure{zone: time.UTC}
	if err := shape.addUnits(syntheticTree()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		g := newGrid(shape, 40_000)
		for n := range int64(50_000) {
			for _, u := range g.unitPath(fmt.Sprintf("agency-%d", n*7919%500)) {
				for _, tp := range []string{"", fmt.Sprintf("touchpoint-%d", n%25)} {
					g.count(gridKey{touchpoint: tp, unit: u}, 2024*12+n*31%24, n%5000, n%11)
				}
			}
		}
		g.suppress()
	}
}

// BenchmarkRows measures what follows the engine: 330,000 counts of 5,000 values by six channels to 30,000 rows.
func BenchmarkRows(b *testing.B) {
	c := testCatalogue()
	p := &plan{indicator: c.Indicators["nps"], metric: c.Metrics["nps"]}
	for _, name := range []string{"crowd", "channel"} {
		p.dims = append(p.dims, &dimension{name: name, key: func(code int64) string { return strconv.FormatInt(code, 10) }})
	}
	for b.Loop() {
		t := newTally(p.dims, p.metric.Points())
		for n := range int64(330_000) {
			t.cell(cell{n / 66, n / 11 % 6}).add(n%11, 1+n%7)
		}
		if rows := p.rows(t, nil); len(rows) != 30_000 {
			b.Fatal(len(rows))
		}
	}
}
