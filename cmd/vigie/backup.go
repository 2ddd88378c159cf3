package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"vigie/internal/people"
	"vigie/internal/record"
)

type backupCmd struct {
	File string `arg:"" help:"File to write; it must not exist." type:"path"`
}

// Run backs up; reading beside a server's writing is safe, so no socket is needed.
func (c backupCmd) Run(ctx context.Context, e *environment) error {
	a, err := readApp(ctx, e)
	if err != nil {
		return err
	}
	defer a.close()
	start := time.Now()
	if err := a.DB.Backup(ctx, c.File); err != nil {
		return err
	}
	if err := c.files(ctx, a); err != nil {
		return errors.Join(err, os.Remove(c.File))
	}
	if err := a.Door.KeepErasures(ctx); err != nil {
		return err
	}
	if err := a.People.Audit(ctx, people.Entry{Actor: "program", What: people.BackedUp, Subject: filepath.Base(c.File)}); err != nil {
		return err
	}
	info, err := os.Stat(c.File)
	if err != nil {
		return err
	}
	fmt.Println(e.lang.T("cmd.backed_up", "file", c.File, "megabytes", info.Size()>>20, "seconds", time.Since(start).Seconds()))
	return nil
}

// files puts in the backup the files that people sent, when they lie in the data folder.
func (c backupCmd) files(ctx context.Context, a *app) error {
	names, err := a.Media.Names(ctx)
	if err != nil || len(names) == 0 {
		return err
	}
	if !a.Media.InFolder() {
		fmt.Println(a.env.lang.T("cmd.backed_up.elsewhere", "address", a.env.mediaShown()))
		return nil
	}
	_, err = record.AddFiles(ctx, c.File, names, a.Media.OpenBlob)
	return err
}

// mediaShown is the address of the object store without its query.
func (e *environment) mediaShown() string {
	shown, _, _ := strings.Cut(e.Media, "?")
	return shown
}

type restoreCmd struct {
	File     string `arg:"" help:"Backup to restore." type:"existingfile"`
	Replace  bool   `help:"Put it in the place of the data that is there."`
	Erasures string `help:"Erasure log to replay (default: the one in the data folder)." type:"path"`
}

// Run restores, then replays the erasures that happened since the backup was taken.
func (c restoreCmd) Run(ctx context.Context, e *environment) error {
	release, err := record.LockFolder(e.Data)
	if err != nil {
		return err
	}
	db, err := record.Restore(ctx, e.record(), c.File, c.Replace)
	release()
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	a, err := openApp(ctx, e)
	if err != nil {
		return err
	}
	defer a.close()
	log := c.Erasures
	if log == "" {
		log = filepath.Join(e.Data, erasureLog)
	}
	if err := record.Files(ctx, c.File, func(name string, r io.Reader) error { return a.Media.Restore(ctx, name, r) }); err != nil {
		return err
	}
	n, err := a.replayErasures(ctx, log)
	if err != nil {
		return err
	}
	missing, err := a.Media.Reconcile(ctx)
	if err != nil {
		return err
	}
	if missing > 0 {
		fmt.Println(e.lang.T("cmd.restored.missing", "count", missing))
	}
	fmt.Println(e.lang.T("cmd.restored", "file", c.File, "count", n))
	return nil
}

func (e *environment) record() record.Config { return record.Config{Dir: e.Data, URL: e.Database} }
