package web

import (
	"net/http"
	"strings"
	"time"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// codeLasts is how long a right password waits for its code.
const codeLasts = 10 * time.Minute

// letIn opens the session of who gave a right password or link, or asks for the second factor first.
func (s *Server) letIn(w http.ResponseWriter, r *http.Request, u people.User, next string) error {
	if !u.Second {
		if err := s.open(r, u); err != nil {
			return err
		}
		http.Redirect(w, r, local(next), http.StatusSeeOther)
		return nil
	}
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return err
	}
	s.sessions.Put(r.Context(), sessionHalf, u.ID)
	s.sessions.Put(r.Context(), sessionUntil, s.now().Add(codeLasts).Unix())
	http.Redirect(w, r, withParam("/signin/code", "next", local(next)), http.StatusSeeOther)
	return nil
}

// open begins the session of a user, under a new token.
func (s *Server) open(r *http.Request, u people.User) error {
	ctx := r.Context()
	if err := s.sessions.RenewToken(ctx); err != nil {
		return err
	}
	for _, k := range []string{sessionHalf, sessionUntil, sessionAs, sessionNew} {
		s.sessions.Remove(ctx, k)
	}
	in, err := s.People.Open(ctx, people.SignedIn{User: u.ID, Expires: s.now().Add(s.sessions.Lifetime), Device: device(r.UserAgent()), Address: remoteIP(r)})
	if err != nil {
		return err
	}
	s.sessions.Put(ctx, sessionUser, u.ID)
	s.sessions.Put(ctx, sessionStamp, u.Stamp)
	s.sessions.Put(ctx, sessionIn, in)
	return nil
}

// half gives who owes a code, 0 when nobody does or it took too long.
func (s *Server) half(r *http.Request) int64 {
	if s.now().Unix() > s.sessions.GetInt64(r.Context(), sessionUntil) {
		return 0
	}
	return s.sessions.GetInt64(r.Context(), sessionHalf)
}

// codePage asks for the second factor.
type codePage struct {
	visit       *visit
	Next, Error string
}

func (p *codePage) fields() []ui.Field {
	l := p.visit.Lang
	return []ui.Field{{Name: "code", Label: l.T("me.code"), Hint: l.T("me.code.hint"), Required: true, Autocomplete: "one-time-code", Max: 20, Autofocus: true},
		{Name: "next", Kind: "hidden", Value: p.Next}}
}

func (s *Server) serveCode(w http.ResponseWriter, r *http.Request, v *visit) error {
	if s.half(r) == 0 {
		http.Redirect(w, r, "/signin", http.StatusSeeOther)
		return nil
	}
	return s.render(w, r, codeView(&codePage{visit: v, Next: local(r.URL.Query().Get("next"))}))
}

func (s *Server) doCode(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id := s.half(r)
	if id == 0 {
		http.Redirect(w, r, "/signin", http.StatusSeeOther)
		return nil
	}
	err := s.People.CheckSecond(r.Context(), id, r.PostForm.Get("code"))
	if k := cx.KindOf(err); err != nil && (k == cx.Denied || k == cx.TooMany) {
		return s.renderAs(w, r, api.Status(k), codeView(&codePage{visit: v, Next: local(r.PostForm.Get("next")), Error: v.Lang.Error(err)}))
	}
	if err != nil {
		return err
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

// joinPage is where somebody who was invited chooses a password.
type joinPage struct {
	visit *visit
	Token string
	User  people.User
	Error string
}

func (p *joinPage) fields() []ui.Field {
	l := p.visit.Lang
	return []ui.Field{{Name: "email", Label: l.T("setup.email"), Kind: "email", Value: p.User.Email, Autocomplete: "username", Hint: l.T("me.join.email"), Quiet: true},
		{Name: "password", Label: l.T("me.password.new"), Kind: "password", Required: true, Hint: l.T("me.password.rules"), Autocomplete: "new-password", Strength: strengthPath, Error: p.Error}}
}

func (s *Server) join(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	token := r.PathValue("token")
	u, err := s.People.Join(r.Context(), token, r.PostForm.Get("password"))
	if err != nil && cx.KindOf(err) == cx.Invalid {
		who, _, e := s.People.Invited(r.Context(), token)
		if e != nil {
			return e
		}
		return s.renderAs(w, r, api.Status(cx.Invalid), joinView(&joinPage{visit: v, Token: token, User: who, Error: v.Lang.Error(err)}))
	}
	if err != nil {
		return err
	}
	return s.letIn(w, r, u, "/")
}

// holdBack refuses that anything is changed, or an account read, by who looks through somebody else's eyes.
func (v *visit) holdBack(r *http.Request) error {
	if v.By.ID == 0 || r.URL.Path == "/settings/as/stop" || r.URL.Path == "/signout" {
		return nil
	}
	if r.Method != http.MethodGet || r.URL.Path == "/me" || strings.HasPrefix(r.URL.Path, "/me/") {
		return cx.Fail(cx.Denied, "", "people.as.only_look")
	}
	return nil
}

// mustFirst tells whether another page comes before the one asked for.
func (v *visit) mustFirst(r *http.Request) bool {
	return v.Bound != "" && v.By.ID == 0 && !strings.HasPrefix(r.URL.Path, "/me/second") && r.URL.Path != "/signout"
}

// device says in two words what somebody reads pages with.
func device(agent string) string {
	first := func(words ...string) string {
		for i := 0; i < len(words); i += 2 {
			if strings.Contains(agent, words[i]) {
				return words[i+1]
			}
		}
		return ""
	}
	browser := first("Edg", "Edge", "OPR", "Opera", "Firefox", "Firefox", "Chrome", "Chrome", "Safari", "Safari")
	system := first("iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "Mac OS", "macOS", "Linux", "Linux")
	return strings.Trim(browser+", "+system, ", ")
}
