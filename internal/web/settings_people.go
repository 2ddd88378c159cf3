package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

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
	if err := readForm(w, r); err != nil {
		return err
	}
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
	what, says, back := "user.enable", "settings.people.enabled", "1"
	if disabled {
		what, says, back = "user.disable", "settings.people.disabled", "0"
	}
	if err := s.People.Audit(r.Context(), people.Entry{Actor: v.Viewer.Actor(), What: what, Subject: "user:" + strconv.FormatInt(id, 10)}); err != nil {
		return err
	}
	u, err := s.People.User(r.Context(), id)
	if err != nil {
		return err
	}
	s.done(r, v, v.Lang.T(says, "name", u.Name), &ui.Undo{Action: r.URL.Path, Fields: []ui.Hidden{{Name: "disabled", Value: back}}})
	http.Redirect(w, r, "/settings/people", http.StatusSeeOther)
	return nil
}
