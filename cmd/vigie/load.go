package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// load is a small HTTP client for measuring: requests written by hand on kept connections to an address of this machine,
// so that the client takes as little as possible of the two cores it shares with the server.
type load struct {
	address, key string
	connections  int
	source       string
}

// loadResult counts answers; durations are per request, in order of size.
type loadResult struct {
	n, failed  int64
	took       time.Duration
	latencies  []time.Duration
	bestSecond int64
	cpu        time.Duration // of this process: server and client
}

// each is the time of a core that one feedback took, client included.
func (r loadResult) each() time.Duration {
	return (r.cpu / time.Duration(max(r.n, 1))).Round(100 * time.Nanosecond)
}

func (r loadResult) perSecond() float64 { return float64(r.n) / r.took.Seconds() }

// quantile of the latencies, q in [0, 1].
func (r loadResult) quantile(q float64) time.Duration {
	if len(r.latencies) == 0 {
		return 0
	}
	return r.latencies[min(int(q*float64(len(r.latencies))), len(r.latencies)-1)]
}

// singles posts one feedback a request on every connection for a time.
func (l load) singles(ctx context.Context, d time.Duration) (loadResult, error) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		all    loadResult
		firstE error
		second atomic.Int64
	)
	best := watchSeconds(ctx, &second)
	start, before := time.Now(), cpuTime()
	for c := range l.connections {
		wg.Go(func() {
			r, err := l.connection(ctx, c, &second)
			mu.Lock()
			defer mu.Unlock()
			all.n, all.failed = all.n+r.n, all.failed+r.failed
			all.latencies = append(all.latencies, r.latencies...)
			if err != nil && firstE == nil {
				firstE = err
			}
		})
	}
	wg.Wait()
	all.took, all.cpu = time.Since(start), cpuTime()-before
	all.bestSecond = <-best
	slices.Sort(all.latencies)
	return all, firstE
}

// watchSeconds gives, once ctx ends, the most that was counted in one second.
func watchSeconds(ctx context.Context, n *atomic.Int64) <-chan int64 {
	out := make(chan int64, 1)
	go func() {
		var best int64
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				out <- best
				return
			case <-tick.C:
				best = max(best, n.Swap(0))
			}
		}
	}()
	return out
}

func (l load) connection(ctx context.Context, c int, second *atomic.Int64) (loadResult, error) {
	var r loadResult
	conn, err := net.Dial("tcp", l.address)
	if err != nil {
		return r, err
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	var body, req bytes.Buffer
	for i := 0; ctx.Err() == nil; i++ {
		l.body(&body, c, i)
		l.request(&req, "application/json", body.Len())
		req.Write(body.Bytes())
		t := time.Now()
		if _, err := conn.Write(req.Bytes()); err != nil {
			return r, err
		}
		status, err := readAnswer(in, io.Discard)
		if err != nil {
			return r, err
		}
		r.latencies = append(r.latencies, time.Since(t))
		second.Add(1)
		if r.n++; status != 201 {
			r.failed++
		}
	}
	return r, nil
}

// batch posts n feedbacks as one NDJSON stream.
func (l load) batch(n int) (loadResult, error) {
	var lines, body, req bytes.Buffer
	for i := range n {
		l.body(&body, 1000, i)
		lines.Write(body.Bytes())
		lines.WriteByte('\n')
	}
	conn, err := net.Dial("tcp", l.address)
	if err != nil {
		return loadResult{}, err
	}
	defer conn.Close()
	l.request(&req, "application/x-ndjson", lines.Len())
	start, before := time.Now(), cpuTime()
	if _, err := (&net.Buffers{req.Bytes(), lines.Bytes()}).WriteTo(conn); err != nil {
		return loadResult{}, err
	}
	status, err := readAnswer(bufio.NewReader(conn), io.Discard)
	if err == nil && status != 200 {
		err = fmt.Errorf("batch answered %d", status)
	}
	return loadResult{n: int64(n), took: time.Since(start), cpu: cpuTime() - before}, err
}

// cpuTime that this process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (l load) request(b *bytes.Buffer, contentType string, length int) {
	b.Reset()
	fmt.Fprintf(b, "POST /api/v1/feedbacks HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n",
		l.address, l.key, contentType, length)
}

var benchChannels = []string{"phone", "store", "web", "app", "chat"}

// body writes one feedback: two scores, a text of 90 characters, five attributes.
func (l load) body(b *bytes.Buffer, c, i int) {
	b.Reset()
	at := time.Now().Add(-time.Duration(i%86_400) * time.Second).UTC()
	b.WriteString(`{"source":"` + l.source + `","source_id":"`)
	b.WriteString(strconv.Itoa(c) + "-" + strconv.Itoa(i))
	b.WriteString(`","at":"`)
	b.Write(at.AppendFormat(nil, time.RFC3339))
	b.WriteString(`","touchpoint":"` + benchTouchpoints[(i*7+c)%len(benchTouchpoints)])
	b.WriteString(`","channel":"` + benchChannels[i%len(benchChannels)])
	b.WriteString(`","scores":{"nps":` + strconv.Itoa((i*31+c)%11) + `,"csat":` + strconv.Itoa(1+i%5) + `},"verbatim":"`)
	b.WriteString("Le conseiller a tout de suite compris ma demande, mais il a fallu rappeler le lendemain pour la suite.")
	b.WriteString(`","attributes":{"segment":"s` + strconv.Itoa(i%3) + `","offer":"o` + strconv.Itoa(i%12) + `","region":"r` + strconv.Itoa(i%13))
	b.WriteString(`","tenure":` + strconv.Itoa(i%120) + `,"city":"v` + strconv.Itoa(i%5000) + `"}}`)
}

var benchTouchpoints = []string{"order", "delivery", "support", "invoice", "renewal"}

// readAnswer reads one answer with a length or chunks and copies its body.
func readAnswer(in *bufio.Reader, to io.Writer) (status int, err error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 {
		return 0, fmt.Errorf("answer %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, err
	}
	length, chunked := int64(0), false
	for {
		if line, err = in.ReadSlice('\n'); err != nil {
			return 0, err
		}
		if len(line) <= 2 {
			break
		}
		name, value, _ := bytes.Cut(bytes.TrimSpace(line), []byte(":"))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			length, _ = strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 64)
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = true
		}
	}
	if chunked {
		return status, readChunks(in, to)
	}
	_, err = io.CopyN(to, in, length)
	return status, err
}

func readChunks(in *bufio.Reader, to io.Writer) error {
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 64)
		if err != nil {
			return err
		}
		if _, err := io.CopyN(to, in, n); err != nil {
			return err
		}
		if _, err := in.Discard(2); err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
	}
}
