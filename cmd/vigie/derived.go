package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/record"
)

type rebuildCmd struct{}

// Run rebuilds figures beside those in use and then swaps, here or in the server that holds the folder.
func (rebuildCmd) Run(ctx context.Context, e *environment) error {
	f, err := e.functions(ctx)
	if err != nil {
		return err
	}
	defer f.close()
	if f.app != nil {
		if err := f.app.startDerived(ctx); err != nil {
			return err
		}
	}
	start := time.Now()
	var n int64
	if err := f.call("Rebuild", struct{}{}, &n); err != nil {
		return err
	}
	fmt.Println(e.lang.T("cmd.rebuilt", "count", n, "seconds", time.Since(start).Seconds()))
	return nil
}

type exportCmd struct {
	Format string `help:"ndjson (can be imported again) or csv (one row a feedback)." enum:"ndjson,csv" default:"ndjson"`
}

// Run streams the record; it only reads, so a server may hold the folder.
func (c exportCmd) Run(ctx context.Context, e *environment) error {
	a, err := readApp(ctx, e)
	if err != nil {
		return err
	}
	defer a.close()
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	write, finish := c.writer(out)
	err = a.door.All(ctx, func(s collect.Stored) error {
		f, err := collect.Decode(s)
		if err != nil {
			return err
		}
		return write(f)
	})
	if err != nil {
		return err
	}
	if err := finish(); err != nil {
		return err
	}
	return out.Flush()
}

func (c exportCmd) writer(out *bufio.Writer) (write func(cx.Feedback) error, finish func() error) {
	if c.Format == "csv" {
		w := csv.NewWriter(out)
		write = func(f cx.Feedback) error { return w.Write(csvRow(f)) }
		_ = w.Write(csvHeader) // errors of a csv.Writer are kept and told by Error
		return write, func() error { w.Flush(); return w.Error() }
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return func(f cx.Feedback) error { return enc.Encode(f) }, func() error { return nil }
}

var csvHeader = []string{"id", "source", "source_id", "at", "touchpoint", "channel", "collected_by", "program", "audience", "contact",
	"unit", "agent", "lang", "survey", "scores", "verbatims", "attributes"}

// csvRow writes what has a varying number of values as JSON in one cell; a cell that a spreadsheet would read as a
// formula is defused.
func csvRow(f cx.Feedback) []string {
	row := []string{strconv.FormatInt(int64(f.ID), 10), f.Source, f.SourceID, f.At.Format(time.RFC3339), string(f.Touchpoint), f.Channel,
		f.CollectedBy, string(f.Program), string(f.Audience), f.Contact, string(f.Unit), f.Agent, f.Lang, f.Survey,
		jsonCell(f.Scores), jsonCell(f.Verbatims), jsonCell(f.Attributes)}
	for i := range row {
		row[i] = api.Harmless(row[i])
	}
	return row
}

func jsonCell(v any) string {
	b, err := json.Marshal(v)
	if err != nil || string(b) == "null" {
		return ""
	}
	return string(b)
}

type doctorCmd struct{}

// Run checks and prints one line a check; it fails when one does.
func (doctorCmd) Run(ctx context.Context, e *environment) error {
	a, err := readApp(ctx, e)
	if err != nil {
		return err
	}
	defer a.close()
	bad := 0
	for _, c := range []check{{"record", checkRecord}, {"feed", checkFeed}, {"folder", checkFolder}, {"derived", checkDerived}} {
		text, err := c.run(ctx, a)
		mark := "✓"
		if err != nil {
			mark, text = "✗", words(e.lang, err)
			bad++
		}
		fmt.Printf("%s %-8s %s\n", mark, c.name, text)
	}
	if bad > 0 {
		return cx.Fail(cx.Conflict, "", "cmd.unhealthy", "count", bad)
	}
	return nil
}

type check struct {
	name string
	run  func(context.Context, *app) (string, error)
}

func checkRecord(ctx context.Context, a *app) (string, error) {
	if err := a.db.Check(ctx); err != nil {
		return "", err
	}
	n, err := a.door.Count(ctx)
	return a.env.lang.T("cmd.doctor_record", "live", n[cx.Live], "waiting", n[cx.Quarantined], "erased", n[cx.Erased]), err
}

// checkFeed walks the feed: positions follow one another without a hole.
func checkFeed(ctx context.Context, a *app) (string, error) {
	var at record.Position
	n := 0
	for {
		entries, err := a.db.Feed(ctx, at, 10_000)
		if err != nil {
			return "", err
		}
		if len(entries) == 0 {
			break
		}
		for _, x := range entries {
			if at.Lag(x.Position) != 1 {
				return "", cx.Fail(cx.Conflict, "", "cmd.doctor_hole", "position", at.String())
			}
			at = x.Position
		}
		n += len(entries)
	}
	head, err := a.db.Head(ctx)
	if err == nil && head != at {
		err = cx.Fail(cx.Conflict, "", "cmd.doctor_hole", "position", at.String())
	}
	return a.env.lang.T("cmd.doctor_feed", "count", n), err
}

func checkFolder(_ context.Context, a *app) (string, error) {
	info, err := os.Stat(a.env.Data)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o007 != 0 {
		return "", cx.Fail(cx.Denied, "", "cmd.doctor_open", "dir", a.env.Data)
	}
	return a.env.Data, nil
}

func checkDerived(_ context.Context, a *app) (string, error) {
	var names []string
	for _, pattern := range []string{"*.duckdb", "search.sqlite"} {
		found, err := filepath.Glob(filepath.Join(a.env.Data, pattern))
		if err != nil {
			return "", err
		}
		for _, f := range found {
			info, err := os.Stat(f)
			if err != nil {
				return "", err
			}
			names = append(names, fmt.Sprintf("%s (%d MB)", filepath.Base(f), info.Size()>>20))
		}
	}
	slices.Sort(names)
	if len(names) == 0 {
		return a.env.lang.T("cmd.doctor_no_derived"), nil
	}
	return fmt.Sprint(names), nil
}
