package web

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/intake"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// maxUnitFile is the largest file of units taken.
const maxUnitFile = 32 << 20

// unitFilePage shows what a file of units would change.
type unitFilePage struct {
	frame   ui.Frame
	visit   *visit
	At      string
	Facts   []string // in the order they are said
	Counts  string
	Nothing bool
	Closing bool
	Table   ui.Table
	Left    int // changes not listed
	Faults  ui.Table
}

func (p *unitFilePage) points() []ui.Point {
	list := ui.SamePoints("info", p.Facts)
	if p.Counts != "" {
		list = append(list, ui.Point{Icon: "arrow-right", Text: p.Counts, Strong: true})
	}
	return list
}

// unitPlan is a file of units read against the organisation.
type unitPlan struct {
	units   []people.Unit
	changes []people.UnitChange
	report  intake.UnitReport
	o       *people.Organisation
}

func (s *Server) doUnitFile(w http.ResponseWriter, r *http.Request, v *visit) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxUnitFile)
	f, head, err := r.FormFile("file")
	if err != nil {
		return s.refuseFile(w, r, v, cx.Fail(cx.Invalid, "file", "unit.file_missing"))
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return s.refuseFile(w, r, v, cx.Fail(cx.Invalid, "file", "unit.file_missing"))
	}
	if _, err := s.planUnits(r.Context(), head.Filename, data, false); err != nil {
		return s.refuseFile(w, r, v, err)
	}
	id, err := s.People.KeepUpload(r.Context(), v.Viewer, head.Filename, data)
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/settings/units/import/"+strconv.FormatInt(id, 10), http.StatusSeeOther)
	return nil
}

// refuseFile says on the tree's page what is wrong with a file.
func (s *Server) refuseFile(w http.ResponseWriter, r *http.Request, v *visit, err error) error {
	if k := cx.KindOf(err); k != cx.Invalid && k != cx.NotFound {
		return err
	}
	s.toast(r, v.Lang.Error(err))
	http.Redirect(w, r, "/settings/units", http.StatusSeeOther)
	return nil
}

// planUnits reads a file as the command does, and compares it with the organisation.
func (s *Server) planUnits(ctx context.Context, name string, data []byte, closing bool) (unitPlan, error) {
	var p unitPlan
	file, err := intake.OpenReader(name, bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return p, err
	}
	m, _, err := intake.Guess(file)
	if err != nil {
		return p, err
	}
	if m, err = asUnits(m); err != nil {
		return p, err
	}
	rows, report, err := intake.ReadUnits(file, m)
	if err != nil {
		return p, err
	}
	if p.o, err = s.People.Present(ctx); err != nil {
		return p, err
	}
	for _, x := range rows {
		p.units = append(p.units, people.Unit{Key: x.Key, Name: cx.Text{"fr": x.Name}, Parent: x.Parent, Level: x.Level})
	}
	p.units, p.report = p.o.Adopt(p.units, closing), report
	p.changes = p.o.Diff(p.units)
	return p, nil
}

// unitHeads are the words by which the columns of an organisation chart are known, most telling first.
var unitHeads = [...]struct {
	as    string
	words []string
}{{"parent", []string{"parent", "rattach", "supérieur", "superieur"}}, {"key", []string{"code", "clé", "cle", "key", "identifiant", "id"}},
	{"name", []string{"nom", "name", "intitulé", "intitule", "libellé", "libelle", "label", "entité", "entite", "unit"}}, {"level", []string{"niveau", "level", "type", "typologie"}}}

// asUnits reads a file whose form is no known one as units, by the names of its columns: a key, a name and a parent.
func asUnits(m intake.Map) (intake.Map, error) {
	if m.Kind == "units" {
		return m, nil
	}
	out := intake.Map{Kind: "units", Encoding: m.Encoding, Separator: m.Separator, Quotes: m.Quotes, HeaderRows: m.HeaderRows, Skip: m.Skip, Sheet: m.Sheet}
	taken := map[string]bool{}
	for _, head := range unitHeads {
		for _, c := range m.Columns {
			if !taken[c.Column] && headSays(c.Column, head.words) {
				out.Columns, taken[c.Column] = append(out.Columns, intake.Column{Column: c.Column, As: head.as}), true
				break
			}
		}
	}
	if len(out.Columns) < 3 || out.Columns[0].As != "parent" || out.Columns[1].As != "key" || out.Columns[2].As != "name" {
		return m, cx.Fail(cx.Invalid, "file", "unit.file_of_feedback")
	}
	return out, nil
}

func headSays(column string, words []string) bool {
	low := strings.ToLower(column)
	for _, w := range words {
		if strings.HasPrefix(low, w) || len(w) > 3 && strings.Contains(low, w) {
			return true
		}
	}
	return false
}

func (s *Server) serveUnitFile(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	name, data, err := s.People.Upload(r.Context(), v.Viewer, id)
	if err != nil {
		return err
	}
	closing := r.URL.Query().Get("closing") != ""
	plan, err := s.planUnits(r.Context(), name, data, closing)
	if err != nil {
		return err
	}
	p := newUnitFilePage(v, plan)
	p.frame.Title, p.At, p.Closing = name, "/settings/units/import/"+strconv.FormatInt(id, 10), closing
	return s.render(w, r, unitFileView(p))
}

// changesShown of a file; the counts say the rest.
const changesShown = 200

func newUnitFilePage(v *visit, plan unitPlan) *unitFilePage {
	l := v.Lang
	p := &unitFilePage{visit: v, frame: v.frame("", ui.SectionSettings), Nothing: len(plan.changes) == 0}
	p.frame.Crumb = []ui.Link{{Label: l.T("settings.units"), Href: "/settings/units"}}
	counts := map[people.ChangeKind]int{}
	p.Table = ui.Table{Caption: l.T("unit.file.changes"), Empty: l.T("unit.file.nothing"), Columns: []ui.Column{{Label: l.T("cockpit.filter.unit")}, {Label: l.T("settings.audit.what")}, {Label: l.T("unit.before")}, {Label: l.T("unit.after")}}}
	for _, k := range changeKinds { // what moves and closes first counts most: additions come last
		for _, c := range plan.changes {
			if c.Kind == k {
				counts[k]++
			}
		}
	}
	for i := len(changeKinds) - 1; i >= 0; i-- {
		for _, c := range plan.changes {
			if c.Kind != changeKinds[i] {
				continue
			}
			if len(p.Table.Rows) == changesShown {
				p.Left++
				continue
			}
			p.Table.Rows = append(p.Table.Rows, changeRow(v, plan, c))
		}
	}
	p.Counts = countsText(v, counts)
	p.Facts = []string{l.T("unit.file.rows", "count", plan.report.Rows)}
	p.Faults = ui.Table{Caption: l.T("unit.file.faults"), Columns: []ui.Column{{Label: l.T("unit.line"), Numeric: true}, {Label: l.T("unit.fault")}, {Label: l.T("unit.value")}}}
	plan.report.Say(l)
	faults := slices.Concat(plan.report.Rejected, plan.report.Moved)
	slices.SortStableFunc(faults, func(a, b intake.Rejection) int { return cmp.Compare(a.Line, b.Line) })
	for _, x := range faults {
		if len(p.Faults.Rows) < changesShown {
			p.Faults.Rows = append(p.Faults.Rows, ui.Row{Cells: []ui.Cell{{Text: l.Int(int64(x.Line))}, {Text: x.Say(l)}, {Text: x.Value}}})
		}
	}
	if n := len(plan.report.Rejected); n > 0 {
		p.Facts = append(p.Facts, l.T("unit.file.rejected", "count", n))
	}
	if n := len(plan.report.Moved); n > 0 {
		p.Facts = append(p.Facts, l.T("unit.file.lifted", "count", n))
	}
	return p
}

// named is what a unit is called in the file, or else in the organisation.
func (p unitPlan) named(v *visit, k cx.UnitID) string {
	if i := slices.IndexFunc(p.units, func(u people.Unit) bool { return u.Key == k }); i >= 0 {
		return v.Lang.Text(p.units[i].Name)
	}
	return cmpName(v, p.o, k)
}

func changeRow(v *visit, plan unitPlan, c people.UnitChange) ui.Row {
	l := v.Lang
	row := ui.Row{Cells: []ui.Cell{{Text: l.Text(c.Becomes.Name), Note: string(c.Unit)}, {Text: l.T("unit.kind." + string(c.Kind))}, {}, {}}}
	switch c.Kind {
	case people.UnitMoved:
		row.Cells[2].Text, row.Cells[3].Text = cmpName(v, plan.o, c.Was.Parent), plan.named(v, c.Becomes.Parent)
	case people.UnitRenamed:
		row.Cells[2].Text, row.Cells[3].Text = l.Text(c.Was.Name), l.Text(c.Becomes.Name)
	case people.UnitEdited:
		row.Cells[2].Text, row.Cells[3].Text = c.Was.Level, c.Becomes.Level
	case people.UnitAdded:
		row.Cells[3].Text = plan.named(v, c.Becomes.Parent)
	}
	return row
}

func (s *Server) doUnitImport(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	name, data, err := s.People.Upload(r.Context(), v.Viewer, id)
	if err != nil {
		return err
	}
	plan, err := s.planUnits(r.Context(), name, data, r.PostForm.Get("closing") != "")
	if err != nil {
		return err
	}
	batch, err := s.People.ChangeUnits(r.Context(), people.UnitChanges{Actor: v.Viewer.Actor(), Day: r.PostForm.Get("day"), Units: plan.units})
	if err != nil {
		return err
	}
	if err := s.People.DropUpload(r.Context(), id); err != nil {
		return err
	}
	return s.unitsChanged(w, r, v, batch, "")
}
