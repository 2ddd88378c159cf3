package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// visit is who asks for a page, and how they like it.
type visit struct {
	Viewer   people.Viewer
	Settings people.Settings
	Lang     lang.Lang
	Theme    string    // "light", "dark", ""
	Origin   string    // how the browser reached this server: "http://127.0.0.1:8080"
	Path     string    // the address asked for, with its query
	Now      time.Time // in the organisation's zone
	Toasts   []ui.Toast
	Searches bool // there is a search by words
	// Session is the number of the sign-in; By is who looks through the viewer's eyes, the zero user when nobody does.
	Session int64
	By      people.User
	// Bound is the address that must be dealt with before any other page; "" none.
	Bound string
}

const (
	sessionUser  = "user"
	sessionStamp = "stamp"
	sessionIn    = "in"     // the number of the sign-in
	sessionAs    = "as"     // whose eyes one looks through
	sessionHalf  = "half"   // who gave a right password and owes a code
	sessionUntil = "until"  // until when the code may be given
	sessionNew   = "secret" // of a second factor being turned on
	sessionToast = "toast"
	langCookie   = "vigie_lang"
	themeCookie  = "vigie_theme"
)

func (v *visit) signedIn() bool { return v.Viewer.UserID != 0 }

// visit reads the session and the wishes of a request. It always gives a visit, an anonymous one beside an error.
func (s *Server) visit(r *http.Request) (*visit, error) {
	v := &visit{Lang: lang.Match(r.Header.Get("Accept-Language")), Path: r.URL.RequestURI(), Origin: requestOrigin(r, s.secure), Now: s.now(), Searches: s.Search != nil}
	if c, err := r.Cookie(themeCookie); err == nil && (c.Value == "light" || c.Value == "dark") {
		v.Theme = c.Value
	}
	settings, err := s.People.Settings(r.Context())
	if err != nil {
		return v, err
	}
	v.Settings, v.Now = settings, s.now().In(settings.Location())
	u, err := s.sessionUser(r)
	if err != nil {
		return v, err
	}
	if err := s.look(r, v, u); err != nil {
		return v, err
	}
	s.chooseLang(r, v, u.Lang)
	v.Lang = v.Lang.Calling(settings.Customer)
	if v.signedIn() && !isPart(r) {
		v.Toasts = s.popToast(r)
	}
	return v, nil
}

// sessionUser gives the user of the session, the zero one when there is none or it is over.
func (s *Server) sessionUser(r *http.Request) (people.User, error) {
	id := s.sessions.GetInt64(r.Context(), sessionUser)
	if id == 0 {
		return people.User{}, nil
	}
	u, err := s.People.UserOf(r.Context(), s.sessions.GetInt64(r.Context(), sessionIn))
	if cx.KindOf(err) == cx.NotFound && err != nil || err == nil && (u.ID != id || u.Stamp != s.sessions.GetString(r.Context(), sessionStamp)) {
		return people.User{}, s.sessions.Destroy(r.Context())
	}
	return u, err
}

// look puts the viewer of a user in the visit: the user's own, or the one whose eyes the user looks through.
func (s *Server) look(r *http.Request, v *visit, u people.User) (err error) {
	if u.ID == 0 {
		return nil
	}
	v.Session = s.sessions.GetInt64(r.Context(), sessionIn)
	if v.Viewer, err = s.People.ViewerOf(r.Context(), u); err != nil {
		return err
	}
	if v.Settings.SecondNeeded(u.Role) && !u.Second {
		v.Bound = "/me/second"
	}
	as := s.sessions.GetInt64(r.Context(), sessionAs)
	if as == 0 {
		return nil
	}
	seen, err := s.People.Through(r.Context(), v.Viewer, as)
	if k := cx.KindOf(err); err != nil && (k == cx.Denied || k == cx.NotFound) { // disabled since, or no longer an administrator
		s.sessions.Remove(r.Context(), sessionAs)
		return nil
	}
	if err != nil {
		return err
	}
	v.Viewer, v.By = seen, u
	return nil
}

// chooseLang: the address, else the choice kept in the browser, else the user's, else what the browser asks for, else the
// organisation's.
func (s *Server) chooseLang(r *http.Request, v *visit, own string) {
	choices := []string{askedLang(r)}
	if c, err := r.Cookie(langCookie); err == nil {
		choices = append(choices, c.Value)
	}
	choices = append(choices, own)
	if r.Header.Get("Accept-Language") == "" {
		choices = append(choices, v.Settings.Lang)
	}
	for _, c := range choices {
		if c == "fr" || c == "en" {
			v.Lang = lang.For(c)
			return
		}
	}
}

// askedLang is the language that the address asks for. In a preview it is that of the survey, not of who looks at it.
func askedLang(r *http.Request) string {
	if strings.HasPrefix(r.URL.Path, "/listen/surveys/") && strings.HasSuffix(r.URL.Path, "/preview") {
		return ""
	}
	return r.URL.Query().Get("lang")
}

// keepLang remembers the language of the address in the browser.
func (s *Server) keepLang(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l := askedLang(r); l == "fr" || l == "en" {
			s.setCookie(w, langCookie, l)
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) setCookie(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true,
		Secure: s.secure, SameSite: http.SameSiteLaxMode})
}

// frame surrounds a page of this visit; section is one of ui.Section….
func (v *visit) frame(title, section string) ui.Frame {
	f := ui.Frame{Lang: v.Lang, Title: title, Theme: v.Theme, Path: v.Path, Toasts: v.Toasts, Manifest: manifestPath, Worker: workerPath, Brand: brandOf(v.Settings)}
	if !v.signedIn() {
		return f
	}
	if v.By.ID != 0 {
		f.Banner = v.Lang.T("people.as.banner", "name", v.Viewer.Name, "role", v.roleName(v.Viewer.Held()))
		f.BannerDo = &ui.BannerAction{Action: "/settings/as/stop", Label: v.Lang.T("people.as.stop")}
	}
	f.Nav = v.nav(section)
	f.Me = &ui.Me{Name: v.Viewer.Name, Role: v.roleName(v.Viewer.Held()), SettingsAction: "/me", SignOutAction: "/signout",
		Items: []ui.MenuItem{{Label: v.Lang.T("me.title"), Href: "/me", Icon: "circle-user"}, {Label: v.Lang.T("web.about.title"), Href: "/about", Icon: "info"},
			{Label: v.Lang.T("web.accessibility.title"), Href: "/accessibility", Icon: "eye"}}}
	if v.Searches && v.Viewer.May(people.ReadPeople) {
		f.Search = &ui.Search{Action: "/verbatims", Label: v.Lang.T("verbatim.search")}
	}
	return f
}

// nav leaves out what the viewer may not open.
func (v *visit) nav(section string) []ui.NavItem {
	var items []ui.NavItem
	sets := v.Viewer.May(people.Administer) || v.Viewer.May(people.EditStructure) || v.Viewer.May(people.ReadAudit)
	for _, n := range ui.Nav(v.Lang, section, sets) {
		if n.Href == "/verbatims" && !v.Viewer.May(people.ReadPeople) {
			continue
		}
		items = append(items, n)
	}
	return items
}

func (v *visit) roleName(r people.Role) string {
	if o, own := v.Settings.Own(r); own {
		return v.Lang.Text(o.Name)
	}
	return v.Lang.T("people.role." + string(r))
}

// local keeps only an address of this server: what somebody may have put in a link.
func local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.Contains(to, "\\") {
		return "/"
	}
	return to
}

// otherLangs are links to this page in the languages it is not in: Value the tag, Label the address, Count the name.
func (v *visit) otherLangs() []ui.Option {
	var out []ui.Option
	for _, t := range lang.Tags() {
		if t != v.Lang.Tag() {
			out = append(out, ui.Option{Value: t, Label: withParam(v.Path, "lang", t), Count: lang.For(t).Name()})
		}
	}
	return out
}

// withParam gives an address with one parameter set.
func withParam(address, name, value string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "/"
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.RequestURI()
}

func withoutParam(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "/"
	}
	q := u.Query()
	q.Del(name)
	u.RawQuery = q.Encode()
	return u.RequestURI()
}
