package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"vigie/internal/cx"
	"vigie/internal/record"
)

type rebuildCmd struct{}

// Run rebuilds figures beside those in use and then swaps, here or in the server that holds the folder.
func (rebuildCmd) Run(ctx context.Context, e *environment) error {
	var n int64
	took, err := derived(ctx, e, "Rebuild", &n)
	if err != nil {
		return err
	}
	fmt.Println(e.lang.T("cmd.rebuilt", "count", n, "seconds", took.Seconds()))
	return nil
}

type compactCmd struct{}

// Run rewrites the files, here or in the server that holds the folder.
func (compactCmd) Run(ctx context.Context, e *environment) error {
	took, err := derived(ctx, e, "Compact", &struct{}{})
	if err != nil {
		return err
	}
	fmt.Println(e.lang.T("cmd.compacted", "seconds", took.Seconds()))
	return nil
}

// derived calls a function that works on what is derived, and tells how long it took.
func derived(ctx context.Context, e *environment, name string, result any) (time.Duration, error) {
	f, err := e.functions(ctx)
	if err != nil {
		return 0, err
	}
	defer f.close()
	if f.app != nil {
		if err := f.app.StartDerived(ctx); err != nil {
			return 0, err
		}
	}
	start := time.Now()
	err = f.call(name, struct{}{}, result)
	return time.Since(start), err
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
	if err := a.DB.Check(ctx); err != nil {
		return "", err
	}
	n, err := a.Door.Count(ctx)
	return a.env.lang.T("cmd.doctor_record", "live", n[cx.Live], "waiting", n[cx.Quarantined], "erased", n[cx.Erased]), err
}

// checkFeed walks the feed: positions follow one another without a hole.
func checkFeed(ctx context.Context, a *app) (string, error) {
	var at record.Position
	n := 0
	for {
		entries, err := a.DB.Feed(ctx, at, 10_000)
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
	head, err := a.DB.Head(ctx)
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
