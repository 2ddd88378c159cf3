package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/people"
)

// visible measures the time from an acknowledged answer to its place in the figures.
func (b *bench) visible(ctx context.Context, a *app, l load) error {
	l.source = "bench-visible"
	var lasted []time.Duration
	for i := range 200 {
		var body bytes.Buffer
		l.body(&body, 0, i)
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+l.address+"/api/v1/feedbacks", &body)
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+l.key)
		r.Header.Set("Content-Type", "application/json")
		start := time.Now()
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusCreated {
			return cx.Fail(cx.Unavailable, "", "cmd.bench_failed", "count", 1)
		}
		head, err := a.DB.Head(ctx)
		if err != nil {
			return err
		}
		if err := a.Insight.WaitFor(ctx, head); err != nil {
			return err
		}
		lasted = append(lasted, time.Since(start))
	}
	slices.Sort(lasted)
	b.add("answer → in the figures (an open page asks again within 0.3 s more)", "p99 < 1 s", "200 answers, one after the other", "median %s, p99 %s", round(lasted[100]), round(lasted[197]))
	return nil
}

// page measures what a phone loads before anybody touches it.
func (b *bench) page(ctx context.Context, a *app, address string) error {
	u, err := a.People.AddUser(ctx, people.NewUser{Email: "bench@vigie.example", Name: "Bench", Role: people.Director})
	if err != nil {
		return err
	}
	token, err := a.People.EntryLink(ctx, u.ID, time.Hour)
	if err != nil {
		return err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	c := &http.Client{Jar: jar, Transport: &http.Transport{DisableCompression: true}}
	enter, err := c.Post("http://"+address+"/enter/"+token, "application/x-www-form-urlencoded", nil)
	if err != nil {
		return err
	}
	_ = enter.Body.Close()
	html, n, _, err := fetch(ctx, c, "http://"+address+"/")
	if err != nil {
		return err
	}
	total := n
	for _, m := range regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`).FindAllStringSubmatch(html, -1) {
		_, n, _, err := fetch(ctx, c, "http://"+address+m[1])
		if err != nil {
			return err
		}
		total += n
	}
	var first []time.Duration
	for range 20 {
		_, _, wait, err := fetch(ctx, c, "http://"+address+"/")
		if err != nil {
			return err
		}
		first = append(first, wait)
	}
	slices.Sort(first)
	b.add("cockpit before interaction, compressed", "< 150 KB", "page, styles, scripts, font", "%.0f KB", float64(total)/1024)
	b.add("cockpit, first byte", "< 50 ms", "signed in, 20 times", "median %s, worst %s", round(first[10]), round(first[19]))
	return nil
}

// fetch gives the text, the bytes on the wire and the time to the first byte.
func fetch(ctx context.Context, c *http.Client, address string) (text string, bytesRead int, first time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", 0, 0, err
	}
	r.Header.Set("Accept-Encoding", "gzip")
	start := time.Now()
	answer, err := c.Do(r)
	if err != nil {
		return "", 0, 0, err
	}
	first = time.Since(start)
	defer answer.Body.Close()
	wire, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", 0, 0, err
	}
	if answer.StatusCode != http.StatusOK {
		return "", 0, 0, fmt.Errorf("%s answered %s", address, answer.Status)
	}
	plain := wire
	if answer.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(wire))
		if err != nil {
			return "", 0, 0, err
		}
		if plain, err = io.ReadAll(z); err != nil {
			return "", 0, 0, err
		}
	}
	return string(plain), len(wire), first, nil
}

// reopen kills a server of this folder with -9 under load and measures until the next one is ready.
func (b *bench) reopen(ctx context.Context, key string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	start := func() (*exec.Cmd, string, time.Duration, error) {
		began := time.Now()
		c := exec.CommandContext(ctx, self, "serve", "--data", b.env.Data, "--listen", "127.0.0.1:0")
		c.Env = append(os.Environ(), "VIGIE_DATABASE=")
		pipe, err := c.StderrPipe()
		if err != nil {
			return nil, "", 0, err
		}
		if err := c.Start(); err != nil {
			return nil, "", 0, err
		}
		address := addressIn(pipe)
		for ctx.Err() == nil {
			if _, _, _, err := fetch(ctx, http.DefaultClient, address+"/readyz"); err == nil {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		return c, address, time.Since(began), ctx.Err()
	}
	c, address, _, err := start()
	if err != nil {
		return err
	}
	l := load{address: strings.TrimPrefix(address, "http://"), key: key, connections: 16, source: "bench-kill"}
	go func() { time.Sleep(2 * time.Second); _ = c.Process.Kill() }()
	_, _ = l.singles(ctx, 3*time.Second) // ends in errors: that is the point
	_ = c.Wait()
	c, _, took, err := start()
	if err != nil {
		return err
	}
	b.add("open after kill −9 under load", "< 1 s", "process start to ready", "%s", took.Round(time.Millisecond))
	_ = c.Process.Kill()
	_ = c.Wait()
	return nil
}

// addressIn reads a server's first lines for its address, and goes on emptying the pipe.
func addressIn(r io.Reader) string {
	found := make(chan string, 1)
	go func() {
		var seen bytes.Buffer
		buf := make([]byte, 4096)
		address := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
		for told := false; ; {
			n, err := r.Read(buf)
			if err != nil {
				if !told {
					found <- ""
				}
				return
			}
			if told {
				continue
			}
			seen.Write(buf[:n])
			if a := address.FindString(seen.String()); a != "" {
				found <- a
				told = true
			}
		}
	}()
	return <-found
}
