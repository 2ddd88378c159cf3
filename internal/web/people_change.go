package web

import (
	"net/http"
	"strconv"

	"vigie/internal/cx"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

func (s *Server) doUser(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	u, err := s.pathUser(r)
	if err != nil {
		return err
	}
	x := readWish(r.PostForm)
	if err = checkSeen(r, wishOf(u).shown()); err == nil {
		err = s.People.UpdateUser(r.Context(), v.Viewer, u.ID, people.UserUpdate{Name: x.name, Role: x.role, Unit: x.unit(), More: x.more(), Agent: x.agent, Narrow: x.narrow})
	}
	if err != nil {
		p, e := s.newUserPage(r.Context(), v, u)
		if e != nil {
			return e
		}
		x.email = u.Email
		if e := p.fill(r.Context(), s, x); e != nil {
			return e
		}
		return s.refuseUser(w, r, p, err)
	}
	s.done(r, v, v.Lang.T("settings.saved"), &ui.Undo{Action: r.URL.Path, Fields: append(undoUser(u), ui.Hidden{Name: seenName, Value: stamp(x.shown())})})
	http.Redirect(w, r, "/settings/people/"+strconv.FormatInt(u.ID, 10), http.StatusSeeOther)
	return nil
}

// undoUser gives what the form said before.
func undoUser(u people.User) []ui.Hidden {
	x := wishOf(u)
	fields := []ui.Hidden{{Name: "name", Value: x.name}, {Name: "role", Value: string(x.role)}, {Name: "agent", Value: x.agent}}
	for _, unit := range x.units {
		fields = append(fields, ui.Hidden{Name: "unit", Value: string(unit)})
	}
	if x.narrow {
		fields = append(fields, ui.Hidden{Name: "narrow", Value: "1"})
	}
	return fields
}

func (s *Server) backToUser(w http.ResponseWriter, r *http.Request, id int64, says string) error {
	s.toast(r, says)
	http.Redirect(w, r, "/settings/people/"+strconv.FormatInt(id, 10), http.StatusSeeOther)
	return nil
}

func (s *Server) doUserLink(w http.ResponseWriter, r *http.Request, v *visit) error {
	u, err := s.pathUser(r)
	if err != nil {
		return err
	}
	if err := s.note(r.Context(), v, "user.link", u.ID); err != nil {
		return err
	}
	return s.showInvitation(w, r, v, u)
}

func (s *Server) doDisableUser(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	u, err := s.pathUser(r)
	if err != nil {
		return err
	}
	if u.ID == v.Viewer.UserID {
		return cx.Fail(cx.Invalid, "", "settings.not_oneself")
	}
	disabled := r.PostForm.Get("disabled") == "1"
	if err := s.People.DisableUser(r.Context(), u.ID, disabled); err != nil {
		return err
	}
	what, says, back := "user.enable", "people.enabled", "1"
	if disabled {
		what, says, back = "user.disable", "people.disabled", "0"
	}
	if err := s.note(r.Context(), v, what, u.ID); err != nil {
		return err
	}
	s.done(r, v, v.Lang.T(says, "name", u.Name), &ui.Undo{Action: r.URL.Path, Fields: []ui.Hidden{{Name: "disabled", Value: back}}})
	http.Redirect(w, r, "/settings/people/"+strconv.FormatInt(u.ID, 10), http.StatusSeeOther)
	return nil
}

func (s *Server) doUserSessions(w http.ResponseWriter, r *http.Request, v *visit) error {
	u, err := s.pathUser(r)
	if err != nil {
		return err
	}
	if err := s.revoke(w, r, v, u.ID); err != nil {
		return err
	}
	return s.backToUser(w, r, u.ID, v.Lang.T("me.sessions.ended"))
}

func (s *Server) doUserSecond(w http.ResponseWriter, r *http.Request, v *visit) error {
	u, err := s.pathUser(r)
	if err != nil {
		return err
	}
	if err := s.People.TurnOffSecond(r.Context(), v.Viewer, u.ID); err != nil {
		return err
	}
	return s.backToUser(w, r, u.ID, v.Lang.T("me.second.off.done"))
}

// doLookAs begins to look through somebody's eyes: pages show what they see, and nothing can be changed.
func (s *Server) doLookAs(w http.ResponseWriter, r *http.Request, v *visit) error {
	u, err := s.pathUser(r)
	if err != nil {
		return err
	}
	if u.ID == v.Viewer.UserID {
		return cx.Fail(cx.Invalid, "", "people.as.oneself")
	}
	if _, err := s.People.Through(r.Context(), v.Viewer, u.ID); err != nil {
		return err
	}
	if err := s.note(r.Context(), v, "view_as.start", u.ID); err != nil {
		return err
	}
	s.sessions.Put(r.Context(), sessionAs, u.ID)
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

func (s *Server) doStopLooking(w http.ResponseWriter, r *http.Request, v *visit) error {
	if v.By.ID == 0 {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	if err := s.note(r.Context(), v, "view_as.stop", v.Viewer.UserID); err != nil {
		return err
	}
	s.sessions.Remove(r.Context(), sessionAs)
	http.Redirect(w, r, "/settings/people/"+strconv.FormatInt(v.Viewer.UserID, 10), http.StatusSeeOther)
	return nil
}
