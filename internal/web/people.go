package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// peopleRoutes are those of users, their invitations and what they may see.
func (s *Server) peopleRoutes() []Route {
	return []Route{
		{"GET", "/settings/people", people.Administer, s.servePeople},
		{"GET", "/settings/people/new", people.Administer, s.serveInvite},
		{"GET", "/settings/people/sight", people.Administer, s.serveSight},
		{"POST", "/settings/people", people.Administer, s.doInvite},
		{"GET", "/settings/people/{user}", people.Administer, s.serveUser},
		{"POST", "/settings/people/{user}", people.Administer, s.doUser},
		{"POST", "/settings/people/{user}/disable", people.Administer, s.doDisableUser},
		{"POST", "/settings/people/{user}/link", people.Administer, s.doUserLink},
		{"POST", "/settings/people/{user}/sessions", people.Administer, s.doUserSessions},
		{"POST", "/settings/people/{user}/second", people.Administer, s.doUserSecond},
		{"POST", "/settings/people/{user}/as", people.Administer, s.doLookAs},
		{"POST", "/settings/as/stop", 0, s.doStopLooking},
	}
}

// usersPage lists who may sign in.
type usersPage struct {
	frame  ui.Frame
	visit  *visit
	Tabs   []ui.Tab
	Finder ui.Finder
	Table  ui.Table
}

func (s *Server) newUsersPage(ctx context.Context, v *visit, q url.Values) (*usersPage, error) {
	l := v.Lang
	shell := s.newSettings(v, "/settings/people")
	p := &usersPage{frame: shell.frame, visit: v, Tabs: shell.Tabs}
	users, err := s.People.Users(ctx)
	if err != nil {
		return nil, err
	}
	o, err := s.People.Present(ctx)
	if err != nil {
		return nil, err
	}
	role := q.Get("role")
	roles := ui.Field{Name: "role", Label: l.T("settings.role"), Kind: "select", Options: append([]ui.Option{{Value: "", Label: l.T("people.every_role")}}, roleOptions(v, people.Source)...)}
	for i, x := range roles.Options {
		roles.Options[i].Selected = x.Value == role
	}
	p.Table = ui.Table{Caption: l.T("settings.people"), Empty: l.T("people.none_found"), Columns: []ui.Column{{Label: l.T("setup.name.any")}, {Label: l.T("settings.role")},
		{Label: l.T("cockpit.filter.unit")}, {Label: l.T("people.seen")}, {Label: l.T("people.state")}}}
	for _, u := range users {
		if role != "" && string(u.Role) != role || !found(q.Get("q"), u.Name, u.Email, unitNames(v, o, u)) {
			continue
		}
		p.Table.Rows = append(p.Table.Rows, s.userRow(v, o, u))
	}
	p.Finder = ui.Finder{Action: "/settings/people", Label: l.T("people.find"), Value: q.Get("q"), Select: &roles, Do: l.T("people.find.do"), Says: l.T("settings.people.count", "count", len(p.Table.Rows))}
	return p, nil
}

// found tells whether every word of a search begins or stands in one of the texts.
func found(q string, in ...string) bool {
	all := strings.ToLower(strings.Join(in, " "))
	for _, word := range strings.Fields(strings.ToLower(q)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

func unitNames(v *visit, o *people.Organisation, u people.User) string {
	if u.Unit == "" {
		return v.Lang.T("cockpit.filter.units")
	}
	names := []string{o.Name(u.Unit, v.Lang.Tag())}
	for _, m := range u.More {
		names = append(names, o.Name(m, v.Lang.Tag()))
	}
	return strings.Join(names, ", ")
}

func (s *Server) userRow(v *visit, o *people.Organisation, u people.User) ui.Row {
	l := v.Lang
	seen := l.T("people.never")
	if !u.Seen.IsZero() {
		seen = l.Ago(v.Now.Sub(u.Seen))
	}
	var tags []ui.Tag
	switch {
	case u.Disabled:
		tags = append(tags, ui.Tag{Text: l.T("settings.disabled"), Tone: ui.Bad})
	case u.Seen.IsZero():
		tags = append(tags, ui.Tag{Text: l.T("people.invited"), Tone: ui.Watch})
	}
	if u.Second {
		tags = append(tags, ui.Tag{Text: l.T("people.second"), Tone: ui.Good})
	} else if v.Settings.SecondNeeded(u.Role) {
		tags = append(tags, ui.Tag{Text: l.T("people.second.missing"), Tone: ui.Watch})
	}
	return ui.Row{Href: "/settings/people/" + strconv.FormatInt(u.ID, 10), Cells: []ui.Cell{{Text: u.Name, Note: u.Email}, {Text: v.roleName(u.Role)},
		{Text: unitNames(v, o, u)}, {Text: seen}, {Tags: tags}}}
}

func (s *Server) servePeople(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newUsersPage(r.Context(), v, r.URL.Query())
	if err != nil {
		return err
	}
	return s.render(w, r, usersView(p))
}

// userPage is one user, or one to invite.
type userPage struct {
	frame    ui.Frame
	visit    *visit
	ID       string // "" to invite
	User     people.User
	Form     formView
	Sight    sightView
	Sessions []sessionView
	Self     bool
	Once     string // an invitation link, shown this once
	Says     string
}

func (p *userPage) at() string { return "/settings/people/" + p.ID }

func roleOptions(v *visit, without people.Role) []ui.Option {
	var out []ui.Option
	for _, r := range people.Roles() {
		if r != without {
			out = append(out, ui.Option{Value: string(r), Label: v.roleName(r)})
		}
	}
	for _, o := range v.Settings.OwnRoles {
		out = append(out, ui.Option{Value: string(o.Key), Label: v.Lang.Text(o.Name)})
	}
	return out
}

// wish is what the form of a user says.
type wish struct {
	name, email, agent string
	role               people.Role
	units              []cx.UnitID
	narrow             bool
}

func readWish(f url.Values) wish {
	x := wish{name: f.Get("name"), email: f.Get("email"), agent: strings.TrimSpace(f.Get("agent")), role: people.Role(f.Get("role")), narrow: f.Get("narrow") != ""}
	for _, u := range f["unit"] {
		if id := cx.UnitID(strings.TrimSpace(u)); id != "" && !slices.Contains(x.units, id) {
			x.units = append(x.units, id)
		}
	}
	return x
}

// shown is what the form of a user shows.
func (x wish) shown() any { return []any{x.name, x.role, x.agent, x.narrow, x.units} }

func (x wish) unit() cx.UnitID {
	if len(x.units) == 0 {
		return ""
	}
	return x.units[0]
}

func (x wish) more() []cx.UnitID {
	if len(x.units) < 2 {
		return nil
	}
	return x.units[1:]
}

func (x wish) newUser() people.NewUser {
	return people.NewUser{Name: x.name, Email: x.email, Role: x.role, Unit: x.unit(), More: x.more(), Agent: x.agent, Narrow: x.narrow}
}

func wishOf(u people.User) wish {
	x := wish{name: u.Name, email: u.Email, agent: u.Agent, role: u.Role, narrow: u.Narrow}
	if u.Unit != "" {
		x.units = append([]cx.UnitID{u.Unit}, u.More...)
	}
	return x
}

// fill lays a form and what it would let see.
func (p *userPage) fill(ctx context.Context, s *Server, x wish) error {
	l := p.visit.Lang
	o, err := s.People.Present(ctx)
	if err != nil {
		return err
	}
	roles := roleOptions(p.visit, people.Source)
	for i, r := range roles {
		roles[i].Selected = r.Value == string(x.role)
	}
	p.Form.Fields = []ui.Field{{Name: "name", Label: l.T("setup.name.any"), Value: x.name, Required: true, Max: 200, Autocomplete: "off"}}
	if p.ID == "" {
		p.Form.Fields = append(p.Form.Fields, ui.Field{Name: "email", Label: l.T("setup.email"), Kind: "email", Value: x.email, Required: true, Max: 254, Autocomplete: "off"})
	}
	p.Form.Fields = append(p.Form.Fields, ui.Field{Name: "role", Label: l.T("settings.role"), Kind: "select", Required: true, Options: roles})
	p.Form.Fields = append(p.Form.Fields, unitFields(p.visit, o, x.units)...)
	p.Form.Fields = append(p.Form.Fields, ui.Field{Name: "agent", Label: l.T("settings.agent"), Hint: l.T("settings.agent.hint"), Value: x.agent, Max: 64},
		ui.Field{Name: "narrow", Label: l.T("people.narrow"), Hint: l.T("people.narrow.hint"), Kind: "checkbox", Checked: x.narrow})
	if p.ID != "" {
		p.Form.Fields = append(p.Form.Fields, seenField(wishOf(p.User).shown()))
	}
	p.Form.Sight = "/settings/people/sight"
	p.Sight, err = s.sightOf(ctx, p.visit, x)
	return err
}

func (s *Server) newInvitePage(ctx context.Context, v *visit, x wish) (*userPage, error) {
	p := &userPage{visit: v, frame: v.frame(v.Lang.T("people.invite"), ui.SectionSettings)}
	p.frame.Crumb = []ui.Link{{Label: v.Lang.T("settings.people"), Href: "/settings/people"}}
	p.Form = formView{Title: v.Lang.T("people.invite.who"), Action: "/settings/people", Do: v.Lang.T("people.invite.do"), Note: v.Lang.T("people.invite.note")}
	return p, p.fill(ctx, s, x)
}

func (s *Server) serveInvite(w http.ResponseWriter, r *http.Request, v *visit) error {
	x := readWish(r.URL.Query())
	if x.role == "" {
		x.role = people.Manager
	}
	p, err := s.newInvitePage(r.Context(), v, x)
	if err != nil {
		return err
	}
	return s.render(w, r, userView(p))
}

// refuseUser draws the page again with what is wrong beside its field.
func (s *Server) refuseUser(w http.ResponseWriter, r *http.Request, p *userPage, err error) error {
	e, ours := err.(*cx.Error)
	if k := cx.KindOf(err); !ours || k != cx.Invalid && k != cx.Conflict {
		return err
	}
	says := p.visit.Lang.Error(err)
	for i := range p.Form.Fields {
		if p.Form.Fields[i].Name == e.Field {
			p.Form.Fields[i].Error = says
			return s.renderAs(w, r, api.Status(e.Kind), userView(p))
		}
	}
	p.Form.Error = says
	return s.renderAs(w, r, api.Status(e.Kind), userView(p))
}

func (s *Server) doInvite(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	x := readWish(r.PostForm)
	u, err := s.People.AddUser(r.Context(), x.newUser())
	if err != nil {
		p, e := s.newInvitePage(r.Context(), v, x)
		if e != nil {
			return e
		}
		return s.refuseUser(w, r, p, err)
	}
	if err := s.note(r.Context(), v, "user.add", u.ID); err != nil {
		return err
	}
	return s.showInvitation(w, r, v, u)
}

// note leaves an entry about a user in the audit trail.
func (s *Server) note(ctx context.Context, v *visit, what string, user int64) error {
	return s.People.Audit(ctx, people.Entry{Actor: v.Viewer.Actor(), What: what, Subject: "user:" + strconv.FormatInt(user, 10)})
}

// inviteLasts is how long an invitation is valid.
const inviteLasts = 7 * 24 * time.Hour

// showInvitation makes a link and shows it this once, on the page of who it is for.
func (s *Server) showInvitation(w http.ResponseWriter, r *http.Request, v *visit, u people.User) error {
	token, err := s.People.InviteLink(r.Context(), u.ID, inviteLasts)
	if err != nil {
		return err
	}
	p, err := s.newUserPage(r.Context(), v, u)
	if err != nil {
		return err
	}
	p.Once, p.Says = s.publicURL(v)+"/enter/"+token, v.Lang.T("people.invite.says", "name", u.Name, "until", v.Lang.DateTime(v.Now.Add(inviteLasts)))
	return s.render(w, r, userView(p))
}

func (s *Server) newUserPage(ctx context.Context, v *visit, u people.User) (*userPage, error) {
	p := &userPage{visit: v, frame: v.frame(u.Name, ui.SectionSettings), ID: strconv.FormatInt(u.ID, 10), User: u, Self: u.ID == v.Viewer.UserID}
	p.frame.Crumb = []ui.Link{{Label: v.Lang.T("settings.people"), Href: "/settings/people"}}
	p.frame.Sub = u.Email + " · " + v.roleName(u.Role)
	p.Form = formView{Title: v.Lang.T("people.role_and_unit"), Action: p.at(), Do: v.Lang.T("settings.save")}
	var err error
	if p.Sessions, err = s.sessionsOf(ctx, v, u.ID); err != nil {
		return nil, err
	}
	return p, p.fill(ctx, s, wishOf(u))
}

// pathUser gives the user of the address.
func (s *Server) pathUser(r *http.Request) (people.User, error) {
	id, err := pathID(r, "user")
	if err != nil {
		return people.User{}, err
	}
	return s.People.User(r.Context(), id)
}

func pathID(r *http.Request, name string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil {
		return 0, cx.Fail(cx.NotFound, "", "web.missing.text")
	}
	return id, nil
}

func (s *Server) serveUser(w http.ResponseWriter, r *http.Request, v *visit) error {
	u, err := s.pathUser(r)
	if err != nil {
		return err
	}
	p, err := s.newUserPage(r.Context(), v, u)
	if err != nil {
		return err
	}
	return s.render(w, r, userView(p))
}
