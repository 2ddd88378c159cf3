package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	"vigie/internal/people"
	"vigie/internal/understand/insight"
)

// apart runs one part of the bench in a process of its own, so that its memory is that part's.
func (b *bench) apart(ctx context.Context, part string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.CommandContext(ctx, self, "bench", "--only", part, "--json", "--rows", strconv.FormatInt(b.cmd.Rows, 10), "--attributes", strconv.Itoa(b.cmd.Attributes))
	c.Env = append(os.Environ(), "TMPDIR="+b.env.Data)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		return fmt.Errorf("%s: %w", part, err)
	}
	var got struct{ Measures []measure }
	if err := json.Unmarshal(out, &got); err != nil {
		return fmt.Errorf("%s: %w", part, err)
	}
	b.rows = append(b.rows, got.Measures...)
	return nil
}

func (b *bench) questions(ctx context.Context) error {
	if err := b.apart(ctx, "questions"); err != nil {
		return err
	}
	return b.apart(ctx, "rebuild")
}

// peak gives the most memory this process ever held, in MB, as the kernel counts it.
func peak() (int, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		return 0, errors.New("the kernel tells no peak of memory")
	}
	kb, err := strconv.Atoi(string(m[1]))
	return kb >> 10, err
}

func (b *bench) memory(what, atLeast, how string) error {
	mb, err := peak()
	if err == nil {
		b.add(what, atLeast, how, "%d MB", mb)
	}
	return err
}

func thousands(n int64) string {
	if n >= 1_000_000 {
		return fmt.Sprintf("%g M", float64(n)/1e6)
	}
	return fmt.Sprintf("%g k", float64(n)/1e3)
}

// asked is a kind of question with the number to hold.
type asked struct {
	what, atLeast string
	questions     []insight.Query
}

// ask makes a projection of the asked size and measures the questions on it.
func (b *bench) ask(ctx context.Context) error {
	start := time.Now()
	i, err := insight.Synthetic(ctx, b.env.Data, b.cmd.Rows, b.cmd.Attributes)
	if err != nil {
		return err
	}
	defer i.Stop()
	st, err := i.Stats(ctx)
	if err != nil {
		return err
	}
	size := thousands(b.cmd.Rows) + " scores"
	b.add("projection on disk", "< 30 bytes a score", fmt.Sprintf("%s, %d attributes, made in %s", size, b.cmd.Attributes, time.Since(start).Round(time.Second)),
		"%.1f bytes a score", float64(st.FileBytes)/float64(b.cmd.Rows))
	for _, a := range benchQuestions() {
		lasted, err := b.time(ctx, i, a.questions)
		if err != nil {
			return fmt.Errorf("%s: %w", a.what, err)
		}
		b.add(a.what, a.atLeast, fmt.Sprintf("%s, %d questions", size, len(lasted)), "median %s, p95 %s", round(lasted[len(lasted)/2]), round(lasted[len(lasted)*95/100]))
	}
	return b.memory("memory making and asking it, peak", "< 500 MB", "whole process, "+size)
}

func round(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }

// time asks each question some times with another period each, so that nothing is answered from memory.
func (b *bench) time(ctx context.Context, i *insight.Insight, questions []insight.Query) ([]time.Duration, error) {
	var lasted []time.Duration
	for n := range 12 {
		for _, q := range questions {
			from := time.Date(2025, 3, 1+n, 0, 0, 0, 0, time.UTC)
			if q.During == nil {
				q.During = &insight.Period{From: from.Format(time.DateOnly), To: from.AddDate(0, 3, 0).Format(time.DateOnly)}
			}
			start := time.Now()
			if _, err := i.Ask(ctx, people.Whole(), q); err != nil {
				return nil, err
			}
			if n >= 2 { // the first two warm the pages
				lasted = append(lasted, time.Since(start))
			}
		}
	}
	slices.Sort(lasted)
	return lasted, nil
}

func benchQuestions() []asked {
	at := func(v float64) *float64 { return &v }
	year := &insight.Period{From: "2024-06-01", To: "2025-12-01"}
	return []asked{
		{"cockpit figures for the period shown", "< 20 ms / < 60 ms at 10 M / 100 M", []insight.Query{
			{Indicator: "nps", By: []string{"touchpoint"}}, {Indicator: "csat", By: []string{"touchpoint"}}}},
		{"the same beside the period before", "", []insight.Query{{Indicator: "nps", By: []string{"touchpoint"}, Versus: &insight.Versus{Named: "previous"}}}},
		{"two dimensions, any filter", "p95 < 100 ms / < 600 ms at 10 M / 100 M", []insight.Query{
			{Indicator: "nps", By: []string{"touchpoint", "month"}, During: year},
			{Indicator: "nps", By: []string{"attributes.a0", "channel"}, During: year},
			{Indicator: "csat", By: []string{"attributes.a1", "attributes.a2"}, During: year},
			{Indicator: "csat", By: []string{"unit", "month"}, During: year, Where: insight.Where{"channel": {In: []any{"phone", "web"}}}},
			{Indicator: "csat", By: []string{"touchpoint", "week"}, During: year, Where: insight.Where{"scores.nps": {LTE: at(6)}}}}},
	}
}

// rebuilds measures the way from payloads to a whole projection.
func (b *bench) rebuilds(ctx context.Context) error {
	for _, r := range []struct {
		attributes int
		atLeast    string
	}{{5, "150,000 /s"}, {20, "80,000 /s"}} {
		const feedbacks = 500_000
		dir := filepath.Join(b.env.Data, fmt.Sprint("rebuild-", r.attributes))
		took, err := insight.SyntheticRebuild(ctx, dir, feedbacks, r.attributes)
		if err != nil {
			return err
		}
		b.add(fmt.Sprintf("projection rebuild, %d attributes", r.attributes), r.atLeast, "500,000 feedbacks of two scores, from payloads in memory", "%.0f /s", feedbacks/took.Seconds())
	}
	return b.memory("memory rebuilding, peak", "", "whole process")
}
