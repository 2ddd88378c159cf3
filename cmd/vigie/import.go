package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/term"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/intake"
	"vigie/internal/listen/note"
	"vigie/internal/people"
)

type importCmd struct {
	File   string `arg:"" help:"CSV, TSV, XLSX, XLS (also .gz, .bz2) or NDJSON." type:"existingfile"`
	Map    string `help:"Map of the file's columns; without it the guess is printed and nothing is imported." type:"existingfile"`
	DryRun bool   `help:"Check every row, write nothing."`
	JSON   bool   `help:"Print the report as JSON."`
}

// Run guesses, or imports.
func (c importCmd) Run(ctx context.Context, e *environment) error {
	file, err := intake.Open(c.File)
	if err != nil {
		return err
	}
	if c.Map == "" && file.Kind != intake.NDJSON {
		return c.printGuess(e, file)
	}
	m, err := c.readMap()
	if err != nil {
		return err
	}
	f, err := e.functions(ctx)
	if err != nil {
		return err
	}
	defer f.close()
	if m.Kind == "units" {
		return c.importUnits(e, f, file, m)
	}
	return c.importFeedback(ctx, e, f, intake.Job{File: file, Map: m})
}

func (c importCmd) readMap() (intake.Map, error) {
	if c.Map == "" {
		return intake.Map{}, nil
	}
	r, err := os.Open(c.Map)
	if err != nil {
		return intake.Map{}, err
	}
	defer r.Close()
	return intake.ReadMap(r)
}

func (c importCmd) printGuess(e *environment, file *intake.File) error {
	m, notes, err := intake.Guess(file)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, e.lang.T("cmd.guessed"))
	_, err = os.Stdout.Write(m.YAML(e.lang, notes))
	return err
}

func (c importCmd) importUnits(e *environment, f *functions, file *intake.File, m intake.Map) error {
	rows, report, err := intake.ReadUnits(file, m)
	if err != nil {
		return err
	}
	units := make([]people.Unit, 0, len(rows))
	for _, r := range rows {
		units = append(units, people.Unit{Key: r.Key, Name: cx.Text{"fr": r.Name}, Parent: r.Parent, Level: r.Level})
	}
	changes := map[string]int{}
	if err := f.call("DiffUnits", units, &changes); err != nil {
		return err
	}
	if !c.DryRun {
		if err := f.call("PutUnits", units, &struct{}{}); err != nil {
			return err
		}
	}
	report.Say(e.lang)
	if c.JSON {
		return printJSON(report)
	}
	fmt.Println(e.lang.T("cmd.imported_units", "rows", report.Rows, "count", report.Units, "rejected", len(report.Rejected), "moved", len(report.Moved)))
	fmt.Println("  " + e.lang.T("cmd.units_changes", "added", changes["add"], "moved", changes["move"], "renamed", changes["rename"]+changes["edit"],
		"opened", changes["open"], "absent", changes["absent"]))
	printRejected(e, append(report.Rejected, report.Moved...))
	return nil
}

// importFeedback hands the rows to the door, here or through the server's socket, a thousand at a time.
func (c importCmd) importFeedback(ctx context.Context, e *environment, f *functions, j intake.Job) error {
	step := BatchArgs{}
	if c.DryRun {
		step.Rehearse = &j.Map
	} else if err := f.call("Declare", j.Map, &struct{}{}); err != nil {
		return err
	} else if err := f.call("EnterImport", EnterArgs{j.File.Name, j.File.Size}, &step.Import); err != nil {
		return err
	}
	var zone string
	if err := f.call("Zone", struct{}{}, &zone); err != nil {
		return err
	}
	var err error
	if j.Zone, err = time.LoadLocation(zone); err != nil {
		return err
	}
	j.Progress, j.Trial = progress(e), c.DryRun
	if j.Notes, err = noting(f, j.Map, step); err != nil {
		return err
	}
	j.Meet = meeting(f, step.Rehearse != nil)
	report, err := intake.Run(ctx, j, func(_ context.Context, lines []collect.Line) ([]collect.Outcome, error) {
		step.Lines = lines
		var out []collect.Outcome
		err := f.call("Batch", step, &out)
		return out, err
	})
	if j.Progress != nil {
		fmt.Fprintln(os.Stderr)
	}
	if left := leaveImport(f, step.Import, report, err); err == nil {
		err = left
	}
	if err != nil {
		return err
	}
	return c.print(e, report)
}

// meeting settles unknown units through the server; a rehearsal makes none, see control.Batch.
func meeting(f *functions, rehearsal bool) intake.Meet {
	return func(_ context.Context, units map[string]string, create bool) (unknown []string, err error) {
		if rehearsal && create {
			return nil, nil
		}
		err = f.call("MeetUnits", MeetArgs{units, create}, &unknown)
		return unknown, err
	}
}

// noting takes advisers' notes through the server; nil when the file has none, or they are off.
func noting(f *functions, m intake.Map, step BatchArgs) (intake.Notes, error) {
	on := false
	if !m.Noted() {
		return nil, nil
	}
	if err := f.call("NotesOn", struct{}{}, &on); err != nil || !on {
		return nil, err
	}
	return func(_ context.Context, sent []note.Sent) (out []note.Outcome, err error) {
		err = f.call("TakeNotes", NotesArgs{step.Rehearse, step.Import, m.Ruled(), sent}, &out)
		return out, err
	}, nil
}

// leaveImport closes the import in the history; a rehearsal has none.
func leaveImport(f *functions, id cx.ImportID, r intake.Report, stopped error) error {
	if id == 0 {
		return nil
	}
	r.Rejected = nil
	return f.call("LeaveImport", LeaveArgs{id, r, stopped != nil}, &struct{}{})
}

func (c importCmd) print(e *environment, r intake.Report) error {
	r.Say(e.lang)
	if c.JSON {
		return printJSON(r)
	}
	fmt.Println(e.lang.T("cmd.imported", "rows", r.Rows, "accepted", r.Accepted, "duplicates", r.Duplicates,
		"conflicts", r.Conflicts, "quarantined", r.Quarantined, "rejected", r.RejectedRows))
	if r.Erased > 0 {
		fmt.Println("  " + e.lang.T("cmd.imported_erased", "count", r.Erased))
	}
	if n := r.Notes; n != nil && n.Off {
		fmt.Println("  " + e.lang.T("import.notes.off"))
	} else if n != nil {
		fmt.Println("  " + e.lang.T("cmd.imported_notes", "taken", n.Taken, "changed", n.Changed, "same", n.Same, "refused", n.Refused))
	}
	printRejected(e, r.Rejected)
	return nil
}

func printJSON(v any) error {
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func printRejected(e *environment, all []intake.Rejection) {
	for _, x := range all {
		text := x.Say(e.lang)
		if x.Column != "" {
			text = x.Column + ", " + text
		}
		if x.Value != "" {
			text += " (" + strconv.Quote(x.Value) + ")"
		}
		fmt.Println("  " + e.lang.T("cmd.rejected_line", "line", x.Line, "reason", text))
	}
}

// progress draws a bar on a terminal, and nothing elsewhere.
func progress(e *environment) func(intake.Progress) {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return nil
	}
	return func(p intake.Progress) {
		if p.Size == 0 || p.Read == 0 {
			fmt.Fprintf(os.Stderr, "\r%s", e.lang.T("cmd.progress_rows", "rows", p.Rows))
			return
		}
		const width = 30
		done := int(p.Read * width / p.Size)
		bar := make([]rune, width)
		for i := range bar {
			bar[i] = '·'
			if i < done {
				bar[i] = '█'
			}
		}
		fmt.Fprintf(os.Stderr, "\r%s %3d %% %s", string(bar), p.Read*100/p.Size, e.lang.T("cmd.progress_rows", "rows", p.Rows))
	}
}
