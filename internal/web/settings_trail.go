package web

import (
	"net/http"
	"strconv"

	"vigie/internal/web/ui"
)

const trailShown = 100

func (s *Server) serveTrail(w http.ResponseWriter, r *http.Request, v *visit) error {
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	entries, err := s.People.Trail(r.Context(), before, trailShown)
	if err != nil {
		return err
	}
	l := v.Lang
	p := s.newSettings(v, "/settings/audit")
	p.Table = &ui.Table{Caption: l.T("settings.audit"), Empty: l.T("settings.audit.none"), Columns: []ui.Column{{Label: l.T("settings.audit.when")}, {Label: l.T("settings.audit.who")}, {Label: l.T("settings.audit.what")}, {Label: l.T("settings.audit.subject")}}}
	for _, e := range entries {
		p.Table.Rows = append(p.Table.Rows, ui.Row{Cells: []ui.Cell{{Text: l.DateTime(e.At.In(v.Now.Location()))}, {Text: e.Actor}, {Text: e.What}, {Text: e.Subject}}})
	}
	if len(entries) == trailShown {
		p.Pager.NextHref = "/settings/audit?before=" + strconv.FormatInt(entries[len(entries)-1].ID, 10)
	}
	return s.render(w, r, settingsView(p))
}
