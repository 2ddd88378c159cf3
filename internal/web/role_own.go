package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

func (s *Server) ownRoleRoutes() []Route {
	return []Route{
		{"GET", "/settings/roles/new", people.Administer, s.serveOwnRole},
		{"GET", "/settings/roles/sight", people.Administer, s.serveRoleSight},
		{"GET", "/settings/roles/{role}", people.Administer, s.serveOwnRole},
		{"POST", "/settings/roles/{role}", people.Administer, s.doOwnRole},
		{"POST", "/settings/roles/{role}/remove", people.Administer, s.doRemoveRole},
	}
}

// ownRolePage makes or changes a role of the organisation's own, and says what its holders would see.
type ownRolePage struct {
	frame  ui.Frame
	visit  *visit
	Role   people.OwnRole
	Form   formView
	Rights []ui.Field
	Sight  sightView
	Users  int // who hold it
}

func (p *ownRolePage) at() string { return ownRoleAddress(p.Role.Key) }

func ownRoleAddress(key people.Role) string {
	if key == "" {
		return "/settings/roles/new"
	}
	return "/settings/roles/" + url.PathEscape(string(key))
}

// readOwnRole reads the form of a role.
func readOwnRole(key people.Role, f url.Values) people.OwnRole {
	return people.OwnRole{Key: key, Base: people.Role(f.Get("base")), Name: cx.Text{"fr": f.Get("name_fr"), "en": f.Get("name_en")}, Rights: slices.Clone(f["right"]), Narrow: f.Get("figures") == "unit"}
}

// pathRole gives the role of an address: one there is, or a copy still without name.
func (v *visit) pathRole(r *http.Request) (people.OwnRole, error) {
	key := people.Role(r.PathValue("role"))
	if o, ok := v.Settings.Own(key); ok {
		return o, nil
	}
	base := people.Role(r.URL.Query().Get("from"))
	if key != "" && key != "new" {
		return people.OwnRole{}, cx.Fail(cx.NotFound, "", "web.missing.text")
	}
	if !base.Copied() {
		base = people.Manager
	}
	o := people.OwnRole{Base: base, Narrow: slices.Contains(v.Settings.Narrow, base)}
	for _, right := range people.Rights() {
		if base.May(right) {
			o.Rights = append(o.Rights, right.String())
		}
	}
	return o, nil
}

func (s *Server) newOwnRolePage(ctx context.Context, v *visit, o people.OwnRole) (*ownRolePage, error) {
	l := v.Lang
	title := l.T("people.own.new")
	if o.Key != "" {
		title = v.roleName(o.Key)
	}
	p := &ownRolePage{visit: v, frame: v.frame(title, ui.SectionSettings), Role: o}
	p.frame.Crumb = []ui.Link{{Label: l.T("settings.roles"), Href: "/settings/roles"}}
	p.frame.Path = p.at()
	base := ui.Field{Name: "base", Kind: "select", Label: l.T("people.own.base"), Hint: l.T("people.own.base.hint"), Required: true}
	for _, r := range people.Roles() {
		if r.Copied() {
			base.Options = append(base.Options, ui.Option{Value: string(r), Label: v.roleName(r), Selected: r == o.Base})
		}
	}
	figures := ui.Field{Name: "figures", Kind: "select", Label: l.T("people.own.figures"), Hint: l.T("people.own.figures.hint"), Required: true,
		Options: []ui.Option{{Value: "all", Label: l.T("people.own.figures.all"), Selected: !o.Narrow}, {Value: "unit", Label: l.T("people.own.figures.unit"), Selected: o.Narrow}}}
	p.Form = formView{Title: l.T("people.own.title"), Note: l.T("people.own.note"), Action: p.at(), Do: l.T("settings.save"), Sight: "/settings/roles/sight", Fields: []ui.Field{
		{Name: "name_fr", Label: l.T("people.own.name_fr"), Value: o.Name["fr"], Required: true, Max: 60, Autocomplete: "off"},
		{Name: "name_en", Label: l.T("people.own.name_en"), Value: o.Name["en"], Required: true, Max: 60, Autocomplete: "off"}, base, figures}}
	if was, ok := v.Settings.Own(o.Key); ok {
		p.Form.Fields = append(p.Form.Fields, seenField(was))
	}
	for _, x := range shownRights {
		p.Rights = append(p.Rights, ui.Field{Name: "right", Kind: "checkbox", Label: l.T("people.right." + x.name), Value: x.right.String(), Checked: o.May(x.right)})
	}
	users, err := s.People.Users(ctx)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		if o.Key != "" && u.Role == o.Key {
			p.Users++
		}
	}
	p.Sight, err = s.roleSight(ctx, v, o)
	return p, err
}

// roleSight says what a holder of the role would see, in a unit of the top as an example where the role belongs to one.
func (s *Server) roleSight(ctx context.Context, v *visit, o people.OwnRole) (sightView, error) {
	org, err := s.People.Present(ctx)
	if err != nil {
		return sightView{}, err
	}
	var unit cx.UnitID
	if all := org.Units(); len(all) > 0 {
		unit = all[0].Key
	}
	scope, err := s.People.WouldIn(ctx, o, unit)
	if err != nil {
		return sightView{}, err
	}
	as := *v
	as.Settings.OwnRoles = []people.OwnRole{o}
	as.Settings.OwnRoles[0].Key = "own_preview"
	return newSight(&as, org, "own_preview", scope), nil
}

func (s *Server) serveOwnRole(w http.ResponseWriter, r *http.Request, v *visit) error {
	o, err := v.pathRole(r)
	if err != nil {
		return err
	}
	p, err := s.newOwnRolePage(r.Context(), v, o)
	if err != nil {
		return err
	}
	return s.render(w, r, ownRoleView(p))
}

// serveRoleSight answers the form of a role while it is filled in.
func (s *Server) serveRoleSight(w http.ResponseWriter, r *http.Request, v *visit) error {
	if !isPart(r) {
		http.Redirect(w, r, "/settings/roles/new", http.StatusSeeOther)
		return nil
	}
	sight, err := s.roleSight(r.Context(), v, readOwnRole("", r.URL.Query()))
	if err != nil {
		return err
	}
	return s.render(w, r, sightCard(v, sight))
}

func (s *Server) doOwnRole(w http.ResponseWriter, r *http.Request, v *visit) error {
	before, err := v.pathRole(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	o := readOwnRole(before.Key, r.PostForm)
	if _, err = s.People.PutRole(r.Context(), v.Viewer, o, func(now people.OwnRole) error { return checkSeen(r, now) }); err == nil {
		s.done(r, v, v.Lang.T("people.own.kept", "name", o.Name[v.Lang.Tag()]), undoOwnRole(before))
		http.Redirect(w, r, "/settings/roles", http.StatusSeeOther)
		return nil
	}
	p, e := s.newOwnRolePage(r.Context(), v, o)
	if e != nil {
		return e
	}
	if e := v.refuse(&p.Form, err, r); e != nil {
		return e
	}
	return s.renderAs(w, r, api.Status(cx.KindOf(err)), ownRoleView(p))
}

// undoOwnRole writes a role as it was; nil for one that was not.
func undoOwnRole(o people.OwnRole) *ui.Undo {
	if o.Key == "" {
		return nil
	}
	u := &ui.Undo{Action: ownRoleAddress(o.Key), Fields: ownRoleFields(o)}
	return u
}

func ownRoleFields(o people.OwnRole) []ui.Hidden {
	out := []ui.Hidden{{Name: "base", Value: string(o.Base)}, {Name: "name_fr", Value: o.Name["fr"]}, {Name: "name_en", Value: o.Name["en"]}}
	for _, x := range o.Rights {
		out = append(out, ui.Hidden{Name: "right", Value: x})
	}
	if o.Narrow {
		out = append(out, ui.Hidden{Name: "figures", Value: "unit"})
	}
	return out
}

func (s *Server) doRemoveRole(w http.ResponseWriter, r *http.Request, v *visit) error {
	o, err := v.pathRole(r)
	if err != nil {
		return err
	}
	if err := s.People.RemoveRole(r.Context(), v.Viewer, o.Key); err != nil {
		return err
	}
	s.done(r, v, v.Lang.T("people.own.removed", "name", v.Lang.Text(o.Name)), &ui.Undo{Action: ownRoleAddress(""), Fields: ownRoleFields(o)})
	http.Redirect(w, r, "/settings/roles", http.StatusSeeOther)
	return nil
}
