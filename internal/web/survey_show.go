package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"vigie/internal/listen/survey"
	"vigie/internal/web/respond"
	"vigie/internal/web/ui"
)

// surveyPage is one survey as it is being written: its questions in order, and what keeps it from being published.
type surveyPage struct {
	*surveyRoom
	frame    ui.Frame
	Sections []surveySection
	Endings  []surveyEnding
	Wrong    []surveyWrong // all that keeps it from being published
	Last     string
	Preview  string
	Faces    []ui.Tab // the draft and the version answered now
	Refused  *refusedSurvey
	Kinds    []ui.Option
}

type surveySection struct {
	Place             int
	Title, If, Random string
	First, Last       bool
	Questions         []surveyCard
	Problems          []surveyProblem
}

// surveyCard is one question as a card.
type surveyCard struct {
	Key, Kind, Text, Help string
	Facts                 []string
	Choices, Rows         []string
	If                    string
	Jumps                 []string
	First, Last           bool
	Problems              []surveyProblem
}

type surveyEnding struct {
	If, Text string
	Tags     []ui.Tag
	Problems []surveyProblem
}

func newSurveyPage(x *surveyRoom, wrong []surveyProblem, who func(string) string) *surveyPage {
	l := x.lang()
	p := &surveyPage{surveyRoom: x, frame: x.page(x.name()), Preview: x.at("preview") + "?lang=" + x.previewLang(), Faces: x.faces()}
	if x.Seen > 0 {
		p.Preview += "&version=" + strconv.FormatInt(x.Seen, 10)
	}
	p.frame.Sub = x.about() + " · " + x.privacy()
	p.Last = l.T("surveys.last", "name", who(x.By), "at", l.DateTime(x.Changed.In(x.Now.Location())))
	for i := range x.Draft.Sections {
		p.Sections = append(p.Sections, x.section(i, wrong))
	}
	for i, e := range x.Draft.Endings {
		p.Endings = append(p.Endings, x.ending(e, problemsUnder(wrong, fmt.Sprintf("endings[%d]", i))))
	}
	for _, one := range wrong {
		p.Wrong = append(p.Wrong, x.whereWrong(one))
	}
	for _, k := range survey.Kinds {
		p.Kinds = append(p.Kinds, ui.Option{Value: string(k), Label: l.T("surveys.kind." + string(k))})
	}
	return p
}

// surveyWrong is a problem with the place where it is put right.
type surveyWrong struct{ Where, Href, Text string }

// whereWrong leads to the form that a problem is put right in.
func (x *surveyRoom) whereWrong(one surveyProblem) surveyWrong {
	l := x.lang()
	out := surveyWrong{Where: l.T("surveys.tab.settings"), Href: x.at("settings"), Text: one.Text}
	var i, j int
	if n, _ := fmt.Sscanf(one.Field, "sections[%d].questions[%d]", &i, &j); n == 2 && i < len(x.Draft.Sections) && j < len(x.Draft.Sections[i].Questions) {
		q := &x.Draft.Sections[i].Questions[j]
		out.Where, out.Href = x.nameOf(q), x.at("questions/"+url.PathEscape(string(q.Key)))
	} else if n >= 1 && i < len(x.Draft.Sections) {
		out.Where, out.Href = x.sectionName(i), x.at("sections/"+strconv.Itoa(i))
	} else if n, _ := fmt.Sscanf(one.Field, "endings[%d]", &i); n == 1 {
		out.Where, out.Href = l.T("surveys.ending", "n", i+1), x.at("endings")
	}
	if one.Field == "sections" {
		out.Where, out.Href = l.T("surveys.tab.questions"), x.at("")
	}
	return out
}

// nameOf gives the words of a question, its kind when it has none yet.
func (x *surveyRoom) nameOf(q *survey.Question) string {
	if x.say(q.Text) == "" {
		return x.lang().T("surveys.kind." + string(q.Kind))
	}
	return x.short(q)
}

func (x *surveyRoom) sectionName(i int) string {
	if title := x.say(x.Draft.Sections[i].Title); title != "" {
		return title
	}
	return x.lang().T("surveys.section", "n", i+1)
}

func (x *surveyRoom) previewLang() string {
	for _, tag := range x.Draft.Languages {
		if tag == x.lang().Tag() {
			return tag
		}
	}
	if len(x.Draft.Languages) > 0 {
		return x.Draft.Languages[0]
	}
	return x.lang().Tag()
}

func (x *surveyRoom) section(i int, wrong []surveyProblem) surveySection {
	at := &x.Draft.Sections[i]
	out := surveySection{Place: i, Title: x.sectionName(i), If: x.words(at.If), First: i == 0, Last: i == len(x.Draft.Sections)-1}
	if at.Random {
		out.Random = x.lang().T("surveys.random.section")
	}
	path := fmt.Sprintf("sections[%d]", i)
	for _, one := range problemsUnder(wrong, path) {
		out.Problems = append(out.Problems, one)
	}
	for j := range at.Questions {
		card := x.card(&at.Questions[j])
		card.First, card.Last = j == 0 && i == 0, j == len(at.Questions)-1 && out.Last
		card.Problems = problemsUnder(wrong, fmt.Sprintf("%s.questions[%d]", path, j))
		out.Questions = append(out.Questions, card)
	}
	return out
}

func (x *surveyRoom) card(q *survey.Question) surveyCard {
	l := x.lang()
	c := surveyCard{Key: string(q.Key), Kind: string(q.Kind), Text: x.say(q.Text), Help: x.say(q.Help), If: x.words(q.If)}
	if c.Text == "" {
		c.Text = l.T("surveys.no_text")
	}
	c.Facts = append(c.Facts, l.T("surveys.kind."+string(q.Kind)))
	if q.Kind != survey.Info {
		c.Facts = append(c.Facts, l.T("surveys.need."+needWord(q.Need)))
	}
	if scaled(q.Kind) {
		low, high, _ := q.Scale()
		if q.Kind != survey.Number || q.Min != 0 || q.Max != 0 {
			c.Facts = append(c.Facts, l.T("surveys.scale", "low", writtenNumber(l, &low), "high", writtenNumber(l, &high)))
		}
	}
	if m := q.ScoredAs(); m != "" {
		c.Facts = append(c.Facts, l.T("surveys.metric", "name", x.metricName(m)))
	}
	if q.Random {
		c.Facts = append(c.Facts, l.T("surveys.random.choices"))
	}
	for _, o := range q.Choices {
		c.Choices = append(c.Choices, x.say(o.Text))
	}
	for _, r := range q.Rows {
		c.Rows = append(c.Rows, x.say(r.Text))
	}
	for _, j := range q.Go {
		c.Jumps = append(c.Jumps, x.jumpWords(j))
	}
	return c
}

func scaled(k survey.Kind) bool {
	return k.Points() && k != survey.YesNo && k != survey.Consent || k == survey.Matrix
}

func needWord(n survey.Need) string {
	if n == survey.Optional {
		return "optional"
	}
	return string(n)
}

func (x *surveyRoom) jumpWords(j survey.Jump) string {
	l := x.lang()
	to := l.T("surveys.jump.end")
	if q := x.Draft.Question(j.To); q != nil {
		to = l.T("surveys.jump.to", "name", x.short(q))
	}
	if j.If == nil {
		return to
	}
	return l.T("surveys.jump.if", "to", to, "if", x.words(j.If))
}

func (x *surveyRoom) ending(e survey.Ending, wrong []surveyProblem) surveyEnding {
	l := x.lang()
	out := surveyEnding{If: x.words(e.If), Text: x.say(e.Text), Problems: wrong}
	if e.CallBack {
		out.Tags = append(out.Tags, ui.Tag{Text: l.T("surveys.ending.call_back"), Icon: "phone"})
	}
	if e.Testify {
		out.Tags = append(out.Tags, ui.Tag{Text: l.T("surveys.ending.testify"), Icon: "message-square-quote"})
	}
	return out
}

func (s *Server) serveSurvey(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.surveySeen(r, v)
	if err != nil {
		return err
	}
	return s.showSurvey(w, r, x, nil)
}

// showSurvey draws the page of a survey, with what was refused.
func (s *Server) showSurvey(w http.ResponseWriter, r *http.Request, x *surveyRoom, refused *refusedSurvey) error {
	var wrong []surveyProblem
	if x.Seen == 0 {
		var err error
		if wrong, err = s.wrong(r.Context(), x); err != nil {
			return err
		}
	}
	p := newSurveyPage(x, wrong, s.names(r.Context(), x.visit))
	p.Refused = refused
	status := http.StatusOK
	if refused != nil {
		status = http.StatusUnprocessableEntity
		if refused.Conflict {
			status = http.StatusConflict
		}
	}
	w.Header().Set("Content-Security-Policy", framePolicy)
	return s.renderAs(w, r, status, surveyView(p))
}

// serveSurveyPreview is the public page of the draft, or of a version: it may stand in a frame of ours, and keeps nothing.
func (s *Server) serveSurveyPreview(w http.ResponseWriter, r *http.Request, v *visit) error {
	one, err := s.surveySeen(r, v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Security-Policy", framedPolicy())
	d, err := cloned(one.Draft)
	if err != nil {
		return err
	}
	if len(d.Questions()) == 0 {
		return s.render(w, r, surveyNoPreview(one))
	}
	return s.respond.Preview(w, r, &d, respond.Seen{Text: one.seenWords(), Lang: one.lang().Tag()})
}

func (c surveyCard) address(x *surveyRoom) string { return x.at("questions/" + c.Key) }

func (s surveySection) place() string { return strconv.Itoa(s.Place) }

// ofSection gives the problems of a section that are of none of its questions.
func (p *surveyPage) ofSection(s surveySection) []surveyProblem {
	var out []surveyProblem
	for _, one := range s.Problems {
		if !strings.Contains(one.Field, ".questions[") {
			out = append(out, one)
		}
	}
	return out
}

func (p *surveyPage) endingsLink() ui.Link {
	if !p.Edits {
		return ui.Link{}
	}
	return ui.Link{Label: p.lang().T("surveys.endings.edit"), Href: p.at("endings")}
}

func kindIcon(kind string) string {
	switch survey.Kind(kind) {
	case survey.NPS, survey.CSAT, survey.CES, survey.Slider, survey.Number:
		return "gauge"
	case survey.Rating:
		return "smile"
	case survey.YesNo, survey.Consent, survey.Choice, survey.Choices, survey.Dropdown:
		return "circle-check"
	case survey.Matrix, survey.Ranking:
		return "list-filter"
	case survey.Text:
		return "message-square-quote"
	case survey.Date:
		return "calendar"
	case survey.Media:
		return "upload"
	case survey.Contact:
		return "phone"
	}
	return "info"
}

func surveyRefusedTitle(g *ground, r *refusedSurvey) string {
	if r.Conflict {
		return g.lang().T("surveys.refused.conflict")
	}
	return g.lang().T("journey.refused", "count", len(r.Problems))
}

func (p *surveysPage) empty() ui.State {
	l := p.lang()
	st := ui.State{Title: l.T("surveys.empty.title"), Text: l.T("surveys.empty.text")}
	if p.Edits {
		st.Actions = []ui.Button{{Label: l.T("surveys.new"), Href: "/listen/surveys/new", Style: "primary", Icon: "plus"}}
	}
	return st
}
