package web

import (
	"context"
	"net/http"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

func (s *Server) newOrganisationPage(ctx context.Context, v *visit) (*settingsPage, error) {
	l := v.Lang
	p := s.newSettings(v, "/settings")
	p.Forms = []formView{{Title: l.T("settings.organisation"), Action: "/settings/organisation", Do: l.T("settings.save"),
		Fields: append(organisationFields(v), editOrganisation(organisation{}).seen(v.Settings))}}
	var err error
	p.State, err = s.stateOf(ctx, v)
	return p, err
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
	p, err := s.newOrganisationPage(r.Context(), v)
	if err != nil {
		return err
	}
	return s.render(w, r, settingsView(p))
}

// saved answers a form of the organisation's page: back to it with a way to take it back, or the page again with what is
// wrong.
func (s *Server) saved(w http.ResponseWriter, r *http.Request, v *visit, err error) error {
	if err == nil {
		s.done(r, v, v.Lang.T("settings.saved"), undoOrganisation(v.Settings, organisationOf(r.PostForm)))
		http.Redirect(w, r, "/settings", http.StatusSeeOther)
		return nil
	}
	p, e := s.newOrganisationPage(r.Context(), v)
	if e != nil {
		return e
	}
	if e := p.refuse(err, r.URL.Path, r); e != nil {
		return e
	}
	return s.renderAs(w, r, api.Status(cx.KindOf(err)), settingsView(p))
}

func (s *Server) doOrganisation(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	return s.saved(w, r, v, s.saveOrganisation(r, v, organisationOf(r.PostForm)))
}

// undoOrganisation puts back what the form changed; nil when there was nothing before.
func undoOrganisation(before people.Settings, now organisation) *ui.Undo {
	if before.Name == "" {
		return nil
	}
	return &ui.Undo{Action: "/settings/organisation", Fields: []ui.Hidden{{Name: "name", Value: before.Name}, {Name: "lang", Value: before.Lang},
		{Name: "zone", Value: before.Zone}, {Name: "contact", Value: before.Contact}, editOrganisation(now).after(before)}}
}
