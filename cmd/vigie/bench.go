package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/pprof"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/journey"
	"vigie/internal/web"
)

type benchCmd struct {
	Rows       int64  `help:"Scores in the projection that questions are asked of." default:"1000000"`
	Attributes int    `help:"Projected attributes." default:"5"`
	Seconds    int    `help:"How long single feedbacks are posted." default:"20"`
	Profile    string `help:"Write a CPU profile of the whole measure to this file." type:"path"`
	JSON       bool   `help:"Print JSON."`
	Only       string `hidden:"" help:"ingestion, batch, questions or rebuild alone." enum:"ingestion,batch,questions,rebuild," default:""`
}

// measure is one line of the table.
type measure struct {
	What     string `json:"what"`
	Measured string `json:"measured"`
	AtLeast  string `json:"at_least"`
	How      string `json:"how"`
}

// Run measures in a folder of its own and prints.
func (c benchCmd) Run(ctx context.Context, e *environment) error {
	dir, err := os.MkdirTemp("", "vigie-bench-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	own := *e.cli
	own.Data, own.Database, own.Listen = dir, "", "127.0.0.1:0"
	b := &bench{cmd: c, env: &environment{cli: &own, lang: e.lang, log: logger(false)}}
	stop, err := b.profile()
	if err != nil {
		return err
	}
	err = b.all(ctx)
	stop()
	if err != nil {
		return err
	}
	return b.print()
}

func (b *bench) profile() (stop func(), err error) {
	if b.cmd.Profile == "" {
		return func() {}, nil
	}
	f, err := os.Create(b.cmd.Profile)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, err
	}
	return func() { pprof.StopCPUProfile(); _ = f.Close() }, nil
}

type bench struct {
	cmd  benchCmd
	env  *environment
	rows []measure
}

func (b *bench) add(what, atLeast, how, format string, values ...any) {
	m := measure{What: what, AtLeast: atLeast, How: how, Measured: fmt.Sprintf(format, values...)}
	b.rows = append(b.rows, m)
	fmt.Fprintf(os.Stderr, "· %s: %s\n", m.What, m.Measured)
}

func (b *bench) print() error {
	if b.cmd.JSON {
		enc := json.NewEncoder(os.Stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(map[string]any{"cores": runtime.NumCPU(), "go": runtime.Version(), "version": version, "measures": b.rows})
	}
	fmt.Printf("%d cores, %s, vigie %s\n\n| what | measured | at least | how |\n| --- | --- | --- | --- |\n", runtime.NumCPU(), runtime.Version(), version)
	for _, m := range b.rows {
		fmt.Printf("| %s | %s | %s | %s |\n", m.What, m.Measured, m.AtLeast, m.How)
	}
	return nil
}

func (b *bench) all(ctx context.Context) error {
	switch b.cmd.Only {
	case "questions":
		return b.ask(ctx)
	case "rebuild":
		return b.rebuilds(ctx)
	case "ingestion":
		return b.ingestion(ctx)
	case "batch":
		_, err := b.served(ctx)
		return err
	}
	if err := b.ingestion(ctx); err != nil {
		return err
	}
	return b.questions(ctx)
}

// ingestion posts to a whole server of this process, client included.
func (b *bench) ingestion(ctx context.Context) error {
	key, err := b.served(ctx)
	if err != nil {
		return err
	}
	return b.reopen(ctx, key)
}

// served measures a whole server in this process and gives the key it made.
func (b *bench) served(ctx context.Context) (key string, err error) {
	a, err := openApp(ctx, b.env)
	if err != nil {
		return "", err
	}
	defer a.close()
	if err := a.StartDoor(ctx); err != nil {
		return "", err
	}
	if err := a.StartDerived(ctx); err != nil {
		return "", err
	}
	if err := a.Journeys.Put(ctx, "bench", benchJourney()); err != nil {
		return "", err
	}
	key, err = a.People.AddKey(ctx, "bench", "administrator", "")
	if err != nil {
		return "", err
	}
	handler, stop, err := a.handler(web.Of(a.House))
	if err != nil {
		return "", err
	}
	defer stop()
	ln, err := net.Listen("tcp", b.env.Listen)
	if err != nil {
		return "", err
	}
	hs := &http.Server{Handler: handler}
	defer hs.Close()
	go func() { _ = hs.Serve(ln) }() // ends with Close
	l := load{address: ln.Addr().String(), key: key, connections: 64, source: "bench"}
	if b.cmd.Only == "batch" {
		return key, b.postBatches(ctx, a, l)
	}
	if err := b.post(ctx, a, l); err != nil {
		return "", err
	}
	if err := b.visible(ctx, a, l); err != nil {
		return "", err
	}
	return key, b.page(ctx, a, l.address)
}

func (b *bench) post(ctx context.Context, a *app, l load) error {
	r, err := l.singles(ctx, time.Duration(b.cmd.Seconds)*time.Second)
	if err != nil {
		return err
	}
	if r.failed > 0 {
		return cx.Fail(cx.Unavailable, "", "cmd.bench_failed", "count", r.failed)
	}
	how := fmt.Sprintf("%d connections, %d s, client on the same machine", l.connections, b.cmd.Seconds)
	b.add("durable single feedback over HTTP", "12,000 /s, p99 < 40 ms", how, "%.0f /s, p50 %s, p99 %s, best second %d, %s of a core each, client included", r.perSecond(),
		r.quantile(.5).Round(100*time.Microsecond), r.quantile(.99).Round(100*time.Microsecond), r.bestSecond, r.each())
	caught, err := b.catchUp(ctx, a)
	if err != nil {
		return err
	}
	b.add("followers caught up after it", "", "projection and search", "%s", caught.Round(time.Millisecond))
	return b.postBatch(ctx, a, l, "bench-batch")
}

// postBatches measures batches alone, one after the other.
func (b *bench) postBatches(ctx context.Context, a *app, l load) error {
	for n := range 3 {
		if err := b.postBatch(ctx, a, l, fmt.Sprint("bench-batch-", n)); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) postBatch(ctx context.Context, a *app, l load, source string) error {
	l.source = source
	r, err := l.batch(200_000)
	if err != nil {
		return err
	}
	b.add("durable batch over HTTP", "50,000 /s", "200,000 lines of NDJSON, 1,000 a commit", "%.0f /s, %s of a core each, client included", r.perSecond(), (r.cpu / time.Duration(r.n)).Round(100*time.Nanosecond))
	caught, err := b.catchUp(ctx, a)
	b.add("followers caught up after it", "", "projection and search", "%s", caught.Round(time.Millisecond))
	return err
}

func (b *bench) catchUp(ctx context.Context, a *app) (time.Duration, error) {
	start := time.Now()
	head, err := a.DB.Head(ctx)
	if err != nil {
		return 0, err
	}
	if err := a.Insight.WaitFor(ctx, head); err != nil {
		return 0, err
	}
	return time.Since(start), a.Search.Follower().WaitFor(ctx, head)
}

func benchJourney() journey.Journey {
	j := journey.Journey{Key: "bench", Name: cx.Text{"en": "Bench"}, Stages: []journey.Stage{{Key: "all", Name: cx.Text{"en": "All"}}}}
	for _, t := range benchTouchpoints {
		j.Stages[0].Touchpoints = append(j.Stages[0].Touchpoints, journey.Touchpoint{Key: cx.TouchpointID(t), Name: cx.Text{"en": t}})
	}
	return j
}
