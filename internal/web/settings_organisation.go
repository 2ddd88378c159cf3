package web

import (
	"net/http"
	"slices"
	"strings"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

func (s *Server) newOrganisationPage(v *visit) *settingsPage {
	l := v.Lang
	p := s.newSettings(v, "/settings")
	consultation := formView{Title: l.T("settings.consultation"), Note: l.T("settings.consultation.none"), Action: "/settings/consultation", Do: l.T("settings.record"),
		Fields: []ui.Field{{Name: "on", Label: l.T("settings.consultation.on"), Kind: "date", Required: true},
			{Name: "purpose", Label: l.T("settings.consultation.purpose"), Kind: "textarea", Required: true, Hint: l.T("settings.consultation.hint")}}}
	if c := v.Settings.Consultation; c != nil {
		consultation.Note = l.T("settings.consultation.done", "on", c.On, "purpose", c.Purpose)
		consultation.Fields[0].Value, consultation.Fields[1].Value = c.On, c.Purpose
	}
	narrow := formView{Title: l.T("settings.narrow"), Note: l.T("settings.narrow.note"), Action: "/settings/narrow", Do: l.T("settings.save")}
	for _, r := range []people.Role{people.Manager, people.Relay, people.Adviser, people.Analyst} {
		narrow.Fields = append(narrow.Fields, ui.Field{Name: string(r), Kind: "checkbox", Label: v.roleName(r), Checked: slices.Contains(v.Settings.Narrow, r)})
	}
	p.Forms = []formView{{Title: l.T("settings.organisation"), Action: "/settings/organisation", Do: l.T("settings.save"), Fields: organisationFields(v)}, consultation, narrow}
	return p
}

// serveOrganisation shows the first tab, or leads to the first one that the viewer may open.
func (s *Server) serveOrganisation(w http.ResponseWriter, r *http.Request, v *visit) error {
	if !v.Viewer.May(people.Administer) {
		tabs := s.newSettings(v, "").Tabs
		if len(tabs) == 0 {
			return cx.Fail(cx.Denied, "", "web.denied")
		}
		http.Redirect(w, r, tabs[0].Href, http.StatusSeeOther)
		return nil
	}
	return s.render(w, r, settingsView(s.newOrganisationPage(v)))
}

// saved answers a form of the organisation's page: back to it with a way to take it back, or the page again with what is
// wrong.
func (s *Server) saved(w http.ResponseWriter, r *http.Request, v *visit, err error) error {
	if err == nil {
		s.done(r, v, v.Lang.T("settings.saved"), undoSettings(v.Settings, r.URL.Path))
		http.Redirect(w, r, "/settings", http.StatusSeeOther)
		return nil
	}
	p := s.newOrganisationPage(v)
	if e := p.refuse(err, r.URL.Path, r); e != nil {
		return e
	}
	return s.renderAs(w, r, api.Status(cx.KindOf(err)), settingsView(p))
}

func (s *Server) doOrganisation(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	return s.saved(w, r, v, s.saveOrganisation(r.Context(), v, organisationOf(r.PostForm)))
}

func (s *Server) doConsultation(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	c := people.Consultation{On: r.PostForm.Get("on"), Purpose: strings.TrimSpace(r.PostForm.Get("purpose"))}
	return s.saved(w, r, v, s.People.RecordConsultation(r.Context(), v.Viewer, c))
}

func (s *Server) doNarrow(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	var narrow []people.Role
	for _, role := range people.Roles() {
		if r.PostForm.Get(string(role)) != "" {
			narrow = append(narrow, role)
		}
	}
	err := s.People.UpdateSettings(r.Context(), func(x *people.Settings) { x.Narrow = narrow })
	if err == nil {
		err = s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "settings.change", Subject: "narrow"})
	}
	return s.saved(w, r, v, err)
}

// undoSettings puts back what the form at that address changed; nil when it cannot be put back.
func undoSettings(before people.Settings, action string) *ui.Undo {
	undo := &ui.Undo{Action: action}
	switch action {
	case "/settings/organisation":
		if before.Name == "" {
			return nil
		}
		undo.Fields = []ui.Hidden{{Name: "name", Value: before.Name}, {Name: "lang", Value: before.Lang}, {Name: "zone", Value: before.Zone}, {Name: "contact", Value: before.Contact}}
	case "/settings/narrow":
		for _, role := range before.Narrow {
			undo.Fields = append(undo.Fields, ui.Hidden{Name: string(role), Value: "1"})
		}
	default:
		return nil
	}
	return undo
}
