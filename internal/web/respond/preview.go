package respond

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"

	"vigie/internal/listen/survey"
)

// tried is all that a preview knows: it travels in the address, so that nothing is kept of it.
type tried struct {
	Answers map[survey.QuestionID]survey.Answer `json:"answers,omitempty"`
	Passed  []survey.QuestionID                 `json:"passed,omitempty"`
}

// triedMost bounds what an address holds of it.
const triedMost = 6000

// Seen says in words what of a survey a preview shows: the draft, a version, what is being typed.
type Seen struct {
	Text, Lang string
	Bare       bool // of one question: without what the first screen says
}

// Preview shows a survey as those who are asked would meet it, answers and all, at the address of r, and says which it is.
// Nothing is kept. What is in random order is in that of one person.
func (s *Server) Preview(w http.ResponseWriter, r *http.Request, d *survey.Definition, seen Seen) error {
	d = d.Dealt(1)
	var known tried
	if text := r.URL.Query().Get("said"); text != "" && json.Unmarshal([]byte(text), &known) != nil {
		known = tried{}
	}
	if known.Answers == nil {
		known.Answers = map[survey.QuestionID]survey.Answer{}
	}
	if r.Method != http.MethodPost {
		return s.try(w, r, d, known, seen)
	}
	done, err := parse(w, r, d) // files come and go: their number alone counts
	defer done()
	if err != nil {
		return err
	}
	sc := readSent(d, r)
	if len(sc.errors) > 0 || len(sc.again) > 0 {
		p, err := s.tryStep(r, d, known, seen)
		if err != nil {
			return err
		}
		return s.askAgain(w, r, p, sc)
	}
	for key, a := range sc.said.Answers {
		known.Answers[key] = a
	}
	known.Passed = append(known.Passed, sc.said.Passed...)
	b, err := json.Marshal(known)
	if err != nil {
		return err
	}
	q := url.Values{}
	for _, name := range []string{"lang", "version"} {
		if v := r.URL.Query().Get(name); v != "" {
			q.Set(name, v)
		}
	}
	if len(b) <= triedMost {
		q.Set("said", string(b))
	}
	if len(r.PostForm["at"]) == 0 {
		q.Set("noted", "1")
	}
	http.Redirect(w, r, r.URL.Path+"?"+q.Encode(), http.StatusSeeOther)
	return nil
}

func (s *Server) try(w http.ResponseWriter, r *http.Request, d *survey.Definition, known tried, seen Seen) error {
	p, err := s.tryStep(r, d, known, seen)
	if err != nil {
		return err
	}
	if len(p.Questions) > 0 {
		return s.render(w, r, http.StatusOK, stepView(p))
	}
	done := &donePage{frame: p.frame, Text: p.L.T("respond.thanks"), Action: r.URL.RequestURI(), Noted: r.URL.Query().Has("noted"), Slots: slotsOf(p.frame, "")}
	if d.Review != nil {
		done.Review, done.ReviewIs = d.Review, d.In(d.Review.Text, p.Tag)
	}
	if e := d.Path(p.state).Ending; e != nil {
		done.Text, done.CallBack, done.Testify = typeset(d.Say(e.Text, p.state), p.Tag), e.CallBack, e.Testify
	}
	return s.render(w, r, http.StatusOK, doneView(done))
}

func (s *Server) tryStep(r *http.Request, d *survey.Definition, known tried, seen Seen) (*stepPage, error) {
	f, err := s.frame(r.Context(), d, r)
	if err != nil {
		return nil, err
	}
	if err := f.carry(d); err != nil {
		return nil, err
	}
	f.Seen, f.SeenIn = seen.Text, seen.Lang
	p := s.newStep(f, d, survey.State{Answers: known.Answers, Language: f.Tag})
	p.Action = r.URL.RequestURI()
	p.languages(d, r.URL.Path, r.URL.Query())
	p.Whole = d.Display == survey.Whole
	passed := map[survey.QuestionID]bool{}
	for _, key := range known.Passed {
		passed[key] = true
	}
	path := d.Path(p.state)
	at := path.Open(passed)
	if key := r.URL.Query().Get("at"); key != "" {
		if i := slices.IndexFunc(path.Questions, func(q *survey.Question) bool { return string(q.Key) == key }); i >= 0 {
			at = path.Questions[i]
		}
	}
	if len(known.Answers)+len(passed) == 0 && !seen.Bare {
		p.Opening = openingOf(f, d)
	}
	p.ask(path.Questions, at)
	if seen.Bare {
		p.Opening = nil
	}
	p.Back, p.WholeHref = "", ""
	return p, nil
}
