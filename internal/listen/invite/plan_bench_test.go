package invite

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/survey"
	"vigie/internal/record"
	"vigie/internal/record/recordtest"
)

// BenchmarkPlanning plans three rules over all customers: VIGIE_PLAN_CONTACTS of them, 20,000 otherwise. It tells contacts
// a second, seconds of processor a million, and the most memory in use.
func BenchmarkPlanning(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("VIGIE_PLAN_CONTACTS"))
	if err != nil {
		n = 20_000
	}
	w := newWorld(b, recordtest.SQLite(b))
	w.people(n)
	north := &survey.Condition{Attribute: "region", In: []string{"nord"}}
	w.rule(Rule{Key: "north", Survey: "yearly", Trigger: Trigger{List: true}, If: north})
	w.rule(Rule{Key: "share", Survey: "contact", Trigger: Trigger{List: true}, Sampling: Sampling{Share: 10}})
	w.rule(Rule{Key: "quota", Survey: "visit", Trigger: Trigger{List: true}, Sampling: Sampling{Quota: 1000, By: "region", Share: 20}})
	for run := 0; b.Loop(); run++ {
		most, stop := watchMemory()
		begin, cpu := time.Now(), cpuSeconds(b)
		runs, err := w.RunRules(b.Context(), fmt.Sprint("run", run), []string{"north", "share", "quota"})
		must(b, err)
		took := time.Since(begin)
		b.ReportMetric((cpuSeconds(b)-cpu)*1e6/float64(n), "cpu-s/1M")
		close(stop)
		b.ReportMetric(float64(n)/took.Seconds(), "contacts/s")
		b.ReportMetric(float64((<-most)>>20), "MB")
		b.Logf("%d contacts × 3 rules in %s: %v", n, took.Round(time.Millisecond), []map[string]int{runs[0].Reasons, runs[1].Reasons, runs[2].Reasons})
	}
}

// cpuSeconds is what this process used of the processors: the same however loaded the machine is.
func cpuSeconds(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// people makes n customers, one in ten without an address.
func (w *world) people(n int) {
	w.t.Helper()
	must(w.t, w.d.Customers.Open(w.t.Context()))
	for at := 0; at < n; at += 1000 {
		batch := make([]*customer.Known, 0, 1000)
		for i := at; i < min(at+1000, n); i++ {
			k := &customer.Known{Ref: fmt.Sprint("C", i), At: w.now(), Attributes: map[cx.AttributeID]any{"region": []string{"nord", "sud", "est", "ouest", "centre"}[i%5]}}
			if i%10 > 0 {
				k.Email = fmt.Sprintf("c%d@example.org", i)
			}
			batch = append(batch, k)
		}
		must(w.t, w.d.DB.Write(w.t.Context(), func(tx *record.Tx) error {
			_, err := w.d.Customers.Resolve(w.t.Context(), tx, batch)
			return err
		}))
	}
}

// watchMemory gives the most heap in use until stop is closed.
func watchMemory() (<-chan uint64, chan struct{}) {
	out, stop := make(chan uint64, 1), make(chan struct{})
	go func() {
		var most uint64
		var m runtime.MemStats
		for {
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
			select {
			case <-stop:
				out <- most
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return out, stop
}
