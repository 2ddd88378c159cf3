package web

import (
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/web/ui"
)

// doorRoutes let people in and out.
func (s *Server) doorRoutes() []Route {
	return []Route{
		{"GET", "/signin", Anyone, s.serveSignIn},
		{"POST", "/signin", Anyone, s.doSignIn},
		{"POST", "/signin/cast", Anyone, s.doEnterCast},
		{"GET", "/signin/code", Anyone, s.serveCode},
		{"POST", "/signin/code", Anyone, s.doCode},
		{"GET", "/enter/{token}", Anyone, s.serveEnter},
		{"POST", "/enter/{token}", Anyone, s.doEnter},
		{"POST", "/signout", 0, s.doSignOut},
		{"POST", "/me", Anyone, s.doMe},
	}
}

// signInPage is the page where one signs in, or enters as one of the cast.
type signInPage struct {
	visit       *visit
	Email, Next string
	Error       string
	Cast        []castView
}

type castView struct{ ID, Name, Title string }

func (s *Server) newSignInPage(v *visit, next string) *signInPage {
	p := &signInPage{visit: v, Next: local(next)}
	for _, c := range s.Cast {
		p.Cast = append(p.Cast, castView{strconv.FormatInt(c.UserID, 10), c.Name, v.Lang.Text(c.Title)})
	}
	return p
}

func (p *signInPage) fields() []ui.Field {
	l := p.visit.Lang
	return []ui.Field{
		{Name: "email", Label: l.T("setup.email"), Kind: "email", Value: p.Email, Required: true, Autocomplete: "username", Autofocus: len(p.Cast) == 0},
		{Name: "password", Label: l.T("setup.password"), Kind: "password", Required: true, Autocomplete: "current-password"},
		{Name: "next", Kind: "hidden", Value: p.Next},
	}
}

func (s *Server) serveSignIn(w http.ResponseWriter, r *http.Request, v *visit) error {
	if v.signedIn() {
		http.Redirect(w, r, local(r.URL.Query().Get("next")), http.StatusSeeOther)
		return nil
	}
	return s.render(w, r, signInView(s.newSignInPage(v, r.URL.Query().Get("next"))))
}

func (s *Server) doSignIn(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	u, err := s.People.SignIn(r.Context(), r.PostForm.Get("email"), r.PostForm.Get("password"), remoteIP(r))
	if k := cx.KindOf(err); err != nil && (k == cx.Denied || k == cx.TooMany) {
		p := s.newSignInPage(v, r.PostForm.Get("next"))
		p.Email, p.Error = r.PostForm.Get("email"), v.Lang.Error(err)
		return s.renderAs(w, r, api.Status(k), signInView(p))
	}
	if err != nil {
		return err
	}
	return s.letIn(w, r, u, r.PostForm.Get("next"))
}

func (s *Server) doEnterCast(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PostForm.Get("user"), 10, 64)
	if err != nil || !slices.ContainsFunc(s.Cast, func(c CastMember) bool { return c.UserID == id }) {
		return cx.Fail(cx.NotFound, "", "web.missing.text")
	}
	u, err := s.People.User(r.Context(), id)
	if err != nil {
		return err
	}
	if err := s.open(r, u); err != nil {
		return err
	}
	http.Redirect(w, r, local(r.PostForm.Get("next")), http.StatusSeeOther)
	return nil
}

// serveEnter asks for a click before the link is used up: programs that preview links open them too. Who is invited
// chooses a password here.
func (s *Server) serveEnter(w http.ResponseWriter, r *http.Request, v *visit) error {
	u, invited, err := s.People.Invited(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if invited {
		return s.render(w, r, joinView(&joinPage{visit: v, Token: r.PathValue("token"), User: u}))
	}
	return s.render(w, r, enterView(v, r.PathValue("token")))
}

func (s *Server) doEnter(w http.ResponseWriter, r *http.Request, v *visit) error {
	token := r.PathValue("token")
	_, invited, err := s.People.Invited(r.Context(), token)
	if err != nil {
		return err
	}
	if invited {
		return s.join(w, r, v)
	}
	u, err := s.People.Enter(r.Context(), token)
	if err != nil {
		return err
	}
	return s.letIn(w, r, u, "/")
}

func (s *Server) doSignOut(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := s.People.Leave(r.Context(), v.Session); err != nil {
		return err
	}
	if err := s.sessions.Destroy(r.Context()); err != nil {
		return err
	}
	http.Redirect(w, r, "/signin", http.StatusSeeOther)
	return nil
}

// doMe keeps a choice of appearance or language and goes back.
func (s *Server) doMe(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if r.PostForm.Has("theme") {
		theme := r.PostForm.Get("theme")
		if theme != "light" && theme != "dark" {
			theme = "auto"
		}
		s.setCookie(w, themeCookie, theme)
	}
	if l := r.PostForm.Get("lang"); l == "fr" || l == "en" {
		s.setCookie(w, langCookie, l)
		if v.signedIn() && v.By.ID == 0 {
			if err := s.People.SetLang(r.Context(), v.Viewer.UserID, l); err != nil {
				return err
			}
		}
	}
	http.Redirect(w, r, withoutParam(local(r.PostForm.Get("back")), "lang"), http.StatusSeeOther)
	return nil
}

// formPatience is how long a browser may take to send a form.
const formPatience = time.Minute

// readForm reads a posted form of at most 1 MB. A sender who takes longer than formPatience is not waited for.
func readForm(w http.ResponseWriter, r *http.Request) error {
	wait(w, time.Now().Add(formPatience))
	defer wait(w, time.Time{})
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil {
		return cx.Fail(cx.Invalid, "", "web.form")
	}
	return nil
}

// wait reads from the sender until a time, the zero one for ever. Not every connection has deadlines.
func wait(w http.ResponseWriter, until time.Time) {
	_ = http.NewResponseController(w).SetReadDeadline(until)
}

func remoteIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
