package respond

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/response"
	"vigie/internal/listen/survey"
)

// serveBegin shows the first screen. Nothing is kept until somebody answers it: who only looks (a scanner of links, a
// preview) leaves no trace.
func (s *Server) serveBegin(w http.ResponseWriter, r *http.Request) error {
	v, err := s.asked(r)
	if err != nil {
		return err
	}
	p, err := s.newBegin(r, v, survey.State{Answers: given(&v.Definition, r.URL.Query())})
	if err != nil {
		return err
	}
	return s.showStep(w, r, http.StatusOK, p)
}

// asked gives the survey of the address as it is asked now.
func (s *Server) asked(r *http.Request) (*survey.Version, error) {
	key := cx.SurveyID(r.PathValue("survey"))
	one, err := s.d.Surveys.Survey(r.Context(), key)
	if err != nil {
		return nil, err
	}
	if !one.Asking() {
		return nil, cx.Fail(cx.NotFound, "survey", "survey.unknown", "key", string(key))
	}
	v, err := s.d.Surveys.Published(r.Context(), key, 0)
	return &v, err
}

// given reads the score chosen in an e-mail: it is shown chosen, and counts once the person (or their browser, for a
// person who looks at it) sends it.
func given(d *survey.Definition, q url.Values) map[survey.QuestionID]survey.Answer {
	answers := map[survey.QuestionID]survey.Answer{}
	v, err := strconv.ParseFloat(q.Get("score"), 64)
	if err != nil {
		return answers
	}
	for _, one := range d.Questions() {
		if one.Kind.Points() {
			if a, err := one.Take(survey.Answer{Number: &v}); err == nil && !a.Empty() {
				answers[one.Key] = a
			}
			break
		}
	}
	return answers
}

// newBegin makes the first screen, which opens the response when it is sent.
func (s *Server) newBegin(r *http.Request, v *survey.Version, state survey.State) (*stepPage, error) {
	seed, dealt := dealOf(&v.Definition, r.URL.Query())
	d := v.Dealt(seed)
	f, err := s.frame(r.Context(), d, r)
	if err != nil {
		return nil, err
	}
	f.wear(d, v.N)
	f.Kiosk = isKiosk(r.URL.Query())
	state.Language, state.Channel = f.Tag, r.URL.Query().Get("channel")
	p := s.newStep(f, d, state)
	to := about(r.URL.Query())
	if dealt {
		to.Set("deal", strconv.FormatUint(seed, 36))
	}
	p.Action = "/q/" + url.PathEscape(string(d.Key)) + "?" + to.Encode()
	p.Opening, p.Task, p.Bits = openingOf(f, d), s.toil.task(), s.toil.bits
	p.languages(d, "/q/"+url.PathEscape(string(d.Key)), r.URL.Query())
	path := d.Path(state)
	p.Whole = d.Display == survey.Whole
	p.ask(path.Questions, path.After(""))
	p.Chosen = len(state.Answers) > 0
	return p, nil
}

// dealOf gives the order in which the first screen is drawn, where the survey has something in random order: the one of
// the address, else another each time. A response then has its own.
func dealOf(d *survey.Definition, q url.Values) (seed uint64, dealt bool) {
	if !d.Deals() {
		return 0, false
	}
	if n, err := strconv.ParseUint(q.Get("deal"), 36, 64); err == nil {
		return n, true
	}
	return uint64(rand.Uint32()), true
}

// about keeps of an address what says where it stands.
func about(q url.Values) url.Values {
	out := url.Values{}
	for _, name := range []string{"channel", "touchpoint", "unit", "via", "lang", "kiosk"} {
		if v := q.Get(name); v != "" && len(v) <= 100 {
			out.Set(name, v)
		}
	}
	for name := range q {
		if strings.HasPrefix(name, "x.") && len(name) <= 100 && len(q.Get(name)) <= 200 {
			out.Set(name, q.Get(name))
		}
	}
	return out
}

func (s *Server) doBegin(w http.ResponseWriter, r *http.Request) error {
	v, err := s.asked(r)
	if err != nil {
		return err
	}
	d := &v.Definition
	done, err := parse(w, r, d)
	defer done()
	if err != nil {
		return err
	}
	if r.PostForm.Get(honeypot) != "" { // no person fills it: said thanks to, and nothing kept
		return s.thank(w, r, d)
	}
	sc := readSent(d, r)
	if len(sc.errors) > 0 || len(sc.again) > 0 {
		p, err := s.newBegin(r, v, survey.State{Answers: answersOf(d, r.PostForm)})
		if err != nil {
			return err
		}
		return s.askAgain(w, r, p, sc)
	}
	token, open, err := s.onceOpen(r, d)
	if err != nil {
		return err
	}
	if !open {
		if err := s.passes(r); cx.KindOf(err) == cx.Invalid {
			return s.askWork(w, r, v, err)
		} else if err != nil {
			return err
		}
	}
	if err := s.openFor(r, d, &token, open); err != nil {
		return err
	}
	if _, err := s.d.Responses.Answer(r.Context(), token, sc.said); err != nil {
		return err
	}
	return s.begun(w, r, d, token)
}

// openFor opens a response under a token, or one of its own when it is "", unless it is open already.
func (s *Server) openFor(r *http.Request, d *survey.Definition, token *response.Token, open bool) error {
	if open {
		return nil
	}
	f, err := s.frame(r.Context(), d, r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	o := response.Opening{Survey: d.Key, Language: f.Tag, Channel: known(q.Get("channel"), cx.Channels), CollectedBy: known(q.Get("via"), cx.Collections), Touchpoint: q.Get("touchpoint"), Unit: q.Get("unit")}
	if o.CollectedBy == "" {
		o.CollectedBy = collectedBy(q)
	}
	o.Attributes, _ = s.attributes(r.Context(), q)
	if *token != "" {
		return s.d.Responses.OpenAs(r.Context(), *token, o)
	}
	*token, err = s.d.Responses.Open(r.Context(), o)
	return err
}

// begun takes the files of the first screen, once there is a response to keep them with, and goes on.
func (s *Server) begun(w http.ResponseWriter, r *http.Request, d *survey.Definition, token response.Token) error {
	refused, err := s.takeFiles(r, d, token)
	if err != nil {
		return err
	}
	if len(refused) > 0 {
		r.SetPathValue("token", string(token))
		one, err := s.d.Responses.Find(r.Context(), token)
		if err != nil {
			return err
		}
		return s.askFilesAgain(w, r, one, screen{files: refused})
	}
	if asked, err := s.onFiles(w, r, token, screen{}); asked {
		return err
	}
	http.Redirect(w, r, "/s/"+string(token), http.StatusSeeOther)
	return nil
}

// known gives a word of a list, "" when it is none.
func known(word string, l []string) string {
	if slices.Contains(l, word) {
		return word
	}
	return ""
}
