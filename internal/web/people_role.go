package web

import (
	"net/http"
	"net/url"
	"slices"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

func (s *Server) roleRoutes() []Route {
	return []Route{
		{"GET", "/settings/roles", people.Administer, s.serveRoles},
		{"POST", "/settings/roles", people.Administer, s.doRoles},
	}
}

// rolesPage says what each role may do, and narrows it.
type rolesPage struct {
	frame ui.Frame
	visit *visit
	Tabs  []ui.Tab
	Heads []string
	Error string
	Seen  ui.Field
	Roles []roleView
}

// roleView is a line of the table.
type roleView struct {
	Key, Name, Note string
	Href            string // changes it, or copies it
	May             []bool // along the heads
	Person          bool   // keys alone hold the others
	Narrow, Second  bool
	MayNarrow       bool
	Own             bool // the organisation's own: changed on its page
	Users           int
}

func (s *Server) serveRoles(w http.ResponseWriter, r *http.Request, v *visit) error {
	users, err := s.People.Users(r.Context())
	if err != nil {
		return err
	}
	return s.render(w, r, rolesView(s.newRolesPage(v, users)))
}

func (s *Server) newRolesPage(v *visit, users []people.User) *rolesPage {
	shell := s.newSettings(v, "/settings/roles")
	p := &rolesPage{frame: shell.frame, visit: v, Tabs: shell.Tabs, Seen: editRoles(nil, nil).seen(v.Settings)}
	for _, x := range shownRights {
		p.Heads = append(p.Heads, v.Lang.T("people.right."+x.name))
	}
	for _, role := range people.Roles() {
		x := roleView{Key: string(role), Name: v.roleName(role), Note: v.Lang.T("people.role." + string(role) + ".for"), Person: role != people.Source,
			Narrow: slices.Contains(v.Settings.Narrow, role), Second: v.Settings.SecondNeeded(role), MayNarrow: slices.Contains(narrowable[:], role)}
		if role.Copied() {
			x.Href = address(ownRoleAddress(""), url.Values{"from": {string(role)}})
		}
		for _, right := range shownRights {
			x.May = append(x.May, role.May(right.right))
		}
		for _, u := range users {
			if u.Role == role && !u.Disabled {
				x.Users++
			}
		}
		p.Roles = append(p.Roles, x)
	}
	for _, o := range v.Settings.OwnRoles {
		x := roleView{Key: string(o.Key), Name: v.roleName(o.Key), Note: v.Lang.T("people.own.copy_of", "role", v.roleName(o.Base)), Person: true,
			Own: true, Narrow: o.Narrow, Second: v.Settings.SecondNeeded(o.Key), Href: ownRoleAddress(o.Key)}
		for _, right := range shownRights {
			x.May = append(x.May, o.May(right.right))
		}
		for _, u := range users {
			if u.Role == o.Key && !u.Disabled {
				x.Users++
			}
		}
		p.Roles = append(p.Roles, x)
	}
	return p
}

// narrowable roles may have their figures held to their unit.
var narrowable = [...]people.Role{people.Manager, people.Relay, people.Adviser, people.Analyst, people.Marketing}

func editRoles(narrow, second []people.Role) settingsEdit {
	return settingsEdit{"roles", func(x people.Settings) any { return [...][]people.Role{x.Narrow, x.SecondFactor} },
		func(x *people.Settings) { x.Narrow, x.SecondFactor = narrow, second }}
}

// askRolesAgain shows what was ticked, over what somebody else saved meanwhile.
func (s *Server) askRolesAgain(w http.ResponseWriter, r *http.Request, v *visit, edit settingsEdit) error {
	users, err := s.People.Users(r.Context())
	if err != nil {
		return err
	}
	seen := edit.seen(v.Settings)
	edit.change(&v.Settings)
	p := s.newRolesPage(v, users)
	p.Seen, p.Error = seen, v.Lang.T("settings.changed_since")
	return s.renderAs(w, r, api.Status(cx.Conflict), rolesView(p))
}

func (s *Server) doRoles(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	var narrow, second []people.Role
	for _, role := range people.Roles() {
		if r.PostForm.Get("narrow-"+string(role)) != "" && slices.Contains(narrowable[:], role) {
			narrow = append(narrow, role)
		}
		if r.PostForm.Get("second-"+string(role)) != "" && role != people.Source {
			second = append(second, role)
		}
	}
	edit := editRoles(narrow, second)
	switch err := s.editSettings(r, v, edit); {
	case cx.KindOf(err) == cx.Conflict:
		return s.askRolesAgain(w, r, v, edit)
	case err != nil:
		return err
	}
	u := undoRoles(v.Settings)
	u.Fields = append(u.Fields, edit.after(v.Settings))
	s.done(r, v, v.Lang.T("settings.saved"), u)
	http.Redirect(w, r, "/settings/roles", http.StatusSeeOther)
	return nil
}

func undoRoles(before people.Settings) *ui.Undo {
	u := &ui.Undo{Action: "/settings/roles"}
	for _, role := range before.Narrow {
		u.Fields = append(u.Fields, ui.Hidden{Name: "narrow-" + string(role), Value: "1"})
	}
	for _, role := range before.SecondFactor {
		u.Fields = append(u.Fields, ui.Hidden{Name: "second-" + string(role), Value: "1"})
	}
	return u
}
