package web

import (
	"net/http"
	"net/url"

	"vigie/internal/listen/survey"
	"vigie/internal/web/respond"
)

// serveQuestionSight draws one question as respondents see it: as it is kept, or as it is being typed. It keeps nothing.
func (s *Server) serveQuestionSight(w http.ResponseWriter, r *http.Request, v *visit) error {
	if r.Method == http.MethodPost {
		if err := readForm(w, r); err != nil {
			return err
		}
	}
	x, err := s.surveyRoom(r, v)
	if err != nil {
		return err
	}
	q, err := x.question(r)
	if err != nil {
		return err
	}
	seen := *q
	if r.Method == http.MethodPost {
		seen, _ = x.readQuestion(r.PostForm, *q) // what cannot be read yet is drawn as far as it goes
	}
	seen.If, seen.Go = nil, nil
	d, err := cloned(x.Draft)
	if err != nil {
		return err
	}
	d.Sections, d.Display = []survey.Section{{Questions: []survey.Question{seen}}}, survey.Whole
	w.Header().Set("Content-Security-Policy", framedPolicy())
	shown := r.Clone(r.Context())
	shown.Method, shown.Body, shown.Form, shown.PostForm = http.MethodGet, http.NoBody, nil, nil
	shown.URL.Path, shown.URL.RawQuery = x.at("preview"), url.Values{"lang": {x.previewLang()}}.Encode()
	return s.respond.Preview(w, shown, &d, respond.Seen{Text: x.lang().T("surveys.seen.typed"), Lang: x.lang().Tag(), Bare: true})
}
