package web

import (
	"net/http"

	"vigie/internal/cx"
	"vigie/internal/lang"
	"vigie/internal/web/ui"
)

// doSurvey does what is done to a whole survey.
func (s *Server) doSurvey(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.surveyForm(w, r, v)
	if err != nil {
		return err
	}
	to := x.at("")
	switch r.PostForm.Get("do") {
	case "publish":
		err = s.publishSurvey(r, x)
	case "archive", "restore":
		err = s.archiveSurvey(r, x, r.PostForm.Get("do") == "archive")
	case "duplicate":
		to, err = s.duplicateSurvey(r, x)
	case "delete":
		if err = s.Surveys.Delete(r.Context(), x.Draft.Key); err == nil {
			to, err = "/listen/surveys", s.audit(r.Context(), v, "survey.delete", string(x.Draft.Key))
			s.toast(r, v.Lang.T("surveys.deleted", "name", x.name()))
		}
	case "read":
		err = s.Surveys.KeepLosses(r.Context(), x.Draft.Key, nil)
	default:
		err = cx.Fail(cx.Invalid, "do", "journey.what")
	}
	return s.rewritten(w, r, x, to, err)
}

// rewritten answers a form: on to a page, or the survey's own with what was refused.
func (s *Server) rewritten(w http.ResponseWriter, r *http.Request, x *surveyRoom, to string, err error) error {
	if err == nil {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	refused, err := x.refuse(err)
	if err != nil {
		return err
	}
	return s.showSurvey(w, r, x, refused)
}

// publishSurvey publishes the very edition that was looked at.
func (s *Server) publishSurvey(r *http.Request, x *surveyRoom) error {
	from, err := surveyBase(r)
	if err != nil {
		return err
	}
	if from != x.Edition {
		return cx.Fail(cx.Conflict, "", "survey.changed_since")
	}
	version, err := s.Surveys.Publish(r.Context(), x.Viewer.Actor(), x.Draft.Key)
	if err != nil {
		return err
	}
	s.toast(r, x.lang().T("surveys.published", "n", version.N))
	return s.audit(r.Context(), x.visit, "survey.publish", version.Name())
}

func (s *Server) archiveSurvey(r *http.Request, x *surveyRoom, away bool) error {
	if err := s.Surveys.Archive(r.Context(), x.Viewer.Actor(), x.Draft.Key, away); err != nil {
		return err
	}
	what, back := "archive", "restore"
	if !away {
		what, back = back, what
	}
	s.done(r, x.visit, x.lang().T("surveys.done."+what), &ui.Undo{Action: x.at(""), Fields: []ui.Hidden{{Name: "do", Value: back}}})
	return s.audit(r.Context(), x.visit, "survey."+what, string(x.Draft.Key))
}

func (s *Server) duplicateSurvey(r *http.Request, x *surveyRoom) (string, error) {
	d, err := cloned(x.Draft)
	if err != nil {
		return "", err
	}
	for tag, name := range d.Name {
		d.Name[tag] = lang.For(tag).T("surveys.copy_of", "name", name)
	}
	if err := s.addSurvey(r, x.visit, &d); err != nil {
		return "", err
	}
	s.toast(r, x.lang().T("surveys.duplicated"))
	return surveyAddress(d.Key, ""), nil
}
