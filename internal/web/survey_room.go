package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// surveyRoutes list, write, publish and hand out surveys.
func (s *Server) surveyRoutes() []Route {
	const one = "/listen/surveys/{survey}"
	return []Route{
		{"GET", "/listen/surveys", people.ReadFigures, s.serveSurveys},
		{"GET", "/listen/surveys/new", people.EditStructure, s.serveNewSurvey},
		{"POST", "/listen/surveys/new", people.EditStructure, s.doNewSurvey},
		{"GET", one, people.ReadFigures, s.serveSurvey},
		{"POST", one, people.EditStructure, s.doSurvey},
		{"POST", one + "/questions", people.EditStructure, s.doSurveyQuestions},
		{"GET", one + "/questions/{question}", people.EditStructure, s.serveSurveyQuestion},
		{"POST", one + "/questions/{question}", people.EditStructure, s.doSurveyQuestion},
		{"GET", one + "/questions/{question}/preview", people.EditStructure, s.serveQuestionSight},
		{"POST", one + "/questions/{question}/preview", people.EditStructure, s.serveQuestionSight},
		{"POST", one + "/sections", people.EditStructure, s.doSurveySections},
		{"GET", one + "/sections/{section}", people.EditStructure, s.serveSurveySection},
		{"POST", one + "/sections/{section}", people.EditStructure, s.doSurveySection},
		{"GET", one + "/settings", people.EditStructure, s.serveSurveySettings},
		{"POST", one + "/settings", people.EditStructure, s.doSurveySettings},
		{"GET", one + "/endings", people.EditStructure, s.serveSurveyEndings},
		{"POST", one + "/endings", people.EditStructure, s.doSurveyEndings},
		{"GET", one + "/preview", people.ReadFigures, s.serveSurveyPreview},
		{"POST", one + "/preview", people.ReadFigures, s.serveSurveyPreview},
		{"GET", one + "/link", people.ReadFigures, s.serveSurveyLink},
		{"GET", one + "/answering", people.ReadFigures, s.serveSurveyAnswering},
		{"GET", one + "/versions", people.ReadFigures, s.serveSurveyVersions},
		{"POST", one + "/versions", people.EditStructure, s.doSurveyVersions},
		{"GET", one + "/yaml", people.ReadFigures, s.serveSurveyYAML},
		{"GET", one + "/import", people.EditStructure, s.serveSurveyImport},
		{"POST", one + "/import", people.EditStructure, s.doSurveyImport},
	}
}

// surveyRoom is what the pages of one survey stand on: its draft, which is never modified in place.
type surveyRoom struct {
	*ground
	survey.Survey
	Edits bool
	// Seen is the version that Draft is then, published at SeenAt; 0: the draft.
	Seen   int64
	SeenAt time.Time
	// Known are the values that have names, by what a condition is about, beside those of questions.
	Known map[string]map[string]string
}

func (s *Server) surveyRoom(r *http.Request, v *visit) (*surveyRoom, error) {
	g, err := s.ground(r.Context(), v, filters{}, matter{})
	if err != nil {
		return nil, err
	}
	one, err := s.Surveys.Survey(r.Context(), cx.SurveyID(r.PathValue("survey")))
	if err != nil {
		return nil, err
	}
	return &surveyRoom{ground: g, Survey: one, Edits: v.Viewer.May(people.EditStructure)}, nil
}

// surveyForm reads the form, then what it is about.
func (s *Server) surveyForm(w http.ResponseWriter, r *http.Request, v *visit) (*surveyRoom, error) {
	if err := readForm(w, r); err != nil {
		return nil, err
	}
	return s.surveyRoom(r, v)
}

// at gives an address of this survey's pages; "" is its own.
func (x *surveyRoom) at(page string) string { return surveyAddress(x.Draft.Key, page) }

func surveyAddress(key cx.SurveyID, page string) string {
	to := "/listen/surveys/" + url.PathEscape(string(key))
	if page != "" {
		to += "/" + page
	}
	return to
}

// say gives a text of the survey in the viewer's language, else in one that it has.
func (x *surveyRoom) say(t cx.Text) string {
	if text := t[x.lang().Tag()]; text != "" {
		return text
	}
	for _, tag := range x.Draft.Languages {
		if t[tag] != "" {
			return t[tag]
		}
	}
	return x.lang().Text(t)
}

func (x *surveyRoom) name() string {
	if name := x.say(x.Draft.Name); name != "" {
		return name
	}
	return string(x.Draft.Key)
}

func (x *surveyRoom) page(title string) ui.Frame {
	f := x.frame(title, ui.SectionListen)
	f.Crumb = []ui.Link{{Label: x.lang().T("surveys.title"), Href: "/listen/surveys"}}
	return f
}

// under is a page below the survey's own.
func (x *surveyRoom) under(title string) ui.Frame {
	f := x.page(title)
	f.Crumb = append(f.Crumb, ui.Link{Label: x.name(), Href: x.at("")})
	return f
}

// Tabs lead to the faces of the survey.
func (x *surveyRoom) Tabs(current string) []ui.Tab {
	var tabs []ui.Tab
	for _, page := range []string{"", "settings", "endings", "link", "answering", "versions"} {
		if !x.Viewer.May(people.EditStructure) && (page == "settings" || page == "endings") {
			continue
		}
		id := page
		if id == "" {
			id = "questions"
		}
		tabs = append(tabs, ui.Tab{Label: x.lang().T("surveys.tab." + id), Href: x.at(page), Current: page == current})
	}
	return tabs
}

// cloned gives a definition that may be changed.
func cloned(d survey.Definition) (survey.Definition, error) {
	b, err := json.Marshal(d)
	if err != nil {
		return d, err
	}
	var out survey.Definition
	return out, json.Unmarshal(b, &out)
}

// surveyBase is the edition that a form was drawn from.
func surveyBase(r *http.Request) (int64, error) {
	n, err := strconv.ParseInt(r.PostForm.Get("base"), 10, 64)
	if err != nil || n <= 0 {
		return 0, cx.Fail(cx.Invalid, "base", "journey.base")
	}
	return n, nil
}

// rewrite keeps what fn makes of the draft, unless the form was drawn from an older edition. The room then stands on it.
func (s *Server) rewrite(r *http.Request, x *surveyRoom, fn func(*survey.Definition) error) error {
	from, err := surveyBase(r)
	if err != nil {
		return err
	}
	if from != x.Edition {
		return cx.Fail(cx.Conflict, "", "survey.changed_since")
	}
	next, err := cloned(x.Draft)
	if err != nil {
		return err
	}
	if err := fn(&next); err != nil {
		return err
	}
	if x.Edition, err = s.Surveys.Save(r.Context(), x.Viewer.Actor(), next, from); err != nil {
		return err
	}
	x.Draft = next
	return s.audit(r.Context(), x.visit, "survey.edit", string(next.Key))
}

// surveyProblem is one thing that keeps a survey from being published.
type surveyProblem struct{ Field, Text string }

// wrong lists all that keeps the draft from being published.
func (s *Server) wrong(ctx context.Context, x *surveyRoom) ([]surveyProblem, error) {
	return x.problemsOf(s.Surveys.Unpublishable(ctx, x.Draft))
}

func (x *surveyRoom) problemsOf(err error) ([]surveyProblem, error) {
	if err == nil {
		return nil, nil
	}
	var l []surveyProblem
	for _, one := range split(err) {
		e, ok := errors.AsType[*cx.Error](one)
		if !ok {
			return nil, err
		}
		l = append(l, surveyProblem{Field: e.Field, Text: x.lang().Error(e)})
	}
	return l, nil
}

// problemsUnder gives the problems of a part of the survey.
func problemsUnder(l []surveyProblem, path string) []surveyProblem {
	var out []surveyProblem
	for _, p := range l {
		if p.Field == path || strings.HasPrefix(p.Field, path+".") {
			out = append(out, p)
		}
	}
	return out
}

// refusedSurvey is a change that was not kept, in words.
type refusedSurvey struct {
	Problems []problem
	Conflict bool
}

// refuse gives what a person can correct, or the error itself.
func (x *surveyRoom) refuse(err error) (*refusedSurvey, error) {
	l, mine := x.problems(err)
	if !mine {
		return nil, err
	}
	return &refusedSurvey{Problems: l, Conflict: cx.KindOf(err) == cx.Conflict}, nil
}
