package web

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/listen/intake"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// importCounts account for every row of a file.
type importCounts struct {
	Rows    string
	Items   []importCount
	Reasons []string // the most frequent, with how often
	Checked bool     // of a rehearsal
	Off     string   // why advisers' notes were left out
}

type importCount struct {
	Value, Label, Note string
	Tone               ui.Tone
}

const reasonsShown = 6

func newImportCounts(v *visit, r *intake.Report) *importCounts {
	l := v.Lang
	c := &importCounts{Rows: l.T("import.rows", "count", r.Rows)}
	for _, x := range []struct {
		id   string
		n    int
		tone ui.Tone
	}{{"accepted", r.Accepted, ui.Good}, {"quarantined", r.Quarantined, ui.Watch}, {"duplicates", r.Duplicates, ui.Plain}, {"conflicts", r.Conflicts, ui.Watch},
		{"erased", r.Erased, ui.Plain}, {"rejected", r.RejectedRows, ui.Bad}} {
		if x.n == 0 && x.id != "accepted" && x.id != "rejected" {
			continue
		}
		if x.n == 0 {
			x.tone = ui.Plain
		}
		c.Items = append(c.Items, importCount{Value: l.Int(int64(x.n)), Label: l.T("import.count." + x.id), Note: l.T("import.note." + x.id), Tone: x.tone})
	}
	c.notes(l, r.Notes)
	for _, code := range r.TopReasons()[:min(reasonsShown, len(r.Reasons))] {
		c.Reasons = append(c.Reasons, l.T("import.reason", "count", r.Reasons[code], "reason", reasonKind(l, code)))
	}
	return c
}

// notes accounts for what advisers noted.
func (c *importCounts) notes(l lang.Lang, n *intake.NoteCounts) {
	if n == nil {
		return
	}
	if n.Off {
		c.Off = l.T("import.notes.off")
	}
	for _, x := range []struct {
		id   string
		n    int
		tone ui.Tone
	}{{"taken", n.Taken, ui.Good}, {"changed", n.Changed, ui.Plain}, {"same", n.Same, ui.Plain}, {"refused", n.Refused, ui.Bad}, {"left", n.Left, ui.Watch}} {
		if x.n > 0 || x.id == "taken" && !n.Off {
			c.Items = append(c.Items, importCount{Value: l.Int(int64(x.n)), Label: l.T("import.notes." + x.id), Note: l.T("import.notes." + x.id + ".note"), Tone: x.tone})
		}
	}
}

// reasonKind says a reason without its values.
func reasonKind(l lang.Lang, code string) string {
	if id := "import.reason." + code; l.Has(id) {
		return l.T(id)
	}
	return l.Error(&cx.Error{Kind: cx.Invalid, Code: code, Args: map[string]any{"value": "…", "column": "…", "formats": "…", "known": "…", "metric": "…", "min": "…", "max": "…",
		"cells": "…", "columns": "…", "count": "…", "reason": "…", "meaning": "…", "step": "…", "field": "…"}})
}

// importResult is what came of an import.
type importResult struct {
	Notice   string
	Tone     ui.Tone
	Counts   *importCounts
	Refused  string // address of the file of refused rows; "" when there are none
	Sample   ui.Table
	MapAt    string
	Undo     string // address; "" when there is nothing to undo
	Resume   string // address; "" when there is nothing to resume
	UndoSays string
	Next     []ui.Button
	Empty    []emptyJourney // beside the one that was filled
}

const refusedShown = 10

var errEnough = errors.New("enough")

func (s *Server) newImportResult(ctx context.Context, v *visit, i intake.Import) (*importResult, error) {
	l := v.Lang
	p := &importResult{Tone: importTone(i.State), Notice: l.T("import.said." + string(i.State))}
	switch i.State {
	case intake.Undone:
		p.Notice = l.T("import.undone", "count", i.Gone)
	case intake.Failed:
		p.Notice = l.T("import.said.failed", "reason", l.Error(i.Problem))
	case intake.Done:
		p.Notice = l.T("import.said.done", "count", i.Report.Accepted+i.Report.Quarantined)
		if n := i.Report.Notes; n != nil && !n.Off {
			p.Notice += " " + l.T("import.said.notes", "count", n.Taken)
		}
	}
	if i.Report != nil {
		p.Counts = newImportCounts(v, i.Report)
	}
	if i.Header != "" {
		p.MapAt = importAddress(i.ID) + "/map"
	}
	if i.State == intake.Undone {
		p.Next = []ui.Button{{Label: l.T("import.another"), Href: importsAt, Style: "primary"}}
		return p, nil
	}
	p.Undo, p.UndoSays = importAddress(i.ID)+"/undo", l.T("import.undo.says")
	if i.State == intake.Done {
		p.Next = s.afterImport(v, i)
		var err error
		if p.Empty, err = s.emptyBeside(ctx, v, i); err != nil {
			return nil, err
		}
	}
	if s.Imports.Resumable(i) {
		p.Resume = importAddress(i.ID) + "/resume"
	}
	return p, s.sampleRefusals(v, i, p)
}

func (s *Server) afterImport(v *visit, i intake.Import) []ui.Button {
	l := v.Lang
	out := []ui.Button{{Label: l.T("import.see"), Href: journeyOf(i), Style: "primary", Icon: "gauge"}}
	if i.Report.Quarantined > 0 && v.Viewer.May(people.EditStructure) {
		place := ui.Button{Label: l.T("import.map.waiting", "count", i.Report.Quarantined), Href: "/settings/quarantine"}
		if i.Report.Quarantined > i.Report.Accepted { // nothing to see before that
			place.Style, out[0].Style = "primary", ""
		}
		out = append(out, place)
	}
	if v.Viewer.May(people.ReadPeople) {
		out = append(out, ui.Button{Label: l.T("import.read"), Href: "/verbatims"})
		if n := i.Report.Notes; n != nil && n.Taken+n.Changed > 0 {
			out = append(out, ui.Button{Label: l.T("fatalist.tab"), Href: fatalistsAt})
		}
	}
	return append(out, ui.Button{Label: l.T("import.another"), Href: importsAt, Style: "quiet"})
}

// journeyOf is the cockpit where the touchpoints that an import created stand, the first one when it created none.
func journeyOf(i intake.Import) string {
	if i.Map.Journey == nil {
		return cockpitPath
	}
	return "/journeys/" + string(i.Map.Journey.Key)
}

// sampleRefusals shows the first refused rows with their reasons.
func (s *Server) sampleRefusals(v *visit, i intake.Import, p *importResult) error {
	l := v.Lang
	p.Sample = ui.Table{Caption: l.T("import.refused"), Columns: []ui.Column{{Label: l.T("import.refused.line"), Numeric: true}, {Label: l.T("import.refused.why")}}}
	whole := false // a row that has to come back
	err := s.Imports.Refusals(i, v.Viewer.Actor(), func(r intake.Refusal) error {
		if len(p.Sample.Rows) == refusedShown {
			return errEnough
		}
		p.Sample.Rows = append(p.Sample.Rows, ui.Row{Cells: []ui.Cell{{Text: l.Int(int64(r.Line))}, {Text: refusalText(l, r)}}})
		whole = whole || !r.Note
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	if whole || i.Report != nil && i.Report.RejectedRows > 0 {
		p.Refused = importAddress(i.ID) + "/refused"
	}
	return nil
}

// refusalText says what was refused of a row, and why.
func refusalText(l lang.Lang, r intake.Refusal) string {
	text := reasonsText(l, r.Why)
	if r.Note {
		return l.T("import.adviser.refused", "reason", text)
	}
	return text
}

func reasonsText(l lang.Lang, why []intake.Reason) string {
	var out []string
	for _, w := range why {
		out = append(out, reasonText(l, w))
	}
	return strings.Join(out, " ; ")
}

// serveRefused streams the refused rows as the file they came from, with one column more: why. Corrected, it is sent again.
func (s *Server) serveRefused(w http.ResponseWriter, r *http.Request, v *visit) error {
	i, err := s.pathImport(r, v)
	if err != nil {
		return err
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "import.refused", Subject: "import:" + strconv.FormatInt(int64(i.ID), 10)}); err != nil {
		return err
	}
	name := strings.TrimSuffix(i.File, filepath.Ext(i.File))
	headers, err := s.Imports.Headers(i)
	if err != nil {
		return err
	}
	if len(headers) == 0 {
		return s.refusedObjects(w, v, i)
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", attachment(name+"-"+v.Lang.T("import.refused.file")+".csv"))
	if _, err := w.Write([]byte("\ufeff")); err != nil {
		return nil // the browser has gone
	}
	out := csv.NewWriter(w)
	if sep := []rune(i.Map.Layout().Separator); i.Map.Separator != "" && len(sep) == 1 {
		out.Comma = sep[0]
	}
	if err := out.Write(append(headers, intake.ReasonColumn)); err != nil {
		s.log.Debug("refused rows not sent", "err", err)
		return nil
	}
	err = s.Imports.Refusals(i, v.Viewer.Actor(), func(x intake.Refusal) error {
		if x.Note { // what the customer said of this row came in: it would come twice
			return nil
		}
		cells := make([]string, len(headers), len(headers)+1)
		copy(cells, x.Cells)
		return out.Write(append(cells, reasonsText(v.Lang, x.Why)))
	})
	out.Flush()
	if err = errors.Join(err, out.Error()); err != nil {
		s.log.Debug("refused rows not sent", "err", err)
	}
	return nil
}

// refusedObjects gives the refused lines of a file of objects as they came.
func (s *Server) refusedObjects(w http.ResponseWriter, v *visit, i intake.Import) error {
	name := strings.TrimSuffix(i.File, filepath.Ext(i.File))
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Content-Disposition", attachment(name+".ndjson"))
	err := s.Imports.Refusals(i, v.Viewer.Actor(), func(x intake.Refusal) error {
		_, err := fmt.Fprintln(w, strings.Join(x.Cells, ""))
		return err
	})
	if err != nil {
		s.log.Debug("refused rows not sent", "err", err)
	}
	return nil
}

// serveImportMap gives the map as the command takes it.
func (s *Server) serveImportMap(w http.ResponseWriter, r *http.Request, v *visit) error {
	i, err := s.pathImport(r, v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	w.Header().Set("Content-Disposition", attachment(strings.TrimSuffix(i.File, filepath.Ext(i.File))+".yaml"))
	_, _ = w.Write(i.Map.Lean().YAML(v.Lang, i.Draft.Notes))
	return nil
}

func attachment(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}

// sizeText writes a number of bytes as people read it.
func sizeText(l lang.Lang, n int64) string {
	switch {
	case n < 1<<20:
		return l.T("import.size.kb", "size", l.Short(float64(n)/1024, 1))
	case n < 1<<30:
		return l.T("import.size.mb", "size", l.Short(float64(n)/(1<<20), 1))
	}
	return l.T("import.size.gb", "size", l.Short(float64(n)/(1<<30), 1))
}
