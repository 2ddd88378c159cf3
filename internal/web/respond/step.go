package respond

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/collect"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
)

// serveStep shows the question to answer next, or the one asked for (at), or the thanks.
func (s *Server) serveStep(w http.ResponseWriter, r *http.Request) error {
	one, err := s.d.Responses.Find(r.Context(), response.Token(r.PathValue("token")))
	if err != nil {
		return err
	}
	p, err := s.newStepOf(r, one)
	if err != nil {
		return err
	}
	if len(p.Questions) == 0 {
		return s.showDone(w, r, s.newDone(p.frame, one, r))
	}
	return s.showStep(w, r, http.StatusOK, p)
}

// newStepOf makes the screen of a response; it has no question when all was answered.
func (s *Server) newStepOf(r *http.Request, one *response.Response) (*stepPage, error) {
	f, err := s.frame(r.Context(), one.Version, r)
	if err != nil {
		return nil, err
	}
	f.wear(one.Version, one.Number)
	if asked := r.URL.Query().Get("lang"); asked == "" && one.Language != "" {
		f.Tag = one.Language
		f.L, f.Dir = spoken(f.Tag), direction(f.Tag)
	}
	state := one.Known()
	state.Language = f.Tag
	for key, a := range given(one.Version, r.URL.Query()) {
		if _, answered := state.Answers[key]; !answered {
			state.Answers = map[survey.QuestionID]survey.Answer{key: a}
		}
	}
	p := s.newStep(f, one.Version, state)
	p.Action = "/s/" + r.PathValue("token")
	p.languages(one.Version, p.Action, r.URL.Query())
	p.Whole = one.Version.Display == survey.Whole || r.URL.Query().Has("whole")
	path := one.Path()
	if one.State == response.Closed {
		return p, nil
	}
	at := path.Open(one.Passed)
	if key := r.URL.Query().Get("at"); key != "" {
		if i := slices.IndexFunc(path.Questions, func(q *survey.Question) bool { return string(q.Key) == key }); i >= 0 {
			at = path.Questions[i]
		}
	}
	if at == nil && p.Whole && r.URL.Query().Has("edit") {
		at = path.After("")
	}
	if len(one.Answers)+len(one.Passed) == 0 {
		p.Opening = openingOf(f, one.Version)
	}
	p.Chosen = len(one.Answers) == 0 && r.URL.Query().Has("score")
	p.ask(path.Questions, at)
	return p, s.showFiles(r.Context(), p, one)
}

func (s *Server) doStep(w http.ResponseWriter, r *http.Request) error {
	token := response.Token(r.PathValue("token"))
	one, err := s.d.Responses.Find(r.Context(), token)
	if err != nil {
		return err
	}
	done, err := parse(w, r, one.Version)
	defer done()
	if err != nil {
		return err
	}
	if r.PostForm.Get(honeypot) != "" {
		return s.thank(w, r, one.Version)
	}
	refused, err := s.takeFiles(r, one.Version, token)
	if err != nil {
		return err
	}
	sc := read(one.Version, r.PostForm)
	if len(refused) > 0 {
		sc.files = refused
	} else if asked, err := s.onFiles(w, r, token, sc); asked {
		return err
	}
	if len(sc.files) == 0 && len(sc.errors) == 0 && len(sc.again) == 0 {
		if asked := r.URL.Query().Get("lang"); slices.Contains(one.Version.Languages, asked) {
			sc.said.Language = asked
		}
		if _, err = s.d.Responses.Answer(r.Context(), token, sc.said); err != nil {
			return err
		}
		http.Redirect(w, r, "/s/"+string(token), http.StatusSeeOther)
		return nil
	}
	if len(r.PostForm["at"]) > 0 && r.MultipartForm != nil { // files came in since
		if one, err = s.d.Responses.Find(r.Context(), token); err != nil {
			return err
		}
	}
	return s.askFilesAgain(w, r, one, sc)
}

// askFilesAgain shows a screen of a response once more, as it was filled in.
func (s *Server) askFilesAgain(w http.ResponseWriter, r *http.Request, one *response.Response, sc screen) error {
	for key, a := range answersOf(one.Version, r.PostForm) {
		a.Files = one.Answers[key].Files
		one.Answers[key] = a
	}
	q := r.URL.Query()
	if len(r.PostForm["at"]) > 1 {
		q.Set("whole", "1")
	}
	if at := r.PostForm.Get("at"); at != "" && len(r.PostForm["at"]) == 1 {
		q.Set("at", at)
	}
	r.URL.RawQuery = q.Encode()
	p, err := s.newStepOf(r, one)
	if err != nil {
		return err
	}
	return s.askAgain(w, r, p, sc)
}

// answersOf reads what a form says, right or wrong, to show it again.
func answersOf(d *survey.Definition, form url.Values) map[survey.QuestionID]survey.Answer {
	out := map[survey.QuestionID]survey.Answer{}
	for _, at := range form["at"] {
		if q := d.Question(survey.QuestionID(at)); q != nil {
			if a, err := answerOf(q, form); err == nil && !a.Empty() {
				out[q.Key] = a
			}
		}
	}
	return out
}

// askAgain shows a screen once more, with what is missing or wrong beside each question.
func (s *Server) askAgain(w http.ResponseWriter, r *http.Request, p *stepPage, sc screen) error {
	for i := range p.Questions {
		q := &p.Questions[i]
		if err := sc.errors[q.Key]; err != nil {
			q.Error = p.frame.L.Error(err)
		}
		if l := sc.files[q.Key]; len(l) > 0 {
			q.Error = p.why(q, l)
		}
		if slices.Contains(sc.again, q.Key) {
			q.Insist, q.Error = true, p.frame.L.T("respond.soft")
		}
	}
	return s.showStep(w, r, http.StatusUnprocessableEntity, p)
}

// doAfter keeps what the last screen asked.
func (s *Server) doAfter(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return cx.Fail(cx.Invalid, "", "respond.unreadable")
	}
	form := r.PostForm
	a := response.After{Callback: form.Get("callback") != "", Reach: strings.TrimSpace(form.Get("reach")), Slot: form.Get("slot"), Quote: form.Get("quote") != ""}
	token := response.Token(r.PathValue("token"))
	if a.Callback && a.Reach == "" {
		if asked, err := s.askReach(w, r, token, a); asked || err != nil {
			return err
		}
	}
	if _, err := s.d.Responses.Finish(r.Context(), token, a); err != nil {
		return err
	}
	http.Redirect(w, r, "/s/"+r.PathValue("token")+"?noted=1", http.StatusSeeOther)
	return nil
}

// askReach shows the last screen again to who wants to be called and is known nowhere.
func (s *Server) askReach(w http.ResponseWriter, r *http.Request, token response.Token, a response.After) (asked bool, err error) {
	one, err := s.d.Responses.Find(r.Context(), token)
	if err != nil {
		return false, err
	}
	if _, err := reachOf(one.Customer); err == nil || one.State == response.Closed {
		return false, nil
	}
	one.After = a
	step, err := s.newStepOf(r, one)
	if err != nil {
		return false, err
	}
	p := s.newDone(step.frame, one, r)
	if !p.CallBack {
		return false, nil
	}
	p.Wrong = p.L.T("respond.callback.where")
	return true, s.render(w, r, http.StatusUnprocessableEntity, doneView(p))
}

// thank shows the thanks of a survey to whom nothing is kept of.
func (s *Server) thank(w http.ResponseWriter, r *http.Request, d *survey.Definition) error {
	f, err := s.frame(r.Context(), d, r)
	if err != nil {
		return err
	}
	return s.showDone(w, r, &donePage{frame: f, Text: f.L.T("respond.thanks")})
}

var errNoCustomer = errors.New("nobody known")

// reachOf gives where a person may be called back, when it is known.
func reachOf(c *collect.Customer) (string, error) {
	switch {
	case c == nil:
		return "", errNoCustomer
	case c.Phone != "":
		return c.Phone, nil
	case c.Email != "":
		return c.Email, nil
	}
	return "", errNoCustomer
}
