package web

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/intake"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// importRoutes bring files in: choose one, say what its columns are, look, import, take back.
func (s *Server) importRoutes() []Route {
	return []Route{
		{"GET", "/listen/imports", people.ImportFiles, s.serveImports},
		{"POST", "/listen/imports", people.ImportFiles, s.doUpload},
		{"POST", asideAt, people.EditStructure, s.doAside},
		{"GET", "/listen/imports/{import}", people.ImportFiles, s.serveImport},
		{"POST", "/listen/imports/{import}", people.ImportFiles, s.doImport},
		{"POST", "/listen/imports/{import}/undo", people.ImportFiles, s.doUndoImport},
		{"POST", "/listen/imports/{import}/stop", people.ImportFiles, s.doStopImport},
		{"POST", "/listen/imports/{import}/resume", people.ImportFiles, s.doResumeImport},
		{"POST", "/listen/imports/{import}/map", people.ImportFiles, s.doLayMap},
		{"GET", "/listen/imports/{import}/refused", people.ImportFiles, s.serveRefused},
		{"GET", "/listen/imports/{import}/map", people.ImportFiles, s.serveImportMap},
	}
}

const importsAt = "/listen/imports"

func importAddress(id cx.ImportID) string { return importsAt + "/" + strconv.FormatInt(int64(id), 10) }

// importsPage takes a file and tells what was imported before.
type importsPage struct {
	frame   ui.Frame
	visit   *visit
	Tabs    []ui.Tab
	Error   string
	Limit   string
	History ui.Table
	Pager   ui.Pager
	None    bool
}

// historyShown imports stand on one page.
const historyShown = 50

func (s *Server) newImportsPage(r *http.Request, v *visit, before cx.ImportID) (*importsPage, error) {
	l := v.Lang
	all, err := s.Imports.Imports(r.Context(), before, historyShown)
	if err != nil {
		return nil, err
	}
	p := &importsPage{frame: v.frame(l.T("import.title"), ui.SectionListen), visit: v, Tabs: listenTabs(v, importsAt), None: len(all) == 0 && before == 0}
	p.frame.Sub = l.T("import.sub")
	p.Limit = l.T("import.limit", "megabytes", s.Imports.MaxBytes()>>20)
	p.History = ui.Table{Caption: l.T("import.history"), Empty: l.T("import.history.none"), Columns: []ui.Column{{Label: l.T("import.file")}, {Label: l.T("import.when")},
		{Label: l.T("import.who")}, {Label: l.T("import.state")}, {Label: l.T("import.count.accepted"), Numeric: true}, {Label: l.T("import.count.quarantined"), Numeric: true},
		{Label: l.T("import.count.duplicates"), Numeric: true}, {Label: l.T("import.count.rejected"), Numeric: true}}}
	for _, i := range all {
		p.History.Rows = append(p.History.Rows, historyRow(v, i))
	}
	if len(all) == historyShown {
		p.Pager.NextHref = importsAt + "?before=" + strconv.FormatInt(int64(all[len(all)-1].ID), 10)
	}
	return p, nil
}

func historyRow(v *visit, i intake.Import) ui.Row {
	l := v.Lang
	row := ui.Row{Href: importAddress(i.ID), Cells: []ui.Cell{{Text: i.File, Note: sizeText(l, i.Size)}, {Text: l.DateTime(i.Created.In(v.Now.Location()))}, {Text: i.By.Name},
		{Tags: []ui.Tag{{Text: l.T("import.state." + string(i.State)), Tone: importTone(i.State)}}}}}
	if i.Origin == intake.FromCommand {
		row.Cells[2].Note = l.T("import.by.command")
	}
	if i.Report == nil || i.State == intake.Drafted {
		return ui.Row{Href: row.Href, Cells: append(row.Cells, ui.Cell{Text: "—"}, ui.Cell{Text: "—"}, ui.Cell{Text: "—"}, ui.Cell{Text: "—"})}
	}
	for _, n := range []int{i.Report.Accepted, i.Report.Quarantined, i.Report.Duplicates, i.Report.RejectedRows + i.Report.Conflicts + i.Report.Erased} {
		row.Cells = append(row.Cells, ui.Cell{Text: l.Int(int64(n))})
	}
	return row
}

func importTone(s intake.State) ui.Tone {
	switch s {
	case intake.Done:
		return ui.Good
	case intake.Failed:
		return ui.Bad
	case intake.Undone, intake.Undoing, intake.Stopped:
		return ui.Watch
	}
	return ui.Accent
}

func (s *Server) serveImports(w http.ResponseWriter, r *http.Request, v *visit) error {
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	p, err := s.newImportsPage(r, v, cx.ImportID(before))
	if err != nil {
		return err
	}
	return s.render(w, r, importsView(p))
}

// doUpload streams the file to the desk, and leads to its draft. What is wrong with the file is said on the page.
func (s *Server) doUpload(w http.ResponseWriter, r *http.Request, v *visit) error {
	i, err := s.upload(w, r, v)
	if err == nil {
		http.Redirect(w, r, importAddress(i.ID), http.StatusSeeOther)
		return nil
	}
	if kind := cx.KindOf(err); kind == cx.Internal || kind == cx.Unavailable {
		return err
	}
	p, e := s.newImportsPage(r, v, 0)
	if e != nil {
		return e
	}
	p.Error = v.Lang.Error(err)
	return s.renderAs(w, r, api.Status(cx.KindOf(err)), importsView(p))
}

// formRoom is what a form takes beside its file.
const formRoom = 64 << 10

func (s *Server) upload(w http.ResponseWriter, r *http.Request, v *visit) (intake.Import, error) {
	r.Body = http.MaxBytesReader(w, r.Body, s.Imports.MaxBytes()+formRoom)
	part, err := s.filePart(r)
	if err != nil {
		return intake.Import{}, err
	}
	i, err := s.Imports.Take(r.Context(), importer(v), part.FileName(), part)
	return i, s.uploadError(err)
}

// filePart finds the file that a form sends.
func (s *Server) filePart(r *http.Request) (*multipart.Part, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, cx.Fail(cx.Invalid, "file", "import.no_file")
	}
	for {
		part, err := parts.NextPart()
		switch {
		case err == io.EOF, err == nil && part.FormName() == "file" && part.FileName() == "":
			return nil, cx.Fail(cx.Invalid, "file", "import.no_file")
		case err != nil:
			return nil, s.uploadError(err)
		case part.FormName() == "file":
			return part, nil
		}
	}
}

func (s *Server) uploadError(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return s.Imports.TooBig()
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return cx.Fail(cx.Invalid, "file", "import.upload_cut")
	}
	return err
}

func importer(v *visit) intake.By { return intake.By{Actor: v.Viewer.Actor(), Name: v.Viewer.Name} }

func (s *Server) pathImport(r *http.Request, v *visit) (intake.Import, error) {
	id, err := pathID(r, "import")
	if err != nil {
		return intake.Import{}, err
	}
	return s.Imports.Seen(r.Context(), cx.ImportID(id), v.Viewer.Actor())
}

// importPage is one import: a draft to prepare, work under way, or what came of it.
type importPage struct {
	frame  ui.Frame
	visit  *visit
	Import intake.Import
	Draft  *draftView
	Work   *ui.Progress // under way
	Result *importResult
	// Stoppable: what is under way may be stopped from here.
	Stoppable bool
}

func (s *Server) newImportPage(r *http.Request, v *visit, i intake.Import, problem error) (*importPage, error) {
	p := &importPage{frame: v.frame(i.File, ui.SectionListen), visit: v, Import: i}
	p.frame.Crumb = []ui.Link{{Label: v.Lang.T("import.title"), Href: importsAt}}
	p.frame.Sub = v.Lang.T("import.by", "name", i.By.Name, "at", i.Created) + " · " + sizeText(v.Lang, i.Size)
	var err error
	switch {
	case i.Busy():
		p.Work, p.Stoppable = importWork(v, i), i.State != intake.Undoing && i.Origin == intake.FromPage
	case i.State == intake.Drafted:
		p.Draft, err = s.newDraftView(r.Context(), v, i, problem)
	default:
		p.Result, err = s.newImportResult(r.Context(), v, i)
	}
	if err != nil {
		return nil, fmt.Errorf("import %d: %w", i.ID, err)
	}
	return p, nil
}

func (s *Server) serveImport(w http.ResponseWriter, r *http.Request, v *visit) error {
	i, err := s.pathImport(r, v)
	if err != nil {
		return err
	}
	return s.showImport(w, r, v, i, nil)
}

// showImport draws the page or its body alone; problem is what the last try to go on was refused for.
func (s *Server) showImport(w http.ResponseWriter, r *http.Request, v *visit, i intake.Import, problem error) error {
	p, err := s.newImportPage(r, v, i, problem)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if problem != nil && !isPart(r) {
		status = api.Status(cx.KindOf(problem))
	}
	if isPart(r) {
		return s.renderAs(w, r, status, importBody(p))
	}
	return s.renderAs(w, r, status, importView(p))
}

// importWork is how far it is; a workbook does not tell, nor does what was not begun.
func importWork(v *visit, i intake.Import) *ui.Progress {
	l := v.Lang
	w := &ui.Progress{ID: "import-work", Label: l.T("import.work." + string(i.State)), Says: l.T("import.work.rows", "count", i.Progress.Rows), Note: l.T("import.work.leave")}
	if i.State == intake.Undoing {
		w.Says = l.T("import.work.gone", "count", i.Gone)
		if i.Report != nil {
			w.Done, w.Total = int64(i.Gone), int64(i.Report.Accepted+i.Report.Quarantined)
		}
		return w
	}
	if i.Progress.Read > 0 {
		w.Done, w.Total = i.Progress.Read, i.Progress.Size
	}
	return w
}
