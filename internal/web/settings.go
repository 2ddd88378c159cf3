package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// settingsRoutes are for administrators; quarantine also for those who edit the structure.
func (s *Server) settingsRoutes() []Route {
	return []Route{
		{"GET", "/settings", 0, s.serveOrganisation},
		{"POST", "/settings/organisation", people.Administer, s.doOrganisation},
		{"POST", "/settings/consultation", people.Administer, s.doConsultation},
		{"POST", "/settings/narrow", people.Administer, s.doNarrow},
		{"GET", "/settings/people", people.Administer, s.servePeople},
		{"POST", "/settings/people", people.Administer, s.doAddUser},
		{"POST", "/settings/people/{user}/disable", people.Administer, s.doDisableUser},
		{"POST", "/settings/people/{user}/link", people.Administer, s.doUserLink},
		{"GET", "/settings/keys", people.Administer, s.serveKeys},
		{"POST", "/settings/keys", people.Administer, s.doAddKey},
		{"POST", "/settings/keys/{key}/revoke", people.Administer, s.doRevokeKey},
		{"GET", "/settings/quarantine", people.EditStructure, s.serveQuarantine},
		{"POST", "/settings/quarantine", people.EditStructure, s.doAlias},
		{"GET", "/settings/audit", people.ReadAudit, s.serveTrail},
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
}

// formView is one form of a settings page.
type formView struct {
	Title, Note, Action, Do, Error string
	Fields                         []ui.Field
}

// rowView is a thing with what may be done to it.
type rowView struct {
	Name, Note string
	Tags       []ui.Tag
	Forms      []rowForm
}

type rowForm struct {
	Action, Label, Style string
	Hidden               []ui.Hidden
	Select               *ui.Field
}

func (s *Server) newSettings(v *visit, path string) *settingsPage {
	l := v.Lang
	p := &settingsPage{visit: v, frame: v.frame(l.T("settings.title"), ui.SectionSettings)}
	for _, t := range []struct {
		path, id string
		right    people.Right
	}{{"/settings", "settings.organisation", people.Administer}, {"/settings/people", "settings.people", people.Administer}, {"/settings/keys", "settings.keys", people.Administer},
		{"/settings/quarantine", "settings.quarantine", people.EditStructure}, {"/settings/audit", "settings.audit", people.ReadAudit}} {
		if v.Viewer.May(t.right) {
			p.Tabs = append(p.Tabs, ui.Tab{Label: l.T(t.id), Href: t.path, Current: t.path == path})
		}
	}
	return p
}

// refuse puts what is wrong beside its field of the form at that address. It gives err back when it is not the person's.
func (p *settingsPage) refuse(err error, action string, r *http.Request) error {
	for i := range p.Forms {
		if p.Forms[i].Action != action {
			continue
		}
		x := setupPage{visit: p.visit, Fields: p.Forms[i].Fields}
		x.keep(r)
		if err := x.refuse(err); err != nil {
			return err
		}
		p.Forms[i].Fields, p.Forms[i].Error = x.Fields, x.Error
		return nil
	}
	return err
}

// Organisation.

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

// saved answers a form of the organisation's page: back to it, or the page again with what is wrong.
func (s *Server) saved(w http.ResponseWriter, r *http.Request, v *visit, err error) error {
	if err == nil {
		s.toast(r, v.Lang.T("settings.saved"))
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
	return s.saved(w, r, v, s.saveOrganisation(r.Context(), v, organisation{r.PostForm.Get("name"), r.PostForm.Get("lang"), r.PostForm.Get("zone")}))
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

// People.

func (s *Server) newPeoplePage(ctx context.Context, v *visit) (*settingsPage, error) {
	l := v.Lang
	p := s.newSettings(v, "/settings/people")
	users, err := s.People.Users(ctx)
	if err != nil {
		return nil, err
	}
	o, err := s.People.Present(ctx)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		p.Rows = append(p.Rows, s.userRow(v, o, u))
	}
	p.Legend = l.T("settings.people.count", "count", len(users))
	p.Forms = []formView{{Title: l.T("settings.people.add"), Action: "/settings/people", Do: l.T("settings.add"), Fields: []ui.Field{
		{Name: "name", Label: l.T("setup.name.any"), Required: true, Max: 200, Autocomplete: "off"},
		{Name: "email", Label: l.T("setup.email"), Kind: "email", Required: true, Max: 254, Autocomplete: "off"},
		{Name: "role", Label: l.T("settings.role"), Kind: "select", Required: true, Options: roleOptions(v, people.Source)},
		{Name: "unit", Label: l.T("cockpit.filter.unit"), Hint: l.T("settings.unit.hint"), Max: 64},
		{Name: "agent", Label: l.T("settings.agent"), Hint: l.T("settings.agent.hint"), Max: 64},
		{Name: "password", Label: l.T("setup.password"), Kind: "password", Hint: l.T("settings.password.hint"), Autocomplete: "new-password"},
	}}}
	return p, nil
}

func roleOptions(v *visit, without people.Role) []ui.Option {
	var out []ui.Option
	for _, r := range people.Roles() {
		if r != without {
			out = append(out, ui.Option{Value: string(r), Label: v.roleName(r)})
		}
	}
	return out
}

func (s *Server) userRow(v *visit, o *people.Organisation, u people.User) rowView {
	l := v.Lang
	where := l.T("cockpit.filter.units")
	if u.Unit != "" {
		where = o.Name(u.Unit, l.Tag())
	}
	row := rowView{Name: u.Name, Note: u.Email + " · " + v.roleName(u.Role) + " · " + where}
	at := "/settings/people/" + strconv.FormatInt(u.ID, 10)
	if u.Disabled {
		row.Tags = []ui.Tag{{Text: l.T("settings.disabled"), Tone: ui.Watch}}
		row.Forms = []rowForm{{Action: at + "/disable", Label: l.T("settings.enable"), Hidden: []ui.Hidden{{Name: "disabled", Value: "0"}}}}
		return row
	}
	row.Forms = []rowForm{{Action: at + "/link", Label: l.T("settings.link")}}
	if u.ID != v.Viewer.UserID {
		row.Forms = append(row.Forms, rowForm{Action: at + "/disable", Label: l.T("settings.disable"), Style: "danger", Hidden: []ui.Hidden{{Name: "disabled", Value: "1"}}})
	}
	return row
}

func (s *Server) servePeople(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newPeoplePage(r.Context(), v)
	if err != nil {
		return err
	}
	return s.render(w, r, settingsView(p))
}

func (s *Server) doAddUser(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	u, err := s.People.AddUser(r.Context(), people.NewUser{Name: f.Get("name"), Email: f.Get("email"), Role: people.Role(f.Get("role")),
		Unit: cx.UnitID(strings.TrimSpace(f.Get("unit"))), Agent: strings.TrimSpace(f.Get("agent")), Password: f.Get("password")})
	if err != nil {
		p, e := s.newPeoplePage(r.Context(), v)
		if e != nil {
			return e
		}
		if e := p.refuse(err, r.URL.Path, r); e != nil {
			return e
		}
		return s.renderAs(w, r, api.Status(cx.KindOf(err)), settingsView(p))
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "user.add", Subject: "user:" + strconv.FormatInt(u.ID, 10)}); err != nil {
		return err
	}
	if f.Get("password") != "" {
		s.toast(r, v.Lang.T("settings.people.added", "name", u.Name))
		http.Redirect(w, r, "/settings/people", http.StatusSeeOther)
		return nil
	}
	return s.showLink(w, r, v, u)
}

// linkLasts is how long a sign-in link made here is valid.
const linkLasts = 48 * time.Hour

// showLink makes a sign-in link and shows it this once.
func (s *Server) showLink(w http.ResponseWriter, r *http.Request, v *visit, u people.User) error {
	token, err := s.People.EntryLink(r.Context(), u.ID, linkLasts)
	if err != nil {
		return err
	}
	p, err := s.newPeoplePage(r.Context(), v)
	if err != nil {
		return err
	}
	p.Once, p.Says = s.publicURL(v)+"/enter/"+token, v.Lang.T("settings.link.says", "name", u.Name)
	return s.render(w, r, settingsView(p))
}

// requestOrigin is how the browser reached this server.
func requestOrigin(r *http.Request, secure bool) string {
	if secure || r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func pathID(r *http.Request, name string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil {
		return 0, cx.Fail(cx.NotFound, "", "web.missing.text")
	}
	return id, nil
}

func (s *Server) doUserLink(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := pathID(r, "user")
	if err != nil {
		return err
	}
	u, err := s.People.User(r.Context(), id)
	if err != nil {
		return err
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "user.link", Subject: "user:" + strconv.FormatInt(id, 10)}); err != nil {
		return err
	}
	return s.showLink(w, r, v, u)
}

func (s *Server) doDisableUser(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := pathID(r, "user")
	if err != nil {
		return err
	}
	if id == v.Viewer.UserID {
		return cx.Fail(cx.Invalid, "", "settings.not_oneself")
	}
	disabled := r.PostForm.Get("disabled") == "1"
	if err := s.People.DisableUser(r.Context(), id, disabled); err != nil {
		return err
	}
	what := map[bool]string{true: "user.disable", false: "user.enable"}[disabled]
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: what, Subject: "user:" + strconv.FormatInt(id, 10)}); err != nil {
		return err
	}
	http.Redirect(w, r, "/settings/people", http.StatusSeeOther)
	return nil
}

// Keys.

func (s *Server) newKeysPage(ctx context.Context, v *visit) (*settingsPage, error) {
	l := v.Lang
	p := s.newSettings(v, "/settings/keys")
	keys, err := s.People.Keys(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		row := rowView{Name: k.Name, Note: k.Hint + "… · " + v.roleName(k.Role) + " · " + l.T("settings.keys.since", "at", k.Created)}
		if !k.Revoked.IsZero() {
			row.Tags = []ui.Tag{{Text: l.T("settings.keys.revoked"), Tone: ui.Watch}}
		} else {
			row.Forms = []rowForm{{Action: "/settings/keys/" + strconv.FormatInt(k.ID, 10) + "/revoke", Label: l.T("settings.keys.revoke"), Style: "danger"}}
		}
		p.Rows = append(p.Rows, row)
	}
	p.Legend = l.T("settings.keys.count", "count", len(keys))
	roles := roleOptions(v, people.Adviser)
	slices.Reverse(roles) // the least powerful first
	p.Forms = []formView{{Title: l.T("settings.keys.add"), Note: l.T("settings.keys.note"), Action: "/settings/keys", Do: l.T("settings.add"), Fields: []ui.Field{
		{Name: "name", Label: l.T("settings.keys.name"), Required: true, Max: 100},
		{Name: "role", Label: l.T("settings.role"), Kind: "select", Required: true, Options: roles},
		{Name: "unit", Label: l.T("cockpit.filter.unit"), Hint: l.T("settings.unit.hint"), Max: 64},
	}}}
	return p, nil
}

func (s *Server) serveKeys(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newKeysPage(r.Context(), v)
	if err != nil {
		return err
	}
	return s.render(w, r, settingsView(p))
}

func (s *Server) doAddKey(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	secret, addErr := s.People.AddKey(r.Context(), f.Get("name"), people.Role(f.Get("role")), cx.UnitID(strings.TrimSpace(f.Get("unit"))))
	if addErr == nil {
		if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "key.add", Subject: f.Get("role")}); err != nil {
			return err
		}
	}
	p, err := s.newKeysPage(r.Context(), v)
	if err != nil {
		return err
	}
	if addErr != nil {
		if err := p.refuse(addErr, r.URL.Path, r); err != nil {
			return err
		}
		return s.renderAs(w, r, api.Status(cx.KindOf(addErr)), settingsView(p))
	}
	p.Once, p.Says = secret, v.Lang.T("settings.keys.once", "name", strings.TrimSpace(f.Get("name")))
	return s.render(w, r, settingsView(p))
}

func (s *Server) doRevokeKey(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := pathID(r, "key")
	if err != nil {
		return err
	}
	if err := s.People.RevokeKey(r.Context(), id); err != nil {
		return err
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "key.revoke", Subject: "key:" + strconv.FormatInt(id, 10)}); err != nil {
		return err
	}
	http.Redirect(w, r, "/settings/keys", http.StatusSeeOther)
	return nil
}

// Quarantine.

func (s *Server) newQuarantinePage(ctx context.Context, g *ground) (*settingsPage, error) {
	l := g.lang()
	p := s.newSettings(g.visit, "/settings/quarantine")
	waiting, err := s.Door.Waiting(ctx)
	if err != nil {
		return nil, fmt.Errorf("quarantine: %w", err)
	}
	for _, q := range waiting {
		field := ui.Field{Name: "to", Label: l.T("settings.quarantine.to", "key", q.Key), Required: true, Max: 64}
		if q.Field == "touchpoint" {
			field.Kind = "select"
			for _, x := range g.Journeys.Touchpoints() {
				field.Options = append(field.Options, ui.Option{Value: string(x.Touchpoint.Key), Label: l.Text(x.Touchpoint.Name)})
			}
		}
		row := rowView{Name: q.Key, Note: l.T("settings.quarantine.kind."+q.Field) + " · " + l.T("settings.quarantine.count", "count", q.N) + " · " + l.T("settings.quarantine.since", "at", q.Since)}
		row.Forms = []rowForm{{Action: "/settings/quarantine", Label: l.T("settings.quarantine.map"), Select: &field,
			Hidden: []ui.Hidden{{Name: "kind", Value: q.Field}, {Name: "from", Value: q.Key}}}}
		p.Rows = append(p.Rows, row)
	}
	p.Legend = l.T("settings.quarantine.note")
	if len(waiting) == 0 {
		p.Legend, p.Empty = "", &ui.State{Title: l.T("settings.quarantine.none"), Text: l.T("settings.quarantine.none.text")}
	}
	return p, nil
}

func (s *Server) serveQuarantine(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, err := s.ground(r.Context(), v, filters{}, matter{})
	if err != nil {
		return err
	}
	p, err := s.newQuarantinePage(r.Context(), g)
	if err != nil {
		return err
	}
	return s.render(w, r, settingsView(p))
}

func (s *Server) doAlias(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	n, err := s.Door.Alias(r.Context(), f.Get("kind"), f.Get("from"), strings.TrimSpace(f.Get("to")))
	if err != nil {
		return err
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: "alias.add", Subject: f.Get("kind") + ":" + f.Get("to")}); err != nil {
		return err
	}
	s.toast(r, v.Lang.T("settings.quarantine.repaired", "count", n))
	http.Redirect(w, r, "/settings/quarantine", http.StatusSeeOther)
	return nil
}

// Trail.

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
