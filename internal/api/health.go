package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"vigie/internal/record"
)

// Metrics counts what goes through. Its methods may be called on nil, which counts nothing.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	batches  prometheus.Histogram
}

// NewMetrics makes counters of their own registry.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "vigie_http_requests_total", Help: "Requests answered, by route and status."}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "vigie_http_request_seconds", Help: "Time to answer, by route.",
			Buckets: []float64{.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"route"}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "vigie_door_batch_feedbacks", Help: "Feedbacks given to the door together.",
			Buckets: []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000}}),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.batches, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *Metrics) request(route string, status int, took time.Duration) {
	if m == nil {
		return
	}
	if status == 0 {
		status = http.StatusOK
	}
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}

// Request counts one answered request of another part of the server; route is a pattern, never an address.
func (m *Metrics) Request(route string, status int, took time.Duration) {
	m.request(route, status, took)
}

// Batch counts feedbacks written together by the door.
func (m *Metrics) Batch(feedbacks int) { m.batch(feedbacks) }

func (m *Metrics) batch(feedbacks int) {
	if m != nil {
		m.batches.Observe(float64(feedbacks))
	}
}

// Follower is one who follows the feed, and how far.
type Follower struct {
	Name     string
	Position func() record.Position
}

// HealthDeps are what health is told of. DB and Metrics are needed.
type HealthDeps struct {
	DB        *record.DB
	Metrics   *Metrics
	Followers []Follower
	// Ready lists what must be ready beside the database, by name: nil error when it is.
	Ready map[string]func() error
}

// Health answers /healthz (the process lives), /readyz (it can serve: 503 until then) and /metrics (Prometheus). None
// holds personal data; none asks for a key.
func Health(d HealthDeps) http.Handler {
	d.Metrics.registry.MustRegister(feed{d})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write([]byte("ok\n"))
	})
	mux.HandleFunc("GET /readyz", d.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(d.Metrics.registry, promhttp.HandlerOpts{}))
	return mux
}

func (d HealthDeps) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	status, checks := http.StatusOK, map[string]string{}
	check := func(name string, err error) {
		checks[name] = "ready"
		if err != nil {
			status, checks[name] = http.StatusServiceUnavailable, "not ready"
		}
	}
	check("record", d.DB.Ping(ctx))
	for name, ready := range d.Ready {
		check(name, ready())
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"ready": status == http.StatusOK, "checks": checks})
}

// feed gives the head and each follower's lag when they are scraped.
type feed struct{ HealthDeps }

func headDesc() *prometheus.Desc {
	return prometheus.NewDesc("vigie_feed_head", "Position of the newest event.", nil, nil)
}

func lagDesc() *prometheus.Desc {
	return prometheus.NewDesc("vigie_follower_lag", "Events a follower has yet to act on.", []string{"follower"}, nil)
}

func (f feed) Describe(ch chan<- *prometheus.Desc) {
	ch <- headDesc()
	ch <- lagDesc()
}

func (f feed) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	head, err := f.DB.Head(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(headDesc(), err)
		return
	}
	ch <- prometheus.MustNewConstMetric(headDesc(), prometheus.GaugeValue, float64(record.Position{}.Lag(head)))
	for _, one := range f.Followers {
		lag := max(0, one.Position().Lag(head))
		ch <- prometheus.MustNewConstMetric(lagDesc(), prometheus.GaugeValue, float64(lag), one.Name)
	}
}
