package web

import (
	"context"
	"net/http"
	"strconv"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// accountRoutes are one's own: name, language, password, second factor, sessions.
func (s *Server) accountRoutes() []Route {
	return []Route{
		{"GET", "/me", 0, s.serveAccount},
		{"POST", "/me/name", 0, s.doRename},
		{"POST", "/me/password", 0, s.doPassword},
		{"POST", "/me/sessions", 0, s.doMySessions},
		{"GET", "/me/second", 0, s.serveSecond},
		{"POST", "/me/second", 0, s.doSecond},
		{"POST", "/me/second/off", 0, s.doSecondOff},
	}
}

// accountPage is one's own account.
type accountPage struct {
	frame    ui.Frame
	visit    *visit
	Name     formView
	Password formView
	Second   secondState
	Sessions []sessionView
	Others   bool // there are other sessions than this one
	Sight    sightView
}

// secondState is the second factor as the account page says it.
type secondState struct {
	On, Needed bool
	Left       int // recovery codes
}

// sessionView is one place where somebody is signed in.
type sessionView struct {
	ID, Device, Note string
	Here             bool
}

func (x sessionView) thing(v *visit) ui.Thing {
	t := ui.Thing{Name: x.Device, Note: x.Note}
	if x.Here {
		t.Tags = []ui.Tag{{Text: v.Lang.T("me.sessions.here"), Tone: ui.Good}}
	}
	return t
}

func (s *Server) newAccountPage(ctx context.Context, v *visit) (*accountPage, error) {
	l := v.Lang
	u, err := s.People.User(ctx, v.Viewer.UserID)
	if err != nil {
		return nil, err
	}
	p := &accountPage{visit: v, frame: v.frame(l.T("me.title"), "")}
	p.frame.Sub = u.Email
	p.Name = formView{Title: l.T("me.identity"), Action: "/me/name", Do: l.T("settings.save"),
		Fields: []ui.Field{{Name: "name", Label: l.T("setup.name.any"), Value: u.Name, Required: true, Max: 200, Autocomplete: "name"}}}
	p.Password = passwordForm(v, u)
	p.Second = secondState{On: u.Second, Needed: v.Settings.SecondNeeded(u.Role)}
	if p.Second.Left, err = s.People.RecoveryLeft(ctx, u.ID); err != nil {
		return nil, err
	}
	if p.Sessions, err = s.sessionsOf(ctx, v, u.ID); err != nil {
		return nil, err
	}
	p.Others = len(p.Sessions) > 1
	o, err := s.People.Present(ctx)
	if err != nil {
		return nil, err
	}
	p.Sight = newSight(v, o, u.Role, v.Viewer.Scope)
	p.Sight.Own = true
	return p, nil
}

func passwordForm(v *visit, u people.User) formView {
	l := v.Lang
	f := formView{Title: l.T("me.password"), Action: "/me/password", Do: l.T("me.password.do")}
	if !u.Joined {
		f.Note = l.T("me.password.none")
	} else {
		f.Fields = append(f.Fields, ui.Field{Name: "present", Label: l.T("me.password.present"), Kind: "password", Required: true, Autocomplete: "current-password"})
	}
	f.Fields = append(f.Fields, ui.Field{Name: "password", Label: l.T("me.password.new"), Kind: "password", Required: true, Hint: l.T("me.password.rules"), Autocomplete: "new-password", Strength: strengthPath})
	return f
}

func (s *Server) sessionsOf(ctx context.Context, v *visit, user int64) ([]sessionView, error) {
	all, err := s.People.SignedIn(ctx, user)
	if err != nil {
		return nil, err
	}
	l := v.Lang
	var out []sessionView
	for _, x := range all {
		name := x.Device
		if name == "" {
			name = l.T("me.sessions.unknown")
		}
		note := l.T("me.sessions.note", "opened", l.DateTime(x.Opened.In(v.Now.Location())), "seen", l.Ago(v.Now.Sub(x.Seen)), "address", x.Address)
		out = append(out, sessionView{ID: strconv.FormatInt(x.ID, 10), Device: name, Note: note, Here: x.ID == v.Session})
	}
	return out, nil
}

func (s *Server) serveAccount(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newAccountPage(r.Context(), v)
	if err != nil {
		return err
	}
	return s.render(w, r, accountView(p))
}

// account answers a form of the page: back to it with a word, or the page again with what is wrong.
func (s *Server) account(w http.ResponseWriter, r *http.Request, v *visit, says string, err error) error {
	if err == nil {
		s.toast(r, says)
		http.Redirect(w, r, "/me", http.StatusSeeOther)
		return nil
	}
	p, e := s.newAccountPage(r.Context(), v)
	if e != nil {
		return e
	}
	forms := settingsPage{visit: v, Forms: []formView{p.Name, p.Password}}
	if e := forms.refuse(err, r.URL.Path, r); e != nil {
		return e
	}
	p.Name, p.Password = forms.Forms[0], forms.Forms[1]
	return s.renderAs(w, r, api.Status(cx.KindOf(err)), accountView(p))
}

func (s *Server) doRename(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	return s.account(w, r, v, v.Lang.T("settings.saved"), s.People.Rename(r.Context(), v.Viewer, r.PostForm.Get("name")))
}

func (s *Server) doPassword(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	c := people.PasswordChange{Present: r.PostForm.Get("present"), New: r.PostForm.Get("password"), Keep: v.Session}
	u, err := s.People.ChangePassword(r.Context(), v.Viewer, c)
	if err != nil {
		return s.account(w, r, v, "", err)
	}
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return err
	}
	s.sessions.Put(r.Context(), sessionStamp, u.Stamp)
	words := map[people.Strength]string{people.Fair: "me.password.fair", people.Strong: "me.password.strong"}
	return s.account(w, r, v, v.Lang.T(words[people.StrengthOf(c.New, u.Email)]), nil)
}

func (s *Server) doMySessions(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := s.revoke(w, r, v, v.Viewer.UserID); err != nil {
		return err
	}
	return s.account(w, r, v, v.Lang.T("me.sessions.ended"), nil)
}

// revoke ends the session named in the form, or all of them but one's own.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request, v *visit, user int64) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if r.PostForm.Get("session") == "" {
		return s.People.RevokeOthers(r.Context(), v.Viewer, user, v.Session)
	}
	id, err := strconv.ParseInt(r.PostForm.Get("session"), 10, 64)
	if err != nil {
		return cx.Fail(cx.NotFound, "", "web.missing.text")
	}
	return s.People.Revoke(r.Context(), v.Viewer, user, id)
}

// secondPage turns the second factor on.
type secondPage struct {
	frame  ui.Frame
	visit  *visit
	Secret string // in groups of four
	QR     string // trusted markup
	Error  string
	Needed bool
	Codes  []string // the recovery codes, shown this once
}

func (s *Server) newSecondPage(r *http.Request, v *visit) (*secondPage, error) {
	secret := s.sessions.GetString(r.Context(), sessionNew)
	if secret == "" {
		secret = people.NewSecret()
		s.sessions.Put(r.Context(), sessionNew, secret)
	}
	name := "Vigie"
	if v.Settings.Name != "" {
		name += " " + v.Settings.Name
	}
	code, err := drawQR(people.SecretURL(secret, name, v.Viewer.Email), v.Lang.T("me.second.qr"))
	if err != nil {
		return nil, err
	}
	p := &secondPage{visit: v, frame: v.frame(v.Lang.T("me.second"), ""), Secret: inFours(secret), QR: code, Needed: v.Bound != ""}
	p.frame.Crumb = []ui.Link{{Label: v.Lang.T("me.title"), Href: "/me"}}
	return p, nil
}

func inFours(s string) string {
	out := ""
	for i := 0; i < len(s); i += 4 {
		out += s[i:min(i+4, len(s))] + " "
	}
	return out[:max(0, len(out)-1)]
}

func (p *secondPage) fields() []ui.Field {
	return []ui.Field{{Name: "code", Label: p.visit.Lang.T("me.second.code"), Required: true, Autocomplete: "one-time-code", Max: 20, Error: p.Error}}
}

func (s *Server) serveSecond(w http.ResponseWriter, r *http.Request, v *visit) error {
	p, err := s.newSecondPage(r, v)
	if err != nil {
		return err
	}
	return s.render(w, r, secondView(p))
}

func (s *Server) doSecond(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	codes, err := s.People.TurnOnSecond(r.Context(), v.Viewer, s.sessions.GetString(r.Context(), sessionNew), r.PostForm.Get("code"))
	if err != nil && cx.KindOf(err) == cx.Invalid {
		p, e := s.newSecondPage(r, v)
		if e != nil {
			return e
		}
		p.Error = v.Lang.Error(err)
		return s.renderAs(w, r, api.Status(cx.Invalid), secondView(p))
	}
	if err != nil {
		return err
	}
	s.sessions.Remove(r.Context(), sessionNew)
	p := &secondPage{visit: v, frame: v.frame(v.Lang.T("me.second"), ""), Codes: codes}
	p.frame.Crumb = []ui.Link{{Label: v.Lang.T("me.title"), Href: "/me"}}
	return s.render(w, r, secondView(p))
}

// doSecondOff asks for a code: who finds a browser open does not take the factor away.
func (s *Server) doSecondOff(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if err := s.People.CheckSecond(r.Context(), v.Viewer.UserID, r.PostForm.Get("code")); err != nil {
		if k := cx.KindOf(err); k == cx.Denied || k == cx.TooMany {
			s.toast(r, v.Lang.Error(err))
			http.Redirect(w, r, "/me", http.StatusSeeOther)
			return nil
		}
		return err
	}
	return s.account(w, r, v, v.Lang.T("me.second.off.done"), s.People.TurnOffSecond(r.Context(), v.Viewer, v.Viewer.UserID))
}
