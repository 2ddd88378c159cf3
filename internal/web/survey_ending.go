package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"vigie/internal/listen/survey"
	"vigie/internal/web/ui"
)

func (x *surveyRoom) newEndingsPage() *surveyFormPage {
	l := x.lang()
	p := &surveyFormPage{surveyRoom: x, frame: x.page(x.name()), Tab: "endings", Action: x.at("endings"), Back: x.at("")}
	for n, e := range append(slices.Clone(x.Draft.Endings), survey.Ending{}) {
		at := "e" + strconv.Itoa(n)
		g := surveyGroup{Title: l.T("surveys.ending", "n", n+1), Pairs: true, Fields: x.surveyTexts(at+"_text", l.T("surveys.field.ending"), e.Text, "textarea"), If: x.condForm(at, e.If, "")}
		if n == len(x.Draft.Endings) {
			g.Title, g.Note = l.T("surveys.ending.new"), l.T("surveys.ending.new.note")
		}
		g.Fields = append(g.Fields, ui.Field{Name: at + "_call_back", Kind: "checkbox", Label: l.T("surveys.ending.call_back"), Checked: e.CallBack},
			ui.Field{Name: at + "_testify", Kind: "checkbox", Label: l.T("surveys.ending.testify"), Checked: e.Testify},
			ui.Field{Name: at + "_place", Kind: "number", Label: l.T("surveys.line.place"), Value: strconv.Itoa(n + 1), Hint: l.T("surveys.ending.place.hint")})
		p.Groups = append(p.Groups, g)
	}
	return p
}

// readEndings makes of the endings what their form says: one whose words were taken away is gone.
func (x *surveyRoom) readEndings(f url.Values, d *survey.Definition) error {
	c := x.reader()
	type ranked struct {
		survey.Ending
		place float64
	}
	var out []ranked
	for n := range len(d.Endings) + 1 {
		at := "e" + strconv.Itoa(n)
		var was survey.Ending
		if n < len(d.Endings) {
			was = d.Endings[n]
		}
		e := survey.Ending{Text: textIn(f, at+"_text", d.Languages, was.Text), If: c.condition(f, at, was.If), CallBack: f.Get(at+"_call_back") != "", Testify: f.Get(at+"_testify") != ""}
		if e.Text == nil {
			continue
		}
		one := ranked{e, float64(n + 1)}
		if place := c.number("endings", f.Get(at+"_place")); place != nil {
			one.place = *place + float64(cmp.Compare(*place, one.place))/2 // before, or after, the one that holds that rank
		}
		out = append(out, one)
	}
	slices.SortStableFunc(out, func(a, b ranked) int { return cmp.Compare(a.place, b.place) })
	d.Endings = nil
	for _, one := range out {
		d.Endings = append(d.Endings, one.Ending)
	}
	return c.err()
}

func (s *Server) serveSurveyEndings(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.surveyRoom(r, v)
	if err != nil {
		return err
	}
	return s.render(w, r, surveyFormView(x.newEndingsPage()))
}

func (s *Server) doSurveyEndings(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.surveyForm(w, r, v)
	if err != nil {
		return err
	}
	err = s.rewrite(r, x, func(d *survey.Definition) error { return x.readEndings(r.PostForm, d) })
	return s.formKept(w, r, x.newEndingsPage(), err)
}

// newSectionPage asks for the title of a section and who meets it.
func (x *surveyRoom) newSectionPage(place string, at *survey.Section) *surveyFormPage {
	l, before := x.lang(), survey.QuestionID("")
	if len(at.Questions) > 0 {
		before = at.Questions[0].Key
	}
	return &surveyFormPage{surveyRoom: x, frame: x.under(l.T("surveys.section.edit")), Action: x.at("sections/" + place), Back: x.at(""), Groups: []surveyGroup{
		{Title: l.T("surveys.section.edit"), Pairs: true, Fields: append(x.surveyTexts("title", l.T("surveys.field.title"), at.Title, ""),
			ui.Field{Name: "random", Kind: "checkbox", Label: l.T("surveys.random.section"), Checked: at.Random})},
		{Title: l.T("surveys.group.if"), Note: l.T("surveys.group.if.note"), If: x.condForm("if", at.If, before)}}}
}

func (x *surveyRoom) readSection(f url.Values, at *survey.Section) error {
	c, tags := x.reader(), x.Draft.Languages
	at.Title, at.Random, at.If = textIn(f, "title", tags, at.Title), f.Get("random") != "", c.condition(f, "if", at.If)
	return c.err()
}

func (s *Server) serveSurveySection(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.surveyRoom(r, v)
	if err != nil {
		return err
	}
	at, err := sectionOf(&x.Draft, r.PathValue("section"))
	if err != nil {
		return err
	}
	return s.render(w, r, surveyFormView(x.newSectionPage(r.PathValue("section"), at)))
}

func (s *Server) doSurveySection(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := s.surveyForm(w, r, v)
	if err != nil {
		return err
	}
	at, err := sectionOf(&x.Draft, r.PathValue("section"))
	if err != nil {
		return err
	}
	p := x.newSectionPage(r.PathValue("section"), at)
	err = s.rewrite(r, x, func(d *survey.Definition) error {
		one, err := sectionOf(d, r.PathValue("section"))
		if err != nil {
			return err
		}
		return x.readSection(r.PostForm, one)
	})
	return s.formKept(w, r, p, err)
}
