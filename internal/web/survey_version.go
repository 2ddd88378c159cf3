package web

import (
	"net/http"
	"strings"

	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/web/ui"
)

// surveyVersionsPage lists what was published, newest first, and what each changed.
type surveyVersionsPage struct {
	*surveyRoom
	frame ui.Frame
	List  []surveyVersionView
	Ahead []changeLine // what the draft says that the last version does not
}

type surveyVersionView struct {
	N               int64
	When, Who, Says string
	YAML            string
	Present         bool
	Lines           []changeLine
}

func newSurveyVersionsPage(x *surveyRoom, versions []survey.Version, who func(string) string) (*surveyVersionsPage, error) {
	l := x.lang()
	p := &surveyVersionsPage{surveyRoom: x, frame: x.page(x.name())}
	for i, v := range versions {
		brief := v.Brief()
		text, err := brief.YAML()
		if err != nil {
			return nil, err
		}
		one := surveyVersionView{N: v.N, When: l.DateTime(v.At.In(x.Now.Location())), Who: who(v.By), YAML: string(text), Present: v.N == x.Version,
			Says: l.T("surveys.new.count", "count", len(v.Questions()))}
		if i+1 < len(versions) {
			one.Lines = x.changeWords(versions[i+1].Diff(&v.Definition))
		}
		p.List = append(p.List, one)
	}
	if len(versions) > 0 {
		p.Ahead = x.changeWords(versions[0].Diff(&x.Draft))
	}
	return p, nil
}

// changeWords says what changed between two definitions.
func (x *surveyRoom) changeWords(l []survey.Change) []changeLine {
	var out []changeLine
	for _, c := range l {
		line := changeLine{Where: x.lang().T("surveys.diff.whole"), Text: x.lang().T("surveys.diff." + c.Kind)}
		if c.Question != "" {
			if line.Where = x.short(&survey.Question{Key: c.Question, Text: c.Text}); line.Where != string(c.Question) {
				line.Where = x.lang().T("journey.quoted", "text", line.Where)
			}
		}
		if c.Kind == survey.Changed {
			parts := make([]string, len(c.Fields))
			for i, f := range c.Fields {
				parts[i] = x.partName(f)
			}
			line.Text = x.lang().T("surveys.diff.changed", "what", strings.Join(parts, ", "))
		}
		out = append(out, line)
	}
	return out
}

// partName names a field of a definition in words.
func (x *surveyRoom) partName(field string) string {
	if id := "surveys.part." + field; x.lang().Has(id) {
		return x.lang().T(id)
	}
	return field
}

func (s *Server) serveSurveyVersions(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.surveyRoom(r, v)
	if err != nil {
		return err
	}
	versions, err := s.Surveys.Versions(r.Context(), x.Draft.Key)
	if err != nil {
		return err
	}
	p, err := newSurveyVersionsPage(x, versions, s.names(r.Context(), v))
	if err != nil {
		return err
	}
	return s.render(w, r, surveyVersionsView(p))
}

// doSurveyVersions makes the draft what a version said: to be published again, or to go back on one's steps.
func (s *Server) doSurveyVersions(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.surveyForm(w, r, v)
	if err != nil {
		return err
	}
	n := queryID(r.PostForm.Get("version"))
	if n <= 0 {
		return cx.Fail(cx.Invalid, "version", "journey.what")
	}
	was, err := s.Surveys.Published(r.Context(), x.Draft.Key, n)
	if err != nil {
		return err
	}
	err = s.rewrite(r, x, func(d *survey.Definition) error {
		*d = was.Definition
		return nil
	})
	if err == nil {
		s.toast(r, v.Lang.T("surveys.version.taken", "n", n))
	}
	return s.rewritten(w, r, x, x.at(""), err)
}
