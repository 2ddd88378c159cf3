package respond

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/customer"
	"vigie/internal/listen/invite"
	"vigie/internal/listen/media"
	"vigie/internal/people"
)

// Preferences is what the page where a person says how they want to be asked stands on.
type Preferences struct {
	Invites *invite.Store
	// Answers gives what a person answered, Erase removes one answer for good.
	Answers func(context.Context, people.Scope, cx.PersonID) (customer.Person, []cx.Feedback, error)
	Erase   func(context.Context, cx.FeedbackID) error
	// Files gives those that came with an answer.
	Files func(context.Context, cx.Feedback) ([]media.Item, error)
	// Audit keeps that a person erased an answer or objected; subject is the feedback's number, or "person:<number>".
	Audit func(ctx context.Context, what, subject string) error
	// Metrics name the scores.
	Metrics func(context.Context) (map[cx.MetricID]cx.Metric, error)
}

// preferencePage is how one person wants to be asked, and what they answered.
type preferencePage struct {
	frame
	Action   string
	Done     string // what was just done: a message, "" nothing
	Off      bool
	Objected string // since when, "" no objection
	Topics   []tick
	Channels []tick
	Yearly   []point
	Pauses   []point
	Paused   string // until when
	Answers  []answer
}

type tick struct {
	Key, Text string
	On        bool
}

// answer is one feedback of the person's.
type answer struct {
	ID     string
	When   string
	Scores []string
	Words  []string
	Files  []string
}

// dot is an image of one transparent point.
const dot = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"

// serveSeen is the image of an e-mail that tells that it was opened; it looks the same whether it told anything.
func (s *Server) serveSeen(w http.ResponseWriter, r *http.Request) error {
	if r.Method == http.MethodGet {
		if err := s.d.Preferences.Invites.Opened(r.Context(), r.PathValue("token")); err != nil {
			return err
		}
	}
	w.Header().Set("Content-Type", "image/gif")
	_, _ = io.WriteString(w, dot) // the reader has gone: nobody to tell
	return nil
}

// serveStop is where a mail program's "unsubscribe" may lead by GET: to the page, where a person decides.
func (s *Server) serveStop(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := s.d.Preferences.Invites.WhoseToken(r.Context(), r.PathValue("token")); err != nil {
		return err
	}
	http.Redirect(w, r, "/p/"+r.PathValue("token"), http.StatusSeeOther)
	return nil
}

// doStop stops all surveys at one click (RFC 8058): no question, no page to go through, and no redirection, that mail
// programs do not follow.
func (s *Server) doStop(w http.ResponseWriter, r *http.Request) error {
	_, person, err := s.d.Preferences.Invites.WhoseToken(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if err := s.d.Preferences.Invites.ChangePreference(r.Context(), person, "one-click", func(p *invite.Preference) { p.Off = true }); err != nil {
		return err
	}
	return s.showPreferences(w, r, person, "off")
}

func (s *Server) servePreferences(w http.ResponseWriter, r *http.Request) error {
	_, person, err := s.d.Preferences.Invites.WhoseToken(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return s.showPreferences(w, r, person, r.URL.Query().Get("done"))
}

func (s *Server) showPreferences(w http.ResponseWriter, r *http.Request, person cx.PersonID, done string) error {
	p, err := s.newPreferences(r, person)
	if err != nil {
		return err
	}
	if slices.Contains([]string{"wishes", "off", "on", "object", "accept", "erase"}, done) {
		p.Done = p.L.T("respond.prefer.done." + done)
	}
	return s.render(w, r, http.StatusOK, preferenceView(p))
}

// doPreferences keeps what one of the page's forms says.
func (s *Server) doPreferences(w http.ResponseWriter, r *http.Request) error {
	store := s.d.Preferences.Invites
	_, person, err := store.WhoseToken(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return cx.Fail(cx.Invalid, "", "respond.unreadable")
	}
	done := r.PostForm.Get("do")
	switch done {
	case "wishes":
		var topics []tick
		if topics, err = s.topics(r.Context(), invite.Preference{}, s.preferenceTag(r)); err == nil {
			err = store.ChangePreference(r.Context(), person, "page", func(p *invite.Preference) { wish(p, r, topics, s.d.Now()) })
		}
	case "off", "on":
		err = store.ChangePreference(r.Context(), person, "page", func(p *invite.Preference) { p.Off = done == "off" })
	case "object", "accept":
		if err = store.ChangePreference(r.Context(), person, "page", func(p *invite.Preference) { p.Objection = done == "object" }); err == nil {
			err = s.d.Preferences.Audit(r.Context(), "invitation."+done, "person:"+strconv.FormatInt(int64(person), 10))
		}
	case "erase":
		err = s.eraseAnswer(r, person)
	default:
		err = cx.Fail(cx.Invalid, "do", "respond.unreadable")
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, preferenceAt(r, done), http.StatusSeeOther)
	return nil
}

// preferenceAt is the address of the page, in the language that was asked for; done is what was just done, "" nothing.
func preferenceAt(r *http.Request, done string) string {
	q := url.Values{}
	for name, value := range map[string]string{"lang": r.URL.Query().Get("lang"), "done": done} {
		if value != "" {
			q.Set(name, value)
		}
	}
	at := "/p/" + url.PathEscape(r.PathValue("token"))
	if len(q) > 0 {
		at += "?" + q.Encode()
	}
	return at
}

// wish reads the form of topics, channels, frequency and pause; what is not ticked is not wanted.
func wish(p *invite.Preference, r *http.Request, topics []tick, now time.Time) {
	p.Topics, p.Channels, p.Yearly = map[string]bool{}, map[string]bool{}, 0
	for _, t := range topics {
		if !slices.Contains(r.PostForm["topic"], t.Key) {
			p.Topics[t.Key] = true
		}
	}
	for _, c := range preferenceChannels() {
		if !slices.Contains(r.PostForm["channel"], c) {
			p.Channels[c] = true
		}
	}
	if n, err := strconv.Atoi(r.PostForm.Get("yearly")); err == nil && slices.Contains(yearly(), n) {
		p.Yearly = n
	}
	switch months, err := strconv.Atoi(r.PostForm.Get("pause")); {
	case err == nil && months == 0:
		p.Paused = time.Time{}
	case err == nil && slices.Contains(pauses(), months):
		p.Paused = now.UTC().AddDate(0, months, 0)
	}
}

func preferenceChannels() []string { return []string{invite.Email, invite.SMS} }
func yearly() []int                { return []int{0, 1, 2, 4, 12} }
func pauses() []int                { return []int{0, 1, 3, 6, 12} }

// eraseAnswer removes one answer, when it is this person's.
func (s *Server) eraseAnswer(r *http.Request, person cx.PersonID) error {
	_, l, err := s.d.Preferences.Answers(r.Context(), people.Whole(), person)
	if err != nil {
		return err
	}
	for _, f := range l {
		id := strconv.FormatInt(int64(f.ID), 10)
		if id != r.PostForm.Get("answer") {
			continue
		}
		if err := s.d.Preferences.Erase(r.Context(), f.ID); err != nil {
			return err
		}
		return s.d.Preferences.Audit(r.Context(), "feedback.erase", id)
	}
	return cx.Fail(cx.NotFound, "answer", "collect.unknown_feedback")
}

func (s *Server) preferenceTag(r *http.Request) string { return tagOf(nil, r) }

// topics are those of the surveys that are asked, named by the first survey of each.
func (s *Server) topics(ctx context.Context, p invite.Preference, tag string) ([]tick, error) {
	all, err := s.d.Surveys.Present(ctx)
	if err != nil {
		return nil, err
	}
	var l []tick
	for _, one := range all {
		if !one.Asking() || one.Draft.Audience == cx.Employees {
			continue
		}
		key := one.Draft.Topic
		if key == "" {
			key = string(one.Draft.Key)
		}
		if !slices.ContainsFunc(l, func(t tick) bool { return t.Key == key }) {
			l = append(l, tick{Key: key, Text: one.Draft.In(cmpText(one.Draft.Title, one.Draft.Name), tag), On: !p.Topics[key]})
		}
	}
	return l, nil
}

func (s *Server) newPreferences(r *http.Request, person cx.PersonID) (*preferencePage, error) {
	f, err := s.frame(r.Context(), nil, r)
	if err != nil {
		return nil, err
	}
	st, err := s.d.Preferences.Invites.StandingOf(r.Context(), person)
	if err != nil {
		return nil, err
	}
	p := &preferencePage{frame: f, Action: preferenceAt(r, ""), Off: st.Off}
	for _, tag := range ours() {
		p.Languages = append(p.Languages, choice{Tag: tag, Name: ownName(tag), Href: "?lang=" + tag, Present: tag == f.Tag})
	}
	p.Title = f.L.T("respond.prefer.title")
	if st.Objection {
		p.Objected = f.L.Date(st.Objected)
	}
	if p.Topics, err = s.topics(r.Context(), st.Preference, f.Tag); err != nil {
		return nil, err
	}
	for _, c := range preferenceChannels() {
		p.Channels = append(p.Channels, tick{Key: c, Text: f.L.T("respond.prefer.channel." + c), On: !st.Channels[c]})
	}
	for _, n := range yearly() {
		p.Yearly = append(p.Yearly, point{Value: strconv.Itoa(n), Label: p.often(n), Chosen: n == st.Yearly})
	}
	p.pauses(st.Paused, s.d.Now())
	return p, p.answers(r.Context(), s, person)
}

func (p *preferencePage) often(n int) string {
	if n == 0 {
		return p.L.T("respond.prefer.often.any")
	}
	return p.L.T("respond.prefer.often", "count", n)
}

// pauses offers to keep the pause under way, to end it, or to take another.
func (p *preferencePage) pauses(until, now time.Time) {
	if until.After(now) {
		p.Paused = p.L.Date(until)
		p.Pauses = append(p.Pauses, point{Value: "", Label: p.L.T("respond.prefer.pause.kept", "date", p.Paused), Chosen: true})
	}
	for _, n := range pauses() {
		label := p.L.T("respond.prefer.pause.none")
		if n > 0 {
			label = p.L.T("respond.prefer.pause", "count", n)
		}
		p.Pauses = append(p.Pauses, point{Value: strconv.Itoa(n), Label: label})
	}
}

// scored writes a score; one of two points is a yes or a no.
func (p *preferencePage) scored(m cx.Metric, v float64) string {
	switch {
	case m.Min == 0 && m.Max == 1 && v == 1:
		return p.L.T("respond.yes")
	case m.Min == 0 && m.Max == 1 && v == 0:
		return p.L.T("respond.no")
	}
	return p.L.Number(v, decimalsOf(v))
}

func (p *preferencePage) answers(ctx context.Context, s *Server, person cx.PersonID) error {
	_, l, err := s.d.Preferences.Answers(ctx, people.Whole(), person)
	if err != nil {
		return err
	}
	metrics, err := s.d.Preferences.Metrics(ctx)
	if err != nil {
		return err
	}
	for _, f := range l {
		a := answer{ID: strconv.FormatInt(int64(f.ID), 10), When: p.L.Date(f.At)}
		for key, v := range f.Scores {
			m := metrics[key]
			a.Scores = append(a.Scores, m.Name.In(p.L.Tag())+p.L.T("respond.prefer.colon")+p.scored(m, m.Raw(v)))
		}
		slices.Sort(a.Scores)
		for _, v := range f.Verbatims {
			a.Words = append(a.Words, v.Text)
		}
		files, err := s.d.Preferences.Files(ctx, f)
		if err != nil {
			return err
		}
		for i, m := range files {
			a.Files = append(a.Files, cmp.Or(m.Name, p.L.T("respond.file.nameless", "n", i+1))+" · "+weight(p.L, m.Size))
		}
		p.Answers = append(p.Answers, a)
	}
	return nil
}
