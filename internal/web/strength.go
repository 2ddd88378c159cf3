package web

import (
	"net/http"

	"vigie/internal/people"
	"vigie/internal/web/ui"
)

const strengthPath = "/password/strength"

// strengthRoutes tell how hard a password that is being chosen is to guess, by the rules that will judge it. Nothing is kept.
func (s *Server) strengthRoutes() []Route {
	return []Route{{"POST", strengthPath, Anyone, s.sayStrength}}
}

func (s *Server) sayStrength(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	email := r.PostForm.Get("email")
	if email == "" && v.signedIn() {
		u, err := s.People.User(r.Context(), v.Viewer.UserID)
		if err != nil {
			return err
		}
		email = u.Email
	}
	tone, text := strengthOf(v, r.PostForm.Get("password"), email)
	return s.render(w, r, ui.StrengthLine(tone, text))
}

// strengthOf says what is wrong with a password, or how good it is; nothing of an empty one.
func strengthOf(v *visit, password, email string) (ui.Tone, string) {
	if password == "" {
		return ui.Plain, ""
	}
	if err := people.CheckPassword(password, email); err != nil {
		return ui.Watch, v.Lang.Error(err)
	}
	if people.StrengthOf(password, email) == people.Strong {
		return ui.Good, v.Lang.T("me.strength.strong")
	}
	return ui.Good, v.Lang.T("me.strength.fair")
}
