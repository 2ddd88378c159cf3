package web

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	"vigie/internal/api"
	"vigie/internal/cx"
	"vigie/internal/listen/survey"
	"vigie/internal/listen/survey/foreign"
	"vigie/internal/people"
	"vigie/internal/web/ui"
)

// surveysPage lists the questionnaires.
type surveysPage struct {
	*ground
	frame ui.Frame
	Tabs  []ui.Tab
	Table ui.Table
	Edits bool
}

func newSurveysPage(g *ground, all []survey.Survey, who func(string) string) *surveysPage {
	l := g.lang()
	p := &surveysPage{ground: g, frame: g.frame(l.T("surveys.title"), ui.SectionListen), Tabs: listenTabs(g.visit, "/listen/surveys"), Edits: g.Viewer.May(people.EditStructure)}
	p.frame.Sub = l.T("surveys.sub", "count", len(all))
	p.Table = ui.Table{Caption: l.T("surveys.title"), Columns: []ui.Column{{Label: l.T("surveys.column.name")}, {Label: l.T("surveys.column.state")}, {Label: l.T("surveys.column.about")},
		{Label: l.T("surveys.column.touchpoint")}, {Label: l.T("surveys.column.languages")}, {Label: l.T("surveys.column.changed")}}}
	for _, one := range all {
		x := &surveyRoom{ground: g, Survey: one}
		touchpoint := "—"
		if at, ok := g.Journeys.Place(one.Draft.Touchpoint); ok {
			touchpoint = l.Text(at.Touchpoint.Name)
		} else if one.Draft.Touchpoint != "" {
			touchpoint = string(one.Draft.Touchpoint)
		}
		p.Table.Rows = append(p.Table.Rows, ui.Row{Href: x.at(""), Cells: []ui.Cell{{Text: x.name(), Note: string(one.Draft.Key)}, {Tags: x.states()},
			{Text: x.about(), Note: x.privacy()}, {Text: touchpoint}, {Text: strings.Join(one.Draft.Languages, ", ")}, {Text: l.DateTime(one.Changed.In(g.Now.Location())), Note: who(one.By)}}})
	}
	return p
}

// states say where the survey stands.
func (x *surveyRoom) states() []ui.Tag {
	l := x.lang()
	var tags []ui.Tag
	switch {
	case x.Archived:
		tags = append(tags, ui.Tag{Text: l.T("surveys.state.archived")})
	case x.Version == 0:
		tags = append(tags, ui.Tag{Text: l.T("surveys.state.draft"), Tone: ui.Accent})
	default:
		tags = append(tags, ui.Tag{Text: l.T("surveys.state.published", "n", x.Version), Tone: ui.Good, Icon: "circle-check"})
	}
	if x.Version > 0 && x.Ahead {
		tags = append(tags, ui.Tag{Text: l.T("surveys.state.ahead"), Tone: ui.Watch, Icon: "pencil"})
	}
	return tags
}

func (x *surveyRoom) about() string {
	program, audience := x.Draft.Program, x.Draft.Audience
	if program == "" {
		program = cx.Transactional
	}
	if audience == "" {
		audience = cx.Customers
	}
	return x.lang().T("surveys.program."+string(program)) + " · " + x.lang().T("surveys.audience."+string(audience))
}

func (x *surveyRoom) privacy() string {
	if x.Draft.Untied() {
		return x.lang().T("surveys.privacy.anonymous")
	}
	return x.lang().T("surveys.privacy.confidential")
}

func (s *Server) serveSurveys(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, err := s.ground(r.Context(), v, filters{}, matter{})
	if err != nil {
		return err
	}
	all, err := s.Surveys.Present(r.Context())
	if err != nil {
		return err
	}
	return s.render(w, r, surveysView(newSurveysPage(g, all, s.names(r.Context(), v))))
}

// names gives who an actor of the trail is, each looked up once.
func (s *Server) names(ctx context.Context, v *visit) func(string) string {
	known := map[string]string{}
	return func(actor string) string {
		if _, ok := known[actor]; !ok {
			known[actor] = s.actorName(ctx, v, actor)
		}
		return known[actor]
	}
}

// surveyStartPage begins a survey: from a template, from a file, or blank.
type surveyStartPage struct {
	*ground
	frame   ui.Frame
	Choices []ui.ChoiceCard
	Fields  []ui.Field
	Refused *refusedSurvey
}

func newSurveyStartPage(g *ground) (*surveyStartPage, error) {
	templates, err := survey.Templates()
	if err != nil {
		return nil, err
	}
	l := g.lang()
	p := &surveyStartPage{ground: g, frame: g.frame(l.T("surveys.new"), ui.SectionListen)}
	p.frame.Crumb = []ui.Link{{Label: l.T("surveys.title"), Href: "/listen/surveys"}}
	for n, d := range templates {
		text := l.T("surveys.new.count", "count", len(d.Questions()))
		if why := l.Text(d.Welcome.Why); why != "" {
			text = why + " " + text
		}
		p.Choices = append(p.Choices, ui.ChoiceCard{Value: string(d.Key), Title: l.Text(d.Name), Text: text, Selected: n == 0})
	}
	p.Choices = append(p.Choices, ui.ChoiceCard{Value: emptyTemplate, Title: l.T("surveys.new.blank"), Text: l.T("surveys.new.blank.text")})
	p.Fields = textPair(l, "name", l.T("surveys.field.name"), nil, "")
	p.Fields[0].Hint = l.T("surveys.new.name.hint")
	return p, nil
}

func (s *Server) serveNewSurvey(w http.ResponseWriter, r *http.Request, v *visit) error {
	g, err := s.ground(r.Context(), v, filters{}, matter{})
	if err != nil {
		return err
	}
	p, err := newSurveyStartPage(g)
	if err != nil {
		return err
	}
	return s.render(w, r, newSurveyView(p))
}

func (s *Server) doNewSurvey(w http.ResponseWriter, r *http.Request, v *visit) error {
	name, file, err := readUpload(w, r)
	if err != nil {
		return err
	}
	g, err := s.ground(r.Context(), v, filters{}, matter{})
	if err != nil {
		return err
	}
	d, losses, err := beginSurvey(r.PostForm, name, file)
	if err == nil {
		err = s.addSurvey(r, v, &d)
	}
	if err == nil && len(losses) > 0 {
		err = s.Surveys.KeepLosses(r.Context(), d.Key, losses)
	}
	if err != nil {
		x := &surveyRoom{ground: g}
		p, e := newSurveyStartPage(g)
		if e != nil {
			return e
		}
		if p.Refused, e = x.refuse(err); e != nil {
			return e
		}
		return s.renderAs(w, r, api.Status(cx.KindOf(err)), newSurveyView(p))
	}
	http.Redirect(w, r, surveyAddress(d.Key, ""), http.StatusSeeOther)
	return nil
}

// beginSurvey makes the survey asked for. A file that may not be published yet is a draft nonetheless.
func beginSurvey(f form, name string, file []byte) (survey.Definition, []survey.Loss, error) {
	if f.Get("do") == "file" || len(file) > 0 {
		return readSurveyFile(name, file)
	}
	typed := typedText(f, "name", nil)
	if f.Get("template") == emptyTemplate {
		if typed == nil {
			return survey.Definition{}, nil, cx.Fail(cx.Invalid, "name", "survey.name")
		}
		d := survey.Definition{Key: "survey", Name: typed, Sections: []survey.Section{{}}}
		for _, tag := range []string{"fr", "en"} {
			if typed[tag] != "" {
				d.Languages = append(d.Languages, tag)
			}
		}
		return d, nil, nil
	}
	templates, err := survey.Templates()
	if err != nil {
		return survey.Definition{}, nil, err
	}
	for _, d := range templates {
		if string(d.Key) == f.Get("template") {
			if typed != nil {
				d.Name = typed
			}
			return d, nil, nil
		}
	}
	return survey.Definition{}, nil, cx.Fail(cx.Invalid, "template", "journey.new.choose")
}

func readSurveyFile(name string, file []byte) (survey.Definition, []survey.Loss, error) {
	if len(file) == 0 {
		return survey.Definition{}, nil, cx.Fail(cx.Invalid, "file", "surveys.no_file")
	}
	if lower := strings.ToLower(name); strings.HasSuffix(lower, ".yaml") || strings.HasSuffix(lower, ".yml") {
		d, err := survey.ParseYAML(file)
		return d, nil, err
	}
	d, losses, err := foreign.Read(name, file)
	if err != nil && len(d.Sections) > 0 {
		err = nil // a draft: its page says what keeps it from being published
	}
	return d, losses, err
}

// addSurvey keeps a new survey, under a key of its own.
func (s *Server) addSurvey(r *http.Request, v *visit, d *survey.Definition) error {
	all, err := s.Surveys.Present(r.Context())
	if err != nil {
		return err
	}
	taken := map[cx.SurveyID]bool{}
	for _, one := range all {
		taken[one.Draft.Key] = true
	}
	d.Key = freeKey(d.Key, taken)
	if _, err := s.Surveys.Save(r.Context(), v.Viewer.Actor(), *d, 0); err != nil {
		return err
	}
	return s.audit(r.Context(), v, "survey.add", string(d.Key))
}

// freeKey gives a key nobody has: its own, or with a number.
func freeKey[K ~string](key K, taken map[K]bool) K {
	for n := 2; taken[key]; n++ {
		root := strings.TrimRight(string(key), "0123456789")
		key = K(strings.TrimSuffix(root[:min(len(root), 55)], "-") + "-" + strconv.Itoa(n))
	}
	return key
}

// lossWords says what of a file could not be carried.
func (x *surveyRoom) lossWords() []string {
	l := x.lang()
	var out []string
	for _, one := range x.Losses {
		args := make([]any, 0, 2*len(one.Args))
		for name, value := range one.Args {
			args = append(args, name, value)
		}
		text := l.T(one.Code, args...)
		if one.Question != "" {
			text = one.Question + l.T("journey.colon") + " " + text
		}
		out = append(out, text)
	}
	return out
}

// readUpload reads a form with perhaps a file.
func readUpload(w http.ResponseWriter, r *http.Request) (name string, file []byte, err error) {
	const most = 20 << 20
	r.Body = http.MaxBytesReader(w, r.Body, most+1<<16)
	wrong := cx.Fail(cx.Invalid, "", "web.form")
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		if r.ParseForm() != nil {
			return "", nil, wrong
		}
		return "", nil, nil
	}
	if r.ParseMultipartForm(4<<20) != nil {
		return "", nil, wrong
	}
	if len(r.MultipartForm.File["file"]) == 0 {
		return "", nil, nil
	}
	head := r.MultipartForm.File["file"][0]
	f, err := head.Open()
	if err != nil {
		return "", nil, wrong
	}
	defer f.Close()
	if file, err = io.ReadAll(io.LimitReader(f, most)); err != nil {
		return "", nil, wrong
	}
	return head.Filename, file, nil
}
