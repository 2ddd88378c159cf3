package web

import (
	"context"
	"net/http"
	"strconv"

	"vigie/internal/lang"
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
	who, err := s.actors(r.Context())
	if err != nil {
		return err
	}
	l := v.Lang
	p := s.newSettings(v, "/settings/audit")
	p.Table = &ui.Table{Caption: l.T("settings.audit"), Empty: l.T("settings.audit.none"), Columns: []ui.Column{{Label: l.T("settings.audit.when")}, {Label: l.T("settings.audit.who")}, {Label: l.T("settings.audit.what")}, {Label: l.T("settings.audit.subject")}}}
	for _, e := range entries {
		p.Table.Rows = append(p.Table.Rows, ui.Row{Cells: []ui.Cell{{Text: l.DateTime(e.At.In(v.Now.Location()))}, named(who, e.Actor), actOf(l, e.What), subjectOf(who, e.Subject)}})
	}
	if before != 0 {
		p.Pager.PreviousHref = "/settings/audit"
	}
	if len(entries) == trailShown {
		p.Pager.NextHref = "/settings/audit?before=" + strconv.FormatInt(entries[len(entries)-1].ID, 10)
	}
	return s.render(w, r, settingsView(p))
}

// actors gives the names behind "user:3" and "key:4".
func (s *Server) actors(ctx context.Context) (map[string]string, error) {
	users, err := s.People.Users(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := s.People.Keys(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, u := range users {
		names["user:"+strconv.FormatInt(u.ID, 10)] = u.Name
	}
	for _, k := range keys {
		names["key:"+strconv.FormatInt(k.ID, 10)] = k.Name
	}
	return names, nil
}

// named writes a name over its code; the code alone when nobody has it any more.
func named(who map[string]string, code string) ui.Cell {
	if n := who[code]; n != "" {
		return ui.Cell{Text: n, Note: code}
	}
	return ui.Cell{Text: code}
}

// actOf says what was done, over its code.
func actOf(l lang.Lang, what string) ui.Cell {
	if id := "settings.act." + what; l.Has(id) {
		return ui.Cell{Text: l.T(id), Note: what}
	}
	return ui.Cell{Text: what}
}

// subjectOf leads to what still has a page.
func subjectOf(who map[string]string, subject string) ui.Cell {
	c := named(who, subject)
	if _, err := strconv.ParseInt(subject, 10, 64); err == nil {
		c.Href = "/feedbacks/" + subject
	}
	return c
}
