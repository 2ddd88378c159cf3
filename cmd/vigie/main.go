// Command vigie is the whole product: it serves, imports, exports, backs up and measures itself. This folder holds the
// commands and the wiring of the rooms; nothing else.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"vigie/internal/cx"
	"vigie/internal/lang"
)

// version is set by the Makefile.
var version = "dev"

type cli struct {
	Data     string `help:"Data folder." default:"./vigie-data" env:"VIGIE_DATA" type:"path" placeholder:"DIR"`
	Database string `help:"PostgreSQL address (postgres://…); without it, SQLite in the data folder." env:"VIGIE_DATABASE" placeholder:"URL"`
	Listen   string `help:"Address to serve on." default:"127.0.0.1:8080" env:"VIGIE_LISTEN" placeholder:"ADDR"`
	// ImportMax is the largest file that the page takes, in MB.
	ImportMax int64 `help:"Largest file to import from the page, in MB." default:"1024" env:"VIGIE_IMPORT_MAX_MB" placeholder:"MB" name:"import-max"`
	// Files that people send with their answers.
	Media       string `help:"Where files sent with answers are kept: s3://bucket/prefix?endpoint=https://…&region=…; without it, in the data folder." env:"VIGIE_MEDIA" placeholder:"URL"`
	MediaKey    string `help:"Key of the object store." env:"VIGIE_MEDIA_KEY" placeholder:"KEY"`
	MediaSecret string `help:"Its secret." env:"VIGIE_MEDIA_SECRET" placeholder:"SECRET"`
	MediaMax    int64  `help:"Largest file sent with an answer, in MB." default:"100" env:"VIGIE_MEDIA_MAX_MB" placeholder:"MB"`
	MediaRoom   int64  `help:"Room for all of them, in GB." default:"50" env:"VIGIE_MEDIA_ROOM_GB" placeholder:"GB"`
	Verbose     bool   `help:"Log more." short:"v"`

	Serve   serveCmd   `cmd:"" help:"Serve the cockpit and the API."`
	Demo    demoCmd    `cmd:"" help:"Serve a fictitious company, in a data folder of its own."`
	Import  importCmd  `cmd:"" help:"Import a file of feedback or units; without --map, print a guessed map to edit."`
	Export  exportCmd  `cmd:"" help:"Write every feedback to standard output, as NDJSON or CSV."`
	Rebuild rebuildCmd `cmd:"" help:"Build the derived stores (figures, search) anew from the record."`
	Compact compactCmd `cmd:"" help:"Rewrite the files, so that no byte of what was erased is left; also while serving."`
	Backup  backupCmd  `cmd:"" help:"Write a backup of the record to a file, also while serving."`
	Restore restoreCmd `cmd:"" help:"Fill a data folder or database from a backup."`
	User    userCmd    `cmd:"" help:"Add and list users."`
	Key     keyCmd     `cmd:"" help:"Add, list and revoke API keys."`
	Doctor  doctorCmd  `cmd:"" help:"Check the data folder, the record and what is derived from it."`
	Bench   benchCmd   `cmd:"" help:"Measure this machine against the numbers Vigie holds, and print a table."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if _, chosen := os.LookupEnv("GOGC"); !chosen { // our heap is small beside what the engines take
		debug.SetGCPercent(200)
	}
	os.Exit(run(ctx, os.Args[1:]))
}

// run is the program, for main and for tests: 0 when all went well, 1 after one clear line on standard error.
func run(ctx context.Context, args []string) int {
	var c cli
	l := lang.For(systemLanguage())
	parser, err := kong.New(&c, kong.Name("vigie"), kong.UsageOnError(),
		kong.Description("Vigie listens to customers along their journeys, shows what they live, and makes the company act."),
		kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		fmt.Fprintln(os.Stderr, "vigie:", err)
		return 1
	}
	k, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "vigie: %v (vigie --help)\n", err)
		return 1
	}
	env := environment{cli: &c, lang: l, log: logger(c.Verbose)}
	if err := k.Run(&env); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "vigie:", words(l, err))
		return 1
	}
	return 0
}

// words for an error at the terminal: ours in the user's language, others as they are, for the operator has no log to
// look an id up in.
func words(l lang.Lang, err error) string {
	if _, ours := errors.AsType[*cx.Error](err); ours {
		return l.Error(err)
	}
	return err.Error()
}

// environment is what every command gets.
type environment struct {
	*cli
	lang lang.Lang
	log  *slog.Logger
}

func logger(verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}

// systemLanguage is that of the terminal; French when it says nothing we speak.
func systemLanguage() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			if strings.HasPrefix(v, "fr") {
				return "fr"
			}
			return "en"
		}
	}
	return "fr"
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run() error {
	_, err := fmt.Println("vigie", version)
	return err
}
