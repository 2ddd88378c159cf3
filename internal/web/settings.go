package web

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// settingsRoutes are for administrators; quarantine also for those who edit the structure.
func (s *Server) settingsRoutes() []Route {
	return []Route{
		{"GET", "/settings", 0, s.serveOrganisation},
		{"POST", "/settings/organisation", people.Administer, s.doOrganisation},
		{"GET", "/settings/keys", people.Administer, s.serveKeys},
		{"POST", "/settings/keys", people.Administer, s.doAddKey},
		{"POST", "/settings/keys/{key}/revoke", people.Administer, s.doRevokeKey},
		{"GET", "/settings/quarantine", people.EditStructure, s.serveQuarantine},
		{"POST", "/settings/quarantine", people.EditStructure, s.doAlias},
		{"GET", quarantineUnits, people.EditStructure, s.serveUnitsFound},
		{"POST", quarantineUnits, people.EditStructure, s.doCreateWaited},
	}
}

// settingsPage is one of the tabs: forms, tables, and something to be read once.
type settingsPage struct {
	frame  ui.Frame
	visit  *visit
	Tabs   []ui.Tab
	Forms  []formView
	Table  *ui.Table
	Rows   []rowView // a table whose lines have buttons
	Once   string    // a secret, shown this once
	Says   string    // what Once is
	Empty  *ui.State
	Pager  ui.Pager
	Legend string
	State  []ui.Thing // what stands and what waits, tab by tab
}

// formView is one form of a settings page.
type formView struct {
	Title, Note, Action, Do, Error string
	Of                             string // beside the title: whose form it is
	Fields                         []ui.Field
	Icon, Class                    string
	Small                          bool
	Files                          bool       // sends files
	Sight                          string     // what the form would let see is drawn anew from here as it is filled
	Beside                         *ui.Button // after the main one
}

func (f formView) attr() templ.Attributes {
	a := templ.Attributes{}
	if f.Files {
		a["enctype"] = "multipart/form-data"
	}
	if f.Sight != "" {
		a["hx-get"], a["hx-trigger"], a["hx-target"] = f.Sight+"?part=sight", "change delay:200ms", "#sight"
	}
	return a
}

// rowView is a thing with what may be done to it.
type rowView struct {
	ui.Thing
	Forms []rowForm
}

type rowForm struct {
	Action string
	Button ui.Button
	Hidden []ui.Hidden
}

func (s *Server) newSettings(v *visit, path string) *settingsPage {
	l := v.Lang
	p := &settingsPage{visit: v, frame: v.frame(l.T("settings.title"), ui.SectionSettings)}
	if path != "" {
		p.frame.Sub = l.T("settings.about." + path[strings.LastIndex(path, "/")+1:])
	}
	for _, t := range []struct {
		path, id string
		right    people.Right
	}{{"/settings", "settings.organisation", people.Administer}, {brandPath, "brand.tab", people.Administer}, {"/settings/units", "settings.units", people.EditStructure}, {"/settings/people", "settings.people", people.Administer},
		{"/settings/roles", "settings.roles", people.Administer}, {channelsPath, "channels.tab", people.Administer}, {"/settings/keys", "settings.keys", people.Administer},
		{"/settings/quarantine", "settings.quarantine", people.EditStructure}, {"/settings/council", "settings.council", people.Administer},
		{"/settings/protection", "settings.protection", people.Protect}, {"/settings/audit", "settings.audit", people.ReadAudit}} {
		if v.Viewer.May(t.right) {
			p.Tabs = append(p.Tabs, ui.Tab{Label: l.T(t.id), Href: t.path, Current: t.path == path})
			if t.path == path {
				p.frame.Title = l.T(t.id)
			}
		}
	}
	return p
}

// refuse puts what is wrong beside its field of the form at that address. It gives err back when it is not the person's.
func (p *settingsPage) refuse(err error, action string, r *http.Request) error {
	for i := range p.Forms {
		if p.Forms[i].Action == action {
			return p.visit.refuse(&p.Forms[i], err, r)
		}
	}
	return err
}

// refuse puts what is wrong beside its field of a form, with what was typed. It gives err back when it is not the person's.
func (v *visit) refuse(f *formView, err error, r *http.Request) error {
	x := setupPage{visit: v, Fields: f.Fields}
	x.keep(r)
	if err := x.refuse(err); err != nil {
		return err
	}
	f.Fields, f.Error = x.Fields, x.Error
	return nil
}
